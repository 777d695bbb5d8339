//! From what was typed to wishes. Words that mean something are in `index/query.toml`.

mod groups;
mod lex;
mod pieces;

use self::pieces::Depth;
use super::analysis::Syllable;
use super::query::{Chip, ChipKind, Filters, PersonWish, Query, Reading, Typed};
use crate::model::nfc;

/// Most letters of a query that are read; the longest sensible one has half as many.
const MAX_LETTERS: usize = 400;

/// Letters that are shown of what was not read.
const MAX_SHOWN: usize = 80;

/// Most words of a query that are read.
const MAX_WORDS: usize = 40;

/// Most ways in which a query is taken.
const MAX_READINGS: usize = 8;

/// How far words are taken for what they mean, and what such a reading is worth: words for
/// roles, places and years may be names (`Bàn`, `Chá`, `Sinh`), words for kinds hardly.
const DEPTHS: [(Depth, f32); 3] =
    [(Depth::All, 1.0), (Depth::Kinds, 0.975), (Depth::Numbers, 0.955)];

/// Understands a query.
pub(super) fn parse(text: &str) -> Query {
    let whole = nfc(text);
    let text: String = whole.chars().take(MAX_LETTERS).collect();
    let mut words = lex::words(&text);
    let ignored = words.split_off(words.len().min(MAX_WORDS));
    let mut common: Vec<Chip> = Vec::new();
    let (quoted, words): (Vec<_>, Vec<_>) =
        words.into_iter().partition(|word| word.quoted.is_some());
    let (excluded, words): (Vec<_>, Vec<_>) =
        words.into_iter().partition(|word| word.excluded);
    let mut phrases: Vec<(u32, Vec<Syllable>)> = Vec::new();
    for word in &quoted {
        let number = word.quoted.unwrap_or_default();
        match phrases.last_mut() {
            Some((last, phrase)) if *last == number => {
                phrase.push(Syllable::new(&word.text));
            }
            _ => phrases.push((number, vec![Syllable::new(&word.text)])),
        }
    }
    let phrases: Vec<Vec<Syllable>> =
        phrases.into_iter().map(|(_, phrase)| phrase).collect();
    for phrase in &phrases {
        let text = joined(phrase.iter().map(|syllable| syllable.verbatim.as_str()));
        common.push(Chip { value: text.clone(), text, kind: ChipKind::Phrase });
    }
    for word in &excluded {
        let text = word.text.clone();
        common.push(Chip { value: text.clone(), text, kind: ChipKind::Excluded });
    }
    if !ignored.is_empty() {
        let text = joined(ignored.iter().map(|word| word.text.as_str()));
        common.push(Chip { text, kind: ChipKind::Ignored, value: String::new() });
    }
    let beyond: String = whole.chars().skip(MAX_LETTERS).take(MAX_SHOWN).collect();
    if !beyond.trim().is_empty() {
        let text = beyond.trim().to_owned();
        common.push(Chip { text, kind: ChipKind::Ignored, value: String::new() });
    }
    let mut readings = Vec::new();
    for (depth, prior) in DEPTHS {
        readings.extend(groups::readings(&pieces::pieces(&words, depth), prior));
    }
    let mut unique: Vec<Reading> = Vec::new();
    for mut reading in readings {
        let known = unique.iter().any(|other| same_wishes(other, &reading));
        if !known && unique.len() < MAX_READINGS {
            // A phrase is most often a name; that it stands together is checked later.
            for phrase in &phrases {
                let typed = |form: &Syllable| Typed {
                    form: form.clone(),
                    telex: None,
                    cut: false,
                };
                let syllables = phrase.iter().map(typed).collect();
                reading.people.push(PersonWish { syllables, role: None });
            }
            reading.chips.extend(common.iter().cloned());
            unique.push(reading);
        }
    }
    Query {
        text,
        readings: unique,
        phrases,
        excluded: excluded.iter().map(|word| Syllable::new(&word.text)).collect(),
        filters: Filters::default(),
    }
}

fn same_wishes(one: &Reading, other: &Reading) -> bool {
    one.people == other.people
        && one.years == other.years
        && one.days == other.days
        && one.numbers == other.numbers
        && one.places == other.places
        && one.kinds == other.kinds
}

/// Words with a space between them.
fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
