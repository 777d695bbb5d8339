mod bounds;
mod listing;
mod related;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use proptest::prelude::*;

use super::*;
use crate::model::{Field, FieldState, KindId, Record, RecordId, ScanId};

/// A birth: child, year, mother, place.
fn birth(id: &str, child: &str, year: u32, mother: &str, place: &str) -> Record {
    let field = |value: &str| Field {
        text: value.to_owned(),
        value: Some(value.to_owned()),
        state: FieldState::Read,
        confidence: 0.9,
        page: Some(1),
        quad: None,
        alternatives: Vec::new(),
    };
    let mut fields = BTreeMap::new();
    fields.insert("nksHoTen".to_owned(), field(child));
    fields.insert("nksNgaySinh".to_owned(), field(&format!("{year}-03-05")));
    fields.insert("meHoTen".to_owned(), field(mother));
    fields.insert("noiDangKy".to_owned(), field(place));
    Record {
        record: RecordId(id.to_owned()),
        kind: KindId("so-khai-sinh".to_owned()),
        scan: ScanId("0".repeat(64)),
        pages: vec![1],
        fields,
        findings: Vec::new(),
    }
}

fn some_births() -> Vec<Record> {
    vec![
        birth("a", "Lò Văn Mẫu", 1987, "Vì Thị Pâng", "xã Na Ư, huyện Điện Biên"),
        birth("b", "Nguyễn Thị Lan", 1990, "Trần Thị Hoa", "xã Sam Mứn"),
        birth("c", "Giàng A Sùng", 1991, "Mùa Thị Dợ", "xã Mường Nhà"),
        birth("d", "Nguyễn Văn Hùng", 1990, "Lê Thị Hoà", "xã Sam Mứn"),
    ]
}

fn indexed(record: &Record) -> IndexedRecord<'_> {
    IndexedRecord { record, path: "KS/1990/scan.pdf", collection: None, unit: None }
}

/// An index of these records, in a folder that lives as long as the first value.
fn index_of(records: &[Record]) -> (tempfile::TempDir, Index) {
    let folder = tempfile::tempdir().expect("a folder");
    let index = Index::create_or_open(folder.path()).expect("an index");
    let mut writer = index.writer().expect("a writer");
    writer.add(&records.iter().map(indexed).collect::<Vec<_>>()).expect("added");
    writer.commit(1).expect("committed");
    (folder, index)
}

fn found(index: &Index, text: &str) -> Vec<String> {
    let searcher = index.searcher().expect("a searcher");
    let hits = searcher.search(&Query::parse(text), 10, 0).expect("a search");
    hits.hits.into_iter().map(|hit| hit.record.0).collect()
}

#[test]
fn what_is_lax_about_a_query_does_not_hide_the_record() {
    let (_folder, index) = index_of(&some_births());
    for (text, expected) in [
        ("lo van mau 1987", "a"),
        ("Lò Văn Mẫu", "a"),
        ("mau lo 1988", "a"),
        ("no van mau", "a"),
        ("lan nguyen thi", "b"),
        ("dàng a xùng", "c"),
        ("me: vi thi pang", "a"),
        ("nguyen van hugn sam mun", "d"),
        ("\"Văn Hùng\"", "d"),
        ("nguyen 1990 -lan", "d"),
        ("ng. v. hung", "d"),
        ("nguyent hi lan 1990", "b"),
        ("nguyen vanh ung", "d"),
        ("l ovan mau na u", "a"),
    ] {
        assert_eq!(
            found(&index, text).first().map(String::as_str),
            Some(expected),
            "{text}"
        );
    }
}

#[test]
fn a_second_reading_is_found_below_a_first_one() {
    let mut records = some_births();
    let mut misread = birth("e", "Nguyễn Văn Húug", 1990, "Lê Thị Hoà", "xã Sam Mứn");
    if let Some(name) = misread.fields.get_mut("nksHoTen") {
        name.alternatives = vec!["Nguyễn Văn Hùng".to_owned()];
    }
    records.push(misread);
    let (_folder, index) = index_of(&records);
    let searcher = index.searcher().expect("a searcher");
    let hits = searcher.search(&Query::parse("Nguyễn Văn Hùng"), 10, 0).expect("hits");
    let place = |id: &str| hits.hits.iter().position(|hit| hit.record.0 == id);
    assert!(place("d") < place("e") && place("e").is_some(), "{hits:?}");
    let second = hits.hits.iter().find(|hit| hit.record.0 == "e");
    assert!(second.is_some_and(|hit| hit.why.notes.contains(&Note::SecondReading)));
}

