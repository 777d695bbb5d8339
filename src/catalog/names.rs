//! What the names of folders and files say about scans.

use std::collections::BTreeMap;

use rusqlite::{Transaction, params};

use super::Catalog;
use super::CatalogError;
use crate::model::ScanId;

/// The named parts of a path, e.g. `register` → `KS`, `year` → `1987`; empty where the
/// path does not follow a known grammar.
pub type ScanName = BTreeMap<String, String>;

/// Stores what the path of a scan says, in place of what it said before.
pub(super) fn put(
    transaction: &Transaction<'_>,
    path: &str,
    scan: &ScanId,
    name: &ScanName,
) -> Result<(), CatalogError> {
    transaction.execute(
        "DELETE FROM scan_name WHERE scan = ?1 AND path = ?2",
        params![scan.0, path],
    )?;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO scan_name (scan, path, part, value) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (part, value) in name {
        insert.execute(params![scan.0, path, part, value])?;
    }
    Ok(())
}

impl Catalog {
    /// What the name of the scan says, at the first place where it was found under a
    /// name that says something.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn name_of(&self, scan: &ScanId) -> Result<ScanName, CatalogError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT part, value FROM scan_name WHERE scan = ?1 AND path = \
             (SELECT scan_name.path FROM scan_name JOIN location USING (scan, path) \
             WHERE scan = ?1 ORDER BY ordinal, path LIMIT 1)",
        )?;
        let rows =
            statement.query_map([&scan.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Reads the names of all places again, after the grammar has changed. Returns how
    /// many say something.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn name_again(
        &self,
        read: impl Fn(&str) -> Option<ScanName>,
    ) -> Result<u64, CatalogError> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        let places: Vec<(String, String)> = {
            let mut statement = transaction.prepare("SELECT path, scan FROM location")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        let mut count = 0;
        for (path, scan) in places {
            let name = read(&path).unwrap_or_default();
            count += u64::from(!name.is_empty());
            put(&transaction, &path, &ScanId(scan), &name)?;
        }
        transaction.commit()?;
        Ok(count)
    }
}
