//! The catalog as its users see it.

use super::*;
use crate::model::{Affine, Field, FieldState, KindId, PageKey, PageOrder, PageText};
use crate::model::{PageTool, Reason, Record, RecordId, ScanId, Size};

fn scan_id(digit: char) -> ScanId {
    ScanId(std::iter::repeat_n(digit, 64).collect())
}

fn new_scan<'a>(id: &'a ScanId, path: &'a str) -> NewScan<'a> {
    NewScan { modified_ms: 1, arrived_ms: 2, ..NewScan::new(id, 10, path) }
}

fn add(catalog: &Catalog, id: &ScanId, path: &str) -> bool {
    catalog.add_scan(&new_scan(id, path)).unwrap()
}

fn field(value: &str, state: FieldState) -> Field {
    Field {
        text: value.to_owned(),
        value: Some(value.to_owned()),
        state,
        confidence: 0.5,
        page: Some(1),
        quad: None,
        alternatives: Vec::new(),
    }
}

fn record(id: &str, scan: &ScanId, fields: &[(&str, Field)]) -> Record {
    Record {
        record: RecordId(id.to_owned()),
        kind: KindId("so-khai-sinh".to_owned()),
        scan: scan.clone(),
        pages: vec![1],
        fields: fields.iter().map(|(name, f)| ((*name).to_owned(), f.clone())).collect(),
        findings: Vec::new(),
    }
}

fn text(words: &str) -> PageText {
    PageText {
        size: Size { width: 10, height: 20 },
        original: Size { width: 10, height: 20 },
        to_original: Affine::IDENTITY,
        dpi: 300.0,
        blank: words.is_empty(),
        lines: Vec::new(),
        rules: Vec::new(),
        codes: Vec::new(),
        engine: "none 1".to_owned(),
        source: crate::model::TextSource::default(),
        notes: vec![words.to_owned()],
    }
}

#[test]
fn the_same_bytes_at_two_paths_are_one_scan_with_two_locations() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = Catalog::create_or_open(folder.path()).unwrap();
    let id = scan_id('a');
    assert!(add(&catalog, &id, "b/1.pdf"));
    assert!(!add(&catalog, &id, "a/1.pdf"));
    assert!(!add(&catalog, &id, "b/1.pdf"));
    assert_eq!(catalog.locations(&id).unwrap(), ["b/1.pdf", "a/1.pdf"]);
    assert_eq!(catalog.scan(&id).unwrap().unwrap().path, "b/1.pdf");
    assert_eq!(catalog.location("a/1.pdf").unwrap().unwrap().scan, id);
}

#[test]
fn a_file_is_known_again_until_anything_about_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = Catalog::create_or_open(folder.path()).unwrap();
    let seen = Sighting { place: [7; 32], bytes: 10, modified_ns: 1, changed_ns: 2 };
    let add_seen = |id: &ScanId, seen: &Sighting| {
        let new = new_scan(id, "x.txt");
        catalog.add_scan_seen(&new, Some(seen)).unwrap()
    };
    assert!(add_seen(&scan_id('a'), &seen));
    assert_eq!(catalog.seen(&seen).unwrap(), Some(scan_id('a')));
    for other in [
        Sighting { place: [8; 32], ..seen },
        Sighting { bytes: 11, ..seen },
        Sighting { modified_ns: 0, ..seen },
        Sighting { changed_ns: 3, ..seen },
    ] {
        assert_eq!(catalog.seen(&other).unwrap(), None, "{other:?}");
    }
    let changed = Sighting { changed_ns: 3, ..seen };
    assert!(add_seen(&scan_id('b'), &changed));
    assert_eq!(catalog.seen(&changed).unwrap(), Some(scan_id('b')));
    assert_eq!(catalog.seen(&seen).unwrap(), None, "it lies there no longer");
}

#[test]
fn crashes_while_a_scan_is_opened_are_counted_until_it_opens_or_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = Catalog::create_or_open(folder.path()).unwrap();
    let id = scan_id('a');
    add(&catalog, &id, "a.pdf");
    assert_eq!(catalog.note_open_crash(&id).unwrap(), 1);
    assert_eq!(catalog.note_open_crash(&id).unwrap(), 2);
    catalog.quarantine_scan(&id, Reason::Crash, "twice").unwrap();
    assert_eq!(catalog.retry_quarantined(None, u32::MAX).unwrap(), 1);
    assert_eq!(catalog.note_open_crash(&id).unwrap(), 1);
    catalog.set_num_pages(&id, 1).unwrap();
    assert_eq!(catalog.note_open_crash(&id).unwrap(), 1);
}

