//! Wires the stages. The only module that knows their order.

mod account;
mod archive;
mod arrival;
mod attempts;
mod books;
mod child;
mod confine;
pub mod desk;
mod durable;
mod error;
mod indexing;
mod ingest;
mod loading;
mod memory;
mod nightly;
mod page;
mod papers;
mod panics;
mod pictures;
mod place;
mod queue;
mod reading;
mod records;
mod upkeep;
mod wire;
mod worker;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub use account::{all_set_aside, set_aside_of};
pub use archive::{Archive, ArchiveLock};
pub use books::{Book, BookFinding, BookName, BookRule, books};
pub use child::{Death, WorkerError, WorkerSetup};
pub use confine::isolation;
pub use error::RunError;
pub use ingest::{IngestPlan, Notice};
pub use loading::Loader;
pub use nightly::{NightReport, nightly};
pub use page::PageReader;
pub use panics::{Panicked, be_silent_where_caught};
pub use papers::PageDesk;
pub use pictures::Pictures;
pub use upkeep::{reindex, verify};
pub use worker::{WorkerPlan, work};

use self::indexing::Indexer;
use self::ingest::Ingest;
use crate::catalog::Catalog;
use crate::catalog::CatalogError;
use crate::catalog::Originals;
use crate::extract::Extract;
use crate::failpoint;
use crate::intake::walk;
use crate::model::Reason;
use crate::report::Fate;
use crate::report::Report;
use crate::report::Row;
use crate::report::Why;
use crate::report::write_table;

/// Takes in what the plan names; goes on with what an earlier run left.
///
/// # Errors
///
/// If the archive or the set-up fails. What single files are guilty of is in the report.
pub fn ingest(
    archive: &Archive,
    setup: &WorkerSetup,
    plan: &IngestPlan,
    stop: &AtomicBool,
    observe: impl FnMut(Notice),
) -> Result<Report, RunError> {
    let lock = archive.lock()?;
    or_disk_full(archive, ingest_locked(archive, &lock, setup, plan, stop, observe))
}

/// Reads what was set aside again, without the folders that it came from: what is set aside
/// for `reason`, or for any. Returns how many files that were, with the account.
///
/// # Errors
///
/// As [`ingest`].
pub fn retry(
    archive: &Archive,
    setup: &WorkerSetup,
    reason: Option<Reason>,
    plan: &IngestPlan,
    stop: &AtomicBool,
    observe: impl FnMut(Notice),
) -> Result<(u32, Report), RunError> {
    let lock = archive.lock()?;
    let count = archive.catalog.retry_quarantined(reason, u32::MAX)?;
    let again = ingest_locked(archive, &lock, setup, plan, stop, observe);
    Ok((count, or_disk_full(archive, again)?))
}

/// As [`ingest`], for one who holds the lock for longer.
fn ingest_locked(
    archive: &Archive,
    _lock: &ArchiveLock,
    setup: &WorkerSetup,
    plan: &IngestPlan,
    stop: &AtomicBool,
    observe: impl FnMut(Notice),
) -> Result<Report, RunError> {
    archive.catalog.originals().clear_incoming()?;
    let extract = Extract::new(Arc::new(archive.kinds()?));
    let index = archive.index()?;
    let mut indexer = Indexer::open(&archive.catalog, &index)?;
    let report =
        Ingest::new(archive, &extract, setup, plan, stop).run(&mut indexer, observe)?;
    indexer.finish()?;
    write_report(archive, &report, plan.now_ms)?;
    failpoint::reach("report-written");
    Ok(report)
}

/// Writes the account of a run under `reports/`, as JSON and as a table.
fn write_report(archive: &Archive, report: &Report, now_ms: i64) -> Result<(), RunError> {
    let folder = archive.folder.join("reports");
    let time = jiff::Timestamp::from_millisecond(now_ms).unwrap_or_default();
    let time = time.strftime("%Y-%m-%dT%H%M%SZ").to_string();
    let time = durable::free_stem(&folder, &time, &["-ingest.json", "-ingest.csv"]);
    let name = format!("{time}-ingest");
    let mut json = serde_json::to_vec_pretty(report).unwrap_or_default();
    json.push(b'\n');
    durable::write(&folder.join(format!("{name}.json")), &json)?;
    let mut table = Vec::new();
    let path = folder.join(format!("{name}.csv"));
    write_table(&report.rows, archive.config.csv_separator, &mut table).map_err(
        |source| RunError::Io { path: path.clone(), action: "written", source },
    )?;
    durable::write(&path, &table)
}

/// Bytes that are written to see whether the disk has room.
const PROBE_BYTES: usize = 1 << 20;

/// The error of a run, but one that a full disk is behind is told as such: parts of the
/// database and the index only say that they could not write.
fn or_disk_full<T>(
    archive: &Archive,
    result: Result<T, RunError>,
) -> Result<T, RunError> {
    result.map_err(|error| {
        let is_full = error.is_disk_full()
            || error.may_be_disk_full() && !has_room(&archive.folder);
        if is_full { RunError::DiskFull(archive.folder.clone()) } else { error }
    })
}

fn has_room(folder: &Path) -> bool {
    let probe = || {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&vec![0; PROBE_BYTES])?;
        file.as_file().sync_all()
    };
    !probe().is_err_and(|error: std::io::Error| {
        matches!(
            error.kind(),
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded
        )
    })
}

/// Says what `ingest` would do with the files, by their bytes, and takes in nothing.
/// `archive` need not be there yet.
///
/// # Errors
///
/// If there is an archive and it cannot be used.
pub fn dry_run(paths: &[PathBuf], archive: &Path) -> Result<Report, RunError> {
    let known = match Catalog::open(archive) {
        Ok(catalog) => Some(catalog),
        Err(CatalogError::NoArchive(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let mut report = Report::default();
    let found = walk::files_outside(paths, Some(archive), &|| false);
    report.skipped = found.num_junk + found.num_special;
    let mut seen = BTreeSet::new();
    let failed = |report: &mut Report, path: &str, error: &std::io::Error| {
        report.count(path, Fate::Failed);
        report.rows.push(Row::new(path, None, Why::UNREADABLE, &error.to_string()));
    };
    for entry in &found.unreadable {
        failed(&mut report, &place::shown(&entry.relative), &entry.error);
    }
    for file in &found.files {
        let path = place::shown(&file.relative);
        let stored = match Originals::hash(&file.absolute) {
            Ok(stored) => stored,
            Err(error) => {
                failed(&mut report, &path, &error);
                continue;
            }
        };
        let in_archive = match &known {
            Some(catalog) => catalog.scan(&stored.id)?.is_some(),
            None => false,
        };
        let is_first = seen.insert(stored.id);
        let fate = if in_archive || !is_first { Fate::Duplicate } else { Fate::Ingested };
        report.count(&path, fate);
    }
    Ok(report)
}
