//! Decisions, and the way back.

use rusqlite::{OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::super::Catalog;
use super::super::CatalogError;
use super::super::audit::{self, AuditEntry};
use super::super::records;
use super::{
    COLUMNS, Decision, STANDING, StoredDecision, damaged, decision, has_decided,
    last_seq, stage_in,
};
use crate::model::Field;
use crate::model::FieldState;
use crate::model::Record;
use crate::model::RecordId;

/// The name that a state has in JSON.
fn state_name(state: FieldState) -> String {
    match serde_json::to_value(state) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
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

pub(in super::super) fn record_in(
    transaction: &Transaction<'_>,
    id: &RecordId,
) -> Result<Option<Record>, CatalogError> {
    let body: Option<String> = transaction
        .prepare_cached("SELECT body FROM record WHERE id = ?1")?
        .query_row([&id.0], |row| row.get(0))
        .optional()?;
    body.as_deref().map(records::parsed).transpose()
}

/// Writes a decision down; `old` is the field before it, `state` its state afterwards.
fn insert(
    transaction: &Transaction<'_>,
    decision: &Decision<'_>,
    (old, state): (&Field, FieldState),
) -> Result<u64, CatalogError> {
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
            serde_json::to_string(old).map_err(damaged)?,
            decision.from,
            decision.value,
            state_name(state),
            decision.why
        ],
    )?;
    Ok(transaction.last_insert_rowid().unsigned_abs())
}

/// Carries out one decision within a transaction; whether the field still stood where it
/// was seen, and the account has decided nothing about it so far.
pub(in super::super) fn decide_in(
    transaction: &Transaction<'_>,
    decision: &Decision<'_>,
) -> Result<bool, CatalogError> {
    let (id, name) = (decision.record, decision.field);
    if stage_in(transaction, id, name)? != decision.from
        || last_seq(transaction, id, name)? != decision.seen
        || has_decided(transaction, id, name, decision.account)?
    {
        return Ok(false);
    }
    let Some(mut record) = record_in(transaction, id)? else { return Ok(false) };
    let Some(old) = record.fields.get(name).cloned() else { return Ok(false) };
    let now = decision.now.clone().unwrap_or_else(|| old.clone());
    insert(transaction, decision, (&old, now.state))?;
    put_stage(transaction, (id, name), decision.to, &now)?;
    if now != old {
        put_field(transaction, &mut record, name, now)?;
    }
    // Old and new value stand in the table of decisions; the trail names no person.
    let is_changed = old.value.as_deref() != decision.value;
    let detail = serde_json::json!({ "field": name, "changed": is_changed });
    audit::append(
        transaction,
        &AuditEntry {
            at_ms: decision.at_ms,
            account: decision.account,
            what: decision.step,
            target: &format!("record:{}", id.0),
            detail: &detail.to_string(),
            source: decision.source,
        },
    )?;
    Ok(true)
}

/// Sends a field of a lot back to be verified. What was verified or approved about it does
/// not count any more, so that whoever did may look at it again.
pub(in super::super) fn send_back(
    transaction: &Transaction<'_>,
    (id, name): (&RecordId, &str),
    (account, source, at_ms): (&str, &str, i64),
) -> Result<(), CatalogError> {
    let Some(mut record) = record_in(transaction, id)? else { return Ok(()) };
    let Some(old) = record.fields.get(name).cloned() else { return Ok(()) };
    let is_verified = matches!(old.state, FieldState::Verified | FieldState::Approved);
    let state = if is_verified { FieldState::Keyed } else { old.state };
    let stage = stage_in(transaction, id, name)?;
    let undoing = insert(
        transaction,
        &Decision {
            record: id,
            field: name,
            step: "undo",
            account,
            at_ms,
            source,
            from: &stage,
            seen: 0,
            to: "keyed",
            now: None,
            value: old.value.as_deref(),
            why: "lot",
        },
        (&old, state),
    )?;
    transaction.execute(
        &format!(
            "UPDATE decision SET undone_by = ?3 WHERE record = ?1 AND field = ?2 \
             AND step IN ('third', 'verify', 'approve') AND {STANDING}"
        ),
        params![id.0, name, undoing as i64],
    )?;
    put_stage(transaction, (id, name), "keyed", &old)?;
    if state != old.state {
        put_field(transaction, &mut record, name, Field { state, ..old })?;
    }
    Ok(())
}

/// The last decision of an account that it may take back. Verdicts about a sample and
/// approvals of lots are no steps at one field: they stay.
fn undoable_in(
    transaction: &Transaction<'_>,
    account: &str,
) -> Result<Option<StoredDecision>, CatalogError> {
    let last = transaction
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM decision WHERE account = ?1 AND {STANDING} \
             AND step != 'sample' AND why != 'lot' ORDER BY seq DESC LIMIT 1"
        ))?
        .query_row([account], decision)
        .optional()?;
    Ok(last)
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

    /// The last decision of an account that it may take back.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn undoable(
        &self,
        account: &str,
    ) -> Result<Option<StoredDecision>, CatalogError> {
        undoable_in(&self.desk().transaction()?, account)
    }

    /// Undoes the last decision of an account, as [`Self::undoable`] gave it, if nobody has
    /// decided about the field since. Returns whether it was undone.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn undo(
        &self,
        seen: &StoredDecision,
        source: &str,
        at_ms: i64,
    ) -> Result<bool, CatalogError> {
        let mut connection = self.desk();
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let Some(last) = undoable_in(&transaction, &seen.account)? else {
            return Ok(false);
        };
        let is_followed: bool = transaction.query_row(
            &format!(
                "SELECT EXISTS (SELECT 1 FROM decision WHERE record = ?1 AND field = ?2 \
                 AND seq > ?3 AND {STANDING})"
            ),
            params![last.record.0, last.field, last.seq as i64],
            |row| row.get(0),
        )?;
        let Some(mut record) = record_in(&transaction, &last.record)? else {
            return Ok(false);
        };
        if is_followed || last.seq != seen.seq {
            return Ok(false);
        }
        let now = record.fields.get(&last.field).unwrap_or(&last.old).clone();
        let stage = stage_in(&transaction, &last.record, &last.field)?;
        let undoing = Decision {
            record: &last.record,
            field: &last.field,
            step: "undo",
            account: &last.account,
            at_ms,
            source,
            from: &stage,
            seen: last.seq,
            to: &last.old_stage,
            now: None,
            value: last.old.value.as_deref(),
            why: "",
        };
        let seq = insert(&transaction, &undoing, (&now, last.old.state))?;
        transaction.execute(
            "UPDATE decision SET undone_by = ?2 WHERE seq = ?1",
            params![last.seq as i64, seq as i64],
        )?;
        put_stage(&transaction, (&last.record, &last.field), &last.old_stage, &last.old)?;
        if now != last.old {
            put_field(&transaction, &mut record, &last.field, last.old.clone())?;
        }
        let detail = serde_json::json!({ "field": last.field, "undid": last.seq });
        audit::append(
            &transaction,
            &AuditEntry {
                at_ms,
                account: &last.account,
                what: "undo",
                target: &format!("record:{}", last.record.0),
                detail: &detail.to_string(),
                source,
            },
        )?;
        transaction.commit()?;
        Ok(true)
    }
}
