//! Whether what is shown with 0.9 is right nine times in ten.

use serde::Serialize;

use super::ratio;

/// Confidences are compared in so many bins of equal width.
const NUM_BINS: usize = 10;

/// Values whose confidences lie close together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Bin {
    /// How many.
    pub count: u64,
    /// How many of them are right.
    pub right: u64,
    /// Mean of their confidences, 0–1; 0 if there are none.
    pub mean_confidence: f64,
}

/// How far confidences are from what they promise.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Calibration {
    /// How many values.
    pub count: u64,
    /// Mean distance between confidence and share of right ones over the bins, weighted
    /// by their counts, 0–1.
    pub expected_error: f64,
    /// From 0–0.1 to 0.9–1.
    pub bins: Vec<Bin>,
}

/// Collects confidences.
#[derive(Debug, Clone, Default)]
pub(super) struct Gauge {
    /// Values, right ones and the sum of confidences of each bin.
    bins: [(u64, u64, f64); NUM_BINS],
}

impl Gauge {
    /// Notes a value that was shown with `confidence`, 0–1.
    pub(super) fn note(&mut self, confidence: f64, is_right: bool) {
        let at = (confidence * NUM_BINS as f64).max(0.0) as usize;
        let bin = &mut self.bins[at.min(NUM_BINS - 1)];
        bin.0 += 1;
        bin.1 += u64::from(is_right);
        bin.2 += confidence;
    }

    pub(super) fn result(&self) -> Calibration {
        let count = self.bins.iter().map(|bin| bin.0).sum();
        let apart: f64 = self.bins.iter().map(|bin| (bin.1 as f64 - bin.2).abs()).sum();
        let bins = self.bins.iter().map(|&(count, right, sum)| Bin {
            count,
            right,
            mean_confidence: ratio(sum, count),
        });
        Calibration { count, expected_error: ratio(apart, count), bins: bins.collect() }
    }
}

/// A confidence as exports show it, to a thousandth.
pub(super) fn shown(confidence: f32) -> f64 {
    f64::from((confidence * 1000.0).round()) / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expected_error_is_the_distance_from_what_was_promised() {
        let mut gauge = Gauge::default();
        for is_right in [true, true, true, false] {
            gauge.note(1.0, is_right);
        }
        gauge.note(0.05, false);
        let result = gauge.result();
        assert!((result.expected_error - (1.0 + 0.05) / 5.0).abs() < 1e-4, "{result:?}");
        let last = Bin { count: 4, right: 3, mean_confidence: 1.0 };
        assert_eq!((result.count, result.bins[9]), (5, last));
    }
}
