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
}

/// What becomes of one reading while its wishes are looked at.
struct Sum {
    weight: f32,
    value: f32,
    tier: Tier,
    /// `None` while only the value is asked for: most records are never shown.
    details: Option<Details>,
}

/// What is told of a hit that is shown.
#[derive(Debug, Default)]
struct Details {
    notes: Vec<Note>,
    matched: Vec<(String, Vec<String>)>,
}

impl Sum {
    fn new(details: Option<Details>) -> Self {
        Self { weight: 0.0, value: 0.0, tier: Tier::Exact, details }
    }

    fn add(&mut self, weight: f32, value: f32) {
        self.weight += weight;
        self.value += weight * value;
        // Less than half of what was asked for there: the hit is a part.
        if value < 0.5 {
            self.tier = Tier::Partial;
        }
    }

    fn note(&mut self, note: impl FnOnce() -> Note) {
        if let Some(details) = &mut self.details {
            let note = note();
            if !details.notes.contains(&note) {
                details.notes.push(note);
            }
        }
    }

    fn matched(&mut self, matched: impl FnOnce() -> Option<(String, Vec<String>)>) {
        if let Some(details) = &mut self.details {
            details.matched.extend(matched());
        }
    }
}

/// What was compared of one record; several readings ask for the same.
struct Compared {
    names: Names,
    /// By wish and name.
    matches: Vec<Option<NameMatch>>,
    /// By wish: the best way to take it as two people.
    two_people: Vec<Option<Option<TwoPeople>>>,
}

/// Two people whose names were typed as one.
#[derive(Debug, Clone, Copy)]
struct TwoPeople {
    value: f32,
    halves: [NameMatch; 2],
}

impl<'q> Scorer<'q> {
    pub(super) fn new(query: &'q Query) -> Self {
        let definitions = IndexDefinitions::get();
        let comparison = Comparison::new(query, definitions);
        Self { query, definitions, comparison, names: Names::default() }
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
        &self,
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
        for wish in &reading.places {
            let found = wishes::place(wish, entry);
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

    /// A typed name against one of the record, compared once.
    fn matched(&self, wish: usize, person: usize, compared: &mut Compared) -> NameMatch {
        let at = wish * compared.names.len() + person;
        if let Some(Some(known)) = compared.matches.get(at) {
            return *known;
        }
        let typed = self.comparison.typed(wish);
        let found = self.comparison.compare(typed, &compared.names, person);
        if let Some(place) = compared.matches.get_mut(at) {
            *place = Some(found);
        }
        found
    }

    /// Gives each wish the person that fits best, no person to two wishes; returns the
    /// positions of the persons.
    fn people(
        &self,
        position: usize,
        reading: &Reading,
        entry: &Entry<&str>,
        compared: &mut Compared,
        sum: &mut Sum,
    ) -> Vec<usize> {
        let mut taken: Vec<usize> = Vec::new();
        for (at, wish) in reading.people.iter().enumerate() {
            let number = self.comparison.wish(position, at);
            let best = self.best_of(reading, wish.role, number, entry, compared, &taken);
            let single = best.map_or(0.0, |(found, _)| found.score);
            let weight = self.weight_of(reading, at);
            let may_be_two = wish.role.is_none() && taken.is_empty();
            let split = may_be_two
                .then(|| self.two_people_of(number, single, entry, compared))
                .flatten();
            if let Some(two) = split.filter(|two| two.value > single) {
                sum.add(PERSON * 1.5, two.value);
                sum.note(|| Note::TwoPeople);
                for half in two.halves {
                    taken.push(half.person);
                    self.take(&half, &compared.names, entry, sum);
                }
                continue;
            }
            let Some((found, factor)) =
                best.filter(|(found, _)| found.score >= NO_PERSON)
            else {
                sum.add(weight, single.min(NO_PERSON) * 0.5);
                continue;
            };
            sum.add(weight, found.score);
            if factor < OTHER_ROLE + 0.01 && wish.role.is_some() {
                let role = || self.role_of(found.person, entry).unwrap_or_default();
                sum.note(|| Note::OtherRole { role: role().to_owned() });
            }
            taken.push(found.person);
            self.take(&found, &compared.names, entry, sum);
        }
        taken
    }

    /// The person that fits a wish best, and how far the role is the one asked for.
    fn best_of(
        &self,
        reading: &Reading,
        role: Option<usize>,
        wish: usize,
        entry: &Entry<&str>,
        compared: &mut Compared,
        taken: &[usize],
    ) -> Option<(NameMatch, f32)> {
        let mut best: Option<(f32, NameMatch, f32)> = None;
        for person in 0..compared.names.len() {
            if taken.contains(&person) {
                continue;
            }
            let mut found = self.matched(wish, person, compared);
            if found.score <= 0.0 {
                continue;
            }
            let factor = self.role_factor(role, person, entry);
            found.score *= factor;
            let years = reading.years.iter();
            let year: f32 =
                years.map(|&wish| wishes::year(wish, entry, &[person]).0).sum();
            let days = reading.days.iter();
            let day: f32 = days.map(|&wish| wishes::day(wish, entry, &[person]).0).sum();
            // The year decides between two people of like names.
            let rank = found.score * PERSON + year * YEAR + day * DAY;
            if best.as_ref().is_none_or(|(top, ..)| rank > *top) {
                best = Some((rank, found, factor));
            }
        }
        best.map(|(_, found, factor)| (found, factor))
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
                sum.note(|| Note::SecondReading);
            }
            let fields = self.definitions.schema.person.get(usize::from(person.position));
            fields.map_or("", |fields| fields.name.as_str())
        } else {
            let text = entry.texts.get(found.person - entry.persons.len());
            text.map_or("", |(field, _)| *field)
        };
        if !field.is_empty() {
            sum.matched(|| Some((field.to_owned(), self.comparison.words(names, found))));
        }
    }

    /// The best way to take the syllables as two people's names, where it may be better
    /// than `single`; looked for once.
    fn two_people_of(
        &self,
        wish: usize,
        single: f32,
        entry: &Entry<&str>,
        compared: &mut Compared,
    ) -> Option<TwoPeople> {
        if let Some(Some(known)) = compared.two_people.get(wish) {
            return *known;
        }
        let typed = self.comparison.typed(wish);
        // What each syllable is worth at best, whoever bears it.
        let most = self.comparison.most(typed, &compared.names) * TWO_PEOPLE;
        if typed.len() < 3 || most <= single.max(ONE_OF_TWO) {
            return None;
        }
        let two = self.two_people(typed, &compared.names, entry);
        if let Some(place) = compared.two_people.get_mut(wish) {
            *place = Some(two);
        }
        two
    }

    fn two_people(
        &self,
        typed: &[usize],
        names: &Names,
        entry: &Entry<&str>,
    ) -> Option<TwoPeople> {
        let mut best: Option<TwoPeople> = None;
        for at in 1..typed.len() {
            let (left, right) = typed.split_at(at);
            let Some(first) = self.best_person(left, names, entry, None) else {
                continue;
            };
            let second = self.best_person(right, names, entry, Some(first.person));
            let Some(second) = second else { continue };
            let share = at as f32 / typed.len() as f32;
            let value = (first.score * share + second.score * (1.0 - share)) * TWO_PEOPLE;
            if best.is_none_or(|best| value > best.value) {
                best = Some(TwoPeople { value, halves: [first, second] });
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
