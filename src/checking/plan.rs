//! How many fields of a lot are looked at, and how many may be wrong.

/// Fields up to which a plan holds, fields to look at, wrong ones with which the lot still
/// passes: ISO 2859-1, single sampling, general level II, acceptable quality level 0.65.
const PLANS: [(u64, u64, u64); 5] =
    [(280, 20, 0), (1_200, 80, 1), (3_200, 125, 2), (10_000, 200, 3), (u64::MAX, 315, 5)];

/// The plan that is proposed for a lot of so many fields: sample, and accepted wrong ones.
/// Nobody has laid down an official one for civil-status data; whoever draws the sample may
/// choose another.
pub fn plan(fields: u64) -> (u64, u64) {
    let found = PLANS.iter().find(|(most, ..)| fields <= *most);
    let (_, sample, accepted) = found.copied().unwrap_or((0, 315, 5));
    (sample.min(fields), accepted)
}

/// The plan that was chosen, at least as strict as the proposed one: no smaller sample, and
/// no more wrong ones than a sample of that size allows.
pub fn strict(fields: u64, sample: u64, accepted: u64) -> (u64, u64) {
    let sample = sample.max(plan(fields).0).min(fields);
    let allowing = PLANS.iter().filter(|(_, least, _)| *least <= sample);
    let most = allowing.map(|(.., most)| *most).max().unwrap_or(0);
    (sample, accepted.min(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_larger_lot_is_looked_at_more_closely_and_a_small_one_whole() {
        for (fields, expected) in [
            (8, (8, 0)),
            (280, (20, 0)),
            (281, (80, 1)),
            (5_000, (200, 3)),
            (1 << 40, (315, 5)),
        ] {
            assert_eq!(plan(fields), expected, "{fields}");
            assert_eq!(strict(fields, expected.0, expected.1), expected, "{fields}");
        }
    }

    #[test]
    fn a_plan_may_be_stricter_than_the_proposed_one_and_never_laxer() {
        for (chosen, expected) in [
            ((1, 1), (20, 0)),
            ((20, 99), (20, 0)),
            ((90, 99), (90, 1)),
            ((999, 0), (200, 0)),
        ] {
            assert_eq!(strict(200, chosen.0, chosen.1), expected, "{chosen:?}");
        }
        assert_eq!(strict(2, 1, 1), (2, 0));
    }
}
