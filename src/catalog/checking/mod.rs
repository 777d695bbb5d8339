//! Fields that wait for a person, and what people decided.
//!
//! [`queue`] holds what waits, [`decide`] carries decisions out and undoes them,
//! [`corrected`] counts and hands on what people changed.

mod corrected;
mod decide;
mod queue;

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension as _, Row, Transaction, params};
use serde::Serialize;

use super::Catalog;
use super::CatalogError;
use crate::model::Field;
use crate::model::RecordId;

pub(super) use decide::{decide_in, record_in, send_back};
pub use queue::CheckBy;
pub(super) use queue::{forget, queue, queue_all};

/// A field that waits for a person.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckItem {
    /// Its record.
    pub record: RecordId,
    /// Its name.
    pub field: String,
    /// How far it has come.
    pub stage: String,
    /// Kind of its record.
    pub kind: String,
    /// Code of the unit of its scan.
    pub unit: Option<String>,
    /// Collection of its scan.
    pub collection: Option<String>,
}

/// Which items are wanted; empty texts want all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckFilter {
    /// At this stage.
    pub stage: String,
    /// Of this field.
    pub field: String,
    /// With this finding.
    pub finding: String,
    /// Of scans whose path begins so; the items then come in the order of the paper.
    pub path: String,
    /// That this account has not decided about: two pairs of eyes are two persons.
    pub not_by: String,
    /// Of papers and fields that somebody may see.
    pub scope: CheckScope,
}

/// Which papers and fields somebody may see; all unless it says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckScope {
    /// Codes of units; `None`: any.
    pub units: Option<Vec<String>>,
    /// Collections; `None`: any.
    pub collections: Option<Vec<String>>,
    /// Kinds that are kept back.
    pub without_kinds: Vec<String>,
    /// Ends of the names of fields that are kept back.
    pub without_endings: Vec<String>,
}

impl CheckScope {
    /// Its parts as JSON lists, for [`SCOPE`].
    fn lists(&self) -> [Option<String>; 4] {
        let json =
            |names: &Vec<String>| serde_json::Value::from(names.as_slice()).to_string();
        [
            self.units.as_ref().map(json),
            self.collections.as_ref().map(json),
            Some(json(&self.without_kinds)),
            Some(json(&self.without_endings)),
        ]
    }
}

/// What lets through only what a [`CheckScope`] holds; the first four parameters.
const SCOPE: &str = "(?1 IS NULL OR scan.unit IN (SELECT value FROM json_each(?1))) \
    AND (?2 IS NULL OR scan.collection IN (SELECT value FROM json_each(?2))) \
    AND record.kind NOT IN (SELECT value FROM json_each(?3)) \
    AND NOT EXISTS (SELECT 1 FROM json_each(?4) \
    WHERE substr(check_item.field, -length(value)) = value)";

/// What is decided about a field.
#[derive(Debug, Clone)]
pub struct Decision<'a> {
    /// The record.
    pub record: &'a RecordId,
    /// Name of the field.
    pub field: &'a str,
    /// What was done: `key`, `second`, `third`, `verify`, `approve`.
    pub step: &'a str,
    /// By whom.
    pub account: &'a str,
    /// When.
    pub at_ms: i64,
    /// From where.
    pub source: &'a str,
    /// The stage as it was seen.
    pub from: &'a str,
    /// The number of the last decision about the field as it was seen; 0 if there was none.
    pub seen: u64,
    /// The stage afterwards; empty where nobody has to look any more.
    pub to: &'a str,
    /// The field afterwards; `None` where it stays as it is.
    pub now: Option<Field>,
    /// The value that was decided, also where the field stays as it is.
    pub value: Option<&'a str>,
    /// Why, for people; may be empty.
    pub why: &'a str,
}

/// A decision as stored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoredDecision {
    /// Place in the order of decisions.
    pub seq: u64,
    /// The record.
    pub record: RecordId,
    /// Name of the field.
    pub field: String,
    /// What was done.
    pub step: String,
    /// By whom.
    pub account: String,
    /// When.
    pub at_ms: i64,
    /// The field before.
    pub old: Field,
    /// The stage before.
    pub old_stage: String,
    /// The value that was decided.
    pub value: Option<String>,
    /// The state of the field afterwards.
    pub state: String,
    /// Why.
    pub why: String,
    /// Whether it was undone.
    pub is_undone: bool,
}

