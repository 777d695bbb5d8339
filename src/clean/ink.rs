//! Ink told from paper by a threshold that follows the page.

use image::GrayImage;

use super::grey::light_at;
use super::px;

/// How far below the mean of its surroundings ink is, where these have no contrast at all
/// (0: any speck is ink, 1: nothing is).
///
/// Bleed-through of the corpus takes 10 to 20 % off the paper's light, faint typewriter
/// 40 %; below 0.2 the former becomes ink, above 0.35 the latter breaks.
const DEPTH: f32 = 0.25;

/// The same for a page whose ink has faded or came from a worn ribbon. On other pages the
/// writing on the back would become ink.
const FAINT_DEPTH: f32 = 0.18;

/// How much darker than white half of the ink of a faded page is at most. Of 22 pages of the
/// development corpus that were measured, those that faded all over have 0.35 to 0.38, two
/// that faded in parts 0.39 and 0.40, all others at least 0.41.
const FADED: f32 = 0.385;

/// Standard deviation of a region that is half ink, half paper; the greatest there is.
const FULL_CONTRAST: f32 = 128.0;

/// Side of the surroundings in millimetres: a line of text with its gaps above and below.
const SURROUNDINGS_MM: f32 = 5.0;

/// Side of the squares for which one threshold holds, in millimetres; it changes slowly,
/// and one for each pixel would take more memory than the page itself.
const SQUARE_MM: f32 = 0.34;

/// 255 where `gray` is ink, 0 where it is paper.
///
/// Source: J. Sauvola and M. Pietikäinen, "Adaptive document image binarization", Pattern
/// Recognition 33 (2000), 225–236, with its threshold taken once for each small square.
pub(super) fn of(gray: &GrayImage, dpi: f32) -> GrayImage {
    let ink = at_depth(gray, dpi, DEPTH);
    if is_faded(gray, &ink) { at_depth(gray, dpi, FAINT_DEPTH) } else { ink }
}

/// Whether the ink of a page has faded all over.
fn is_faded(gray: &GrayImage, ink: &GrayImage) -> bool {
    let mut counts = [0_u32; 256];
    for (&light, _) in gray.iter().zip(ink.iter()).filter(|(_, ink)| **ink != 0) {
        counts[usize::from(light)] += 1;
    }
    light_at(&counts, 0.5).is_some_and(|half| f32::from(255 - half) <= FADED * 255.0)
}

/// 255 where `gray` is darker than its surroundings by what `least` says, see [`DEPTH`].
fn at_depth(gray: &GrayImage, dpi: f32, least: f32) -> GrayImage {
    let (width, height) = (gray.width() as usize, gray.height() as usize);
    let mut ink = GrayImage::new(gray.width(), gray.height());
    if width == 0 || height == 0 {
        return ink;
    }
    let side = (px(SQUARE_MM, dpi).round() as usize).max(1);
    let sums = Sums::of(gray, side);
    let radius = ((px(SURROUNDINGS_MM, dpi) / 2.0 / side as f32).round() as usize).max(1);
    let mut thresholds = vec![0_u8; sums.columns];
    let rows = gray.as_raw().chunks_exact(width);
    let out: &mut [u8] = &mut ink;
    for (y, (row, out_row)) in rows.zip(out.chunks_exact_mut(width)).enumerate() {
        if y % side == 0 {
            for (column, threshold) in thresholds.iter_mut().enumerate() {
                let (mean, deviation) = sums.around(column, y / side, radius);
                let depth = least * (1.0 - deviation / FULL_CONTRAST);
                *threshold = (mean * (1.0 - depth)) as u8;
            }
        }
        let squares = row.chunks(side).zip(out_row.chunks_mut(side));
        for ((pixels, marks), &threshold) in squares.zip(&thresholds) {
            for (pixel, mark) in pixels.iter().zip(marks) {
                *mark = if *pixel < threshold { 255 } else { 0 };
            }
        }
    }
    ink
}

/// Sums of light and of its square over everything above and left of a square.
struct Sums {
    /// Pixels of the page across and down.
    size: (usize, usize),
    /// Pixels of a square's side.
    side: usize,
    /// Squares in a row of the page.
    columns: usize,
    /// Rows of squares.
    rows: usize,
    /// `(columns + 1) × (rows + 1)`: sum, sum of squares. They overflow and go on from 0: the
    /// difference that a neighbourhood comes to is right below 2³², and 250 pixels of white
    /// in each direction are. A large plan has no room for wider numbers.
    table: Vec<[u32; 2]>,
}

