//! Is the service there, and what has it done?

use super::super::app::App;
use super::super::jobs::Jobs;
use super::super::openapi::Plain;
use super::super::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Is the process there?
#[utoipa::path(
    get, path = "/health/live", tag = "health",
    responses((status = 200, description = "It is", body = String)),
)]
pub(in super::super) async fn live() -> &'static str {
    "live\n"
}

/// Does it answer questions?
#[utoipa::path(
    get, path = "/health/ready", tag = "health",
    responses(
        (status = 200, description = "It does", body = String),
        (status = 503, description = "There is no library, or the service is about to end",
            body = String),
    ),
)]
pub(in super::super) async fn ready(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    if app.ending.load(Ordering::Relaxed) {
        return (StatusCode::SERVICE_UNAVAILABLE, "ending\n");
    }
    if app.shelf.now().libraries.is_empty() {
        return (StatusCode::SERVICE_UNAVAILABLE, "no library\n");
    }
    (StatusCode::OK, "ready\n")
}

/// Counts for Prometheus
#[utoipa::path(
    get, path = "/metrics", tag = "health",
    responses(
        (status = 200, description = "OpenMetrics text", content_type = "application/openmetrics-text",
            body = String),
        Plain,
    ),
)]
pub(in super::super) async fn metrics(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let jobs = app.jobs.as_ref().map(Jobs::counts).unwrap_or_default();
    let text = app.metrics.text(&app.gate, &app.shelf, &jobs);
    let text = text.map_err(|error| Problem::internal("the counts cannot be written", error))?;
    Ok(([(CONTENT_TYPE, OPEN_METRICS)], text).into_response())
}
