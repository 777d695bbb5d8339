use super::account::{
    AccountError, Doer, NewAccount, NewRights, add, change_password, change_rights, close,
};
use super::lock::LOCK_MS;
use super::session::{IDLE_ACCOUNT_MS, TOTAL_MS};
use super::sign_in::sign_in;
use crate::catalog::AuditFilter;
use crate::catalog::Catalog;

pub(super) const GOOD: &str = "Bảy con trâu + 3 Nghé";

fn doer(now_ms: i64) -> Doer<'static> {
    Doer { account: "lan", source: "10.0.0.7", now_ms }
}

/// A catalog with the account of a clerk, `lan`, who comes in as `how` says.
pub(super) fn with_account(
    by: Doer<'_>,
    how: &NewAccount<'_>,
) -> (tempfile::TempDir, Catalog) {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::create_or_open(folder.path()).expect("a catalog");
    let new =
        NewAccount { name: "lan", full_name: "Lò Thị Lan", roles: "clerk", ..*how };
    add(&catalog, by, &new).expect("an account");
    (folder, catalog)
}

fn with_lan() -> (tempfile::TempDir, Catalog) {
    with_account(doer(0), &NewAccount { password: GOOD, ..NewAccount::default() })
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
    assert!(!comes_in(&catalog, GOOD, 1000 + LOCK_MS - 1), "locked");
    assert!(comes_in(&catalog, GOOD, 1000 + LOCK_MS));
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
    let token = sign_in(&catalog, doer(1), GOOD).expect("an answer").expect("a token");
    assert!(catalog.session(&token.kept()).expect("an answer").is_some());
    let other = "Bảy con nghé + 3 Trâu";
    for (old, new) in [("wrong", other), (GOOD, GOOD)] {
        let error = change_password(&catalog, doer(2), old, new).expect_err("refused");
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

#[test]
fn a_change_of_roles_leaves_the_scope_and_a_comma_opens_nothing() {
    let (_folder, catalog) = with_lan();
    let scope = || {
        let lan = catalog.account("lan").expect("an answer").expect("lan");
        (lan.roles.join(" "), lan.units.join(" "), lan.collections.join(" "))
    };
    let change = |new: NewRights<'_>| change_rights(&catalog, doer(1), "lan", new);
    let units = NewRights { units: Some("03361, 03364"), ..NewRights::default() };
    change(units).expect("changed");
    assert_eq!(scope(), ("clerk".into(), "03361 03364".into(), String::new()));
    let roles = NewRights { roles: Some("verifier"), ..NewRights::default() };
    change(roles).expect("changed");
    assert_eq!(scope(), ("verifier".into(), "03361 03364".into(), String::new()));
    for wrong in [",", " , ", "all,03361"] {
        let comma = NewRights { units: Some(wrong), ..NewRights::default() };
        assert!(matches!(change(comma), Err(AccountError::Scope)), "{wrong}");
    }
    let blank = NewRights { units: Some(" "), collections: Some(""), roles: None };
    change(blank).expect("nothing to change");
    assert_eq!(scope().1, "03361 03364");
    let all = NewRights { units: Some("all"), ..NewRights::default() };
    change(all).expect("changed");
    assert_eq!(scope(), ("verifier".into(), String::new(), String::new()));
    let trail = catalog.audit_entries(&AuditFilter::default(), 0, 1).expect("one");
    assert_eq!(trail[0].detail, r#"{"units":[]}"#);
}

#[test]
fn sessions_that_are_over_are_forgotten_at_the_next_log_in() {
    let (_folder, catalog) = with_lan();
    let first = sign_in(&catalog, doer(1), GOOD).expect("an answer").expect("a token");
    assert!(comes_in(&catalog, GOOD, TOTAL_MS));
    assert!(catalog.session(&first.kept()).expect("an answer").is_some());
    assert!(comes_in(&catalog, GOOD, TOTAL_MS + 2));
    assert!(catalog.session(&first.kept()).expect("an answer").is_none());
}
