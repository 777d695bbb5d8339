//! What the archive holds, counted now and then.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::catalog::Catalog;
use crate::catalog::CatalogError;

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

/// The latest counts.
#[derive(Default)]
pub(super) struct Holdings(Mutex<Option<(Instant, Arc<Counts>)>>);

impl Holdings {
    /// Counts, at most half a minute old.
    ///
    /// # Errors
    ///
    /// If the catalog cannot be read.
    pub(super) fn now(&self, catalog: &Catalog) -> Result<Arc<Counts>, CatalogError> {
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((counted, counts)) = &*latest
            && counted.elapsed() < GOOD_FOR
        {
            return Ok(Arc::clone(counts));
        }
        let counts =
            Arc::new(Counts { counts: catalog.counts()?, kinds: catalog.kinds()? });
        *latest = Some((Instant::now(), Arc::clone(&counts)));
        Ok(counts)
    }
}
