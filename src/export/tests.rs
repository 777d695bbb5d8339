//! What an export says is what the catalog holds, read back from the file.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use super::*;
use crate::catalog::NewScan;
use crate::model::Field;
use crate::model::FieldState;
use crate::model::KindId;
use crate::model::RecordId;
use crate::model::ScanId;

fn field(value: &str, state: FieldState) -> Field {
    Field {
        text: value.to_owned(),
        value: Some(value.to_owned()),
        state,
        confidence: 0.9,
        page: Some(1),
        quad: None,
        alternatives: vec![],
    }
}

fn record(id: &str, kind: &str, fields: &[(&str, &str, FieldState)]) -> Record {
    let named = |&(name, value, state): &(&str, &str, FieldState)| {
        (name.to_owned(), field(value, state))
    };
    Record {
        record: RecordId(id.into()),
        kind: KindId(kind.into()),
        scan: ScanId("ab".repeat(32)),
        pages: vec![1],
        fields: fields.iter().map(named).collect(),
        findings: vec![],
    }
}

/// An archive of one scan with these records.
fn catalog(folder: &std::path::Path, records: &[Record]) -> Catalog {
    let catalog = Catalog::create_or_open(folder).expect("a catalog");
    let scan = ScanId("ab".repeat(32));
    let new = NewScan::new(&scan, 1, "a/b & c.pdf");
    catalog.add_scan(&new).expect("a scan");
    catalog.set_num_pages(&scan, 1).expect("a page");
    catalog.finish_scan(&scan, records).expect("records");
    catalog
}

fn exported(records: &[Record], format: Format, verified_only: bool) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = catalog(folder.path(), records);
    let mut out = Vec::new();
    let selection = Selection { verified_only, ..Selection::default() };
    export(&catalog, format, &selection, &NoPictures, &mut out).expect("an export");
    out
}

/// Gives no picture of any page.
struct NoPictures;

impl Pictures for NoPictures {
    fn stored(
        &self,
        _: &crate::model::PageKey,
    ) -> Result<
        Option<crate::model::StoredPicture>,
        Box<dyn std::error::Error + Send + Sync>,
    > {
        Ok(None)
    }
}

/// Rows of each sheet by its name: cells with their text and whether they are marked.
type Sheets = BTreeMap<String, Vec<BTreeMap<String, (String, bool)>>>;

/// Reads a workbook as any program does: the sheets by their names, the cells by their
/// addresses, keyed by the heading of their column.
fn read_back(file: &[u8]) -> Sheets {
    let mut zip = zip::ZipArchive::new(Cursor::new(file)).expect("a ZIP file");
    let mut part = |name: &str| {
        let mut text = String::new();
        zip.by_name(name).expect("the part").read_to_string(&mut text).expect("UTF-8");
        text
    };
    let unescaped = |text: &str| {
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&")
    };
    let book = part("xl/workbook.xml");
    let between = |text: &str, start: &str, end: &str| {
        let rest = text.split_once(start).expect("a start").1;
        rest.split_once(end).expect("an end").0.to_owned()
    };
    let mut sheets = Sheets::new();
    for (at, entry) in book.split("<sheet ").skip(1).enumerate() {
        let name = unescaped(&between(entry, "name=\"", "\""));
        let xml = part(&format!("xl/worksheets/sheet{}.xml", at + 1));
        let mut header: BTreeMap<String, String> = BTreeMap::new();
        let mut rows = Vec::new();
        for row in xml.split("<row ").skip(1) {
            let number = between(row, "r=\"", "\"");
            let mut cells = BTreeMap::new();
            for cell in row.split("<c ").skip(1) {
                let address = between(cell, "r=\"", "\"");
                let column = address.strip_suffix(&number).expect("its row").to_owned();
                let text = unescaped(&between(cell, "preserve\">", "</t>"));
                let is_marked = between(cell, " s=\"", "\"") == "2";
                if number == "1" {
                    header.insert(column, text);
                } else {
                    cells.insert(header[&column].clone(), (text, is_marked));
                }
            }
            if number != "1" {
                rows.push(cells);
            }
        }
        sheets.insert(name, rows);
    }
    sheets
}

use FieldState::{Approved, Keyed, Read, Verified};

fn birth() -> Record {
    record(
        "r1",
        "so-khai-sinh",
        &[
            ("so", "45", Read),
            ("quyenSo", "01/1999", Verified),
            ("trangSo", "12", Approved),
            ("ngayDangKy", "1999-11-19", Verified),
            ("noiDangKy", "UBND xã Mẫu", Read),
            ("nksHoTen", "Lò Văn <Mẫu>", Verified),
            ("nksNgaySinh", "1999-03", Keyed),
            ("meNgaySinh", "1972", Read),
            ("meSoDinhDanh", "011172001234", Read),
            ("meTuoi", "27", Read),
        ],
    )
}

