//! Decisions, and the way back.

use rusqlite::{OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::super::Catalog;
use super::super::CatalogError;
use super::super::audit::{self, AuditEntry};
use super::super::records;
use super::{COLUMNS, Decision, STANDING, StoredDecision, damaged, decision, stage_in};
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

/// Carries out one decision within a transaction; whether the field still stood where it
/// was seen.
pub(in super::super) fn decide_in(
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
                 AND {STANDING} ORDER BY seq DESC LIMIT 1"
            ))?
            .query_row([account], decision)
            .optional()?;
        let Some(last) = last else { return Ok(None) };
        let is_followed: bool = transaction.query_row(
            &format!(
                "SELECT EXISTS (SELECT 1 FROM decision WHERE record = ?1 AND field = ?2 \
                 AND seq > ?3 AND {STANDING})"
            ),
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
}
