//! How well a record answers a query, and why.

mod names;
mod wishes;

use serde::Serialize;

use super::entry::{Entry, Sureness};
use super::query::{Query, Reading, Relation};
use super::similarity::Tier;
use crate::config::index::IndexDefinitions;
use names::{Comparison, NameMatch, Names};

// What each part of a query weighs. A name weighs as much as everything around it
// together, because years and places are often remembered wrongly; a number that belongs
// to one paper decides alone. Tuned on the development corpus: halving or doubling one of
// them changes no rank in the first ten of more than two queries in a hundred.
const PERSON: f32 = 4.0;
const RELATIVE: f32 = 2.4;
const YEAR: f32 = 1.5;
const DAY: f32 = 2.0;
const PLACE: f32 = 1.5;
const KIND: f32 = 1.0;

/// What a person of another role than asked for is worth.
const OTHER_ROLE: f32 = 0.82;

/// Officials sign thousands of papers that are not about them.
const OFFICIAL: f32 = 0.8;

/// What two people are worth where one name was typed without a word between.
const TWO_PEOPLE: f32 = 0.97;

/// What each of two people must be worth at least: words taken from here and there make
/// many people.
const ONE_OF_TWO: f32 = 0.7;

/// Below it a name has nothing to do with what was typed.
const NO_PERSON: f32 = 0.4;

/// Why a hit is there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Why {
    /// How the weakest part that counts agrees.
    pub tier: Tier,
    /// Things that a clerk should know before believing the hit.
    pub notes: Vec<Note>,
}

/// Something about a hit that a clerk should know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "note")]
pub enum Note {
    /// The person has another role than asked for.
    OtherRole {
        /// The role in the record.
        role: String,
    },
    /// The words are the names of two people.
    TwoPeople,
    /// The name is a second or third reading of the paper.
    SecondReading,
    /// The year is off by so many.
    YearOff {
        /// Years between.
        years: u16,
    },
    /// The place of the record went into the one asked for.
    WentInto {
        /// The unit in the record.
        unit: String,
    },
    /// The place of the record came of the one asked for.
    CameOf {
        /// The unit in the record.
        unit: String,
    },
    /// The place is not in the record.
    NoPlace,
    /// The kind of paper is another one.
    OtherKind,
    /// A digit or two of a number are off.
    NumberNear,
}

/// How well one record answers.
#[derive(Debug, Clone)]
pub(super) struct Score {
    /// 0–1.
    pub(super) value: f32,
    pub(super) why: Why,
    /// Field and the words in it that agree.
    pub(super) matched: Vec<(String, Vec<String>)>,
    /// Position of the reading.
    pub(super) reading: usize,
}

/// Scores records for one query; remembers syllables it has compared.
pub(super) struct Scorer<'q> {
    query: &'q Query,
    definitions: &'static IndexDefinitions,
    comparison: Comparison,
}

/// What becomes of one reading while its wishes are looked at.
struct Sum {
    weight: f32,
    value: f32,
    tier: Tier,
    notes: Vec<Note>,
    matched: Vec<(String, Vec<String>)>,
}

impl Sum {
    fn new() -> Self {
        Self {
            weight: 0.0,
            value: 0.0,
            tier: Tier::Exact,
            notes: Vec::new(),
            matched: Vec::new(),
        }
    }

    fn add(&mut self, weight: f32, value: f32) {
        self.weight += weight;
        self.value += weight * value;
        // Less than half of what was asked for there: the hit is a part.
        if value < 0.5 {
            self.tier = Tier::Partial;
        }
    }

    fn note(&mut self, note: Note) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

impl<'q> Scorer<'q> {
    pub(super) fn new(query: &'q Query) -> Self {
        let definitions = IndexDefinitions::get();
        Self { query, definitions, comparison: Comparison::new(query, definitions) }
    }

    /// The best of all readings; `None` where the record does not answer, or has what was
    /// excluded.
    pub(super) fn score(&mut self, entry: &Entry<&str>) -> Option<Score> {
        let names = self.comparison.names_of(entry);
        if self.is_excluded(&names, entry) {
            return None;
        }
        let mut best: Option<Score> = None;
        for (position, reading) in self.query.readings.iter().enumerate() {
            let sum = self.sum(position, reading, entry, &names);
            if sum.weight <= 0.0 {
                continue;
            }
            let value = sum.value / sum.weight * reading.prior;
            if best.as_ref().is_none_or(|best| value > best.value) {
                best = Some(Score {
                    value,
                    why: Why { tier: sum.tier, notes: sum.notes },
                    matched: sum.matched,
                    reading: position,
                });
            }
        }
        best
    }

