//! What belongs together, and what is suggested.

use super::*;

/// A family: child and mother in two births, the mother's own birth, and another of her name.
fn family() -> Vec<Record> {
    let na_u = "UBND xã Na Ư, huyện Điện Biên, tỉnh Điện Biên";
    let far = "UBND xã Mường Mít, huyện Than Uyên, tỉnh Lai Châu";
    let mut records = vec![
        birth("child", "Lò Văn Mẫu", 1987, "Vì Thị Pâng", na_u),
        birth("sister", "Lò Thị Mẫu", 1989, "Vì Thị Pâng", na_u),
        birth("mother", "Vì Thị Pâng", 1965, "Quàng Thị Mẫu", na_u),
        birth("other", "Vì Thị Pâng", 1987, "Lù Thị Mẫu", far),
    ];
    for (at, year) in [(0, "1965"), (1, "1965")] {
        let mut field = records[at].fields["meHoTen"].clone();
        field.value = Some(year.to_owned());
        records[at].fields.insert("meNgaySinh".to_owned(), field);
    }
    for (at, day) in [(0, "1987-04-01"), (1, "1989-04-01"), (2, "1988-01-01")] {
        let mut field = records[at].fields["meHoTen"].clone();
        field.value = Some(day.to_owned());
        records[at].fields.insert("ngayDangKy".to_owned(), field);
    }
    records
}

#[test]
fn other_papers_of_a_person_are_found_with_the_reason() {
    let (_folder, index) = index_of(&family());
    let searcher = index.searcher().expect("a searcher");
    let related = |id: &str| -> Vec<(String, RelatedBy, String)> {
        let found = searcher.related(&RecordId(id.to_owned()), 10).expect("a search");
        let found = found.expect("a record").into_iter();
        found.map(|one| (one.record.0, one.by, one.what)).collect()
    };
    let pang = "vì thị pâng".to_owned();
    assert_eq!(
        related("child"),
        [
            ("mother".to_owned(), RelatedBy::SamePerson, pang.clone()),
            ("sister".to_owned(), RelatedBy::SamePerson, pang.clone()),
        ]
    );
    assert_eq!(related("other"), [], "a namesake far away, born in another year");
    let none = searcher.related(&RecordId("none".to_owned()), 10).expect("a search");
    assert_eq!(none, None);
}

#[test]
fn people_of_one_name_in_one_place_and_years_are_named_as_such() {
    let mut records = family();
    for record in &mut records[..2] {
        record.fields.remove("meNgaySinh");
    }
    let (_folder, index) = index_of(&records);
    let searcher = index.searcher().expect("a searcher");
    let found = searcher.related(&RecordId("child".to_owned()), 10).expect("a search");
    let by: Vec<RelatedBy> = found.expect("a record").iter().map(|one| one.by).collect();
    assert_eq!(by, [RelatedBy::SameName, RelatedBy::SameName]);
}

#[test]
fn parcels_and_numbers_lead_to_their_other_papers() {
    let mut records = family();
    for (at, name, value) in [
        (0, "meSoGiayToTuyThan", "011087001234"),
        (3, "nksSoDinhDanh", "011087001234"),
        (1, "parcel_no", "12"),
        (1, "map_sheet_no", "3"),
        (2, "parcel_no", "12"),
        (2, "map_sheet_no", "3"),
    ] {
        let mut field = records[0].fields["nksHoTen"].clone();
        field.value = Some(value.to_owned());
        records[at].fields.insert(name.to_owned(), field);
    }
    let (_folder, index) = index_of(&records);
    let searcher = index.searcher().expect("a searcher");
    let first = |id: &str| {
        let found = searcher.related(&RecordId(id.to_owned()), 10).expect("a search");
        found.expect("a record").into_iter().next()
    };
    let of_child = first("child").expect("a record");
    assert_eq!(
        (of_child.record.0.as_str(), of_child.by),
        ("other", RelatedBy::SameIdentity)
    );
    let of_sister = first("sister").expect("a record");
    assert_eq!((of_sister.what.as_str(), of_sister.by), ("3/12", RelatedBy::SameParcel));
}

#[test]
fn names_and_places_that_are_begun_are_gone_on_with() {
    let (_folder, index) = index_of(&family());
    let searcher = index.searcher().expect("a searcher");
    let suggested = |typed: &str| -> Vec<String> {
        let found = searcher.suggest(typed, 8).expect("suggestions");
        found.into_iter().map(|one| one.text).collect()
    };
    assert_eq!(suggested("vi thi p"), ["Vì Thị Pâng"]);
    assert_eq!(suggested("lo v"), ["Lò Văn Mẫu"]);
    assert_eq!(suggested("lò thị"), ["Lò Thị Mẫu"]);
    assert!(suggested("lờ th").is_empty(), "an accent that is typed is meant");
    let of_place = suggested("me: vi thi pang xa na");
    assert_eq!(of_place, ["me: vi thi pang xã Na Ư, huyện Điện Biên"]);
    for typed in ["", " ", "1987", "x\u{0}", "a:b", "''", "nguyen thi lan 1987 "] {
        drop(suggested(typed));
    }
}
