//! Around every handler: who may call, what headers go out, how failures look.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderName, LOCATION,
    REFERRER_POLICY, RETRY_AFTER, SET_COOKIE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse as _, Response};

use super::app::Desk;
use super::ask::{Ask, LANG_COOKIE, chosen_lang};
use super::door::{self, Admission, Asked};
use super::error::{Failed, Failure};
use super::view;
use crate::model::with_causes;

/// Headers of every answer. Nothing is loaded from elsewhere, nothing is written into a
/// page by a script's text, and no other page may frame or read these.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        HeaderName::from_static("content-security-policy"),
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    // Nothing is told to other hosts; a form of our own says where it comes from.
    (REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];
/// Name of the header that names the request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest name of a request that a caller may give it, in letters.
const MAX_REQUEST_ID: usize = 64;
/// Pages hold personal data: a shared PC keeps none of them on its disk.
const KEEP_NOTHING: HeaderValue = HeaderValue::from_static("no-store");
/// Pictures on a PC that several people use: long enough that the next field's picture is
/// there when its turn comes, and no longer.
const KEEP_SHORTLY: HeaderValue = HeaderValue::from_static("private, max-age=120");
/// Seconds after which a busy desk may be asked again.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("5");

/// Lets a request through, and sees to it that whatever comes back is fit to go out.
pub(super) async fn guard(
    State(desk): State<Arc<Desk>>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let request_id = given_id(&parts.headers).unwrap_or_else(|| desk.next_request_id());
    let path = parts.uri.path().to_owned();
    let method = parts.method.clone();
    let (visitor, admission, body) = door::admit(&desk, &mut parts, body).await;
    let is_guarded = visitor.is_guarded;
    let ask = Ask::of(&parts);
    let response = match admission {
        _ if desk.is_local && !is_this_machine(&parts.headers) => {
            Failure::WrongHost.into_response()
        }
        Admission::Refused(failure) => failure.into_response(),
        Admission::Elsewhere(address) => {
            (StatusCode::SEE_OTHER, [(LOCATION, address)]).into_response()
        }
        Admission::In => next.run(Request::from_parts(parts, body)).await,
    };
    let pairs = ask.as_ref().map(|ask| ask.pairs.clone()).unwrap_or_default();
    let asked = Asked { method, path: path.clone(), pairs, status: response.status() };
    // What cannot be noted is not shown.
    let response = match door::noted(&desk, visitor, asked).await {
        Ok(()) => response,
        Err(failure) => failure.into_response(),
    };
    let mut response = readable(&desk, &path, ask.as_ref().ok(), &request_id, response);
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if path.starts_with("/iiif/") {
        // Viewers on other pages read these; see `iiif`.
        let any = HeaderValue::from_static("cross-origin");
        headers.insert("cross-origin-resource-policy", any);
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, KEEP_NOTHING);
    } else if is_guarded && !path.starts_with("/assets/") {
        headers.insert(CACHE_CONTROL, KEEP_SHORTLY);
    }
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        headers.insert(REQUEST_ID, value);
    }
    if let Some(lang) = ask.ok().and_then(|ask| chosen_lang(&ask.pairs)) {
        let secure = if desk.is_tls { "; Secure" } else { "" };
        let cookie = format!(
            "{LANG_COOKIE}={}; Path=/; SameSite=Lax; HttpOnly{secure}",
            lang.code()
        );
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            headers.append(SET_COOKIE, value);
        }
    }
    response
}

/// Writes a failure as the caller can read it: JSON for programs, a page for people.
fn readable(
    desk: &Desk,
    path: &str,
    ask: Option<&Ask>,
    request_id: &str,
    response: Response,
) -> Response {
    let status = response.status();
    let failure = match response.extensions().get::<Failed>() {
        Some(Failed(failure)) => Arc::clone(failure),
        // A handler has written a page itself, such as a form that says what is wrong.
        None if is_written(&response) => return response,
        None if status == StatusCode::NOT_FOUND => {
            Arc::new(Failure::NotFound { what: "address" })
        }
        None if status.is_client_error() || status.is_server_error() => {
            Arc::new(Failure::Other(status))
        }
        None => return response,
    };
    if status.is_server_error() {
        (desk.log)(&format!("request {request_id} {path}: {}", with_causes(&*failure)));
    }
    let page = match ask {
        Some(ask) if door::is_page(path) => {
            view::failure(desk, ask, &failure, request_id).ok()
        }
        _ => None,
    };
    let mut written = if let Some(page) = page {
        (status, Html(page)).into_response()
    } else {
        let problem = failure.problem(&desk.texts, path, request_id);
        let kind = [(CONTENT_TYPE, "application/problem+json")];
        (status, kind, Json(problem)).into_response()
    };
    if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
        written.headers_mut().insert(RETRY_AFTER, RETRY_SECONDS);
    }
    written
}

/// Whether the answer is a page already.
fn is_written(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html"))
}

/// The caller's own name for the request, where it is fit for a log.
fn given_id(headers: &HeaderMap) -> Option<String> {
    let given = headers.get(REQUEST_ID)?.to_str().ok()?;
    let is_plain =
        given.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let fits = (1..=MAX_REQUEST_ID).contains(&given.len());
    (is_plain && fits).then(|| given.to_owned())
}

/// Whether the host that was called is a name of this machine, which no foreign web page
/// can take. A caller without a host is not a browser.
fn is_this_machine(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST) else { return true };
    let Ok(host) = host.to_str() else { return false };
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((inside, _)) => inside,
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
