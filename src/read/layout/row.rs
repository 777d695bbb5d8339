//! A row of pieces: what stands on one baseline without a wide gap.

use super::piece::Piece;

/// Steepest line that is looked for, in pixels down for each to the right: the page is
/// level already, what is left comes from photographs taken askew.
const STEEPEST: f32 = 0.024;

/// Steps in which the slope is looked for.
const SLOPE_STEPS: i32 = 12;

/// A row shorter than so many of its heights tells nothing about its slope.
const SHORT: f32 = 10.0;

/// Where in its rows a line's small letters stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Band {
    /// Pixels down for each pixel to the right.
    pub(super) slope: f32,
    /// Upper edge of small letters where the line crosses x = 0.
    pub(super) top: f32,
    /// Baseline where the line crosses x = 0.
    pub(super) base: f32,
}

impl Band {
    /// Height of small letters, or of capitals where there are no others; pixels.
    pub(super) fn height(&self) -> f32 {
        self.base - self.top
    }

    /// Baseline at `x`.
    pub(super) fn base_at(&self, x: f32) -> f32 {
        self.base + self.slope * x
    }

    /// Upper edge of small letters at `x`.
    pub(super) fn top_at(&self, x: f32) -> f32 {
        self.top + self.slope * x
    }
}

/// Pieces on one baseline.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// From left to right.
    pub(super) pieces: Vec<Piece>,
    /// Where its small letters stand.
    pub(super) band: Band,
    /// How far most letters reach above the baseline, in pixels.
    pub(super) ascent: f32,
    /// Leftmost column.
    pub(super) left: i32,
    /// Column after the rightmost.
    pub(super) right: i32,
}

impl Row {
    /// The row of the given pieces; `None` if there are none.
    pub(super) fn of(mut pieces: Vec<Piece>) -> Option<Self> {
        pieces.sort_by_key(|piece| (piece.left, piece.top));
        let left = pieces.iter().map(|piece| piece.left).min()?;
        let right = pieces.iter().map(|piece| piece.right).max()?;
        let band = band_of(&pieces, left, right);
        let mut ascents: Vec<f32> =
            pieces.iter().map(|p| band.base_at(p.centre_x()) - p.top as f32).collect();
        ascents.sort_by(f32::total_cmp);
        let high = ascents.get(ascents.len() * 8 / 10).copied().unwrap_or(band.height());
        let ascent = high.clamp(band.height(), band.height() * 2.2);
        Some(Self { pieces, band, ascent, left, right })
    }

    /// The row with its ends as its pieces have them; `None` if it has none left.
    pub(super) fn measured(mut self) -> Option<Self> {
        self.left = self.pieces.iter().map(|piece| piece.left).min()?;
        self.right = self.pieces.iter().map(|piece| piece.right).max()?;
        Some(self)
    }

    /// Takes one more piece; the band stays.
    pub(super) fn add(&mut self, piece: Piece) {
        self.left = self.left.min(piece.left);
        self.right = self.right.max(piece.right);
        self.pieces.push(piece);
    }

    /// Height of its letters without marks, in pixels.
    pub(super) fn text_height(&self) -> f32 {
        self.ascent.max(self.band.height() * 1.3)
    }

    /// Whether two rows may be one that was broken: their bands lie side by side.
    pub(super) fn continues(&self, next: &Self) -> bool {
        let x = i32::midpoint(self.right, next.left) as f32;
        let top = self.band.top_at(x).max(next.band.top_at(x));
        let base = self.band.base_at(x).min(next.band.base_at(x));
        let (smaller, larger) = (
            self.band.height().min(next.band.height()),
            self.band.height().max(next.band.height()),
        );
        base - top >= smaller * 0.5 && larger <= smaller * 3.5
    }
}

/// Finds the band in which most ink of the pieces lies.
fn band_of(pieces: &[Piece], left: i32, right: i32) -> Band {
    let top = pieces.iter().map(|piece| piece.top).min().unwrap_or(0);
    let bottom = pieces.iter().map(|piece| piece.bottom).max().unwrap_or(0);
    let width = right - left;
    let mut heights: Vec<i32> = pieces.iter().map(Piece::height).collect();
    heights.sort_unstable();
    let usual = heights[heights.len() / 2].max(1) as f32;
    let reach = (width as f32 * STEEPEST).ceil() + 2.0;
    let first_row = top as f32 - reach;
    let mut counts = vec![0_f32; (bottom - top) as usize + 2 * reach as usize + 2];
    let slope = if (width as f32) < usual * SHORT {
        0.0
    } else {
        let slopes = (-SLOPE_STEPS..=SLOPE_STEPS)
            .map(|s| s as f32 * STEEPEST / SLOPE_STEPS as f32);
        let mut found = (0.0, 0.0_f32);
        for slope in slopes {
            count_rows(pieces, slope, left, first_row, &mut counts);
            let sharp: f32 = counts.windows(2).map(|two| (two[0] - two[1]).powi(2)).sum();
            if sharp > found.0 || (sharp >= found.0 && slope.abs() < found.1.abs()) {
                found = (sharp, slope);
            }
        }
        found.1
    };
    count_rows(pieces, slope, left, first_row, &mut counts);
    let (from, to) = densest(&counts, usual);
    let at_zero = first_row - slope * left as f32;
    Band { slope, top: at_zero + from as f32, base: at_zero + to as f32 }
}

/// Counts the ink in each row after the line is turned level about `left`.
fn count_rows(
    pieces: &[Piece],
    slope: f32,
    left: i32,
    first_row: f32,
    counts: &mut [f32],
) {
    counts.fill(0.0);
    for piece in pieces {
        for run in &piece.runs {
            let middle = (run.from + run.to) as f32 / 2.0 - left as f32;
            let row = run.row as f32 - slope * middle - first_row;
            if let Some(count) = counts.get_mut(row.max(0.0) as usize) {
                *count += run.len() as f32;
            }
        }
    }
}

/// The stretch of rows around the densest in which there is much ink.
fn densest(counts: &[f32], usual: f32) -> (usize, usize) {
    /// Rows with less than this share of the densest stretch's ink are ascenders,
    /// descenders or marks.
    const SHARE: f32 = 0.42;
    let window = ((usual * 0.5) as usize).clamp(1, counts.len());
    let mut sum: f32 = counts[..window].iter().sum();
    let (mut best, mut best_at) = (sum, 0);
    for at in 1..=counts.len() - window {
        sum += counts[at + window - 1] - counts[at - 1];
        if sum > best {
            (best, best_at) = (sum, at);
        }
    }
    let limit = best / window as f32 * SHARE;
    let smooth = |at: usize| {
        let around = &counts[at.saturating_sub(1)..(at + 2).min(counts.len())];
        around.iter().sum::<f32>() / around.len() as f32
    };
    let (mut from, mut to) = (best_at, best_at + window);
    while from > 0 && smooth(from - 1) >= limit {
        from -= 1;
    }
    while to < counts.len() && smooth(to) >= limit {
        to += 1;
    }
    (from, to)
}
