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
    /// What people call the provider of log-ins; empty where there is none.
    provider: String,
    /// Where its log-in begins.
    by_provider: String,
    /// Whether it could not be reached lately.
    is_down: bool,
}

#[derive(Template)]
#[template(path = "come_in.html")]
struct ComeInPage<'a> {
    frame: Frame<'a>,
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
    /// What people call the provider of log-ins; empty where there is none.
    provider: String,
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
    /// What people call the provider of log-ins; empty where there is none.
    provider: String,
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

/// What people call the provider of log-ins; empty where there is none.
fn provider_name(desk: &Desk) -> String {
    desk.door.provider.as_ref().map_or_else(String::new, |one| one.name().to_owned())
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
    let wrong = if wrong.is_empty() { "" } else { desk.texts.say(ask.lang, wrong) };
    log_in_told(desk, ask, wrong.to_owned(), next)
}

/// The page where name and password are typed; `wrong` is shown as it is.
pub(in super::super) fn log_in_told(
    desk: &Desk,
    ask: &Ask,
    wrong: String,
    next: &str,
) -> Result<String, Failure> {
    let mut frame = frame(desk, ask, "login.title");
    // What the provider sent along is of no use in another language.
    frame.other_language =
        super::address("/login", &[("next", next), ("lang", ask.lang.other().code())]);
    let provider = desk.door.provider.as_ref();
    let page = LogInPage {
        frame,
        wrong,
        next: next.to_owned(),
        provider: provider_name(desk),
        by_provider: super::address("/login/provider", &[("next", next)]),
        is_down: provider.is_some_and(|one| one.is_down(super::super::door::now_ms())),
    };
    Ok(page.render()?)
}

/// The page that leads on whoever has come in by the provider.
pub(in super::super) fn come_in(
    desk: &Desk,
    ask: &Ask,
    next: &str,
) -> Result<String, Failure> {
    let mut frame = frame(desk, ask, "login.in");
    frame.other_language = super::address(next, &[]);
    Ok(ComeInPage { frame, next: next.to_owned() }.render()?)
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
    let provider = provider_name(desk);
    Ok(PasswordPage { frame: frame(desk, ask, "password.title"), wrong, provider }
        .render()?)
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
    let provider = provider_name(desk);
    let wrong = said.wrong;
    Ok(AccountsPage { frame, provider, wrong, done, roles, rows, chosen }.render()?)
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
    } else if !account.provider_name.is_empty() {
        "accounts.by_provider"
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
        state: frame.fill(state, &account.provider_name),
        is_closed: account.closed.is_some(),
        name: account.name,
        full_name: account.full_name,
    }
}
