//! Lines that are known by their shape: `Mường Nhà, ngày 05 tháng 3 năm 2015`.

use crate::config::kind::LinePlace;

use super::form::{Anchor, Form, Target};
use super::normal::Context;
use super::record::Raw;
use super::sheet::{Piece, Row};
use super::template::{Filled, best_fill};
use super::value::as_it_looks;

/// Share of certainty below which a line does not have the shape that is looked for.
const CERTAIN: f32 = 0.65;
/// Part of the rows that is the head of a paper.
const HEAD: f32 = 0.4;

/// The fields of the lines of a record.
pub(super) fn read(form: &Form, rows: &[Row], anchors: &[Anchor]) -> Vec<Raw> {
    let mut out = Vec::new();
    for line in &form.lines {
        let mut found: Option<(u32, Vec<Filled>)> = None;
        for (index, row) in rows.iter().enumerate() {
            let in_head = (index as f32) < HEAD * rows.len() as f32;
            let wanted = match line.spec.place {
                LinePlace::Head => in_head,
                LinePlace::Foot => !in_head,
                LinePlace::Anywhere => true,
            };
            if !wanted {
                continue;
            }
            for segment in row.segments() {
                let pieces = &row.pieces[segment];
                if has_label(form, anchors, index, pieces) {
                    continue;
                }
                let Some(filled) = best_fill(&line.templates, pieces, &form.positions)
                else {
                    continue;
                };
                if !fits(&filled) || (found.is_some() && !line.spec.last) {
                    continue;
                }
                found = Some((row.page, filled));
            }
        }
        for (page, part) in found
            .into_iter()
            .flat_map(|(page, parts)| parts.into_iter().map(move |part| (page, part)))
        {
            out.push(Raw {
                name: part.name,
                value_type: part.value_type,
                pieces: part.pieces,
                page,
                label_cost: 0.0,
                year: line.spec.year,
            });
        }
    }
    out
}

/// Whether words begin with a label of a field.
fn has_label(form: &Form, anchors: &[Anchor], row: usize, pieces: &[Piece]) -> bool {
    let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else { return true };
    anchors.iter().any(|anchor| {
        anchor.row == row
            && !form.is_short(anchor)
            && (first.rect.left..=last.rect.right).contains(&anchor.left)
            && form
                .targets(anchor)
                .iter()
                .any(|target| matches!(target, Target::Field(_)))
    })
}

/// Whether all parts mean what they should.
fn fits(filled: &[Filled]) -> bool {
    filled.iter().all(|part| {
        let free = matches!(part.value_type.as_str(), "text" | "place" | "office");
        let found =
            as_it_looks(&part.value_type, &part.pieces, 1, 0.0, &Context::default());
        free || found
            .is_some_and(|it| it.value.is_some() && it.confidence >= CERTAIN.sqrt() * 0.5)
    })
}
