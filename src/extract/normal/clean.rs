//! Text without what is not part of a value: leaders, stray marks, double spaces.

use crate::model::FieldState;
use crate::model::{fold, fold_letter, nfc};

use super::identity::digits_from;
use super::lexicon::MARKS;
use super::{CERTAIN, Context, LIKELY, Normalized};

/// What may stand around a value without being part of it.
const AROUND: &[char] = &[
    '.', ',', ';', ':', '_', '~', '*', '|', '…', '·', '•', '"', '“', '”', '«', '»', '=',
    ' ',
];

/// `text` with leaders, stray marks at both ends and double spaces gone.
pub(super) fn cleaned(text: &str) -> String {
    let text = nfc(text);
    let spaced = without_leaders(&text);
    let words: Vec<&str> =
        spaced.split_whitespace().filter(|word| !is_stray(word)).collect();
    let text = words.join(" ");
    let text = trimmed(&text);
    // The dash of the next line of a list is no part of this one.
    let text = text.strip_suffix([' ', ';']).unwrap_or(text);
    match text.strip_suffix([DASH, '-']) {
        Some(rest)
            if rest.ends_with([' ', ';']) && rest.chars().any(char::is_alphanumeric) =>
        {
            trimmed(rest).to_owned()
        }
        _ => text.to_owned(),
    }
}

/// The long dash.
const DASH: char = '–';

/// Without the word that says that a number follows (`số:`).
pub(super) fn without_number_word(text: &str) -> &str {
    let Some((word, rest)) = text.split_once([' ', ':', '.']) else { return text };
    let is_number_word = super::lexicon::is_one_of(word, &MARKS.before_numbers);
    let rest = rest.trim_start_matches([' ', ':', '.']);
    if is_number_word && !rest.is_empty() { rest } else { text }
}

/// Runs of two or more dots or underscores, and every ellipsis, become a space; so does a
/// dot or underscore that stands alone.
fn without_leaders(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let leader = |letter: char| matches!(letter, '.' | '_' | '…' | '·');
    let mut out = String::with_capacity(text.len());
    let mut index = 0;
    while let Some(&letter) = letters.get(index) {
        if !leader(letter) {
            out.push(letter);
            index += 1;
            continue;
        }
        let run = letters.iter().skip(index).take_while(|&&it| leader(it)).count();
        if run == 1 && letter != '…' && letter != '·' {
            out.push(letter);
        } else {
            out.push(' ');
        }
        index += run;
    }
    out
}

/// Whether a word is made of marks that mean nothing on their own.
fn is_stray(word: &str) -> bool {
    word.chars()
        .all(|letter| matches!(letter, '.' | '_' | '|' | '~' | '·' | '•' | '*' | '\''))
}

/// Without the marks at both ends; a closing bracket whose opening one is inside stays,
/// and so does the dot of an abbreviation at the start (`X. Na Ư`).
fn trimmed(text: &str) -> &str {
    let text = text.trim_matches(AROUND);
    let open = text.matches('(').count();
    let closed = text.matches(')').count();
    let text = if closed > open { text.trim_end_matches(')') } else { text };
    let text = if open > closed && text.starts_with('(') {
        text.trim_start_matches('(')
    } else {
        text
    };
    let whole = open == 1 && closed == 1 && text.starts_with('(') && text.ends_with(')');
    if whole {
        text.trim_matches(['(', ')']).trim_matches(AROUND)
    } else {
        text.trim_matches(AROUND)
    }
}

/// Marks that begin no number and no name, and quotation marks, which stand alone where the
/// line above is meant: what is read of a letter of which only crumbs are left.
const CRUMBS: [char; 6] = ['&', '%', '#', '@', '?', '!'];
const QUOTES: [char; 3] = ['"', '“', '”'];

/// Whether a text begins with the rest of a letter, `"853,6`; quoted text (`"An"`) does not.
pub(super) fn begins_with_crumb(text: &str) -> bool {
    let text = text.trim_start();
    let quotes = text.chars().filter(|letter| QUOTES.contains(letter)).count();
    let is_attached = || text.chars().nth(1).is_some_and(char::is_alphanumeric);
    text.starts_with(CRUMBS) || (text.starts_with(QUOTES) && quotes == 1 && is_attached())
}

/// `Absent` or `NotApplicable` if a cleaned text holds no value.
pub(super) fn blank_state(text: &str) -> Option<FieldState> {
    let squeezed: String =
        text.chars().filter(|letter| !letter.is_whitespace()).collect();
    if squeezed.is_empty() {
        return Some(FieldState::Absent);
    }
    let folded = fold(text);
    let stands = |words: &[String]| {
        words.iter().any(|word| {
            fold(word) == folded
                || word
                    .chars()
                    .filter(|letter| !letter.is_whitespace())
                    .eq(squeezed.chars())
        })
    };
    if stands(&MARKS.not_applicable) {
        return Some(FieldState::NotApplicable);
    }
    stands(&MARKS.absent).then_some(FieldState::Absent)
}

