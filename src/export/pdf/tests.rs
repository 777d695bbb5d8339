//! A written PDF is taken apart again and compared with what PDF/A-2b asks for
//! (ISO 19005-2, chapter 6) and with what was put in.

use std::collections::BTreeMap;
use std::io::Read as _;

use flate2::read::ZlibDecoder;

use super::*;

/// The objects of a file: dictionary and stream, found through its table of places.
struct Taken {
    objects: BTreeMap<usize, (String, Vec<u8>)>,
    trailer: String,
}

impl Taken {
    fn apart(file: &[u8]) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let tail = text(&file[file.len() - 60..]);
        let start = tail.split("startxref\n").nth(1).expect("a place").lines().next();
        let at: usize = start.expect("a line").parse().expect("a number");
        let table = text(&file[at..]);
        let mut lines = table.lines();
        assert_eq!(lines.next(), Some("xref"));
        let count: usize = lines
            .next()
            .and_then(|l| l.split(' ').nth(1))
            .expect("a count")
            .parse()
            .expect("one");
        assert_eq!(lines.next(), Some("0000000000 65535 f "));
        let mut objects = BTreeMap::new();
        for number in 1..count {
            let line = lines.next().expect("a line an object");
            let place: usize =
                line.get(..10).expect("ten digits").parse().expect("a place");
            let body = &file[place..];
            let head = format!("{number} 0 obj\n");
            assert!(
                body.starts_with(head.as_bytes()),
                "object {number} is not at its place"
            );
            objects.insert(number, Self::object(&body[head.len()..]));
        }
        let trailer = table.split("trailer\n").nth(1).expect("a trailer").to_owned();
        Self { objects, trailer }
    }

    fn object(body: &[u8]) -> (String, Vec<u8>) {
        let find = |what: &[u8]| body.windows(what.len()).position(|w| w == what);
        let end = find(b"endobj").expect("an end");
        let Some(start) = find(b"stream\n").filter(|start| *start < end) else {
            return (String::from_utf8_lossy(&body[..end]).into_owned(), vec![]);
        };
        let head = String::from_utf8_lossy(&body[..start]).into_owned();
        let length: usize = head
            .split("/Length ")
            .nth(1)
            .and_then(|rest| rest.split('>').next())
            .expect("a length")
            .split('/')
            .next()
            .expect("digits")
            .parse()
            .expect("a number");
        let from = start + b"stream\n".len();
        assert!(body[from + length..].starts_with(b"\nendstream\nendobj\n"), "{head}");
        (head, body[from..from + length].to_vec())
    }

    fn with(&self, part: &str) -> Vec<&(String, Vec<u8>)> {
        self.objects.values().filter(|(head, _)| head.contains(part)).collect()
    }

    fn unpacked((head, bytes): &(String, Vec<u8>)) -> Vec<u8> {
        if !head.contains("/FlateDecode") {
            return bytes.clone();
        }
        let mut out = Vec::new();
        ZlibDecoder::new(bytes.as_slice()).read_to_end(&mut out).expect("zlib");
        out
    }
}

fn picture(quarters: u8) -> StoredPicture {
    let mut bytes = Vec::new();
    let image = image::GrayImage::from_fn(200, 100, |x, _| image::Luma([x as u8]));
    image::codecs::jpeg::JpegEncoder::new(&mut bytes)
        .encode_image(&image)
        .expect("a JPEG");
    StoredPicture {
        codec: Codec::Jpeg { is_gray: true },
        width: 200,
        height: 100,
        quarters,
        bytes,
    }
}

fn written(pages: Vec<PdfPage>) -> Vec<u8> {
    let mut out = Vec::new();
    let scan = "ab".repeat(32);
    write_scan("sổ <1>.pdf", &scan, pages.into_iter().map(Ok), &mut out).expect("a PDF");
    out
}

