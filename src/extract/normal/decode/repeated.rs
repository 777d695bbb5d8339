//! One name in several writings.
//!
//! Two writings of a name are two looks at it: where the engine hesitates in one, the other
//! may decide. Each syllable is the one that both lattices together make likeliest, the sum
//! of their logarithms. A letter that the engine did not see at all in a writing is never
//! put there, so that two people whose names differ by a mark stay two.

use crate::model::{Word, fold};

use super::lattice::{Lattice, Pattern};

/// What reading a writing as the common name may cost beyond its own reading: a letter to
/// which the engine gives one chance in thirty.
const DEAREST: f32 = 3.4;
/// How much more the first writing counts than the others: it stands in its field, while a
/// signature may lie under a stamp.
const OWN: f32 = 1.3;
/// Plain letters in which two writings of a name may differ.
const MOST_DIFFERENT: usize = 2;

/// The name that some writings have in common, by syllables, with which of the writings bear
/// it; `None` where fewer than two do. The first writing is one of them.
pub(in super::super::super) fn same_name(
    writings: &[&[Word]],
) -> Option<(String, Vec<bool>)> {
    let first = syllables(writings.first()?);
    let near = |words: &Vec<&Word>| {
        words.len() == first.len() && difference(words, &first) <= MOST_DIFFERENT
    };
    let all: Vec<Vec<&Word>> = writings.iter().map(|words| syllables(words)).collect();
    let mut bears: Vec<bool> = all.iter().map(near).collect();
    // Once more without those for which the common name would be too dear.
    for _ in 0..2 {
        let ones: Vec<&Vec<&Word>> = all
            .iter()
            .zip(&bears)
            .filter(|(_, bears)| **bears)
            .map(|(it, _)| it)
            .collect();
        let is_first_left = bears.first().copied().unwrap_or_default();
        if ones.len() < 2 || !is_first_left {
            return None;
        }
        let name = common(&ones)?;
        let fits: Vec<bool> = all
            .iter()
            .zip(&bears)
            .map(|(words, bears)| *bears && dearness(words, &name) <= DEAREST)
            .collect();
        if fits == bears {
            return Some((name.join(" "), bears));
        }
        bears = fits;
    }
    None
}

/// The words of a name without what is no letter.
fn syllables(words: &[Word]) -> Vec<&Word> {
    words.iter().filter(|word| word.text.contains(char::is_alphabetic)).collect()
}

/// A word without the marks around it.
fn bare(word: &Word) -> &str {
    word.text.trim_matches(|letter: char| !letter.is_alphanumeric())
}

/// How many plain letters differ between two writings of as many syllables.
fn difference(one: &[&Word], other: &[&Word]) -> usize {
    let pairs = one.iter().zip(other);
    pairs.map(|(a, b)| letters_between(&fold(bare(a)), &fold(bare(b)))).sum()
}

/// Levenshtein's distance of two short words.
fn letters_between(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut diagonal = at;
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
        for (column, wanted) in other.iter().enumerate() {
            let (left, above) = (row[column], row[column + 1]);
            let kept = diagonal + usize::from(letter != *wanted);
            row[column + 1] = kept.min(above + 1).min(left + 1);
            diagonal = above;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// The syllables that all writings together make likeliest, of those that one of them has.
fn common(writings: &[&Vec<&Word>]) -> Option<Vec<String>> {
    let count = writings.first()?.len();
    let mut name = Vec::with_capacity(count);
    for at in 0..count {
        let seen: Vec<&Word> =
            writings.iter().filter_map(|words| words.get(at).copied()).collect();
        let lattices: Vec<Lattice> =
            seen.iter().map(|word| Lattice::strict(word)).collect();
        let mut best: Option<(f32, &str)> = None;
        for candidate in seen.iter().map(|word| bare(word)) {
            let letters = Pattern::of(candidate);
            let costs = lattices.iter().map(|lattice| lattice.cost(&letters));
            let cost: f32 = costs
                .enumerate()
                .map(|(at, it)| if at == 0 { OWN * it } else { it })
                .sum();
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, candidate));
            }
        }
        name.push(best?.1.to_owned());
    }
    Some(name)
}

/// What reading a writing as `name` costs beyond its own reading.
fn dearness(words: &[&Word], name: &[String]) -> f32 {
    let pairs = words.iter().zip(name);
    pairs
        .map(|(word, syllable)| {
            let lattice = Lattice::strict(word);
            let own = lattice.cost(&Pattern::of(bare(word)));
            lattice.cost(&Pattern::of(syllable)) - own
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use crate::model::Letter;

    use super::*;

    /// Words whose letters are sure but for those in brackets: `[ơợ]` is a letter with its
    /// rival.
    fn name(text: &str) -> Vec<Word> {
        text.split(' ').map(word).collect()
    }

    fn word(text: &str) -> Word {
        let mut letters = Vec::new();
        let mut choices: Option<Vec<(char, f32)>> = None;
        for letter in text.chars() {
            match (letter, &mut choices) {
                ('[', _) => choices = Some(Vec::new()),
                (']', _) => {
                    letters.push(Letter { may_be: choices.take().unwrap_or_default() });
                }
                (_, Some(some)) => {
                    some.push((letter, if some.is_empty() { 0.7 } else { 0.2 }));
                }
                (_, None) => letters.push(Letter { may_be: vec![(letter, 0.99)] }),
            }
        }
        let text = letters.iter().map(|letter: &Letter| letter.may_be[0].0).collect();
        Word { text, letters, confidence: 0.9, ..Word::default() }
    }

    fn same(names: &[&str]) -> Option<(String, Vec<bool>)> {
        let words: Vec<Vec<Word>> = names.iter().map(|it| name(it)).collect();
        let writings: Vec<&[Word]> = words.iter().map(Vec::as_slice).collect();
        same_name(&writings)
    }

    #[test]
    fn the_writing_in_which_the_engine_is_sure_decides() {
        let found = same(&["Hoàng Văn Phư[ơợ]ng", "Hoàng Văn Phượng"]);
        assert_eq!(found, Some(("Hoàng Văn Phượng".to_owned(), vec![true, true])));
        assert_eq!(same(&["L[òè]o Thị Mẫu", "L[àè]o Thị Mẫu"]), None, "none is read so");
    }

    #[test]
    fn two_people_whose_names_differ_by_a_sure_mark_stay_two() {
        assert_eq!(same(&["Lò Văn Hùng", "Lò Văn Hưng"]), None);
        assert_eq!(same(&["Lò Văn Mẫu", "Lò Thị Mẫu"]), None);
        assert_eq!(same(&["K' Brêm", "K' Brem"]), None);
    }

    #[test]
    fn one_writing_of_another_person_does_not_disturb_the_others() {
        let found = same(&["Quảng Chính", "Qu[ảà]ng Chính", "Quáng Chính"]);
        assert_eq!(found, Some(("Quảng Chính".to_owned(), vec![true, true, false])));
    }
}
