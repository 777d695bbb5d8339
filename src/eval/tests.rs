//! Small truths, and readings of them whose scores can be counted by hand.
#![allow(clippy::float_cmp, reason = "rates are rounded to a ten-thousandth")]

use serde_json::{Value, json};

use super::*;
use crate::model::{Affine, Field, FieldState, Finding, KindId, Line, PageText, Point};
use crate::model::{Quad, Record, RecordId, Rect, Severity, Size, Word, Writing};

fn quad(left: f32, top: f32, right: f32, bottom: f32) -> Value {
    json!([[left, top], [right, top], [right, bottom], [left, bottom]])
}

fn corpus(page: &Value) -> Corpus {
    let truth =
        json!({"id": "D1", "sha256": "aa", "doc_type": "ks_register", "pages": [page]});
    Corpus {
        truths: vec![serde_json::from_value(truth).unwrap()],
        queries: Vec::new(),
        kinds: BTreeMap::from([("ks_register".to_owned(), "so-khai-sinh".to_owned())]),
    }
}

fn nothing(_: &str) -> Vec<ScanId> {
    Vec::new()
}

fn key() -> PageKey {
    PageKey { scan: ScanId("aa".to_owned()), page: 1 }
}

/// A page of 100 by 100 pixels whose reading frame is shifted by ten pixels.
fn read(words: &[(&str, [f32; 4], f32)]) -> BTreeMap<PageKey, ReadPage> {
    let words =
        words.iter().map(|&(text, [left, top, right, bottom], confidence)| Word {
            text: text.to_owned(),
            quad: Quad::from(Rect { left, top, right, bottom })
                .mapped(&Affine::translation(-10.0, -10.0)),
            confidence,
            writing: if text == "Mau" { Writing::Handwriting } else { Writing::Print },
            ..Word::default()
        });
    let page = PageText {
        size: Size { width: 100, height: 100 },
        original: Size { width: 100, height: 100 },
        to_original: Affine::translation(10.0, 10.0),
        dpi: 300.0,
        blank: false,
        lines: vec![Line { words: words.collect(), ..Line::default() }],
        rules: Vec::new(),
        codes: Vec::new(),
        engine: "none 1".to_owned(),
        source: crate::model::TextSource::default(),
        notes: Vec::new(),
    };
    BTreeMap::from([(key(), ReadPage::of(&page))])
}

/// Twice the resolution of what [`read`] saw: a printed line above a written one, and a
/// signature.
fn two_lines() -> Corpus {
    corpus(&json!({
        "number": 1, "width": 200, "height": 200, "degradations": {"dpi": 200, "paper": "cream"},
        "boxes": [{"quad": quad(0.0, 160.0, 100.0, 190.0)}],
        "lines": [{"spans": [
            {"text": "Họ tên:", "style": "print", "quad": quad(0.0, 20.0, 80.0, 40.0)},
            {"text": "Lò Mẫu", "style": "handwriting", "quad": quad(90.0, 20.0, 190.0, 40.0)}
        ]}]
    }))
}

#[test]
fn words_are_compared_with_the_span_in_which_they_stand() {
    let pages = read(&[
        ("Mau", [70.0, 10.0, 90.0, 20.0], 0.5),
        ("Lò", [46.0, 10.0, 60.0, 20.0], 0.9),
        ("tên:", [20.0, 10.0, 38.0, 20.0], 0.8),
        ("Họ", [0.0, 10.0, 15.0, 20.0], 1.0),
        ("xyz", [10.0, 60.0, 30.0, 70.0], 0.2),
        ("signed", [10.0, 82.0, 30.0, 92.0], 0.2),
    ]);
    let reading = score(&two_lines(), &pages, &[], &mut nothing).reading;
    let (print, hand) = (reading.by_style["print"], reading.by_style["handwriting"]);
    assert_eq!((print.cer, print.word_recall, print.chars), (0.0, 1.0, 7));
    assert_eq!((hand.cer, hand.word_recall, hand.chars), (0.1667, 0.5, 6));
    assert_eq!(reading.spurious_per_truth_char, 0.2308, "the signature is not asked for");
    assert_eq!(
        reading.mistakes["handwriting"],
        BTreeMap::from([(Mistake::HatAndTone, 1)])
    );
    assert_eq!(reading.by_dpi[0].name, "200");
    assert_eq!(reading.by_degradation["paper"][0].all.cer, 0.0769);
    assert_eq!(reading.calibration_by_style["handwriting"].expected_error, 0.3);
    assert_eq!((reading.calibration.count, reading.pages_missing), (4, 0));
    assert_eq!(reading.told_as["print"], BTreeMap::from([(Writing::Print, 2)]));
    let of_hand = [(Writing::Print, 1), (Writing::Handwriting, 1)];
    assert_eq!(reading.told_as["handwriting"], BTreeMap::from(of_hand));
}

#[test]
fn a_page_that_was_not_read_counts_as_wrong_and_is_no_confusion() {
    let reading = score(&two_lines(), &BTreeMap::new(), &[], &mut nothing).reading;
    assert_eq!((reading.pages_missing, reading.by_style["print"].cer), (1, 1.0));
    assert_eq!(reading.mistakes["print"], BTreeMap::from([(Mistake::NotFound, 7)]));
    assert_eq!((reading.confusions.len(), reading.calibration.count), (0, 0));
}

