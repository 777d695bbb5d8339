//! What of a record can be found again in others.

use std::collections::BTreeSet;

use super::place;
use super::rules::Rules;
use crate::config::gazetteer::name_key;
use crate::config::index::IndexDefinitions;
use crate::model::Record;

/// A person of a record.
#[derive(Debug, Clone, Default)]
pub(super) struct Person {
    pub(super) role: String,
    /// As written, one case.
    pub(super) name: String,
    /// Folded.
    pub(super) key: String,
    /// ISO, cut to what is known; empty if nothing is.
    pub(super) born: String,
    /// Digits of the numbers of identity.
    pub(super) ids: Vec<String>,
}

/// Digits that a number of identity has at least: older cards have nine.
const LEAST_DIGITS: usize = 9;

fn value<'r>(record: &'r Record, name: &str) -> Option<&'r str> {
    record.fields.get(name)?.value.as_deref().filter(|value| !value.is_empty())
}

/// The persons of a record who can be known again.
pub(super) fn persons(record: &Record) -> Vec<Person> {
    let never = &Rules::get().never;
    let defined = &IndexDefinitions::get().schema.person;
    let persons = defined.iter().filter(|person| !never.contains(&person.role));
    let known = persons.filter_map(|person| {
        let name = value(record, &person.name)?;
        let key = name_key(name);
        // One syllable is no name to be known by.
        if !key.contains(' ') {
            return None;
        }
        let born = person.born.as_deref().and_then(|field| value(record, field));
        let is_date = |born: &&str| {
            born.len() >= 4 && born.bytes().all(|b| b.is_ascii_digit() || b == b'-')
        };
        let ids = person.numbers.iter().filter_map(|field| value(record, field));
        let digits =
            |id: &str| id.chars().filter(char::is_ascii_digit).collect::<String>();
        let mut ids: Vec<String> = ids.map(digits).collect();
        ids.retain(|id| id.len() >= LEAST_DIGITS);
        ids.dedup();
        Some(Person {
            role: person.role.clone(),
            name: name.to_lowercase(),
            key,
            born: born.filter(is_date).unwrap_or_default().to_owned(),
            ids,
        })
    });
    known.collect()
}

/// Communes that the record names in any of its places.
pub(super) fn communes(record: &Record) -> BTreeSet<&'static str> {
    let places = &IndexDefinitions::get().schema.place;
    let is_place = |name: &str| {
        places.iter().any(|place| place.fields.iter().any(|field| field.matches(name)))
    };
    let texts = record.fields.iter().filter(|(name, _)| is_place(name));
    texts
        .filter_map(|(_, field)| field.value.as_deref())
        .flat_map(place::communes)
        .collect()
}

/// The serial of the certificate that the record is or names, without spaces.
pub(super) fn serial(record: &Record) -> Option<String> {
    let serial = value(record, "certificate_serial")?;
    let serial: String =
        serial.chars().filter(|letter| letter.is_alphanumeric()).collect();
    (serial.chars().count() >= 7).then_some(serial)
}

/// Whether the record is a certificate of land, or stands on one.
pub(super) fn is_certificate(record: &Record) -> bool {
    Rules::get().certificates.contains(&record.kind.0)
}

/// Whether the record is a change that is written on a certificate.
pub(super) fn is_written_change(record: &Record) -> bool {
    let fields = &Rules::get().written_changes;
    fields.iter().any(|name| value(record, name).is_some())
}

/// Sheet and number of the parcel.
pub(super) fn parcel(record: &Record) -> Option<(String, String)> {
    let number = |name: &str| {
        let written = value(record, name)?.trim_start_matches('0');
        (!written.is_empty()).then(|| written.to_owned())
    };
    Some((number("map_sheet_no")?, number("parcel_no")?))
}

/// Number, book and day of an entry, as far as they are known.
pub(super) struct Entry {
    pub(super) number: String,
    pub(super) date: String,
}

/// The entry of a register that the record is about.
pub(super) fn entry(record: &Record) -> Option<Entry> {
    let number = value(record, "so")?.trim_start_matches('0').to_owned();
    let date = value(record, "ngayDangKy").unwrap_or_default().to_owned();
    (!number.is_empty()).then_some(Entry { number, date })
}

/// A number such as `06/QĐ-UBND` as it is compared.
fn decision_key(written: &str) -> Option<String> {
    let key = name_key(written);
    let key = key.trim_start_matches('0').to_owned();
    let has = |is: fn(char) -> bool| key.chars().any(is);
    (has(|c| c.is_ascii_digit()) && has(char::is_alphabetic)).then_some(key)
}

/// The number of the decision that the record is.
pub(super) fn decision(record: &Record) -> Option<String> {
    ["document_no", "quyetDinhSo"]
        .into_iter()
        .find_map(|name| decision_key(value(record, name)?))
}

/// Numbers of decisions that the record's notes name.
pub(super) fn named_decisions(record: &Record) -> Vec<String> {
    let notes = Rules::get().notes.iter().filter_map(|name| value(record, name));
    let words = notes.flat_map(str::split_whitespace).filter(|word| word.contains('/'));
    words.filter_map(decision_key).collect()
}

/// What a record shares with those that it may be linked to: each mark is rare.
pub(super) fn marks(record: &Record) -> BTreeSet<String> {
    let mut marks = BTreeSet::new();
    let persons = persons(record);
    for person in &persons {
        marks.extend(person.ids.iter().map(|id| format!("i {id}")));
        if let Some(year) = person.born.get(..4) {
            marks.insert(format!("b {year} {}", person.key));
        }
        let others = persons.iter().filter(|other| other.key > person.key);
        marks.extend(others.map(|other| format!("k {} + {}", person.key, other.key)));
    }
    marks.extend(serial(record).map(|serial| format!("s {serial}")));
    if is_certificate(record) {
        marks.insert(format!("c {}", record.scan.0));
    }
    if let Some((sheet, number)) = parcel(record) {
        let places = communes(record);
        marks
            .extend(places.iter().map(|commune| format!("p {commune} {sheet} {number}")));
    }
    if let Some(entry) = entry(record).filter(|entry| entry.date.len() == 10) {
        marks.insert(format!("e {} {}", entry.number, entry.date));
    }
    let decisions = named_decisions(record).into_iter().chain(decision(record));
    marks.extend(decisions.map(|decision| format!("d {decision}")));
    marks
}

/// Queries that find the records a record may be linked to, the rarest marks first, for
/// whoever has a search and not the whole archive in hand.
pub fn questions(record: &Record) -> Vec<String> {
    let mut questions: Vec<String> = Vec::new();
    let mut ask = |question: String| {
        if !questions.contains(&question) {
            questions.push(question);
        }
    };
    let persons = persons(record);
    serial(record).into_iter().for_each(&mut ask);
    persons.iter().flat_map(|person| person.ids.clone()).for_each(&mut ask);
    for person in &persons {
        if let Some(year) = person.born.get(..4) {
            ask(format!("{} {year}", person.name));
        } else if persons.len() > 1 {
            ask(person.name.clone());
        }
    }
    questions
}
