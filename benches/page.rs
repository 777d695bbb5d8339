//! Pages a second, stage by stage, on the sample scans; one core.
//!
//! `cargo bench --bench page` prints one table. It asserts what it computed: pages that are
//! not found or lines that are not read make it fail, so that it cannot measure nothing.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark is a program for developers"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sohoa::clean::Clean;
use sohoa::config::built_in_kinds;
use sohoa::extract::Extract;
use sohoa::intake::{Document, Limits, walk};
use sohoa::model::ScanId;
use sohoa::run::PageReader;

/// Least number of lines on the sample pages; about 900 are printed on them.
const LEAST_LINES: usize = 600;

/// Time and number of pages of one stage.
#[derive(Default)]
struct Stage {
    time: Duration,
    pages: u32,
}

impl Stage {
    fn measure<T>(&mut self, pages: u32, work: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let done = work();
        self.time += begun.elapsed();
        self.pages += pages;
        done
    }

    fn row(&self, name: &str) {
        let seconds = self.time.as_secs_f64();
        let pages = f64::from(self.pages);
        println!(
            "{name:<22} {:>10.1} {:>12.2}",
            seconds * 1000.0 / pages,
            pages / seconds
        );
    }
}

fn main() {
    // `cargo test --benches` calls benchmarks too; there is nothing to test here.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let engine = std::env::var("SOHOA_ENGINE").unwrap_or_else(|_| {
        let settings = sohoa::config::archive::ArchiveConfig::load(root).unwrap();
        settings.engine
    });
    let mut reader = PageReader::new(&engine, &root.join("models")).unwrap();
    let extract = Extract::new(Arc::new(built_in_kinds().unwrap()));
    let clean = Clean::default();
    let [mut open, mut intake, mut cleaning, mut whole, mut records] =
        std::array::from_fn::<Stage, 5, _>(|_| Stage::default());
    let (mut num_lines, mut num_records, mut num_broken) = (0, 0, 0);
    for path in sample_files(root) {
        let bytes = std::fs::read(&path).unwrap();
        let opened = open.measure(1, || Document::open(bytes, &Limits::default()));
        let Ok(document) = opened else { continue };
        let mut texts = Vec::new();
        for number in 1..=document.num_pages() {
            let Ok(page) = intake.measure(1, || document.page(number)) else {
                num_broken += 1;
                continue;
            };
            let image = page.image.clone();
            let ready = cleaning.measure(1, || clean.run(image, &mut Vec::new()));
            assert!(ready.dpi > 0.0);
            let (text, _) =
                whole.measure(1, || reader.read(page, &mut || Ok(()))).unwrap();
            num_lines += text.lines.len();
            texts.push((number, text));
        }
        let scan = ScanId("0".repeat(64));
        let pages = texts.len() as u32;
        if pages == 0 {
            continue;
        }
        num_records += records.measure(pages, || extract.run(&scan, &texts)).len();
    }
    assert_eq!(num_broken, 1, "one file is broken on purpose");
    assert!(num_lines > LEAST_LINES, "only {num_lines} lines were read");
    assert!(num_records > 15, "only {num_records} records were found");
    println!(
        "engine {engine}, {} pages, {num_lines} lines, {num_records} records",
        whole.pages
    );
    println!("{:<22} {:>10} {:>12}", "stage", "ms a page", "pages/s/core");
    open.row("open a file");
    intake.row("intake");
    cleaning.row("clean");
    whole.row("clean + lines + read");
    records.row("extract");
}

fn sample_files(root: &Path) -> Vec<PathBuf> {
    let found = walk::files(&[root.join("samples")]);
    assert!(found.unreadable.is_empty());
    found.files.into_iter().map(|file| file.absolute).collect()
}
