//! Records, and which of them the index has not seen yet.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension as _, Row, Transaction, TransactionBehavior, params};

use super::Catalog;
use super::CatalogError;
use super::checking;
use super::rulings;
use super::rulings::PageStand;
use crate::failpoint;
use crate::model::Field;
use crate::model::FieldState;
use crate::model::Record;
use crate::model::RecordId;
use crate::model::ScanId;

/// A record with where its scan was found.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRecord {
    /// The record.
    pub record: Record,
    /// The first place where its scan was found.
    pub path: String,
    /// The collection its scan belongs to.
    pub collection: Option<String>,
    /// Code of the unit whose books the scan is from.
    pub unit: Option<String>,
}

/// A change that the index has not seen.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingRecord {
    /// Place in the order of changes; ascending, never used twice.
    pub seq: u64,
    /// Which record changed.
    pub id: RecordId,
    /// What it is now; `None` if it is gone.
    pub now: Option<StoredRecord>,
}

/// Columns of a [`StoredRecord`], in its order.
const COLUMNS: &str = "record.body, scan.collection, scan.unit, \
    (SELECT path FROM location WHERE location.scan = scan.id ORDER BY ordinal, path LIMIT 1)";

/// The columns of a [`StoredRecord`] as SQL gives them.
type Raw = (String, Option<String>, Option<String>, Option<String>);

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

fn stored((body, collection, unit, path): Raw) -> Result<StoredRecord, CatalogError> {
    Ok(StoredRecord {
        record: parsed(&body)?,
        path: path.unwrap_or_default(),
        collection,
        unit,
    })
}

pub(super) fn parsed(body: &str) -> Result<Record, CatalogError> {
    serde_json::from_str(body)
        .map_err(|error| CatalogError::Damaged { what: "record", source: error.into() })
}

fn put(
    transaction: &Transaction<'_>,
    ordinal: usize,
    record: &Record,
) -> Result<(), CatalogError> {
    let body = serde_json::to_string(record).map_err(|error| CatalogError::Damaged {
        what: "record",
        source: error.into(),
    })?;
    transaction.execute(
        "INSERT INTO record (id, scan, ordinal, kind, body) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (id) DO UPDATE SET ordinal = ?3, kind = ?4, body = ?5",
        params![record.record.0, record.scan.0, ordinal as i64, record.kind.0, body],
    )?;
    checking::queue(transaction, record)?;
    note(transaction, &record.record)
}

pub(super) fn note(
    transaction: &Transaction<'_>,
    id: &RecordId,
) -> Result<(), CatalogError> {
    transaction.execute("INSERT INTO outbox (record) VALUES (?1)", [&id.0])?;
    Ok(())
}

/// Names of the fields that people decided about; `by_people` are those with a decision.
fn decided(record: &Record, by_people: &BTreeSet<String>) -> BTreeSet<String> {
    let is_decided = |(name, field): &(&String, &Field)| {
        matches!(
            field.state,
            FieldState::Keyed | FieldState::Verified | FieldState::Approved
        ) || by_people.contains(*name)
    };
    record.fields.iter().filter(is_decided).map(|(name, _)| name.clone()).collect()
}

/// What people decided about the old record stays in the new one.
fn keep_decisions(old: &Record, new: &mut Record, by_people: &BTreeSet<String>) {
    for name in decided(old, by_people) {
        if let Some(field) = old.fields.get(&name) {
            new.fields.insert(name, field.clone());
        }
    }
}

/// The records of a scan as they are stored, by name.
fn stored_of(
    transaction: &Transaction<'_>,
    scan: &ScanId,
) -> Result<BTreeMap<RecordId, Record>, CatalogError> {
    let mut statement =
        transaction.prepare_cached("SELECT body FROM record WHERE scan = ?1")?;
    let bodies = statement.query_map([&scan.0], |row| row.get::<_, String>(0))?;
    let mut records = BTreeMap::new();
    for body in bodies {
        let record = parsed(&body?)?;
        records.insert(record.record.clone(), record);
    }
    Ok(records)
}

/// Replaces the records of a scan and notes every change for the index, as
/// [`Catalog::finish_scan`] says.
pub(super) fn replace(
    transaction: &Transaction<'_>,
    scan: &ScanId,
    records: &[Record],
) -> Result<(), CatalogError> {
    let mut old = stored_of(transaction, scan)?;
    for (ordinal, record) in records.iter().enumerate() {
        let mut record = record.clone();
        if let Some(before) = old.remove(&record.record) {
            let by_people = checking::decided(transaction, &record.record)?;
            keep_decisions(&before, &mut record, &by_people);
            if before == record {
                continue;
            }
        }
        put(transaction, ordinal, &record)?;
    }
    for (id, before) in old {
        let mut kept = Record { fields: BTreeMap::new(), ..before.clone() };
        let by_people = checking::decided(transaction, &id)?;
        keep_decisions(&before, &mut kept, &by_people);
        if kept.fields.is_empty() {
            transaction.execute("DELETE FROM record WHERE id = ?1", [&id.0])?;
            checking::forget(transaction, &id)?;
            note(transaction, &id)?;
        }
    }
    failpoint::reach("records-written");
    Ok(())
}

