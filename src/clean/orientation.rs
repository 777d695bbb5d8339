//! Which way up a page is.

use image::GrayImage;

use super::blobs::{Blob, Blobs};
use super::px;

/// Height and width of what may be a letter or a word in one stroke, in millimetres.
const LETTER_MM: (f32, f32) = (0.8, 9.0);

/// Longest word in one stroke, in millimetres.
const WORD_MM: f32 = 30.0;

/// Width of the strips in which lines are looked for, in millimetres: wide enough for ten
/// letters, so narrow that a line of a page askew by 5° stays in its row.
const STRIP_MM: f32 = 20.0;

/// By how much lines must be sharper in one direction than in the other to turn a page.
const SURE: f64 = 1.3;

/// Fewest marks above or below letters that say which way up a page is.
const FEWEST_MARKS: u32 = 12;

/// Quarter turns clockwise that bring the lines of the page level: 0, or 1.
pub(super) fn quarters(ink: &GrayImage, dpi: f32, notes: &mut Vec<String>) -> u8 {
    let blobs = Blobs::of(ink);
    let strip = (px(STRIP_MM, dpi) as usize).max(1);
    let (width, height) = (ink.width() as usize, ink.height() as usize);
    let mut level = vec![0_u32; width.div_ceil(strip) * height];
    let mut upright = vec![0_u32; height.div_ceil(strip) * width];
    for blob in blobs.blobs.iter().filter(|blob| may_be_text(blob, dpi)) {
        for run in blobs.runs_of(blob) {
            let row = run.row as usize;
            for x in run.from as usize..run.to as usize {
                level[x / strip * height + row] += 1;
                upright[row / strip * width + x] += 1;
            }
        }
    }
    let across = sharpness(&level, height);
    let down = sharpness(&upright, width);
    if down > across * SURE {
        return 1;
    }
    if across < down * SURE && across + down > 0.0 {
        notes.push("unsure whether the page lies on its side".to_owned());
    }
    0
}

/// Whether a blob may be a letter or a word, lying or standing.
fn may_be_text(blob: &Blob, dpi: f32) -> bool {
    let (short, long) =
        (blob.width().min(blob.height()) as f32, blob.width().max(blob.height()) as f32);
    short >= px(LETTER_MM.0, dpi) / 2.0
        && long >= px(LETTER_MM.0, dpi)
        && short <= px(LETTER_MM.1, dpi)
        && long <= px(WORD_MM, dpi)
}

/// Sum of the squared differences between neighbours, strip by strip.
fn sharpness(counts: &[u32], length: usize) -> f64 {
    if length == 0 {
        return 0.0;
    }
    counts
        .chunks_exact(length)
        .flat_map(|strip| strip.windows(2))
        .map(|two| f64::from(two[0].abs_diff(two[1])).powi(2))
        .sum()
}

/// Whether a page with level lines stands on its head.
///
/// Most Vietnamese marks stand above their letter (hats, hooks, tones, the dot of the i),
/// and only one, the heavy tone, below: on pages of text it is five to one.
pub(super) fn on_its_head(ink: &GrayImage, degrees: f64, dpi: f32) -> bool {
    let (above, below) = marks(ink, degrees, dpi);
    above + below >= FEWEST_MARKS && below > above
}

/// Number of marks above and below letters.
fn marks(ink: &GrayImage, degrees: f64, dpi: f32) -> (u32, u32) {
    let (level, _) = super::turn::level(ink, 0, degrees);
    let blobs = Blobs::of(&inverted_outside(level)).blobs;
    let letters: Vec<&Blob> = blobs
        .iter()
        .filter(|blob| {
            let height = blob.height() as f32;
            height >= px(LETTER_MM.0, dpi)
                && height <= px(LETTER_MM.1, dpi)
                && (blob.width() as f32) <= px(WORD_MM, dpi)
        })
        .collect();
    let cell = px(LETTER_MM.1, dpi).max(1.0) as i32;
    let grid = Grid::of(&letters, ink, cell);
    let small: Vec<&Blob> =
        blobs.iter().filter(|blob| is_mark_sized(blob, dpi)).collect();
    let dots = Grid::of(&small, ink, cell);
    let (mut above, mut below) = (0, 0);
    for mark in &small {
        if stands_in_a_row(mark, &dots, dpi) {
            continue;
        }
        match grid.near(mark).filter_map(|letter| side_of(mark, letter)).min_by_key(|s| s.0) {
            Some((_, true)) => above += 1,
            Some((_, false)) => below += 1,
            None => {}
        }
    }
    (above, below)
}

