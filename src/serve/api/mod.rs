//! `/api/v1`: the archive for other programs. What each address takes and answers is a
//! table; the router and the description are both made from it.

mod describe;
mod operations;
mod schemas;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};
use serde::Serialize;

use super::answer::{answer_seen, record_answer, related_seen};
use super::app::Desk;
use super::ask::Ask;
use super::batch::{BatchError, look_up_seen};
use super::door::Visitor;
use super::error::Failure;
use super::holdings;
use super::route::{blocking, page_key, record_id};
use super::text::masked;
use crate::access::Right;
use crate::export::PageRow;
use crate::model::Field;
use crate::search::{RelatedBy, Suggestion};
use operations::OPERATIONS;

/// Longest list that is looked up at once, in bytes and lines: more takes longer than a
/// caller waits. `sohoa lookup` takes lists of any length.
const MAX_LIST_BYTES: usize = 1_000_000;
const MAX_LIST_LINES: usize = 1_000;

/// Suggestions in one answer.
const SUGGESTIONS: usize = 8;

/// Related records in one answer.
const MAX_RELATED: usize = 50;

/// All addresses of the API.
pub(super) fn router() -> Router<Arc<Desk>> {
    OPERATIONS
        .iter()
        .fold(Router::new(), |router, operation| {
            router.route(operation.path, (operation.handler)())
        })
        .layer(DefaultBodyLimit::max(MAX_LIST_BYTES))
}

/// What the archive holds.
#[derive(Debug, Serialize)]
struct StatusAnswer {
    /// Of the program.
    version: String,
    /// Scans and pages by state, records, changes that are not indexed.
    counts: BTreeMap<String, u64>,
    /// Records of each kind.
    kinds: Vec<KindCount>,
}

/// How many records of one kind there are.
#[derive(Debug, Serialize)]
struct KindCount {
    /// Name of the kind.
    kind: String,
    /// Records.
    records: u64,
}

/// Ways to go on with what has been typed.
#[derive(Debug, Serialize)]
struct SuggestAnswer {
    /// The likeliest first.
    suggestions: Vec<Suggestion>,
}

async fn search(State(desk): State<Arc<Desk>>, ask: Ask) -> Result<Response, Failure> {
    let request = ask.asked().checked()?;
    let answered = blocking(desk, move |desk| {
        let (seeker, who) = (desk.searcher.as_ref(), &ask.who);
        let mut answered = answer_seen(&desk.catalog, seeker, &request, &who.sight)?;
        for hit in &mut answered.hits {
            only_listed(desk, who, &mut hit.fields);
        }
        Ok(answered)
    });
    Ok(Json(answered.await?).into_response())
}

async fn suggest(State(desk): State<Arc<Desk>>, ask: Ask) -> Result<Response, Failure> {
    let typed = ask.asked().checked()?.query;
    let suggestions = blocking(desk, move |desk| {
        let bounds = ask.who.sight.bounds();
        Ok(desk.searcher.suggest(&typed, SUGGESTIONS, &bounds)?)
    });
    Ok(Json(SuggestAnswer { suggestions: suggestions.await? }).into_response())
}

/// Leaves of a record what the page's list shows, once there are accounts: whoever wants
/// all of it opens the record, for a purpose and with an entry in the trail.
fn only_listed(desk: &Desk, who: &Visitor, fields: &mut BTreeMap<String, Field>) {
    if !who.is_guarded {
        return;
    }
    fields.retain(|name, _| desk.labels.is_listed(name) || desk.labels.is_hidden(name));
    without_numbers(desk, fields, "");
}

/// Masks the numbers that identify persons, but for the field `shown`, and the readings
/// that would tell them.
fn without_numbers(desk: &Desk, fields: &mut BTreeMap<String, Field>, shown: &str) {
    let hidden = fields
        .iter_mut()
        .filter(|(name, _)| desk.labels.is_hidden(name) && name.as_str() != shown);
    for (_, field) in hidden {
        field.value = field.value.as_deref().map(masked);
        field.text = masked(&field.text);
        field.alternatives.clear();
    }
}

