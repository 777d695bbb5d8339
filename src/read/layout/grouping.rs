//! Pieces of ink put together to rows.

use super::piece::Piece;
use super::row::Row;
use super::rules::{Direction, Rule};

/// Widest gap within a row, in heights of its letters. Spaces between words are half a
/// height; columns of a form are three and more apart.
const WIDEST_GAP: f32 = 2.0;

/// A piece lower than this share of the usual height is a mark, not a letter.
const MARK_SHARE: f32 = 0.6;

/// A piece higher than so many usual heights may be letters of two rows.
const TALL: f32 = 4.0;

/// Higher than this is a drawing, a stamp or an emblem, in millimetres.
const DRAWING_MM: f32 = 14.0;

/// Height of letters, in millimetres: none on paper is smaller than 6 points.
const LETTER_MM: (f32, f32) = (1.1, 8.0);

/// Pieces sorted by what they may be.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    /// Letters and words in one stroke.
    pub(super) letters: Vec<Piece>,
    /// Marks, dots, commas.
    pub(super) marks: Vec<Piece>,
    /// Pieces that may belong to several rows.
    pub(super) tall: Vec<Piece>,
    /// Drawings, stamps, emblems.
    pub(super) drawings: Vec<Piece>,
    /// Usual height of a letter, in pixels.
    pub(super) usual: f32,
}

/// Sorts pieces by their height against the usual one.
pub(super) fn sorted(pieces: Vec<Piece>, dpi: f32) -> Sorted {
    let px = |millimetres: f32| millimetres * dpi / 25.4;
    let mut heights: Vec<i32> = pieces
        .iter()
        .map(Piece::height)
        .filter(|&height| {
            (height as f32) >= px(LETTER_MM.0) && (height as f32) <= px(LETTER_MM.1)
        })
        .collect();
    heights.sort_unstable();
    let usual = heights.get(heights.len() / 2).map_or(px(2.0), |&height| height as f32);
    let mut sorted = Sorted { usual, ..Sorted::default() };
    for piece in pieces {
        let height = piece.height() as f32;
        if height > px(DRAWING_MM) || is_solid(&piece, dpi) {
            sorted.drawings.push(piece);
        } else if height > usual * TALL {
            sorted.tall.push(piece);
        } else if height < usual * MARK_SHARE {
            sorted.marks.push(piece);
        } else {
            sorted.letters.push(piece);
        }
    }
    sorted
}

/// Whether a piece is a punch hole or a blot rather than strokes.
fn is_solid(piece: &Piece, dpi: f32) -> bool {
    /// No stroke of a title is as thick, in millimetres.
    const THICK_MM: f32 = 2.5;
    let filled = piece.area as f32 / (piece.width() * piece.height()).max(1) as f32;
    let thickness = piece.width().min(piece.height()) as f32;
    filled > 0.7 && thickness > THICK_MM * dpi / 25.4
}

/// Puts letters that follow one another to rows.
pub(super) fn rows(letters: Vec<Piece>, usual: f32, rules: &[Rule]) -> Vec<Row> {
    let mut letters = letters;
    letters.sort_by(|a, b| a.centre_x().total_cmp(&b.centre_x()).then(a.top.cmp(&b.top)));
    let next = followers(&letters, usual, rules);
    let mut starts = vec![true; letters.len()];
    for following in next.iter().flatten() {
        starts[*following] = false;
    }
    let mut left: Vec<Option<Piece>> = letters.into_iter().map(Some).collect();
    let mut rows = Vec::new();
    for start in (0..left.len()).filter(|&at| starts[at]) {
        let mut pieces = Vec::new();
        let mut place = Some(start);
        while let Some(at) = place {
            pieces.extend(left[at].take());
            place = next[at];
        }
        rows.extend(Row::of(pieces));
    }
    joined(rows, rules, &|_, _| false)
}

/// For each letter the one that follows it, if each is the other's nearest.
fn followers(letters: &[Piece], usual: f32, rules: &[Rule]) -> Vec<Option<usize>> {
    let mut next: Vec<Option<(f32, usize)>> = vec![None; letters.len()];
    let mut previous: Vec<Option<(f32, usize)>> = vec![None; letters.len()];
    let widest = letters.iter().map(Piece::width).max().unwrap_or(0) as f32;
    for (at, letter) in letters.iter().enumerate() {
        let reach = WIDEST_GAP * usual * TALL + widest;
        for (other, candidate) in letters.iter().enumerate().skip(at + 1) {
            if candidate.centre_x() - letter.centre_x() > reach {
                break;
            }
            let Some(cost) = cost(letter, candidate, usual) else { continue };
            if is_ruled_off(letter, candidate, rules) {
                continue;
            }
            if next[at].is_none_or(|(best, _)| cost < best) {
                next[at] = Some((cost, other));
            }
            if previous[other].is_none_or(|(best, _)| cost < best) {
                previous[other] = Some((cost, at));
            }
        }
    }
    next.iter()
        .enumerate()
        .map(|(at, following)| {
            let (_, other) = (*following)?;
            (previous[other]?.1 == at).then_some(other)
        })
        .collect()
}

