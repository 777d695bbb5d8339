//! `sohoa quarantine`: what was set aside, and again.

use std::fs::File;
use std::io::ErrorKind;
use std::num::NonZeroUsize;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::Ordering;

use anyhow::Context as _;
use serde_json::json;
use sohoa::catalog::Originals;
use sohoa::model::{Reason, ScanId};
use sohoa::report::{Row, SetAside, write_table};
use sohoa::run::{Archive, IngestPlan, all_set_aside};

use super::archive::write_to;
use super::ingest::{ended, stop_on_signals, tell};
use super::{Ended, Usage, open, print_json};
use crate::cli::Quarantine;

pub(super) fn quarantine(action: Quarantine, models: &Path) -> anyhow::Result<Ended> {
    match action {
        Quarantine::List(place) => {
            let archive = open(&place.archive)?;
            for aside in all_set_aside(&archive.catalog)? {
                if place.json {
                    print_json(&aside)?;
                } else {
                    say!("{}", line(&aside))?;
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
    let program = std::env::current_exe().context("this program could not be found")?;
    let mut plan = IngestPlan::of(Vec::new());
    plan.jobs = jobs.map_or(plan.jobs, usize::from);
    let setup = archive.worker_setup(&program, models);
    let (waiting, report) =
        sohoa::run::retry(archive, &setup, reason, &plan, &stop, |_| {})?;
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
        .map(|aside| Row::aside(&aside.path, aside.page, aside.reason, &aside.message))
        .collect();
    write_to(out, |out| Ok(write_table(&rows, archive.config.csv_separator, out)?))?;
    let Some(folder) = files else { return Ok(Ended::Well) };
    let mut ended = Ended::Well;
    for id in archive.catalog.scans_set_aside()? {
        let Some(scan) = archive.catalog.scan(&id)? else { continue };
        let original = archive.catalog.originals().path(&id);
        // Some were set aside because they cannot be read; the others are handed out.
        let from = match File::open(&original) {
            Ok(from) => from,
            Err(error) => {
                eprintln!("sohoa: original of `{}` cannot be read: {error}", scan.path);
                ended = Ended::FileAccess;
                continue;
            }
        };
        hand_out(from, folder, &scan.path, &id)
            .with_context(|| format!("`{}` could not be written", scan.path))?;
    }
    Ok(ended)
}

/// Digits of a scan's id that tell files of the same name apart.
const SHORT_ID: usize = 8;

/// Copies a file that was set aside to the first of its names that no other file has: that
/// of its path, else the same with its id. Its rights are those of any new file.
fn hand_out(
    mut from: File,
    folder: &Path,
    path: &str,
    id: &ScanId,
) -> std::io::Result<()> {
    let place = folder.join(below(path));
    let short: String = id.0.chars().take(SHORT_ID).collect();
    for name in [place.clone(), with_id(&place, &short), with_id(&place, &id.0)] {
        std::fs::create_dir_all(name.parent().unwrap_or(folder))?;
        match File::create_new(&name) {
            Ok(mut to) => {
                std::io::copy(&mut from, &mut to)?;
                return to.sync_all();
            }
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            // Handed out before.
            Err(_) if Originals::hash(&name).is_ok_and(|there| there.id == *id) => {
                return Ok(());
            }
            Err(_) => {}
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// `a/001.pdf` with the id `12ab`: `a/001 (12ab).pdf`.
fn with_id(place: &Path, id: &str) -> PathBuf {
    let stem = place.file_stem().unwrap_or_default().to_string_lossy();
    let ending = place.extension().map(|ending| format!(".{}", ending.to_string_lossy()));
    place.with_file_name(format!("{stem} ({id}){}", ending.unwrap_or_default()))
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

    #[test]
    fn files_of_one_name_are_all_handed_out_and_once() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("source");
        let out = folder.path().join("out");
        for _ in 0..2 {
            for text in ["one", "two", "three"] {
                std::fs::write(&source, text).unwrap();
                let id = Originals::hash(&source).unwrap().id;
                hand_out(File::open(&source).unwrap(), &out, "a/001.pdf", &id).unwrap();
            }
        }
        let mut texts: Vec<String> = std::fs::read_dir(out.join("a"))
            .unwrap()
            .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
            .collect();
        texts.sort();
        assert_eq!(texts, ["one", "three", "two"]);
        assert_eq!(std::fs::read_to_string(out.join("a/001.pdf")).unwrap(), "one");
    }

    #[test]
    fn a_taken_name_gains_the_id_before_its_ending() {
        assert_eq!(
            with_id(Path::new("a/001.pdf"), "12ab"),
            Path::new("a/001 (12ab).pdf")
        );
        assert_eq!(with_id(Path::new("001"), "12ab"), Path::new("001 (12ab)"));
    }
}
