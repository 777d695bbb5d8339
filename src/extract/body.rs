//! From the rows of a document to those of each record.

use crate::config::kind::Definition;

use super::form::{Anchor, Form, Target};
use super::phrase::Phrase;
use super::sheet::{Row, glyphs};

/// Labels above the first row that begins a record, from which on they are one themselves
/// whose own was not recognised.
const FEWEST_FIELDS: usize = 4;

/// The rows of one record.
pub(super) struct Body {
    pub(super) rows: Vec<Row>,
    /// Whether it is one of the records that `entries` of the definition begin.
    pub(super) is_entry: bool,
}

/// Rows of each sheet that stand above the records, and the rows of each record.
pub(super) fn cut_entries(
    form: &Form,
    definition: &Definition,
    rows: Vec<Row>,
) -> (Vec<Row>, Vec<Body>) {
    let whole = |rows: Vec<Row>| Body { rows, is_entry: false };
    let Some(entries) = &definition.entries else {
        return (rows.clone(), vec![whole(rows)]);
    };
    let mut starts = rows_with(&form.starts, &rows);
    let above = starts.first().map_or(0, |&first| num_fields(form, &rows[..first]));
    let has_paper = entries.paper && above > 0;
    if has_paper || above >= FEWEST_FIELDS {
        starts.insert(0, 0);
    }
    if starts.is_empty() {
        return (rows.clone(), vec![whole(rows)]);
    }
    let mut bodies = Vec::new();
    for (index, &start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(rows.len());
        let mut body: Vec<Row> = rows[start..end].to_vec();
        if has_paper && index == 0 {
            bodies.push(whole(body));
            continue;
        }
        if index + 1 < starts.len() {
            // What stands above the next record on its own sheet is the head of that sheet,
            // unless this record goes on there.
            let sheet = rows[start].sheet;
            let next = rows[end].sheet;
            if sheet != next && !goes_on(form, &rows[start..end], next) {
                body.retain(|row| row.sheet != next);
            }
        }
        let parts = parts_of(form, body).into_iter();
        bodies.extend(parts.map(|rows| Body { rows, is_entry: true }));
    }
    (rows, bodies)
}

/// The rows of each record below one heading, with those above the first of them.
fn parts_of(form: &Form, body: Vec<Row>) -> Vec<Vec<Row>> {
    let begins = rows_with(&form.again, &body);
    let [first, _, ..] = *begins else { return vec![body] };
    let ends = begins.iter().skip(1).copied().chain([body.len()]);
    let part =
        |(&begin, end): (&usize, usize)| [&body[..first], &body[begin..end]].concat();
    begins.iter().zip(ends).map(part).collect()
}

/// The rows on which one of the phrases begins, from above to below.
fn rows_with(phrases: &[Phrase], rows: &[Row]) -> Vec<usize> {
    let text = glyphs(rows);
    let mut hits = Vec::new();
    for phrase in phrases {
        phrase.find(0, &text, &mut hits);
    }
    let mut begins: Vec<usize> = hits.iter().map(|hit| text[hit.start].row).collect();
    begins.sort_unstable();
    begins.dedup();
    begins
}

/// How many labels of fields that are no sheet's stand on the rows.
fn num_fields(form: &Form, rows: &[Row]) -> usize {
    let (_, anchors) = form.anchors(rows);
    let is_field = |anchor: &&Anchor| {
        form.targets(anchor).iter().any(|target| match target {
            Target::Field(index) => !form.fields[*index].spec.page,
            _ => false,
        })
    };
    anchors.iter().filter(is_field).count()
}

/// Whether the rows on the sheet `next` have labels of fields: then the record goes on.
fn goes_on(form: &Form, rows: &[Row], next: usize) -> bool {
    let rows: Vec<Row> = rows.iter().filter(|row| row.sheet == next).cloned().collect();
    num_fields(form, &rows) >= 2
}
