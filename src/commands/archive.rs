//! Commands that look after an archive: export, status, verify, reindex.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use serde_json::json;
use sohoa::export::{ExportError, Format, Selection};
use sohoa::run::{Archive, Pictures};

use super::{Ended, Usage, open, print_json};
use crate::cli::Where;

/// Calls `write` with the file `out`, or with stdout.
pub(super) fn write_to(
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
    selection: &Selection,
    out: Option<&Path>,
    models: &Path,
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
    let program = std::env::current_exe().context("this program could not be found")?;
    let setup = archive.worker_setup(&program, models);
    let derived = archive.folder.join("derived");
    let pictures = Pictures::new(Arc::clone(&archive.catalog), derived, setup);
    let written = write_to(out, |mut out| {
        let catalog = &archive.catalog;
        sohoa::export::export(catalog, format, selection, &pictures, &mut out)
            .map_err(|error: ExportError| error.into())
    });
    match written {
        Err(error) if is_no_such_scan(&error) => Err(Usage(error.to_string()).into()),
        written => written.map(|()| Ended::Well),
    }
}

fn is_no_such_scan(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(ExportError::NoSuchScan(_)))
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
        say!("{count:>9}  {}", name.replace('_', " "))?;
    }
    for (kind, count) in kinds {
        say!("{count:>9}  {kind}")?;
    }
    Ok(Ended::Well)
}

pub(super) fn verify(place: &Where, books: bool) -> anyhow::Result<Ended> {
    let archive = open(&place.archive)?;
    if books {
        return verify_books(&archive, place.json);
    }
    let wrong = sohoa::run::verify(&archive)?;
    if place.json {
        print_json(&json!({ "ok": wrong.is_empty(), "wrong": wrong }))?;
    } else if wrong.is_empty() {
        eprintln!("nothing is wrong");
    } else {
        for line in &wrong {
            say!("{line}")?;
        }
    }
    Ok(if wrong.is_empty() { Ended::Well } else { Ended::IntegrityFailed })
}

/// Checks every book. What does not hold stands on the paper or was read wrongly; it is
/// for a person to look at, and no failed check of the archive.
fn verify_books(archive: &Archive, json: bool) -> anyhow::Result<Ended> {
    for book in sohoa::run::books(archive)? {
        if json {
            print_json(&book)?;
        } else {
            for line in book.lines() {
                say!("{line}")?;
            }
        }
    }
    Ok(Ended::Well)
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