#[test]
fn the_names_of_a_couple_may_be_typed_in_one_row() {
    let (_folder, index) = index_of(&some_births());
    for text in ["nguyen thi lan tran thi hoa", "lo van mau vi thi pang na u"] {
        let searcher = index.searcher().expect("a searcher");
        let hits = searcher.search(&Query::parse(text), 10, 0).expect("hits");
        let best = hits.hits.first().map(|hit| hit.why.notes.clone());
        assert_eq!(best, Some(vec![Note::TwoPeople]), "{text}");
    }
}

#[test]
fn what_is_not_found_is_told_from_what_is_not_digitized() {
    let (_folder, index) = index_of(&some_births());
    let searcher = index.searcher().expect("a searcher");
    let held = |text: &str| {
        let held = searcher.search(&Query::parse(text), 10, 0).expect("hits").held;
        held.map(|held| (held.of_place, held.of_years))
    };
    // Na Ư went into the Sam Mứn of today, whose papers hold its own.
    assert_eq!(held("thach sanh 1990 xã Sam Mứn"), Some((Some(3), Some(2))));
    assert_eq!(held("thach sanh 1955 xã Sam Mứn"), Some((Some(3), Some(0))));
    assert_eq!(held("thach sanh 1991"), Some((None, Some(1))));
    assert_eq!(held("lo van mau 1987"), None);
}

#[test]
fn filters_alone_list_what_they_leave() {
    let (_folder, index) = index_of(&some_births());
    let searcher = index.searcher().expect("a searcher");
    let listed = |filters: Filters| {
        let query = Query::parse("").with_filters(filters);
        searcher.search(&query, 10, 0).expect("hits").total
    };
    let kind = |kind: &str| Filters { kind: Some(kind.to_owned()), ..Filters::default() };
    assert_eq!(listed(kind("so-khai-sinh")), 4);
    assert_eq!(listed(kind("so-khai-tu")), 0);
    assert_eq!(listed(Filters { years: Some((1990, 1990)), ..kind("so-khai-sinh") }), 2);
    assert_eq!(
        listed(Filters { unit: Some("99999".to_owned()), ..kind("so-khai-sinh") }),
        0
    );
    assert_eq!(listed(Filters::default()), 0);
}

#[test]
fn years_may_be_open_and_as_many_as_the_calendar_has() {
    let records: Vec<Record> = [1897, 1920, 1955, 1985, 2015]
        .map(|year| {
            birth(&format!("y{year}"), "Lò Văn Mẫu", year, "Vì Thị Pâng", "xã Na Ư")
        })
        .into();
    let (_folder, index) = index_of(&records);
    let searcher = index.searcher().expect("a searcher");
    let within = |text: &str, from: u16, to: u16| {
        let years = Some((from, to));
        let query =
            Query::parse(text).with_filters(Filters { years, ..Filters::default() });
        searcher.search(&query, 10, 0).expect("hits")
    };
    for (from, to, expected) in [
        (1800, 1980, 3),
        (1850, 2020, 5),
        (1800, 2200, 5),
        (1950, 2200, 3),
        (2016, 2200, 0),
    ] {
        assert_eq!(within("", from, to).total, expected, "{from}-{to}");
        let named = within("lo van mau", from, to);
        assert_eq!(named.total, expected, "{from}-{to}");
        let held = within("thach sanh", from, to).held.expect("what is held");
        assert_eq!(held.of_years, Some(expected as u64), "{from}-{to}");
    }
}

