//! Which path is answered where.

mod health;
mod jobs;
#[expect(
    unused_qualifications,
    reason = "the macro that describes handlers qualifies its words"
)]
mod libraries;
mod mirror;
mod page;
mod search;
#[expect(
    unused_qualifications,
    reason = "the macro that describes handlers qualifies its words"
)]
mod spectra;

use super::app::App;
use super::guard;
use super::problem::{Kind, Problem};
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use axum::{Router, http::Method};
use std::sync::Arc;

pub(super) use health::{__path_live, __path_metrics, __path_ready};
pub(super) use jobs::{
    __path_cancel, __path_create, __path_list as __path_list_jobs, __path_result, __path_show,
};
pub(super) use libraries::{__path_cluster, __path_entry, __path_library, __path_list};
pub(super) use mirror::__path_mirror;
pub(super) use search::__path_search;
pub(super) use spectra::__path_read;

/// Everything that is answered.
pub(super) fn router(app: &Arc<App>) -> Router {
    let guarded = Router::new()
        .route("/api/v1/search", post(search::search))
        .route("/api/v1/spectra", post(spectra::read))
        .route("/api/v1/libraries", get(libraries::list))
        .route("/api/v1/libraries/{library}", get(libraries::library))
        .route(
            "/api/v1/libraries/{library}/entries/{entry}",
            get(libraries::entry),
        )
        .route(
            "/api/v1/libraries/{library}/entries/{entry}/mirror",
            post(mirror::mirror),
        )
        .route(
            "/api/v1/libraries/{library}/clusters/{cluster}",
            get(libraries::cluster),
        )
        .route("/api/v1/jobs", post(jobs::create).get(jobs::list))
        .route("/api/v1/jobs/{job}", get(jobs::show).delete(jobs::cancel))
        .route("/api/v1/jobs/{job}/result", get(jobs::result))
        .route("/metrics", get(health::metrics))
        .route_layer(from_fn_with_state(Arc::clone(app), guard::admit))
        // Bodies are bounded where they are read, so that the answer says what to do.
        .layer(DefaultBodyLimit::disable());
    Router::new()
        .route("/", get(page::index))
        .route("/assets/{name}", get(page::asset))
        .route("/api", get(page::api))
        .route("/openapi.json", get(page::openapi))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .merge(guarded)
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .with_state(Arc::clone(app))
        .layer(from_fn(guard::own_pages_only))
        .layer(from_fn_with_state(Arc::clone(app), guard::account))
}

async fn nothing_here() -> Problem {
    Problem::not_found("there is nothing at this path; /api lists what there is")
}

async fn wrong_method(method: Method) -> Problem {
    let text = format!("{method} is not answered at this path; /api lists what is");
    Problem::new(Kind::Method, text)
}
