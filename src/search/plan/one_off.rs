//! Conjunctions of which one thing is not as it was typed: a syllable, a year, a place, a
//! name. All else is, so that even among millions few records satisfy them.

use super::names::{but, capped, forms};
use super::{Conjunction, Plan, joined};
use crate::search::analysis::Syllable;
use crate::search::postings::Clause;
use crate::search::query::{PersonWish, Typed};
use crate::search::terms::{Slot, pair_term};

/// Most near syllables that are put together with a neighbour: the index has a pair of
/// names by the thousand, and of misread ones few.
const MAX_NEAR_IN_PAIR: usize = 16;

/// Fewest syllables of a name of which one may be too many.
const ONE_TOO_MANY: usize = 3;

/// More people than so many are found by the others, one left out.
const OTHERS_SUFFICE: usize = 2;

/// Syllables from which on a name is hardly that of one person.
const NO_NAME_OF_ONE: usize = 6;

/// How many times as many records hold what was meant than what was typed: what is misread
/// puts hardly a syllable into an index that nobody bears.
const BETTER_KNOWN: u32 = 10;

/// Fewest syllables of each of two people whose names were typed as one.
const OF_EACH: usize = 2;

impl Plan<'_> {
    /// All but one thing is right.
    pub(super) fn one_off(&mut self, number: usize) -> Vec<Conjunction> {
        let Some(asked) = self.readings.get(number) else { return Vec::new() };
        let people = &asked.reading.people;
        let narrowing: Vec<Conjunction> = asked.narrowing().collect();
        let all = joined(&narrowing.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let (born, about_born) = (asked.born, asked.about_born);
        let without_years = asked.without_years.clone();
        let names = self.names_of_all(number);
        let mut stage = Vec::new();
        if let Some(about) = about_born {
            stage.push(joined(&[&names, &[about], &without_years]));
        }
        for left_out in 0..narrowing.len() {
            let others = narrowing.iter().enumerate().filter(|(at, _)| *at != left_out);
            let others: Vec<&[_]> = others.map(|(_, one)| one.as_slice()).collect();
            stage.push(joined(&[&names, &joined(&others)]));
        }
        for (at, wish) in people.iter().enumerate() {
            let others = people.iter().enumerate().filter(|(other, _)| *other != at);
            let others: Vec<Conjunction> =
                others.map(|(_, other)| self.names(&other.syllables)).collect();
            let others = joined(&others.iter().map(Vec::as_slice).collect::<Vec<_>>());
            if !others.is_empty() {
                stage.push(joined(&[&others, &all]));
            }
            let num_syllables = capped(&wish.syllables).len();
            // What two others and all else bring is few, and what looks like two people's names
            // is no name of one.
            if people.len() > OTHERS_SUFFICE || num_syllables >= NO_NAME_OF_ONE {
                continue;
            }
            let last = num_syllables.saturating_sub(1);
            for (misread, names) in self.with_one_near(wish) {
                // The year stands in the index with the last syllable.
                match born.filter(|_| at == 0 && misread != last) {
                    Some(born) => {
                        stage.push(joined(&[&names, &others, &[born], &without_years]));
                    }
                    None => stage.push(joined(&[&names, &others, &all])),
                }
            }
            let missing = self.with_one_missing(wish);
            for names in missing.into_iter().chain(self.with_one_respaced(wish)) {
                stage.push(joined(&[&names, &others, &all]));
            }
        }
        if let [wish] = people.as_slice()
            && wish.role.is_none()
        {
            let syllables = capped(&wish.syllables);
            for at in OF_EACH..=syllables.len().saturating_sub(OF_EACH) {
                let (left, right) = syllables.split_at(at);
                // The shorter half says too little.
                for half in [left, right] {
                    if half.len() * 2 >= syllables.len() {
                        stage.push(joined(&[&self.names(half), &all]));
                    }
                }
            }
        }
        stage
    }

    /// The name without one of its syllables: one too many was typed, or was not read.
    pub(super) fn with_one_missing(&mut self, wish: &PersonWish) -> Vec<Conjunction> {
        let syllables = capped(&wish.syllables);
        if syllables.len() < ONE_TOO_MANY {
            return Vec::new();
        }
        let without = |left_out| self.names(&but(syllables, left_out));
        (0..syllables.len()).map(without).collect()
    }

    /// The name with one of its spaces a letter further on or back (`nguyent hi` for `nguyen
    /// thi`), where that makes syllables that are known far better.
    fn with_one_respaced(&mut self, wish: &PersonWish) -> Vec<Conjunction> {
        let syllables = capped(&wish.syllables);
        let mut all = Vec::new();
        for (at, two) in syllables.windows(2).enumerate() {
            let [one, other] = two else { continue };
            let (first, second) = (&one.form.folded, &other.form.folded);
            let known = self.known(first, second);
            for (left, right) in respaced(first, second).into_iter().flatten() {
                if self.known(&left, &right) <= known.saturating_mul(BETTER_KNOWN) {
                    continue;
                }
                let mut meant = syllables.to_vec();
                let typed = [left, right].map(|folded| Typed {
                    form: Syllable::of_folded(folded),
                    telex: None,
                    cut: false,
                });
                meant.splice(at..at + 2, typed);
                all.push(self.names(&meant));
            }
        }
        all
    }

    /// How many records hold the rarer of two syllables.
    fn known(&self, one: &str, other: &str) -> u32 {
        self.lexicon.count(one).min(self.lexicon.count(other))
    }

    /// The name with those near one of its syllables in its place, which is misread, mistyped
    /// or spelled by ear; with the position of the syllable.
    pub(super) fn with_one_near(
        &mut self,
        wish: &PersonWish,
    ) -> Vec<(usize, Conjunction)> {
        let syllables = capped(&wish.syllables);
        let mut all = Vec::new();
        for (at, syllable) in syllables.iter().enumerate() {
            let near = self.near(syllable);
            if near.is_empty() {
                continue;
            }
            let rest = but(syllables, at);
            let neighbour =
                if at == 0 { syllables.get(1) } else { syllables.get(at - 1) };
            let clause = match neighbour {
                Some(neighbour) => pairs(&near, neighbour),
                None => Clause::any(Slot::Name, near.iter().cloned()),
            };
            let Some(clause) = self.clauses.put(clause) else { continue };
            // A single syllable stands in the pair already.
            let names = if rest.len() > 1 { self.names(&rest) } else { Vec::new() };
            all.push((at, joined(&[&names, &[clause]])));
        }
        all
    }
}

