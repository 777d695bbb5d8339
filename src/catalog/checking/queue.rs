//! What waits for a person.

use rusqlite::types::Value;
use rusqlite::{Transaction, params};

use super::super::Catalog;
use super::super::CatalogError;
use super::super::figures::Count;
use super::super::records;
use super::{CheckFilter, CheckItem, CheckScope, SCOPE, STANDING, decided};
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
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let batch = self.check_batch(filter, after.as_ref())?;
            let is_last = batch.len() < BATCH;
            for (item, place) in batch {
                after = Some(place);
                if may_have(&item) {
                    found.push(item);
                    if found.len() >= wanted {
                        return Ok(found);
                    }
                }
            }
            if is_last {
                return Ok(found);
            }
        }
    }

    /// The next items that fit, after the place of the last one.
    fn check_batch(
        &self,
        filter: &CheckFilter,
        after: Option<&Place>,
    ) -> Result<Vec<(CheckItem, Place)>, CatalogError> {
        let by_doubt = filter.path.is_empty();
        let first = if by_doubt { "check_item.confidence" } else { "location.path" };
        let order =
            format!("{first}, record.ordinal, check_item.record, check_item.field");
        // Not as an `OR`: an index leads to a place only where there is one.
        let beyond = match after {
            Some(_) => format!("AND {first} >= ?11 AND ({order}) > (?11, ?12, ?13, ?14)"),
            None => "AND ?11 IS ?11 AND ?12 IS ?12 AND ?13 IS ?13 AND ?14 IS ?14".into(),
        };
        let connection = self.desk();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT check_item.record, check_item.field, stage, record.kind, scan.unit, \
             scan.collection, {first}, record.ordinal \
             FROM check_item JOIN record ON record.id = check_item.record \
             JOIN scan ON scan.id = record.scan \
             JOIN location ON location.scan = scan.id AND location.ordinal = 0 \
             WHERE {SCOPE} AND stage = ?5 AND (?6 = '' OR check_item.field = ?6) \
             AND (?7 = '' OR finding = ?7) \
             AND (?8 = '' OR substr(location.path, 1, length(?8)) = ?8) \
             AND (?9 = '' OR NOT EXISTS (SELECT 1 FROM decision WHERE \
             decision.record = check_item.record AND decision.field = check_item.field \
             AND account = ?9 AND {STANDING})) {beyond} ORDER BY {order} LIMIT ?10"
        ))?;
        let [units, collections, kinds, endings] = filter.scope.lists();
        let none = Place::default();
        let Place { first, ordinal, record, field } = after.unwrap_or(&none);
        let rows = statement.query_map(
            params![
                units,
                collections,
                kinds,
                endings,
                filter.stage,
                filter.field,
                filter.finding,
                filter.path,
                filter.not_by,
                BATCH as i64,
                first,
                ordinal,
                record,
                field
            ],
            |row| {
                let (record, field): (String, String) = (row.get(0)?, row.get(1)?);
                let item = CheckItem {
                    record: RecordId(record.clone()),
                    field: field.clone(),
                    stage: row.get(2)?,
                    kind: row.get(3)?,
                    unit: row.get(4)?,
                    collection: row.get(5)?,
                };
                let (first, ordinal) = (row.get(6)?, row.get(7)?);
                Ok((item, Place { first, ordinal, record, field }))
            },
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many items somebody may see: by `stage`, or by `field` or `finding` of a stage,
    /// or by the folder of its scans (`path`).
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn check_counts(
        &self,
        by: CheckBy,
        stage: &str,
        scope: &CheckScope,
    ) -> Result<Vec<Count>, CatalogError> {
        let (column, only) = match by {
            CheckBy::Stage => ("stage", ""),
            CheckBy::Field => ("check_item.field", "AND stage = ?5"),
            CheckBy::Finding => ("finding", "AND stage = ?5 AND finding != ''"),
            CheckBy::Folder => (
                "(SELECT rtrim(path, replace(path, '/', '')) FROM record JOIN location \
                 ON location.scan = record.scan AND location.ordinal = 0 \
                 WHERE record.id = check_item.record)",
                "AND stage = ?5",
            ),
        };
        // Counting what everybody sees looks at one table alone.
        let (joins, within) = if *scope == CheckScope::default() {
            ("", "?1 IS ?1 AND ?2 IS ?2 AND ?3 IS ?3 AND ?4 IS ?4")
        } else {
            (
                "JOIN record ON record.id = check_item.record \
                 JOIN scan ON scan.id = record.scan",
                SCOPE,
            )
        };
        let connection = self.desk();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT coalesce({column}, ''), count(*) FROM check_item {joins} \
             WHERE {within} AND ?5 = ?5 {only} GROUP BY 1 ORDER BY 2 DESC, 1"
        ))?;
        let [units, collections, kinds, endings] = scope.lists();
        let rows = statement
            .query_map(params![units, collections, kinds, endings, stage], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
            })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Place of an item in the order of its queue.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    /// Confidence, or the path of the scan.
    first: Value,
    /// Place of the record in its scan.
    ordinal: i64,
    record: String,
    field: String,
}

