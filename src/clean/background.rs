//! The light of the paper, levelled; what lies outside the paper, painted over.

use image::GrayImage;

use super::grey::light_at;
use super::px;

/// Side of the squares in which the paper's light is measured, in millimetres: wider than
/// the strokes of the largest titles, narrower than the shadow of a fold.
const SQUARE_MM: f32 = 2.5;

/// The paper's light is what this share of a square's pixels does not exceed; strokes of
/// bold capitals fill up to 60 % of theirs.
const PAPER_SHARE: f64 = 0.85;

/// A square at the rim is outside the paper if its light is below this share of the
/// page's; photographs have corners at 0.5.
const OUTSIDE: f32 = 0.4;

/// A square that is darker than this share of its surroundings holds something solid
/// (emblem, stamp), not paper.
const SOLID: f32 = 0.7;

/// Levels the light to 255 where `light`, paints over the dark around the paper where
/// `border`.
pub(super) fn level(gray: &mut GrayImage, dpi: f32, light: bool, border: bool) {
    let side = (px(SQUARE_MM, dpi).round() as usize).max(4);
    if gray.width() == 0 || gray.height() == 0 {
        return;
    }
    let mut map = LightMap::measure(gray, side);
    let page_light = map.typical();
    let outside = if border { map.outside(OUTSIDE * page_light) } else { Vec::new() };
    if outside.iter().any(|&is_outside| is_outside) {
        paint_outside(gray, &map, &outside, (OUTSIDE * page_light) as u8);
    }
    map.smooth(&outside);
    if light {
        map.apply(gray);
    }
}

/// The paper's light in squares of the page.
struct LightMap {
    side: usize,
    columns: usize,
    rows: usize,
    /// 1–255, row by row.
    light: Vec<f32>,
}

impl LightMap {
    fn measure(gray: &GrayImage, side: usize) -> Self {
        let width = gray.width() as usize;
        let columns = width.div_ceil(side);
        let rows = (gray.height() as usize).div_ceil(side);
        let mut light = Vec::with_capacity(columns * rows);
        let mut counts = vec![[0_u32; 256]; columns];
        for band in gray.as_raw().chunks(width * side) {
            for count in &mut counts {
                count.fill(0);
            }
            // Every second row and pixel tells as much about paper as all of them.
            for line in band.chunks_exact(width).step_by(2) {
                for (pixels, count) in line.chunks(side).zip(&mut counts) {
                    for &pixel in pixels.iter().step_by(2) {
                        count[usize::from(pixel)] += 1;
                    }
                }
            }
            light.extend(counts.iter().map(|counts| {
                f32::from(light_at(counts, PAPER_SHARE).unwrap_or(u8::MAX).max(1))
            }));
        }
        Self { side, columns, rows, light }
    }

    /// The light of most of the page.
    fn typical(&self) -> f32 {
        let mut sorted = self.light.clone();
        sorted.sort_by(f32::total_cmp);
        sorted[sorted.len() * 3 / 4]
    }

    /// Which squares are darker than `limit` and hang together with the rim.
    fn outside(&self, limit: f32) -> Vec<bool> {
        let mut outside = vec![false; self.light.len()];
        let mut open: Vec<usize> = (0..self.light.len())
            .filter(|&at| {
                let (column, row) = (at % self.columns, at / self.columns);
                column == 0
                    || row == 0
                    || column + 1 == self.columns
                    || row + 1 == self.rows
            })
            .collect();
        while let Some(at) = open.pop() {
            if outside[at] || self.light[at] >= limit {
                continue;
            }
            outside[at] = true;
            open.extend(self.neighbours(at));
        }
        outside
    }

    /// The squares left, right, above and below.
    fn neighbours(&self, at: usize) -> impl Iterator<Item = usize> {
        let (column, row) = (at % self.columns, at / self.columns);
        [
            (column > 0).then(|| at - 1),
            (column + 1 < self.columns).then(|| at + 1),
            (row > 0).then(|| at - self.columns),
            (row + 1 < self.rows).then(|| at + self.columns),
        ]
        .into_iter()
        .flatten()
    }

    /// Squares without paper take the light of their surroundings; then each takes the
    /// median of the nine around it.
    fn smooth(&mut self, outside: &[bool]) {
        let is_outside = |at: usize| outside.get(at).copied().unwrap_or(false);
        let page_light = self.typical();
        let wide = self.filtered(4, &is_outside, |around| around[around.len() * 3 / 4]);
        for (at, light) in self.light.iter_mut().enumerate() {
            let expected = wide[at].unwrap_or(page_light);
            if is_outside(at) || *light < expected * SOLID {
                *light = expected;
            }
        }
        let medians = self.filtered(1, &|_| false, |around| around[around.len() / 2]);
        for (light, median) in self.light.iter_mut().zip(medians) {
            *light = median.unwrap_or(*light).max(1.0);
        }
    }

