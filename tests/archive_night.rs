//! Nights, accounts and books, as the people who look at them in the morning see them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use serde_json::Value;
use sohoa::run::{Archive, IngestPlan};

use super::archive::{exported, sohoa, stdout};
use super::kill::{program, small_corpus};

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// An archive with these settings beside the default ones.
fn archive_with(folder: &Path, settings: &[(&str, &str)]) -> PathBuf {
    let archive = folder.join("archive");
    drop(Archive::create_or_open(&archive).unwrap());
    let place = archive.join("sohoa.toml");
    let mut written = std::fs::read_to_string(&place).unwrap();
    for (from, to) in settings {
        assert!(written.contains(from), "{from} is no setting");
        written = written.replace(from, to);
    }
    std::fs::write(&place, written).unwrap();
    archive
}

fn last_json(output: &std::process::Output) -> Value {
    let text = stdout(output);
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_str(text.lines().last().unwrap_or_else(|| panic!("{said}"))).unwrap()
}

#[test]
fn the_account_names_every_file_that_was_not_ingested_on_screen_as_json_and_as_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let scans = folder.path().join("scans");
    std::fs::create_dir_all(scans.join("sổ 1")).unwrap();
    for (name, bytes) in
        [("sổ 1/a.txt", "no scan"), ("b.txt", "no scan"), ("empty.pdf", "")]
    {
        std::fs::write(scans.join(name), bytes).unwrap();
    }
    let archive = folder.path().join("archive");
    let output =
        sohoa(&["ingest", &text(&scans), "--archive", &text(&archive), "--json"]);
    assert_eq!(output.status.code(), Some(20));
    let report = last_json(&output);
    assert_eq!(report["folders"]["sổ 1"]["found"], 1);
    let rows: Vec<String> = report["not_ingested"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{} {} {}", row["path"], row["fate"], row["reason"]))
        .collect();
    assert_eq!(
        rows,
        [
            r#""b.txt" "quarantined" "unknown-format""#,
            r#""empty.pdf" "quarantined" "empty""#,
            r#""sổ 1/a.txt" "duplicate" "same-bytes""#,
        ]
    );
    let screen = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(screen.contains("empty.pdf: empty: "), "{screen}");

    let mut reports: Vec<PathBuf> = std::fs::read_dir(archive.join("reports"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    reports.sort();
    let [table, json] = reports.as_slice() else { panic!("{reports:?}") };
    let table = std::fs::read_to_string(table).unwrap();
    assert!(table.starts_with("\u{feff}folder,path,page,fate,reason,"), "{table}");
    assert_eq!(table.lines().count(), 4);
    let kept: Value =
        serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap();
    assert_eq!(kept, report);
}

#[test]
fn the_log_has_one_json_line_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let scans = folder.path().join("scans");
    let files = small_corpus(&scans, 5);
    let archive = folder.path().join("archive");
    for round in 0..2 {
        let output =
            sohoa(&["ingest", &text(&scans), "--archive", &text(&archive), "--log-json"]);
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        let mut lines: Vec<Value> =
            log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        lines.sort_by_key(|line| line["path"].to_string());
        let paths: Vec<&str> =
            lines.iter().map(|line| line["path"].as_str().unwrap()).collect();
        assert_eq!(paths, files.keys().collect::<Vec<_>>(), "{log}");
        let fate = if round == 0 { "ingested" } else { "duplicate" };
        assert_eq!(lines[0]["fate"], fate);
        assert_eq!(lines[3]["why"], "corrupt", "{log}");
        assert!(lines.iter().all(|line| line["event"] == "file"));
    }
}

#[test]
fn a_file_that_is_still_being_copied_is_left_for_the_next_night() {
    let folder = tempfile::tempdir().unwrap();
    let watched = folder.path().join("in");
    std::fs::create_dir(&watched).unwrap();
    std::fs::write(watched.join("whole.txt"), "no scan").unwrap();
    let growing = watched.join("growing.txt");
    std::fs::write(&growing, "a").unwrap();
    let watch = format!("watch = [{:?}]", text(&watched));
    let archive = archive_with(
        folder.path(),
        &[("watch = []", &watch), ("settle_seconds = 10", "settle_seconds = 1")],
    );
    let mut night = Command::new(program())
        .args(["nightly", "--json", "--archive"])
        .arg(&archive)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut bytes = String::from("a");
    while night.try_wait().unwrap().is_none() {
        bytes.push('a');
        std::fs::write(&growing, &bytes).unwrap();
        std::thread::sleep(Duration::from_millis(100));
    }
    let output = night.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(22), "a file is left");
    let report = last_json(&output);
    let ingested = &report["ingested"];
    assert_eq!((&ingested["found"], &ingested["waiting"]), (&1.into(), &1.into()));
    let rows = ingested["not_ingested"].as_array().unwrap();
    let row = rows.iter().find(|row| row["path"] == "growing.txt").unwrap();
    assert_eq!(
        (&row["fate"], &row["reason"]),
        (&"waiting".into(), &"still-copied".into())
    );

    let output = sohoa(&["nightly", "--archive", &text(&archive), "--json"]);
    let report = last_json(&output);
    assert_eq!(output.status.code(), Some(20), "neither is a scan");
    assert_eq!(report["ingested"]["found"], 2, "now it is whole");
    assert_eq!(report["ingested"]["waiting"], Value::Null);
    assert_eq!((&report["compacted"], &report["stopped"]), (&true.into(), &false.into()));
}

