//! Connections: accepted while there is room, given their time, and let end.

use super::app::App;
use super::patient::Patient;
use super::routes::router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Pause after the system refuses a connection, as it does when it has no more files.
const REFUSED: Duration = Duration::from_millis(100);

/// Serves `listener` until `told` to end; then what is open has the time `drain` to be answered.
pub(super) async fn serve(
    listener: TcpListener,
    app: &Arc<App>,
    told: impl Future<Output = ()>,
    drain: Duration,
) {
    let router = router(app);
    let time = app.limits.client_time();
    let room = Arc::new(Semaphore::new(
        app.limits.max_connections.get().min(Semaphore::MAX_PERMITS),
    ));
    let open = GracefulShutdown::new();
    let mut told = pin!(told);
    loop {
        let next = async {
            let room = Arc::clone(&room).acquire_owned().await;
            (listener.accept().await, room)
        };
        let (accepted, room) = tokio::select! {
            next = next => next,
            () = &mut told => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection was refused");
                tokio::time::sleep(REFUSED).await;
                continue;
            }
        };
        // Small answers go out at once; where that cannot be had, they go out all the same.
        let _ = stream.set_nodelay(true);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(time)
            // A client may close its side once it has asked.
            .half_close(true)
            .serve_connection(
                TokioIo::new(Patient::new(stream, time)),
                TowerToHyperService::new(router.clone()),
            );
        let connection = open.watch(connection);
        tokio::spawn(async move {
            let _room = room;
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke off");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(drain, open.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}