/// How far `right` is from following `left` in a row; `None` if it cannot.
fn cost(left: &Piece, right: &Piece, usual: f32) -> Option<f32> {
    let shared = left.shared_rows(right) as f32;
    let lower = left.height().min(right.height()) as f32;
    let higher = left.height().max(right.height()) as f32;
    if shared < lower * 0.5 {
        return None;
    }
    let gap = (right.left - left.right).max(0) as f32;
    if gap > WIDEST_GAP * higher.clamp(usual * 0.7, usual * 1.5) {
        return None;
    }
    // Of two that are equally near, the one that stands more level follows.
    let off = (lower - shared) + (left.centre_y() - right.centre_y()).abs() * 0.5;
    Some(gap + off + (right.centre_x() - left.centre_x()) * 0.1)
}

/// Whether a rule stands upright between two letters.
fn is_ruled_off(left: &Piece, right: &Piece, rules: &[Rule]) -> bool {
    let y = i32::midpoint(left.top.max(right.top), left.bottom.min(right.bottom)).max(0);
    rules.iter().filter(|rule| rule.direction == Direction::Down).any(|rule| {
        rule.at(y).is_some_and(|x| x > left.centre_x() && x < right.centre_x())
    })
}

/// Joins rows that continue one another over a narrow gap, or over any that `bridges`,
/// until none does.
pub(super) fn joined(
    mut rows: Vec<Row>,
    rules: &[Rule],
    bridges: &dyn Fn(&Row, &Row) -> bool,
) -> Vec<Row> {
    loop {
        rows.sort_by_key(|row| (row.left, row.right));
        let Some((a, b)) = first_pair(&rows, rules, bridges) else { return rows };
        let tail = rows.remove(b);
        let head = rows.remove(a);
        let pieces = head.pieces.into_iter().chain(tail.pieces).collect();
        rows.extend(Row::of(pieces));
    }
}

fn first_pair(
    rows: &[Row],
    rules: &[Rule],
    bridges: &dyn Fn(&Row, &Row) -> bool,
) -> Option<(usize, usize)> {
    for (a, row) in rows.iter().enumerate() {
        for (b, next) in rows.iter().enumerate().skip(a + 1) {
            if !row.continues(next) {
                continue;
            }
            let height = row.text_height().min(next.text_height());
            let is_near = (next.left - row.right) as f32 <= height * WIDEST_GAP;
            if (is_near || bridges(row, next)) && !are_ruled_off(row, next, rules) {
                return Some((a, b));
            }
        }
    }
    None
}

/// Whether the ring or strokes of a stamp fill the gap between two rows.
pub(super) fn is_bridged(row: &Row, next: &Row, drawings: &[Piece]) -> bool {
    /// Widest gap, in heights of letters.
    const WIDEST: f32 = 6.0;
    let gap = next.left - row.right;
    let height = row.text_height().min(next.text_height());
    let y = row.band.base_at(row.right as f32) - row.band.height() / 2.0;
    gap > 0
        && (gap as f32) <= height * WIDEST
        && drawings.iter().any(|drawing| {
            let shared = drawing.right.min(next.left) - drawing.left.max(row.right);
            (drawing.top as f32) < y && (drawing.bottom as f32) > y && shared * 2 > gap
        })
}

/// Gives rows that are but a mark of another (the tone of a capital, a loose stroke) to
/// that one.
pub(super) fn without_strays(mut rows: Vec<Row>) -> Vec<Row> {
    let mut at = 0;
    while at < rows.len() {
        let home = (0..rows.len())
            .find(|&other| other != at && is_stray(&rows[at], &rows[other]));
        let Some(home) = home else {
            at += 1;
            continue;
        };
        for piece in rows[at].pieces.clone() {
            rows[home].add(piece);
        }
        rows.remove(at);
    }
    rows
}

/// Whether `small` stands within what marks and strokes of `row` take up.
fn is_stray(small: &Row, row: &Row) -> bool {
    let height = row.band.height();
    let width = (small.right - small.left) as f32;
    let x = (small.left + small.right) as f32 / 2.0;
    let top = small.pieces.iter().map(|piece| piece.top).min().unwrap_or(0) as f32;
    let bottom = small.pieces.iter().map(|piece| piece.bottom).max().unwrap_or(0) as f32;
    let middle = f32::midpoint(top, bottom);
    let much_wider = (row.right - row.left) as f32 > width * 3.0;
    much_wider
        && width <= height * 2.0
        && bottom - top <= row.text_height() * 1.1
        && x > row.left as f32
        && x < row.right as f32
        && middle > row.band.base_at(x) - row.text_height() * 1.35
        && middle < row.band.base_at(x) + height * 0.5
}

