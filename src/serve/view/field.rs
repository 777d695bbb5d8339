//! A field as people see it.

use std::collections::BTreeMap;

use super::super::picture::region_address;
use super::super::text::{masked, readable};
use super::frame::Frame;
use crate::model::Field;
use crate::model::FieldState;
use crate::model::PageKey;
use crate::model::Record;

/// From this confidence on a value that was read is shown as it is. Below, people are
/// told to look at the paper. `sohoa eval` calibrates confidence, so that nine of ten
/// values at this mark are right.
const SURE: f32 = 0.9;
/// Below this confidence a value is more of a guess than a reading.
const DOUBTFUL: f32 = 0.6;

/// How far a value can be relied on: one word for style and texts alike.
pub(super) fn doubt(field: &Field) -> &'static str {
    match field.state {
        FieldState::Read if field.confidence >= SURE => "sure",
        FieldState::Read if field.confidence < DOUBTFUL => "doubtful",
        FieldState::Read => "check",
        FieldState::Illegible => "doubtful",
        FieldState::Absent
        | FieldState::NotApplicable
        | FieldState::Keyed
        | FieldState::Verified
        | FieldState::Approved => "sure",
    }
}

/// Name of the text that says how a field is known.
pub(super) fn state_name(state: FieldState) -> &'static str {
    match state {
        FieldState::Read => "state.read",
        FieldState::Absent => "state.absent",
        FieldState::Illegible => "state.illegible",
        FieldState::NotApplicable => "state.not_applicable",
        FieldState::Keyed => "state.keyed",
        FieldState::Verified => "state.verified",
        FieldState::Approved => "state.approved",
    }
}

/// The value as people read it; empty where there is none.
pub(super) fn value(frame: &Frame<'_>, name: &str, field: &Field) -> String {
    let Some(value) = field.value.as_deref() else { return String::new() };
    match frame.desk.labels.meaning(name, value, frame.lang) {
        Some(meaning) => meaning.to_owned(),
        None => readable(value),
    }
}

/// As [`value`], with its middle hidden if the field identifies a person.
pub(super) fn list_value(frame: &Frame<'_>, name: &str, field: &Field) -> String {
    let value = value(frame, name, field);
    if frame.desk.labels.is_hidden(name) { masked(&value) } else { value }
}

/// A cut-out of the paper.
pub(super) struct CutOut {
    pub(super) address: String,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) alt: String,
}

/// The cut-out of the field's place, shown at most `most` pixels wide and high; sent twice
/// as fine, for screens with small pixels and for people who look closely.
pub(super) fn cut_out(
    record: &Record,
    field: &Field,
    most: (u32, u32),
    alt: String,
) -> Option<CutOut> {
    let (page, quad) = (field.page?, field.quad?);
    let key = PageKey { scan: record.scan.clone(), page };
    let cut = super::super::crop::Cut {
        quad,
        with_margin: true,
        most_width: most.0,
        most_height: most.1,
    };
    let (width, height) = cut.size();
    let address = region_address(&key, &quad, (most.0 * 2, most.1 * 2));
    Some(CutOut { address, width, height, alt })
}

/// A field on the page of its record.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) label: String,
    /// Empty where the state has no value; then `state` says why.
    pub(super) value: String,
    /// Whether the value is shown with its middle hidden, so that its place on the paper must
    /// not be shown beside it.
    pub(super) is_kept: bool,
    /// The value with its middle hidden; empty if nothing is to be hidden.
    pub(super) masked: String,
    /// As it stands on the paper, if that is not the value already.
    pub(super) printed: String,
    pub(super) alternatives: String,
    pub(super) state: String,
    pub(super) doubt: &'static str,
    /// Per cent; empty unless a machine read it.
    pub(super) confidence: String,
    pub(super) cut_out: Option<CutOut>,
    /// Where the number is shown in full; empty if it is shown or nothing is to be hidden.
    pub(super) reveal: String,
    /// The page with the field outlined; empty if it was read nowhere.
    pub(super) address: String,
}

/// Largest cut-out beside a value, in pixels of the screen.
const ROW_CUT_OUT: (u32, u32) = (420, 56);

