//! Numbers of entries, books, pages and documents.

use super::identity::digits_from;
use super::{CERTAIN, Context, DOUBTFUL, Normalized, REPAIRED};

/// Most digits of an ordinal or a book.
const ORDINAL_DIGITS: usize = 5;

/// The number of an entry as `38/2015`. Letters that name the kind of paper
/// (`12/TLKT-BS`) are left out; the year comes from the number or from its book.
pub(super) fn register_number(text: &str, context: &Context) -> Normalized {
    let Some((ordinal, year, exact)) = number_and_year(text) else {
        return Normalized::illegible(Vec::new());
    };
    let certainty = if exact { CERTAIN } else { REPAIRED };
    match (year, context.year) {
        (Some(year), _) => Normalized::read(format!("{ordinal}/{year}"), certainty),
        (None, Some(year)) => Normalized::read(format!("{ordinal}/{year}"), certainty),
        (None, None) => Normalized::read(ordinal, certainty.min(REPAIRED)),
    }
}

/// The number of a book, `01/2015`; without a year as it is written.
pub(super) fn book_number(text: &str) -> Normalized {
    register_number(text, &Context { year: None })
}

/// An ordinal, the year behind it if there is one, and whether all digits were read so.
fn number_and_year(text: &str) -> Option<(String, Option<u16>, bool)> {
    let mut words = text
        .split(|letter: char| letter == '/' || letter == '-' || letter.is_whitespace())
        .filter(|word| !word.is_empty())
        .map(|word| digits_from(word.trim_matches(['.', ',', ':'])));
    let (ordinal, mut exact) = words.by_ref().find_map(|word| word)?;
    if ordinal.len() > ORDINAL_DIGITS {
        return None;
    }
    let mut year = None;
    for (digits, whole) in words.flatten() {
        let Some(number) = digits.parse().ok().filter(|it| (1900..=2199).contains(it))
        else {
            continue;
        };
        exact &= whole;
        year = Some(number);
        break;
    }
    Some((ordinal, year, exact))
}

/// A whole number without leading text.
pub(super) fn integer(text: &str, _: &Context) -> Normalized {
    let found = text.split_whitespace().find_map(|word| {
        digits_from(word.trim_matches(|letter: char| !letter.is_alphanumeric()))
    });
    match found {
        Some((digits, exact)) => {
            Normalized::read(digits, if exact { CERTAIN } else { REPAIRED })
        }
        None => Normalized::illegible(Vec::new()),
    }
}

/// An age in years, 0–130. A year in its place is no age.
pub(super) fn age(text: &str, context: &Context) -> Normalized {
    let read = integer(text, context);
    let age = read.value.as_deref().and_then(|digits| digits.parse::<u32>().ok());
    match age {
        Some(age @ ..=130) => Normalized::read(age.to_string(), read.certainty),
        _ => Normalized::illegible(Vec::new()),
    }
}

/// The number of a document with its sign, `326/QĐ-UBND`, without spaces around the marks.
/// What follows a complete number is left out.
pub(super) fn document_number(text: &str, _: &Context) -> Normalized {
    let mut out = String::new();
    for word in text.split_whitespace() {
        let joins =
            out.ends_with(['/', '-']) || word.starts_with(['/', '-']) || out.is_empty();
        if !joins && out.contains('/') {
            break;
        }
        if !joins {
            out.push(' ');
        }
        out.push_str(word);
    }
    let certain = out.chars().any(|letter| letter.is_ascii_digit());
    Normalized::read(
        out.trim_end_matches([',', ';', '.']),
        if certain { CERTAIN } else { DOUBTFUL },
    )
}
