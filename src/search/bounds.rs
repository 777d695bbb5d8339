//! What of the index somebody may see. A search within bounds asks for nothing else, so that
//! its counts, cursors and suggestions are those of an index that holds nothing else.

use super::postings::Clause;
use super::terms::Slot;

/// What of the index somebody may see; everything by default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bounds {
    /// Codes of the units that files were taken in under; none: any.
    pub units: Vec<String>,
    /// Collections that files were taken in under; none: any.
    pub collections: Vec<String>,
    /// Kinds of records that are kept back.
    pub without_kinds: Vec<String>,
    /// Whether the words of guarded fields (`index/schema.toml`) are kept back: nothing is
    /// found by them.
    pub without_guarded: bool,
    /// Whether nothing can be seen at all.
    pub is_nothing: bool,
}

/// A term that no record has.
pub(super) const NO_TERM: &str = "\u{0}";

impl Bounds {
    /// Whether everything may be seen.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a record of this unit, collection and kind may be seen.
    pub fn holds(
        &self,
        unit: Option<&str>,
        collection: Option<&str>,
        kind: &str,
    ) -> bool {
        let is_in = |all: &[String], value: Option<&str>| {
            all.is_empty()
                || value.is_some_and(|value| all.iter().any(|one| one == value))
        };
        !self.is_nothing
            && is_in(&self.units, unit)
            && is_in(&self.collections, collection)
            && !self.without_kinds.iter().any(|one| one == kind)
    }

    /// What every record must satisfy.
    pub(super) fn clauses(&self) -> Vec<Clause> {
        let mut all = Vec::new();
        if self.is_nothing {
            all.push(Clause::one(Slot::Kind, NO_TERM));
        }
        if !self.units.is_empty() {
            all.push(Clause::any(Slot::Taken, self.units.iter().cloned()));
        }
        if !self.collections.is_empty() {
            all.push(Clause::any(Slot::Collection, self.collections.iter().cloned()));
        }
        all
    }

    /// What no record may satisfy.
    pub(super) fn left_out(&self) -> Option<Clause> {
        let kinds = &self.without_kinds;
        (!kinds.is_empty()).then(|| Clause::any(Slot::Kind, kinds.iter().cloned()))
    }
}
