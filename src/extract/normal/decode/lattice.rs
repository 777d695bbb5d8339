//! The letters of some words with what each may be.

use crate::model::{Word, fold_letter, toneless};

use super::readings::best_readings;

/// Probability of a letter that the engine gave no alternatives for.
const PLAIN: f32 = 0.9;
/// Cost of a letter that the engine did not see there at all.
const UNSEEN: f32 = 4.0;
/// Cost of a letter too many or too few, where the engine says nothing about it.
const MISSING: f32 = 3.2;
/// What a lost or wrong tone costs beside the letter itself.
const TONE: f32 = 0.5;
/// What a lost or wrong hat, horn or bar costs beside the letter itself.
const HAT: f32 = 0.6;
/// Cost of a space or a mark too many or too few.
const SPACE: f32 = 0.5;
/// Cost of a text that begins within a word.
const INSIDE_WORD: f32 = 1.5;
/// Letters of a word that may belong to nothing, and what each letter behind the end costs.
const MOST_STRAY: usize = 3;
const STRAY: f32 = 1.0;
/// Letters of an abbreviation of one word.
const MOST_ABBREVIATED: usize = 2;
/// Letters that may be read beside those of a text.
const MOST_TOO_MANY: usize = 5;
/// Stands for no letter in the lattice.
pub(super) const NOTHING: char = '\0';

/// Letters with their probabilities, best first; never empty.
pub(super) type Choices = Vec<(char, f32)>;

/// A text that letters are compared with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pattern {
    /// Letters in lower case, each with its parts.
    letters: Vec<(char, Parts)>,
    /// The set of its plain letters, see [`set_of`].
    set: u64,
}

impl Pattern {
    /// The pattern of a text, case aside.
    pub(super) fn of(text: &str) -> Self {
        let lower = text.chars().flat_map(char::to_lowercase);
        let letters: Vec<(char, Parts)> =
            lower.map(|letter| (letter, Parts::of(letter))).collect();
        let set = letters.iter().fold(0, |set, (_, parts)| set | set_of(parts.plain));
        Self { letters, set }
    }

    /// How many letters it has.
    pub(super) fn len(&self) -> usize {
        self.letters.len()
    }
}

/// What a letter is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Parts {
    /// The letter without its marks, in lower case.
    plain: char,
    /// The letter without its tone.
    toneless: char,
    /// Its tone, 0 where it has none.
    tone: u8,
}

impl Parts {
    fn of(letter: char) -> Self {
        let plain = fold_letter(letter).unwrap_or(letter);
        let (toneless, tone) = toneless(letter);
        Self { plain, toneless, tone }
    }

    /// What it costs that the marks are those of `other`.
    fn cost_of_marks(self, other: Self) -> f32 {
        let tone = if self.tone == other.tone { 0.0 } else { TONE };
        let hat = if self.toneless == other.toneless { 0.0 } else { HAT };
        tone + hat
    }
}

/// A plain letter or digit as a set of one; empty for marks and spaces, which may be missing.
fn set_of(plain: char) -> u64 {
    match plain {
        'a'..='z' => 1 << (plain as u32 - 'a' as u32),
        '0'..='9' => 1 << (26 + plain as u32 - '0' as u32),
        _ => 0,
    }
}

/// A letter of the lattice with the prices of what it may be.
#[derive(Debug, Default)]
struct Priced {
    /// Letter in lower case, its parts, its price.
    may_be: Vec<(char, Parts, f32)>,
    /// Price of reading nothing here.
    skip: f32,
    /// Whether it is a space or a mark.
    is_mark: bool,
    /// The set of the plain letters that it may be.
    set: u64,
    /// Whether marks that the engine did not see cost as much as other letters.
    is_strict: bool,
}

impl Priced {
    fn of(choices: &Choices) -> Self {
        let may_be: Vec<(char, Parts, f32)> = choices
            .iter()
            .filter(|(letter, _)| *letter != NOTHING)
            .map(|&(letter, probability)| {
                let lower = letter.to_lowercase().next().unwrap_or(letter);
                (lower, Parts::of(lower), cost_of(probability))
            })
            .collect();
        let is_mark = is_mark_or_space(choices);
        let set = may_be.iter().fold(0, |set, (_, parts, _)| set | set_of(parts.plain));
        Self { may_be, skip: skip_cost(choices), is_mark, set, is_strict: false }
    }

