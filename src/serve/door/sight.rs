//! What a visitor sees of what is there.

use crate::access::{Right, Rights, Scope, Sensitive};
use crate::catalog::StoredRecord;
use crate::model::Record;

/// What of the archive a visitor may see.
#[derive(Debug, Clone)]
pub(in super::super) struct Sight {
    scope: Scope,
    /// What is kept back; `None` if nothing is.
    without: Option<Sensitive>,
    /// Whether nothing can be seen at all.
    is_nothing: bool,
    /// Whether ID numbers may be seen in full.
    numbers: bool,
}

impl Sight {
    /// Sees all.
    pub(in super::super) fn everything() -> Self {
        Self { scope: Scope::default(), without: None, is_nothing: false, numbers: true }
    }

    /// Sees nothing.
    pub(super) fn nothing() -> Self {
        Self { is_nothing: true, numbers: false, ..Self::everything() }
    }

    pub(super) fn new(scope: Scope, rights: Rights, sensitive: &Sensitive) -> Self {
        let without = (!rights.has(Right::Sensitive)).then(|| sensitive.clone());
        let numbers = rights.has(Right::Number);
        Self { scope, without, is_nothing: false, numbers }
    }

    /// Whether nothing is kept back but numbers.
    pub(in super::super) fn is_everything(&self) -> bool {
        !self.is_nothing && self.scope.is_everything() && self.without.is_none()
    }

    /// Whether ID numbers may be seen in full.
    pub(in super::super) fn sees_numbers(&self) -> bool {
        self.numbers
    }

    /// Whether a paper of this unit, collection and kind is seen.
    pub(in super::super) fn holds(
        &self,
        unit: Option<&str>,
        collection: Option<&str>,
        kind: &str,
    ) -> bool {
        let is_kept_back = self.without.as_ref().is_some_and(|list| list.is_kind(kind));
        !self.is_nothing && !is_kept_back && self.scope.holds(unit, collection)
    }

    /// Whether a field is seen, whatever its record.
    pub(in super::super) fn holds_field(&self, name: &str) -> bool {
        !self.without.as_ref().is_some_and(|list| list.is_field(name))
    }

    /// Whether a record is seen.
    pub(in super::super) fn holds_record(&self, stored: &StoredRecord) -> bool {
        let kind = &stored.record.kind.0;
        self.holds(stored.unit.as_deref(), stored.collection.as_deref(), kind)
    }

    /// Takes the fields away that are kept back.
    pub(in super::super) fn without_sensitive(&self, record: &mut Record) {
        if let Some(sensitive) = &self.without {
            record.fields.retain(|name, _| !sensitive.is_field(name));
        }
    }
}
