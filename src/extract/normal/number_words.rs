//! Numbers in words.

use crate::model::fold;

use super::lexicon::{NUMBERS, Numbers};

/// What a word says within a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// 0 to 9.
    Digit(u64),
    /// Ten at the start of a group, or tens after a digit.
    Ten,
    /// A missing ten.
    Zero,
    /// Hundred.
    Hundred,
    /// A power of ten, 1000 or more.
    Group(u64),
}

/// What `word` says within a number; `None` if it is no number word. Marks may be missing.
fn part(word: &str) -> Option<Part> {
    let numbers: &Numbers = &NUMBERS;
    let wanted = fold(word);
    let is = |other: &String| fold(other) == wanted;
    let joints = &numbers.joints;
    if joints.ten.iter().chain(&joints.tens).any(is) {
        return Some(Part::Ten);
    }
    if joints.zero.iter().any(is) {
        return Some(Part::Zero);
    }
    if joints.hundred.iter().any(is) {
        return Some(Part::Hundred);
    }
    if let Some((_, &power)) = numbers.groups.iter().find(|(name, _)| is(name)) {
        return Some(Part::Group(10_u64.pow(power)));
    }
    // `ba` and `bảy` stay apart when folded, and so do all other digits.
    let digit = numbers.digits.iter().find(|(_, words)| words.iter().any(is))?.0;
    digit.parse().ok().map(Part::Digit)
}

/// Whether `word` can be part of a number, its marks aside.
pub(in super::super) fn is_number_word(word: &str) -> bool {
    part(word).is_some()
}

/// Whether `word` is the decimal comma, its marks aside.
pub(in super::super) fn is_point_word(word: &str) -> bool {
    super::lexicon::is_one_of(word, &NUMBERS.joints.point)
}

/// The value of a number in words, such as `một nghìn chín trăm tám mươi bảy`.
///
/// Accepts both ways of each word (`nghìn`/`ngàn`, `linh`/`lẻ`, `tư`/`bốn`), missing marks,
/// a missing `mươi` (`tám bảy`) and numbers read digit by digit (`một chín tám bảy`).
/// `None` where it is no number or could be two.
pub fn number_from_words(text: &str) -> Option<u64> {
    let parts: Vec<Part> = text.split_whitespace().map(part).collect::<Option<_>>()?;
    number(&parts)
}

/// The number that a text begins with, after words for units and the like.
pub(super) fn number_at_start(text: &str) -> Option<u64> {
    let words =
        text.split(|letter: char| letter.is_whitespace() || ",.:;()".contains(letter));
    let said: Vec<&str> = words
        .filter(|word| !word.is_empty())
        .skip_while(|word| !is_number_word(word))
        .take_while(|word| is_number_word(word))
        .collect();
    number_from_words(&said.join(" "))
}

/// The value of a run of parts.
fn number(parts: &[Part]) -> Option<u64> {
    if parts.is_empty() {
        return None;
    }
    if parts.len() > 2
        && let Some(digits) = all_digits(parts)
    {
        return Some(digits);
    }
    let mut total = 0_u64;
    let mut last_power = u64::MAX;
    let mut start = 0;
    for (index, part) in parts.iter().enumerate() {
        let Part::Group(power) = *part else { continue };
        if power >= last_power {
            return None;
        }
        let count = group(parts.get(start..index)?, start > 0)?;
        total = total.checked_add(count.checked_mul(power)?)?;
        last_power = power;
        start = index + 1;
    }
    let rest = parts.get(start..)?;
    if rest.is_empty() {
        return Some(total);
    }
    total.checked_add(group(rest, start > 0)?)
}

/// A number read digit by digit; at most ten digits.
fn all_digits(parts: &[Part]) -> Option<u64> {
    if parts.len() > 10 {
        return None;
    }
    parts.iter().try_fold(0_u64, |sum, part| match part {
        Part::Digit(digit) => Some(sum * 10 + digit),
        _ => None,
    })
}

/// The value of at most three digits. `inner` groups follow a larger one, where a single
/// digit alone would be ambiguous: `hai nghìn năm` is 2500 to one person and 2005 to another.
fn group(parts: &[Part], inner: bool) -> Option<u64> {
    use Part::{Digit, Hundred, Ten, Zero};
    match parts {
        [Digit(hundreds), Hundred, rest @ ..] => {
            let rest = if rest.is_empty() { 0 } else { tens(rest, true)? };
            Some(hundreds * 100 + rest)
        }
        [Zero, Digit(units)] if inner => Some(*units),
        [Digit(_)] if inner => None,
        [Ten | Digit(_), ..] => tens(parts, false),
        _ => None,
    }
}

