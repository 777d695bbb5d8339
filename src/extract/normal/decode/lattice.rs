//! The letters of some words with what each may be.

use crate::model::{Word, fold_letter};

use super::readings::best_readings;

/// Probability of a letter that the engine gave no alternatives for.
const PLAIN: f32 = 0.9;
/// Cost of a letter that the engine did not see there at all.
const UNSEEN: f32 = 4.0;
/// Cost of a letter too many or too few, where the engine says nothing about it.
const MISSING: f32 = 3.2;
/// What a lost or wrong mark costs beside the letter itself.
const MARK: f32 = 0.6;
/// Stands for no letter in the lattice.
pub(super) const NOTHING: char = '\0';

/// Letters with their probabilities, best first; never empty.
pub(super) type Choices = Vec<(char, f32)>;

/// Some words, letter by letter, spaces between them.
#[derive(Debug)]
pub(super) struct Lattice {
    letters: Vec<Choices>,
}

impl Lattice {
    /// The lattice of words; where the engine gave none, that of the text alone.
    pub(super) fn of(words: &[Word]) -> Self {
        let mut letters: Vec<Choices> = Vec::new();
        for (index, word) in words.iter().enumerate() {
            if index > 0 {
                letters.push(vec![(' ', 1.0)]);
            }
            letters.extend(of_word(word));
        }
        Self { letters }
    }

    /// Whether each letter is as good as certain.
    pub(super) fn is_sure(&self, sure: f32) -> bool {
        self.letters
            .iter()
            .all(|choices| choices.first().is_none_or(|best| best.1 >= sure))
    }

    /// The likeliest readings with their probabilities relative to the first, best first.
    pub(super) fn readings(&self, sure: f32, most: usize) -> Vec<(String, f32)> {
        best_readings(&self.letters, sure, most)
    }

    /// How much it costs to read the lattice as `text`, in natural logarithms of
    /// probabilities; case aside.
    pub(super) fn cost(&self, text: &[char]) -> f32 {
        let mut row: Vec<f32> = (0..=text.len()).map(|at| at as f32 * MISSING).collect();
        for choices in &self.letters {
            let skip = skip_cost(choices);
            let mut diagonal = row.first().copied().unwrap_or_default();
            if let Some(first) = row.first_mut() {
                *first += skip;
            }
            for (at, wanted) in text.iter().enumerate() {
                let (left, above) = (row[at], row[at + 1]);
                let read = diagonal + letter_cost(choices, *wanted);
                row[at + 1] = read.min(above + skip).min(left + MISSING);
                diagonal = above;
            }
        }
        row.last().copied().unwrap_or_default()
    }

    /// The words of the lattice, each on its own.
    pub(super) fn of_each(words: &[Word]) -> impl Iterator<Item = Self> + '_ {
        words.iter().map(|word| Self { letters: of_word(word) })
    }
}

/// The letters of a word.
fn of_word(word: &Word) -> Vec<Choices> {
    let given = word.letters.iter().filter(|letter| !letter.may_be.is_empty());
    let letters: Vec<Choices> = given.map(|letter| letter.may_be.clone()).collect();
    if letters.is_empty() {
        return word.text.chars().map(|letter| vec![(letter, PLAIN)]).collect();
    }
    letters
}

/// What it costs that there is no letter.
fn skip_cost(choices: &Choices) -> f32 {
    let said = choices.iter().find(|(letter, _)| *letter == NOTHING);
    said.map_or(MISSING, |(_, probability)| cost_of(*probability).min(MISSING))
}

/// What it costs to read a letter as `wanted`, a lower-case letter with its marks.
fn letter_cost(choices: &Choices, wanted: char) -> f32 {
    let plain = fold_letter(wanted);
    let mut best = UNSEEN;
    for &(letter, probability) in choices {
        let same = letter == wanted || letter.to_lowercase().eq(std::iter::once(wanted));
        let cost = if same {
            cost_of(probability)
        } else if letter != NOTHING && letter != ' ' && fold_letter(letter) == plain {
            cost_of(probability) + MARK
        } else {
            continue;
        };
        best = best.min(cost);
    }
    best
}

/// The natural logarithm of a probability as a cost, at most that of an unseen letter.
fn cost_of(probability: f32) -> f32 {
    (-probability.max(1e-6).ln()).clamp(0.0, UNSEEN)
}
