//! A provider of log-ins on this machine, which says whatever a test wants.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::super::Certificate;
use crate::access::signing::{SigningKey, base64url};

/// What provider and desk share.
pub(super) const SECRET: &str = "một bí mật/của hai bên";
/// Where the browsers of these tests find the desk.
pub(super) const DESK: &str = "http://localhost:8080";

/// What the provider does with a token.
pub(super) type Token = Box<dyn FnOnce(&SigningKey, &Value) -> String + Send>;

/// What somebody who came in gets for their code.
struct Granted {
    challenge: String,
    claims: Value,
    token: Token,
}

/// What the provider shows and remembers.
pub(super) struct Says {
    pub(super) key: SigningKey,
    pub(super) key_id: String,
    /// What it says about itself; the addresses are filled in.
    pub(super) metadata: Value,
    /// What it answers instead, whatever is asked.
    pub(super) instead: Option<String>,
    /// How long it waits before it answers.
    pub(super) waits: Duration,
    codes: BTreeMap<String, Granted>,
    issued: usize,
}

/// The provider, until it is dropped.
pub(super) struct Identity {
    pub(super) address: SocketAddr,
    pub(super) issuer: String,
    pub(super) says: Arc<Mutex<Says>>,
    /// How often it was called.
    pub(super) calls: Arc<AtomicUsize>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// The parameters behind the `?` of an address, or of a form.
pub(super) fn parameters(address: &str) -> BTreeMap<String, String> {
    let query = address.split_once('?').map_or(address, |(_, query)| query);
    let uri = format!("/?{query}").parse().expect("an address");
    let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri);
    pairs.expect("parameters").0.into_iter().collect()
}

impl Identity {
    /// One in the clear.
    pub(super) fn start() -> Self {
        Self::behind(None)
    }

    /// One over TLS, where there is a certificate.
    pub(super) fn behind(certificate: Option<&Certificate>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let scheme = if certificate.is_some() { "https" } else { "http" };
        let issuer = format!("{scheme}://localhost:{}/realms/tinh", address.port());
        let metadata = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/auth?tenant=1"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"),
        });
        let says = Arc::new(Mutex::new(Says {
            key: SigningKey::made(),
            key_id: "k1".into(),
            metadata,
            instead: None,
            waits: Duration::ZERO,
            codes: BTreeMap::new(),
            issued: 0,
        }));
        let tls = certificate.map(|certificate| Arc::new(server_config(certificate)));
        let is_over = Arc::new(AtomicBool::new(false));
        let calls = Arc::new(AtomicUsize::new(0));
        let (over, said, count) =
            (Arc::clone(&is_over), Arc::clone(&says), Arc::clone(&calls));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let stream = stream.expect("a caller");
                count.fetch_add(1, Ordering::Relaxed);
                match &tls {
                    None => answer(stream, &said),
                    Some(config) => {
                        let tls = ServerConnection::new(Arc::clone(config));
                        answer(StreamOwned::new(tls.expect("TLS"), stream), &said);
                    }
                }
            }
        });
        Self { address, issuer, says, calls, is_over, thread: Some(thread) }
    }

    /// Changes what it says.
    pub(super) fn now(&self, change: impl FnOnce(&mut Says)) {
        change(&mut self.says.lock().expect("the provider"));
    }

    /// What the person `name` gets after their password: where the browser that was sent to
    /// `address` goes next. `change` changes the claims, `token` makes the token of them.
    pub(super) fn consent(
        &self,
        address: &str,
        name: &str,
        change: &Value,
        token: Token,
    ) -> String {
        let asked = parameters(address);
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["client_id"], "sohoa");
        assert_eq!(asked["redirect_uri"], format!("{DESK}/login/provider/back"));
        assert_eq!(asked["code_challenge_method"], "S256");
        assert_eq!(asked["prompt"], "login");
        assert_eq!(asked["tenant"], "1");
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
        let seconds = super::super::door::now_ms() / 1000;
        let mut claims = json!({
            "iss": self.issuer, "aud": "sohoa", "sub": format!("sub-{name}"),
            "iat": seconds, "exp": seconds + 300, "nonce": asked["nonce"],
            "preferred_username": name,
        });
        for (claim, value) in change.as_object().into_iter().flatten() {
            claims[claim] = value.clone();
        }
        let mut says = self.says.lock().expect("the provider");
        let code = format!("code-{}", says.issued);
        says.issued += 1;
        let challenge = asked["code_challenge"].clone();
        says.codes.insert(code.clone(), Granted { challenge, claims, token });
        format!("/login/provider/back?code={code}&state={}", asked["state"])
    }
}

