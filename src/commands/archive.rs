//! Commands that look after an archive: export, quarantine, status, verify, reindex.

use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context as _;
use serde_json::json;
use sohoa::export::{ExportError, Format};
use sohoa::report::SetAside;

use super::{Ended, Usage, open, print_json};
use crate::cli::{Quarantine, Where};

/// Calls `write` with the file `out`, or with stdout.
fn write_to(
    out: Option<&Path>,
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let Some(path) = out else {
        let mut stdout = BufWriter::new(std::io::stdout().lock());
        write(&mut stdout)?;
        return Ok(stdout.flush()?);
    };
    let name = || format!("`{}` could not be written", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    // An export that breaks off never leaves half a file under its name.
    let mut file =
        BufWriter::new(tempfile::NamedTempFile::new_in(folder).with_context(name)?);
    write(&mut file)?;
    let file = file
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error)
        .with_context(name)?;
    file.as_file().sync_all().with_context(name)?;
    file.persist(path).map_err(|error| error.error).with_context(name)?;
    Ok(())
}

pub(super) fn export(
    archive: &Path,
    format: &str,
    out: Option<&Path>,
) -> anyhow::Result<Ended> {
    let Some(format) = Format::from_name(format) else {
        let known: Vec<&str> = Format::ALL.into_iter().map(|(name, _)| name).collect();
        let message = format!(
            "format `{format}` is unknown, expected one of: {}",
            known.join(", ")
        );
        return Err(Usage(message).into());
    };
    let archive = open(archive)?;
    write_to(out, |mut out| {
        sohoa::export::export(&archive.catalog, format, &mut out)
            .map_err(|error: ExportError| error.into())
    })?;
    Ok(Ended::Well)
}

fn set_aside(place: &Path) -> anyhow::Result<Vec<SetAside>> {
    let archive = open(place)?;
    let mut all = Vec::new();
    for scan in archive.catalog.scans()? {
        all.extend(sohoa::run::set_aside_of(&archive.catalog, &scan.id)?);
    }
    Ok(all)
}

pub(super) fn quarantine(action: Quarantine) -> anyhow::Result<Ended> {
    match action {
        Quarantine::List(place) => {
            for aside in set_aside(&place.archive)? {
                if place.json {
                    print_json(&aside)?;
                    continue;
                }
                let page =
                    aside.page.map(|page| format!(" page {page}")).unwrap_or_default();
                println!(
                    "{}{page}: {}: {}; {}",
                    aside.path,
                    aside.reason.name(),
                    aside.message,
                    aside.remedy
                );
            }
        }
        Quarantine::Retry(place) => {
            let archive = open(&place.archive)?;
            let _lock = archive.lock()?;
            let waiting = archive.catalog.retry_quarantined()?;
            if place.json {
                print_json(&json!({ "waiting": waiting }))?;
            } else {
                eprintln!("{waiting} files wait for the next `sohoa ingest`");
            }
        }
        Quarantine::Export { archive, out } => {
            let all = set_aside(&archive)?;
            write_to(out.as_deref(), |out| {
                // Excel takes a CSV file for UTF-8 only if it begins with this mark.
                out.write_all("\u{feff}".as_bytes())?;
                let mut table = csv::Writer::from_writer(out);
                table.write_record(["path", "page", "reason", "message", "remedy"])?;
                for aside in &all {
                    let page =
                        aside.page.map(|page| page.to_string()).unwrap_or_default();
                    let reason = aside.reason.name();
                    let row = [&aside.path, &page, reason, &aside.message, aside.remedy];
                    table.write_record(row)?;
                }
                Ok(table.flush()?)
            })?;
        }
    }
    Ok(Ended::Well)
}

pub(super) fn status(place: &Where) -> anyhow::Result<Ended> {
    let archive = open(&place.archive)?;
    let counts = archive.catalog.counts()?;
    let kinds = archive.catalog.kinds()?;
    if place.json {
        let kinds: serde_json::Map<_, _> =
            kinds.into_iter().map(|(kind, count)| (kind, count.into())).collect();
        print_json(&json!({ "counts": counts, "kinds": kinds }))?;
        return Ok(Ended::Well);
    }
    for (name, count) in &counts {
        println!("{count:>9}  {}", name.replace('_', " "));
    }
    for (kind, count) in kinds {
        println!("{count:>9}  {kind}");
    }
    Ok(Ended::Well)
}

pub(super) fn verify(place: &Where) -> anyhow::Result<Ended> {
    let archive = open(&place.archive)?;
    let wrong = sohoa::run::verify(&archive)?;
    if place.json {
        print_json(&json!({ "ok": wrong.is_empty(), "wrong": wrong }))?;
    } else if wrong.is_empty() {
        eprintln!("nothing is wrong");
    } else {
        for line in &wrong {
            println!("{line}");
        }
    }
    Ok(if wrong.is_empty() { Ended::Well } else { Ended::IntegrityFailed })
}

pub(super) fn reindex(place: &Where, extract: bool) -> anyhow::Result<Ended> {
    let archive = open(&place.archive)?;
    let records = sohoa::run::reindex(&archive, extract)?;
    if place.json {
        print_json(&json!({ "records": records }))?;
    } else {
        eprintln!("{records} records are indexed anew");
    }
    Ok(Ended::Well)
}
