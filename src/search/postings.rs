//! Conjunctions over postings, bounded.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use tantivy::postings::{SegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;
use tantivy::{
    DocAddress, DocId, DocSet as _, InvertedIndexReader, Searcher, TERMINATED, Term,
};

use super::SearchError;
use super::bounds::Bounds;
pub(super) use super::clauses::{Clause, ClauseId, Clauses};
use super::index::Fields;
use super::terms::Slot;

/// How much a search may still do, in units of about 10 ns of one core of the machine in
/// `docs/figures.md`. A count and not a clock, so that the same search gives the same
/// answer on every machine and at every load.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work {
    left: u64,
}

impl Work {
    pub(super) fn of(units: u64) -> Self {
        Self { left: units }
    }

    /// Takes so many units; whether there was anything left.
    pub(super) fn spend(&mut self, units: u64) -> bool {
        let is_left = self.left > 0;
        self.left = self.left.saturating_sub(units);
        is_left
    }

    /// Leaves no more than so many units.
    pub(super) fn at_most(&mut self, units: u64) {
        self.left = self.left.min(units);
    }
}

// What things cost, in units of `Work`: fitted to the times of 3,400 searches among a million
// records.
/// A conjunction, however little it brings.
const CONJUNCTION: u64 = 130;
/// A term in the dictionary of one segment.
const LOOK_UP: u64 = 50;
/// To open a list.
const OPEN: u64 = 75;
/// A document of a list that is merged with others.
const MERGE: u64 = 3;
/// To leap in a list.
const LEAP: u64 = 4;
/// Lists that need no leap, and are only looked at for one unit.
const LOOKED_AT: u64 = 8;

/// Documents of several terms up to so many are merged into one list, which later
/// conjunctions of the same search use again. Beyond it merging costs more than leaping.
const MERGED: u64 = 16_000;

/// Where the terms of a clause stand in one segment.
#[derive(Debug, Clone, Default)]
struct Lists {
    infos: Vec<(Slot, TermInfo)>,
    /// Documents of all terms together, merged.
    merged: Option<Rc<Vec<DocId>>>,
}

/// A clause, looked up.
#[derive(Debug, Clone)]
struct Resolved {
    /// By segment.
    lists: Vec<Lists>,
    /// Documents, at most.
    size: u64,
}

/// Documents of one clause in one segment, in ascending order.
enum Union {
    One(Box<SegmentPostings>),
    Merged { docs: Rc<Vec<DocId>>, at: usize },
    Many(Vec<SegmentPostings>),
}

impl Union {
    /// The first document at or after `target`, and what it cost.
    fn seek(&mut self, target: DocId) -> (DocId, u64) {
        match self {
            Self::One(list) => (seek(list, target), LEAP),
            Self::Merged { docs, at } => {
                let rest = docs.get(*at..).unwrap_or_default();
                *at += gallop(rest, target);
                (docs.get(*at).copied().unwrap_or(TERMINATED), 1)
            }
            Self::Many(lists) => {
                let (mut first, mut moved) = (TERMINATED, 0);
                for list in &mut *lists {
                    moved += u64::from(list.doc() < target);
                    first = first.min(seek(list, target));
                }
                (first, LEAP * moved + lists.len() as u64 / LOOKED_AT)
            }
        }
    }
}

fn seek(list: &mut SegmentPostings, target: DocId) -> DocId {
    if list.doc() < target { list.seek(target) } else { list.doc() }
}

/// How many of the ascending `docs` stand before `target`: by doubling steps.
fn gallop(docs: &[DocId], target: DocId) -> usize {
    let mut end = 1;
    while docs.get(end - 1).is_some_and(|&doc| doc < target) {
        end *= 2;
    }
    let start = end / 2;
    let window = docs.get(start..end.min(docs.len())).unwrap_or_default();
    start.min(docs.len()) + window.partition_point(|&doc| doc < target)
}

/// The postings as one search sees them: every term is looked up once.
pub(super) struct Lookup<'s> {
    searcher: &'s Searcher,
    fields: &'s Fields,
    /// By segment and slot.
    inverted: HashMap<(usize, Slot), Arc<InvertedIndexReader>>,
    resolved: HashMap<ClauseId, Resolved>,
    /// What every document must satisfy, by the number of its clause.
    bounds: Vec<(ClauseId, Clause)>,
    /// What none may satisfy.
    left_out: Option<(ClauseId, Clause)>,
    /// Whether guarded words find.
    sees_guarded: bool,
}

