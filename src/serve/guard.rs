//! What happens to every request: an id, a log line, a count; who may ask; from which pages.

use super::app::App;
use super::problem::{Kind, Problem};
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_SECURITY_POLICY, HOST, ORIGIN};
use axum::http::header::{REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::Instant;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Nothing from elsewhere, and no page of ours inside another.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
     connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
);

/// Gives the request an id, or takes the one it has, and accounts for it when it is answered.
pub(super) async fn account(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request
        .headers()
        .get(&REQUEST_ID)
        .filter(|id| is_plain(id))
        .cloned();
    let id = id.unwrap_or_else(random_id);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let matched = request.extensions().get::<MatchedPath>();
    // Paths that are not there are counted as one: anybody may make up any number of them.
    let route = matched.map_or("other", MatchedPath::as_str).to_owned();
    let mut response = next.run(request).await;
    let took = started.elapsed();
    let status = response.status().as_u16();
    app.metrics.answered(&route, method.as_str(), status, took);
    let ms = took.as_secs_f64() * 1e3;
    let request_id = id.to_str().unwrap_or_default();
    tracing::info!(request_id, method = %method, path, status, ms, "answered");
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    response
}

/// Refuses requests without a known token, where tokens are asked for.
pub(super) async fn admit(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if let Some(tokens) = app.tokens.load().as_deref() {
        let given = request.headers().get(AUTHORIZATION);
        if !given.is_some_and(|value| tokens.admit(value.as_bytes())) {
            let text = "a token is asked for: send it as 'Authorization: Bearer TOKEN'";
            return Problem::new(Kind::Unauthorized, text).into_response();
        }
    }
    next.run(request).await
}

/// Refuses what a page of another origin sends: a browser would carry it out for any page.
pub(super) async fn own_pages_only(request: Request, next: Next) -> Response {
    if is_foreign(request.headers()) {
        let text = "pages of other origins may not ask this service";
        return Problem::new(Kind::CrossOrigin, text).into_response();
    }
    next.run(request).await
}

/// Whether the request comes from a page that we did not send.
fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name| {
        headers
            .get(name)
            .map(|value: &HeaderValue| value.to_str().ok())
    };
    let Some(origin) = text(ORIGIN) else {
        return false;
    };
    let of_origin = origin.and_then(|origin| origin.split_once("://"));
    of_origin.is_none() || of_origin.map(|(_, host)| Some(host)) != text(HOST)
}

/// Whether `id` can stand in a log as it is.
fn is_plain(id: &HeaderValue) -> bool {
    let bytes = id.as_bytes();
    (1..=64).contains(&bytes.len())
        && bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
}

fn random_id() -> HeaderValue {
    let id = format!("{:016x}", getrandom::u64().unwrap_or_default());
    HeaderValue::from_str(&id).unwrap_or(HeaderValue::from_static("none"))
}
