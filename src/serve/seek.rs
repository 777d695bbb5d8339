//! What the desk asks of the index.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::KindId;
use crate::model::RecordId;

/// Which records are wanted, whatever the words say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filters {
    /// Only records of this kind.
    pub kind: Option<KindId>,
    /// Only records with a date in these years, both included.
    pub years: Option<(u16, u16)>,
    /// Only records of this commune: its code, or its name as people write it.
    pub unit: Option<String>,
}

impl Filters {
    /// Whether every record is wanted.
    pub fn is_empty(&self) -> bool {
        self.kind.is_none() && self.years.is_none() && self.unit.is_none()
    }
}

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
    /// The `limit` best records after the first `offset`. The same question gives the
    /// same order as long as the index stays as it is.
    ///
    /// # Errors
    ///
    /// If the index cannot be read; never because of what the query says.
    fn seek(
        &self,
        query: &str,
        filters: &Filters,
        limit: usize,
        offset: usize,
    ) -> Result<Found, SeekError>;
}
