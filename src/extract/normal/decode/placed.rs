//! Places and offices, their units spelled as the gazetteer spells them.

use super::super::lexicon::PLACES;
use super::super::place::head_pieces;
use super::super::{LIKELY, Normalized};
use super::certainty_of;
use super::hamlet;
use super::lattice::{Lattice, Pattern};
use super::locate::{Chain, chain};

/// Dearest price of a letter of an institution's name.
const DEAREST: f32 = 0.6;
/// Where the name of an institution may begin at the latest, in letters.
const MOST_BEFORE: usize = 2;
/// Share of capitals from which a text is in capitals.
const MOSTLY: f32 = 0.7;

/// Whether values of a type name units of the gazetteer.
pub(super) fn is_placed(value_type: &str) -> bool {
    matches!(value_type, "place" | "office")
}

/// The value with its units and institutions spelled out; `None` where none is known.
pub(super) fn decoded(
    value_type: &str,
    lattice: &Lattice,
    plain: &Normalized,
) -> Option<Normalized> {
    let house = institution(lattice);
    let found = chain(lattice, house.as_ref().map_or(0, |house| house.end));
    let whole = lattice.without_marks_before(lattice.len());
    let limit = found.as_ref().map_or(whole, |chain| chain.start);
    if found.is_none() && house.is_none() {
        return None;
    }
    let head = head(value_type, lattice, (limit, found.as_ref()), house.as_ref());
    let units = found.as_ref().map(units_of).unwrap_or_default();
    let between = match &house {
        Some(_) => " ",
        None if value_type == "office" => " ",
        None => ", ",
    };
    let parts: Vec<&str> =
        [head.as_str(), units.as_str()].into_iter().filter(|it| !it.is_empty()).collect();
    let mut value = parts.join(between);
    let read = lattice.text(0, lattice.len());
    if is_in_capitals(&read) {
        value = value.to_uppercase();
    }
    let same = plain.value.as_deref().is_some_and(|it| same_words(it, &value));
    if same {
        return Some(Normalized::read(value, plain.certainty.max(LIKELY)));
    }
    let cost = found.as_ref().map_or(0.0, Chain::cost_per_letter);
    let house_cost = house.as_ref().map_or(0.0, |house| house.cost_per_letter);
    let certainty = certainty_of(cost.max(house_cost));
    let before = plain.value.iter().cloned().collect();
    Some(Normalized::read(value, certainty).with_alternatives(before))
}

/// What stands before the units, in its spelling.
fn head(
    value_type: &str,
    lattice: &Lattice,
    (limit, chain): (usize, Option<&Chain>),
    house: Option<&Institution>,
) -> String {
    let Some(house) = house else {
        let end = lattice.without_marks_before(limit);
        return if value_type == "place" {
            head_pieces(&hamlet::read(lattice, end, chain)).join(", ")
        } else {
            lattice.text(0, end).trim().to_owned()
        };
    };
    let rest = lattice.text(house.end, lattice.without_marks_before(limit));
    let rest = rest.trim_matches([' ', ',', '.', '-']);
    let numeral = numeral_at(lattice, house);
    let rest = if rest.is_empty() { numeral.as_str() } else { rest };
    if rest.is_empty() { house.name.to_owned() } else { format!("{} {rest}", house.name) }
}

/// The Roman numeral that the last word of an institution was written close to (`KHU VỰCI`).
fn numeral_at(lattice: &Lattice, house: &Institution) -> String {
    let word = lattice.text(lattice.word_start(house.end), house.end);
    let numeral: String =
        word.chars().rev().take_while(|letter| *letter == 'I').collect();
    if house.name.to_uppercase().ends_with('I') { String::new() } else { numeral }
}

/// The units with their words, from the lowest to the highest.
fn units_of(chain: &Chain) -> String {
    let written: Vec<String> = chain
        .units
        .iter()
        .rev()
        .map(|unit| format!("{} {}", unit.kind, unit.name).trim().to_owned())
        .collect();
    written.join(", ")
}

/// An institution at the start of a text.
struct Institution {
    name: &'static str,
    /// Where its name ends in the lattice.
    end: usize,
    cost_per_letter: f32,
}

/// The longest institution that the text begins with.
fn institution(lattice: &Lattice) -> Option<Institution> {
    let mut best: Option<(f32, Institution)> = None;
    for name in &PLACES.institutions {
        let letters = Pattern::of(name);
        let length = letters.len() as f32;
        let mut end = lattice.without_marks_before(lattice.len());
        while end > 0 {
            if end + MOST_BEFORE >= letters.len()
                && end <= letters.len() + 2 * MOST_BEFORE
            {
                let found = lattice.ends_at(end, &letters, DEAREST * length);
                let (cost, start) = found.unwrap_or((f32::MAX, end));
                let per_letter = cost / length;
                let gain = length - cost;
                if start <= MOST_BEFORE
                    && per_letter <= DEAREST
                    && best.as_ref().is_none_or(|(most, _)| gain > *most)
                {
                    let found = Institution { name, end, cost_per_letter: per_letter };
                    best = Some((gain, found));
                }
            }
            end = lattice.without_marks_before(lattice.word_start(end));
        }
    }
    best.map(|(_, found)| found)
}

/// Whether a text is written in capitals.
fn is_in_capitals(text: &str) -> bool {
    let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
    let capitals = text.chars().filter(|letter| letter.is_uppercase()).count();
    letters > 0 && capitals as f32 > MOSTLY * letters as f32
}

/// Whether two values say the same word for word.
fn same_words(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}
