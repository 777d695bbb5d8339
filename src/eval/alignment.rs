//! What has to be changed in the truth to get what was read.

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
pub(super) fn aligned(want: &[char], have: &[char]) -> Vec<Step> {
    if want == have {
        return vec![Step::Same; want.len()];
    }
    let costs = costs(want, have);
    let width = have.len() + 1;
    let (mut row, mut column) = (want.len(), have.len());
    let mut steps = Vec::with_capacity(row.max(column));
    while row > 0 || column > 0 {
        let at = row * width + column;
        if row > 0 && column > 0 {
            let (want, have) = (want[row - 1], have[column - 1]);
            if costs[at] == costs[at - width - 1] + u32::from(want != have) {
                steps.push(if want == have {
                    Step::Same
                } else {
                    Step::Taken { want, have }
                });
                (row, column) = (row - 1, column - 1);
                continue;
            }
        }
        if row > 0 && costs[at] == costs[at - width] + 1 {
            row -= 1;
            steps.push(Step::Lost(want[row]));
        } else {
            column -= 1;
            steps.push(Step::Added(have[column]));
        }
    }
    steps.reverse();
    steps
}

/// Fewest changes between each beginning of `want` (rows) and of `have` (columns).
fn costs(want: &[char], have: &[char]) -> Vec<u32> {
    let width = have.len() + 1;
    let mut costs: Vec<u32> = (0..width as u32).collect();
    costs.resize((want.len() + 1) * width, 0);
    for (row, wanted) in want.iter().enumerate() {
        let start = (row + 1) * width;
        costs[start] = row as u32 + 1;
        for (column, had) in have.iter().enumerate() {
            let at = start + column + 1;
            costs[at] = (costs[at - width - 1] + u32::from(wanted != had))
                .min(costs[at - width] + 1)
                .min(costs[at - 1] + 1);
        }
    }
    costs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(want: &str, have: &str) -> Vec<Step> {
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        aligned(&letters(want), &letters(have))
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
                steps(want, have).iter().filter(|step| **step != Step::Same).count();
            assert_eq!(count, changes, "{want} → {have}");
        }
    }

    #[test]
    fn the_steps_name_the_letters() {
        assert_eq!(
            steps("đô", "dôi"),
            [Step::Taken { want: 'đ', have: 'd' }, Step::Same, Step::Added('i')]
        );
        assert_eq!(steps("ab", "b"), [Step::Lost('a'), Step::Same]);
    }
}
