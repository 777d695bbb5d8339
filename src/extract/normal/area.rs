//! Areas and sums of money in digits.

use super::identity::digit;
use super::{CERTAIN, Context, Normalized, REPAIRED};

/// Digits from which on an area without a comma may have lost it.
const COMMA_LOST: usize = 5;

/// An area in square metres with a decimal point: `13440.8`.
///
/// A comma is the decimal mark; a dot before exactly three digits parts thousands.
pub(super) fn area(text: &str, _: &Context) -> Normalized {
    let Some((number, exact)) = number_at_start(text) else {
        return Normalized::illegible(Vec::new());
    };
    let certainty = if exact { CERTAIN } else { REPAIRED };
    let (commas, dots) = (number.matches(',').count(), number.matches('.').count());
    let value = match (commas, dots) {
        (0, 0) if number.len() >= COMMA_LOST => {
            let other = with_tenth(&number).into_iter().collect();
            return Normalized::read(number, REPAIRED).with_alternatives(other);
        }
        (0, 0) => number,
        (1, _) if is_grouped(number.split(',').next().unwrap_or_default()) => {
            let plain = number.replace('.', "").replace(',', ".");
            if decimals(&plain) > 2 {
                let whole = plain.replace('.', "");
                return Normalized::illegible(vec![whole]);
            }
            plain
        }
        (0, 1) if decimals(&number) == 3 && is_grouped(&number) => {
            let thousands = number.replace('.', "");
            return Normalized::read(thousands, REPAIRED);
        }
        (0, 1) => number,
        (0, _) if is_grouped(&number) => number.replace('.', ""),
        _ => return Normalized::illegible(Vec::new()),
    };
    Normalized::read(value, certainty)
}

/// What a number of digits alone would be if its last one were the tenth: `1919.3` of `19193`;
/// nothing of a single digit.
pub(in super::super) fn with_tenth(digits: &str) -> Option<String> {
    let (whole, tenth) = digits.split_at_checked(digits.len().checked_sub(1)?)?;
    (!whole.is_empty()).then(|| format!("{whole}.{tenth}"))
}

/// How many digits follow the point.
fn decimals(number: &str) -> usize {
    number.split_once('.').map_or(0, |(_, after)| after.len())
}

/// Whether dots stand in `number` only between groups of three digits.
fn is_grouped(number: &str) -> bool {
    let mut groups = number.split('.');
    let first = groups.next().unwrap_or_default().len();
    let mut rest = groups.peekable();
    rest.peek().is_none()
        || ((1..=3).contains(&first) && rest.all(|group| group.len() == 3))
}

/// The first number of a text with its marks; spaces between groups of three digits are
/// left out. `false` says that a look-alike was put right.
fn number_at_start(text: &str) -> Option<(String, bool)> {
    let mut out = String::new();
    let mut exact = true;
    let start = text.find(|letter: char| letter.is_ascii_digit())?;
    let letters: Vec<char> = text.get(start..)?.chars().collect();
    for (index, &letter) in letters.iter().enumerate() {
        let next = letters.get(index + 1).copied().unwrap_or(' ');
        if letter.is_ascii_digit() || (",.".contains(letter) && next.is_ascii_digit()) {
            out.push(letter);
        } else if let Some(digit) = digit(letter).filter(|_| joins(letter, next)) {
            out.push(digit);
            exact = false;
        } else if letter != ' '
            || !three_digits(letters.get(index + 1..))
            || !grouped_so_far(&out)
        {
            break;
        }
    }
    (!out.is_empty()).then_some((out, exact))
}

/// Whether a look-alike stands inside a number: `1O0`, not `100 l`.
fn joins(letter: char, next: char) -> bool {
    letter != '!' && letter != '|' && (next.is_ascii_digit() || next == ',')
}

/// Whether three digits and no fourth come next.
fn three_digits(rest: Option<&[char]>) -> bool {
    let run =
        rest.unwrap_or_default().iter().take_while(|it| it.is_ascii_digit()).count();
    run == 3
}

/// Whether what was read so far is a group of one to three digits with more groups of three.
fn grouped_so_far(out: &str) -> bool {
    !out.contains([',', '.']) && out.len() <= 3
}

/// A sum of money in đồng: digits alone.
pub(super) fn money(text: &str, _: &Context) -> Normalized {
    let start = text.find(|letter: char| letter.is_ascii_digit()).unwrap_or(0);
    let number: String = text
        .get(start..)
        .unwrap_or_default()
        .chars()
        .take_while(|letter| letter.is_ascii_digit() || ". ,".contains(*letter))
        .collect();
    let number = number.trim_matches([' ', '.', ',']);
    let groups: Vec<&str> = number.split(['.', ',', ' ']).collect();
    let rest_whole = groups.iter().skip(1).all(|group| group.len() == 3);
    let first = groups.first().map_or(0, |group| group.len());
    if first == 0 || (groups.len() > 1 && (first > 3 || !rest_whole)) {
        return Normalized::illegible(Vec::new());
    }
    Normalized::read(groups.concat(), CERTAIN)
}
