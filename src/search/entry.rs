//! The compact form of a record: what is compared with a query, and nothing else.

use super::SearchError;
use super::numbers::Day;
use super::order::{packed_day, unpacked_day};
use crate::config::index::{Event, NumberClass, PlaceMeaning};
use crate::model::Record;

/// A record on its way into the index, with what the catalog knows of its file.
#[derive(Debug, Clone, Copy)]
pub struct IndexedRecord<'a> {
    /// The record.
    pub record: &'a Record,
    /// Path of the file as it was archived; folder names tell place and year.
    pub path: &'a str,
    /// Collection it was taken in under.
    pub collection: Option<&'a str>,
    /// Code of the unit it was taken in under, e.g. `03361`.
    pub unit: Option<&'a str>,
}

/// How sure a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sureness {
    /// Second or third reading, or only in the name of the file.
    Doubtful,
    /// Read by the machine.
    Read,
    /// Keyed or checked by a person.
    Checked,
}

/// A person of a record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Person<S> {
    /// Position in `person` of `index/schema.toml`; says role and field.
    pub(super) position: u8,
    /// As normalized.
    pub(super) name: S,
    /// Date or year of birth.
    pub(super) born: Option<Day>,
    /// The year of birth is the entry's year less the age, and may be one off.
    pub(super) by_age: bool,
    /// How sure the name is.
    pub(super) sureness: Sureness,
}

/// A number of a record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Number<S> {
    /// What it counts.
    pub(super) class: NumberClass,
    /// The field.
    pub(super) field: S,
    /// As it is compared.
    pub(super) value: S,
}

/// A place of a record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place<S> {
    /// What it is to the record.
    pub(super) meaning: PlaceMeaning,
    /// The field; empty for the path.
    pub(super) field: S,
    /// Folded words.
    pub(super) text: S,
    /// Entities it may be, separated by spaces: commune, district, province.
    pub(super) entities: S,
}

/// The compact form of a record; `S` owns its texts or borrows them from the index.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry<S> {
    /// Identity of the record.
    pub(super) id: S,
    /// Its kind.
    pub(super) kind: S,
    /// In the order of the schema.
    pub(super) persons: Vec<Person<S>>,
    /// In the order of the fields' names.
    pub(super) numbers: Vec<Number<S>>,
    /// Dates that are nobody's birth.
    pub(super) days: Vec<(Event, Day)>,
    /// The most telling first.
    pub(super) places: Vec<Place<S>>,
    /// Other words: field (empty for the path) and text.
    pub(super) texts: Vec<(S, S)>,
}

impl<S: AsRef<str>> Entry<S> {
    /// As bytes for the index. Texts and lists are preceded by their length.
    pub(super) fn encoded(&self) -> Vec<u8> {
        let mut out = Encoder(Vec::with_capacity(256));
        out.text(self.id.as_ref());
        out.text(self.kind.as_ref());
        out.number(self.persons.len());
        for person in &self.persons {
            out.number(usize::from(person.position));
            out.text(person.name.as_ref());
            let flags = person.sureness as usize * 2 + usize::from(person.by_age);
            out.day(flags, person.born);
        }
        out.number(self.numbers.len());
        for number in &self.numbers {
            out.number(number.class as usize);
            out.text(number.field.as_ref());
            out.text(number.value.as_ref());
        }
        out.number(self.days.len());
        for (event, day) in &self.days {
            out.day(*event as usize, Some(*day));
        }
        out.number(self.places.len());
        for (at, place) in self.places.iter().enumerate() {
            let field = place.field.as_ref();
            out.number(field.len() * MEANINGS.len() + place.meaning as usize);
            out.0.extend_from_slice(field.as_bytes());
            out.text(place.text.as_ref());
            // Most places of a record are in one commune, and are said once.
            let entities = place.entities.as_ref();
            let mut before = self.places.iter().take(at);
            let same = before.position(|other| other.entities.as_ref() == entities);
            out.number(same.unwrap_or(at + entities.len()));
            if same.is_none() {
                out.0.extend_from_slice(entities.as_bytes());
            }
        }
        out.number(self.texts.len());
        for (field, text) in &self.texts {
            out.text(field.as_ref());
            out.text(text.as_ref());
        }
        out.0
    }
}

