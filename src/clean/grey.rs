//! From whatever pixels a page has to one grey plane at working resolution.

use image::{GrayImage, RgbImage};

use crate::model::PageImage;
use crate::model::Pixels;

use super::{Blobs, px};

/// Pixels per inch below which marks of Vietnamese letters run into each other; the
/// [`Sketch`] is not coarser.
const SKETCH_DPI: f32 = 140.0;

/// By how much red exceeds green and blue in the ink of a stamp (0–255).
///
/// Pink paper of certificates reaches 35; a pale stamp begins at 50.
const RED_EXCESS: i16 = 45;

/// Side of the squares in which red ink is looked for, in millimetres; gaps between the
/// letters of a stamp's ring are smaller.
const RED_SQUARE_MM: f32 = 1.0;

/// Share of a square that red ink must fill.
const RED_SHARE: f32 = 0.06;

/// Smallest and largest stamp or emblem, in millimetres: squares for names are 15 mm, round
/// seals of offices 32 to 42 mm, emblems up to 50 mm.
const STAMP_MM: (f32, f32) = (12.0, 60.0);

/// How much longer than wide a stamp may be. Red titles of certificates are longer.
const STAMP_ASPECT: f32 = 1.7;

/// The page at `working_dpi`, if it is finer than that by more than `tolerance`, and the
/// scale (across, down) that leads back to its pixels.
pub(super) fn reduced(
    page: PageImage,
    working_dpi: f32,
    tolerance: f32,
) -> (PageImage, (f64, f64)) {
    let (width, height) = (page.pixels.width(), page.pixels.height());
    if page.dpi <= working_dpi * tolerance || width == 0 || height == 0 {
        return (page, (1.0, 1.0));
    }
    let share = working_dpi / page.dpi;
    let to = |side: u32| ((side as f32 * share).round() as u32).max(1);
    let (to_width, to_height) = (to(width), to(height));
    let smaller = match &page.pixels {
        Pixels::Gray(image) => {
            let bytes =
                averaged::<1>(image.as_raw(), (width, height), (to_width, to_height));
            GrayImage::from_raw(to_width, to_height, bytes).map(Pixels::Gray)
        }
        Pixels::Rgb(image) => {
            let bytes =
                averaged::<3>(image.as_raw(), (width, height), (to_width, to_height));
            RgbImage::from_raw(to_width, to_height, bytes).map(Pixels::Rgb)
        }
    };
    let Some(pixels) = smaller else { return (page, (1.0, 1.0)) };
    let scale = (
        f64::from(width) / f64::from(to_width),
        f64::from(height) / f64::from(to_height),
    );
    (PageImage { pixels, dpi: working_dpi }, scale)
}

/// A smaller image each pixel of which is the mean of the area it covers in the larger one.
fn averaged<const CHANNELS: usize>(
    bytes: &[u8],
    from: (u32, u32),
    to: (u32, u32),
) -> Vec<u8> {
    let across = covered(from.0, to.0);
    let down = covered(from.1, to.1);
    let line_length = from.0 as usize * CHANNELS;
    let mut out = Vec::with_capacity(to.0 as usize * to.1 as usize * CHANNELS);
    let mut column_sums = vec![0_u32; line_length];
    for (first, weights) in &down {
        column_sums.fill(0);
        let lines = bytes.chunks_exact(line_length).skip(*first);
        for (line, weight) in lines.zip(weights) {
            for (sum, byte) in column_sums.iter_mut().zip(line) {
                *sum += u32::from(*byte) * weight;
            }
        }
        for (left, shares) in &across {
            for channel in 0..CHANNELS {
                let sum: u64 = shares
                    .iter()
                    .zip(
                        column_sums
                            .iter()
                            .skip(left * CHANNELS + channel)
                            .step_by(CHANNELS),
                    )
                    .map(|(share, sum)| u64::from(*share) * u64::from(*sum))
                    .sum();
                out.push(((sum + (1 << 23)) >> 24).min(255) as u8);
            }
        }
    }
    out
}

