//! Which places of two rows stand for each other.

/// The places of two rows that stand for each other, as (place in the one, place in the
/// other), in rising order: the cheapest way from one row to the other.
///
/// `sizes` are the lengths of the rows, `gap` is the cost of a place that the other row does
/// not have, `unlike` that of two places taken for each other (0: the same). Of equally
/// cheap ways the one that takes places for each other as late as it can. Time and memory
/// grow with the product of the lengths.
///
/// Source: V. I. Levenshtein, "Binary codes capable of correcting deletions, insertions, and
/// reversals", Soviet Physics Doklady 10 (1966), 707–710; R. A. Wagner and M. J. Fischer, "The
/// string-to-string correction problem", JACM 21 (1974), 168–173.
pub fn aligned(
    sizes: (usize, usize),
    gap: u32,
    unlike: impl Fn(usize, usize) -> u32,
) -> Vec<(usize, usize)> {
    let costs = costs(sizes, gap, &unlike);
    let width = sizes.1 + 1;
    let (mut row, mut column) = sizes;
    let mut pairs = Vec::with_capacity(row.min(column));
    while row > 0 && column > 0 {
        let at = row * width + column;
        if costs[at] == costs[at - width - 1] + unlike(row - 1, column - 1) {
            (row, column) = (row - 1, column - 1);
            pairs.push((row, column));
        } else if costs[at] == costs[at - width] + gap {
            row -= 1;
        } else {
            column -= 1;
        }
    }
    pairs.reverse();
    pairs
}

/// Least cost between each beginning of the one (rows) and of the other (columns).
fn costs(
    sizes: (usize, usize),
    gap: u32,
    unlike: impl Fn(usize, usize) -> u32,
) -> Vec<u32> {
    let width = sizes.1 + 1;
    let mut costs: Vec<u32> = (0..width as u32).map(|column| column * gap).collect();
    costs.resize((sizes.0 + 1) * width, 0);
    for row in 0..sizes.0 {
        let start = (row + 1) * width;
        costs[start] = (row as u32 + 1) * gap;
        for column in 0..sizes.1 {
            let at = start + column + 1;
            costs[at] = (costs[at - width - 1] + unlike(row, column))
                .min(costs[at - width] + gap)
                .min(costs[at - 1] + gap);
        }
    }
    costs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(one: &str, other: &str, gap: u32, unlike: u32) -> Vec<(usize, usize)> {
        let (one, other) = (one.as_bytes(), other.as_bytes());
        aligned((one.len(), other.len()), gap, |a, b| {
            if one[a] == other[b] { 0 } else { unlike }
        })
    }

    #[test]
    fn places_that_are_the_same_stand_for_each_other_past_those_that_one_row_lacks() {
        assert_eq!(pairs("abcd", "acd", 1, 1), [(0, 0), (2, 1), (3, 2)]);
        assert_eq!(pairs("acd", "abcd", 1, 1), [(0, 0), (1, 2), (2, 3)]);
        assert_eq!(pairs("", "abc", 1, 1), []);
    }

    #[test]
    fn places_are_taken_for_each_other_only_where_that_costs_less_than_two_gaps() {
        assert_eq!(pairs("axb", "ayb", 1, 1), [(0, 0), (1, 1), (2, 2)]);
        assert_eq!(pairs("axb", "ayb", 1, 3), [(0, 0), (2, 2)]);
        assert_eq!(pairs("axb", "ayb", 2, 3), [(0, 0), (1, 1), (2, 2)]);
    }
}
