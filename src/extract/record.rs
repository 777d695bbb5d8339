//! From the pages of one document to its records.

use std::collections::{BTreeMap, btree_map};

use crate::config::kind::Definition;
use crate::model::{Field, FieldState, PageText, Record, RecordId, ScanId};

use super::alone;
use super::body::{Body, cut_entries};
use super::choice;
use super::columns;
use super::form::Form;
use super::grid;
use super::line;
use super::normal::Context;
use super::phrase::Phrase;
use super::repeat::{self, Names};
use super::sheet::{Piece, Row, Sheet, glyphs, sheets};
use super::signature;
use super::table;
use super::template::best_fill;
use super::value::{field, words_of};
use super::walk::Walk;

/// A definition with its forms.
#[derive(Debug)]
pub(super) struct Reader {
    all: Form,
    /// With the labels that only this generation has.
    variants: Vec<(Vec<Phrase>, Form)>,
}

/// Fields of one record with the pages it stands on.
pub(super) struct Entry {
    pub(super) fields: BTreeMap<String, Field>,
    /// Words of the fields that are names.
    pub(super) names: Names,
    pub(super) pages: Vec<u32>,
    /// The sheet on which it begins.
    pub(super) sheet: usize,
}

impl Reader {
    pub(super) fn new(definition: &Definition) -> Self {
        let variants = definition
            .variants
            .iter()
            .map(|variant| {
                (
                    super::form::phrases(&variant.signs),
                    Form::new(definition, Some(&variant.id)),
                )
            })
            .collect();
        Self { all: Form::new(definition, None), variants }
    }

    /// The form of the generation whose labels stand on the rows; the form of all
    /// generations where none or several do.
    fn form(&self, rows: &[Row]) -> &Form {
        if self.variants.is_empty() {
            return &self.all;
        }
        let text = glyphs(rows);
        let mut counts: Vec<(usize, &Form)> = self
            .variants
            .iter()
            .map(|(signs, form)| {
                let found = signs.iter().filter(|sign| sign.stands(&text));
                (found.count(), form)
            })
            .collect();
        counts.sort_by_key(|count| std::cmp::Reverse(count.0));
        match counts.as_slice() {
            [(0, _), ..] => &self.all,
            [(first, _), (second, _), ..] if first == second => &self.all,
            [(_, form), ..] => form,
            [] => &self.all,
        }
    }

    /// The records of a document.
    pub(super) fn entries(
        &self,
        definition: &Definition,
        pages: &[&(u32, PageText)],
    ) -> Vec<Entry> {
        let mut all: Vec<Sheet> = Vec::new();
        for (number, page) in pages {
            all.extend(sheets(*number, page, definition.spread, all.len()));
        }
        let rows: Vec<Row> =
            all.iter().flat_map(|sheet| sheet.rows.iter().cloned()).collect();
        let form = self.form(&rows);
        if definition
            .tables
            .iter()
            .any(|it| it.rows == crate::config::kind::RowsAre::Records)
        {
            return table::records(definition, form, &all);
        }
        let (shared, bodies) = cut_entries(form, definition, rows);
        let page_fields = page_fields(form, &shared);
        bodies
            .into_iter()
            .map(|body| {
                let sheet = body.rows.first().map_or(0, |row| row.sheet);
                let year = page_fields
                    .iter()
                    .filter(|(on, ..)| *on == sheet)
                    .filter(|(_, name, _)| is_hidden(name))
                    .find_map(|(_, _, found)| year_in(found.value.as_deref()?));
                let mut entry = read_entry(form, definition, body, &all, year);
                add_page_fields(&mut entry, &page_fields);
                repeat::settle(&definition.repeats, &mut entry);
                entry.fields.retain(|name, _| !is_hidden(name));
                entry
            })
            .collect()
    }
}

/// Fields that stand once on a sheet, by sheet.
pub(super) fn page_fields(form: &Form, rows: &[Row]) -> Vec<(usize, String, Field)> {
    if !form.fields.iter().any(|field| field.spec.page) {
        return Vec::new();
    }
    let mut out = Vec::new();
    let mut start = 0;
    while start < rows.len() {
        let sheet = rows[start].sheet;
        let end =
            (start..rows.len()).find(|&at| rows[at].sheet != sheet).unwrap_or(rows.len());
        let context = Context::default();
        let mut walk = Walk::new(form, &context);
        walk.flow(&rows[start..end]);
        for value in &walk.values {
            let spec = &form.fields[value.field].spec;
            if !spec.page {
                continue;
            }
            let (page, cost) = (value.page, value.label_cost);
            if let Some(found) =
                field(&spec.value_type, &value.pieces, page, cost, &context)
            {
                out.push((sheet, spec.name.clone(), found));
            }
        }
        start = end;
    }
    out
}

/// Gives a record the fields of the sheet on which it begins.
fn add_page_fields(entry: &mut Entry, page_fields: &[(usize, String, Field)]) {
    for (sheet, name, found) in page_fields {
        if *sheet == entry.sheet && !entry.fields.contains_key(name) {
            entry.fields.insert(name.clone(), found.clone());
        }
    }
}

/// Words that a field was read from, before their meaning is known.
pub(super) struct Raw {
    pub(super) name: String,
    pub(super) value_type: String,
    pub(super) pieces: Vec<Piece>,
    pub(super) page: u32,
    pub(super) label_cost: f32,
    /// Whether its year is that of the record.
    pub(super) year: bool,
}

