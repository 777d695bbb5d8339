//! Checking: queues, one field after the other, undo, error rates.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};

use super::app::Desk;
use super::ask::Ask;
use super::door::{self, Form, Visitor};
use super::error::Failure;
use super::route::blocking;
use super::view;
use crate::access::Right;
use crate::catalog::CheckFilter;
use crate::catalog::CheckItem;
use crate::catalog::Decision;
use crate::catalog::StoredDecision;
use crate::catalog::StoredRecord;
use crate::checking::{Answer, Outcome, Step, outcome};
use crate::model::RecordId;

/// Longest answer, in letters; the longest remark on a form has a few hundred.
const MAX_ANSWER: usize = 2_000;

/// The addresses of checking.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/check", get(overview))
        .route("/check/next", get(next))
        .route("/check/rates", get(rates))
        .route("/check/decide", post(decide))
        .route("/check/undo", post(undo))
}

/// Which fields somebody works through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Queue {
    pub(super) step: Step,
    pub(super) field: String,
    pub(super) finding: String,
    pub(super) path: String,
}

impl Queue {
    /// The queue that an address or a form asks for; the first step that the visitor may
    /// take where none is named.
    fn of<'a>(who: &Visitor, get: impl Fn(&str) -> &'a str) -> Result<Self, Failure> {
        let step = match get("step") {
            "" => Step::ALL.into_iter().find(|step| may_take(who, *step)),
            name => Step::from_name(name).filter(|step| may_take(who, *step)),
        };
        let of = |name: &str| get(name).to_owned();
        Ok(Self {
            step: step.ok_or(Failure::Forbidden)?,
            field: of("of"),
            finding: of("finding"),
            path: of("path"),
        })
    }

    /// The address of a page of the queue.
    pub(super) fn address(&self, page: &str) -> String {
        self.address_at(page, ("", ""))
    }

    /// The address of a page of the queue, at this field of this record.
    fn address_at(&self, page: &str, (record, field): (&str, &str)) -> String {
        let parameters = [
            ("step", self.step.name()),
            ("of", &self.field),
            ("finding", &self.finding),
            ("path", &self.path),
            ("record", record),
            ("field", field),
        ];
        view::address(page, &parameters)
    }

    fn filter(&self, who: &Visitor) -> CheckFilter {
        CheckFilter {
            stage: self.step.stage().to_owned(),
            field: self.field.clone(),
            finding: self.finding.clone(),
            path: self.path.clone(),
            not_by: who.account.clone(),
            scope: who.sight.check_scope(),
        }
    }
}

/// Whether the visitor has the right that a step needs.
pub(super) fn may_take(who: &Visitor, step: Step) -> bool {
    who.may(match step {
        Step::Key | Step::Second => Right::Key,
        Step::Third | Step::Verify => Right::Verify,
        Step::Approve => Right::Approve,
    })
}

/// Whether the visitor may see the item at all.
fn may_see(who: &Visitor, item: &CheckItem) -> bool {
    let (unit, collection) = (item.unit.as_deref(), item.collection.as_deref());
    who.sight.holds(unit, collection, &item.kind) && who.sight.holds_field(&item.field)
}

async fn overview(State(desk): State<Arc<Desk>>, ask: Ask) -> Result<Response, Failure> {
    blocking(desk, move |desk| {
        let queue = Queue::of(&ask.who, |name| ask.get(name).unwrap_or_default())?;
        Ok(Html(view::queues(desk, &ask, &queue)?).into_response())
    })
    .await
}

async fn next(State(desk): State<Arc<Desk>>, ask: Ask) -> Result<Response, Failure> {
    blocking(desk, move |desk| {
        let queue = Queue::of(&ask.who, |name| ask.get(name).unwrap_or_default())?;
        let now_ms = door::now_ms();
        let who = &ask.who;
        // The next one goes along, so that its picture is there when it is its turn.
        let mut items = desk.catalog.check_items(&queue.filter(who), 2, |item| {
            desk.bench.is_free(item, &who.account, now_ms)
        })?;
        if let Some(item) = wanted(desk, &ask, queue.step, now_ms)? {
            items.retain(|other| {
                (&other.record, &other.field) != (&item.record, &item.field)
            });
            items.insert(0, item);
        }
        let Some(item) = items.first() else {
            return Ok(door::see(&queue.address("/check")));
        };
        desk.bench.take(item, &who.account, now_ms);
        note_shown(desk, who, (&item.record, &item.field), queue.step.name())?;
        Ok(Html(view::item(desk, &ask, &queue, item, items.get(1))?).into_response())
    })
    .await
}

