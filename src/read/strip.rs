//! From line images of any size to strips of the height and width that a model wants.

use image::GrayImage;
use image::imageops;
use image::imageops::FilterType;

use super::ink;
use super::ink::Levels;

/// Smallest side of a line image that can hold a letter, in pixels.
const LEAST_SIDE: u32 = 4;

/// A line image that is this many times wider than high is not a line but a rule or a
/// broken box; it is cut off here.
const MOST_ASPECT: u32 = 300;

/// Gap in a line, in heights of the line, at which it is cut: nothing is read there, and
/// the width of a strip is what reading costs. A space is 0.3, a tabulator above 1.
const WIDE_GAP: f32 = 1.5;

/// Paper left and right of the ink of a strip, in heights of the line.
const MARGIN: f32 = 0.25;

/// Columns beside the ink that belong to its soft edge, in pixels of the strip.
const SOFT_EDGE: i64 = 2;

/// Narrowest gap that counts as a space where a long line had to be cut, in heights of
/// the line. Gaps between letters stay below 0.12.
const SPACE: f32 = 0.18;

/// How far left of the widest possible strip a place to cut is looked for, as a share of
/// its width.
const CUT_ZONE: f32 = 0.4;

/// What a model asks of its line images, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Height of each strip.
    pub(super) height: u32,
    /// Widest strip.
    pub(super) max_width: u32,
    /// Widths are multiples of this.
    pub(super) step: u32,
}

/// A piece of a line in the size that a model wants.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Strip {
    /// Index of its line among those of the page.
    pub(super) line: usize,
    /// Whether a space stands between the strip before it and this one.
    pub(super) after_space: bool,
    /// Left edge in the line image, in its pixels; may be left of the image.
    pub(super) left: f32,
    /// Pixels of the line image for one of the strip.
    pub(super) scale: f32,
    /// Grey values, 0 = black; wider than high, or at least [`Wanted::step`].
    pub(super) pixels: GrayImage,
}

/// Scales lines and cuts them into strips.
pub(super) struct Cutter {
    wanted: Wanted,
}

impl Cutter {
    pub(super) fn new(wanted: Wanted) -> Self {
        Self { wanted }
    }

    /// The strips of a line, left to right; none where it is too small or without ink.
    pub(super) fn cut(&self, line: usize, pixels: &GrayImage) -> Vec<Strip> {
        let (width, height) = pixels.dimensions();
        if width < LEAST_SIDE || height < LEAST_SIDE || width / height > MOST_ASPECT {
            return Vec::new();
        }
        let Some(levels) = Levels::of(pixels) else { return Vec::new() };
        let Some(scaled) = self.scaled(pixels) else { return Vec::new() };
        let columns = levels.columns(&scaled);
        let scale = width as f32 / scaled.width() as f32;
        let mut strips = Vec::new();
        for run in self.runs(&columns) {
            let mut after_space = true;
            for piece in self.pieces(&columns, run) {
                strips.push(Strip {
                    line,
                    after_space: after_space || piece.after_space,
                    left: (piece.from as f32 - self.margin() as f32) * scale,
                    scale,
                    pixels: self.padded(&scaled, &piece, levels.paper),
                });
                after_space = false;
            }
        }
        strips
    }

    fn scaled(&self, pixels: &GrayImage) -> Option<GrayImage> {
        let (width, height) = pixels.dimensions();
        let new_height = self.wanted.height;
        let new_width =
            (u64::from(width) * u64::from(new_height)).div_ceil(height.into());
        let new_width = u32::try_from(new_width).ok()?.max(1);
        // A triangle as wide as a pixel of the strip: what is made smaller is averaged.
        Some(imageops::resize(pixels, new_width, new_height, FilterType::Triangle))
    }

    /// Stretches of the line between wide gaps, from their first to their last ink.
    fn runs(&self, columns: &[u32]) -> Vec<std::ops::Range<usize>> {
        let wide = (self.wanted.height as f32 * WIDE_GAP) as usize;
        let mut runs = Vec::new();
        let mut from = 0;
        let end = columns.len()..columns.len();
        for gap in ink::gaps(columns, wide).into_iter().chain([end]) {
            let inked = columns.get(from..gap.start).unwrap_or_default();
            let first = inked.iter().position(|&ink| ink > 0);
            let last = inked.iter().rposition(|&ink| ink > 0);
            if let (Some(first), Some(last)) = (first, last) {
                runs.push(from + first..from + last + 1);
            }
            from = gap.end;
        }
        runs
    }

    /// Cuts a run that is too wide for a strip, at gaps between words where there are any.
    fn pieces(&self, columns: &[u32], run: std::ops::Range<usize>) -> Vec<Piece> {
        let space = (self.wanted.height as f32 * SPACE).max(1.0) as usize;
        let most = (self.wanted.max_width as usize)
            .saturating_sub(2 * self.margin() + self.wanted.step as usize)
            .max(1);
        let mut pieces = Vec::new();
        let (mut from, mut after_space) = (run.start, false);
        while run.end - from > most {
            let zone = from + (most as f32 * (1.0 - CUT_ZONE)) as usize..from + most;
            let gap = widest_gap(columns, zone);
            pieces.push(Piece { from, to: gap.start.max(from + 1), after_space });
            after_space = gap.len() >= space;
            from = gap.end.max(from + 1);
        }
        pieces.push(Piece { from, to: run.end, after_space });
        pieces
    }

