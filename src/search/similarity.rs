//! How near a typed syllable is to one on the paper.

use std::collections::HashSet;
use std::sync::OnceLock;

use serde::Serialize;

use super::analysis::Syllable;
use crate::config::index::IndexDefinitions;

/// How a hit matches, from the best to the weakest. A hit's tier is that of its weakest
/// part that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// As typed, accents too.
    Exact,
    /// Another tone placement, `i` for `y`.
    Variant,
    /// The same without accents.
    Folded,
    /// A syllable is missing, too many, or elsewhere.
    Syllable,
    /// Sounds alike.
    Sound,
    /// One letter or mark off.
    Letter,
    /// Only initials agree.
    Initial,
    /// Only a part of what was asked for is there.
    Partial,
}

/// Agreement of two syllables.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Near {
    /// 0 (nothing in common) to 1 (the same).
    pub(super) score: f32,
    /// By what.
    pub(super) tier: Tier,
}

impl Near {
    /// Nothing in common.
    pub(super) const NONE: Self = Self { score: 0.0, tier: Tier::Partial };
}

// What an agreement is worth. The order is that of the tiers; the distances say how many
// better syllables outweigh a weaker one. Tuned on the queries and truth records of the
// development corpus with made-up reading errors: a mark off costs a seventh of what a
// different syllable costs.
const VARIANT: f32 = 0.985;
const UNACCENTED: f32 = 0.97;
const MARKS_LOST: f32 = 0.93;
const ONE_MARK_OFF: f32 = 0.9;
const MARKS_OFF: f32 = 0.86;
const SOUND: f32 = 0.74;
const CONFUSED: f32 = 0.76;
const SWAPPED: f32 = 0.75;
const ONE_LETTER: f32 = 0.68;
const TWO_LETTERS: f32 = 0.45;
const INITIAL: f32 = 0.4;

/// Shortest syllable, in letters, of which two may be off.
const TWO_OFF_LENGTH: usize = 6;

/// Compares a typed syllable with one on the paper.
///
/// A query without any accents (`plain`) takes every accent as right; an accent that was
/// typed is a wish.
pub(super) fn nearness(typed: &Syllable, found: &Syllable, plain: bool) -> Near {
    let near = |score: f32, tier: Tier| Near { score, tier };
    // Most have other letters, which is seen at once.
    if typed.letters == found.letters {
        if typed.verbatim == found.verbatim {
            return near(1.0, Tier::Exact);
        }
        if typed.canonical == found.canonical {
            return near(VARIANT, Tier::Variant);
        }
        if typed.folded == found.folded {
            let score = match (plain || !typed.has_marks(), found.has_marks()) {
                (true, _) => UNACCENTED,
                (false, false) => MARKS_LOST,
                (false, true) => marks_off(typed, found),
            };
            return near(score, Tier::Folded);
        }
    }
    let (short, long) = (typed.length, found.length);
    if short == 1 || long == 1 {
        let same = typed.folded.chars().next() == found.folded.chars().next();
        return if same { near(INITIAL, Tier::Initial) } else { Near::NONE };
    }
    let may_be_near = may_be_near(typed, found, short, long);
    let mut by_letters = if may_be_near {
        letters_off(&typed.folded, &found.folded, short.min(long))
    } else {
        Near::NONE
    };
    if may_be_near
        && by_letters.score <= 0.0
        && (typed.folded.contains('y') || found.folded.contains('y'))
    {
        // `qyu` is a slip of `quy`, which stands as `qui`.
        let (typed, found) =
            (typed.folded.replace('y', "i"), found.folded.replace('y', "i"));
        by_letters = letters_off(&typed, &found, short.min(long));
    }
    if typed.sound == found.sound && by_letters.score < SOUND {
        return near(SOUND, Tier::Sound);
    }
    by_letters
}

/// Whether two syllables of so many letters can be few edits apart, by their lengths and the
/// letters that only one of them has: most are not, and need no closer look.
fn may_be_near(typed: &Syllable, found: &Syllable, short: usize, long: usize) -> bool {
    let edits = if short.min(long) >= TWO_OFF_LENGTH { 2 } else { 1 };
    // A letter for another is one gone and one new.
    let apart = (typed.letters ^ found.letters).count_ones();
    short.abs_diff(long) <= edits && apart <= 2 * edits as u32
}