#[test]
fn a_page_is_read_once_and_keeps_its_text() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = Catalog::create_or_open(folder.path()).unwrap();
    let id = scan_id('a');
    add(&catalog, &id, "a.pdf");
    catalog.set_num_pages(&id, 2).unwrap();
    assert_eq!(catalog.waiting_pages(&id).unwrap(), [1, 2]);
    let key = PageKey { scan: id.clone(), page: 1 };
    catalog.page_done(&key, "embedded", &text("first")).unwrap();
    catalog.page_done(&key, "embedded", &text("second")).unwrap();
    assert_eq!(catalog.page_text(&key).unwrap().unwrap(), text("first"));
    assert_eq!(catalog.waiting_pages(&id).unwrap(), [2]);
    assert_eq!(catalog.set_num_pages(&id, 2).map_err(|e| e.to_string()), Ok(()));
    assert_eq!(catalog.waiting_pages(&id).unwrap(), [2], "opening again loses nothing");
}

#[test]
fn a_record_and_its_note_for_the_index_are_stored_together_and_an_unchanged_one_is_not_noted()
 {
    let folder = tempfile::tempdir().unwrap();
    let catalog = Catalog::create_or_open(folder.path()).unwrap();
    let id = scan_id('a');
    add(&catalog, &id, "a.pdf");
    let first = record("r1", &id, &[("nksHoTen", field("Lò Văn Mẫu", FieldState::Read))]);
    catalog.finish_scan(&id, std::slice::from_ref(&first)).unwrap();
    let pending = catalog.pending(10).unwrap();
    assert_eq!(pending.len(), 1);
    assert_eq!(pending[0].now.as_ref().map(|stored| &stored.record), Some(&first));
    catalog.indexed_up_to(pending[0].seq).unwrap();
    catalog.finish_scan(&id, &[first]).unwrap();
    assert_eq!(catalog.pending(10).unwrap(), []);
    catalog.finish_scan(&id, &[]).unwrap();
    let gone = catalog.pending(10).unwrap();
    assert_eq!((gone.len(), gone[0].now.clone()), (1, None));
    assert!(gone[0].seq > pending[0].seq, "a number is never used twice");
}

#[test]
fn what_a_person_decided_is_never_overwritten_by_a_machine() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = Catalog::create_or_open(folder.path()).unwrap();
    let states = [FieldState::Keyed, FieldState::Verified, FieldState::Approved];
    for (state, digit) in states.into_iter().zip(['a', 'b', 'c']) {
        let id = scan_id(digit);
        add(&catalog, &id, "a.pdf");
        let decided = record(&id.0, &id, &[("so", field("27/2015", state))]);
        catalog.finish_scan(&id, &[decided]).unwrap();
        let again = record(&id.0, &id, &[("so", field("21/2015", FieldState::Read))]);
        catalog.finish_scan(&id, &[again]).unwrap();
        catalog.finish_scan(&id, &[]).unwrap();
        let kept = catalog.records_of(&id).unwrap();
        assert_eq!(kept[0].record.fields["so"], field("27/2015", state));
    }
}

#[test]
fn what_was_set_aside_waits_again_after_a_retry() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = Catalog::create_or_open(folder.path()).unwrap();
    let (whole, part) = (scan_id('a'), scan_id('b'));
    add(&catalog, &whole, "a.pdf");
    add(&catalog, &part, "b.pdf");
    catalog.quarantine_scan(&whole, Reason::Corrupt, "no page tree").unwrap();
    catalog.set_num_pages(&part, 2).unwrap();
    let good = PageKey { scan: part.clone(), page: 1 };
    let bad = PageKey { scan: part.clone(), page: 2 };
    catalog.page_done(&good, "embedded", &text("one")).unwrap();
    catalog.quarantine_page(&bad, Reason::Unsupported, "12-bit").unwrap();
    catalog.finish_scan(&part, &[]).unwrap();
    assert_eq!(
        catalog.scan(&whole).unwrap().unwrap().state,
        ScanState::Quarantined(Reason::Corrupt, "no page tree".to_owned())
    );
    assert_eq!(catalog.retry_quarantined(None, u32::MAX).unwrap(), 2);
    assert_eq!(catalog.waiting_scans().unwrap().len(), 2);
    assert_eq!(catalog.waiting_pages(&part).unwrap(), [2], "page 1 stays read");
}