/// The one field that the address names, if it waits for the step and the visitor may take
/// it.
fn wanted(
    desk: &Desk,
    ask: &Ask,
    step: Step,
    now_ms: i64,
) -> Result<Option<CheckItem>, Failure> {
    let of = |name: &str| ask.get(name).unwrap_or_default().to_owned();
    let (record, field) = (RecordId(of("record")), of("field"));
    if field.is_empty() || desk.catalog.stage(&record, &field)? != step.stage() {
        return Ok(None);
    }
    let Some(stored) = desk.catalog.record(&record)? else { return Ok(None) };
    let who = &ask.who;
    let item = CheckItem {
        record,
        field,
        stage: step.stage().to_owned(),
        kind: stored.record.kind.0,
        unit: stored.unit,
        collection: stored.collection,
    };
    let decisions = desk.catalog.decisions(&item.record, &item.field)?;
    let may_have = may_see(who, &item)
        && !has_decided(&who.account, &decisions)
        && desk.bench.is_free(&item, &who.account, now_ms);
    Ok(may_have.then_some(item))
}

/// Notes that a field with its paper and its record was shown to somebody who checks.
pub(super) fn note_shown(
    desk: &Desk,
    who: &Visitor,
    (record, field): (&RecordId, &str),
    step: &str,
) -> Result<(), Failure> {
    let detail = serde_json::json!({ "field": field, "step": step });
    let target = format!("record:{}", record.0);
    Ok(door::note_deed(desk, who, "check-shown", &target, &detail)?)
}

/// Whether the account has a standing decision among these: two pairs of eyes are two
/// persons.
pub(super) fn has_decided(account: &str, decisions: &[StoredDecision]) -> bool {
    decisions.iter().any(|one| one.account == account && one.is_standing())
}

/// What others said about a field so far, oldest first.
pub(super) fn said(decisions: &[StoredDecision]) -> Vec<Answer> {
    let counted = decisions.iter().filter(|one| one.is_standing());
    counted.map(|one| Answer::said(one.value.as_deref(), said_state(one))).collect()
}

/// The state that an answer would give. A blind keying leaves the field as it is, so what
/// was said there without a value stands in its reason.
fn said_state(decision: &StoredDecision) -> &str {
    match decision.why.as_str() {
        why @ ("absent" | "illegible") => why,
        _ => &decision.state,
    }
}

/// The number of the last decision; 0 if there is none.
pub(super) fn last_seen(decisions: &[StoredDecision]) -> u64 {
    decisions.last().map_or(0, |one| one.seq)
}

/// What a form says about a field; `None` where the line is empty, which is no answer: blank
/// is said with a key of its own. `shown` are the answers that the page offered: what comes
/// back as it was shown is the same value, however it is written.
pub(super) fn answer(
    (desk, ask): (&Desk, &Ask),
    form: &Form,
    field: &str,
    shown: &[Answer],
) -> Result<Option<Answer>, Failure> {
    let typed = form.get("answer");
    if typed.chars().count() > MAX_ANSWER {
        let expected = "an answer of at most 2000 letters";
        return Err(Failure::Parameter { name: "answer", expected });
    }
    let is_typed = |value: &str| {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        let (shown, typed): (Vec<String>, Vec<String>) =
            (words(&view::shown(desk, ask.lang, field, value)), words(&typed));
        shown == typed
    };
    let unchanged = shown.iter().find(|one| one.value().is_some_and(is_typed));
    Ok(Some(match form.raw("act") {
        "blank" => Answer::Blank,
        "illegible" => Answer::Illegible,
        _ if typed.is_empty() => return Ok(None),
        _ if unchanged.is_some() => return Ok(unchanged.cloned()),
        _ => match Answer::typed(&desk.check_rules, field, &typed) {
            Answer::Value { text, value } => {
                let code = desk.labels.code(field, &text);
                Answer::Value { value: code.unwrap_or(value), text }
            }
            other => other,
        },
    }))
}

