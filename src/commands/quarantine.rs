//! `sohoa quarantine`: what was set aside, and again.

use std::num::NonZeroUsize;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::Ordering;

use anyhow::Context as _;
use serde_json::json;
use sohoa::model::Reason;
use sohoa::report::{Row, SetAside, Why, write_table};
use sohoa::run::{Archive, IngestPlan, all_set_aside};

use super::archive::write_to;
use super::ingest::{ended, stop_on_signals, tell};
use super::{Ended, Usage, open, print_json};
use crate::cli::{Family, Quarantine};

pub(super) fn quarantine(action: Quarantine, models: &Path) -> anyhow::Result<Ended> {
    match action {
        Quarantine::List(place) => {
            let archive = open(&place.archive)?;
            for aside in all_set_aside(&archive.catalog)? {
                if place.json {
                    print_json(&aside)?;
                } else {
                    println!("{}", line(&aside));
                }
            }
            Ok(Ended::Well)
        }
        Quarantine::Retry { place, reason, jobs } => {
            let archive = open(&place.archive)?;
            retry(&archive, reason.as_deref(), jobs, place.json, models)
        }
        Quarantine::Export { archive, out, files } => {
            export(&open(&archive)?, out.as_deref(), files.as_deref())
        }
    }
}

fn line(aside: &SetAside) -> String {
    let page = aside.page.map(|page| format!(" page {page}")).unwrap_or_default();
    let SetAside { path, reason, message, remedy, .. } = aside;
    format!("{path}{page}: {}: {message}; {remedy}", reason.name())
}

/// Reads what was set aside again, without the folders that it came from.
fn retry(
    archive: &Archive,
    reason: Option<&str>,
    jobs: Option<NonZeroUsize>,
    json: bool,
    models: &Path,
) -> anyhow::Result<Ended> {
    let known = |name: &str| {
        let all: Vec<&str> = Reason::ALL.into_iter().map(Reason::name).collect();
        let message = format!("`--reason {name}`: expected one of: {}", all.join(", "));
        Reason::from_name(name).ok_or(Usage(message))
    };
    let reason = reason.map(known).transpose()?;
    let stop = stop_on_signals()?;
    let waiting = {
        let _lock = archive.lock()?;
        archive.catalog.retry_quarantined(reason, u32::MAX)?
    };
    let program = std::env::current_exe().context("this program could not be found")?;
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let plan = IngestPlan {
        paths: Vec::new(),
        family: Family::Auto.name().to_owned(),
        unit: None,
        collection: None,
        jobs: jobs.map_or_else(cores, usize::from),
        now_ms: jiff::Timestamp::now().as_millisecond(),
        until: None,
        settle: std::time::Duration::ZERO,
    };
    let setup = archive.worker_setup(&program, models);
    let report = sohoa::run::ingest(archive, &setup, &plan, &stop, |_| {})?;
    let left = all_set_aside(&archive.catalog)?;
    if json {
        let left_files: std::collections::BTreeSet<&str> =
            left.iter().map(|aside| aside.path.as_str()).collect();
        print_json(&json!({
            "retried": waiting, "pages": report.pages, "still_set_aside": left_files.len(),
        }))?;
    } else {
        eprintln!("{waiting} files were tried again, {} pages read", report.pages);
        tell(&report);
        for aside in &left {
            eprintln!("{}", line(aside));
        }
    }
    let ended = ended(&report, stop.load(Ordering::SeqCst));
    Ok(if ended == Ended::Well && !left.is_empty() {
        Ended::SomeQuarantined
    } else {
        ended
    })
}

/// Writes the list as a table, and the files that were set aside.
fn export(
    archive: &Archive,
    out: Option<&Path>,
    files: Option<&Path>,
) -> anyhow::Result<Ended> {
    let all = all_set_aside(&archive.catalog)?;
    let rows: Vec<Row> = all
        .iter()
        .map(|aside| {
            let why = Why::SetAside(aside.reason);
            Row::new(&aside.path, aside.page, why, &aside.message)
        })
        .collect();
    write_to(out, |out| Ok(write_table(&rows, archive.config.csv_separator, out)?))?;
    let Some(folder) = files else { return Ok(Ended::Well) };
    for id in archive.catalog.scans_set_aside()? {
        let Some(scan) = archive.catalog.scan(&id)? else { continue };
        let place = folder.join(below(&scan.path));
        let name = || format!("`{}` could not be written", place.display());
        std::fs::create_dir_all(place.parent().unwrap_or(folder)).with_context(name)?;
        std::fs::copy(archive.catalog.originals().path(&id), &place)
            .with_context(name)?;
    }
    Ok(Ended::Well)
}

/// A stored path as one that cannot lead out of a folder.
fn below(path: &str) -> PathBuf {
    let parts = Path::new(path).components();
    parts.filter(|part| matches!(part, Component::Normal(_))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_path_never_leads_out_of_the_folder() {
        assert_eq!(below("../../etc/passwd"), Path::new("etc/passwd"));
        assert_eq!(below("/a/./b.pdf"), Path::new("a/b.pdf"));
    }
}
