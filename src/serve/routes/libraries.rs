//! What is served, and what is in it.

use super::super::app::App;
use super::super::openapi::{Lookups, Plain};
use super::super::problem::{Kind, Problem};
use super::super::shelf::Held;
use super::super::wire::{
    ClusterDetail, EntryDetail, FaultDetail, Libraries, LibraryDetail, entry_detail,
};
use super::search::name_version;
use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// The libraries
///
/// And files that could not be taken up, with the reason.
#[utoipa::path(
    get, path = "/api/v1/libraries", tag = "libraries",
    responses((status = 200, description = "What is served", body = Libraries), Plain),
)]
pub(in super::super) async fn list(State(app): State<Arc<App>>) -> Json<Libraries> {
    let shelved = app.shelf.now();
    let libraries = shelved.libraries.iter();
    let faults = shelved.faults.iter();
    Json(Libraries {
        libraries: libraries
            .map(|(id, held)| LibraryDetail::new(id, held))
            .collect(),
        faults: faults
            .map(|(id, message)| FaultDetail {
                library: id.clone(),
                message: message.clone(),
            })
            .collect(),
    })
}

/// One library
#[utoipa::path(
    get, path = "/api/v1/libraries/{library}", tag = "libraries",
    params(("library" = String, Path, description = "Name of the library", example = "lipids")),
    responses((status = 200, description = "The library", body = LibraryDetail), Lookups),
)]
pub(in super::super) async fn library(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let Path(id) = path.map_err(|error| no_such(&error.body_text()))?;
    let held = app.library(Some(&id))?;
    Ok(named(Json(LibraryDetail::new(&id, &held)), &held))
}

/// One entry with its spectrum
///
/// Peaks are those that are compared: cleaned as the library was made, intensities sum to 1.
#[utoipa::path(
    get, path = "/api/v1/libraries/{library}/entries/{entry}", tag = "libraries",
    params(
        ("library" = String, Path, description = "Name of the library", example = "lipids"),
        ("entry" = u32, Path, description = "`entry_index` of a match", example = 0),
    ),
    responses((status = 200, description = "The entry", body = EntryDetail), Lookups),
)]
pub(in super::super) async fn entry(
    State(app): State<Arc<App>>,
    path: Result<Path<(String, u32)>, PathRejection>,
) -> Result<Response, Problem> {
    let Path((id, row)) = path.map_err(|error| no_such(&error.body_text()))?;
    let held = app.library(Some(&id))?;
    row_of(&held, &id, row)?;
    Ok(named(Json(entry_detail(&held, row)), &held))
}

/// Refuses a `row` that the library called `id` has not.
pub(super) fn row_of(held: &Held, id: &str, row: u32) -> Result<(), Problem> {
    let n_entries = held.library.entries().len();
    if (row as usize) < n_entries {
        return Ok(());
    }
    let text = format!("there is no entry {row} in {id}: it has {n_entries}, from 0");
    Err(Problem::not_found(text))
}

/// Which members of a cluster are shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in super::super) struct Shown {
    /// Members passed over.
    #[serde(default)]
    #[param(default = 0, maximum = 4_294_967_295_u32)]
    offset: u32,
    /// Members shown, at most.
    #[serde(default = "shown")]
    #[param(default = 100, minimum = 1, maximum = 1000)]
    limit: u32,
}

fn shown() -> u32 {
    100
}

/// One cluster with its members
#[utoipa::path(
    get, path = "/api/v1/libraries/{library}/clusters/{cluster}", tag = "libraries",
    params(
        ("library" = String, Path, description = "Name of the library", example = "lipids"),
        ("cluster" = u32, Path, description = "`cluster_id` of a match", example = 0),
        Shown,
    ),
    responses(
        (status = 200, description = "The cluster", body = ClusterDetail),
        (status = 400, description = "A parameter there is not, or a value that does not suit",
            body = super::super::problem::Error),
        Lookups,
    ),
)]
pub(in super::super) async fn cluster(
    State(app): State<Arc<App>>,
    path: Result<Path<(String, u32)>, PathRejection>,
    shown: Result<Query<Shown>, QueryRejection>,
) -> Result<Response, Problem> {
    let Path((id, cluster)) = path.map_err(|error| no_such(&error.body_text()))?;
    let Query(shown) = shown.map_err(|error| Problem::new(Kind::Malformed, error.body_text()))?;
    if !(1..=1000).contains(&shown.limit) {
        return Err(Problem::new(Kind::Malformed, "limit is from 1 to 1000"));
    }
    let held = app.library(Some(&id))?;
    let n_clusters = held.library.clusters().len();
    if cluster as usize >= n_clusters {
        let text = format!("there is no cluster {cluster} in {id}: it has {n_clusters}, from 0");
        return Err(Problem::not_found(text));
    }
    let (offset, limit) = (shown.offset as usize, shown.limit as usize);
    Ok(named(
        Json(ClusterDetail::new(&held, cluster, offset, limit)),
        &held,
    ))
}

fn named(answer: impl IntoResponse, held: &Held) -> Response {
    let mut response = answer.into_response();
    name_version(&mut response, held);
    response
}

pub(super) fn no_such(why: &str) -> Problem {
    Problem::not_found(format!("there is nothing at this path: {why}"))
}
