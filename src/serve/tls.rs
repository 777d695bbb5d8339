//! TLS for the desk: with a given certificate, or with one that the desk makes itself.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

/// How long a caller may take to agree on keys.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Callers that agree on keys at the same time; others wait in the system's queue.
const HANDSHAKES: usize = 64;
/// How long is waited when the system gives no more connections.
const OUT_OF_FILES: Duration = Duration::from_secs(1);

/// Why the desk cannot be called over TLS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The certificate or the key is not written as PEM.
    #[error("the certificate or its key is not a PEM file")]
    Pem(#[from] pem::Error),
    /// They do not fit together, or are of a kind that is not supported.
    #[error("the certificate and its key cannot be used together")]
    Unfit(#[from] tokio_rustls::rustls::Error),
    /// No certificate could be made.
    #[error("no certificate could be made")]
    Make(#[from] rcgen::Error),
}

/// A certificate with its key, each as PEM.
pub struct Certificate {
    /// The certificate, with those that vouch for it behind it.
    pub certificate: String,
    /// Its private key.
    pub key: String,
}

impl Certificate {
    /// A new one for these host names and addresses, vouched for by nobody: browsers ask
    /// once whether it is trusted.
    ///
    /// # Errors
    ///
    /// If a name is no host name, or the system gives no random numbers.
    pub fn made_for(names: Vec<String>) -> Result<Self, TlsError> {
        let made = rcgen::generate_simple_self_signed(names)?;
        let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        Ok(Self { certificate, key })
    }

    /// What browsers show of it to compare: SHA-256 of its bytes as `AB:CD:…`.
    ///
    /// # Errors
    ///
    /// If it is no PEM file.
    pub fn fingerprint(&self) -> Result<String, TlsError> {
        use sha2::{Digest as _, Sha256};
        let bytes = CertificateDer::from_pem_slice(self.certificate.as_bytes())?;
        let digest = Sha256::digest(&bytes);
        let parts: Vec<String> =
            digest.iter().map(|byte| format!("{byte:02X}")).collect();
        Ok(parts.join(":"))
    }

    fn acceptor(&self) -> Result<TlsAcceptor, TlsError> {
        let chain: Vec<CertificateDer<'static>> =
            CertificateDer::pem_slice_iter(self.certificate.as_bytes())
                .collect::<Result<_, _>>()?;
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes())?;
        let mut config =
            ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
                .with_safe_default_protocol_versions()?
                .with_no_client_auth()
                .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// Connections whose keys are agreed on. Whoever is slow at that holds up nobody else.
pub(super) struct TlsListener {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl TlsListener {
    /// Callers of `listener`, over TLS.
    pub(super) fn new(
        listener: TcpListener,
        certificate: &Certificate,
    ) -> Result<Self, super::ServeError> {
        let acceptor = certificate.acceptor()?;
        let address = listener.local_addr()?;
        let (send, ready) = mpsc::channel(HANDSHAKES);
        let turns = Arc::new(Semaphore::new(HANDSHAKES));
        tokio::spawn(async move {
            while let Ok(turn) = Arc::clone(&turns).acquire_owned().await {
                let accepted = tokio::select! {
                    () = send.closed() => return,
                    accepted = listener.accept() => accepted,
                };
                let Ok((stream, peer)) = accepted else {
                    tokio::time::sleep(OUT_OF_FILES).await;
                    continue;
                };
                let (acceptor, send) = (acceptor.clone(), send.clone());
                tokio::spawn(async move {
                    // Whoever speaks no TLS, or too slowly, is not answered.
                    if let Ok(Ok(stream)) =
                        timeout(HANDSHAKE, acceptor.accept(stream)).await
                    {
                        drop(send.send((stream, peer)).await);
                    }
                    drop(turn);
                });
            }
        });
        Ok(Self { ready, address })
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(ready) => ready,
            // The task that sends has ended with the desk.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_was_made_can_be_used_and_compared() {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let made = Certificate::made_for(names).expect("a certificate");
        assert!(made.acceptor().is_ok());
        let print = made.fingerprint().expect("a fingerprint");
        assert_eq!(print.split(':').count(), 32, "{print}");
        let other = Certificate::made_for(vec!["localhost".to_owned()]).expect("another");
        assert_ne!(other.fingerprint().expect("a fingerprint"), print);
        let mixed = Certificate { certificate: made.certificate, key: other.key };
        assert!(matches!(mixed.acceptor(), Err(TlsError::Unfit(_))));
        let none = Certificate { certificate: "x".into(), key: "x".into() };
        assert!(none.acceptor().is_err());
    }
}
