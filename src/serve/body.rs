//! The body of a request, as far as it is wanted and as long as it may take.

use super::problem::{Kind, Problem};
use super::reply::Form;
use super::wire::{SearchRequest, question};
use crate::config::Question;
use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Query, Request};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, Uri};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// A question in JSON.
    Json,
    /// A form with a file.
    Multipart,
    /// A file of spectra.
    File,
}

impl Content {
    /// What the headers say that the body is.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let text = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let name = text
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default()
            .trim();
        let content = match name.to_ascii_lowercase().as_str() {
            "application/json" => Self::Json,
            "multipart/form-data" => Self::Multipart,
            ""
            | "application/octet-stream"
            | "text/plain"
            | "application/gzip"
            | "application/zip"
            | "application/zstd"
            | "application/x-gzip"
            | "application/xml"
            | "text/xml" => Self::File,
            other => {
                let text = format!(
                    "Content-Type {other:?} is not read here: send application/json, \
                     application/octet-stream (a file of spectra of any format that is read) or \
                     multipart/form-data with that file; curl wants \
                     -H 'Content-Type: application/octet-stream'"
                );
                return Err(Problem::new(Kind::MediaType, text));
            }
        };
        let encoding = headers
            .get(CONTENT_ENCODING)
            .map_or(&b"identity"[..], |v| v.as_bytes());
        let may = match content {
            // A file tells by its content whether it is compressed.
            Content::File => [&b"identity"[..], b"gzip"].contains(&encoding),
            Content::Json | Content::Multipart => encoding == b"identity",
        };
        may.then_some(content).ok_or_else(|| {
            let text = "this Content-Encoding is not read: send the bytes as they are";
            Problem::new(Kind::MediaType, text)
        })
    }
}

/// Bytes that the body says it has, or else `most`. More than that is refused.
pub(super) fn length(headers: &HeaderMap, most: usize) -> Result<usize, Problem> {
    let Some(length) = headers.get(CONTENT_LENGTH) else {
        return Ok(most);
    };
    let length: Option<u64> = length.to_str().ok().and_then(|text| text.parse().ok());
    let length =
        length.ok_or_else(|| Problem::new(Kind::Malformed, "Content-Length is no number"))?;
    match usize::try_from(length) {
        Ok(length) if length <= most => Ok(length),
        _ => Err(too_large(most)),
    }
}

fn too_large(most: usize) -> Problem {
    let text = format!(
        "a body has at most {} MB here: send less at once, or make it a job (POST /api/v1/jobs)",
        most / 1_000_000
    );
    Problem::new(Kind::TooLarge, text)
}

/// All of `body`.
pub(super) async fn whole(body: Body, most: usize, time: Duration) -> Result<Bytes, Problem> {
    let read = Limited::new(body, most).collect();
    match tokio::time::timeout(time, read).await {
        Err(_) => Err(slow(time)),
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large(most)),
        Ok(Err(error)) => {
            let text = format!("the body ended before it was whole: {error}");
            Err(Problem::new(Kind::Malformed, text))
        }
    }
}

pub(super) fn slow(time: Duration) -> Problem {
    let text = format!("the body did not arrive within {} s", time.as_secs());
    Problem::new(Kind::SlowClient, text)
}

/// A request for a search, read.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) library: Option<String>,
    pub(super) question: Question,
    pub(super) form: Form,
    pub(super) what: What,
}

/// Its spectra, as sent.
#[derive(Debug)]
pub(super) enum What {
    Sent(SearchRequest),
    File { name: PathBuf, bytes: Bytes },
}

/// Reads the request for a search.
pub(super) async fn asked(request: Request, most: usize, time: Duration) -> Result<Asked, Problem> {
    let form = Form::accepted(request.headers())?;
    let parameters = Parameters::of(request.uri())?;
    match Content::of(request.headers())? {
        Content::Json => {
            if !parameters.is_empty() {
                let text = "settings stand in the JSON, under \"settings\", not behind the path";
                return Err(Problem::new(Kind::Malformed, text));
            }
            let bytes = whole(request.into_body(), most, time).await?;
            let sent: SearchRequest = json(&bytes)?;
            Ok(Asked {
                library: sent.library.clone(),
                question: sent.question()?,
                form,
                what: What::Sent(sent),
            })
        }
        Content::File => {
            let bytes = whole(request.into_body(), most, time).await?;
            parameters.with(form, bytes)
        }
        Content::Multipart => {
            let read = of_form(request, parameters, form);
            tokio::time::timeout(time, read)
                .await
                .map_err(|_| slow(time))?
        }
    }
}