impl<'a> Entry<&'a str> {
    /// Back from [`Entry::encoded`].
    ///
    /// # Errors
    ///
    /// [`SearchError::Damaged`] where the bytes are no entry.
    pub(super) fn decoded(bytes: &'a [u8]) -> Result<Self, SearchError> {
        // The bytes of numbers are letters too, so that one look suffices for all texts.
        let bytes = std::str::from_utf8(bytes).map_err(|_| SearchError::Damaged)?;
        Self::read(&mut Decoder(bytes)).ok_or(SearchError::Damaged)
    }

    fn read(from: &mut Decoder<'a>) -> Option<Self> {
        let (id, kind) = (from.text()?, from.text()?);
        let count = from.number()?;
        let mut persons = Vec::with_capacity(count.min(USUAL));
        for _ in 0..count {
            let position = u8::try_from(from.number()?).ok()?;
            let name = from.text()?;
            let (flags, born) = from.day()?;
            let sureness = match flags / 2 {
                0 => Sureness::Doubtful,
                1 => Sureness::Read,
                _ => Sureness::Checked,
            };
            let by_age = flags % 2 == 1;
            persons.push(Person { position, name, born, by_age, sureness });
        }
        let count = from.number()?;
        let mut numbers = Vec::with_capacity(count.min(USUAL));
        for _ in 0..count {
            let class = *NumberClass::ALL.get(from.number()?)?;
            numbers.push(Number { class, field: from.text()?, value: from.text()? });
        }
        let count = from.number()?;
        let mut days = Vec::with_capacity(count.min(USUAL));
        for _ in 0..count {
            let (event, day) = from.day()?;
            days.push((*EVENTS.get(event)?, day?));
        }
        let count = from.number()?;
        let mut places: Vec<Place<&'a str>> = Vec::with_capacity(count.min(USUAL));
        for at in 0..count {
            let first = from.number()?;
            let meaning = *MEANINGS.get(first % MEANINGS.len())?;
            let (field, text) = (from.letters(first / MEANINGS.len())?, from.text()?);
            let same = from.number()?;
            let entities = match same.checked_sub(at) {
                Some(length) => from.letters(length)?,
                None => places.get(same)?.entities,
            };
            places.push(Place { meaning, field, text, entities });
        }
        let count = from.number()?;
        let mut texts = Vec::with_capacity(count.min(USUAL));
        for _ in 0..count {
            texts.push((from.text()?, from.text()?));
        }
        Some(Self { id, kind, persons, numbers, days, places, texts })
    }
}

/// Room that is made at once for the parts of a record; damaged bytes may name any number.
const USUAL: usize = 16;

const EVENTS: [Event; 4] = [Event::Any, Event::Born, Event::Died, Event::Entered];
const MEANINGS: [PlaceMeaning; 4] = [
    PlaceMeaning::Registered,
    PlaceMeaning::Lived,
    PlaceMeaning::Other,
    PlaceMeaning::Path,
];

/// From this byte on, a byte says how many groups of seven bits follow: one, two, … All
/// bytes of numbers are below 80, where the bytes of letters with marks begin.
const GROUPS: u8 = 0x78;

/// How much of a day is known, beside its flags.
const NO_DAY: usize = 0;
const YEAR_ONLY: usize = 1;
const WHOLE_DAY: usize = 2;

struct Encoder(Vec<u8>);

