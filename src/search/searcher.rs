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
use super::plan::{self, Conjunction, Plan, Stage};
use super::postings::{ClauseId, Clauses, Lookup, Work};
use super::query::{Chip, Query, Reading};
use super::score::{Scorer, Value, Why};
use super::similarity::Tier;
use crate::model::RecordId;

/// Most records that are compared for one query.
const MAX_CANDIDATES: usize = 600;

/// Most records that one conjunction brings in.
const MAX_OF_ONE: usize = 150;

/// Work for one query, in the units of [`Work`]: about ten milliseconds.
const MAX_WORK: u64 = 1_000_000;

/// Work after a hit that answers everything is there: what is still looked for is the same
/// person's other papers, and about two milliseconds are left for them.
const WORK_ONCE_FOUND: u64 = 200_000;

/// Most records that are listed for filters alone, which tell no record from another: some
/// five milliseconds, and more than anybody pages through.
const MAX_LISTED: usize = 2_000;

/// Work for counting what is held; beyond it the count is a least.
const WORK_FOR_HELD: u64 = 400_000;

/// What it costs to fetch a compact form and to compare it.
const COMPARE: u64 = 500;

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
    /// What the index holds of the place and years, where nothing answers in full.
    pub held: Option<Held>,
}

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

    /// Calls `see` with every record that can be found, in no order: for a check against the
    /// catalog.
    ///
    /// # Errors
    ///
    /// What the disk says, or that the index is damaged.
    pub fn each_record(&self, see: &mut dyn FnMut(RecordId)) -> Result<(), SearchError> {
        for (ordinal, segment) in self.inner.segment_readers().iter().enumerate() {
            for doc in segment.doc_ids_alive() {
                let bytes = self.bytes(DocAddress::new(ordinal as u32, doc))?;
                see(RecordId(Entry::decoded(&bytes)?.id.to_owned()));
            }
        }
        Ok(())
    }

    /// Reads what every search needs, so that the first one does not wait for the disk.
    ///
    /// # Errors
    ///
    /// What the disk says, or that the index is damaged.
    pub fn warm_up(&self) -> Result<(), SearchError> {
        // Any name will do: what is read is the dictionaries and the code's tables.
        self.search(&Query::parse("nguyen van an 1990"), 1, 0)?;
        Ok(())
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
        let mut scorer = Scorer::new(query);
        let (mut found, more) =
            self.found(query, &mut scorer, limit.saturating_add(offset))?;
        found.sort_by(|a, b| {
            let by_score = b.value.value.total_cmp(&a.value.value);
            by_score.then_with(|| a.id.cmp(&b.id))
        });
        let reading = found.first().map_or(0, |best| best.value.reading);
        let understood = query.readings.get(reading).map(|reading| reading.chips.clone());
        let total = found.len();
        let mut hits = Vec::with_capacity(limit.min(total));
        for one in found.into_iter().skip(offset).take(limit) {
            let bytes = self.bytes(one.doc)?;
            let score = scorer.explain(&Entry::decoded(&bytes)?, one.value);
            hits.push(Hit {
                record: RecordId(one.id),
                score: one.value.value,
                why: score.why,
                matched: score.matched,
            });
        }
        let answers = hits.first().is_some_and(|hit| hit.why.tier < Tier::Partial);
        let asked = query.readings.get(reading).filter(|_| !answers && offset == 0);
        let held = asked.map(|reading| self.held(query, reading)).transpose()?;
        Ok(Hits {
            held,
            total,
            more,
            took: start.elapsed(),
            understood: understood.unwrap_or_default(),
            hits,
        })
    }

    /// What there is of the place and the years of a reading.
    fn held(&self, query: &Query, reading: &Reading) -> Result<Held, SearchError> {
        let mut held = Held::default();
        let mut clauses = Clauses::default();
        let mut lookup = Lookup::new(&self.inner, &self.fields);
        let mut work = Work::of(WORK_FOR_HELD);
        let (place, years) = plan::place_and_years(query, reading);
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

    /// Every record that was compared and answers, and whether there may be more.
    fn found(
        &self,
        query: &Query,
        scorer: &mut Scorer<'_>,
        wanted: usize,
    ) -> Result<(Vec<Found>, bool), SearchError> {
        let mut plan = Plan::new(query, &self.lexicon);
        let filters = plan.filters(query);
        let mut lookup = Lookup::new(&self.inner, &self.fields);
        let mut work = Work::of(MAX_WORK);
        let mut seen: HashSet<DocAddress> = HashSet::new();
        let mut exhausted: Vec<Conjunction> = Vec::new();
        let mut found: Vec<Found> = Vec::new();
        if query.is_empty() && query.excluded.is_empty() {
            return self.listed(&plan.clauses, &filters, &mut lookup, &mut work);
        }
        let mut more = false;
        let mut num_good = 0;
        let mut first = Some(Self::rare_names(&mut plan, &mut lookup, &mut work)?);
        while let Some(stage) = first.take().or_else(|| plan.next_stage()) {
            if stage.is_last && num_good > 0 {
                break;
            }
            let mut fresh: Vec<DocAddress> = Vec::new();
            for mut asked in stage.conjunctions {
                asked.extend(&filters);
                asked.sort_unstable();
                asked.dedup();
                // What brought all it had needs not be asked for in parts.
                if exhausted.iter().any(|laxer| is_part_of(laxer, &asked)) {
                    continue;
                }
                let most = MAX_OF_ONE.min(MAX_CANDIDATES.saturating_sub(seen.len()));
                let brought =
                    lookup.conjunction(&plan.clauses, &asked, most, &mut work)?;
                more |= !brought.is_all;
                if brought.is_all {
                    exhausted.push(asked);
                }
                fresh.extend(brought.docs.into_iter().filter(|doc| seen.insert(*doc)));
            }
            fresh.sort_unstable();
            more |= !self.compare(&fresh, scorer, &mut work, &mut found)?;
            let good = found.iter().filter(|found| found.value.value >= FOUND);
            num_good = good.count();
            if num_good > 0 {
                work.at_most(WORK_ONCE_FOUND);
            }
            if num_good >= wanted || seen.len() >= MAX_CANDIDATES || !work.spend(0) {
                more |= num_good >= wanted;
                break;
            }
        }
        Ok((found, more))
    }

    /// The records that filters leave where nothing is asked beside them.
    fn listed(
        &self,
        clauses: &Clauses,
        filters: &[ClauseId],
        lookup: &mut Lookup<'_>,
        work: &mut Work,
    ) -> Result<(Vec<Found>, bool), SearchError> {
        let brought = lookup.conjunction(clauses, filters, MAX_LISTED, work)?;
        let value = Value { value: 1.0, reading: 0 };
        let mut found = Vec::with_capacity(brought.docs.len());
        for doc in brought.docs {
            let bytes = self.bytes(doc)?;
            let id = Entry::decoded(&bytes)?.id.to_owned();
            found.push(Found { id, doc, value });
        }
        Ok((found, !brought.is_all))
    }

    /// Compares records with the query; whether there was work left for all of them.
    fn compare(
        &self,
        docs: &[DocAddress],
        scorer: &mut Scorer<'_>,
        work: &mut Work,
        found: &mut Vec<Found>,
    ) -> Result<bool, SearchError> {
        for &doc in docs {
            if !work.spend(COMPARE) {
                return Ok(false);
            }
            let bytes = self.bytes(doc)?;
            let entry = Entry::decoded(&bytes)?;
            let value = scorer.value(&entry).filter(|value| value.value >= LEAST);
            if let Some(value) = value {
                found.push(Found { id: entry.id.to_owned(), doc, value });
            }
        }
        Ok(true)
    }

    /// Names that few records hold need nothing beside them: what would narrow them is not
    /// even looked up.
    fn rare_names(
        plan: &mut Plan<'_>,
        lookup: &mut Lookup<'_>,
        work: &mut Work,
    ) -> Result<Stage, SearchError> {
        let mut stage = Stage::default();
        for names in plan.names_alone() {
            let mut least = u64::MAX;
            for &clause in &names {
                least = least.min(lookup.size(&plan.clauses, clause, work)?);
            }
            if least <= MAX_OF_ONE as u64 && !stage.conjunctions.contains(&names) {
                stage.conjunctions.push(names);
            }
        }
        Ok(stage)
    }

    /// The compact form of a record.
    fn bytes(&self, doc: DocAddress) -> Result<Vec<u8>, SearchError> {
        let document: TantivyDocument = self.inner.doc(doc)?;
        let value = document.get_first(self.fields.entry);
        let bytes = value.and_then(|value| value.as_bytes().map(<[u8]>::to_vec));
        bytes.ok_or(SearchError::Damaged)
    }
}

/// Whether every clause of `laxer` is one of `asked`; both ascending.
fn is_part_of(laxer: &[ClauseId], asked: &[ClauseId]) -> bool {
    laxer.iter().all(|clause| asked.binary_search(clause).is_ok())
}

struct Found {
    id: String,
    doc: DocAddress,
    value: Value,
}
