//! Roles as a table of rights.

use std::fmt;

/// Something that an account may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum Right {
    /// Search and see lists, with ID numbers masked.
    Search = 1,
    /// Open records and pages, for a purpose that is asked for.
    Look = 1 << 1,
    /// See papers and fields that need their own right (adoption, cause of death, …).
    Sensitive = 1 << 2,
    /// See the ID number of a person in full, one at a time.
    Number = 1 << 3,
    /// Key what the machine was unsure of.
    Key = 1 << 4,
    /// Check what somebody else keyed, and decide where two differ.
    Verify = 1 << 5,
    /// Approve what was verified, and judge samples.
    Approve = 1 << 6,
    /// Take records out of the archive: sheets, tables, exports.
    HandOut = 1 << 7,
    /// Take scans in and look after them.
    Load = 1 << 8,
    /// Read the audit trail.
    Audit = 1 << 9,
    /// Make, change and lock accounts.
    Accounts = 1 << 10,
    /// See counts of work and holdings.
    Figures = 1 << 11,
}

impl Right {
    /// Every right, in the order of its bit.
    pub const ALL: [Self; 12] = [
        Self::Search,
        Self::Look,
        Self::Sensitive,
        Self::Number,
        Self::Key,
        Self::Verify,
        Self::Approve,
        Self::HandOut,
        Self::Load,
        Self::Audit,
        Self::Accounts,
        Self::Figures,
    ];

    /// One lower-case word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Look => "look",
            Self::Sensitive => "sensitive",
            Self::Number => "number",
            Self::Key => "key",
            Self::Verify => "verify",
            Self::Approve => "approve",
            Self::HandOut => "hand-out",
            Self::Load => "load",
            Self::Audit => "audit",
            Self::Accounts => "accounts",
            Self::Figures => "figures",
        }
    }
}

/// A set of rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rights(u16);

impl Rights {
    /// No right at all.
    pub const NONE: Self = Self(0);

    /// These rights.
    pub const fn of(rights: &[Right]) -> Self {
        let mut bits = 0;
        let mut at = 0;
        // `for` is not allowed in a constant.
        while at < rights.len() {
            bits |= rights[at] as u16;
            at += 1;
        }
        Self(bits)
    }

    /// What anybody at this machine may do as long as there are no accounts: everything
    /// that needs no second person and no name.
    pub const WITHOUT_ACCOUNTS: Self = Self::of(&[
        Right::Search,
        Right::Look,
        Right::Sensitive,
        Right::Number,
        Right::HandOut,
        Right::Load,
        Right::Figures,
    ]);

    /// Whether this right is among them.
    pub const fn has(self, right: Right) -> bool {
        self.0 & right as u16 != 0
    }

    /// Whether at least one of `others` is among them.
    pub const fn has_any(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    /// Both together.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }
}

/// What somebody is at the desk. An account has one or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Serves citizens: searches, opens records, hands out.
    Clerk,
    /// Keys what the machine was unsure of.
    Operator,
    /// Checks what others keyed.
    Verifier,
    /// Approves what others verified.
    Approver,
    /// Takes scans in, looks after the archive, exports.
    Archivist,
    /// Reads the audit trail.
    Auditor,
    /// Looks after accounts; sees no record.
    Administrator,
}

/// Which right each role has; the one place that says so.
const TABLE: [(Role, &str, Rights); 7] = [
    (
        Role::Clerk,
        "clerk",
        Rights::of(&[Right::Search, Right::Look, Right::Number, Right::HandOut]),
    ),
    (Role::Operator, "operator", Rights::of(&[Right::Key])),
    (Role::Verifier, "verifier", Rights::of(&[Right::Verify, Right::Sensitive])),
    (
        Role::Approver,
        "approver",
        Rights::of(&[
            Right::Approve,
            Right::Search,
            Right::Look,
            Right::Sensitive,
            Right::Number,
            Right::Figures,
        ]),
    ),
    (
        Role::Archivist,
        "archivist",
        Rights::of(&[
            Right::Search,
            Right::Look,
            Right::Sensitive,
            Right::Number,
            Right::HandOut,
            Right::Load,
            Right::Figures,
        ]),
    ),
    (Role::Auditor, "auditor", Rights::of(&[Right::Audit, Right::Figures])),
    (
        Role::Administrator,
        "administrator",
        Rights::of(&[Right::Accounts, Right::Figures]),
    ),
];

