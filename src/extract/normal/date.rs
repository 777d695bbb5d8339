//! Dates in digits and in words, cut to what is known.

use crate::model::fold;

use super::clean::cleaned;
use super::identity::digits_from;
use super::lexicon::{DATES, is_one_of};
use super::number_words::{is_number_word, number_from_words, number_in_words};
use super::{CERTAIN, Context, DOUBTFUL, Normalized, REPAIRED};

/// Years that a paper of the archive can name.
const YEARS: std::ops::RangeInclusive<u16> = 1800..=2199;

/// A date of which the month or the day may be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CalendarDate {
    /// 1800–2199.
    pub year: u16,
    /// 1–12.
    pub month: Option<u8>,
    /// 1–31, and only with a month.
    pub day: Option<u8>,
}

impl CalendarDate {
    /// A date that exists; `None` for 30 February and the like. A day without a month is
    /// left out.
    pub fn new(year: u16, month: Option<u8>, day: Option<u8>) -> Option<Self> {
        if !YEARS.contains(&year) || month.is_some_and(|month| !(1..=12).contains(&month))
        {
            return None;
        }
        let day = month.and(day);
        let in_month = |day: u8| day >= 1 && day <= days_in(year, month.unwrap_or(1));
        day.is_none_or(in_month).then_some(Self { year, month, day })
    }

    /// The date that `1987-03-05`, `1987-03` or `1987` names.
    pub fn from_iso(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let year = parts.next()?;
        if year.len() != 4 {
            return None;
        }
        let month = parts.next().map(str::parse).transpose().ok()?;
        let day = parts.next().map(str::parse).transpose().ok()?;
        Self::new(year.parse().ok()?, month, day)
    }

    /// `1987-03-05`, `1987-03` or `1987`.
    pub fn iso(self) -> String {
        match (self.month, self.day) {
            (Some(month), Some(day)) => format!("{:04}-{month:02}-{day:02}", self.year),
            (Some(month), None) => format!("{:04}-{month:02}", self.year),
            _ => format!("{:04}", self.year),
        }
    }
}

/// How many days a month has.
fn days_in(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4)
            && (!year.is_multiple_of(100) || year.is_multiple_of(400)) =>
        {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// What a word of a date says.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// Digits, and whether all of them were read as digits.
    Number(String, bool),
    Day,
    Month,
    Year,
    Hour,
    Minute,
    Word(String),
}

/// Cuts a text into numbers and words; a number ends where its digits end.
fn tokens(text: &str) -> Vec<Token> {
    text.split(|letter: char| letter.is_whitespace() || "/-.,;:()".contains(letter))
        .filter(|word| !word.is_empty())
        .flat_map(word_tokens)
        .collect()
}

/// The tokens of one word; a key word that has grown together with its number
/// (`ngày05`, `năm1987`) is parted.
fn word_tokens(word: &str) -> Vec<Token> {
    if let Some((digits, exact)) = digits_from(word) {
        return vec![Token::Number(digits, exact)];
    }
    let split = word.char_indices().find(|(_, letter)| letter.is_ascii_digit());
    if let Some((at, _)) = split
        && at > 0
        && let (Some(head), Some(tail)) = (word.get(..at), word.get(at..))
        && let (key, Some((digits, exact))) = (key_word(head), digits_from(tail))
        && !matches!(key, Token::Word(_))
    {
        return vec![key, Token::Number(digits, exact)];
    }
    vec![key_word(word)]
}

/// The key word that `word` is, its marks aside.
fn key_word(word: &str) -> Token {
    let dates = &*DATES;
    if is_one_of(word, &dates.day) {
        Token::Day
    } else if is_one_of(word, &dates.month) {
        Token::Month
    } else if is_one_of(word, &dates.year) {
        Token::Year
    } else if is_one_of(word, &dates.hour) {
        Token::Hour
    } else if is_one_of(word, &dates.minute) {
        Token::Minute
    } else {
        Token::Word(word.to_owned())
    }
}

/// Whether a text says that it is of the moon calendar.
fn is_lunar(text: &str) -> bool {
    let lunar = &DATES.lunar;
    let folded = format!(" {} ", fold(text).replace(['(', ')', ',', '.', '/'], " "));
    let lower = text.to_lowercase();
    let marked = lunar.marks.iter().any(|mark| {
        // With their marks on: `âm` is the moon, `am` is nothing.
        lower
            .split([' ', '(', ')', ',', '.'])
            .collect::<Vec<_>>()
            .join(" ")
            .contains(mark)
            || (mark.contains('(') && lower.contains(mark.as_str()))
    });
    let words: Vec<&str> = folded.split_whitespace().collect();
    let named = words.windows(2).any(|pair| {
        let is = |word: &str, list: &[String]| list.iter().any(|it| fold(it) == word);
        matches!(pair, [stem, branch] if is(stem, &lunar.stems) && is(branch, &lunar.branches))
    });
    marked || named
}

