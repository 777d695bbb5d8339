//! The two addresses of a log-in by the provider: going there, and coming back.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use serde_json::json;

use super::super::app::Desk;
use super::super::ask::Ask;
use super::super::error::Failure;
use super::super::route::blocking;
use super::super::view;
use super::admit::cookie;
use super::handlers::{own, see, with_cookie};
use super::provider::{GOOD_FOR_SECONDS, LogInError, Provider};
use super::trail::note_deed;
use crate::access::{Entrance, Token, sign_in_by_provider};
use crate::model::with_causes;

/// What a browser holds while its person is at the provider. It must come along from there,
/// which a cookie that is `Strict` does not.
const BROWSER_COOKIE: &str = "sohoa-provider";

/// The addresses of the log-in by the provider.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/login/provider", get(go))
        .route("/login/provider/back", get(come_back))
}

/// The provider, where the settings name one.
fn provider(desk: &Desk) -> Result<Arc<Provider>, Failure> {
    desk.door.provider.clone().ok_or(Failure::NotFound { what: "address" })
}

/// The answer with what the browser is to hold; nothing takes it away.
fn held(desk: &Desk, mut response: Response, browser: &str) -> Response {
    let end = if browser.is_empty() { 0 } else { GOOD_FOR_SECONDS };
    let secure = if desk.is_tls { "; Secure" } else { "" };
    let cookie = format!(
        "{BROWSER_COOKIE}={browser}; Path=/login/provider; HttpOnly; SameSite=Lax; \
         Max-Age={end}{secure}"
    );
    if let Ok(value) = cookie.parse() {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

async fn go(State(desk): State<Arc<Desk>>, ask: Ask) -> Result<Response, Failure> {
    let provider = provider(&desk)?;
    let now_ms = super::now_ms();
    if !provider.log_ins.is_kept(&ask.who.source, now_ms) {
        return Err(Failure::TooOften);
    }
    let next = own(ask.get("next").unwrap_or_default()).to_owned();
    match provider.begin(&next, now_ms).await {
        Ok((browser, address)) => Ok(held(&desk, see(&address), browser.text())),
        Err(error) => not_let_in(desk, ask, error, next).await,
    }
}

async fn come_back(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let provider = provider(&desk)?;
    let browser = cookie(&headers, BROWSER_COOKIE).and_then(Token::from_text);
    let now_ms = super::now_ms();
    let asked = |name: &str| ask.get(name).unwrap_or_default().to_owned();
    let (claimed, next) = match provider.finish(browser, asked, now_ms).await {
        Ok(found) => found,
        Err(error) => return not_let_in(desk, ask, error, String::new()).await,
    };
    blocking(desk, move |desk| {
        let source = &ask.who.source;
        let entrance = sign_in_by_provider(&desk.catalog, source, now_ms, &claimed)?;
        let wrong = match entrance {
            Entrance::In(token) => {
                // The browser comes from another site and would leave the session's cookie
                // out: a page of our own leads on.
                let page = Html(view::come_in(desk, &ask, own(&next))?).into_response();
                let page = with_cookie(desk, page, token.text());
                return Ok(held(desk, page, ""));
            }
            Entrance::NoAccount => "login.no_account",
            Entrance::Unusable => "login.unusable",
            Entrance::AnotherPerson => "login.another_person",
        };
        let wrong = desk.texts.say(ask.lang, wrong).replace("{x}", &claimed.name);
        let page = view::log_in_told(desk, &ask, wrong, &next)?;
        Ok(held(desk, (StatusCode::UNAUTHORIZED, Html(page)).into_response(), ""))
    })
    .await
}

/// The page of the log-in, which says why nobody was let in. The cause goes to the log, and
/// into the trail where somebody was told to be who they could not prove to be.
async fn not_let_in(
    desk: Arc<Desk>,
    ask: Ask,
    error: LogInError,
    next: String,
) -> Result<Response, Failure> {
    let (status, wrong, is_noted) = match &error {
        LogInError::Unreachable(_) | LogInError::LeftAlone | LogInError::Unfit(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, "login.unreachable", false)
        }
        LogInError::NotBegun => (StatusCode::BAD_REQUEST, "login.not_begun", false),
        LogInError::NotLetIn(_) => (StatusCode::UNAUTHORIZED, "login.not_let_in", true),
        LogInError::NoToken(_) | LogInError::Token(_) => {
            (StatusCode::UNAUTHORIZED, "login.no_token", true)
        }
        LogInError::Random(_) => return Err(Failure::BrokeOff),
    };
    if !matches!(error, LogInError::NotBegun | LogInError::LeftAlone) {
        (desk.log)(&format!("log-in by the provider: {}", with_causes(&error)));
    }
    blocking(desk, move |desk| {
        if is_noted {
            let detail = json!({ "by": "provider", "reason": error.to_string() });
            note_deed(desk, &ask.who, "login-failed", "account:", &detail)?;
        }
        let name = desk.door.provider.as_ref().map_or("", |provider| provider.name());
        let wrong = desk.texts.say(ask.lang, wrong).replace("{x}", name);
        let page = view::log_in_told(desk, &ask, wrong, &next)?;
        Ok(held(desk, (status, Html(page)).into_response(), ""))
    })
    .await
}
