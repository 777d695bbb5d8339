//! From a measure of certainty to how often it is right.

/// A rising, piecewise linear map of confidences.
///
/// Its knots were fitted on words or values whose truth is known; between two knots it is a
/// straight line, and outside of them it stays level. Without knots it changes nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Calibration {
    knots: Vec<[f32; 2]>,
}

impl Calibration {
    /// Pairs of (engine's confidence, share of words that were right), both in 0–1,
    /// the first rising and the second not falling; `None` if they are not.
    pub fn new(knots: &[[f32; 2]]) -> Option<Self> {
        let in_range = knots.iter().flatten().all(|value| (0.0..=1.0).contains(value));
        let rising = knots.windows(2).all(|w| w[0][0] < w[1][0] && w[0][1] <= w[1][1]);
        (in_range && rising).then(|| Self { knots: knots.to_vec() })
    }

    /// How likely a word with this confidence is right, 0–1.
    pub fn apply(&self, confidence: f32) -> f32 {
        let confidence =
            if confidence.is_nan() { 0.0 } else { confidence.clamp(0.0, 1.0) };
        let above = self.knots.partition_point(|knot| knot[0] <= confidence);
        match (above.checked_sub(1).map(|i| self.knots[i]), self.knots.get(above)) {
            (None, None) => confidence,
            (None, Some(&[_, right])) | (Some([_, right]), None) => right,
            (Some([x0, y0]), Some(&[x1, y1])) => {
                y0 + (y1 - y0) * (confidence - x0) / (x1 - x0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confidence_follows_the_knots() {
        let plain = Calibration::default();
        let fitted =
            Calibration::new(&[[0.2, 0.1], [0.6, 0.5], [1.0, 0.9]]).expect("rising");
        for (calibration, confidence, expected) in [
            (&plain, 0.3, 0.3),
            (&plain, f32::NAN, 0.0),
            (&plain, 7.0, 1.0),
            (&fitted, 0.0, 0.1),
            (&fitted, 0.2, 0.1),
            (&fitted, 0.4, 0.3),
            (&fitted, 0.8, 0.7),
            (&fitted, 1.0, 0.9),
        ] {
            let got = calibration.apply(confidence);
            assert!((got - expected).abs() < 1e-6, "{confidence}: {got}");
        }
    }

    #[test]
    fn knots_that_fall_or_leave_the_range_are_refused() {
        for knots in [
            vec![[0.5, 0.5], [0.5, 0.6]],
            vec![[0.1, 0.5], [0.2, 0.4]],
            vec![[0.0, 1.5]],
            vec![[f32::NAN, 0.5]],
        ] {
            assert_eq!(Calibration::new(&knots), None, "{knots:?}");
        }
    }
}
