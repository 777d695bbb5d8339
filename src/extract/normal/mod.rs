//! What a text means: dates, numbers, names, codes and places as data.
//!
//! [`normalize`] reads a text of a known type; [`decode`] does the same with the
//! alternatives that the engine saw. Words that stand on forms live in
//! `pipelines/lexicon/`. Nothing is guessed: what cannot be read for certain has no
//! value but alternatives, and a missing day is never filled.

mod area;
mod clean;
mod closed;
mod date;
mod decode;
mod identity;
mod land;
mod lexicon;
mod name;
mod number_words;
mod place;
mod register;
mod serial;

use crate::model::FieldState;

pub(super) use area::with_tenth;
pub use date::{CalendarDate, date_from_words, date_in_words};
pub use decode::decode;
pub(super) use decode::{has_lexicon, same_name};
pub(super) use name::may_be_capital;
pub(super) use number_words::{is_number_word, is_point_word};
pub use number_words::{number_from_words, number_in_words};

/// What is known about the paper that a text stands on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// Year of the record or of its book; completes `38` to `38/2015`, and decides the
    /// century of a year in two digits.
    pub year: Option<u16>,
}

/// A text with its meaning.
#[derive(Debug, Clone, PartialEq)]
pub struct Normalized {
    /// The meaning in its one spelling; `None` where nothing can be said for certain.
    pub value: Option<String>,
    /// How certain the step from the text to the value is, 0–1. It says nothing about how
    /// well the text was read.
    pub certainty: f32,
    /// `Read`, `Absent` (nothing is written), `NotApplicable` (the form says so) or
    /// `Illegible` (something is written that has no such meaning).
    pub state: FieldState,
    /// Other readings, best first, without the value.
    pub alternatives: Vec<String>,
}

/// Nothing was changed but spaces and leaders.
const CERTAIN: f32 = 1.0;
/// Words were added that follow from the others.
const LIKELY: f32 = 0.9;
/// A look-alike was repaired or a mark was missing.
const REPAIRED: f32 = 0.7;
/// Something was left out or does not fit well.
const DOUBTFUL: f32 = 0.4;

impl Normalized {
    /// A value that was read.
    fn read(value: impl Into<String>, certainty: f32) -> Self {
        Self {
            value: Some(value.into()),
            certainty,
            state: FieldState::Read,
            alternatives: Vec::new(),
        }
    }

    /// Something is written that has no meaning of its type.
    fn illegible(alternatives: Vec<String>) -> Self {
        Self { value: None, certainty: 0.0, state: FieldState::Illegible, alternatives }
    }

    /// The same without a value: what would be it is another reading.
    pub(super) fn refused(self) -> Self {
        if self.state != FieldState::Read {
            return self;
        }
        Self::illegible(self.value.into_iter().chain(self.alternatives).collect())
    }

    /// A value that was read, with other readings.
    fn with_alternatives(mut self, alternatives: Vec<String>) -> Self {
        self.alternatives.extend(alternatives);
        self.alternatives.retain(|other| Some(other) != self.value.as_ref());
        self.alternatives.dedup();
        self
    }

    /// No value, and that is known.
    fn blank(state: FieldState) -> Self {
        Self { value: None, certainty: CERTAIN, state, alternatives: Vec::new() }
    }
}

/// Names of all types, for the check of definitions.
pub const TYPES: [&str; 39] = [
    "age",
    "area",
    "area-words",
    "book-number",
    "date",
    "date-words",
    "document-number",
    "ethnic",
    "gcn-book-no",
    "gcn-serial",
    "holder-kind",
    "id-kind",
    "id-number",
    "integer",
    "land-use",
    "map-sheet-no",
    "marriage-kind",
    "money",
    "money-words",
    "name",
    "nationality",
    "office",
    "origin",
    "page-number",
    "parcel-no",
    "person-with-title",
    "phone",
    "place",
    "register-number",
    "registration-kind",
    "relation",
    "residence-kind",
    "sex",
    "signer-title",
    "term",
    "text",
    "time",
    "year",
    "year-or-date",
];

/// The meaning of `text` as a value of type `value_type`; `None` if there is no such type.
///
/// ```
/// use sohoa::extract::normal::{Context, normalize};
/// let birth = normalize("date", "ngày 05 tháng 3 năm 1987...", &Context::default());
/// assert_eq!(birth.and_then(|it| it.value).as_deref(), Some("1987-03-05"));
/// ```
pub fn normalize(value_type: &str, text: &str, context: &Context) -> Option<Normalized> {
    let reader = reader(value_type)?;
    let cleaned = clean::cleaned(text);
    if let Some(state) = clean::blank_state(&cleaned) {
        return Some(Normalized::blank(state));
    }
    let read = reader(&cleaned, context);
    let is_rest = must_be_whole(value_type) && clean::begins_with_crumb(text);
    Some(if is_rest { read.refused() } else { read })
}

/// Types whose values are figures of which none can be told by the others: with one of them
/// lost it is another number.
const FIGURES: [&str; 13] = [
    "age",
    "area",
    "book-number",
    "gcn-book-no",
    "gcn-serial",
    "id-number",
    "integer",
    "map-sheet-no",
    "money",
    "page-number",
    "parcel-no",
    "phone",
    "register-number",
];

/// Types whose values are names of persons.
const NAMES: [&str; 2] = ["name", "person-with-title"];

/// Whether a part of a value of a type is another value: of figures and of names.
pub(super) fn must_be_whole(value_type: &str) -> bool {
    FIGURES.contains(&value_type) || NAMES.contains(&value_type)
}

/// Reads a cleaned text that is not blank.
type Reader = fn(&str, &Context) -> Normalized;

/// The reader of a type.
fn reader(value_type: &str) -> Option<Reader> {
    Some(match value_type {
        "date" | "year-or-date" => date::date,
        "year" => date::year,
        "time" => date::time,
        "date-words" | "area-words" | "money-words" => clean::words,
        "text" | "office" => clean::text,
        "origin" => land::origin,
        "term" => clean::term,
        "name" => name::name,
        "person-with-title" => name::person_with_title,
        "signer-title" => name::signer_title,
        "relation" => closed::relation,
        "sex" => |text, _| closed::code("sex", text),
        "id-kind" => |text, _| closed::code("id-kind", text),
        "residence-kind" => |text, _| closed::code("residence-kind", text),
        "registration-kind" => |text, _| closed::code("registration-kind", text),
        "marriage-kind" => |text, _| closed::code("marriage-kind", text),
        "ethnic" => closed::ethnic,
        "nationality" => closed::nationality,
        "id-number" => identity::id_number,
        "phone" => identity::phone,
        "register-number" => |text, context| {
            register::register_number(clean::without_number_word(text), context)
        },
        "book-number" => {
            |text, _context| register::book_number(clean::without_number_word(text))
        }
        "page-number" | "integer" => register::integer,
        "age" => register::age,
        "document-number" => |text, context| {
            register::document_number(clean::without_number_word(text), context)
        },
        "gcn-serial" => {
            |text, context| serial::serial(clean::without_number_word(text), context)
        }
        "gcn-book-no" => {
            |text, context| serial::book_no(clean::without_number_word(text), context)
        }
        "parcel-no" | "map-sheet-no" => land::parcel,
        "land-use" => land::use_codes,
        "holder-kind" => land::holder_kind,
        "area" => area::area,
        "money" => area::money,
        "place" => place::place,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
