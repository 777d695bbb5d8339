//! Years, dates, places and numbers against a record.

use crate::config::gazetteer::Gazetteer;
use crate::config::index::{Event, NumberClass, PlaceMeaning};
use crate::search::entry::Entry;
use crate::search::hash::FastMap;
use crate::search::numbers::Day;
use crate::search::query::{DayWish, NumberWish, PlaceWish, Related, Relation, YearWish};
use crate::search::similarity::{digits_off, is_one_edit};

/// What a record is worth that says nothing about what was asked for.
const NOT_SAID: f32 = 0.4;

/// What a year is worth that is one or two off: people remember so.
const YEARS_OFF: [f32; 3] = [1.0, 0.55, 0.4];

/// The same where the paper gives only an age.
const YEARS_OFF_BY_AGE: [f32; 3] = [0.97, 0.9, 0.6];

/// What an event of the entry is worth where the year may have been one of birth.
const OTHER_EVENT: f32 = 0.75;

/// What the birth of somebody else in the record is worth.
const OTHER_PERSON: f32 = 0.3;

/// How well a year agrees, and by how many years it is off.
pub(super) fn year(wish: YearWish, entry: &Entry<&str>, people: &[usize]) -> (f32, u16) {
    let off = |day: Day| distance(day.year, wish.from, wish.to);
    let mut best = (0.0, 0);
    let mut take = |value: f32, off: u16| {
        if value > best.0 {
            best = (value, off);
        }
    };
    let mut said = false;
    if matches!(wish.event, Event::Any | Event::Born) {
        for (at, person) in entry.persons.iter().enumerate() {
            let Some(born) = person.born else { continue };
            let about = people.contains(&at) || people.is_empty();
            said |= about;
            let table = if person.by_age { &YEARS_OFF_BY_AGE } else { &YEARS_OFF };
            let value = table.get(usize::from(off(born))).copied().unwrap_or(0.0);
            if about {
                take(value, off(born));
            } else if off(born) == 0 {
                take(OTHER_PERSON, 0);
            }
        }
    }
    for (event, day) in &entry.days {
        let same = *event == wish.event;
        let may = same || wish.event == Event::Any;
        said |= same;
        if may {
            let value = YEARS_OFF.get(usize::from(off(*day))).copied().unwrap_or(0.0);
            let alone = people.is_empty() && wish.event == Event::Any;
            // A year that is not quite that of another event says nothing.
            if same || alone {
                take(value, off(*day));
            } else if off(*day) == 0 {
                take(value * OTHER_EVENT, 0);
            }
        }
    }
    if !said {
        take(NOT_SAID, 0);
    }
    best
}

/// Years between `year` and the range.
fn distance(year: u16, from: u16, to: u16) -> u16 {
    if year < from { from - year } else { year.saturating_sub(to) }
}

/// How well a date agrees, and by how many years it is off.
pub(super) fn day(wish: DayWish, entry: &Entry<&str>, people: &[usize]) -> (f32, u16) {
    let of_year = YearWish { from: wish.day.year, to: wish.day.year, event: wish.event };
    let births = entry.persons.iter().enumerate().filter_map(|(at, person)| {
        let about = people.contains(&at) || people.is_empty();
        person.born.map(|day| (Event::Born, day, about))
    });
    let events = entry.days.iter().map(|(event, day)| (*event, *day, true));
    let mut best = 0.0_f32;
    for (event, day, about) in births.chain(events) {
        if wish.event != Event::Any && wish.event != event {
            continue;
        }
        let value = match near_day(wish.day, day) {
            // Another event than a birth is as good as said: nobody types it by chance.
            Some(value) if event != Event::Born && wish.event == Event::Any => {
                value * 0.95
            }
            Some(value) if about => value,
            Some(value) => value * OTHER_PERSON,
            None => 0.0,
        };
        best = best.max(value);
    }
    // The year alone is half of a date.
    let (value, off) = year(of_year, entry, people);
    if best >= value * 0.5 { (best, 0) } else { (value * 0.5, off) }
}

