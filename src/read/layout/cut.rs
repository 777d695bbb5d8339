//! A line cut out of its page: level, alone, black on white.

use image::GrayImage;

use crate::clean::Ready;
use crate::clean::light_at;
use crate::clean::sampled;
use crate::model::Affine;

use super::LineRegion;
use crate::read::engine::LineImage;

/// White around the ink, in heights of the region.
const MARGIN: f32 = 0.12;

/// How far around its ink a line's pixels are its own, in millimetres: the soft edge of
/// letters.
const EDGE_MM: f32 = 0.25;

/// Height of a dotted leader, in millimetres.
const LEADER_MM: f32 = 0.5;

/// Which share of a line's ink is at least as dark as what becomes black.
const BLACK_SHARE: f64 = 0.2;

/// Cuts a line out of the page.
///
/// Ink of other lines, rules and leaders is painted over.
pub fn cut(ready: &Ready, region: &LineRegion) -> LineImage {
    let [top_left, top_right, _, bottom_left] = region.quad.0;
    let height = (bottom_left.y - top_left.y).max(1.0);
    let margin = height * MARGIN;
    let width = top_right.x - top_left.x;
    let (columns, rows) =
        ((width + 2.0 * margin).ceil() as u32, (height + 2.0 * margin).ceil() as u32);
    // Columns stay upright; each is moved down by the slope.
    let (x, y) = (f64::from(top_left.x - margin), f64::from(top_left.y - margin));
    let slope = f64::from(region.slope);
    let to_page = Affine([1.0, 0.0, x, slope, 1.0, y - slope * f64::from(margin)]);
    let to_source = to_page.then(&ready.to_source);
    let mut pixels = sampled(&ready.source, &to_source, columns.max(1), rows.max(1));
    let masks = Masks::of(ready, region, &to_page, pixels.width(), pixels.height());
    paint(&mut pixels, &masks);
    LineImage { pixels, to_page }
}

/// Which pixels of a line image belong to whom.
struct Masks {
    /// The line's own ink with its soft edge.
    own: Vec<bool>,
    /// Somebody else's ink with its soft edge.
    foreign: Vec<bool>,
    /// The line's own ink alone.
    ink: Vec<bool>,
}

impl Masks {
    fn of(
        ready: &Ready,
        region: &LineRegion,
        to_page: &Affine,
        width: u32,
        height: u32,
    ) -> Self {
        let (columns, rows) = (width as usize, height as usize);
        let mut ink = vec![false; columns * rows];
        let [_, _, left, slope, _, top] = to_page.0;
        // The other way round: a pixel of the page seen in the line image.
        let place = |x: i32, y: i32| -> Option<usize> {
            let column = f64::from(x) + 0.5 - left;
            let row = f64::from(y) + 0.5 - top - slope * column;
            let (column, row) = (column.floor(), row.floor());
            let inside = column >= 0.0
                && row >= 0.0
                && column < f64::from(width)
                && row < f64::from(height);
            inside.then(|| row as usize * columns + column as usize)
        };
        for run in &region.ink {
            for x in run.from..run.to {
                if let Some(at) = place(x, run.row) {
                    ink[at] = true;
                }
            }
        }
        let edge = (EDGE_MM * ready.dpi / 25.4).round().max(1.0) as usize;
        let mut all = vec![false; columns * rows];
        for (row, line) in all.chunks_exact_mut(columns).enumerate() {
            for (column, is_ink) in line.iter_mut().enumerate() {
                let at = to_page.apply(crate::model::Point {
                    x: column as f32 + 0.5,
                    y: row as f32 + 0.5,
                });
                let (x, y) = (at.x.floor(), at.y.floor());
                *is_ink = x >= 0.0
                    && y >= 0.0
                    && (x as u32) < ready.ink.width()
                    && (y as u32) < ready.ink.height()
                    && ready.ink.get_pixel(x as u32, y as u32).0[0] != 0;
            }
        }
        mark_leaders(&mut all, region, to_page, columns, ready.dpi);
        let own = widened(&ink, columns, rows, edge);
        let core = widened(&ink, columns, rows, 1);
        let others: Vec<bool> =
            all.iter().zip(&core).map(|(&is_ink, &is_own)| is_ink && !is_own).collect();
        let foreign = widened(&others, columns, rows, edge);
        Self { own, foreign, ink }
    }
}

/// Marks the leaders that run through a line, however faint they are.
fn mark_leaders(
    all: &mut [bool],
    region: &LineRegion,
    to_page: &Affine,
    columns: usize,
    dpi: f32,
) {
    let [_, _, left, slope, _, top] = to_page.0;
    let half = f64::from((LEADER_MM * dpi / 25.4 / 2.0).max(1.0));
    for &(from, to) in &region.leaders {
        for column in 0..columns {
            let x = column as f64 + 0.5 + left;
            if x < f64::from(from.0) || x > f64::from(to.0) {
                continue;
            }
            let share = (x - f64::from(from.0)) / f64::from((to.0 - from.0).max(1.0));
            let y = f64::from(from.1) + f64::from(to.1 - from.1) * share;
            let middle = y - top - slope * (column as f64 + 0.5);
            for row in (middle - half).floor() as i64..(middle + half).ceil() as i64 {
                let pixel = usize::try_from(row).ok().map(|row| row * columns + column);
                if let Some(mark) = pixel.and_then(|at| all.get_mut(at)) {
                    *mark = true;
                }
            }
        }
    }
}

/// `mask` with everything at most `by` pixels away.
fn widened(mask: &[bool], columns: usize, rows: usize, by: usize) -> Vec<bool> {
    let mut across = vec![false; mask.len()];
    for (row, line) in mask.chunks_exact(columns).enumerate() {
        for column in (0..columns).filter(|&column| line[column]) {
            let (from, to) = (column.saturating_sub(by), (column + by + 1).min(columns));
            across[row * columns + from..row * columns + to].fill(true);
        }
    }
    let mut both = vec![false; mask.len()];
    for row in 0..rows {
        for other in row.saturating_sub(by)..(row + by + 1).min(rows) {
            for column in 0..columns {
                both[other * columns + column] |= across[row * columns + column];
            }
        }
    }
    both
}

/// Paints over what is foreign and stretches the rest from black to white.
fn paint(pixels: &mut GrayImage, masks: &Masks) {
    let mut counts = [0_u32; 256];
    for (pixel, &is_ink) in pixels.iter().zip(&masks.ink) {
        if is_ink {
            counts[usize::from(*pixel)] += 1;
        }
    }
    let black = f32::from(light_at(&counts, BLACK_SHARE).unwrap_or(0).min(200));
    let white = 250.0;
    for (at, pixel) in pixels.iter_mut().enumerate() {
        let foreign = masks.foreign[at] && !masks.own[at];
        *pixel = if foreign {
            255
        } else {
            ((f32::from(*pixel) - black) / (white - black) * 255.0).clamp(0.0, 255.0)
                as u8
        };
    }
}
