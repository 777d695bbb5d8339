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
        let parameters = [
            ("step", self.step.name()),
            ("of", &self.field),
            ("finding", &self.finding),
            ("path", &self.path),
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
        let items = desk.catalog.check_items(&queue.filter(who), 2, |item| {
            may_see(who, item) && desk.bench.is_free(item, &who.account, now_ms)
        })?;
        let Some(item) = items.first() else {
            return Ok(door::see(&queue.address("/check")));
        };
        desk.bench.take(item, &who.account, now_ms);
        Ok(Html(view::item(desk, &ask, &queue, item, items.get(1))?).into_response())
    })
    .await
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

/// What a form says about a field; `None` where the line is empty, which is no answer: blank
/// is said with a key of its own.
pub(super) fn answer(
    desk: &Desk,
    form: &Form,
    field: &str,
) -> Result<Option<Answer>, Failure> {
    let typed = form.get("answer");
    if typed.chars().count() > MAX_ANSWER {
        let expected = "an answer of at most 2000 letters";
        return Err(Failure::Parameter { name: "answer", expected });
    }
    Ok(Some(match form.raw("act") {
        "blank" => Answer::Blank,
        "illegible" => Answer::Illegible,
        _ if typed.is_empty() => return Ok(None),
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
        if form.raw("act") == "skip" {
            desk.bench.skip(&record.0, &name, &who.account, now_ms);
            return Ok(door::see(&queue.address("/check/next")));
        }
        let stored = desk.catalog.record(&record)?;
        let stored = stored.ok_or(Failure::NotFound { what: "record" })?;
        let missing = Failure::NotFound { what: "field" };
        let old = stored.record.fields.get(&name).ok_or(missing)?;
        let decisions = desk.catalog.decisions(&record, &name)?;
        let is_own = has_decided(&who.account, &decisions);
        if is_own || !who.sight.holds_record(&stored) || !who.sight.holds_field(&name) {
            return Err(Failure::Forbidden);
        }
        let Some(answer) = answer(desk, &form, &name)? else {
            return Ok(door::see(&queue.address("/check/next")));
        };
        let rules = &desk.check_rules;
        let Outcome { to, now } =
            outcome(rules, (&name, old), queue.step, &answer, &said(&decisions));
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
        desk.bench.give_back(&record.0, &name);
        Ok(door::see(&queue.address("/check/next")))
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
        let undone = desk.catalog.undo(&who.account, &who.source, door::now_ms())?;
        let Some(undone) = undone else {
            let page = view::overtaken(desk, &ask, &queue)?;
            return Ok((StatusCode::CONFLICT, Html(page)).into_response());
        };
        let item = CheckItem {
            record: undone.record,
            field: undone.field,
            stage: undone.old_stage,
            kind: String::new(),
            unit: None,
            collection: None,
        };
        let step = Step::from_name(&undone.step).unwrap_or(queue.step);
        let queue = Queue { step, ..queue };
        desk.bench.take(&item, &who.account, door::now_ms());
        Ok(Html(view::item(desk, &ask, &queue, &item, None)?).into_response())
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
