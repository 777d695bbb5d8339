//! The headings of a table, each a run of words or several below each other.

use crate::config::kind::{Column, Table};
use crate::model::Rect;

use super::super::form::phrases;
use super::super::phrase::Phrase;
use super::super::sheet::{Glyph, Row, glyphs_of};

/// A gap wider than this many heights separates two headings.
const HEADING_GAP: f32 = 0.8;
/// Lines of one heading are at most this many heights apart; a line without tones and tails
/// is lower than its letters are, and forms leave room.
const HEADING_LINES_GAP: f32 = 1.5;
/// A heading may be printed on this many lines.
const HEADING_LINES: usize = 5;
/// Share of the letters of a heading that may be wrong.
const HEADING_ERRORS: f32 = 0.25;

/// A heading found.
pub(super) struct Heading {
    pub(super) column: usize,
    pub(super) cost: f32,
    pub(super) rect: Rect,
    pub(super) first: usize,
    pub(super) last: usize,
}

/// The headings found, at most one a column, in the order of the definition.
pub(super) fn headings(table: &Table, rows: &[Row]) -> Vec<Heading> {
    let chips = chips(rows);
    let mut headings: Vec<Heading> = Vec::new();
    for (index, column) in table.columns.iter().enumerate() {
        let taken: Vec<Rect> = headings.iter().map(|it| it.rect).collect();
        if let Some(found) = heading(index, column, &chips, &taken) {
            headings.push(found);
        }
    }
    headings
}

/// Words of a row that stand close together.
struct Chip {
    row: usize,
    rect: Rect,
    glyphs: Vec<Glyph>,
}

/// Runs of words with no gap as wide as between headings.
fn chips(rows: &[Row]) -> Vec<Chip> {
    let mut out = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let limit = HEADING_GAP * row.em();
        let mut start = 0;
        for at in 1..=row.pieces.len() {
            let breaks = at == row.pieces.len()
                || row.pieces[at].rect.left - row.pieces[at - 1].rect.right > limit;
            if !breaks {
                continue;
            }
            let pieces = &row.pieces[start..at];
            let rect = pieces.iter().map(|it| it.rect).reduce(|a, b| a.union(&b));
            if let Some(rect) = rect {
                out.push(Chip { row: index, rect, glyphs: glyphs_of(pieces) });
            }
            start = at;
        }
    }
    out
}

/// The heading of a column: a run of words, or several one below the other.
fn heading(
    index: usize,
    column: &Column,
    chips: &[Chip],
    taken: &[Rect],
) -> Option<Heading> {
    let labels: Vec<Phrase> = phrases(&column.labels);
    let mut best: Option<Heading> = None;
    for (start, chip) in chips.iter().enumerate() {
        let mut text: Vec<Glyph> = Vec::new();
        let mut rect = chip.rect;
        let mut last = start;
        for count in 0..HEADING_LINES {
            if count > 0 {
                let Some(below) = below(chips, last) else { break };
                last = below;
                rect = rect.union(&chips[last].rect);
            }
            text.extend(chips[last].glyphs.iter().filter(|glyph| glyph.plain != ':'));
            let free = !taken.iter().any(|it| {
                let shared = it.intersection(&rect);
                shared.width() > 0.0 && shared.height() > 0.0
            });
            for label in &labels {
                let cost = label.distance(&text);
                let share = cost / label.len() as f32;
                if free
                    && share <= HEADING_ERRORS
                    && best.as_ref().is_none_or(|it| share < it.cost)
                {
                    best = Some(Heading {
                        column: index,
                        cost: share,
                        rect,
                        first: chip.row,
                        last: chips[last].row,
                    });
                }
            }
        }
    }
    best
}

/// The run of words right below another one.
fn below(chips: &[Chip], at: usize) -> Option<usize> {
    let upper = &chips[at];
    let em = upper.rect.height();
    (at + 1..chips.len()).find(|&index| {
        let lower = &chips[index];
        let middle = lower.rect.centre().x;
        lower.row > upper.row
            && lower.rect.top - upper.rect.bottom < HEADING_LINES_GAP * em
            && (upper.rect.left - em..upper.rect.right + em).contains(&middle)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run of 24 px high words of that row.
    fn chip(row: usize, left: f32, top: f32) -> Chip {
        let rect = Rect { left, top, right: left + 100.0, bottom: top + 24.0 };
        Chip { row, rect, glyphs: vec![] }
    }

    #[test]
    fn the_next_line_of_a_heading_may_leave_room_but_not_for_a_line_between() {
        let apart = |gap: f32| [chip(0, 0.0, 0.0), chip(1, 0.0, 24.0 + gap)];
        // What a form leaves below letters without tails, under letters without tones.
        assert_eq!(below(&apart(32.0), 0), Some(1));
        assert_eq!(below(&apart(40.0), 0), None);
        let beside = [chip(0, 0.0, 0.0), chip(1, 200.0, 32.0)];
        assert_eq!(below(&beside, 0), None, "of the next column");
        let on_the_row = [chip(0, 0.0, 0.0), chip(0, 0.0, 32.0)];
        assert_eq!(below(&on_the_row, 0), None);
    }
}
