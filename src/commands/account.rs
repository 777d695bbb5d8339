//! `sohoa account …`: who may come in.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use serde_json::json;
use sohoa::access::{self, Doer, NewAccount, NewRights};
use sohoa::run::Archive;

use super::{Ended, Usage, open, print_json};
use crate::cli::{Account, AccountName, Where};

/// Whoever has the archive's files and uses the command line.
fn doer() -> Doer<'static> {
    Doer { account: "cli", source: "", now_ms: jiff::Timestamp::now().as_millisecond() }
}

/// The password: typed twice without being seen, or the first line of stdin.
fn typed_password() -> anyhow::Result<String> {
    if !std::io::stdin().is_terminal() {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).context("stdin could not be read")?;
        return Ok(line.trim_end_matches(['\n', '\r']).to_owned());
    }
    let ask = |prompt: &str| {
        rpassword::prompt_password(prompt).context("the terminal could not be read")
    };
    let password = ask("password: ")?;
    if password != ask("again: ")? {
        return Err(Usage("the password was not typed twice alike".to_owned()).into());
    }
    Ok(password)
}

pub(super) fn account(action: Account) -> anyhow::Result<Ended> {
    match action {
        Account::Add {
            of,
            full_name,
            roles,
            units,
            collections,
            must_change,
            provider_name,
        } => {
            let archive = open(&of.archive)?;
            let password = match provider_name {
                Some(_) => String::new(),
                None => typed_password()?,
            };
            let new = NewAccount {
                name: &of.name,
                full_name: &full_name,
                roles: &roles,
                units: &units,
                collections: &collections,
                password: &password,
                provider_name: provider_name.as_deref().unwrap_or_default(),
                must_change,
                only_first: false,
            };
            access::add(&archive.catalog, doer(), &new)?;
            eprintln!("account `{}` is made", of.name);
        }
        Account::Rights { of, roles, units, collections } => {
            let archive = open(&of.archive)?;
            let new = NewRights {
                roles: roles.as_deref(),
                units: units.as_deref(),
                collections: collections.as_deref(),
            };
            access::change_rights(&archive.catalog, doer(), &of.name, new)?;
        }
        Account::Password(of) => {
            let archive = open(&of.archive)?;
            let password = typed_password()?;
            access::reset_password(&archive.catalog, doer(), &of.name, &password)?;
        }
        Account::Provider { of, provider_name } => {
            let archive = open(&of.archive)?;
            access::come_by_provider(&archive.catalog, doer(), &of.name, &provider_name)?;
        }
        Account::Close(of) => close(&of, true)?,
        Account::Open(of) => close(&of, false)?,
        Account::List(place) => list(&place)?,
    }
    Ok(Ended::Well)
}

fn close(of: &AccountName, is_closed: bool) -> anyhow::Result<()> {
    let archive = open(&of.archive)?;
    Ok(access::close(&archive.catalog, doer(), &of.name, is_closed)?)
}

fn list(place: &Where) -> anyhow::Result<()> {
    let archive: Archive = open(&place.archive)?;
    for account in archive.catalog.accounts()? {
        if place.json {
            print_json(&json!({
                "name": account.name,
                "full_name": account.full_name,
                "roles": account.roles,
                "units": account.units,
                "collections": account.collections,
                "must_change": account.must_change,
                "provider_name": account.provider_name,
                "used_ms": account.used_ms,
                "locked_until_ms": account.locked_until_ms,
                "closed": account.closed,
            }))?;
        } else {
            let state = account.closed.unwrap_or_default();
            let roles = account.roles.join(",");
            say!("{:<16} {roles:<24} {}  {state}", account.name, account.full_name)?;
        }
    }
    Ok(())
}
