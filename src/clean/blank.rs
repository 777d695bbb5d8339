//! Whether anything is written on a page.

use image::GrayImage;

use super::blobs::Blobs;
use super::px;

/// Height of what may be a letter, in millimetres.
const LETTER_MM: (f32, f32) = (1.0, 12.0);

/// Fewest letters of a page that is not blank: a page number alone has one or two.
const FEWEST_LETTERS: usize = 4;

/// Whether the page holds fewer letters than a page number would need.
pub(super) fn is_blank(ink: &GrayImage, dpi: f32) -> bool {
    let letters = Blobs::of(ink)
        .blobs
        .iter()
        .filter(|blob| {
            let (width, height) = (blob.width() as f32, blob.height() as f32);
            height >= px(LETTER_MM.0, dpi)
                && height <= px(LETTER_MM.1, dpi)
                && width >= px(0.2, dpi)
                && width <= height * 12.0
        })
        .count();
    letters < FEWEST_LETTERS
}
