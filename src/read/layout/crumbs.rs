//! Words of which only crumbs are left: what a threshold lets pass of letters typed with a worn
//! ribbon. No crumb is a letter, so no row begins with one; together they stand where a word
//! stood.

use std::collections::HashMap;

use super::grouping::{Sorted, are_ruled_off};
use super::is_in_cell;
use super::piece::Piece;
use super::row::{Band, Row};
use super::rules::{Direction, Rule};

/// How far crumbs of one word lie apart, in usual heights of letters: less than a space.
const APART: f32 = 0.45;

/// Height of what the crumbs of a word fill, in usual heights of letters.
const HEIGHT: (f32, f32) = (0.6, 1.7);

/// Least width of it, in usual heights of letters: one letter.
const NARROWEST: f32 = 0.45;

/// Fewest crumbs of a word.
const FEWEST: usize = 5;

/// Least share of its box that must be ink: dust of a copier lies thinner, a letter fills a
/// fifth.
const INKED: f32 = 0.04;

/// How far from the end of a row its crumbs may begin, in heights of its letters.
const NEAR: f32 = 1.0;

/// Crumbs above and below the dots of an ellipsis that make it a part of letters.
const AMONG: usize = 3;

/// What is left beside a rule of the rule itself, in millimetres.
const RAGGED_MM: f32 = 0.4;

/// Gives crumbs that continue a row to it, and makes rows of those that stand alone in the
/// cell of a table; returns what is left of `loose`, the ink that belongs to no row.
///
/// `usual` is the usual height of a letter, in pixels.
pub(super) fn gather(
    rows: &mut Vec<Row>,
    loose: Vec<Piece>,
    rules: &[Rule],
    usual: f32,
    dpi: f32,
) -> Vec<Piece> {
    let ragged = RAGGED_MM * dpi / 25.4;
    let (crumbs, mut left_over): (Vec<Piece>, Vec<Piece>) =
        loose.into_iter().partition(|piece| {
            (piece.height().max(piece.width()) as f32) < usual
                && !rules.iter().any(|rule| is_beside(piece, rule, ragged))
        });
    for word in words(crumbs, usual * APART) {
        left_over.extend(match row_of(word, usual) {
            Ok(word) => place(rows, word, rules),
            Err(crumbs) => crumbs,
        });
    }
    left_over
}

/// Whether an ellipsis is but the upper or lower edge of letters: crumbs stand above it or
/// below, no farther than a letter is high.
pub(super) fn is_among(ellipsis: &Piece, sorted: &Sorted, dust: &[Piece]) -> bool {
    let is_near = |crumb: &&Piece| {
        let off = (crumb.centre_y() - ellipsis.centre_y()).abs();
        crumb.centre_x() > ellipsis.left as f32
            && crumb.centre_x() < ellipsis.right as f32
            && off > ellipsis.height() as f32 / 2.0
            && off < sorted.usual
    };
    sorted.marks.iter().chain(dust).filter(is_near).count() >= AMONG
}

/// Whether a piece is but the ragged edge of a rule, or a dash of one that has faded.
fn is_beside(piece: &Piece, rule: &Rule, ragged: f32) -> bool {
    let (along, off) = match rule.direction {
        Direction::Across => (piece.centre_x(), piece.centre_y()),
        Direction::Down => (piece.centre_y(), piece.centre_x()),
    };
    rule.at(along as i32).is_some_and(|at| (at - off).abs() < ragged)
}

/// Crumbs that lie at most `apart` pixels from one another, each word from left to right.
fn words(crumbs: Vec<Piece>, apart: f32) -> Vec<Vec<Piece>> {
    let side = apart.max(1.0);
    let square = |x: i32, y: i32| ((x as f32 / side) as i32, (y as f32 / side) as i32);
    let mut squares: HashMap<(i32, i32), Vec<usize>> = HashMap::new();
    for (at, crumb) in crumbs.iter().enumerate() {
        let (from, to) =
            (square(crumb.left, crumb.top), square(crumb.right, crumb.bottom));
        for x in from.0..=to.0 {
            for y in from.1..=to.1 {
                squares.entry((x, y)).or_default().push(at);
            }
        }
    }
    let mut word_of: Vec<Option<usize>> = vec![None; crumbs.len()];
    let mut num_words = 0;
    for start in 0..crumbs.len() {
        if word_of[start].is_some() {
            continue;
        }
        word_of[start] = Some(num_words);
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            let crumb = &crumbs[at];
            let (from, to) =
                (square(crumb.left, crumb.top), square(crumb.right, crumb.bottom));
            let near = (from.0 - 1..=to.0 + 1)
                .flat_map(|x| (from.1 - 1..=to.1 + 1).map(move |y| (x, y)))
                .filter_map(|square| squares.get(&square))
                .flatten();
            for &other in near {
                if word_of[other].is_none() && distance(crumb, &crumbs[other]) <= apart {
                    word_of[other] = Some(num_words);
                    open.push(other);
                }
            }
        }
        num_words += 1;
    }
    let mut words = vec![Vec::new(); num_words];
    for (crumb, word) in crumbs.into_iter().zip(word_of) {
        words[word.unwrap_or_default()].push(crumb);
    }
    words
}

