//! Tables with headings: a line is a record, or a value of each field.

mod commas;
mod headings;
mod rising;

use std::collections::BTreeMap;

use crate::config::kind::{Definition, RowsAre, Table};
use crate::model::Rect;

use super::form::{Form, phrases};
use super::normal::Context;
use super::record::{Entry, Raw, page_fields};
use super::ruled::Ruled;
use super::sheet::{Piece, Row, Sheet, glyphs_of, median};
use super::template::{Template, best_fill};
use super::value::field;
use headings::{Heading, headings};

/// Share of the columns whose headings must be found.
const COLUMNS_FOUND: f32 = 0.6;
/// Headings that must be found at least, whatever lines are drawn.
const FEWEST_HEADINGS: usize = 2;
/// Cells that a line without its key must fill to be one.
const FEWEST_CELLS: usize = 2;
/// A line goes on in the next row if the gap is at most this many heights.
const LINE_GAP: f32 = 1.6;

/// A table on the rows of a sheet.
struct Place {
    /// First row of the headings.
    first: usize,
    /// First row of the body.
    body: usize,
    /// First row below.
    end: usize,
    /// Index of each column found, with the left edge of its cells.
    columns: Vec<(usize, f32)>,
    /// The lines around the cells, where all columns stand between lines.
    ruled: Option<Ruled>,
}

/// A line of a table: words by column.
struct Line {
    cells: Vec<Vec<Piece>>,
    page: u32,
}

/// The records of a kind whose table lines are records.
pub(super) fn records(
    definition: &Definition,
    form: &Form,
    sheets: &[Sheet],
) -> Vec<Entry> {
    let mut entries = Vec::new();
    for sheet in sheets {
        let shared = page_fields(form, &sheet.rows);
        for &index in &form.tables {
            let table = &definition.tables[index];
            let Some(place) = place(table, &sheet.rows, sheet) else { continue };
            let from = entries.len();
            for line in lines(table, &sheet.rows, &place) {
                let mut entry = entry(table, &place, &line);
                if entry.fields.is_empty() {
                    continue;
                }
                for (_, name, found) in &shared {
                    entry.fields.entry(name.clone()).or_insert_with(|| found.clone());
                }
                entries.push(entry);
            }
            commas::settle(table, &mut entries[from..]);
            rising::settle(table, &mut entries[from..]);
        }
    }
    entries
}

/// A line as a record.
fn entry(table: &Table, place: &Place, line: &Line) -> Entry {
    let mut fields = BTreeMap::new();
    let context = Context::default();
    for (cell, &(column, _)) in line.cells.iter().zip(&place.columns) {
        let column = &table.columns[column];
        if column.name.is_empty() || cell.is_empty() {
            continue;
        }
        if let Some(found) = field(&column.value_type, cell, line.page, 0.0, &context) {
            fields.insert(column.name.clone(), found);
        }
    }
    let sheet = 0;
    Entry { fields, names: BTreeMap::new(), pages: vec![line.page], sheet }
}

/// The words of tables whose lines are values; their rows are taken out.
pub(super) fn values(
    definition: &Definition,
    form: &Form,
    rows: &mut Vec<Row>,
    sheets: &[Sheet],
) -> Vec<Raw> {
    let mut out = Vec::new();
    for &index in &form.tables {
        let table = &definition.tables[index];
        if table.rows != RowsAre::Values {
            continue;
        }
        let Some((place, offset)) = place_in(table, rows, sheets) else { continue };
        let sheet = rows[offset].sheet;
        let end = (offset..rows.len())
            .find(|&at| rows[at].sheet != sheet)
            .unwrap_or(rows.len());
        let lines = lines(table, &rows[offset..end], &place);
        for (at, &(column, _)) in place.columns.iter().enumerate() {
            let spec = &table.columns[column];
            if spec.name.is_empty() && spec.parts.is_empty() {
                continue;
            }
            let cells = lines.iter().filter(|line| !line.cells[at].is_empty());
            let page = lines.first().map_or(1, |line| line.page);
            let mut pieces: Vec<Piece> = Vec::new();
            for line in cells {
                // A value made of several fields is running text over the rows.
                if let Some(last) = pieces.last_mut().filter(|_| spec.parts.is_empty()) {
                    last.word.text.push(';');
                }
                pieces.extend(line.cells[at].iter().cloned());
            }
            let mut add = |name: String, value_type: String, pieces: Vec<Piece>| {
                out.push(Raw {
                    name,
                    value_type,
                    pieces,
                    page,
                    label_cost: 0.0,
                    year: false,
                });
            };
            if spec.parts.is_empty() {
                add(spec.name.clone(), spec.value_type.clone(), pieces);
                continue;
            }
            let templates: Vec<Template> =
                spec.parts.iter().filter_map(|pattern| Template::new(pattern)).collect();
            let filled = best_fill(&templates, &pieces, &form.positions);
            for part in filled.unwrap_or_default() {
                add(part.name, part.value_type, part.pieces);
            }
        }
        rows.drain(offset + place.first..offset + place.end);
    }
    out
}

