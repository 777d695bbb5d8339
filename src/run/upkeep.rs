//! Looks after an archive: verifies it, makes records and index anew.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::archive::Archive;
use super::durable;
use super::error::RunError;
use super::indexing::Indexer;
use super::records::renew;
use crate::catalog::ScanState;
use crate::extract::Extract;
use crate::failpoint;
use crate::model::RecordId;
use crate::search::Index;

/// Makes the records of every scan anew from what was read, without reading again, and
/// builds the index beside the old one.
///
/// Up to the moment in which the new index stands in the place of the old one, the old one and
/// the notes of what it lacks stay as they are; the notes go last. Ended between the two, it
/// takes their changes over once more, which changes nothing. An index that is missing is
/// filled by whoever opens it next for writing (`Indexer::open`).
///
/// # Errors
///
/// If the archive fails.
pub fn reindex(archive: &Archive, extract_again: bool) -> Result<usize, RunError> {
    let _lock = archive.lock()?;
    if extract_again {
        let extract = Extract::new(Arc::new(archive.kinds()?));
        for scan in archive.catalog.scans()? {
            if scan.state == ScanState::Done {
                renew(&archive.catalog, &extract, &scan.id)?;
            }
        }
    }
    let folder = archive.index_folder();
    let fresh = archive.folder.join("index-new");
    remove_folder(&fresh)?;
    let index = Index::create_or_open(&fresh)?;
    // What is noted by now is in the records that are read from now on.
    let noted = archive.catalog.last_noted()?;
    let count = Indexer::fill(&archive.catalog, &index, noted.max(1))?;
    drop(index);
    failpoint::reach("reindex-filled");
    let old = archive.folder.join("index-old");
    remove_folder(&old)?;
    let is_there = folder.try_exists().map_err(|source| RunError::Io {
        path: folder.clone(),
        action: "read",
        source,
    })?;
    if is_there {
        durable::rename(&folder, &old)?;
    }
    failpoint::reach("reindex-set-aside");
    durable::rename(&fresh, &folder)?;
    failpoint::reach("reindex-swapped");
    archive.catalog.indexed_up_to(noted)?;
    failpoint::reach("reindex-cleared");
    remove_folder(&old)?;
    // What the desk has changed meanwhile.
    let mut indexer = Indexer::open(&archive.catalog, &archive.index()?)?;
    indexer.catch_up()?;
    indexer.finish()?;
    Ok(count)
}

fn remove_folder(folder: &Path) -> Result<(), RunError> {
    match std::fs::remove_dir_all(folder) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(RunError::Io { path: folder.to_owned(), action: "removed", source })
        }
        _ => Ok(()),
    }
}

/// Checks every original against its SHA-256, the database, and whether catalog and
/// index agree. The answer lists what is wrong, empty if nothing is.
///
/// # Errors
///
/// If the check itself cannot run.
pub fn verify(archive: &Archive) -> Result<Vec<String>, RunError> {
    let mut wrong = archive.catalog.integrity()?;
    wrong.extend(archive.catalog.audit_break()?);
    let mut records: BTreeSet<RecordId> = BTreeSet::new();
    for scan in archive.catalog.scans()? {
        if let Err(error) = archive.catalog.originals().verify(&scan.id) {
            wrong.push(format!("{}: {error}", scan.path));
        }
        let of_scan = archive.catalog.records_of(&scan.id)?;
        records.extend(of_scan.into_iter().map(|stored| stored.record.record));
    }
    let waiting = archive.catalog.counts()?.get("not_indexed").copied().unwrap_or(0);
    if waiting == 0 {
        let mut unknown = 0_u64;
        archive.index()?.searcher()?.each_record(&mut |id| {
            // One that stands there twice is as wrong as one that nobody knows.
            unknown += u64::from(!records.remove(&id));
        })?;
        let missing = records.len();
        if missing > 0 || unknown > 0 {
            wrong.push(format!(
                "index lacks {missing} records of the catalog and has {unknown} others: \
                 run `sohoa reindex`"
            ));
        }
    }
    Ok(wrong)
}