/// `turn::level` fills with white, which is ink here: everything that is not exactly ink
/// inside the page is paper.
fn inverted_outside(mut level: GrayImage) -> GrayImage {
    let (width, height) = (level.width() as usize, level.height() as usize);
    let _ = (width, height);
    for pixel in level.iter_mut() {
        *pixel = if *pixel > 127 { 255 } else { 0 };
    }
    level
}

/// Whether a blob has the size of a tone mark, a hat or a dot.
fn is_mark_sized(blob: &Blob, dpi: f32) -> bool {
    let long = blob.width().max(blob.height()) as f32;
    long <= px(1.8, dpi) && blob.area >= 2
}

/// Whether other small blobs stand left and right at the same height: dots of a leader.
fn stands_in_a_row(mark: &Blob, dots: &Grid<'_>, dpi: f32) -> bool {
    let reach = px(1.6, dpi);
    let (mut left, mut right) = (false, false);
    for other in dots.near(mark) {
        let level = (other.centre_y() - mark.centre_y()).abs() <= px(0.25, dpi);
        let away = other.centre_x() - mark.centre_x();
        left |= level && away < 0.0 && away > -reach;
        right |= level && away > 0.0 && away < reach;
    }
    left && right
}

/// Distance between a mark and a letter in pixels, and whether it stands above it; `None`
/// where it belongs to neither side.
fn side_of(mark: &Blob, letter: &Blob) -> Option<(i32, bool)> {
    let middle = mark.centre_x();
    if middle < letter.left as f32 || middle > letter.right as f32 {
        return None;
    }
    let height = letter.height() as f32;
    if mark.height() as f32 > height * 0.6 {
        return None;
    }
    let place = (mark.centre_y() - letter.top as f32) / height;
    let away = (letter.top - mark.bottom).max(mark.top - letter.bottom).max(0);
    match place {
        p if (-0.6..0.3).contains(&p) => Some((away, true)),
        p if (0.7..1.6).contains(&p) => Some((away, false)),
        _ => None,
    }
}

/// Blobs by the square of the page they lie in.
struct Grid<'a> {
    cell: i32,
    columns: i32,
    rows: i32,
    cells: Vec<Vec<&'a Blob>>,
}

impl<'a> Grid<'a> {
    fn of(blobs: &[&'a Blob], ink: &GrayImage, cell: i32) -> Self {
        // Turning may have made the page larger by a fifth.
        let columns = ink.width() as i32 * 6 / 5 / cell + 2;
        let rows = ink.height() as i32 * 6 / 5 / cell + 2;
        let mut cells = vec![Vec::new(); (columns * rows) as usize];
        for &blob in blobs {
            for row in blob.top / cell..=blob.bottom / cell {
                for column in blob.left / cell..=blob.right / cell {
                    if row < rows && column < columns {
                        cells[(row * columns + column) as usize].push(blob);
                    }
                }
            }
        }
        Self { cell, columns, rows, cells }
    }

    /// Blobs in the squares around `blob`, without itself; some may come twice.
    fn near(&self, blob: &'a Blob) -> impl Iterator<Item = &'a Blob> {
        let (column, row) =
            (blob.centre_x() as i32 / self.cell, blob.centre_y() as i32 / self.cell);
        let rows = (row - 1).max(0)..(row + 2).min(self.rows);
        rows.flat_map(move |y| {
            let columns = (column - 1).max(0)..(column + 2).min(self.columns);
            columns.map(move |x| (y * self.columns + x) as usize)
        })
        .flat_map(|at| self.cells[at].iter().copied())
        .filter(move |other| !std::ptr::eq(*other, blob))
    }
}