/// The table on the rows of a record, and the first row of its sheet.
fn place_in(table: &Table, rows: &[Row], sheets: &[Sheet]) -> Option<(Place, usize)> {
    let mut start = 0;
    while start < rows.len() {
        let index = rows[start].sheet;
        let end =
            (start..rows.len()).find(|&at| rows[at].sheet != index).unwrap_or(rows.len());
        let sheet = sheets.get(index)?;
        if let Some(place) = place(table, &rows[start..end], sheet) {
            return Some((place, start));
        }
        start = end;
    }
    None
}

/// Where a table stands on the rows of one sheet: above the first row with words that end
/// it, or further down where no headings stand above that row.
fn place(table: &Table, rows: &[Row], sheet: &Sheet) -> Option<Place> {
    let stops = phrases(&table.ends);
    let is_end = |row: &Row| {
        let text = glyphs_of(&row.pieces);
        stops.iter().any(|stop| stop.first(&text, 0).is_some_and(|hit| hit.start == 0))
    };
    let ends = (0..rows.len()).filter(|&at| is_end(&rows[at]));
    ends.chain(std::iter::once(rows.len()))
        .find_map(|end| place_above(table, &rows[..end], sheet))
}

/// Where a table stands whose last row is the last of `rows`.
fn place_above(table: &Table, rows: &[Row], sheet: &Sheet) -> Option<Place> {
    let mut headings = headings(table, rows);
    if headings.len() < FEWEST_HEADINGS {
        return None;
    }
    let ruled = ruled(table, &headings, rows, sheet);
    let is_found = headings.len() as f32 >= COLUMNS_FOUND * table.columns.len() as f32;
    if ruled.is_none() && !is_found {
        return None;
    }
    headings.sort_by(|a, b| a.rect.centre().x.total_cmp(&b.rect.centre().x));
    let first = headings.iter().map(|it| it.first).min()?;
    let mut body = headings.iter().map(|it| it.last).max()? + 1;
    while rows.get(body).is_some_and(is_index_row) {
        body += 1;
    }
    let end = rows.len();
    if let Some(ruled) = ruled {
        let columns = ruled.columns.iter().copied().enumerate();
        let columns = columns.take(table.columns.len()).collect();
        return Some(Place { first, body, end, columns, ruled: Some(ruled) });
    }
    let edges = edges(&headings, rows.get(body..end).unwrap_or_default(), sheet);
    let columns = headings.iter().map(|it| it.column).zip(edges).collect();
    Some(Place { first, body, end, columns, ruled: None })
}

/// The lines of a table that has as many columns as are defined, and the headings found
/// each in its own.
fn ruled(
    table: &Table,
    headings: &[Heading],
    rows: &[Row],
    sheet: &Sheet,
) -> Option<Ruled> {
    let around = headings.iter().map(|it| it.rect).reduce(|a, b| a.union(&b))?;
    let first = headings.iter().map(|it| it.first).min()?;
    let em = median(rows.get(first..)?.iter().map(Row::em));
    let ruled = Ruled::of(sheet, around, em)?;
    let fits = |it: &Heading| ruled.column(it.rect.centre().x) == it.column;
    (ruled.columns.len() == table.columns.len() + 1 && headings.iter().all(fits))
        .then_some(ruled)
}

/// Whether a row numbers the columns: `(1) (2) (3)`.
fn is_index_row(row: &Row) -> bool {
    row.pieces.len() >= 3
        && row.pieces.iter().all(|piece| {
            let inner =
                piece.word.text.trim_matches(|letter: char| !letter.is_alphanumeric());
            inner.chars().count() <= 2 && piece.word.text.starts_with(['(', '['])
        })
}

