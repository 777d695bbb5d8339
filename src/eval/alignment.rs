//! What has to be changed in the truth to get what was read.

use crate::model::aligned;

/// One letter of the truth beside one of the reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Read right.
    Same,
    /// One letter taken for another.
    Taken {
        /// On the paper.
        want: char,
        /// As read.
        have: char,
    },
    /// On the paper, not in the reading.
    Lost(char),
    /// In the reading, not on the paper.
    Added(char),
}

/// A shortest row of steps that leads from `want` to `have` (Levenshtein); a letter taken
/// for another goes before one lost and one added.
pub(super) fn steps(want: &[char], have: &[char]) -> Vec<Step> {
    if want == have {
        return vec![Step::Same; want.len()];
    }
    let sizes = (want.len(), have.len());
    let pairs = aligned(sizes, 1, |row, column| u32::from(want[row] != have[column]));
    let mut steps = Vec::with_capacity(want.len().max(have.len()));
    let (mut row, mut column) = (0, 0);
    for (at, partner) in pairs.into_iter().chain([sizes]) {
        steps.extend(want[row..at].iter().copied().map(Step::Lost));
        steps.extend(have[column..partner].iter().copied().map(Step::Added));
        if let (Some(&want), Some(&have)) = (want.get(at), have.get(partner)) {
            steps.push(if want == have {
                Step::Same
            } else {
                Step::Taken { want, have }
            });
        }
        (row, column) = (at + 1, partner + 1);
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(want: &str, have: &str) -> Vec<Step> {
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        steps(&letters(want), &letters(have))
    }

    #[test]
    fn a_row_of_steps_is_as_short_as_it_can_be() {
        for (want, have, changes) in [
            ("", "", 0),
            ("Mẫu", "Mẫu", 0),
            ("Mẫu", "", 3),
            ("", "Mẫu", 3),
            ("kitten", "sitting", 3),
            ("Bản sao", "Ban  sao", 2),
        ] {
            let count =
                between(want, have).iter().filter(|step| **step != Step::Same).count();
            assert_eq!(count, changes, "{want} → {have}");
        }
    }

    #[test]
    fn the_steps_name_the_letters() {
        assert_eq!(
            between("đô", "dôi"),
            [Step::Taken { want: 'đ', have: 'd' }, Step::Same, Step::Added('i')]
        );
        assert_eq!(between("ab", "b"), [Step::Lost('a'), Step::Same]);
    }
}
