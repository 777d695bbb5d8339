use super::*;
use crate::catalog::{Catalog, NewScan};
use crate::model::{Field, FieldState, KindId, Record, ScanId};

fn record(id: &str, kind: &str, fields: &[(&str, &str)]) -> Record {
    let field = |&(name, value): &(&str, &str)| {
        let field = Field {
            text: value.to_owned(),
            value: Some(value.to_owned()),
            state: FieldState::Read,
            confidence: 0.9,
            page: None,
            quad: None,
            alternatives: vec![],
        };
        (name.to_owned(), field)
    };
    Record {
        record: RecordId(id.into()),
        kind: KindId(kind.into()),
        scan: ScanId(format!("{id:0>64}")),
        pages: vec![1],
        fields: fields.iter().map(field).collect(),
        findings: vec![],
    }
}

const OFFICE: (&str, &str) =
    ("noiDangKy", "UBND xã Na Ư, huyện Điện Biên, tỉnh Điện Biên");

fn marriage() -> Record {
    record(
        "kh",
        "so-ket-hon",
        &[
            OFFICE,
            ("chongHoTen", "Lò Văn Mẫu"),
            ("chongNgaySinh", "1971-04-02"),
            ("chongSoGiayToTuyThan", "040123456"),
            ("voHoTen", "Quàng Thị Mẫu"),
            ("voNgaySinh", "1974"),
        ],
    )
}

fn birth(fields: &[(&str, &str)]) -> Record {
    let all =
        [&[OFFICE, ("nksHoTen", "Lò Thị Con"), ("nksNgaySinh", "1995-06-07")], fields];
    record("ks", "so-khai-sinh", &all.concat())
}

fn said(here: &Record, there: &Record) -> Vec<(LinkKind, Strength, Vec<Reason>)> {
    let links = links_between(here, there);
    links.into_iter().map(|link| (link.kind, link.strength, link.reasons)).collect()
}

#[test]
fn the_parents_of_a_child_are_the_couple_of_a_marriage() {
    let child = birth(&[
        ("chaHoTen", "LÒ VĂN MẪU"),
        ("chaNgaySinh", "1971"),
        ("meHoTen", "Quàng Thị Mẫu"),
        ("meNgaySinh", "1974"),
    ]);
    let links = links_between(&marriage(), &child);
    assert_eq!(links.len(), 1);
    assert_eq!(
        (links[0].role.as_str(), links[0].other_role.as_str()),
        ("husband", "father")
    );
    assert_eq!(
        said(&marriage(), &child),
        [(
            LinkKind::SamePerson,
            Strength::Likely,
            vec![Reason::Name, Reason::BornYear, Reason::Kin, Reason::Commune]
        )]
    );
}

#[test]
fn a_name_and_a_year_alone_link_nobody() {
    let namesake = birth(&[("chaHoTen", "Lò Văn Mẫu"), ("chaNgaySinh", "1971")]);
    assert_eq!(said(&marriage(), &namesake), []);
    let with_number = birth(&[
        ("chaHoTen", "Lò Văn Mẫu"),
        ("chaNgaySinh", "1971"),
        ("chaSoGiayToTuyThan", "040123456"),
    ]);
    let links = links_between(&marriage(), &with_number);
    assert_eq!(links.len(), 1);
    assert_eq!(links[0].strength, Strength::Strong);
    assert!(links[0].reasons.contains(&Reason::Id));
}

#[test]
fn what_contradicts_ends_the_comparison() {
    let born_later = birth(&[
        ("chaHoTen", "Lò Văn Mẫu"),
        ("chaNgaySinh", "1981"),
        ("meHoTen", "Quàng Thị Mẫu"),
        ("meNgaySinh", "1984"),
    ]);
    assert_eq!(said(&marriage(), &born_later), []);
    let other_number = birth(&[
        ("chaHoTen", "Lò Văn Mẫu"),
        ("chaNgaySinh", "1971-04-02"),
        ("chaSoGiayToTuyThan", "049876543"),
    ]);
    assert_eq!(said(&marriage(), &other_number), []);
    // The number of somebody with quite another name is misread, or stands in the wrong
    // column.
    let other_name =
        birth(&[("chaHoTen", "Vàng A Khác"), ("chaSoGiayToTuyThan", "040123456")]);
    assert_eq!(said(&marriage(), &other_name), []);
}

#[test]
fn a_book_and_its_certificate_are_one_entry() {
    let entry = [
        OFFICE,
        ("so", "27/2015"),
        ("ngayDangKy", "2015-03-05"),
        ("nksHoTen", "Lò Thị Con"),
        ("nksNgaySinh", "2015-02-01"),
    ];
    let book = record("a", "so-khai-sinh", &entry);
    let paper = record("b", "giay-khai-sinh", &entry);
    assert_eq!(said(&book, &paper)[0].0, LinkKind::SameEntry);
    let mut other = paper.clone();
    other.fields.get_mut("nksHoTen").unwrap().value = Some("Vàng Thị Khác".into());
    assert_eq!(said(&book, &other), [], "the same number and day in another commune");
}