/// Two syllables with the space between them a letter earlier, and a letter later.
fn respaced(first: &str, second: &str) -> [Option<(String, String)>; 2] {
    let (mut left, mut right) = (first.chars(), second.chars());
    let earlier = left.next_back().map(|last| {
        let rest: String = left.collect();
        (rest, format!("{last}{second}"))
    });
    let later = right.next().map(|next| (format!("{first}{next}"), right.collect()));
    [earlier, later].map(|two| {
        two.filter(|(one, other): &(String, String)| !one.is_empty() && !other.is_empty())
    })
}

/// Any of the near syllables beside the neighbour.
fn pairs(near: &[String], neighbour: &Typed) -> Clause {
    let near = near.iter().take(MAX_NEAR_IN_PAIR);
    let pairs = near
        .flat_map(|near| forms(neighbour).map(move |form| pair_term(near, &form.folded)));
    Clause::any(Slot::Pair, pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_moves_by_one_letter_and_leaves_no_syllable_empty() {
        let two = |one: &str, other: &str| Some((one.to_owned(), other.to_owned()));
        assert_eq!(
            respaced("nguyent", "hi"),
            [two("nguyen", "thi"), two("nguyenth", "i")]
        );
        assert_eq!(respaced("l", "ethi"), [None, two("le", "thi")]);
        assert_eq!(respaced("đ", "o"), [None, None]);
    }
}
