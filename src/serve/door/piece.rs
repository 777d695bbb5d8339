//! Which cut-outs are pieces beside a value, and which are as good as the page.

use super::super::app::Desk;
use super::super::error::Failure;
use super::super::region;
use super::place::{Named, named};
use crate::model::PageKey;
use crate::model::Size;

/// Largest part of its page that a piece beside a value takes. A line of a form with what
/// stands around it takes a thirtieth, a field of several lines a tenth; from a larger one
/// whole entries can be read.
const LARGEST_PIECE: f32 = 1.0 / 8.0;

/// Whether the address is that of a cut-out.
pub(super) fn is_cut_out(path: &str) -> bool {
    path.starts_with("/image/") && path.ends_with("/crop")
}

/// Whether the region of a cut-out is a small part of its page. Where the size of the page
/// is not known, or no region is named, it is not.
pub(super) fn is_piece(
    desk: &Desk,
    path: &str,
    pairs: &[(String, String)],
) -> Result<bool, Failure> {
    let papers = named(path, &[]).unwrap_or_default();
    let Some(Named::Scan(scan, Some(page))) = papers.into_iter().next() else {
        return Ok(false);
    };
    let key = PageKey { scan, page };
    let Some(share) = size_of(desk, &key)?.and_then(|size| share(pairs, size)) else {
        return Ok(false);
    };
    Ok(share <= LARGEST_PIECE)
}

/// Size of the page as it was noted when it was read.
fn size_of(desk: &Desk, key: &PageKey) -> Result<Option<Size>, Failure> {
    if let Some(size) = desk.sizes.take(key) {
        return Ok(Some(size));
    }
    let size = desk.catalog.page_text(key)?.map(|text| text.original);
    if let Some(size) = size {
        desk.sizes.put(key, size);
    }
    Ok(size)
}

/// The part of the page that the region takes, by the rectangle around it.
fn share(pairs: &[(String, String)], page: Size) -> Option<f32> {
    let of = |name: &str| pairs.iter().rev().find(|(known, _)| known == name);
    let written = match of("q") {
        Some((_, quad)) => quad.clone(),
        None => {
            let sides = ["x", "y", "w", "h"]
                .map(|name| of(name).map_or("", |(_, value)| value.as_str()));
            sides.join(",")
        }
    };
    let bounds = region::parse(&written)?.bounds();
    let whole = page.width as f32 * page.height as f32;
    (whole > 0.0).then(|| bounds.width().abs() * bounds.height().abs() / whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_a_region_is_that_of_the_rectangle_around_it() {
        let page = Size { width: 400, height: 300 };
        let of = |pairs: &[(&str, &str)]| {
            let owned =
                |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            share(&pairs.iter().map(owned).collect::<Vec<_>>(), page)
        };
        assert_eq!(of(&[("q", "0,0,400,300")]), Some(1.0));
        assert_eq!(of(&[("q", "200,0,400,150,200,300,0,150")]), Some(1.0));
        assert_eq!(of(&[("x", "0"), ("y", "0"), ("w", "200"), ("h", "30")]), Some(0.05));
        assert_eq!(of(&[("q", "1,1,2,2"), ("q", "0,0,400,300")]), Some(1.0));
        assert_eq!(of(&[("q", "x")]), None);
        assert_eq!(of(&[]), None);
    }
}
