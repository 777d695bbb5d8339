//! What is taken in and what the account says of it: no file is lost for its name, its
//! time or its neighbours, and none is counted twice.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use sohoa::catalog::NewScan;
use sohoa::run::{Archive, IngestPlan};

use super::archive::{sohoa, stdout};
use super::kill::{program, small_corpus};

/// Writes files of one folder, all changed at the same time.
fn write_all<'a>(folder: &Path, files: impl IntoIterator<Item = (&'a OsStr, &'a str)>) {
    fs::create_dir_all(folder).unwrap();
    for (name, text) in files {
        let place = folder.join(name);
        fs::write(&place, text).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        File::options().write(true).open(place).unwrap().set_modified(time).unwrap();
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The account of `sohoa ingest`, without what differs from run to run.
fn ingested(paths: &[&Path], archive: &Path) -> Value {
    let mut arguments = vec!["ingest".to_owned()];
    arguments.extend(paths.iter().map(|path| text(path)));
    arguments.extend(["--json".to_owned(), "--archive".to_owned(), text(archive)]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = sohoa(&arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let report: Value = serde_json::from_str(stdout(&output).trim()).expect(&said);
    let counts = ["ingested", "duplicate", "quarantined", "failed"];
    let sum: u64 = counts.iter().map(|name| report[name].as_u64().unwrap()).sum();
    assert_eq!(report["found"], sum, "{report}");
    let is_aside = report["quarantined"] != 0 || report["failed"] != 0;
    assert_eq!(output.status.code(), Some(if is_aside { 20 } else { 0 }), "{report}");
    report
}

fn tally(report: &Value) -> [u64; 5] {
    ["found", "ingested", "duplicate", "quarantined", "failed"]
        .map(|name| report[name].as_u64().unwrap())
}

/// Paths of everything that is set aside, in order.
fn set_aside(archive: &Path) -> Vec<String> {
    let output = sohoa(&["quarantine", "list", "--json", "--archive", &text(archive)]);
    let text = stdout(&output);
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.map(|row| row["path"].as_str().unwrap().to_owned()).collect()
}

fn originals(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { originals(&path) } else { 1 }).sum()
}

#[test]
fn files_of_one_name_size_and_time_on_two_sticks_are_both_taken_in() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive");
    let sticks = ["u1", "u2"].map(|name| folder.path().join(name));
    for (stick, text) in sticks.iter().zip(["one", "two"]) {
        write_all(stick, [(OsStr::new("x.txt"), text)]);
        assert_eq!(tally(&ingested(&[stick], &archive)), [1, 0, 0, 1, 0]);
    }
    assert_eq!(originals(&archive.join("originals")), 2);
    let both = [sticks[0].as_path(), &sticks[1]];
    assert_eq!(tally(&ingested(&both, &archive)), [2, 0, 0, 2, 0], "none is unchanged");
    // Changed, and given its old time again.
    write_all(&sticks[0], [(OsStr::new("x.txt"), "new")]);
    assert_eq!(tally(&ingested(&both, &archive)), [2, 0, 0, 2, 0]);
    assert_eq!(originals(&archive.join("originals")), 3);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_look_alike_hide_no_file() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = tempfile::tempdir().unwrap();
    let (scans, archive) = (folder.path().join("scans"), folder.path().join("archive"));
    let names: [&[u8]; 4] = [
        b"S\xe6 1.bmp",
        b"S\xe8 1.bmp",
        "Tờ.bmp".as_bytes(),
        "To\u{31b}\u{300}.bmp".as_bytes(),
    ];
    let names = names.map(OsStr::from_bytes);
    write_all(&scans, names.into_iter().zip(["one", "two", "3rd", "4th"]));
    for _ in 0..2 {
        assert_eq!(tally(&ingested(&[&scans], &archive)), [4, 0, 0, 4, 0]);
    }
    let shown = [r"S\xe6 1.bmp", r"S\xe8 1.bmp", "Tờ.bmp", "Tờ.bmp"];
    assert_eq!(set_aside(&archive), shown);
    assert_eq!(originals(&archive.join("originals")), 4);
}

#[test]
fn the_same_command_again_gives_the_same_account_of_what_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let (scans, archive) = (folder.path().join("scans"), folder.path().join("archive"));
    let names = ["a.txt", "b.txt", "c.txt"].map(OsStr::new);
    write_all(&scans, names.into_iter().zip(["no scan", "no scan", "another"]));
    let first = ingested(&[&scans], &archive);
    assert_eq!(tally(&first), [3, 0, 1, 2, 0]);
    let second = ingested(&[&scans], &archive);
    assert_eq!(tally(&second), tally(&first));
    assert_eq!(second["folders"], first["folders"]);
}

