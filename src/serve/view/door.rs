//! The pages at the door: log-in, first account, password, purpose, accounts.

use askama::Template;

use super::super::app::Desk;
use super::super::ask::Ask;
use super::super::error::Failure;
use super::frame::Frame;
use crate::access::{ALL, Role};
use crate::catalog::StoredAccount;

/// What records are opened for; each has its text `purpose.NAME`.
pub(in super::super) const PURPOSES: [&str; 7] =
    ["copy", "confirm", "correct", "land", "own", "authority", "quality"];

#[derive(Template)]
#[template(path = "login.html")]
struct LogInPage<'a> {
    frame: Frame<'a>,
    /// What went wrong; empty if nothing did.
    wrong: String,
    next: String,
}

#[derive(Template)]
#[template(path = "setup.html")]
struct SetUpPage<'a> {
    frame: Frame<'a>,
    wrong: String,
}

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage<'a> {
    frame: Frame<'a>,
    wrong: String,
}

#[derive(Template)]
#[template(path = "case.html")]
struct CasePage<'a> {
    frame: Frame<'a>,
    wrong: String,
    next: String,
    purposes: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "accounts.html")]
struct AccountsPage<'a> {
    frame: Frame<'a>,
    wrong: String,
    done: String,
    roles: Vec<(&'static str, String)>,
    rows: Vec<AccountRow>,
    /// The account whose rights are to be changed, as it is now.
    chosen: Option<ChosenAccount>,
}

struct ChosenAccount {
    name: String,
    /// Name, text, whether it has it.
    roles: Vec<(&'static str, String, bool)>,
    units: String,
    collections: String,
}

struct AccountRow {
    name: String,
    full_name: String,
    roles: String,
    scope: String,
    used: String,
    state: String,
    is_closed: bool,
}

fn frame<'a>(desk: &'a Desk, ask: &Ask, title: &str) -> Frame<'a> {
    Frame::of(desk, ask, desk.texts.say(ask.lang, title).to_owned())
}

fn said(frame: &Frame<'_>, wrong: &str) -> String {
    if wrong.is_empty() { String::new() } else { frame.say(wrong).to_owned() }
}

/// The page where name and password are typed; `wrong` names what went wrong.
pub(in super::super) fn log_in(
    desk: &Desk,
    ask: &Ask,
    wrong: &str,
    next: &str,
) -> Result<String, Failure> {
    let frame = frame(desk, ask, "login.title");
    let wrong = said(&frame, wrong);
    Ok(LogInPage { frame, wrong, next: next.to_owned() }.render()?)
}

/// The page where the first administrator is made; `wrong` is shown as it is.
pub(in super::super) fn set_up(
    desk: &Desk,
    ask: &Ask,
    wrong: String,
) -> Result<String, Failure> {
    Ok(SetUpPage { frame: frame(desk, ask, "setup.title"), wrong }.render()?)
}

/// The page where one's own password is changed; `wrong` is shown as it is.
pub(in super::super) fn password(
    desk: &Desk,
    ask: &Ask,
    wrong: String,
) -> Result<String, Failure> {
    Ok(PasswordPage { frame: frame(desk, ask, "password.title"), wrong }.render()?)
}

/// The page where the purpose is named that records are opened for.
pub(in super::super) fn case(
    desk: &Desk,
    ask: &Ask,
    wrong: &str,
    next: &str,
) -> Result<String, Failure> {
    let frame = frame(desk, ask, "case.title");
    let wrong = said(&frame, wrong);
    let text = |name: &&'static str| {
        let text = desk.texts.say(ask.lang, &format!("purpose.{name}")).to_owned();
        (*name, text)
    };
    let purposes = PURPOSES.iter().map(text).collect();
    Ok(CasePage { frame, wrong, next: next.to_owned(), purposes }.render()?)
}

/// What a change of an account ended with.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct AccountsSaid {
    /// What went wrong, as it is shown.
    pub(in super::super) wrong: String,
    /// The account that was changed.
    pub(in super::super) done: String,
    /// The account whose rights are to be changed.
    pub(in super::super) of: String,
}

/// The list of accounts, for who looks after them.
pub(in super::super) fn accounts(
    desk: &Desk,
    ask: &Ask,
    said: AccountsSaid,
    now_ms: i64,
) -> Result<String, Failure> {
    let frame = frame(desk, ask, "accounts.title");
    let role = |name: &str| frame.say(&format!("role.{name}")).to_owned();
    let rows = desk.catalog.accounts()?;
    let chosen = rows.iter().find(|account| account.name == said.of).map(|account| {
        let has = |one: Role| account.roles.iter().any(|name| name == one.name());
        let roles = Role::ALL.into_iter();
        let listed = |names: &[String]| {
            if names.is_empty() { ALL.to_owned() } else { names.join(", ") }
        };
        ChosenAccount {
            roles: roles.map(|one| (one.name(), role(one.name()), has(one))).collect(),
            units: listed(&account.units),
            collections: listed(&account.collections),
            name: account.name.clone(),
        }
    });
    let rows = rows.into_iter().map(|account| row(&frame, account, now_ms)).collect();
    let roles = Role::ALL.into_iter().map(|one| (one.name(), role(one.name()))).collect();
    let done = if said.done.is_empty() {
        String::new()
    } else {
        frame.fill("accounts.done", &said.done)
    };
    Ok(AccountsPage { rows, roles, done, chosen, wrong: said.wrong, frame }.render()?)
}

fn row(frame: &Frame<'_>, account: StoredAccount, now_ms: i64) -> AccountRow {
    let role = |name: &String| frame.say(&format!("role.{name}")).to_owned();
    let roles: Vec<String> = account.roles.iter().map(role).collect();
    let units = account.units.iter().map(|code| frame.desk.unit_name(code).to_owned());
    let scope: Vec<String> = units.chain(account.collections.iter().cloned()).collect();
    let state = if account.closed.is_some() {
        "accounts.closed"
    } else if account.locked_until_ms > now_ms {
        "accounts.locked"
    } else if account.must_change {
        "accounts.must_change"
    } else {
        "accounts.open"
    };
    AccountRow {
        roles: roles.join(", "),
        scope: if scope.is_empty() {
            frame.say("accounts.everything").to_owned()
        } else {
            scope.join(", ")
        },
        used: super::moment(account.used_ms),
        state: frame.say(state).to_owned(),
        is_closed: account.closed.is_some(),
        name: account.name,
        full_name: account.full_name,
    }
}
