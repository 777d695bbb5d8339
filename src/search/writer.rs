//! The one writer of an index.

use std::collections::HashMap;

use tantivy::indexer::UserOperation;
use tantivy::{IndexReader, IndexWriter, TantivyDocument};

use super::SearchError;
use super::columns::Marks;
use super::entry::IndexedRecord;
use super::index::Fields;
use super::maker::EntryMaker;
use super::squeeze::squeezed;
use super::terms::{Slot, Terms};
use crate::model::RecordId;

/// Records whose forms are handed to the engine together: fewer costs more in handing
/// over, more makes segments uneven.
const HANDED_OVER: usize = 64;

/// From so many records on it pays to make their forms on several threads.
const WORTH_THREADS: usize = 256;

/// Puts records into the index and takes them out.
pub struct Writer {
    inner: IndexWriter,
    reader: IndexReader,
    fields: Fields,
    /// One for each thread; never empty.
    makers: Vec<Maker>,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

/// Makes what goes into the index; one a thread.
struct Maker {
    entries: EntryMaker,
    terms: Terms,
}

impl Maker {
    fn new() -> Self {
        Self { entries: EntryMaker::new(), terms: Terms::default() }
    }

    fn document(
        &mut self,
        indexed: &IndexedRecord<'_>,
        fields: &Fields,
    ) -> TantivyDocument {
        let entry = self.entries.entry(indexed);
        let marks = Marks::of(indexed, &entry);
        self.terms.collect(&entry, indexed, marks);
        let mut document = TantivyDocument::new();
        fields.id.put(&mut document, &indexed.record.record.0);
        document.add_bytes(fields.entry, &squeezed(&entry.encoded()));
        fields.columns.put(&mut document, &entry, indexed.collection, marks);
        for slot in Slot::ALL {
            let lines = self.terms.of(slot);
            if !lines.is_empty() {
                document.add_text(fields.of(slot), lines);
            }
        }
        document
    }

    fn put(
        &mut self,
        records: &[IndexedRecord<'_>],
        fields: &Fields,
        inner: &IndexWriter,
    ) -> Result<(), SearchError> {
        for some in records.chunks(HANDED_OVER) {
            let documents = some.iter().map(|indexed| self.document(indexed, fields));
            let added: Vec<UserOperation> = documents.map(UserOperation::Add).collect();
            inner.run(added)?;
        }
        Ok(())
    }
}

impl Writer {
    pub(super) fn new(
        inner: IndexWriter,
        reader: IndexReader,
        fields: Fields,
        threads: usize,
    ) -> Self {
        let makers = (0..threads.max(1)).map(|_| Maker::new()).collect();
        Self { inner, reader, fields, makers }
    }

    /// Adds records, or replaces those with their ids. Of two with one id the later stays.
    /// Found after the next commit.
    ///
    /// # Errors
    ///
    /// What the engine says, e.g. that the disk is full.
    pub fn add(&mut self, records: &[IndexedRecord<'_>]) -> Result<(), SearchError> {
        let last: HashMap<&RecordId, usize> = records
            .iter()
            .enumerate()
            .map(|(at, indexed)| (&indexed.record.record, at))
            .collect();
        let mut unique = Vec::with_capacity(last.len());
        for (at, indexed) in records.iter().enumerate() {
            let id = &indexed.record.record;
            if last.get(id) == Some(&at) {
                self.delete(id)?;
                unique.push(*indexed);
            }
        }
        self.add_new(&unique)
    }

    /// Adds records that are not in the index yet: for a rebuild, which is faster without
    /// looking for what is to be replaced.
    ///
    /// # Errors
    ///
    /// What the engine says, e.g. that the disk is full.
    pub fn add_new(&mut self, records: &[IndexedRecord<'_>]) -> Result<(), SearchError> {
        let (fields, inner) = (&self.fields, &self.inner);
        if records.len() < WORTH_THREADS {
            let maker = self.makers.first_mut();
            return maker.map_or(Ok(()), |maker| maker.put(records, fields, inner));
        }
        let share = records.len().div_ceil(self.makers.len());
        let makers = self.makers.iter_mut().zip(records.chunks(share));
        std::thread::scope(|scope| {
            let threads: Vec<_> = makers
                .map(|(maker, part)| scope.spawn(move || maker.put(part, fields, inner)))
                .collect();
            let ended = threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or(Err(SearchError::BrokeOff)));
            ended.collect()
        })
    }

    /// Takes a record out. Gone after the next commit.
    ///
    /// # Errors
    ///
    /// What the engine says.
    pub fn delete(&mut self, record: &RecordId) -> Result<(), SearchError> {
        self.inner.delete_query(Box::new(self.fields.id.is(record)))?;
        Ok(())
    }

    /// Makes everything so far durable and findable, together with the watermark: the
    /// number of the catalog's last change that is in it.
    ///
    /// # Errors
    ///
    /// What the engine says; then nothing of this batch is in the index.
    pub fn commit(&mut self, watermark: u64) -> Result<(), SearchError> {
        let mut prepared = self.inner.prepare_commit()?;
        prepared.set_payload(&watermark.to_string());
        prepared.commit()?;
        self.reader.reload()?;
        Ok(())
    }

    /// Deletes files that no commit needs any more.
    ///
    /// # Errors
    ///
    /// What the engine says.
    pub fn collect_garbage(&self) -> Result<(), SearchError> {
        self.inner.garbage_collect_files().wait()?;
        Ok(())
    }

    /// Waits until segments are merged, and ends the writer.
    ///
    /// # Errors
    ///
    /// What the engine says.
    pub fn finish(self) -> Result<(), SearchError> {
        self.inner.wait_merging_threads()?;
        self.reader.reload()?;
        Ok(())
    }
}