/// Text in whole words: what is left of a frame at its end goes, which is one consonant or a
/// stroke; so does a lone quotation mark.
pub(super) fn phrase(text: &str, _: &Context) -> Normalized {
    const FEWEST: usize = 2;
    let mut words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| !matches!(*word, "\"" | "“" | "”"))
        .collect();
    while words.len() > FEWEST && words.last().is_some_and(|word| is_edge(word)) {
        words.pop();
    }
    Normalized::read(words.join(" "), CERTAIN)
}

/// Whether a word is a stroke, or a letter that is no word.
fn is_edge(word: &str) -> bool {
    let mut letters = word.chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else { return false };
    let plain = fold_letter(letter).unwrap_or(letter);
    matches!(letter, '1' | 'I' | 'i' | '|' | '/' | '!')
        || "bcdghklmnpqrstvx".contains(plain)
}

/// A term: a phrase in which a date has both its strokes (`15/102075` → `15/10/2075`).
pub(super) fn term(text: &str, context: &Context) -> Normalized {
    let mut read = phrase(text, context);
    read.value = read.value.map(|value| {
        let words: Vec<String> = value.split(' ').map(with_both_strokes).collect();
        words.join(" ")
    });
    read
}

/// A day and eight digits less the first stroke of a date as a date; other words as they are.
fn with_both_strokes(word: &str) -> String {
    let whole = || word.to_owned();
    let Some((day, rest)) = word.split_once('/') else { return whole() };
    let is_number =
        |text: &str| !text.is_empty() && text.chars().all(|it| it.is_ascii_digit());
    if !is_number(day) || !is_number(rest) || rest.len() != "mmyyyy".len() {
        return whole();
    }
    let (month, year) = rest.split_at(2);
    let is_month = month.parse().is_ok_and(|it: u8| (1..=12).contains(&it));
    if is_month { format!("{day}/{month}/{year}") } else { whole() }
}

/// Free text: as it is, cleaned; a year with a letter in it is a year.
pub(super) fn text(text: &str, _: &Context) -> Normalized {
    let words: Vec<String> = text.split_whitespace().map(year_or_word).collect();
    let value = words.join(" ");
    let certainty = if value == text { CERTAIN } else { LIKELY };
    Normalized::read(value, certainty)
}

/// A number or date in words: as [`text`], and a dot between two of its words is a stain of
/// the paper or a leader.
pub(super) fn words(written: &str, context: &Context) -> Normalized {
    let count = written.split_whitespace().count();
    let words = written.split_whitespace().enumerate().map(|(at, word)| {
        let is_last = at + 1 == count;
        let is_number = word.contains(|letter: char| letter.is_ascii_digit());
        if is_last || is_number { word } else { word.trim_end_matches('.') }
    });
    let plain = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let read = text(&plain, context);
    let certainty = if plain == written { CERTAIN } else { LIKELY };
    Normalized { certainty: read.certainty.min(certainty), ..read }
}

/// `198B` is 1988: nothing else has three digits and a letter that looks like one, and
/// begins like a year.
fn year_or_word(word: &str) -> String {
    let core = word.trim_end_matches([',', '.', ';', ')']);
    let digits = core.chars().filter(char::is_ascii_digit).count();
    let is_yearlike = core.chars().count() == 4
        && digits == 3
        && ["18", "19", "20"].iter().any(|century| core.starts_with(century));
    match digits_from(core) {
        Some((year, _)) if is_yearlike => word.replacen(core, &year, 1),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaders_and_stray_marks_go_and_marks_inside_a_value_stay() {
        for (printed, expected) in [
            ("......Lò Văn Mẫu.....", "Lò Văn Mẫu"),
            (": Nông nghiệp ;", "Nông nghiệp"),
            ("bản Na Ư, X. Nậm Chua", "bản Na Ư, X. Nậm Chua"),
            ("Bảy trăm mét vuông )", "Bảy trăm mét vuông"),
            ("(Bảy trăm mét vuông)", "Bảy trăm mét vuông"),
            ("Lò . Văn __ Mẫu |", "Lò Văn Mẫu"),
            ("761,2 m²", "761,2 m²"),
        ] {
            assert_eq!(cleaned(printed), expected);
        }
    }

    #[test]
    fn a_blank_line_is_absent_and_a_struck_one_does_not_apply() {
        assert_eq!(blank_state(&cleaned("..........")), Some(FieldState::Absent));
        assert_eq!(blank_state(&cleaned("-/-")), Some(FieldState::NotApplicable));
        assert_eq!(blank_state(&cleaned("- / -")), Some(FieldState::NotApplicable));
        assert_eq!(blank_state(&cleaned("Không rõ")), Some(FieldState::Absent));
        assert_eq!(blank_state(&cleaned("Lâu dài")), None);
    }
}
