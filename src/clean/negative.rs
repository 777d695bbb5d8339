//! Light writing on dark paper: the gold on the red covers of land certificates, microfilm
//! that was scanned as it is.

use image::GrayImage;

use super::Blobs;
use super::grey::{Sketch, light_at};

/// Share of each side that is not looked at: what lies beside the paper.
const EDGE: f32 = 0.06;

/// Dark paper is not lighter than this (0–255).
const DARKEST_PAPER: u8 = 120;

/// How much lighter than its paper writing is at least, and how much darker what speaks
/// against a negative.
const CONTRAST: usize = 45;

/// How much of a page light writing covers, at least and at most.
const WRITTEN: std::ops::RangeInclusive<f32> = 0.0005..=0.1;

/// Share of the page that no letter and no emblem has. A sheet on a dark table is larger, and
/// so is an identity card.
const LARGEST: f32 = 0.03;

/// Whether what is written on a page is lighter than its paper.
///
/// A sheet that lies on a dark table is no negative, nor is one that was taken in bad light:
/// on it what is written is still the darker part.
pub(super) fn is_negative(gray: &GrayImage, dpi: f32) -> bool {
    let Sketch { gray, .. } = Sketch::of(gray, dpi);
    let (left, top) =
        ((gray.width() as f32 * EDGE) as u32, (gray.height() as f32 * EDGE) as u32);
    let (width, height) = (gray.width() - 2 * left, gray.height() - 2 * top);
    let page = image::imageops::crop_imm(&gray, left, top, width, height).to_image();
    let total = page.as_raw().len() as f32;
    let mut counts = [0_u32; 256];
    for &pixel in page.as_raw() {
        counts[usize::from(pixel)] += 1;
    }
    let paper = light_at(&counts, 0.5).filter(|&paper| paper <= DARKEST_PAPER);
    let Some(paper) = paper.map(usize::from) else { return false };
    let lighter: u32 = counts[paper + CONTRAST..].iter().sum();
    let darker: u32 = counts[..paper.saturating_sub(CONTRAST)].iter().sum();
    if darker >= lighter || !WRITTEN.contains(&(lighter as f32 / total)) {
        return false;
    }
    let mut light = page;
    for pixel in light.iter_mut() {
        *pixel = if usize::from(*pixel) >= paper + CONTRAST { 255 } else { 0 };
    }
    let largest = Blobs::of(&light).blobs.iter().map(|blob| blob.area).max();
    largest.unwrap_or(0) as f32 <= total * LARGEST
}

#[cfg(test)]
mod tests {
    use super::*;

    const DPI: f32 = 100.0;

    /// A page of `paper` with lines of text, as `ink` on the part of it that `is_sheet` says.
    fn page(paper: u8, ink: u8, is_sheet: impl Fn(u32, u32) -> bool) -> GrayImage {
        GrayImage::from_fn(600, 800, |x, y| {
            let in_text = (100..500).contains(&x) && (200..260).contains(&y);
            let in_letter = y % 20 < 10 && x % 8 < 4 && in_text;
            image::Luma([match is_sheet(x, y) {
                false => 30,
                true if in_letter => ink,
                true => paper,
            }])
        })
    }

    #[test]
    fn light_writing_on_dark_paper_is_a_negative() {
        assert!(is_negative(&page(87, 190, |_, _| true), DPI), "a red cover");
        assert!(is_negative(&page(0, 255, |_, _| true), DPI), "microfilm");
    }

    #[test]
    fn dark_writing_is_none_however_dark_paper_and_table_are() {
        assert!(!is_negative(&page(240, 30, |_, _| true), DPI));
        assert!(!is_negative(&page(90, 10, |_, _| true), DPI), "taken in bad light");
        let card = |x: u32, y: u32| (200..420).contains(&x) && (150..290).contains(&y);
        assert!(!is_negative(&page(240, 30, card), DPI), "a card on a dark table");
        let sheet = |x: u32, y: u32| (90..510).contains(&x) && (100..600).contains(&y);
        assert!(!is_negative(&page(240, 30, sheet), DPI), "a sheet on a dark table");
    }

    #[test]
    fn a_dark_picture_with_glare_on_it_is_none() {
        let mut dark = page(90, 10, |_, _| true);
        for (x, y) in (300..320).flat_map(|x| (500..520).map(move |y| (x, y))) {
            dark.put_pixel(x, y, image::Luma([250]));
        }
        assert!(!is_negative(&dark, DPI));
    }

    #[test]
    fn an_empty_page_is_none_whatever_its_colour() {
        for shade in [0, 60, 255] {
            assert!(!is_negative(&page(shade, shade, |_, _| true), DPI), "{shade}");
        }
        assert!(!is_negative(&GrayImage::new(0, 0), DPI));
        assert!(!is_negative(&GrayImage::new(1, 1), DPI));
    }
}
