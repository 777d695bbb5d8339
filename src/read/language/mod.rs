//! Readings weighed with the language: which of the letters that the engine saw make words
//! that follow each other.
//!
//! The words of a line are read anew by the
//! [Viterbi algorithm](https://doi.org/10.1109/TIT.1967.1054010): what the engine saw of each
//! letter, and how often words follow each other. Only letters change, never their number;
//! marks that the engine did not see may be added, at a price. The language prefers and
//! never forces: a word with a capital, which may be a name, is never worth more for being
//! common, only for standing where the list has seen it stand.

mod choices;
mod pairs;

use crate::model::{Line, Word};

use choices::{Choice, choices};
use pairs::LIST;

/// How much the language counts against the letters.
const WEIGHT: f32 = 0.8;
/// Least probability of a word, as a logarithm.
const LEAST: f32 = -16.0;
/// Letters that a place of the lattice holds at most.
const MOST_RIVALS: usize = 5;
/// Confidence of a word whose letters the engine did not see itself, at most.
const UNSEEN_AT_MOST: f32 = 0.75;

/// Reads the words of some lines anew.
pub(super) fn weigh(lines: &mut [Option<Line>]) {
    for line in lines.iter_mut().flatten() {
        weigh_line(line);
    }
}

/// Reads the words of a line anew; its text follows. Of `trú/tạm` each half is a word.
pub fn weigh_line(line: &mut Line) {
    let parted: Vec<Vec<Word>> = line.words.iter().map(halves).collect();
    let options: Vec<Vec<Choice>> = parted.iter().flatten().map(choices).collect();
    if options.iter().all(|it| it.len() < 2) {
        return;
    }
    let mut changed = false;
    let mut taken = options.iter().zip(best(&options));
    for (word, mut parts) in line.words.iter_mut().zip(parted) {
        let mut word_changed = false;
        for (part, (options, best)) in parts.iter_mut().zip(taken.by_ref()) {
            if best > 0
                && let Some(choice) = options.get(best)
            {
                take(part, choice);
                word_changed = true;
            }
        }
        if word_changed {
            *word = joined(word, parts);
            changed = true;
        }
    }
    if changed {
        let texts: Vec<&str> = line.words.iter().map(|word| word.text.as_str()).collect();
        line.text = texts.join(" ");
    }
}

/// The words on both sides of a stroke, the stroke with the first; the word itself where it is
/// none or may be a code, which small letters behind the stroke are not.
fn halves(word: &Word) -> Vec<Word> {
    let (before, after) = word.text.split_once('/').unwrap_or_default();
    let ends_in_letter = before.ends_with(char::is_alphabetic);
    if !ends_in_letter || !after.starts_with(char::is_lowercase) {
        return vec![word.clone()];
    }
    let (at, end) = (before.chars().count() + 1, word.text.chars().count());
    vec![word.part(0..at), word.part(at..end)]
}

/// Two halves as the one word that they are.
fn joined(word: &Word, halves: Vec<Word>) -> Word {
    let confidence =
        halves.iter().map(|half| half.confidence).fold(word.confidence, f32::min);
    Word {
        text: halves.iter().map(|half| half.text.as_str()).collect(),
        letters: halves.into_iter().flat_map(|half| half.letters).collect(),
        confidence,
        ..*word
    }
}

/// The choice of each word that makes the likeliest line.
fn best(options: &[Vec<Choice>]) -> Vec<usize> {
    let mut scores: Vec<Vec<(f32, usize)>> = Vec::with_capacity(options.len());
    for (at, choices) in options.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| options.get(at).zip(scores.get(at)));
        let row = choices.iter().map(|choice| {
            let mut best = (f32::NEG_INFINITY, 0);
            match before {
                Some((previous, sums)) => {
                    for (from, (other, (sum, _))) in previous.iter().zip(sums).enumerate()
                    {
                        let score = sum + WEIGHT * language(Some(other), choice);
                        if score > best.0 {
                            best = (score, from);
                        }
                    }
                }
                None => best = (WEIGHT * language(None, choice), 0),
            }
            (best.0 + choice.seen, best.1)
        });
        scores.push(row.collect());
    }
    let last = scores.last().map_or(&[][..], Vec::as_slice);
    let mut at =
        (0..last.len()).max_by(|&a, &b| last[a].0.total_cmp(&last[b].0)).unwrap_or(0);
    let mut path = vec![0; options.len()];
    for (place, row) in path.iter_mut().zip(&scores).rev() {
        *place = at;
        at = row.get(at).map_or(0, |(_, from)| *from);
    }
    path
}

/// What the language says of a word after another.
fn language(before: Option<&Choice>, word: &Choice) -> f32 {
    if !word.is_word {
        return 0.0;
    }
    let before = before.filter(|other| other.is_word && !other.ends_phrase);
    let said = LIST.follows(before.and_then(|it| it.known), word.known, word.capital);
    said.max(LEAST)
}

/// Takes a choice for the reading of a word.
fn take(word: &mut Word, choice: &Choice) {
    let mut changes = choice.letters.iter();
    for letter in word
        .letters
        .iter_mut()
        .filter(|it| it.may_be.first().is_some_and(|(best, _)| *best != '\0'))
    {
        let Some(wanted) = changes.next() else { break };
        if let Some(at) = letter.may_be.iter().position(|(it, _)| it == wanted) {
            letter.may_be.swap(0, at);
        } else {
            letter.may_be.insert(0, (*wanted, choices::UNSEEN));
            letter.may_be.truncate(MOST_RIVALS);
        }
    }
    word.text = choice.letters.iter().collect();
    if choice.has_unseen {
        word.confidence = word.confidence.min(UNSEEN_AT_MOST);
    }
}

#[cfg(test)]
mod tests;
