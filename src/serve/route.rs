//! Addresses and what answers them. Handlers only fetch and hand on.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use serde_json::json;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::answer::{answer_seen, record_answer};
use super::app::Desk;
use super::ask::Ask;
use super::assets;
use super::audit;
use super::check;
use super::door;
use super::door::Visitor;
use super::error::Failure;
use super::figures;
use super::guard::guard;
use super::lots;
use super::picture::Picture;
use super::text::masked;
use super::view;
use crate::export::PageRow;
use crate::model::Field;
use crate::model::PageKey;
use crate::model::RecordId;
use crate::model::ScanId;

/// How long a search or a page may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long a picture may take, from its request on: decoding a large page of a file with
/// hundreds of pages takes seconds, and others may stand in the queue before it.
const PICTURE_PATIENCE: Duration = Duration::from_mins(1);
/// Pictures are named by content and never change; the person's own browser may keep them.
const KEEP_PICTURE: &str = "private, max-age=86400";
/// Longest name of a record that is looked up, in letters.
const MAX_RECORD_ID_LETTERS: usize = 200;

/// All addresses of the desk.
pub(super) fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/", get(search_page))
        .route("/record/{id}", get(record_page))
        .route("/page/{scan}/{page}", get(viewer_page))
        .route("/image/{scan}/{page}", get(page_picture))
        .route("/image/{scan}/{page}/crop", get(region_picture))
        .route(
            "/assets/{name}",
            get(async |Path(name): Path<String>| assets::file(&name)),
        )
        .route("/api/v1/search", get(api_search))
        .route("/api/v1/records/{id}", get(api_record))
        .route("/api/v1/pages/{scan}/{page}", get(api_page))
        .route("/api/v1/status", get(api_status))
        .route("/healthz", get(health))
        .merge(door::routes())
        .merge(audit::routes())
        .merge(check::routes())
        .merge(lots::routes())
        .merge(figures::routes())
        .layer(middleware::from_fn_with_state(Arc::clone(&desk), guard))
        .with_state(desk)
}

/// Runs work that may block where it holds up nobody else.
pub(super) async fn blocking<T: Send + 'static>(
    desk: Arc<Desk>,
    work: impl FnOnce(&Desk) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    match timeout(PATIENCE, spawn_blocking(move || work(&desk))).await {
        Ok(Ok(done)) => done,
        Ok(Err(_)) => Err(Failure::BrokeOff),
        Err(_) => Err(Failure::Late { seconds: PATIENCE.as_secs() }),
    }
}

async fn search_page(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
) -> Result<Html<String>, Failure> {
    blocking(desk, move |desk| view::search(desk, &ask)).await.map(Html)
}

async fn record_page(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    ask: Ask,
) -> Result<Html<String>, Failure> {
    let id = record_id(id)?;
    blocking(desk, move |desk| view::record(desk, &ask, &id)).await.map(Html)
}

async fn viewer_page(
    State(desk): State<Arc<Desk>>,
    Path((scan, page)): Path<(String, String)>,
    ask: Ask,
) -> Result<Html<String>, Failure> {
    let key = page_key(scan, &page)?;
    blocking(desk, move |desk| view::page(desk, &ask, &key)).await.map(Html)
}

async fn page_picture(
    State(desk): State<Arc<Desk>>,
    Path((scan, page)): Path<(String, String)>,
    ask: Ask,
) -> Result<Response, Failure> {
    let picture = Picture::page(&ask)?;
    send_picture(desk, page_key(scan, &page)?, ask, picture).await
}

async fn region_picture(
    State(desk): State<Arc<Desk>>,
    Path((scan, page)): Path<(String, String)>,
    ask: Ask,
) -> Result<Response, Failure> {
    let picture = Picture::region(&ask)?;
    send_picture(desk, page_key(scan, &page)?, ask, picture).await
}

async fn send_picture(
    desk: Arc<Desk>,
    key: PageKey,
    ask: Ask,
    picture: Picture,
) -> Result<Response, Failure> {
    let tag = picture.tag(&key);
    let keep = [(ETAG, tag.clone()), (CACHE_CONTROL, KEEP_PICTURE.to_owned())];
    if ask.if_none_match.is_some_and(|have| have.contains(&tag)) {
        return Ok((StatusCode::NOT_MODIFIED, keep).into_response());
    }
    let late = || Failure::Late { seconds: PICTURE_PATIENCE.as_secs() };
    let work = async move {
        // Closed only together with the desk.
        let turn = Arc::clone(&desk.pictures).acquire_owned().await;
        let task = spawn_blocking(move || {
            // Given back when the work is done, not when the caller stops waiting.
            let _turn = turn;
            known_page(&desk, &key)?;
            picture.made(&desk, &key)
        });
        task.await.map_err(|_| Failure::BrokeOff)?
    };
    let file = timeout(PICTURE_PATIENCE, work).await.map_err(|_| late())??;
    Ok((keep, [(CONTENT_TYPE, "image/jpeg")], file).into_response())
}

