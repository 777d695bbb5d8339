//! Pictures of pages and of regions, as they are asked for in an address.

use super::ask::Ask;
use super::crop::{self, Cut};
use super::error::Failure;
use super::page_cache::PageCache;
use super::region;
use crate::model::PageKey;
use crate::model::Quad;
use crate::model::Size;

/// Widest picture of a whole page that is sent, in pixels: enough to read a spread of A3,
/// and a third of what A3 has at 600 dpi.
pub(super) const MAX_PAGE_WIDTH: u32 = 5000;
/// Tallest picture that is sent, in pixels; no sheet is three times as tall as wide.
const MAX_PAGE_HEIGHT: u32 = 15_000;
/// Width of a page's picture where the address does not say.
const DEFAULT_PAGE_WIDTH: u32 = 1200;
/// Smallest side of a picture that can be asked for.
const MIN_SIDE: u32 = 16;
/// Most pixels of a cut-out where the address does not say, across and down.
const DEFAULT_FIT: (u32, u32) = (1200, 400);
/// Most pixels of a cut-out that can be asked for, across and down.
const MAX_FIT: (u32, u32) = (2400, 2400);
/// Part of every tag: when pictures are made another way, old ones are not used again.
const VERSION: &str = "1";

/// A picture that can be made.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Picture {
    /// A whole page, at most this wide.
    Page {
        /// Most pixels from left to right.
        width: u32,
    },
    /// A region of it.
    Region(Cut),
}

impl Picture {
    /// A whole page: `w=1200`.
    pub(super) fn page(ask: &Ask) -> Result<Self, Failure> {
        let expected = "a number of pixels from 16 to 5000";
        let width = match ask.get("w") {
            None => DEFAULT_PAGE_WIDTH,
            Some(written) => written
                .parse()
                .ok()
                .filter(|width| (MIN_SIDE..=MAX_PAGE_WIDTH).contains(width))
                .ok_or(Failure::Parameter { name: "w", expected })?,
        };
        Ok(Self::Page { width })
    }

    /// A region: `q=x0,y0,…,x3,y3` (turned upright) or `x=&y=&w=&h=`; `fit=WxH` bounds its
    /// size, `margin=0` shows nothing around it.
    pub(super) fn region(ask: &Ask) -> Result<Self, Failure> {
        let expected = "a region of four or eight numbers in pixels";
        let written = if let Some(quad) = ask.get("q") {
            quad.to_owned()
        } else {
            let sides =
                ["x", "y", "w", "h"].map(|name| ask.get(name).unwrap_or_default());
            sides.join(",")
        };
        let quad =
            region::parse(&written).ok_or(Failure::Parameter { name: "q", expected })?;
        let (most_width, most_height) = match ask.get("fit") {
            None => DEFAULT_FIT,
            Some(written) => fit(written).ok_or(Failure::Parameter {
                name: "fit",
                expected: "a size such as 1200x400",
            })?,
        };
        let with_margin = ask.get("margin") != Some("0");
        Ok(Self::Region(Cut { quad, with_margin, most_width, most_height }))
    }

    /// A name for its bytes: the page is named by its content, so the same tag always
    /// means the same picture.
    pub(super) fn tag(&self, key: &PageKey) -> String {
        let named = format!("{VERSION} {} {} {self:?}", key.scan, key.page);
        let hash = blake3::hash(named.as_bytes()).to_hex();
        format!("\"{}\"", hash.chars().take(20).collect::<String>())
    }

    /// The picture as a JPEG file, of a page from `pages`.
    ///
    /// # Errors
    ///
    /// If the page has no picture or the region is not on it.
    pub(super) fn made(
        &self,
        pages: &PageCache,
        key: &PageKey,
    ) -> Result<Vec<u8>, Failure> {
        let page = pages.page(key)?;
        match self {
            Self::Page { width } => match crop::smaller(&page, *width, MAX_PAGE_HEIGHT) {
                Some(smaller) => Ok(crop::jpeg(&smaller)?),
                None => Ok(crop::jpeg(&page)?),
            },
            Self::Region(cut) => {
                let size = Size { width: page.width(), height: page.height() };
                if !region::is_on_page(&cut.quad, size) {
                    return Err(Failure::Crop(crop::CropError::OffPage));
                }
                Ok(crop::jpeg(&cut.of(&page)?)?)
            }
        }
    }
}

fn fit(written: &str) -> Option<(u32, u32)> {
    let (width, height) = written.split_once('x')?;
    let side = |written: &str, most: u32| {
        written.parse().ok().filter(|side| (MIN_SIDE..=most).contains(side))
    };
    Some((side(width, MAX_FIT.0)?, side(height, MAX_FIT.1)?))
}

/// The address of a region's picture.
pub(super) fn region_address(key: &PageKey, quad: &Quad, fit: (u32, u32)) -> String {
    let (scan, page, quad) = (&key.scan, key.page, region::written(quad));
    format!("/image/{scan}/{page}/crop?q={quad}&fit={}x{}", fit.0, fit.1)
}

/// The address of a page's picture.
pub(super) fn page_address(key: &PageKey, width: u32) -> String {
    format!("/image/{}/{}?w={width}", key.scan, key.page)
}
