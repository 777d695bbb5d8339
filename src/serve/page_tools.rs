//! Page tools: what the desk asks of whoever cuts files into papers.

use std::collections::BTreeMap;

use crate::model::{PageOrder, Paper, RecordId, ScanId};

/// A file cut into papers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CutFile {
    /// The papers, in the order of its pages; blank pages are in none.
    pub papers: Vec<Paper>,
    /// By how many quarter turns clockwise its pages are upright, 0–3; only of those that
    /// were read.
    pub quarters: BTreeMap<u32, u8>,
}

/// How a record that people checked would be touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LossOf {
    /// It would not be read any more.
    Record,
    /// Checked values stand on pages that would not be its own any more.
    Pages,
    /// Another entry of the paper would stand under its name.
    Place,
}

/// A record that people checked and a ruling would touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Which one.
    pub record: RecordId,
    /// Its pages.
    pub pages: Vec<u32>,
    /// How many of its fields people decided about.
    pub fields: u64,
    /// How.
    pub how: LossOf,
}

/// Who says something about a page.
#[derive(Debug, Clone, Copy)]
pub struct Who<'a> {
    /// The account; empty where there are none.
    pub account: &'a str,
    /// When, in milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// From where.
    pub source: &'a str,
}

/// Why something that is said about a page is not carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PageToolsError {
    /// The archive has no such page.
    #[error("there is no such page")]
    NoSuchPage,
    /// The file is still being read, or the page was set aside.
    #[error("the page is not read")]
    NotRead,
    /// The tool has no such value.
    #[error("the tool knows no such value")]
    Value,
    /// Values that people checked would be touched.
    #[error("{} checked records would be touched", losses.len())]
    Checked {
        /// Which ones.
        losses: Vec<Loss>,
        /// Whether they can stay as they are beside what is read then.
        may_stay: bool,
    },
    /// The page could not be read again; why, for a person.
    #[error("the page could not be read again: {0}")]
    Unread(String),
    /// Others changed the same file again and again.
    #[error("others work on the same file; try again")]
    Busy,
    /// The archive could not be used.
    #[error("the archive could not be used")]
    Archive(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Carries out what people say about pages.
pub trait PageTools: Send + Sync {
    /// The papers of a file as machine and people see them.
    ///
    /// # Errors
    ///
    /// If the archive cannot be read.
    fn papers(&self, scan: &ScanId) -> Result<CutFile, PageToolsError>;

    /// Writes down what somebody says about a page and makes again what follows from it.
    /// With `keep`, records that people checked and that would not be read any more stay
    /// as they are.
    ///
    /// # Errors
    ///
    /// If it makes no sense, would touch what people checked, or cannot be done; then
    /// nothing is changed.
    fn rule(
        &self,
        order: &PageOrder,
        who: &Who<'_>,
        keep: bool,
    ) -> Result<(), PageToolsError>;
}
