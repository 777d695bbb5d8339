//! Looks after an archive: verifies it, makes records and index anew.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::archive::Archive;
use super::durable;
use super::error::RunError;
use super::indexing::Indexer;
use super::records::extracted;
use crate::catalog::ScanState;
use crate::extract::Extract;
use crate::model::RecordId;
use crate::search::Index;

/// Makes the records of every scan anew from what was read, without reading again, and
/// builds the index beside the old one.
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
                let records = extracted(&archive.catalog, &extract, &scan.id)?;
                archive.catalog.finish_scan(&scan.id, &records)?;
            }
        }
    }
    let folder = archive.index_folder();
    let fresh = archive.folder.join("index-new");
    remove_folder(&fresh)?;
    let index = Index::create_or_open(&fresh)?;
    let count = archive.catalog.index_everything_again()?;
    Indexer::new(&archive.catalog, index.writer()?).catch_up()?;
    drop(index);
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
    durable::rename(&fresh, &folder)?;
    remove_folder(&old)?;
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