    /// For each square, `pick` of the sorted light of those at most `radius` away that are
    /// not left out.
    fn filtered(
        &self,
        radius: usize,
        left_out: &dyn Fn(usize) -> bool,
        pick: impl Fn(&[f32]) -> f32,
    ) -> Vec<Option<f32>> {
        let mut around = Vec::new();
        (0..self.light.len())
            .map(|at| {
                let (column, row) = (at % self.columns, at / self.columns);
                around.clear();
                for y in row.saturating_sub(radius)..(row + radius + 1).min(self.rows) {
                    for x in column.saturating_sub(radius)
                        ..(column + radius + 1).min(self.columns)
                    {
                        let other = y * self.columns + x;
                        if !left_out(other) {
                            around.push(self.light[other]);
                        }
                    }
                }
                around.sort_by(f32::total_cmp);
                (!around.is_empty()).then(|| pick(&around))
            })
            .collect()
    }

    /// Divides every pixel by the light of the paper there, taken linearly between the
    /// middles of the squares.
    fn apply(&self, gray: &mut GrayImage) {
        let width = gray.width() as usize;
        let side = self.side as f32;
        let mut row_light = vec![0.0; self.columns];
        let mut factors = vec![0_u32; width];
        let pixels: &mut [u8] = gray;
        for (y, line) in pixels.chunks_exact_mut(width).enumerate() {
            let (above, below, share) = between(y, side, self.rows);
            for (column, light) in row_light.iter_mut().enumerate() {
                let upper = self.light[above * self.columns + column];
                let lower = self.light[below * self.columns + column];
                *light = upper + (lower - upper) * share;
            }
            // The factor changes slowly; one for every fourth row is exact to 1/255.
            if y % 4 == 0 {
                for (x, factor) in factors.iter_mut().enumerate() {
                    let (left, right, share) = between(x, side, self.columns);
                    let light =
                        row_light[left] + (row_light[right] - row_light[left]) * share;
                    *factor = (255.0 * 4096.0 / light.max(1.0)) as u32;
                }
            }
            for (pixel, factor) in line.iter_mut().zip(&factors) {
                *pixel = ((u32::from(*pixel) * factor) >> 12).min(255) as u8;
            }
        }
    }
}

/// The two squares between whose middles pixel `at` lies, and how far on its way it is.
fn between(at: usize, side: f32, count: usize) -> (usize, usize, f32) {
    let place = ((at as f32 + 0.5) / side - 0.5).clamp(0.0, (count - 1) as f32);
    let first = place as usize;
    (first, (first + 1).min(count - 1), place - first as f32)
}

/// Paints the squares outside the paper white, and what is dark next to them: the paper's
/// edge seldom follows the squares.
fn paint_outside(gray: &mut GrayImage, map: &LightMap, outside: &[bool], dark: u8) {
    let (width, height) = (gray.width() as usize, gray.height() as usize);
    let is_outside =
        |x: usize, y: usize| outside[y / map.side * map.columns + x / map.side];
    let reach = map.side * 2;
    let pixels: &mut [u8] = gray;
    for y in 0..height {
        for backwards in [false, true] {
            let order = (0..width).map(|x| if backwards { width - 1 - x } else { x });
            paint_inwards(
                pixels,
                order.map(|x| (y * width + x, is_outside(x, y))),
                dark,
                reach,
            );
        }
    }
    for x in 0..width {
        for backwards in [false, true] {
            let order = (0..height).map(|y| if backwards { height - 1 - y } else { y });
            paint_inwards(
                pixels,
                order.map(|y| (y * width + x, is_outside(x, y))),
                dark,
                reach,
            );
        }
    }
    for y in 0..height {
        for x in 0..width {
            if is_outside(x, y) {
                pixels[y * width + x] = 255;
            }
        }
    }
}

/// Follows pixels, each with whether it is outside; whitens the dark ones that come right
/// after an outside one, at most `reach` of them.
fn paint_inwards(
    pixels: &mut [u8],
    order: impl Iterator<Item = (usize, bool)>,
    dark: u8,
    reach: usize,
) {
    // Beyond the image's own edge is outside too.
    let mut left = reach;
    for (at, is_outside) in order {
        if is_outside {
            left = reach;
        } else if left > 0 && pixels[at] < dark {
            pixels[at] = 255;
            left -= 1;
        } else {
            left = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_that_falls_off_to_one_side_becomes_even_and_ink_stays_dark() {
        let mut gray = GrayImage::from_fn(800, 400, |x, _| {
            let paper = 240.0 - f64::from(x) * 0.15;
            let ink = if x % 40 < 4 { 0.3 } else { 1.0 };
            image::Luma([(paper * ink) as u8])
        });
        level(&mut gray, 200.0, true, true);
        for x in [20, 420, 780] {
            assert!(gray.get_pixel(x, 200).0[0] > 240, "paper at {x}");
        }
        for x in [41, 401, 761] {
            assert!(gray.get_pixel(x, 200).0[0] < 110, "ink at {x}");
        }
    }

    #[test]
    fn the_black_around_the_paper_goes_and_a_black_box_on_it_stays() {
        let mut gray = GrayImage::from_fn(800, 800, |x, y| {
            let on_paper = (53..741).contains(&x) && (61..790).contains(&y);
            let in_box = (300..420).contains(&x) && (300..420).contains(&y);
            image::Luma([if on_paper && !in_box { 235 } else { 10 }])
        });
        level(&mut gray, 200.0, true, true);
        for (x, y) in [(5, 5), (51, 400), (760, 400), (400, 58), (400, 795)] {
            assert_eq!(gray.get_pixel(x, y).0[0], 255, "outside at {x}, {y}");
        }
        assert!(gray.get_pixel(360, 360).0[0] < 30, "box");
    }
}
