//! `sohoa nightly`.

use std::path::Path;
use std::sync::atomic::Ordering;

use anyhow::Context as _;
use sohoa::run::{Archive, IngestPlan};

use super::ingest::{stop_on_signals, until};
use super::log::Log;
use super::{Ended, print_json};
use crate::cli;

pub(super) fn nightly(arguments: &cli::Nightly, models: &Path) -> anyhow::Result<Ended> {
    let until = arguments.until.as_deref().map(until).transpose()?;
    let stop = stop_on_signals()?;
    let archive = Archive::open(&arguments.archive)?;
    let program = std::env::current_exe().context("this program could not be found")?;
    let setup = archive.worker_setup(&program, models);
    let now = jiff::Zoned::now();
    let plan = IngestPlan {
        now_ms: now.timestamp().as_millisecond(),
        until,
        settle: archive.config.settle,
        ..IngestPlan::of(Vec::new())
    };
    let day = now.date().to_string();
    let night = now.timestamp().as_second().unsigned_abs() / (24 * 60 * 60);
    let mut log = Log::new(arguments.log_json, None);
    let report =
        sohoa::run::nightly(&archive, &setup, &plan, &stop, (&day, night), |notice| {
            log.tell(&notice);
        })?;
    if !arguments.log_json {
        for line in report.ingested.lines() {
            eprintln!("{line}");
        }
        for book in &report.books {
            for line in book.lines() {
                eprintln!("{line}");
            }
        }
    }
    for line in &report.wrong {
        eprintln!("wrong: {line}");
    }
    eprintln!("{} originals verified", report.verified);
    if arguments.json {
        print_json(&report)?;
    }
    let ingested = &report.ingested;
    let is_stopped = report.stopped || stop.load(Ordering::SeqCst);
    // A watched folder that is not there has failed, and is set aside nowhere.
    let is_all_in = ingested.tally.failed == 0 && report.set_aside.is_empty();
    Ok(if !report.wrong.is_empty() {
        Ended::IntegrityFailed
    } else if is_stopped || ingested.waiting > 0 {
        Ended::ToBeContinued
    } else if is_all_in {
        Ended::Well
    } else {
        Ended::SomeQuarantined
    })
}