#[test]
fn an_original_that_is_gone_ends_no_run_and_what_an_earlier_run_left_is_accounted_for() {
    let folder = tempfile::tempdir().unwrap();
    let (scans, archive) = (folder.path().join("scans"), folder.path().join("archive"));
    small_corpus(&scans, 3);
    {
        // As an earlier run leaves it that was stopped before it read anything.
        let archive = Archive::create_or_open(&archive).unwrap();
        let source = folder.path().join("gone.png");
        fs::write(&source, "bytes").unwrap();
        let stored = archive.catalog.originals().copy_in(&source).unwrap();
        let new = NewScan::new(&stored.id, stored.bytes, "gone.png");
        archive.catalog.add_scan(&new).unwrap();
        fs::remove_file(archive.catalog.originals().path(&stored.id)).unwrap();
    }
    let report = ingested(&[&scans], &archive);
    assert_eq!(tally(&report), [4, 1, 1, 2, 0]);
    let rows = report["not_ingested"].as_array().unwrap();
    let row = rows.iter().find(|row| row["path"] == "gone.png").unwrap();
    assert_eq!(
        (&row["reason"], &row["fate"]),
        (&"unreadable".into(), &"quarantined".into())
    );
}

#[test]
fn an_archive_inside_the_folder_is_not_taken_into_itself() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive");
    write_all(folder.path(), [(OsStr::new("a.txt"), "no scan")]);
    for _ in 0..2 {
        let report = ingested(&[folder.path()], &archive);
        assert_eq!(tally(&report), [1, 0, 0, 1, 0], "{report}");
    }
    assert_eq!(originals(&archive.join("originals")), 1);
}

#[test]
fn files_of_one_name_are_both_copied_out_with_the_rights_of_new_files() {
    let folder = tempfile::tempdir().unwrap();
    let (archive, out) = (folder.path().join("archive"), folder.path().join("out"));
    for (stick, text) in [("u1", "one"), ("u2", "two")] {
        let stick = folder.path().join(stick);
        write_all(&stick, [(OsStr::new("001.pdf"), text)]);
        ingested(&[&stick], &archive);
    }
    for _ in 0..2 {
        let output = sohoa(&[
            "quarantine",
            "export",
            "--archive",
            &text(&archive),
            "--files",
            &text(&out),
        ]);
        assert_eq!(output.status.code(), Some(0));
        let files: Vec<_> =
            fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
        let mut texts: Vec<String> =
            files.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
        texts.sort();
        assert_eq!(texts, ["one", "two"]);
        for file in files {
            assert!(!file.metadata().unwrap().permissions().readonly(), "{file:?}");
        }
    }
}

#[test]
fn runs_within_one_second_have_a_report_each() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::create_or_open(&folder.path().join("archive")).unwrap();
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let setup = archive.worker_setup(&program(), &models);
    let plan = IngestPlan { jobs: 1, now_ms: 0, ..IngestPlan::of(Vec::new()) };
    for _ in 0..3 {
        let never = AtomicBool::new(false);
        sohoa::run::ingest(&archive, &setup, &plan, &never, |_| {}).unwrap();
    }
    let reports = fs::read_dir(archive.folder.join("reports")).unwrap();
    assert_eq!(reports.count(), 2 * 3, "as JSON and as a table");
}

#[test]
fn a_dry_run_says_that_the_archive_cannot_be_opened_and_what_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let (scans, archive) = (folder.path().join("scans"), folder.path().join("archive"));
    write_all(&scans, [(OsStr::new("a.txt"), "no scan")]);
    let dry_run = |path: &Path| {
        let (path, archive) = (text(path), text(&archive));
        sohoa(&["ingest", &path, "--archive", &archive, "--dry-run", "--json"])
    };
    assert_eq!(dry_run(&scans).status.code(), Some(0));
    fs::create_dir(&archive).unwrap();
    fs::write(archive.join("catalog.sqlite"), "no database").unwrap();
    let output = dry_run(&scans);
    assert_eq!(output.status.code(), Some(15), "{output:?}");
}
