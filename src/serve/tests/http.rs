//! A server on a free port, and the smallest client that can talk to it.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::super::{App, Certificate, serve};
use super::desk;
use crate::catalog::Catalog;

/// An answer.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    /// Every cookie that is set, with its attributes.
    pub(super) cookies: Vec<String>,
    pub(super) bytes: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The body as JSON.
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes).expect("JSON")
    }
}

/// The desk, until it is dropped.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    /// What the desk writes into.
    pub(super) catalog: Arc<Catalog>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    _folder: tempfile::TempDir,
}

impl Server {
    pub(super) fn start() -> Self {
        Self::with(|_| {})
    }

    /// A desk whose catalog was made ready by `prepare`.
    pub(super) fn with(prepare: impl FnOnce(&Catalog)) -> Self {
        Self::behind(None, prepare)
    }

    /// The same over TLS, where there is a certificate.
    pub(super) fn behind(
        certificate: Option<Certificate>,
        prepare: impl FnOnce(&Catalog),
    ) -> Self {
        Self::made(certificate, |app| prepare(&app.catalog))
    }

    /// The same with whatever else `prepare` gives it.
    pub(super) fn made(
        certificate: Option<Certificate>,
        prepare: impl FnOnce(&mut App),
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut app = desk::app(folder.path());
        prepare(&mut app);
        let catalog = Arc::clone(&app.catalog);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("what tokio needs");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            let ended = runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                let told = async { drop(stopped.await) };
                serve(app, listener, certificate.as_ref(), told)
                    .await
                    .map_err(std::io::Error::other)
            });
            ended.expect("the desk ends well");
        });
        Self { address, catalog, stop: Some(stop), thread: Some(thread), _folder: folder }
    }

    /// Asks with further header lines, each ended by `\r\n`.
    pub(super) fn ask(&self, method: &str, path: &str, headers: &str) -> Answer {
        self.send(method, path, headers, b"")
    }

    /// Asks with a body too.
    pub(super) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> Answer {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        let host = if headers.contains("Host:") { "" } else { "Host: localhost:1\r\n" };
        let length = match body.len() {
            0 => String::new(),
            length => format!("Content-Length: {length}\r\n"),
        };
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\n{host}Connection: close\r\n{headers}{length}\r\n"
        )
        .expect("a request");
        // A server that has heard enough may close before all is sent.
        drop(stream.write_all(body));
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("an answer");
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let body = bytes.split_off(end + 4);
        let head = String::from_utf8(bytes).expect("a head in ASCII");
        let mut lines = head.lines();
        let status =
            lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers: Vec<(String, String)> =
            headers.map(|(n, v)| (n.to_lowercase(), v.to_owned())).collect();
        let cookies = headers.iter().filter(|(name, _)| name == "set-cookie");
        Answer {
            status: status.parse().expect("a number"),
            cookies: cookies.map(|(_, cookie)| cookie.clone()).collect(),
            headers: headers.into_iter().collect(),
            bytes: body,
        }
    }

    /// Sends a form with these cookies.
    pub(super) fn post(&self, path: &str, cookie: &str, form: &str) -> Answer {
        let kind = "Content-Type: application/x-www-form-urlencoded";
        let headers = format!("Cookie: {cookie}\r\n{kind}\r\n");
        self.send("POST", path, &headers, form.as_bytes())
    }

    pub(super) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            assert!(stop.send(()).is_ok(), "the desk ended by itself");
        }
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