/// A date in digits or in words, as ISO 8601 cut to what is known.
pub(super) fn date(text: &str, context: &Context) -> Normalized {
    if is_lunar(text) {
        return Normalized::read(text, DOUBTFUL);
    }
    let tokens = tokens(text);
    if !tokens.iter().any(|token| matches!(token, Token::Number(..))) {
        return match date_from_words(text) {
            Some(date) => Normalized::read(date.iso(), CERTAIN),
            None => Normalized::illegible(Vec::new()),
        };
    }
    let parts = Parts::of(&tokens);
    let certainty = if parts.exact { CERTAIN } else { REPAIRED };
    let year = match parts.year.as_deref() {
        Some(year) if year.len() == 4 => year.parse().ok(),
        Some(year) if year.len() == 2 => return two_digit_year(&parts, year, context),
        _ => None,
    };
    let Some(year) = year else { return Normalized::illegible(Vec::new()) };
    match parts.with_year(year) {
        // The paper says more than the rest of the date does.
        Some(date) if date.day.is_none() && holds_unread(&tokens) => {
            Normalized::illegible(vec![date.iso()])
        }
        // A day that stands without its month is lost, which deserves a look.
        Some(date) if date.day.is_none() && parts.day.is_some() => {
            Normalized::read(date.iso(), DOUBTFUL)
        }
        Some(date) => Normalized::read(date.iso(), certainty),
        None => Normalized::illegible(Vec::new()),
    }
}

/// Whether something stands where a number of a date belongs and is none: `tháng g`,
/// `03/Ŏ3/1986`.
fn holds_unread(tokens: &[Token]) -> bool {
    let is_unread = |(at, token): (usize, &Token)| {
        let Token::Word(word) = token else { return false };
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let is_asked_for = matches!(before, Some(Token::Day | Token::Month));
        let is_between = |other: Option<&Token>| matches!(other, Some(Token::Number(..)));
        word.contains(|letter: char| letter.is_ascii_digit())
            || is_asked_for
            || (is_between(before) && is_between(tokens.get(at + 1)))
    };
    tokens.iter().enumerate().any(is_unread)
}

/// A year in two digits has a value only where the year of the book leaves one century.
fn two_digit_year(parts: &Parts, year: &str, context: &Context) -> Normalized {
    let short: u16 = year.parse().unwrap_or(0);
    let mut candidates: Vec<u16> = vec![1900 + short, 2000 + short];
    if let Some(latest) = context.year {
        candidates.retain(|year| *year <= latest);
    }
    let dates: Vec<String> = candidates
        .into_iter()
        .filter_map(|year| parts.with_year(year))
        .map(CalendarDate::iso)
        .collect();
    match dates.as_slice() {
        [one] if context.year.is_some() => Normalized::read(one.clone(), REPAIRED),
        _ => Normalized::illegible(dates),
    }
}

/// Day, month and year as digits.
#[derive(Debug, Default)]
struct Parts {
    day: Option<String>,
    month: Option<String>,
    year: Option<String>,
    /// Whether every digit was read as a digit.
    exact: bool,
}

impl Parts {
    /// Sorts numbers by the key words before them or, without key words, by their order.
    fn of(tokens: &[Token]) -> Self {
        let keyed = tokens.iter().any(|token| matches!(token, Token::Month))
            || matches!(tokens, [Token::Day | Token::Year, ..]);
        if keyed { Self::by_key_words(tokens) } else { Self::by_order(tokens) }
    }

    fn by_key_words(tokens: &[Token]) -> Self {
        let mut parts = Self { exact: true, ..Self::default() };
        let mut before: Option<&Token> = None;
        for (index, token) in tokens.iter().enumerate() {
            if let Token::Number(digits, exact) = token {
                let followed = tokens.get(index + 1);
                if matches!(followed, Some(Token::Hour | Token::Minute)) {
                    continue;
                }
                let place = match (before, followed) {
                    (Some(Token::Month), _) => &mut parts.month,
                    (Some(Token::Year), _) => &mut parts.year,
                    (Some(Token::Day), _) | (None, Some(Token::Month)) => &mut parts.day,
                    (Some(Token::Number(..)), _) => match (&parts.month, &parts.year) {
                        (None, _) => &mut parts.month,
                        (_, None) => &mut parts.year,
                        _ => continue,
                    },
                    _ => continue,
                };
                if place.is_none() {
                    *place = Some(digits.clone());
                    parts.exact &= exact;
                }
            }
            before = Some(token);
        }
        parts
    }

