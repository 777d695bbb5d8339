//! Coming in: what a name and a password are worth.

use super::account::{AccountError, Doer, target};
use super::lock::locked_until;
use super::password::{is_right, pretend};
use super::session::{IDLE_ACCOUNT_MS, TOTAL_MS};
use super::token::Token;
use crate::catalog::Catalog;

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
    let is_right = is_right(password, &account.password);
    if account.closed.is_some() || account.locked_until_ms > doer.now_ms {
        catalog.note(&entry("login-refused"))?;
        return Ok(None);
    }
    if doer.now_ms.saturating_sub(account.used_ms) >= IDLE_ACCOUNT_MS {
        let entry = doer.entry("account-closed", &target, r#"{"reason":"idle"}"#);
        let reason = Some("not used for 45 days");
        catalog.close_account(name, reason, doer.now_ms, &entry)?;
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
    let token = Token::new()?;
    // A session that is over whatever happens in it needs no row.
    let moments = (doer.now_ms, doer.now_ms.saturating_sub(TOTAL_MS));
    catalog.begin_session(&token.kept(), name, moments, &entry("login"))?;
    Ok(Some(token))
}
