use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::super::Certificate;
use super::desk::SCAN;
use super::door;
use super::http::Server;

fn made() -> Certificate {
    Certificate::made_for(vec!["localhost".into()]).expect("a certificate")
}

/// What the desk answers to whoever trusts this certificate alone.
fn asked(server: &Server, trusted: &str, request: &str) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    let known =
        CertificateDer::from_pem_slice(trusted.as_bytes()).expect("a certificate");
    roots.add(known).expect("a root");
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let client = ClientConnection::new(Arc::new(config), name).expect("a client");
    let mut stream = StreamOwned::new(client, TcpStream::connect(server.address)?);
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        // The desk closes the connection without saying so first.
        Err(error) if answer.is_empty() => Err(error),
        _ => Ok(String::from_utf8_lossy(&answer).into_owned()),
    }
}

#[test]
fn over_tls_the_desk_answers_those_who_trust_its_certificate_and_nobody_in_the_clear() {
    let made = made();
    let trusted = made.certificate.clone();
    let server = Server::behind(Some(made), |catalog| {
        door::add(catalog, "clerk", "clerk", ("", ""));
    });
    let get = "GET /healthz HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n";
    let answer = asked(&server, &trusted, get).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(
        asked(&server, &self::made().certificate, get).is_err(),
        "another certificate"
    );
    let mut plain = TcpStream::connect(server.address).expect("a connection");
    plain.write_all(get.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    drop(plain.read_to_end(&mut answer));
    assert!(!answer.starts_with(b"HTTP"), "answered in the clear");
}

#[test]
fn over_tls_the_session_never_travels_in_the_clear() {
    let made = made();
    let trusted = made.certificate.clone();
    let server = Server::behind(Some(made), |catalog| {
        door::add(catalog, "clerk", "clerk", ("", ""));
    });
    let form = door::log_in_form("clerk");
    let request = format!(
        "POST /login HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    let answer = asked(&server, &trusted, &request).expect("an answer").to_lowercase();
    let cookie =
        answer.lines().find(|line| line.starts_with("set-cookie")).expect("a cookie");
    assert!(cookie.ends_with("; samesite=strict; secure"), "{cookie}");
}

#[test]
fn over_tls_the_language_never_travels_in_the_clear_either() {
    let made = made();
    let trusted = made.certificate.clone();
    let server = Server::behind(Some(made), |_| {});
    let get = "GET /?lang=en HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n";
    let answer = asked(&server, &trusted, get).expect("an answer").to_lowercase();
    let cookie = answer.lines().find(|line| line.starts_with("set-cookie: lang=en"));
    let cookie = cookie.expect("a cookie");
    assert!(cookie.contains("; secure"), "{cookie}");
}

#[test]
fn over_tls_addresses_that_the_desk_names_are_over_tls() {
    let made = made();
    let trusted = made.certificate.clone();
    let server = Server::behind(Some(made), |_| {});
    let path = format!("/iiif/presentation/3/{SCAN}/manifest.json");
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n");
    let answer = asked(&server, &trusted, &request).expect("an answer");
    assert!(answer.contains("https://localhost:1/iiif/3/"), "{answer}");
    assert!(!answer.contains("http://localhost"), "{answer}");
}
