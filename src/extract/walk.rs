//! Down the rows of one column: which words belong to which label, and which label to
//! whom.

use crate::model::Rect;

use super::form::{Anchor, Form, Target};
use super::normal::Context;
use super::phrase::Phrase;
use super::sheet::{Glyph, Piece, Row, cut, glyphs_of};
use super::value::certainty;

/// A row belongs to the value above it if the gap is at most this many heights.
const NEXT_ROW_GAP: f32 = 1.7;
/// Rows that a value of a short type may take.
const SHORT_LINES: usize = 3;
/// Rows that a place or a text may take.
const LONG_LINES: usize = 5;
/// A row that ends within this share of the width from the right edge is full.
const FULL_ROW: f32 = 0.18;
/// Share of the letters of a run that printed words must explain.
const PRINTED_SHARE: f32 = 0.6;

/// Words behind the label of a field.
#[derive(Debug, Clone)]
pub(super) struct Value {
    /// Index in [`Form::fields`].
    pub(super) field: usize,
    pub(super) pieces: Vec<Piece>,
    /// Page of its first row.
    pub(super) page: u32,
    /// Errors in its label, in letters.
    pub(super) label_cost: f32,
    rows: usize,
}

/// The part of a row that belongs to a label.
#[derive(Debug, Clone, Copy)]
struct Cell {
    /// Index in the values; `None` where the label is nobody's.
    value: Option<usize>,
    left: f32,
}

/// The state of a walk.
pub(super) struct Walk<'a> {
    form: &'a Form,
    context: &'a Context,
    /// Fields that were found, in this walk or an earlier one of the same record.
    pub(super) seen: Vec<bool>,
    section: Option<usize>,
    /// Whether a label showed that the section has been left without its opening label.
    lost: bool,
    pub(super) values: Vec<Value>,
    cells: Vec<Cell>,
    last: Option<(usize, Rect, f32)>,
}

impl<'a> Walk<'a> {
    /// A walk in which nothing has been found.
    pub(super) fn new(form: &'a Form, context: &'a Context) -> Self {
        Self {
            form,
            context,
            seen: vec![false; form.fields.len()],
            section: None,
            lost: false,
            values: Vec::new(),
            cells: Vec::new(),
            last: None,
        }
    }

    /// Goes down the rows of one column.
    pub(super) fn flow(&mut self, rows: &[Row]) {
        (self.section, self.lost, self.last) = (None, false, None);
        self.cells.clear();
        let (text, anchors) = self.form.anchors(rows);
        let owned: Vec<Option<Option<usize>>> =
            anchors.iter().map(|anchor| self.resolve(anchor, rows)).collect();
        let bounds = rows.iter().map(|row| row.rect).reduce(|a, b| a.union(&b));
        let Some(bounds) = bounds else { return };
        // Labels that are nobody's and too short to be labels are words like others.
        let kept: Vec<(&Anchor, Option<usize>)> = anchors
            .iter()
            .zip(owned)
            .filter_map(|(anchor, owner)| Some((anchor, owner?)))
            .collect();
        for (index, row) in rows.iter().enumerate() {
            self.row(index, row, &text, &kept, bounds);
        }
    }

    /// Who a label belongs to: `Some(Some(value))`, `Some(None)` if nobody can say, and
    /// `None` if it is no label here.
    fn resolve(&mut self, anchor: &Anchor, rows: &[Row]) -> Option<Option<usize>> {
        let targets = self.form.targets(anchor);
        let opener = targets.iter().find(|&&target| self.form.opened(target).is_some());
        if let Some(&target) = opener {
            return Some(self.open(target, anchor, rows));
        }
        let field = |target: &Target| match target {
            Target::Field(index) => Some(*index),
            _ => None,
        };
        let section_of = |index: usize| self.form.fields[index].section;
        let here = targets.iter().filter_map(field).find(|&index| {
            !self.lost && self.section.is_some() && section_of(index) == self.section
        });
        if let Some(index) = here {
            if self.seen[index] {
                self.lost = !self.form.is_short(anchor);
                return (!self.form.is_short(anchor)).then_some(None);
            }
            return Some(Some(self.take(index, anchor, rows)));
        }
        let anywhere = targets.iter().filter_map(field).find(|&i| section_of(i).is_none());
        if let Some(index) = anywhere {
            if self.seen[index] {
                return (!self.form.is_short(anchor)).then_some(None);
            }
            return Some(Some(self.take(index, anchor, rows)));
        }
        if targets.iter().any(|target| matches!(target, Target::Field(_))) {
            if self.form.is_short(anchor) {
                return None;
            }
            self.lost = true;
        }
        Some(None)
    }

    /// Opens a section; a section is opened once.
    fn open(&mut self, target: Target, anchor: &Anchor, rows: &[Row]) -> Option<usize> {
        let section = self.form.opened(target);
        self.section = section;
        self.lost = anchor.unsure;
        if self.lost {
            return None;
        }
        let Target::Field(index) = target else { return None };
        if self.seen[index] {
            self.lost = true;
            return None;
        }
        Some(self.take(index, anchor, rows))
    }

    /// A new, empty value.
    fn take(&mut self, field: usize, anchor: &Anchor, rows: &[Row]) -> usize {
        self.seen[field] = true;
        self.values.push(Value {
            field,
            pieces: Vec::new(),
            page: rows[anchor.row].page,
            label_cost: anchor.hit.cost,
            rows: 0,
        });
        self.values.len() - 1
    }

