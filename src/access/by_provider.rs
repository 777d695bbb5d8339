//! Coming in by the office's provider of log-ins: what a checked token is worth.

use serde_json::json;

use super::account::{AccountError, Doer, target};
use super::id_token::Claimed;
use super::sign_in::{begin, is_usable};
use super::token::{Token, kept_subject};
use crate::catalog::Catalog;

/// What becomes of whoever the provider vouches for. They have proved who they are, so they
/// are told.
#[derive(Clone, PartialEq, Eq)]
pub enum Entrance {
    /// They are in.
    In(Token),
    /// No account is theirs; a log-in makes none.
    NoAccount,
    /// Their account is closed, locked, or was not used for too long.
    Unusable,
    /// The name was somebody else's when it last came in: an administrator must name it
    /// again.
    AnotherPerson,
}

/// Begins a session for whoever a token of the provider names, if an administrator has made
/// an account for them.
///
/// # Errors
///
/// If the catalog fails.
pub fn sign_in_by_provider(
    catalog: &Catalog,
    source: &str,
    now_ms: i64,
    claimed: &Claimed,
) -> Result<Entrance, AccountError> {
    let Some(account) = catalog.account_of_provider(&claimed.name)? else {
        let detail = json!({ "provider_name": claimed.name, "reason": "no account" });
        let nobody = Doer { account: "", source, now_ms };
        catalog.note(&nobody.entry("login-failed", &target(""), &detail.to_string()))?;
        return Ok(Entrance::NoAccount);
    };
    let doer = Doer { account: &account.name, source, now_ms };
    if !is_usable(catalog, doer, &account)? {
        return Ok(Entrance::Unusable);
    }
    let target = target(&account.name);
    let subject = kept_subject(&claimed.issuer, &claimed.subject);
    let first = doer.entry("provider-bound", &target, "");
    if !catalog.is_same_subject(&account.name, &subject, &first)? {
        let detail = r#"{"reason":"another person of that name"}"#;
        catalog.note(&doer.entry("login-refused", &target, detail))?;
        return Ok(Entrance::AnotherPerson);
    }
    begin(catalog, doer, r#"{"by":"provider"}"#).map(Entrance::In)
}

#[cfg(test)]
mod tests {
    use super::super::account::{
        NewAccount, add, close, come_by_provider, reset_password,
    };
    use super::super::session::IDLE_ACCOUNT_MS;
    use super::super::sign_in::sign_in;
    use super::super::tests::{GOOD, with_account};
    use super::*;
    use crate::catalog::AuditFilter;

    const ADMIN: Doer<'static> = Doer { account: "cli", source: "", now_ms: 0 };

    fn with_lan() -> (tempfile::TempDir, Catalog) {
        with_account(
            ADMIN,
            &NewAccount { provider_name: "lan@id.example", ..NewAccount::default() },
        )
    }

    fn claimed(name: &str, subject: &str) -> Claimed {
        Claimed {
            issuer: "https://id.example".into(),
            subject: subject.into(),
            name: name.into(),
        }
    }

    fn comes(catalog: &Catalog, name: &str, subject: &str, now_ms: i64) -> Entrance {
        let claimed = claimed(name, subject);
        sign_in_by_provider(catalog, "10.0.0.7", now_ms, &claimed).expect("an answer")
    }

    fn is_in(entrance: &Entrance) -> bool {
        matches!(entrance, Entrance::In(_))
    }

    #[test]
    fn only_who_has_an_account_comes_in_and_none_is_made() {
        let (_folder, catalog) = with_lan();
        for name in ["lan", "Lan@id.example", "hoa@id.example", ""] {
            assert!(comes(&catalog, name, "1", 1) == Entrance::NoAccount, "{name}");
        }
        let Entrance::In(token) = comes(&catalog, "lan@id.example", "1", 1) else {
            panic!("not let in");
        };
        let session = catalog.session(&token.kept()).expect("an answer");
        assert_eq!(session.expect("a session").account.name, "lan");
        assert_eq!(catalog.accounts().expect("accounts").len(), 1);
    }

    #[test]
    fn a_name_that_was_given_to_somebody_else_opens_nothing_until_it_is_named_again() {
        let (_folder, catalog) = with_lan();
        assert!(is_in(&comes(&catalog, "lan@id.example", "1", 1)));
        assert!(comes(&catalog, "lan@id.example", "2", 2) == Entrance::AnotherPerson);
        assert!(is_in(&comes(&catalog, "lan@id.example", "1", 3)));
        come_by_provider(&catalog, ADMIN, "lan", "lan@id.example").expect("named");
        assert!(is_in(&comes(&catalog, "lan@id.example", "2", 4)));
        let entries = catalog.audit_entries(&AuditFilter::default(), 0, 100);
        let mut deeds: Vec<String> =
            entries.expect("entries").into_iter().map(|entry| entry.what).collect();
        deeds.reverse();
        let expected = [
            "account-added",
            "provider-bound",
            "login",
            "login-refused",
            "login",
            "provider-named",
            "provider-bound",
            "login",
        ];
        assert_eq!(deeds, expected);
    }

    #[test]
    fn closed_locked_and_idle_accounts_stay_outside_as_with_passwords() {
        let (_folder, catalog) = with_lan();
        let comes = |now_ms| comes(&catalog, "lan@id.example", "1", now_ms);
        let entry = ADMIN.entry("x", "", "");
        catalog.note_failure("lan", |_| Some(100), &entry, &entry).expect("locked");
        assert!(comes(99) == Entrance::Unusable);
        assert!(is_in(&comes(100)));
        close(&catalog, ADMIN, "lan", true).expect("closed");
        assert!(comes(101) == Entrance::Unusable);
        close(&catalog, Doer { now_ms: 101, ..ADMIN }, "lan", false).expect("opened");
        assert!(comes(101 + IDLE_ACCOUNT_MS) == Entrance::Unusable);
        assert!(comes(101 + IDLE_ACCOUNT_MS) == Entrance::Unusable, "closed for good");
    }

    #[test]
    fn an_account_comes_in_by_its_password_or_by_the_provider_and_never_by_both() {
        let (_folder, catalog) = with_lan();
        let lan = |now_ms| Doer { account: "lan", source: "", now_ms };
        for password in ["", GOOD] {
            for at in 0..6 {
                let token = sign_in(&catalog, lan(at), password).expect("an answer");
                assert!(token.is_none(), "`{password}`");
            }
        }
        assert!(is_in(&comes(&catalog, "lan@id.example", "1", 9)), "never locked so");
        reset_password(&catalog, ADMIN, "lan", GOOD).expect("a password");
        assert!(comes(&catalog, "lan@id.example", "1", 10) == Entrance::NoAccount);
        let token = sign_in(&catalog, lan(10), GOOD).expect("an answer").expect("in");
        come_by_provider(&catalog, ADMIN, "lan", "lan@id.example").expect("named");
        assert!(catalog.session(&token.kept()).expect("an answer").is_none());
        assert!(sign_in(&catalog, lan(11), GOOD).expect("an answer").is_none());
    }

    #[test]
    fn a_name_at_the_provider_is_of_one_account_only() {
        let (_folder, catalog) = with_lan();
        let hoa = NewAccount {
            name: "hoa",
            full_name: "Lò Thị Hoa",
            roles: "clerk",
            provider_name: "lan@id.example",
            ..NewAccount::default()
        };
        let error = add(&catalog, ADMIN, &hoa).expect_err("refused");
        assert!(matches!(error, AccountError::ProviderName), "{error}");
        for name in ["", " ", "a\nb", &"a".repeat(201)] {
            let error = come_by_provider(&catalog, ADMIN, "lan", name);
            assert!(matches!(error, Err(AccountError::ProviderName)), "{name:?}");
        }
    }
}
