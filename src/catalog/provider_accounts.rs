//! Accounts whose people come in by the office's provider of log-ins.

use rusqlite::{OptionalExtension as _, Transaction};

use super::accounts::{COLUMNS, StoredAccount, stored};
use super::{AuditEntry, Catalog, CatalogError};

/// From now on the person of the account is who the provider calls `claimed`: whoever comes
/// first under that name. The database refuses a name that another account has: what looked
/// free a moment before may have been given by another administrator.
pub(super) fn name_at_provider(
    transaction: &Transaction<'_>,
    account: &str,
    claimed: &str,
) -> rusqlite::Result<usize> {
    transaction.execute(
        "INSERT INTO provider_account (account, claimed) VALUES (?1, ?2) \
         ON CONFLICT (account) DO UPDATE SET claimed = excluded.claimed, subject = ''",
        [account, claimed],
    )
}

impl Catalog {
    /// Takes the password of an account away: its person comes in by the provider, who calls
    /// them `claimed`. Its sessions end and its lock is lifted. Returns whether there is such
    /// an account.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn set_provider_name(
        &self,
        name: &str,
        claimed: &str,
        entry: &AuditEntry<'_>,
    ) -> Result<bool, CatalogError> {
        self.change_noted(entry, |transaction| {
            let changed = transaction.execute(
                "UPDATE account SET password = '', must_change = 0, failures = 0, \
                 locked_until_ms = 0 WHERE name = ?1",
                [name],
            )?;
            if changed == 1 {
                name_at_provider(transaction, name, claimed)?;
            }
            transaction.execute("DELETE FROM session WHERE account = ?1", [name])?;
            Ok(changed == 1)
        })
    }

    /// The account whose person the provider calls `claimed`.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn account_of_provider(
        &self,
        claimed: &str,
    ) -> Result<Option<StoredAccount>, CatalogError> {
        let connection = self.desk();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM account JOIN provider_account \
             ON provider_account.account = account.name WHERE claimed = ?1"
        ))?;
        Ok(statement.query_row([claimed], stored).optional()?)
    }

    /// Whether the person of an account is still the one that the provider called
    /// `subject`; the first one is kept, with an entry in the trail.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn is_same_subject(
        &self,
        name: &str,
        subject: &str,
        first: &AuditEntry<'_>,
    ) -> Result<bool, CatalogError> {
        let is_first = self.change_noted(first, |transaction| {
            let changed = transaction.execute(
                "UPDATE provider_account SET subject = ?2 \
                 WHERE account = ?1 AND subject = ''",
                [name, subject],
            )?;
            Ok(changed == 1)
        })?;
        if is_first {
            return Ok(true);
        }
        let connection = self.desk();
        let mut statement = connection.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM provider_account \
             WHERE account = ?1 AND subject = ?2)",
        )?;
        Ok(statement.query_row([name, subject], |row| row.get(0))?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::accounts::tests::clerk;
    use super::*;

    fn with_accounts(names: &[(&str, &str)]) -> (tempfile::TempDir, Catalog) {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Catalog::create_or_open(folder.path()).unwrap();
        for (name, provider_name) in names {
            let provider_name = (*provider_name).to_owned();
            let new = StoredAccount { provider_name, ..clerk(name) };
            assert!(catalog.add_account(&new, false, &AuditEntry::default()).unwrap());
        }
        (folder, catalog)
    }

    fn who_is(catalog: &Catalog, claimed: &str) -> Option<String> {
        catalog.account_of_provider(claimed).unwrap().map(|account| account.name)
    }

    #[test]
    fn a_name_that_another_account_has_is_refused_and_nothing_changes() {
        let (_folder, catalog) = with_accounts(&[("lan", "lan@x"), ("hoa", "")]);
        let entry = AuditEntry::default();
        assert!(catalog.set_provider_name("hoa", "lan@x", &entry).is_err());
        assert_eq!(who_is(&catalog, "lan@x").as_deref(), Some("lan"));
        assert_eq!(catalog.account("hoa").unwrap().unwrap().password, "x");
    }

    #[test]
    fn a_new_name_takes_the_place_of_the_old_one_with_whoever_came_under_it() {
        let (_folder, catalog) = with_accounts(&[("lan", "lan@x")]);
        let entry = AuditEntry::default();
        assert!(catalog.is_same_subject("lan", "first", &entry).unwrap());
        assert!(catalog.set_provider_name("lan", "lan@y", &entry).unwrap());
        assert_eq!(who_is(&catalog, "lan@x"), None);
        assert_eq!(who_is(&catalog, "lan@y").as_deref(), Some("lan"));
        assert!(catalog.is_same_subject("lan", "second", &entry).unwrap());
        assert!(!catalog.is_same_subject("lan", "first", &entry).unwrap());
    }
}
