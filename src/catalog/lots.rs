//! Lots: samples that are judged, and approval of the whole by two people.

use rusqlite::{Row, Transaction, TransactionBehavior, params};
use sha2::{Digest as _, Sha256};

use super::Catalog;
use super::CatalogError;
use super::audit::{self, AuditEntry};
use super::checking::{
    Decision, STANDING, decide_in, has_decided, last_seq, record_in, send_back, stage_in,
};
use crate::model::Field;
use crate::model::FieldState;
use crate::model::RecordId;

/// A lot as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLot {
    /// Its number.
    pub id: u64,
    /// What the paths of its scans begin with.
    pub path: String,
    /// Who drew the sample.
    pub made_by: String,
    /// When.
    pub made_ms: i64,
    /// Fields in the sample.
    pub size: u64,
    /// Wrong ones with which it still passes.
    pub accepted: u64,
    /// `open`, `passed`, `failed`, `proposed`, `approved`.
    pub state: String,
    /// Who proposed to approve it.
    pub proposed_by: Option<String>,
    /// Who approved it.
    pub closed_by: Option<String>,
    /// Fields in it.
    pub fields: u64,
    /// Of these, how many are verified now and wait for approval.
    pub waiting: u64,
    /// Of the sample, how many were found right.
    pub right: u64,
    /// Of the sample, how many were found wrong.
    pub wrong: u64,
}

/// A lot that is to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewLot<'a> {
    /// What the paths of its scans begin with; empty: all scans.
    pub path: &'a str,
    /// Fields to be looked at.
    pub size: u64,
    /// Wrong ones with which it still passes.
    pub accepted: u64,
    /// Sample and accepted wrong ones that count for a lot of so many fields (the first
    /// number), whatever was chosen (the others).
    pub plan: fn(u64, u64, u64) -> (u64, u64),
    /// From which the sample is drawn.
    pub seed: &'a str,
}

/// What was found about a field of a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The field as it should be; `None` if it is right.
    pub now: Option<Field>,
    /// The number of the last decision about the field as it was seen; 0 if there was none.
    pub seen: u64,
}

/// Who does something to a lot.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// The account.
    pub account: &'a str,
    /// Address of the network.
    pub source: &'a str,
    /// When.
    pub at_ms: i64,
}

impl<'a> By<'a> {
    /// Account, address of the network, moment.
    fn parts(&self) -> (&'a str, &'a str, i64) {
        (self.account, self.source, self.at_ms)
    }
}

const COLUMNS: &str = "id, path, made_by, made_ms, size, accepted, state, proposed_by, \
    closed_by, (SELECT count(*) FROM lot_field WHERE lot = id), \
    (SELECT count(*) FROM lot_field JOIN check_item USING (record, field) WHERE lot = id \
    AND stage = 'verified'), \
    (SELECT count(*) FROM lot_field WHERE lot = id AND verdict = 'right'), \
    (SELECT count(*) FROM lot_field WHERE lot = id AND verdict = 'wrong')";

fn stored(row: &Row<'_>) -> rusqlite::Result<StoredLot> {
    let count = |at| row.get::<_, i64>(at).map(i64::unsigned_abs);
    Ok(StoredLot {
        id: count(0)?,
        path: row.get(1)?,
        made_by: row.get(2)?,
        made_ms: row.get(3)?,
        size: count(4)?,
        accepted: count(5)?,
        state: row.get(6)?,
        proposed_by: row.get(7)?,
        closed_by: row.get(8)?,
        fields: count(9)?,
        waiting: count(10)?,
        right: count(11)?,
        wrong: count(12)?,
    })
}

fn note(
    transaction: &Transaction<'_>,
    by: By<'_>,
    what: &str,
    lot: u64,
    detail: &serde_json::Value,
) -> Result<(), CatalogError> {
    audit::append(
        transaction,
        &AuditEntry {
            at_ms: by.at_ms,
            account: by.account,
            what,
            target: &format!("lot:{lot}"),
            detail: &detail.to_string(),
            source: by.source,
        },
    )
}

fn lot_in(
    transaction: &Transaction<'_>,
    id: u64,
) -> Result<Option<StoredLot>, CatalogError> {
    let mut statement = transaction
        .prepare_cached(&format!("SELECT {COLUMNS} FROM lot WHERE id = ?1"))?;
    let mut rows = statement.query([id as i64])?;
    Ok(rows.next()?.map(stored).transpose()?)
}

