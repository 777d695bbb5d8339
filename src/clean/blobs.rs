//! Connected ink: what touches, also corner to corner, is one blob.

use std::ops::Range;

use image::GrayImage;

/// Ink pixels that follow one another in one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Row, pixels from the top.
    pub row: i32,
    /// First column.
    pub from: i32,
    /// Column after the last.
    pub to: i32,
}

impl Run {
    /// Number of pixels.
    pub fn len(&self) -> i32 {
        self.to - self.from
    }

    /// Whether it holds no pixel.
    pub fn is_empty(&self) -> bool {
        self.to <= self.from
    }
}

/// One connected piece of ink; right and bottom are exclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Leftmost column.
    pub left: i32,
    /// Topmost row.
    pub top: i32,
    /// Column after the rightmost.
    pub right: i32,
    /// Row after the lowest.
    pub bottom: i32,
    /// Number of ink pixels.
    pub area: i32,
    /// Its runs, in [`Blobs::runs`], top to bottom.
    pub runs: Range<usize>,
}

impl Blob {
    /// Pixels from left to right.
    pub fn width(&self) -> i32 {
        self.right - self.left
    }

    /// Pixels from top to bottom.
    pub fn height(&self) -> i32 {
        self.bottom - self.top
    }

    /// Middle between left and right.
    pub fn centre_x(&self) -> f32 {
        (self.left + self.right) as f32 / 2.0
    }

    /// Middle between top and bottom.
    pub fn centre_y(&self) -> f32 {
        (self.top + self.bottom) as f32 / 2.0
    }
}

/// All connected pieces of ink of a page.
#[derive(Debug, Clone, Default)]
pub struct Blobs {
    /// All runs, those of one blob next to each other.
    pub runs: Vec<Run>,
    /// In the order of their topmost run.
    pub blobs: Vec<Blob>,
}

impl Blobs {
    /// Finds the blobs of a plane in which ink is not 0.
    pub fn of(ink: &GrayImage) -> Self {
        Self::of_runs(&runs_of(ink))
    }

    /// Finds the blobs of runs that are sorted by row, then by column.
    pub fn of_runs(runs: &[Run]) -> Self {
        let mut parents: Vec<u32> = (0..runs.len() as u32).collect();
        join_touching(runs, &mut parents);
        let mut label_of_root = vec![u32::MAX; runs.len()];
        let mut labels = vec![0_u32; runs.len()];
        let mut blobs: Vec<Blob> = Vec::new();
        for (index, run) in runs.iter().enumerate() {
            let root = find(&mut parents, index as u32) as usize;
            if label_of_root[root] == u32::MAX {
                label_of_root[root] = blobs.len() as u32;
                blobs.push(Blob {
                    left: run.from,
                    top: run.row,
                    right: run.to,
                    bottom: run.row + 1,
                    area: 0,
                    runs: 0..0,
                });
            }
            let label = label_of_root[root];
            labels[index] = label;
            let blob = &mut blobs[label as usize];
            blob.left = blob.left.min(run.from);
            blob.right = blob.right.max(run.to);
            blob.bottom = blob.bottom.max(run.row + 1);
            blob.area += run.len();
            blob.runs.end += 1;
        }
        Self { runs: gathered(runs, &labels, &mut blobs), blobs }
    }

    /// The runs of one blob, top to bottom.
    pub fn runs_of(&self, blob: &Blob) -> &[Run] {
        self.runs.get(blob.runs.clone()).unwrap_or_default()
    }
}

/// Brings the runs of each blob together; `runs.end` of each blob holds their number.
fn gathered(runs: &[Run], labels: &[u32], blobs: &mut [Blob]) -> Vec<Run> {
    let mut start = 0;
    for blob in blobs.iter_mut() {
        let count = blob.runs.end;
        blob.runs = start..start;
        start += count;
    }
    let mut sorted = vec![Run { row: 0, from: 0, to: 0 }; runs.len()];
    for (run, &label) in runs.iter().zip(labels) {
        let blob = &mut blobs[label as usize];
        sorted[blob.runs.end] = *run;
        blob.runs.end += 1;
    }
    sorted
}

