//! Conjunctions over postings, bounded.

use tantivy::postings::SegmentPostings;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocId, DocSet as _, SegmentReader, TERMINATED, Term};

use super::SearchError;
use super::index::Fields;
use super::terms::Slot;

/// How much a search may still do: every step over postings takes one away. A count and
/// not a clock, so that the same search gives the same answer on every machine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stop {
    steps_left: u32,
}

impl Stop {
    pub(super) fn after(steps: u32) -> Self {
        Self { steps_left: steps }
    }

    /// Takes a step in each of so many lists; whether there was one left.
    pub(super) fn go_on(&mut self, num_lists: usize) -> bool {
        let left = self.steps_left > 0;
        self.steps_left = self.steps_left.saturating_sub(num_lists as u32);
        left
    }
}

/// Any of these terms of one slot.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Clause {
    pub(super) slot: Slot,
    /// Terms; sorted, each once.
    pub(super) terms: Vec<String>,
}

impl Clause {
    pub(super) fn any(slot: Slot, terms: impl IntoIterator<Item = String>) -> Self {
        let mut terms: Vec<String> = terms.into_iter().collect();
        terms.sort_unstable();
        terms.dedup();
        Self { slot, terms }
    }

    pub(super) fn one(slot: Slot, term: impl Into<String>) -> Self {
        Self { slot, terms: vec![term.into()] }
    }
}

/// Postings of one clause in one segment.
struct Union {
    lists: Vec<SegmentPostings>,
    /// Documents in all lists together, at most.
    size: u64,
}

impl Union {
    fn open(
        segment: &SegmentReader,
        fields: &Fields,
        clause: &Clause,
    ) -> Result<Self, SearchError> {
        let field = fields.of(clause.slot);
        let inverted = segment.inverted_index(field)?;
        let mut union = Self { lists: Vec::new(), size: 0 };
        for text in &clause.terms {
            let term = Term::from_field_text(field, text);
            let list = inverted
                .read_postings(&term, IndexRecordOption::Basic)
                .map_err(tantivy::TantivyError::from)?;
            if let Some(list) = list {
                union.size += u64::from(list.doc_freq());
                union.lists.push(list);
            }
        }
        Ok(union)
    }

    /// The first document at or after `target`.
    fn seek(&mut self, target: DocId) -> DocId {
        let mut first = TERMINATED;
        for list in &mut self.lists {
            let doc = if list.doc() < target { list.seek(target) } else { list.doc() };
            first = first.min(doc);
        }
        first
    }
}

/// Documents that satisfy all clauses, segment by segment: at most `most` of them, and
/// those that were reached when [`Stop`] ended it.
pub(super) fn conjunction(
    searcher: &tantivy::Searcher,
    fields: &Fields,
    clauses: &[Clause],
    most: usize,
    stop: &mut Stop,
) -> Result<Vec<DocAddress>, SearchError> {
    let mut found = Vec::new();
    if clauses.is_empty() {
        return Ok(found);
    }
    for (ordinal, segment) in searcher.segment_readers().iter().enumerate() {
        let mut unions = Vec::with_capacity(clauses.len());
        for clause in clauses {
            let union = Union::open(segment, fields, clause)?;
            let empty = union.lists.is_empty();
            unions.push(union);
            if empty {
                break;
            }
        }
        if unions.iter().any(|union| union.lists.is_empty()) {
            continue;
        }
        unions.sort_by_key(|union| union.size);
        let mut target = 0;
        while found.len() < most {
            let doc = meet(&mut unions, target, stop);
            if doc == TERMINATED {
                break;
            }
            let alive = segment.alive_bitset().is_none_or(|alive| alive.is_alive(doc));
            if alive {
                found.push(DocAddress::new(ordinal as u32, doc));
            }
            target = doc + 1;
        }
        if found.len() >= most {
            break;
        }
    }
    Ok(found)
}

/// The first document at or after `target` that is in all of them. The rarest list goes
/// first, so that the others leap.
fn meet(unions: &mut [Union], target: DocId, stop: &mut Stop) -> DocId {
    let num_lists = unions.iter().map(|union| union.lists.len()).sum();
    let mut doc = target;
    while stop.go_on(num_lists) {
        let mut agreed = true;
        for union in &mut *unions {
            let next = union.seek(doc);
            if next == TERMINATED {
                return TERMINATED;
            }
            if next > doc {
                doc = next;
                agreed = false;
                break;
            }
        }
        if agreed {
            return doc;
        }
    }
    TERMINATED
}
