//! Who calls.

use super::sight::Sight;
use crate::access::{Right, Rights, Role, Scope, Sensitive, SessionState, Token};
use crate::catalog::StoredSession;

/// What records are opened for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in super::super) struct Case {
    /// One of the purposes in `texts.toml`.
    pub(in super::super) purpose: String,
    /// Number of the case.
    pub(in super::super) number: String,
}

/// Who calls, and what they may.
#[derive(Clone)]
pub(in super::super) struct Visitor {
    /// The account; empty where nobody has come in.
    pub(in super::super) account: String,
    /// The person.
    pub(in super::super) full_name: String,
    pub(in super::super) rights: Rights,
    pub(in super::super) sight: Sight,
    pub(in super::super) must_change: bool,
    /// Whether they come in by the provider of log-ins and have no password.
    pub(in super::super) is_by_provider: bool,
    pub(in super::super) case: Option<Case>,
    /// Proof of the session; `None` where nobody has come in.
    pub(in super::super) token: Option<Token>,
    /// Whether there are accounts at all.
    pub(in super::super) is_guarded: bool,
    /// Where the call comes from; empty if unknown.
    pub(in super::super) source: String,
}

impl Visitor {
    /// Somebody at this machine, as long as there are no accounts.
    pub(in super::super) fn without_accounts(source: String) -> Self {
        Self {
            account: String::new(),
            full_name: String::new(),
            rights: Rights::WITHOUT_ACCOUNTS,
            sight: Sight::everything(),
            must_change: false,
            is_by_provider: false,
            case: None,
            token: None,
            is_guarded: false,
            source,
        }
    }

    /// Somebody who has not come in.
    pub(in super::super) fn stranger(source: String) -> Self {
        Self {
            rights: Rights::NONE,
            is_guarded: true,
            sight: Sight::nothing(),
            ..Self::without_accounts(source)
        }
    }

    /// Whoever the session belongs to.
    pub(super) fn of(
        session: StoredSession,
        state: SessionState,
        token: Token,
        sensitive: &Sensitive,
        source: String,
    ) -> Self {
        let StoredSession { account, purpose, case_no, .. } = session;
        let roles = account.roles.iter().filter_map(|name| Role::from_name(name));
        let rights = roles.fold(Rights::NONE, |all, role| all.and(role.rights()));
        let scope = Scope::new(
            account.units.iter().map(String::as_str),
            account.collections.iter().map(String::as_str),
        );
        Self {
            sight: Sight::new(scope, rights, sensitive),
            rights,
            account: account.name,
            full_name: account.full_name,
            must_change: account.must_change,
            is_by_provider: !account.provider_name.is_empty(),
            case: state.has_case.then_some(Case { purpose, number: case_no }),
            token: Some(token),
            is_guarded: true,
            source,
        }
    }

    /// Whether somebody has come in.
    pub(in super::super) fn is_signed_in(&self) -> bool {
        self.token.is_some()
    }

    /// Whether they have this right.
    pub(in super::super) fn may(&self, right: Right) -> bool {
        self.rights.has(right)
    }

    /// What forms carry; empty where nobody has come in.
    pub(in super::super) fn form_key(&self) -> String {
        self.token.as_ref().map(Token::form_key).unwrap_or_default()
    }

    /// What tells their session from others; empty where nobody has come in.
    pub(in super::super) fn session(&self) -> String {
        self.token.as_ref().map(Token::kept).unwrap_or_default()
    }

    /// Where their work begins.
    pub(in super::super) fn home(&self) -> &'static str {
        let homes = [
            (Right::Search, "/"),
            (Right::Key, "/check"),
            (Right::Verify, "/check"),
            (Right::Approve, "/check"),
            (Right::Audit, "/audit"),
            (Right::Accounts, "/accounts"),
        ];
        let home = homes.iter().find(|(right, _)| self.may(*right));
        home.map_or("/password", |(_, home)| home)
    }
}
