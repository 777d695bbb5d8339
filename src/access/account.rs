//! What is done with accounts: made, come in with, changed, closed. Each deed stands in the
//! audit trail.

use super::lock::locked_until;
use super::password::{PasswordError, check_rules, hashed, is_right, pretend};
use super::role::{RoleError, roles_from};
use super::session::IDLE_ACCOUNT_MS;
use super::token::{Token, TokenError};
use crate::catalog::AuditEntry;
use crate::catalog::Catalog;
use crate::catalog::CatalogError;
use crate::catalog::StoredAccount;

/// Letters of the name of an account.
const NAME_LETTERS: std::ops::RangeInclusive<usize> = 2..=32;
/// Most letters of a person's name.
const MAX_FULL_NAME: usize = 100;

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
    /// The password.
    #[error(transparent)]
    Password(#[from] PasswordError),
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

impl Doer<'_> {
    /// Notes in the trail that this was done to an account.
    fn notes(
        &self,
        catalog: &Catalog,
        what: &str,
        account: &str,
        detail: &str,
    ) -> Result<(), CatalogError> {
        catalog.note(&AuditEntry {
            at_ms: self.now_ms,
            account: self.account,
            what,
            target: &format!("account:{account}"),
            detail,
            source: self.source,
        })
    }
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
    /// Codes of units, with commas or spaces between; empty: any.
    pub units: &'a str,
    /// Names of collections, with commas between; empty: any.
    pub collections: &'a str,
    /// The password.
    pub password: &'a str,
    /// Whether its person must choose another password first.
    pub must_change: bool,
    /// Whether it is made only if there is no account at all.
    pub only_first: bool,
}

fn names(written: &str, ends: &[char]) -> Vec<String> {
    let names = written.split(ends).map(str::trim).filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
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
    check_rules(new.name, new.password)?;
    let stored = StoredAccount {
        name: new.name.to_owned(),
        full_name,
        roles: roles.iter().map(ToString::to_string).collect(),
        units: names(new.units, &[',', ' ']),
        collections: names(new.collections, &[',']),
        password: hashed(new.password)?,
        must_change: new.must_change,
        made_ms: doer.now_ms,
        used_ms: doer.now_ms,
        failures: 0,
        locked_until_ms: 0,
        closed: None,
    };
    if !catalog.add_account(&stored, new.only_first)? {
        return Err(if new.only_first {
            AccountError::NotFirst
        } else {
            AccountError::Taken(stored.name)
        });
    }
    let detail = serde_json::json!({
        "roles": stored.roles, "units": stored.units, "collections": stored.collections,
    });
    Ok(doer.notes(catalog, "account-added", &stored.name, &detail.to_string())?)
}

/// Gives an account other roles and another scope, written as in [`NewAccount`].
///
/// # Errors
///
/// If a role is unknown, there is no such account, or the catalog fails.
pub fn change_rights(
    catalog: &Catalog,
    doer: Doer<'_>,
    name: &str,
    (roles, units, collections): (&str, &str, &str),
) -> Result<(), AccountError> {
    let roles: Vec<String> = roles_from(roles)?.iter().map(ToString::to_string).collect();
    let (units, collections) = (names(units, &[',', ' ']), names(collections, &[',']));
    if !catalog.set_rights(name, &roles, &units, &collections)? {
        return Err(AccountError::Unknown(name.to_owned()));
    }
    let detail = serde_json::json!({
        "roles": roles, "units": units, "collections": collections,
    });
    Ok(doer.notes(catalog, "account-changed", name, &detail.to_string())?)
}

/// Gives an account a password that its person must change first, and lifts its lock.
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
    if !catalog.set_password(name, &hashed(password)?, true)? {
        return Err(AccountError::Unknown(name.to_owned()));
    }
    Ok(doer.notes(catalog, "password-reset", name, "")?)
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
    catalog.set_password(name, &hashed(new)?, false)?;
    Ok(doer.notes(catalog, "password-changed", name, "")?)
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
    if !catalog.close_account(name, reason, doer.now_ms)? {
        return Err(AccountError::Unknown(name.to_owned()));
    }
    let what = if is_closed { "account-closed" } else { "account-opened" };
    Ok(doer.notes(catalog, what, name, "")?)
}

