//! The service: questions over HTTP, answered by the same searcher as on the command line.
//!
//! ```text
//! routes -> body -> gate (a place, then turns) -> ask (search) -> reply -> pipe -> connection
//! ```
//!
//! Libraries are opened once and swapped whole when their files change (`shelf`); a request keeps to
//! what it began with. Connections are served by a few threads that never search; searching is done
//! by the threads of the pool, so many at a time.

mod app;
mod ask;
mod body;
mod connections;
mod gate;
mod guard;
mod jobs;
mod limits;
mod metrics;
mod openapi;
mod patient;
mod pipe;
mod problem;
mod reply;
mod routes;
mod shelf;
mod tokens;
mod wire;

pub use limits::Limits;

use crate::failure::Failure;
use app::App;
use arc_swap::ArcSwapOption;
use gate::Gate;
use metrics::Metrics;
use shelf::{Shelf, When};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokens::Tokens;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What is served, where and to whom.
#[derive(Debug, Clone)]
pub struct Service {
    /// The folder whose `.h5` files are served.
    pub libraries: PathBuf,
    /// The address listened on.
    pub listen: SocketAddr,
    /// A file with tokens, one of which a request must have.
    pub tokens: Option<PathBuf>,
    /// Whether anybody may ask from anywhere.
    pub insecure: bool,
    /// The folder of jobs.
    pub jobs: Option<PathBuf>,
    /// How often the folder of libraries is looked at; never where none.
    pub poll: Option<Duration>,
    /// How long requests may take to end once the service is told to.
    pub drain: Duration,
    /// How much is taken on.
    pub limits: Limits,
}

/// Serves until told to end, by SIGTERM or SIGINT. `listening` is told the address once it is open.
///
/// # Errors
/// An address that cannot be listened on or should not be, a folder or file that cannot be read.
pub fn run(service: &Service, listening: impl FnOnce(SocketAddr)) -> Result<(), Failure> {
    let near = service.listen.ip().is_loopback();
    if !near && service.tokens.is_none() && !service.insecure {
        let text = format!(
            "{}: anybody who reaches this address could ask: give --tokens FILE, or --insecure \
             where something else decides who may",
            service.listen
        );
        return Err(Failure::usage(text));
    }
    let failed = |error: io::Error| Failure::input(error.to_string());
    let tokens = service.tokens.as_deref().map(Tokens::read);
    let jobs = service.jobs.as_deref();
    let jobs = jobs.map(|folder| jobs::Jobs::open(folder, service.limits.max_jobs.get()));
    let app = Arc::new(App {
        tokens: ArcSwapOption::new(tokens.transpose().map_err(failed)?.map(Arc::new)),
        shelf: Shelf::open(&service.libraries).map_err(failed)?,
        gate: Gate::new(&service.limits),
        limits: service.limits.clone(),
        metrics: Metrics::new(),
        jobs: jobs.transpose().map_err(failed)?,
        ending: AtomicBool::new(false),
    });
    // A thread each for what waits in the queue, for a job, and for some files.
    let blocking = service.limits.max_queue.get().saturating_add(16);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(rayon::current_num_threads().clamp(1, 4))
        .max_blocking_threads(blocking)
        .enable_all()
        .build()
        .map_err(failed)?;
    let served = runtime.block_on(serve(service, &app, listening));
    // What still runs after its time is left alone; answers that were promised are out.
    runtime.shutdown_timeout(Duration::from_secs(1));
    served.map_err(|error| Failure::input(format!("{}: {error}", service.listen)))
}

async fn serve(
    service: &Service,
    app: &Arc<App>,
    listening: impl FnOnce(SocketAddr),
) -> io::Result<()> {
    let listener = TcpListener::bind(service.listen).await?;
    let (mut term, mut int) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let hup = signal(SignalKind::hangup())?;
    tokio::spawn(reload(service.clone(), Arc::clone(app), hup));
    tokio::spawn(jobs::run(Arc::clone(app)));
    tokio::spawn(jobs::keep_tidy(Arc::clone(app)));
    let address = listener.local_addr()?;
    listening(address);
    tracing::info!(%address, "listening");
    let told = async {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        app.ending.store(true, Ordering::Relaxed);
        tracing::info!("ending: no new connections, open requests are answered");
    };
    connections::serve(listener, app, told, service.drain).await;
    tracing::info!("ended");
    Ok(())
}

/// Takes up changed libraries when told to by SIGHUP, tokens too, and when their files change.
async fn reload(service: Service, app: Arc<App>, mut hup: Signal) {
    loop {
        let told = match service.poll {
            None => hup.recv().await.is_some(),
            Some(poll) => tokio::time::timeout(poll, hup.recv()).await.is_ok(),
        };
        let when = if told { When::Now } else { When::Stable };
        if let (true, Some(path)) = (told, &service.tokens) {
            match Tokens::read(path) {
                Ok(tokens) => app.tokens.store(Some(Arc::new(tokens))),
                Err(error) => tracing::error!(%error, "the tokens stay as they were"),
            }
        }
        let of_app = Arc::clone(&app);
        let reloaded = tokio::task::spawn_blocking(move || of_app.shelf.reload(when)).await;
        match reloaded {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "libraries cannot be looked at"),
            Err(error) => tracing::error!(%error, "looking at libraries broke off"),
        }
    }
}

/// Reads `bytes` as a request for a search: a line of the content type, one of the parameters, and
/// the body. Gives the file it sends, if it is understood and sends one.
#[cfg(fuzzing)]
pub(crate) fn read_request(bytes: &[u8]) -> Option<bytes::Bytes> {
    use axum::http::{Request, header::CONTENT_TYPE};
    const MOST: usize = 1 << 20;
    let mut parts = bytes.splitn(3, |&b| b == b'\n');
    let mut part = || parts.next().unwrap_or_default();
    let (content, parameters, body) = (part(), part(), part());
    let uri = format!("/api/v1/search?{}", String::from_utf8_lossy(parameters));
    let request = Request::post(uri).header(CONTENT_TYPE, content);
    let request = request.body(axum::body::Body::from(body.to_vec())).ok()?;
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().build().ok()?;
    let time = Duration::from_secs(9);
    match runtime
        .block_on(body::asked(request, MOST, time))
        .ok()?
        .what
    {
        body::What::Sent(sent) => {
            let file: Arc<std::path::Path> = ask::unnamed().into();
            for (index, spectrum) in sent.spectra.into_iter().enumerate() {
                let _ = spectrum.spectrum(&file, index);
            }
            None
        }
        body::What::File { bytes, .. } => Some(bytes),
    }
}