#[test]
fn filters_with_nothing_but_an_excluded_word_list_the_rest() {
    let (_folder, index) = index_of(&some_births());
    let searcher = index.searcher().expect("a searcher");
    let listed = |text: &str, filters: Filters| -> Vec<String> {
        let query = Query::parse(text).with_filters(filters);
        let hits = searcher.search(&query, 10, 0).expect("hits").hits;
        hits.into_iter().map(|hit| hit.record.0).collect()
    };
    let of_1990 = || Filters { years: Some((1990, 1990)), ..Filters::default() };
    assert_eq!(listed("-lan", of_1990()), ["d"]);
    assert_eq!(listed("-lan -hung", of_1990()), [""; 0]);
    assert_eq!(listed("-lan", Filters::default()), [""; 0]);
}

#[test]
fn a_unit_may_be_filtered_by_its_name() {
    let (_folder, index) = index_of(&some_births());
    let searcher = index.searcher().expect("a searcher");
    let listed = |unit: &str| {
        let unit = Some(unit.to_owned());
        let query = Query::parse("").with_filters(Filters { unit, ..Filters::default() });
        searcher.search(&query, 10, 0).expect("hits").total
    };
    for (unit, expected) in [
        ("Na Ư", 1),
        ("xã na u", 1),
        ("xã Na Ư, huyện Điện Biên", 1),
        ("xã Na Ư, huyện Than Uyên", 0),
        // Na Ư went into the Sam Mứn of today.
        ("Sam Mứn", 3),
        ("Thạch Sanh", 0),
    ] {
        assert_eq!(listed(unit), expected, "{unit}");
    }
}

#[test]
fn of_two_changes_of_one_record_in_a_batch_the_later_stays() {
    let mut records = some_births();
    records.push(birth("a", "Lò Thị Mới", 1987, "Vì Thị Pâng", "xã Na Ư"));
    let (_folder, index) = index_of(&records);
    assert_eq!(index.num_records(), 4);
    assert_eq!(found(&index, "lo thi moi").first().map(String::as_str), Some("a"));
}

#[test]
fn a_check_sees_every_record_that_can_be_found_and_no_other() {
    let (_folder, index) = index_of(&some_births());
    let mut writer = index.writer().expect("a writer");
    writer.delete(&RecordId("b".to_owned())).expect("deleted");
    writer
        .add(&[indexed(&birth("a", "Lò Văn Mới", 1987, "Vì", "xã Na Ư"))])
        .expect("added");
    writer.commit(2).expect("committed");
    let mut seen = Vec::new();
    let searcher = index.searcher().expect("a searcher");
    searcher.each_record(&mut |id| seen.push(id.0)).expect("all");
    seen.sort();
    assert_eq!(seen, ["a", "c", "d"]);
    searcher.warm_up().expect("a search");
}

#[test]
fn many_records_at_once_are_the_same_as_one_by_one() {
    let many: Vec<Record> = (0..600)
        .map(|at| {
            let year = 1950 + at % 50;
            birth(&format!("r{at}"), "Lò Văn Mẫu", year, "Vì Thị Pâng", "xã Na Ư")
        })
        .collect();
    let (_folder, index) = index_of(&many);
    let (_other, one_by_one) = index_of(&[]);
    let mut writer = one_by_one.writer().expect("a writer");
    for record in &many {
        writer.add(&[indexed(record)]).expect("added");
    }
    writer.commit(2).expect("committed");
    assert_eq!(index.num_records(), 600);
    for text in ["lo van mau 1960", "lo van mau 1960 na u", "Lò Văn Mẫu 1999"] {
        let (mut left, mut right) = (found(&index, text), found(&one_by_one, text));
        left.sort();
        right.sort();
        assert_eq!(left, right, "{text}");
    }
}