async fn decide(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
    form: Form,
) -> Result<Response, Failure> {
    blocking(desk, move |desk| {
        let who = &ask.who;
        let queue = Queue::of(who, |name| form.raw(name))?;
        let record = RecordId(form.get("record"));
        let name = form.get("field");
        let now_ms = door::now_ms();
        let stored = desk.catalog.record(&record)?;
        let stored = stored.ok_or(Failure::NotFound { what: "record" })?;
        let missing = Failure::NotFound { what: "field" };
        let old = stored.record.fields.get(&name).ok_or(missing)?;
        let decisions = desk.catalog.decisions(&record, &name)?;
        let is_own = has_decided(&who.account, &decisions);
        if is_own || !who.sight.holds_record(&stored) || !who.sight.holds_field(&name) {
            return Err(Failure::Forbidden);
        }
        let next = || door::see(&queue.address("/check/next"));
        if form.raw("act") == "skip" {
            desk.bench.skip(&record.0, &name, &who.account, now_ms);
            return Ok(next());
        }
        let before = said(&decisions);
        let offered = match queue.step {
            Step::Second => vec![],
            Step::Third => before.clone(),
            Step::Key | Step::Verify | Step::Approve => vec![Answer::of(old)],
        };
        let Some(answer) = answer((desk, &ask), &form, &name, &offered)? else {
            return Ok(next());
        };
        let Outcome { to, now } =
            outcome(&desk.check_rules, (&name, old), queue.step, &answer, &before);
        let why = match (&now, &answer) {
            (None, Answer::Blank) => "absent",
            (None, Answer::Illegible) => "illegible",
            _ => "",
        };
        let is_done = desk.catalog.decide(&[Decision {
            record: &record,
            field: &name,
            step: queue.step.name(),
            account: &who.account,
            at_ms: now_ms,
            source: &who.source,
            from: queue.step.stage(),
            seen: last_seen(&decisions),
            to,
            value: answer.value(),
            now,
            why,
        }])?;
        if !is_done {
            // Somebody else was quicker, or went back on it.
            let page = view::overtaken(desk, &ask, &queue)?;
            return Ok((StatusCode::CONFLICT, Html(page)).into_response());
        }
        desk.bench.give_back(&record.0, &name, &who.account);
        Ok(next())
    })
    .await
}

async fn undo(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
    form: Form,
) -> Result<Response, Failure> {
    blocking(desk, move |desk| {
        let who = &ask.who;
        let queue = Queue::of(who, |name| form.raw(name))?;
        let overtaken = || {
            let page = view::overtaken(desk, &ask, &queue)?;
            Ok((StatusCode::CONFLICT, Html(page)).into_response())
        };
        let Some(last) = desk.catalog.undoable(&who.account)? else { return overtaken() };
        // Who may not take the step any more, or see the record, goes back on nothing.
        let step = Step::from_name(&last.step).filter(|step| may_take(who, *step));
        let step = step.ok_or(Failure::Forbidden)?;
        let stored = desk.catalog.record(&last.record)?;
        let sees = |stored: &StoredRecord| {
            who.sight.holds_record(stored) && who.sight.holds_field(&last.field)
        };
        if !stored.as_ref().is_some_and(sees) {
            return Err(Failure::Forbidden);
        }
        if !desk.catalog.undo(&last, &who.source, door::now_ms())? {
            return overtaken();
        }
        // Elsewhere, so that loading the answer once more undoes nothing else.
        let queue = Queue { step, ..queue };
        let at = (last.record.0.as_str(), last.field.as_str());
        Ok(door::see(&queue.address_at("/check/next", at)))
    })
    .await
}

async fn rates(State(desk): State<Arc<Desk>>, ask: Ask) -> Result<Html<String>, Failure> {
    blocking(desk, move |desk| {
        // How often others err is for those who answer for the work.
        if !ask.who.may(Right::Verify) && !ask.who.may(Right::Approve) {
            return Err(Failure::Forbidden);
        }
        view::rates(desk, &ask)
    })
    .await
    .map(Html)
}
