//! Marks given to the rows they belong to.

use super::piece::Piece;
use super::row::Row;

/// How far above the letter below it a mark may stand, in heights of small letters: two
/// marks stand on one another, as in `ế`.
const ABOVE: f32 = 1.3;

/// How far above the ink of its letter a mark may stand, in heights of small letters: a
/// tone above a hat.
const GAP_ABOVE: f32 = 0.8;

/// Widest mark that does not stand among the letters, in heights of small letters.
const WIDEST: f32 = 1.8;

/// How far below the letter above it a dot may stand, in heights of small letters.
const BELOW: f32 = 0.7;

/// How far beside a row's ends a mark may stand (full stops, quotation marks), in heights
/// of small letters.
const BESIDE: f32 = 1.6;

/// Gives each mark to the row whose ink is nearest; returns those that are near none.
pub(super) fn give_out(rows: &mut [Row], marks: Vec<Piece>) -> Vec<Piece> {
    let homes: Vec<Option<usize>> =
        marks.iter().map(|mark| home_of(mark, rows)).collect();
    let mut left_over = Vec::new();
    for (mark, home) in marks.into_iter().zip(homes) {
        match home {
            Some(row) => rows[row].add(mark),
            None => left_over.push(mark),
        }
    }
    left_over
}

/// The row whose ink is nearest to a mark, if it is near enough.
fn home_of(mark: &Piece, rows: &[Row]) -> Option<usize> {
    rows.iter()
        .enumerate()
        .filter_map(|(at, row)| Some((distance(mark, row)?, at)))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, at)| at)
}

/// How far a mark is from a row, in heights of small letters; `None` if it is too far.
fn distance(mark: &Piece, row: &Row) -> Option<f32> {
    let height = row.band.height().max(1.0);
    let x = mark.centre_x();
    let beside = (row.left as f32 - x).max(x - row.right as f32).max(0.0) / height;
    if beside > BESIDE {
        return None;
    }
    let (top, base) = (row.band.top_at(x), row.band.base_at(x));
    let (near_top, near_base) = row
        .pieces
        .iter()
        .filter(|piece| {
            (piece.left as f32) < mark.right as f32 + height * 0.2
                && (piece.right as f32) > mark.left as f32 - height * 0.2
        })
        .fold((top, base), |(high, low), piece| {
            (high.min(piece.top as f32), low.max(piece.bottom as f32))
        });
    let above = (top - mark.bottom as f32) / height;
    let below = (mark.top as f32 - base) / height;
    if above > ABOVE || below > BELOW {
        return None;
    }
    // From the letter itself where one is near, else from the band.
    let gap_above = (near_top - mark.bottom as f32).max(0.0) / height;
    let gap_below = (mark.top as f32 - near_base).max(0.0) / height;
    let is_far = gap_above > GAP_ABOVE || gap_below > BELOW;
    let is_wide = mark.width() as f32 > height * WIDEST && gap_above + gap_below > 0.1;
    (!is_far && !is_wide).then_some(gap_above.max(gap_below) + beside * 0.5)
}
