//! A page that people turn is read again by a worker, and stays turned.

use std::path::Path;
use std::sync::Arc;

use sohoa::model::{PageKey, PageOrder, PageTool};
use sohoa::run::{Archive, PageDesk, reindex};
use sohoa::serve::{PageTools as _, Who};

use super::archive::{samples, sohoa};

#[test]
fn a_page_that_is_turned_is_read_again_that_way_until_it_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("archive");
    let scan = samples().join("XNTTHN_2023_059.png");
    let output = sohoa(&[
        "ingest",
        &scan.to_string_lossy(),
        "--archive",
        &place.to_string_lossy(),
    ]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let archive = Arc::new(Archive::open(&place).unwrap());
    let program = Path::new(env!("CARGO_BIN_EXE_sohoa"));
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let setup = archive.worker_setup(program, &models);
    let desk = PageDesk::new(Arc::clone(&archive), setup).unwrap();
    let scan = archive.catalog.scans().unwrap().remove(0).id;
    let key = PageKey { scan: scan.clone(), page: 1 };
    let text = || archive.catalog.page_text(&key).unwrap().unwrap();
    let records = || archive.catalog.records_of(&scan).unwrap();
    let turn = |value: &str| {
        let value = value.to_owned();
        let order = PageOrder {
            key: key.clone(),
            tool: PageTool::Turn,
            value,
            why: String::new(),
        };
        let who = Who { account: "thu", at_ms: 1, source: "" };
        desk.rule(&order, &who, false).unwrap();
    };
    let (upright, before) = (text(), records());
    assert_eq!((upright.to_original.upright_quarters(), before.len()), (0, 1));
    turn("2");
    assert_eq!(text().to_original.upright_quarters(), 2);
    assert_ne!(records(), before, "on its head it says something else");
    let turned = records();
    reindex(&archive, true).unwrap();
    assert_eq!(records(), turned, "it stays what it was when all records are made again");
    turn("");
    assert_eq!((text(), records()), (upright, before));
}
