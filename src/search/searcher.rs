//! From a query to hits.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tantivy::schema::Value as _;
use tantivy::{DocAddress, TantivyDocument};

use super::SearchError;
use super::entry::Entry;
use super::index::Fields;
use super::lexicon::Lexicon;
use super::plan;
use super::postings::{Clause, Stop, conjunction};
use super::query::{Chip, Query};
use super::score::{Score, Scorer, Why};
use crate::model::RecordId;

/// Most records that are compared for one query.
const MAX_CANDIDATES: usize = 600;

/// Most records that one conjunction brings in.
const MAX_OF_ONE: usize = 150;

/// Steps over postings for one query; about 30 ns each.
const MAX_STEPS: u32 = 200_000;

/// A hit of this score is what was looked for; a page full of them ends the search.
const FOUND: f32 = 0.93;

/// Below it a record has nothing to do with the query.
const LEAST: f32 = 0.3;

/// A view of the index at one commit.
#[derive(Clone)]
pub struct Searcher {
    inner: tantivy::Searcher,
    fields: Fields,
    lexicon: Arc<Lexicon>,
}

impl std::fmt::Debug for Searcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Searcher").finish_non_exhaustive()
    }
}

/// What a search found.
#[derive(Debug, Clone)]
pub struct Hits {
    /// Records that answer, as far as was looked: at most 600 are compared.
    pub total: usize,
    /// Whether there may be more than were compared.
    pub more: bool,
    /// Time it took.
    pub took: Duration,
    /// What the parts of the query were taken for.
    pub understood: Vec<Chip>,
    /// From `offset`, the best first.
    pub hits: Vec<Hit>,
}

/// A record that answers.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The record, to be fetched from the catalog.
    pub record: RecordId,
    /// 0–1; comparable within one query.
    pub score: f32,
    /// Why it is there.
    pub why: Why,
    /// Fields with the words in them that agree, lower case, the best first. A field may
    /// come twice.
    pub matched: Vec<(String, Vec<String>)>,
}

impl Searcher {
    pub(super) fn new(
        inner: tantivy::Searcher,
        fields: Fields,
        lexicon: Arc<Lexicon>,
    ) -> Self {
        Self { inner, fields, lexicon }
    }

    /// Number of records that can be found.
    pub fn num_records(&self) -> u64 {
        self.inner.num_docs()
    }

    /// The hits from `offset`, at most `limit` of them.
    ///
    /// # Errors
    ///
    /// What the disk says, or that the index is damaged.
    pub fn search(
        &self,
        query: &Query,
        limit: usize,
        offset: usize,
    ) -> Result<Hits, SearchError> {
        let start = Instant::now();
        let (mut found, more) = self.found(query, limit.saturating_add(offset))?;
        found.sort_by(|a, b| {
            let by_score = b.score.value.total_cmp(&a.score.value);
            by_score.then_with(|| a.id.cmp(&b.id))
        });
        let reading = found.first().map_or(0, |best| best.score.reading);
        let understood = query.readings.get(reading).map(|reading| reading.chips.clone());
        let total = found.len();
        let hits =
            found.into_iter().skip(offset).take(limit).map(Found::into_hit).collect();
        Ok(Hits {
            total,
            more,
            took: start.elapsed(),
            understood: understood.unwrap_or_default(),
            hits,
        })
    }

    /// Every record that was compared and answers, and whether there may be more.
    fn found(
        &self,
        query: &Query,
        wanted: usize,
    ) -> Result<(Vec<Found>, bool), SearchError> {
        let filters = plan::filters(query);
        let mut seen: HashSet<DocAddress> = HashSet::new();
        let mut found: Vec<Found> = Vec::new();
        let mut scorer = Scorer::new(query);
        let mut stop = Stop::after(MAX_STEPS);
        let mut more = false;
        let mut num_good = 0;
        let (first, last) = plan::stages(query, &self.lexicon);
        let num_first = first.len();
        for (at, stage) in first.into_iter().chain(last).enumerate() {
            if at >= num_first && num_good > 0 {
                break;
            }
            let mut fresh: Vec<DocAddress> = Vec::new();
            for names in &stage {
                let most = MAX_OF_ONE.min(MAX_CANDIDATES.saturating_sub(seen.len()));
                let clauses: Vec<Clause> =
                    names.iter().chain(&filters).cloned().collect();
                let docs =
                    conjunction(&self.inner, &self.fields, &clauses, most, &mut stop)?;
                more |= docs.len() >= most;
                fresh.extend(docs.into_iter().filter(|doc| seen.insert(*doc)));
            }
            fresh.sort_unstable();
            for doc in fresh {
                let document: TantivyDocument = self.inner.doc(doc)?;
                let bytes = document
                    .get_first(self.fields.entry)
                    .and_then(|value| value.as_bytes())
                    .ok_or(SearchError::Damaged)?;
                let entry = Entry::decoded(bytes)?;
                let score = scorer.score(&entry).filter(|score| score.value >= LEAST);
                if let Some(score) = score {
                    num_good += usize::from(score.value >= FOUND);
                    found.push(Found { id: entry.id.to_owned(), score });
                }
            }
            if num_good >= wanted || seen.len() >= MAX_CANDIDATES || !stop.go_on(1) {
                more |= num_good >= wanted;
                break;
            }
        }
        Ok((found, more))
    }
}

struct Found {
    id: String,
    score: Score,
}

impl Found {
    fn into_hit(self) -> Hit {
        Hit {
            record: RecordId(self.id),
            score: self.score.value,
            why: self.score.why,
            matched: self.score.matched,
        }
    }
}
