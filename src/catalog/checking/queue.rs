//! What waits for a person.

use rusqlite::{Transaction, params};

use super::super::Catalog;
use super::super::CatalogError;
use super::super::figures::Count;
use super::super::records;
use super::{CheckFilter, CheckItem, STANDING, decided};
use crate::model::FieldState;
use crate::model::Record;
use crate::model::RecordId;
use crate::model::Severity;

/// A field that was read with less waits for a person. Confidence is calibrated, so that
/// nine of ten values at this mark are right; the desk marks the same values as doubtful.
const QUEUED_BELOW: f32 = 0.9;
/// Items that are looked through at a time for one that somebody may have.
const BATCH: usize = 200;

/// By what items are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckBy {
    /// How far they have come.
    Stage,
    /// Name of the field.
    Field,
    /// Rule of the finding.
    Finding,
    /// Folder of the scan, as it was found.
    Folder,
}

/// Notes which fields of a record wait to be keyed, in place of what was noted before.
pub(in super::super) fn queue(
    transaction: &Transaction<'_>,
    record: &Record,
) -> Result<(), CatalogError> {
    transaction.execute(
        "DELETE FROM check_item WHERE record = ?1 AND stage = 'read'",
        [&record.record.0],
    )?;
    let decided = decided(transaction, &record.record)?;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO check_item (record, field, stage, confidence, finding) \
         VALUES (?1, ?2, 'read', ?3, ?4) ON CONFLICT (record, field) DO NOTHING",
    )?;
    for (name, field) in &record.fields {
        let is_read = matches!(field.state, FieldState::Read | FieldState::Illegible);
        if !is_read || field.quad.is_none() || decided.contains(name) {
            continue;
        }
        let finding = record.findings.iter().find(|finding| {
            finding.severity >= Severity::Warn && finding.fields.contains(name)
        });
        let is_doubtful =
            field.confidence < QUEUED_BELOW || field.state == FieldState::Illegible;
        if is_doubtful || finding.is_some() {
            let rule = finding.map_or("", |finding| finding.rule.as_str());
            let confidence = f64::from(field.confidence);
            insert.execute(params![record.record.0, name, confidence, rule])?;
        }
    }
    Ok(())
}

/// Nobody has to look at a record that is gone.
pub(in super::super) fn forget(
    transaction: &Transaction<'_>,
    record: &RecordId,
) -> Result<(), CatalogError> {
    transaction.execute("DELETE FROM check_item WHERE record = ?1", [&record.0])?;
    Ok(())
}

/// Notes the fields of every record, for a catalog that is older than its queue.
pub(in super::super) fn queue_all(
    transaction: &Transaction<'_>,
) -> Result<(), CatalogError> {
    let mut statement = transaction.prepare("SELECT body FROM record")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        queue(transaction, &records::parsed(&row.get::<_, String>(0)?)?)?;
    }
    Ok(())
}

impl Catalog {
    /// The first `wanted` items that fit and that `may_have` lets through: the most
    /// doubtful first, or in the order of the paper where a path is asked for.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn check_items(
        &self,
        filter: &CheckFilter,
        wanted: usize,
        mut may_have: impl FnMut(&CheckItem) -> bool,
    ) -> Result<Vec<CheckItem>, CatalogError> {
        let connection = self.desk();
        let order = if filter.path.is_empty() {
            "check_item.confidence, check_item.record, check_item.field"
        } else {
            "location.path, record.ordinal, check_item.record, check_item.field"
        };
        let mut statement = connection.prepare_cached(&format!(
            "SELECT check_item.record, check_item.field, stage, record.kind, scan.unit, \
             scan.collection FROM check_item JOIN record ON record.id = check_item.record \
             JOIN scan ON scan.id = record.scan \
             JOIN location ON location.scan = scan.id AND location.ordinal = 0 \
             WHERE stage = ?1 AND (?2 = '' OR check_item.field = ?2) \
             AND (?3 = '' OR finding = ?3) \
             AND (?4 = '' OR substr(location.path, 1, length(?4)) = ?4) \
             AND (?5 = '' OR NOT EXISTS (SELECT 1 FROM decision WHERE \
             decision.record = check_item.record AND decision.field = check_item.field \
             AND account = ?5 AND {STANDING})) \
             ORDER BY {order} LIMIT ?6 OFFSET ?7"
        ))?;
        let mut found = Vec::new();
        let mut offset = 0;
        loop {
            let rows = statement.query_map(
                params![
                    filter.stage,
                    filter.field,
                    filter.finding,
                    filter.path,
                    filter.not_by,
                    BATCH as i64,
                    offset as i64
                ],
                |row| {
                    Ok(CheckItem {
                        record: RecordId(row.get(0)?),
                        field: row.get(1)?,
                        stage: row.get(2)?,
                        kind: row.get(3)?,
                        unit: row.get(4)?,
                        collection: row.get(5)?,
                    })
                },
            )?;
            let mut num_rows = 0;
            for item in rows {
                let item = item?;
                num_rows += 1;
                if may_have(&item) {
                    found.push(item);
                    if found.len() >= wanted {
                        return Ok(found);
                    }
                }
            }
            if num_rows < BATCH {
                return Ok(found);
            }
            offset += BATCH;
        }
    }

    /// How many items there are: by `stage`, or by `field` or `finding` of a stage, or by
    /// the folder of its scans (`path`).
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn check_counts(
        &self,
        by: CheckBy,
        stage: &str,
    ) -> Result<Vec<Count>, CatalogError> {
        let (column, only) = match by {
            CheckBy::Stage => ("stage", ""),
            CheckBy::Field => ("field", "AND stage = ?1"),
            CheckBy::Finding => ("finding", "AND stage = ?1 AND finding != ''"),
            CheckBy::Folder => (
                "(SELECT rtrim(path, replace(path, '/', '')) FROM record JOIN location \
                 ON location.scan = record.scan AND location.ordinal = 0 \
                 WHERE record.id = check_item.record)",
                "AND stage = ?1",
            ),
        };
        let connection = self.desk();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT coalesce({column}, ''), count(*) FROM check_item WHERE ?1 = ?1 {only} \
             GROUP BY 1 ORDER BY 2 DESC, 1"
        ))?;
        let rows = statement.query_map([stage], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