fn field(value: &str, confidence: f32) -> Field {
    Field {
        text: value.to_owned(),
        value: Some(value.to_owned()),
        state: FieldState::Read,
        confidence,
        page: Some(1),
        quad: Some(Quad([Point::default(); 4])),
        alternatives: Vec::new(),
    }
}

fn record(id: &str, fields: &[(&str, Field)]) -> StoredRecord {
    let warning = Finding {
        rule: "death-before-birth".to_owned(),
        severity: Severity::Warn,
        fields: Vec::new(),
    };
    StoredRecord {
        record: Record {
            record: RecordId(id.to_owned()),
            kind: KindId("so-khai-sinh".to_owned()),
            scan: key().scan,
            pages: vec![1],
            fields: fields.iter().map(|(n, f)| ((*n).to_owned(), f.clone())).collect(),
            findings: vec![warning],
        },
        path: String::new(),
        collection: None,
        unit: None,
    }
}

fn truth_of(value: &str) -> Value {
    json!({"printed": value, "normalized": value, "style": "handwriting"})
}

/// Two births on one page; the first has a contradiction.
fn two_births() -> Corpus {
    corpus(&json!({
        "number": 1, "width": 100, "height": 100,
        "records": [
            {"id": "R1", "inconsistencies": [{}], "not_printed": {"so": "7"}, "fields": {
                "nksHoTen": truth_of("Lò Văn Mẫu"),
                "meHoTen": truth_of("Lò Thị Hoà"),
                "chaHoTen": truth_of("Lò Văn Tá")}},
            {"id": "R2", "fields": {"nksHoTen": truth_of("Vàng A Súa")}}
        ]
    }))
}

#[test]
fn records_are_paired_by_their_fields_and_a_value_of_the_other_parent_is_a_swap() {
    let records = [
        record("r2", &[("nksHoTen", field("VÀNG A SÚA", 0.95))]),
        record(
            "r1",
            &[
                ("nksHoTen", field("Lò Văn Mẫu", 0.95)),
                ("meHoTen", field("Lò Thị Hòa", 0.85)),
                ("chaHoTen", field("Lò Thị Hoà", 0.95)),
                ("so", field("7", 0.5)),
                ("trangSo", field("12", 0.5)),
            ],
        ),
        record("r3", &[]),
    ];
    let fields = score(&two_births(), &BTreeMap::new(), &records, &mut nothing).fields;
    assert_eq!(
        (fields.records, fields.records_found, fields.records_invented),
        (2, 1.0, 0.5)
    );
    let hand = fields.by_style["handwriting"];
    assert_eq!((hand.right, hand.truth, hand.given, hand.f1), (3, 4, 4, 0.75));
    let all = fields.by_doc_type["ks_register"];
    assert_eq!(all.given, 5, "what the truth does not have was given too, `so` apart");
    assert_eq!((fields.role_swaps, fields.wrong_below_sure), (1, 0.0));
    assert_eq!(fields.kind_accuracy, 1.0);
    let inconsistencies = fields.inconsistencies;
    assert_eq!((inconsistencies.labelled, inconsistencies.found), (1, 1.0));
    assert_eq!(inconsistencies.false_alarms_per_record, 0.5);
}

#[test]
fn a_record_that_was_not_found_has_all_its_fields_missing() {
    let fields = score(&two_births(), &BTreeMap::new(), &[], &mut nothing).fields;
    let hand = fields.by_style["handwriting"];
    assert_eq!((hand.truth, hand.given, hand.f1), (4, 0, 0.0));
    assert_eq!((fields.records_found, fields.kind_accuracy), (0.0, 0.0));
}

#[test]
fn scans_are_ranked_by_their_first_hit() {
    let mut corpus = two_births();
    let query = |family: &str, text: &str, relevant: &[&str]| {
        let query = json!({"type": family, "query": text, "relevant": relevant});
        serde_json::from_value(query).unwrap()
    };
    corpus.queries = vec![
        query("name", "lo van mau", &["D1", "D9"]),
        query("year", "1987", &["D1"]),
        query("year", "nobody", &["D9"]),
    ];
    let other = || ScanId("bb".to_owned());
    let mut asked = Vec::new();
    let mut search = |text: &str| {
        asked.push(text.to_owned());
        let all = vec![other(), other(), key().scan];
        if text == "1987" { Vec::new() } else { all }
    };
    let found = score(&corpus, &BTreeMap::new(), &[], &mut search).search;
    assert_eq!(asked, ["lo van mau", "1987"], "a query without a file is not asked");
    assert_eq!(
        (found.by_type["name"].recall_at_10, found.by_type["name"].mrr),
        (1.0, 0.5)
    );
    assert_eq!((found.by_type["year"].mrr, found.without_a_hit), (0.0, 1));
    assert_eq!((found.by_type["all"].queries, found.by_type["all"].mrr), (2, 0.25));
}
