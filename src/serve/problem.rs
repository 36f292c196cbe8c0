//! What the service answers when it cannot do what was asked: one code each, and its HTTP status.

use crate::config::QuestionError;
use crate::formats::ReadError;
use crate::library::SettingsError;
use crate::memory::WorkspaceError;
use crate::search::RunFdrError;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The request cannot be read.
    Malformed,
    /// No token, or none that is known.
    Unauthorized,
    /// A page of another origin asks.
    CrossOrigin,
    /// There is no such thing.
    NotFound,
    /// The path is there, the method is not.
    Method,
    /// No answer in a form that is accepted.
    NotAcceptable,
    /// The client took too long to send.
    SlowClient,
    /// What is asked for is not there yet.
    NotReady,
    /// A limit of size.
    TooLarge,
    /// Content of a kind that is not read.
    MediaType,
    /// It can be read, but not be done.
    Unusable,
    /// Too much to do at the moment.
    Busy,
    /// Our own fault.
    Internal,
}

impl Kind {
    fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::CrossOrigin => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::SlowClient => StatusCode::REQUEST_TIMEOUT,
            Self::NotReady => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unusable => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unauthorized => "unauthorized",
            Self::CrossOrigin => "cross_origin",
            Self::NotFound => "not_found",
            Self::Method => "method_not_allowed",
            Self::NotAcceptable => "not_acceptable",
            Self::SlowClient => "slow_client",
            Self::NotReady => "not_ready",
            Self::TooLarge => "too_large",
            Self::MediaType => "unsupported_media_type",
            Self::Unusable => "unusable",
            Self::Busy => "busy",
            Self::Internal => "internal",
        }
    }
}

/// Why a request has no answer, said for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) kind: Kind,
    pub(super) message: String,
}

/// An error as it is answered.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({
    "status": 422, "code": "unusable",
    "message": "run.mgf, record 1, line 4: m/z -1 is not a finite number above 0"
}))]
pub(super) struct Error {
    /// The HTTP status.
    status: u16,
    /// What kind of error it is, for programs.
    code: &'static str,
    /// What is wrong and what to do, for people.
    message: String,
}

/// Seconds after which to ask again.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

impl Problem {
    pub(super) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, message)
    }

    pub(super) fn unusable(message: impl Into<String>) -> Self {
        Self::new(Kind::Unusable, message)
    }

    /// A fault of ours: the log has the whole of it.
    pub(super) fn internal(what: &str, error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, "{what}");
        Self::new(
            Kind::Internal,
            format!("{what}; the log of the service says why"),
        )
    }

    pub(super) fn body(&self) -> Error {
        Error {
            status: self.kind.status().as_u16(),
            code: self.kind.code(),
            message: self.message.clone(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.kind.status(), Json(self.body())).into_response();
        let headers = response.headers_mut();
        match self.kind {
            Kind::Busy => {
                headers.insert(header::RETRY_AFTER, RETRY_AFTER);
            }
            Kind::Unauthorized => {
                let scheme = HeaderValue::from_static("Bearer");
                headers.insert(header::WWW_AUTHENTICATE, scheme);
            }
            // The rest of what the client sends is not wanted.
            Kind::SlowClient | Kind::TooLarge => {
                let close = HeaderValue::from_static("close");
                headers.insert(header::CONNECTION, close);
            }
            Kind::Malformed
            | Kind::CrossOrigin
            | Kind::NotFound
            | Kind::Method
            | Kind::NotAcceptable
            | Kind::NotReady
            | Kind::MediaType
            | Kind::Unusable
            | Kind::Internal => {}
        }
        response
    }
}

impl From<QuestionError> for Problem {
    fn from(error: QuestionError) -> Self {
        Self::unusable(error.to_string())
    }
}

impl From<RunFdrError> for Problem {
    fn from(error: RunFdrError) -> Self {
        Self::unusable(error.to_string())
    }
}

impl From<WorkspaceError> for Problem {
    fn from(error: WorkspaceError) -> Self {
        Self::internal("answers could not be kept until the last one", error)
    }
}

impl From<SettingsError> for Problem {
    fn from(error: SettingsError) -> Self {
        Self::internal("the settings of the library cannot be used", error)
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        Self::unusable(error.to_string())
    }
}
