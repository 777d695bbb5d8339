//! `sohoa eval`: how well a corpus with truth is read, extracted and found.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use anyhow::Context as _;
use serde_json::json;
use sohoa::catalog::{Catalog, Originals, StoredRecord};
use sohoa::eval::{Calibration, Corpus, Fields, Found, Mistake, NUM_HITS};
use sohoa::eval::{ReadLine, ReadPage, Reading, Scores, Searching, Slice, holds_lines};
use sohoa::extract::normal::{Context, decode};
use sohoa::model::{PageKey, PageText, ScanId, Word};
use sohoa::report::Report;
use sohoa::run::{Archive, IngestPlan, desk};
use sohoa::serve::{SearchRequest, answer};

use super::{Ended, Usage, ingest, print_json};
use crate::cli;

pub(super) fn eval(arguments: &cli::Eval, models: &Path) -> anyhow::Result<Ended> {
    let folder = &arguments.corpus;
    if holds_lines(folder) {
        return lines(arguments, models);
    }
    if !folder.join("truth").is_dir() {
        let message = format!(
            "`{}` is no corpus: expected the folders `files` and `truth` in it, or \
             pictures of lines with a table `gt.tsv`",
            folder.display()
        );
        return Err(Usage(message).into());
    }
    let corpus = Corpus::load(folder)?;
    let temporary = tempfile::tempdir().context("temporary folder could not be made")?;
    let files = vec![folder.join("files")];
    let Some((archive, report)) = filled(arguments, models, temporary.path(), files)?
    else {
        return Ok(Ended::ToBeContinued);
    };
    let scores = scores(&archive, &corpus)?;
    if arguments.json {
        print_json(&json!({ "ingest": report, "scores": scores }))?;
    } else {
        tell(&scores)?;
    }
    Ok(Ended::Well)
}

/// How well single lines are read, as they are and as places.
fn lines(arguments: &cli::Eval, models: &Path) -> anyhow::Result<Ended> {
    let lines = sohoa::eval::true_lines(&arguments.corpus)?;
    let temporary = tempfile::tempdir().context("temporary folder could not be made")?;
    let files = lines.iter().map(|line| line.file.clone()).collect();
    let Some((archive, report)) = filled(arguments, models, temporary.path(), files)?
    else {
        return Ok(Ended::ToBeContinued);
    };
    let mut read = Vec::new();
    for line in &lines {
        let scan = Originals::hash(&line.file)?.id;
        let text = archive.catalog.page_text(&PageKey { scan, page: 1 })?;
        read.push(text.as_ref().map(read_line).unwrap_or_default());
    }
    let scores = sohoa::eval::score_lines(lines.iter().zip(&read));
    if arguments.json {
        let each: Vec<_> = lines
            .iter()
            .zip(&read)
            .map(|(line, read)| {
                json!({ "truth": line.text, "text": read.text, "place": read.place })
            })
            .collect();
        print_json(&json!({ "ingest": report, "lines": scores, "read": each }))?;
        return Ok(Ended::Well);
    }
    let missing = scores.lines_missing;
    say!("{:<36}{:>8}", "LINES", scores.lines)?;
    say!("{:<36}{missing:>8}", "of which nothing was read")?;
    for (name, share) in [
        ("CER as read", scores.cer),
        ("case, marks, words for units aside", scores.bare_cer),
        ("the same as places", scores.place_cer),
    ] {
        say!("{name:<36}{:>8}", percent(share))?;
    }
    Ok(Ended::Well)
}

/// What was read of the one line of a page.
fn read_line(page: &PageText) -> ReadLine {
    let texts: Vec<&str> = page.lines.iter().map(|line| line.text.as_str()).collect();
    let words: Vec<Word> =
        page.lines.iter().flat_map(|line| line.words.iter().cloned()).collect();
    let text = texts.join(" ");
    let place = decode("place", &words, &Context::default());
    let place = place.and_then(|place| place.value).unwrap_or_else(|| text.clone());
    ReadLine { text, place }
}

/// The archive that was named, or one in `temporary`; filled with `files` if there is
/// none. `None` if that was stopped.
fn filled(
    arguments: &cli::Eval,
    models: &Path,
    temporary: &Path,
    files: Vec<PathBuf>,
) -> anyhow::Result<Option<(Archive, Option<Report>)>> {
    let place = arguments.archive.clone().unwrap_or_else(|| temporary.join("archive"));
    if place.join("catalog.sqlite").try_exists()? {
        return Ok(Some((super::open(&place)?, None)));
    }
    let archive = Archive::create_or_open(&place)?;
    let report = fill(&archive, arguments, models, files)?;
    Ok(report.map(|report| (archive, Some(report))))
}

