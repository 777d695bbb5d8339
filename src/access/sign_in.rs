//! Coming in: what a name and a password are worth.

use super::account::{AccountError, Doer, target};
use super::lock::locked_until;
use super::password::{is_right, pretend};
use super::session::{IDLE_ACCOUNT_MS, TOTAL_MS};
use super::token::Token;
use crate::catalog::Catalog;
use crate::catalog::StoredAccount;

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
        catalog.note(&nobody.entry("login-failed", &target(""), ""))?;
        return Ok(None);
    };
    let target = target(name);
    let entry = |what| doer.entry(what, &target, "");
    let has_password = !account.password.is_empty();
    if !has_password {
        // The clock must not tell who comes in by the provider.
        pretend(password);
    }
    let is_right = has_password && is_right(password, &account.password);
    if !is_usable(catalog, doer, &account)? {
        return Ok(None);
    }
    if !has_password {
        // No guess is ever right, and a lock would keep somebody out who types none.
        catalog.note(&entry("login-failed"))?;
        return Ok(None);
    }
    if !is_right {
        catalog.note_failure(
            name,
            |failures| locked_until(failures, doer.now_ms),
            &entry("login-failed"),
            &entry("account-locked"),
        )?;
        return Ok(None);
    }
    begin(catalog, doer, "").map(Some)
}

/// Whether the account may be used now: not closed, not locked, not idle for too long. What
/// is not so stands in the trail.
pub(super) fn is_usable(
    catalog: &Catalog,
    doer: Doer<'_>,
    account: &StoredAccount,
) -> Result<bool, AccountError> {
    let target = target(&account.name);
    if account.closed.is_some() || account.locked_until_ms > doer.now_ms {
        catalog.note(&doer.entry("login-refused", &target, ""))?;
        return Ok(false);
    }
    if doer.now_ms.saturating_sub(account.used_ms) >= IDLE_ACCOUNT_MS {
        let entry = doer.entry("account-closed", &target, r#"{"reason":"idle"}"#);
        let reason = Some("not used for 45 days");
        catalog.close_account(&account.name, reason, doer.now_ms, &entry)?;
        return Ok(false);
    }
    Ok(true)
}

/// Begins a session of the doer, who has proved who they are.
pub(super) fn begin(
    catalog: &Catalog,
    doer: Doer<'_>,
    detail: &str,
) -> Result<Token, AccountError> {
    let token = Token::new()?;
    let target = target(doer.account);
    // A session that is over whatever happens in it needs no row.
    let moments = (doer.now_ms, doer.now_ms.saturating_sub(TOTAL_MS));
    let entry = doer.entry("login", &target, detail);
    catalog.begin_session(&token.kept(), doer.account, moments, &entry)?;
    Ok(token)
}
