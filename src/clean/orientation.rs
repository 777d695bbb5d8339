//! Which way up a page is.

use image::GrayImage;

use super::blobs::{Blob, Blobs};
use super::{leaders, px, skew};

/// Height and width of what may be a letter or a word in one stroke, in millimetres.
const LETTER_MM: (f32, f32) = (0.8, 9.0);

/// Longest word in one stroke, in millimetres.
const WORD_MM: f32 = 30.0;

/// Rows and columns are counted in bins of this width, in millimetres: wider than a stem,
/// whose edges would else count as lines, narrower than the gap between two lines.
const BIN_MM: f32 = 0.8;

/// By how much lines must be sharper in one direction than in the other to turn a page.
///
/// On the pages of the corpus that lie on their side it is 10 and more; on upright ones
/// with an emblem and five words it falls to 0.7 the wrong way.
const SURE: f64 = 3.0;

/// Below this a note says that it is not clear how the page lies.
const CLEAR: f64 = 1.3;

/// Fewest marks above or below letters that say which way up a page is.
const FEWEST_MARKS: u32 = 12;

/// Quarter turns clockwise that bring the lines of the page level: 0, or 1.
///
/// Text counted row by row is lumpy along its lines and even across them, at any skew.
pub(super) fn quarters(ink: &GrayImage, dpi: f32, notes: &mut Vec<String>) -> u8 {
    let blobs = Blobs::of(ink);
    let bin = px(BIN_MM, dpi).max(1.0);
    let mut points = Vec::new();
    for blob in blobs.blobs.iter().filter(|blob| may_be_text(blob, dpi)) {
        for run in blobs.runs_of(blob) {
            let middle = (run.from + run.to) as f32 / 2.0;
            points.push((middle / bin, run.row as f32 / bin, run.len() as u32));
        }
    }
    let across = skew::sharpest(&points);
    let turned: Vec<_> = points.iter().map(|&(x, y, mass)| (y, x, mass)).collect();
    let down = skew::sharpest(&turned);
    let (more, less) = (across.max(down) as f64, across.min(down) as f64);
    if more < less * CLEAR && !points.is_empty() {
        notes.push("unsure whether the page lies on its side".to_owned());
    }
    u8::from(more >= less * SURE && down > across)
}

/// Whether a blob may be a letter or a word, lying or standing.
fn may_be_text(blob: &Blob, dpi: f32) -> bool {
    let (short, long) =
        (blob.width().min(blob.height()) as f32, blob.width().max(blob.height()) as f32);
    short >= px(LETTER_MM.0, dpi) / 2.0
        && long >= px(LETTER_MM.0, dpi)
        && short <= px(LETTER_MM.1, dpi)
        && long <= px(WORD_MM, dpi)
        && !is_solid(blob, dpi)
}

/// Whether a blob is a punch hole or a blot rather than strokes.
fn is_solid(blob: &Blob, dpi: f32) -> bool {
    let filled = blob.area as f32 / (blob.width() * blob.height()).max(1) as f32;
    filled > 0.7 && blob.width().min(blob.height()) as f32 > px(2.5, dpi)
}

/// Whether a page with level lines stands on its head.
///
/// Most Vietnamese marks stand above their letter (hats, hooks, tones, the dot of the i),
/// and only one, the heavy tone, below: on pages of text it is five to one.
pub(super) fn on_its_head(ink: &GrayImage, degrees: f64, dpi: f32) -> bool {
    let sides = marks(ink, degrees, dpi);
    sides.marks >= FEWEST_MARKS && sides.below > sides.above
}

/// Where the marks of a page stand.
#[derive(Debug, Default)]
struct Sides {
    /// Number of marks.
    marks: u32,
    /// Pixels of those above letters. Hats and hooks weigh more than dots, and they are
    /// what is never found below.
    above: i32,
    /// Pixels of those below letters.
    below: i32,
}

/// Weighs the marks above and below letters.
fn marks(ink: &GrayImage, degrees: f64, dpi: f32) -> Sides {
    let level = level_ink(ink, degrees);
    let blobs = Blobs::of(&level).blobs;
    let is_leader = leaders::find(&blobs, dpi).is_leader;
    let letters: Vec<&Blob> = blobs
        .iter()
        .filter(|blob| {
            let height = blob.height() as f32;
            height >= px(LETTER_MM.0, dpi)
                && height <= px(LETTER_MM.1, dpi)
                && (blob.width() as f32) <= px(WORD_MM, dpi)
                && !is_solid(blob, dpi)
        })
        .collect();
    let cell = px(LETTER_MM.1, dpi).max(1.0) as i32;
    let grid = Grid::of(&letters, &level, cell);
    let mut sides = Sides::default();
    let small = blobs
        .iter()
        .zip(is_leader)
        .filter(|(blob, is_leader)| !is_leader && is_mark_sized(blob, dpi));
    for (mark, _) in small {
        match grid
            .near(mark)
            .filter_map(|letter| side_of(mark, letter))
            .min_by_key(|s| s.0)
        {
            Some((_, true)) => sides.above += mark.area,
            Some((_, false)) => sides.below += mark.area,
            None => continue,
        }
        sides.marks += 1;
    }
    sides
}

/// The ink plane turned level; what is added at its corners is paper.
fn level_ink(ink: &GrayImage, degrees: f64) -> GrayImage {
    let mut paper = ink.clone();
    paper.iter_mut().for_each(|pixel| *pixel = 255 - *pixel);
    let (mut level, _) = super::turn::level(&paper, 0, degrees);
    level.iter_mut().for_each(|pixel| *pixel = if *pixel < 128 { 255 } else { 0 });
    level
}

/// Whether a blob has the size of a tone mark, a hat or a dot.
fn is_mark_sized(blob: &Blob, dpi: f32) -> bool {
    let long = blob.width().max(blob.height()) as f32;
    long <= px(1.8, dpi) && blob.area >= 2
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
        let columns = ink.width() as i32 / cell + 1;
        let rows = ink.height() as i32 / cell + 1;
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
