//! Numbers and dates in words, by the letters of number words.

use std::sync::LazyLock;

use crate::model::Word;

use super::super::clean::cleaned;
use super::super::date::date_from_words;
use super::super::lexicon::{DATES, NUMBERS};
use super::super::number_words::number_at_start;
use super::super::{CERTAIN, LIKELY, Normalized};
use super::certainty_of;
use super::lattice::{Lattice, Pattern};
use super::said_date;

/// Dearest price of a letter at which a number word is still taken for what is written.
const DEAREST: f32 = 1.5;
/// Words that each written word may be.
const MOST_WORDS: usize = 3;
/// Combinations of words that are tried.
const MOST_TRIES: usize = 64;

/// Whether values of a type are numbers in words.
pub(super) fn is_spoken(value_type: &str) -> bool {
    matches!(value_type, "date-words" | "area-words" | "money-words")
}

/// Every word of numbers, dates and their units, in small letters.
static VOCABULARY: LazyLock<Vec<String>> = LazyLock::new(|| {
    let (numbers, dates) = (&*NUMBERS, &*DATES);
    let joints = &numbers.joints;
    let mut words: Vec<String> = numbers.digits.values().flatten().cloned().collect();
    for list in [&joints.ten, &joints.tens, &joints.zero, &joints.hundred, &joints.point]
    {
        words.extend(list.iter().cloned());
    }
    words.extend(numbers.groups.keys().cloned());
    words.extend(numbers.units.iter().cloned());
    for list in [&dates.day, &dates.month, &dates.year, &dates.first_ten] {
        words.extend(list.iter().cloned());
    }
    words.extend(dates.months.keys().cloned());
    // The first of two words that cost the same is taken: the lists begin with the usual one.
    let mut seen = std::collections::BTreeSet::new();
    words.retain(|word| seen.insert(word.clone()));
    words
});

/// A word that may be written, with its cost.
type Choice = (String, f32);

/// The text in number words that costs least and says a number or a date; `None` where
/// none does, or where the text says one as it is.
pub(super) fn decoded(value_type: &str, words: &[Word]) -> Option<Normalized> {
    let says = |text: &str| match value_type {
        "date-words" => date_from_words(text).is_some(),
        _ => number_at_start(text).is_some(),
    };
    let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let text = cleaned(&text.join(" "));
    let exact = |word: &str| {
        let word = word.to_lowercase();
        VOCABULARY
            .iter()
            .any(|known| *known == word.trim_matches(['.', ',', '(', ')', ':']))
    };
    if says(&text) && text.split_whitespace().all(exact) {
        // A date in words has no marks: what looks like one is a leader or a stain.
        let bare = |word: &str| word.trim_matches(['.', ',', ':']).to_owned();
        let said = match value_type {
            "date-words" => {
                text.split_whitespace().map(bare).collect::<Vec<_>>().join(" ")
            }
            _ => text.clone(),
        };
        let certainty = if said == text { CERTAIN } else { LIKELY };
        return Some(Normalized::read(said, certainty));
    }
    if value_type == "date-words"
        && let Some(date) = said_date::decoded(&Lattice::of(words), &text)
    {
        return Some(date);
    }
    let choices: Vec<Vec<Choice>> = words
        .iter()
        .zip(Lattice::of_each(words))
        .map(|(word, lattice)| choices(word, &lattice))
        .collect();
    let choices = without_strays(choices);
    let letters = text.chars().count().max(1) as f32;
    for (cost, tried) in combinations(&choices) {
        let said = cleaned(&tried.join(" "));
        if says(&said) {
            return Some(Normalized::read(
                first_as(&said, &text),
                certainty_of(cost / letters),
            ));
        }
    }
    None
}

/// Without the words at the end that are no number words and too short to be any: the edge
/// of a frame, the foot of a letter.
fn without_strays(mut choices: Vec<Vec<Choice>>) -> Vec<Vec<Choice>> {
    const LONGEST: usize = 2;
    let is_stray = |options: &Vec<Choice>| {
        options.first().is_none_or(|(word, _)| {
            word.chars().count() <= LONGEST && !VOCABULARY.contains(&word.to_lowercase())
        })
    };
    while choices.last().is_some_and(is_stray) {
        choices.pop();
    }
    choices
}

/// The number words that a written word may be, cheapest first; the word itself where
/// none comes near.
fn choices(word: &Word, lattice: &Lattice) -> Vec<Choice> {
    let mut near: Vec<Choice> = VOCABULARY
        .iter()
        .map(|known| {
            let letters = Pattern::of(known);
            (known.clone(), lattice.cost(&letters), letters.len())
        })
        .filter(|(_, cost, length)| *cost <= DEAREST * *length as f32)
        .map(|(known, cost, _)| (known, cost))
        .collect();
    near.sort_by(|a, b| a.1.total_cmp(&b.1));
    near.truncate(MOST_WORDS);
    if near.is_empty() {
        near.push((word.text.clone(), 0.0));
    }
    near
}

/// Combinations of one choice for each word, cheapest first as far as single and double
/// changes go.
fn combinations(choices: &[Vec<Choice>]) -> Vec<(f32, Vec<&str>)> {
    let base: Vec<usize> = vec![0; choices.len()];
    let mut picks: Vec<Vec<usize>> = vec![base.clone()];
    for (at, options) in choices.iter().enumerate() {
        for option in 1..options.len() {
            let singles: Vec<Vec<usize>> =
                picks.iter().filter(|pick| changed(pick) < 2).cloned().collect();
            for mut pick in singles {
                if let Some(place) = pick.get_mut(at) {
                    *place = option;
                    picks.push(pick);
                }
            }
        }
    }
    let mut out: Vec<(f32, Vec<&str>)> = picks
        .into_iter()
        .map(|pick| {
            let chosen =
                choices.iter().zip(pick).filter_map(|(options, at)| options.get(at));
            chosen.fold((0.0, Vec::new()), |(cost, mut words), (word, more)| {
                words.push(word.as_str());
                (cost + more, words)
            })
        })
        .map(|(cost, words): (f32, Vec<&str>)| (cost + grammar_cost(&words), words))
        .collect();
    out.sort_by(|a, b| a.0.total_cmp(&b.0));
    out.truncate(MOST_TRIES);
    out
}

/// What it costs that words stand where their sisters should: `mốt` not after a ten,
/// `mười` after a digit.
fn grammar_cost(words: &[&str]) -> f32 {
    const PRICE: f32 = 1.0;
    let joints = &NUMBERS.joints;
    let is = |word: &str, list: &[String]| list.iter().any(|known| known == word);
    let is_digit = |word: &str| NUMBERS.digits.values().any(|list| is(word, list));
    let mut cost = 0.0;
    let mut before = "";
    for &word in words {
        let after_tens = is(before, &joints.tens);
        let only_after_ten = NUMBERS.digits.values().any(|list| {
            list.iter().skip(1).any(|known| known == word)
                && word != "tư"
                && word != "bẩy"
        });
        let is_wrong = (only_after_ten && !after_tens && !is(before, &joints.ten))
            || (is(word, &joints.ten) && is_digit(before))
            || (is(word, &joints.tens) && !is_digit(before));
        cost += if is_wrong { PRICE } else { 0.0 };
        before = word;
    }
    cost
}

/// How many words are not the cheapest.
fn changed(pick: &[usize]) -> usize {
    pick.iter().filter(|&&at| at > 0).count()
}

/// `said` with a capital where the text begins with one.
pub(super) fn first_as(said: &str, text: &str) -> String {
    if !text.chars().next().is_some_and(char::is_uppercase) {
        return said.to_owned();
    }
    let mut letters = said.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
