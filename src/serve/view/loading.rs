//! Loading as a page.

use std::collections::BTreeMap;

use askama::Template;

use super::super::app::Desk;
use super::super::ask::Ask;
use super::super::error::Failure;
use super::super::load::{Load, LoadState};
use super::super::text::grouped;
use super::frame::Frame;
use crate::access::{AccountError, Token};
use crate::report::{Report, Row, Tally};

/// Rows of what was not ingested that a page shows; the table for Excel has all.
const MAX_ROWS: usize = 200;
/// Earlier runs that are listed.
const MAX_RUNS: usize = 12;
/// Files that came last that are listed.
const MAX_LATEST: usize = 30;

#[derive(Template)]
#[template(path = "loading.html")]
struct LoadingPage<'a> {
    frame: Frame<'a>,
    wrong: String,
    running: Option<Running>,
    ended: Option<Ended>,
    failed: String,
    /// Name of the delivery that files dropped into this page belong to.
    delivery: String,
    folders: Vec<String>,
    waiting: Vec<Waiting>,
    set_aside: Vec<SetAsideRow>,
    /// Files that came last: address of their pages, path, count of pages.
    latest: Vec<(String, String, String)>,
    runs: Vec<Run>,
}

struct Running {
    line: String,
    pages_done: u64,
    pages_expected: u64,
}

struct Ended {
    line: String,
    folders: Vec<(String, [String; 5])>,
    rows: Vec<ReportRow>,
    more: String,
}

struct ReportRow {
    place: String,
    reason: String,
    message: String,
    remedy: String,
}

struct Waiting {
    name: String,
    line: String,
}

struct SetAsideRow {
    reason: String,
    remedy: String,
    count: String,
}

struct Run {
    name: String,
    moment: String,
    counts: [String; 5],
}

/// What a reason is called, and what a person can do.
fn told(frame: &Frame<'_>, reason: &str) -> (String, String) {
    let say = |name: &str| frame.say(&format!("{name}.{reason}")).to_owned();
    (say("set_aside"), say("remedy"))
}

fn numbers(frame: &Frame<'_>, counts: [u64; 5]) -> [String; 5] {
    counts.map(|count| grouped(count, frame.lang))
}

fn counts_of(tally: &Tally) -> [u64; 5] {
    [tally.found, tally.ingested, tally.duplicate, tally.quarantined, tally.failed]
}

fn row(frame: &Frame<'_>, row: &Row) -> ReportRow {
    let (reason, remedy) = told(frame, row.reason.name());
    let page = row.page.map(|page| frame.count("hits.page_number", u64::from(page)));
    ReportRow {
        place: page
            .map_or_else(|| row.path.clone(), |page| format!("{}, {page}", row.path)),
        reason,
        message: row.message.clone(),
        remedy,
    }
}

fn ended(frame: &Frame<'_>, report: &Report) -> Ended {
    let folders = report.folders.iter().map(|(folder, tally)| {
        let name = if folder.is_empty() { "." } else { folder.as_str() };
        (name.to_owned(), numbers(frame, counts_of(tally)))
    });
    let mut folders: Vec<_> = folders.collect();
    let all = frame.say("loading.all").to_owned();
    folders.push((all, numbers(frame, counts_of(&report.tally))));
    let line = frame.say("loading.ended");
    let line = line
        .replace("{pages}", &grouped(report.pages, frame.lang))
        .replace("{records}", &grouped(report.records, frame.lang));
    let more = report.rows.len().saturating_sub(MAX_ROWS) as u64;
    Ended {
        line: if report.waiting > 0 {
            format!("{line} {}", frame.count("loading.left", report.waiting))
        } else {
            line
        },
        folders,
        rows: report.rows.iter().take(MAX_ROWS).map(|it| row(frame, it)).collect(),
        more: if more > 0 { frame.count("loading.more", more) } else { String::new() },
    }
}

/// What is set aside in the archive, by reason.
fn set_aside(frame: &Frame<'_>, load: &dyn Load) -> Result<Vec<SetAsideRow>, Failure> {
    let mut by_reason: BTreeMap<&str, u64> = BTreeMap::new();
    let all = load.set_aside()?;
    for aside in &all {
        *by_reason.entry(aside.reason.name()).or_default() += 1;
    }
    let rows = by_reason.into_iter().map(|(reason, count)| {
        let (reason, remedy) = told(frame, reason);
        SetAsideRow { reason, remedy, count: grouped(count, frame.lang) }
    });
    Ok(rows.collect())
}

/// A name that no other delivery has, the moment first so that they stand in order.
fn new_delivery() -> Result<String, Failure> {
    let token = Token::new().map_err(AccountError::from)?;
    let moment = jiff::Timestamp::now().strftime("%Y-%m-%dT%H%M%SZ").to_string();
    Ok(format!("{moment}-{}", token.text().chars().take(8).collect::<String>()))
}

/// The page of loading; `wrong` names what went wrong.
pub(in super::super) fn loading(
    desk: &Desk,
    ask: &Ask,
    load: &dyn Load,
    wrong: &str,
) -> Result<String, Failure> {
    let title = desk.texts.say(ask.lang, "loading.title").to_owned();
    let frame = Frame::of(desk, ask, title);
    let (mut running, mut told_end, mut failed) = (None, None, String::new());
    match load.state() {
        LoadState::Idle => {}
        LoadState::Running(now) => {
            running = Some(Running {
                line: frame.count("loading.running", now.files),
                pages_done: now.pages_done,
                pages_expected: now.pages_expected.max(1),
            });
        }
        LoadState::Ended(report) => told_end = Some(ended(&frame, &report)),
        LoadState::Failed(why) => failed = frame.fill("loading.failed", why),
    }
    let waiting = load.deliveries()?.into_iter().map(|delivery| Waiting {
        line: format!(
            "{} · {:.1} MB",
            frame.count("loading.files", delivery.files),
            delivery.bytes as f64 / 1e6
        ),
        name: delivery.name,
    });
    let runs = load.past_runs(MAX_RUNS)?.into_iter().map(|run| {
        let at = run.name.trim_end_matches("-ingest");
        let at = jiff::civil::DateTime::strptime("%Y-%m-%dT%H%M%SZ", at)
            .and_then(|at| at.to_zoned(jiff::tz::TimeZone::UTC));
        let moment = at.map(|at| super::moment(at.timestamp().as_millisecond()));
        Run {
            moment: moment.unwrap_or_else(|_| run.name.clone()),
            counts: numbers(&frame, run.counts),
            name: run.name,
        }
    });
    let latest = desk.catalog.latest_scans(MAX_LATEST)?.into_iter().map(|scan| {
        let pages = frame.count("contact.pages", u64::from(scan.num_pages.unwrap_or(0)));
        (super::contact::address_of(&scan.id), scan.path, pages)
    });
    let folders = load.folders().into_iter().map(|folder| folder.display().to_string());
    let page = LoadingPage {
        wrong: if wrong.is_empty() { String::new() } else { frame.say(wrong).to_owned() },
        running,
        ended: told_end,
        failed,
        delivery: new_delivery()?,
        folders: folders.collect(),
        waiting: waiting.collect(),
        set_aside: set_aside(&frame, load)?,
        latest: latest.collect(),
        runs: runs.collect(),
        frame,
    };
    Ok(page.render()?)
}