#[test]
fn a_contract_leads_to_its_certificate_and_a_decision_to_its_entry() {
    let certificate = record("a", "gcn-2009", &[("certificate_serial", "BU 902919")]);
    let contract =
        record("b", "hop-dong-chuyen-nhuong", &[("certificate_serial", "BU902919")]);
    let found = said(&contract, &certificate);
    assert_eq!(found, [(LinkKind::Certificate, Strength::Strong, vec![Reason::Serial])]);
    let note = "Cải chính năm sinh của mẹ theo QĐ số 06/QĐ-UBND ngày 14/9/2020";
    let entry = birth(&[("ghiChu", note)]);
    let decision = |name| {
        record("q", "quyet-dinh", &[("document_no", "6/QĐ-UBND"), ("subject_name", name)])
    };
    let found = said(&entry, &decision("Lò Thị Con"));
    assert_eq!(
        found,
        [(LinkKind::Amends, Strength::Strong, vec![Reason::Decision, Reason::Name])]
    );
    // Every commune has a decision number 6.
    assert_eq!(said(&entry, &decision("Vàng Thị Khác")), []);
}

#[test]
fn a_change_leads_to_the_certificate_that_it_is_written_on() {
    let on = |id: &str, pages: &[u32], fields: &[(&str, &str)]| {
        let mut record = record(id, "gcn-2009", fields);
        (record.scan, record.pages) = (ScanId("f".repeat(64)), pages.to_vec());
        record
    };
    let holder = [("holder_name", "Lò Văn Mẫu"), ("certificate_serial", "BU 902919")];
    let first = on("a", &[1, 2], &holder);
    let receiver = [("transfer_to", "Vàng Thị Mẫu"), ("transfer_to_birth_year", "1980")];
    let change = on("b", &[3], &receiver);
    let amends = [(LinkKind::Amends, Strength::Strong, vec![Reason::Paper])];
    assert_eq!(said(&first, &change), amends);
    assert_eq!(said(&change, &first), amends);
    let changes = |here: &Record, there: &Record| {
        links_between(here, there).iter().any(|link| link.is_change(there))
    };
    assert!(changes(&first, &change) && !changes(&change, &first));
    // The next certificate of a land file begins behind the change, and has its own.
    let next = on("c", &[4, 5], &[("holder_name", "Cà Văn Mẫu")]);
    assert_eq!(said(&next, &change), []);
    assert_eq!(said(&first, &on("d", &[6], &receiver)), []);
    let mut elsewhere = change.clone();
    elsewhere.scan = ScanId("e".repeat(64));
    assert_eq!(said(&first, &elsewhere), []);
    let both = marks::marks(&first).intersection(&marks::marks(&change)).count();
    assert_eq!(both, 1, "they are compared at all");
}

#[test]
fn one_parcel_is_known_by_commune_sheet_number_and_area() {
    let parcel = |id: &str, area: &str, place: &str| {
        record(
            id,
            "so-muc-ke",
            &[
                ("parcel_address", place),
                ("map_sheet_no", "12"),
                ("parcel_no", "345"),
                ("area_m2", area),
            ],
        )
    };
    let place = "xã Na Ư, huyện Điện Biên, tỉnh Điện Biên";
    let here = parcel("a", "1483.0", place);
    let reasons = vec![Reason::Parcel, Reason::Commune, Reason::Area];
    assert_eq!(
        said(&here, &parcel("b", "1483.5", place)),
        [(LinkKind::SameParcel, Strength::Strong, reasons)]
    );
    assert_eq!(said(&here, &parcel("b", "220", place)), [], "renumbered after a survey");
    let elsewhere =
        parcel("b", "1483.0", "xã Mường Nhà, huyện Điện Biên, tỉnh Điện Biên");
    assert_eq!(said(&here, &elsewhere), []);
}

#[test]
fn links_of_an_archive_are_found_by_rare_marks_only() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = Catalog::create_or_open(folder.path()).unwrap();
    let child = birth(&[("chaHoTen", "Lò Văn Mẫu"), ("chaSoGiayToTuyThan", "040123456")]);
    // Sixty entries with one number that somebody typed as a placeholder.
    let many: Vec<Record> = (0..60)
        .map(|at| {
            record(
                &format!("m{at}"),
                "so-khai-tu",
                &[("nktHoTen", "Nguyễn Văn Giống"), ("nktSoGiayToTuyThan", "111111111")],
            )
        })
        .collect();
    for record in [marriage(), child.clone()].iter().chain(&many) {
        let new = NewScan::new(&record.scan, 1, &record.record.0);
        catalog.add_scan(&new).unwrap();
        catalog.finish_scan(&record.scan, std::slice::from_ref(record)).unwrap();
    }
    let links = Links::of(&catalog).unwrap();
    let of_child = links.for_record(&child).unwrap();
    assert_eq!(of_child.len(), 1);
    assert_eq!(of_child[0].record, marriage().record);
    assert_eq!(links.for_record(&many[0]).unwrap(), []);
}

#[test]
fn the_rules_are_what_this_program_reads() {
    let rules = super::rules::Rules::get();
    assert!(rules.likely < rules.strong && rules.strong < 100);
    assert!(rules.points(&[Reason::Id]) >= rules.likely);
    let alone = [Reason::Name, Reason::BornYear, Reason::Commune];
    assert!(rules.points(&alone) < rules.likely);
}
