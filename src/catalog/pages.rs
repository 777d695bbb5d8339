//! Pages: which wait, which are read, and what was read on them.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use rusqlite::{OptionalExtension as _, params};

use super::Catalog;
use super::CatalogError;
use super::rulings::BLANK;
use crate::model::PageKey;
use crate::model::PageText;
use crate::model::Reason;
use crate::model::ScanId;

/// How far a page has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageState {
    /// It is still to be read.
    Waiting,
    /// It was read.
    Done,
    /// It could not be read; the message is for people.
    Quarantined(Reason, String),
}

/// A page as stored, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPage {
    /// Which page.
    pub key: PageKey,
    /// How far it has come.
    pub state: PageState,
    /// Whether nothing is written on it, as people say, or else as it was read.
    pub blank: bool,
    /// How its image was taken out of the file, e.g. `embedded dct`.
    pub taken: String,
}

pub(super) fn packed(text: &PageText) -> Result<Vec<u8>, CatalogError> {
    let damaged = |source: Box<dyn std::error::Error + Send + Sync>| {
        CatalogError::Damaged { what: "page text", source }
    };
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    serde_json::to_writer(&mut encoder, text).map_err(|error| damaged(error.into()))?;
    encoder.flush().map_err(|error| damaged(error.into()))?;
    encoder.finish().map_err(|error| damaged(error.into()))
}

fn unpacked(bytes: &[u8]) -> Result<PageText, CatalogError> {
    let damaged = |source: Box<dyn std::error::Error + Send + Sync>| {
        CatalogError::Damaged { what: "page text", source }
    };
    let mut json = Vec::new();
    ZlibDecoder::new(bytes)
        .read_to_end(&mut json)
        .map_err(|error| damaged(error.into()))?;
    serde_json::from_slice(&json).map_err(|error| damaged(error.into()))
}

impl Catalog {
    /// The scan's pages that wait to be read, in order.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn waiting_pages(&self, scan: &ScanId) -> Result<Vec<u32>, CatalogError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT number FROM page WHERE scan = ?1 AND state = 'waiting' ORDER BY number",
        )?;
        let rows = statement.query_map([&scan.0], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Counts that a worker died on the page or was stopped on it. Returns how often that
    /// has happened. An end from outside does not count and must not be noted.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn note_crash(&self, key: &PageKey) -> Result<u32, CatalogError> {
        let connection = self.lock();
        let crashes = connection.query_row(
            "UPDATE page SET crashes = crashes + 1 WHERE scan = ?1 AND number = ?2 \
             RETURNING crashes",
            params![key.scan.0, key.page],
            |row| row.get(0),
        )?;
        Ok(crashes)
    }

    /// Stores what was read on a page that waited. A page that is no longer waiting keeps
    /// what it has.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn page_done(
        &self,
        key: &PageKey,
        taken: &str,
        text: &PageText,
    ) -> Result<(), CatalogError> {
        let body = packed(text)?;
        self.lock().execute(
            &format!(
                "UPDATE page SET state = 'done', blank = {BLANK}, taken = ?4, text = ?5 \
                 WHERE scan = ?1 AND number = ?2 AND state = 'waiting'"
            ),
            params![key.scan.0, key.page, text.blank, taken, body],
        )?;
        Ok(())
    }

    /// Sets one page aside.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn quarantine_page(
        &self,
        key: &PageKey,
        reason: Reason,
        message: &str,
    ) -> Result<(), CatalogError> {
        self.lock().execute(
            "UPDATE page SET state = 'quarantined', reason = ?3, message = ?4 \
             WHERE scan = ?1 AND number = ?2 AND state = 'waiting'",
            params![key.scan.0, key.page, reason.name(), message],
        )?;
        Ok(())
    }

    /// What was read on a page; `None` if it was not read.
    ///
    /// # Errors
    ///
    /// If the database refuses or the text is damaged.
    pub fn page_text(&self, key: &PageKey) -> Result<Option<PageText>, CatalogError> {
        let body: Option<Vec<u8>> = self
            .lock()
            .prepare_cached("SELECT text FROM page WHERE scan = ?1 AND number = ?2")?
            .query_row(params![key.scan.0, key.page], |row| row.get(0))
            .optional()?
            .flatten();
        body.as_deref().map(unpacked).transpose()
    }

    /// The scan's pages, in order.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub fn pages(&self, scan: &ScanId) -> Result<Vec<StoredPage>, CatalogError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT number, state, blank, taken, reason, message FROM page \
             WHERE scan = ?1 ORDER BY number",
        )?;
        let rows = statement.query_map([&scan.0], |row| {
            let state: String = row.get(1)?;
            let reason: Option<String> = row.get(4)?;
            let message: Option<String> = row.get(5)?;
            let state =
                match (state.as_str(), reason.as_deref().and_then(Reason::from_name)) {
                    ("done", _) => PageState::Done,
                    ("quarantined", Some(reason)) => {
                        PageState::Quarantined(reason, message.unwrap_or_default())
                    }
                    _ => PageState::Waiting,
                };
            Ok(StoredPage {
                key: PageKey { scan: scan.clone(), page: row.get(0)? },
                state,
                blank: row.get(2)?,
                taken: row.get::<_, Option<String>>(3)?.unwrap_or_default(),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
