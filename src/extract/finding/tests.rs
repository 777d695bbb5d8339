use std::collections::BTreeMap;

use crate::model::{FieldState, KindId, RecordId, ScanId};

use super::*;

fn record(kind: &str, fields: &[(&str, &str)]) -> Record {
    let field = |value: &str| Field {
        text: value.to_owned(),
        value: Some(value.to_owned()),
        state: FieldState::Read,
        confidence: 0.95,
        page: Some(1),
        quad: None,
        alternatives: Vec::new(),
    };
    Record {
        record: RecordId("r".to_owned()),
        kind: KindId(kind.to_owned()),
        scan: ScanId("s".to_owned()),
        pages: vec![1],
        fields: fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), field(value)))
            .collect::<BTreeMap<_, _>>(),
        findings: Vec::new(),
    }
}

fn alarms(record: &Record) -> Vec<String> {
    let findings = check(record).into_iter();
    findings.filter(|it| it.severity > Severity::Info).map(|it| it.rule).collect()
}

#[test]
fn contradictions_on_paper_are_found_and_what_goes_together_is_not() {
    for (kind, fields, expected) in [
        (
            "so-khai-sinh",
            &[("nksNgaySinh", "1976-05-06"), ("ngayDangKy", "1976-04-14")][..],
            &["registered-before-birth"][..],
        ),
        (
            "so-khai-sinh",
            &[
                ("nksNgaySinh", "1992-11-14"),
                (
                    "nksNgaySinhBangChu",
                    "Ngày mười bốn tháng mười một năm một nghìn chín trăm chín mươi mốt",
                ),
            ],
            &["birth-date-words"],
        ),
        (
            "so-khai-sinh",
            &[
                ("nksNgaySinh", "1991-11"),
                (
                    "nksNgaySinhBangChu",
                    "Ngày mười bốn tháng mười một năm một nghìn chín trăm chín mươi mốt",
                ),
            ],
            &[],
        ),
        (
            "trich-luc-khai-tu",
            &[
                ("nktNgaySinh", "1961"),
                ("nktNgayChet", "2015-09-05"),
                ("ngayDangKy", "2015-08-04"),
            ],
            &["registered-before-death"],
        ),
        (
            "so-ket-hon",
            &[("voNgaySinh", "1974-09-09"), ("ngayDangKy", "1990-02-13")],
            &["under-age-marriage"],
        ),
        (
            "so-ket-hon",
            &[("voNgaySinh", "1972-10-09"), ("ngayDangKy", "1990-02-13")],
            &[],
        ),
        (
            "so-ket-hon",
            &[("voNgaySinh", "1998-10-09"), ("ngayDangKy", "2016-02-13")],
            &["under-age-marriage"],
        ),
        (
            "hop-dong-chuyen-nhuong",
            &[
                ("area_m2", "31151.4"),
                (
                    "area_words",
                    "Ba mươi mốt nghìn một trăm sáu mươi mốt phẩy bốn mét vuông",
                ),
            ],
            &["area-words"],
        ),
        (
            "gcn-2024",
            &[
                ("area_m2", "1159.7"),
                ("land_use_purpose", "Đất ở 100,0 m²; Đất trồng cây lâu năm 1059,7 m²"),
            ],
            &[],
        ),
        (
            "gcn-2024",
            &[
                ("area_m2", "1259.7"),
                ("land_use_purpose", "Đất ở 100,0 m²; Đất trồng cây lâu năm 1059,7 m²"),
            ],
            &["area-sum"],
        ),
        (
            "gcn-2009",
            &[("holder_id_number", "011087001234"), ("holder_birth_year", "1978")],
            &["id-birth-year"],
        ),
        (
            "trich-luc-khai-sinh",
            &[("nksSoDinhDanh", "012322004442"), ("nksGioiTinh", "1")],
            &["id-sex"],
        ),
        (
            "so-khai-sinh",
            &[("so", "27/2022"), ("ngayDangKy", "2021-06-29")],
            &["number-year"],
        ),
    ] {
        assert_eq!(alarms(&record(kind, fields)), expected, "{fields:?}");
    }
}

