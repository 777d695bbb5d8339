//! What kind of mistake it was.

use std::collections::BTreeMap;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;

use super::alignment::Step;
use super::spelling::TONES;

/// Most pairs of letters in a table of confusions: what comes later is rare.
const MAX_CONFUSIONS: usize = 60;

/// One wrong letter, by what is wrong with it. Each is of exactly one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Mistake {
    /// Another letter, marks aside.
    BaseLetter,
    /// The same letter with another hat, horn or breve.
    HatOrHorn,
    /// The same letter with another tone.
    Tone,
    /// The same letter with another hat and another tone.
    HatAndTone,
    /// `d` and `đ`.
    DStroke,
    /// A digit, or taken for one.
    Digit,
    /// Nothing but small and capital.
    Case,
    /// A mark that is neither letter nor digit, or taken for one.
    Punctuation,
    /// Words joined or torn apart.
    Space,
    /// A letter that is not on the paper.
    Insertion,
    /// A letter that is on the paper only.
    Deletion,
    /// A letter of a span of which nothing was read: the line was not found.
    NotFound,
}

impl Mistake {
    /// All of them, in the order of a table.
    pub const ALL: [Self; 12] = [
        Self::BaseLetter,
        Self::HatOrHorn,
        Self::Tone,
        Self::HatAndTone,
        Self::DStroke,
        Self::Digit,
        Self::Case,
        Self::Punctuation,
        Self::Space,
        Self::Insertion,
        Self::Deletion,
        Self::NotFound,
    ];

    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::BaseLetter => "base letter",
            Self::HatOrHorn => "hat or horn",
            Self::Tone => "tone",
            Self::HatAndTone => "hat and tone",
            Self::DStroke => "d and đ",
            Self::Digit => "digit",
            Self::Case => "case",
            Self::Punctuation => "punctuation",
            Self::Space => "space",
            Self::Insertion => "insertion",
            Self::Deletion => "deletion",
            Self::NotFound => "not found",
        }
    }

    /// What is wrong with a step; `None` if nothing is.
    fn of(step: Step) -> Option<Self> {
        Some(match step {
            Step::Same => return None,
            Step::Taken { want, have } => Self::of_pair(want, have),
            Step::Lost(letter) | Step::Added(letter) if letter.is_whitespace() => {
                Self::Space
            }
            Step::Lost(_) => Self::Deletion,
            Step::Added(_) => Self::Insertion,
        })
    }

    fn of_pair(want: char, have: char) -> Self {
        let either = |is: fn(char) -> bool| is(want) || is(have);
        if either(char::is_whitespace) {
            return Self::Space;
        }
        if either(char::is_numeric) {
            return Self::Digit;
        }
        if either(|letter| !letter.is_alphabetic()) {
            return Self::Punctuation;
        }
        let (want, have) = (Parts::of(want), Parts::of(have));
        match (want.base, have.base) {
            ('d', 'đ') | ('đ', 'd') => return Self::DStroke,
            (want, have) if want != have => return Self::BaseLetter,
            _ => {}
        }
        match (want.hat != have.hat, want.tone != have.tone) {
            (true, true) => Self::HatAndTone,
            (true, false) => Self::HatOrHorn,
            (false, true) => Self::Tone,
            (false, false) => Self::Case,
        }
    }
}

/// A small letter taken apart.
struct Parts {
    base: char,
    hat: Option<char>,
    tone: Option<char>,
}

impl Parts {
    fn of(letter: char) -> Self {
        let mut marks = letter.to_lowercase().nfd();
        let base = marks.next().unwrap_or(letter);
        let (tones, hats): (Vec<char>, Vec<char>) =
            marks.partition(|mark| TONES.contains(mark));
        Self { base, hat: hats.first().copied(), tone: tones.first().copied() }
    }
}

/// One letter that was taken for another, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// On the paper; empty if nothing is there.
    pub want: String,
    /// As read; empty if nothing was.
    pub have: String,
    /// How often.
    pub count: u64,
}

/// Counts mistakes, by the style of their span, and the letters concerned.
#[derive(Debug, Default)]
pub(super) struct Mistakes {
    by_style: BTreeMap<String, BTreeMap<Mistake, u64>>,
    pairs: BTreeMap<(Option<char>, Option<char>), u64>,
}

impl Mistakes {
    /// Counts the mistakes of one span of which something was read.
    pub(super) fn note(&mut self, style: &str, steps: &[Step]) {
        for step in steps {
            let Some(mistake) = Mistake::of(*step) else { continue };
            self.add(style, mistake, 1);
            let pair = match *step {
                Step::Taken { want, have } => (Some(want), Some(have)),
                Step::Lost(want) => (Some(want), None),
                Step::Added(have) => (None, Some(have)),
                Step::Same => continue,
            };
            *self.pairs.entry(pair).or_default() += 1;
        }
    }

    /// Counts a span of which nothing was read.
    pub(super) fn note_not_found(&mut self, style: &str, letters: u64) {
        self.add(style, Mistake::NotFound, letters);
    }

    fn add(&mut self, style: &str, mistake: Mistake, count: u64) {
        let row = self.by_style.entry(style.to_owned()).or_default();
        *row.entry(mistake).or_default() += count;
    }

    /// The mistakes by style, and the most frequent confusions first.
    pub(super) fn result(
        self,
    ) -> (BTreeMap<String, BTreeMap<Mistake, u64>>, Vec<Confusion>) {
        let text = |letter: Option<char>| letter.map(String::from).unwrap_or_default();
        let mut confusions: Vec<Confusion> = self
            .pairs
            .into_iter()
            .map(|((want, have), count)| Confusion {
                want: text(want),
                have: text(have),
                count,
            })
            .collect();
        confusions.sort_by_key(|confusion| std::cmp::Reverse(confusion.count));
        confusions.truncate(MAX_CONFUSIONS);
        (self.by_style, confusions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_has_one_kind() {
        for (want, have, expected) in [
            ('a', 'o', Mistake::BaseLetter),
            ('á', 'ó', Mistake::BaseLetter),
            ('a', 'â', Mistake::HatOrHorn),
            ('ớ', 'ó', Mistake::HatOrHorn),
            ('ỳ', 'y', Mistake::Tone),
            ('Ả', 'a', Mistake::Tone),
            ('ẫ', 'a', Mistake::HatAndTone),
            ('đ', 'd', Mistake::DStroke),
            ('D', 'Đ', Mistake::DStroke),
            ('1', 'l', Mistake::Digit),
            ('0', '8', Mistake::Digit),
            ('Ấ', 'ấ', Mistake::Case),
            ('/', 'l', Mistake::Punctuation),
            ('.', ',', Mistake::Punctuation),
            (' ', '-', Mistake::Space),
        ] {
            assert_eq!(Mistake::of_pair(want, have), expected, "{want} → {have}");
        }
    }

    #[test]
    fn the_most_frequent_confusion_comes_first_and_a_lost_space_is_no_deletion() {
        let mut mistakes = Mistakes::default();
        let taken = Step::Taken { want: 'ă', have: 'a' };
        mistakes.note("print", &[Step::Lost(' '), taken, Step::Same, taken]);
        mistakes.note_not_found("print", 7);
        let (by_style, confusions) = mistakes.result();
        let expected =
            [(Mistake::HatOrHorn, 2), (Mistake::Space, 1), (Mistake::NotFound, 7)];
        assert_eq!(by_style["print"], BTreeMap::from(expected));
        let first = Confusion { want: "ă".to_owned(), have: "a".to_owned(), count: 2 };
        assert_eq!((confusions.len(), &confusions[0]), (2, &first));
    }
}
