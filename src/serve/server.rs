//! Listens, answers, and stops when told.

use std::future::{Future, IntoFuture as _};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;

use super::app::{App, Desk, StartError};
use super::route;
use super::tls::{Certificate, TlsError, TlsListener};

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
    /// The certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// Answers on `listener` until `shutdown` is ready; over TLS where there is a certificate.
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
    certificate: Option<&Certificate>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let is_local = listener.local_addr()?.ip().is_loopback();
    let is_tls = certificate.is_some();
    let router = route::router(Arc::new(Desk::new(app, is_local, is_tls)?));
    let (told, mut hears) = tokio::sync::watch::channel(false);
    let graceful = async move {
        shutdown.await;
        told.send_replace(true);
    };
    let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
    let server: Pin<Box<dyn Future<Output = std::io::Result<()>> + Send>> =
        if let Some(certificate) = certificate {
            // A listener that is tapped knows who calls; there is nothing to do with it.
            let listener = TlsListener::new(listener, certificate)?.tap_io(|_stream| {});
            let server = axum::serve(listener, service);
            Box::pin(server.with_graceful_shutdown(graceful).into_future())
        } else {
            let server = axum::serve(listener, service);
            Box::pin(server.with_graceful_shutdown(graceful).into_future())
        };
    tokio::select! {
        ended = server => Ok(ended?),
        () = async {
            if hears.wait_for(|stop| *stop).await.is_err() {
                // The server has ended by itself; its result is the answer.
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(GRACE).await;
        } => Ok(()),
    }
}
