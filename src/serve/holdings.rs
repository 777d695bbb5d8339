//! What the archive holds, counted now and then.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::door::Sight;
use crate::catalog::Catalog;
use crate::catalog::CatalogError;
use crate::catalog::PlaceCount;

/// How long a count is good for. Counting walks over every record, which takes seconds in
/// a large archive, and nobody needs it to the second.
const GOOD_FOR: Duration = Duration::from_secs(30);

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

/// Counts with the moment at which they were made.
type Counted<T> = Mutex<Option<(Instant, Arc<T>)>>;

/// The latest counts.
#[derive(Default)]
pub(super) struct Holdings {
    all: Counted<Counts>,
    by_place: Counted<Vec<PlaceCount>>,
}

impl Holdings {
    /// Counts, at most half a minute old.
    ///
    /// # Errors
    ///
    /// If the catalog cannot be read.
    pub(super) fn now(&self, catalog: &Catalog) -> Result<Arc<Counts>, CatalogError> {
        latest(&self.all, || {
            Ok(Counts { counts: catalog.counts()?, kinds: catalog.kinds()? })
        })
    }

    /// Counts of what somebody sees: without pages and what waits for the index, which are
    /// counted for the whole archive only.
    ///
    /// # Errors
    ///
    /// If the catalog cannot be read.
    pub(super) fn seen(
        &self,
        catalog: &Catalog,
        sight: &Sight,
    ) -> Result<Arc<Counts>, CatalogError> {
        if sight.is_everything() {
            return self.now(catalog);
        }
        let places = latest(&self.by_place, || catalog.counts_by_place())?;
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
        Ok(Arc::new(Counts { counts, kinds: kinds.into_iter().collect() }))
    }
}

/// What was counted last, or counts anew.
fn latest<T>(
    known: &Counted<T>,
    count: impl FnOnce() -> Result<T, CatalogError>,
) -> Result<Arc<T>, CatalogError> {
    let mut latest = known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((counted, counts)) = &*latest
        && counted.elapsed() < GOOD_FOR
    {
        return Ok(Arc::clone(counts));
    }
    let counts = Arc::new(count()?);
    *latest = Some((Instant::now(), Arc::clone(&counts)));
    Ok(counts)
}