/// The value of at most two digits. After a hundred, a single digit alone is ambiguous.
fn tens(parts: &[Part], after_hundred: bool) -> Option<u64> {
    use Part::{Digit, Ten, Zero};
    Some(match parts {
        [Ten] => 10,
        [Ten, Digit(units @ 1..)] => 10 + units,
        [Zero, Digit(units)] if after_hundred => *units,
        [Digit(units)] if !after_hundred => *units,
        [Digit(tens @ 1..), Ten] => tens * 10,
        [Digit(tens @ 1..), Ten, Digit(units @ 1..)]
        | [Digit(tens @ 1..), Digit(units)] => tens * 10 + units,
        _ => return None,
    })
}

/// A number in words as clerks write it: `một nghìn chín trăm tám mươi bảy`.
pub fn number_in_words(number: u64) -> String {
    let words = &*NUMBERS;
    if number < 10 {
        return digit_word(number);
    }
    let mut out: Vec<String> = Vec::new();
    let mut rest = number;
    for power in [9_u32, 6, 3] {
        let Some(name) = words.say.get(&power.to_string()) else { continue };
        let size = 10_u64.pow(power);
        let count = rest / size;
        rest %= size;
        if count > 0 {
            out.extend(group_words(count, !out.is_empty()));
            out.push(name.clone());
        }
    }
    if rest > 0 {
        out.extend(group_words(rest, !out.is_empty()));
    }
    out.join(" ")
}

/// A number below 1000 in words; an `inner` one names its hundreds even if there are none.
fn group_words(number: u64, inner: bool) -> Vec<String> {
    let joints = &NUMBERS.joints;
    let word = |words: &[String]| words.first().cloned().unwrap_or_default();
    let (hundreds, tens, units) = (number / 100, number / 10 % 10, number % 10);
    let mut out = Vec::new();
    if hundreds > 0 || inner {
        out.push(digit_word(hundreds % 10));
        out.push(word(&joints.hundred));
    }
    match tens {
        0 if units > 0 && !out.is_empty() => out.push(word(&joints.zero)),
        0 => {}
        1 => out.push(word(&joints.ten)),
        _ => out.extend([digit_word(tens), word(&joints.tens)]),
    }
    if units > 0 {
        let special = NUMBERS.after_ten.get(&units.to_string());
        match special {
            Some(special) if tens > 1 || (tens == 1 && units == 5) => {
                out.push(special.clone());
            }
            _ => out.push(digit_word(units)),
        }
    }
    out
}

/// The plain word of a digit.
fn digit_word(digit: u64) -> String {
    let words = NUMBERS.digits.get(&digit.to_string());
    words.and_then(|words| words.first()).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_in_all_the_ways_clerks_write_them() {
        for (words, expected) in [
            ("một nghìn chín trăm tám mươi bảy", Some(1987)),
            ("một ngàn chín trăm tám bảy", Some(1987)),
            ("một chín tám bảy", Some(1987)),
            ("mot nghin chin tram tam muoi bay", Some(1987)),
            ("hai nghìn không trăm lẻ năm", Some(2005)),
            ("hai nghìn lẻ năm", Some(2005)),
            ("hai nghìn", Some(2000)),
            ("hai nghìn hai mươi hai", Some(2022)),
            ("hai mươi nhăm", Some(25)),
            ("hai tư", Some(24)),
            ("mười", Some(10)),
            ("bốn trăm tám mươi ba triệu", Some(483_000_000)),
            ("mười ba nghìn bốn trăm bốn mươi", Some(13_440)),
            ("hai nghìn năm", None),
            ("nghìn năm", None),
            ("cây", None),
        ] {
            assert_eq!(number_from_words(words), expected, "{words}");
        }
    }

    #[test]
    fn every_number_below_ten_thousand_comes_back_from_its_words() {
        for number in 0..10_000 {
            assert_eq!(number_from_words(&number_in_words(number)), Some(number));
        }
    }

    proptest! {
        #[test]
        fn numbers_below_ten_million_come_back_from_their_words(number in 0_u64..9_999_999) {
            prop_assert_eq!(number_from_words(&number_in_words(number)), Some(number));
        }
    }
}