/// Fields of the lot that wait for approval, those left out that `account` has decided
/// about.
fn waiting(
    transaction: &Transaction<'_>,
    lot: u64,
    account: &str,
) -> Result<Vec<(RecordId, String)>, CatalogError> {
    let mut statement = transaction.prepare_cached(&format!(
        "SELECT record, field FROM lot_field JOIN check_item USING (record, field) \
         WHERE lot = ?1 AND stage = 'verified' AND NOT EXISTS (SELECT 1 FROM decision \
         WHERE decision.record = lot_field.record AND decision.field = lot_field.field \
         AND decision.account = ?2 AND {STANDING}) ORDER BY record, field"
    ))?;
    let rows = statement.query_map(params![lot as i64, account], |row| {
        Ok((RecordId(row.get(0)?), row.get(1)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl Catalog {
    /// All lots, newest first.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn lots(&self) -> Result<Vec<StoredLot>, CatalogError> {
        let connection = self.desk();
        let mut statement =
            connection.prepare(&format!("SELECT {COLUMNS} FROM lot ORDER BY id DESC"))?;
        let rows = statement.query_map([], stored)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Makes a lot of all verified fields of the path that are in no lot that is not
    /// decided, and draws its sample. `None` if there are none.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn make_lot(
        &self,
        new: NewLot<'_>,
        by: By<'_>,
    ) -> Result<Option<u64>, CatalogError> {
        let mut connection = self.desk();
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut fields: Vec<(String, String)> = {
            let mut statement = transaction.prepare(
                "SELECT check_item.record, check_item.field FROM check_item \
                 JOIN record ON record.id = check_item.record \
                 JOIN location ON location.scan = record.scan AND location.ordinal = 0 \
                 WHERE stage = 'verified' AND substr(location.path, 1, length(?1)) = ?1 \
                 AND NOT EXISTS (SELECT 1 FROM lot_field JOIN lot ON lot.id = lot_field.lot \
                 WHERE lot_field.record = check_item.record \
                 AND lot_field.field = check_item.field \
                 AND lot.state IN ('open', 'passed', 'proposed'))",
            )?;
            let rows =
                statement.query_map([new.path], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        if fields.is_empty() {
            return Ok(None);
        }
        fields.sort_by_key(|(record, field)| {
            Sha256::digest(format!("{} {record} {field}", new.seed)).to_vec()
        });
        let (size, accepted) = (new.plan)(fields.len() as u64, new.size, new.accepted);
        transaction.execute(
            "INSERT INTO lot (path, made_by, made_ms, seed, size, accepted, state) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'open')",
            params![
                new.path,
                by.account,
                by.at_ms,
                new.seed,
                size as i64,
                accepted as i64
            ],
        )?;
        let id = transaction.last_insert_rowid();
        let mut insert = transaction.prepare(
            "INSERT INTO lot_field (lot, record, field, sampled) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for (at, (record, field)) in fields.iter().enumerate() {
            insert.execute(params![id, record, field, (at as u64) < size])?;
        }
        drop(insert);
        let id = id.unsigned_abs();
        let detail = serde_json::json!({
            "fields": fields.len(), "sample": size, "accepted": accepted,
        });
        note(&transaction, by, "lot-made", id, &detail)?;
        transaction.commit()?;
        Ok(Some(id))
    }

    /// The next field of the lot's sample that nobody has judged and that `account` has not
    /// decided about.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn next_sample(
        &self,
        lot: u64,
        account: &str,
    ) -> Result<Option<(RecordId, String)>, CatalogError> {
        let connection = self.desk();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT record, field FROM lot_field WHERE lot = ?1 AND sampled \
             AND verdict = '' AND NOT EXISTS (SELECT 1 FROM decision WHERE \
             decision.record = lot_field.record AND decision.field = lot_field.field \
             AND decision.account = ?2 AND {STANDING}) ORDER BY record, field LIMIT 1"
        ))?;
        let mut rows = statement.query(params![lot as i64, account])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        Ok(Some((RecordId(row.get(0)?), row.get(1)?)))
    }

    /// Notes the verdict about a field of the sample; a wrong one goes back to be verified
    /// with its new value, also where it was approved meanwhile. When the whole sample is
    /// judged the lot passes, or fails and all its fields go back to be verified. Returns
    /// whether it was noted: not where somebody was quicker, or the account has decided
    /// about the field.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn judge(
        &self,
        lot: u64,
        (record, field): (&RecordId, &str),
        verdict: Verdict,
        by: By<'_>,
    ) -> Result<bool, CatalogError> {
        let mut connection = self.desk();
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if last_seq(&transaction, record, field)? != verdict.seen
            || has_decided(&transaction, record, field, by.account)?
        {
            return Ok(false);
        }
        let Verdict { now, seen } = verdict;
        let verdict = if now.is_some() { "wrong" } else { "right" };
        let judged = transaction.execute(
            "UPDATE lot_field SET verdict = ?4, account = ?5, at_ms = ?6 WHERE lot = ?1 \
             AND record = ?2 AND field = ?3 AND sampled AND verdict = ''",
            params![lot as i64, record.0, field, verdict, by.account, by.at_ms],
        )?;
        if judged == 0 {
            return Ok(false);
        }
        if let Some(now) = now {
            let value = now.value.clone();
            let stage = stage_in(&transaction, record, field)?;
            let decision = Decision {
                record,
                field,
                step: "sample",
                account: by.account,
                at_ms: by.at_ms,
                source: by.source,
                from: &stage,
                seen,
                to: "keyed",
                now: Some(now),
                value: value.as_deref(),
                why: "",
            };
            if !decide_in(&transaction, &decision)? {
                return Ok(false);
            }
            send_back(&transaction, (record, field), by.parts())?;
        }
        note(
            &transaction,
            by,
            "sample-judged",
            lot,
            &serde_json::json!({ "verdict": verdict }),
        )?;
        let Some(now) = lot_in(&transaction, lot)? else { return Ok(false) };
        if now.right + now.wrong == now.size {
            let passes = now.wrong <= now.accepted;
            let state = if passes { "passed" } else { "failed" };
            transaction.execute(
                "UPDATE lot SET state = ?2 WHERE id = ?1",
                params![lot as i64, state],
            )?;
            if !passes {
                for (record, field) in waiting(&transaction, lot, "")? {
                    send_back(&transaction, (&record, &field), by.parts())?;
                }
            }
            let detail = serde_json::json!({ "wrong": now.wrong, "of": now.size });
            note(&transaction, by, &format!("lot-{state}"), lot, &detail)?;
        }
        transaction.commit()?;
        Ok(true)
    }

    /// Approves a lot that has passed, in two strokes by two people who each say how many
    /// fields that are: the first proposes, the second approves. Returns whether it went
    /// through: not where the count is another, the person the same, or the person has
    /// decided about one of the fields.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn approve_lot(
        &self,
        lot: u64,
        count: u64,
        by: By<'_>,
    ) -> Result<bool, CatalogError> {
        let mut connection = self.desk();
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let Some(now) = lot_in(&transaction, lot)? else { return Ok(false) };
        let fields = waiting(&transaction, lot, by.account)?;
        if now.waiting != count || fields.len() as u64 != count || count == 0 {
            return Ok(false);
        }
        let detail = serde_json::json!({ "fields": count });
        match now.state.as_str() {
            "passed" => {
                transaction.execute(
                    "UPDATE lot SET state = 'proposed', proposed_by = ?2 WHERE id = ?1",
                    params![lot as i64, by.account],
                )?;
                note(&transaction, by, "lot-proposed", lot, &detail)?;
            }
            "proposed" if now.proposed_by.as_deref() != Some(by.account) => {
                for (record, field) in &fields {
                    approve(&transaction, record, field, by)?;
                }
                transaction.execute(
                    "UPDATE lot SET state = 'approved', closed_by = ?2, closed_ms = ?3 \
                     WHERE id = ?1",
                    params![lot as i64, by.account, by.at_ms],
                )?;
                note(&transaction, by, "lot-approved", lot, &detail)?;
            }
            _ => return Ok(false),
        }
        transaction.commit()?;
        Ok(true)
    }
}

fn approve(
    transaction: &Transaction<'_>,
    record: &RecordId,
    name: &str,
    by: By<'_>,
) -> Result<(), CatalogError> {
    let Some(stored) = record_in(transaction, record)? else { return Ok(()) };
    let Some(field) = stored.fields.get(name) else { return Ok(()) };
    // Blank and illegible stay what they are; approved means that nobody has to look again.
    let state = match field.state {
        FieldState::Verified | FieldState::Keyed => FieldState::Approved,
        other => other,
    };
    let decision = Decision {
        record,
        field: name,
        step: "approve",
        account: by.account,
        at_ms: by.at_ms,
        source: by.source,
        from: "verified",
        seen: last_seq(transaction, record, name)?,
        to: "",
        value: field.value.as_deref(),
        now: Some(Field { state, ..field.clone() }),
        why: "lot",
    };
    decide_in(transaction, &decision)?;
    Ok(())
}