    fn by_order(tokens: &[Token]) -> Self {
        let mut exact = true;
        let mut numbers: Vec<&str> = Vec::new();
        for (index, token) in tokens.iter().enumerate() {
            if let Token::Number(digits, whole) = token
                && !matches!(tokens.get(index + 1), Some(Token::Hour | Token::Minute))
            {
                numbers.push(digits);
                exact &= whole;
            }
        }
        let own = |text: &str| Some(text.to_owned());
        let (day, month, year) = match numbers.as_slice() {
            [year, month, day] if year.len() == 4 => (own(day), own(month), own(year)),
            [day, month, year] => (own(day), own(month), own(year)),
            [year, month] | [month, year] if year.len() == 4 && month.len() <= 2 => {
                (None, own(month), own(year))
            }
            [year] if year.len() == 4 => (None, None, own(year)),
            _ => {
                exact = false;
                without_dots(&numbers).map_or((None, None, None), |(day, month, year)| {
                    (own(day), own(month), own(year))
                })
            }
        };
        Self { day, month, year, exact }
    }

    /// The date, if day and month are numbers that can be.
    fn with_year(&self, year: u16) -> Option<CalendarDate> {
        let number = |digits: &Option<String>| match digits.as_deref() {
            Some(digits) => digits.parse::<u8>().map(Some),
            None => Ok(None),
        };
        CalendarDate::new(year, number(&self.month).ok()?, number(&self.day).ok()?)
    }
}

/// Day, month and year of digits between which dots are lost (`28.51970`, `2491984`),
/// where there is one way alone to part them. Who leaves the dots so faint writes no zeros
/// before a day or month, so that `102` is the tenth of February.
fn without_dots<'a>(numbers: &[&'a str]) -> Option<(&'a str, &'a str, &'a str)> {
    const YEAR: usize = 4;
    let (&last, before) = numbers.split_last()?;
    let at = last.len().checked_sub(YEAR)?;
    let (head, year) = (last.get(..at)?, last.get(at..)?);
    let halves = match (before, head) {
        // `28.51970`
        (&[day], month) if !month.is_empty() => vec![(day, month)],
        // `249/1984`, `2491984`; `12/1990` is a month.
        (&[both], "") if both.len() > 2 => parted(both),
        ([], both) if both.len() > 2 || !matches!(both, "10" | "11" | "12") => {
            parted(both)
        }
        _ => return None,
    };
    let year_number = year.parse().ok()?;
    let fits = |&(day, month): &(&str, &str)| {
        let number = |digits: &str| digits.parse::<u8>().ok().map(Some);
        let (Some(day), Some(month)) = (number(day), number(month)) else { return false };
        CalendarDate::new(year_number, month, day).is_some()
    };
    let mut fitting = halves.into_iter().filter(fits);
    let (day, month) = fitting.next()?;
    let is_only = fitting.next().is_none();
    is_only.then_some((day, month, year))
}

/// The ways to part a day from its month, both without zeros before them or both in two digits.
fn parted(digits: &str) -> Vec<(&str, &str)> {
    (1..digits.len())
        .filter_map(|at| Some((digits.get(..at)?, digits.get(at..)?)))
        .filter(|(day, month)| {
            let is_padded = |part: &str| part.starts_with('0');
            (day.len() == 2 && month.len() == 2) || !(is_padded(day) || is_padded(month))
        })
        .filter(|(day, month)| day.len() <= 2 && month.len() <= 2)
        .collect()
}