    fn sum(
        &self,
        position: usize,
        reading: &Reading,
        entry: &Entry<&str>,
        names: &Names,
    ) -> Sum {
        let mut sum = Sum::new();
        let people = self.people(position, reading, entry, names, &mut sum);
        for wish in &reading.years {
            let (value, off) = wishes::year(*wish, entry, &people);
            sum.add(YEAR, value);
            if off > 0 {
                sum.note(Note::YearOff { years: off });
            }
        }
        for wish in &reading.days {
            let (value, off) = wishes::day(*wish, entry, &people);
            sum.add(DAY, value);
            if off > 0 {
                sum.note(Note::YearOff { years: off });
            }
        }
        for wish in &reading.places {
            let found = wishes::place(wish, entry);
            sum.add(PLACE, found.value);
            match (found.by, found.unit) {
                (Some(Relation::WentInto), Some(unit)) => {
                    sum.note(Note::WentInto { unit: unit.to_owned() });
                }
                (Some(Relation::CameOf), Some(unit)) => {
                    sum.note(Note::CameOf { unit: unit.to_owned() });
                }
                _ if found.value < 0.3 => sum.note(Note::NoPlace),
                _ => {}
            }
            sum.matched.extend(found.matched);
        }
        for &kind in &reading.kinds {
            let words = self.definitions.query.kind.get(kind);
            let is = words.is_some_and(|words| {
                words.kinds.iter().any(|pattern| pattern.matches(entry.kind))
            });
            sum.add(KIND, if is { 1.0 } else { 0.0 });
            if !is {
                sum.note(Note::OtherKind);
            }
        }
        for wish in &reading.numbers {
            let found = wishes::number(wish, entry);
            sum.add(found.weight, found.value);
            if found.near {
                sum.note(Note::NumberNear);
            }
            sum.matched.extend(found.matched);
        }
        sum
    }

    /// Gives each wish the person that fits best, no person to two wishes; returns the
    /// positions of the persons.
    fn people(
        &self,
        position: usize,
        reading: &Reading,
        entry: &Entry<&str>,
        names: &Names,
        sum: &mut Sum,
    ) -> Vec<usize> {
        let mut taken: Vec<usize> = Vec::new();
        for (at, wish) in reading.people.iter().enumerate() {
            let typed = self.comparison.typed(position, at);
            let mut best: Option<(f32, NameMatch, f32)> = None;
            for person in 0..names.len() {
                if taken.contains(&person) {
                    continue;
                }
                let mut found = self.comparison.compare(typed, names, person);
                let factor = self.role_factor(wish.role, person, entry);
                found.score *= factor;
                let years = reading.years.iter().copied();
                let year: f32 =
                    years.map(|wish| wishes::year(wish, entry, &[person]).0).sum();
                let days = reading.days.iter().copied();
                let day: f32 =
                    days.map(|wish| wishes::day(wish, entry, &[person]).0).sum();
                // The year decides between two people of like names.
                let rank = found.score * PERSON + year * YEAR + day * DAY;
                if best.as_ref().is_none_or(|(top, ..)| rank > *top) {
                    best = Some((rank, found, factor));
                }
            }
            let split = (wish.role.is_none() && taken.is_empty())
                .then(|| self.two_people(typed, names, entry))
                .flatten();
            let single = best.as_ref().map_or(0.0, |(_, found, _)| found.score);
            let weight = self.weight_of(reading, at);
            if let Some((value, halves)) = split.filter(|(value, _)| *value > single) {
                sum.add(PERSON * 1.5, value);
                sum.note(Note::TwoPeople);
                for half in halves {
                    taken.push(half.person);
                    self.take(&half, names, entry, sum);
                }
                continue;
            }
            let Some((_, found, factor)) =
                best.filter(|(_, found, _)| found.score >= NO_PERSON)
            else {
                sum.add(weight, single.min(NO_PERSON) * 0.5);
                continue;
            };
            sum.add(weight, found.score);
            if factor < OTHER_ROLE + 0.01 && wish.role.is_some() {
                let role =
                    self.role_of(found.person, entry).unwrap_or_default().to_owned();
                sum.note(Note::OtherRole { role });
            }
            taken.push(found.person);
            self.take(&found, names, entry, sum);
        }
        taken
    }

