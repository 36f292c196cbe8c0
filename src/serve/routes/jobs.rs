//! Jobs: ordered, watched, cancelled, fetched.

use super::super::app::App;
use super::super::body::{self, Content, Parameters};
use super::super::jobs::{JobDetail, JobList, Jobs, Order, State as JobState};
use super::super::openapi::{Lookups, Refusals, SearchParameters};
use super::super::problem::{Error, Kind, Problem};
use super::super::reply::Form;
use super::super::wire::question;
use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;

fn jobs(app: &App) -> Result<&Jobs, Problem> {
    let off = "this service takes no jobs: it was started without --jobs";
    app.jobs.as_ref().ok_or_else(|| Problem::not_found(off))
}

fn id(path: Result<Path<String>, PathRejection>) -> Result<String, Problem> {
    let Path(id) = path.map_err(|error| Problem::not_found(error.body_text()))?;
    Ok(id)
}

fn no_job(id: &str) -> Problem {
    Problem::not_found(format!(
        "there is no job {id:?}; jobs are deleted some time after they end"
    ))
}

/// Order a search
///
/// For files too large for one request. The body is the file (of any format that is read, also packed);
/// `Accept` decides the form of the result.
#[utoipa::path(
    post, path = "/api/v1/jobs", tag = "jobs",
    params(SearchParameters),
    request_body(
        description = "A file of spectra.",
        content((Vec<u8> = "application/octet-stream")),
    ),
    responses(
        (status = 202, description = "It is taken in", body = JobDetail, links(
            ("show" = (operation_id = "show", parameters(("job" = "$response.body#/id")))),
            ("result" = (operation_id = "result", parameters(("job" = "$response.body#/id")))),
            ("cancel" = (operation_id = "cancel", parameters(("job" = "$response.body#/id")))),
        )),
        Refusals,
    ),
)]
pub(in super::super) async fn create(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    let jobs = jobs(&app)?;
    let form = Form::accepted(request.headers())?;
    let parameters = Parameters::of(request.uri())?;
    if Content::of(request.headers())? != Content::File {
        let text = "send the file itself, as application/octet-stream";
        return Err(Problem::new(Kind::MediaType, text));
    }
    // What cannot be done is told now, not when its turn comes.
    question(&parameters.settings)?;
    let held = app.library(parameters.library.as_deref())?;
    let most = app.limits.job_bytes();
    body::length(
        request.headers(),
        usize::try_from(most).unwrap_or(usize::MAX),
    )?;
    let failed = |error| Problem::internal("the folder of jobs cannot be used", error);
    let arriving = jobs.arriving().map_err(failed)?;
    let arriving = arriving
        .ok_or_else(|| Problem::new(Kind::Busy, "too many jobs are waiting: try again later"))?;
    let mut order = Order {
        library: held.library.name(),
        file: body::name(parameters.file)?.to_string_lossy().into_owned(),
        settings: parameters.settings,
        form,
        input_bytes: 0,
    };
    let file = tokio::fs::File::create(arriving.input())
        .await
        .map_err(failed)?;
    order.input_bytes = store(request.into_body(), file, &app).await?;
    let detail = arriving.take_in(order).map_err(failed)?;
    let place = format!("/api/v1/jobs/{}", detail.age().1);
    let mut response = (StatusCode::ACCEPTED, Json(detail)).into_response();
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(LOCATION, place);
    }
    Ok(response)
}

/// Stores `body` as it comes; the client may take its time, but not stop.
async fn store(mut body: Body, mut file: tokio::fs::File, app: &App) -> Result<u64, Problem> {
    let (most, time) = (app.limits.job_bytes(), app.limits.client_time());
    let failed = |error| Problem::internal("the folder of jobs cannot be used", error);
    let mut n_bytes = 0;
    loop {
        let frame = tokio::time::timeout(time, body.frame()).await;
        let Some(frame) = frame.map_err(|_| body::slow(time))? else {
            break;
        };
        let frame = frame.map_err(|error| {
            let text = format!("the body ended before it was whole: {error}");
            Problem::new(Kind::Malformed, text)
        })?;
        let Ok(bytes) = frame.into_data() else {
            continue;
        };
        n_bytes += bytes.len() as u64;
        if n_bytes > most {
            let text = format!("the file of a job has at most {} MB", most / 1_000_000);
            return Err(Problem::new(Kind::TooLarge, text));
        }
        file.write_all(&bytes).await.map_err(failed)?;
    }
    file.sync_all().await.map_err(failed)?;
    Ok(n_bytes)
}

/// All jobs
#[utoipa::path(
    get, path = "/api/v1/jobs", tag = "jobs",
    responses((status = 200, description = "The jobs", body = JobList), Lookups),
)]
pub(in super::super) async fn list(State(app): State<Arc<App>>) -> Result<Json<JobList>, Problem> {
    let jobs = jobs(&app)?.details();
    Ok(Json(JobList { jobs }))
}

/// How a job stands
#[utoipa::path(
    get, path = "/api/v1/jobs/{job}", tag = "jobs",
    params(("job" = String, Path, description = "`id` of the job")),
    responses((status = 200, description = "The job", body = JobDetail), Lookups),
)]
pub(in super::super) async fn show(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Json<JobDetail>, Problem> {
    let id = id(path)?;
    let detail = jobs(&app)?.detail(&id);
    Ok(Json(detail.ok_or_else(|| no_job(&id))?))
}

/// Cancel a job, or delete its result
#[utoipa::path(
    delete, path = "/api/v1/jobs/{job}", tag = "jobs",
    params(("job" = String, Path, description = "`id` of the job")),
    responses((status = 204, description = "It is gone"), Lookups),
)]
pub(in super::super) async fn cancel(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, Problem> {
    let id = id(path)?;
    let deleted = jobs(&app)?.delete(&id);
    let deleted =
        deleted.map_err(|error| Problem::internal("the job could not be deleted", error))?;
    if deleted {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(no_job(&id))
    }
}

/// The result of a job
#[utoipa::path(
    get, path = "/api/v1/jobs/{job}/result", tag = "jobs",
    params(("job" = String, Path, description = "`id` of the job")),
    responses(
        (status = 200, description = "The result, in the form it was ordered in", content(
            (super::super::wire::SearchAnswer = "application/json"),
            (String = "application/x-ndjson"),
            (String = "text/csv"),
        )),
        (status = 409, description = "It is not done yet, or failed", body = Error),
        Lookups,
    ),
)]
pub(in super::super) async fn result(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let id = id(path)?;
    let (record, path) = jobs(&app)?.result(&id).ok_or_else(|| no_job(&id))?;
    if record.state != JobState::Done {
        let text = match record.message {
            Some(message) => format!("the job failed: {message}"),
            None => "the job is not done yet".to_owned(),
        };
        return Err(Problem::new(Kind::NotReady, text));
    }
    // It may be deleted just now.
    let file = tokio::fs::File::open(&path)
        .await
        .map_err(|_| no_job(&id))?;
    let length = file.metadata().await.map_err(|_| no_job(&id))?.len();
    let mut response = Body::from_stream(super::super::pipe::chunks(file)).into_response();
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static(record.order.form.media_type()),
    );
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    if let Some(version) = record.version.and_then(|v| HeaderValue::from_str(&v).ok()) {
        headers.insert("mzseek-library-version", version);
    }
    Ok(response)
}
