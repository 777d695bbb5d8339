//! What runs every night: take in what is new, try again what was set aside, verify a
//! slice, tidy up, back up, report.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use serde::Serialize;

use super::archive::Archive;
use super::archive::ArchiveLock;
use super::books::Book;
use super::child::WorkerSetup;
use super::durable;
use super::error::RunError;
use super::ingest::IngestPlan;
use super::ingest::Notice;
use crate::report::Report;
use crate::report::SetAside;

/// The originals are verified in so many slices, one a night: a whole round takes a month.
const VERIFY_SLICES: u64 = 30;

/// What failed so many nights is left to a person, who can let it be tried again.
const MAX_RETRIES: u32 = 3;

/// Backups that are kept beside the newest.
const KEPT_BACKUPS: usize = 7;

/// The account of one night.
#[derive(Debug, Serialize)]
pub struct NightReport {
    /// The day of the run, e.g. `2026-11-21`.
    pub day: String,
    /// What was new in the watched folders.
    pub ingested: Report,
    /// How many files were tried again.
    pub retried: u32,
    /// What is set aside now, the new and the old.
    pub set_aside: Vec<SetAside>,
    /// Originals that were read again and compared with their SHA-256.
    pub verified: u64,
    /// What does not hold; empty if all is well.
    pub wrong: Vec<String>,
    /// Books in which numbers are missing or twice, or dates out of order.
    pub books: Vec<Book>,
    /// Whether the catalog was compacted.
    pub compacted: bool,
    /// The new backup of the catalog, relative to the archive; `None` if time ran out.
    pub backup: Option<String>,
    /// Whether the night was over before all was done.
    pub stopped: bool,
}

/// One night's work on an archive. `plan.paths` is what to take in beside the watched
/// folders; `day` names report and backup, and `night` counts nights.
///
/// # Errors
///
/// If the archive or the set-up fails; another run on the archive is such a failure.
pub fn nightly(
    archive: &Archive,
    setup: &WorkerSetup,
    plan: &IngestPlan,
    stop: &AtomicBool,
    (day, night): (&str, u64),
    observe: impl FnMut(Notice),
) -> Result<NightReport, RunError> {
    // Held from the first file to the last line of the report: never two at once.
    let lock = archive.lock()?;
    let result = one_night(archive, &lock, setup, plan, stop, (day, night), observe);
    super::or_disk_full(archive, result)
}

fn one_night(
    archive: &Archive,
    lock: &ArchiveLock,
    setup: &WorkerSetup,
    plan: &IngestPlan,
    stop: &AtomicBool,
    (day, night): (&str, u64),
    mut observe: impl FnMut(Notice),
) -> Result<NightReport, RunError> {
    let is_over = || {
        let late = plan.until.is_some_and(|until| Instant::now() >= until);
        late || stop.load(Ordering::SeqCst)
    };
    let mut fresh = plan.clone();
    fresh.paths.extend(archive.config.watch.iter().cloned());
    let ingested =
        super::ingest_locked(archive, lock, setup, &fresh, stop, &mut observe)?;
    let mut report = NightReport {
        day: day.to_owned(),
        ingested,
        retried: 0,
        set_aside: Vec::new(),
        verified: 0,
        wrong: Vec::new(),
        books: Vec::new(),
        compacted: false,
        backup: None,
        stopped: false,
    };
    if !is_over() {
        // New papers go before those that failed already.
        report.retried = archive.catalog.retry_quarantined(None, MAX_RETRIES)?;
        let again = IngestPlan {
            paths: Vec::new(),
            // Its report has a name of its own.
            now_ms: plan.now_ms.max(jiff::Timestamp::now().as_millisecond()),
            ..plan.clone()
        };
        if report.retried > 0 {
            super::ingest_locked(archive, lock, setup, &again, stop, &mut observe)?;
        }
    }
    report.set_aside = super::all_set_aside(&archive.catalog)?;
    report.wrong = archive.catalog.integrity()?;
    report.wrong.extend(archive.catalog.audit_break()?);
    if !is_over() {
        verify_slice(archive, night % VERIFY_SLICES, &is_over, &mut report)?;
    }
    if !is_over() {
        report.books = super::books(archive)?;
        report.books.retain(|book| !book.findings.is_empty());
    }
    if !is_over() {
        archive.catalog.compact()?;
        report.compacted = true;
    }
    if !is_over() {
        report.backup = Some(back_up(archive, day)?);
    }
    report.stopped = is_over();
    write_report(archive, &report)?;
    Ok(report)
}

/// Reads the originals of one slice again.
fn verify_slice(
    archive: &Archive,
    slice: u64,
    is_over: &impl Fn() -> bool,
    report: &mut NightReport,
) -> Result<(), RunError> {
    for scan in archive.catalog.scans()? {
        let start: String = scan.id.0.chars().take(8).collect();
        // An id that is no number cannot come from this program; it is verified always.
        let number = u64::from_str_radix(&start, 16).unwrap_or(slice);
        if number % VERIFY_SLICES != slice {
            continue;
        }
        if is_over() {
            return Ok(());
        }
        report.verified += 1;
        if let Err(error) = archive.catalog.originals().verify(&scan.id) {
            report.wrong.push(format!("{}: {error}", scan.path));
        }
    }
    Ok(())
}

/// Writes a copy of the catalog and removes the oldest ones.
fn back_up(archive: &Archive, day: &str) -> Result<String, RunError> {
    let folder = archive.folder.join("backup");
    let broken = |path: &Path, action| {
        let path = path.to_owned();
        move |source| RunError::Io { path, action, source }
    };
    std::fs::create_dir_all(&folder).map_err(broken(&folder, "created"))?;
    let name = format!("catalog-{day}.sqlite");
    let (fresh, place) = (folder.join("catalog-new.sqlite"), folder.join(&name));
    if fresh.try_exists().map_err(broken(&fresh, "read"))? {
        std::fs::remove_file(&fresh).map_err(broken(&fresh, "removed"))?;
    }
    archive.catalog.back_up(&fresh)?;
    let file = std::fs::File::open(&fresh).map_err(broken(&fresh, "read"))?;
    file.sync_all().map_err(broken(&fresh, "written"))?;
    durable::rename(&fresh, &place)?;
    let mut kept = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(broken(&folder, "read"))? {
        let path = entry.map_err(broken(&folder, "read"))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        if name.is_some_and(|name| name.starts_with("catalog-2")) {
            kept.push(path);
        }
    }
    kept.sort();
    for old in kept.iter().rev().skip(KEPT_BACKUPS) {
        std::fs::remove_file(old).map_err(broken(old, "removed"))?;
    }
    Ok(format!("backup/{name}"))
}

fn write_report(archive: &Archive, report: &NightReport) -> Result<(), RunError> {
    let folder = archive.folder.join("reports");
    let name = durable::free_stem(&folder, &report.day, &[".json"]);
    let path = folder.join(format!("{name}.json"));
    let json = serde_json::to_vec_pretty(report).map_err(|error| RunError::Io {
        path: path.clone(),
        action: "written",
        source: error.into(),
    })?;
    durable::write(&path, &json)
}
