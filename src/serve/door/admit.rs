//! Lets a request in, or says why not.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::header::{COOKIE, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use tokio::task::spawn_blocking;

use super::super::app::Desk;
use super::super::ask::Ask;
use super::super::error::Failure;
use super::form::{self, Form};
use super::gate::{Gate, PAPER, gate, is_form, is_list, is_upload};
use super::piece;
use super::place::{check, check_text, named};
use super::visitor::Visitor;
use crate::access::{Token, session_state};

/// Name of the cookie that holds the session.
pub(in super::super) const SESSION_COOKIE: &str = "sohoa";
/// Name of the header that holds the key of forms where the body is a file.
const FORM_KEY: &str = "x-form-key";
/// A session is noted as used so often at most: noting waits for the disk.
const SEEN_EVERY_MS: i64 = 60 * 1000;

/// What becomes of a request at the door.
pub(in super::super) enum Admission {
    /// It is answered.
    In,
    /// Whoever calls is sent to another page first.
    Elsewhere(String),
    /// It is not answered as asked.
    Refused(Failure),
}

/// The value of a cookie.
pub(super) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let cookies = headers.get(COOKIE)?.to_str().ok()?;
    cookies.split(';').find_map(|cookie| {
        let (known, value) = cookie.trim().split_once('=')?;
        (known == name).then_some(value)
    })
}

/// Where a call comes from; empty if that is not known.
fn source(parts: &Parts) -> String {
    let info = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    info.map(|info| info.0.ip().to_string()).unwrap_or_default()
}

/// Who calls. A session that is over counts for nothing and is forgotten.
pub(in super::super) fn who(
    desk: &Desk,
    token: Option<Token>,
    source: String,
    now_ms: i64,
) -> Result<Visitor, Failure> {
    if !desk.door.has_accounts(&desk.catalog)? {
        return Ok(Visitor::without_accounts(source));
    }
    let Some(token) = token else { return Ok(Visitor::stranger(source)) };
    let kept = token.kept();
    let Some(session) = desk.catalog.session(&kept)? else {
        return Ok(Visitor::stranger(source));
    };
    let state = session_state(session.made_ms, session.seen_ms, session.case_ms, now_ms);
    if !state.is_open || session.account.closed.is_some() {
        desk.catalog.end_session(&kept, None)?;
        return Ok(Visitor::stranger(source));
    }
    if now_ms.saturating_sub(session.seen_ms) >= SEEN_EVERY_MS {
        desk.catalog.session_seen(&kept, now_ms)?;
    }
    Ok(Visitor::of(session, state, token, &desk.door.sensitive, source))
}

/// Finds out who calls and whether they may. The request goes on with its visitor, and with
/// its form where it is one.
pub(in super::super) async fn admit(
    desk: &Arc<Desk>,
    parts: &mut Parts,
    body: Body,
) -> (Arc<Visitor>, Admission, Body) {
    let source = source(parts);
    let token = cookie(&parts.headers, SESSION_COOKIE).and_then(Token::from_text);
    let method = parts.method.clone();
    let path = parts.uri.path().to_owned();
    let pairs = Ask::of(parts).map(|ask| ask.pairs).unwrap_or_default();
    let now_ms = super::now_ms();
    let asked = (Arc::clone(desk), source.clone(), method.clone(), path.clone());
    let looked = spawn_blocking(move || {
        let (desk, source, method, path) = asked;
        let visitor = who(&desk, token, source, now_ms)?;
        let admission = passes(&desk, &visitor, &method, &path, &pairs, now_ms)
            .unwrap_or_else(Admission::Refused);
        Ok::<_, Failure>((visitor, admission))
    });
    let (visitor, mut admission) = match looked.await {
        Ok(Ok(found)) => found,
        Ok(Err(failure)) => (Visitor::stranger(source), Admission::Refused(failure)),
        Err(_) => (Visitor::stranger(source), Admission::Refused(Failure::BrokeOff)),
    };
    let visitor = Arc::new(visitor);
    parts.extensions.insert(Arc::clone(&visitor));
    if !matches!(admission, Admission::In) || method != Method::POST {
        return (visitor, admission, body);
    }
    if !is_form(&method, &path) {
        // What programs send is checked by its handler; a browser says where it comes from.
        let is_keyed = !is_upload(&path) || has_form_key(&visitor, &parts.headers);
        if !is_own(&parts.headers) || !is_keyed {
            admission = Admission::Refused(Failure::Foreign);
        }
        return (visitor, admission, body);
    }
    match form_of(&visitor, &parts.headers, body).await {
        Ok(form) => drop(parts.extensions.insert(form)),
        Err(failure) => admission = Admission::Refused(failure),
    }
    (visitor, admission, Body::empty())
}