    /// What it costs to read a letter as `wanted`.
    fn cost(&self, wanted: (char, Parts)) -> f32 {
        let mut best = UNSEEN;
        for &(letter, parts, cost) in &self.may_be {
            if letter == wanted.0 {
                best = best.min(cost);
            } else if !self.is_strict && parts.plain == wanted.1.plain && letter != ' ' {
                best = best.min(cost + parts.cost_of_marks(wanted.1));
            }
        }
        best
    }
}

/// Some words, letter by letter, spaces between them.
#[derive(Debug)]
pub(super) struct Lattice {
    letters: Vec<Choices>,
    priced: Vec<Priced>,
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
        Self::of_letters(letters)
    }

    fn of_letters(letters: Vec<Choices>) -> Self {
        let priced = letters.iter().map(Priced::of).collect();
        Self { letters, priced }
    }

    /// The letters and digits of a word, where a mark that the engine did not see is as dear
    /// as another letter: for what may be anything, such as a name.
    pub(super) fn strict(word: &Word) -> Self {
        let mut letters = of_word(word);
        letters.retain(|choices| {
            choices.first().is_none_or(|it| {
                it.0 == NOTHING || it.0.is_alphanumeric() || it.0 == '\''
            })
        });
        let mut lattice = Self::of_letters(letters);
        for letter in &mut lattice.priced {
            letter.is_strict = true;
        }
        lattice
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
    pub(super) fn cost(&self, text: &Pattern) -> f32 {
        let mut row: Vec<f32> = (0..=text.len()).map(|at| at as f32 * MISSING).collect();
        for letter in &self.priced {
            advance(&mut row, letter.skip, |_| MISSING, text.letters.iter(), letter);
        }
        row.last().copied().unwrap_or_default()
    }

    /// How many letters there are, spaces between the words included.
    pub(super) fn len(&self) -> usize {
        self.letters.len()
    }

    /// The cheapest way to read `text` in the letters that end before `end`: what it costs
    /// and where it begins. Spaces and marks may be missing or stand where none belong for
    /// little. `None` where it would cost more than `most`.
    pub(super) fn ends_at(
        &self,
        end: usize,
        text: &Pattern,
        most: f32,
    ) -> Option<(f32, usize)> {
        let first = end.saturating_sub(text.len() + MOST_TOO_MANY);
        let window = self.priced.get(first..end)?;
        let seen = window.iter().fold(0, |set, letter| set | letter.set);
        // Each letter of the text that stands nowhere costs this much at least.
        if (text.set & !seen).count_ones() as f32 * MISSING.min(UNSEEN) > most {
            return None;
        }
        let mut row: Vec<f32> = Vec::with_capacity(text.len() + 1);
        let mut sum = 0.0;
        row.push(sum);
        for letter in text.letters.iter().rev() {
            sum += missing_cost(letter.0);
            row.push(sum);
        }
        let mut best = (sum, end);
        for (start, letter) in (first..end).zip(window).rev() {
            let skip = if letter.is_mark { SPACE } else { letter.skip };
            advance(&mut row, skip, missing_cost, text.letters.iter().rev(), letter);
            let inside = if self.begins_word(start) { 0.0 } else { INSIDE_WORD };
            let cost = row.last().copied().unwrap_or_default() + inside;
            if cost < best.0 {
                best = (cost, start);
            }
        }
        (best.0 <= most).then_some(best)
    }

    /// Whether a word begins at `at`, or something that is no letter stands before it.
    pub(super) fn begins_word(&self, at: usize) -> bool {
        at == 0 || self.priced.get(at - 1).is_none_or(|letter| letter.is_mark)
    }

    /// Where the word that ends before `end` begins.
    pub(super) fn word_start(&self, end: usize) -> usize {
        let mut start = end;
        while start > 0 && !self.letters.get(start - 1).is_none_or(is_space) {
            start -= 1;
        }
        start
    }

    /// `end` without the spaces and marks that stand before it.
    pub(super) fn without_marks_before(&self, end: usize) -> usize {
        let mut end = end.min(self.len());
        while end > 0 && self.priced.get(end - 1).is_some_and(|letter| letter.is_mark) {
            end -= 1;
        }
        end
    }

    /// Where a text may end, with what the letters behind cost: at its end, or before up to
    /// `most` short words that belong to nothing, such as the edge of a frame.
    pub(super) fn ends(&self, most: usize) -> Vec<(usize, f32)> {
        let whole = self.without_marks_before(self.len());
        let mut ends = vec![(whole, 0.0)];
        let mut end = whole;
        for _ in 0..most {
            let start = self.word_start(end);
            if start == 0 || start == end || end - start > MOST_STRAY {
                break;
            }
            end = self.without_marks_before(start);
            ends.push((end, STRAY * (whole - end) as f32));
        }
        ends
    }

    /// Where a mark or two letters begin that stand before `start` on their own, parted by a
    /// dot behind them or a comma before them: what is left of an abbreviation. `None` where
    /// none stand there.
    pub(super) fn abbreviation_before(&self, start: usize) -> Option<usize> {
        let end = self.without_marks_before(start);
        let mut begin = end;
        while begin > 0 && self.priced.get(begin - 1).is_some_and(|it| !it.is_mark) {
            begin -= 1;
        }
        if begin == end || end - begin > MOST_ABBREVIATED {
            return None;
        }
        let between =
            |from: usize, to: usize, of: &[char]| self.text(from, to).contains(of);
        let is_dotted = between(end, start, &['.', ':']);
        let before = self.without_marks_before(begin);
        let is_parted = before == 0 || between(before, begin, &[',', ';', '-', '–']);
        let is_number = self.text(begin, end).chars().all(char::is_numeric);
        let follows_number = self.text(0, before).ends_with(char::is_numeric);
        let is_known = is_parted || (is_dotted && (!is_number || follows_number));
        is_known.then_some(begin)
    }

    /// The words between `start` and `end`, each with where it begins and ends.
    pub(super) fn words(&self, start: usize, end: usize) -> Vec<(usize, usize)> {
        let mut words = Vec::new();
        let mut from = start;
        for at in start..=end.min(self.len()) {
            if at == end || self.letters.get(at).is_some_and(is_space) {
                if from < at {
                    words.push((from, at));
                }
                from = at + 1;
            }
        }
        words
    }

    /// The likeliest readings of the letters from `start` to before `end`, as in
    /// [`Self::readings`].
    pub(super) fn readings_of(
        &self,
        (start, end): (usize, usize),
        sure: f32,
        most: usize,
    ) -> Vec<(String, f32)> {
        best_readings(self.letters.get(start..end).unwrap_or_default(), sure, most)
    }

    /// The likeliest letters from `start` to before `end`.
    pub(super) fn text(&self, start: usize, end: usize) -> String {
        let letters = self.letters.get(start..end).unwrap_or_default();
        let best = letters.iter().filter_map(|choices| choices.first());
        best.map(|(letter, _)| *letter).filter(|letter| *letter != NOTHING).collect()
    }

    /// The words of the lattice, each on its own.
    pub(super) fn of_each(words: &[Word]) -> impl Iterator<Item = Self> + '_ {
        words.iter().map(|word| Self::of_letters(of_word(word)))
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

/// Whether the letter is a space.
fn is_space(choices: &Choices) -> bool {
    choices.first().is_some_and(|(letter, _)| letter.is_whitespace())
}

/// Whether the letter is a space or a mark, or none at all.
fn is_mark_or_space(choices: &Choices) -> bool {
    choices.first().is_some_and(|(letter, _)| !letter.is_alphanumeric())
}

/// What it costs that a letter of a text is not there.
fn missing_cost(letter: char) -> f32 {
    if letter.is_alphanumeric() { MISSING } else { SPACE }
}

/// What it costs that there is no letter.
fn skip_cost(choices: &Choices) -> f32 {
    let said = choices.iter().find(|(letter, _)| *letter == NOTHING);
    said.map_or(MISSING, |(_, probability)| cost_of(*probability).min(MISSING))
}

/// One more letter of the lattice in the table of costs, whose columns are the letters of a
/// text: [Levenshtein's](https://en.wikipedia.org/wiki/Levenshtein_distance) with prices.
fn advance<'a>(
    row: &mut [f32],
    skip: f32,
    missing: impl Fn(char) -> f32,
    text: impl Iterator<Item = &'a (char, Parts)>,
    letter: &Priced,
) {
    let mut diagonal = row.first().copied().unwrap_or_default();
    if let Some(first) = row.first_mut() {
        *first += skip;
    }
    for (at, wanted) in text.enumerate() {
        let (left, above) = (row[at], row[at + 1]);
        let read = diagonal + letter.cost(*wanted);
        row[at + 1] = read.min(above + skip).min(left + missing(wanted.0));
        diagonal = above;
    }
}

/// The natural logarithm of a probability as a cost, at most that of an unseen letter.
fn cost_of(probability: f32) -> f32 {
    (-probability.max(1e-6).ln()).clamp(0.0, UNSEEN)
}
