//! Listens, answers, and stops when told.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use super::app::{App, Desk, StartError};
use super::route;

/// How long answers that are on their way may take after the desk was told to stop.
const GRACE: Duration = Duration::from_secs(5);

/// Why the desk does not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// It could not be set up.
    #[error("the desk could not be set up")]
    Start(#[from] StartError),
    /// The address it was to listen on failed.
    #[error("the desk stopped listening")]
    Listen(#[from] std::io::Error),
}

/// Answers on `listener` until `shutdown` is ready.
///
/// Whoever listens on a loopback address answers to names of this machine only, so that
/// a web page of somebody else cannot read the archive through the clerk's browser.
///
/// # Errors
///
/// If the desk cannot be set up or the listener fails.
pub async fn serve(
    app: App,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let is_local = listener.local_addr()?.ip().is_loopback();
    let router = route::router(Arc::new(Desk::new(app, is_local)?));
    let (told, mut hears) = tokio::sync::watch::channel(false);
    let graceful = async move {
        shutdown.await;
        told.send_replace(true);
    };
    let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(graceful);
    tokio::select! {
        ended = async { server.await } => Ok(ended?),
        () = async {
            if hears.wait_for(|stop| *stop).await.is_err() {
                // The server has ended by itself; its result is the answer.
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(GRACE).await;
        } => Ok(()),
    }
}
