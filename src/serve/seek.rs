//! What the desk asks of the index.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::request::SearchRequest;
use crate::model::RecordId;
use crate::search::{Bounds, Cursor, Facets, RelatedRecord, Suggestion};

/// Something that was understood in the query, to be shown and taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chip {
    /// What it was taken for, e.g. `year`; a key of the chips in `texts.toml`.
    pub taken_for: String,
    /// The part of the query, as typed.
    pub text: String,
}

/// One record that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundRecord {
    /// Which one.
    pub record: RecordId,
    /// Higher is better; comparable within one search only.
    pub score: f32,
    /// Why it is there, e.g. `written`; keys of the reasons in `texts.toml`.
    pub why: Vec<String>,
    /// Names of the fields that matched, the most telling first.
    pub matched: Vec<String>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// How many records match, of which `hits` is a part.
    pub total: u64,
    /// How long the search took.
    pub took: Duration,
    /// How the query was understood, in the order of the query.
    pub understood: Vec<Chip>,
    /// Best first.
    pub hits: Vec<FoundRecord>,
    /// There may be more than were counted.
    pub at_least: bool,
    /// How many come before `hits`.
    pub before: usize,
    /// Where the list goes on; none at its end.
    pub next: Option<Cursor>,
    /// What matches, counted; where it was asked for.
    pub facets: Option<Facets>,
    /// What is held of the place and years, where nothing answers in full.
    pub held: Option<Held>,
}

/// How much has been digitized of the place and the years that were asked for, whatever the
/// names: not found is not the same as not digitized.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Held {
    /// The place, as typed; absent where none was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// `1987` or `1985-1990`; absent where none was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub years: Option<String>,
    /// Records of the place, of any year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of_place: Option<u64>,
    /// Records of the years, and of the place where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of_years: Option<u64>,
}

/// Why the index could not answer.
#[derive(Debug, thiserror::Error)]
#[error("index could not be searched")]
pub struct SeekError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// An index that can be searched from many threads at once.
pub trait Seek: Send + Sync {
    /// The part of the list that is asked for, of what lies within the bounds. The same question gives the same order as
    /// long as the index stays as it is.
    ///
    /// # Errors
    ///
    /// If the index cannot be read; never because of what the query says.
    fn seek(&self, request: &SearchRequest, bounds: &Bounds) -> Result<Found, SeekError>;

    /// Other records of a record's people and parcel that lie within the bounds, the
    /// strongest reason first; none where the index does not hold the record.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn related(
        &self,
        record: &RecordId,
        limit: usize,
        bounds: &Bounds,
    ) -> Result<Option<Vec<RelatedRecord>>, SeekError>;

    /// Ways to go on with what has been typed, the likeliest first: names and places of
    /// records that lie within the bounds.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn suggest(
        &self,
        typed: &str,
        limit: usize,
        bounds: &Bounds,
    ) -> Result<Vec<Suggestion>, SeekError>;
}
