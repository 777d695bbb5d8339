//! How a record is known again in the index: by eight bytes of a digest of its identity.
//!
//! A term of its own for each record would be the largest part of the dictionary. So two of
//! the bytes are a term that some records share, and the others stand in a column, which
//! also parts records that a list cannot tell apart.

use tantivy::columnar::Column;
use tantivy::query::{ConstScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::{
    BytesOptions, FAST, Field, IndexRecordOption, NumericOptions, SchemaBuilder,
};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyDocument, Term};

use crate::model::RecordId;

/// Name of the field of the shared terms.
const SHARED: &str = "id";

/// Name of the column of the rest.
pub(super) const TIE: &str = "tie_column";

/// Bytes of a digest that are a term: of a hundred million records some 1,500 share one, which
/// are looked through in microseconds.
const SHARED_BYTES: usize = 2;

/// A digest of a record's identity. Of a hundred million records, two share one with a chance
/// of one to four thousand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    shared: [u8; SHARED_BYTES],
    /// 48 bits.
    tie: u64,
}

impl Identity {
    pub(super) fn of(id: &str) -> Self {
        let whole = blake3::hash(id.as_bytes());
        let (first, rest) = whole.as_bytes().split_at(SHARED_BYTES);
        let mut shared = [0; SHARED_BYTES];
        shared.copy_from_slice(first);
        let rest = rest.iter().take(8 - SHARED_BYTES);
        Self { shared, tie: rest.fold(0, |sum, byte| sum << 8 | u64::from(*byte)) }
    }
}

/// The two fields of the schema.
#[derive(Debug, Clone, Copy)]
pub(super) struct IdentityFields {
    pub(super) shared: Field,
    tie: Field,
}

impl IdentityFields {
    pub(super) fn in_schema(builder: &mut SchemaBuilder) -> Self {
        let shared = BytesOptions::default().set_indexed();
        Self {
            shared: builder.add_bytes_field(SHARED, shared),
            tie: builder.add_u64_field(TIE, NumericOptions::from(FAST)),
        }
    }

    /// Puts the identity of a record into its document.
    pub(super) fn put(self, document: &mut TantivyDocument, id: &str) {
        let identity = Identity::of(id);
        document.add_bytes(self.shared, &identity.shared);
        document.add_u64(self.tie, identity.tie);
    }

    /// What asks for one record.
    pub(super) fn is(self, id: &RecordId) -> IsRecord {
        IsRecord { field: self.shared, identity: Identity::of(&id.0) }
    }
}

/// Asks for the documents of one record; there may be several before older ones are merged
/// away.
#[derive(Debug, Clone)]
pub(super) struct IsRecord {
    field: Field,
    identity: Identity,
}

impl IsRecord {
    /// The documents in one segment, ascending, deleted ones among them.
    pub(super) fn docs(&self, segment: &SegmentReader) -> tantivy::Result<Vec<DocId>> {
        let inverted = segment.inverted_index(self.field)?;
        let term = Term::from_field_bytes(self.field, &self.identity.shared);
        let postings = inverted.read_postings(&term, IndexRecordOption::Basic)?;
        let Some(mut postings) = postings else { return Ok(Vec::new()) };
        let tie: Column<u64> = segment.fast_fields().u64(TIE)?;
        let mut docs = Vec::new();
        while postings.doc() != TERMINATED {
            if tie.first(postings.doc()) == Some(self.identity.tie) {
                docs.push(postings.doc());
            }
            postings.advance();
        }
        Ok(docs)
    }
}

impl Query for IsRecord {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for IsRecord {
    fn scorer(
        &self,
        segment: &SegmentReader,
        boost: Score,
    ) -> tantivy::Result<Box<dyn Scorer>> {
        let docs = Docs { all: self.docs(segment)?, at: 0 };
        Ok(Box::new(ConstScorer::new(docs, boost)))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("the record of an identity", 1.0))
    }
}

/// Documents in ascending order.
struct Docs {
    all: Vec<DocId>,
    at: usize,
}

impl DocSet for Docs {
    fn advance(&mut self) -> DocId {
        self.at += 1;
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.all.get(self.at).copied().unwrap_or(TERMINATED)
    }

    fn size_hint(&self) -> u32 {
        self.all.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_are_told_apart_by_both_their_parts() {
        let all: Vec<Identity> =
            (0..2_000).map(|number| Identity::of(&format!("record {number}"))).collect();
        let mut shared: Vec<_> = all.iter().map(|one| one.shared).collect();
        let mut ties: Vec<_> = all.iter().map(|one| one.tie).collect();
        shared.sort_unstable();
        shared.dedup();
        ties.sort_unstable();
        ties.dedup();
        // Of 65,536 terms two thousand records share some thirty.
        assert!((1_900..2_000).contains(&shared.len()), "{}", shared.len());
        assert_eq!(ties.len(), all.len());
        assert!(ties.iter().all(|tie| *tie < 1 << 48));
    }
}
