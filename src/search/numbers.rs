//! Numbers, serials and dates as they are compared.

use crate::config::index::NumberClass;
use crate::model::nfc;

/// Year, month and day; a zero where it is not known. Ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[allow(clippy::struct_field_names, reason = "a date has a day")]
pub(super) struct Day {
    /// 1000–2999.
    pub(super) year: u16,
    /// 1–12, or 0.
    pub(super) month: u8,
    /// 1–31, or 0.
    pub(super) day: u8,
}

impl Day {
    /// A date that may exist; `None` otherwise.
    pub(super) fn new(year: u32, month: u32, day: u32) -> Option<Self> {
        let fits = (1000..3000).contains(&year) && month <= 12 && day <= 31;
        let whole = day == 0 || month > 0;
        (fits && whole).then_some(Self {
            year: year as u16,
            month: month as u8,
            day: day as u8,
        })
    }

    /// Reads `1987-03-05`, `1987-03`, `1987`, `05.03.1987`, `5/3/1987`, `03.1987`; of what
    /// is no date, the year where there is one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::whole(text).or_else(|| {
            let digits: String = text.chars().filter_map(as_digit).collect();
            let last = digits.len().checked_sub(4)?;
            let year = |at: std::ops::Range<usize>| {
                let year = digits.get(at)?.parse().ok()?;
                (1850..2100).contains(&year).then(|| Self::new(year, 0, 0)).flatten()
            };
            // Only a text that is nearly a date: its digits and nothing else.
            let is_date = (6..=8).contains(&digits.len()) && text.chars().count() <= 10;
            is_date.then(|| year(last..last + 4).or_else(|| year(0..4))).flatten()
        })
    }

    fn whole(text: &str) -> Option<Self> {
        let parts: Vec<&str> =
            text.trim().split(['-', '.', '/']).map(str::trim).collect();
        let number = |part: &str| part.parse::<u32>().ok();
        match parts.as_slice() {
            [year] => Self::new(number(year)?, 0, 0),
            [a, b] if a.len() == 4 => Self::new(number(a)?, number(b)?, 0),
            [a, b] => Self::new(number(b)?, number(a)?, 0),
            [a, b, c] if a.len() == 4 => Self::new(number(a)?, number(b)?, number(c)?),
            [a, b, c] => Self::new(number(c)?, number(b)?, number(a)?),
            _ => None,
        }
    }

    /// Whether day and month are known.
    pub(super) fn is_whole(self) -> bool {
        self.day > 0
    }

    /// As one number: `19870305`.
    pub(super) fn packed(self) -> u32 {
        u32::from(self.year) * 10_000 + u32::from(self.month) * 100 + u32::from(self.day)
    }
}

/// A number as it is compared: `AA 0344262B` → `AA03442628`, `0750 4500` → `07504500`,
/// `07/2015` → `7/2015`. Empty where nothing of a number is left.
pub(super) fn normalized(class: NumberClass, text: &str) -> String {
    match class {
        NumberClass::Identity => digits_of(text, false),
        NumberClass::Serial => serial(text),
        NumberClass::Register | NumberClass::Book => ordinal(text),
        NumberClass::Page | NumberClass::Parcel | NumberClass::Sheet => {
            without_zeros(&digits_of(text, true)).to_owned()
        }
        NumberClass::Document => {
            let kept = |letter: &char| letter.is_alphanumeric() || *letter == '/';
            crate::model::fold(text).chars().filter(kept).collect()
        }
    }
}

/// The digits of `text`, look-alike letters as digits. With `first_only`, the first run.
fn digits_of(text: &str, first_only: bool) -> String {
    if !text.chars().any(|letter| letter.is_ascii_digit()) {
        return String::new();
    }
    let mut digits = String::new();
    for letter in nfc(text).chars() {
        if let Some(digit) = as_digit(letter) {
            digits.push(digit);
        } else if first_only && !digits.is_empty() {
            break;
        }
    }
    digits
}

/// The digit that a letter is taken for.
pub(super) fn as_digit(letter: char) -> Option<char> {
    Some(match letter {
        '0'..='9' => letter,
        'O' | 'o' | 'Q' | 'D' => '0',
        'I' | 'l' | 'i' | '|' | 'L' => '1',
        'Z' | 'z' => '2',
        'S' | 's' => '5',
        'G' | 'b' => '6',
        'T' => '7',
        'B' => '8',
        'g' | 'q' => '9',
        _ => return None,
    })
}

