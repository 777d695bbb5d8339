//! From the posteriors of a CTC network to letters with places and alternatives.
//!
//! Source of the method: A. Graves et al., "Connectionist Temporal Classification",
//! ICML 2006.

use crate::model::Letter;

/// Class of the blank.
const BLANK: usize = 0;

/// How many steps a letter's window reaches beyond its run of steps.
///
/// A letter whose peak is one or two steps wide leaks into its neighbours; further out
/// the blank is so sure that it adds nothing but rounding.
const REACH: usize = 3;

/// Alternatives of one letter, its best reading among them.
const MOST_ALTERNATIVES: usize = 5;

/// Classes below this at every step of a window are no alternatives.
const FAINTEST: f32 = 0.003;

/// From here on a letter that lost against the blank is kept as a doubt.
const DOUBT: f32 = 0.1;

/// Probabilities of the classes at each step along a line; class 0 is the blank.
#[derive(Debug, Clone, Copy)]
pub(super) struct Posteriors<'a> {
    /// `steps × classes` values, step by step, each step adding up to 1.
    values: &'a [f32],
    /// Classes of a step, the blank among them.
    classes: usize,
}

/// One letter and the steps it takes up.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    /// What it may be, best first.
    pub(super) letter: Letter,
    /// First step of its peak.
    pub(super) from: usize,
    /// Step after the last of its peak.
    pub(super) to: usize,
}

/// Steps in a row that stand for one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    class: usize,
    from: usize,
    to: usize,
}

impl<'a> Posteriors<'a> {
    /// `values` holds whole steps of `classes` numbers each; what is left over is ignored.
    pub(super) fn new(values: &'a [f32], classes: usize) -> Self {
        Self { values, classes: classes.max(1) }
    }

    fn steps(&self) -> usize {
        self.values.len() / self.classes
    }

    fn at(&self, step: usize) -> &'a [f32] {
        &self.values[step * self.classes..(step + 1) * self.classes]
    }

    /// Letters of the best path; class `i` is `alphabet[i - 1]`.
    pub(super) fn letters(&self, alphabet: &[char]) -> Vec<Seen> {
        let runs = self.best_path();
        let mut seen = Vec::with_capacity(runs.len());
        for (i, run) in runs.iter().enumerate() {
            let before = i.checked_sub(1).map(|j| runs[j]);
            let after = runs.get(i + 1).copied();
            self.push_doubts(before, Some(*run), alphabet, &mut seen);
            let window = window(before, *run, after, self.steps());
            if let Some(letter) = self.alternatives(*run, window, alphabet) {
                seen.push(Seen { letter, from: run.from, to: run.to });
            }
        }
        self.push_doubts(runs.last().copied(), None, alphabet, &mut seen);
        seen
    }

    /// The most probable class of each step, repeats joined and blanks left out.
    fn best_path(&self) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        let mut last = BLANK;
        for step in 0..self.steps() {
            let class = largest(self.at(step));
            if class != BLANK {
                match runs.last_mut() {
                    Some(run) if class == last => run.to = step + 1,
                    _ => runs.push(Run { class, from: step, to: step + 1 }),
                }
            }
            last = class;
        }
        runs
    }

    /// What the letter of `run` may be, judged by the steps of `window` alone.
    fn alternatives(
        &self,
        run: Run,
        window: std::ops::Range<usize>,
        alphabet: &[char],
    ) -> Option<Letter> {
        let mut may_be = Vec::new();
        for class in 1..self.classes {
            let peak =
                window.clone().map(|step| self.at(step)[class]).fold(0.0, f32::max);
            if (peak >= FAINTEST || class == run.class)
                && let Some(&letter) = alphabet.get(class - 1)
            {
                may_be.push((letter, self.mass(class, window.clone())));
            }
        }
        let nothing: f32 = window.map(|step| self.at(step)[BLANK]).product();
        may_be.push(('\0', nothing));
        let total: f32 = may_be.iter().map(|(_, mass)| mass).sum();
        let best = *alphabet.get(run.class - 1)?;
        for (_, mass) in &mut may_be {
            *mass = if total > 0.0 { (*mass / total).min(1.0) } else { 0.0 };
        }
        // The reading stays first even where the sum over paths prefers another letter.
        may_be.sort_by(|a, b| {
            (b.0 == best)
                .cmp(&(a.0 == best))
                .then(b.1.total_cmp(&a.1))
                .then(a.0.cmp(&b.0))
        });
        may_be.truncate(MOST_ALTERNATIVES);
        Some(Letter { may_be })
    }

    /// Sum over all paths through `window` that read as the one letter `class`.
    fn mass(&self, class: usize, window: std::ops::Range<usize>) -> f32 {
        let (mut not_yet, mut within, mut past) = (1.0_f32, 0.0_f32, 0.0_f32);
        for step in window {
            let (letter, blank) = (self.at(step)[class], self.at(step)[BLANK]);
            past = (past + within) * blank;
            within = (within + not_yet) * letter;
            not_yet *= blank;
        }
        within + past
    }

    /// Adds the letter that nearly won over the blank between two runs, if there is one.
    fn push_doubts(
        &self,
        before: Option<Run>,
        after: Option<Run>,
        alphabet: &[char],
        seen: &mut Vec<Seen>,
    ) {
        let gap =
            before.map_or(0, |run| run.to)..after.map_or(self.steps(), |run| run.from);
        let beside = |class: usize| {
            [before, after].into_iter().flatten().any(|run| run.class == class)
        };
        let strongest = gap
            .flat_map(|step| {
                self.at(step).iter().enumerate().skip(1).map(move |(c, &p)| (p, c, step))
            })
            .filter(|&(probability, class, _)| probability >= DOUBT && !beside(class))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let Some((probability, class, step)) = strongest else { return };
        let Some(&letter) = alphabet.get(class - 1) else { return };
        seen.push(Seen {
            letter: Letter {
                may_be: vec![('\0', 1.0 - probability), (letter, probability)],
            },
            from: step,
            to: step + 1,
        });
    }
}

