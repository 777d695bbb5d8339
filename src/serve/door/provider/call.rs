//! Calls to the provider of log-ins: the only ones that the desk makes, to the addresses that
//! `sohoa.toml` and the provider name, and only where `sohoa.toml` names one.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT};
use axum::http::uri::{Authority, Scheme};
use axum::http::{Method, Request, Uri};
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::config::oidc::is_guarded_address;

/// How long one call may take from the name to the last byte: somebody waits for it.
const PATIENCE: Duration = Duration::from_secs(if cfg!(test) { 2 } else { 8 });
/// Most bytes of an answer. Keys with their certificates have some 10 KiB, a token with the
/// groups of a large office 60 KiB.
const MAX_ANSWER: usize = 256 * 1024;

/// Why a call brought nothing.
#[derive(Debug, thiserror::Error)]
pub(in super::super) enum CallError {
    /// The address is none that may be called.
    #[error("`{0}` is no https address")]
    Address(String),
    /// Nothing listens there, or its certificate is not trusted.
    #[error("`{host}` cannot be reached")]
    Unreachable {
        /// Host and port.
        host: String,
        /// What the system or TLS said.
        source: std::io::Error,
    },
    /// What came is not HTTP.
    #[error("`{host}` broke off")]
    Http {
        /// Host and port.
        host: String,
        /// What is wrong with it.
        source: hyper::Error,
    },
    /// It took too long.
    #[error("`{host}` did not answer within {} s", PATIENCE.as_secs())]
    Late {
        /// Host and port.
        host: String,
    },
    /// The answer is longer than any that is expected.
    #[error("`{host}` answered with more than {MAX_ANSWER} bytes, or broke off")]
    Length {
        /// Host and port.
        host: String,
    },
    /// Another status than 200.
    #[error("`{host}` answered with status {status}")]
    Status {
        /// Host and port.
        host: String,
        /// The status.
        status: u16,
    },
}

impl CallError {
    /// Whether the provider did answer, and said no.
    pub(super) fn is_refusal(&self) -> bool {
        matches!(self, Self::Status { status: 400..=499, .. })
    }
}

/// What calls, and whom it trusts.
pub(super) struct Caller {
    tls: TlsConnector,
}

impl Caller {
    /// One that trusts whom these authorities (PEM) vouch for. Returns how many of them can
    /// be used too.
    pub(super) fn new(
        authorities: &[u8],
    ) -> Result<(Self, usize), tokio_rustls::rustls::Error> {
        let mut roots = RootCertStore::empty();
        // A bundle of the system may hold what rustls does not take; the rest counts.
        let known = CertificateDer::pem_slice_iter(authorities).filter_map(Result::ok);
        let (num_usable, _) = roots.add_parsable_certificates(known);
        let config =
            ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
                .with_safe_default_protocol_versions()?
                .with_root_certificates(roots)
                .with_no_client_auth();
        Ok((Self { tls: TlsConnector::from(Arc::new(config)) }, num_usable))
    }

    /// What stands at an address.
    pub(super) async fn get(&self, address: &str) -> Result<Bytes, CallError> {
        self.call(Method::GET, address, None, String::new()).await
    }

    /// What is answered to a form; `proof` goes into the header that says who asks.
    pub(super) async fn post(
        &self,
        address: &str,
        proof: Option<&str>,
        form: String,
    ) -> Result<Bytes, CallError> {
        self.call(Method::POST, address, proof, form).await
    }

    async fn call(
        &self,
        method: Method,
        address: &str,
        proof: Option<&str>,
        form: String,
    ) -> Result<Bytes, CallError> {
        let unfit = || CallError::Address(address.to_owned());
        let uri: Uri = address.parse().map_err(|_| unfit())?;
        let authority = uri.authority().ok_or_else(unfit)?.clone();
        if !is_guarded_address(address) {
            return Err(unfit());
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, authority.as_str())
            .header(USER_AGENT, "sohoa")
            .header(ACCEPT, "application/json");
        if let Some(proof) = proof {
            request = request.header(AUTHORIZATION, proof);
        }
        if !form.is_empty() {
            let kind = "application/x-www-form-urlencoded";
            request = request.header(CONTENT_TYPE, kind);
        }
        let request = request.body(Body::from(form)).map_err(|_| unfit())?;
        let is_tls = uri.scheme() == Some(&Scheme::HTTPS);
        let answer = self.exchange(&authority, is_tls, request);
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(answer) => answer,
            Err(_) => Err(CallError::Late { host: authority.to_string() }),
        }
    }

    async fn exchange(
        &self,
        authority: &Authority,
        is_tls: bool,
        request: Request<Body>,
    ) -> Result<Bytes, CallError> {
        let host = authority.to_string();
        let unreachable =
            |source| CallError::Unreachable { host: authority.to_string(), source };
        let name = authority.host().trim_start_matches('[').trim_end_matches(']');
        let port = authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let stream = TcpStream::connect((name, port)).await.map_err(unreachable)?;
        if !is_tls {
            return answer(stream, request, host).await;
        }
        let server = ServerName::try_from(name.to_owned())
            .map_err(|_| CallError::Address(authority.to_string()))?;
        let stream = self.tls.connect(server, stream).await.map_err(unreachable)?;
        answer(stream, request, host).await
    }
}

/// The body of what is answered on a connection that is used once.
async fn answer<S>(
    stream: S,
    request: Request<Body>,
    host: String,
) -> Result<Bytes, CallError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broken = |host: &str| {
        let host = host.to_owned();
        |source| CallError::Http { host, source }
    };
    let (mut sender, connection) =
        handshake(TokioIo::new(stream)).await.map_err(broken(&host))?;
    let exchange = async {
        let response = sender.send_request(request).await.map_err(broken(&host))?;
        let status = response.status();
        if !status.is_success() {
            return Err(CallError::Status {
                host: host.clone(),
                status: status.as_u16(),
            });
        }
        let body = to_bytes(Body::new(response.into_body()), MAX_ANSWER).await;
        body.map_err(|_| CallError::Length { host: host.clone() })
    };
    let mut exchange = std::pin::pin!(exchange);
    tokio::select! {
        found = &mut exchange => found,
        // The other side has closed; what had come before still counts.
        _ = connection => exchange.await,
    }
}
