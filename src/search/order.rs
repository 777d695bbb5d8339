//! The orders in which hits can be listed, and the keys that make them.
//!
//! Names go as in Vietnamese lists: by the given name, then the family name, then what
//! stands between; letters in the order of the alphabet (a ă â b c d đ e ê …), and only
//! between two equal syllables the tones (ngang, huyền, hỏi, ngã, sắc, nặng).

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::entry::{Entry, Sureness};
use super::hash::FastMap;
use super::numbers::Day;
use crate::config::index::{Event, NumberClass};
use crate::model::{VIETNAMESE_LETTERS, toneless};

/// In which order hits are listed.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// The best first; without words, as [`Sort::Date`].
    #[default]
    Relevance,
    /// The oldest entry first.
    Date,
    /// The newest entry first.
    Newest,
    /// By year and number of the entry; of land, by map sheet and parcel.
    Number,
    /// By the name of the person whom the record is about.
    Name,
}

impl Sort {
    /// All orders, as they are offered.
    pub const ALL: [Self; 5] =
        [Self::Relevance, Self::Date, Self::Newest, Self::Number, Self::Name];

    /// The name in addresses and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::Date => "date",
            Self::Newest => "newest",
            Self::Number => "number",
            Self::Name => "name",
        }
    }

    /// The order of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.name() == name)
    }
}

/// The alphabet, with the letters that only foreign and highland names have in the places
/// where dictionaries put them.
const ALPHABET: &str = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz";

/// Place of each tone of [`toneless`] (none, grave, acute, tilde, hook, dot) in the order of
/// dictionaries.
const TONE_PLACES: [u8; 6] = [0, 1, 4, 3, 2, 5];

/// Symbols of a key: its end, the ends of a syllable by tone, and the letters.
const SYMBOLS: u64 = 1 + 6 + 33;

/// Symbols that fit into 64 bits. They hold the given and the family name of most people;
/// where they do not tell two apart, the whole key is compared.
const SYMBOLS_PACKED: usize = 12;

/// A name as a list sorts it: one byte a symbol, 0 for none.
pub(super) fn name_key(name: &str) -> Vec<u8> {
    let syllables: Vec<&str> = name.split_whitespace().collect();
    let mut key = Vec::with_capacity(name.len());
    let Some((given, rest)) = syllables.split_last() else { return key };
    for syllable in std::iter::once(given).chain(rest) {
        put_syllable(syllable, &mut key);
    }
    key
}

fn put_syllable(syllable: &str, key: &mut Vec<u8>) {
    let mut tone = 0;
    for letter in syllable.chars() {
        // What is no letter (`K'Brêm`) does not count.
        let Some(&(symbol, its_tone)) = symbols().get(&letter) else { continue };
        if its_tone > 0 {
            tone = its_tone;
        }
        key.push(symbol);
    }
    let place = TONE_PLACES.get(usize::from(tone)).copied().unwrap_or_default();
    key.push(1 + place);
}

/// The symbol of every letter, and its tone as [`toneless`] counts.
fn symbols() -> &'static FastMap<char, (u8, u8)> {
    static SYMBOLS_OF: OnceLock<FastMap<char, (u8, u8)>> = OnceLock::new();
    SYMBOLS_OF.get_or_init(|| {
        let letters = ('a'..='z').chain('A'..='Z').chain(VIETNAMESE_LETTERS.chars());
        let symbol = |letter: char| {
            let (base, tone) = toneless(letter);
            let at = ALPHABET.chars().position(|one| one == base)?;
            Some((letter, (7 + at as u8, tone)))
        };
        letters.filter_map(symbol).collect()
    })
}

/// The start of a [`name_key`] as one number of the same order.
pub(super) fn packed(key: &[u8]) -> u64 {
    (0..SYMBOLS_PACKED).fold(0, |sum, at| {
        sum * SYMBOLS + u64::from(key.get(at).copied().unwrap_or_default())
    })
}

/// What a record is sorted by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Keys {
    /// [`name_key`] of the person whom it is about; empty where nobody is named.
    pub(super) name: Vec<u8>,
    /// The day of the entry, else of what it is about.
    pub(super) day: Option<Day>,
    /// Year and number of the entry, or map sheet and parcel.
    pub(super) number: Option<u64>,
}

impl Keys {
    /// The keys of a record.
    pub(super) fn of<S: AsRef<str>>(entry: &Entry<S>) -> Self {
        let mut people = entry.persons.iter();
        let first = people
            .find(|person| person.sureness != Sureness::Doubtful)
            .map(|person| name_key(person.name.as_ref()));
        Self {
            name: first.unwrap_or_default(),
            day: own_day(entry),
            number: number(entry),
        }
    }

    /// The packed name.
    pub(super) fn by_name(&self) -> Option<u64> {
        (!self.name.is_empty()).then(|| packed(&self.name))
    }

    /// The day as a number without gaps worth mentioning, which packs well.
    pub(super) fn by_day(&self) -> Option<u64> {
        self.day.map(packed_day)
    }

