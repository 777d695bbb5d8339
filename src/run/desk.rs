//! Gives the desk what it works with: the index, the pictures, the kinds.

use std::sync::Arc;

use super::Archive;
use super::RunError;
use super::child::WorkerSetup;
use super::indexing::Indexer;
use super::pictures::PictureError;
use super::pictures::Pictures;
use crate::config::gazetteer::Gazetteer;
use crate::model::PageKey;
use crate::model::Pixels;
use crate::model::RecordId;
use crate::model::StoredPicture;
use crate::search::Bounds;
use crate::search::Index;
use crate::search::Query;
use crate::search::RelatedRecord;
use crate::search::SearchError;
use crate::search::Searcher;
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
use crate::serve::PageTools;
use crate::serve::SearchRequest;
use crate::serve::Seek;
use crate::serve::SeekError;

/// The index as the desk asks it.
struct IndexSeek(Index);

impl IndexSeek {
    /// What there is now of what lies within the bounds.
    fn within(&self, bounds: &Bounds) -> Result<Searcher, SeekError> {
        Ok(self.0.searcher().map_err(wrapped)?.within(bounds.clone()))
    }
}

impl Seek for IndexSeek {
    fn seek(&self, request: &SearchRequest, bounds: &Bounds) -> Result<Found, SeekError> {
        let filters = request.filters.clone();
        let query = Query::parse(&request.query).with_filters(filters);
        let searcher = self.within(bounds)?;
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
        bounds: &Bounds,
    ) -> Result<Option<Vec<RelatedRecord>>, SeekError> {
        let searcher = self.within(bounds)?;
        searcher.related(record, limit).map_err(wrapped)
    }

    fn suggest(
        &self,
        typed: &str,
        limit: usize,
        bounds: &Bounds,
    ) -> Result<Vec<Suggestion>, SeekError> {
        let searcher = self.within(bounds)?;
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
    let mut indexer = Indexer::open(&archive.catalog, &archive.index()?)?;
    let count = indexer.catch_up()?;
    indexer.finish()?;
    Ok(count)
}

/// Notes every record for an index that has none, as after it was deleted: nobody would be
/// found until the next run. Where another run works on the archive, it does the same.
fn note_what_is_lacking(archive: &Archive, index: &Index) -> Result<(), RunError> {
    if index.watermark()? > 0 {
        return Ok(());
    }
    match archive.lock() {
        Err(RunError::Locked { .. }) => Ok(()),
        Err(other) => Err(other),
        Ok(_lock) => {
            archive.catalog.index_everything_again()?;
            Ok(())
        }
    }
}

/// The communes that scans were taken in under: code and name.
fn units(archive: &Archive) -> Result<Vec<(String, String)>, RunError> {
    let named = |code: String| {
        let unit = Gazetteer::get().unit_of_code(&code);
        let name = unit.map_or_else(|| code.clone(), |unit| unit.name.to_owned());
        (code, name)
    };
    Ok(archive.catalog.units()?.into_iter().map(named).collect())
}

/// All that the desk works with; `load` takes scans in for it, `page_tools` cuts them into
/// papers. `log` gets one line about each failure.
///
/// # Errors
///
/// If the archive cannot be used.
pub fn app(
    archive: &Archive,
    setup: WorkerSetup,
    load: Option<Arc<dyn Load>>,
    page_tools: Option<Arc<dyn PageTools>>,
    log: fn(&str),
) -> Result<App, RunError> {
    let pictures = Pictures::new(
        Arc::clone(&archive.catalog),
        archive.folder.join("derived"),
        setup,
    );
    let index = archive.index()?;
    note_what_is_lacking(archive, &index)?;
    index.searcher()?.warm_up()?;
    Ok(App {
        catalog: Arc::clone(&archive.catalog),
        searcher: Arc::new(IndexSeek(index)),
        images: Arc::new(pictures),
        load,
        page_tools,
        kinds: archive.kinds()?.kinds().cloned().collect(),
        units: units(archive)?,
        provider: None,
        log,
    })
}