/// The steps that belong to `run`: half of the blanks on either side, at most [`REACH`].
fn window(
    before: Option<Run>,
    run: Run,
    after: Option<Run>,
    steps: usize,
) -> std::ops::Range<usize> {
    let left = before.map_or(0, |before| usize::midpoint(before.to, run.from));
    let right = after.map_or(steps, |after| usize::midpoint(run.to, after.from));
    left.max(run.from.saturating_sub(REACH))..right.min(run.to + REACH)
}

/// Index of the largest value, the first of equals; NaN never wins.
fn largest(values: &[f32]) -> usize {
    let mut best = 0;
    for (i, value) in values.iter().enumerate() {
        if *value > values[best] || values[best].is_nan() {
            best = i;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALPHABET: [char; 3] = ['a', 'b', ' '];

    /// One step per entry: the class and its probability, the rest shared by the others.
    fn posteriors(path: &[(usize, f32)]) -> Vec<f32> {
        path.iter()
            .flat_map(|&(class, probability)| {
                (0..4).map(move |c| {
                    if c == class { probability } else { (1.0 - probability) / 3.0 }
                })
            })
            .collect()
    }

    fn text(path: &[(usize, f32)]) -> String {
        let values = posteriors(path);
        Posteriors::new(&values, 4)
            .letters(&ALPHABET)
            .iter()
            .map(|seen| seen.letter.may_be[0].0)
            .filter(|&letter| letter != '\0')
            .collect()
    }

    #[test]
    fn repeats_are_joined_and_blanks_left_out() {
        for (classes, expected) in [
            (vec![], ""),
            (vec![0, 0, 0], ""),
            (vec![1], "a"),
            (vec![1, 1, 1], "a"),
            (vec![1, 0, 1], "aa"),
            (vec![0, 1, 2, 2, 0, 3, 0, 1], "ab a"),
        ] {
            let path: Vec<(usize, f32)> = classes.iter().map(|&c| (c, 0.97)).collect();
            assert_eq!(text(&path), expected, "{classes:?}");
        }
    }

    #[test]
    fn a_letter_stands_where_its_peak_is() {
        let values = posteriors(&[(0, 1.0), (1, 1.0), (1, 1.0), (0, 1.0), (2, 1.0)]);
        let seen = Posteriors::new(&values, 4).letters(&ALPHABET);
        let places: Vec<(usize, usize)> = seen.iter().map(|s| (s.from, s.to)).collect();
        assert_eq!(places, [(1, 3), (4, 5)]);
    }

    #[test]
    fn alternatives_are_ordered_and_the_reading_is_first() {
        // a 0.5, b 0.4, space 0.02, blank 0.08 at a single step.
        let values = [0.08, 0.5, 0.4, 0.02];
        let seen = Posteriors::new(&values, 4).letters(&ALPHABET);
        let may_be = &seen[0].letter.may_be;
        let letters: Vec<char> = may_be.iter().map(|m| m.0).collect();
        assert_eq!(letters, ['a', 'b', '\0', ' ']);
        let total: f32 = may_be.iter().map(|m| m.1).sum();
        assert!((total - 1.0).abs() < 1e-5, "{may_be:?}");
        assert!((may_be[1].1 - 0.4).abs() < 1e-5, "{may_be:?}");
    }

    #[test]
    fn a_letter_over_two_steps_is_surer_than_over_one() {
        let one = [0.4, 0.6, 0.0, 0.0];
        let two = [0.4, 0.6, 0.0, 0.0, 0.4, 0.6, 0.0, 0.0];
        let sure = |values: &[f32]| {
            Posteriors::new(values, 4).letters(&ALPHABET)[0].letter.may_be[0].1
        };
        assert!((sure(&one) - 0.6).abs() < 1e-5);
        assert!((sure(&two) - 0.84).abs() < 1e-5);
    }

    #[test]
    fn a_letter_that_lost_against_the_blank_is_kept_as_a_doubt() {
        let mut values = posteriors(&[(1, 1.0), (0, 1.0), (0, 1.0), (0, 1.0), (1, 1.0)]);
        values[8..12].copy_from_slice(&[0.6, 0.0, 0.4, 0.0]);
        let seen = Posteriors::new(&values, 4).letters(&ALPHABET);
        let best: Vec<char> = seen.iter().map(|s| s.letter.may_be[0].0).collect();
        assert_eq!(best, ['a', '\0', 'a']);
        assert_eq!(seen[1].letter.may_be[1], ('b', 0.4));
    }

    #[test]
    fn nonsense_from_a_network_gives_no_panic() {
        let values = [f32::NAN, f32::NAN, f32::INFINITY, -1.0, 0.0, 0.0, 0.0, f32::NAN];
        for classes in [0, 1, 3, 4, 100] {
            let seen = Posteriors::new(&values, classes).letters(&ALPHABET);
            assert!(seen.len() <= 2 * values.len(), "{classes} classes");
        }
    }
}
