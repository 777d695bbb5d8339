//! Reading with the alternatives that the engine saw.
//!
//! Values of a closed list are compared with the list letter by letter; values with a form
//! of their own are the likeliest reading that has that form; number words are the
//! likeliest words that make a number; places are spelled as the gazetteer spells them. Names
//! and free text get other readings beside them; a name is changed in one case alone, see
//! [`named`].

mod hamlet;
mod lattice;
mod list;
mod locate;
mod named;
mod placed;
mod readings;
mod repeated;
mod said_date;
mod spoken;
mod units;

use std::collections::BTreeMap;

use crate::model::{FieldState, Word};

use super::{CERTAIN, Context, LIKELY, Normalized, normalize};
use lattice::Lattice;
pub(in super::super) use repeated::same_name;

/// Whether a type has a lexicon that a reading without any fault in its form may still
/// disagree with.
pub(in super::super) fn has_lexicon(value_type: &str) -> bool {
    placed::is_placed(value_type) || spoken::is_spoken(value_type)
}

/// How many readings of a value are looked at.
const MOST_READINGS: usize = 48;
/// Other readings that are handed on.
const MOST_ALTERNATIVES: usize = 2;
/// From here on a letter is sure enough that its alternatives are not looked at.
const SURE_LETTER: f32 = 0.97;
/// An alternative that is less likely than this share of the best reading is none.
const FAINTEST_SHARE: f32 = 0.05;

/// The likeliest well-formed reading of `words` as a value of type `value_type`; `None`
/// if there is no such type.
pub fn decode(value_type: &str, words: &[Word], context: &Context) -> Option<Normalized> {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let plain = normalize(value_type, &texts.join(" "), context)?;
    if matches!(plain.state, FieldState::Absent | FieldState::NotApplicable) {
        return Some(plain);
    }
    let is_whole = plain.value.is_some() && plain.certainty >= CERTAIN;
    let lattice = Lattice::of(words);
    if let Some(list) = list::of_type(value_type) {
        // A code that was read as it is needs no list.
        let is_spelled = value_type == "land-use" && plain.value.is_some();
        let found = (!is_whole && !is_spelled).then(|| list::closest(&list, &lattice));
        match found.flatten() {
            Some(found) => return Some(found),
            None if value_type == "land-use" => {
                if let Some(found) = list::closest_use(&lattice).filter(|_| !is_spelled) {
                    return Some(found);
                }
            }
            None => return Some(plain),
        }
    }
    if spoken::is_spoken(value_type) {
        return Some(spoken::decoded(value_type, words).unwrap_or(plain));
    }
    if placed::is_placed(value_type) {
        return Some(placed::decoded(value_type, &lattice, &plain).unwrap_or(plain));
    }
    match class(value_type) {
        Class::Formed if !(is_whole && lattice.is_sure(SURE_LETTER)) => {
            Some(likeliest(value_type, &lattice, context).unwrap_or(plain))
        }
        Class::Named if !lattice.is_sure(SURE_LETTER) => {
            let others = others(value_type, &lattice, context);
            Some(named::settled(words, &plain).unwrap_or(plain).with_alternatives(others))
        }
        _ => Some(plain),
    }
}

/// What may be done with the readings of a type.
enum Class {
    /// Only some readings have the form of the type.
    Formed,
    /// Every reading is a value, so that none is better formed.
    Named,
    /// Too long for readings to be listed.
    Free,
}

fn class(value_type: &str) -> Class {
    match value_type {
        "date" | "year-or-date" | "year" | "time" | "id-number" | "phone"
        | "register-number" | "book-number" | "page-number" | "integer" | "age"
        | "gcn-serial" | "gcn-book-no" | "parcel-no" | "map-sheet-no" | "area"
        | "money" | "land-use" | "document-number" => Class::Formed,
        "name" | "person-with-title" => Class::Named,
        _ => Class::Free,
    }
}

/// How much likelier a reading is than it looks: areas are measured to a tenth of a square
/// metre, and a comma is easily overlooked.
fn prior(value_type: &str, reading: &str) -> f32 {
    const WITH_A_COMMA: f32 = 6.0;
    if value_type == "area" && reading.contains([',', '.']) { WITH_A_COMMA } else { 1.0 }
}

/// The value that most of the readings' probability is for, with the others beside it;
/// `None` if no reading has a value.
fn likeliest(
    value_type: &str,
    lattice: &Lattice,
    context: &Context,
) -> Option<Normalized> {
    // Value → probability of all its readings, with their certainty and without.
    let mut values: BTreeMap<String, (f32, f32)> = BTreeMap::new();
    for (reading, probability) in lattice.readings(SURE_LETTER, MOST_READINGS) {
        let probability = probability * prior(value_type, &reading);
        let Some(read) = normalize(value_type, &reading, context) else { continue };
        let Some(value) = read.value else { continue };
        let (sum, share) = values.entry(value).or_insert((0.0, 0.0));
        *sum += probability * read.certainty;
        *share += probability;
    }
    let mut ranked: Vec<(String, f32, f32)> = values
        .into_iter()
        .map(|(value, (sum, share))| (value, sum, sum / share.max(f32::EPSILON)))
        .collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (value, best, certainty) = ranked.first()?.clone();
    let others: Vec<String> = ranked
        .iter()
        .skip(1)
        .filter(|(_, sum, _)| *sum > best * FAINTEST_SHARE)
        .take(MOST_ALTERNATIVES)
        .map(|(other, ..)| other.clone())
        .collect();
    let all: f32 = ranked.iter().map(|(_, sum, _)| sum).sum();
    // How well the letters were read is said elsewhere: here only a near draw counts.
    let draw = (2.0 * best / all).min(1.0);
    Some(Normalized::read(value, certainty * draw).with_alternatives(others))
}

/// Other readings of a name, without changing it.
fn others(value_type: &str, lattice: &Lattice, context: &Context) -> Vec<String> {
    let readings = lattice.readings(SURE_LETTER, MOST_ALTERNATIVES * 2);
    let mut others: Vec<String> = Vec::new();
    let best = readings.first().map_or(0.0, |(_, probability)| *probability);
    for (reading, probability) in readings.into_iter().skip(1) {
        let value = normalize(value_type, &reading, context).and_then(|read| read.value);
        if probability > best * FAINTEST_SHARE
            && let Some(value) = value
            && !others.contains(&value)
        {
            others.push(value);
        }
    }
    others.truncate(MOST_ALTERNATIVES);
    others
}

/// Certainty of a value that was found by comparison, by what each letter cost.
fn certainty_of(cost_per_letter: f32) -> f32 {
    (LIKELY - 0.5 * cost_per_letter).clamp(0.2, LIKELY)
}

#[cfg(test)]
mod tests;