#[test]
fn a_page_counts_how_often_a_worker_died_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = Catalog::create_or_open(folder.path()).unwrap();
    let id = scan_id('a');
    add(&catalog, &id, "a.pdf");
    catalog.set_num_pages(&id, 1).unwrap();
    let key = PageKey { scan: id, page: 1 };
    assert_eq!(catalog.note_crash(&key).unwrap(), 1);
    assert_eq!(catalog.note_crash(&key).unwrap(), 2);
}

#[test]
fn a_folder_without_a_catalog_is_not_an_archive() {
    let folder = tempfile::tempdir().unwrap();
    let error = Catalog::open(folder.path()).err().unwrap();
    assert!(matches!(error, CatalogError::NoArchive(_)), "{error}");
}

#[test]
fn a_ruling_is_kept_under_its_number_and_not_at_all_if_something_changed_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = Catalog::create_or_open(folder.path()).unwrap();
    let id = scan_id('a');
    add(&catalog, &id, "a.pdf");
    catalog.set_num_pages(&id, 1).unwrap();
    let key = PageKey { scan: id.clone(), page: 1 };
    catalog.page_done(&key, "drawn", &text("x")).unwrap();
    catalog.finish_scan(&id, &[]).unwrap();
    let order = |value: &str| PageOrder {
        key: key.clone(),
        tool: PageTool::Blank,
        value: value.to_owned(),
        why: String::new(),
    };
    let say = |value: &str, seen: &PageStand| {
        let ruling = PageRuling {
            order: &order(value),
            account: "an",
            at_ms: 1,
            source: "",
            read: None,
            blank: Some(false),
            records: &[],
        };
        catalog.rule(&ruling, seen).unwrap()
    };
    let seen = catalog.page_stand(&id).unwrap();
    let first = say("yes", &seen).unwrap();
    assert_eq!(catalog.page_stand(&id).unwrap().rulings, first);
    assert_eq!(say("no", &seen), None);
    assert_eq!(catalog.all_rulings(&id).unwrap().len(), 1);
    let second = say("no", &catalog.page_stand(&id).unwrap()).unwrap();
    assert!(second > first);
}

#[test]
fn what_was_tried_again_often_enough_is_left_to_a_person() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = Catalog::create_or_open(folder.path()).unwrap();
    let id = scan_id('a');
    add(&catalog, &id, "a.pdf");
    for expected in [1, 1, 0] {
        catalog.quarantine_scan(&id, Reason::Corrupt, "no page tree").unwrap();
        assert_eq!(catalog.retry_quarantined(Some(Reason::Crash), 2).unwrap(), 0);
        assert_eq!(catalog.retry_quarantined(None, 2).unwrap(), expected);
    }
    assert_eq!(catalog.scans_set_aside().unwrap(), [id]);
}

#[test]
fn what_a_person_found_blank_or_illegible_is_not_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = Catalog::create_or_open(folder.path()).unwrap();
    let id = scan_id('a');
    add(&catalog, &id, "a.pdf");
    let quad = crate::model::Quad::default();
    let read = Field { quad: Some(quad), ..field("27/2015", FieldState::Read) };
    let first = record("r1", &id, &[("so", read.clone())]);
    catalog.finish_scan(&id, std::slice::from_ref(&first)).unwrap();
    assert_eq!(catalog.stage(&first.record, "so").unwrap(), "read");
    let blank = Field {
        value: None,
        state: FieldState::Absent,
        confidence: 1.0,
        text: String::new(),
        ..read
    };
    let decision = Decision {
        record: &first.record,
        field: "so",
        step: "key",
        account: "lan",
        at_ms: 1,
        source: "",
        from: "read",
        seen: 0,
        to: "keyed",
        now: Some(blank.clone()),
        value: None,
        why: "",
    };
    assert!(catalog.decide(std::slice::from_ref(&decision)).unwrap());
    assert!(!catalog.decide(&[decision]).unwrap(), "the field has moved on");
    catalog.finish_scan(&id, &[first]).unwrap();
    assert_eq!(catalog.records_of(&id).unwrap()[0].record.fields["so"], blank);
    assert_eq!(catalog.stage(&RecordId("r1".into()), "so").unwrap(), "keyed");
    catalog.finish_scan(&id, &[]).unwrap();
    assert_eq!(catalog.records_of(&id).unwrap().len(), 1, "a decision keeps its record");
    let undone = catalog.undoable("lan").unwrap().unwrap();
    assert!(catalog.undo(&undone, "", 2).unwrap());
    assert!(!catalog.undo(&undone, "", 2).unwrap(), "once");
    assert_eq!(undone.old.value.as_deref(), Some("27/2015"));
    catalog.finish_scan(&id, &[]).unwrap();
    assert_eq!(catalog.records_of(&id).unwrap(), [], "an undone one does not");
}