/// The date that is written in words, such as `Ngày năm tháng ba năm một nghìn chín trăm
/// tám mươi bảy`; `None` where the words name no date or could name two.
///
/// ```
/// use sohoa::extract::normal::date_from_words;
/// let date = date_from_words("mồng năm tháng năm năm hai nghìn lẻ chín");
/// assert_eq!(date.map(|date| date.iso()).as_deref(), Some("2009-05-05"));
/// ```
pub fn date_from_words(text: &str) -> Option<CalendarDate> {
    let text = cleaned(text);
    if is_lunar(&text) {
        return None;
    }
    let words: Vec<&str> = text
        .split(|letter: char| letter.is_whitespace() || ",.-()/:;".contains(letter))
        .filter(|word| !word.is_empty())
        .collect();
    let dates = &*DATES;
    let month_at = words.iter().position(|word| is_one_of(word, &dates.month));
    let (day, after) = match month_at {
        Some(at) => (day_before(words.get(..at)?)?, words.get(at + 1..)?),
        None => (None, words.as_slice()),
    };
    if month_at.is_none() {
        let year = after.iter().position(|word| is_one_of(word, &dates.year))?;
        return CalendarDate::new(year_in(after.get(year + 1..)?)?, None, None);
    }
    // `tháng năm năm hai nghìn`: the month is the shortest run before a word for year.
    (1..=2.min(after.len())).find_map(|length| {
        let (month, rest) = (after.get(..length)?, after.get(length..)?);
        let (first, year) = rest.split_first()?;
        if !is_one_of(first, &dates.year) {
            return None;
        }
        let date = CalendarDate::new(year_in(year)?, Some(month_in(month)?), day)?;
        (day.is_some() || date.day.is_none()).then_some(date)
    })
}

/// The day in the words before the month: `Some(None)` if none is said, `None` if what is
/// said is no day.
fn day_before(words: &[&str]) -> Option<Option<u8>> {
    let start = words.iter().rposition(|word| is_one_of(word, &DATES.day));
    let words = words.get(start.map_or(0, |at| at + 1)..)?;
    let words = match words.split_first() {
        Some((first, rest)) if is_one_of(first, &DATES.first_ten) => rest,
        _ => words,
    };
    if words.is_empty() {
        return Some(None);
    }
    number_from_words(&words.join(" ")).and_then(|day| u8::try_from(day).ok()).map(Some)
}

/// The month in words.
fn month_in(words: &[&str]) -> Option<u8> {
    if let [name] = words
        && let Some((_, &month)) =
            DATES.months.iter().find(|(other, _)| fold(other) == fold(name))
    {
        return Some(month);
    }
    u8::try_from(number_from_words(&words.join(" "))?).ok()
}

/// The year in words; words after it that are no numbers are left out.
fn year_in(words: &[&str]) -> Option<u16> {
    let said: Vec<&str> =
        words.iter().copied().take_while(|word| is_number_word(word)).collect();
    let year = u16::try_from(number_from_words(&said.join(" "))?).ok()?;
    YEARS.contains(&year).then_some(year)
}

/// A date in words as clerks write it; partial dates name what they have.
pub fn date_in_words(date: CalendarDate) -> String {
    let dates = &*DATES;
    let word = |words: &[String]| words.first().cloned().unwrap_or_default();
    let mut out = Vec::new();
    if let Some(day) = date.day {
        out.extend([word(&dates.day), number_in_words(u64::from(day))]);
    }
    if let Some(month) = date.month {
        // The fourth month is never `bốn`.
        let month = match month {
            4 => "tư".to_owned(),
            month => number_in_words(u64::from(month)),
        };
        out.extend([word(&dates.month), month]);
    }
    out.extend([word(&dates.year), number_in_words(u64::from(date.year))]);
    out.join(" ")
}

/// A year in four digits.
pub(super) fn year(text: &str, context: &Context) -> Normalized {
    let read = date(text, context);
    match read.value.as_deref().and_then(CalendarDate::from_iso) {
        Some(date) => Normalized::read(format!("{:04}", date.year), read.certainty),
        None => read,
    }
}

/// An hour with its minutes as `08:30`.
pub(super) fn time(text: &str, _: &Context) -> Normalized {
    let mut exact = true;
    let mut numbers = Vec::new();
    for token in tokens(&text.replace(['h', 'H'], " ")) {
        match token {
            Token::Number(digits, whole) => {
                exact &= whole;
                numbers.push(digits.parse::<u8>().unwrap_or(u8::MAX));
            }
            Token::Day | Token::Month => break,
            _ => {}
        }
    }
    let certainty = if exact { CERTAIN } else { REPAIRED };
    match numbers.as_slice() {
        [hour @ ..=23] => Normalized::read(format!("{hour:02}:00"), DOUBTFUL),
        [hour @ ..=23, minute @ ..=59] => {
            Normalized::read(format!("{hour:02}:{minute:02}"), certainty)
        }
        _ => Normalized::illegible(Vec::new()),
    }
}