/// Refuses a page that the catalog does not know, so that nobody makes workers open files
/// that are not there.
fn known_page(desk: &Desk, key: &PageKey) -> Result<(), Failure> {
    let pages = desk.catalog.pages(&key.scan)?;
    let is_known = pages.iter().any(|page| page.key == *key);
    if is_known { Ok(()) } else { Err(Failure::NotFound { what: "page" }) }
}

async fn api_search(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
) -> Result<Response, Failure> {
    let request = ask.asked().checked()?;
    let who = ask.who;
    let answered = blocking(desk, move |desk| {
        let seeker = desk.searcher.as_ref();
        let mut answered = answer_seen(&desk.catalog, seeker, &request, &who.sight)?;
        for hit in &mut answered.hits {
            without_numbers(desk, &who, &mut hit.fields);
        }
        Ok(answered)
    });
    Ok(Json(answered.await?).into_response())
}

async fn api_record(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    ask: Ask,
) -> Result<Response, Failure> {
    let id = record_id(id)?;
    let found = blocking(desk, move |desk| {
        let mut found = desk.catalog.record(&id)?;
        if let Some(stored) = &mut found {
            ask.who.sight.without_sensitive(&mut stored.record);
            without_numbers(desk, &ask.who, &mut stored.record.fields);
        }
        Ok(found)
    });
    let stored = found.await?.ok_or(Failure::NotFound { what: "record" })?;
    Ok(Json(record_answer(stored)).into_response())
}

/// Masks the numbers that identify persons for those who may not see them in full, and the
/// readings that would tell them.
fn without_numbers(desk: &Desk, who: &Visitor, fields: &mut BTreeMap<String, Field>) {
    if who.sight.sees_numbers() {
        return;
    }
    for (_, field) in fields.iter_mut().filter(|(name, _)| desk.labels.is_hidden(name)) {
        field.value = field.value.as_deref().map(masked);
        field.text = masked(&field.text);
        field.alternatives.clear();
    }
}

async fn api_page(
    State(desk): State<Arc<Desk>>,
    Path((scan, page)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let key = page_key(scan, &page)?;
    let found = blocking(desk, move |desk| {
        let Some(scan) = desk.catalog.scan(&key.scan)? else { return Ok(None) };
        let Some(text) = desk.catalog.page_text(&key)? else { return Ok(None) };
        let name = desk.catalog.name_of(&key.scan)?;
        Ok(Some(PageRow::of(&key, &scan.path, name, &text)))
    });
    let page = found.await?.ok_or(Failure::NotFound { what: "page that was read" })?;
    Ok(Json(page).into_response())
}

async fn api_status(State(desk): State<Arc<Desk>>) -> Result<Response, Failure> {
    let counts = blocking(desk, |desk| Ok(desk.holdings.now(&desk.catalog)?)).await?;
    let version = env!("CARGO_PKG_VERSION");
    let body = json!({ "version": version, "counts": counts.counts, "kinds": counts
        .kinds
        .iter()
        .map(|(kind, records)| json!({ "kind": kind, "records": records }))
        .collect::<Vec<_>>() });
    Ok(Json(body).into_response())
}

/// Whether the catalog answers.
async fn health(State(desk): State<Arc<Desk>>) -> Result<&'static str, Failure> {
    blocking(desk, |desk| Ok(desk.catalog.location("")?)).await?;
    Ok("ok\n")
}

fn record_id(written: String) -> Result<RecordId, Failure> {
    if written.chars().count() > MAX_RECORD_ID_LETTERS {
        return Err(Failure::NotFound { what: "record" });
    }
    Ok(RecordId(written))
}

/// The page that an address names: 64 hexadecimal digits and a number from 1.
fn page_key(scan: String, page: &str) -> Result<PageKey, Failure> {
    let is_digest =
        scan.len() == 64 && scan.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    match page.parse() {
        Ok(page) if page >= 1 && is_digest => Ok(PageKey { scan: ScanId(scan), page }),
        _ => Err(Failure::NotFound { what: "page" }),
    }
}
