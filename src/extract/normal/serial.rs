//! Serials of land certificates and their numbers in the book of issue.

use crate::model::fold_letter;

use super::identity::{digit, digits_from};
use super::lexicon::LOOK_ALIKES;
use super::{CERTAIN, Context, DOUBTFUL, Normalized, REPAIRED};

/// Letters and digits of a serial, for each length that exists.
///
/// One letter with six or seven digits until about 2005, two with six until 2024, two with
/// eight since. With two candidates of one length the one that needs fewer repairs counts.
const SHAPES: [(usize, usize); 4] = [(1, 6), (1, 7), (2, 6), (2, 8)];

/// A serial as `AM 123456`. Look-alikes are put right by their position alone.
pub(super) fn serial(text: &str, _: &Context) -> Normalized {
    let letters: Vec<char> =
        text.chars().filter(|letter| letter.is_alphanumeric()).collect();
    let mut readings: Vec<(usize, String)> = SHAPES
        .into_iter()
        .filter(|(head, tail)| head + tail == letters.len())
        .filter_map(|(head, _)| in_shape(&letters, head))
        .collect();
    readings.sort();
    match readings.as_slice() {
        [] => Normalized::illegible(Vec::new()),
        [(repairs, one)] => scored(one, *repairs).with_alternatives(twins(one, *repairs)),
        [(0, one), rest @ ..] => Normalized::read(one.clone(), CERTAIN)
            .with_alternatives(rest.iter().map(|(_, other)| other.clone()).collect()),
        more => Normalized::illegible(more.iter().map(|(_, it)| it.clone()).collect()),
    }
}

/// A reading with its certainty.
fn scored(value: &str, repairs: usize) -> Normalized {
    let certainty = match repairs {
        0 => CERTAIN,
        1 => REPAIRED,
        _ => DOUBTFUL,
    };
    Normalized::read(value, certainty)
}

/// `letters` as a serial of `head` letters and then digits, with the number of repairs.
fn in_shape(letters: &[char], head: usize) -> Option<(usize, String)> {
    let mut repairs = 0;
    let mut out = String::new();
    for (index, &letter) in letters.iter().enumerate() {
        if index == head {
            out.push(' ');
        }
        let fitting = if index < head { capital(letter)? } else { digit(letter)? };
        repairs += usize::from(!letter.to_uppercase().eq(std::iter::once(fitting)));
        out.push(fitting);
    }
    (repairs * 2 <= letters.len()).then_some((repairs, out))
}

/// `letter` as a capital of a serial, a look-alike put right.
fn capital(letter: char) -> Option<char> {
    let upper = letter.to_uppercase().next()?;
    if upper.is_ascii_uppercase() || upper == 'Đ' {
        return Some(upper);
    }
    LOOK_ALIKES.letter_for.get(letter.encode_utf8(&mut [0; 4]) as &str)?.chars().next()
}

/// The same serial with a letter that is taken for one of its own, if it was repaired.
fn twins(serial: &str, repairs: usize) -> Vec<String> {
    if repairs == 0 {
        return Vec::new();
    }
    let other = |letter: char| {
        let text = letter.to_string();
        LOOK_ALIKES.twins.iter().find_map(|[a, b]| {
            if *a == text {
                b.chars().next()
            } else {
                (*b == text).then(|| a.chars().next())?
            }
        })
    };
    serial
        .char_indices()
        .filter_map(|(at, letter)| {
            let twin = other(letter)?;
            let mut out = String::new();
            out.push_str(serial.get(..at)?);
            out.push(twin);
            out.push_str(serial.get(at + letter.len_utf8()..)?);
            Some(out)
        })
        .collect()
}

/// A number in the book of issue: `CH 00120`, `00283 QSDĐ/H`. A number alone that is
/// shorter than four digits was cut off.
pub(super) fn book_no(text: &str, _: &Context) -> Normalized {
    const SHORTEST: usize = 4;
    let joined = with_known_sign(&joined_over_dots(text));
    let letters: Vec<char> = joined.chars().collect();
    let head = letters.iter().take_while(|letter| letter.is_alphabetic()).count();
    let rest: String = letters.iter().skip(head).collect();
    if (1..=3).contains(&head) {
        let rest: String =
            rest.chars().filter(|letter| !" .-:".contains(*letter)).collect();
        let digits: Option<String> = rest.chars().map(digit).collect();
        let prefix: String = letters.iter().take(head).collect::<String>().to_uppercase();
        return match digits {
            Some(digits) if digits.len() >= SHORTEST => {
                let certainty = if digits == rest { CERTAIN } else { REPAIRED };
                Normalized::read(format!("{prefix} {digits}"), certainty)
            }
            _ => Normalized::illegible(vec![text.to_owned()]),
        };
    }
    let digits = joined.chars().take_while(char::is_ascii_digit).count();
    if digits < SHORTEST {
        return Normalized::illegible(vec![text.to_owned()]);
    }
    let number: String = joined.chars().take(digits).collect();
    let sign: String =
        joined.chars().skip(digits).filter(|it| !it.is_whitespace()).collect();
    let sign = sign.trim_matches(['.', ',', ':']);
    if sign.is_empty() {
        return Normalized::read(number, CERTAIN);
    }
    let sign = sign
        .strip_prefix('/')
        .map_or_else(|| format!(" {sign}"), |rest| format!("/{rest}"));
    Normalized::read(format!("{number}{sign}"), CERTAIN)
}

/// The sign behind a number, and the number, with what they were taken for put right:
/// `00283 Q800/H`, `oo625`.
fn with_known_sign(text: &str) -> String {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    for word in words.iter_mut().skip(1) {
        if let Some((read, rest)) = word.split_once('/')
            && let Some(sign) = LOOK_ALIKES.signs.iter().find(|sign| is_sign(read, sign))
        {
            *word = format!("{sign}/{rest}");
        }
    }
    if let Some(first) = words.first_mut()
        && first.chars().count() > 3
        && let Some((digits, false)) = digits_from(first)
    {
        *first = digits;
    }
    words.join(" ")
}

/// Whether some letters are a sign in which digits or look-alikes stand for letters.
fn is_sign(read: &str, sign: &str) -> bool {
    let same =
        read.chars().zip(sign.chars()).filter(|(read, wanted)| read == wanted).count();
    read.chars().count() == sign.chars().count()
        && same > 0
        && read.chars().zip(sign.chars()).all(|(read, wanted)| {
            read == wanted
                || read.is_ascii_digit()
                || fold_letter(read) == fold_letter(wanted)
        })
}

/// `C.N.5.4.2.9`, written over a dotted line, as `CN5429`.
fn joined_over_dots(text: &str) -> String {
    let pieces: Vec<&str> = text.split('.').collect();
    let single = pieces.iter().all(|piece| piece.trim().chars().count() <= 1);
    if pieces.len() > 2 && single {
        return pieces.iter().map(|piece| piece.trim()).collect();
    }
    text.to_owned()
}