impl Drop for Identity {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // Wakes it up; there is nothing to say.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn server_config(certificate: &Certificate) -> ServerConfig {
    let chain = CertificateDer::from_pem_slice(certificate.certificate.as_bytes());
    let key = PrivateKeyDer::from_pem_slice(certificate.key.as_bytes());
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![chain.expect("a certificate")], key.expect("a key"))
        .expect("a server")
}

/// Reads one request and answers it.
fn answer(mut stream: impl Read + Write, says: &Mutex<Says>) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let (head, body) = loop {
        let Ok(read @ 1..) = stream.read(&mut buffer) else { return };
        bytes.extend(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.to_lowercase();
        let length = length.split("content-length: ").nth(1);
        let length = length.and_then(|rest| rest.lines().next()?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            break (head.to_owned(), body.to_owned());
        }
    };
    let mut says = says.lock().expect("the provider");
    std::thread::sleep(says.waits);
    let path = head.split(' ').nth(1).unwrap_or_default();
    let found = match &says.instead {
        Some(instead) => Some(instead.clone()),
        None if path.ends_with("/.well-known/openid-configuration") => {
            Some(says.metadata.to_string())
        }
        None if path.ends_with("/keys") => {
            let shown = says.key.shown(&says.key_id);
            Some(json!({ "keys": [shown] }).to_string())
        }
        None if path.ends_with("/token") => token(&head, &body, &mut says),
        None => None,
    };
    let (status, text) = match found {
        Some(text) => ("200 OK", text),
        None => ("400 Bad Request", r#"{"error":"invalid_grant"}"#.to_owned()),
    };
    drop(write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    ));
    drop(stream.flush());
}

/// The answer to a code, which is taken once and from the desk that began the log-in.
fn token(head: &str, body: &str, says: &mut Says) -> Option<String> {
    let form = parameters(body);
    let encoded = super::door::encoded(SECRET);
    let basic = head.lines().find_map(|line| {
        let value = line.strip_prefix("authorization: Basic ")?;
        String::from_utf8(STANDARD.decode(value).ok()?).ok()
    });
    let ways = &says.metadata["token_endpoint_auth_methods_supported"];
    let takes = |way: &str| match ways.as_array() {
        Some(ways) => ways.contains(&json!(way)),
        None => way == "client_secret_basic",
    };
    let is_desk = match basic {
        Some(_) if !takes("client_secret_basic") => false,
        None if !takes("client_secret_post") => false,
        Some(pair) => {
            let (client, secret) = pair.split_once(':').expect("a pair");
            let decoded = parameters(&format!("s={secret}"));
            client == "sohoa" && decoded["s"] == SECRET && !encoded.is_empty()
        }
        None => form.get("client_secret").is_some_and(|secret| secret == SECRET),
    };
    let granted = says.codes.remove(form.get("code")?)?;
    let proof = base64url(&Sha256::digest(form.get("code_verifier")?));
    let is_right = is_desk
        && proof == granted.challenge
        && form["grant_type"] == "authorization_code"
        && form["redirect_uri"] == format!("{DESK}/login/provider/back");
    if !is_right {
        return None;
    }
    let token = (granted.token)(&says.key, &granted.claims);
    Some(
        json!({ "access_token": "x", "token_type": "Bearer", "id_token": token })
            .to_string(),
    )
}