/// Both carry marks, and they differ.
fn marks_off(typed: &Syllable, found: &Syllable) -> f32 {
    let tone_aside = |form: &Syllable| {
        form.canonical.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()
    };
    let tone =
        |form: &Syllable| form.canonical.chars().last().filter(char::is_ascii_digit);
    let same_letters = tone_aside(typed) == tone_aside(found);
    if same_letters || tone(typed) == tone(found) { ONE_MARK_OFF } else { MARKS_OFF }
}

/// Edits between two folded syllables that are not equal; `shorter` letters in one.
fn letters_off(typed: &str, found: &str, shorter: usize) -> Near {
    let near = |score: f32| Near { score, tier: Tier::Letter };
    match edit_of(typed, found) {
        Some(Edit::Swap) => near(SWAPPED),
        Some(Edit::Replace(a, b)) if confused(a, b) => near(CONFUSED),
        Some(Edit::Double) => near(CONFUSED),
        // One of two letters off leaves one letter: no more than an initial.
        Some(_) if shorter < 3 => near(INITIAL + 0.1),
        Some(_) => near(ONE_LETTER),
        None if shorter >= TWO_OFF_LENGTH && two_off(typed, found) => near(TWO_LETTERS),
        None => Near::NONE,
    }
}

/// One edit between two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edit {
    /// Two neighbours are swapped.
    Swap,
    /// One letter for another.
    Replace(char, char),
    /// A letter typed twice, or once for twice.
    Double,
    /// One letter more or less.
    Insert,
}

/// The single edit between two different texts; `None` if there is more than one.
fn edit_of(one: &str, other: &str) -> Option<Edit> {
    if one.is_ascii() && other.is_ascii() {
        return edit_between(one.as_bytes(), other.as_bytes());
    }
    let a: Vec<char> = one.chars().collect();
    let b: Vec<char> = other.chars().collect();
    edit_between(&a, &b)
}

/// The same between letters of any sort.
fn edit_between<L: Copy + PartialEq + Into<char>>(a: &[L], b: &[L]) -> Option<Edit> {
    if a.len().abs_diff(b.len()) > 1 {
        return None;
    }
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let end = end.min(a.len().min(b.len()) - start);
    let (left, right) = (a.get(start..a.len() - end)?, b.get(start..b.len() - end)?);
    match (left, right) {
        ([x], [y]) => Some(Edit::Replace((*x).into(), (*y).into())),
        ([_, _], [_, _])
            if left.first() == right.last() && left.last() == right.first() =>
        {
            Some(Edit::Swap)
        }
        ([x], []) | ([], [x]) => {
            let longer = if a.len() > b.len() { a } else { b };
            let before = start.checked_sub(1).and_then(|at| longer.get(at));
            Some(if before == Some(x) { Edit::Double } else { Edit::Insert })
        }
        _ => None,
    }
}

/// Whether two different texts are one edit apart (a swap of neighbours is one).
pub(super) fn is_one_edit(one: &str, other: &str) -> bool {
    // Folded letters have a byte each; a letter of another script may have four.
    one.len().abs_diff(other.len()) < 4 && edit_of(one, other).is_some()
}

/// Whether one insertion, deletion or replacement leads to a text that is one edit away:
/// counted by common letters in order.
fn two_off(one: &str, other: &str) -> bool {
    if one.len().abs_diff(other.len()) > 8 {
        return false;
    }
    let a: Vec<char> = one.chars().collect();
    let b: Vec<char> = other.chars().collect();
    if a.len().abs_diff(b.len()) > 2 {
        return false;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (j, y) in b.iter().enumerate() {
            let Some(cell) = row.get_mut(j + 1) else { continue };
            let value = (diagonal + usize::from(x != y)).min(*cell + 1).min(left + 1);
            diagonal = *cell;
            *cell = value;
            left = value;
        }
    }
    row.last().is_some_and(|&edits| edits <= 2)
}

