//! Lots: samples, and approval of many fields by two people.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};

use super::app::Desk;
use super::ask::Ask;
use super::check::{answer, has_decided, last_seen, note_shown, said};
use super::door::{self, Form, Visitor};
use super::error::Failure;
use super::route::blocking;
use super::view;
use crate::access::{Right, Token};
use crate::catalog::By;
use crate::catalog::NewLot;
use crate::catalog::Verdict;
use crate::checking::{Answer, Step, outcome, strict};
use crate::model::RecordId;

/// The addresses of lots.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/check/lots", get(list))
        .route("/check/lots/make", post(make))
        .route("/check/lot", get(sample))
        .route("/check/lot/judge", post(judge))
        .route("/check/lot/approve", post(approve))
}

/// Lots are for those who approve and see all: a sample of what one sees says nothing about
/// the rest.
fn allowed(who: &Visitor) -> Result<(), Failure> {
    let may = who.may(Right::Approve) && who.sight.is_everything();
    if may { Ok(()) } else { Err(Failure::Forbidden) }
}

fn by(who: &Visitor) -> By<'_> {
    By { account: &who.account, source: &who.source, at_ms: door::now_ms() }
}

fn number(form: &Form, name: &'static str) -> Result<u64, Failure> {
    let expected = "a whole number";
    form.get(name).parse().map_err(|_| Failure::Parameter { name, expected })
}

/// The list once more, with what went wrong.
fn again(desk: &Desk, ask: &Ask, wrong: &str) -> Result<Response, Failure> {
    let page = view::lots(desk, ask, wrong)?;
    Ok((StatusCode::CONFLICT, Html(page)).into_response())
}

async fn list(State(desk): State<Arc<Desk>>, ask: Ask) -> Result<Html<String>, Failure> {
    blocking(desk, move |desk| {
        allowed(&ask.who)?;
        view::lots(desk, &ask, "")
    })
    .await
    .map(Html)
}

async fn make(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
    form: Form,
) -> Result<Response, Failure> {
    blocking(desk, move |desk| {
        allowed(&ask.who)?;
        let seed = Token::new().map_err(crate::access::AccountError::from)?;
        let path = form.get("path");
        let new = NewLot {
            path: &path,
            size: number(&form, "size")?.max(1),
            accepted: number(&form, "accepted")?,
            plan: strict,
            seed: seed.text(),
        };
        match desk.catalog.make_lot(new, by(&ask.who))? {
            Some(_) => Ok(door::see("/check/lots")),
            None => again(desk, &ask, "lots.empty"),
        }
    })
    .await
}

async fn sample(State(desk): State<Arc<Desk>>, ask: Ask) -> Result<Response, Failure> {
    blocking(desk, move |desk| {
        allowed(&ask.who)?;
        let lot = ask.get("id").and_then(|id| id.parse().ok()).unwrap_or(0);
        match desk.catalog.next_sample(lot, &ask.who.account)? {
            Some((record, field)) => {
                note_shown(desk, &ask.who, (&record, &field), "sample")?;
                Ok(Html(view::sample(desk, &ask, lot, &record, &field)?).into_response())
            }
            None => Ok(door::see("/check/lots")),
        }
    })
    .await
}

/// The address of the next field of a lot's sample.
fn sample_address(lot: u64) -> String {
    view::address("/check/lot", &[("id", &lot.to_string())])
}

async fn judge(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
    form: Form,
) -> Result<Response, Failure> {
    blocking(desk, move |desk| {
        let who = &ask.who;
        allowed(who)?;
        let lot = number(&form, "lot")?;
        let (record, name) = (RecordId(form.get("record")), form.get("field"));
        let missing = || Failure::NotFound { what: "field" };
        let stored = desk.catalog.record(&record)?.ok_or_else(missing)?;
        let old = stored.record.fields.get(&name).ok_or_else(missing)?;
        let decisions = desk.catalog.decisions(&record, &name)?;
        let is_own = has_decided(&who.account, &decisions);
        if is_own {
            return Err(Failure::Forbidden);
        }
        let offered = [Answer::of(old)];
        let Some(answer) = answer((desk, &ask), &form, &name, &offered)? else {
            return Ok(door::see(&sample_address(lot)));
        };
        let [stands] = &offered;
        let rules = &desk.check_rules;
        let before = said(&decisions);
        let now = outcome(rules, (&name, old), Step::Approve, &answer, &before).now;
        let now = now.filter(|_| !stands.agrees(&answer));
        let verdict = Verdict { now, seen: last_seen(&decisions) };
        if !desk.catalog.judge(lot, (&record, &name), verdict, by(who))? {
            return again(desk, &ask, "check.overtaken");
        }
        Ok(door::see(&sample_address(lot)))
    })
    .await
}

async fn approve(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
    form: Form,
) -> Result<Response, Failure> {
    blocking(desk, move |desk| {
        allowed(&ask.who)?;
        let (lot, count) = (number(&form, "lot")?, number(&form, "count")?);
        if desk.catalog.approve_lot(lot, count, by(&ask.who))? {
            Ok(door::see("/check/lots"))
        } else {
            again(desk, &ask, "lots.refused")
        }
    })
    .await
}