/// How near two dates are; `None` for no more than by chance.
fn near_day(typed: Day, found: Day) -> Option<f32> {
    if typed == found {
        return Some(1.0);
    }
    if !found.is_whole() {
        // Only the year is on the paper, and it agrees.
        let months = found.month == 0 || found.month == typed.month;
        return (typed.year == found.year && months).then_some(0.7);
    }
    let same =
        [typed.year == found.year, typed.month == found.month, typed.day == found.day];
    let swapped = typed.day == found.month && typed.month == found.day;
    match same.iter().filter(|same| **same).count() {
        2 => Some(0.7),
        _ if swapped && typed.year == found.year => Some(0.7),
        _ => None,
    }
}

/// What was found of a place.
pub(super) struct PlaceFound<'e> {
    pub(super) value: f32,
    pub(super) by: Option<Relation>,
    /// The unit in the record.
    entity: Option<&'static str>,
    /// Where it stands.
    pub(super) field: Option<&'e str>,
}

impl PlaceFound<'_> {
    /// The unit in the record, by its name.
    pub(super) fn unit(&self) -> Option<&'static str> {
        let unit = Gazetteer::get().newest(self.entity?);
        unit.map(|unit| unit.name)
    }
}

/// Which units of one place that was asked for records say: the same few again and again.
#[derive(Debug, Default)]
pub(super) struct PlaceMemory {
    /// Entities of a place → the one of them that was asked for most nearly.
    units: FastMap<String, Option<Related>>,
}

impl PlaceMemory {
    fn unit(&mut self, wish: &PlaceWish, entities: &str) -> Option<Related> {
        if let Some(known) = self.units.get(entities) {
            return *known;
        }
        let mut best: Option<Related> = None;
        for entity in entities.split(' ').filter(|entity| !entity.is_empty()) {
            let related = wish.entities.iter().find(|related| related.entity == entity);
            let Some(&related) = related else { continue };
            if best.is_none_or(|best| worth(related.by) > worth(best.by)) {
                best = Some(related);
            }
        }
        self.units.insert(entities.to_owned(), best);
        best
    }
}

/// What a unit is worth by how it came to be meant.
fn worth(by: Relation) -> f32 {
    match by {
        Relation::Named => 1.0,
        Relation::WentInto => 0.97,
        Relation::CameOf => 0.95,
    }
}

/// How well a place agrees with those of a record.
pub(super) fn place<'e>(
    wish: &PlaceWish,
    entry: &Entry<&'e str>,
    memory: &mut PlaceMemory,
) -> PlaceFound<'e> {
    let nothing = if entry.places.is_empty() { NOT_SAID } else { 0.0 };
    let mut best = PlaceFound { value: nothing, by: None, entity: None, field: None };
    for place in &entry.places {
        let meaning = match place.meaning {
            PlaceMeaning::Registered => 1.0,
            PlaceMeaning::Lived => 0.95,
            PlaceMeaning::Path => 0.9,
            PlaceMeaning::Other => 0.85,
        };
        let field = Some(place.field);
        if let Some(related) = memory.unit(wish, place.entities) {
            let value = meaning * worth(related.by);
            if value > best.value {
                let (by, entity) = (Some(related.by), Some(related.entity));
                best = PlaceFound { value, by, entity, field };
            }
        }
        // Words are worth less than a unit that was recognised.
        if best.value >= meaning * WORDS {
            continue;
        }
        let value = meaning * by_words(&wish.words, place.text);
        if value > best.value {
            best = PlaceFound { value, by: None, entity: None, field };
        }
    }
    best
}

/// What the words of a place are worth where they stand as typed.
const WORDS: f32 = 0.9;

/// How far the words of a place stand together in an address.
fn by_words(words: &[String], text: &str) -> f32 {
    if words.is_empty() || text.is_empty() {
        return 0.0;
    }
    let mut best = 0.0_f32;
    let mut rest = text;
    loop {
        best = best.max(by_first_words(words, rest));
        let Some((_, after)) = rest.split_once(' ') else { return best };
        rest = after;
    }
}

/// How far a text begins with these words.
fn by_first_words(words: &[String], text: &str) -> f32 {
    let (mut found, mut off) = (text.split(' '), 0);
    for word in words {
        let Some(found) = found.next() else { return 0.0 };
        if found == word {
            continue;
        }
        // Most are of another length, which is seen at once.
        let may_be_near = found.len().abs_diff(word.len()) < 4 && word.len() > 2;
        if !(may_be_near && word.chars().count() > 2 && is_one_edit(found, word)) {
            return 0.0;
        }
        off += 1;
    }
    match off {
        0 => WORDS,
        1 => 0.75,
        _ => 0.6,
    }
}