/// Left edges of the columns: a ruled line, or the widest white gap between two headings.
fn edges(headings: &[Heading], body: &[Row], sheet: &Sheet) -> Vec<f32> {
    let verticals: Vec<f32> = sheet
        .rules
        .iter()
        .filter(|rule| rule.height() > 3.0 * rule.width())
        .map(|rule| rule.centre().x)
        .collect();
    let mut edges = vec![f32::NEG_INFINITY];
    for pair in headings.windows(2) {
        let (left, right) = (pair[0].rect, pair[1].rect);
        let (from, to) = (left.centre().x, right.centre().x);
        let ruled: Vec<f32> = verticals
            .iter()
            .copied()
            .filter(|&x| {
                x > left.right - 0.2 * left.width()
                    && x < right.left + 0.2 * right.width()
            })
            .collect();
        let line = median(ruled.iter().copied());
        edges.push(if ruled.is_empty() {
            white_gap(body, from, to, (left, right))
        } else {
            line
        });
    }
    edges
}

/// The middle of the widest gap between `from` and `to` that few words cross.
fn white_gap(body: &[Row], from: f32, to: f32, (left, right): (Rect, Rect)) -> f32 {
    let mut spans: Vec<(f32, f32)> = body
        .iter()
        .flat_map(|row| &row.pieces)
        .map(|piece| (piece.rect.left, piece.rect.right))
        .chain([(left.left, left.right), (right.left, right.right)])
        .filter(|&(start, end)| end > from && start < to)
        .collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut best = (0.0, f32::midpoint(left.right, right.left));
    let mut reach = from;
    for (start, end) in spans {
        if start - reach > best.0 && start <= to {
            best = (start - reach, f32::midpoint(start, reach));
        }
        reach = reach.max(end);
    }
    best.1
}

/// The lines of a table.
fn lines(table: &Table, rows: &[Row], place: &Place) -> Vec<Line> {
    let key = place.columns.iter().position(|&(column, _)| table.columns[column].key);
    if let Some(ruled) = &place.ruled {
        return ruled_lines(rows, place, ruled, key);
    }
    let mut lines: Vec<Line> = Vec::new();
    let mut bottom = f32::NEG_INFINITY;
    for row in &rows[place.body.min(rows.len())..place.end.min(rows.len())] {
        let mut cells: Vec<Vec<Piece>> = vec![Vec::new(); place.columns.len()];
        for piece in &row.pieces {
            let x = piece.rect.centre().x;
            let at = place.columns.iter().rposition(|&(_, left)| left <= x).unwrap_or(0);
            cells[at].push(piece.clone());
        }
        let begins = key.is_none_or(|key| !cells[key].is_empty());
        let near = row.rect.top - bottom < LINE_GAP * row.em();
        bottom = row.rect.bottom;
        if begins {
            lines.push(Line { cells, page: row.page });
        } else if let Some(last) = lines.last_mut().filter(|_| near) {
            for (all, more) in last.cells.iter_mut().zip(cells) {
                all.extend(more);
            }
        }
    }
    lines
}

/// The lines of a table whose rows are parted by lines.
fn ruled_lines(
    rows: &[Row],
    place: &Place,
    ruled: &Ruled,
    key: Option<usize>,
) -> Vec<Line> {
    let body = &rows[place.body.min(rows.len())..place.end.min(rows.len())];
    let is_index = |piece: &Piece| {
        let text = piece.word.text.as_str();
        text.starts_with('(') && text.chars().count() <= 4
    };
    let mut bands: BTreeMap<usize, Line> = BTreeMap::new();
    for row in body.iter().filter(|row| !is_index_row(row)) {
        for piece in &row.pieces {
            let middle = piece.rect.centre();
            let line = bands.entry(ruled.row(middle.y)).or_insert_with(|| Line {
                cells: vec![Vec::new(); place.columns.len()],
                page: row.page,
            });
            if let Some(cell) = line.cells.get_mut(ruled.column(middle.x)) {
                cell.push(piece.clone());
            }
        }
    }
    let below = ruled.rows.len();
    let is_line = |line: &Line| {
        // `(1) (2) (3)` below the headings, read with an error or two.
        let numbers = line.cells.iter().flatten().filter(|piece| is_index(piece)).count();
        if numbers >= FEWEST_CELLS {
            return false;
        }
        let filled = line.cells.iter().filter(|cell| !cell.is_empty()).count();
        filled >= FEWEST_CELLS
            || key.is_some_and(|key| line.cells.get(key).is_some_and(|it| !it.is_empty()))
    };
    bands
        .into_iter()
        .filter(|(band, line)| *band < below && is_line(line))
        .map(|(_, line)| line)
        .collect()
}