impl Sums {
    fn of(gray: &GrayImage, side: usize) -> Self {
        let size = (gray.width() as usize, gray.height() as usize);
        let columns = size.0.div_ceil(side);
        let rows = size.1.div_ceil(side);
        let mut table = vec![[0_u32; 2]; (columns + 1) * (rows + 1)];
        let mut squares = vec![[0_u32; 2]; columns];
        for (row, band) in gray.as_raw().chunks(size.0 * side).enumerate() {
            squares.fill([0; 2]);
            for line in band.chunks_exact(size.0) {
                for (pixels, square) in line.chunks(side).zip(&mut squares) {
                    for &pixel in pixels {
                        square[0] += u32::from(pixel);
                        square[1] += u32::from(pixel) * u32::from(pixel);
                    }
                }
            }
            let mut so_far = [0_u32; 2];
            for (column, square) in squares.iter().enumerate() {
                let above = table[row * (columns + 1) + column + 1];
                for part in 0..2 {
                    so_far[part] = so_far[part].wrapping_add(square[part]);
                    table[(row + 1) * (columns + 1) + column + 1][part] =
                        above[part].wrapping_add(so_far[part]);
                }
            }
        }
        Self { size, side, columns, rows, table }
    }

    /// Mean and standard deviation of what is at most `radius` squares away.
    fn around(&self, column: usize, row: usize, radius: usize) -> (f32, f32) {
        let (left, top) = (column.saturating_sub(radius), row.saturating_sub(radius));
        let right = (column + radius + 1).min(self.columns);
        let bottom = (row + radius + 1).min(self.rows);
        let at = |x: usize, y: usize| self.table[y * (self.columns + 1) + x];
        let (a, b, c, d) =
            (at(left, top), at(right, top), at(left, bottom), at(right, bottom));
        let sum = |part: usize| {
            let both = a[part].wrapping_add(d[part]);
            f64::from(both.wrapping_sub(b[part]).wrapping_sub(c[part]))
        };
        let across = (right * self.side).min(self.size.0) - left * self.side;
        let down = (bottom * self.side).min(self.size.1) - top * self.side;
        let count = (across * down).max(1) as f64;
        let mean = sum(0) / count;
        let variance = (sum(1) / count - mean * mean).max(0.0);
        (mean as f32, variance.sqrt() as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_that_overflow_are_still_those_of_a_neighbourhood() {
        // The squares of white alone come to 150 000 000 000.
        let gray = GrayImage::from_fn(40, 60_000, |x, y| {
            image::Luma([if y > 59_000 && x % 2 == 0 { 55 } else { 255 }])
        });
        let sums = Sums::of(&gray, 4);
        assert_eq!(sums.around(5, 14_990, 3), (155.0, 100.0));
        assert_eq!(sums.around(5, 10_000, 3), (255.0, 0.0));
        assert_eq!(sums.around(0, 14_999, 3), (155.0, 100.0), "cut off by the rim");
    }

    #[test]
    fn on_a_faded_page_what_is_fainter_still_is_ink() {
        // Bars of 0.5 mm at 200 dpi, 4 mm apart, one in four of them fainter than the others.
        let fainter_is_ink = |others: u8| {
            let gray = GrayImage::from_fn(512, 100, |x, _| {
                let light = if x / 32 % 4 == 3 { 200 } else { others };
                image::Luma([if x % 32 < 4 { light } else { 250 }])
            });
            of(&gray, 200.0).get_pixel(97, 50).0[0] == 255
        };
        assert!(fainter_is_ink(165), "a worn ribbon");
        assert!(!fainter_is_ink(60), "the back of the sheet");
    }

    #[test]
    fn faint_letters_are_ink_and_the_back_of_the_sheet_is_not() {
        // Bars of 0.5 mm at 200 dpi, 4 mm apart, on paper of 250.
        for (name, light, is_ink) in
            [("black", 20, true), ("faint typewriter", 140, true), ("bleed", 215, false)]
        {
            let gray = GrayImage::from_fn(200, 100, |x, _| {
                image::Luma([if x % 32 < 4 { light } else { 250 }])
            });
            let ink = of(&gray, 200.0);
            assert_eq!(ink.get_pixel(97, 50).0[0] == 255, is_ink, "{name}");
            assert_eq!(ink.get_pixel(110, 50).0[0], 0, "{name}: paper is paper");
        }
    }
}
