//! From pieces to readings: which words are a person, which a place.

use super::lex::Word;
use super::pieces::{LONGEST_UNIT, Means, Piece};
use super::{MAX_READINGS, joined};
use crate::config::gazetteer::{Gazetteer, Level, Unit};
use crate::config::index::{IndexDefinitions, NumberClass, PlaceLevel};
use crate::model::canonical_tone;
use crate::search::analysis::Syllable;
use crate::search::query::{
    Chip, ChipKind, DayWish, NumberWish, PersonWish, PlaceWish, Reading, Related,
    Relation, Typed, YearWish,
};
use crate::search::telex;

/// Most units that one name of a place means; a name that more units bear says little.
const MAX_UNITS: usize = 160;

/// What words in a row are worth as a person where they could be a person and a place.
const PERSON_PRIOR: f32 = 0.985;

/// What words behind a comma are worth as a place that no list knows.
const UNKNOWN_PLACE_PRIOR: f32 = 0.97;

/// Words in a row that belong together.
#[derive(Debug, Default)]
struct Group<'w> {
    role: Option<usize>,
    marker: Option<PlaceLevel>,
    /// The words for role or place, for the chip.
    said: Vec<&'w Word>,
    words: Vec<&'w Word>,
    /// Whether something parts it from the words before.
    parted: bool,
}

/// One way to take a group.
#[derive(Debug, Clone, Default)]
struct Taken {
    people: Vec<PersonWish>,
    places: Vec<PlaceWish>,
    numbers: Vec<NumberWish>,
    chips: Vec<Chip>,
    prior: f32,
}

