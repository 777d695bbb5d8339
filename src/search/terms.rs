//! What of an entry stands in the postings, by field.

use std::sync::Arc;

use super::analysis::{Syllable, joined, syllables_of};
use super::checked::Checked;
use super::columns::Marks;
use super::entry::{Entry, IndexedRecord, Person};
use super::hash::FastMap;
use super::numbers::parts;
use super::order::own_day;
use crate::config::index::{Event, IndexDefinitions, NumberClass};

/// Widest distance of two syllables of one name that make a pair. Names of four
/// syllables have all their pairs; longer ones, and free text, the near ones.
const PAIR_WINDOW: usize = 4;

/// Syllables that are remembered while records are added, with their forms.
const REMEMBERED: usize = 100_000;

/// Most syllables of a name that are indexed.
const MAX_SYLLABLES: usize = 12;

/// A field of the index. Each holds whole terms, without positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Slot {
    /// Folded syllables of names, and two written as one.
    Name,
    /// Syllables of names that carry marks, canonical.
    Marked,
    /// Two folded syllables of one person's name, in alphabetical order.
    Pair,
    /// Last syllable of a name with the year of birth: `lan1987`.
    Born,
    /// Years of any event.
    Year,
    /// Whole dates of any event: `19870305`.
    Date,
    /// Entities (commune, district, province), and two neighbouring words of a place.
    Place,
    /// Numbers behind the letter of their class.
    Number,
    /// The kind of record.
    Kind,
    /// The collection.
    Collection,
    /// What is counted: state, findings, decade and commune, each behind a letter.
    Mark,
    /// What stands of guarded words, as in `Name`, `Marked` and `Pair`: no term of one of
    /// these is one of another, for they are plain, carry marks, or have a space.
    Guarded,
    /// Code of the unit that the file was taken in under.
    Taken,
}

/// Where the terms of a name go: syllables, those with marks, and pairs.
type NameSlots = [Slot; 3];

const OPEN: NameSlots = [Slot::Name, Slot::Marked, Slot::Pair];
const GUARDED: NameSlots = [Slot::Guarded; 3];

impl Slot {
    /// All slots, in the order of their positions.
    pub(super) const ALL: [Self; 13] = [
        Self::Name,
        Self::Marked,
        Self::Pair,
        Self::Born,
        Self::Year,
        Self::Date,
        Self::Place,
        Self::Number,
        Self::Kind,
        Self::Collection,
        Self::Mark,
        Self::Guarded,
        Self::Taken,
    ];

    /// Name of the field in the index.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Marked => "marked",
            Self::Pair => "pair",
            Self::Born => "born",
            Self::Year => "year",
            Self::Date => "date",
            Self::Place => "place",
            Self::Number => "number",
            Self::Kind => "kind",
            Self::Collection => "collection",
            Self::Mark => "mark",
            Self::Guarded => "guarded",
            Self::Taken => "taken",
        }
    }

    /// Where the same terms stand of what only some may find by.
    pub(super) fn guarded(self) -> Option<Self> {
        OPEN.contains(&self).then_some(Self::Guarded)
    }
}

/// The terms of one entry, line by line, a text for each slot.
#[derive(Debug, Default)]
pub(super) struct Terms {
    lines: [String; Slot::ALL.len()],
    known: SyllableCache,
}

/// Syllables met before: names are made of few.
#[derive(Debug, Default)]
struct SyllableCache {
    known: FastMap<String, Arc<Syllable>>,
}

impl SyllableCache {
    fn get(&mut self, text: &str) -> Arc<Syllable> {
        if let Some(known) = self.known.get(text) {
            return Arc::clone(known);
        }
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        let syllable = Arc::new(Syllable::new(text));
        self.known.insert(text.to_owned(), Arc::clone(&syllable));
        syllable
    }

    fn all_of(&mut self, text: &str) -> Vec<Arc<Syllable>> {
        syllables_of(text).take(MAX_SYLLABLES).map(|word| self.get(word)).collect()
    }
}

impl Terms {
    /// The lines of a slot; each is a term. Repeated terms are allowed.
    pub(super) fn of(&self, slot: Slot) -> &str {
        self.lines.get(slot as usize).map_or("", String::as_str)
    }

    fn put(&mut self, slot: Slot, parts: &[&str]) {
        if let Some(lines) = self.lines.get_mut(slot as usize) {
            for part in parts {
                lines.push_str(part);
            }
            lines.push('\n');
        }
    }

    /// Collects the terms of an entry.
    pub(super) fn collect<S: AsRef<str>>(
        &mut self,
        entry: &Entry<S>,
        indexed: &IndexedRecord<'_>,
        marks: Marks,
    ) {
        self.lines.iter_mut().for_each(String::clear);
        for person in &entry.persons {
            self.put_person(person);
        }
        let schema = &IndexDefinitions::get().schema;
        for (field, text) in &entry.texts {
            let syllables = self.known.all_of(text.as_ref());
            let is_guarded = schema.is_guarded(field.as_ref());
            self.put_name(&syllables, 1, if is_guarded { GUARDED } else { OPEN });
        }
        for (event, day) in &entry.days {
            // Only what happened to the entry or a person; births are put with them.
            if *event != Event::Born {
                self.put_day(*day);
            }
        }
        let mut units: Vec<&str> = Vec::new();
        for place in &entry.places {
            for entity in place.entities.as_ref().split(' ') {
                if !entity.is_empty() && !units.contains(&entity) {
                    units.push(entity);
                    self.put(Slot::Place, &[entity]);
                }
            }
            let mut words = place.text.as_ref().split(' ');
            let mut before = words.next().unwrap_or_default();
            for word in words {
                self.put(Slot::Place, &[before, " ", word]);
                before = word;
            }
        }
        for number in &entry.numbers {
            self.put_number(number.class, number.value.as_ref());
        }
        self.put(Slot::Kind, &[entry.kind.as_ref()]);
        if let Some(collection) = indexed.collection {
            self.put(Slot::Collection, &[collection]);
        }
        if let Some(unit) = indexed.unit {
            self.put(Slot::Taken, &[unit]);
        }
        self.put(Slot::Mark, &["s", marks.checked.name()]);
        self.put(Slot::Mark, &[findings_term(marks.has_findings)]);
        if let Some(day) = own_day(entry) {
            let mut digits = [0; 8];
            self.put(Slot::Mark, &["d", decimal(u32::from(day.year / 10), &mut digits)]);
        }
        if let Some(unit) = marks.unit {
            self.put(Slot::Mark, &["u", unit]);
        }
    }