/// For each of `to` pixels, the first of `from` that it covers and the weights of these, in
/// 1/4096; they add up to 4096.
fn covered(from: u32, to: u32) -> Vec<(usize, Vec<u32>)> {
    let step = f64::from(from) / f64::from(to);
    (0..to)
        .map(|at| {
            let (start, end) = (f64::from(at) * step, f64::from(at + 1) * step);
            let first = start.floor() as usize;
            let last = (end.ceil() as usize).min(from as usize).max(first + 1);
            let mut weights: Vec<u32> = (first..last)
                .map(|pixel| {
                    let share = end.min(pixel as f64 + 1.0) - start.max(pixel as f64);
                    (share.max(0.0) / step * 4096.0).round() as u32
                })
                .collect();
            let total: u32 = weights.iter().sum();
            if let Some(weight) = weights.first_mut() {
                *weight = (*weight + 4096).saturating_sub(total);
            }
            (first, weights)
        })
        .collect()
}

/// One grey plane of the page; red ink of stamps is faded if `fade_stamps`.
pub(super) fn of_page(page: PageImage, fade_stamps: bool) -> GrayImage {
    let rgb = match page.pixels {
        Pixels::Gray(gray) => return gray,
        Pixels::Rgb(rgb) => rgb,
    };
    let mut gray = GrayImage::new(rgb.width(), rgb.height());
    for (pixel, &[red, green, blue]) in gray.iter_mut().zip(rgb.as_raw().as_chunks().0) {
        // Weights of ITU-R BT.601 in 1/256.
        *pixel = ((u32::from(red) * 77 + u32::from(green) * 150 + u32::from(blue) * 29)
            >> 8) as u8;
    }
    if fade_stamps {
        fade_red_stamps(&rgb, page.dpi, &mut gray);
    }
    gray
}

/// In every stamp the red channel takes the place of grey: red ink is nearly as bright as
/// paper in it, black and blue ink stay dark.
///
/// Red *text* must stay: titles of land certificates are red. What tells a stamp is its
/// shape: a compact patch of red ink.
fn fade_red_stamps(rgb: &RgbImage, dpi: f32, gray: &mut GrayImage) {
    let side = (px(RED_SQUARE_MM, dpi).round() as usize).max(1);
    let width = rgb.width() as usize;
    let columns = width.div_ceil(side).max(1);
    let rows = (rgb.height() as usize).div_ceil(side).max(1);
    let mut counts = vec![0_u32; columns * rows];
    if width == 0 {
        return;
    }
    for (y, line) in rgb.as_raw().chunks_exact(width * 3).enumerate() {
        let row = &mut counts[y / side * columns..][..columns];
        for (count, pixels) in row.iter_mut().zip(line.chunks(side * 3)) {
            *count += pixels.as_chunks().0.iter().filter(|pixel| is_red(**pixel)).count()
                as u32;
        }
    }
    let least = (side * side) as f32 * RED_SHARE;
    let squares = GrayImage::from_fn(columns as u32, rows as u32, |x, y| {
        let count = counts[y as usize * columns + x as usize];
        image::Luma([if count as f32 >= least { 255 } else { 0 }])
    });
    let (smallest, largest) = (STAMP_MM.0 / RED_SQUARE_MM, STAMP_MM.1 / RED_SQUARE_MM);
    for blob in Blobs::of(&squares).blobs {
        let (short, long) = (
            blob.width().min(blob.height()) as f32,
            blob.width().max(blob.height()) as f32,
        );
        if short < smallest || long > largest || long > short * STAMP_ASPECT {
            continue;
        }
        // One square more on each side: the rim of the ink fills its squares but little.
        let from = |at: i32| (at - 1).max(0) as usize * side;
        let to = |at: i32, end: u32| ((at + 1) as usize * side).min(end as usize);
        for y in from(blob.top)..to(blob.bottom, rgb.height()) {
            for x in from(blob.left)..to(blob.right, rgb.width()) {
                gray.as_mut()[y * width + x] = rgb.as_raw()[(y * width + x) * 3];
            }
        }
    }
}

/// The light that the share `share` of the counted pixels does not exceed, 0–255; `None` where
/// none is counted. `counts` has the number of pixels of each light.
pub(crate) fn light_at(counts: &[u32; 256], share: f64) -> Option<u8> {
    let total: u32 = counts.iter().sum();
    let wanted = f64::from(total) * share;
    let mut so_far = 0_u32;
    (0_u8..=u8::MAX).zip(counts).find_map(|(light, count)| {
        so_far += count;
        (f64::from(so_far) > wanted).then_some(light)
    })
}

