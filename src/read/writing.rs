//! How letters were written, from letters to words.

use crate::model::Writing;

/// Below this share the likeliest kind of writing is not told.
const LEAST: f32 = 0.5;

/// How likely something is printed, typed and written by hand, in this order; each 0–1, together
/// 1, or all 0 where the engine does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Shares(pub [f32; Self::KINDS]);

impl Shares {
    /// Kinds of writing that are told apart.
    pub const KINDS: usize = Writing::KINDS.len();

    /// The mean of several; of none, that nothing is told.
    pub fn mean(all: impl IntoIterator<Item = Self>) -> Self {
        let (mut sum, mut count) = ([0.0; Self::KINDS], 0.0);
        for Self(shares) in all {
            for (sum, share) in sum.iter_mut().zip(shares) {
                *sum += share;
            }
            count += 1.0;
        }
        Self(sum.map(|sum| if count > 0.0 { sum / count } else { 0.0 }))
    }

    /// The likeliest kind of writing.
    pub fn writing(self) -> Writing {
        let likeliest =
            Writing::KINDS.into_iter().zip(self.0).max_by(|a, b| a.1.total_cmp(&b.1));
        likeliest.filter(|(_, share)| *share >= LEAST).map_or(Writing::Unknown, |it| it.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_kind_is_told_and_doubt_is_not() {
        let of =
            |all: &[[f32; 3]]| Shares::mean(all.iter().copied().map(Shares)).writing();
        assert_eq!(of(&[[0.2, 0.1, 0.7], [0.4, 0.2, 0.4]]), Writing::Handwriting);
        assert_eq!(of(&[[0.9, 0.1, 0.0]]), Writing::Print);
        assert_eq!(of(&[[0.4, 0.3, 0.3]]), Writing::Unknown, "doubt");
        assert_eq!(of(&[]), Writing::Unknown, "nothing");
        assert_eq!(Shares::default().writing(), Writing::Unknown, "not told");
    }
}