async fn record(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    ask: Ask,
) -> Result<Response, Failure> {
    let id = record_id(id)?;
    let found = blocking(desk, move |desk| {
        let mut found = desk.catalog.record(&id)?;
        if let Some(stored) = &mut found {
            let who = &ask.who;
            who.sight.without_sensitive(&mut stored.record);
            if who.is_guarded {
                // One number at a time, as on the page; it stands in the trail.
                let shown = ask.get("show").filter(|_| who.sight.sees_numbers());
                let fields = &mut stored.record.fields;
                without_numbers(desk, fields, shown.unwrap_or_default());
            }
        }
        Ok(found)
    });
    let stored = found.await?.ok_or(Failure::NotFound { what: "record" })?;
    Ok(Json(record_answer(stored)).into_response())
}

async fn related(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    ask: Ask,
) -> Result<Response, Failure> {
    let id = record_id(id)?;
    let found = blocking(desk, move |desk| {
        let (seeker, sight) = (desk.searcher.as_ref(), &ask.who.sight);
        let mut found = related_seen(&desk.catalog, seeker, &id, MAX_RELATED, sight)?;
        for one in found.iter_mut().flat_map(|found| &mut found.related) {
            only_listed(desk, &ask.who, &mut one.fields);
            if one.by == RelatedBy::SameIdentity && ask.who.is_guarded {
                one.what = masked(&one.what);
            }
        }
        Ok(found)
    });
    let related = found.await?.ok_or(Failure::NotFound { what: "record" })?;
    Ok(Json(related).into_response())
}

async fn page(
    State(desk): State<Arc<Desk>>,
    Path((scan, page)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let key = page_key(scan, &page)?;
    let found = blocking(desk, move |desk| {
        let Some(scan) = desk.catalog.scan(&key.scan)? else { return Ok(None) };
        let Some(text) = desk.catalog.page_text(&key)? else { return Ok(None) };
        let name = desk.catalog.name_of(&key.scan)?;
        let records = desk.catalog.records_of(&key.scan)?;
        let text = text.parted_by(key.page, records.iter().map(|stored| &stored.record));
        Ok(Some(PageRow::of(&key, &scan.path, name, &text)))
    });
    let page = found.await?.ok_or(Failure::NotFound { what: "page that was read" })?;
    Ok(Json(page).into_response())
}

async fn status(State(desk): State<Arc<Desk>>, ask: Ask) -> Result<Response, Failure> {
    let counts = blocking(desk, move |desk| {
        // Who looks after counts alone sees no paper, and all counts.
        if !ask.who.may(Right::Search) {
            return desk.holdings.asked(&desk.catalog);
        }
        let sight = &ask.who.sight;
        let seen = desk.holdings.seen(&desk.catalog, sight, holdings::ASKED)?;
        seen.ok_or(holdings::LATE)
    });
    let counts = counts.await?;
    let kinds = counts.kinds.iter();
    let body = StatusAnswer {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        counts: counts.counts.clone(),
        kinds: kinds
            .map(|(kind, records)| KindCount { kind: kind.clone(), records: *records })
            .collect(),
    };
    Ok(Json(body).into_response())
}

/// Looks up a list of names, for those who may see ID numbers: a report shows what it found
/// of them. The type of the body has to be said: a form of a foreign web
/// page cannot send it.
async fn lookup(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
    headers: HeaderMap,
    list: Bytes,
) -> Result<Response, Failure> {
    if !ask.who.sight.sees_numbers() {
        return Err(Failure::Forbidden);
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("text/csv")) {
        return Err(Failure::Parameter { name: "content-type", expected: "text/csv" });
    }
    let report = blocking(desk, move |desk| {
        let mut report = Vec::new();
        let searcher = desk.searcher.as_ref();
        let (most, sight) = (MAX_LIST_LINES, &ask.who.sight);
        let hide = |fields: &mut BTreeMap<String, Field>| {
            only_listed(desk, &ask.who, fields);
        };
        let (list, out) = (&*list, &mut report);
        match look_up_seen(&desk.catalog, searcher, list, out, most, sight, &hide) {
            Ok(_) => Ok(report),
            Err(BatchError::Answer { source, .. }) => Err(source.into()),
            Err(error) => Err(Failure::List(error)),
        }
    });
    Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8")], report.await?).into_response())
}

/// The description of all of this.
async fn description() -> Response {
    Json(describe::description()).into_response()
}
