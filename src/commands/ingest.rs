//! `sohoa ingest`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use sohoa::report::Report;
use sohoa::run::{Archive, IngestPlan};

use super::log::Log;
use super::{Ended, Usage, print_json};
use crate::cli;
use crate::progress::Bar;

pub(super) fn ingest(arguments: &cli::Ingest, models: &Path) -> anyhow::Result<Ended> {
    for path in &arguments.paths {
        if !path.try_exists().unwrap_or(true) {
            return Err(Usage(format!("`{}` does not exist", path.display())).into());
        }
    }
    let until = arguments.until.as_deref().map(until).transpose()?;
    if arguments.dry_run {
        return dry_run(arguments);
    }
    let stop = stop_on_signals()?;
    let archive = Archive::create_or_open(&arguments.archive)?;
    let program = std::env::current_exe().context("this program could not be found")?;
    let setup = archive.worker_setup(&program, models);
    let mut plan = IngestPlan {
        family: arguments.pipeline.name().to_owned(),
        unit: arguments.unit.clone(),
        collection: arguments.collection.clone(),
        until,
        ..IngestPlan::of(arguments.paths.clone())
    };
    plan.jobs = arguments.jobs.map_or(plan.jobs, usize::from);
    let bar = Bar::new(!arguments.no_progress && !arguments.log_json);
    let mut log = Log::new(arguments.log_json, Some(&bar));
    let report =
        sohoa::run::ingest(&archive, &setup, &plan, &stop, |notice| log.tell(&notice));
    bar.end();
    let report = report?;
    if !arguments.log_json {
        tell(&report);
    }
    if arguments.json {
        print_json(&report)?;
    }
    let is_late = until.is_some_and(|until| Instant::now() >= until);
    Ok(ended(&report, is_late || stop.load(Ordering::SeqCst)))
}

/// How a run with that account ends.
pub(super) fn ended(report: &Report, is_stopped: bool) -> Ended {
    if report.waiting > 0 || is_stopped {
        Ended::ToBeContinued
    } else if report.is_something_set_aside() {
        Ended::SomeQuarantined
    } else {
        Ended::Well
    }
}

pub(super) fn tell(report: &Report) {
    for line in report.lines() {
        eprintln!("{line}");
    }
}

/// A flag that the first SIGINT or SIGTERM sets; the second ends the program at once.
pub(super) fn stop_on_signals() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&stop))?;
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}

/// The next time that the clock on the wall shows `HH:MM`.
pub(super) fn until(text: &str) -> anyhow::Result<Instant> {
    let bad = || Usage(format!("`--until {text}`: expected a time of day like 05:30"));
    let time: jiff::civil::Time = format!("{text}:00").parse().map_err(|_| bad())?;
    let now = jiff::Zoned::now();
    let today = now.with().time(time).build()?;
    let next =
        if today > now { today } else { today.tomorrow()?.with().time(time).build()? };
    let left: Duration = now.duration_until(&next).try_into()?;
    Ok(Instant::now() + left)
}

/// Says what would be taken in, by path, and writes nothing.
fn dry_run(arguments: &cli::Ingest) -> anyhow::Result<Ended> {
    let report = sohoa::run::dry_run(&arguments.paths, &arguments.archive)?;
    tell(&report);
    if arguments.json {
        print_json(&report)?;
    }
    Ok(Ended::Well)
}
