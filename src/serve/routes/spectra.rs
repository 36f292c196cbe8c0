//! `POST /api/v1/spectra`: what is read from a file.

use super::super::app::App;
use super::super::ask::{Bounds, unpacked};
use super::super::body::{self, Content};
use super::super::openapi::Refusals;
use super::super::problem::{Kind, Problem};
use super::super::wire::SpectrumOut;
use crate::formats::{self, Record};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use serde::{Deserialize, Serialize};
use std::io::Cursor;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Which spectra are shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in super::super) struct Wanted {
    /// What the file is called.
    file: Option<String>,
    /// The first record shown, from 0: `query_index` of an answer.
    #[serde(default)]
    #[param(default = 0, maximum = 4_294_967_295_u32)]
    from: u32,
    /// Spectra shown, at most.
    #[serde(default = "limit")]
    #[param(default = 100, minimum = 1, maximum = 1000)]
    limit: u32,
}

fn limit() -> u32 {
    100
}

/// Spectra of a file, as they were read.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct Read {
    /// The spectra, in file order.
    spectra: Vec<SpectrumOut>,
    /// Records that could not be read, up to the last spectrum shown, and why.
    damaged: Vec<String>,
}

/// Read spectra
///
/// Say what is in a file (mzML, MGF, MSP and others, also packed), without a search.
#[utoipa::path(
    post, path = "/api/v1/spectra", tag = "search",
    params(Wanted),
    request_body(
        description = "A file of spectra.",
        content((Vec<u8> = "application/octet-stream")),
    ),
    responses((status = 200, description = "What was read", body = Read), Refusals),
)]
pub(in super::super) async fn read(
    State(app): State<Arc<App>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
    request: Request,
) -> Result<Json<Read>, Problem> {
    let Query(wanted) = wanted.map_err(|error| Problem::new(Kind::Malformed, error.body_text()))?;
    if !(1..=1000).contains(&wanted.limit) {
        return Err(Problem::new(Kind::Malformed, "limit is from 1 to 1000"));
    }
    if Content::of(request.headers())? != Content::File {
        let text = "send the file itself, as application/octet-stream";
        return Err(Problem::new(Kind::MediaType, text));
    }
    let most = app.limits.body_bytes();
    let place = app.gate.enter(body::length(request.headers(), most)?)?;
    let bytes = body::whole(request.into_body(), most, app.limits.client_time()).await?;
    let name = body::name(wanted.file.clone())?;
    let bounds = Bounds::of_request(&app.limits);
    let work = move || {
        let _place = place;
        let _turn = app.gate.turn();
        let max_bytes = unpacked(bytes.len() as u64);
        let records = formats::read(&name, Cursor::new(bytes), max_bytes)?;
        shown(records, &wanted, &bounds)
    };
    let shown = tokio::task::spawn_blocking(work).await;
    Ok(Json(shown.map_err(|e| {
        Problem::internal("reading broke off", e)
    })??))
}

fn shown(
    records: Box<dyn formats::SpectrumReader>,
    wanted: &Wanted,
    bounds: &Bounds,
) -> Result<Read, Problem> {
    const DAMAGED: usize = 20;
    let (mut spectra, mut damaged) = (Vec::new(), Vec::new());
    for (index, record) in records.enumerate() {
        bounds.check_time()?;
        match record {
            Ok(Record::Spectrum(spectrum)) if index >= wanted.from as usize => {
                bounds.check(&spectrum)?;
                spectra.push(SpectrumOut::new(&spectrum));
            }
            Err(error) if error.is_fatal() => return Err(error.into()),
            Err(error) if damaged.len() < DAMAGED => damaged.push(error.to_string()),
            Ok(_) | Err(_) => {}
        }
        if spectra.len() == wanted.limit as usize {
            break;
        }
    }
    Ok(Read { spectra, damaged })
}
