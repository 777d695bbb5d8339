//! Areas and sums of money in digits.

use super::identity::digit;
use super::{CERTAIN, Context, Normalized, REPAIRED};

/// Digits from which on an area without a comma may have lost it.
const COMMA_LOST: usize = 5;

/// An area in square metres with a decimal point: `13440.8`.
///
/// A comma is the decimal mark; a dot before exactly three digits parts thousands.
pub(super) fn area(text: &str, _: &Context) -> Normalized {
    let Some((number, exact, rest)) = number_at_start(text) else {
        return Normalized::illegible(Vec::new());
    };
    if !may_precede(text) {
        return Normalized::illegible(vec![number]);
    }
    // `2"0,4`: where a mark or a letter stands within a number, a part of it is no area.
    if !may_follow(&rest) {
        return Normalized::illegible(vec![number]);
    }
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
/// left out. `false` says that a look-alike was put right; beside it what follows.
fn number_at_start(text: &str) -> Option<(String, bool, String)> {
    let mut out = String::new();
    let mut exact = true;
    let mut rest = "";
    let start = text.find(|letter: char| letter.is_ascii_digit())?;
    let text = text.get(start..)?;
    let letters: Vec<char> = text.chars().collect();
    for ((index, &letter), (at, _)) in letters.iter().enumerate().zip(text.char_indices())
    {
        let next = letters.get(index + 1).copied().unwrap_or(' ');
        if is_mark(letter)
            && is_mark(next)
            && letters.get(index + 2).is_some_and(char::is_ascii_digit)
        {
            // One mark that an engine saw twice, `4639,.6`: the next turn takes it.
            exact = false;
        } else if is_mark(letter) && next.is_ascii_digit() {
            let twice = index > 0 && is_mark(letters[index - 1]);
            out.push(if twice { ',' } else { letter });
        } else if letter.is_ascii_digit() {
            out.push(letter);
        } else if let Some(digit) = digit(letter).filter(|_| joins(letter, next)) {
            out.push(digit);
            exact = false;
        } else if letter != ' '
            || !three_digits(letters.get(index + 1..))
            || !grouped_so_far(&out)
        {
            rest = text.get(at..)?;
            break;
        }
    }
    (!out.is_empty()).then_some((out, exact, rest.to_owned()))
}

/// Whether it parts a number: the decimal comma, the dot of the thousands.
fn is_mark(letter: char) -> bool {
    matches!(letter, ',' | '.')
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

/// Whether an area may begin where the first digit of `text` stands: `"853,6` lost a digit.
fn may_precede(text: &str) -> bool {
    let before = text.split(|letter: char| letter.is_ascii_digit()).next();
    let last = before.and_then(|before| before.chars().next_back());
    last.is_none_or(|last| last.is_whitespace() || "(:;,.=~-".contains(last))
}

/// Whether an area may be followed by `rest`: a space, its unit, a mark that ends it.
fn may_follow(rest: &str) -> bool {
    let mut letters = rest.chars();
    let Some(first) = letters.next() else { return true };
    let ends = letters.next().is_none_or(|next| !next.is_alphanumeric());
    first.is_whitespace() || "mM(".contains(first) || (ends && "),.;:-/|".contains(first))
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