impl Catalog {
    /// Replaces the records of a scan, marks the scan as done, and notes every change for
    /// the index, all in one transaction. Fields that people decided stay as they are; a
    /// record that holds such a field is kept even if it is not read any more.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn finish_scan(
        &self,
        scan: &ScanId,
        records: &[Record],
    ) -> Result<(), CatalogError> {
        let mut connection = self.lock();
        // What people decide meanwhile is waited for: it must not be written over.
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        replace(&transaction, scan, records)?;
        transaction.execute("UPDATE scan SET state = 'done' WHERE id = ?1", [&scan.0])?;
        transaction.commit()?;
        Ok(())
    }

    /// Replaces the records of a scan that is done, as [`Catalog::finish_scan`], if people
    /// have ruled nothing else about its pages since. Returns whether that was so.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn renew_records(
        &self,
        scan: &ScanId,
        records: &[Record],
        seen: &PageStand,
    ) -> Result<bool, CatalogError> {
        let mut connection = self.lock();
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if rulings::stand(&transaction, scan)?.rulings != seen.rulings {
            return Ok(false);
        }
        replace(&transaction, scan, records)?;
        transaction.commit()?;
        Ok(true)
    }

    /// The records of a scan about which people decided something, each with the names of
    /// those fields.
    ///
    /// # Errors
    ///
    /// If the database refuses or a record is damaged.
    pub fn decided_records(
        &self,
        scan: &ScanId,
    ) -> Result<Vec<(Record, BTreeSet<String>)>, CatalogError> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        let mut found = Vec::new();
        for (id, record) in stored_of(&transaction, scan)? {
            let fields = decided(&record, &checking::decided(&transaction, &id)?);
            if !fields.is_empty() {
                found.push((record, fields));
            }
        }
        Ok(found)
    }

    /// One record.
    ///
    /// # Errors
    ///
    /// If the database refuses or the record is damaged.
    pub fn record(&self, id: &RecordId) -> Result<Option<StoredRecord>, CatalogError> {
        let found = self
            .lock()
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM record JOIN scan ON scan.id = record.scan \
                 WHERE record.id = ?1"
            ))?
            .query_row([&id.0], raw)
            .optional()?;
        found.map(stored).transpose()
    }

    /// The records of one scan, in the order in which they stand in it.
    ///
    /// # Errors
    ///
    /// If the database refuses or a record is damaged.
    pub fn records_of(&self, scan: &ScanId) -> Result<Vec<StoredRecord>, CatalogError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM record JOIN scan ON scan.id = record.scan \
             WHERE record.scan = ?1 ORDER BY record.ordinal, record.id"
        ))?;
        let rows = statement.query_map([&scan.0], raw)?;
        rows.map(|row| stored(row?)).collect()
    }

    /// How many records a scan has.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn num_records(&self, scan: &ScanId) -> Result<u64, CatalogError> {
        let connection = self.lock();
        let mut statement =
            connection.prepare_cached("SELECT count(*) FROM record WHERE scan = ?1")?;
        let count: i64 = statement.query_row([&scan.0], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// The next changes that the index has not seen, oldest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// If the database refuses or a record is damaged.
    pub fn pending(&self, limit: usize) -> Result<Vec<PendingRecord>, CatalogError> {
        let changes: Vec<(u64, String)> = {
            let connection = self.lock();
            let mut statement = connection
                .prepare_cached("SELECT seq, record FROM outbox ORDER BY seq LIMIT ?1")?;
            let rows = statement.query_map([limit as i64], |row| {
                Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?))
            })?;
            rows.collect::<Result<_, _>>()?
        };
        let mut pending = Vec::with_capacity(changes.len());
        for (seq, id) in changes {
            let id = RecordId(id);
            let now = self.record(&id)?;
            pending.push(PendingRecord { seq, id, now });
        }
        Ok(pending)
    }

    /// Number of the newest change that is noted; 0 where none is.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn last_noted(&self) -> Result<u64, CatalogError> {
        let connection = self.lock();
        let mut statement =
            connection.prepare_cached("SELECT ifnull(max(seq), 0) FROM outbox")?;
        let last: i64 = statement.query_row([], |row| row.get(0))?;
        Ok(last.unsigned_abs())
    }

    /// Forgets the changes up to `seq`, which the index has committed.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn indexed_up_to(&self, seq: u64) -> Result<(), CatalogError> {
        self.lock().execute("DELETE FROM outbox WHERE seq <= ?1", [seq as i64])?;
        Ok(())
    }

    /// Notes every record as a change, for an index that is built anew.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn index_everything_again(&self) -> Result<usize, CatalogError> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        transaction.execute("DELETE FROM outbox", [])?;
        let count = transaction.execute(
            "INSERT INTO outbox (record) SELECT id FROM record ORDER BY scan, ordinal",
            [],
        )?;
        transaction.commit()?;
        Ok(count)
    }

    /// Counts for `status`: scans by state, pages by state, records, changes not indexed.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn counts(&self) -> Result<BTreeMap<String, u64>, CatalogError> {
        let connection = self.reader()?;
        let mut counts = BTreeMap::new();
        let mut statement = connection.prepare(
            "SELECT 'scans_' || state, count(*) FROM scan GROUP BY state \
             UNION ALL SELECT 'pages_' || state, count(*) FROM page GROUP BY state \
             UNION ALL SELECT 'pages_blank', count(*) FROM page WHERE blank = 1 \
             UNION ALL SELECT 'records', count(*) FROM record \
             UNION ALL SELECT 'locations', count(*) FROM location \
             UNION ALL SELECT 'not_indexed', count(*) FROM outbox",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
        })?;
        for row in rows {
            let (name, count) = row?;
            counts.insert(name, count);
        }
        Ok(counts)
    }

    /// How many records of each kind there are.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn kinds(&self) -> Result<Vec<(String, u64)>, CatalogError> {
        let connection = self.reader()?;
        let mut statement = connection
            .prepare("SELECT kind, count(*) FROM record GROUP BY kind ORDER BY kind")?;
        let rows = statement.query_map([], |row| {
            Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
