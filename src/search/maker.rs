//! From a record to its compact form.

use std::borrow::Cow;

use super::entry::{Entry, IndexedRecord, Number, Person, Place, Sureness};
use super::hash::FastMap;
use super::numbers::{self, Day};
use super::places::PlaceResolver;
use crate::config::index::{Event, IndexDefinitions, NumberClass, PlaceMeaning};
use crate::model::{Field, FieldState, nfc};

/// Longest text that is kept of one field, in letters.
const MAX_TEXT: usize = 160;

/// Most alternatives of one field that are indexed: second and third reading.
const MAX_ALTERNATIVES: usize = 2;

/// Names of fields that are remembered; a record has some thirty, an archive a few hundred.
const REMEMBERED: usize = 10_000;

/// What a field is to the index, by its name.
#[derive(Debug, Clone, Default)]
struct FieldMeaning {
    dates: Vec<Event>,
    numbers: Vec<NumberClass>,
    places: Vec<PlaceMeaning>,
    is_words: bool,
    /// Positions in `person` of the schema, and what of that person it says.
    persons: Vec<(usize, OfPerson)>,
}

/// What a field says of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OfPerson {
    Name,
    Born,
    Age,
}

/// The fields of a record that are about one person.
#[derive(Debug, Clone, Copy, Default)]
struct PersonFields<'r> {
    name: Option<&'r Field>,
    born: Option<&'r Field>,
    age: Option<&'r Field>,
}

impl FieldMeaning {
    fn of(name: &str, definitions: &IndexDefinitions) -> Self {
        let schema = &definitions.schema;
        let mut meaning = Self::default();
        for of in &schema.date {
            if of.fields.iter().any(|pattern| pattern.matches(name)) {
                meaning.dates.push(of.meaning);
            }
        }
        for of in &schema.number {
            if of.fields.iter().any(|pattern| pattern.matches(name)) {
                meaning.numbers.push(of.class);
            }
        }
        for of in &schema.place {
            if of.fields.iter().any(|pattern| pattern.matches(name)) {
                meaning.places.push(of.meaning);
            }
        }
        let mut words = schema.words.iter().flat_map(|words| &words.fields);
        meaning.is_words = words.any(|pattern| pattern.matches(name));
        for (position, of) in schema.person.iter().enumerate() {
            let is = |known: &Option<String>| known.as_deref() == Some(name);
            let parts = [
                (OfPerson::Name, of.name == name),
                (OfPerson::Born, is(&of.born)),
                (OfPerson::Age, is(&of.age)),
            ];
            let parts = parts.into_iter().filter(|(_, is)| *is);
            meaning.persons.extend(parts.map(|(part, _)| (position, part)));
        }
        meaning
    }
}

/// Makes entries; remembers what fields mean and which units places are. One a thread.
pub(super) struct EntryMaker {
    definitions: &'static IndexDefinitions,
    meanings: FastMap<String, FieldMeaning>,
    places: PlaceResolver,
}

impl EntryMaker {
    pub(super) fn new() -> Self {
        Self {
            definitions: IndexDefinitions::get(),
            meanings: FastMap::default(),
            places: PlaceResolver::new(),
        }
    }

    /// Takes from a record what the definitions name.
    pub(super) fn entry<'r>(
        &mut self,
        indexed: &IndexedRecord<'r>,
    ) -> Entry<Cow<'r, str>> {
        let record = indexed.record;
        let mut entry = Entry {
            id: Cow::Borrowed(record.record.0.as_str()),
            kind: Cow::Borrowed(record.kind.0.as_str()),
            persons: Vec::with_capacity(4),
            numbers: Vec::with_capacity(4),
            days: Vec::with_capacity(2),
            places: Vec::with_capacity(4),
            texts: Vec::with_capacity(2),
        };
        if self.meanings.len() > REMEMBERED {
            self.meanings.clear();
        }
        let mut people =
            vec![PersonFields::default(); self.definitions.schema.person.len()];
        for (name, field) in &record.fields {
            if !self.meanings.contains_key(name) {
                let meaning = FieldMeaning::of(name, self.definitions);
                self.meanings.insert(name.clone(), meaning);
            }
            if let Some(meaning) = self.meanings.get(name) {
                take_field(&mut entry, name, field, meaning, &mut self.places);
                for &(position, part) in &meaning.persons {
                    let Some(person) = people.get_mut(position) else { continue };
                    *match part {
                        OfPerson::Name => &mut person.name,
                        OfPerson::Born => &mut person.born,
                        OfPerson::Age => &mut person.age,
                    } = Some(field);
                }
            }
        }
        take_persons(&mut entry, &people);
        let entities = self.places.of_path(indexed.path, indexed.unit);
        if !entities.is_empty() {
            entry.places.push(Place {
                meaning: PlaceMeaning::Path,
                field: Cow::Borrowed(""),
                text: Cow::Borrowed(""),
                entities: entities.into(),
            });
        }
        entry.places.sort_by_key(|place| place.meaning);
        let file = indexed.path.rsplit(['/', '\\']).next().unwrap_or_default();
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        entry.texts.push((Cow::Borrowed(""), kept(stem)));
        entry
    }
}

