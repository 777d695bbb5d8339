//! Accounts and sessions, as stored. What they mean is decided in `access`.

use rusqlite::{
    Connection, OptionalExtension as _, Row, Transaction, TransactionBehavior, params,
};

use super::Catalog;
use super::CatalogError;
use super::audit::{self, AuditEntry};
use super::provider_accounts::name_at_provider;

/// An account as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAccount {
    /// What its person types to come in.
    pub name: String,
    /// The person.
    pub full_name: String,
    /// Names of its roles.
    pub roles: Vec<String>,
    /// Official codes of the units whose papers it may see; empty: any.
    pub units: Vec<String>,
    /// Collections whose papers it may see; empty: any.
    pub collections: Vec<String>,
    /// The password as an argon2id string; empty where its person comes in by the provider
    /// of log-ins.
    pub password: String,
    /// Whether the password must be changed before anything else.
    pub must_change: bool,
    /// When it was made.
    pub made_ms: i64,
    /// When its person last came in; when it was made, if never.
    pub used_ms: i64,
    /// Wrong passwords since the last right one.
    pub failures: u32,
    /// It is locked until then; 0 if it is not.
    pub locked_until_ms: i64,
    /// Why nobody may use it any more.
    pub closed: Option<String>,
    /// What the provider of log-ins calls its person; empty where they have a password.
    pub provider_name: String,
}

/// Roles, units and collections that an account is given; `None` leaves them as they are.
pub type RightsLists<'a> =
    (Option<&'a [String]>, Option<&'a [String]>, Option<&'a [String]>);

/// A session with its account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// Whose it is.
    pub account: StoredAccount,
    /// When it began.
    pub made_ms: i64,
    /// When it was last used, to the minute.
    pub seen_ms: i64,
    /// What records are opened for, as named last.
    pub purpose: String,
    /// The case they are opened in, as named last.
    pub case_no: String,
    /// When the case was named; 0 if none was.
    pub case_ms: i64,
}

/// Columns of a [`StoredAccount`], in its order.
pub(super) const COLUMNS: &str = "account.name, full_name, roles, units, collections, password, \
    must_change, account.made_ms, used_ms, failures, locked_until_ms, closed, \
    coalesce((SELECT claimed FROM provider_account AS p WHERE p.account = account.name), '')";
/// How many they are.
const NUM_COLUMNS: usize = 13;

