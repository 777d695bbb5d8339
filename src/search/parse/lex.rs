//! The words of a query, with what stands between them.

use crate::model::{canonical_tone, fold};

/// A run of letters and digits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word {
    /// As typed.
    pub(super) text: String,
    /// Without marks, lower case.
    pub(super) folded: String,
    /// What stands between the word before and this one.
    pub(super) gap: String,
    /// Whether a colon follows.
    pub(super) colon: bool,
    /// Whether a full stop follows without a space before it.
    pub(super) dot: bool,
    /// Number of the quotation it stands in.
    pub(super) quoted: Option<u32>,
    /// Whether a hyphen before it says that it must not occur.
    pub(super) excluded: bool,
}

impl Word {
    /// Whether there are only digits.
    pub(super) fn is_number(&self) -> bool {
        self.text.chars().all(|letter| letter.is_ascii_digit())
    }

    /// The number, if it is one of at most nine digits.
    pub(super) fn number(&self) -> Option<u32> {
        let short = self.is_number() && self.text.len() <= 9;
        short.then(|| self.text.parse().ok()).flatten()
    }

    /// Whether the word can be what `written` is in the definitions: with other marks it
    /// is not, without any it is.
    pub(super) fn can_be(&self, written: &str) -> bool {
        self.text.is_ascii() || canonical_tone(&self.text) == canonical_tone(written)
    }

    /// Whether something stands between this word and the one before that parts names.
    pub(super) fn is_parted(&self) -> bool {
        let gap = self.gap.as_str();
        gap.contains([',', ';', '|', '\n', '/', '+', '&', '–', '—', '(', ')', ':'])
            || gap.contains(" -")
            || gap.contains("- ")
    }
}

/// Cuts a query into words.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut gap = String::new();
    let mut current = String::new();
    let mut quotation = 0;
    let mut quoted = None;
    for letter in text.chars() {
        let is_mark = ('\u{300}'..='\u{36f}').contains(&letter);
        if letter.is_alphanumeric() || is_mark {
            current.push(letter);
            continue;
        }
        end_word(&mut words, &mut current, &mut gap, quoted);
        if gap.is_empty() {
            follow(&mut words, letter);
        }
        if matches!(letter, '"' | '“' | '”' | '«' | '»') {
            quoted = if quoted.is_none() {
                quotation += 1;
                Some(quotation)
            } else {
                None
            };
        }
        gap.push(letter);
    }
    end_word(&mut words, &mut current, &mut gap, quoted);
    // A quotation that is never closed was no quotation.
    if quoted.is_some() {
        let open = |word: &&mut Word| word.quoted == quoted;
        words.iter_mut().filter(open).for_each(|word| word.quoted = None);
    }
    words
}

fn end_word(
    words: &mut Vec<Word>,
    current: &mut String,
    gap: &mut String,
    quoted: Option<u32>,
) {
    if current.is_empty() {
        return;
    }
    let text = std::mem::take(current);
    let gap = std::mem::take(gap);
    let first = words.is_empty();
    // `-Lan` after a space excludes; `Lan-Hoa`, `Lan - Hoa` and `-5` do not.
    let excluded = (gap == "-" && first) || gap.ends_with(" -");
    let excluded = excluded && !text.chars().all(|letter| letter.is_ascii_digit());
    let folded = fold(&text);
    words.push(Word { folded, text, gap, colon: false, dot: false, quoted, excluded });
}

/// Tells the last word what follows it directly.
fn follow(words: &mut [Word], letter: char) {
    if let Some(last) = words.last_mut() {
        last.colon |= letter == ':';
        last.dot |= letter == '.';
    }
}