/// Begins a session for whoever knows the password. `None` if name or password are wrong,
/// the account is locked, closed, or was not used for too long; the caller is not told
/// which.
///
/// # Errors
///
/// If the catalog fails.
pub fn sign_in(
    catalog: &Catalog,
    doer: Doer<'_>,
    password: &str,
) -> Result<Option<Token>, AccountError> {
    let name = doer.account;
    let Some(account) = catalog.account(name)? else {
        pretend(password);
        // What was typed may be a password in the wrong box: it goes into no trail.
        let nobody = Doer { account: "", ..doer };
        nobody.notes(catalog, "login-failed", "", "")?;
        return Ok(None);
    };
    let is_right = is_right(password, &account.password);
    if account.closed.is_some() || account.locked_until_ms > doer.now_ms {
        doer.notes(catalog, "login-refused", name, "")?;
        return Ok(None);
    }
    if doer.now_ms.saturating_sub(account.used_ms) >= IDLE_ACCOUNT_MS {
        catalog.close_account(name, Some("not used for 45 days"), doer.now_ms)?;
        doer.notes(catalog, "account-closed", name, r#"{"reason":"idle"}"#)?;
        return Ok(None);
    }
    if !is_right {
        let failures = catalog.note_failure(name)?;
        doer.notes(catalog, "login-failed", name, "")?;
        if let Some(until) = locked_until(failures, doer.now_ms) {
            catalog.lock_account(name, until)?;
            doer.notes(catalog, "account-locked", name, "")?;
        }
        return Ok(None);
    }
    let token = Token::new()?;
    catalog.begin_session(&token.kept(), name, doer.now_ms)?;
    doer.notes(catalog, "login", name, "")?;
    Ok(Some(token))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::AuditFilter;

    const GOOD: &str = "Bảy con trâu + 3 Nghé";

    fn doer(now_ms: i64) -> Doer<'static> {
        Doer { account: "lan", source: "10.0.0.7", now_ms }
    }

    fn with_lan() -> (tempfile::TempDir, Catalog) {
        let folder = tempfile::tempdir().expect("a folder");
        let catalog = Catalog::create_or_open(folder.path()).expect("a catalog");
        let new = NewAccount {
            name: "lan",
            full_name: "Lò Thị Lan",
            roles: "clerk",
            password: GOOD,
            ..NewAccount::default()
        };
        add(&catalog, doer(0), &new).expect("an account");
        (folder, catalog)
    }

    fn comes_in(catalog: &Catalog, password: &str, now_ms: i64) -> bool {
        sign_in(catalog, doer(now_ms), password).expect("an answer").is_some()
    }

    fn deeds(catalog: &Catalog) -> Vec<String> {
        let entries = catalog.audit_entries(&AuditFilter::default(), 0, 100);
        let mut deeds: Vec<String> =
            entries.expect("entries").into_iter().map(|entry| entry.what).collect();
        deeds.reverse();
        deeds
    }

    #[test]
    fn five_wrong_passwords_lock_for_a_quarter_of_an_hour_and_the_trail_says_so() {
        let (_folder, catalog) = with_lan();
        for _ in 0..5 {
            assert!(!comes_in(&catalog, "wrong", 1000));
        }
        assert!(!comes_in(&catalog, GOOD, 1000 + super::super::LOCK_MS - 1), "locked");
        assert!(comes_in(&catalog, GOOD, 1000 + super::super::LOCK_MS));
        let mut expected = vec!["account-added"];
        expected.extend(["login-failed"; 5]);
        expected.extend(["account-locked", "login-refused", "login"]);
        assert_eq!(deeds(&catalog), expected);
    }

    #[test]
    fn a_right_password_forgets_the_wrong_ones_before() {
        let (_folder, catalog) = with_lan();
        for _ in 0..3 {
            for _ in 0..4 {
                assert!(!comes_in(&catalog, "wrong", 1));
            }
            assert!(comes_in(&catalog, GOOD, 2));
        }
    }

    #[test]
    fn an_account_that_nobody_used_for_45_days_is_closed_until_somebody_opens_it() {
        let (_folder, catalog) = with_lan();
        assert!(comes_in(&catalog, GOOD, IDLE_ACCOUNT_MS - 1));
        let later = 2 * IDLE_ACCOUNT_MS;
        assert!(!comes_in(&catalog, GOOD, later));
        assert!(!comes_in(&catalog, GOOD, later), "closed for good");
        close(&catalog, doer(later), "lan", false).expect("opened");
        assert!(comes_in(&catalog, GOOD, later));
    }

    #[test]
    fn a_name_that_nobody_has_is_not_written_down() {
        let (_folder, catalog) = with_lan();
        let stranger = Doer { account: "my-secret-password", ..doer(1) };
        assert!(sign_in(&catalog, stranger, GOOD).expect("an answer").is_none());
        let entries = catalog.audit_entries(&AuditFilter::default(), 0, 1).expect("one");
        assert_eq!(
            (entries[0].account.as_str(), entries[0].target.as_str()),
            ("", "account:")
        );
    }

    #[test]
    fn a_new_password_ends_all_sessions_and_must_be_new() {
        let (_folder, catalog) = with_lan();
        let token =
            sign_in(&catalog, doer(1), GOOD).expect("an answer").expect("a token");
        assert!(catalog.session(&token.kept()).expect("an answer").is_some());
        let other = "Bảy con nghé + 3 Trâu";
        for (old, new) in [("wrong", other), (GOOD, GOOD)] {
            let error =
                change_password(&catalog, doer(2), old, new).expect_err("refused");
            assert!(matches!(error, AccountError::OldPassword), "{error}");
        }
        change_password(&catalog, doer(2), GOOD, other).expect("changed");
        assert!(catalog.session(&token.kept()).expect("an answer").is_none());
        assert!(!comes_in(&catalog, GOOD, 3) && comes_in(&catalog, other, 3));
    }

    #[test]
    fn the_first_account_is_first_and_names_keep_their_rules() {
        let (_folder, catalog) = with_lan();
        let new = NewAccount {
            name: "hoa",
            full_name: "Lò Thị Hoa",
            roles: "administrator",
            password: GOOD,
            ..NewAccount::default()
        };
        let first = NewAccount { only_first: true, ..new.clone() };
        assert!(matches!(add(&catalog, doer(1), &first), Err(AccountError::NotFirst)));
        for name in ["", "a", "Lan", "lò", "a b", "cli", &"a".repeat(33)] {
            let wrong = NewAccount { name, ..new.clone() };
            assert!(matches!(add(&catalog, doer(1), &wrong), Err(AccountError::Name)));
        }
        let taken = NewAccount { name: "lan", ..new };
        assert!(matches!(add(&catalog, doer(1), &taken), Err(AccountError::Taken(_))));
    }
}