impl Encoder {
    /// A number below 2^56.
    fn number(&mut self, value: usize) {
        if value < usize::from(GROUPS) {
            self.0.push(value as u8);
            return;
        }
        let bits = usize::BITS - value.leading_zeros();
        let groups = bits.div_ceil(7).min(8);
        self.0.push(GROUPS + (groups - 1) as u8);
        for group in (0..groups).rev() {
            self.0.push((value >> (group * 7) & 0x7f) as u8);
        }
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    /// A day, as much of it as is known, with something small beside it.
    fn day(&mut self, beside: usize, day: Option<Day>) {
        match day {
            None => self.number(beside * 3 + NO_DAY),
            Some(Day { year, month: 0, .. }) => {
                self.number(beside * 3 + YEAR_ONLY);
                self.number(usize::from(year));
            }
            Some(day) => {
                self.number(beside * 3 + WHOLE_DAY);
                self.number(packed_day(day) as usize);
            }
        }
    }
}

struct Decoder<'a>(&'a str);

impl<'a> Decoder<'a> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.0.as_bytes().first()?;
        // None where the byte is a part of a letter, which no number is.
        self.0 = self.0.get(1..)?;
        Some(byte)
    }

    fn number(&mut self) -> Option<usize> {
        let first = self.byte()?;
        let Some(more) = first.checked_sub(GROUPS) else {
            return Some(usize::from(first));
        };
        let mut value = 0_usize;
        for _ in 0..=more {
            value = value << 7 | usize::from(self.byte().filter(|byte| *byte < 0x80)?);
        }
        (first < 0x80).then_some(value)
    }

    fn day(&mut self) -> Option<(usize, Option<Day>)> {
        let flags = self.number()?;
        let day = match flags % 3 {
            NO_DAY => None,
            YEAR_ONLY => Some(Day::new(u32::try_from(self.number()?).ok()?, 0, 0)?),
            _ => Some(unpacked_day(self.number()? as u64)?),
        };
        Some((flags / 3, day))
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.number()?;
        self.letters(length)
    }

    /// A text of so many bytes.
    fn letters(&mut self, length: usize) -> Option<&'a str> {
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry<String> {
        Entry {
            id: "r1".to_owned(),
            kind: "so-khai-sinh".to_owned(),
            persons: vec![Person {
                position: 3,
                name: "lò văn mẫu".to_owned(),
                born: Day::new(1987, 3, 5),
                by_age: true,
                sureness: Sureness::Checked,
            }],
            numbers: vec![Number {
                class: NumberClass::Document,
                field: "document_no".to_owned(),
                value: "326/qdubnd".to_owned(),
            }],
            days: vec![(Event::Died, Day { year: 2015, month: 9, day: 5 })],
            places: vec![Place {
                meaning: PlaceMeaning::Lived,
                field: "meNoiCuTru".to_owned(),
                text: "ban mau xa na u".to_owned(),
                entities: "C03361 D100".to_owned(),
            }],
            texts: vec![(String::new(), "scan 1".to_owned())],
        }
    }

    #[test]
    fn an_entry_survives_the_way_into_the_index_and_back() {
        let entry = entry();
        let bytes = entry.encoded();
        let back = Entry::decoded(&bytes).expect("an entry");
        assert_eq!(back.encoded(), bytes);
        assert_eq!(back.persons[0].name, "lò văn mẫu");
        assert_eq!(back.days, entry.days);
    }

    #[test]
    fn numbers_of_all_sizes_survive_and_stay_below_the_letters_with_marks() {
        for value in [0, 1, 0x77, 0x78, 0x79, 0x7f, 0x80, 1987, 20_000, (1 << 56) - 1] {
            let mut out = Encoder(Vec::new());
            out.number(value);
            assert!(out.0.iter().all(|byte| *byte < 0x80), "{value}");
            let text = std::str::from_utf8(&out.0).expect("letters");
            assert_eq!(Decoder(text).number(), Some(value));
        }
    }

    #[test]
    fn damaged_bytes_are_an_error_and_never_a_panic() {
        let bytes = entry().encoded();
        for cut in 0..bytes.len() {
            assert!(Entry::decoded(&bytes[..cut]).is_err(), "cut at {cut}");
        }
    }
}