fn list(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<String>> {
    let json: String = row.get(column)?;
    serde_json::from_str(&json).map_err(|error| {
        let kind = rusqlite::types::Type::Text;
        rusqlite::Error::FromSqlConversionFailure(column, kind, error.into())
    })
}

/// A list of names as it is stored.
fn json(names: &[String]) -> String {
    serde_json::Value::from(names).to_string()
}

pub(super) fn stored(row: &Row<'_>) -> rusqlite::Result<StoredAccount> {
    Ok(StoredAccount {
        name: row.get(0)?,
        full_name: row.get(1)?,
        roles: list(row, 2)?,
        units: list(row, 3)?,
        collections: list(row, 4)?,
        password: row.get(5)?,
        must_change: row.get(6)?,
        made_ms: row.get(7)?,
        used_ms: row.get(8)?,
        failures: row.get(9)?,
        locked_until_ms: row.get(10)?,
        closed: row.get(11)?,
        provider_name: row.get(12)?,
    })
}

impl Catalog {
    /// Changes something about an account and notes it in the trail, both or neither.
    /// Nothing is noted where `work` says that nothing was changed.
    pub(super) fn change_noted(
        &self,
        entry: &AuditEntry<'_>,
        work: impl FnOnce(&Transaction<'_>) -> Result<bool, CatalogError>,
    ) -> Result<bool, CatalogError> {
        let mut connection = self.desk();
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if !work(&transaction)? {
            return Ok(false);
        }
        audit::append(&transaction, entry)?;
        transaction.commit()?;
        Ok(true)
    }

    /// Whether there is any account. Once there is one, there always is.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn has_accounts(&self) -> Result<bool, CatalogError> {
        let connection = self.desk();
        let mut statement =
            connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM account)")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// One account.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn account(&self, name: &str) -> Result<Option<StoredAccount>, CatalogError> {
        let connection = self.desk();
        let mut statement = connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM account WHERE name = ?1"))?;
        Ok(statement.query_row([name], stored).optional()?)
    }

    /// All accounts, by name.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn accounts(&self) -> Result<Vec<StoredAccount>, CatalogError> {
        let connection = self.desk();
        let mut statement = connection
            .prepare(&format!("SELECT {COLUMNS} FROM account ORDER BY name"))?;
        let rows = statement.query_map([], stored)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Adds an account. Returns whether it is new; one that is there stays as it is. With
    /// `only_first` nothing is added where there is an account already.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn add_account(
        &self,
        new: &StoredAccount,
        only_first: bool,
        entry: &AuditEntry<'_>,
    ) -> Result<bool, CatalogError> {
        let add = |transaction: &Transaction<'_>| {
            let is_new = transaction.execute(
            "INSERT INTO account (name, full_name, roles, units, collections, password, \
             must_change, made_ms, used_ms) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8 \
             WHERE NOT ?9 OR NOT EXISTS (SELECT 1 FROM account) \
             ON CONFLICT (name) DO NOTHING",
            params![
                new.name,
                new.full_name,
                json(&new.roles),
                json(&new.units),
                json(&new.collections),
                new.password,
                new.must_change,
                new.made_ms,
                only_first
            ],
        )? == 1;
            if is_new && !new.provider_name.is_empty() {
                name_at_provider(transaction, &new.name, &new.provider_name)?;
            }
            Ok(is_new)
        };
        self.change_noted(entry, add)
    }

    /// Gives an account another password, ends its sessions and lifts its lock; it no longer
    /// comes in by the provider. Returns whether there is such an account.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn set_password(
        &self,
        name: &str,
        password: &str,
        must_change: bool,
        entry: &AuditEntry<'_>,
    ) -> Result<bool, CatalogError> {
        self.change_noted(entry, |transaction| {
            let changed = transaction.execute(
                "UPDATE account SET password = ?2, must_change = ?3, failures = 0, \
                 locked_until_ms = 0 WHERE name = ?1",
                params![name, password, must_change],
            )?;
            transaction
                .execute("DELETE FROM provider_account WHERE account = ?1", [name])?;
            transaction.execute("DELETE FROM session WHERE account = ?1", [name])?;
            Ok(changed == 1)
        })
    }

    /// Gives an account other roles, units or collections; what is `None` stays, and an
    /// empty list of units or collections means any. Its sessions follow at once. Returns
    /// whether there is such an account.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn set_rights(
        &self,
        name: &str,
        (roles, units, collections): RightsLists<'_>,
        entry: &AuditEntry<'_>,
    ) -> Result<bool, CatalogError> {
        self.change_noted(entry, |transaction| {
            let changed = transaction.execute(
                "UPDATE account SET roles = coalesce(?2, roles), \
                 units = coalesce(?3, units), collections = coalesce(?4, collections) \
                 WHERE name = ?1",
                params![name, roles.map(json), units.map(json), collections.map(json)],
            )?;
            Ok(changed == 1)
        })
    }

    /// Closes an account with the reason and ends its sessions, or opens it again
    /// (`None`), as used at `now_ms`. Returns whether there is such an account.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn close_account(
        &self,
        name: &str,
        reason: Option<&str>,
        now_ms: i64,
        entry: &AuditEntry<'_>,
    ) -> Result<bool, CatalogError> {
        self.change_noted(entry, |transaction| {
            let changed = transaction.execute(
                "UPDATE account SET closed = ?2, failures = 0, locked_until_ms = 0, \
                 used_ms = CASE WHEN ?2 IS NULL THEN ?3 ELSE used_ms END WHERE name = ?1",
                params![name, reason, now_ms],
            )?;
            transaction.execute("DELETE FROM session WHERE account = ?1", [name])?;
            Ok(changed == 1)
        })
    }

    /// Counts a wrong password, and locks the account until the moment that `locked` gives
    /// for so many in a row. Returns whether there is such an account.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn note_failure(
        &self,
        name: &str,
        locked: impl FnOnce(u32) -> Option<i64>,
        failed: &AuditEntry<'_>,
        lock: &AuditEntry<'_>,
    ) -> Result<bool, CatalogError> {
        let mut connection = self.desk();
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let failures: Option<u32> = transaction
            .prepare_cached(
                "UPDATE account SET failures = failures + 1 WHERE name = ?1 \
                 RETURNING failures",
            )?
            .query_row([name], |row| row.get(0))
            .optional()?;
        let Some(failures) = failures else { return Ok(false) };
        audit::append(&transaction, failed)?;
        if let Some(until_ms) = locked(failures) {
            transaction.execute(
                "UPDATE account SET locked_until_ms = ?2 WHERE name = ?1",
                params![name, until_ms],
            )?;
            audit::append(&transaction, lock)?;
        }
        transaction.commit()?;
        Ok(true)
    }

    /// Begins a session of whoever has proved who they are, and forgets those of anybody
    /// that began before `forgotten_ms`.
    ///
    /// # Errors
    ///
    /// If the database refuses or there is no such account.
    pub fn begin_session(
        &self,
        token: &str,
        account: &str,
        (now_ms, forgotten_ms): (i64, i64),
        entry: &AuditEntry<'_>,
    ) -> Result<(), CatalogError> {
        self.change_noted(entry, |transaction| {
            transaction
                .execute("DELETE FROM session WHERE made_ms < ?1", [forgotten_ms])?;
            transaction.execute(
                "UPDATE account SET failures = 0, locked_until_ms = 0, used_ms = ?2 \
                 WHERE name = ?1",
                params![account, now_ms],
            )?;
            transaction.execute(
                "INSERT INTO session (token, account, made_ms, seen_ms) \
                 VALUES (?1, ?2, ?3, ?3)",
                params![token, account, now_ms],
            )?;
            Ok(true)
        })?;
        Ok(())
    }

    /// The session of that token, whatever is left of it.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn session(&self, token: &str) -> Result<Option<StoredSession>, CatalogError> {
        let connection = self.desk();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS}, session.made_ms, seen_ms, purpose, case_no, case_ms \
             FROM session JOIN account ON account.name = session.account \
             WHERE token = ?1"
        ))?;
        let found = statement
            .query_row([token], |row| {
                Ok(StoredSession {
                    account: stored(row)?,
                    made_ms: row.get(NUM_COLUMNS)?,
                    seen_ms: row.get(NUM_COLUMNS + 1)?,
                    purpose: row.get(NUM_COLUMNS + 2)?,
                    case_no: row.get(NUM_COLUMNS + 3)?,
                    case_ms: row.get(NUM_COLUMNS + 4)?,
                })
            })
            .optional()?;
        Ok(found)
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn session_seen(&self, token: &str, now_ms: i64) -> Result<(), CatalogError> {
        self.desk().execute(
            "UPDATE session SET seen_ms = ?2 WHERE token = ?1",
            params![token, now_ms],
        )?;
        Ok(())
    }

    /// Notes what records are opened for from now on; an empty purpose ends the case.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn name_case(
        &self,
        token: &str,
        purpose: &str,
        case_no: &str,
        entry: &AuditEntry<'_>,
    ) -> Result<(), CatalogError> {
        let since = if purpose.is_empty() { 0 } else { entry.at_ms };
        self.change_noted(entry, |transaction| {
            transaction.execute(
                "UPDATE session SET purpose = ?2, case_no = ?3, case_ms = ?4 \
                 WHERE token = ?1",
                params![token, purpose, case_no, since],
            )?;
            Ok(true)
        })?;
        Ok(())
    }

    /// Ends a session; with an entry in the trail where its person did so.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn end_session(
        &self,
        token: &str,
        entry: Option<&AuditEntry<'_>>,
    ) -> Result<(), CatalogError> {
        let end = |connection: &Connection| {
            connection.execute("DELETE FROM session WHERE token = ?1", [token])
        };
        match entry {
            Some(entry) => {
                self.change_noted(entry, |transaction| {
                    end(transaction)?;
                    Ok(true)
                })?;
            }
            None => drop(end(&self.desk())?),
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An account of that name with one role, one unit and a password.
    pub(in super::super) fn clerk(name: &str) -> StoredAccount {
        StoredAccount {
            name: name.into(),
            full_name: "Lan".into(),
            roles: vec!["clerk".into()],
            units: vec!["03361".into()],
            collections: vec![],
            password: "x".into(),
            must_change: false,
            made_ms: 0,
            used_ms: 0,
            failures: 0,
            locked_until_ms: 0,
            closed: None,
            provider_name: String::new(),
        }
    }

    #[test]
    fn what_cannot_be_noted_is_not_changed() {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Catalog::create_or_open(folder.path()).unwrap();
        let lan = clerk("lan");
        let entry = AuditEntry::default();
        assert!(catalog.add_account(&lan, true, &entry).unwrap());
        assert!(!catalog.add_account(&lan, false, &entry).unwrap(), "there already");
        let full = "CREATE TRIGGER audit_is_full BEFORE INSERT ON audit \
            BEGIN SELECT RAISE(ABORT, 'the disk is full'); END";
        catalog.desk().execute_batch(full).unwrap();
        let roles = ["administrator".to_owned()];
        let lists = (Some(roles.as_slice()), Some([].as_slice()), None);
        assert!(catalog.set_rights("lan", lists, &entry).is_err());
        assert!(catalog.set_password("lan", "y", true, &entry).is_err());
        assert!(catalog.set_provider_name("lan", "lan@x", &entry).is_err());
        assert!(catalog.close_account("lan", Some("gone"), 1, &entry).is_err());
        assert!(catalog.note_failure("lan", |_| Some(9), &entry, &entry).is_err());
        assert!(catalog.begin_session("token", "lan", (1, 0), &entry).is_err());
        assert_eq!(catalog.account("lan").unwrap(), Some(lan));
        assert!(catalog.session("token").unwrap().is_none());
    }
}
