//! Values from closed lists: code lists, ethnic groups, states.

use crate::model::{canonical_tone, fold};

use super::lexicon::{CODES, ETHNIC, NATIONALITIES, TITLES};
use super::{CERTAIN, Context, DOUBTFUL, Normalized, REPAIRED};

/// Marks of a ticked box before its words.
const TICKS: &[char] = &['☑', '☒', '✓', '✔', '[', ']', 'x', 'X', '■', ' '];

/// The code that the words of `text` stand for in a code list.
pub(super) fn code(list: &str, text: &str) -> Normalized {
    let Some(codes) = CODES.get(list) else { return Normalized::illegible(Vec::new()) };
    if codes.contains_key(text) {
        return Normalized::read(text, CERTAIN);
    }
    let unticked = text.trim_start_matches(TICKS).trim();
    let rows = codes.iter().flat_map(|(code, words)| {
        words.iter().map(move |word| (code.as_str(), word.as_str()))
    });
    closest(unticked, rows)
}

/// The result whose word is `text`: exactly, without its marks, at the start of the text,
/// or with one letter wrong, each less certain than the one before.
#[expect(
    clippy::needless_pass_by_value,
    reason = "an iterator is a value that is cloned inside"
)]
fn closest<'a>(
    text: &str,
    rows: impl Iterator<Item = (&'a str, &'a str)> + Clone,
) -> Normalized {
    let exact = squeezed(&canonical_tone(text));
    let folded = squeezed(&fold(text));
    let results = |matches: &dyn Fn(&str) -> bool| {
        let mut results: Vec<&str> = Vec::new();
        for (result, _) in rows.clone().filter(|(_, word)| matches(word)) {
            // `Hmông` and `H'Mông` are one answer.
            let spelled = squeezed(&canonical_tone(result));
            if !results.iter().any(|other| squeezed(&canonical_tone(other)) == spelled) {
                results.push(result);
            }
        }
        results
    };
    let one_of = |results: Vec<&str>, certainty: f32| match results.as_slice() {
        [] => None,
        [one] => Some(Normalized::read(*one, certainty)),
        more => {
            Some(Normalized::illegible(more.iter().map(|&it| it.to_owned()).collect()))
        }
    };
    one_of(results(&|word| squeezed(&canonical_tone(word)) == exact), CERTAIN)
        .or_else(|| one_of(results(&|word| squeezed(&fold(word)) == folded), REPAIRED))
        .or_else(|| one_of(longest_start(&folded, rows.clone()), DOUBTFUL))
        .or_else(|| {
            one_of(results(&|word| is_nearly(&squeezed(&fold(word)), &folded)), DOUBTFUL)
        })
        .unwrap_or_else(|| Normalized::illegible(Vec::new()))
}

/// Letters and digits alone.
fn squeezed(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).collect()
}

/// Results whose words the text starts with, of the longest such words; words of one
/// or two letters do not count.
fn longest_start<'a>(
    folded: &str,
    rows: impl Iterator<Item = (&'a str, &'a str)>,
) -> Vec<&'a str> {
    let mut best: Vec<&str> = Vec::new();
    let mut length = 2;
    for (result, word) in rows {
        let word = squeezed(&fold(word));
        if !folded.starts_with(&word) || word.len() < length {
            continue;
        }
        if word.len() > length {
            best.clear();
            length = word.len();
        }
        if length > 2 && !best.contains(&result) {
            best.push(result);
        }
    }
    best
}

/// Whether two words of five letters or more differ by one letter.
fn is_nearly(a: &str, b: &str) -> bool {
    const SHORTEST: usize = 5;
    if a.len() < SHORTEST || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let same_start = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let same_end =
        a.chars().rev().zip(b.chars().rev()).take_while(|(a, b)| a == b).count();
    same_start + same_end + 1 >= a.len().max(b.len())
}

/// An ethnic group as it is written, if it is one; a name with letters wrong gives the
/// name of the list with a low certainty.
pub(super) fn ethnic(text: &str, _: &Context) -> Normalized {
    listed(text, &ETHNIC)
}

/// A state as the list names it.
pub(super) fn nationality(text: &str, _: &Context) -> Normalized {
    let rows =
        NATIONALITIES.iter().filter_map(|names| Some((names.first()?, names))).flat_map(
            |(first, names)| names.iter().map(|name| (first.as_str(), name.as_str())),
        );
    let read = closest(text, rows);
    if read.value.is_some() { read } else { Normalized::illegible(vec![text.to_owned()]) }
}

/// A name of `groups` in the spelling of the list. The name itself stays: `Mèo` is not
/// turned into `Mông`, because old names belong to several groups.
fn listed(text: &str, groups: &[Vec<String>]) -> Normalized {
    let names = groups.iter().flatten().map(|name| (name.as_str(), name.as_str()));
    let outside = text.split('(').next().unwrap_or(text).trim();
    let read = closest(outside, names);
    match &read.value {
        // `Mông (Hmông)` and `Thái` stay as they are written.
        Some(name) if canonical_tone(name) == canonical_tone(outside) => {
            Normalized::read(first_capital(text), CERTAIN)
        }
        Some(_) => read,
        None if read.alternatives.is_empty() => {
            Normalized::illegible(vec![text.to_owned()])
        }
        None => read,
    }
}

/// A name in capitals as it is written in data, any other with a capital at its start.
fn first_capital(text: &str) -> String {
    if text.chars().count() > 2 && !text.chars().any(char::is_lowercase) {
        return crate::model::title_case_name(text);
    }
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// What a person is to another: as it is written, certain where the list has it.
pub(super) fn relation(text: &str, _: &Context) -> Normalized {
    let same = |known: &&String| canonical_tone(known) == canonical_tone(text);
    match TITLES.relations.iter().chain(&TITLES.seldom_relations).find(same) {
        Some(known) => Normalized::read(known.clone(), CERTAIN),
        None => Normalized::read(text, DOUBTFUL),
    }
}
