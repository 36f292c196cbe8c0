//! A spectrum beside an entry: the mirror plot, or its numbers.

use super::super::app::App;
use super::super::ask::{self, Bounds};
use super::super::body::{self, Content};
use super::super::openapi::Refusals;
use super::super::problem::{Kind, Problem};
use super::super::reply::accepted;
use super::super::shelf::Held;
use super::super::wire::{Comparison, ComparisonRequest, question};
use super::libraries::{no_such, row_of};
use super::search::name_version;
use crate::report::{Compared, mirror_plot};
use crate::search::Searcher;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Svg,
    Json,
}

/// m/z, in Th, beyond which nothing is drawn.
const FARTHEST: f64 = 1.0e6;

/// Compare a spectrum with an entry
///
/// The mirror plot as SVG, or the pairs of peaks as JSON, by `Accept`: the spectrum above, the entry
/// below, what both have in colour. The entry need not be a match.
#[utoipa::path(
    post, path = "/api/v1/libraries/{library}/entries/{entry}/mirror", tag = "libraries",
    params(
        ("library" = String, Path, description = "Name of the library", example = "lipids"),
        ("entry" = u32, Path, description = "`entry_index` of a match", example = 0),
    ),
    request_body(description = "The spectrum.", content = ComparisonRequest),
    responses(
        (status = 200, description = "How they compare", content(
            (String = "image/svg+xml"),
            (Comparison = "application/json"),
        )),
        Refusals,
    ),
)]
pub(in super::super) async fn mirror(
    State(app): State<Arc<App>>,
    path: Result<Path<(String, u32)>, PathRejection>,
    request: Request,
) -> Result<Response, Problem> {
    let Path((id, row)) = path.map_err(|error| no_such(&error.body_text()))?;
    let held = app.library(Some(&id))?;
    row_of(&held, &id, row)?;
    let named = |range: &str| match range {
        "*/*" | "image/*" | "image/svg+xml" => Some(Form::Svg),
        "application/*" | "application/json" => Some(Form::Json),
        _ => None,
    };
    let form = accepted(
        request.headers(),
        Form::Svg,
        "image/svg+xml or application/json",
        named,
    )?;
    if Content::of(request.headers())? != Content::Json {
        let text = "send the spectrum as application/json";
        return Err(Problem::new(Kind::MediaType, text));
    }
    let most = app.limits.body_bytes();
    let place = app.gate.enter(body::length(request.headers(), most)?)?;
    let bytes = body::whole(request.into_body(), most, app.limits.client_time()).await?;
    let work = move || {
        let _place = place;
        let _turn = app.gate.turn();
        let asked: ComparisonRequest = body::json(&bytes)?;
        let bounds = Bounds::of_request(&app.limits);
        compare(&held, row, (asked, &bounds), form)
    };
    let compared = tokio::task::spawn_blocking(work).await;
    compared.map_err(|error| Problem::internal("comparing broke off", error))?
}

fn compare(
    held: &Arc<Held>,
    row: u32,
    (asked, bounds): (ComparisonRequest, &Bounds),
    form: Form,
) -> Result<Response, Problem> {
    let range = asked.range.map(|[from, to]| (from, to));
    if range.is_some_and(|(from, to)| !(0.0 <= from && from < to && to <= FARTHEST)) {
        let text = format!("a range is from one m/z to a higher one, both from 0 to {FARTHEST}");
        return Err(Problem::unusable(text));
    }
    let n_peaks = asked.spectrum.n_peaks();
    bounds.check_peaks(n_peaks, || "the spectrum".to_owned())?;
    let query = asked.spectrum.spectrum(&ask::unnamed().into(), 0)?;
    let library = &held.library;
    let searcher = Searcher::new(library, question(&asked.settings)?.settings(library)?);
    let left_out = |why| Problem::unusable(format!("the spectrum cannot be compared: {why}"));
    let explained = searcher.explain(&query, row).map_err(left_out)?;
    let mut response = match form {
        Form::Json => Json(Comparison::new(held, &explained)).into_response(),
        Form::Svg => {
            let compared = Compared::explained(library, &query, &explained);
            let tolerance = searcher.settings().fragment_tolerance;
            let svg = mirror_plot(library, &query, compared, tolerance, range).map_err(left_out)?;
            ([(CONTENT_TYPE, "image/svg+xml")], svg).into_response()
        }
    };
    name_version(&mut response, held);
    Ok(response)
}