/// Takes the files of the corpus in; `None` if that was stopped.
fn fill(
    archive: &Archive,
    arguments: &cli::Eval,
    models: &Path,
    files: Vec<PathBuf>,
) -> anyhow::Result<Option<Report>> {
    let stop = ingest::stop_on_signals()?;
    let program = std::env::current_exe().context("this program could not be found")?;
    let setup = archive.worker_setup(&program, models);
    let mut plan = IngestPlan::of(files);
    plan.jobs = arguments.jobs.map_or(plan.jobs, usize::from);
    let report = sohoa::run::ingest(archive, &setup, &plan, &stop, |_| {})?;
    for line in report.lines() {
        eprintln!("{line}");
    }
    let is_done = report.waiting == 0 && !stop.load(Ordering::SeqCst);
    Ok(is_done.then_some(report))
}

/// What the archive knows of the files of the corpus.
fn known(
    catalog: &Catalog,
    corpus: &Corpus,
) -> anyhow::Result<(BTreeMap<PageKey, ReadPage>, Vec<StoredRecord>)> {
    let (mut pages, mut records) = (BTreeMap::new(), Vec::new());
    let scans: BTreeSet<&ScanId> =
        corpus.truths.iter().map(sohoa::eval::Truth::scan).collect();
    for scan in scans {
        let of_scan = catalog.records_of(scan)?;
        for page in catalog.pages(scan)? {
            if let Some(text) = catalog.page_text(&page.key)? {
                let records = of_scan.iter().map(|stored| &stored.record);
                let text = text.parted_by(page.key.page, records);
                pages.insert(page.key, ReadPage::of(&text));
            }
        }
        records.extend(of_scan);
    }
    Ok((pages, records))
}

fn scores(archive: &Archive, corpus: &Corpus) -> anyhow::Result<Scores> {
    let (pages, records) = known(&archive.catalog, corpus)?;
    let searcher = desk::searcher(archive)?;
    let ask = |query: &str| -> anyhow::Result<Vec<ScanId>> {
        let pairs = [("q", query.to_owned()), ("limit", NUM_HITS.to_string())];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value));
        let request =
            SearchRequest::of(&pairs).map_err(|error| Usage(error.to_string()))?;
        let answer = answer(&archive.catalog, &*searcher, &request)?;
        Ok(answer.hits.into_iter().map(|hit| hit.scan).collect())
    };
    let mut failed = None;
    let mut search = |query: &str| {
        ask(query).unwrap_or_else(|error| {
            failed.get_or_insert(error);
            Vec::new()
        })
    };
    let scores = sohoa::eval::score(corpus, &pages, &records, &mut search);
    failed.map_or(Ok(scores), Err)
}

fn tell(scores: &Scores) -> std::io::Result<()> {
    tell_reading(&scores.reading)?;
    tell_mistakes(&scores.reading)?;
    tell_calibration("words", &scores.reading.calibration)?;
    tell_fields(&scores.fields)?;
    tell_calibration("fields", &scores.fields.calibration)?;
    tell_search(&scores.search)
}

fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

fn tell_reading(reading: &Reading) -> std::io::Result<()> {
    say!(
        "{:<24}{:>10}{:>13}{:>10}{:>14}",
        "READING",
        "CER",
        "word recall",
        "chars",
        "calibration"
    )?;
    for (style, rate) in &reading.by_style {
        let error =
            reading.calibration_by_style.get(style).map_or(0.0, |c| c.expected_error);
        let (cer, recall) = (percent(rate.cer), percent(rate.word_recall));
        say!("{style:<24}{cer:>10}{recall:>13}{:>10}{error:>14.4}", rate.chars)?;
    }
    for (style, told_as) in &reading.told_as {
        let all: u64 = told_as.values().sum();
        say_on!("{:<24}", format!("{style} is told as"))?;
        for (writing, count) in told_as {
            let share = percent(*count as f64 / all.max(1) as f64);
            say_on!("  {writing} {share}")?;
        }
        say!("")?;
    }
    say!("{:<24}{:>10}", "pages missing", reading.pages_missing)?;
    say!("{:<24}{:>10}", "spurious letters", percent(reading.spurious_per_truth_char))?;
    let styles: Vec<&String> = reading.by_style.keys().collect();
    say_on!("\n{:<24}{:>10}", "CER BY DEGRADATION", "all")?;
    for style in &styles {
        say_on!("{style:>13}")?;
    }
    say!("")?;
    for slice in &reading.by_dpi {
        tell_slice("dpi", slice, &styles)?;
    }
    for (key, slices) in &reading.by_degradation {
        for slice in slices {
            tell_slice(key, slice, &styles)?;
        }
    }
    Ok(())
}