/// Columns of a [`StoredDecision`], in its order.
const COLUMNS: &str = "seq, record, field, step, account, at_ms, old_field, old_stage, \
    new_value, new_state, why, undone_by IS NOT NULL";

/// What tells decisions that count from those that were undone, and from the undoing.
pub(super) const STANDING: &str = "step != 'undo' AND undone_by IS NULL";

fn damaged(error: serde_json::Error) -> CatalogError {
    CatalogError::Damaged { what: "field", source: error.into() }
}

fn decision(row: &Row<'_>) -> rusqlite::Result<StoredDecision> {
    let old: String = row.get(6)?;
    let old = serde_json::from_str(&old).map_err(|error| {
        let kind = rusqlite::types::Type::Text;
        rusqlite::Error::FromSqlConversionFailure(6, kind, error.into())
    })?;
    Ok(StoredDecision {
        seq: row.get::<_, i64>(0)?.unsigned_abs(),
        record: RecordId(row.get(1)?),
        field: row.get(2)?,
        step: row.get(3)?,
        account: row.get(4)?,
        at_ms: row.get(5)?,
        old,
        old_stage: row.get(7)?,
        value: row.get(8)?,
        state: row.get(9)?,
        why: row.get(10)?,
        is_undone: row.get(11)?,
    })
}

/// Names of the record's fields that people have decided about.
pub(super) fn decided(
    transaction: &Transaction<'_>,
    record: &RecordId,
) -> Result<BTreeSet<String>, CatalogError> {
    let mut statement = transaction.prepare_cached(&format!(
        "SELECT DISTINCT field FROM decision WHERE record = ?1 AND {STANDING}"
    ))?;
    let rows = statement.query_map([&record.0], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn stage_in(
    transaction: &Transaction<'_>,
    record: &RecordId,
    field: &str,
) -> Result<String, CatalogError> {
    let stage = transaction
        .prepare_cached("SELECT stage FROM check_item WHERE record = ?1 AND field = ?2")?
        .query_row(params![record.0, field], |row| row.get(0))
        .optional()?;
    Ok(stage.unwrap_or_default())
}

/// Number of the last decision about a field, whatever became of it; 0 if there is none.
pub(super) fn last_seq(
    transaction: &Transaction<'_>,
    record: &RecordId,
    field: &str,
) -> Result<u64, CatalogError> {
    let last: i64 = transaction
        .prepare_cached(
            "SELECT coalesce(max(seq), 0) FROM decision WHERE record = ?1 AND field = ?2",
        )?
        .query_row(params![record.0, field], |row| row.get(0))?;
    Ok(last.unsigned_abs())
}

/// Whether the account has a decision about the field that counts: two pairs of eyes are
/// two persons.
pub(super) fn has_decided(
    transaction: &Transaction<'_>,
    record: &RecordId,
    field: &str,
    account: &str,
) -> Result<bool, CatalogError> {
    let has = transaction
        .prepare_cached(&format!(
            "SELECT EXISTS (SELECT 1 FROM decision WHERE record = ?1 AND field = ?2 \
             AND account = ?3 AND {STANDING})"
        ))?
        .query_row(params![record.0, field, account], |row| row.get(0))?;
    Ok(has)
}

impl StoredDecision {
    /// Whether it counts: it was not undone, and is no undoing.
    pub fn is_standing(&self) -> bool {
        !self.is_undone && self.step != "undo"
    }
}

impl Catalog {
    /// The stage of a field; empty if nobody has to look at it.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn stage(&self, record: &RecordId, field: &str) -> Result<String, CatalogError> {
        let mut connection = self.desk();
        stage_in(&connection.transaction()?, record, field)
    }

    /// The stages of those fields of a record that somebody has to look at.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn stages(
        &self,
        record: &RecordId,
    ) -> Result<BTreeMap<String, String>, CatalogError> {
        let connection = self.desk();
        let mut statement = connection
            .prepare_cached("SELECT field, stage FROM check_item WHERE record = ?1")?;
        let rows =
            statement.query_map([&record.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What was decided about a field, oldest first; or about all of them, where no field
    /// is named.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn decisions(
        &self,
        record: &RecordId,
        field: &str,
    ) -> Result<Vec<StoredDecision>, CatalogError> {
        let connection = self.desk();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM decision WHERE record = ?1 AND (?2 = '' OR field = ?2) \
             ORDER BY seq"
        ))?;
        let rows = statement.query_map(params![record.0, field], decision)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