/// What a conjunction brought.
pub(super) struct Brought {
    pub(super) docs: Vec<DocAddress>,
    /// Whether these are all.
    pub(super) is_all: bool,
}

impl<'s> Lookup<'s> {
    pub(super) fn new(
        searcher: &'s Searcher,
        fields: &'s Fields,
        bounds: &Bounds,
    ) -> Self {
        // Numbers from the end are never those of a search, which has a few hundred.
        let mut numbers = (0..u32::MAX).rev().map(ClauseId);
        let left_out = numbers.next().zip(bounds.left_out());
        Self {
            searcher,
            fields,
            inverted: HashMap::new(),
            resolved: HashMap::new(),
            bounds: numbers.zip(bounds.clauses()).collect(),
            left_out,
            sees_guarded: !bounds.without_guarded,
        }
    }

    /// Forgets the clauses looked up so far: others come under their numbers.
    pub(super) fn forget(&mut self) {
        let own: Vec<ClauseId> = self.own().map(|(id, _)| *id).collect();
        self.resolved.retain(|id, _| own.contains(id));
    }

    /// The clauses that do not come from the search.
    fn own(&self) -> impl Iterator<Item = &(ClauseId, Clause)> {
        self.bounds.iter().chain(&self.left_out)
    }

    fn inverted(
        &mut self,
        segment: usize,
        slot: Slot,
    ) -> Result<Arc<InvertedIndexReader>, SearchError> {
        if let Some(known) = self.inverted.get(&(segment, slot)) {
            return Ok(Arc::clone(known));
        }
        let reader = self.searcher.segment_reader(segment as u32);
        let inverted = reader.inverted_index(self.fields.of(slot))?;
        self.inverted.insert((segment, slot), Arc::clone(&inverted));
        Ok(inverted)
    }

    /// How many documents a clause may hold, at most.
    pub(super) fn size(
        &mut self,
        clauses: &Clauses,
        id: ClauseId,
        work: &mut Work,
    ) -> Result<u64, SearchError> {
        if let Some(known) = self.resolved.get(&id) {
            return Ok(known.size);
        }
        let own =
            self.own().find(|(own, _)| *own == id).map(|(_, clause)| clause.clone());
        let Some(clause) = own.as_ref().or_else(|| clauses.get(id)) else { return Ok(0) };
        let guarded = clause.slot.guarded().filter(|_| self.sees_guarded);
        let mut resolved = Resolved { lists: Vec::new(), size: 0 };
        for segment in 0..self.searcher.segment_readers().len() {
            let mut lists = Lists::default();
            for slot in std::iter::once(clause.slot).chain(guarded) {
                let inverted = self.inverted(segment, slot)?;
                let field = self.fields.of(slot);
                for text in &clause.terms {
                    // The dictionary of guarded words is small.
                    work.spend(if slot == clause.slot { LOOK_UP } else { 0 });
                    let term = Term::from_field_text(field, text);
                    let info = inverted.get_term_info(&term);
                    if let Some(info) = info.map_err(tantivy::TantivyError::from)? {
                        resolved.size += u64::from(info.doc_freq);
                        lists.infos.push((slot, info));
                    }
                }
            }
            resolved.lists.push(lists);
        }
        let size = resolved.size;
        self.resolved.insert(id, resolved);
        Ok(size)
    }

    /// How many documents a clause holds: at most so many, or at least where there are bounds,
    /// within which they are counted.
    pub(super) fn records(
        &mut self,
        clauses: &Clauses,
        id: ClauseId,
        work: &mut Work,
    ) -> Result<u64, SearchError> {
        if self.own().next().is_none() {
            return self.size(clauses, id, work);
        }
        self.count(clauses, &[id], work)
    }

    fn open(
        &mut self,
        segment: usize,
        id: ClauseId,
        work: &mut Work,
    ) -> Result<Option<Union>, SearchError> {
        let Some(resolved) = self.resolved.get(&id) else { return Ok(None) };
        let is_small = resolved.size <= MERGED;
        let Some(lists) = resolved.lists.get(segment).cloned() else { return Ok(None) };
        if let Some(docs) = lists.merged {
            return Ok(Some(Union::Merged { docs, at: 0 }));
        }
        let mut open = Vec::with_capacity(lists.infos.len());
        for (slot, info) in &lists.infos {
            let inverted = self.inverted(segment, *slot)?;
            work.spend(OPEN);
            let list =
                inverted.read_postings_from_terminfo(info, IndexRecordOption::Basic);
            open.push(list.map_err(tantivy::TantivyError::from)?);
        }
        if open.len() < 2 {
            return Ok(open.pop().map(|list| Union::One(Box::new(list))));
        }
        if !is_small {
            return Ok(Some(Union::Many(open)));
        }
        let mut docs: Vec<DocId> = Vec::new();
        for list in &mut open {
            while list.doc() != TERMINATED {
                docs.push(list.doc());
                list.advance();
            }
        }
        work.spend(MERGE * docs.len() as u64);
        docs.sort_unstable();
        docs.dedup();
        let docs = Rc::new(docs);
        let place =
            self.resolved.get_mut(&id).and_then(|known| known.lists.get_mut(segment));
        if let Some(lists) = place {
            lists.merged = Some(Rc::clone(&docs));
        }
        Ok(Some(Union::Merged { docs, at: 0 }))
    }

