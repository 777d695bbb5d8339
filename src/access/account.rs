//! What is done with accounts: made, changed, closed. Each deed stands in the audit trail, in
//! the same transaction.

use super::password::{PasswordError, check_rules, hashed, is_right};
use super::role::{RoleError, roles_from};
use super::token::TokenError;
use crate::catalog::AuditEntry;
use crate::catalog::Catalog;
use crate::catalog::CatalogError;
use crate::catalog::StoredAccount;

/// Letters of the name of an account.
const NAME_LETTERS: std::ops::RangeInclusive<usize> = 2..=32;
/// Most letters of a person's name.
const MAX_FULL_NAME: usize = 100;
/// Most letters of what the provider of log-ins calls a person; an e-mail address fits.
const MAX_PROVIDER_NAME: usize = 200;

/// Why something could not be done with an account.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// The name cannot be one of an account.
    #[error("name of an account: 2 to 32 of a–z, 0–9, `.`, `-`, `_`")]
    Name,
    /// The person's name is missing or too long.
    #[error("the person's name has 1 to 100 letters")]
    FullName,
    /// There is one of that name.
    #[error("account `{0}` is there already")]
    Taken(String),
    /// There is none of that name.
    #[error("there is no account `{0}`")]
    Unknown(String),
    /// There are accounts already, so this is not the first one.
    #[error("there are accounts already; an administrator adds more")]
    NotFirst,
    /// The roles.
    #[error(transparent)]
    Role(#[from] RoleError),
    /// A list of units or collections that names none, or `all` among others.
    #[error("units and collections: names with commas between, or `all`")]
    Scope,
    /// The password.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// What the provider of log-ins calls the person is missing, too long, or another
    /// account's.
    #[error("name at the provider: 1 to 200 letters, of one account only")]
    ProviderName,
    /// The old password is not right, or the new one is the old one.
    #[error("the old password is wrong, or the new one is the same")]
    OldPassword,
    /// No random bytes.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The catalog.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// Who does something, from where, and when.
#[derive(Debug, Clone, Copy)]
pub struct Doer<'a> {
    /// The account; `cli` for the command line.
    pub account: &'a str,
    /// Address of the network; empty for the command line.
    pub source: &'a str,
    /// Milliseconds since 1970-01-01 UTC.
    pub now_ms: i64,
}

impl<'a> Doer<'a> {
    /// What the trail says of something that they do.
    pub fn entry<'e>(
        &self,
        what: &'e str,
        target: &'e str,
        detail: &'e str,
    ) -> AuditEntry<'e>
    where
        'a: 'e,
    {
        let Doer { account, source, now_ms } = *self;
        AuditEntry { at_ms: now_ms, account, what, target, detail, source }
    }
}

/// What the trail calls an account.
pub(super) fn target(account: &str) -> String {
    format!("account:{account}")
}

/// An account that is to be made.
#[derive(Clone, Default)]
pub struct NewAccount<'a> {
    /// What its person will type.
    pub name: &'a str,
    /// The person.
    pub full_name: &'a str,
    /// Names of roles, with commas or spaces between.
    pub roles: &'a str,
    /// Codes of units, with commas or spaces between; empty or `all`: any.
    pub units: &'a str,
    /// Names of collections, with commas between; empty or `all`: any.
    pub collections: &'a str,
    /// The password; none where there is a name at the provider.
    pub password: &'a str,
    /// What the provider of log-ins calls the person; empty where they have a password.
    pub provider_name: &'a str,
    /// Whether its person must choose another password first.
    pub must_change: bool,
    /// Whether it is made only if there is no account at all.
    pub only_first: bool,
}

/// Other roles and another scope; what is left out, or empty, stays as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct NewRights<'a> {
    /// Names of roles, with commas or spaces between.
    pub roles: Option<&'a str>,
    /// Codes of units, with commas or spaces between; `all`: any.
    pub units: Option<&'a str>,
    /// Names of collections, with commas between; `all`: any.
    pub collections: Option<&'a str>,
}