    fn put_person<S: AsRef<str>>(&mut self, person: &Person<S>) {
        let syllables = self.known.all_of(person.name.as_ref());
        self.put_name(&syllables, PAIR_WINDOW - 1, OPEN);
        if let (Some(day), Some(last)) = (person.born, syllables.last()) {
            let mut digits = [0; 8];
            let year = decimal(u32::from(day.year), &mut digits);
            self.put(Slot::Born, &[&last.folded, year]);
            self.put_day(day);
        }
    }

    fn put_name(
        &mut self,
        syllables: &[Arc<Syllable>],
        window: usize,
        [name, marked, pair]: NameSlots,
    ) {
        for (at, syllable) in syllables.iter().enumerate() {
            self.put(name, &[&syllable.folded]);
            if syllable.has_marks() {
                self.put(marked, &[&syllable.canonical]);
            }
            let next = syllables.get(at + 1);
            let whole = next.and_then(|next| joined(&syllable.folded, &next.folded));
            if let Some(whole) = whole {
                self.put(name, &[&whole]);
            }
            for other in syllables.iter().skip(at + 1).take(window) {
                let (first, second) = ordered(&syllable.folded, &other.folded);
                self.put(pair, &[first, " ", second]);
            }
        }
    }

    fn put_day(&mut self, day: super::numbers::Day) {
        let mut digits = [0; 8];
        let year = decimal(u32::from(day.year), &mut digits);
        self.put(Slot::Year, &[year]);
        if day.is_whole() {
            let whole = decimal(day.packed(), &mut digits);
            self.put(Slot::Date, &[whole]);
        }
    }

    fn put_number(&mut self, class: NumberClass, value: &str) {
        let letter = class_letter(class);
        if matches!(class, NumberClass::Identity | NumberClass::Serial) {
            let mut has_parts = false;
            for (mark, part) in parts(value) {
                let mut buffer = [0; 4];
                self.put(Slot::Number, &[letter, mark.encode_utf8(&mut buffer), part]);
                has_parts = true;
            }
            if has_parts {
                return;
            }
        }
        self.put(Slot::Number, &[letter, value]);
        match class {
            NumberClass::Register | NumberClass::Book => {
                if let Some((ordinal, _)) = value.split_once('/') {
                    self.put(Slot::Number, &[letter, ordinal, "/"]);
                }
            }
            _ => {}
        }
    }
}

/// A number of at most eight digits as text, without memory of its own.
fn decimal(mut number: u32, digits: &mut [u8; 8]) -> &str {
    let mut start = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
        start -= 1;
        if number == 0 {
            break;
        }
    }
    let digits = digits.get(start..).unwrap_or_default();
    std::str::from_utf8(digits).unwrap_or_default()
}

/// The term of a given name with a year of birth.
pub(super) fn born_term(given: &str, year: u16) -> String {
    format!("{given}{year}")
}

/// The term of a state of checking.
pub(super) fn state_term(checked: Checked) -> String {
    format!("s{}", checked.name())
}

/// The term of records with findings, or without.
pub(super) fn findings_term(has_findings: bool) -> &'static str {
    if has_findings { "fyes" } else { "fno" }
}

/// The term of the decade of a year.
pub(super) fn decade_term(year: u16) -> String {
    format!("d{}", year / 10)
}

/// The term of the commune that a record belongs to.
pub(super) fn unit_term(entity: &str) -> String {
    format!("u{entity}")
}

/// The term of two syllables of one name.
pub(super) fn pair_term(one: &str, other: &str) -> String {
    let (first, second) = ordered(one, other);
    format!("{first} {second}")
}

fn ordered<'t>(one: &'t str, other: &'t str) -> (&'t str, &'t str) {
    if one <= other { (one, other) } else { (other, one) }
}

/// The terms that a number of this class and value has in the index, each of which must be there:
/// a long one has its parts only.
pub(super) fn number_terms(class: NumberClass, value: &str) -> Vec<String> {
    let letter = class_letter(class);
    let long = matches!(class, NumberClass::Identity | NumberClass::Serial);
    let parts = parts(value).filter(|_| long).take(2);
    let mut terms: Vec<String> =
        parts.map(|(mark, part)| format!("{letter}{mark}{part}")).collect();
    if terms.is_empty() {
        terms.push(format!("{letter}{value}"));
    }
    terms
}

/// What stands before a number in the index, by class.
pub(super) fn class_letter(class: NumberClass) -> &'static str {
    match class {
        NumberClass::Identity => "i",
        NumberClass::Register => "r",
        NumberClass::Book => "b",
        NumberClass::Page => "p",
        NumberClass::Serial => "s",
        NumberClass::Parcel => "t",
        NumberClass::Sheet => "m",
        NumberClass::Document => "d",
    }
}
