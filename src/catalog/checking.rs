//! Fields that wait for a person, and what people decided.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension as _, Row, Transaction, TransactionBehavior, params};
use serde::Serialize;

use super::Catalog;
use super::CatalogError;
use super::audit::{self, AuditEntry};
use super::figures::Count;
use super::records;
use crate::model::Field;
use crate::model::FieldState;
use crate::model::Record;
use crate::model::RecordId;
use crate::model::Severity;

/// A field that was read with less waits for a person. Confidence is calibrated, so that
/// nine of ten values at this mark are right; the desk marks the same values as doubtful.
const QUEUED_BELOW: f32 = 0.9;
/// Items that are looked through at a time for one that somebody may have.
const BATCH: usize = 200;

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
}

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

/// The name that a state has in JSON.
fn state_name(state: FieldState) -> String {
    match serde_json::to_value(state) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// Names of the record's fields that people have decided about.
pub(super) fn decided(
    transaction: &Transaction<'_>,
    record: &RecordId,
) -> Result<BTreeSet<String>, CatalogError> {
    let mut statement = transaction.prepare_cached(
        "SELECT DISTINCT field FROM decision WHERE record = ?1 AND step != 'undo' \
         AND undone_by IS NULL",
    )?;
    let rows = statement.query_map([&record.0], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes which fields of a record wait to be keyed, in place of what was noted before.
pub(super) fn queue(
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
pub(super) fn forget(
    transaction: &Transaction<'_>,
    record: &RecordId,
) -> Result<(), CatalogError> {
    transaction.execute("DELETE FROM check_item WHERE record = ?1", [&record.0])?;
    Ok(())
}

/// Notes the fields of every record, for a catalog that is older than its queue.
pub(super) fn queue_all(transaction: &Transaction<'_>) -> Result<(), CatalogError> {
    let mut statement = transaction.prepare("SELECT body FROM record")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        queue(transaction, &records::parsed(&row.get::<_, String>(0)?)?)?;
    }
    Ok(())
}

/// Writes a field into its record and notes the record for the index.
fn put_field(
    transaction: &Transaction<'_>,
    record: &mut Record,
    name: &str,
    field: Field,
) -> Result<(), CatalogError> {
    record.fields.insert(name.to_owned(), field);
    let body = serde_json::to_string(record).map_err(damaged)?;
    transaction.execute(
        "UPDATE record SET body = ?2 WHERE id = ?1",
        params![record.record.0, body],
    )?;
    records::note(transaction, &record.record)
}

fn put_stage(
    transaction: &Transaction<'_>,
    (record, field): (&RecordId, &str),
    stage: &str,
    field_now: &Field,
) -> Result<(), CatalogError> {
    if stage.is_empty() {
        transaction.execute(
            "DELETE FROM check_item WHERE record = ?1 AND field = ?2",
            params![record.0, field],
        )?;
    } else {
        transaction.execute(
            "INSERT INTO check_item (record, field, stage, confidence, finding) \
             VALUES (?1, ?2, ?3, ?4, '') ON CONFLICT (record, field) \
             DO UPDATE SET stage = ?3",
            params![record.0, field, stage, f64::from(field_now.confidence)],
        )?;
    }
    Ok(())
}

pub(super) fn record_in(
    transaction: &Transaction<'_>,
    id: &RecordId,
) -> Result<Option<Record>, CatalogError> {
    let body: Option<String> = transaction
        .prepare_cached("SELECT body FROM record WHERE id = ?1")?
        .query_row([&id.0], |row| row.get(0))
        .optional()?;
    body.as_deref().map(records::parsed).transpose()
}

fn stage_in(
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

/// Carries out one decision within a transaction; whether the field still stood where it
/// was seen.
pub(super) fn decide_in(
    transaction: &Transaction<'_>,
    decision: &Decision<'_>,
) -> Result<bool, CatalogError> {
    if stage_in(transaction, decision.record, decision.field)? != decision.from {
        return Ok(false);
    }
    let Some(mut record) = record_in(transaction, decision.record)? else {
        return Ok(false);
    };
    let Some(old) = record.fields.get(decision.field).cloned() else { return Ok(false) };
    let now = decision.now.clone().unwrap_or_else(|| old.clone());
    transaction.execute(
        "INSERT INTO decision (record, field, step, account, at_ms, old_field, \
         old_stage, new_value, new_state, why) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, \
         ?9, ?10)",
        params![
            decision.record.0,
            decision.field,
            decision.step,
            decision.account,
            decision.at_ms,
            serde_json::to_string(&old).map_err(damaged)?,
            decision.from,
            decision.value,
            state_name(now.state),
            decision.why
        ],
    )?;
    put_stage(transaction, (decision.record, decision.field), decision.to, &now)?;
    if now != old {
        put_field(transaction, &mut record, decision.field, now)?;
    }
    // Old and new value stand in the table of decisions; the trail names no person.
    let is_changed = old.value.as_deref() != decision.value;
    let detail = serde_json::json!({ "field": decision.field, "changed": is_changed });
    audit::append(
        transaction,
        &AuditEntry {
            at_ms: decision.at_ms,
            account: decision.account,
            what: decision.step,
            target: &format!("record:{}", decision.record.0),
            detail: &detail.to_string(),
            source: decision.source,
        },
    )?;
    Ok(true)
}

impl Catalog {
    /// Carries out decisions, all or none, with their notes for the index and the trail.
    /// Returns whether they were carried out: not where one of the fields has changed
    /// since it was seen.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn decide(&self, decisions: &[Decision<'_>]) -> Result<bool, CatalogError> {
        let mut connection = self.desk();
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for decision in decisions {
            if !decide_in(&transaction, decision)? {
                return Ok(false);
            }
        }
        transaction.commit()?;
        Ok(true)
    }

    /// Undoes the last decision of an account, if nobody has decided about the field
    /// since. Returns what was undone.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn undo(
        &self,
        account: &str,
        source: &str,
        at_ms: i64,
    ) -> Result<Option<StoredDecision>, CatalogError> {
        let mut connection = self.desk();
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let last = transaction
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM decision AS mine WHERE account = ?1 \
                 AND step != 'undo' AND undone_by IS NULL ORDER BY seq DESC LIMIT 1"
            ))?
            .query_row([account], decision)
            .optional()?;
        let Some(last) = last else { return Ok(None) };
        let is_followed: bool = transaction.query_row(
            "SELECT EXISTS (SELECT 1 FROM decision WHERE record = ?1 AND field = ?2 \
             AND seq > ?3 AND undone_by IS NULL AND step != 'undo')",
            params![last.record.0, last.field, last.seq as i64],
            |row| row.get(0),
        )?;
        let Some(mut record) = record_in(&transaction, &last.record)? else {
            return Ok(None);
        };
        if is_followed {
            return Ok(None);
        }
        let now = record.fields.get(&last.field).cloned();
        let stage = stage_in(&transaction, &last.record, &last.field)?;
        transaction.execute(
            "INSERT INTO decision (record, field, step, account, at_ms, old_field, \
             old_stage, new_value, new_state) VALUES (?1, ?2, 'undo', ?3, ?4, ?5, ?6, \
             ?7, ?8)",
            params![
                last.record.0,
                last.field,
                account,
                at_ms,
                serde_json::to_string(now.as_ref().unwrap_or(&last.old))
                    .map_err(damaged)?,
                stage,
                last.old.value,
                state_name(last.old.state)
            ],
        )?;
        transaction.execute(
            "UPDATE decision SET undone_by = ?2 WHERE seq = ?1",
            params![last.seq as i64, transaction.last_insert_rowid()],
        )?;
        put_stage(&transaction, (&last.record, &last.field), &last.old_stage, &last.old)?;
        put_field(&transaction, &mut record, &last.field, last.old.clone())?;
        let detail = serde_json::json!({ "field": last.field, "undid": last.seq });
        audit::append(
            &transaction,
            &AuditEntry {
                at_ms,
                account,
                what: "undo",
                target: &format!("record:{}", last.record.0),
                detail: &detail.to_string(),
                source,
            },
        )?;
        transaction.commit()?;
        Ok(Some(last))
    }

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
             AND account = ?5 AND undone_by IS NULL AND step != 'undo')) \
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

    /// The stage of a field; empty if nobody has to look at it.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn stage(&self, record: &RecordId, field: &str) -> Result<String, CatalogError> {
        let mut connection = self.desk();
        stage_in(&connection.transaction()?, record, field)
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

    /// Calls `each` with every first keying that was not undone, and with the field as it
    /// is now: what the machine read, and what people made of it.
    ///
    /// # Errors
    ///
    /// If the database refuses, or as `each` does.
    pub fn each_correction<E: From<CatalogError>>(
        &self,
        mut each: impl FnMut(&Record, &StoredDecision, &Field) -> Result<(), E>,
    ) -> Result<(), E> {
        let firsts: Vec<StoredDecision> = {
            let connection = self.desk();
            let sql = |error: rusqlite::Error| E::from(CatalogError::from(error));
            let mut statement = connection
                .prepare(&format!(
                    "SELECT {COLUMNS} FROM decision WHERE step = 'key' \
                     AND undone_by IS NULL GROUP BY record, field HAVING seq = min(seq) \
                     ORDER BY record, field"
                ))
                .map_err(sql)?;
            let rows = statement.query_map([], decision).map_err(sql)?;
            rows.collect::<Result<_, _>>().map_err(sql)?
        };
        for first in firsts {
            let Some(stored) = self.record(&first.record)? else { continue };
            if let Some(now) = stored.record.fields.get(&first.field) {
                each(&stored.record, &first, now)?;
            }
        }
        Ok(())
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

    /// How often decisions were changed later: by field (what the machine had read) or by
    /// account (what its person had keyed). Name, decided, changed.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn error_counts(
        &self,
        by_account: bool,
    ) -> Result<Vec<(String, u64, u64)>, CatalogError> {
        let (column, before, steps) = if by_account {
            ("account", "one.new_value", "'key', 'second'")
        } else {
            ("field", "one.old_field ->> 'value'", "'key'")
        };
        let connection = self.desk();
        let mut statement = connection.prepare(&format!(
            "SELECT one.{column}, count(*), sum({before} IS NOT (SELECT last.new_value \
             FROM decision AS last WHERE last.record = one.record AND \
             last.field = one.field AND last.undone_by IS NULL AND last.step NOT IN \
             ('undo', 'second') ORDER BY last.seq DESC LIMIT 1)) FROM decision AS one \
             WHERE one.step IN ({steps}) AND one.undone_by IS NULL GROUP BY 1 ORDER BY 1"
        ))?;
        let rows = statement.query_map([], |row| {
            let count = |at| row.get::<_, i64>(at).map(i64::unsigned_abs);
            Ok((row.get::<_, String>(0)?, count(1)?, count(2)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

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
