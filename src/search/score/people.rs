//! Which person of a record a name that was typed is.

use super::names::{self, NameMatch, Names};
use super::why::{Note, Sum};
use super::{Compared, DAY, PERSON, Scorer, YEAR, wishes};
use crate::search::entry::{Entry, Sureness};
use crate::search::query::Reading;

/// What father or mother weigh beside the person asked for.
const RELATIVE: f32 = 2.4;

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

/// Two people whose names were typed as one.
#[derive(Debug, Clone, Copy)]
pub(super) struct TwoPeople {
    value: f32,
    halves: [NameMatch; 2],
}

impl Scorer<'_> {
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
    pub(super) fn people(
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
}