/// The ways in which pieces can be taken, the likeliest first.
pub(super) fn readings(pieces: &[Piece<'_>], prior: f32) -> Vec<Reading> {
    let mut fixed = Reading { prior, ..Reading::default() };
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut open = false;
    for piece in pieces {
        let words = || piece.words.iter();
        match &piece.means {
            Means::Word => {
                let parted = piece.words.first().is_some_and(Word::is_parted);
                let waits = groups.last().is_some_and(|group| group.words.is_empty());
                if !open || (parted && !waits) {
                    groups.push(Group { parted, ..Group::default() });
                }
                if let Some(group) = groups.last_mut() {
                    group.words.extend(words());
                }
                open = true;
            }
            Means::Small if open => {
                if let Some(group) = groups.last_mut() {
                    group.words.extend(words());
                }
            }
            Means::Role(role) => {
                groups.push(Group {
                    role: Some(*role),
                    said: words().collect(),
                    parted: true,
                    ..Group::default()
                });
                open = true;
            }
            Means::Place(level) => {
                groups.push(Group {
                    marker: Some(*level),
                    said: words().collect(),
                    parted: true,
                    ..Group::default()
                });
                open = true;
            }
            _ => {
                put(&mut fixed, piece);
                open = false;
            }
        }
    }
    let several = groups.iter().filter(|group| !group.words.is_empty()).count() > 1;
    let mut readings = vec![fixed];
    for group in &groups {
        let options = options(group, several);
        let mut extended = Vec::new();
        for option in &options {
            extended.extend(readings.iter().map(|reading| with(reading, option)));
        }
        if !extended.is_empty() {
            extended.sort_by(|a, b| b.prior.total_cmp(&a.prior));
            extended.truncate(MAX_READINGS);
            readings = extended;
        }
    }
    readings.iter_mut().for_each(complete);
    readings
}

fn with(reading: &Reading, option: &Taken) -> Reading {
    let mut reading = reading.clone();
    reading.people.extend(option.people.iter().cloned());
    reading.places.extend(option.places.iter().cloned());
    reading.numbers.extend(option.numbers.iter().cloned());
    reading.chips.extend(option.chips.iter().cloned());
    reading.prior *= option.prior;
    reading
}

/// A book with its year says the year of the entry: `số 39 quyển 01/2026` is `39/2026`.
fn complete(reading: &mut Reading) {
    let year = reading.numbers.iter().find_map(|number| {
        let (class, value) = number.may_be.first()?;
        let year = value.split_once('/').map(|(_, year)| year.to_owned());
        year.filter(|_| *class == NumberClass::Book)
    });
    let Some(year) = year else { return };
    for number in &mut reading.numbers {
        if let Some((NumberClass::Register, value)) = number.may_be.first_mut()
            && !value.contains('/')
        {
            *value = format!("{value}/{year}");
        }
    }
}

/// Puts a piece that can be taken in one way only.
fn put(reading: &mut Reading, piece: &Piece<'_>) {
    let text = text_of(piece.words.iter());
    let mut chip = |kind: ChipKind, value: String| {
        reading.chips.push(Chip { text: text.clone(), kind, value });
    };
    match &piece.means {
        Means::Kind(kind) => {
            let label = IndexDefinitions::get().query.kind.get(*kind);
            chip(
                ChipKind::Kind,
                label.map(|kind| kind.label.clone()).unwrap_or_default(),
            );
            reading.kinds.push(*kind);
        }
        Means::Years(from, to, event) => {
            let value =
                if from == to { from.to_string() } else { format!("{from}-{to}") };
            chip(ChipKind::Year, value);
            reading.years.push(YearWish { from: *from, to: *to, event: *event });
        }
        Means::Day(day, event) => {
            let value = format!("{:04}-{:02}-{:02}", day.year, day.month, day.day);
            chip(ChipKind::Date, value);
            reading.days.push(DayWish { day: *day, event: *event });
        }
        Means::Number(may_be) => {
            if let Some((class, value)) = may_be.first() {
                chip(ChipKind::of(*class), value.clone());
                reading.numbers.push(NumberWish { may_be: may_be.clone() });
            }
        }
        Means::SheetAndParcel(first, second) => {
            chip(ChipKind::Parcel, format!("{first}/{second}"));
            let either = |one: &str| NumberWish {
                may_be: vec![
                    (NumberClass::Sheet, one.to_owned()),
                    (NumberClass::Parcel, one.to_owned()),
                ],
            };
            let mut parcel = either(second);
            parcel.may_be.reverse();
            reading.numbers.push(either(first));
            reading.numbers.push(parcel);
        }
        Means::Small => {
            let value = small_number(&text);
            chip(ChipKind::Number, value.clone());
            reading.numbers.push(any_number(&value));
        }
        Means::Joining => chip(ChipKind::Joining, String::new()),
        Means::Word | Means::Role(_) | Means::Place(_) => {}
    }
}

/// Without the zeros in front.
fn small_number(text: &str) -> String {
    let value = text.trim_start_matches('0');
    if value.is_empty() { "0".to_owned() } else { value.to_owned() }
}

/// A number of which it was not said what it counts.
fn any_number(value: &str) -> NumberWish {
    use NumberClass::{Page, Parcel, Register, Sheet};
    let may_be = [Register, Parcel, Sheet, Page];
    NumberWish { may_be: may_be.map(|class| (class, value.to_owned())).to_vec() }
}

/// The ways to take a group, the likeliest first.
fn options(group: &Group<'_>, several: bool) -> Vec<Taken> {
    if group.words.is_empty() {
        // A word for a role or place with nothing behind it was part of a name.
        let mut taken = Taken { prior: 1.0, ..Taken::default() };
        put_person(&mut taken, &Group::default(), &group.said);
        return vec![taken];
    }
    if group.marker.is_some() {
        return vec![marked_place(group)];
    }
    let words = group.words.as_slice();
    let mut options = Vec::new();
    let mut option = |person: &[&Word], place: &[&Word], prior: f32| {
        let mut option = Taken { prior, ..Taken::default() };
        put_person(&mut option, group, person);
        if !place.is_empty() {
            put_place(&mut option, &[], place);
        }
        options.push(option);
    };
    let whole_is_place = is_unit(words);
    if whole_is_place && group.role.is_none() && (several || words.len() > 1) {
        option(&[], words, 1.0);
    }
    // The longest unit at the end, then at the start; a single syllable is no place
    // unless it was said.
    // Behind `mẹ` stands a name, and a place only perhaps.
    let has_role = group.role.is_some();
    for length in (2..words.len().min(LONGEST_UNIT + 1)).rev() {
        let (person, place) = words.split_at(words.len() - length);
        if is_unit(place) {
            option(person, place, if has_role { PERSON_PRIOR } else { 1.0 });
            break;
        }
    }
    for length in (2..words.len().min(LONGEST_UNIT + 1)).rev() {
        let (place, person) = words.split_at(length);
        if is_unit(place) && group.role.is_none() {
            option(person, place, PERSON_PRIOR * PERSON_PRIOR);
            break;
        }
    }
    let alone = !whole_is_place && !ends_with_unit(words);
    let prior = if alone || has_role { 1.0 } else { PERSON_PRIOR };
    option(words, &[], prior);
    if group.parted && group.role.is_none() && several && !whole_is_place {
        option(&[], words, UNKNOWN_PLACE_PRIOR);
    }
    options
}

fn ends_with_unit(words: &[&Word]) -> bool {
    let last = words.len().saturating_sub(1);
    (1..last).any(|at| words.get(at..).is_some_and(is_unit))
}

/// What follows a word for a place: the longest unit known, or a word or two.
fn marked_place(group: &Group<'_>) -> Taken {
    let words = group.words.as_slice();
    let longest = words.len().min(LONGEST_UNIT);
    let known =
        (1..=longest).rev().find(|&length| words.get(..length).is_some_and(is_unit));
    // An unlisted hamlet has two syllables as a rule; what follows is a name.
    let length = known.unwrap_or(words.len().min(2));
    let (place, rest) = words.split_at(length);
    let mut option = Taken { prior: 1.0, ..Taken::default() };
    put_place(&mut option, &group.said, place);
    if !rest.is_empty() {
        let person = Group::default();
        put_person(&mut option, &person, rest);
    }
    option
}

fn put_person(option: &mut Taken, group: &Group<'_>, words: &[&Word]) {
    // Numbers are no part of a name.
    let (numbers, words): (Vec<&Word>, Vec<&Word>) =
        words.iter().partition(|word| word.is_number());
    for word in numbers {
        let value = small_number(&word.text);
        let text = word.text.clone();
        option.chips.push(Chip { text, kind: ChipKind::Number, value: value.clone() });
        option.numbers.push(any_number(&value));
    }
    if words.is_empty() {
        return;
    }
    let role = group.role.and_then(|role| IndexDefinitions::get().query.role.get(role));
    option.chips.push(Chip {
        text: text_of(group.said.iter().chain(&words).copied()),
        kind: ChipKind::Name,
        value: role.map(|role| role.label.clone()).unwrap_or_default(),
    });
    let syllables = words.iter().map(|word| typed(word)).collect();
    option.people.push(PersonWish { syllables, role: group.role });
}

fn typed(word: &Word) -> Typed {
    Typed {
        form: Syllable::new(&word.text),
        telex: telex::decoded(&word.text).map(|text| Syllable::new(&text)),
        // `Ng.` and `T.` are cut; a whole syllable at the end of a sentence is not.
        cut: word.dot && word.text.chars().count() <= 2,
    }
}

fn put_place(option: &mut Taken, said: &[&Word], words: &[&Word]) {
    let units = units_of(words);
    let names: Vec<&str> = units.iter().take(3).map(|unit| unit.name).collect();
    option.chips.push(Chip {
        text: text_of(said.iter().chain(words).copied()),
        kind: ChipKind::Place,
        value: names.join(", "),
    });
    option.places.push(PlaceWish {
        words: words.iter().map(|word| word.folded.clone()).collect(),
        entities: related(&units),
    });
}

/// Whether words are the name of a unit.
fn is_unit(words: &[&Word]) -> bool {
    let has_letters = words.first().is_some_and(|word| !word.is_number());
    has_letters
        && Gazetteer::get().knows(&joined(words.iter().map(|w| w.folded.as_str())))
}

/// The units of that name; where accents were typed, those that have them, if any.
fn units_of(words: &[&Word]) -> Vec<&'static Unit> {
    let name = joined(words.iter().map(|word| word.text.as_str()));
    let all = Gazetteer::get().find(&name, None, None);
    if name.is_ascii() {
        return all;
    }
    let canonical = |name: &str| {
        let spaced: String =
            name.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
        canonical_tone(&spaced)
    };
    let typed = canonical(&name);
    let exact: Vec<&Unit> = all
        .iter()
        .filter(|unit| canonical(unit.short_name()) == typed)
        .copied()
        .collect();
    if exact.is_empty() { all } else { exact }
}