#[test]
fn the_file_has_what_pdf_a_2b_asks_for_and_nothing_that_it_forbids() {
    let file = written(vec![
        PdfPage {
            picture: Some(picture(0)),
            text: Some(super::super::tests::read_page()),
        },
        PdfPage { picture: None, text: None },
    ]);
    // 6.1.2: header, then a comment of four bytes above 127.
    assert!(file.starts_with(b"%PDF-1.7\n%"));
    assert!(file[10..14].iter().all(|&byte| byte > 127) && file[14] == b'\n');
    // 6.1.3: the trailer has an ID, no encryption; nothing follows the end.
    let taken = Taken::apart(&file);
    assert!(taken.trailer.contains("/ID[<") && !taken.trailer.contains("/Encrypt"));
    assert!(file.ends_with(b"%%EOF\n"));
    // 6.1.7, 6.5, 6.6.1: no LZW, no actions, no forms, no files inside.
    for forbidden in [
        "LZWDecode",
        "/AA",
        "/JavaScript",
        "/OpenAction",
        "/AcroForm",
        "/EmbeddedFiles",
        "/Interpolate true",
        "/Alternates",
        "/OPI",
        "/TR",
    ] {
        assert!(taken.with(forbidden).is_empty(), "{forbidden}");
    }
    // 6.2.3: one output intent with a profile of as many channels as it says.
    let [(catalog, _)] = taken.with("/Type/Catalog")[..] else { panic!("one catalog") };
    assert_eq!(catalog.matches("/GTS_PDFA1").count(), 1);
    let [profile] = taken.with("/N 3")[..] else { panic!("one profile") };
    let profile = Taken::unpacked(profile);
    assert_eq!((&profile[36..40], &profile[16..20]), (&b"acsp"[..], &b"RGB "[..]));
    assert_eq!(
        profile.len(),
        u32::from_be_bytes(profile[..4].try_into().unwrap()) as usize
    );
    // 6.2.11: every font is embedded; CIDs lead to glyphs.
    let descriptors = taken.with("/Type/FontDescriptor");
    assert!(!descriptors.is_empty());
    assert!(descriptors.iter().all(|(head, _)| head.contains("/FontFile2 ")));
    assert!(
        taken.with("/CIDFontType2").iter().all(|(head, _)| head.contains("/CIDToGIDMap"))
    );
    // 6.6.2, 6.6.4: metadata, not compressed, with part and level.
    let [metadata] = taken.with("/Type/Metadata")[..] else {
        panic!("one stream of metadata")
    };
    assert!(!metadata.0.contains("/Filter"));
    let xmp = String::from_utf8(metadata.1.clone()).expect("UTF-8");
    assert!(xmp.contains("<pdfaid:part>2</pdfaid:part>"));
    assert!(xmp.contains("<pdfaid:conformance>B</pdfaid:conformance>"));
    assert!(xmp.contains("sổ &lt;1&gt;.pdf"));
    assert_eq!(taken.with("/Type/Page/").len(), 2);
}

#[test]
fn the_picture_goes_in_byte_for_byte_and_stands_upright() {
    for (quarters, box_of, place) in [
        (0, "[0 0 200.000 100.000]", "200.000 0 0 100.000 0 0 cm"),
        (1, "[0 0 100.000 200.000]", "0 -200.000 100.000 0 0 200.000 cm"),
        (2, "[0 0 200.000 100.000]", "-200.000 0 0 -100.000 200.000 100.000 cm"),
        (3, "[0 0 100.000 200.000]", "0 200.000 -100.000 0 100.000 0 cm"),
    ] {
        let mut text = super::super::tests::read_page();
        text.lines.clear();
        let given = picture(quarters);
        let file =
            written(vec![PdfPage { picture: Some(given.clone()), text: Some(text) }]);
        let taken = Taken::apart(&file);
        let [image] = taken.with("/DCTDecode")[..] else { panic!("one image") };
        assert_eq!(image.1, given.bytes);
        let [(page, _)] = taken.with("/Type/Page/")[..] else { panic!("one page") };
        assert!(page.contains(&format!("/MediaBox{box_of}")), "{page}");
        let contents: Vec<String> = taken
            .with("/FlateDecode")
            .into_iter()
            .map(|stream| String::from_utf8_lossy(&Taken::unpacked(stream)).into_owned())
            .filter(|content| content.contains(" Do Q"))
            .collect();
        assert!(contents.len() == 1 && contents[0].contains(place), "{contents:?}");
    }
}

