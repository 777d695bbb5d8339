//! Persons side by side: rows are cut into columns before anything is read from them.

use super::form::{Anchor, Form, Target};
use super::sheet::Row;

/// Rows below two headings in which both columns must show a label.
const PROOF_ROWS: usize = 7;
/// How far left edges of labels in one column lie apart, in heights.
const ALIGNED: f32 = 2.5;
/// How far before its labels a column begins, in heights.
const MARGIN: f32 = 0.5;

/// The rows of a record as flows: each is read from top to bottom on its own.
pub(super) fn flows(form: &Form, rows: Vec<Row>) -> Vec<Vec<Row>> {
    let (_, anchors) = form.anchors(&rows);
    let Some(pair) = side_by_side(form, &rows, &anchors) else { return vec![rows] };
    let above = rows[..pair.first].to_vec();
    let side = |left: f32, right: f32| {
        let inside = rows[pair.first..pair.end].iter();
        inside.filter_map(|row| row.between(left, right)).collect::<Vec<Row>>()
    };
    let left = side(f32::NEG_INFINITY, pair.at);
    let right = side(pair.at, f32::INFINITY);
    let mut out = vec![above, left, right];
    out.extend(flows(form, rows[pair.end..].to_vec()));
    out.retain(|flow| !flow.is_empty());
    out
}

/// Two columns: rows `first..end`, the right one from pixel `at` on.
struct Pair {
    first: usize,
    end: usize,
    at: f32,
}

/// The first place where two sections begin on one row.
fn side_by_side(form: &Form, rows: &[Row], anchors: &[Anchor]) -> Option<Pair> {
    for (index, left) in anchors.iter().enumerate() {
        let Some(a) = section(form, left) else { continue };
        for right in anchors.iter().skip(index + 1).filter(|it| it.row == left.row) {
            let Some(b) = section(form, right) else { continue };
            if a == b {
                continue;
            }
            let em = rows[left.row].em();
            let proof = proof(form, rows, anchors, left, right);
            let Some(edge) = proof else { continue };
            return Some(Pair {
                first: left.row,
                end: end(form, rows, anchors, left.row, [a, b]),
                at: edge - MARGIN * em,
            });
        }
    }
    None
}

/// The section that a label opens.
fn section(form: &Form, anchor: &Anchor) -> Option<usize> {
    form.targets(anchor).iter().find_map(|&target| form.opened(target))
}

/// The left edge of the right column, if labels below show that there are two columns.
fn proof(
    form: &Form,
    rows: &[Row],
    anchors: &[Anchor],
    left: &Anchor,
    right: &Anchor,
) -> Option<f32> {
    let em = rows[left.row].em();
    let below = anchors
        .iter()
        .filter(|it| it.row > left.row && it.row <= left.row + PROOF_ROWS)
        .filter(|it| rows[it.row].sheet == rows[left.row].sheet);
    let aligned: Vec<f32> = below
        .filter(|it| (it.left - right.left).abs() < ALIGNED * em)
        .filter(|it| {
            let targets = form.targets(it);
            targets.iter().any(|target| matches!(target, Target::Field(_)))
        })
        .map(|it| it.left)
        .collect();
    (!aligned.is_empty()).then(|| aligned.into_iter().fold(right.left, f32::min))
}

/// The row at which both columns end: the first with a label of neither section.
fn end(
    form: &Form,
    rows: &[Row],
    anchors: &[Anchor],
    first: usize,
    sections: [usize; 2],
) -> usize {
    let belongs = |anchor: &Anchor| {
        form.targets(anchor).iter().any(|&target| match target {
            Target::Field(index) => {
                form.fields[index].section.is_some_and(|it| sections.contains(&it))
            }
            Target::Heading(section) => sections.contains(&section),
            _ => false,
        })
    };
    let stop = anchors
        .iter()
        .filter(|it| it.row > first && !form.is_short(it))
        .chain(anchors.iter().filter(|it| {
            it.row > first
                && form.is_short(it)
                && form
                    .targets(it)
                    .iter()
                    .any(|target| matches!(target, Target::Signature(_)))
        }))
        .filter(|it| !belongs(it))
        .map(|it| it.row)
        .min()
        .unwrap_or(rows.len());
    let sheet = rows[first].sheet;
    (first..stop).find(|&row| rows[row].sheet != sheet).unwrap_or(stop)
}
