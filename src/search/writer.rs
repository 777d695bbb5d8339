//! The one writer of an index.

use std::collections::HashMap;

use tantivy::index::SegmentId;
use tantivy::indexer::{NoMergePolicy, UserOperation};
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

/// Most records of one segment where a whole index is written: a search looks up its words in
/// each segment, so that few are fast; what is merged in one go has to fit the disk once more.
const OF_A_SEGMENT: usize = 25_000_000;

/// Up to so many records one segment is made, whoever waits for it: beyond, one a thread.
const ONE_SEGMENT: usize = 2_000_000;

/// Puts records into the index and takes them out.
pub struct Writer {
    inner: IndexWriter,
    reader: IndexReader,
    fields: Fields,
    /// One for each thread; never empty.
    makers: Vec<Maker>,
    /// Nothing is merged before the end, and then all of it.
    is_of_all: bool,
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
        Self { inner, reader, fields, makers, is_of_all: false }
    }

    /// The same for a whole index that is written in one go: each record is merged once.
    pub(super) fn of_all(self) -> Self {
        self.inner.set_merge_policy(Box::new(NoMergePolicy));
        Self { is_of_all: true, ..self }
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
    pub fn finish(mut self) -> Result<(), SearchError> {
        if self.is_of_all {
            self.merge_all()?;
        }
        self.inner.wait_merging_threads()?;
        self.reader.reload()?;
        Ok(())
    }

    /// Merges what was committed into few segments of one size, as many at once as there are
    /// threads.
    fn merge_all(&mut self) -> Result<(), SearchError> {
        let mut segments: Vec<(usize, SegmentId)> = Vec::new();
        for meta in self.inner.index().searchable_segment_metas()? {
            segments.push((meta.num_docs() as usize, meta.id()));
        }
        let threads = self.makers.len();
        for together in shared_out(segments, threads).chunks(threads) {
            let merged: Vec<_> =
                together.iter().map(|segments| self.inner.merge(segments)).collect();
            for one in merged {
                one.wait()?;
            }
        }
        Ok(())
    }
}

/// Which segments become one: groups of about as many records, each of several segments.
fn shared_out(
    mut segments: Vec<(usize, SegmentId)>,
    threads: usize,
) -> Vec<Vec<SegmentId>> {
    let records: usize = segments.iter().map(|(records, _)| records).sum();
    let least = if records <= ONE_SEGMENT { 1 } else { threads };
    let num_groups = records.div_ceil(OF_A_SEGMENT).max(least);
    let mut groups: Vec<(usize, Vec<SegmentId>)> = vec![(0, Vec::new()); num_groups];
    segments.sort_unstable();
    for (records, segment) in segments.into_iter().rev() {
        if let Some((held, group)) = groups.iter_mut().min_by_key(|(held, _)| *held) {
            *held += records;
            group.push(segment);
        }
    }
    groups.into_iter().map(|(_, group)| group).filter(|group| group.len() > 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_index_becomes_few_segments_of_one_size() {
        let of = |sizes: &[usize]| {
            let segments = sizes.iter().map(|&size| (size, SegmentId::generate_random()));
            shared_out(segments.collect(), 2).iter().map(Vec::len).collect::<Vec<_>>()
        };
        assert_eq!(of(&[220_000, 220_000, 190_000, 50_000]), [4]);
        assert_eq!(of(&[220_000]), [0; 0]);
        assert_eq!(of(&[200_000; 50]), [25, 25]);
        assert_eq!(of(&[200_000; 500]), [125; 4]);
    }
}