#[test]
fn the_import_workbook_holds_what_the_records_hold() {
    let sheets = read_back(&exported(&[birth()], Format::Xlsx, false));
    let row = &sheets["KS"][0];
    let cell = |text: &str, marked| (text.to_owned(), marked);
    let expected = [
        ("STT", cell("1", false)),
        // The year is that of the registration; the number itself was not verified.
        ("so", cell("45/1999", true)),
        ("quyenSo", cell("01/1999", false)),
        ("trangSo", cell("12", false)),
        ("ngayDangKy", cell("19.11.1999", false)),
        ("noiDangKy", cell("UBND xã Mẫu", true)),
        ("nksHoTen", cell("Lò Văn <Mẫu>", false)),
        ("nksNgaySinh", cell("tháng 03 năm 1999", true)),
        ("meNgaySinh", cell("1972", true)),
        ("meSoDinhDanhCaNhan", cell("011172001234", true)),
    ];
    let expected: BTreeMap<_, _> =
        expected.into_iter().map(|(name, cell)| (name.to_owned(), cell)).collect();
    assert_eq!(*row, expected);
    assert_eq!(sheets["Ngoai mau"][0]["Trường"].0, "meTuoi");
    let check = &sheets["Kiem tra"][0];
    assert_eq!((&*check["Mã bản ghi"].0, &*check["Tệp quét"].0), ("r1", "a/b & c.pdf"));
    assert_eq!(
        check["Cột chưa kiểm tra"].0,
        "so, noiDangKy, nksNgaySinh, meNgaySinh, meSoDinhDanhCaNhan"
    );
    assert!(!check.contains_key("Cần xem lại"), "{check:?}");
    assert!(sheets["Ghi chu"].iter().any(|row| row["Nghĩa"].0 == "Đăng ký quá hạn"));
}

#[test]
fn verified_values_alone_are_exported_when_asked_for() {
    let other = record("r2", "so-khai-sinh", &[("so", "46/1999", Read)]);
    let sheets = read_back(&exported(&[birth(), other.clone()], Format::Xlsx, true));
    assert_eq!(sheets["KS"].len(), 1, "a record without a verified value is left out");
    let names: Vec<&str> = sheets["KS"][0].keys().map(String::as_str).collect();
    assert_eq!(names, ["STT", "ngayDangKy", "nksHoTen", "quyenSo", "trangSo"]);
    assert!(sheets["KS"][0].values().all(|(_, is_marked)| !is_marked));
    let lines = exported(&[birth(), other], Format::RecordsJsonl, true);
    let rows: Vec<serde_json::Value> = String::from_utf8(lines)
        .expect("UTF-8")
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(rows.len(), 1);
    let states: Vec<_> = rows[0]["fields"]
        .as_object()
        .expect("fields")
        .values()
        .map(|f| &f["state"])
        .collect();
    assert_eq!(states, ["verified", "verified", "verified", "approved"]);
}

#[test]
fn rows_that_no_import_takes_are_named_with_their_reason() {
    let entry = |id, so, date, page| {
        record(
            id,
            "so-khai-tu",
            &[
                ("so", so, Verified),
                ("quyenSo", "1", Verified),
                ("ngayDangKy", date, Verified),
                ("trangSo", page, Verified),
            ],
        )
    };
    let records = [
        entry("r1", "3/2001", "2002-01-01", "4b"),
        entry("r2", "3/2001", "2001", "5"),
        entry("r3", "", "2001-01-02", "5"),
    ];
    let sheets = read_back(&exported(&records, Format::Xlsx, false));
    let said: Vec<&str> =
        sheets["Kiem tra"].iter().map(|row| row["Cần xem lại"].0.as_str()).collect();
    assert_eq!(
        said,
        [
            "quyển số không có “/năm”; năm trong số khác năm đăng ký; trang số không phải là số",
            "quyển số không có “/năm”; ngày đăng ký không đủ dd.mm.yyyy; \
         trùng số, quyển và nơi đăng ký với dòng trên (KT 2)",
            "thiếu số; quyển số không có “/năm”",
        ]
    );
}

#[test]
fn the_land_table_has_a_row_for_each_owner_of_a_parcel() {
    let parcel = record(
        "r1",
        "gcn-2009",
        &[
            ("holder_name", "Lò Văn Mẫu", Read),
            ("holder2_name", "Quàng Thị Mẫu", Verified),
            ("holder2_birth_year", "1984-05-06", Verified),
            ("map_sheet_no", "12", Verified),
            ("parcel_no", "345", Verified),
            ("area_m2", "1483.5", Verified),
            ("certificate_serial", "BE 414741", Read),
            ("issue_date", "2011-12-22", Verified),
        ],
    );
    let sheets = read_back(&exported(&[parcel], Format::Vbdlis, false));
    let text = |row: usize, column: &str| sheets["Thua dat"][row][column].clone();
    for row in 0..2 {
        assert_eq!(text(row, "STT hộ"), ("1".into(), false));
        assert_eq!(text(row, "Số tờ"), ("12".into(), false));
        assert_eq!(text(row, "Diện tích"), ("1483,5".into(), false));
        assert_eq!(text(row, "Số phát hành GCN"), ("BE 414741".into(), true));
        assert_eq!(text(row, "Ngày cấp"), ("22.12.2011".into(), false));
    }
    assert_eq!(text(0, "Họ và tên"), ("Lò Văn Mẫu".into(), true));
    assert_eq!(text(1, "Họ và tên"), ("Quàng Thị Mẫu".into(), false));
    assert_eq!(text(1, "Ngày sinh"), ("06.05.1984".into(), false));
    assert_eq!(sheets.keys().collect::<Vec<_>>(), ["Kiem tra", "Thua dat"]);
}

