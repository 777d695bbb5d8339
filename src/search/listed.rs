//! What filters leave where no words are searched.

use std::collections::HashMap;

use super::entry::Entry;
use super::postings::{ClauseId, Clauses, Lookup, Work};
use super::query::Query;
use super::score::Scorer;
use super::searcher::{Answers, COMPARE};
use super::{SearchError, Searcher};

/// Most records that are listed for filters alone. Sorting and counting them takes some 30
/// milliseconds.
const MAX_LISTED: usize = 200_000;

/// Work for finding them.
const WORK_FOR_LISTED: u64 = 4_000_000;

impl Searcher {
    /// The records that filters leave where nothing is asked beside them.
    pub(super) fn listed(
        clauses: &Clauses,
        filters: &[ClauseId],
        lookup: &mut Lookup<'_>,
    ) -> Result<Answers, SearchError> {
        let mut work = Work::of(WORK_FOR_LISTED);
        let brought = lookup.conjunction(clauses, filters, MAX_LISTED, &mut work)?;
        let more = !brought.is_all;
        Ok(Answers { docs: brought.docs, compared: HashMap::new(), more })
    }

    /// What is left of a list without the records that have an excluded word. They are looked
    /// at one by one, as far as the work allows.
    pub(super) fn without_excluded(
        &self,
        query: &Query,
        mut listed: Answers,
        scorer: &mut Scorer<'_>,
    ) -> Result<Answers, SearchError> {
        if query.excluded.is_empty() {
            return Ok(listed);
        }
        let mut work = Work::of(WORK_FOR_LISTED);
        let mut left = Vec::new();
        for doc in std::mem::take(&mut listed.docs) {
            if !work.spend(COMPARE) {
                listed.more = true;
                break;
            }
            let bytes = self.bytes(doc)?;
            if !scorer.has_excluded(&Entry::decoded(&bytes)?) {
                left.push(doc);
            }
        }
        listed.docs = left;
        Ok(listed)
    }
}