/// Whether the visitor may have what is asked for.
fn passes(
    desk: &Desk,
    visitor: &Visitor,
    method: &Method,
    path: &str,
    pairs: &[(String, String)],
    now_ms: i64,
) -> Result<Admission, Failure> {
    let found = gate(method, path);
    if found.is_none() && !matches!(*method, Method::GET | Method::HEAD) {
        return Err(Failure::Method);
    }
    if !visitor.is_guarded {
        let is_named = matches!(found, Some(Gate::SignedIn))
            || matches!(found, Some(Gate::Any(rights)) if !visitor.rights.has_any(rights));
        // Whoever wants what needs a name makes the first account.
        return Ok(if is_named {
            Admission::Elsewhere("/setup".into())
        } else {
            Admission::In
        });
    }
    let found = found.ok_or(Failure::NotFound { what: "address" })?;
    let is_large = piece::is_cut_out(path) && !piece::is_piece(desk, path, pairs)?;
    // What is as good as the picture of the page asks for the same.
    let found = if is_large { PAPER } else { found };
    let is_for_people = is_page(path);
    let is_granted = match found {
        Gate::Open => return Ok(Admission::In),
        Gate::FirstRun => return Ok(Admission::Elsewhere("/login".into())),
        Gate::Local(rights) => {
            let is_here =
                visitor.source.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
            is_here || visitor.rights.has_any(rights)
        }
        Gate::SignedIn => visitor.is_signed_in(),
        Gate::Any(rights) => visitor.rights.has_any(rights),
        Gate::Purpose(right, others) => {
            visitor.may(right) || visitor.rights.has_any(others)
        }
    };
    if !visitor.is_signed_in() && !is_granted {
        return if is_for_people && *method == Method::GET {
            Ok(Admission::Elsewhere(back_after("/login", path, pairs)))
        } else {
            Err(Failure::SignIn)
        };
    }
    if visitor.must_change && found != Gate::SignedIn {
        return if is_for_people {
            Ok(Admission::Elsewhere("/password".into()))
        } else {
            Err(Failure::Forbidden)
        };
    }
    if !is_granted {
        // The brand leads home, which is another place for each.
        return if path == "/" {
            Ok(Admission::Elsewhere(visitor.home().into()))
        } else {
            Err(Failure::Forbidden)
        };
    }
    let pace = match path.trim_start_matches('/').split('/').next() {
        Some("image") if is_large || !piece::is_cut_out(path) => Some(&desk.door.pages),
        // The viewer of the desk itself is made of these.
        Some("image") => Some(&desk.door.tiles),
        Some("iiif") if path.starts_with("/iiif/3/") => Some(&desk.door.tiles),
        _ if is_upload(path) || path == "/loading/state" => None,
        _ => Some(&desk.door.requests),
    };
    if pace.is_some_and(|pace| !pace.is_kept(&visitor.account, now_ms)) {
        return Err(Failure::TooOften);
    }
    let papers = named(path, pairs).ok_or(Failure::NotFound { what: "address" })?;
    check(desk, visitor, &papers)?;
    check_text(desk, visitor, path, &papers)?;
    let needs_case =
        matches!(found, Gate::Purpose(_, others) if !visitor.rights.has_any(others));
    if needs_case && visitor.case.is_none() {
        return if is_for_people {
            Ok(Admission::Elsewhere(back_after("/case", path, pairs)))
        } else {
            Err(Failure::CaseNeeded)
        };
    }
    Ok(Admission::In)
}