/// The runs of a plane in which ink is not 0, by row, then by column.
pub(crate) fn runs_of(ink: &GrayImage) -> Vec<Run> {
    let mut runs = Vec::new();
    let width = ink.width() as usize;
    if width == 0 {
        return runs;
    }
    for (row, pixels) in ink.as_raw().chunks_exact(width).enumerate() {
        let mut at = 0;
        while let Some(skip) = pixels.get(at..).and_then(first_ink) {
            let from = at + skip;
            let length = pixels[from..].iter().take_while(|&&p| p != 0).count();
            at = from + length;
            runs.push(Run { row: row as i32, from: from as i32, to: at as i32 });
        }
    }
    runs
}

/// Place of the first pixel that is not 0; looks at eight at a time, as most are 0.
fn first_ink(pixels: &[u8]) -> Option<usize> {
    let mut at = 0;
    for eight in pixels.chunks_exact(8) {
        if eight != [0; 8] {
            break;
        }
        at += 8;
    }
    pixels[at..].iter().position(|&p| p != 0).map(|skip| at + skip)
}

/// Joins runs of neighbouring rows that touch, also corner to corner.
fn join_touching(runs: &[Run], parents: &mut [u32]) {
    let (mut above, mut index) = (0, 0);
    while index < runs.len() {
        let run = runs[index];
        while above < index
            && (runs[above].row < run.row - 1
                || (runs[above].row == run.row - 1 && runs[above].to < run.from))
        {
            above += 1;
        }
        let mut candidate = above;
        while candidate < index
            && runs[candidate].row == run.row - 1
            && runs[candidate].from <= run.to
        {
            join(parents, candidate as u32, index as u32);
            candidate += 1;
        }
        index += 1;
    }
}

/// The representative of `item`; shortens the way there.
pub(crate) fn find(parents: &mut [u32], mut item: u32) -> u32 {
    while parents[item as usize] != item {
        let grandparent = parents[parents[item as usize] as usize];
        parents[item as usize] = grandparent;
        item = grandparent;
    }
    item
}

/// Makes `a` and `b` one; the smaller representative stays, so that order is kept.
pub(crate) fn join(parents: &mut [u32], a: u32, b: u32) {
    let (a, b) = (find(parents, a), find(parents, b));
    parents[a.max(b) as usize] = a.min(b);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(rows: &[&str]) -> GrayImage {
        GrayImage::from_fn(rows[0].len() as u32, rows.len() as u32, |x, y| {
            image::Luma([u8::from(rows[y as usize].as_bytes()[x as usize] == b'#') * 255])
        })
    }

    #[test]
    fn ink_that_touches_at_a_corner_is_one_blob() {
        let blobs = Blobs::of(&plane(&["#..#", ".#.#", "...."]));
        let boxes: Vec<_> = blobs
            .blobs
            .iter()
            .map(|b| (b.left, b.top, b.right, b.bottom, b.area))
            .collect();
        assert_eq!(boxes, [(0, 0, 2, 2, 2), (3, 0, 4, 2, 2)]);
    }

    #[test]
    fn arms_that_meet_further_down_are_one_blob_with_all_its_runs() {
        let blobs = Blobs::of(&plane(&["#.........#", "#.#.......#", "###########"]));
        assert_eq!(blobs.blobs.len(), 1);
        let pixels: i32 = blobs.runs_of(&blobs.blobs[0]).iter().map(Run::len).sum();
        assert_eq!((blobs.blobs[0].area, pixels), (16, 16));
    }

    #[test]
    fn an_empty_plane_has_no_blobs() {
        assert!(Blobs::of(&GrayImage::new(0, 0)).blobs.is_empty());
        assert!(Blobs::of(&GrayImage::new(9, 9)).blobs.is_empty());
    }
}