#[test]
fn the_table_names_what_nobody_has_verified() {
    let csv = String::from_utf8(exported(&[birth()], Format::Csv, false)).expect("UTF-8");
    let mut lines = csv.trim_start_matches('\u{feff}').lines();
    assert!(lines.next().is_some_and(|header| header.ends_with(",unverified")));
    let row = lines.next().expect("a row");
    assert!(
        row.ends_with("meNgaySinh meSoDinhDanh meTuoi nksNgaySinh noiDangKy so"),
        "{row}"
    );
}

#[test]
fn the_same_archive_gives_the_same_workbook() {
    let once = exported(&[birth()], Format::Xlsx, false);
    assert_eq!(once, exported(&[birth()], Format::Xlsx, false));
}

/// A page of 200 × 100 pixels whose reading frame is turned: `Lò Văn` stands upright in the
/// original at (20, 30), 60 wide and 20 high.
pub(super) fn read_page() -> crate::model::PageText {
    use crate::model::{Affine, Line, Quad, Rect, Size, Word, Writing};
    let frame = Size { width: 100, height: 200 };
    let original = Size { width: 200, height: 100 };
    // A quarter turn: (x, y) of the frame is (y, 100 − x) of the original.
    let to_original = Affine([0.0, 1.0, 0.0, -1.0, 0.0, 100.0]);
    let back = to_original.inverse().expect("a turn can be undone");
    let place = |left: f32, width: f32| {
        let rect = Rect { left, top: 30.0, right: left + width, bottom: 50.0 };
        Quad::from(rect).mapped(&back)
    };
    let word = |text: &str, left, width| Word {
        text: text.into(),
        quad: place(left, width),
        confidence: 0.875,
        ..Word::default()
    };
    let line = Line {
        text: "Lò Văn".into(),
        quad: place(20.0, 60.0),
        confidence: 0.9,
        words: vec![
            Word { writing: Writing::Handwriting, ..word("Lò", 20.0, 20.0) },
            word("<Văn>", 50.0, 30.0),
        ],
        ..Line::default()
    };
    crate::model::PageText {
        size: frame,
        original,
        to_original,
        dpi: 72.0,
        blank: false,
        lines: vec![line],
        rules: vec![],
        codes: vec![],
        engine: "none".into(),
        source: crate::model::TextSource::default(),
        notes: vec![],
    }
}

#[test]
fn alto_and_hocr_say_where_each_word_stands_in_the_original() {
    let text = read_page();
    let key = crate::model::PageKey { scan: ScanId("ab".repeat(32)), page: 2 };
    let page = ReadPage { key: &key, path: "a/b & c.pdf", text: &text };
    let alto = alto(page);
    assert!(alto.contains(
        "<Page ID=\"page2\" PHYSICAL_IMG_NR=\"2\" WIDTH=\"200\" HEIGHT=\"100\">"
    ));
    assert!(alto.contains("<fileName>a/b &amp; c.pdf</fileName>"));
    assert!(alto.contains(
        "<String ID=\"l0w1\" CONTENT=\"&lt;Văn&gt;\" HPOS=\"50\" VPOS=\"30\" WIDTH=\"30\" \
         HEIGHT=\"20\" WC=\"0.875\"/>"
    ), "{alto}");
    assert!(alto.contains("<String ID=\"l0w0\" TAGREFS=\"handwriting\" CONTENT=\"Lò\""));
    assert!(alto.contains("<OtherTag ID=\"handwriting\" TYPE=\"writing\""));
    assert_eq!(alto.matches("<SP/>").count(), 1);
    let hocr = hocr_page(page);
    assert!(
        hocr.contains("title=\"bbox 50 30 80 50; x_wconf 88\">&lt;Văn&gt;</span>"),
        "{hocr}"
    );
    assert!(hocr.contains("bbox 0 0 200 100; ppageno 1;"), "{hocr}");
}

/// Fails to give any picture now.
struct NoWorker;

impl Pictures for NoWorker {
    fn stored(
        &self,
        _: &crate::model::PageKey,
    ) -> Result<
        Option<crate::model::StoredPicture>,
        Box<dyn std::error::Error + Send + Sync>,
    > {
        Err("the worker ended".into())
    }
}

#[test]
fn a_picture_that_cannot_be_had_now_ends_the_file_and_leaves_no_page_empty() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = catalog(folder.path(), &[]);
    let pdf = |pictures: &dyn Pictures| {
        let format = Format::Papers(PaperForm::Pdf);
        export(&catalog, format, &Selection::default(), pictures, &mut Vec::new())
    };
    assert!(matches!(pdf(&NoWorker), Err(ExportError::Picture { .. })));
    assert!(pdf(&NoPictures).is_ok(), "what cannot be decoded at all is an empty page");
}
