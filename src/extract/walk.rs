//! Down the rows of one column: which words belong to which label, and which label to
//! whom.

use crate::model::Rect;

use super::colon::{Colon, doubt_last};
use super::form::{Anchor, Form, Target};
use super::normal::Context;
use super::phrase::Phrase;
use super::sheet::{Glyph, Piece, Row, cut, glyphs_of, median};
use super::value::certainty;

/// A row belongs to the value above it if the gap is at most this many heights.
const NEXT_ROW_GAP: f32 = 1.7;
/// In a form whose rows lie far apart, the next row is as near as the rows mostly are, give
/// or take this share, and at most so many heights away.
const EVEN_ROWS: f32 = 1.15;
const FAREST_ROW_GAP: f32 = 3.0;
/// Rows that a value of a short type may take.
const SHORT_LINES: usize = 3;
/// Rows that a place or a text may take.
const LONG_LINES: usize = 5;
/// A row that ends within this share of the width from the right edge is full.
const FULL_ROW: f32 = 0.18;
/// A note of so many rows or more may hold words that are labels elsewhere.
const FREE_LINES: usize = 8;
/// Words that are so certainly a value of a type are one, 0–1.
const MEANS: f32 = 0.9;
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
    /// How far the rows of the column mostly lie apart, middle to middle, in pixels.
    pitch: f32,
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
            pitch: 0.0,
        }
    }

    /// Goes down the rows of one column.
    pub(super) fn flow(&mut self, rows: &[Row]) {
        (self.section, self.lost, self.last) = (None, false, None);
        self.cells.clear();
        self.pitch = median(rows.windows(2).filter_map(|pair| match pair {
            [above, row] if above.sheet == row.sheet => {
                Some(distance(above.rect, row.rect))
            }
            _ => None,
        }));
        let (text, anchors) = self.form.anchors(rows);
        let bounds = rows.iter().map(|row| row.rect).reduce(|a, b| a.union(&b));
        let Some(bounds) = bounds else { return };
        // A label that goes on in the next row, with its owner.
        let mut open: Option<(Anchor, Option<usize>)> = None;
        for (index, row) in rows.iter().enumerate() {
            let here: Vec<&Anchor> =
                anchors.iter().filter(|it| it.row == index).collect();
            open = self.row(index, row, (&text, &here), open, bounds);
        }
    }

    /// Who a label belongs to: `Some(Some(value))`, `Some(None)` if nobody can say, and
    /// `None` if it is no label here.
    fn resolve(
        &mut self,
        anchor: &Anchor,
        page: u32,
        text: &[Glyph],
    ) -> Option<Option<usize>> {
        if self.is_in_free_text(anchor, text) {
            return None;
        }
        let targets = self.form.targets(anchor);
        let opener = targets.iter().find(|&&target| self.form.opened(target).is_some());
        if let Some(&target) = opener {
            return Some(self.open(target, anchor, page));
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
            return Some(Some(self.take(index, anchor, page)));
        }
        let anywhere =
            targets.iter().filter_map(field).find(|&i| section_of(i).is_none());
        if let Some(index) = anywhere {
            if self.seen[index] {
                return (!self.form.is_short(anchor)).then_some(None);
            }
            return Some(Some(self.take(index, anchor, page)));
        }
        let fields: Vec<usize> = targets.iter().filter_map(field).collect();
        let Some(&first) = fields.first() else { return Some(None) };
        if self.form.is_short(anchor) {
            return None;
        }
        // A label that only one section has shows which section it is.
        let only = fields.iter().all(|&index| section_of(index) == section_of(first));
        if only && !self.seen[first] && !anchor.unsure {
            (self.section, self.lost) = (section_of(first), false);
            return Some(Some(self.take(first, anchor, page)));
        }
        self.lost = true;
        Some(None)
    }

    /// Whether a label is only words of a note: without its colon, and not at the start of
    /// a segment.
    fn is_in_free_text(&self, anchor: &Anchor, text: &[Glyph]) -> bool {
        let last = self.cells.last().and_then(|cell| cell.value);
        let Some(value) = last else { return false };
        let spec = &self.form.fields[self.values[value].field].spec;
        let free = spec.lines.is_some_and(|lines| lines >= FREE_LINES);
        free && !text[anchor.hit.start].starts_segment
            && text[anchor.hit.end - 1].plain != ':'
    }

    /// Opens a section; a section is opened once.
    fn open(&mut self, target: Target, anchor: &Anchor, page: u32) -> Option<usize> {
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
        Some(self.take(index, anchor, page))
    }

    /// A new, empty value.
    fn take(&mut self, field: usize, anchor: &Anchor, page: u32) -> usize {
        self.seen[field] = true;
        self.values.push(Value {
            field,
            pieces: Vec::new(),
            page,
            label_cost: anchor.hit.cost,
            rows: 0,
        });
        self.values.len() - 1
    }

    /// Gives the words of one row to their labels. `open` is a label that began in the row
    /// above; returns one that goes on in the next row.
    fn row(
        &mut self,
        index: usize,
        row: &Row,
        (text, here): (&[Glyph], &[&Anchor]),
        open: Option<(Anchor, Option<usize>)>,
        bounds: Rect,
    ) -> Option<(Anchor, Option<usize>)> {
        let end = (row.pieces.len(), 0);
        let begins = |anchor: &Anchor| {
            let glyph = text[anchor.hit.start];
            (glyph.piece, glyph.at)
        };
        let ends = |anchor: &Anchor| {
            let glyph = text[anchor.hit.end - 1];
            (glyph.row == index).then_some((glyph.piece, glyph.at + 1))
        };
        let mut from = (0, 0);
        let mut owner: Option<usize> = None;
        let mut leads = true;
        if let Some((label, value)) = open {
            self.cells = vec![Cell { value, left: row.rect.left }];
            from = ends(&label).unwrap_or((0, 0));
            (owner, leads) = (value, false);
        }
        for anchor in here {
            // What stands before a label is known before it is known whose label it is.
            let words = cut(&row.pieces, from, begins(anchor));
            if leads && !words.is_empty() {
                self.leading(row, words.clone(), bounds);
            }
            let Some(resolved) = self.resolve(anchor, row.page, text) else { continue };
            if leads {
                self.cells.clear();
            } else {
                self.give_checked(owner, words, row);
            }
            self.cells.push(Cell { value: resolved, left: anchor.left });
            (owner, leads) = (resolved, false);
            self.last = Some((row.sheet, row.rect, row.em()));
            match ends(anchor) {
                Some(place) => from = place,
                None => return Some(((*anchor).clone(), resolved)),
            }
        }
        let words = cut(&row.pieces, from, end);
        if leads {
            if !words.is_empty() {
                self.leading(row, words, bounds);
            }
        } else {
            self.give_checked(owner, words, row);
            self.last = Some((row.sheet, row.rect, row.em()));
        }
        None
    }

    /// Adds words to a value up to a label that was not recognised: then nobody can say
    /// whose the next labels are.
    fn give_checked(&mut self, owner: Option<usize>, mut words: Vec<Piece>, row: &Row) {
        let Some(value) = owner else { return };
        match self.colon(value, &words) {
            Some(Colon::OfLabel(at)) => {
                self.lost = true;
                words.truncate(at);
            }
            Some(Colon::Stray) => doubt_last(&mut words),
            None => {}
        }
        self.give(value, words, row);
    }

    /// What a colon behind letters is, in a value that cannot have one.
    fn colon(&self, value: usize, words: &[Piece]) -> Option<Colon> {
        let field = &self.form.fields[self.values[value].field];
        let free = matches!(
            field.spec.value_type.as_str(),
            "text"
                | "land-use"
                | "origin"
                | "term"
                | "time"
                | "area"
                | "person-with-title"
                | ""
        );
        if free || !field.templates.is_empty() {
            return None;
        }
        Colon::among(words)
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
        let em = em.max(row.em());
        let is_even = distance(above, row.rect) <= EVEN_ROWS * self.pitch
            && gap <= FAREST_ROW_GAP * em;
        if sheet != row.sheet || (gap > NEXT_ROW_GAP * em && !is_even) {
            self.cells.clear();
            self.last = None;
            return;
        }
        let Some(part) = Row::of(row.page, row.sheet, words) else { return };
        let runs: Vec<Vec<Piece>> = part
            .segments()
            .into_iter()
            .map(|range| part.pieces[range].to_vec())
            .collect();
        let alone = runs.len() == 1;
        for mut run in runs {
            if self.is_printed(&run) {
                continue;
            }
            let Some(owner) = self.owner(&run, alone, above, bounds) else { continue };
            match self.colon(owner, &run) {
                Some(Colon::OfLabel(_)) => {
                    self.lost = true;
                    continue;
                }
                Some(Colon::Stray) => doubt_last(&mut run),
                None => {}
            }
            if self.stands_instead(owner, &run) {
                let value = &mut self.values[owner];
                value.pieces.clear();
                value.rows = 0;
                self.give(owner, run, row);
            } else if self.goes_on(owner, &run) {
                self.give(owner, run, row);
            }
        }
        let reach = Rect {
            top: row.rect.top,
            bottom: row.rect.bottom,
            ..above.union(&part.rect)
        };
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
    fn owner(
        &self,
        run: &[Piece],
        alone: bool,
        above: Rect,
        bounds: Rect,
    ) -> Option<usize> {
        let rect = run.first()?.rect;
        let em = rect.height().max(1.0);
        let column =
            self.cells.iter().rposition(|cell| cell.left - em <= rect.left).unwrap_or(0);
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

    /// Whether these words are the value and not those on its label's row: a signature that
    /// reaches into it is read as letters without meaning.
    fn stands_instead(&self, owner: usize, run: &[Piece]) -> bool {
        let value = &self.values[owner];
        let field = &self.form.fields[value.field];
        let meaning = |pieces: &[Piece]| certainty(field, pieces, self.context);
        if value.rows != 1 || meaning(&value.pieces) > 0.0 {
            return false;
        }
        let both: Vec<Piece> = value.pieces.iter().chain(run).cloned().collect();
        let alone = meaning(run);
        alone >= MEANS && meaning(&both) < alone
    }

    /// Whether a value may go on with these words.
    fn goes_on(&self, owner: usize, run: &[Piece]) -> bool {
        let value = &self.values[owner];
        let field = &self.form.fields[value.field];
        let long = matches!(
            field.spec.value_type.as_str(),
            "place" | "text" | "office" | "date-words" | "origin" | "land-use" | "term"
        );
        let most =
            if long || !field.templates.is_empty() { LONG_LINES } else { SHORT_LINES };
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

/// How far the middle of a row lies below that of another, in pixels.
fn distance(above: Rect, row: Rect) -> f32 {
    row.centre().y - above.centre().y
}