impl Default for Place {
    fn default() -> Self {
        let (record, field) = (String::new(), String::new());
        Self { first: Value::Null, ordinal: 0, record, field }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A catalog in which 450 fields wait, of two communes.
    fn filled(folder: &std::path::Path) -> Catalog {
        let catalog = Catalog::create_or_open(folder).unwrap();
        let connection = catalog.desk();
        for (at, unit) in ["03361", "00001"].into_iter().enumerate() {
            let scan = at.to_string().repeat(64);
            connection
                .execute(
                    "INSERT INTO scan (id, bytes, arrived_ms, state, unit) \
                     VALUES (?1, 1, 1, 'done', ?2)",
                    [scan.as_str(), unit],
                )
                .unwrap();
            connection
                .execute(
                    "INSERT INTO location (scan, path, bytes, modified_ms, ordinal) \
                     VALUES (?1, 's' || ?1, 1, 1, 0)",
                    [scan],
                )
                .unwrap();
        }
        for at in 0..450_i64 {
            connection
                .execute(
                    "INSERT INTO record (id, scan, ordinal, kind, body) \
                     VALUES (?1, ?2, ?3, 'x', '{}')",
                    params![format!("r{at:03}"), (at % 2).to_string().repeat(64), at],
                )
                .unwrap();
            connection
                .execute(
                    "INSERT INTO check_item (record, field, stage, confidence, finding) \
                     VALUES (?1, ?2, 'read', ?3, '')",
                    params![
                        format!("r{at:03}"),
                        if at % 9 == 0 { "nktNguyenNhanChet" } else { "so" },
                        f64::from(u8::try_from(at % 7).unwrap()) / 7.0
                    ],
                )
                .unwrap();
        }
        drop(connection);
        catalog
    }

    #[test]
    fn every_field_comes_once_and_in_order_however_many_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let catalog = filled(folder.path());
        for path in ["", "s"] {
            let filter = CheckFilter {
                stage: "read".into(),
                path: path.into(),
                ..CheckFilter::default()
            };
            let mut seen = Vec::new();
            let none = catalog.check_items(&filter, 1, |item| {
                seen.push(item.record.0.clone());
                false
            });
            assert_eq!(none.unwrap(), []);
            assert_eq!(seen.len(), 450);
            assert_eq!(seen.iter().collect::<std::collections::BTreeSet<_>>().len(), 450);
            let first = if path.is_empty() { ["r000", "r007"] } else { ["r000", "r002"] };
            assert_eq!(seen[..2], first);
        }
    }

    #[test]
    fn a_queue_and_its_counts_hold_what_somebody_may_see() {
        let folder = tempfile::tempdir().unwrap();
        let catalog = filled(folder.path());
        let scope = CheckScope {
            units: Some(vec!["03361".into()]),
            without_endings: vec!["NguyenNhanChet".into()],
            ..CheckScope::default()
        };
        let filter = CheckFilter {
            stage: "read".into(),
            scope: scope.clone(),
            ..CheckFilter::default()
        };
        let items = catalog.check_items(&filter, 999, |_| true).unwrap();
        assert_eq!(items.len(), 200);
        assert!(items.iter().all(|item| item.unit.as_deref() == Some("03361")));
        let counts = |by, scope: &CheckScope| catalog.check_counts(by, "read", scope);
        assert_eq!(counts(CheckBy::Field, &scope).unwrap(), [("so".to_owned(), 200)]);
        assert_eq!(counts(CheckBy::Stage, &scope).unwrap(), [("read".to_owned(), 200)]);
        assert_eq!(counts(CheckBy::Folder, &scope).unwrap(), [(String::new(), 200)]);
        let all = counts(CheckBy::Stage, &CheckScope::default()).unwrap();
        assert_eq!(all, [("read".to_owned(), 450)]);
        let nothing = CheckScope { units: Some(vec![]), ..CheckScope::default() };
        assert_eq!(counts(CheckBy::Stage, &nothing).unwrap(), []);
    }
}
