//! Addresses and what answers them. Handlers only fetch and hand on.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};

use super::api;
use super::app::Desk;
use super::ask::Ask;
use super::assets;
use super::audit;
use super::check;
use super::door;
use super::error::Failure;
use super::figures;
use super::guard::guard;
use super::loading;
use super::lots;
use super::papers;
use super::picture::Picture;
use super::turn::{in_picture_turn, in_piece_turn, in_turn};
use super::view;
use super::{hand_out, iiif};
use crate::model::PageKey;
use crate::model::RecordId;
use crate::model::ScanId;

/// How long a search or a page may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// Pictures are named by content and never change; the person's own browser may keep them.
pub(super) const KEEP_PICTURE: &str = "private, max-age=86400";
/// Longest name of a record that is looked up, in letters.
const MAX_RECORD_ID_LETTERS: usize = 200;

/// All addresses of the desk.
pub(super) fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/", get(search_page))
        .route("/searches/forget", post(forget_searches))
        .route("/record/{id}", get(record_page))
        .route("/page/{scan}/{page}", get(viewer_page))
        .route("/image/{scan}/{page}", get(page_picture))
        .route("/image/{scan}/{page}/crop", get(region_picture))
        .route(
            "/assets/{name}",
            get(async |Path(name): Path<String>| assets::file(&name)),
        )
        .merge(api::router())
        .route("/healthz", get(health))
        .merge(door::routes())
        .merge(audit::routes())
        .merge(check::routes())
        .merge(lots::routes())
        .merge(loading::routes())
        .merge(papers::routes())
        .merge(figures::routes())
        .merge(iiif::routes())
        .merge(hand_out::routes())
        .layer(middleware::from_fn_with_state(Arc::clone(&desk), guard))
        .with_state(desk)
}

/// Runs work that may block where it holds up nobody else.
pub(super) async fn blocking<T: Send + 'static>(
    desk: Arc<Desk>,
    work: impl FnOnce(&Desk) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let turns = Arc::clone(&desk.turns);
    in_turn(desk, turns, PATIENCE, move |desk, _| work(desk)).await
}

async fn search_page(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
) -> Result<Html<String>, Failure> {
    let page = blocking(desk, move |desk| {
        let (page, made) = view::search(desk, &ask)?;
        if let Some(made) = made {
            desk.past.keep(&ask.who.session(), made);
        }
        Ok(page)
    });
    page.await.map(Html)
}

/// Forgets what this session has searched for.
async fn forget_searches(State(desk): State<Arc<Desk>>, ask: Ask) -> Response {
    desk.past.forget(&ask.who.session());
    door::see("/")
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
    let file = match picture {
        Picture::Page { .. } => {
            in_picture_turn(desk, move |desk, _| {
                known_page(desk, &key)?;
                picture.made(&desk.pages, &key)
            })
            .await?
        }
        Picture::Region(_) => match desk.pieces.take(&tag) {
            Some(file) => file.to_vec(),
            None => piece(desk, key, picture, tag).await?.to_vec(),
        },
    };
    Ok((keep, [(CONTENT_TYPE, "image/jpeg")], file).into_response())
}

/// Makes a cut-out when its turn comes, and keeps it.
async fn piece(
    desk: Arc<Desk>,
    key: PageKey,
    picture: Picture,
    tag: String,
) -> Result<Arc<Vec<u8>>, Failure> {
    let file = in_piece_turn(desk, move |desk, _| {
        known_page(desk, &key)?;
        let file = Arc::new(picture.made(&desk.pages_of_pieces, &key)?);
        desk.pieces.put(&tag, &file);
        Ok(file)
    });
    file.await
}

/// Refuses a page that the catalog does not know, so that nobody makes workers open files
/// that are not there.
pub(super) fn known_page(desk: &Desk, key: &PageKey) -> Result<(), Failure> {
    let pages = desk.catalog.pages(&key.scan)?;
    let is_known = pages.iter().any(|page| page.key == *key);
    if is_known { Ok(()) } else { Err(Failure::NotFound { what: "page" }) }
}

/// Whether the catalog answers.
async fn health(State(desk): State<Arc<Desk>>) -> Result<&'static str, Failure> {
    blocking(desk, |desk| Ok(desk.catalog.location("")?)).await?;
    Ok("ok\n")
}

/// The record that an address names.
pub(super) fn record_id(written: String) -> Result<RecordId, Failure> {
    if written.chars().count() > MAX_RECORD_ID_LETTERS {
        return Err(Failure::NotFound { what: "record" });
    }
    Ok(RecordId(written))
}

/// The page that an address names: 64 hexadecimal digits and a number from 1.
pub(super) fn page_key(scan: String, page: &str) -> Result<PageKey, Failure> {
    let is_digest =
        scan.len() == 64 && scan.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    match page.parse() {
        Ok(page) if page >= 1 && is_digest => Ok(PageKey { scan: ScanId(scan), page }),
        _ => Err(Failure::NotFound { what: "page" }),
    }
}
