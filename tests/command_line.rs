//! The command line, exit codes and JSON that scripts rely on.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::archive::{exported, filled, sohoa, stdout};

/// The keys of a JSON object, in their order.
fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn ingest_ends_with_one_json_object_of_the_contract() {
    let report = &filled().report;
    let sum = ["ingested", "duplicate", "quarantined", "failed"]
        .map(|name| report[name].as_u64().unwrap())
        .iter()
        .sum::<u64>();
    assert_eq!(report["found"], sum);
    for name in ["pages", "records", "seconds", "pages_per_second"] {
        assert!(report[name].is_number(), "{name} is missing");
    }
}

#[test]
fn a_page_row_is_as_the_contract_says() {
    let pages = exported(&filled().archive(), "pages-jsonl");
    let page = pages.iter().find(|page| !page["lines"][0].is_null()).unwrap();
    for name in ["scan", "path", "page", "width", "height", "text", "lines"] {
        assert!(!page[name].is_null(), "{name} is missing");
    }
    let line = &page["lines"][0];
    for one in [line, &line["words"][0]] {
        assert!(one["text"].is_string() && one["confidence"].is_number());
        let quad = one["quad"].as_array().unwrap();
        assert!(
            quad.len() == 4 && quad.iter().all(|at| at.as_array().unwrap().len() == 2)
        );
    }
    assert_eq!(page["scan"].as_str().unwrap().len(), 64);
}

#[test]
fn a_record_row_is_as_the_contract_says() {
    let records = exported(&filled().archive(), "records-jsonl");
    let record = &records[0];
    let mut names = keys(record);
    names.sort_unstable();
    assert_eq!(names, ["fields", "findings", "kind", "pages", "path", "record", "scan"]);
    let field = record["fields"].as_object().unwrap().values().next().unwrap();
    for name in ["text", "value", "state", "confidence", "page", "quad"] {
        assert!(field.as_object().unwrap().contains_key(name), "{name} is missing");
    }
}

#[test]
fn a_search_answer_is_as_the_contract_says() {
    let archive = filled().archive();
    let output = sohoa(&["search", "phan van ta", "--archive", &archive, "--json"]);
    let answer: Value = serde_json::from_str(stdout(&output).trim()).unwrap();
    assert!(answer["total"].as_u64().unwrap() >= 1);
    assert!(answer["took_ms"].is_number());
    let hit = &answer["hits"][0];
    for name in
        ["record", "kind", "score", "scan", "path", "page", "fields", "highlights"]
    {
        assert!(!hit[name].is_null(), "{name} is missing");
    }
    assert_eq!(hit["highlights"][0].as_array().unwrap().len(), 4);
}

/// Settings whose engine is not there.
const LACKING: &str = "engine = \"no such engine\"\n[worker]\nstall_seconds = 60\n\
                       total_seconds = 120\npages_before_restart = 200\nmemory_mb = 1024\n";

/// An archive with settings of its own, and a folder with a file that is no scan and one
/// that is.
fn small(settings: &str) -> (tempfile::TempDir, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let (archive, scans) = (folder.path().join("archive"), folder.path().join("scans"));
    drop(sohoa::run::Archive::create_or_open(&archive).unwrap());
    if !settings.is_empty() {
        std::fs::write(archive.join("sohoa.toml"), settings).unwrap();
    }
    std::fs::create_dir(&scans).unwrap();
    std::fs::write(scans.join("a.txt"), "no scan").unwrap();
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let (archive, scans) = (text(&archive), text(&scans));
    (folder, archive, scans)
}

