//! How well a record answers a query, and why.

mod names;
mod people;
mod why;
mod wishes;

use super::entry::Entry;
use super::query::{Query, Reading, Relation};
use crate::config::index::IndexDefinitions;
use names::{Comparison, NameMatch, Names};
use people::TwoPeople;
use why::{Details, Sum};
pub use why::{Note, Why};
use wishes::PlaceMemory;

// What each part of a query weighs. A name weighs as much as everything around it
// together, because years and places are often remembered wrongly; a number that belongs
// to one paper decides alone. Tuned on the development corpus: halving or doubling one of
// them changes no rank in the first ten of more than two queries in a hundred.
const PERSON: f32 = 4.0;
const YEAR: f32 = 1.5;
const DAY: f32 = 2.0;
const PLACE: f32 = 1.5;
const KIND: f32 = 1.0;

/// How well one record answers, before anybody asks why.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value {
    /// 0–1.
    pub(super) value: f32,
    /// Position of the reading.
    pub(super) reading: usize,
}

/// Why a record answers.
#[derive(Debug, Clone)]
pub(super) struct Reasons {
    pub(super) why: Why,
    /// Field and the words in it that agree.
    pub(super) matched: Vec<(String, Vec<String>)>,
}

/// Scores records for one query; remembers syllables it has compared.
pub(super) struct Scorer<'q> {
    query: &'q Query,
    definitions: &'static IndexDefinitions,
    comparison: Comparison,
    /// Kept between records for its memory.
    names: Names,
    /// By reading, by place.
    places: Vec<Vec<PlaceMemory>>,
}

/// What was compared of one record; several readings ask for the same.
struct Compared {
    names: Names,
    /// By wish and name.
    matches: Vec<Option<NameMatch>>,
    /// By wish: the best way to take it as two people.
    two_people: Vec<Option<Option<TwoPeople>>>,
}

impl<'q> Scorer<'q> {
    /// Compares with all of a record, or with what is left `without_guarded` words.
    pub(super) fn new(query: &'q Query, without_guarded: bool) -> Self {
        let definitions = IndexDefinitions::get();
        let guarded = without_guarded.then_some(&definitions.schema);
        let comparison = Comparison::new(query, definitions, guarded);
        let of_reading = |reading: &Reading| {
            reading.places.iter().map(|_| PlaceMemory::default()).collect()
        };
        let places = query.readings.iter().map(of_reading).collect();
        Self { query, definitions, comparison, names: Names::default(), places }
    }

    /// The best of all readings; `None` where the record does not answer, or has what was
    /// excluded.
    pub(super) fn value(&mut self, entry: &Entry<&str>) -> Option<Value> {
        let mut compared = self.compared(entry);
        let mut best: Option<Value> = None;
        if !self.is_excluded(&compared.names, entry) {
            for (reading, asked) in self.query.readings.iter().enumerate() {
                // No record is worth more than its reading.
                if best.is_some_and(|best| best.value >= asked.prior) {
                    continue;
                }
                let mut sum = Sum::new(None);
                self.sum(reading, asked, entry, &mut compared, &mut sum);
                let value = sum.value / sum.weight * asked.prior;
                if sum.weight > 0.0 && best.is_none_or(|best| value > best.value) {
                    best = Some(Value { value, reading });
                }
            }
        }
        self.names = compared.names;
        best
    }

    /// Why a record answers as well as it does.
    pub(super) fn explain(&mut self, entry: &Entry<&str>, value: Value) -> Reasons {
        let mut compared = self.compared(entry);
        let mut sum = Sum::new(Some(Details::default()));
        if let Some(asked) = self.query.readings.get(value.reading) {
            self.sum(value.reading, asked, entry, &mut compared, &mut sum);
        }
        let details = sum.details.unwrap_or_default();
        let why = Why { tier: sum.tier, notes: details.notes };
        Reasons { why, matched: details.matched }
    }

    /// Whether a record has what was excluded, or lacks a phrase.
    pub(super) fn has_excluded(&mut self, entry: &Entry<&str>) -> bool {
        let compared = self.compared(entry);
        let is_excluded = self.is_excluded(&compared.names, entry);
        self.names = compared.names;
        is_excluded
    }

    fn compared(&mut self, entry: &Entry<&str>) -> Compared {
        let mut names = std::mem::take(&mut self.names);
        self.comparison.names_of(entry, &mut names);
        let wishes = self.comparison.num_wishes();
        Compared {
            matches: vec![None; wishes * names.len()],
            two_people: vec![None; wishes],
            names,
        }
    }

    fn sum(
        &mut self,
        position: usize,
        reading: &Reading,
        entry: &Entry<&str>,
        compared: &mut Compared,
        sum: &mut Sum,
    ) {
        let people = self.people(position, reading, entry, compared, sum);
        let years = reading.years.iter().map(|&wish| {
            let (value, off) = wishes::year(wish, entry, &people);
            (YEAR, value, off)
        });
        let days = reading.days.iter().map(|&wish| {
            let (value, off) = wishes::day(wish, entry, &people);
            (DAY, value, off)
        });
        for (weight, value, off) in years.chain(days) {
            sum.add(weight, value);
            if off > 0 {
                sum.note(|| Note::YearOff { years: off });
            }
        }
        let memories = self.places.get_mut(position).into_iter().flatten();
        for (wish, memory) in reading.places.iter().zip(memories) {
            let found = wishes::place(wish, entry, memory);
            sum.add(PLACE, found.value);
            match (found.by, found.unit()) {
                (Some(Relation::WentInto), Some(unit)) => {
                    sum.note(|| Note::WentInto { unit: unit.to_owned() });
                }
                (Some(Relation::CameOf), Some(unit)) => {
                    sum.note(|| Note::CameOf { unit: unit.to_owned() });
                }
                _ if found.value < 0.3 => sum.note(|| Note::NoPlace),
                _ => {}
            }
            sum.matched(|| {
                let field = found.field.filter(|field| !field.is_empty())?;
                Some((field.to_owned(), wish.words.clone()))
            });
        }
        for &kind in &reading.kinds {
            let words = self.definitions.query.kind.get(kind);
            let is = words.is_some_and(|words| {
                words.kinds.iter().any(|pattern| pattern.matches(entry.kind))
            });
            sum.add(KIND, if is { 1.0 } else { 0.0 });
            if !is {
                sum.note(|| Note::OtherKind);
            }
        }
        for wish in &reading.numbers {
            let found = wishes::number(wish, entry);
            sum.add(found.weight, found.value);
            if found.near {
                sum.note(|| Note::NumberNear);
            }
            sum.matched(|| {
                let (field, value) = found.matched?;
                Some((field.to_owned(), vec![value.to_owned()]))
            });
        }
    }

    /// Whether an excluded word is in the record, or a phrase is not.
    fn is_excluded(&self, names: &Names, entry: &Entry<&str>) -> bool {
        let in_place = |folded: &str| {
            entry
                .places
                .iter()
                .any(|place| place.text.split(' ').any(|word| word == folded))
        };
        let has_excluded = self
            .query
            .excluded
            .iter()
            .any(|word| self.comparison.has(names, word) || in_place(&word.folded));
        let lacks_phrase = self.query.phrases.iter().any(|phrase| {
            let text: Vec<&str> =
                phrase.iter().map(|word| word.folded.as_str()).collect();
            let text = format!(" {} ", text.join(" "));
            let in_place = entry
                .places
                .iter()
                .any(|place| format!(" {} ", place.text).contains(&text));
            !in_place && !self.comparison.has_phrase(names, phrase)
        });
        has_excluded || lacks_phrase
    }
}
