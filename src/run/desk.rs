//! Gives the desk what it works with: the index, the pictures, the kinds.

use std::sync::Arc;

use super::Archive;
use super::RunError;
use super::child::WorkerSetup;
use super::indexing::Indexer;
use super::pictures::PictureError;
use super::pictures::Pictures;
use crate::model::PageKey;
use crate::model::Pixels;
use crate::model::RecordId;
use crate::model::StoredPicture;
use crate::search::Index;
use crate::search::Query;
use crate::search::RelatedRecord;
use crate::search::SearchError;
use crate::search::Suggestion;
use crate::search::Why;
use crate::serve::App;
use crate::serve::Chip;
use crate::serve::Found;
use crate::serve::FoundRecord;
use crate::serve::Held;
use crate::serve::Load;
use crate::serve::PageImageError;
use crate::serve::PageImages;
use crate::serve::SearchRequest;
use crate::serve::Seek;
use crate::serve::SeekError;

/// The index as the desk asks it.
struct IndexSeek(Index);

impl Seek for IndexSeek {
    fn seek(&self, request: &SearchRequest) -> Result<Found, SeekError> {
        let mut filters = request.filters.clone();
        let mut words = request.query.clone();
        // A unit is a code; a name is what somebody would have typed beside the query.
        let is_name =
            |unit: &mut String| unit.chars().any(|letter| !letter.is_ascii_digit());
        if let Some(name) = filters.unit.take_if(is_name) {
            words = format!("{words} {name}");
        }
        let query = Query::parse(&words).with_filters(filters);
        let searcher = self.0.searcher().map_err(wrapped)?;
        let hits = searcher.part(&query, &request.wanted).map_err(wrapped)?;
        let understood = hits
            .understood
            .iter()
            .map(|chip| Chip { taken_for: named(&chip.kind), text: chip.text.clone() });
        let found = hits.hits.into_iter().map(|hit| FoundRecord {
            record: hit.record,
            score: hit.score,
            why: reasons(&hit.why),
            matched: hit.matched.into_iter().map(|(field, _)| field).collect(),
        });
        Ok(Found {
            total: hits.total as u64,
            at_least: hits.more,
            before: hits.before,
            next: hits.next,
            facets: hits.facets,
            took: hits.took,
            understood: understood.collect(),
            hits: found.collect(),
            held: hits.held.map(|held| Held {
                place: held.place,
                years: held.years.map(|(from, to)| {
                    if from == to { from.to_string() } else { format!("{from}-{to}") }
                }),
                of_place: held.of_place,
                of_years: held.of_years,
            }),
        })
    }

    fn related(
        &self,
        record: &RecordId,
        limit: usize,
    ) -> Result<Option<Vec<RelatedRecord>>, SeekError> {
        let searcher = self.0.searcher().map_err(wrapped)?;
        searcher.related(record, limit).map_err(wrapped)
    }

    fn suggest(&self, typed: &str, limit: usize) -> Result<Vec<Suggestion>, SeekError> {
        let searcher = self.0.searcher().map_err(wrapped)?;
        searcher.suggest(typed, limit).map_err(wrapped)
    }
}

/// A failure of the index as the desk knows it.
fn wrapped(error: SearchError) -> SeekError {
    SeekError(error.into())
}

/// The names of the reasons for a hit, the tier first.
fn reasons(why: &Why) -> Vec<String> {
    let notes = why.notes.iter().filter_map(|note| {
        let note = serde_json::to_value(note).ok()?;
        Some(note.get("note")?.as_str()?.to_owned())
    });
    std::iter::once(named(&why.tier)).chain(notes).collect()
}

/// The name that a value has in JSON.
fn named(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// Why the desk gets no picture.
fn no_picture(key: &PageKey, error: PictureError) -> PageImageError {
    match error {
        PictureError::Failed(_) => PageImageError::Lost { key: key.clone() },
        error @ PictureError::Refused(_) => {
            PageImageError::Undecodable { key: key.clone(), source: error.into() }
        }
    }
}

impl PageImages for Pictures {
    fn stored(&self, key: &PageKey) -> Result<StoredPicture, PageImageError> {
        self.stored_picture(key).map_err(|error| no_picture(key, error))
    }

    fn page(&self, key: &PageKey) -> Result<Arc<Pixels>, PageImageError> {
        let undecodable = |source: Box<dyn std::error::Error + Send + Sync>| {
            PageImageError::Undecodable { key: key.clone(), source }
        };
        let jpeg = self.jpeg(key).map_err(|error| no_picture(key, error))?;
        // Our own worker wrote this JPEG; it is not the original.
        let image = image::load_from_memory_with_format(&jpeg, image::ImageFormat::Jpeg)
            .map_err(|error| undecodable(error.into()))?;
        Ok(Arc::new(match image {
            image::DynamicImage::ImageLuma8(pixels) => Pixels::Gray(pixels),
            other => Pixels::Rgb(other.into_rgb8()),
        }))
    }
}

/// The archive's index for searching.
///
/// # Errors
///
/// If it cannot be opened.
pub fn searcher(archive: &Archive) -> Result<Arc<dyn Seek>, RunError> {
    Ok(Arc::new(IndexSeek(archive.index()?)))
}

/// Takes what was changed at the desk over into the index. Returns how many changes that
/// were; none where another run works on the archive, which does the same.
///
/// # Errors
///
/// If the archive cannot be used.
pub fn index_changes(archive: &Archive) -> Result<usize, RunError> {
    if archive.catalog.pending(1)?.is_empty() {
        return Ok(0);
    }
    let _lock = match archive.lock() {
        Err(RunError::Locked { .. }) => return Ok(0),
        other => other?,
    };
    Indexer::new(&archive.catalog, archive.index()?.writer()?).catch_up()
}

/// All that the desk works with; `load` takes scans in for it. `log` gets one line about each failure.
///
/// # Errors
///
/// If the archive cannot be used.
pub fn app(
    archive: &Archive,
    setup: WorkerSetup,
    load: Option<Arc<dyn Load>>,
    log: fn(&str),
) -> Result<App, RunError> {
    let pictures = Pictures::new(
        Arc::clone(&archive.catalog),
        archive.folder.join("derived"),
        setup,
    );
    let index = archive.index()?;
    index.searcher()?.warm_up()?;
    Ok(App {
        catalog: Arc::clone(&archive.catalog),
        searcher: Arc::new(IndexSeek(index)),
        images: Arc::new(pictures),
        load,
        kinds: archive.kinds()?.kinds().cloned().collect(),
        units: Vec::new(),
        log,
    })
}
