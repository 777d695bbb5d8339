//! What runs every night: take in what is new, try again what was set aside, verify a
//! slice, tidy up, back up, report.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use serde::Serialize;

use super::Archive;
use super::IngestPlan;
use super::RunError;
use super::WorkerSetup;
use crate::report::Report;
use crate::report::SetAside;

/// The originals are verified in so many slices, one a night: a whole round takes a month.
const VERIFY_SLICES: u64 = 30;

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
    day: &str,
    night: u64,
) -> Result<NightReport, RunError> {
    let is_over = || {
        let late = plan.until.is_some_and(|until| Instant::now() >= until);
        late || stop.load(Ordering::SeqCst)
    };
    let mut fresh = plan.clone();
    fresh.paths.extend(archive.config.watch.iter().cloned());
    let ingested = super::ingest(archive, setup, &fresh, stop, |_| {})?;
    let mut retried = 0;
    if !is_over() {
        // New papers go before those that failed already.
        retried = archive.catalog.retry_quarantined()?;
        let again = IngestPlan { paths: Vec::new(), ..plan.clone() };
        super::ingest(archive, setup, &again, stop, |_| {})?;
    }
    let mut set_aside = Vec::new();
    for scan in archive.catalog.scans()? {
        set_aside.extend(super::set_aside_of(&archive.catalog, &scan.id)?);
    }
    let mut report = NightReport {
        day: day.to_owned(),
        ingested,
        retried,
        set_aside,
        verified: 0,
        wrong: archive.catalog.integrity()?,
        backup: None,
        stopped: false,
    };
    if !is_over() {
        verify_slice(archive, night % VERIFY_SLICES, &is_over, &mut report)?;
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
    std::fs::rename(&fresh, &place).map_err(broken(&place, "written"))?;
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

fn write_report(archive: &Archive, report: &NightReport) -> Result<PathBuf, RunError> {
    let folder = archive.folder.join("reports");
    let path = folder.join(format!("{}.json", report.day));
    let broken = |action| {
        let path = path.clone();
        move |source| RunError::Io { path, action, source }
    };
    std::fs::create_dir_all(&folder).map_err(broken("created"))?;
    let json = serde_json::to_vec_pretty(report).map_err(std::io::Error::from);
    std::fs::write(&path, json.map_err(broken("written"))?).map_err(broken("written"))?;
    Ok(path)
}
