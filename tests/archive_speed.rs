//! Two workers are nearly twice as fast as one. Measured only when asked for
//! (`make bench`): on a machine that does other work the answer means nothing.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::archive::{samples, stdout};
use super::kill::program;

/// How much faster two workers must be at least.
const GAIN: f64 = 1.8;

/// Pages that are read in each run: enough that the engine's start does not count.
const PAGES: u32 = 40;

/// Runs with each number of workers; the fastest of each counts, which is the one that
/// was disturbed least.
const ROUNDS: u32 = 3;

/// Cores that must be idle.
const IDLE: f64 = 1.9;

fn cores() -> f64 {
    std::thread::available_parallelism().map_or(1.0, |cores| cores.get() as f64)
}

/// Cores of work, by processes that were not asked to be nice, within a second.
fn busy_cores() -> Option<f64> {
    let read = || -> Option<(f64, f64)> {
        let stat = std::fs::read_to_string("/proc/stat").ok()?;
        // user nice system idle iowait irq softirq steal
        let numbers: Vec<f64> = stat
            .lines()
            .next()?
            .split_whitespace()
            .skip(1)
            .filter_map(|number| number.parse().ok())
            .collect();
        let busy = [0, 2, 5, 6, 7].iter().filter_map(|at| numbers.get(*at)).sum();
        Some((busy, numbers.iter().take(8).sum()))
    };
    let (busy, all) = read()?;
    std::thread::sleep(Duration::from_secs(1));
    let (busy_now, all_now) = read()?;
    Some((busy_now - busy) / (all_now - all).max(1.0) * cores())
}

fn pages_a_second(source: &Path, jobs: &str) -> f64 {
    let archive = tempfile::tempdir().unwrap();
    let settings = "engine = \"sohoa-line\"\n[worker]\nstall_seconds = 60\n\
                    total_seconds = 900\npages_before_restart = 200\nmemory_mb = 3072\n";
    std::fs::write(archive.path().join("sohoa.toml"), settings).unwrap();
    let output = Command::new(program())
        .args(["ingest", "--json", "--jobs", jobs, "--archive"])
        .args([archive.path(), source])
        .output()
        .unwrap();
    let report: Value = serde_json::from_str(stdout(&output).trim()).unwrap();
    assert_eq!(report["pages"], PAGES, "not every page was read");
    report["pages_per_second"].as_f64().unwrap()
}

#[test]
fn two_workers_are_nearly_twice_as_fast_as_one() {
    if std::env::var_os("SOHOA_SPEED").is_none() {
        println!("skipped: `make bench` measures this");
        return;
    }
    let busy = busy_cores().unwrap_or(0.0);
    if cores() - busy < IDLE {
        println!("skipped: two idle cores are needed, {busy:.1} of {} are busy", cores());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let page = std::fs::read(samples().join("XNTTHN_2023_059.png")).unwrap();
    let page = image::load_from_memory(&page).unwrap().into_luma8();
    for number in 0..PAGES {
        let (width, height) = (page.width() - number, page.height());
        let copy = image::imageops::crop_imm(&page, 0, 0, width, height).to_image();
        copy.save(folder.path().join(format!("{number:02}.png"))).unwrap();
    }
    let (mut one, mut two) = (0.0_f64, 0.0_f64);
    for _ in 0..ROUNDS {
        one = one.max(pages_a_second(folder.path(), "1"));
        two = two.max(pages_a_second(folder.path(), "2"));
    }
    println!("{one:.2} pages/s with one worker, {two:.2} with two: {:.2}", two / one);
    assert!(two >= GAIN * one, "two workers are {:.2} times as fast as one", two / one);
}