    fn margin(&self) -> usize {
        (self.wanted.height as f32 * MARGIN) as usize
    }

    /// The columns of `piece` with paper around them.
    fn padded(&self, scaled: &GrayImage, piece: &Piece, paper: u8) -> GrayImage {
        let margin = self.margin() as i64;
        let inked = (piece.to - piece.from) as u32 + 2 * margin as u32;
        let step = self.wanted.step.max(1);
        let width = inked.div_ceil(step) * step;
        // Margins are made of paper: what stands in the image there is another piece's.
        let left = (piece.from as i64 - SOFT_EDGE).max(0);
        let right = (piece.to as i64 + SOFT_EDGE).min(scaled.width().into());
        GrayImage::from_fn(width, self.wanted.height, |x, y| {
            let column = piece.from as i64 + i64::from(x) - margin;
            if (left..right).contains(&column) {
                *scaled.get_pixel(column as u32, y)
            } else {
                image::Luma([paper])
            }
        })
    }
}

/// Columns of a scaled line that become one strip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    from: usize,
    to: usize,
    after_space: bool,
}

/// The widest stretch without ink in `zone`, or the column with the least.
fn widest_gap(columns: &[u32], zone: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let within = columns.get(zone.clone()).unwrap_or_default();
    let widest =
        ink::gaps(within, 1).into_iter().max_by_key(|gap| (gap.len(), gap.start));
    if let Some(gap) = widest {
        return zone.start + gap.start..zone.start + gap.end;
    }
    let thinnest = within
        .iter()
        .enumerate()
        .min_by_key(|&(x, &ink)| (ink, std::cmp::Reverse(x)))
        .map_or(zone.end, |(x, _)| zone.start + x);
    thinnest..thinnest
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: Wanted = Wanted { height: 20, max_width: 200, step: 4 };

    /// A line of `height` pixels with ink in `bars` (left and right edge of each).
    fn line(width: u32, height: u32, bars: &[(u32, u32)]) -> GrayImage {
        GrayImage::from_fn(width, height, |x, y| {
            let inked = bars.iter().any(|&(from, to)| (from..to).contains(&x));
            let within = (height / 4..height * 3 / 4).contains(&y);
            image::Luma([if inked && within { 20 } else { 230 }])
        })
    }

    fn cut(image: &GrayImage) -> Vec<Strip> {
        Cutter::new(WANTED).cut(0, image)
    }

    #[test]
    fn tiny_empty_and_broken_lines_give_no_strips() {
        for (width, height) in [(0, 0), (1, 1), (3, 40), (40, 3), (20_000, 20), (200, 40)]
        {
            let image = GrayImage::from_pixel(width, height, image::Luma([230]));
            assert!(cut(&image).is_empty(), "{width}×{height}");
        }
        assert!(cut(&line(9000, 4, &[(10, 8000)])).is_empty(), "a rule");
    }

    #[test]
    fn a_short_line_is_one_strip_around_its_ink() {
        // Twice as high as the strip: everything is halved.
        let strips = cut(&line(200, 40, &[(50, 90), (100, 130)]));
        assert_eq!(strips.len(), 1);
        let strip = &strips[0];
        assert_eq!(strip.pixels.dimensions(), (52, 20), "80 / 2 + 2 × 5, in steps of 4");
        assert!((strip.scale - 2.0).abs() < 1e-6);
        assert!((strip.left - 40.0).abs() < 1e-6, "{}", strip.left);
    }

    #[test]
    fn nothing_is_read_in_a_wide_gap() {
        let strips = cut(&line(400, 20, &[(10, 50), (300, 330)]));
        let widths: Vec<u32> = strips.iter().map(|s| s.pixels.width()).collect();
        assert_eq!(widths, [52, 40]);
        assert!(strips[1].after_space);
    }

    #[test]
    fn a_long_line_is_cut_between_words() {
        // Words of 50 pixels, 10 apart; the strip holds three of them.
        let bars: Vec<(u32, u32)> = (0..8).map(|i| (i * 60, i * 60 + 50)).collect();
        let strips = cut(&line(480, 20, &bars));
        assert!(strips.iter().all(|s| s.pixels.width() <= WANTED.max_width));
        let edges: Vec<f32> = strips.iter().map(|s| s.left + 5.0).collect();
        assert_eq!(edges, [0.0, 180.0, 360.0]);
        assert!(strips.iter().all(|s| s.after_space));
    }

    #[test]
    fn a_line_without_any_gap_is_cut_without_a_space() {
        let strips = cut(&line(1000, 20, &[(0, 1000)]));
        assert!(strips.len() > 4);
        assert!(strips[1..].iter().all(|s| !s.after_space));
        let covered: f32 =
            strips.iter().map(|s| s.pixels.width() as f32 - 2.0 * 5.0).sum();
        assert!(covered >= 1000.0, "{covered}: no column is lost");
    }
}
