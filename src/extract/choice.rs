//! Boxes of which one is ticked.

use crate::config::kind::Definition;
use crate::model::{Field, FieldState, Quad};

use super::form::{Anchor, Form, Target};
use super::sheet::{Glyph, Piece, Row, cut};
use super::value::mean_confidence;

/// Confidence where a mark differs from all others without being known as a tick.
const ODD_ONE_OUT: f32 = 0.5;

/// A box with its mark.
struct Mark {
    option: usize,
    text: String,
    pieces: Vec<Piece>,
    row: usize,
}

/// The field of each choice of which exactly one box is ticked.
pub(super) fn read(
    form: &Form,
    definition: &Definition,
    rows: &[Row],
    text: &[Glyph],
    anchors: &[Anchor],
) -> Vec<(String, Field)> {
    let mut out = Vec::new();
    for (index, choice) in form.choices.iter().enumerate() {
        let marks = marks(form, index, rows, text, anchors);
        let Some((mark, sure)) = ticked(definition, &marks) else { continue };
        let (value, wording) = &choice.boxes[mark.option];
        if value.is_empty() {
            continue;
        }
        out.push((
            choice.name.clone(),
            Field {
                text: format!("{} {wording}", mark.text),
                value: Some(value.clone()),
                state: FieldState::Read,
                confidence: mean_confidence(&mark.pieces).min(if sure {
                    1.0
                } else {
                    ODD_ONE_OUT
                }),
                page: Some(rows[mark.row].page),
                quad: Quad::around(mark.pieces.iter().map(|piece| &piece.word.quad)),
                alternatives: Vec::new(),
            },
        ));
    }
    out
}

/// The boxes of a choice with what stands before their words.
fn marks(
    form: &Form,
    choice: usize,
    rows: &[Row],
    text: &[Glyph],
    anchors: &[Anchor],
) -> Vec<Mark> {
    let mut out: Vec<Mark> = Vec::new();
    for (at, anchor) in anchors.iter().enumerate() {
        let Some(option) = form.targets(anchor).iter().find_map(|target| match target {
            Target::Box(of, option) if *of == choice => Some(*option),
            _ => None,
        }) else {
            continue;
        };
        let first = text[anchor.hit.start];
        let before = at.checked_sub(1).map(|index| text[anchors[index].hit.end - 1]);
        let from = before
            .filter(|glyph| glyph.row == first.row)
            .map_or((0, 0), |glyph| (glyph.piece, glyph.at + 1));
        let row = &rows[anchor.row];
        let last = text[anchor.hit.end - 1];
        let marks = mark_text(&row.pieces, from, (first.piece, first.at));
        let pieces = cut(
            &row.pieces,
            (first.piece.saturating_sub(usize::from(first.at == 0)), 0),
            (last.piece, last.at + 1),
        );
        if !out.iter().any(|known| known.option == option) {
            out.push(Mark { option, text: marks, pieces, row: anchor.row });
        }
    }
    out
}

/// The letters between two places of a row, without spaces.
fn mark_text(pieces: &[Piece], from: (usize, usize), to: (usize, usize)) -> String {
    let mut out = String::new();
    for (index, piece) in pieces.iter().enumerate() {
        for (at, letter) in piece.word.text.chars().enumerate() {
            if (index, at) >= from && (index, at) < to {
                out.push(letter);
            }
        }
    }
    out
}

/// The one box that is ticked, and whether its mark is a known tick.
fn ticked<'a>(definition: &Definition, marks: &'a [Mark]) -> Option<(&'a Mark, bool)> {
    let is_tick = |mark: &&Mark| {
        definition.ticked.iter().any(|tick| mark.text.contains(tick.as_str()))
    };
    let mut known = marks.iter().filter(is_tick);
    if let Some(first) = known.next() {
        return known.next().is_none().then_some((first, true));
    }
    if marks.len() < 3 {
        return None;
    }
    let mut odd = marks.iter().filter(|mark| {
        let twins = marks.iter().filter(|other| other.text == mark.text).count();
        twins == 1 && !mark.text.is_empty()
    });
    let one = odd.next().filter(|_| odd.next().is_none())?;
    let others: Vec<&Mark> =
        marks.iter().filter(|mark| mark.option != one.option).collect();
    let same = others.windows(2).all(|pair| pair[0].text == pair[1].text);
    same.then_some((one, false))
}
