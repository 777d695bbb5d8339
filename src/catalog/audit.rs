//! The audit trail: entries are only ever added, and each holds the hash of the one before.

use rusqlite::{
    Connection, OptionalExtension as _, Row, Transaction, TransactionBehavior, params,
};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::Catalog;
use super::CatalogError;
use crate::model::hex;

/// What somebody did. It names records, pages and accounts, never persons on paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AuditEntry<'a> {
    /// When, in milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// The account; empty where there are no accounts, `cli` for the command line.
    pub account: &'a str,
    /// What was done, one word, e.g. `look`.
    pub what: &'a str,
    /// What it was done to: a record, a page, an account; may be empty.
    pub target: &'a str,
    /// Anything else, as a JSON object; may be empty.
    pub detail: &'a str,
    /// Where it came from: an address of the network.
    pub source: &'a str,
}

/// An entry as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoredEntry {
    /// Number in the trail, from 1, without gaps.
    pub seq: u64,
    /// When, in milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// The account; empty where there are no accounts.
    pub account: String,
    /// What was done.
    pub what: String,
    /// What it was done to.
    pub target: String,
    /// Anything else, as a JSON object.
    pub detail: String,
    /// Where it came from.
    pub source: String,
    /// SHA-256 over the hash before and this entry, 64 hexadecimal digits.
    pub hash: String,
}

/// Which entries are wanted. Empty texts want all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// Of this account.
    pub account: String,
    /// Of this deed.
    pub what: String,
    /// Of this target, by its beginning.
    pub target: String,
    /// From then on; 0 from the start.
    pub from_ms: i64,
    /// Before then; 0 to the end.
    pub before_ms: i64,
    /// With this in their details, such as the digest of a query.
    pub detail: String,
}

/// Entries that are read at a time.
const BATCH: usize = 1000;
/// What the first entry holds in place of the hash before it.
const START: &str = "sohoa audit trail 1";

/// The hash of an entry. A JSON list has one spelling for the same values, so that no two
/// entries can be shifted into each other.
fn chained(before: &str, seq: u64, entry: &AuditEntry<'_>) -> String {
    let AuditEntry { at_ms, account, what, target, detail, source } = entry;
    let list =
        serde_json::json!([before, seq, at_ms, account, what, target, detail, source]);
    hex(&Sha256::digest(list.to_string()))
}

fn stored(row: &Row<'_>) -> rusqlite::Result<StoredEntry> {
    Ok(StoredEntry {
        seq: row.get::<_, i64>(0)?.unsigned_abs(),
        at_ms: row.get(1)?,
        account: row.get(2)?,
        what: row.get(3)?,
        target: row.get(4)?,
        detail: row.get(5)?,
        source: row.get(6)?,
        hash: row.get(7)?,
    })
}

/// Adds an entry within a transaction that has the right to write.
pub(super) fn append(
    transaction: &Transaction<'_>,
    entry: &AuditEntry<'_>,
) -> Result<(), CatalogError> {
    let last: Option<(i64, String)> = transaction
        .prepare_cached("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (seq, before) = last.unwrap_or((0, START.to_owned()));
    let hash = chained(&before, seq.unsigned_abs() + 1, entry);
    transaction
        .prepare_cached(
            "INSERT INTO audit (seq, at_ms, account, what, target, detail, source, hash) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            seq + 1,
            entry.at_ms,
            entry.account,
            entry.what,
            entry.target,
            entry.detail,
            entry.source,
            hash
        ])?;
    Ok(())
}

