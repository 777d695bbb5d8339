//! What the index holds of a place and of years.

use super::plan;
use super::postings::{Clauses, Work};
use super::query::{Query, Reading};
use super::{SearchError, Searcher};

/// Work for counting what is held; beyond it the count is a least.
const WORK_FOR_HELD: u64 = 400_000;

/// What the index holds of a place and of years, whatever the names: not found is not the
/// same as not digitized.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Held {
    /// The place, as typed.
    pub place: Option<String>,
    /// The years, both included.
    pub years: Option<(u16, u16)>,
    /// Records of the place, of any year; where a place was asked for.
    pub of_place: Option<u64>,
    /// Records of the years, and of the place where one was asked for.
    pub of_years: Option<u64>,
}

impl Searcher {
    /// What there is of the place and the years of a reading.
    pub(super) fn held(
        &self,
        query: &Query,
        reading: &Reading,
    ) -> Result<Held, SearchError> {
        let mut held = Held::default();
        let mut clauses = Clauses::default();
        let mut lookup = self.lookup();
        let mut work = Work::of(WORK_FOR_HELD);
        let (place, years) = plan::place_and_years(query, reading, &self.lexicon);
        let mut asked = Vec::new();
        if let Some((text, clause)) = place {
            held.place = Some(text);
            // A place of one unlisted word stands in no list of its own.
            let Some(id) = clauses.put(clause) else { return Ok(held) };
            asked.push(id);
            held.of_place = Some(lookup.count(&clauses, &asked, &mut work)?);
        }
        if let Some((from, to, clause)) = years {
            held.years = Some((from, to));
            asked.extend(clauses.put(clause));
            held.of_years = Some(lookup.count(&clauses, &asked, &mut work)?);
        }
        Ok(held)
    }
}
