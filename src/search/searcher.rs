//! From a query to hits.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tantivy::DocAddress;

use super::SearchError;
use super::bounds::Bounds;
use super::columns::{self, Columns};
use super::entry::Entry;
use super::facets::{self, Facets};
use super::held::Held;
use super::index::Fields;
use super::lexicon::Lexicon;
use super::order::{Keys, Sort};
use super::page::{self, Cursor, Placed, Ties, Wanted};
use super::plan::{Conjunction, Plan, Stage};
use super::postings::{ClauseId, Lookup, Work};
use super::query::{Chip, Query};
use super::score::{Scorer, Value, Why};
use super::similarity::Tier;
use super::squeeze::spread;
use super::stored::StoredForm;
use crate::model::RecordId;

/// Most records that are compared for one query.
const MAX_CANDIDATES: usize = 500;

/// Most records that one conjunction brings in.
const MAX_OF_ONE: usize = 150;

/// The same where something is not as it was typed: of many that lax words bring, the first are
/// no better than the others.
const MAX_OF_ONE_LAX: usize = 24;

/// Work for one query, in the units of [`Work`]: about fourteen milliseconds at ten million records.
const MAX_WORK: u64 = 740_000;

/// Work after a hit of so high a score is there, which is all that was asked for, or all but
/// one thing: what is still looked for is the same person's other papers.
const WORK_ONCE_FOUND: [(f32, u64); 2] = [(FOUND, 60_000), (0.86, 200_000)];

/// What it costs to fetch a compact form and to compare it.
pub(super) const COMPARE: u64 = 1_300;

/// A hit of this score is what was looked for.
const FOUND: f32 = 0.93;

/// So many of them end the search. It does not depend on the part of the list that is
/// wanted, so that all parts are of one list.
const ENOUGH: usize = 100;

/// Below it a record has nothing to do with the query.
const LEAST: f32 = 0.3;

/// A view of the index at one commit.
#[derive(Clone)]
pub struct Searcher {
    pub(super) inner: tantivy::Searcher,
    pub(super) fields: Fields,
    pub(super) lexicon: Arc<Lexicon>,
    pub(super) bounds: Bounds,
}

impl std::fmt::Debug for Searcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Searcher").finish_non_exhaustive()
    }
}

