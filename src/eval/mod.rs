//! How well a corpus with truth was read, extracted and made searchable.
//!
//! The truth about each file, the pages and records of an archive and a way to search go
//! in, numbers come out. Only [`Corpus::load`] and [`true_lines`]
//! touch the disk.

mod alignment;
mod calibration;
mod corpus;
mod degradation;
mod fields;
mod lines;
mod mistake;
mod pairing;
mod place;
mod queries;
mod reading;
mod spelling;
#[cfg(test)]
mod tests;
mod truth;

use std::collections::BTreeMap;

use serde::Serialize;

pub use calibration::{Bin, Calibration};
pub use corpus::EvalError;
pub use fields::{Fields, Found, Inconsistencies};
pub use lines::{Lines, ReadLine, TrueLine, holds_lines, score_lines, true_lines};
pub use mistake::{Confusion, Mistake};
pub use queries::{NUM_HITS, Recall, Searching};
pub use reading::{Rate, ReadPage, Reading, Slice};
pub use truth::{Corpus, Query, Truth};

use crate::catalog::StoredRecord;
use crate::model::PageKey;
use crate::model::ScanId;

/// All that was measured. Rates are shares between 0 and 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Scores {
    /// Of pages.
    pub reading: Reading,
    /// Of records.
    pub fields: Fields,
    /// Of queries.
    pub search: Searching,
}

/// Compares what is in an archive with the truth.
///
/// `search` is asked every query and gives the scans of the hits, in order; only the first
/// [`NUM_HITS`] count.
pub fn score(
    corpus: &Corpus,
    pages: &BTreeMap<PageKey, ReadPage>,
    records: &[StoredRecord],
    search: &mut dyn FnMut(&str) -> Vec<ScanId>,
) -> Scores {
    Scores {
        reading: reading::score(&corpus.truths, pages),
        fields: fields::score(corpus, records),
        search: queries::score(corpus, search),
    }
}

impl Truth {
    /// Which file it is about.
    pub fn scan(&self) -> &ScanId {
        &self.sha256
    }

    /// How many pages the file has.
    pub fn num_pages(&self) -> usize {
        self.pages.len()
    }
}

/// `sum` by `count`, to a ten-thousandth; 0 by 0 is 0.
fn ratio(sum: f64, count: u64) -> f64 {
    (sum / count.max(1) as f64 * 1e4).round() / 1e4
}
