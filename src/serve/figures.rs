//! Figures for people and for Prometheus, and whether the desk is well.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;

use super::app::Desk;
use super::ask::Ask;
use super::error::Failure;
use super::holdings;
use super::kept::Kept;
use super::request::SearchRequest;
use super::route::blocking;
use super::view;
use crate::catalog::Catalog;
use crate::catalog::CatalogError;
use crate::catalog::Figures;
use crate::search::{Bounds, Wanted};

/// How long figures are good for: counting walks over every record, and a dashboard shows
/// the trend of days.
const GOOD_FOR: Duration = Duration::from_mins(5);

/// How long an answer of catalog and index is good for.
const READY_FOR: Duration = Duration::from_secs(5);

/// The addresses of figures.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/figures", get(page))
        .route("/metrics", get(metrics))
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(ready))
}

/// What was counted, and when.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    pub(super) figures: Figures,
    pub(super) disk: Disk,
    pub(super) at_ms: i64,
}

/// What lies beside the catalog.
#[derive(Debug, Clone, Default)]
pub(super) struct Disk {
    /// Bytes that are free; `None` if the system does not tell.
    pub(super) free: Option<u64>,
    /// Day of the newest backup, e.g. `2026-11-21`.
    pub(super) backup: Option<String>,
    /// Day of the newest nightly check.
    pub(super) checked: Option<String>,
    /// What was wrong then.
    pub(super) wrong: u64,
}

/// The latest figures.
#[derive(Default)]
pub(super) struct Dashboard {
    counted: Kept<Counted>,
    /// When catalog and index answered last.
    ready: Mutex<Option<Instant>>,
}

impl Dashboard {
    /// Figures that are some minutes old, in a large archive longer.
    ///
    /// # Errors
    ///
    /// If the catalog cannot be read, or counting takes longer than anybody waits.
    pub(super) fn now(&self, desk: &Desk) -> Result<Arc<Counted>, Failure> {
        let catalog = Arc::clone(&desk.catalog);
        let dates = desk.labels.hit().entry.clone();
        let counted = self.counted.get(GOOD_FOR, holdings::ASKED, move || {
            let figures = catalog.figures(&dates)?;
            Ok(Counted { figures, disk: disk(&catalog)?, at_ms: super::door::now_ms() })
        });
        counted?.ok_or(holdings::LATE)
    }
}

/// What the archive's folder says. What cannot be read counts as not there.
fn disk(catalog: &Catalog) -> Result<Disk, CatalogError> {
    let folder = catalog.folder()?;
    let newest = |within: &str, start: &str, end: &str| {
        let names = std::fs::read_dir(folder.join(within)).ok()?.filter_map(|entry| {
            let name = entry.ok()?.file_name().to_string_lossy().into_owned();
            let day = name.strip_prefix(start)?.strip_suffix(end)?.to_owned();
            // Other reports lie in the same folder; a day is ten letters.
            (day.len() == 10 && day.starts_with('2')).then_some(day)
        });
        names.max()
    };
    let checked = newest("reports", "", ".json");
    let wrong = checked.as_ref().and_then(|day| {
        let file =
            std::fs::read(folder.join("reports").join(format!("{day}.json"))).ok()?;
        let report: serde_json::Value = serde_json::from_slice(&file).ok()?;
        Some(report.get("wrong")?.as_array()?.len() as u64)
    });
    Ok(Disk {
        free: fs4::available_space(&folder).ok(),
        backup: newest("backup", "catalog-", ".sqlite"),
        checked,
        wrong: wrong.unwrap_or(0),
    })
}

async fn page(State(desk): State<Arc<Desk>>, ask: Ask) -> Result<Html<String>, Failure> {
    blocking(desk, move |desk| view::figures(desk, &ask)).await.map(Html)
}

/// Whether the catalog and the index answer.
async fn ready(State(desk): State<Arc<Desk>>) -> Result<&'static str, Failure> {
    let ready = blocking(desk, |desk| {
        // Anybody may ask, and nobody makes the desk search all day.
        let mut last =
            desk.dashboard.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|at| at.elapsed() < READY_FOR) {
            return Ok("ok\n");
        }
        desk.catalog.location("")?;
        let wanted = Wanted { limit: 1, ..Wanted::default() };
        let request =
            SearchRequest { query: "a".into(), wanted, ..SearchRequest::default() };
        let bounds = Bounds::default();
        desk.searcher.seek(&request, &bounds).map_err(super::AnswerError::from)?;
        *last = Some(Instant::now());
        Ok("ok\n")
    });
    ready.await
}

/// Counts in the text form of Prometheus. They name no person and no paper.
async fn metrics(State(desk): State<Arc<Desk>>) -> Result<Response, Failure> {
    let text = blocking(desk, prometheus).await?;
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
        .into_response())
}

fn prometheus(desk: &Desk) -> Result<String, Failure> {
    let counts = desk.holdings.asked(&desk.catalog)?;
    let counted = desk.dashboard.now(desk)?;
    let mut out = String::new();
    // Writing to a string cannot fail.
    let mut family = |name: &str, help: &str, rows: &[(String, u64)]| {
        let _ = writeln!(out, "# HELP sohoa_{name} {help}\n# TYPE sohoa_{name} gauge");
        for (labels, value) in rows {
            let _ = writeln!(out, "sohoa_{name}{labels} {value}");
        }
    };
    let plain = |value: u64| vec![(String::new(), value)];
    let with = |label: &str, rows: &[(String, u64)]| -> Vec<(String, u64)> {
        let quoted = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"");
        let row = |(value, count): &(String, u64)| {
            (format!("{{{label}=\"{}\"}}", quoted(value)), *count)
        };
        rows.iter().map(row).collect()
    };
    let of = |start: &str| -> Vec<(String, u64)> {
        let of_start = counts.counts.iter().filter_map(|(name, count)| {
            Some((name.strip_prefix(start)?.to_owned(), *count))
        });
        of_start.collect()
    };
    family("scans", "Files by state.", &with("state", &of("scans_")));
    family("pages", "Pages by state.", &with("state", &of("pages_")));
    family("records", "Records by kind.", &with("kind", &counts.kinds));
    family(
        "not_indexed",
        "Changes that search does not show.",
        &plain(counts.of("not_indexed")),
    );
    family("fields", "Fields by state.", &with("state", &counted.figures.states));
    let doubtful = counted.figures.tenths.iter().take(6).sum();
    family("fields_doubtful", "Fields read with less than 0.6.", &plain(doubtful));
    if let Some(free) = counted.disk.free {
        family("disk_free_bytes", "Room left for the archive.", &plain(free));
    }
    family(
        "check_wrong",
        "What the last nightly check found wrong.",
        &plain(counted.disk.wrong),
    );
    for (name, help, day) in [
        ("backup_seconds", "Day of the newest backup.", &counted.disk.backup),
        ("check_seconds", "Day of the newest nightly check.", &counted.disk.checked),
    ] {
        let day: Option<jiff::civil::Date> =
            day.as_ref().and_then(|day| day.parse().ok());
        let start = day.and_then(|day| day.to_zoned(jiff::tz::TimeZone::system()).ok());
        if let Some(start) = start {
            family(name, help, &plain(start.timestamp().as_second().unsigned_abs()));
        }
    }
    Ok(out)
}