/// What was found of a number.
pub(super) struct NumberFound<'e> {
    pub(super) weight: f32,
    pub(super) value: f32,
    /// A digit or two are off.
    pub(super) near: bool,
    /// Field and value.
    pub(super) matched: Option<(&'e str, &'e str)>,
}

/// How well a number agrees with those of a record.
pub(super) fn number<'e>(wish: &NumberWish, entry: &Entry<&'e str>) -> NumberFound<'e> {
    let first = wish.may_be.first().map(|(class, _)| *class);
    let weight = match first {
        Some(NumberClass::Identity | NumberClass::Serial) => 8.0,
        Some(NumberClass::Register | NumberClass::Document) => 5.0,
        Some(NumberClass::Parcel) => 4.0,
        Some(NumberClass::Sheet) => 2.5,
        Some(NumberClass::Book) => 1.0,
        Some(NumberClass::Page) | None => 0.7,
    };
    // A number of which nothing was said decides nothing.
    let weight = if wish.may_be.len() > 2 { 0.8 } else { weight };
    let classes = || wish.may_be.iter().map(|(class, _)| *class);
    let has =
        |class: NumberClass| entry.numbers.iter().any(|number| number.class == class);
    let is_open = first.is_some_and(|class| {
        use NumberClass::{Book, Page, Parcel, Register, Sheet};
        // A table of parcels names its sheet at the top; a birth has neither.
        let may_lack = match class {
            Sheet => has(Parcel),
            Parcel => has(Sheet),
            Book | Page => has(Register),
            _ => false,
        };
        may_lack && !has(class)
    });
    let nothing = if is_open { NOT_SAID } else { 0.0 };
    let mut best = NumberFound { weight, value: nothing, near: false, matched: None };
    for number in &entry.numbers {
        let Some(rank) = classes().position(|class| class == number.class) else {
            continue;
        };
        let Some((class, typed)) = wish.may_be.get(rank) else { continue };
        let likely = if rank == 0 { 1.0 } else { 0.9 };
        let value = likely * near_number(*class, typed, number.value, entry);
        if value > best.value {
            let matched = Some((number.field, number.value));
            best = NumberFound { weight, value, near: value < 0.9 * likely, matched };
        }
    }
    best
}

/// How near two numbers of one class are.
fn near_number(class: NumberClass, typed: &str, found: &str, entry: &Entry<&str>) -> f32 {
    if typed == found {
        return 1.0;
    }
    match class {
        NumberClass::Identity => match digits_off(typed, found, 2) {
            Some(1) => 0.75,
            Some(2) if typed.chars().count() > 8 => 0.5,
            _ => 0.0,
        },
        NumberClass::Serial => {
            let digits = |text: &str| -> String {
                text.chars().filter(char::is_ascii_digit).collect()
            };
            if digits(typed) == digits(found) {
                return 0.8;
            }
            let letters_too = digits_off(typed, found, 1).is_some();
            match digits_off(&digits(typed), &digits(found), 1) {
                Some(_) if letters_too => 0.7,
                Some(_) => 0.5,
                None => 0.0,
            }
        }
        NumberClass::Register | NumberClass::Book => {
            let ordinal = |text: &str| text.split('/').next().unwrap_or("").to_owned();
            if ordinal(typed) != ordinal(found) {
                return 0.0;
            }
            let year =
                |text: &str| text.split_once('/').and_then(|(_, year)| year.parse().ok());
            let (asked, written): (Option<u16>, Option<u16>) = (year(typed), year(found));
            let entered = entry.days.iter().find(|(event, _)| *event == Event::Entered);
            match (asked, written.or(entered.map(|(_, day)| day.year))) {
                (Some(asked), Some(year)) if asked == year => 0.97,
                (Some(asked), Some(year)) if asked.abs_diff(year) == 1 => 0.4,
                (None, _) => 0.85,
                (Some(_), None) => 0.5,
                _ => 0.15,
            }
        }
        NumberClass::Parcel | NumberClass::Sheet
            if typed.chars().count() > 1 && digits_off(typed, found, 1).is_some() =>
        {
            0.25
        }
        _ => 0.0,
    }
}