#[test]
fn a_record_that_is_right_but_for_one_thing_is_found_among_many_that_are_right_but_for_another()
 {
    let mut many: Vec<Record> = (0..1_200)
        .map(|at| {
            let (year, place) = match at % 2 {
                0 => (1930 + at % 59, "xã Na Ư, huyện Điện Biên"),
                _ => (1990, "xã Gia Lâm, huyện Lâm Hà, tỉnh Lâm Đồng"),
            };
            birth(&format!("r{at}"), "Nguyễn Văn Hùng", year, "Vì Thị Pâng", place)
        })
        .collect();
    let place = "xã Na Ư, huyện Điện Biên";
    many.push(birth("misread", "Nguyễn Văn Hùug", 1990, "Lê Thị Hoà", place));
    let (_folder, index) = index_of(&many);
    let best = found(&index, "nguyen van hung 1990 xã Na Ư");
    assert_eq!(best.first().map(String::as_str), Some("misread"), "{best:?}");
}

#[test]
fn a_whole_index_is_written_as_one_segment_and_finds_the_same() {
    let records = some_births();
    let folder = tempfile::tempdir().expect("a folder");
    let index = Index::create_or_open(folder.path()).expect("an index");
    let mut writer = index.writer_of_all().expect("a writer");
    for record in &records {
        writer.add_new(&[indexed(record)]).expect("added");
        writer.commit(1).expect("committed");
    }
    writer.finish().expect("finished");
    let files = std::fs::read_dir(folder.path()).expect("the folder").flatten();
    let stores =
        files.filter(|file| file.path().extension().is_some_and(|e| e == "store"));
    assert_eq!(stores.count(), 1);
    assert_eq!(found(&index, "lo van mau 1987").first().map(String::as_str), Some("a"));
}

#[test]
fn a_search_gives_the_same_pages_however_it_is_paged() {
    let many: Vec<Record> = (0..40)
        .map(|at| birth(&format!("r{at}"), "Lò Văn Mẫu", 1987, "Vì Thị Pâng", "xã Na Ư"))
        .collect();
    let (_folder, index) = index_of(&many);
    let searcher = index.searcher().expect("a searcher");
    let query = Query::parse("lo van mau");
    let page = |limit: usize, offset: usize| -> Vec<String> {
        let hits = searcher.search(&query, limit, offset).expect("hits").hits;
        hits.into_iter().map(|hit| hit.record.0).collect()
    };
    let whole = page(30, 0);
    let parts: Vec<String> = (0..3).flat_map(|at| page(10, at * 10)).collect();
    assert_eq!(whole, parts);
}

/// One index for all texts of the property tests.
fn births() -> &'static Index {
    static BIRTHS: OnceLock<(tempfile::TempDir, Index)> = OnceLock::new();
    &BIRTHS.get_or_init(|| index_of(&some_births())).1
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_text_breaks_a_search(text in any::<String>()) {
        let searcher = births().searcher().expect("a searcher");
        prop_assert!(searcher.search(&Query::parse(&text), 10, 0).is_ok());
    }

    #[test]
    fn nothing_that_looks_like_a_query_breaks_a_search(
        text in "([\\PC\\x00-\\x1f]{1,4}|nguyen|thi|\"|-|:|1987|15/9/1995|xã|mẹ|thửa|tờ|CH|[0-9]{1,14}| ){0,90}"
    ) {
        let searcher = births().searcher().expect("a searcher");
        prop_assert!(searcher.search(&Query::parse(&text), 10, 0).is_ok());
    }
}

#[test]
fn a_very_long_text_is_cut_and_the_rest_is_reported() {
    let (_folder, index) = index_of(&some_births());
    let searcher = index.searcher().expect("a searcher");
    let long = "nguyen thi ".repeat(5_000);
    let hits = searcher.search(&Query::parse(&long), 10, 0).expect("hits");
    assert!(hits.understood.iter().any(|chip| chip.kind == ChipKind::Ignored));
}

#[test]
fn an_index_whose_making_a_full_disk_cut_short_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let version_file = folder.path().join("schema-version");
    std::fs::write(&version_file, "").unwrap();
    assert_eq!(Index::create_or_open(folder.path()).unwrap().num_records(), 0);
    let said = std::fs::read_to_string(&version_file).unwrap();
    assert_eq!(said.trim(), Index::schema_version().to_string());
    std::fs::write(&version_file, "1\n").unwrap();
    let other = Index::create_or_open(folder.path());
    assert!(matches!(other, Err(SearchError::OldSchema { found: 1, .. })));
}