fn take_persons<'r>(entry: &mut Entry<Cow<'r, str>>, people: &[PersonFields<'r>]) {
    let entered = entry.days.iter().find(|(event, _)| *event == Event::Entered);
    let entered = entered.map(|(_, day)| u32::from(day.year));
    for (position, of) in people.iter().enumerate() {
        let Some(field) = of.name else { continue };
        let said = of.born.and_then(value_of).and_then(Day::parse);
        let by_age = of
            .age
            .and_then(value_of)
            .and_then(|age| age.trim().parse::<u32>().ok())
            .zip(entered)
            .and_then(|(age, year)| Day::new(year.checked_sub(age)?, 0, 0));
        let sureness = match field.state {
            FieldState::Keyed | FieldState::Verified | FieldState::Approved => {
                Sureness::Checked
            }
            _ => Sureness::Read,
        };
        let readings = value_of(field).map(|name| (name, sureness)).into_iter();
        let others = field.alternatives.iter().take(MAX_ALTERNATIVES);
        let others = others.map(|name| (name.as_str(), Sureness::Doubtful));
        for (name, sureness) in readings.chain(others) {
            entry.persons.push(Person {
                position: position as u8,
                name: kept(name),
                born: said.or(by_age),
                by_age: said.is_none() && by_age.is_some(),
                sureness,
            });
        }
    }
}

fn take_field<'r>(
    entry: &mut Entry<Cow<'r, str>>,
    name: &'r str,
    field: &'r Field,
    meaning: &FieldMeaning,
    places: &mut PlaceResolver,
) {
    let value = value_of(field);
    if let Some(day) = value.filter(|_| !meaning.dates.is_empty()).and_then(Day::parse) {
        entry.days.extend(meaning.dates.iter().map(|&event| (event, day)));
    }
    for &class in &meaning.numbers {
        let others = field.alternatives.iter().take(MAX_ALTERNATIVES);
        for text in value.into_iter().chain(others.map(String::as_str)) {
            let value = numbers::normalized(class, text);
            let known = entry.numbers.iter();
            let mut known = known.filter(|other| other.class == class);
            if !value.is_empty() && !known.any(|other| other.value == value) {
                let (field, value) = (Cow::Borrowed(name), Cow::Owned(value));
                entry.numbers.push(Number { class, field, value });
            }
        }
    }
    let Some(value) = value else { return };
    for &meaning in &meaning.places {
        // As many bytes are no more letters.
        let (text, entities) = match value.len() {
            0..=MAX_TEXT => places.resolve(value),
            _ => places.resolve(&kept(value)),
        };
        let mut known = entry.places.iter();
        if !known.any(|other| other.text == text && other.entities == entities) {
            let (text, entities) = (Cow::Owned(text), Cow::Owned(entities));
            entry.places.push(Place {
                meaning,
                field: Cow::Borrowed(name),
                text,
                entities,
            });
        }
    }
    if meaning.is_words {
        entry.texts.push((Cow::Borrowed(name), kept(value)));
    }
}

/// The value, where there is one to search for.
fn value_of(field: &Field) -> Option<&str> {
    let value = field.value.as_deref().map(str::trim);
    value.filter(|value| !value.is_empty())
}

/// The start of a text, in lower case: as it is where it is so already.
fn kept(text: &str) -> Cow<'_, str> {
    let is_kept =
        |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase() && byte != b'`';
    if text.len() <= MAX_TEXT && text.bytes().all(is_kept) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for letter in nfc(text).chars().take(MAX_TEXT) {
        match letter {
            '\0'..='\x7f' => out.push(letter.to_ascii_lowercase()),
            _ => out.extend(letter.to_lowercase()),
        }
    }
    Cow::Owned(out)
}