#[test]
fn a_night_whose_watched_folder_is_not_there_does_not_end_well() {
    let folder = tempfile::tempdir().unwrap();
    let archive =
        archive_with(folder.path(), &[("watch = []", "watch = [\"/nonexistent/usb\"]")]);
    let output = sohoa(&["nightly", "--archive", &text(&archive), "--json"]);
    assert_eq!(last_json(&output)["ingested"]["failed"], 1);
    assert_eq!(output.status.code(), Some(20));
}

#[test]
fn what_was_set_aside_is_read_again_now_or_copied_out() {
    let folder = tempfile::tempdir().unwrap();
    let scans = folder.path().join("scans");
    std::fs::create_dir_all(scans.join("a")).unwrap();
    std::fs::write(scans.join("a/b.txt"), "no scan").unwrap();
    let archive = text(&folder.path().join("archive"));
    sohoa(&["ingest", &text(&scans), "--archive", &archive]);
    let retry = |reason: &str| {
        sohoa(&[
            "quarantine",
            "retry",
            "--archive",
            &archive,
            "--json",
            "--reason",
            reason,
        ])
    };
    assert_eq!(retry("nonsense").status.code(), Some(1));
    assert_eq!(last_json(&retry("timeout"))["retried"], 0);
    let output = retry("unknown-format");
    assert_eq!(output.status.code(), Some(20), "it fails again");
    let answer = last_json(&output);
    assert_eq!((&answer["retried"], &answer["still_set_aside"]), (&1.into(), &1.into()));
    let out = folder.path().join("out");
    let output =
        sohoa(&["quarantine", "export", "--archive", &archive, "--files", &text(&out)]);
    assert!(stdout(&output).contains("a/b.txt,,quarantined,unknown-format"));
    assert_eq!(std::fs::read_to_string(out.join("a/b.txt")).unwrap(), "no scan");
}

#[test]
fn a_run_whose_time_is_over_begins_nothing_and_says_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let scans = folder.path().join("scans");
    small_corpus(&scans, 4);
    let archive = Archive::create_or_open(&folder.path().join("archive")).unwrap();
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let plan = IngestPlan {
        jobs: 1,
        now_ms: 0,
        until: Some(Instant::now()),
        ..IngestPlan::of(vec![scans])
    };
    let setup = archive.worker_setup(&program(), &models);
    let never = AtomicBool::new(false);
    let report = sohoa::run::ingest(&archive, &setup, &plan, &never, |_| {}).unwrap();
    assert_eq!((report.tally.found, report.waiting, report.pages), (0, 4, 0));
}

#[test]
fn a_book_with_a_gap_a_double_number_and_dates_out_of_order_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let scans = folder.path().join("KH 1982");
    std::fs::create_dir(&scans).unwrap();
    let pages = small_corpus(&folder.path().join("pages"), 9);
    let names = [
        "KH.1982.01.1982-03-01.030.png",
        "KH.1982.01.1982-03-05.031.png",
        "KH.1982.01.1982-03-04.032.png",
        "KH.1982.01.1982-03-09.035.png",
        "KH.1982.01.1982-03-10.035.png",
        "Scan 55.png",
    ];
    let strips: Vec<&Vec<u8>> = pages
        .iter()
        .filter(|(name, _)| {
            !["001.png", "broken.pdf", "twice.png"].contains(&name.as_str())
        })
        .map(|(_, bytes)| bytes)
        .collect();
    for (name, bytes) in names.iter().zip(strips) {
        std::fs::write(scans.join(name), bytes).unwrap();
    }
    let archive = text(&folder.path().join("archive"));
    let output = sohoa(&["ingest", &text(&scans), "--archive", &archive, "--json"]);
    let report = last_json(&output);
    let written = report["ingested"].as_u64().unwrap();
    assert_eq!(report["names_not_understood"].as_array().map_or(0, Vec::len), 1);
    let output = sohoa(&["verify", "--books", "--archive", &archive, "--json"]);
    let book = last_json(&output);
    assert_eq!((&book["register"], &book["year"]), (&"KH".into(), &"1982".into()));
    assert_eq!(book["files"].as_u64(), Some(written - 1), "one name says nothing");
    let findings: Vec<String> = book["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {} {}", one["rule"], one["from"], one["to"]))
        .collect();
    assert_eq!(
        findings,
        [
            r#""date-out-of-order" 31 32"#,
            r#""missing-number" 33 34"#,
            r#""duplicate-number" 35 35"#,
        ]
    );
    let pages = exported(&archive, "pages-jsonl");
    let named = pages.iter().find(|page| page["path"] == names[0]).unwrap();
    assert_eq!(named["name"]["number"], "030");
}
