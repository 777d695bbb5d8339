//! The likeliest readings of independent letters, best first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::lattice::{Choices, NOTHING};

/// A change of the best reading: (letter, choice) pairs, in ascending order of letters.
#[derive(Debug, Clone, PartialEq)]
struct Changed {
    cost: f32,
    /// Index into the list of changes that was made last.
    last: usize,
    made: Vec<usize>,
}

impl Eq for Changed {}

impl Ord for Changed {
    /// Cheapest first in a heap; ties by what was changed, so that runs are the same.
    fn cmp(&self, other: &Self) -> Ordering {
        other.cost.total_cmp(&self.cost).then_with(|| other.made.cmp(&self.made))
    }
}

impl PartialOrd for Changed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// One letter read otherwise.
#[derive(Debug, Clone, Copy)]
struct Change {
    letter: usize,
    to: char,
    cost: f32,
}

/// At most `most` readings with their probabilities relative to the best, best first.
/// Letters that are `sure` are not changed.
pub(super) fn best_readings(
    letters: &[Choices],
    sure: f32,
    most: usize,
) -> Vec<(String, f32)> {
    let mut changes = changes(letters, sure);
    changes.sort_by(|a, b| a.cost.total_cmp(&b.cost).then(a.letter.cmp(&b.letter)));
    let mut readings = vec![(text(letters, &changes, &[]), 1.0)];
    let mut heap = BinaryHeap::new();
    if let Some(first) = changes.first() {
        heap.push(Changed { cost: first.cost, last: 0, made: vec![0] });
    }
    while readings.len() < most
        && let Some(next) = heap.pop()
    {
        if is_possible(&changes, &next.made) {
            readings.push((text(letters, &changes, &next.made), (-next.cost).exp()));
        }
        // Every set of changes is reached once: by adding the next change, or by
        // putting it in the place of the last one.
        if let (Some(after), Some(last)) =
            (changes.get(next.last + 1), changes.get(next.last))
        {
            let mut added = next.made.clone();
            added.push(next.last + 1);
            heap.push(Changed {
                cost: next.cost + after.cost,
                last: next.last + 1,
                made: added,
            });
            let mut moved = next.made.clone();
            moved.pop();
            moved.push(next.last + 1);
            let cost = next.cost - last.cost + after.cost;
            heap.push(Changed { cost, last: next.last + 1, made: moved });
        }
    }
    readings
}

/// Every other choice of every letter that is not sure.
fn changes(letters: &[Choices], sure: f32) -> Vec<Change> {
    let mut changes = Vec::new();
    for (letter, choices) in letters.iter().enumerate() {
        let Some(&(_, best)) = choices.first() else { continue };
        if best >= sure {
            continue;
        }
        for &(to, probability) in choices.iter().skip(1) {
            // A rival may be likelier than the reading; it is then as cheap as nothing.
            let cost = (best.max(1e-6) / probability.max(1e-6)).ln().max(0.0);
            changes.push(Change { letter, to, cost });
        }
    }
    changes
}

/// Whether no letter is changed twice.
fn is_possible(changes: &[Change], made: &[usize]) -> bool {
    let mut letters: Vec<usize> =
        made.iter().filter_map(|&at| Some(changes.get(at)?.letter)).collect();
    letters.sort_unstable();
    letters.windows(2).all(|pair| pair.first() != pair.last())
}

/// The reading with some changes.
fn text(letters: &[Choices], changes: &[Change], made: &[usize]) -> String {
    let mut read: Vec<char> = letters
        .iter()
        .map(|choices| choices.first().map_or(NOTHING, |best| best.0))
        .collect();
    for change in made.iter().filter_map(|&at| changes.get(at)) {
        if let Some(letter) = read.get_mut(change.letter) {
            *letter = change.to;
        }
    }
    read.into_iter().filter(|&letter| letter != NOTHING).collect()
}