/// What stands for any unit and any collection.
pub const ALL: &str = "all";

/// The names of a list. Only [`ALL`] makes an empty one: a comma that was left over must
/// not open the whole archive.
fn names(written: &str, ends: &[char]) -> Result<Vec<String>, AccountError> {
    if written.trim() == ALL {
        return Ok(vec![]);
    }
    let names = written.split(ends).map(str::trim).filter(|name| !name.is_empty());
    let names: Vec<String> = names.map(str::to_owned).collect();
    let is_list = !names.is_empty() && names.iter().all(|name| name != ALL);
    if is_list { Ok(names) } else { Err(AccountError::Scope) }
}

/// As [`names`]; nothing written means [`ALL`].
fn names_or_all(written: &str, ends: &[char]) -> Result<Vec<String>, AccountError> {
    names(if written.trim().is_empty() { ALL } else { written }, ends)
}

/// Makes an account.
///
/// # Errors
///
/// If a rule is broken, the name is taken or the catalog fails.
pub fn add(
    catalog: &Catalog,
    doer: Doer<'_>,
    new: &NewAccount<'_>,
) -> Result<(), AccountError> {
    let is_sign =
        |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_');
    // `cli` stands for the command line in the trail.
    if !NAME_LETTERS.contains(&new.name.len())
        || !new.name.bytes().all(is_sign)
        || new.name == "cli"
    {
        return Err(AccountError::Name);
    }
    let full_name = crate::model::nfc(new.full_name.trim());
    if !(1..=MAX_FULL_NAME).contains(&full_name.chars().count()) {
        return Err(AccountError::FullName);
    }
    let roles = roles_from(new.roles)?;
    let is_by_provider = !new.provider_name.trim().is_empty();
    let (password, provider_name) = if is_by_provider {
        (String::new(), free_provider_name(catalog, new.name, new.provider_name)?)
    } else {
        check_rules(new.name, new.password)?;
        (hashed(new.password)?, String::new())
    };
    let stored = StoredAccount {
        name: new.name.to_owned(),
        full_name,
        roles: roles.iter().map(ToString::to_string).collect(),
        units: names_or_all(new.units, &[',', ' '])?,
        collections: names_or_all(new.collections, &[','])?,
        password,
        must_change: new.must_change && !is_by_provider,
        made_ms: doer.now_ms,
        used_ms: doer.now_ms,
        failures: 0,
        locked_until_ms: 0,
        closed: None,
        provider_name,
    };
    let mut detail = serde_json::json!({
        "roles": stored.roles, "units": stored.units, "collections": stored.collections,
    });
    if is_by_provider {
        detail["provider_name"] = stored.provider_name.as_str().into();
    }
    let (target, detail) = (target(new.name), detail.to_string());
    let entry = doer.entry("account-added", &target, &detail);
    match catalog.add_account(&stored, new.only_first, &entry)? {
        true => Ok(()),
        false if new.only_first => Err(AccountError::NotFirst),
        false => Err(AccountError::Taken(stored.name)),
    }
}

/// A name at the provider, if no other account than `account` has it.
fn free_provider_name(
    catalog: &Catalog,
    account: &str,
    written: &str,
) -> Result<String, AccountError> {
    let written = written.trim();
    let is_name = (1..=MAX_PROVIDER_NAME).contains(&written.chars().count())
        && !written.chars().any(char::is_control);
    let of = catalog.account_of_provider(written)?;
    if is_name && of.is_none_or(|of| of.name == account) {
        Ok(written.to_owned())
    } else {
        Err(AccountError::ProviderName)
    }
}

