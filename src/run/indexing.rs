//! Takes what the catalog has stored over into the index: the index commits first, then
//! the watermark moves.

use super::error::RunError;
use crate::catalog::Catalog;
use crate::catalog::StoredRecord;
use crate::failpoint;
use crate::search::IndexedRecord;
use crate::search::Writer;

/// Changes that go into one commit of the index.
const COMMIT_RECORDS: usize = 5_000;

/// The only writer of an archive's index.
pub(super) struct Indexer<'a> {
    catalog: &'a Catalog,
    writer: Writer,
}

impl<'a> Indexer<'a> {
    pub(super) fn new(catalog: &'a Catalog, writer: Writer) -> Self {
        Self { catalog, writer }
    }

    /// Indexes everything that is noted. Returns how many changes that were.
    ///
    /// # Errors
    ///
    /// If the catalog or the index cannot be read or written.
    pub(super) fn catch_up(&mut self) -> Result<usize, RunError> {
        let mut count = 0;
        loop {
            let pending = self.catalog.pending(COMMIT_RECORDS)?;
            let Some(last) = pending.last().map(|change| change.seq) else {
                return Ok(count);
            };
            let gone = pending.iter().filter(|change| change.now.is_none());
            gone.for_each(|change| self.writer.delete(&change.id));
            let stored = pending.iter().filter_map(|change| change.now.as_ref());
            self.writer.add(&stored.map(indexed).collect::<Vec<_>>())?;
            failpoint::reach("index-filled");
            self.writer.commit(last)?;
            failpoint::reach("index-committed");
            self.catalog.indexed_up_to(last)?;
            failpoint::reach("outbox-cleared");
            count += pending.len();
        }
    }
}

/// A record as the index wants it.
fn indexed(stored: &StoredRecord) -> IndexedRecord<'_> {
    IndexedRecord {
        record: &stored.record,
        path: &stored.path,
        collection: stored.collection.as_deref(),
        unit: stored.unit.as_deref(),
    }
}