    /// Father and mother tell the person apart; the paper that is looked for need not
    /// name them.
    fn weight_of(&self, reading: &Reading, at: usize) -> f32 {
        let is_parent = |role: Option<usize>| {
            let asked = role.and_then(|role| self.definitions.query.role.get(role));
            asked.is_some_and(|asked| matches!(asked.label.as_str(), "father" | "mother"))
        };
        let role = reading.people.get(at).and_then(|wish| wish.role);
        let others = reading.people.iter().any(|wish| !is_parent(wish.role));
        if is_parent(role) && others { RELATIVE } else { PERSON }
    }

    /// Adds what agrees of a name to the reasons.
    fn take(&self, found: &NameMatch, names: &Names, entry: &Entry<&str>, sum: &mut Sum) {
        sum.tier = sum.tier.max(found.tier);
        let field = if let Some(person) = entry.persons.get(found.person) {
            if person.sureness == Sureness::Doubtful {
                sum.note(Note::SecondReading);
            }
            let fields = self.definitions.schema.person.get(usize::from(person.position));
            fields.map_or("", |fields| fields.name.as_str())
        } else {
            let text = entry.texts.get(found.person - entry.persons.len());
            text.map_or("", |(field, _)| *field)
        };
        if !field.is_empty() {
            let words = self.comparison.words(names, found);
            sum.matched.push((field.to_owned(), words));
        }
    }

    /// The best way to take the syllables as two people's names.
    fn two_people(
        &self,
        typed: &[usize],
        names: &Names,
        entry: &Entry<&str>,
    ) -> Option<(f32, [NameMatch; 2])> {
        if typed.len() < 3 {
            return None;
        }
        let mut best: Option<(f32, [NameMatch; 2])> = None;
        for at in 1..typed.len() {
            let (left, right) = typed.split_at(at);
            let Some(first) = self.best_person(left, names, entry, None) else {
                continue;
            };
            let second = self.best_person(right, names, entry, Some(first.person));
            let Some(second) = second else { continue };
            let share = at as f32 / typed.len() as f32;
            let value = (first.score * share + second.score * (1.0 - share)) * TWO_PEOPLE;
            if best.as_ref().is_none_or(|(top, _)| value > *top) {
                best = Some((value, [first, second]));
            }
        }
        best
    }

    fn best_person(
        &self,
        typed: &[usize],
        names: &Names,
        entry: &Entry<&str>,
        but: Option<usize>,
    ) -> Option<NameMatch> {
        let same = |person: usize| {
            // Two readings of one field are one person.
            let position =
                |at: usize| entry.persons.get(at).map(|person| person.position);
            but.is_some_and(|but| but == person || position(but) == position(person))
        };
        (0..entry.persons.len())
            .filter(|&person| !same(person))
            .map(|person| {
                let mut found = self.comparison.compare(typed, names, person);
                found.score *= self.role_factor(None, person, entry);
                found
            })
            .max_by(|a, b| a.score.total_cmp(&b.score))
            .filter(|found| found.score >= ONE_OF_TWO)
    }

    /// How far the role of a person is the one that was asked for.
    fn role_factor(
        &self,
        role: Option<usize>,
        person: usize,
        entry: &Entry<&str>,
    ) -> f32 {
        let Some(found) = self.role_of(person, entry) else {
            // Words of a note or a file name are nobody for sure.
            return names::TEXT;
        };
        let sure = match entry.persons.get(person).map(|person| person.sureness) {
            Some(Sureness::Doubtful) => names::SECOND_READING,
            Some(Sureness::Checked) | None => 1.0,
            Some(Sureness::Read) => names::READ,
        };
        let asked = role.and_then(|role| self.definitions.query.role.get(role));
        let roles = asked.map_or(&[][..], |asked| asked.roles.as_slice());
        let fits = match (roles.is_empty(), found) {
            (true, "official") => OFFICIAL,
            (true, _) => 1.0,
            (false, found) if roles.iter().any(|role| role == found) => 1.0,
            (false, _) => OTHER_ROLE,
        };
        sure * fits
    }

    fn role_of(&self, person: usize, entry: &Entry<&str>) -> Option<&str> {
        let position = entry.persons.get(person)?.position;
        let fields = self.definitions.schema.person.get(usize::from(position))?;
        Some(fields.role.as_str())
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