/// Whether people look at what is at the address.
pub(in super::super) fn is_page(path: &str) -> bool {
    ![
        "/api/", "/image/", "/iiif/", "/healthz", "/livez", "/readyz", "/metrics",
        "/assets/",
    ]
    .iter()
    .any(|start| path.starts_with(start))
}

/// The address of a page that leads back to where somebody wanted to go.
fn back_after(page: &str, path: &str, pairs: &[(String, String)]) -> String {
    let pairs: Vec<(&str, &str)> =
        pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let plain: Vec<(&str, &str)> = pairs
        .into_iter()
        .filter(|(name, _)| name.bytes().all(|byte| byte.is_ascii_lowercase()))
        .collect();
    // A file leaves the form before it on the screen: the way back is the list itself.
    let path = if is_list(path) { "/" } else { path };
    let next = super::super::view::address(path, &plain);
    if next == "/" {
        page.to_owned()
    } else {
        super::super::view::address(page, &[("next", &next)])
    }
}

/// The form of a request, if it was sent by a page of this desk.
async fn form_of(
    visitor: &Visitor,
    headers: &HeaderMap,
    body: Body,
) -> Result<Form, Failure> {
    if !is_own(headers) {
        return Err(Failure::Foreign);
    }
    let bytes = to_bytes(body, form::MAX_BYTES).await.map_err(|_| {
        Failure::Parameter { name: "form", expected: "a form of at most 32 KiB" }
    })?;
    let unread = |_| Failure::Parameter { name: "form", expected: "a form of this desk" };
    let uri = format!("/?{}", String::from_utf8_lossy(&bytes));
    let uri = uri.parse::<axum::http::Uri>().map_err(|_| Failure::Parameter {
        name: "form",
        expected: "a form of this desk",
    })?;
    let axum::extract::Query(pairs) =
        axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri)
            .map_err(unread)?;
    let form = Form(pairs);
    match &visitor.token {
        Some(token) if !token.fits(form.raw("key")) => Err(Failure::Foreign),
        _ => Ok(form),
    }
}

/// Whether the header that a file is sent with holds the key of the session's forms.
fn has_form_key(visitor: &Visitor, headers: &HeaderMap) -> bool {
    let sent =
        headers.get(FORM_KEY).and_then(|key| key.to_str().ok()).unwrap_or_default();
    visitor.token.as_ref().is_none_or(|token| token.fits(sent))
}

/// Whether a browser says that a page of this desk sent the request. What is no browser
/// says nothing, and carries no cookie that it was not given.
fn is_own(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none"))
    {
        return false;
    }
    let Some(origin) = text(ORIGIN.as_str()) else { return true };
    let host = text(HOST.as_str()).unwrap_or_default();
    let name = origin.split_once("://").map_or("", |(_, name)| name);
    !host.is_empty() && name.eq_ignore_ascii_case(host)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_form_of_another_page_is_told_by_its_origin() {
        for (origin, site, expected) in [
            (None, None, true),
            (Some("http://desk:8080"), Some("same-origin"), true),
            (Some("http://evil.example"), None, false),
            (Some("null"), None, false),
            (Some("http://desk:8080"), Some("cross-site"), false),
            (None, Some("same-site"), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static("desk:8080"));
            if let Some(origin) = origin {
                headers.insert(ORIGIN, HeaderValue::from_static(origin));
            }
            if let Some(site) = site {
                headers.insert("sec-fetch-site", HeaderValue::from_static(site));
            }
            assert_eq!(is_own(&headers), expected, "{origin:?} {site:?}");
        }
    }
}