#[test]
fn a_catalog_of_the_first_version_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let old = Connection::open(folder.path().join("catalog.sqlite")).unwrap();
    let schema = include_str!("schema.sql");
    let first = schema.replace("  retries    INTEGER NOT NULL DEFAULT 0,\n", "");
    assert_ne!(schema, first, "the column has another name now");
    old.execute_batch(&first).unwrap();
    old.execute_batch("DROP TABLE scan_name; PRAGMA user_version = 1").unwrap();
    old.execute(
        "INSERT INTO scan (id, bytes, arrived_ms, state) VALUES (?1, 1, 1, 'waiting')",
        [scan_id('a').0],
    )
    .unwrap();
    let quad = crate::model::Quad::default();
    let read = Field { quad: Some(quad), ..field("1/1", FieldState::Read) };
    let body = record("r1", &scan_id('a'), &[("so", read)]);
    old.execute(
        "INSERT INTO record (id, scan, ordinal, kind, body) VALUES ('r1', ?1, 0, 'x', ?2)",
        [scan_id('a').0, serde_json::to_string(&body).unwrap()],
    )
    .unwrap();
    drop(old);
    let catalog = Catalog::create_or_open(folder.path()).unwrap();
    assert_eq!(catalog.stage(&RecordId("r1".into()), "so").unwrap(), "read");
    assert_eq!(catalog.waiting_scans().unwrap()[0].retries, 0);
    assert_eq!(catalog.name_of(&scan_id('a')).unwrap(), ScanName::new());
}

#[test]
fn a_transaction_that_has_returned_survives_a_power_cut_as_far_as_sqlite_can_promise() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = Catalog::create_or_open(folder.path()).unwrap();
    let connection = catalog.lock();
    let mode: String =
        connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    let sync: i64 =
        connection.query_row("PRAGMA synchronous", [], |row| row.get(0)).unwrap();
    // 2 is FULL: every commit waits until the log is on the disk.
    assert_eq!((mode.as_str(), sync), ("wal", 2));
}

#[test]
fn the_name_of_a_scan_is_that_of_the_first_place_that_says_something() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = Catalog::create_or_open(folder.path()).unwrap();
    let id = scan_id('a');
    add(&catalog, &id, "scan1.pdf");
    add(&catalog, &id, "KS.1987.pdf");
    assert_eq!(catalog.name_of(&id).unwrap(), ScanName::new());
    let year = |path: &str| {
        path.starts_with("KS").then(|| [("year".to_owned(), "1987".to_owned())].into())
    };
    assert_eq!(catalog.name_again(year).unwrap(), 1);
    assert_eq!(catalog.name_of(&id).unwrap()["year"], "1987");
}

#[test]
fn room_that_became_free_is_given_back() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = Catalog::create_or_open(folder.path()).unwrap();
    let id = scan_id('a');
    add(&catalog, &id, "a.pdf");
    let long = "x".repeat(1 << 20);
    let big = record("r1", &id, &[("so", field(&long, FieldState::Read))]);
    catalog.finish_scan(&id, &[big]).unwrap();
    catalog.compact().unwrap();
    let size = || folder.path().join("catalog.sqlite").metadata().unwrap().len();
    let before = size();
    catalog.finish_scan(&id, &[]).unwrap();
    catalog.compact().unwrap();
    assert!(size() < before / 2, "{} of {before}", size());
}