    /// Everything but the first key, to tell records apart that share it.
    pub(super) fn rest(&self, sort: Sort, id: &str) -> Vec<u8> {
        let number = |value: Option<u64>| value.unwrap_or(u64::MAX).to_be_bytes();
        let (day, own) = (number(self.by_day()), number(self.number));
        let mut rest = Vec::with_capacity(self.name.len() + id.len() + 17);
        match sort {
            Sort::Name => {
                rest.extend(&self.name);
                rest.push(0);
                rest.extend(day);
                rest.extend(own);
            }
            Sort::Number => {
                rest.extend(day);
                rest.extend(&self.name);
                rest.push(0);
            }
            Sort::Relevance | Sort::Date | Sort::Newest => {
                rest.extend(own);
                rest.extend(&self.name);
                rest.push(0);
            }
        }
        rest.extend(id.as_bytes());
        rest
    }
}

/// Bits for the month, 1–12, and the day, 1–31.
const MONTH_BITS: u32 = 4;
const DAY_BITS: u32 = 5;

/// A day as a number in the order of time.
pub(super) fn packed_day(day: Day) -> u64 {
    let month = u64::from(day.year) << MONTH_BITS | u64::from(day.month);
    month << DAY_BITS | u64::from(day.day)
}

/// Back from [`packed_day`].
pub(super) fn unpacked_day(packed: u64) -> Option<Day> {
    let day = packed & ((1 << DAY_BITS) - 1);
    let month = packed >> DAY_BITS & ((1 << MONTH_BITS) - 1);
    Day::new(u32::try_from(year_of(packed)).ok()?, month as u32, day as u32)
}

/// The year of a [`packed_day`].
pub(super) fn year_of(packed: u64) -> u64 {
    packed >> (MONTH_BITS + DAY_BITS)
}

/// The day of the entry; else of the death; else of the birth of the first person.
pub(super) fn own_day<S>(entry: &Entry<S>) -> Option<Day> {
    let of = |event: Event| {
        entry.days.iter().find(|(known, _)| *known == event).map(|(_, day)| *day)
    };
    let born = || entry.persons.first().and_then(|person| person.born);
    of(Event::Entered).or_else(|| of(Event::Died)).or_else(born)
}

/// Most that a number of an entry or parcel counts to; more is a misreading.
const MOST: u64 = 0xffff;

fn number<S: AsRef<str>>(entry: &Entry<S>) -> Option<u64> {
    let of = |class: NumberClass| {
        let found = entry.numbers.iter().find(|number| number.class == class)?;
        let (first, second) = match found.value.as_ref().split_once('/') {
            Some((first, second)) => (first, second),
            None => (found.value.as_ref(), ""),
        };
        let first: u64 = first.parse().ok()?;
        Some((first.min(MOST), second.parse::<u64>().ok()))
    };
    if let Some((ordinal, year)) = of(NumberClass::Register) {
        let year = year.or_else(|| own_day(entry).map(|day| u64::from(day.year)));
        return Some(year.unwrap_or_default().min(MOST) << 16 | ordinal);
    }
    let (parcel, _) = of(NumberClass::Parcel)?;
    let sheet = of(NumberClass::Sheet).map_or(0, |(sheet, _)| sheet);
    Some(sheet << 16 | parcel)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::nfc;

    /// Every name sorts before the next one, by the whole key and by the packed one.
    fn ascend(names: &[&str]) {
        for two in names.windows(2) {
            let keys: Vec<Vec<u8>> =
                two.iter().map(|name| name_key(&nfc(name).to_lowercase())).collect();
            assert!(keys[0] < keys[1], "{two:?}");
            assert!(packed(&keys[0]) <= packed(&keys[1]), "{two:?}");
        }
    }

    #[test]
    fn letters_go_by_the_vietnamese_alphabet() {
        ascend(&[
            "An", "Ăn", "Ân", "Bình", "Cường", "Dung", "Đan", "Em", "Êm", "Giang", "Hà",
            "Lan", "Mơ", "Oanh", "Ông", "Ơn", "Phúc", "Quý", "Sơn", "Tú", "Ưng", "Vân",
            "Xuân", "Yến",
        ]);
    }

    #[test]
    fn tones_part_only_equal_syllables_in_the_order_of_dictionaries() {
        ascend(&["ma", "mà", "mả", "mã", "má", "mạ", "mai", "mài"]);
        // A tone in the given name comes before any family name.
        ascend(&["Vũ Thị Hoa", "An Thị Hòa"]);
    }

    #[test]
    fn the_given_name_counts_first_then_the_family_name_then_the_rest() {
        ascend(&[
            "Trần Văn An",
            "Đỗ Thị Bình",
            "Lê Thị Bình",
            "Nguyễn Thị Bình",
            "Nguyễn Văn Bình",
            "Bùi Văn Cường",
        ]);
        assert_eq!(name_key("k'brêm"), name_key("kbrêm"));
        assert!(name_key(" ").is_empty());
    }

    #[test]
    fn numbers_count_and_do_not_spell() {
        let of = |value: &str| {
            let number = super::super::entry::Number {
                class: NumberClass::Register,
                field: "so".to_owned(),
                value: value.to_owned(),
            };
            let entry = Entry {
                id: String::new(),
                kind: String::new(),
                persons: Vec::new(),
                numbers: vec![number],
                days: Vec::new(),
                places: Vec::new(),
                texts: Vec::new(),
            };
            Keys::of(&entry).number
        };
        assert!(of("9/1999") < of("2/2015") && of("2/2015") < of("10/2015"));
        assert_eq!(of("x"), None);
    }
}
