//! `POST /api/v1/search`.

use super::super::app::App;
use super::super::ask::{self, Ask, Bounds, Progress, Spectra};
use super::super::body::{self, Asked, What};
use super::super::gate::Place;
use super::super::pipe::{Piece, pipe};
use super::super::problem::Problem;
use super::super::reply::Form;
use super::super::shelf::Held;
use super::super::wire::{Ended, SearchAnswer, SearchRequest, Summary};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_core::Stream;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::mpsc::Receiver;

/// Search spectra
///
/// Send JSON, or a file of spectra (mzML, MGF, MSP and others, also packed) as the body or as the field
/// `file` of a form. The answer is JSON, JSON lines (a line per spectrum, sent as results come; the
/// last line is the summary) or the CSV report of `mzseek search`, by `Accept`.
#[utoipa::path(
    post, path = "/api/v1/search", tag = "search",
    params(super::super::openapi::SearchParameters),
    request_body(
        description = "Spectra in JSON, or a file of spectra.",
        content(
            (SearchRequest = "application/json"),
            (Vec<u8> = "application/octet-stream"),
            (super::super::openapi::FileForm = "multipart/form-data"),
        )
    ),
    responses(
        (status = 200, description = "What the spectra are", content(
            (SearchAnswer = "application/json"),
            (String = "application/x-ndjson"),
            (String = "text/csv"),
        )),
        super::super::openapi::Refusals,
    ),
)]
pub(in super::super) async fn search(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    let most = app.limits.body_bytes();
    let length = body::length(request.headers(), most)?;
    let place = app.gate.enter(length)?;
    let asked = body::asked(request, most, app.limits.client_time()).await?;
    let bounds = Bounds::of_request(&app.limits);
    let (ask, spectra) = resolve(&app, asked, &bounds)?;
    let held = Arc::clone(&ask.held);
    let form = ask.form;
    let pieces = work(Arc::clone(&app), ask, (spectra, bounds), place);
    let mut response = match form {
        Form::Jsonl => lines(pieces).await?,
        Form::Json | Form::Csv => whole(pieces).await?,
    };
    name_version(&mut response, &held);
    let media_type = HeaderValue::from_static(form.media_type());
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    Ok(response)
}

fn resolve(app: &App, asked: Asked, bounds: &Bounds) -> Result<(Ask, Spectra), Problem> {
    let ask = Ask {
        held: app.library(asked.library.as_deref())?,
        question: asked.question,
        form: asked.form,
    };
    let spectra = match asked.what {
        What::Sent(sent) => Spectra::Sent(sent.spectra(bounds)?),
        What::File { name, bytes } => Spectra::File {
            name,
            max_bytes: ask::unpacked(bytes.len() as u64),
            bytes: Box::new(io::Cursor::new(bytes)),
        },
    };
    Ok((ask, spectra))
}

impl SearchRequest {
    /// The spectra, checked.
    pub(in super::super) fn spectra(
        self,
        bounds: &Bounds,
    ) -> Result<Vec<crate::domain::Spectrum>, Problem> {
        if self.spectra.is_empty() {
            return Err(Problem::unusable(
                "there is no spectrum in the list of spectra",
            ));
        }
        bounds.check_spectra(self.spectra.len())?;
        let file: Arc<Path> = ask::unnamed().into();
        let spectra = self.spectra.into_iter().enumerate();
        spectra
            .map(|(index, spectrum)| {
                bounds.check_peaks(spectrum.n_peaks(), || format!("spectrum {index}"))?;
                spectrum.spectrum(&file, index)
            })
            .collect()
    }
}

/// A request's answer goes on while somebody listens; the pipe tells.
struct Listening;

impl Progress for Listening {
    fn searched(&mut self, _: u64) -> bool {
        true
    }
}

fn work(app: Arc<App>, ask: Ask, what: (Spectra, Bounds), place: Place) -> Receiver<Piece> {
    let (pipe, pieces) = pipe(app.limits.client_time());
    tokio::task::spawn_blocking(move || {
        let last = pipe.sender();
        let done = ask::answer(&ask, what, (&app.gate, &app.metrics), &mut Listening, pipe);
        let word = match done {
            Ok(Some((_, summary))) => Piece::End(summary),
            Ok(None) => return,
            Err(problem) => Piece::Failed(problem),
        };
        // Others may come in before the last word is heard.
        drop(place);
        // Nobody may be left to hear it.
        let _ = last.blocking_send(word);
    });
    pieces
}

async fn whole(mut pieces: Receiver<Piece>) -> Result<Response, Problem> {
    let mut answer: Vec<u8> = Vec::new();
    loop {
        match pieces.recv().await {
            Some(Piece::Bytes(bytes)) => answer.extend_from_slice(&bytes),
            Some(Piece::Failed(problem)) => return Err(problem),
            Some(Piece::End(summary)) => {
                let mut response = Body::from(answer).into_response();
                tell(&mut response, &summary);
                return Ok(response);
            }
            None => return Err(broken()),
        }
    }
}

/// Lines as they come. What goes wrong before the first is answered as an error; after it, in the
/// last line.
async fn lines(mut pieces: Receiver<Piece>) -> Result<Response, Problem> {
    let first = match pieces.recv().await {
        Some(Piece::Failed(problem)) => return Err(problem),
        Some(first) => first,
        None => return Err(broken()),
    };
    let lines = Lines {
        first: Some(first),
        pieces,
        ended: false,
    };
    Ok(Body::from_stream(lines).into_response())
}

/// The pieces as a stream; one without an end breaks the connection rather than look whole.
struct Lines {
    first: Option<Piece>,
    pieces: Receiver<Piece>,
    ended: bool,
}

impl Stream for Lines {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let piece = match self.first.take() {
            Some(first) => Some(first),
            None => match self.pieces.poll_recv(context) {
                Poll::Ready(piece) => piece,
                Poll::Pending => return Poll::Pending,
            },
        };
        self.ended = !matches!(piece, Some(Piece::Bytes(_)));
        Poll::Ready(match piece {
            Some(Piece::Bytes(bytes)) => Some(Ok(bytes)),
            Some(Piece::End(_)) => None,
            Some(Piece::Failed(problem)) => Some(last_line(&problem)),
            None => Some(Err(io::ErrorKind::BrokenPipe.into())),
        })
    }
}

fn last_line(problem: &Problem) -> io::Result<Bytes> {
    let mut line = serde_json::to_vec(&Ended::Error(problem.body()))?;
    line.push(b'\n');
    Ok(line.into())
}

fn broken() -> Problem {
    Problem::internal("the search broke off", "its thread ended without a word")
}

fn tell(response: &mut Response, summary: &Summary) {
    for (name, n) in [
        ("mzseek-queries", summary.queries),
        ("mzseek-matched", summary.matched),
        ("mzseek-skipped", summary.skipped),
    ] {
        let name = HeaderName::from_static(name);
        response.headers_mut().insert(name, HeaderValue::from(n));
    }
}

/// Names the library and its version in the headers.
pub(in super::super) fn name_version(response: &mut Response, held: &Held) {
    for (name, value) in [
        ("mzseek-library", held.library.name()),
        ("mzseek-library-version", held.version.clone()),
    ] {
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            response
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
    }
}