/// Whether recognisers or hands take the one letter for the other.
fn confused(a: char, b: char) -> bool {
    static PAIRS: OnceLock<HashSet<(char, char)>> = OnceLock::new();
    let pairs = PAIRS.get_or_init(|| {
        let mut pairs = HashSet::new();
        for pair in &IndexDefinitions::get().analyzers.confusable.pairs {
            let mut letters = pair.chars();
            if let (Some(x), Some(y)) = (letters.next(), letters.next()) {
                pairs.insert((x, y));
                pairs.insert((y, x));
            }
        }
        pairs
    });
    pairs.contains(&(a, b))
}

/// Digits between two numbers of one length that differ; `None` for more than `most`, or
/// where the lengths differ by more than one digit.
pub(super) fn digits_off(one: &str, other: &str, most: usize) -> Option<usize> {
    if one == other {
        return Some(0);
    }
    if one.chars().count() == other.chars().count() {
        let off = one.chars().zip(other.chars()).filter(|(a, b)| a != b).count();
        let swapped = edit_of(one, other) == Some(Edit::Swap);
        let off = if swapped { 1 } else { off };
        return (off <= most).then_some(off);
    }
    edit_of(one, other).map(|_| 1).filter(|&off| off <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(typed: &str, found: &str) -> Near {
        let typed = Syllable::new(typed);
        nearness(&typed, &Syllable::new(found), !typed.has_marks())
    }

    #[test]
    fn tiers_come_in_their_order() {
        for (typed, found, tier) in [
            ("Hòa", "hòa", Tier::Exact),
            ("Hoà", "Hòa", Tier::Variant),
            ("lí", "Lý", Tier::Variant),
            ("hoa", "Hòa", Tier::Folded),
            ("Hóa", "Hòa", Tier::Folded),
            ("giàng", "Dàng", Tier::Sound),
            ("trnag", "Tráng", Tier::Letter),
            ("Hoàug", "Hoàng", Tier::Letter),
            ("t", "Thị", Tier::Initial),
            ("lan", "Hoa", Tier::Partial),
        ] {
            assert_eq!(near(typed, found).tier, tier, "{typed} {found}");
        }
    }

    #[test]
    fn a_better_tier_scores_higher() {
        let falling = [
            near("Hòa", "Hòa"),
            near("Hoà", "Hòa"),
            near("hoa", "Hòa"),
            near("Hòa", "Hoa"),
            near("Hóa", "Hòa"),
            near("Hóa", "Hoạ"),
            near("hoaf", "hoa"),
            near("lan", "hoa"),
        ];
        for pair in falling.windows(2) {
            assert!(pair[0].score >= pair[1].score, "{pair:?}");
        }
    }

    #[test]
    fn no_syllables_that_are_near_are_passed_over() {
        let letters = ['a', 'e', 'i', 'y', 'h', 'n', 'g', '1'];
        let mut seed = 7_u64;
        let mut word = || -> String {
            let mut next = || {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (seed >> 33) as usize
            };
            (0..2 + next() % 7).map(|_| letters[next() % letters.len()]).collect()
        };
        let mut near = 0;
        for _ in 0..20_000 {
            let (one, other) = (Syllable::new(&word()), Syllable::new(&word()));
            let (short, long) = (one.folded.len(), other.folded.len());
            let plain = letters_off(&one.folded, &other.folded, short.min(long));
            let (with_i, other_with_i) =
                (one.folded.replace('y', "i"), other.folded.replace('y', "i"));
            let by_i = letters_off(&with_i, &other_with_i, short.min(long));
            if one.folded != other.folded && plain.score.max(by_i.score) > 0.0 {
                near += 1;
                let text = (&one.folded, &other.folded);
                assert!(may_be_near(&one, &other, short, long), "{text:?}");
            }
        }
        assert!(near > 20, "{near}");
    }

    #[test]
    fn slips_of_the_finger_are_one_edit() {
        for (typed, found) in [
            ("hhong", "hong"),
            ("amy", "may"),
            ("kahy", "khay"),
            ("uv", "vu"),
            ("vn", "van"),
            ("ho", "tho"),
            ("sno", "son"),
        ] {
            assert!(near(typed, found).score > 0.0, "{typed} {found}");
        }
        assert!(near("lan", "hoa").score < f32::EPSILON);
    }
}
