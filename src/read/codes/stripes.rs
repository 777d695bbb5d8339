//! Bar codes: rows and columns of the page as stripes of ink and paper.

use image::GrayImage;

use super::{code39, code128};
use crate::model::{Point, Quad, Rect};

/// Between two rows that are looked at, in millimetres: bars are 5 mm and more high.
const STEP_MM: f32 = 1.0;

/// How far rows that say the same may be apart and still be one code, in millimetres.
const GAP_MM: f32 = 4.0;

/// Widest stripe of a code, in millimetres; what is wider is paper around it.
const MOST_STRIPE_MM: f32 = 6.0;

/// Stripes of the shortest code that is looked for: start, one letter, check and stop of a
/// Code 128.
const FEWEST_STRIPES: usize = 25;

/// A stretch of stripes: lengths in pixels, ink and paper in turn, ink first and last.
pub(super) struct Stripes<'s> {
    pub(super) lengths: &'s [f32],
}

/// What was read along one row.
struct Reading {
    text: String,
    /// How many rows must agree.
    rows_needed: usize,
    from: f32,
    to: f32,
    at: f32,
}

/// A code that several rows agree on.
struct Found {
    text: String,
    rows_needed: usize,
    rows: usize,
    place: Rect,
}

/// The bar codes of a page.
pub(super) fn find(ink: &GrayImage, dpi: f32) -> Vec<(String, Quad)> {
    let (width, height) = (ink.width() as usize, ink.height() as usize);
    let step = ((STEP_MM * dpi / 25.4).round() as usize).max(1);
    let pixels = ink.as_raw();
    let mut codes = Vec::new();
    let mut lines = Agreed::new(dpi);
    for y in (step / 2..height).step_by(step) {
        let row = pixels.get(y * width..(y + 1) * width).unwrap_or_default();
        lines.take(readings(row.iter().copied(), y as f32, dpi));
    }
    codes.extend(lines.codes().map(|(text, place)| (text, Quad::from(place))));
    let mut columns = Agreed::new(dpi);
    for x in (step / 2..width).step_by(step) {
        let column = pixels.iter().skip(x).step_by(width.max(1)).copied();
        columns.take(readings(column, x as f32, dpi));
    }
    codes.extend(columns.codes().map(|(text, place)| {
        // Rows and columns have changed places.
        let corner = |x: f32, y: f32| Point { x: y, y: x };
        let quad = Quad([
            corner(place.left, place.bottom),
            corner(place.right, place.bottom),
            corner(place.right, place.top),
            corner(place.left, place.top),
        ]);
        (text, quad)
    }));
    codes
}

/// The codes along one row of pixels.
fn readings(row: impl Iterator<Item = u8>, at: f32, dpi: f32) -> Vec<Reading> {
    let most = MOST_STRIPE_MM * dpi / 25.4;
    let mut readings = Vec::new();
    let mut lengths: Vec<f32> = Vec::new();
    // Where the open stripe and the stretch began.
    let (mut from, mut start) = (0.0, 0.0);
    let mut inked = false;
    let mut x = 0.0;
    for value in row {
        let now = value > 127;
        if now != inked {
            let length = x - from;
            if inked || (!lengths.is_empty() && length <= most) {
                if lengths.is_empty() {
                    start = from;
                }
                lengths.push(length);
            } else {
                readings.extend(read(&mut lengths, start, at));
            }
            (from, inked) = (x, now);
        }
        x += 1.0;
    }
    if inked {
        lengths.push(x - from);
    }
    readings.extend(read(&mut lengths, start, at));
    readings
}

/// The codes of one stretch, which is used up.
fn read(lengths: &mut Vec<f32>, start: f32, at: f32) -> Vec<Reading> {
    if lengths.len().is_multiple_of(2) {
        lengths.pop();
    }
    let mut readings = Vec::new();
    if lengths.len() >= FEWEST_STRIPES {
        let total: f32 = lengths.iter().sum();
        for backwards in [false, true] {
            if backwards {
                lengths.reverse();
            }
            let stripes = Stripes { lengths };
            let found = code128::read(&stripes).map(|it| (it, 2));
            let found = found.or_else(|| code39::read(&stripes).map(|it| (it, 3)));
            if let Some(((text, first, end), rows_needed)) = found {
                let before: f32 = lengths.iter().take(first).sum();
                let until: f32 = lengths.iter().take(end).sum();
                let (from, to) = if backwards {
                    (start + total - until, start + total - before)
                } else {
                    (start + before, start + until)
                };
                readings.push(Reading { text, rows_needed, from, to, at });
                break;
            }
        }
    }
    lengths.clear();
    readings
}

/// Codes that rows agree on.
struct Agreed {
    gap: f32,
    found: Vec<Found>,
}

impl Agreed {
    fn new(dpi: f32) -> Self {
        Self { gap: GAP_MM * dpi / 25.4, found: Vec::new() }
    }

    fn take(&mut self, readings: Vec<Reading>) {
        for reading in readings {
            let known = self.found.iter_mut().find(|known| {
                known.text == reading.text
                    && reading.at - known.place.bottom <= self.gap
                    && reading.from < known.place.right
                    && reading.to > known.place.left
            });
            let place = Rect {
                left: reading.from,
                top: reading.at,
                right: reading.to,
                bottom: reading.at + 1.0,
            };
            match known {
                Some(known) => {
                    known.rows += 1;
                    known.place = known.place.union(&place);
                }
                None => self.found.push(Found {
                    text: reading.text,
                    rows_needed: reading.rows_needed,
                    rows: 1,
                    place,
                }),
            }
        }
    }

    fn codes(self) -> impl Iterator<Item = (String, Rect)> {
        self.found
            .into_iter()
            .filter(|found| found.rows >= found.rows_needed)
            .map(|found| (found.text, found.place))
    }
}