impl Role {
    /// Every role, in the order of the table.
    pub const ALL: [Self; 7] = [
        Self::Clerk,
        Self::Operator,
        Self::Verifier,
        Self::Approver,
        Self::Archivist,
        Self::Auditor,
        Self::Administrator,
    ];

    /// As stored and as typed, e.g. `clerk`.
    pub fn name(self) -> &'static str {
        TABLE.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    /// What the role allows.
    pub fn rights(self) -> Rights {
        TABLE.iter().find(|row| row.0 == self).map_or(Rights::NONE, |row| row.2)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why roles cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RoleError {
    /// No such role.
    #[error(
        "role `{0}` is unknown, expected clerk, operator, verifier, approver, archivist, auditor or administrator"
    )]
    Unknown(String),
    /// None was named.
    #[error("an account needs at least one role")]
    None,
    /// Who looks after accounts must not be the one who reads what was done with them.
    #[error("administrator and auditor must be two persons")]
    Conflict,
}

/// The roles in a list with commas or spaces between, each once, in the table's order.
///
/// # Errors
///
/// If a role is unknown, none is named, or two of them exclude each other.
pub(super) fn roles_from(written: &str) -> Result<Vec<Role>, RoleError> {
    let mut roles = Vec::new();
    for name in written.split([',', ' ']).filter(|name| !name.is_empty()) {
        let role =
            Role::from_name(name).ok_or_else(|| RoleError::Unknown(name.to_owned()))?;
        roles.push(role);
    }
    roles.sort_unstable();
    roles.dedup();
    if roles.is_empty() {
        return Err(RoleError::None);
    }
    if roles.contains(&Role::Administrator) && roles.contains(&Role::Auditor) {
        return Err(RoleError::Conflict);
    }
    Ok(roles)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_a_name_and_rights_and_nobody_has_all() {
        let all = Rights::of(&Right::ALL);
        for role in Role::ALL {
            assert_eq!(Role::from_name(role.name()), Some(role));
            assert!(role.rights() != Rights::NONE && role.rights() != all, "{role}");
        }
    }

    #[test]
    fn who_looks_after_accounts_sees_no_record_and_who_audits_changes_none() {
        let administrator = Role::Administrator.rights();
        let reading =
            Rights::of(&[Right::Search, Right::Look, Right::HandOut, Right::Audit]);
        assert!(!administrator.has_any(reading));
        let changing =
            Rights::of(&[Right::Key, Right::Verify, Right::Approve, Right::Accounts]);
        assert!(!Role::Auditor.rights().has_any(changing));
    }

    #[test]
    fn roles_are_read_and_those_that_exclude_each_other_are_refused() {
        assert_eq!(
            roles_from("verifier, clerk,clerk"),
            Ok(vec![Role::Clerk, Role::Verifier])
        );
        assert_eq!(roles_from("king"), Err(RoleError::Unknown("king".into())));
        assert_eq!(roles_from(" "), Err(RoleError::None));
        assert_eq!(roles_from("auditor administrator"), Err(RoleError::Conflict));
    }

    #[test]
    fn what_needs_two_persons_or_a_name_is_not_done_without_accounts() {
        let named =
            [Right::Key, Right::Verify, Right::Approve, Right::Audit, Right::Accounts];
        assert!(!Rights::WITHOUT_ACCOUNTS.has_any(Rights::of(&named)));
    }
}
