//! What a word may be read as.

use crate::model::{Word, fold, fold_letter};

use super::pairs::{Known, LIST};

/// Probability of a mark that the engine did not see.
pub(super) const UNSEEN: f32 = 0.002;
/// The same for a tone above a hat, `ố` for `ô`: on a small or worn scan it is lost in the hat,
/// and the engine is sure of what is left.
const UNSEEN_ON_HAT: f32 = 0.02;
/// Letters with a hat or a breve, and what they are with each tone above.
const HATS: [(char, &str); 4] =
    [('â', "ấầẩẫ"), ('ă', "ắằẳẵ"), ('ê', "ếềểễ"), ('ô', "ốồổỗ")];
/// Letters that the engine gives less than this are not looked at.
const FAINTEST: f32 = 0.008;
/// The same for words of [`SHORT`] letters with a capital, which are easily made into others.
const FAINTEST_SHORT: f32 = 0.1;
const SHORT: usize = 2;
/// Readings of a word that are kept.
const MOST: usize = 12;

/// A reading of a word.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    /// As many letters as the word has, marks around it included.
    pub(super) letters: Vec<char>,
    /// Natural logarithm of what the engine says of the letters, against the plain reading.
    pub(super) seen: f32,
    /// Whether one of its marks was not seen by the engine.
    pub(super) has_unseen: bool,
    /// Its place in the list of words.
    pub(super) known: Option<Known>,
    /// Whether it is made of letters.
    pub(super) is_word: bool,
    /// Whether it is written with a capital.
    pub(super) capital: bool,
    /// Whether a mark after it ends a phrase.
    pub(super) ends_phrase: bool,
}

/// The readings of a word, the plain one first.
pub(super) fn choices(word: &Word) -> Vec<Choice> {
    let plain: Vec<char> = word.text.chars().collect();
    let first = Choice::new(plain.clone(), 0.0, false);
    let seen: Vec<&[(char, f32)]> = word
        .letters
        .iter()
        .map(|letter| letter.may_be.as_slice())
        .filter(|may_be| may_be.first().is_some_and(|(best, _)| *best != '\0'))
        .collect();
    let is_whole = seen.len() == plain.len()
        && seen.iter().zip(&plain).all(|(may_be, letter)| may_be[0].0 == *letter);
    let length = plain.iter().filter(|letter| letter.is_alphabetic()).count();
    if !first.is_word || !is_whole || length < SHORT {
        return vec![first];
    }
    // A name may have any marks: none is added to it.
    let may_add = !first.capital;
    let is_short_name = length == SHORT && first.capital;
    let mut all = vec![first];
    let faintest = if is_short_name { FAINTEST_SHORT } else { FAINTEST };
    add_seen(&mut all, &plain, &seen, faintest);
    if may_add {
        add_sisters(&mut all, &plain, &seen);
    }
    let (plain, mut others) = (all.remove(0), all);
    others.sort_by(|a, b| b.seen.total_cmp(&a.seen));
    others.dedup_by(|a, b| a.letters == b.letters);
    // A word that no list has is as likely as any other: its letters decide.
    others.retain(|it| it.known.is_some());
    others.truncate(MOST);
    std::iter::once(plain).chain(others).collect()
}

impl Choice {
    fn new(letters: Vec<char>, seen: f32, has_unseen: bool) -> Self {
        let text: String = letters.iter().collect();
        let core = text.trim_matches(|letter: char| !letter.is_alphanumeric());
        let is_word = !core.is_empty() && core.chars().all(char::is_alphabetic);
        let known = if is_word { LIST.find(&core.to_lowercase()) } else { None };
        let capital = core.chars().next().is_some_and(char::is_uppercase);
        let ends_phrase = !text.ends_with(char::is_alphabetic);
        Self { letters, seen, has_unseen, known, is_word, capital, ends_phrase }
    }
}

/// The price of a letter in the place of the plain one.
fn price(may_be: &[(char, f32)], wanted: char) -> Option<f32> {
    let best = may_be.first()?.1.max(UNSEEN);
    let own = may_be.iter().find(|(letter, _)| *letter == wanted)?.1;
    Some((own.max(1e-6) / best).ln())
}

/// Readings with one or two other letters that the engine saw.
fn add_seen(
    all: &mut Vec<Choice>,
    plain: &[char],
    seen: &[&[(char, f32)]],
    faintest: f32,
) {
    let mut changes: Vec<(usize, char, f32)> = Vec::new();
    for (at, may_be) in seen.iter().enumerate() {
        for &(letter, probability) in may_be.iter().skip(1) {
            if probability >= faintest
                && letter.is_alphabetic()
                && letter.is_uppercase() == plain[at].is_uppercase()
                && let Some(price) = price(may_be, letter)
            {
                changes.push((at, letter, price));
            }
        }
    }
    changes.sort_by(|a, b| b.2.total_cmp(&a.2));
    changes.truncate(MOST);
    for (index, &(at, letter, price)) in changes.iter().enumerate() {
        let mut letters = plain.to_vec();
        letters[at] = letter;
        all.push(Choice::new(letters.clone(), price, false));
        for &(other, second, more) in changes.iter().skip(index + 1) {
            if other != at {
                let mut both = letters.clone();
                both[other] = second;
                all.push(Choice::new(both, price + more, false));
            }
        }
    }
}

/// Probability of `wanted` for `plain` that the engine did not see.
fn least(plain: char, wanted: char) -> f32 {
    let is_lost_tone =
        HATS.iter().any(|&(hat, toned)| hat == plain && toned.contains(wanted));
    if is_lost_tone { UNSEEN_ON_HAT } else { UNSEEN }
}

/// Words of the list that have the same plain letters, one mark of which was not seen.
fn add_sisters(all: &mut Vec<Choice>, plain: &[char], seen: &[&[(char, f32)]]) {
    let text: String = plain.iter().collect();
    let is_core = |letter: &char| letter.is_alphanumeric();
    let Some(start) = plain.iter().position(is_core) else { return };
    let Some(end) = plain.iter().rposition(is_core) else { return };
    let core: String = plain[start..=end].iter().collect();
    if fold(&core).chars().count() != end + 1 - start || fold(&text).is_empty() {
        return;
    }
    for sister in LIST.sisters(&fold(&core)) {
        let mut letters = plain.to_vec();
        let (mut sum, mut unseen) = (0.0_f32, 0_usize);
        let mut fits = sister.chars().count() == end + 1 - start;
        for (at, wanted) in (start..=end).zip(sister.chars()) {
            let upper = plain[at].is_uppercase();
            let wanted = if upper {
                wanted.to_uppercase().next().unwrap_or(wanted)
            } else {
                wanted
            };
            if wanted == plain[at] {
                continue;
            }
            fits &= fold_letter(wanted) == fold_letter(plain[at]);
            letters[at] = wanted;
            let price = price(seen[at], wanted);
            unseen += usize::from(price.is_none());
            let least = least(plain[at], wanted).ln();
            sum += price.map_or(least, |price| price.max(least));
        }
        if fits && unseen <= 1 && letters != plain {
            all.push(Choice::new(letters, sum, unseen > 0));
        }
    }
}
