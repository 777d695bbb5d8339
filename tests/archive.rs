//! The main job on the sample scans, as a person runs it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde_json::Value;
use sohoa::model::canonical_tone;
use sohoa::run::{Archive, IngestPlan};

pub fn sohoa(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sohoa")).args(arguments).output().unwrap()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

/// An archive that holds the sample scans; filled once for all tests.
pub struct Filled {
    pub folder: tempfile::TempDir,
    pub report: Value,
    pub code: Option<i32>,
}

impl Filled {
    pub fn archive(&self) -> String {
        self.folder.path().join("archive").to_string_lossy().into_owned()
    }
}

pub fn filled() -> &'static Filled {
    static FILLED: OnceLock<Filled> = OnceLock::new();
    FILLED.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("archive");
        let output = sohoa(&[
            "ingest",
            &samples().to_string_lossy(),
            "--archive",
            &archive.to_string_lossy(),
            "--json",
        ]);
        let text = stdout(&output);
        let last = text.lines().last().unwrap_or_else(|| {
            panic!("no answer: {}", String::from_utf8_lossy(&output.stderr))
        });
        let report = serde_json::from_str(last).unwrap();
        Filled { folder, report, code: output.status.code() }
    })
}

/// Held by tests that lock the archive, so that they do not meet.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn json_lines(output: &Output) -> Vec<Value> {
    stdout(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub fn exported(archive: &str, format: &str) -> Vec<Value> {
    let output = sohoa(&["export", "--archive", archive, "--format", format]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    json_lines(&output)
}

/// What stands on the samples, by path.
fn truth() -> BTreeMap<String, Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/samples.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn every_sample_is_accounted_for_and_the_broken_one_is_set_aside() {
    let filled = filled();
    let report = &filled.report;
    let files = truth().len() as u64;
    assert_eq!(filled.code, Some(20), "some files were set aside");
    // The samples, and one broken file.
    assert_eq!(report["found"], files + 1);
    assert_eq!(report["ingested"], files);
    assert_eq!(report["quarantined"], 1);
    let pages: u64 = truth().values().map(|one| one["pages"].as_u64().unwrap()).sum();
    assert_eq!(report["pages"], pages);
    let list = json_lines(&sohoa(&[
        "quarantine",
        "list",
        "--archive",
        &filled.archive(),
        "--json",
    ]));
    let reasons: Vec<_> = list
        .iter()
        .map(|one| (one["path"].as_str().unwrap(), one["reason"].as_str().unwrap()))
        .collect();
    assert_eq!(reasons, [("hỏng - chép dở.pdf", "corrupt")]);
}

#[test]
fn every_sample_has_its_kind_and_most_of_its_printed_fields() {
    let filled = filled();
    let records = exported(&filled.archive(), "records-jsonl");
    let (mut right, mut wanted, mut given) = (0_u32, 0_u32, 0_u32);
    let mut wrong_kinds = Vec::new();
    for (path, sample) in truth() {
        let mine: Vec<&Value> =
            records.iter().filter(|record| record["path"] == path.as_str()).collect();
        if !mine.iter().any(|record| record["kind"] == sample["kind"]) {
            wrong_kinds.push(path.clone());
        }
        for truth in sample["records"].as_array().unwrap() {
            // What is typed or written by hand is measured by `make score`.
            let truth = truth["print"].as_object().unwrap();
            wanted += truth.len() as u32;
            let best = mine
                .iter()
                .map(|record| {
                    let fields = record["fields"].as_object().unwrap();
                    let right = truth
                        .iter()
                        .filter(|(name, value)| same(fields.get(*name), value));
                    let given = truth.keys().filter(|name| {
                        fields.get(*name).is_some_and(|field| !field["value"].is_null())
                    });
                    (right.count() as u32, given.count() as u32)
                })
                .max()
                .unwrap_or((0, 0));
            right += best.0;
            given += best.1;
        }
    }
    assert_eq!(wrong_kinds, Vec::<String>::new(), "kinds that were not recognised");
    let f1 = f64::from(2 * right) / f64::from(wanted + given);
    println!("samples: {right} right of {wanted}, {given} given, F1 {f1:.3}");
    assert!(f1 > 0.70, "F1 on the samples is {f1:.3}");
}

/// Whether a field has the value, spelling of dates and place of tones aside.
fn same(field: Option<&Value>, truth: &Value) -> bool {
    let Some(value) = field.and_then(|field| field["value"].as_str()) else {
        return false;
    };
    let truth = truth.as_str().unwrap();
    let parts: Vec<&str> = truth.split('.').collect();
    let iso = match parts.as_slice() {
        [day, month, year] if year.len() == 4 => format!("{year}-{month}-{day}"),
        [month, year] if year.len() == 4 && month.len() == 2 => format!("{year}-{month}"),
        _ => truth.to_owned(),
    };
    let number = |text: &str| text.parse::<f64>().ok();
    canonical_tone(value) == canonical_tone(&iso)
        || number(value).is_some() && number(value) == number(truth)
}

#[test]
fn every_field_that_was_read_shows_where() {
    let records = exported(&filled().archive(), "records-jsonl");
    let pages = exported(&filled().archive(), "pages-jsonl");
    assert!(!records.is_empty());
    for record in &records {
        for (name, field) in record["fields"].as_object().unwrap() {
            if field["value"].is_null() || field["state"] != "read" {
                continue;
            }
            let page = pages
                .iter()
                .find(|page| {
                    page["scan"] == record["scan"] && page["page"] == field["page"]
                })
                .unwrap_or_else(|| panic!("{name} of {} has no page", record["path"]));
            for corner in field["quad"].as_array().unwrap() {
                let (x, y) = (corner[0].as_f64().unwrap(), corner[1].as_f64().unwrap());
                let (width, height) =
                    (page["width"].as_f64().unwrap(), page["height"].as_f64().unwrap());
                let inside =
                    x > -20.0 && y > -20.0 && x < width + 20.0 && y < height + 20.0;
                assert!(inside, "{name} of {} lies outside its page", record["path"]);
            }
        }
    }
}

#[test]
fn the_same_command_twice_changes_nothing() {
    let filled = filled();
    let _alone = alone();
    let archive = filled.archive();
    let before =
        stdout(&sohoa(&["export", "--archive", &archive, "--format", "records-jsonl"]));
    let output =
        sohoa(&["ingest", &samples().to_string_lossy(), "--archive", &archive, "--json"]);
    let report: Value = serde_json::from_str(stdout(&output).trim()).unwrap();
    assert_eq!(report["ingested"], 0);
    assert_eq!(report["pages"], 0);
    assert_eq!(report["duplicate"], filled.report["ingested"]);
    let after =
        stdout(&sohoa(&["export", "--archive", &archive, "--format", "records-jsonl"]));
    assert!(before == after, "the records changed");
}

#[test]
fn verify_finds_nothing_wrong_and_finds_a_changed_byte() {
    let filled = filled();
    let _alone = alone();
    let output = sohoa(&["verify", "--archive", &filled.archive(), "--json"]);
    assert_eq!(stdout(&output).trim(), r#"{"ok":true,"wrong":[]}"#);

    // A small archive of its own, which may be spoilt.
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("a.txt");
    std::fs::write(&source, "no scan").unwrap();
    let archive = folder.path().join("archive").to_string_lossy().into_owned();
    let output = sohoa(&["ingest", &source.to_string_lossy(), "--archive", &archive]);
    assert_eq!(output.status.code(), Some(20));
    let original = std::fs::read_dir(format!("{archive}/originals"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.file_name().is_some_and(|name| name.len() == 2))
        .unwrap();
    let mut path = original;
    while path.is_dir() {
        path = std::fs::read_dir(&path).unwrap().next().unwrap().unwrap().path();
    }
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, "no Scan").unwrap();
    let output = sohoa(&["verify", "--archive", &archive]);
    assert_eq!(output.status.code(), Some(21));
    assert!(stdout(&output).contains("a.txt"), "{}", stdout(&output));
}

#[test]
fn an_index_built_anew_gives_the_same_hits() {
    let filled = filled();
    let _alone = alone();
    let archive = filled.archive();
    let hits = || {
        let output = sohoa(&["search", "phan", "--archive", &archive, "--json"]);
        let mut answer: Value = serde_json::from_str(stdout(&output).trim()).unwrap();
        answer["took_ms"] = Value::Null;
        answer
    };
    let before = hits();
    assert!(before["total"].as_u64().unwrap() > 0);
    let output = sohoa(&["reindex", "--archive", &archive]);
    assert!(output.status.success());
    assert_eq!(before, hits());
}

#[test]
fn a_night_takes_in_what_is_new_retries_verifies_and_backs_up() {
    let folder = tempfile::tempdir().unwrap();
    let (watched, archive) = (folder.path().join("in"), folder.path().join("archive"));
    std::fs::create_dir(&watched).unwrap();
    std::fs::write(watched.join("a.txt"), "no scan").unwrap();
    let archive_name = archive.to_string_lossy().into_owned();
    let output =
        sohoa(&["ingest", &watched.to_string_lossy(), "--archive", &archive_name]);
    assert_eq!(output.status.code(), Some(20));
    let settings = archive.join("sohoa.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    let watch = format!("watch = [{:?}]", watched.to_string_lossy());
    std::fs::write(&settings, text.replace("watch = []", &watch)).unwrap();
    std::fs::write(watched.join("b.txt"), "no scan either").unwrap();
    let output = sohoa(&["nightly", "--archive", &archive_name, "--json"]);
    assert_eq!(output.status.code(), Some(20), "two files are set aside");
    let report: Value = serde_json::from_str(stdout(&output).trim()).unwrap();
    assert_eq!(report["ingested"]["found"], 2);
    assert_eq!(report["retried"], 2);
    assert_eq!(report["set_aside"].as_array().unwrap().len(), 2);
    assert_eq!(report["wrong"], Value::Array(Vec::new()));
    // The backup is a whole catalog.
    let restored = folder.path().join("restored");
    std::fs::create_dir(&restored).unwrap();
    let backup = archive.join(report["backup"].as_str().unwrap());
    std::fs::copy(backup, restored.join("catalog.sqlite")).unwrap();
    let list = |archive: &Path| {
        let archive = archive.to_string_lossy().into_owned();
        stdout(&sohoa(&["quarantine", "list", "--archive", &archive]))
    };
    assert_eq!(list(&restored).lines().count(), 2);
    assert_eq!(list(&restored), list(&archive));
}

#[test]
fn a_night_verifies_its_thirtieth_of_the_originals() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("a.txt");
    std::fs::write(&source, "no scan").unwrap();
    let archive = folder.path().join("archive");
    let name = archive.to_string_lossy().into_owned();
    sohoa(&["ingest", &source.to_string_lossy(), "--archive", &name]);
    let archive = Archive::open(&archive).unwrap();
    let id = archive.catalog.scans().unwrap()[0].id.clone();
    let start: String = id.0.chars().take(8).collect();
    let its_night = u64::from_str_radix(&start, 16).unwrap() % 30;
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let setup = archive.worker_setup(Path::new(env!("CARGO_BIN_EXE_sohoa")), &models);
    let plan = IngestPlan { jobs: 1, now_ms: 0, ..IngestPlan::of(Vec::new()) };
    let night = |number: u64| {
        let never = AtomicBool::new(false);
        let day = ("2026-11-22", number);
        sohoa::run::nightly(&archive, &setup, &plan, &never, day, |_| {}).unwrap()
    };
    assert_eq!(night(its_night + 30).verified, 1);
    let place = archive.catalog.originals().path(&id);
    std::fs::remove_file(&place).unwrap();
    std::fs::write(&place, "no Scan").unwrap();
    let (another, same) = (night(its_night + 1), night(its_night));
    assert_eq!((another.verified, another.wrong.len()), (0, 0));
    assert_eq!((same.verified, same.wrong.len()), (1, 1));
    assert!(same.wrong[0].starts_with("a.txt: "), "{:?}", same.wrong);
}
