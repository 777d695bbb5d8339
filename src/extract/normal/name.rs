//! Names of persons. Cleaned, never corrected.

use crate::model::{canonical_tone, fold, fold_letter, is_vowel, title_case_name};

use super::lexicon::{FAMILIES, MONG_FAMILIES, TITLES};
use super::{CERTAIN, Context, DOUBTFUL, Normalized, REPAIRED};

/// Marks that a name may hold beside letters.
const IN_NAMES: &[char] = &['\'', '-', '.', '(', ')', ','];

/// A name: only letters, `'` and `-`; capitals become the spelling of data.
///
/// A name with a digit in it was misread and has no value, only an alternative: wrong is
/// worse than empty.
pub(super) fn name(text: &str, _: &Context) -> Normalized {
    let kept = text
        .split_whitespace()
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .map(|word| word.trim_matches([',', ';', ':']))
        .collect::<Vec<_>>()
        .join(" ");
    let name = kept.trim_matches(|letter: char| {
        !letter.is_alphanumeric() && letter != '\'' && letter != ')'
    });
    if name.is_empty() {
        return Normalized::illegible(Vec::new());
    }
    // One letter is what is left of a name.
    if name.chars().filter(|letter| letter.is_alphabetic()).count() < 2 {
        return Normalized::illegible(Vec::new());
    }
    let as_read = mostly_capitals(name);
    let in_one_case = with_capitals(&as_read);
    let whole_words = with_joints(&in_one_case);
    let spelled = title_case_name(whole_words.as_deref().unwrap_or(&in_one_case));
    if name.chars().any(|letter| letter.is_ascii_digit()) {
        return Normalized::illegible(vec![spelled]);
    }
    let legal = |letter: char| {
        letter.is_alphabetic()
            || is_mark(letter)
            || letter == ' '
            || IN_NAMES.contains(&letter)
    };
    // Every word of a name has a vowel: `N àng` lost its own.
    let is_rest = |word: &str| !word.contains('.') && !word.chars().any(is_vowel);
    if spelled.split(' ').any(is_rest) {
        return Normalized::illegible(vec![spelled]);
    }
    if !name.chars().all(legal) {
        let kept: String = spelled.chars().filter(|letter| legal(*letter)).collect();
        return Normalized::read(kept, DOUBTFUL);
    }
    if whole_words.is_some() {
        let as_read = title_case_name(&in_one_case);
        return Normalized::read(spelled, REPAIRED).with_alternatives(vec![as_read]);
    }
    if let Some(parted) = with_middle_behind(&spelled) {
        return Normalized::read(parted, REPAIRED).with_alternatives(vec![spelled]);
    }
    // `K'Brêm` is whole, a lone syllable may have lost the others.
    let whole = name.contains([' ', '\'']);
    let other = with_usual_middle(&spelled);
    let is_as_read = in_one_case == as_read;
    let is_certain = whole && is_as_read && other.is_none();
    let certainty = if is_certain { CERTAIN } else { REPAIRED };
    Normalized::read(spelled, certainty).with_alternatives(other.into_iter().collect())
}

/// Small letters that differ from their capitals in nothing but size, without their marks.
const ALIKE: [char; 7] = ['c', 'o', 's', 'v', 'w', 'x', 'z'];

/// Whether a word of a name may begin with a capital: with one, or behind the first word
/// with a small letter that looks like one.
pub(in super::super) fn may_be_capital(at: usize, word: &str) -> bool {
    let Some(first) = word.chars().next() else { return false };
    let is_alike = || fold_letter(first).is_some_and(|it| ALIKE.contains(&it));
    first.is_uppercase() || at > 0 && is_alike()
}

/// The same name with capitals where letters that look like them begin its words. What
/// has another word without a capital (`Nhà văn hóa bản`) is no person's and stays.
fn with_capitals(name: &str) -> String {
    if !name.split(' ').enumerate().all(|(at, word)| may_be_capital(at, word)) {
        return name.to_owned();
    }
    let capital = |(at, word): (usize, &str)| match word.chars().next() {
        Some(first) if first.is_lowercase() && may_be_capital(at, word) => {
            first.to_uppercase().chain(word.chars().skip(1)).collect()
        }
        _ => word.to_owned(),
    };
    name.split(' ').enumerate().map(capital).collect::<Vec<String>>().join(" ")
}

/// Letters before the apostrophe of highland names.
const BEFORE_APOSTROPHES: [&str; 2] = ["K", "H"];

