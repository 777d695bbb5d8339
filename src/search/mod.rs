//! The clerk's search: records in, hits with their reasons out. The only tantivy.
//!
//! ```text
//! Record ─ entry ─ terms ─► Index (postings + a compact form of the record)
//! text typed ─ parse ─► Query (several readings) ─ plan ─► candidates ─ score ─► Hits
//! ```
//!
//! Postings say which records hold two syllables in one person's name, a year, a place, a
//! number. A *plan* asks for conjunctions of them from the strict to the lax and stops
//! when it has enough candidates; `score` then compares the compact forms with every
//! reading of what was typed, and says why a record is there.

mod analysis;
mod bounds;
mod checked;
mod clauses;
mod columns;
mod entry;
mod error;
mod facets;
mod hash;
mod held;
mod identity;
mod index;
mod lexicon;
mod listed;
mod maker;
mod numbers;
mod order;
mod page;
mod parse;
mod places;
mod plan;
mod postings;
mod query;
mod related;
mod score;
mod searcher;
mod similarity;
mod squeeze;
mod stored;
mod suggest;
mod telex;
mod terms;
mod writer;

pub use bounds::Bounds;
pub use checked::Checked;
pub use entry::IndexedRecord;
pub use error::SearchError;
pub use facets::{Counted, Facets};
pub use held::Held;
pub use index::Index;
pub use order::Sort;
pub use page::{Cursor, CursorError, Wanted};
pub use query::{Chip, ChipKind, Filters, Query};
pub use related::{RelatedBy, RelatedRecord};
pub use score::{Note, Why};
pub use searcher::{Hit, Hits, Searcher};
pub use similarity::Tier;
pub use suggest::{Suggested, Suggestion};
pub use writer::Writer;

#[cfg(test)]
mod tests;