/// The units, what went into them, and what communes became: each entity once.
fn related(units: &[&'static Unit]) -> Vec<Related> {
    let gazetteer = Gazetteer::get();
    let mut all: Vec<Related> = Vec::new();
    let mut put = |entity: &'static str, by: Relation| {
        if all.len() < MAX_UNITS && !all.iter().any(|known| known.entity == entity) {
            all.push(Related { entity, by });
        }
    };
    for unit in units {
        put(unit.entity, Relation::Named);
    }
    for unit in units {
        for entity in gazetteer.predecessors(unit.entity) {
            put(entity, Relation::WentInto);
        }
    }
    // A province that was merged names only a part of the one of today.
    for unit in units.iter().filter(|unit| unit.level == Level::Commune) {
        for entity in gazetteer.successors(unit.entity) {
            put(entity, Relation::CameOf);
        }
    }
    all
}

/// Words as typed, with what stood between them where it was not a space.
fn text_of<'w>(words: impl Iterator<Item = &'w Word>) -> String {
    let mut text = String::new();
    for word in words {
        if !text.is_empty() {
            let gap = word.gap.trim();
            let tight = !word.gap.contains(' ') && !gap.is_empty();
            text.push_str(if tight { gap } else { " " });
        }
        text.push_str(&word.text);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fold;

    #[test]
    fn a_commune_means_what_went_into_it_and_what_it_became() {
        let word = |text: &str| Word {
            text: text.to_owned(),
            folded: fold(text),
            gap: " ".to_owned(),
            colon: false,
            dot: false,
            quoted: None,
            excluded: false,
        };
        let words = [word("Sam"), word("Mứn")];
        let words: Vec<&Word> = words.iter().collect();
        let related = related(&units_of(&words));
        let by = |entity: &str| {
            related.iter().find(|related| related.entity == entity).map(|found| found.by)
        };
        assert_eq!(by("X03356"), Some(Relation::Named));
        assert_eq!(by("C03355"), Some(Relation::Named));
        assert_eq!(by("C03361"), Some(Relation::WentInto), "{related:?}");
    }
}
