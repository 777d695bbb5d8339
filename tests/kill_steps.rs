//! The program dies at each commit step; the same command again ends as if nothing had
//! happened.

use std::path::Path;
use std::process::Command;

use super::archive::stdout;
use super::kill::{calm, ingest, program};
use sohoa::catalog::{Catalog, ScanState};
use sohoa::failpoint::{COMMIT_STEPS, REINDEX_STEPS};
use sohoa::run::{Archive, desk};

/// Arrivals at a step at which the program dies: in the short and in the long form.
const ARRIVALS: (u32, u32) = (1, 4);

#[test]
fn a_run_that_dies_at_any_commit_step_goes_on_with_the_same_command() {
    let calm = calm(4);
    let is_long = std::env::var_os("SOHOA_KILLS").is_some();
    let arrivals = if is_long { ARRIVALS.1 } else { ARRIVALS.0 };
    for step in COMMIT_STEPS {
        for arrival in 1..=arrivals {
            let archive = calm.archive(&format!("{step}-{arrival}"));
            let fail = format!("{step}#{arrival}=abort");
            let output = ingest(&calm.source, &archive, Some(&fail)).output().unwrap();
            let code = output.status.code();
            // The index is committed once or twice only.
            let is_reached = code.is_none();
            assert!(is_reached || arrival > 1, "{fail} was not reached: {code:?}");
            calm.finish(&archive, &fail);
        }
    }
}

/// `sohoa verify`: what is wrong between the originals, the catalog and the index.
fn is_right(archive: &Path, what: &str) {
    let mut command = Command::new(program());
    command.args(["verify", "--json", "--archive"]).arg(archive);
    let said = stdout(&command.output().unwrap());
    assert_eq!(said.trim(), r#"{"ok":true,"wrong":[]}"#, "{what}");
}

/// Takes the records of one scan out of the catalog, which the index does not know yet.
fn take_records_out(archive: &Path) {
    let catalog = Catalog::open(archive).unwrap();
    let scans = catalog.scans().unwrap();
    let has_records = |scan: &&sohoa::catalog::StoredScan| {
        scan.state == ScanState::Done && catalog.num_records(&scan.id).unwrap() > 0
    };
    let scan = scans.iter().find(has_records).unwrap();
    catalog.finish_scan(&scan.id, &[]).unwrap();
    assert!(!catalog.pending(1).unwrap().is_empty());
}

#[test]
fn a_reindex_that_dies_at_any_step_loses_no_change_that_was_noted() {
    let calm = calm(4);
    for step in REINDEX_STEPS {
        let archive = calm.archive(step);
        assert_eq!(
            ingest(&calm.source, &archive, None).output().unwrap().status.code(),
            Some(20)
        );
        take_records_out(&archive);
        let fail = format!("{step}=abort");
        let mut reindex = Command::new(program());
        reindex.args(["reindex", "--archive"]).arg(&archive).env("SOHOA_FAIL", &fail);
        let code = reindex.output().unwrap().status.code();
        assert_eq!(code, None, "{fail} was not reached");
        assert_eq!(
            ingest(&calm.source, &archive, None).output().unwrap().status.code(),
            Some(20)
        );
        is_right(&archive, &fail);
        reindex.env_remove("SOHOA_FAIL");
        assert!(reindex.output().unwrap().status.success());
        is_right(&archive, step);
        let left = ["index-new", "index-old"]
            .map(|name| archive.join(name).try_exists().unwrap());
        assert_eq!(left, [false; 2], "{step}");
    }
}

#[test]
fn the_desk_fills_an_index_that_was_deleted_before_it_takes_corrections_over() {
    let calm = calm(4);
    let folder = calm.archive("deleted");
    assert_eq!(
        ingest(&calm.source, &folder, None).output().unwrap().status.code(),
        Some(20)
    );
    std::fs::remove_dir_all(folder.join("index")).unwrap();
    take_records_out(&folder);
    let archive = Archive::open(&folder).unwrap();
    desk::index_changes(&archive).unwrap();
    is_right(&folder, "a correction came first");
    let folder = calm.archive("deleted-under-the-desk");
    assert_eq!(
        ingest(&calm.source, &folder, None).output().unwrap().status.code(),
        Some(20)
    );
    std::fs::remove_dir_all(folder.join("index")).unwrap();
    let archive = Archive::open(&folder).unwrap();
    let setup = archive.worker_setup(&program(), Path::new("models"));
    let app = desk::app(&archive, setup, None, None, |_| {}).unwrap();
    drop(app);
    assert!(desk::index_changes(&archive).unwrap() > 0, "every record is noted");
    is_right(&folder, "the desk was started first");
}

#[test]
fn corrections_at_the_desk_leave_no_pile_of_files_that_every_search_looks_into() {
    let calm = calm(12);
    let folder = calm.archive("pile");
    assert_eq!(
        ingest(&calm.source, &folder, None).output().unwrap().status.code(),
        Some(20)
    );
    let archive = Archive::open(&folder).unwrap();
    let catalog = &archive.catalog;
    let done = |scan: &sohoa::catalog::StoredScan| scan.state == ScanState::Done;
    for scan in catalog.scans().unwrap().into_iter().filter(done) {
        let records = catalog.records_of(&scan.id).unwrap();
        let records: Vec<_> = records.into_iter().map(|stored| stored.record).collect();
        catalog.finish_scan(&scan.id, &[]).unwrap();
        catalog.finish_scan(&scan.id, &records).unwrap();
        desk::index_changes(&archive).unwrap();
    }
    let files = std::fs::read_dir(folder.join("index")).unwrap();
    let is_segment = |path: &Path| path.extension().is_some_and(|end| end == "store");
    let segments =
        files.filter(|file| is_segment(&file.as_ref().unwrap().path())).count();
    assert!(segments <= MOST_SEGMENTS, "{segments}");
    is_right(&folder, "after corrections");
}

/// So many segments of one size are merged into one.
const MOST_SEGMENTS: usize = 8;
