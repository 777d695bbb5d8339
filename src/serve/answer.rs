//! Answers as other programs get them, over HTTP and from the command line alike.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::request::SearchRequest;
use super::seek::{Chip, Found, FoundRecord, Held, Seek, SeekError};
use crate::catalog::Catalog;
use crate::catalog::CatalogError;
use crate::catalog::StoredRecord;
use crate::model::Field;
use crate::model::Finding;
use crate::model::KindId;
use crate::model::Quad;
use crate::model::RecordId;
use crate::model::ScanId;

/// Why a question could not be answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// The index could not be searched.
    #[error("search failed")]
    Seek(#[from] SeekError),
    /// The catalog could not be read.
    #[error("catalog could not be read")]
    Catalog(#[from] CatalogError),
}

/// One hit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnsweredHit {
    /// Which record.
    pub record: RecordId,
    /// Its kind.
    pub kind: KindId,
    /// Higher is better; comparable within one answer only.
    pub score: f32,
    /// The file it was read from.
    pub scan: ScanId,
    /// Where that file was first found.
    pub path: String,
    /// The page of the highlights, from 1.
    pub page: u32,
    /// All of its fields.
    pub fields: BTreeMap<String, Field>,
    /// Where the fields that matched stand on `page`, in its pixels.
    pub highlights: Vec<Quad>,
    /// Names of the fields that matched, the most telling first.
    pub matched: Vec<String>,
    /// Why it is there.
    pub why: Vec<String>,
}

/// What a search found, as design.md lays it down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchAnswer {
    /// How many records match.
    pub total: u64,
    /// Milliseconds that the index took.
    pub took_ms: u64,
    /// Best first.
    pub hits: Vec<AnsweredHit>,
    /// How the query was understood.
    pub understood: Vec<Chip>,
    /// What has been digitized of the place and years, where nothing answers in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
}

/// Searches, and adds what the catalog knows about each hit.
///
/// A record that the index still holds but the catalog does not is left out.
///
/// # Errors
///
/// If the index or the catalog cannot be read.
pub fn answer(
    catalog: &Catalog,
    searcher: &dyn Seek,
    request: &SearchRequest,
) -> Result<SearchAnswer, AnswerError> {
    if request.is_empty() {
        return Ok(SearchAnswer {
            total: 0,
            took_ms: 0,
            hits: vec![],
            understood: vec![],
            held: None,
        });
    }
    let Found { total, took, understood, hits: found, held } =
        searcher.seek(&request.query, &request.filters, request.limit, request.offset)?;
    let mut hits = Vec::with_capacity(found.len());
    for one in found {
        if let Some(stored) = catalog.record(&one.record)? {
            hits.push(answered(stored, one));
        }
    }
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    Ok(SearchAnswer { total, took_ms, hits, understood, held })
}

fn answered(stored: StoredRecord, found: FoundRecord) -> AnsweredHit {
    let StoredRecord { record, path, .. } = stored;
    let mut matched: Vec<String> = Vec::with_capacity(found.matched.len());
    for name in found.matched {
        if !matched.contains(&name) {
            matched.push(name);
        }
    }
    let places: Vec<(u32, Quad)> = matched
        .iter()
        .filter_map(|name| record.fields.get(name))
        .filter_map(|field| Some((field.page?, field.quad?)))
        .collect();
    let page = match places.first() {
        Some(&(page, _)) => page,
        None => record.pages.first().copied().unwrap_or(1),
    };
    let highlights =
        places.into_iter().filter(|&(on, _)| on == page).map(|(_, quad)| quad).collect();
    AnsweredHit {
        record: record.record,
        kind: record.kind,
        score: found.score,
        scan: record.scan,
        path,
        page,
        fields: record.fields,
        highlights,
        matched,
        why: found.why,
    }
}

/// One record, as `export --format records-jsonl` writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnsweredRecord {
    /// Its identity.
    pub record: RecordId,
    /// What kind of document it was read from.
    pub kind: KindId,
    /// The file.
    pub scan: ScanId,
    /// Where that file was first found.
    pub path: String,
    /// The pages it stands on, from 1.
    pub pages: Vec<u32>,
    /// By name.
    pub fields: BTreeMap<String, Field>,
    /// What does not go together.
    pub findings: Vec<Finding>,
}

/// A stored record as other programs get it.
pub fn record_answer(stored: StoredRecord) -> AnsweredRecord {
    let StoredRecord { record, path, .. } = stored;
    AnsweredRecord {
        record: record.record,
        kind: record.kind,
        scan: record.scan,
        path,
        pages: record.pages,
        fields: record.fields,
        findings: record.findings,
    }
}