/// How far two pieces are from each other, in pixels, the way that is longer.
fn distance(one: &Piece, other: &Piece) -> f32 {
    let across = one.left.max(other.left) - one.right.min(other.right);
    let down = one.top.max(other.top) - one.bottom.min(other.bottom);
    across.max(down) as f32
}

/// The row that crumbs make; the crumbs themselves if they fill no room that a word would.
fn row_of(crumbs: Vec<Piece>, usual: f32) -> Result<Row, Vec<Piece>> {
    let Some(whole) = Piece::joined(&crumbs) else { return Err(crumbs) };
    let (width, height) = (whole.width() as f32, whole.height() as f32);
    let is_word = crumbs.len() >= FEWEST
        && height >= usual * HEIGHT.0
        && height <= usual * HEIGHT.1
        && width >= usual * NARROWEST
        && whole.area as f32 >= width * height * INKED;
    if !is_word {
        return Err(crumbs);
    }
    // Crumbs do not tell where small letters end: the word is taken for one in capitals.
    let band = Band { slope: 0.0, top: whole.top as f32, base: whole.bottom as f32 };
    let (left, right) = (whole.left, whole.right);
    Ok(Row { pieces: crumbs, band, ascent: band.height(), left, right })
}

/// Gives the word to the row that it continues, or to the rows; one that stands alone in a cell
/// becomes a row. Returns the crumbs of one that does neither.
fn place(rows: &mut Vec<Row>, word: Row, rules: &[Rule]) -> Vec<Piece> {
    let mut homes: Vec<usize> =
        (0..rows.len()).filter(|&at| is_near(&rows[at], &word, rules)).collect();
    homes.sort_by_key(|&at| rows[at].left);
    let Some((&home, others)) = homes.split_first() else {
        if is_in_cell(&word, rules) {
            rows.push(word);
            return Vec::new();
        }
        return word.pieces;
    };
    for piece in word.pieces {
        rows[home].add(piece);
    }
    // Behind it the row goes on.
    for &other in others.iter().rev() {
        let (left, right) = (home.min(other), home.max(other));
        if rows[left].continues(&rows[right]) {
            for piece in std::mem::take(&mut rows[other].pieces) {
                rows[home].add(piece);
            }
        }
    }
    rows.retain(|row| !row.pieces.is_empty());
    Vec::new()
}

/// Whether a word stands at the height of a row's letters, and near its end.
fn is_near(row: &Row, word: &Row, rules: &[Rule]) -> bool {
    let (first, second) = if row.left <= word.left { (row, word) } else { (word, row) };
    let gap = (second.left - first.right) as f32;
    gap <= row.text_height() * NEAR
        && first.continues(second)
        && !are_ruled_off(first, second, rules)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clean::Run;

    /// Dots of two pixels that fill a box thinly.
    fn dots(left: i32, top: i32, width: i32, height: i32) -> Vec<Piece> {
        let places = (0..height / 5).flat_map(|y| (0..width / 6).map(move |x| (x, y)));
        let dot = |(x, y): (i32, i32)| {
            let (from, row) = (left + x * 6 + y % 2 * 2, top + y * 5);
            Piece::of(vec![
                Run { row, from, to: from + 2 },
                Run { row: row + 1, from, to: from + 2 },
            ])
        };
        places.filter_map(dot).collect()
    }

    #[test]
    fn crumbs_that_fill_the_room_of_a_word_are_one() {
        let word = dots(100, 200, 60, 25);
        let mut crumbs = word.clone();
        crumbs.extend(dots(300, 200, 60, 25));
        let words = words(crumbs, 9.0);
        assert_eq!(words.len(), 2, "a gap of 180 pixels parts them");
        assert!(row_of(word, 25.0).is_ok());
        for (crumbs, why) in [
            (dots(100, 200, 12, 25), "narrower than a letter"),
            (dots(100, 200, 300, 10), "as low as a leader"),
            (dots(100, 200, 60, 80), "higher than a line"),
        ] {
            assert!(row_of(crumbs, 25.0).is_err(), "{why}");
        }
    }
}