    /// Gives the words of one row to their labels.
    fn row(
        &mut self,
        index: usize,
        row: &Row,
        text: &[Glyph],
        anchors: &[(&Anchor, Option<usize>)],
        bounds: Rect,
    ) {
        let end = (row.pieces.len(), 0);
        let begins = |anchor: &Anchor| {
            let glyph = text[anchor.hit.start];
            (glyph.row == index).then_some((glyph.piece, glyph.at))
        };
        let ends = |anchor: &Anchor| {
            let glyph = text[anchor.hit.end - 1];
            (glyph.row == index).then_some((glyph.piece, glyph.at + 1))
        };
        let mine: Vec<&(&Anchor, Option<usize>)> = anchors
            .iter()
            .filter(|(anchor, _)| begins(anchor).is_some() || ends(anchor).is_some())
            .collect();
        let first = mine.first().map_or(end, |(anchor, _)| begins(anchor).unwrap_or((0, 0)));
        let leading = cut(&row.pieces, (0, 0), first);
        if !leading.is_empty() {
            self.leading(row, leading, bounds);
        }
        if mine.is_empty() {
            return;
        }
        self.cells.clear();
        for (at, (anchor, owner)) in mine.iter().enumerate() {
            let Some(from) = ends(anchor) else {
                // The label goes on in the next row.
                self.cells.push(Cell { value: *owner, left: anchor.left });
                continue;
            };
            let next = mine.get(at + 1).and_then(|(next, _)| begins(next)).unwrap_or(end);
            let words = cut(&row.pieces, from, next);
            let left = if begins(anchor).is_some() { anchor.left } else { row.rect.left };
            self.cells.push(Cell { value: *owner, left });
            if let Some(value) = owner {
                self.give(*value, words, row);
            }
        }
        self.last = Some((row.sheet, row.rect, row.em()));
    }

    /// Adds words to a value as a row of their own.
    fn give(&mut self, value: usize, words: Vec<Piece>, row: &Row) {
        if words.is_empty() {
            return;
        }
        let value = &mut self.values[value];
        if value.pieces.is_empty() {
            value.page = row.page;
        }
        value.rows += 1;
        value.pieces.extend(words);
    }

    /// Words before the first label of a row: the values of the row above go on.
    fn leading(&mut self, row: &Row, words: Vec<Piece>, bounds: Rect) {
        let Some((sheet, above, em)) = self.last else { return };
        let gap = row.rect.top - above.bottom;
        if sheet != row.sheet || gap > NEXT_ROW_GAP * em.max(row.em()) {
            self.cells.clear();
            self.last = None;
            return;
        }
        let Some(part) = Row::of(row.page, row.sheet, words) else { return };
        let runs: Vec<Vec<Piece>> =
            part.segments().into_iter().map(|range| part.pieces[range].to_vec()).collect();
        let alone = runs.len() == 1;
        for run in runs {
            if self.is_printed(&run) {
                continue;
            }
            let Some(owner) = self.owner(&run, alone, above, bounds) else { continue };
            if self.goes_on(owner, &run) {
                self.give(owner, run, row);
            }
        }
        let reach = Rect { bottom: row.rect.bottom, ..above.union(&part.rect) };
        self.last = Some((row.sheet, Rect { right: part.rect.right, ..reach }, em));
    }

    /// Whether words are printed on the form rather than filled in.
    fn is_printed(&self, run: &[Piece]) -> bool {
        let text = glyphs_of(run);
        let printed: usize = self
            .form
            .skips
            .iter()
            .filter_map(|phrase: &Phrase| phrase.first(&text, 0))
            .map(|hit| hit.end - hit.start)
            .max()
            .unwrap_or(0);
        printed as f32 > PRINTED_SHARE * text.len() as f32
    }

    /// Whose value goes on with a run of words: the one above it, or the last one of the
    /// row above.
    fn owner(&self, run: &[Piece], alone: bool, above: Rect, bounds: Rect) -> Option<usize> {
        let rect = run.first()?.rect;
        let em = rect.height().max(1.0);
        let column = self
            .cells
            .iter()
            .rposition(|cell| cell.left - em <= rect.left)
            .unwrap_or(0);
        let column = self.cells.get(column)?.value;
        let flow = self.cells.last()?.value;
        if column == flow || !alone {
            return column;
        }
        let (Some(by_column), Some(by_flow)) = (column, flow) else {
            return if rect.left < bounds.left + 3.0 * em { flow } else { column };
        };
        let with = |value: usize, more: &[Piece]| {
            let value = &self.values[value];
            let spec = &self.form.fields[value.field];
            let pieces: Vec<Piece> = value.pieces.iter().chain(more).cloned().collect();
            certainty(spec, &pieces, self.context)
        };
        let as_column = with(by_column, run) + with(by_flow, &[]);
        let as_flow = with(by_column, &[]) + with(by_flow, run);
        if (as_column - as_flow).abs() > 0.05 {
            return if as_column > as_flow { column } else { flow };
        }
        let full = above.right > bounds.right - FULL_ROW * bounds.width();
        if full && rect.left < bounds.left + 4.0 * em { flow } else { column }
    }

    /// Whether a value may go on with these words.
    fn goes_on(&self, owner: usize, run: &[Piece]) -> bool {
        let value = &self.values[owner];
        let field = &self.form.fields[value.field];
        let long = matches!(
            field.spec.value_type.as_str(),
            "place" | "text" | "office" | "date-words" | "origin" | "land-use" | "term"
        );
        let most = if long || !field.templates.is_empty() { LONG_LINES } else { SHORT_LINES };
        if value.rows >= field.spec.lines.unwrap_or(most) {
            return false;
        }
        if value.pieces.is_empty() {
            return true;
        }
        if long || !field.templates.is_empty() {
            return true;
        }
        let before = certainty(field, &value.pieces, self.context);
        let pieces: Vec<Piece> = value.pieces.iter().chain(run).cloned().collect();
        let after = certainty(field, &pieces, self.context);
        before < 0.35 || after >= before - 0.01
    }
}