impl Catalog {
    /// Adds an entry to the trail; it is on the disk when this returns.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn note(&self, entry: &AuditEntry<'_>) -> Result<(), CatalogError> {
        self.note_all(std::slice::from_ref(entry))
    }

    /// Adds entries to the trail, all of them or none; they are on the disk when this
    /// returns.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn note_all(&self, entries: &[AuditEntry<'_>]) -> Result<(), CatalogError> {
        let mut connection = self.desk();
        // Nobody else may add between looking at the last entry and adding this one.
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for entry in entries {
            append(&transaction, entry)?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// The newest entries that fit, newest first, with numbers below `below` (0: any).
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn audit_entries(
        &self,
        filter: &AuditFilter,
        below: u64,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, CatalogError> {
        let connection = self.desk();
        let mut statement = connection.prepare_cached(
            "SELECT seq, at_ms, account, what, target, detail, source, hash FROM audit \
             WHERE (?1 = '' OR account = ?1) AND (?2 = '' OR what = ?2) \
             AND (?3 = '' OR substr(target, 1, length(?3)) = ?3) \
             AND at_ms >= ?4 AND (?5 = 0 OR at_ms < ?5) AND (?6 = 0 OR seq < ?6) \
             AND (?7 = '' OR instr(detail, ?7) > 0) ORDER BY seq DESC LIMIT ?8",
        )?;
        let rows = statement.query_map(
            params![
                filter.account,
                filter.what,
                filter.target,
                filter.from_ms,
                filter.before_ms,
                below as i64,
                filter.detail,
                limit as i64
            ],
            stored,
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Calls `each` with every entry, oldest first. Others go on between a thousand entries
    /// and the next, whatever `each` waits for.
    ///
    /// # Errors
    ///
    /// If the database refuses, or as `each` does.
    pub fn each_audit_entry<E: From<CatalogError>>(
        &self,
        mut each: impl FnMut(StoredEntry) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut last = None;
        loop {
            let batch = self.audit_batch(last)?;
            let is_last = batch.len() < BATCH;
            for entry in batch {
                last = Some(entry.seq as i64);
                each(entry)?;
            }
            if is_last {
                return Ok(());
            }
        }
    }

    /// The next entries after that number, oldest first.
    fn audit_batch(&self, after: Option<i64>) -> Result<Vec<StoredEntry>, CatalogError> {
        let connection = self.desk();
        let mut statement = connection.prepare_cached(
            "SELECT seq, at_ms, account, what, target, detail, source, hash FROM audit \
             WHERE seq > ?1 ORDER BY seq LIMIT ?2",
        )?;
        // Whoever tampered may have put entries before the first.
        let after = after.unwrap_or(i64::MIN);
        let rows = statement.query_map(params![after, BATCH as i64], stored)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The key of the trail; `fresh` if there is none yet, for good.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn trail_key(&self, fresh: &str) -> Result<String, CatalogError> {
        let connection = self.desk();
        let kept = |connection: &Connection| {
            connection
                .prepare_cached("SELECT value FROM meta WHERE key = 'trail-key'")?
                .query_row([], |row| row.get(0))
                .optional()
        };
        if let Some(key) = kept(&connection)? {
            return Ok(key);
        }
        connection.execute(
            "INSERT INTO meta (key, value) VALUES ('trail-key', ?1) \
             ON CONFLICT (key) DO NOTHING",
            [fresh],
        )?;
        Ok(kept(&connection)?.unwrap_or_else(|| fresh.to_owned()))
    }

    /// Follows the chain from its start. The answer says where it breaks first, `None` if
    /// it holds.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn audit_break(&self) -> Result<Option<String>, CatalogError> {
        // What is added while the chain is followed is not looked for at its end.
        let last: Option<i64> = self
            .desk()
            .query_row(
                "SELECT seq FROM sqlite_sequence WHERE name = 'audit'",
                [],
                |row| row.get(0),
            )
            .optional()?;
        let mut before = START.to_owned();
        let mut expected = 1;
        let mut broken = None;
        self.each_audit_entry::<CatalogError>(|entry| {
            if broken.is_none() {
                let told = AuditEntry {
                    at_ms: entry.at_ms,
                    account: &entry.account,
                    what: &entry.what,
                    target: &entry.target,
                    detail: &entry.detail,
                    source: &entry.source,
                };
                if entry.seq != expected {
                    broken = Some(format!("audit trail: entry {expected} is missing"));
                } else if chained(&before, entry.seq, &told) != entry.hash {
                    broken = Some(format!("audit trail: entry {expected} was changed"));
                }
            }
            before = entry.hash;
            expected = entry.seq + 1;
            Ok(())
        })?;
        if broken.is_some() {
            return Ok(broken);
        }
        // What was cut off at the end leaves a chain that holds.
        let last = last.unwrap_or(0).unsigned_abs();
        let is_cut = last >= expected;
        Ok(is_cut
            .then(|| format!("audit trail: entries {expected} to {last} are missing")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(folder: &std::path::Path) -> Catalog {
        let catalog = Catalog::create_or_open(folder).unwrap();
        for at_ms in 1..=5 {
            let target = format!("record:r{at_ms}");
            let entry = AuditEntry {
                at_ms,
                account: if at_ms % 2 == 0 { "lan" } else { "hoa" },
                what: "look",
                target: &target,
                detail: "{}",
                source: "127.0.0.1",
            };
            catalog.note(&entry).unwrap();
        }
        catalog
    }

    /// Does to the table what its triggers forbid.
    fn tampered(sql: &str) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let catalog = filled(folder.path());
        assert_eq!(catalog.audit_break().unwrap(), None);
        catalog
            .desk()
            .execute_batch(&format!(
                "DROP TRIGGER audit_stays; DROP TRIGGER audit_is_kept; {sql}"
            ))
            .unwrap();
        catalog.audit_break().unwrap()
    }

    #[test]
    fn what_was_changed_taken_out_or_cut_off_is_found_and_named() {
        for (sql, expected) in [
            (
                "UPDATE audit SET account = 'x' WHERE seq = 2",
                "audit trail: entry 2 was changed",
            ),
            (
                "UPDATE audit SET at_ms = 9 WHERE seq = 5",
                "audit trail: entry 5 was changed",
            ),
            ("DELETE FROM audit WHERE seq = 3", "audit trail: entry 3 is missing"),
            ("DELETE FROM audit WHERE seq = 1", "audit trail: entry 1 is missing"),
            (
                "DELETE FROM audit WHERE seq > 3",
                "audit trail: entries 4 to 5 are missing",
            ),
            ("DELETE FROM audit", "audit trail: entries 1 to 5 are missing"),
            (
                "UPDATE audit SET seq = 9 WHERE seq = 4; UPDATE audit SET seq = 4 WHERE \
                 seq = 5; UPDATE audit SET seq = 5 WHERE seq = 9",
                "audit trail: entry 4 was changed",
            ),
        ] {
            assert_eq!(tampered(sql).as_deref(), Some(expected), "{sql}");
        }
    }

    #[test]
    fn the_table_itself_refuses_to_be_changed() {
        let folder = tempfile::tempdir().unwrap();
        let catalog = filled(folder.path());
        for sql in ["UPDATE audit SET what = 'x'", "DELETE FROM audit WHERE seq = 1"] {
            let error = catalog.desk().execute_batch(sql).unwrap_err();
            assert!(error.to_string().contains("only added to"), "{error}");
        }
    }

    #[test]
    fn the_trail_is_filtered_and_turned_newest_first() {
        let folder = tempfile::tempdir().unwrap();
        let catalog = filled(folder.path());
        let seqs = |filter: &AuditFilter, below| -> Vec<u64> {
            let entries = catalog.audit_entries(filter, below, 2).unwrap();
            entries.iter().map(|entry| entry.seq).collect()
        };
        assert_eq!(seqs(&AuditFilter::default(), 0), [5, 4]);
        assert_eq!(seqs(&AuditFilter::default(), 4), [3, 2]);
        let lan = AuditFilter { account: "lan".into(), ..AuditFilter::default() };
        assert_eq!(seqs(&lan, 0), [4, 2]);
        let days = AuditFilter { from_ms: 2, before_ms: 4, ..AuditFilter::default() };
        assert_eq!(seqs(&days, 0), [3, 2]);
        let target = AuditFilter { target: "record:r5".into(), ..AuditFilter::default() };
        assert_eq!(seqs(&target, 0), [5]);
    }

    #[test]
    fn two_programs_that_write_at_once_make_one_chain() {
        let folder = tempfile::tempdir().unwrap();
        let catalogs = [filled(folder.path()), Catalog::open(folder.path()).unwrap()];
        std::thread::scope(|scope| {
            for catalog in &catalogs {
                scope.spawn(|| {
                    for _ in 0..20 {
                        catalog.note(&AuditEntry::default()).unwrap();
                    }
                });
            }
        });
        assert_eq!(catalogs[0].audit_break().unwrap(), None);
        let newest = catalogs[0].audit_entries(&AuditFilter::default(), 0, 1).unwrap();
        assert_eq!(newest[0].seq, 45);
    }
}
