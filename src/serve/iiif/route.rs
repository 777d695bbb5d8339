//! Addresses of IIIF. Failures are those of the rest of the desk.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, ETAG, HOST, LINK,
    LOCATION,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde_json::Value;

use super::super::app::Desk;
use super::super::ask::Ask;
use super::super::error::Failure;
use super::super::route::{KEEP_PICTURE, blocking, known_page};
use super::super::turn::in_picture_turn;
use super::asked::{AskedImage, Format};
use super::words::Edition;
use super::{image, key_of, manifest, scan_of, words};
use crate::model::PageKey;
use crate::model::Size;

/// Part of every tag: when pictures are made another way, old ones are not used again.
const VERSION: &str = "iiif-1";
/// What JSON is called where the caller asks for linked data.
const LINKED_DATA: &str = "application/ld+json";

/// All addresses of IIIF.
pub(in super::super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/iiif/3/{name}", get(base))
        .route("/iiif/3/{name}/info.json", get(info))
        .route("/iiif/3/{name}/{region}/{size}/{rotation}/{file}", get(picture))
        .route("/iiif/presentation/3/{scan}/manifest.json", get(scan_manifest))
        .route("/iiif/search/{edition}/{scan}", get(search))
}

/// The address of this desk as the caller knows it.
fn address(desk: &Desk, headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let scheme = if desk.is_tls { "https" } else { "http" };
    format!("{scheme}://{}", host.unwrap_or("localhost"))
}

fn page_of(name: &str) -> Result<PageKey, Failure> {
    key_of(name).ok_or(Failure::NotFound { what: "page" })
}

/// JSON for a viewer on any page.
fn linked(headers: &HeaderMap, context: &str, body: &Value) -> Response {
    let accepted = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    let wants_linked = accepted.is_some_and(|accept| accept.contains(LINKED_DATA));
    let kind = if wants_linked {
        format!("{LINKED_DATA};profile=\"{context}\"")
    } else {
        "application/json".to_owned()
    };
    let head = [
        (CONTENT_TYPE, kind),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*".to_owned()),
        (CACHE_CONTROL, "private, no-cache".to_owned()),
    ];
    (head, body.to_string()).into_response()
}

async fn base(Path(name): Path<String>) -> Result<Response, Failure> {
    page_of(&name)?;
    let to = format!("/iiif/3/{name}/info.json");
    let head = [(LOCATION, to), (ACCESS_CONTROL_ALLOW_ORIGIN, "*".to_owned())];
    Ok((StatusCode::SEE_OTHER, head).into_response())
}

async fn info(
    State(desk): State<Arc<Desk>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let key = page_of(&name)?;
    let id = format!("{}/iiif/3/{name}", address(&desk, &headers));
    let size = blocking(desk, move |desk| size_of(desk, &key)).await?;
    let context = "http://iiif.io/api/image/3/context.json";
    Ok(linked(&headers, context, &image::information(&id, size)))
}

/// Size of the page: as noted when it was read, else that of its picture.
fn size_of(desk: &Desk, key: &PageKey) -> Result<Size, Failure> {
    known_page(desk, key)?;
    if let Some(size) = desk.sizes.take(key) {
        return Ok(size);
    }
    let size = if let Some(text) = desk.catalog.page_text(key)? {
        text.original
    } else {
        let page = desk.pages.page(key)?;
        Size { width: page.width(), height: page.height() }
    };
    desk.sizes.put(key, size);
    Ok(size)
}

async fn picture(
    State(desk): State<Arc<Desk>>,
    Path((name, region, size, rotation, file)): Path<(
        String,
        String,
        String,
        String,
        String,
    )>,
    headers: HeaderMap,
    ask: Ask,
) -> Result<Response, Failure> {
    let key = page_of(&name)?;
    let parts = [region, size, rotation, file];
    let of = {
        let key = key.clone();
        blocking(Arc::clone(&desk), move |desk| size_of(desk, &key)).await?
    };
    let [region, size, rotation, file] = &parts;
    let asked = AskedImage::read(of, region, size, rotation, file)?;
    let hash = blake3::hash(format!("{VERSION} {name} {asked}").as_bytes()).to_hex();
    let tag = format!("\"{}\"", hash.chars().take(20).collect::<String>());
    let canonical = format!("{}/iiif/3/{name}/{asked}", address(&desk, &headers));
    let link = format!(
        "<{canonical}>;rel=\"canonical\", \
         <http://iiif.io/api/image/3/level2.json>;rel=\"profile\""
    );
    let head = [
        (ETAG, tag.clone()),
        (CACHE_CONTROL, KEEP_PICTURE.to_owned()),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*".to_owned()),
        (LINK, link),
    ];
    if ask.if_none_match.is_some_and(|have| have.contains(&tag)) {
        return Ok((StatusCode::NOT_MODIFIED, head).into_response());
    }
    let kind = if asked.format == Format::Png { "image/png" } else { "image/jpeg" };
    let file = match desk.tiles.take(&tag) {
        Some(file) => file,
        None => made(desk, key, asked, tag).await?,
    };
    Ok((head, [(CONTENT_TYPE, kind)], file.to_vec()).into_response())
}

/// Makes a picture when its turn comes, and keeps it.
async fn made(
    desk: Arc<Desk>,
    key: PageKey,
    asked: AskedImage,
    tag: String,
) -> Result<Arc<Vec<u8>>, Failure> {
    let file = in_picture_turn(desk, move |desk, _| {
        let page = desk.pages.page(&key)?;
        if (page.width(), page.height()) != (asked.of.width, asked.of.height) {
            // Made of another picture than the page was read from.
            return Err(Failure::NotFound { what: "page" });
        }
        let file = Arc::new(image::made(&page, &asked)?);
        desk.tiles.put(&tag, &file);
        Ok(file)
    });
    file.await
}

async fn scan_manifest(
    State(desk): State<Arc<Desk>>,
    Path(scan): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let scan = scan_of(&scan).ok_or(Failure::NotFound { what: "scan" })?;
    let base = address(&desk, &headers);
    let body = blocking(desk, move |desk| manifest::manifest(desk, &scan, &base)).await?;
    Ok(linked(&headers, "http://iiif.io/api/presentation/3/context.json", &body))
}

async fn search(
    State(desk): State<Arc<Desk>>,
    Path((edition, scan)): Path<(String, String)>,
    headers: HeaderMap,
    ask: Ask,
) -> Result<Response, Failure> {
    let edition = Edition::of(&edition).ok_or(Failure::NotFound { what: "address" })?;
    let scan = scan_of(&scan).ok_or(Failure::NotFound { what: "scan" })?;
    let base = address(&desk, &headers);
    // Only `q` is looked at; the id of the answer is the address that was asked.
    let query = ask.get("q").unwrap_or_default().to_owned();
    let number = edition.number();
    let id = super::super::view::with(
        &format!("{base}/iiif/search/{number}/{scan}"),
        &[("q", query.as_str())],
    );
    let hits = blocking(desk, move |desk| words::hits(desk, &scan, &query)).await?;
    Ok(linked(&headers, edition.context(), &edition.answer(&hits, (&base, &id))))
}