/// What a search found.
#[derive(Debug, Clone)]
pub struct Hits {
    /// Records that answer, as far as was looked: at most 500 are compared, and 200,000
    /// listed where there are filters only.
    pub total: usize,
    /// Whether there may be more than were compared.
    pub more: bool,
    /// Time it took.
    pub took: Duration,
    /// What the parts of the query were taken for.
    pub understood: Vec<Chip>,
    /// The wanted part.
    pub hits: Vec<Hit>,
    /// How many come before the wanted part.
    pub before: usize,
    /// Where the next part begins; none where this is the last.
    pub next: Option<Cursor>,
    /// What answers, counted; where it was wanted.
    pub facets: Option<Facets>,
    /// What the index holds of the place and years, where nothing answers in full.
    pub held: Option<Held>,
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
        Self { inner, fields, lexicon, bounds: Bounds::default() }
    }

    /// The same view, of nothing but what lies within these bounds: it finds, counts and
    /// suggests as if the index held nothing else.
    #[must_use]
    pub fn within(mut self, bounds: Bounds) -> Self {
        self.bounds = bounds;
        self
    }

    /// The postings for one question.
    pub(super) fn lookup(&self) -> Lookup<'_> {
        Lookup::new(&self.inner, &self.fields, &self.bounds)
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

    /// The best hits from `offset`, at most `limit` of them.
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
        self.part(query, &Wanted { limit, offset, ..Wanted::default() })
    }

    /// The wanted part of the hits.
    ///
    /// # Errors
    ///
    /// What the disk says, or that the index is damaged.
    pub fn part(&self, query: &Query, wanted: &Wanted) -> Result<Hits, SearchError> {
        let start = Instant::now();
        let mut scorer = Scorer::new(query, self.bounds.without_guarded);
        let answers = self.answers(query, &mut scorer)?;
        let best = answers.compared.values().map(|one| one.value);
        let best = best.max_by(|a, b| a.value.total_cmp(&b.value));
        let reading = best.map_or(0, |best| best.reading);
        let understood = query.readings.get(reading).map(|reading| reading.chips.clone());
        let is_sorted = wanted.sort != Sort::Relevance || answers.compared.is_empty();
        // Opening the columns costs as much as comparing twenty records.
        let columns = if is_sorted || wanted.facets {
            Columns::all(&self.inner)?
        } else {
            Vec::new()
        };
        let part = self.placed(&answers, &columns, is_sorted, wanted)?;
        let mut hits = Vec::with_capacity(part.docs.len());
        for doc in part.docs {
            hits.push(self.hit(doc, &answers, &mut scorer)?);
        }
        let is_answer = |hit: &Hit| hit.why.tier < Tier::Partial;
        let is_answered = match wanted.sort {
            Sort::Relevance => hits.first().is_some_and(is_answer),
            _ => hits.iter().any(is_answer),
        };
        let asked =
            query.readings.get(reading).filter(|_| !is_answered && part.before == 0);
        let held = asked.map(|reading| self.held(query, reading)).transpose()?;
        let counted = || facets::count(&columns, &answers.docs, answers.more);
        Ok(Hits {
            facets: wanted.facets.then(counted).transpose()?,
            total: answers.docs.len(),
            more: answers.more,
            before: part.before,
            next: part.next,
            took: start.elapsed(),
            understood: understood.unwrap_or_default(),
            hits,
            held,
        })
    }

    /// The wanted part of what answers, in order.
    fn placed(
        &self,
        answers: &Answers,
        columns: &[Columns],
        is_sorted: bool,
        wanted: &Wanted,
    ) -> Result<page::Part, SearchError> {
        let docs = answers.docs.iter().copied();
        if !is_sorted {
            let compared = |doc| answers.compared.get(&doc);
            let placed = docs.filter_map(|doc| {
                // Scores are positive, so that their bits are in the order of their values.
                let key = u32::MAX - compared(doc)?.value.value.max(0.0).to_bits();
                Some(Placed { key: u64::from(key), doc })
            });
            let mut id = |doc, _| {
                let id = compared(doc).map(|one| one.id.clone().into_bytes());
                Ok(id.unwrap_or_default())
            };
            return page::part(placed.collect(), wanted, &mut id);
        }
        let keys = columns::keys(columns, &answers.docs, wanted.sort);
        let placed = docs.zip(keys).map(|(doc, key)| Placed { key, doc }).collect();
        page::part(placed, wanted, &mut |doc, ties| {
            if ties == Ties::Digest {
                let columns = columns.get(doc.segment_ord as usize);
                let tie = columns.map_or(0, |columns| columns.tie(doc.doc_id));
                return Ok(tie.to_be_bytes().to_vec());
            }
            let bytes = self.bytes(doc)?;
            let entry = Entry::decoded(&bytes)?;
            Ok(Keys::of(&entry).rest(wanted.sort, entry.id))
        })
    }

    /// A record as it is shown.
    fn hit(
        &self,
        doc: DocAddress,
        answers: &Answers,
        scorer: &mut Scorer<'_>,
    ) -> Result<Hit, SearchError> {
        // What is only listed answers in full.
        let listed = Value { value: 1.0, reading: 0 };
        let value = answers.compared.get(&doc).map_or(listed, |one| one.value);
        let bytes = self.bytes(doc)?;
        let entry = Entry::decoded(&bytes)?;
        let score = scorer.explain(&entry, value);
        Ok(Hit {
            record: RecordId(entry.id.to_owned()),
            score: value.value,
            why: score.why,
            matched: score.matched,
        })
    }

    /// Every record that was compared and answers.
    fn answers(
        &self,
        query: &Query,
        scorer: &mut Scorer<'_>,
    ) -> Result<Answers, SearchError> {
        let mut plan = Plan::new(query, &self.lexicon);
        let filters = plan.filters(query);
        let mut lookup = self.lookup();
        let mut work = Work::of(MAX_WORK);
        let mut seen: HashSet<DocAddress> = HashSet::new();
        let mut exhausted: Vec<Conjunction> = Vec::new();
        let mut asked_before: HashSet<Conjunction> = HashSet::new();
        let mut found = HashMap::new();
        if query.is_empty() {
            let listed = Self::listed(&plan.clauses, &filters, &mut lookup)?;
            return self.without_excluded(query, listed, scorer);
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
                if exhausted.iter().any(|laxer| is_part_of(laxer, &asked))
                    || !asked_before.insert(asked.clone())
                {
                    continue;
                }
                let of_one = if stage.is_lax { MAX_OF_ONE_LAX } else { MAX_OF_ONE };
                let most = of_one.min(MAX_CANDIDATES.saturating_sub(seen.len()));
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
            num_good = found.values().filter(|one| one.value.value >= FOUND).count();
            let best = found.values().map(|one| one.value.value).fold(0.0, f32::max);
            for (_, left) in WORK_ONCE_FOUND.iter().filter(|(score, _)| best >= *score) {
                work.at_most(*left);
            }
            if num_good >= ENOUGH || seen.len() >= MAX_CANDIDATES || !work.spend(0) {
                more |= num_good >= ENOUGH;
                break;
            }
        }
        let mut docs: Vec<DocAddress> = found.keys().copied().collect();
        docs.sort_unstable();
        Ok(Answers { docs, compared: found, more })
    }

    /// Compares records with the query; whether there was work left for all of them.
    fn compare(
        &self,
        docs: &[DocAddress],
        scorer: &mut Scorer<'_>,
        work: &mut Work,
        found: &mut HashMap<DocAddress, Found>,
    ) -> Result<bool, SearchError> {
        for &doc in docs {
            if !work.spend(COMPARE) {
                return Ok(false);
            }
            let bytes = self.bytes(doc)?;
            let entry = Entry::decoded(&bytes)?;
            let value = scorer.value(&entry).filter(|value| value.value >= LEAST);
            if let Some(value) = value {
                found.insert(doc, Found { id: entry.id.to_owned(), value });
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
    pub(super) fn bytes(&self, doc: DocAddress) -> Result<Vec<u8>, SearchError> {
        let stored: StoredForm = self.inner.doc(doc)?;
        spread(&stored.0)
    }
}

/// Whether every clause of `laxer` is one of `asked`; both ascending.
fn is_part_of(laxer: &[ClauseId], asked: &[ClauseId]) -> bool {
    laxer.iter().all(|clause| asked.binary_search(clause).is_ok())
}

/// The records that answer.
pub(super) struct Answers {
    /// In the order of their segments.
    pub(super) docs: Vec<DocAddress>,
    /// What they are worth; none where they are only listed.
    pub(super) compared: HashMap<DocAddress, Found>,
    /// There may be others.
    pub(super) more: bool,
}

/// A record that was compared.
pub(super) struct Found {
    id: String,
    value: Value,
}
