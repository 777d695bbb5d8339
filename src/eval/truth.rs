//! What really stands on the pages of a corpus, as its maker noted it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::place::Corners;
use crate::model::ScanId;

/// A corpus with truth. Keys that are not named here are allowed and not looked at.
#[derive(Debug, Clone, Default)]
pub struct Corpus {
    /// One a file.
    pub truths: Vec<Truth>,
    /// What people look for in it.
    pub queries: Vec<Query>,
    /// The kind of each type of document, where their names differ.
    pub kinds: BTreeMap<String, String>,
}

/// The truth about one file.
#[derive(Debug, Clone, Deserialize)]
pub struct Truth {
    pub(super) id: String,
    pub(super) sha256: ScanId,
    pub(super) doc_type: String,
    pub(super) pages: Vec<TruePage>,
}

/// The truth about one page.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct TruePage {
    /// Counted from 1.
    pub(super) number: u32,
    /// Pixels from left to right.
    pub(super) width: f64,
    /// Pixels from top to bottom.
    pub(super) height: f64,
    #[serde(default)]
    pub(super) blank: bool,
    #[serde(default)]
    pub(super) lines: Vec<TrueLine>,
    /// Stamps, signatures and pictures, whose letters nobody asks for.
    #[serde(default)]
    pub(super) boxes: Vec<Graphic>,
    #[serde(default)]
    pub(super) records: Vec<TrueRecord>,
    /// How the page was spoiled: names with numbers, words or yes and no.
    #[serde(default)]
    pub(super) degradations: BTreeMap<String, serde_json::Value>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct TrueLine {
    pub(super) spans: Vec<Span>,
}

/// A run of text of one style.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Span {
    pub(super) text: String,
    /// `print`, `typewriter` or `handwriting`.
    pub(super) style: String,
    pub(super) quad: Corners,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Graphic {
    pub(super) quad: Corners,
}

/// What one page says of a record, which may go on on the next page.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct TrueRecord {
    pub(super) id: String,
    pub(super) fields: BTreeMap<String, TrueField>,
    /// Values that are known although they are not on the paper.
    #[serde(default)]
    pub(super) not_printed: BTreeMap<String, String>,
    /// Contradictions that were put in on purpose.
    #[serde(default)]
    pub(super) inconsistencies: Vec<serde_json::Value>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct TrueField {
    pub(super) printed: String,
    pub(super) normalized: String,
    /// As of a span, or `graphic` for what is only in a picture.
    pub(super) style: String,
}

/// What somebody types, and what should be found.
#[derive(Debug, Clone, Deserialize)]
pub struct Query {
    /// What is missing or wrong in it, e.g. `name_noaccent_year`.
    #[serde(rename = "type", default = "unnamed")]
    pub(super) family: String,
    /// As it is typed.
    #[serde(rename = "query")]
    pub(super) text: String,
    /// Ids of the truths that answer it.
    pub(super) relevant: Vec<String>,
}

fn unnamed() -> String {
    "?".to_owned()
}