/// Letters that follow a `K` in no word without an apostrophe but in a few family names, which
/// are known (`Ksor`).
const AFTER_APOSTROPHES: &str = "BCDĐGMNSTVX";

/// The same name with the apostrophes and spaces that a weak print or a hasty hand loses:
/// no word has a capital within it, so that `KMai` is `K'Mai` and `CứA Chu` `Cứ A Chu`. A dot
/// behind a lone vowel (`Tráng A. Sà`) ends no abbreviation. `None` where nothing is lost.
fn with_joints(name: &str) -> Option<String> {
    let mut words: Vec<String> = Vec::new();
    for word in name.split(' ') {
        let word = without_dot(word);
        match words.last_mut() {
            // `K Đức`, `K. Đức`, `K' Đức`
            Some(before)
                if matches!(before.as_str(), "K" | "K'") && starts_with_capital(word) =>
            {
                *before = format!("K'{word}");
            }
            _ => {
                let family = words.first().map(String::as_str);
                let parted = family.and_then(|family| with_middle_before(family, word));
                let whole = || with_joint(word).unwrap_or_else(|| word.to_owned());
                words.push(parted.unwrap_or_else(whole));
            }
        }
    }
    let joined = words.join(" ");
    (joined != name).then_some(joined)
}

/// The same for one word.
fn with_joint(word: &str) -> Option<String> {
    for mark in ["K.", "K:"] {
        if let Some(rest) =
            word.strip_prefix(mark).filter(|rest| starts_with_capital(rest))
        {
            return Some(format!("K'{rest}"));
        }
    }
    let letters: Vec<char> = word.chars().collect();
    let at = if letters.iter().any(|letter| letter.is_lowercase()) {
        let mut places = (1..letters.len()).filter(|&at| parts_at(&letters, at));
        places.next().filter(|_| places.next().is_none())?
    } else {
        let is_family = || FAMILIES.iter().any(|family| family.to_uppercase() == word);
        let is_lost = matches!(letters.as_slice(), ['K', next, _, ..]
            if AFTER_APOSTROPHES.contains(*next));
        (is_lost && !is_family()).then_some(1)?
    };
    let (head, tail) = letters.split_at_checked(at)?;
    let (head, tail) = (String::from_iter(head), String::from_iter(tail));
    let joint = if BEFORE_APOSTROPHES.contains(&head.as_str()) { '\'' } else { ' ' };
    Some(format!("{head}{joint}{tail}"))
}

/// A word with the middle word before it that was written close (`Thịthủy`, and `Apáo` behind
/// a family name of the Mông): no syllable begins so and goes on with another vowel.
fn with_middle_before(family: &str, word: &str) -> Option<String> {
    let is_same = |one: &str, other: &str| one.to_lowercase() == other.to_lowercase();
    let is_mong = MONG_FAMILIES.iter().any(|known| is_same(known, family));
    let of_mong = is_mong.then_some(MIDDLE_OF_MONG);
    let parted = |middle: &str| {
        let head: String = word.chars().take(middle.chars().count()).collect();
        let rest = word.strip_prefix(head.as_str())?;
        let mut letters = rest.chars();
        let first = letters.next().filter(|first| !is_vowel(*first))?;
        let is_two = is_same(&head, middle) && letters.as_str().contains(is_vowel);
        is_two.then(|| format!("{head} {}{}", first.to_uppercase(), letters.as_str()))
    };
    TITLES.middles.iter().map(String::as_str).chain(of_mong).find_map(parted)
}

/// The middle word of most Mông men.
const MIDDLE_OF_MONG: &str = "A";

/// Whether a capital within a word begins another one: both are syllables, or the first is a
/// letter that stands alone in names.
fn parts_at(letters: &[char], at: usize) -> bool {
    let (head, tail) = letters.split_at(at);
    let is_begun = tail.first().is_some_and(|letter| letter.is_uppercase());
    let is_tail = match tail {
        [lone] => ALONE.contains(*lone),
        [_, next, ..] => next.is_lowercase() && tail.iter().any(|it| is_vowel(*it)),
        [] => false,
    };
    let is_head = match head {
        [lone] => is_vowel(*lone) || BEFORE_APOSTROPHES.contains(&&*lone.to_string()),
        [.., last] => last.is_lowercase() && head.iter().any(|it| is_vowel(*it)),
        [] => false,
    };
    is_begun && is_head && is_tail
}

