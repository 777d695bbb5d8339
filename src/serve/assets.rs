//! Files that belong to the pages, embedded.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};

use super::error::Failure;

/// The style of all pages.
const STYLE: &str = include_str!("assets/desk.css");
/// Keys, and nothing that a page needs to work.
const SCRIPT: &str = include_str!("assets/desk.js");
/// The style of the door and of the work behind it.
const WORK_STYLE: &str = include_str!("assets/work.css");
/// Keys and typing of checking.
const WORK_SCRIPT: &str = include_str!("assets/work.js");
/// Files dropped into the page of loading.
const LOADING_SCRIPT: &str = include_str!("assets/loading.js");
/// Keys of the pages of a file.
const CONTACT_SCRIPT: &str = include_str!("assets/contact.js");
/// The viewer's own.
const VIEWER_STYLE: &str = include_str!("assets/viewer.css");
/// Tiles, zoom, fields and their outlines.
const VIEWER_SCRIPT: &str = include_str!("assets/viewer.js");
/// The sign in the browser's tab.
const ICON: &str = include_str!("assets/icon.svg");
/// They change only with the program, and then their address changes with them.
const KEEP: &str = "public, max-age=31536000, immutable";

/// What an address of a file ends with, so that a new program is never shown with the old
/// program's style.
pub(super) fn version() -> String {
    let mut hasher = blake3::Hasher::new();
    for file in [
        STYLE,
        SCRIPT,
        VIEWER_STYLE,
        VIEWER_SCRIPT,
        ICON,
        WORK_STYLE,
        WORK_SCRIPT,
        LOADING_SCRIPT,
        CONTACT_SCRIPT,
    ] {
        hasher.update(file.as_bytes());
    }
    hasher.finalize().to_hex().chars().take(8).collect()
}

/// The file of that name.
pub(super) fn file(name: &str) -> Result<Response, Failure> {
    let (kind, body) = match name {
        "desk.css" => ("text/css; charset=utf-8", STYLE),
        "desk.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "work.css" => ("text/css; charset=utf-8", WORK_STYLE),
        "work.js" => ("text/javascript; charset=utf-8", WORK_SCRIPT),
        "loading.js" => ("text/javascript; charset=utf-8", LOADING_SCRIPT),
        "contact.js" => ("text/javascript; charset=utf-8", CONTACT_SCRIPT),
        "viewer.css" => ("text/css; charset=utf-8", VIEWER_STYLE),
        "viewer.js" => ("text/javascript; charset=utf-8", VIEWER_SCRIPT),
        "icon.svg" => ("image/svg+xml", ICON),
        _ => return Err(Failure::NotFound { what: "file" }),
    };
    Ok(([(CONTENT_TYPE, kind), (CACHE_CONTROL, KEEP)], body).into_response())
}