#[test]
fn each_word_lies_over_its_place_on_the_paper() {
    let text = super::super::tests::read_page();
    let operators = layer::operators(&text, 0.5, 50.0);
    // 30 × 20 pixels at (50, 30), half a point a pixel: 15 points for five letters of half
    // an em at size 10; the base line a fifth above (25, 50 − 25).
    let expected = "/F1 10.00 Tf 60.00 Tz 1.00000 0.00000 -0.00000 1.00000 25.00 27.00 Tm \
        <003C00560103006E003E0020> Tj";
    assert!(operators.contains(expected), "the last of its line: {operators}");
    assert!(operators.contains("<004C00F20020> Tj"), "the words are parted: {operators}");
    assert!(operators.starts_with("BT\n3 Tr\n") && operators.ends_with("ET\n"));
}

#[test]
fn a_sheet_breaks_its_lines_and_pages_and_holds_its_cut_outs() {
    use super::sheet::{Sheet, SheetRow, write_sheet};
    let row = |at: usize| SheetRow {
        group: if at == 0 { "Người được khai sinh".into() } else { String::new() },
        label: format!("Trường {at}"),
        value: "thôn Mẫu, xã Mẫu, huyện Mẫu, tỉnh Mẫu ".repeat(3),
        state: "máy đọc, chưa kiểm tra".into(),
        cut_out: at.is_multiple_of(10).then(|| picture(0)),
    };
    let sheet = Sheet {
        title: "Sổ đăng ký khai sinh".into(),
        name: "Lò Văn Mẫu".into(),
        lines: vec!["Số 27/2015".into()],
        rows: (0..30).map(row).collect(),
        notes: vec!["Chưa kiểm tra".into()],
        watermark: "BẢN TRA CỨU".into(),
        number: "AB12-CD34".into(),
    };
    let mut file = Vec::new();
    write_sheet(&sheet, &mut file).expect("a sheet");
    let taken = Taken::apart(&file);
    let pages = taken.with("/Type/Page/").len();
    assert!((2..=4).contains(&pages), "{pages} pages");
    assert_eq!(taken.with("/DCTDecode").len(), 3);
    assert_eq!(taken.with("/FontFile2 ").len(), 1);
    let contents: Vec<String> = taken
        .with("/FlateDecode")
        .into_iter()
        .map(|stream| String::from_utf8_lossy(&Taken::unpacked(stream)).into_owned())
        .collect();
    let pages_with_text =
        contents.iter().filter(|content| content.contains(" Tj ET")).count();
    assert_eq!(pages_with_text, pages);
    // The map back to letters has those of the name; 1EAB is ẫ.
    assert!(
        contents.iter().any(|map| map.contains("begincmap") && map.contains("<1EAB>"))
    );
    let mut again = Vec::new();
    write_sheet(&sheet, &mut again).expect("a sheet");
    assert_eq!(file, again);
}

#[test]
fn values_longer_than_a_line_or_a_page_stay_on_the_paper() {
    use super::sheet::{Sheet, SheetRow, write_sheet};
    let row = |value: String| SheetRow {
        label: "Ghi chú".into(),
        value,
        ..SheetRow::default()
    };
    let sheet = Sheet {
        title: "Sổ".into(),
        name: "m".repeat(300),
        rows: vec![row("m".repeat(3_000)), row("Lò Văn Mẫu ".repeat(1_000))],
        watermark: "TRA CỨU".into(),
        number: "AB12".into(),
        ..Sheet::default()
    };
    let mut file = Vec::new();
    write_sheet(&sheet, &mut file).expect("a sheet");
    let taken = Taken::apart(&file);
    let mut lines = 0;
    for stream in taken.with("/FlateDecode") {
        let content = String::from_utf8_lossy(&Taken::unpacked(stream)).into_owned();
        for line in content.lines().filter(|line| line.contains(" Td <")) {
            let place = line.split(" Td <").next().unwrap_or_default();
            let mut numbers = place.split(' ').rev().map(str::parse::<f32>);
            let height = numbers.next().expect("a height").expect("a number");
            let letters =
                line.split(['<', '>']).nth(1).map_or(0, |codes| codes.len() / 4);
            assert!((20.0..842.0).contains(&height), "{line}");
            // An `m` is some nine tenths of its size wide, 505 points are free.
            assert!(letters <= 110, "{letters} letters: {line}");
            lines += 1;
        }
    }
    assert!(lines > 400, "{lines} lines");
}