/// Whether a rule stands upright between two rows, the first of which begins further left.
pub(super) fn are_ruled_off(row: &Row, next: &Row, rules: &[Rule]) -> bool {
    let x = i32::midpoint(row.right, next.left) as f32;
    let y = (row.band.base_at(x) - row.band.height() / 2.0) as i32;
    let (from, to) = (
        row.right.min(next.left) as f32 - row.band.height(),
        row.right.max(next.left) as f32 + next.band.height(),
    );
    let inner_from = from.max(row.left as f32);
    let inner_to = to.min(next.right as f32);
    rules
        .iter()
        .filter(|rule| rule.direction == Direction::Down)
        .any(|rule| rule.at(y).is_some_and(|at| at > inner_from && at < inner_to))
}

/// Gives tall pieces to the rows they reach into, cut between these; those that reach into
/// none become rows of their own.
pub(super) fn share_out_tall(rows: &mut Vec<Row>, tall: Vec<Piece>, usual: f32) {
    let mut alone = Vec::new();
    for piece in tall {
        let mut reached: Vec<usize> = (0..rows.len())
            .filter(|&at| reaches_into(&piece, &rows[at], usual))
            .collect();
        reached.sort_by(|&a, &b| {
            let x = piece.centre_x();
            rows[a].band.base_at(x).total_cmp(&rows[b].band.base_at(x))
        });
        if reached.is_empty() {
            alone.push(piece);
            continue;
        }
        for (part, at) in cut_between(piece, &reached, rows) {
            rows[at].add(part);
        }
    }
    for piece in alone {
        rows.extend(Row::of(vec![piece]));
    }
}

/// Cuts letters of two rows that touch: tails that end in the row below, tall letters that
/// begin in the row above.
pub(super) fn untangled(mut rows: Vec<Row>, usual: f32) -> Vec<Row> {
    for at in 0..rows.len() {
        let pieces = std::mem::take(&mut rows[at].pieces);
        let mut kept = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let mut reached: Vec<usize> = (0..rows.len())
                .filter(|&other| other == at || reaches_into(&piece, &rows[other], usual))
                .collect();
            if reached.len() == 1 || (piece.height() as f32) < rows[at].text_height() {
                kept.push(piece);
                continue;
            }
            let x = piece.centre_x();
            reached.sort_by(|&a, &b| {
                rows[a].band.base_at(x).total_cmp(&rows[b].band.base_at(x))
            });
            let area = piece.area;
            for (part, home) in cut_between(piece, &reached, &rows) {
                let is_tail = part.area * 4 < area
                    && (part.width() as f32) < rows[home].band.height() * 1.5;
                if home == at {
                    kept.push(part);
                } else if !is_tail {
                    rows[home].add(part);
                }
            }
        }
        kept.append(&mut rows[at].pieces);
        rows[at].pieces = kept;
    }
    rows.into_iter().filter_map(Row::measured).collect()
}

/// Whether the small letters of a row next to a piece stand at its height.
fn reaches_into(piece: &Piece, row: &Row, usual: f32) -> bool {
    let x = piece.centre_x();
    let near = (piece.left as f32) < row.right as f32 + usual * 2.0
        && (piece.right as f32) > row.left as f32 - usual * 2.0;
    let shared = (piece.bottom as f32).min(row.band.base_at(x))
        - (piece.top as f32).max(row.band.top_at(x));
    near && shared >= row.band.height() * 0.6
}

/// Cuts a piece half-way between the baseline of each row and the small letters of the
/// next. `at` are the rows, from top to bottom.
fn cut_between(piece: Piece, at: &[usize], rows: &[Row]) -> Vec<(Piece, usize)> {
    let x = piece.centre_x();
    let borders: Vec<i32> = at
        .windows(2)
        .map(|two| {
            let (upper, lower) = (&rows[two[0]].band, &rows[two[1]].band);
            f32::midpoint(upper.base_at(x), lower.top_at(x)) as i32
        })
        .collect();
    let mut parts = vec![Vec::new(); at.len()];
    for run in piece.runs {
        parts[borders.iter().filter(|&&border| run.row >= border).count()].push(run);
    }
    parts
        .into_iter()
        .zip(at)
        .filter_map(|(runs, &row)| Piece::of(runs).map(|part| (part, row)))
        .collect()
}
