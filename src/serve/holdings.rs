//! What the archive holds, counted now and then.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::door::Sight;
use super::error::Failure;
use super::kept::Kept;
use crate::catalog::Catalog;
use crate::catalog::CatalogError;
use crate::catalog::PlaceCount;

/// How long a count is good for. Counting walks over every record, which takes seconds in
/// a large archive, and nobody needs it to the second.
const GOOD_FOR: Duration = Duration::from_secs(30);

/// How long somebody waits for counts that stand beside what was asked for: just after the
/// start of the desk of a large archive they are not there.
pub(super) const BESIDE: Duration = Duration::from_millis(300);

/// How long somebody waits who asks for the counts themselves.
pub(super) const ASKED: Duration = Duration::from_mins(1);

/// What is said where that was not enough.
pub(super) const LATE: Failure = Failure::Late { seconds: ASKED.as_secs() };

/// Counts of what the archive holds.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Counts {
    /// Scans and pages by state, records, changes that are not indexed.
    pub(super) counts: BTreeMap<String, u64>,
    /// Records of each kind.
    pub(super) kinds: Vec<(String, u64)>,
}

impl Counts {
    /// The count of that name, 0 where there is none.
    pub(super) fn of(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or(0)
    }
}

/// The latest counts.
#[derive(Default)]
pub(super) struct Holdings {
    all: Kept<Counts>,
    by_place: Kept<Vec<PlaceCount>>,
}

impl Holdings {
    /// Counts, as they were half a minute ago or, in a large archive, some minutes; `None`
    /// where the first count takes longer than `patience`.
    ///
    /// # Errors
    ///
    /// If the catalog cannot be read.
    pub(super) fn now(
        &self,
        catalog: &Arc<Catalog>,
        patience: Duration,
    ) -> Result<Option<Arc<Counts>>, CatalogError> {
        let catalog = Arc::clone(catalog);
        self.all.get(GOOD_FOR, patience, move || {
            Ok(Counts { counts: catalog.counts()?, kinds: catalog.kinds()? })
        })
    }

    /// The same for somebody who asks for the counts themselves.
    ///
    /// # Errors
    ///
    /// If the catalog cannot be read, or counting takes longer than anybody waits.
    pub(super) fn asked(&self, catalog: &Arc<Catalog>) -> Result<Arc<Counts>, Failure> {
        self.now(catalog, ASKED)?.ok_or(LATE)
    }

    /// Counts of what somebody sees: without pages and what waits for the index, which are
    /// counted for the whole archive only.
    ///
    /// # Errors
    ///
    /// If the catalog cannot be read.
    pub(super) fn seen(
        &self,
        catalog: &Arc<Catalog>,
        sight: &Sight,
        patience: Duration,
    ) -> Result<Option<Arc<Counts>>, CatalogError> {
        if sight.is_everything() {
            return self.now(catalog, patience);
        }
        let places = {
            let catalog = Arc::clone(catalog);
            self.by_place.get(GOOD_FOR, patience, move || catalog.counts_by_place())?
        };
        let Some(places) = places else { return Ok(None) };
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
        for place in places.iter() {
            let kind = place.what.strip_prefix("kind_");
            let (unit, collection) = (place.unit.as_deref(), place.collection.as_deref());
            if !sight.holds(unit, collection, kind.unwrap_or_default()) {
                continue;
            }
            match kind {
                Some(kind) => {
                    *kinds.entry(kind.to_owned()).or_default() += place.count;
                    *counts.entry("records".to_owned()).or_default() += place.count;
                }
                None => *counts.entry(place.what.clone()).or_default() += place.count,
            }
        }
        let kinds = kinds.into_iter().collect();
        Ok(Some(Arc::new(Counts { counts, kinds })))
    }
}