/// Reads one record.
fn read_entry(
    form: &Form,
    definition: &Definition,
    Body { rows, is_entry }: Body,
    all: &[Sheet],
    book_year: Option<u16>,
) -> Entry {
    let sheet = rows.first().map_or(0, |row| row.sheet);
    let mut pages: Vec<u32> = rows.iter().map(|row| row.page).collect();
    pages.dedup();
    let (text, anchors) = form.anchors(&rows);
    let empty = Context::default();
    let mut fields: BTreeMap<String, Field> = BTreeMap::new();
    for (name, found) in choice::read(form, definition, &rows, &text, &anchors) {
        fields.insert(name, found);
    }
    let signed = signature::read(form, &rows, &anchors, &empty);
    let paper = if definition.alone.is_empty() { Vec::new() } else { rows.clone() };
    let mut rest = rows;
    let mut raw = grid_values(form, &mut rest, all, sheet);
    if !form.lines.is_empty() {
        raw.extend(line::read(form, &rest, &form.anchors(&rest).1));
    }
    raw.extend(table::values(definition, form, &mut rest, all));
    let mut walk = Walk::new(form, &empty);
    for flow in columns::flows(form, rest) {
        walk.flow(&flow);
    }
    for value in walk.values {
        raw.extend(raw_fields(form, value));
    }
    let context = Context { year: year(&raw, book_year) };
    let mut names = Names::new();
    for value in raw {
        let known = fields.get(&value.name).is_some_and(|it| it.value.is_some());
        if known {
            continue;
        }
        if value.value_type == "name" {
            names.insert(value.name.clone(), words_of(&value.pieces));
        }
        let (page, cost) = (value.page, value.label_cost);
        if let Some(found) = field(&value.value_type, &value.pieces, page, cost, &context)
        {
            fields.insert(value.name, found);
        }
    }
    for signed in signed {
        if let btree_map::Entry::Vacant(place) = fields.entry(signed.name.clone()) {
            place.insert(signed.field);
            names.insert(signed.name, words_of(&signed.pieces));
        }
    }
    let places = (text.as_slice(), anchors.as_slice());
    let wanted = definition
        .alone
        .iter()
        .filter(|it| it.entry.is_none_or(|of_entries| of_entries == is_entry))
        .filter(|it| fields.get(&it.name).is_none_or(|field| field.value.is_none()))
        .collect();
    for (name, found) in alone::read(wanted, form, &paper, places, &context) {
        fields.insert(name, found);
    }
    Entry { fields, names, pages, sheet }
}

/// The words of grids.
fn grid_values(
    form: &Form,
    rows: &mut Vec<Row>,
    all: &[Sheet],
    sheet: usize,
) -> Vec<Raw> {
    let verticals: Vec<f32> = all
        .get(sheet)
        .map(|sheet| {
            let is_vertical =
                |rule: &&crate::model::Rect| rule.height() > 3.0 * rule.width();
            sheet.rules.iter().filter(is_vertical).map(|rule| rule.centre().x).collect()
        })
        .unwrap_or_default();
    grid::take(form, rows, &verticals)
        .into_iter()
        .map(|value| Raw {
            name: value.name,
            value_type: value.value_type,
            pieces: value.pieces,
            page: value.page,
            label_cost: value.label_cost,
            year: false,
        })
        .collect()
}

/// The fields that a value holds: itself, or its parts.
fn raw_fields(form: &Form, value: super::walk::Value) -> Vec<Raw> {
    let field = &form.fields[value.field];
    if field.templates.is_empty() {
        return vec![Raw {
            name: field.spec.name.clone(),
            value_type: field.spec.value_type.clone(),
            pieces: value.pieces,
            page: value.page,
            label_cost: value.label_cost,
            year: field.spec.year,
        }];
    }
    best_fill(&field.templates, &value.pieces, &form.positions)
        .unwrap_or_default()
        .into_iter()
        .map(|part| Raw {
            name: part.name,
            value_type: part.value_type,
            pieces: part.pieces,
            page: value.page,
            label_cost: value.label_cost,
            year: field.spec.year,
        })
        .collect()
}

/// The year of the record: that of its number or book, else of its page, else of the
/// day it was written.
fn year(raw: &[Raw], book_year: Option<u16>) -> Option<u16> {
    let of = |is_date: bool| {
        raw.iter()
            .filter(|value| value.year && (value.value_type == "date") == is_date)
            .find_map(|value| {
                let (kind, pieces) = (&value.value_type, &value.pieces);
                year_in(&field(kind, pieces, 1, 0.0, &Context::default())?.value?)
            })
    };
    of(false).or(book_year).or_else(|| of(true))
}

/// Whether a field is only of use for others: it is not handed on.
fn is_hidden(name: &str) -> bool {
    name.is_empty() || name.starts_with('_')
}

/// Four digits that are a year, at the start or the end of a value.
fn year_in(value: &str) -> Option<u16> {
    value
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|part| part.len() == 4)
        .find_map(|part| part.parse().ok())
        .filter(|year| (1900..=2199).contains(year))
}

/// Identity of a record: the same in each run over the same scan.
pub(super) fn record_id(
    scan: &ScanId,
    kind: &str,
    page: u32,
    ordinal: usize,
) -> RecordId {
    let mut hasher = blake3::Hasher::new();
    for part in [scan.0.as_str(), kind, &page.to_string(), &ordinal.to_string()] {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    RecordId(hasher.finalize().to_hex().chars().take(32).collect())
}

/// Whether a record says anything.
pub(super) fn says_something(record: &Record) -> bool {
    record.fields.values().any(|field| {
        field.value.is_some()
            || matches!(field.state, FieldState::NotApplicable | FieldState::Illegible)
    })
}
