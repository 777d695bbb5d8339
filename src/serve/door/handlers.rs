//! Log-in, log-out, first account, password, purpose, accounts.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};

use super::super::app::Desk;
use super::super::ask::Ask;
use super::super::error::Failure;
use super::super::route::blocking;
use super::super::view::{self, AccountsSaid};
use super::admit::SESSION_COOKIE;
use super::form::Form;
use crate::access::{self, AccountError, Doer, NewAccount, NewRights, Role};

/// Longest number of a case.
const MAX_CASE: usize = 40;

/// The addresses of the door.
pub(in super::super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/login", get(log_in_page).post(log_in))
        .merge(super::by_provider::routes())
        .route("/logout", post(log_out))
        .route("/setup", get(set_up_page).post(set_up))
        .route("/password", get(password_page).post(password))
        .route("/case", get(case_page).post(case))
        .route("/accounts", get(accounts_page))
        .route("/accounts/{action}", post(accounts))
}

/// Sends the browser to another page of this desk.
pub(in super::super) fn see(address: &str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, address.to_owned())]).into_response()
}

/// The form once more, with what is wrong in it.
fn once_more(page: String) -> Response {
    (StatusCode::BAD_REQUEST, Html(page)).into_response()
}

/// An address of this desk; the start where it is none.
pub(super) fn own(next: &str) -> &str {
    let is_own = next.starts_with('/')
        && !next.starts_with("//")
        && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_own { next } else { "/" }
}

impl Ask {
    /// Whoever asks, as somebody who does something to accounts.
    pub(in super::super) fn doer(&self) -> Doer<'_> {
        let (account, source) = (&self.who.account, &self.who.source);
        Doer { account, source, now_ms: super::now_ms() }
    }
}

async fn log_in_page(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
) -> Result<Html<String>, Failure> {
    let next = ask.get("next").unwrap_or_default().to_owned();
    blocking(desk, move |desk| view::log_in(desk, &ask, "", &next)).await.map(Html)
}

async fn log_in(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
    form: Form,
) -> Result<Response, Failure> {
    // Closed only together with the desk.
    let shared = Arc::clone(&desk);
    let _turn = shared.door.passwords.acquire().await;
    blocking(desk, move |desk| {
        let now_ms = super::now_ms();
        if !desk.door.log_ins.is_kept(&ask.who.source, now_ms) {
            return Err(Failure::TooOften);
        }
        let name = form.get("name");
        let doer = Doer { account: &name, source: &ask.who.source, now_ms };
        let token = access::sign_in(&desk.catalog, doer, form.raw("password"))?;
        let next = form.get("next");
        let Some(token) = token else {
            let page = view::log_in(desk, &ask, "login.wrong", &next)?;
            return Ok((StatusCode::UNAUTHORIZED, Html(page)).into_response());
        };
        Ok(with_cookie(desk, see(own(&next)), token.text()))
    })
    .await
}