/// Reads `bytes` as JSON.
pub(super) fn json<'a, T: serde::Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        let kind = if error.is_data() {
            Kind::Unusable
        } else {
            Kind::Malformed
        };
        Problem::new(kind, format!("the JSON cannot be used: {error}"))
    })
}

/// What stands behind the path, or in the fields of a form.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    pub(super) library: Option<String>,
    pub(super) file: Option<String>,
    pub(super) settings: BTreeMap<String, super::wire::Value>,
}

impl Parameters {
    pub(super) fn of(uri: &Uri) -> Result<Self, Problem> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|error| Problem::new(Kind::Malformed, error.body_text()))?;
        let mut parameters = Self::default();
        for (name, value) in pairs {
            parameters.put(&name, value)?;
        }
        Ok(parameters)
    }

    fn put(&mut self, name: &str, value: String) -> Result<(), Problem> {
        let again = match name {
            "library" => self.library.replace(value).is_some(),
            "file" => self.file.replace(value).is_some(),
            _ => {
                let value = super::wire::Value::Text(value);
                self.settings.insert(name.to_owned(), value).is_some()
            }
        };
        if again {
            return Err(Problem::unusable(format!("{name} is given twice")));
        }
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.library.is_none() && self.file.is_none() && self.settings.is_empty()
    }

    fn with(self, form: Form, bytes: Bytes) -> Result<Asked, Problem> {
        Ok(Asked {
            question: question(&self.settings)?,
            library: self.library,
            form,
            what: What::File {
                name: name(self.file)?,
                bytes,
            },
        })
    }
}

/// What reports call a file: a label, never a path that is opened.
pub(super) fn name(given: Option<String>) -> Result<PathBuf, Problem> {
    const LONGEST: usize = 255;
    let Some(given) = given.filter(|name| !name.is_empty()) else {
        return Ok(super::ask::unnamed().to_owned());
    };
    if given.len() > LONGEST || given.chars().any(char::is_control) {
        let text = format!("a file name has at most {LONGEST} bytes and no control characters");
        return Err(Problem::unusable(text));
    }
    Ok(PathBuf::from(given))
}

async fn of_form(
    request: Request,
    mut parameters: Parameters,
    form: Form,
) -> Result<Asked, Problem> {
    let malformed = |text: String| Problem::new(Kind::Malformed, text);
    let mut fields = Multipart::from_request(request, &())
        .await
        .map_err(|error| malformed(error.body_text()))?;
    let mut file = None;
    loop {
        let field = fields
            .next_field()
            .await
            .map_err(|error| of_multipart(&error))?;
        let Some(field) = field else { break };
        let field_name = field.name().unwrap_or_default().to_owned();
        if field_name == "file" {
            if let Some(given) = field.file_name().map(str::to_owned)
                && parameters.file.is_none()
            {
                parameters.file = Some(given);
            }
            let bytes = field.bytes().await.map_err(|error| of_multipart(&error))?;
            if file.replace(bytes).is_some() {
                return Err(Problem::unusable("one file at a time: there are two"));
            }
        } else {
            let value = field.text().await.map_err(|error| of_multipart(&error))?;
            parameters.put(&field_name, value)?;
        }
    }
    let file = file.ok_or_else(|| Problem::unusable("the form has no field called file"))?;
    parameters.with(form, file)
}

fn of_multipart(error: &axum::extract::multipart::MultipartError) -> Problem {
    let kind = if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        Kind::TooLarge
    } else {
        Kind::Malformed
    };
    Problem::new(
        kind,
        format!("the form cannot be read: {}", error.body_text()),
    )
}