/// Whether a pixel is red ink rather than black, blue or paper.
fn is_red([red, green, blue]: [u8; 3]) -> bool {
    i16::from(red) - i16::from(green).max(i16::from(blue)) > RED_EXCESS
}

/// The page in small, for what needs no fine detail.
pub(super) struct Sketch {
    /// Grey.
    pub(super) gray: GrayImage,
    /// Pixels per inch, at least [`SKETCH_DPI`] where the page has that many.
    pub(super) dpi: f32,
}

impl Sketch {
    /// The mean of squares of whole pixels of `gray`.
    pub(super) fn of(gray: &GrayImage, dpi: f32) -> Self {
        let by = ((dpi / SKETCH_DPI) as usize).max(1);
        if by == 1 {
            return Self { gray: gray.clone(), dpi };
        }
        let width = gray.width() as usize;
        let (columns, rows) = (width / by, gray.height() as usize / by);
        let mut small = GrayImage::new(columns as u32, rows as u32);
        if columns == 0 || rows == 0 {
            return Self { gray: gray.clone(), dpi };
        }
        let mut sums = vec![0_u32; columns];
        let out: &mut [u8] = &mut small;
        for (band, line) in
            gray.as_raw().chunks_exact(width * by).zip(out.chunks_exact_mut(columns))
        {
            sums.fill(0);
            for row in band.chunks_exact(width) {
                for (sum, pixels) in sums.iter_mut().zip(row.chunks_exact(by)) {
                    *sum += pixels.iter().map(|&p| u32::from(p)).sum::<u32>();
                }
            }
            for (pixel, sum) in line.iter_mut().zip(&sums) {
                *pixel = (sum / (by * by) as u32) as u8;
            }
        }
        Self { gray: small, dpi: dpi / by as f32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAPER: image::Rgb<u8> = image::Rgb([240, 230, 215]);
    const RED: image::Rgb<u8> = image::Rgb([205, 60, 70]);

    /// A page of 100 dpi with a ring of 30 mm and a red bar of 80 × 5 mm.
    fn page_with_stamp_and_title() -> PageImage {
        let rgb = RgbImage::from_fn(600, 400, |x, y| {
            let (dx, dy) = (f64::from(x) - 150.0, f64::from(y) - 250.0);
            let on_ring = (dx.hypot(dy) - 58.0).abs() < 3.0;
            let on_title = (100..415).contains(&x) && (60..80).contains(&y) && x % 8 < 4;
            let in_text = (240..260).contains(&y) && x % 16 < 4;
            if in_text {
                image::Rgb([30, 30, 35])
            } else if on_ring || on_title {
                RED
            } else {
                PAPER
            }
        });
        PageImage { pixels: Pixels::Rgb(rgb), dpi: 100.0 }
    }

    #[test]
    fn the_red_of_a_stamp_fades_and_the_red_of_a_title_and_black_stay() {
        let gray = of_page(page_with_stamp_and_title(), true);
        assert!(gray.get_pixel(150, 192).0[0] > 190, "ring");
        assert!(gray.get_pixel(105, 70).0[0] < 130, "title");
        assert!(gray.get_pixel(145, 250).0[0] < 50, "black text in the ring");
        let with_stamp = of_page(page_with_stamp_and_title(), false);
        assert!(with_stamp.get_pixel(150, 192).0[0] < 130, "ring without the step");
    }

    #[test]
    fn a_page_of_600_dpi_is_halved_and_the_scale_leads_back() {
        let page = PageImage {
            pixels: Pixels::Gray(GrayImage::from_pixel(1001, 500, image::Luma([200]))),
            dpi: 600.0,
        };
        let (small, scale) = reduced(page, 300.0, 1.1);
        assert_eq!((small.pixels.width(), small.pixels.height()), (501, 250));
        assert!(
            (f64::from(501) * scale.0 - 1001.0).abs() < 1e-6
                && (scale.1 - 2.0).abs() < 1e-6
        );
    }

    #[test]
    fn half_of_the_pixels_are_no_lighter_than_the_light_in_the_middle() {
        let mut counts = [0; 256];
        assert_eq!(light_at(&counts, 0.5), None);
        (counts[10], counts[200]) = (3, 2);
        assert_eq!(light_at(&counts, 0.5), Some(10));
        assert_eq!(light_at(&counts, 0.6), Some(200));
        assert_eq!(light_at(&counts, 0.0), Some(10));
    }
}
