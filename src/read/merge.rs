//! Two readings of one line as one.
//!
//! Two engines that were trained apart rarely make the same mistake. Their letters are laid
//! side by side as two spellings are compared, and where both see a letter its chances are
//! multiplied: what both see becomes surer, what they see differently less sure, and the
//! language decides between the two with all else that it weighs. Letters that only one of
//! them sees stay as the first reading has them.
//!
//! Source: G. E. Hinton, "Training products of experts by minimizing contrastive divergence",
//! Neural Computation 14 (2002), 1771–1800; alignment as in J. Fiscus, "A post-processing
//! system to yield reduced word error rates: ROVER", ASRU 1997.

use super::engine::{LineReading, PlacedLetter};
use crate::model::{Letter, aligned};

/// Chance of a letter that an engine did not name.
const UNSEEN: f32 = 0.01;
/// What the chances of the first engine and of the other count, as exponents: both 1 where
/// they were wholly independent, 1 together where not at all. The first was made for such
/// papers and counts for more; 0.7 each and the surer reading first were worse (docs/figures.md).
const OF_FIRST: f32 = 0.8;
const OF_OTHER: f32 = 0.6;
/// Letters that are kept of each place: those that an engine hands over, and one more that
/// the other alone saw.
const MOST_CHOICES: usize = 6;

/// `first` with the chances of its letters multiplied by those that `other` gives them.
pub(super) fn merged(mut first: LineReading, other: &LineReading) -> LineReading {
    let both: Vec<_> = pairs(&first.letters, &other.letters).collect();
    for (at, partner) in both {
        let letter = product(&first.letters[at].letter, &other.letters[partner].letter);
        first.letters[at].letter = letter;
    }
    first
}

/// The letters of a place with their chances in both readings multiplied, best first.
fn product(first: &Letter, other: &Letter) -> Letter {
    let chance = |letter: &Letter, wanted: char| {
        let seen = letter.may_be.iter().find(|(it, _)| *it == wanted);
        seen.map_or(UNSEEN, |(_, chance)| chance.max(UNSEEN))
    };
    let mut may_be: Vec<(char, f32)> = Vec::new();
    for &(letter, _) in first.may_be.iter().chain(&other.may_be) {
        if may_be.iter().all(|(known, _)| *known != letter) {
            let both = chance(first, letter).powf(OF_FIRST)
                * chance(other, letter).powf(OF_OTHER);
            may_be.push((letter, both));
        }
    }
    let sum: f32 = may_be.iter().map(|(_, chance)| chance).sum();
    for (_, chance) in &mut may_be {
        *chance /= sum.max(f32::EPSILON);
    }
    may_be.sort_by(|a, b| b.1.total_cmp(&a.1));
    may_be.truncate(MOST_CHOICES);
    Letter { may_be }
}

/// The letters of both that stand for each other, by index. A space is the end of a word
/// in one of them alone: no place of both. Letters that either engine takes for the other's
/// are half as dear.
fn pairs(
    one: &[PlacedLetter],
    other: &[PlacedLetter],
) -> impl Iterator<Item = (usize, usize)> {
    const GAP: u32 = 3;
    aligned((one.len(), other.len()), GAP, |at, partner| {
        difference(&one[at].letter, &other[partner].letter)
    })
    .into_iter()
    .filter(|&(at, partner)| {
        is_space(&one[at].letter) == is_space(&other[partner].letter)
    })
}

fn best(letter: &Letter) -> Option<char> {
    letter.may_be.first().map(|(letter, _)| *letter)
}

fn is_space(letter: &Letter) -> bool {
    best(letter).is_none_or(|letter| letter == ' ')
}

/// How unlike two places are: 0 the same letter, 2 one that the other engine saw too, 4 none
/// of that.
fn difference(one: &Letter, other: &Letter) -> u32 {
    let sees = |letter: &Letter, wanted: Option<char>| {
        letter.may_be.iter().any(|(seen, _)| Some(*seen) == wanted)
    };
    if best(one) == best(other) {
        0
    } else if is_space(one) != is_space(other) {
        8
    } else if sees(one, best(other)) || sees(other, best(one)) {
        2
    } else {
        4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[uư]` is a place with a second letter, which has the chance 0.3.
    fn reading(text: &str, sure: f32) -> LineReading {
        let mut letters = Vec::new();
        let mut inside: Option<Vec<(char, f32)>> = None;
        for letter in text.chars() {
            let may_be = match (letter, inside.as_mut()) {
                ('[', _) => {
                    inside = Some(Vec::new());
                    continue;
                }
                (']', _) => inside.take().unwrap(),
                (_, Some(choices)) => {
                    choices.push((letter, if choices.is_empty() { sure } else { 0.3 }));
                    continue;
                }
                _ => vec![(letter, sure)],
            };
            let letter = Letter { may_be };
            letters.push(PlacedLetter { letter, to: 1.0, ..PlacedLetter::default() });
        }
        LineReading { letters, ..LineReading::default() }
    }

    fn text(reading: &LineReading) -> String {
        reading.letters.iter().filter_map(|it| best(&it.letter)).collect()
    }

    #[test]
    fn what_both_see_is_surer_and_what_they_see_differently_less_sure() {
        let both = merged(reading("an", 0.9), &reading("am", 0.8));
        assert_eq!(text(&both), "an");
        let chance = |at: usize| both.letters[at].letter.may_be[0].1;
        assert!(chance(0) > 0.95 && chance(1) < 0.8, "{} {}", chance(0), chance(1));
    }

    #[test]
    fn the_second_choice_of_one_and_the_first_of_the_other_win() {
        let both = merged(reading("Ph[uư]ng", 0.6), &reading("Phưng", 0.9));
        assert_eq!(text(&both), "Phưng");
    }

    #[test]
    fn letters_that_one_of_them_misses_do_not_shift_the_others() {
        let both = merged(reading("Lò Văn Mẫu", 0.9), &reading("LòVăn M[ấẫ]u", 0.6));
        assert_eq!(text(&both), "Lò Văn Mẫu");
        let both = merged(reading("Lò Văn Mẫu", 0.6), &reading("Lò Vaăn Mẫuu", 0.6));
        assert_eq!(text(&both), "Lò Văn Mẫu");
        assert!(both.letters.iter().all(|it| it.letter.may_be[0].1 > 0.6));
    }

    #[test]
    fn nothing_and_something_are_what_the_first_one_says() {
        assert_eq!(text(&merged(reading("a", 0.9), &reading("", 0.9))), "a");
        assert_eq!(text(&merged(reading("", 0.9), &reading("a", 0.9))), "");
    }
}
