//! Rows with labels and a column for each person, as on the forms before 2006.

use super::form::{Form, GridForm};
use super::sheet::{Piece, Row, glyphs};

/// Rows between the heads of a grid, at most.
const HEAD_ROWS: usize = 3;
/// A row belongs to the last label of a grid if the gap is at most this many heights.
const NEXT_ROW_GAP: f32 = 1.3;

/// The words of one cell.
#[derive(Debug)]
pub(super) struct GridValue {
    pub(super) name: String,
    pub(super) value_type: String,
    pub(super) pieces: Vec<Piece>,
    pub(super) page: u32,
    pub(super) label_cost: f32,
}

/// A grid on some rows.
struct Place {
    /// First row of the heads.
    first: usize,
    /// First row below the grid.
    end: usize,
    /// Labels: row, index of the grid's row, errors, first and last letter's word.
    labels: Vec<(usize, usize, f32)>,
    /// Left edges of the columns, and the right edge of the last one.
    edges: Vec<f32>,
}

/// Takes the grids out of the rows of a record.
pub(super) fn take(
    form: &Form,
    rows: &mut Vec<Row>,
    verticals: &[f32],
) -> Vec<GridValue> {
    let mut values = Vec::new();
    for grid in &form.grids {
        let Some(place) = place(grid, rows, verticals) else { continue };
        read(grid, rows, &place, &mut values);
        rows.drain(place.first..place.end);
    }
    values
}

/// Where a grid stands.
fn place(grid: &GridForm, rows: &[Row], verticals: &[f32]) -> Option<Place> {
    let text = glyphs(rows);
    let mut heads = Vec::new();
    for (_, labels) in &grid.columns {
        let hit = labels.iter().filter_map(|phrase| {
            let mut hits = Vec::new();
            phrase.find(0, &text, &mut hits);
            hits.into_iter().min_by(|a, b| a.cost.total_cmp(&b.cost))
        });
        let hit = hit.min_by(|a, b| a.cost.total_cmp(&b.cost))?;
        let (first, last) = (text[hit.start], text[hit.end - 1]);
        let left = rows[first.row].pieces[first.piece].rect.left;
        let right = rows[last.row].pieces[last.piece].rect.right;
        heads.push((first.row, f32::midpoint(left, right)));
    }
    let top = heads.iter().map(|(row, _)| *row).min()?;
    let bottom = heads.iter().map(|(row, _)| *row).max()?;
    let in_order = heads.windows(2).all(|pair| pair[0].1 < pair[1].1);
    if bottom - top >= HEAD_ROWS || !in_order {
        return None;
    }
    let middles: Vec<f32> = heads.iter().map(|(_, middle)| *middle).collect();
    let edges = edges(&middles, verticals);
    let labels = labels(grid, rows, bottom, edges[0]);
    let last = labels.last()?.0;
    let mut end = last + 1;
    while end < rows.len()
        && rows[end].sheet == rows[last].sheet
        && rows[end].rect.top - rows[end - 1].rect.bottom < NEXT_ROW_GAP * rows[last].em()
        && rows[end].rect.left > edges[0] - rows[last].em()
    {
        end += 1;
    }
    Some(Place { first: top, end, labels, edges })
}

/// Left edges of columns with these middles, and the right edge of the last one: ruled
/// lines where there are some, else half-way between the middles.
fn edges(middles: &[f32], verticals: &[f32]) -> Vec<f32> {
    let width = middles.windows(2).map(|pair| pair[1] - pair[0]).sum::<f32>()
        / (middles.len().max(2) - 1) as f32;
    let width = if width > 0.0 { width } else { f32::INFINITY };
    let first = middles.first().copied().unwrap_or(0.0);
    let last = middles.last().copied().unwrap_or(0.0);
    let mut edges = vec![first - width / 2.0];
    edges.extend(middles.windows(2).map(|pair| f32::midpoint(pair[0], pair[1])));
    edges.push(last + width / 2.0);
    for edge in &mut edges {
        let nearest = verticals
            .iter()
            .copied()
            .min_by(|a, b| (a - *edge).abs().total_cmp(&(b - *edge).abs()));
        if let Some(line) = nearest.filter(|line| (line - *edge).abs() < width * 0.15) {
            *edge = line;
        }
    }
    edges
}

/// The labels of the rows below the heads, left of the first column, in order.
fn labels(
    grid: &GridForm,
    rows: &[Row],
    bottom: usize,
    edge: f32,
) -> Vec<(usize, usize, f32)> {
    let mut found: Vec<(usize, usize, f32)> = Vec::new();
    let sheet = rows[bottom].sheet;
    for (index, row) in rows.iter().enumerate().skip(bottom + 1) {
        if row.sheet != sheet || found.len() == grid.rows.len() {
            break;
        }
        let Some(left) = row.between(f32::NEG_INFINITY, edge) else { continue };
        let text = glyphs(std::slice::from_ref(&left));
        let best = grid
            .rows
            .iter()
            .enumerate()
            .filter(|(at, _)| !found.iter().any(|(_, known, _)| known == at))
            .flat_map(|(at, (_, labels))| labels.iter().map(move |phrase| (at, phrase)))
            .map(|(at, phrase)| (at, phrase.distance(&text), phrase.len()))
            .filter(|&(_, cost, length)| cost <= (0.34 * length as f32).max(0.5))
            .min_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((at, cost, _)) = best {
            found.push((index, at, cost));
        }
    }
    found
}

/// The words of each cell.
fn read(grid: &GridForm, rows: &[Row], place: &Place, values: &mut Vec<GridValue>) {
    for (at, &(row, label, cost)) in place.labels.iter().enumerate() {
        let next = place.labels.get(at + 1).map_or(place.end, |(next, ..)| *next);
        let spec = &grid.rows[label].0;
        for (column, (prefix, _)) in grid.columns.iter().enumerate() {
            let (left, right) = (place.edges[column], place.edges[column + 1]);
            let pieces: Vec<Piece> = rows[row..next]
                .iter()
                .filter_map(|row| row.between(left, right))
                .flat_map(|row| row.pieces)
                .collect();
            let is_hidden = spec.name.starts_with('_');
            let prefix = if is_hidden { "" } else { prefix };
            values.push(GridValue {
                name: format!("{prefix}{}", spec.name),
                value_type: spec.value_type.clone(),
                pieces,
                page: rows[row].page,
                label_cost: cost,
            });
        }
    }
}
