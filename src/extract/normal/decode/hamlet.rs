//! What stands before the units of a place: a hamlet, a house, a street.
//!
//! No list has the hamlets, so they are kept as they were read. Two things are known all the
//! same: the word for a hamlet is one of few, and its name is made of syllables that its
//! neighbours bear too (`Nậm`, `Huổi`, `Phiêng` around Điện Biên). Where the engine hesitates
//! between two letters, the syllable that a unit of the same province bears is the likelier.

use std::collections::BTreeSet;

use super::SURE_LETTER;
use super::lattice::Lattice;
use super::locate::{Chain, HAMLETS};
use crate::model::{fold, is_vowel};

/// Readings of a syllable that are looked at.
const MOST_READINGS: usize = 12;
/// Price of a syllable that no unit of the province bears, in natural logarithms: a letter
/// to which the engine gives one chance in six.
const STRANGE: f32 = 1.8;
/// A word for a unit that begins no name, and how sure its letters may be.
const UNIT: &str = "Xã";
const SURE_UNIT: f32 = 1.0;
/// How much cheaper a reading must be than the likeliest one.
const MARGIN: f32 = 0.3;
/// Letters of a syllable that says nothing about what it is.
const SHORT: usize = 1;
/// Dearest price of a letter of a word for a hamlet.
const DEAREST_WORD: f32 = 1.15;
/// The same for a word in small letters: names are in capitals, it can be nothing else.
const DEAREST_SMALL: f32 = 1.8;
/// How much dearer the next word for a hamlet must be.
const MARGIN_OF_WORDS: f32 = 1.0;

/// The words before `end` as they are read where the units are those of `chain`.
pub(super) fn read(lattice: &Lattice, end: usize, chain: Option<&Chain>) -> String {
    let Some(chain) = chain else { return lattice.text(0, end) };
    let nearby = chain.syllables();
    let words = lattice.words(0, end);
    let mut read: Vec<String> = Vec::new();
    for (index, &word) in words.iter().enumerate() {
        let own = lattice.text(word.0, word.1);
        let next = words.get(index + 1).map(|next| lattice.text(next.0, next.1));
        let begins_name = next.is_some_and(|next| begins_name(&next));
        let hamlet = (index == 0 && begins_name).then(|| hamlet_word(lattice, word));
        read.push(match hamlet.flatten() {
            Some(hamlet) => hamlet,
            None => not_a_unit(lattice, word, &own)
                .filter(|_| index > 0)
                .unwrap_or_else(|| syllable(lattice, word, own, &nearby)),
        });
    }
    spaced(&read.join(" "))
}

/// Whether a word may be the first of a hamlet's name or its number.
fn begins_name(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_uppercase() || letter.is_numeric())
}

/// The word for a hamlet that the letters are nearly; `None` where they are one, or none.
fn hamlet_word(lattice: &Lattice, (start, end): (usize, usize)) -> Option<String> {
    let end = lattice.without_marks_before(end);
    let is_small = lattice.text(start, end).starts_with(char::is_lowercase);
    let of_a_letter = if is_small { DEAREST_SMALL } else { DEAREST_WORD };
    let mut near: Vec<(f32, &str)> = HAMLETS
        .iter()
        .filter(|(word, _)| !word.contains(' '))
        .filter_map(|(word, letters)| {
            let dearest = of_a_letter * letters.len() as f32;
            let (cost, at) = lattice.ends_at(end, letters, dearest)?;
            (at == start).then_some((cost, *word))
        })
        .collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    let &(cost, word) = near.first()?;
    let is_clear = near.get(1).is_none_or(|(next, _)| next - cost >= MARGIN_OF_WORDS);
    is_clear.then(|| word.to_owned())
}

/// The likeliest other reading of a word of a name that was read as the word for a unit: no
/// hamlet is called `Xã Lông`, one is `Xa Lông`.
fn not_a_unit(lattice: &Lattice, word: (usize, usize), own: &str) -> Option<String> {
    if own != UNIT {
        return None;
    }
    let readings = lattice.readings_of(word, SURE_UNIT, MOST_READINGS).into_iter();
    readings.map(|(reading, _)| reading).find(|it| it != own && fold(it) == fold(own))
}

/// A word of a name: the likeliest reading, where strange syllables have their price.
fn syllable(
    lattice: &Lattice,
    (start, end): (usize, usize),
    own: String,
    nearby: &BTreeSet<String>,
) -> String {
    let core = |text: &str| {
        text.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase()
    };
    let says_nothing = core(&own).chars().count() <= SHORT;
    if says_nothing || own.chars().any(char::is_numeric) || nearby.contains(&core(&own)) {
        return own;
    }
    lattice
        .readings_of((start, end), SURE_LETTER, MOST_READINGS)
        .into_iter()
        .filter(|(reading, _)| nearby.contains(&core(reading)))
        .find(|(_, probability)| STRANGE + probability.ln() > MARGIN)
        .map_or(own, |(reading, _)| reading)
}

/// The text with a space between a word and the number behind it, and none of the dots
/// behind the word for a hamlet: `thôn.4` → `thôn 4`, `Nà Hỳ1` → `Nà Hỳ 1`.
fn spaced(text: &str) -> String {
    let mut out = String::new();
    let letters: Vec<char> = text.chars().collect();
    for (at, &letter) in letters.iter().enumerate() {
        let next = letters.get(at + 1).copied().unwrap_or(' ');
        let is_first = !out.contains(' ');
        let is_dot = letter == '.' && is_first && !next.is_whitespace();
        let is_hamlet = || HAMLETS.iter().any(|(word, _)| out.to_lowercase() == *word);
        if is_dot && is_hamlet() {
            out.push(' ');
            continue;
        }
        let word: Vec<char> =
            out.chars().rev().take_while(|it| it.is_alphabetic()).collect();
        if letter.is_numeric() && word.len() > SHORT && is_syllable(&word) {
            out.push(' ');
        }
        out.push(letter);
    }
    out
}

/// Whether letters (in any order) are those of a written word, not of a code such as `Km`.
fn is_syllable(letters: &[char]) -> bool {
    letters.iter().any(|letter| is_vowel(*letter))
        && letters.first().is_some_and(|last| last.is_lowercase())
}