fn tell_slice(key: &str, slice: &Slice, styles: &[&String]) -> std::io::Result<()> {
    say_on!("{:<24}{:>10}", format!("{key} {}", slice.name), percent(slice.all.cer))?;
    for style in styles {
        let cer = slice.by_style.get(*style).map(|rate| percent(rate.cer));
        say_on!("{:>13}", cer.unwrap_or_default())?;
    }
    say!("")
}

fn tell_mistakes(reading: &Reading) -> std::io::Result<()> {
    say_on!("\n{:<24}", "WRONG LETTERS")?;
    for style in reading.mistakes.keys() {
        say_on!("{style:>13}")?;
    }
    say!("")?;
    for mistake in Mistake::ALL {
        say_on!("{:<24}", mistake.name())?;
        for counts in reading.mistakes.values() {
            say_on!("{:>13}", counts.get(&mistake).copied().unwrap_or_default())?;
        }
        say!("")?;
    }
    say!("\n{:<12}{:<12}{:>10}", "ON PAPER", "AS READ", "TIMES")?;
    for confusion in &reading.confusions {
        let (want, have) =
            (format!("`{}`", confusion.want), format!("`{}`", confusion.have));
        say!("{want:<12}{have:<12}{:>10}", confusion.count)?;
    }
    Ok(())
}

fn tell_calibration(what: &str, calibration: &Calibration) -> std::io::Result<()> {
    let title = format!("CONFIDENCE OF {}", what.to_uppercase());
    say!("\n{title:<24}{:>10}{:>10}{:>10}", "count", "mean", "right")?;
    for (at, bin) in calibration.bins.iter().enumerate() {
        let share = bin.right as f64 / bin.count.max(1) as f64;
        let name = format!("{:.1} to {:.1}", at as f64 / 10.0, (at + 1) as f64 / 10.0);
        say!("{name:<24}{:>10}{:>10.3}{share:>10.3}", bin.count, bin.mean_confidence)?;
    }
    say!("{:<24}{:>10.4}", "expected error", calibration.expected_error)
}

fn tell_fields(fields: &Fields) -> std::io::Result<()> {
    say!("\n{:<24}{:>10}", "RECORDS", fields.records)?;
    let alarms = &fields.inconsistencies;
    for (name, share) in [
        ("kind right", fields.kind_accuracy),
        ("found", fields.records_found),
        ("invented", fields.records_invented),
        ("wrong and below 0.9", fields.wrong_below_sure),
        ("inconsistencies found", alarms.found),
        ("false alarms a record", alarms.false_alarms_per_record),
    ] {
        say!("{name:<24}{:>10}", percent(share))?;
    }
    say!("{:<24}{:>10}", "role swaps", fields.role_swaps)?;
    tell_found("F1 BY STYLE", &fields.by_style)?;
    tell_found("F1 BY DOCUMENT", &fields.by_doc_type)?;
    tell_found("F1 BY FIELD", &fields.by_field)
}

fn tell_found(title: &str, rows: &BTreeMap<String, Found>) -> std::io::Result<()> {
    say!("\n{title:<30}{:>8}{:>8}{:>8}{:>8}", "F1", "right", "truth", "given")?;
    for (name, found) in rows {
        let (right, truth, given) = (found.right, found.truth, found.given);
        say!("{name:<30}{:>8.4}{right:>8}{truth:>8}{given:>8}", found.f1)?;
    }
    Ok(())
}

fn tell_search(searching: &Searching) -> std::io::Result<()> {
    say!("\n{:<30}{:>10}{:>12}{:>8}", "SEARCH", "queries", "recall@10", "MRR")?;
    for (name, recall) in &searching.by_type {
        let (at_10, mrr) = (recall.recall_at_10, recall.mrr);
        say!("{name:<30}{:>10}{at_10:>12.4}{mrr:>8.4}", recall.queries)?;
    }
    say!("{:<30}{:>10}", "without a hit", searching.without_a_hit)
}