/// Lets the person of an account come in by the provider of log-ins, who calls them
/// `provider_name`, and by nothing else: the password goes. Whoever comes first under that
/// name is the person from then on.
///
/// # Errors
///
/// If another account has that name, there is no such account, or the catalog fails.
pub fn come_by_provider(
    catalog: &Catalog,
    doer: Doer<'_>,
    name: &str,
    provider_name: &str,
) -> Result<(), AccountError> {
    let claimed = free_provider_name(catalog, name, provider_name)?;
    let detail = serde_json::json!({ "provider_name": claimed }).to_string();
    let target = target(name);
    let entry = doer.entry("provider-named", &target, &detail);
    known(catalog.set_provider_name(name, &claimed, &entry)?, name)
}

/// Nothing if there is such an account.
fn known(is_known: bool, name: &str) -> Result<(), AccountError> {
    if is_known { Ok(()) } else { Err(AccountError::Unknown(name.to_owned())) }
}

/// Gives an account other roles and another scope.
///
/// # Errors
///
/// If a role is unknown, a list names nothing, there is no such account, or the catalog
/// fails.
pub fn change_rights(
    catalog: &Catalog,
    doer: Doer<'_>,
    name: &str,
    new: NewRights<'_>,
) -> Result<(), AccountError> {
    let given = |written: Option<&'_ str>, ends: &[char]| {
        let written = written.filter(|written| !written.trim().is_empty());
        written.map(|written| names(written, ends)).transpose()
    };
    let roles = match new.roles {
        Some(written) => {
            Some(roles_from(written)?.iter().map(ToString::to_string).collect::<Vec<_>>())
        }
        None => None,
    };
    let (units, collections) =
        (given(new.units, &[',', ' '])?, given(new.collections, &[','])?);
    let mut detail = serde_json::Map::new();
    for (part, list) in
        [("roles", &roles), ("units", &units), ("collections", &collections)]
    {
        if let Some(list) = list {
            detail.insert(part.into(), list.clone().into());
        }
    }
    let (target, detail) = (target(name), serde_json::Value::Object(detail).to_string());
    let entry = doer.entry("account-changed", &target, &detail);
    let lists = (roles.as_deref(), units.as_deref(), collections.as_deref());
    known(catalog.set_rights(name, lists, &entry)?, name)
}

/// Gives an account a password that its person must change first, and lifts its lock. One
/// that came in by the provider no longer does.
///
/// # Errors
///
/// If the password breaks a rule, there is no such account, or the catalog fails.
pub fn reset_password(
    catalog: &Catalog,
    doer: Doer<'_>,
    name: &str,
    password: &str,
) -> Result<(), AccountError> {
    check_rules(name, password)?;
    let target = target(name);
    let entry = doer.entry("password-reset", &target, "");
    known(catalog.set_password(name, &hashed(password)?, true, &entry)?, name)
}

/// Changes the password of one's own account; all of its sessions end.
///
/// # Errors
///
/// If the old one is wrong or the new one is the old one or breaks a rule, or the catalog
/// fails.
pub fn change_password(
    catalog: &Catalog,
    doer: Doer<'_>,
    old: &str,
    new: &str,
) -> Result<(), AccountError> {
    let name = doer.account;
    let account =
        catalog.account(name)?.ok_or_else(|| AccountError::Unknown(name.to_owned()))?;
    check_rules(name, new)?;
    if old == new || !is_right(old, &account.password) {
        return Err(AccountError::OldPassword);
    }
    let target = target(name);
    let entry = doer.entry("password-changed", &target, "");
    known(catalog.set_password(name, &hashed(new)?, false, &entry)?, name)
}

/// Closes an account, or opens it again.
///
/// # Errors
///
/// If there is no such account or the catalog fails.
pub fn close(
    catalog: &Catalog,
    doer: Doer<'_>,
    name: &str,
    is_closed: bool,
) -> Result<(), AccountError> {
    let reason = is_closed.then_some("closed by an administrator");
    let what = if is_closed { "account-closed" } else { "account-opened" };
    let target = target(name);
    let entry = doer.entry(what, &target, "");
    known(catalog.close_account(name, reason, doer.now_ms, &entry)?, name)
}
