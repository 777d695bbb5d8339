//! `sohoa doctor`: what is wrong with the set-up, and what to do about it.

use std::path::Path;

use serde::Serialize;
use sohoa::run::{Archive, PageReader};

use super::{Ended, print_json};
use crate::cli::Where;

#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    ok: bool,
    detail: String,
}

impl Finding {
    fn of(what: &'static str, checked: Result<String, String>) -> Self {
        match checked {
            Ok(detail) => Self { what, ok: true, detail },
            Err(detail) => Self { what, ok: false, detail },
        }
    }
}

pub(super) fn doctor(place: &Where, models: &Path) -> anyhow::Result<Ended> {
    let archive = Archive::open(&place.archive).map_err(|error| error_text(&error));
    let mut findings = Vec::new();
    let engine = match &archive {
        Ok(archive) => archive.config.engine.clone(),
        Err(error) => {
            findings.push(Finding::of("archive", Err(error.clone())));
            String::new()
        }
    };
    if let Ok(archive) = &archive {
        findings.push(Finding::of("archive", Ok("can be opened".to_owned())));
        let kinds = archive.kinds().map(|_| "are valid".to_owned());
        findings.push(Finding::of("definitions", kinds.map_err(|e| error_text(&e))));
        let index = archive.index().map(|_| "can be opened".to_owned());
        findings.push(Finding::of("index", index.map_err(|e| error_text(&e))));
        let reader = PageReader::new(&engine, models).map(|reader| {
            format!("`{engine}` is asked for, `{}` reads", reader.engine())
        });
        findings.push(Finding::of("engine", reader.map_err(|e| error_text(&e))));
        findings.push(Finding::of("isolation", sohoa::run::isolation()));
        let counts = archive.catalog.counts()?;
        for (name, what) in [
            ("scans_waiting", "files wait: run the same `sohoa ingest` again"),
            ("scans_quarantined", "files are set aside: see `sohoa quarantine list`"),
            ("pages_quarantined", "pages are set aside: see `sohoa quarantine list`"),
            ("not_indexed", "changes wait for the index: run `sohoa ingest` again"),
        ] {
            let count = counts.get(name).copied().unwrap_or(0);
            if count > 0 {
                findings.push(Finding::of("queue", Err(format!("{count} {what}"))));
            }
        }
    }
    let is_well = findings.iter().all(|finding| finding.ok);
    if place.json {
        print_json(&serde_json::json!({ "ok": is_well, "findings": findings }))?;
    } else {
        for finding in &findings {
            let mark = if finding.ok { "ok  " } else { "look" };
            say!("{mark}  {}: {}", finding.what, finding.detail)?;
        }
    }
    Ok(if is_well { Ended::Well } else { Ended::Other })
}

fn error_text(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
