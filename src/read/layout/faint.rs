//! Writing too faint to be ink, seen between what is ink.

use image::GrayImage;

use super::row::Row;

/// Light below which a pixel may be faint ink; bleed-through is brighter.
const FAINT: u8 = 218;

/// Widest faint stretch, in heights of letters: three words.
const WIDEST: f32 = 14.0;

/// Widest white gap in a faint stretch, in heights of letters.
const WHITE: f32 = 1.4;

/// Share of the columns of a faint stretch that must hold faint ink.
const INKED: f32 = 0.3;

/// Whether faint writing goes on from a row to the next, which begins further right.
pub(super) fn bridges(gray: &GrayImage, row: &Row, next: &Row) -> bool {
    let height = row.text_height().min(next.text_height());
    let (from, to) = (row.right, next.left);
    if to <= from || (to - from) as f32 > height * WIDEST {
        return false;
    }
    let (mut inked, mut white, mut widest_white) = (0, 0, 0);
    for x in from..to {
        if is_inked(gray, row, x) {
            inked += 1;
            white = 0;
        } else {
            white += 1;
            widest_white = widest_white.max(white);
        }
    }
    (widest_white as f32) < height * WHITE && inked as f32 >= (to - from) as f32 * INKED
}

/// Whether a column holds faint ink where small letters of the row would stand, above a
/// leader that runs along the baseline.
fn is_inked(gray: &GrayImage, row: &Row, x: i32) -> bool {
    let (top, base) = (row.band.top_at(x as f32), row.band.base_at(x as f32));
    let end = base - (base - top) * 0.3;
    (top.max(0.0) as u32..end.max(0.0) as u32)
        .filter(|&y| {
            u32::try_from(x)
                .ok()
                .and_then(|x| gray.get_pixel_checked(x, y))
                .is_some_and(|pixel| pixel.0[0] < FAINT)
        })
        .count()
        >= 2
}