#[test]
fn a_doubtful_reading_gives_no_alarm_but_is_worth_knowing() {
    let mut doubtful = record(
        "so-khai-sinh",
        &[("nksNgaySinh", "1976-05-06"), ("ngayDangKy", "1976-04-14")],
    );
    if let Some(field) = doubtful.fields.get_mut("ngayDangKy") {
        field.confidence = 0.3;
    }
    let findings = check(&doubtful);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].severity, Severity::Info);
    assert_eq!(findings[0].fields, ["nksNgaySinh", "ngayDangKy"]);
}

#[test]
fn another_reading_that_agrees_takes_the_alarm_back() {
    let mut record = record(
        "so-khai-sinh",
        &[("nksNgaySinh", "1976-05-06"), ("ngayDangKy", "1976-04-14")],
    );
    if let Some(field) = record.fields.get_mut("nksNgaySinh") {
        field.alternatives = vec!["1976-03-06".to_owned()];
    }
    assert_eq!(alarms(&record), [""; 0]);
}

#[test]
fn a_doubt_about_the_month_of_a_date_is_none_about_its_year() {
    let severity = |date: &str, others: &[&str]| {
        let said = "Ngày mười bốn tháng mười một năm một nghìn chín trăm chín mươi mốt";
        let fields = [("nksNgaySinh", date), ("nksNgaySinhBangChu", said)];
        let mut record = record("so-khai-sinh", &fields);
        if let Some(field) = record.fields.get_mut("nksNgaySinh") {
            field.confidence = 0.5;
            field.alternatives = others.iter().map(|it| (*it).to_owned()).collect();
        }
        check(&record).first().map(|finding| finding.severity)
    };
    let months = ["1992-07-14", "1992-01-14"];
    assert_eq!(severity("1992-11-14", &months), Some(Severity::Warn), "the year is sure");
    let in_doubt = severity("1991-07-14", &["1991-01-14"]);
    assert_eq!(in_doubt, Some(Severity::Info), "the month differs and is in doubt");
    assert_eq!(severity("1992-11-14", &[]), Some(Severity::Info), "all may be in doubt");
    let all = ["1997-01-14"];
    assert_eq!(severity("1992-11-14", &all), Some(Severity::Info), "so may the year");
}

#[test]
fn a_code_is_compared_part_by_part_and_only_where_its_shape_is_known() {
    let paper = record(
        "gcn-2024",
        &[
            ("certificate_serial", "AA 03442628"),
            ("parcel_no", "513"),
            ("area_m2", "4894.4"),
        ],
    );
    let found = |code: &str| compare_codes(&paper, &[code.to_owned()]);
    assert_eq!(found("AA03442628|24787|97|513|4894,4|VP 04197"), []);
    let differs = found("AA03442629|24787|97|513|4894,4|VP 04197");
    assert_eq!(differs.len(), 1);
    assert_eq!(differs[0].fields, ["certificate_serial"]);
    assert_eq!(found("https://example.org/AA03442629"), []);
}

#[test]
fn values_that_do_not_go_together_are_not_sure_unless_a_person_has_seen_them() {
    let mut record = record(
        "so-khai-sinh",
        &[("nksNgaySinh", "1976-05-06"), ("ngayDangKy", "1976-04-14"), ("so", "38/1976")],
    );
    for field in record.fields.values_mut() {
        field.confidence = 0.97;
    }
    if let Some(field) = record.fields.get_mut("ngayDangKy") {
        field.state = FieldState::Verified;
    }
    record.findings = check(&record);
    doubt(&mut record);
    let confidence = |name: &str| record.fields.get(name).map(|it| it.confidence);
    assert_eq!(confidence("nksNgaySinh"), Some(0.8));
    assert_eq!(confidence("ngayDangKy"), Some(0.97));
    assert_eq!(confidence("so"), Some(0.97));
}
