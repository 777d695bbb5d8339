//! Takes what the catalog has stored over into the index: the index commits first, then
//! the watermark moves.

use super::error::RunError;
use crate::catalog::Catalog;
use crate::catalog::StoredRecord;
use crate::failpoint;
use crate::search::Index;
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
    /// The one writer of an index. Of an index that has nothing, as after it was deleted or
    /// restored, every record is noted as a change first: what it lacks is in no note.
    ///
    /// # Errors
    ///
    /// If another has the writer, or the catalog cannot be written.
    pub(super) fn open(catalog: &'a Catalog, index: &Index) -> Result<Self, RunError> {
        let writer = index.writer()?;
        if index.watermark()? == 0 {
            catalog.index_everything_again()?;
        }
        Ok(Self { catalog, writer })
    }

    /// Puts every record of the catalog into an index that has none, and leaves the notes as
    /// they are. Returns how many records that were.
    ///
    /// # Errors
    ///
    /// If the catalog or the index cannot be read or written.
    pub(super) fn fill(
        catalog: &Catalog,
        index: &Index,
        watermark: u64,
    ) -> Result<usize, RunError> {
        let mut writer = index.writer_of_all()?;
        let mut count = 0;
        let mut waiting: Vec<StoredRecord> = Vec::new();
        for scan in catalog.scans()? {
            waiting.extend(catalog.records_of(&scan.id)?);
            if waiting.len() >= COMMIT_RECORDS {
                count += waiting.len();
                writer.add_new(&waiting.iter().map(indexed).collect::<Vec<_>>())?;
                waiting.clear();
            }
        }
        count += waiting.len();
        writer.add_new(&waiting.iter().map(indexed).collect::<Vec<_>>())?;
        writer.commit(watermark)?;
        writer.finish()?;
        Ok(count)
    }

    /// Waits until what was written is merged: files that nobody merges pile up, and every
    /// search looks into each of them.
    ///
    /// # Errors
    ///
    /// If the index cannot be written.
    pub(super) fn finish(self) -> Result<(), RunError> {
        Ok(self.writer.finish()?)
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
            let mut gone = pending.iter().filter(|change| change.now.is_none());
            gone.try_for_each(|change| self.writer.delete(&change.id))?;
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
