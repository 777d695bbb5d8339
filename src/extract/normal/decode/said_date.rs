//! Dates in words, read from the end: a year, a month, a day, each one of few phrases.

use std::sync::LazyLock;

use super::super::lexicon::{DATES, NUMBERS};
use super::super::{Normalized, number_in_words};
use super::certainty_of;
use super::lattice::{Lattice, Pattern};

/// Years that a date in words names.
const YEARS: std::ops::RangeInclusive<u64> = 1900..=2035;
/// Dearest price of a letter of a phrase.
const DEAREST: f32 = 1.6;
/// Dearest price of a letter of a whole date.
const DEAREST_DATE: f32 = 1.0;
/// Phrases of each part that are followed up.
const BEAM: usize = 6;
/// How much dearer the next date must be, in natural logarithms.
const MARGIN: f32 = 0.7;
/// Words at the end that may belong to nothing.
const STRAY_WORDS: usize = 1;
/// Letters that may stand before the day.
const MOST_BEFORE: usize = 3;

/// The ways of saying something, with what it is.
type Phrases = Vec<(u64, String, Pattern)>;

/// Years with the word before them: `năm hai nghìn lẻ chín`.
static YEAR: LazyLock<Phrases> = LazyLock::new(|| {
    let words = DATES.year.first().map_or("", String::as_str);
    phrases(YEARS.flat_map(|year| {
        ways(&number_in_words(year))
            .into_iter()
            .map(move |said| (year, format!("{words} {said}")))
    }))
});

/// Months with the word before them; those with a name have two.
static MONTH: LazyLock<Phrases> = LazyLock::new(|| {
    let word = DATES.month.first().map_or("", String::as_str);
    let numbers = (1..=12).flat_map(|month| {
        ways(&number_in_words(month)).into_iter().map(move |said| (month, said))
    });
    let names =
        DATES.months.iter().map(|(name, month)| (u64::from(*month), name.clone()));
    phrases(numbers.chain(names).map(|(month, said)| (month, format!("{word} {said}"))))
});

/// Days with the word before them; the first ten may have another one between.
static DAY: LazyLock<Phrases> = LazyLock::new(|| {
    let word = DATES.day.first().map_or("", String::as_str);
    phrases((1..=31).flat_map(|day| {
        let said = ways(&number_in_words(day));
        let first = DATES.first_ten.iter().filter(move |_| day <= 10);
        let with: Vec<String> = first
            .flat_map(|it| said.iter().map(move |said| format!("{it} {said}")))
            .collect();
        let all = said.clone().into_iter().chain(with);
        all.map(move |said| (day, format!("{word} {said}"))).collect::<Vec<_>>()
    }))
});

fn phrases(said: impl Iterator<Item = (u64, String)>) -> Phrases {
    said.map(|(number, text)| (number, text.clone(), Pattern::of(&text))).collect()
}

/// A number in words with the other words for its parts: `linh` and `lẻ`, `nghìn` and
/// `ngàn`, `bốn` and `tư`.
fn ways(said: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for word in said.split(' ') {
        let others = sisters(word);
        all = all
            .iter()
            .flat_map(|before| {
                others.iter().map(move |other| {
                    if before.is_empty() {
                        other.clone()
                    } else {
                        format!("{before} {other}")
                    }
                })
            })
            .collect();
    }
    all
}

/// The words that may stand for one, itself first.
fn sisters(word: &str) -> Vec<String> {
    let is = |list: &[String]| list.iter().any(|it| it == word);
    let mut all = vec![word.to_owned()];
    let mut add = |other: &String| {
        if !all.contains(other) {
            all.push(other.clone());
        }
    };
    if is(&NUMBERS.joints.zero) {
        NUMBERS.joints.zero.iter().for_each(&mut add);
    }
    if let Some(power) = NUMBERS.groups.get(word) {
        NUMBERS
            .groups
            .iter()
            .filter(|(_, other)| *other == power)
            .for_each(|(it, _)| add(it));
    }
    for (digit, list) in &NUMBERS.digits {
        // `mốt` and `lăm` stand after a ten alone; `tư` does not.
        let after_ten = NUMBERS.after_ten.get(digit);
        if is(list) && after_ten.is_none_or(|it| digit == "4" || it != word) {
            let free = |it: &&String| digit == "4" || Some(*it) != after_ten;
            let plain = |it: &&String| digit != "5" || it.as_str() == word;
            list.iter().filter(free).filter(plain).for_each(&mut add);
        }
    }
    all
}

/// Parts of a date found so far.
#[derive(Clone, Default)]
struct Found {
    cost: f32,
    start: usize,
    letters: usize,
    numbers: Vec<u64>,
    said: Vec<String>,
}

/// The date that the words say; `None` where none comes near.
pub(super) fn decoded(lattice: &Lattice, text: &str) -> Option<Normalized> {
    let mut found = Vec::new();
    for (end, price) in lattice.ends(STRAY_WORDS) {
        let begin = Found { cost: price, start: end, ..Found::default() };
        for year in with(lattice, &begin, &YEAR) {
            for month in with(lattice, &year, &MONTH) {
                found.extend(with(lattice, &month, &DAY));
            }
        }
    }
    found.retain(|it| {
        it.start <= MOST_BEFORE && it.cost <= DEAREST_DATE * it.letters as f32
    });
    found.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    let best = found.first()?;
    let said = |it: &Found| {
        let said: Vec<&str> = it.said.iter().rev().map(String::as_str).collect();
        super::spoken::first_as(&said.join(" "), text)
    };
    let certainty = certainty_of(best.cost / best.letters.max(1) as f32);
    let near = found.iter().skip(1).take_while(|it| it.cost - best.cost < MARGIN);
    let others: Vec<String> =
        near.filter(|it| it.numbers != best.numbers).take(2).map(said).collect();
    let draw = if others.is_empty() { 1.0 } else { 0.5 };
    Some(Normalized::read(said(best), certainty * draw).with_alternatives(others))
}

/// What is found with one more part before it, cheapest first.
fn with(lattice: &Lattice, after: &Found, phrases: &Phrases) -> Vec<Found> {
    let end = lattice.without_marks_before(after.start);
    let mut near: Vec<(f32, usize, &(u64, String, Pattern))> = phrases
        .iter()
        .filter_map(|phrase| {
            let most = DEAREST * phrase.2.len() as f32;
            let (cost, start) = lattice.ends_at(end, &phrase.2, most)?;
            Some((cost, start, phrase))
        })
        .collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    near.truncate(BEAM);
    let grown = near.into_iter().map(|(cost, start, (number, said, pattern))| {
        let mut found = after.clone();
        found.cost += cost;
        found.start = start;
        found.letters += pattern.len();
        found.numbers.push(*number);
        found.said.push(said.clone());
        found
    });
    grown.collect()
}
