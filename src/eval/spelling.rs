//! The forms in which truth and reading are compared.

use unicode_normalization::UnicodeNormalization as _;

/// Tone marks in the order of the Vietnamese alphabet: grave, acute, tilde, hook, dot.
pub(super) const TONES: [char; 5] =
    ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];

/// A run of these guides the eye to where something is to be written; one alone is a mark.
fn is_leader(letter: char) -> bool {
    matches!(letter, '.' | '_')
}

/// NFC with one kind of dash, apostrophe and space, and without leaders.
pub(super) fn plain(text: &str) -> String {
    let mut unified = String::with_capacity(text.len());
    for letter in text.nfc() {
        match letter {
            '\u{2026}' => unified.push_str("..."),
            '\u{2013}' | '\u{2014}' => unified.push('-'),
            '\u{2019}' | '\u{2bc}' => unified.push('\''),
            other => unified.push(other),
        }
    }
    let mut bare = String::with_capacity(unified.len());
    let mut letters = unified.chars().peekable();
    while let Some(letter) = letters.next() {
        if !is_leader(letter) || letters.next_if(|next| is_leader(*next)).is_none() {
            bare.push(letter);
            continue;
        }
        while letters.next_if(|next| is_leader(*next)).is_some() {}
        bare.push(' ');
    }
    single_spaced(bare.split_whitespace())
}

fn single_spaced<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

/// The form in which two values of a field are compared: case, spacing, the form of a
/// date and the place of a tone within its syllable make no difference.
pub(super) fn canonical(value: &str) -> String {
    let lower = plain(value).to_lowercase();
    let bare = lower.trim_matches([' ', '.', ',', ';', ':']);
    if let Some(date) = date(bare) {
        return date;
    }
    let parts: Vec<&str> = bare.split(',').map(str::trim).collect();
    let spaced = parts.join(", ");
    decimal(&spaced).unwrap_or_else(|| tone_last(&spaced))
}

fn is_number(text: &str, digits: std::ops::RangeInclusive<usize>) -> bool {
    digits.contains(&text.chars().count())
        && text.chars().all(|letter| letter.is_ascii_digit())
}

/// `5.3.1987` as `1987-03-05`, `3/1987` as `1987-03`.
fn date(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['.', '/', '-']).collect();
    match parts.as_slice() {
        [day, month, year]
            if is_number(day, 1..=2)
                && is_number(month, 1..=2)
                && is_number(year, 4..=4) =>
        {
            Some(format!("{year}-{month:0>2}-{day:0>2}"))
        }
        [month, year]
            if is_number(month, 1..=2)
                && is_number(year, 4..=4)
                && month.parse::<u8>().is_ok_and(|month| month <= 12) =>
        {
            Some(format!("{year}-{month:0>2}"))
        }
        _ => None,
    }
}

/// A number with a decimal point, without zeros at its end.
fn decimal(text: &str) -> Option<String> {
    let (whole, part) = text.split_once('.')?;
    if !is_number(whole, 1..=usize::MAX) || !is_number(part, 1..=usize::MAX) {
        return None;
    }
    Some(text.trim_end_matches('0').trim_end_matches('.').to_owned())
}

/// Letters with their hats and horns, each tone as a digit at the end of its word, so
/// that `hòa` and `hoà` are equal.
fn tone_last(text: &str) -> String {
    let words = text.split_whitespace().map(|word| {
        let mut tones = String::new();
        let mut letters = String::new();
        for letter in word.nfd() {
            match TONES.iter().position(|&tone| tone == letter) {
                Some(tone) => tones.push_str(&(tone + 1).to_string()),
                None => letters.push(letter),
            }
        }
        letters.nfc().chain(tones.chars()).collect::<String>()
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaders_are_no_text_and_a_single_dot_is() {
        for (written, expected) in [
            ("Họ tên: ......Lò Văn Mẫu____", "Họ tên: Lò Văn Mẫu"),
            ("a.b", "a.b"),
            ("ngày\u{a0}05 … tháng", "ngày 05 tháng"),
            ("K\u{2019}Bre\u{302}m – x", "K'Brêm - x"),
        ] {
            assert_eq!(plain(written), expected, "{written}");
        }
    }

    #[test]
    fn values_that_mean_the_same_are_equal() {
        for (one, other) in [
            ("05.03.1987", "5/3/1987"),
            ("3/1987", "03.1987"),
            ("Xã Hoà Bình ,huyện X", "xã hòa bình, Huyện X."),
            ("120.50", "120.5"),
            ("7.0", "7.00"),
        ] {
            assert_eq!(canonical(one), canonical(other), "{one}");
        }
        for (one, other) in
            [("hoa", "hòa"), ("13/1987", "1987-13"), ("da", "đa"), ("1.5", "15")]
        {
            assert_ne!(canonical(one), canonical(other), "{one}");
        }
    }
}