/// Letters that end a name alone (`Ly A`, `Na Ư`).
const ALONE: &str = "AƯ";

/// A word without the dot or colon behind its only letter, a vowel or `K`.
fn without_dot(word: &str) -> &str {
    let bare = word.trim_end_matches(['.', ':']);
    let mut letters = bare.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) if letter == 'K' || is_vowel(letter) => bare,
        _ => word,
    }
}

fn starts_with_capital(word: &str) -> bool {
    word.starts_with(char::is_uppercase) && word.chars().count() > 1
}

/// The same name with the usual middle word, where its own differs from it by a mark alone,
/// which a weak print loses: it stays as it was read, with the doubt shown.
fn with_usual_middle(name: &str) -> Option<String> {
    let mut words: Vec<&str> = name.split(' ').collect();
    let last = words.len().checked_sub(1)?;
    let middle = words.get_mut(1..last)?.first_mut()?;
    let usual = TITLES.middles.iter().find(|usual| {
        fold(usual) == fold(middle) && canonical_tone(usual) != canonical_tone(middle)
    })?;
    *middle = usual;
    Some(words.join(" "))
}

/// The same name with the one-letter middle word parted from the family name that it was
/// written close to (`Mùaa Khày` → `Mùa A Khày`): the family name alone is known, both
/// together are not.
fn with_middle_behind(name: &str) -> Option<String> {
    let (first, rest) = name.split_once(' ')?;
    let family = first.strip_suffix(ONE_LETTER_MIDDLE)?;
    let is_family = |name: &str| FAMILIES.iter().any(|it| it == name);
    (is_family(family) && !is_family(first))
        .then(|| format!("{family} {MIDDLE_OF_MONG} {rest}"))
}

/// [`MIDDLE_OF_MONG`] as it ends a word.
const ONE_LETTER_MIDDLE: char = 'a';

/// Whether `letter` is a combining mark, as in the highland orthographies.
fn is_mark(letter: char) -> bool {
    unicode_normalization::char::is_combining_mark(letter)
}

/// A name that is in capitals but for a letter or two is meant to be in capitals.
fn mostly_capitals(name: &str) -> String {
    const SHORTEST: usize = 5;
    let letters = name.chars().filter(|letter| letter.is_alphabetic()).count();
    let small = name.chars().filter(|letter| letter.is_lowercase()).count();
    if letters >= SHORTEST && small * 4 < letters {
        name.to_uppercase()
    } else {
        name.to_owned()
    }
}

/// A name without the words before it (`Ông:`, `và vợ là bà`).
pub(super) fn person_with_title(text: &str, context: &Context) -> Normalized {
    name(without_title(text), context)
}

/// `text` from where its title ends; the longest title counts.
pub(super) fn without_title(text: &str) -> &str {
    let mut rest = text.trim();
    while let Some(shorter) = after_longest_title(rest) {
        rest = shorter;
    }
    rest
}

/// What follows the longest title at the start of `text`; `None` without one, or where
/// nothing would be left. Marks count, because `CỨ` is a surname and `cụ` a title; a
/// single word is a title only before a colon or two more words.
fn after_longest_title(text: &str) -> Option<&str> {
    let follows = |title: &&String| {
        let length = title.chars().count();
        let at = text.char_indices().nth(length)?.0;
        let (head, rest) = (text.get(..at)?, text.get(at..)?);
        let ends = rest.starts_with([' ', ':', '.', ',']);
        let whole = title.contains(' ')
            || rest.trim_start().starts_with(':')
            || rest.split_whitespace().count() > 1;
        let same = canonical_tone(head) == canonical_tone(title);
        let rest = rest.trim_start_matches([' ', ':', '.', ',']);
        (same && ends && whole && !rest.is_empty()).then_some((length, rest))
    };
    let longest = TITLES.before_names.iter().filter_map(|title| follows(&title));
    longest.max_by_key(|(length, _)| *length).map(|(_, rest)| rest)
}

/// The title of a signer in the spelling of data.
pub(super) fn signer_title(text: &str, _: &Context) -> Normalized {
    let folded = fold(text);
    let known = TITLES.signers.iter().find(|title| fold(title) == folded);
    if let Some(title) = known {
        return Normalized::read(title.clone(), CERTAIN);
    }
    match TITLES.signers.iter().find(|title| folded.contains(&fold(title))) {
        Some(title) => Normalized::read(title.clone(), DOUBTFUL),
        None => Normalized::read(text, DOUBTFUL),
    }
}