#[test]
fn exit_codes_are_those_of_the_documents() {
    let missing = "/nonexistent/archive";
    let (_folder, archive, scans) = small("");
    let (_spoilt_folder, spoilt, _) = small("no setting");
    let (_lacking_folder, lacking, pictures) = small(LACKING);
    let picture = image::GrayImage::from_pixel(40, 40, image::Luma([255]));
    picture.save(Path::new(&pictures).join("b.png")).unwrap();
    for (arguments, code) in [
        (vec!["--version"], 0),
        (vec!["ingest"], 1),
        (vec!["ingest", "/nonexistent/scans", "--archive", missing], 1),
        (vec!["search", "a", "--archive", missing], 5),
        (vec!["export", "--archive", missing, "--format", "nonsense"], 1),
        (vec!["export", "--archive", missing, "--format", "csv"], 5),
        (vec!["check"], 0),
        (vec!["export", "--archive", &archive, "--format", "csv"], 0),
        (vec!["export", "--archive", &archive, "--format", "csv", "--out", "/no/x"], 5),
        (vec!["lookup", "/nonexistent.csv", "--archive", &archive], 5),
        (vec!["quarantine", "export", "--archive", &archive, "--out", "/no/x"], 5),
        (vec!["ingest", &scans, "--archive", &archive], 20),
        (vec!["ingest", &scans, "--archive", &spoilt], 9),
        (vec!["ingest", &pictures, "--archive", &lacking], 3),
    ] {
        let output = sohoa(&arguments);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_while_something_is_written_is_told_as_such() {
    let (_folder, archive, _) = small("");
    for format in ["csv", "xlsx", "vbdlis"] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_sohoa"))
            .args(["export", "--archive", &archive, "--format", format])
            .stdout(full)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(22), "{format}: {said}");
        assert!(said.contains("No space left"), "{format}: {said}");
    }
}

#[test]
fn a_list_that_cannot_be_looked_up_leaves_the_report_of_the_last_one() {
    let folder = tempfile::tempdir().unwrap();
    let (list, report) = (folder.path().join("list.csv"), folder.path().join("out.csv"));
    std::fs::write(&report, "of yesterday").unwrap();
    let archive = filled().archive();
    let look_up = || {
        let (list, report) = (list.to_string_lossy(), report.to_string_lossy());
        sohoa(&["lookup", &list, "--archive", &archive, "--out", &report]).status.code()
    };
    std::fs::write(&list, "colour\nred\n").unwrap();
    assert_eq!(look_up(), Some(1));
    assert_eq!(std::fs::read_to_string(&report).unwrap(), "of yesterday");
    std::fs::write(&list, "họ tên\nLò Văn Không Ai\n").unwrap();
    assert_eq!(look_up(), Some(0));
    assert!(std::fs::read_to_string(&report).unwrap().contains("Lò Văn Không Ai"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else");
}

#[test]
fn a_message_says_what_happened_where_and_what_to_do() {
    let output = sohoa(&["status", "--archive", "/nonexistent/archive"]);
    insta::assert_snapshot!(
        String::from_utf8_lossy(&output.stderr).trim(),
        @"sohoa: `/nonexistent/archive` is not an archive: it holds no catalog.sqlite; `sohoa ingest` creates one"
    );
    assert!(output.stdout.is_empty(), "messages do not go to stdout");
}

#[test]
fn an_answer_that_nobody_reads_on_is_no_error() {
    let archive = filled().archive();
    for command in [&["status"][..], &["quarantine", "list"], &["search", "phan"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sohoa"))
            .args(command)
            .args(["--archive", &archive])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{command:?}");
        assert_eq!(output.status.code(), Some(0), "{command:?}");
    }
}

#[test]
fn a_dry_run_says_what_would_happen_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let scans = folder.path().join("scans");
    std::fs::create_dir(&scans).unwrap();
    std::fs::write(scans.join("a.txt"), "one").unwrap();
    std::fs::write(scans.join("b.txt"), "one").unwrap();
    let archive = folder.path().join("archive");
    let output = sohoa(&[
        "ingest",
        &scans.to_string_lossy(),
        "--archive",
        &archive.to_string_lossy(),
        "--dry-run",
        "--json",
    ]);
    let report: Value = serde_json::from_str(stdout(&output).trim()).unwrap();
    assert_eq!(
        (&report["found"], &report["duplicate"]),
        (&Value::from(2), &Value::from(1))
    );
    assert!(!archive.try_exists().unwrap());
}

#[test]
fn until_a_time_that_makes_no_sense_is_refused_with_an_example() {
    let output =
        sohoa(&["ingest", ".", "--archive", "/nonexistent/a", "--until", "half past"]);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(
        String::from_utf8_lossy(&output.stderr).trim(),
        @"sohoa: `--until half past`: expected a time of day like 05:30"
    );
}
