//! What is asked of the postings: clauses, each with a number within one search.

use std::collections::HashMap;

use super::terms::Slot;

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

/// A clause of one search, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ClauseId(pub(super) u32);

/// The clauses of one search, each once.
#[derive(Debug, Default)]
pub(super) struct Clauses {
    all: Vec<Clause>,
    known: HashMap<Clause, ClauseId>,
}

impl Clauses {
    /// The number of a clause; `None` for one without terms, which asks for nothing.
    pub(super) fn put(&mut self, clause: Clause) -> Option<ClauseId> {
        if clause.terms.is_empty() {
            return None;
        }
        if let Some(&known) = self.known.get(&clause) {
            return Some(known);
        }
        let id = ClauseId(self.all.len() as u32);
        self.known.insert(clause.clone(), id);
        self.all.push(clause);
        Some(id)
    }

    /// The clause of that number.
    pub(super) fn get(&self, id: ClauseId) -> Option<&Clause> {
        self.all.get(id.0 as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_clause_has_one_number_and_an_empty_one_has_none() {
        let mut clauses = Clauses::default();
        let one = clauses.put(Clause::one(Slot::Name, "lan"));
        assert_eq!(one, clauses.put(Clause::any(Slot::Name, ["lan".to_owned()])));
        assert_ne!(one, clauses.put(Clause::one(Slot::Marked, "lan")));
        assert_eq!(clauses.put(Clause::any(Slot::Name, [])), None);
    }
}
