//! What was asked for: wishes, in the several ways in which the words can be taken.

use serde::Serialize;

use super::analysis::Syllable;
use super::checked::Checked;
use super::numbers::Day;
use super::parse;
use crate::config::index::{Event, NumberClass};

/// A clerk's question.
///
/// ```
/// use sohoa::search::{ChipKind, Query};
/// let query = Query::parse("nguyen thi lan 1987");
/// let kinds: Vec<ChipKind> = query.understood().iter().map(|chip| chip.kind).collect();
/// assert!(kinds.contains(&ChipKind::Name) && kinds.contains(&ChipKind::Year));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// As typed, NFC, cut at the most that is read.
    pub(super) text: String,
    /// The ways in which it can be taken, the likeliest first; never empty.
    pub(super) readings: Vec<Reading>,
    /// Words in quotes: they stand together, in this order.
    pub(super) phrases: Vec<Vec<Syllable>>,
    /// Words that must not occur.
    pub(super) excluded: Vec<Syllable>,
    /// What narrows the search from outside the text.
    pub(super) filters: Filters,
}

/// What narrows a search, beside the text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filters {
    /// Only this kind.
    pub kind: Option<String>,
    /// Only records with an event in these years, both included.
    pub years: Option<(u16, u16)>,
    /// Only records of this unit: its official code, then or now, e.g. `03361`, or its name,
    /// e.g. `xã Na Ư, huyện Điện Biên`.
    pub unit: Option<String>,
    /// Only this collection.
    pub collection: Option<String>,
    /// Only records whose own commune was this entity then, e.g. `C03361`.
    pub then: Option<String>,
    /// Only records whose own commune is, or went into, this entity of today.
    pub today: Option<String>,
    /// Only entries of the ten years from this one on, e.g. 1980.
    pub decade: Option<u16>,
    /// Only records that people have checked so far.
    pub state: Option<Checked>,
    /// Only records in which something does not go together, or only the others.
    pub findings: Option<bool>,
}

impl Filters {
    /// Whether every record is wanted.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A part of the query as it was understood, to be shown and removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chip {
    /// As typed.
    pub text: String,
    /// What it was taken for.
    pub kind: ChipKind,
    /// What is searched for: a normalized date, a serial without spaces, the units a
    /// place may be, the name of a kind of paper or role.
    pub value: String,
}

/// What a part of the query was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChipKind {
    /// A person's name; the value is the role, where one was given.
    Name,
    /// A year or a range of years.
    Year,
    /// A date.
    Date,
    /// A number of a person.
    Identity,
    /// Number of an entry.
    Register,
    /// Number of a book.
    Book,
    /// Page of a book.
    Page,
    /// Number of a parcel.
    Parcel,
    /// Number of a map sheet.
    Sheet,
    /// Number of a certificate.
    Serial,
    /// Number of a letter.
    Document,
    /// A place.
    Place,
    /// A kind of paper.
    Kind,
    /// Words that stand together.
    Phrase,
    /// A word that must not occur.
    Excluded,
    /// A number of which it was not said what it counts.
    Number,
    /// A word that only joins, and is not searched.
    Joining,
    /// More than is read: not searched.
    Ignored,
}

impl ChipKind {
    /// The chip of a number.
    pub(super) fn of(class: NumberClass) -> Self {
        match class {
            NumberClass::Identity => Self::Identity,
            NumberClass::Register => Self::Register,
            NumberClass::Book => Self::Book,
            NumberClass::Page => Self::Page,
            NumberClass::Serial => Self::Serial,
            NumberClass::Parcel => Self::Parcel,
            NumberClass::Sheet => Self::Sheet,
            NumberClass::Document => Self::Document,
        }
    }
}

/// One way in which the words can be taken.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Reading {
    pub(super) people: Vec<PersonWish>,
    pub(super) years: Vec<YearWish>,
    pub(super) days: Vec<DayWish>,
    pub(super) numbers: Vec<NumberWish>,
    pub(super) places: Vec<PlaceWish>,
    /// Positions in `kind` of `index/query.toml`.
    pub(super) kinds: Vec<usize>,
    /// In the order of the text.
    pub(super) chips: Vec<Chip>,
    /// How likely this reading is, 0–1, before any record is seen.
    pub(super) prior: f32,
}

/// A person by name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PersonWish {
    pub(super) syllables: Vec<Typed>,
    /// Position in `role` of `index/query.toml`.
    pub(super) role: Option<usize>,
}

/// A syllable as typed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Typed {
    pub(super) form: Syllable,
    /// What the keys meant, where the keyboard was switched off.
    pub(super) telex: Option<Syllable>,
    /// Typed with a dot behind it: `Ng.`.
    pub(super) cut: bool,
}

/// An event in a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct YearWish {
    pub(super) from: u16,
    /// Included.
    pub(super) to: u16,
    pub(super) event: Event,
}

/// An event on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DayWish {
    pub(super) day: Day,
    pub(super) event: Event,
}

/// A number that may be of several classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NumberWish {
    /// Class and normalized value, the likeliest first.
    pub(super) may_be: Vec<(NumberClass, String)>,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlaceWish {
    /// Folded words, without the word for the kind of unit.
    pub(super) words: Vec<String>,
    /// Units of that name, and what went into them or came of them.
    pub(super) entities: Vec<Related>,
}

/// A unit that a place name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Related {
    pub(super) entity: &'static str,
    pub(super) by: Relation,
}

/// How a unit came to be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Relation {
    /// It bears the name.
    Named,
    /// It went into the unit that bears the name.
    WentInto,
    /// It came of the unit that bears the name.
    CameOf,
}

impl Query {
    /// Understands what was typed. Never fails: what cannot be understood is a name.
    pub fn parse(text: &str) -> Self {
        parse::parse(text)
    }

    /// The same question, narrowed.
    #[must_use]
    pub fn with_filters(mut self, filters: Filters) -> Self {
        self.filters = filters;
        self
    }

    /// What narrows the search, beside the text.
    pub fn filters(&self) -> &Filters {
        &self.filters
    }

    /// As typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the parts were taken for in the likeliest reading; `Hits::understood` says it
    /// for the reading that found the best hit.
    pub fn understood(&self) -> &[Chip] {
        self.readings.first().map_or(&[], |reading| reading.chips.as_slice())
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        let nothing = |reading: &Reading| reading.num_wishes() == 0;
        self.phrases.is_empty() && self.readings.iter().all(nothing)
    }
}

impl Reading {
    /// Number of things that are wished for.
    pub(super) fn num_wishes(&self) -> usize {
        self.people.len()
            + self.years.len()
            + self.days.len()
            + self.numbers.len()
            + self.places.len()
            + self.kinds.len()
    }
}