/// The capital letter that a digit in front of a serial is taken for.
fn as_letter(letter: char) -> Option<char> {
    Some(match letter {
        '0' => 'O',
        '1' => 'I',
        '2' => 'Z',
        '5' => 'S',
        '6' => 'G',
        '8' => 'B',
        'đ' | 'Đ' => 'D',
        other if other.is_ascii_alphabetic() => other.to_ascii_uppercase(),
        _ => return None,
    })
}

/// One or two capital letters and the digits behind them; digits alone where no letters
/// are in front.
fn serial(text: &str) -> String {
    let letters: Vec<char> =
        nfc(text).chars().filter(|letter| letter.is_alphanumeric()).collect();
    let first_digit = letters.iter().position(char::is_ascii_digit);
    let prefix = first_digit.unwrap_or(letters.len()).min(2);
    let mut out = String::new();
    out.extend(letters.iter().take(prefix).filter_map(|&letter| as_letter(letter)));
    out.extend(letters.iter().skip(prefix).filter_map(|&letter| as_digit(letter)));
    out
}

/// `07/2015` → `7/2015`; `39` alone stays. Separators may be any.
fn ordinal(text: &str) -> String {
    let mut runs: Vec<String> = vec![String::new()];
    for letter in nfc(text).chars() {
        let digit = letter.is_ascii_digit().then_some(letter);
        match (digit, runs.last_mut()) {
            (Some(digit), Some(run)) => run.push(digit),
            (None, Some(run)) if !run.is_empty() => runs.push(String::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    match runs.as_slice() {
        [] => String::new(),
        [only] => without_zeros(only).to_owned(),
        [first, second, ..] => format!("{}/{second}", without_zeros(first)),
    }
}

fn without_zeros(digits: &str) -> &str {
    let trimmed = digits.trim_start_matches('0');
    if trimmed.is_empty() && !digits.is_empty() { "0" } else { trimmed }
}

/// Parts of a long number, the letters before it aside, each behind a mark for its place: its
/// start, its end, and of twelve digits the middle. One wrong digit leaves one of them right, as
/// does a digit too many or too few; of twelve digits two may be wrong.
///
/// The first two together are the number itself, or all of it but a digit in the middle: the
/// whole, which hardly any other record has, needs no term of its own.
pub(super) fn parts(number: &str) -> impl Iterator<Item = (char, &str)> {
    let digits = number.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    let width = match digits.len() {
        // Of fewer digits, a part says nothing.
        0..6 => 0,
        6..8 => 3,
        8..10 => 4,
        _ => 6,
    };
    let last = digits.len() - width;
    let is_today = digits.len() == 12;
    let parts = [
        (width > 0).then(|| ('<', digits.get(..width))),
        (width > 0).then(|| ('>', digits.get(last..))),
        is_today.then(|| ('=', digits.get(4..8))),
        is_today.then(|| (']', digits.get(8..))),
    ];
    parts.into_iter().flatten().filter_map(|(mark, part)| Some((mark, part?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_every_order() {
        for (text, packed) in [
            ("1987-03-05", 19_870_305),
            ("05.03.1987", 19_870_305),
            ("5/3/1987", 19_870_305),
            ("1987-03", 19_870_300),
            ("03.1987", 19_870_300),
            ("1987", 19_870_000),
        ] {
            let day = Day::parse(text).expect("a date");
            assert_eq!(day.packed(), packed, "{text}");
        }
        for text in ["", "31", "a/b/c", "100/2000/30"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
        for text in ["O5.04.1987", "1987-13-01", "24.091987", "99/99/1987"] {
            assert_eq!(Day::parse(text), Day::new(1987, 0, 0), "{text}");
        }
    }

    #[test]
    fn numbers_lose_their_spaces_and_look_alikes() {
        use NumberClass::{Book, Identity, Parcel, Register, Serial};
        for (class, text, expected) in [
            (Serial, "AA 0344262B", "AA03442628"),
            (Serial, "be909572", "BE909572"),
            (Serial, "R-108508", "R108508"),
            (Serial, "AD 22045Z", "AD220452"),
            (Identity, "0750 4500 6008", "075045006008"),
            (Register, "07/2015", "7/2015"),
            (Register, "27/2015-KS", "27/2015"),
            (Book, "01/2015", "1/2015"),
            (Parcel, "008", "8"),
            (Parcel, "218 (cũ 14)", "218"),
        ] {
            assert_eq!(normalized(class, text), expected, "{text}");
        }
    }
}