    /// How many documents satisfy all clauses; at least so many where the work ran out.
    pub(super) fn count(
        &mut self,
        clauses: &Clauses,
        asked: &[ClauseId],
        work: &mut Work,
    ) -> Result<u64, SearchError> {
        let brought = self.conjunction(clauses, asked, usize::MAX, work)?;
        Ok(brought.docs.len() as u64)
    }

    /// Documents that satisfy all clauses, segment by segment: at most `most` of them, and
    /// those that were reached before the work ran out.
    pub(super) fn conjunction(
        &mut self,
        clauses: &Clauses,
        asked: &[ClauseId],
        most: usize,
        work: &mut Work,
    ) -> Result<Brought, SearchError> {
        let mut brought = Brought { docs: Vec::new(), is_all: true };
        if asked.is_empty() {
            return Ok(brought);
        }
        work.spend(CONJUNCTION);
        let mut by_size = Vec::with_capacity(asked.len() + self.bounds.len());
        let bounds: Vec<ClauseId> = self.bounds.iter().map(|(id, _)| *id).collect();
        for &id in asked.iter().chain(&bounds) {
            let size = self.size(clauses, id, work)?;
            if size == 0 {
                return Ok(brought);
            }
            by_size.push((size, id));
        }
        by_size.sort_unstable();
        let left_out = self.left_out.as_ref().map(|(id, _)| *id);
        if let Some(id) = left_out {
            self.size(clauses, id, work)?;
        }
        let searcher = self.searcher;
        for (segment, reader) in searcher.segment_readers().iter().enumerate() {
            let mut unions = Vec::with_capacity(by_size.len());
            for &(_, id) in &by_size {
                // The rarest first: where it is not, the others are not opened.
                let Some(union) = self.open(segment, id, work)? else { break };
                unions.push(union);
            }
            if unions.len() < by_size.len() {
                continue;
            }
            let mut left_out = match left_out {
                Some(id) => self.open(segment, id, work)?,
                None => None,
            };
            let mut target = 0;
            loop {
                let doc = meet(&mut unions, target, work);
                let Some(doc) = doc else {
                    brought.is_all = false;
                    return Ok(brought);
                };
                if doc == TERMINATED {
                    break;
                }
                target = doc + 1;
                if left_out.as_mut().is_some_and(|union| union.seek(doc).0 == doc) {
                    continue;
                }
                if brought.docs.len() >= most {
                    brought.is_all = false;
                    return Ok(brought);
                }
                if reader.alive_bitset().is_none_or(|alive| alive.is_alive(doc)) {
                    brought.docs.push(DocAddress::new(segment as u32, doc));
                }
            }
        }
        Ok(brought)
    }
}

/// The first document at or after `target` that is in all of them; `None` where the work
/// ran out before. The rarest goes first, so that the others leap.
fn meet(unions: &mut [Union], target: DocId, work: &mut Work) -> Option<DocId> {
    let mut doc = target;
    loop {
        let mut agreed = true;
        for union in &mut *unions {
            let (next, cost) = union.seek(doc);
            if !work.spend(cost) {
                return None;
            }
            if next == TERMINATED {
                return Some(TERMINATED);
            }
            if next > doc {
                doc = next;
                agreed = false;
                break;
            }
        }
        if agreed {
            return Some(doc);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaping_in_a_merged_list_finds_the_first_at_or_after_the_target() {
        let docs: Vec<DocId> = (0..200).map(|at| at * 3).collect();
        for target in 0..620 {
            let expected = docs.partition_point(|&doc| doc < target);
            assert_eq!(gallop(&docs, target), expected, "{target}");
        }
        assert_eq!(gallop(&[], 5), 0);
    }

    #[test]
    fn work_that_is_used_up_is_noticed() {
        let mut work = Work::of(10);
        assert!(work.spend(9) && work.spend(9) && !work.spend(1));
    }
}