/// The answer with the session's cookie; an empty token takes it away.
pub(super) fn with_cookie(desk: &Desk, mut response: Response, token: &str) -> Response {
    let end = if token.is_empty() { "; Max-Age=0" } else { "" };
    let secure = if desk.is_tls { "; Secure" } else { "" };
    let cookie = format!(
        "{SESSION_COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{secure}{end}"
    );
    if let Ok(value) = cookie.parse() {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

async fn log_out(State(desk): State<Arc<Desk>>, ask: Ask) -> Result<Response, Failure> {
    blocking(desk, move |desk| {
        if let Some(token) = &ask.who.token {
            let target = format!("account:{}", ask.who.account);
            let entry = ask.doer().entry("logout", &target, "");
            desk.catalog.end_session(&token.kept(), Some(&entry))?;
            desk.past.forget(&token.kept());
        }
        let mut answer = with_cookie(desk, see("/login"), "");
        // The next person at this PC finds no picture of the one before.
        let cache = HeaderValue::from_static("\"cache\"");
        answer.headers_mut().insert("clear-site-data", cache);
        Ok(answer)
    })
    .await
}

async fn set_up_page(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
) -> Result<Html<String>, Failure> {
    blocking(desk, move |desk| view::set_up(desk, &ask, String::new())).await.map(Html)
}

/// Whether the password was typed twice alike.
fn is_repeated(form: &Form) -> bool {
    form.raw("password") == form.raw("again")
}

/// What went wrong, for the person who typed it; failures that are not theirs stay
/// failures.
fn said(desk: &Desk, ask: &Ask, error: AccountError) -> Result<String, Failure> {
    let name = match &error {
        AccountError::Catalog(_) | AccountError::Token(_) => {
            return Err(Failure::Account(error));
        }
        AccountError::Password(access::PasswordError::Guessable) => "wrong.guessable",
        AccountError::Password(_) => "wrong.password",
        AccountError::OldPassword => "wrong.old_password",
        AccountError::Name => "wrong.name",
        AccountError::ProviderName => "wrong.provider_name",
        AccountError::FullName => "wrong.full_name",
        AccountError::Taken(_) => "wrong.taken",
        AccountError::Role(access::RoleError::Conflict) => "wrong.conflict",
        AccountError::Role(_) => "wrong.role",
        AccountError::Scope => "wrong.scope",
        AccountError::Unknown(_) => "wrong.unknown",
        AccountError::NotFirst => "wrong.not_first",
    };
    Ok(desk.texts.say(ask.lang, name).to_owned())
}

async fn set_up(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
    form: Form,
) -> Result<Response, Failure> {
    blocking(desk, move |desk| {
        let wrong = |desk: &Desk, text: String| {
            let page = view::set_up(desk, &ask, text)?;
            Ok(once_more(page))
        };
        if !is_repeated(&form) {
            return wrong(desk, desk.texts.say(ask.lang, "wrong.again").to_owned());
        }
        let (name, full_name) = (form.get("name"), form.get("full_name"));
        let new = NewAccount {
            name: &name,
            full_name: &full_name,
            roles: Role::Administrator.name(),
            password: form.raw("password"),
            only_first: true,
            ..NewAccount::default()
        };
        match access::add(&desk.catalog, ask.doer(), &new) {
            Ok(()) => Ok(see("/login")),
            Err(error) => wrong(desk, said(desk, &ask, error)?),
        }
    })
    .await
}

async fn password_page(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
) -> Result<Html<String>, Failure> {
    blocking(desk, move |desk| view::password(desk, &ask, String::new())).await.map(Html)
}

async fn password(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
    form: Form,
) -> Result<Response, Failure> {
    let shared = Arc::clone(&desk);
    let _turn = shared.door.passwords.acquire().await;
    blocking(desk, move |desk| {
        let (old, new) = (form.raw("old"), form.raw("password"));
        let text = if !desk.door.log_ins.is_kept(&ask.who.account, super::now_ms()) {
            return Err(Failure::TooOften);
        } else if is_repeated(&form) {
            match access::change_password(&desk.catalog, ask.doer(), old, new) {
                // Every session has ended, this one too.
                Ok(()) => return Ok(with_cookie(desk, see("/login"), "")),
                Err(error) => said(desk, &ask, error)?,
            }
        } else {
            desk.texts.say(ask.lang, "wrong.again").to_owned()
        };
        let page = view::password(desk, &ask, text)?;
        Ok(once_more(page))
    })
    .await
}

async fn case_page(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
) -> Result<Html<String>, Failure> {
    let next = ask.get("next").unwrap_or_default().to_owned();
    blocking(desk, move |desk| view::case(desk, &ask, "", &next)).await.map(Html)
}

async fn case(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
    form: Form,
) -> Result<Response, Failure> {
    blocking(desk, move |desk| {
        let Some(token) = &ask.who.token else { return Err(Failure::SignIn) };
        let (purpose, number) = (form.get("purpose"), form.get("number"));
        let is_end = !form.raw("end").is_empty();
        // No letters with accents and no spaces: a number of a case, and no person's name.
        let is_number = (1..=MAX_CASE).contains(&number.len())
            && number
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-/_".contains(&byte))
            && number.bytes().any(|byte| byte.is_ascii_digit());
        let next = form.get("next");
        if !is_end && (!view::PURPOSES.contains(&purpose.as_str()) || !is_number) {
            let page = view::case(desk, &ask, "wrong.case", &next)?;
            return Ok(once_more(page));
        }
        let (purpose, number) =
            if is_end { Default::default() } else { (purpose, number) };
        let detail = serde_json::json!({ "purpose": purpose, "case": number });
        let detail = detail.to_string();
        let what = if is_end { "case-ended" } else { "case-opened" };
        let entry = ask.doer().entry(what, "", &detail);
        desk.catalog.name_case(&token.kept(), &purpose, &number, &entry)?;
        Ok(see(own(&next)))
    })
    .await
}

async fn accounts_page(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
) -> Result<Html<String>, Failure> {
    let said = AccountsSaid {
        done: ask.get("done").unwrap_or_default().to_owned(),
        of: ask.get("of").unwrap_or_default().to_owned(),
        ..AccountsSaid::default()
    };
    let page =
        blocking(desk, move |desk| view::accounts(desk, &ask, said, super::now_ms()));
    page.await.map(Html)
}

async fn accounts(
    State(desk): State<Arc<Desk>>,
    Path(action): Path<String>,
    ask: Ask,
    form: Form,
) -> Result<Response, Failure> {
    blocking(desk, move |desk| {
        let (name, full_name) = (form.get("name"), form.get("full_name"));
        let (roles, units) = (form.all("role"), form.get("units"));
        let collections = form.get("collections");
        let provider_name = form.get("provider_name");
        let (catalog, doer) = (&desk.catalog, ask.doer());
        let is_own = name == ask.who.account;
        let done = match action.as_str() {
            "add" => {
                let new = NewAccount {
                    name: &name,
                    full_name: &full_name,
                    roles: &roles,
                    units: &units,
                    collections: &collections,
                    password: form.raw("password"),
                    provider_name: &provider_name,
                    // Whoever makes an account knows its first password.
                    must_change: true,
                    only_first: false,
                };
                access::add(catalog, doer, &new)
            }
            // Nobody gives rights to themselves, and the last administrator stays.
            "rights" | "close" | "provider" if is_own => return Err(Failure::Forbidden),
            "rights" => {
                let new = NewRights {
                    roles: Some(&roles),
                    units: Some(&units),
                    collections: Some(&collections),
                };
                access::change_rights(catalog, doer, &name, new)
            }
            "password" => {
                access::reset_password(catalog, doer, &name, form.raw("password"))
            }
            "provider" => access::come_by_provider(catalog, doer, &name, &provider_name),
            "close" => access::close(catalog, doer, &name, form.raw("open").is_empty()),
            _ => return Err(Failure::NotFound { what: "address" }),
        };
        match done {
            Ok(()) => Ok(see(&view::address("/accounts", &[("done", &name)]))),
            Err(error) => {
                let wrong = said(desk, &ask, error)?;
                let of = if action == "rights" { name } else { String::new() };
                let said = AccountsSaid { wrong, of, ..AccountsSaid::default() };
                let page = view::accounts(desk, &ask, said, super::now_ms())?;
                Ok(once_more(page))
            }
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_the_log_in_nobody_is_sent_to_another_host() {
        for (next, expected) in [
            ("/record/r1?q=a", "/record/r1?q=a"),
            ("", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("/a\r\nSet-Cookie: x", "/"),
        ] {
            assert_eq!(own(next), expected, "{next}");
        }
    }
}
