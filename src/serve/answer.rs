//! Answers as other programs get them, over HTTP and from the command line alike.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::door::Sight;
use super::request::SearchRequest;
use super::seek::{Chip, FoundRecord, Held, Seek, SeekError};
use crate::catalog::Catalog;
use crate::catalog::CatalogError;
use crate::catalog::StoredRecord;
use crate::model::Field;
use crate::model::Finding;
use crate::model::KindId;
use crate::model::Quad;
use crate::model::RecordId;
use crate::model::ScanId;
use crate::search::{Facets, RelatedBy};

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
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SearchAnswer {
    /// How many records match.
    pub total: u64,
    /// There may be more than `total`: only so many were looked at.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_least: bool,
    /// How many of them come before `hits`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub before: u64,
    /// What `after` takes to get the next part of the list; not there at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Milliseconds that the index took.
    pub took_ms: u64,
    /// Best first.
    pub hits: Vec<AnsweredHit>,
    /// How the query was understood.
    pub understood: Vec<Chip>,
    /// All that match, counted, where `facets=yes` asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facets: Option<Facets>,
    /// What has been digitized of the place and years, where nothing answers in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn is_zero(number: &u64) -> bool {
    *number == 0
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
    answer_seen(catalog, searcher, request, &Sight::everything())
}

/// As [`answer`], for somebody who may not see all: they get what they would if the archive
/// held nothing else.
pub(super) fn answer_seen(
    catalog: &Catalog,
    searcher: &dyn Seek,
    request: &SearchRequest,
    sight: &Sight,
) -> Result<SearchAnswer, AnswerError> {
    if request.is_empty() {
        return Ok(SearchAnswer::default());
    }
    let found = searcher.seek(request, &sight.bounds())?;
    let mut hits = Vec::with_capacity(found.hits.len());
    for one in found.hits {
        // The index follows the catalog a moment later, and the catalog decides.
        if let Some(mut stored) = catalog.record(&one.record)?
            && sight.holds_record(&stored)
        {
            sight.without_sensitive(&mut stored.record);
            hits.push(answered(stored, one));
        }
    }
    Ok(SearchAnswer {
        total: found.total,
        at_least: found.at_least,
        before: found.before as u64,
        next: found.next.map(|next| next.to_string()),
        took_ms: u64::try_from(found.took.as_millis()).unwrap_or(u64::MAX),
        hits,
        understood: found.understood,
        facets: found.facets,
        held: found.held,
    })
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

/// A record that belongs to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnsweredRelated {
    /// Which one.
    pub record: RecordId,
    /// Its kind.
    pub kind: KindId,
    /// Why it is there.
    pub by: RelatedBy,
    /// What the two share: a name, a number.
    pub what: String,
    /// The file it was read from.
    pub scan: ScanId,
    /// Where that file was first found.
    pub path: String,
    /// The pages it stands on, from 1.
    pub pages: Vec<u32>,
    /// By name.
    pub fields: BTreeMap<String, Field>,
}

/// What belongs to a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RelatedAnswer {
    /// The record that was asked for.
    pub record: RecordId,
    /// The strongest reason first.
    pub related: Vec<AnsweredRelated>,
}

/// Other papers of a record's people and parcel; none where there is no such record.
///
/// # Errors
///
/// If the index or the catalog cannot be read.
pub fn related_answer(
    catalog: &Catalog,
    searcher: &dyn Seek,
    record: &RecordId,
    limit: usize,
) -> Result<Option<RelatedAnswer>, AnswerError> {
    related_seen(catalog, searcher, record, limit, &Sight::everything())
}

/// As [`related_answer`], for somebody who may not see all.
pub(super) fn related_seen(
    catalog: &Catalog,
    searcher: &dyn Seek,
    record: &RecordId,
    limit: usize,
    sight: &Sight,
) -> Result<Option<RelatedAnswer>, AnswerError> {
    if catalog.record(record)?.is_none() {
        return Ok(None);
    }
    let mut related = Vec::new();
    let found = searcher.related(record, limit, &sight.bounds())?;
    for one in found.unwrap_or_default() {
        let stored = catalog.record(&one.record)?;
        let Some(mut stored) = stored.filter(|stored| sight.holds_record(stored)) else {
            continue;
        };
        sight.without_sensitive(&mut stored.record);
        let StoredRecord { record, path, .. } = stored;
        related.push(AnsweredRelated {
            record: record.record,
            kind: record.kind,
            by: one.by,
            what: one.what,
            scan: record.scan,
            path,
            pages: record.pages,
            fields: record.fields,
        });
    }
    Ok(Some(RelatedAnswer { record: record.clone(), related }))
}
