//! Personal identifiers and telephone numbers.

use super::lexicon::LOOK_ALIKES;
use super::{CERTAIN, Context, DOUBTFUL, Normalized, REPAIRED};

/// Lengths of identifiers in digits: identity cards until 2021, and personal identifiers.
const ID_LENGTHS: [usize; 2] = [12, 9];

/// `text` as digits, with look-alikes put right where at least half of it is digits;
/// `false` beside it says that something was put right. `None` where it is no number.
pub(super) fn digits_from(text: &str) -> Option<(String, bool)> {
    let plain = text.chars().filter(char::is_ascii_digit).count();
    let total = text.chars().count();
    if plain == 0 || plain * 2 < total {
        return None;
    }
    let digits: Option<String> = text.chars().map(digit).collect();
    digits.map(|digits| (digits, plain == total))
}

/// `letter` as a digit, a look-alike put right.
pub(super) fn digit(letter: char) -> Option<char> {
    if letter.is_ascii_digit() {
        return Some(letter);
    }
    LOOK_ALIKES.digit_for.get(letter.encode_utf8(&mut [0; 4]) as &str)?.chars().next()
}

/// A personal identifier or the number of an identity card.
///
/// What stands around the number (its kind, who gave it) is left out. Numbers of other
/// kinds of papers (`B1234567`) are kept with a low certainty.
pub(super) fn id_number(text: &str, _: &Context) -> Normalized {
    let words: Vec<(String, bool)> = text
        .split(|letter: char| letter.is_whitespace() || "-.,;:/()".contains(letter))
        .filter(|word| !word.is_empty())
        .map(|word| digits_from(word).unwrap_or_default())
        .collect();
    for length in ID_LENGTHS {
        if let Some((digits, exact)) = run_of(&words, length) {
            let certainty = if exact { CERTAIN } else { REPAIRED };
            return Normalized::read(digits, certainty);
        }
    }
    let squeezed: String =
        text.chars().filter(|letter| !" .-".contains(*letter)).collect();
    other_paper(&squeezed)
}

/// The digits of neighbouring words that have `length` together, and whether all were read
/// as digits.
fn run_of(words: &[(String, bool)], length: usize) -> Option<(String, bool)> {
    for start in 0..words.len() {
        let mut digits = String::new();
        let mut exact = true;
        for (word, whole) in words.iter().skip(start) {
            if word.is_empty() {
                break;
            }
            digits.push_str(word);
            exact &= whole;
            if digits.len() == length {
                let end = words
                    .get(start..)
                    .is_some_and(<[(std::string::String, bool)]>::is_empty);
                if !end {
                    return Some((digits, exact));
                }
            }
        }
    }
    None
}

/// A passport, an army card or an old paper: a letter or two with six to eight digits.
fn other_paper(squeezed: &str) -> Normalized {
    let letters = squeezed.chars().take_while(|letter| letter.is_alphabetic()).count();
    let digits: String = squeezed.chars().skip(letters).collect();
    let is_number = digits.chars().all(|letter| letter.is_ascii_digit());
    if (1..=2).contains(&letters) && is_number && (6..=8).contains(&digits.len()) {
        return Normalized::read(squeezed.to_uppercase(), DOUBTFUL);
    }
    Normalized::illegible(Vec::new())
}

/// A telephone number: its digits, eight to eleven, a leading zero kept.
pub(super) fn phone(text: &str, _: &Context) -> Normalized {
    let squeezed: String =
        text.chars().filter(|letter| !" .-()/".contains(*letter)).collect();
    let squeezed =
        squeezed.strip_prefix("+84").map_or(squeezed.clone(), |rest| format!("0{rest}"));
    match digits_from(&squeezed) {
        Some((digits, exact)) if (8..=11).contains(&digits.len()) => {
            Normalized::read(digits, if exact { CERTAIN } else { REPAIRED })
        }
        _ => Normalized::illegible(Vec::new()),
    }
}