/// A row for a field; `address` is where its place on the paper is shown.
pub(super) fn row(
    frame: &Frame<'_>,
    record: &Record,
    name: &str,
    field: &Field,
    address: String,
) -> Row {
    let labels = &frame.desk.labels;
    let label = labels.label(name, frame.lang).to_owned();
    let value = value(frame, name, field);
    // With accounts, seeing a number in full is a request of its own, so that it is noted.
    let is_shown = frame.shown == name && frame.who.sight.sees_numbers();
    let is_kept = labels.is_hidden(name) && frame.who.is_guarded && !is_shown;
    let is_hidden = labels.is_hidden(name) && (is_kept || !frame.who.is_guarded);
    let value = if is_kept { masked(&value) } else { value };
    let same = |text: &str| text == value || field.value.as_deref() == Some(text);
    let alt = frame.fill("hits.crop_of", &label);
    let is_read = field.state == FieldState::Read;
    let percent = (field.confidence.clamp(0.0, 1.0) * 100.0).round() as u64;
    Row {
        name: name.to_owned(),
        label,
        is_kept,
        masked: match (is_kept, is_hidden) {
            (true, _) => value.clone(),
            (false, true) => masked(&value),
            (false, false) => String::new(),
        },
        reveal: if is_kept && frame.who.sight.sees_numbers() {
            let record = format!("/record/{}", record.record.0);
            super::link::with(&record, &[("show", name)])
        } else {
            String::new()
        },
        printed: if is_kept || same(&field.text) {
            String::new()
        } else {
            field.text.clone()
        },
        alternatives: if is_kept {
            String::new()
        } else {
            field.alternatives.join(" · ")
        },
        state: frame.say(state_name(field.state)).to_owned(),
        doubt: doubt(field),
        confidence: if is_read {
            frame.count("doubt.confidence", percent)
        } else {
            String::new()
        },
        cut_out: cut_out(record, field, ROW_CUT_OUT, alt),
        address,
        value,
    }
}

/// Names and fields of a record in the order in which people read them.
pub(super) fn in_order<'r>(
    frame: &Frame<'_>,
    record: &'r Record,
) -> Vec<(&'r str, &'r Field)> {
    let mut fields: Vec<_> =
        record.fields.iter().map(|(name, field)| (name.as_str(), field)).collect();
    fields.sort_by_key(|&(name, _)| (frame.desk.labels.place(name), name));
    fields
}

/// What a record is called in a list: the persons or the subject; empty if nothing was read.
/// Of what could not be read alone the letters are shown, as no more than what it may be:
/// four entries without a name are told apart by them.
pub(super) fn headline(frame: &Frame<'_>, fields: &BTreeMap<String, Field>) -> String {
    headline_of(frame, fields, |field| {
        let is_illegible = field.state == FieldState::Illegible;
        (is_illegible && !field.text.is_empty())
            .then(|| frame.fill("hits.name_may_be", &field.text))
    })
}

/// As [`headline`], with what was read in earnest alone: for lists that are handed out.
pub(super) fn names_read(frame: &Frame<'_>, fields: &BTreeMap<String, Field>) -> String {
    headline_of(frame, fields, |_| None)
}

fn headline_of(
    frame: &Frame<'_>,
    fields: &BTreeMap<String, Field>,
    instead: impl Fn(&Field) -> Option<String>,
) -> String {
    let names = frame.desk.labels.hit().name.iter();
    let values = names.filter_map(|name| {
        let field = fields.get(name)?;
        let value = value(frame, name, field);
        if value.is_empty() { instead(field) } else { Some(value) }
    });
    values.collect::<Vec<_>>().join(" – ")
}

/// Number, book and date of the entry, on one line.
pub(super) fn entry_line(frame: &Frame<'_>, record: &Record) -> String {
    let parts = frame.desk.labels.hit().entry.iter().filter_map(|name| {
        let value = list_value(frame, name, record.fields.get(name)?);
        let label = frame.desk.labels.label(name, frame.lang);
        (!value.is_empty()).then(|| format!("{label} {value}"))
    });
    parts.collect::<Vec<_>>().join(" · ")
}
