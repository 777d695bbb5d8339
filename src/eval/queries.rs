//! Whether what people look for is found.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::ratio;
use super::truth::Corpus;
use crate::model::ScanId;

/// As many hits as a person looks at.
pub const NUM_HITS: usize = 10;

/// The row of all queries together.
const ALL: &str = "all";

/// How well queries of one type are answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Recall {
    /// Queries.
    pub queries: u64,
    /// Mean share of the relevant scans (of ten at most) among the first ten hits.
    pub recall_at_10: f64,
    /// Mean of one by the place of the first relevant scan; 0 where there is none.
    pub mrr: f64,
    #[serde(skip)]
    sum_of_recalls: f64,
    #[serde(skip)]
    sum_of_ranks: f64,
}

impl Recall {
    fn add(&mut self, recall: f64, reciprocal_rank: f64) {
        self.queries += 1;
        self.sum_of_recalls += recall;
        self.sum_of_ranks += reciprocal_rank;
        self.recall_at_10 = ratio(self.sum_of_recalls, self.queries);
        self.mrr = ratio(self.sum_of_ranks, self.queries);
    }
}

/// How well queries are answered.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Searching {
    /// By type of query; `all` is all of them.
    pub by_type: BTreeMap<String, Recall>,
    /// Queries without any hit.
    pub without_a_hit: u64,
}

/// Asks every query. `search` gives the scans of the hits, in order.
pub(super) fn score(
    corpus: &Corpus,
    search: &mut dyn FnMut(&str) -> Vec<ScanId>,
) -> Searching {
    let scans: BTreeMap<&str, &ScanId> =
        corpus.truths.iter().map(|truth| (truth.id.as_str(), &truth.sha256)).collect();
    let mut searching = Searching::default();
    for query in &corpus.queries {
        let relevant: BTreeSet<&ScanId> = query
            .relevant
            .iter()
            .filter_map(|id| scans.get(id.as_str()).copied())
            .collect();
        if relevant.is_empty() {
            continue;
        }
        let hits = search(&query.text);
        searching.without_a_hit += u64::from(hits.is_empty());
        let mut found: Vec<&ScanId> = Vec::new();
        for hit in hits.iter().take(NUM_HITS) {
            if !found.contains(&hit) {
                found.push(hit);
            }
        }
        let right = found.iter().filter(|scan| relevant.contains(*scan)).count();
        let recall = ratio(right as f64, relevant.len().min(NUM_HITS) as u64);
        let first = found.iter().position(|scan| relevant.contains(scan));
        let rank = first.map_or(0.0, |place| 1.0 / (place + 1) as f64);
        for key in [query.family.as_str(), ALL] {
            searching.by_type.entry(key.to_owned()).or_default().add(recall, rank);
        }
    }
    searching
}
