//! Pages for the viewers of other libraries: IIIF Image API 3 (level 2), Presentation 3 and
//! Content Search 2 and 1.
//!
//! ```text
//! /iiif/3/{scan}-{page}/info.json                                  what can be asked for
//! /iiif/3/{scan}-{page}/{region}/{size}/{rotation}/{quality}.{format}
//! /iiif/presentation/3/{scan}/manifest.json                        the pages of a scan
//! /iiif/search/2/{scan}?q=…                                        words on them
//! /iiif/search/1/{scan}?q=…                                        the same, as Mirador asks
//! ```
//!
//! Any page may read the answers (CORS): whoever asks must know the SHA-256 of a scan, and
//! no cookie goes along (ADR 0014).

mod asked;
mod image;
mod manifest;
mod route;
mod words;

pub(super) use asked::AskedError;
pub(super) use route::routes;

use crate::model::PageKey;
use crate::model::ScanId;

/// Side of a tile in pixels: four of them fill a small screen.
pub(super) const TILE: u32 = 512;

/// What the address calls a page.
pub(super) fn name_of(key: &PageKey) -> String {
    format!("{}-{}", key.scan, key.page)
}

/// The page of that name.
fn key_of(name: &str) -> Option<PageKey> {
    let (scan, page) = name.split_once('-')?;
    let page = page.parse().ok().filter(|page| *page >= 1)?;
    Some(PageKey { scan: scan_of(scan)?, page })
}

/// The scan of that id: 64 hexadecimal digits.
fn scan_of(id: &str) -> Option<ScanId> {
    let is_digest =
        id.len() == 64 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    is_digest.then(|| ScanId(id.to_owned()))
}
