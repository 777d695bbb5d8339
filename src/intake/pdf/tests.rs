//! Documents written by the tests themselves, one for each thing that a page can be.

use super::super::tests::JPEG2000;
use super::super::{Document, IntakeError, Limits, LoadedPage, Note, Taken};
use crate::model::{Pixels, Reason};

/// Puts objects 1, 2, … into a document with a cross-reference table; object 1 is the
/// catalogue.
fn document(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n", index + 1).into_bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let start = out.len();
    out.extend(
        format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).into_bytes(),
    );
    for place in places {
        out.extend(format!("{place:010} 00000 n \n").into_bytes());
    }
    let size = objects.len() + 1;
    out.extend(
        format!("trailer <</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n")
            .into_bytes(),
    );
    out
}

fn stream(dict: &str, data: &[u8]) -> Vec<u8> {
    let head = format!("<<{dict}/Length {}>>\nstream\n", data.len());
    [head.as_bytes(), data, b"\nendstream"].concat()
}

/// A document of one page of 144 × 72 points with an image `I` and a font `F`.
pub(super) fn page_with(
    page: &str,
    content: &str,
    image_dict: &str,
    image: &[u8],
) -> Vec<u8> {
    document(&[
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 144 72]{page}/Contents 4 0 R/Resources\
             <</XObject<</I 5 0 R>>/Font<</F 6 0 R>>>>>>"
        )
        .into_bytes(),
        stream("", content.as_bytes()),
        stream(&format!("/Type/XObject/Subtype/Image{image_dict}"), image),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_vec(),
    ])
}

/// Draws the image over the whole page.
pub(super) const WHOLE: &str = "q 144 0 0 72 0 0 cm /I Do Q";

/// A grey image of 4 × 2 pixels.
pub(super) const GRAY: &str =
    "/Width 4/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray";

/// Its samples, and those after turns.
pub(super) const SAMPLES: [u8; 8] = [0, 10, 20, 30, 40, 50, 60, 70];

pub(super) fn first_page(document: Vec<u8>) -> Result<LoadedPage, IntakeError> {
    Document::open(document, &Limits::default())?.page(1)
}

pub(super) fn scan(
    page: &str,
    content: &str,
    image_dict: &str,
    image: &[u8],
) -> LoadedPage {
    let page = first_page(page_with(page, content, image_dict, image)).expect("a page");
    assert!(matches!(page.taken, Taken::Embedded { .. }), "{content}: {}", page.taken);
    page
}

pub(super) fn raw(page: &LoadedPage) -> (u32, u32, &[u8]) {
    match &page.image.pixels {
        Pixels::Gray(image) => (image.width(), image.height(), image.as_raw()),
        Pixels::Rgb(image) => (image.width(), image.height(), image.as_raw()),
    }
}

#[test]
fn the_one_image_of_a_page_is_taken_as_it_is_stored() {
    let page = scan("", WHOLE, GRAY, &SAMPLES);
    assert_eq!(raw(&page), (4, 2, &SAMPLES[..]));
    assert_eq!(page.taken, Taken::Embedded { codec: "raw" });
    let large = vec![200; 600 * 300];
    let dict = "/Width 600/Height 300/BitsPerComponent 8/ColorSpace/DeviceGray";
    let page = scan("", WHOLE, dict, &large);
    assert!((page.image.dpi - 300.0).abs() < 0.5, "{}", page.image.dpi);
    let page = scan("/UserUnit 2", WHOLE, dict, &large);
    assert!((page.image.dpi - 150.0).abs() < 0.5, "{}", page.image.dpi);
}

#[test]
fn rotation_of_the_page_and_matrix_of_the_image_turn_its_pixels() {
    for (page, content, expected) in [
        ("/Rotate 180", WHOLE, (4, 2, [70, 60, 50, 40, 30, 20, 10, 0])),
        ("/Rotate 90", WHOLE, (2, 4, [40, 0, 50, 10, 60, 20, 70, 30])),
        ("/Rotate -90", WHOLE, (2, 4, [30, 70, 20, 60, 10, 50, 0, 40])),
        ("", "144 0 0 -72 0 72 cm /I Do", (4, 2, [40, 50, 60, 70, 0, 10, 20, 30])),
        ("", "-144 0 0 72 144 0 cm /I Do", (4, 2, [30, 20, 10, 0, 70, 60, 50, 40])),
    ] {
        let page_image = scan(page, content, GRAY, &SAMPLES);
        let (width, height, pixels) = raw(&page_image);
        assert_eq!((width, height), (expected.0, expected.1), "{page} {content}");
        assert_eq!(pixels, expected.2, "{page} {content}");
    }
}

#[test]
fn what_cannot_be_seen_does_not_keep_a_scan_from_being_taken() {
    for content in [
        "1 g 0 0 144 72 re f q 144 0 0 72 0 0 cm /I Do Q",
        "0 g 0 0 50 50 re f q 144 0 0 72 0 0 cm /I Do Q",
        "q 0 0 144 72 re W n 144 0 0 72 0 0 cm /I Do Q",
        "q 144 0 0 72 0 0 cm /I Do Q BT 3 Tr /F 10 Tf 10 10 Td (recognised) Tj ET",
        "q 144 0 0 72 0 0 cm /I Do Q 300 300 20 20 re f",
        "q 143 0 0 71.5 0.5 0.2 cm /I Do Q",
    ] {
        assert_eq!(raw(&scan("", content, GRAY, &SAMPLES)).2, SAMPLES, "{content}");
    }
}

#[test]
fn what_can_be_seen_beside_the_image_is_drawn() {
    for content in [
        "q 144 0 0 72 0 0 cm /I Do Q 10 10 20 20 re f",
        "q 144 0 0 72 0 0 cm /I Do Q 1 g 10 10 20 20 re f",
        "q 144 0 0 72 0 0 cm /I Do Q BT /F 10 Tf 10 10 Td (seen) Tj ET",
        "q 72 0 0 72 0 0 cm /I Do Q q 72 0 0 72 72 0 cm /I Do Q",
        "q 142 14 -7 71 4 0 cm /I Do Q",
        "q 10 10 m 100 10 l 50 70 l h W n 144 0 0 72 0 0 cm /I Do Q",
        "q 20 0 0 10 0 0 cm /I Do Q",
    ] {
        let page = first_page(page_with("", content, GRAY, &SAMPLES)).expect("a page");
        assert_eq!(page.taken, Taken::Rasterised, "{content}");
    }
}

#[test]
fn a_clipped_scan_is_cut_to_what_is_shown() {
    let page = scan("", "72 0 72 72 re W n 144 0 0 72 0 0 cm /I Do", GRAY, &SAMPLES);
    assert_eq!(raw(&page), (2, 2, &[20, 30, 60, 70][..]));
    let page = scan("/CropBox[0 36 144 72]", WHOLE, GRAY, &SAMPLES);
    assert_eq!(raw(&page), (4, 1, &SAMPLES[..4]));
}

/// Two rows of 16 pixels, of which the second four are black.
const GROUP4: [u8; 5] = [0x36, 0xFC, 0x00, 0x40, 0x04];

#[test]
fn samples_of_every_kind_come_out_with_the_right_polarity() {
    let sixteen_columns = "/Width 16/Height 2";
    let bar = |ink: u8, paper: u8| {
        let row: Vec<u8> =
            (0..16).map(|x| if (4..8).contains(&x) { ink } else { paper }).collect();
        [row.clone(), row].concat()
    };
    let fax = "/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 16";
    let cases: Vec<(String, Vec<u8>, Vec<u8>)> = vec![
        (
            format!("{sixteen_columns}/BitsPerComponent 1/ColorSpace/DeviceGray{fax}>>"),
            GROUP4.to_vec(),
            bar(0, 255),
        ),
        (
            format!(
                "{sixteen_columns}/BitsPerComponent 1/ColorSpace/DeviceGray{fax}/BlackIs1 true>>"
            ),
            GROUP4.to_vec(),
            bar(255, 0),
        ),
        (
            format!(
                "{sixteen_columns}/BitsPerComponent 1/ColorSpace/DeviceGray/Decode[1 0]{fax}>>"
            ),
            GROUP4.to_vec(),
            bar(255, 0),
        ),
        (
            format!("{sixteen_columns}/ImageMask true{fax}>>"),
            GROUP4.to_vec(),
            bar(0, 255),
        ),
        (
            format!(
                "{sixteen_columns}/BitsPerComponent 1/ColorSpace[/Indexed/DeviceGray 1<FF40>]"
            ),
            vec![0x0F, 0x00, 0x0F, 0x00],
            bar(0x40, 255),
        ),
        (
            "/Width 4/Height 2/BitsPerComponent 2/ColorSpace/DeviceGray".to_owned(),
            vec![0b0001_1011, 0b1110_0100],
            vec![0, 85, 170, 255, 255, 170, 85, 0],
        ),
        (
            "/Width 2/Height 1/BitsPerComponent 16/ColorSpace/DeviceGray".to_owned(),
            vec![0x80, 0x00, 0xFF, 0xFF],
            vec![128, 255],
        ),
        (
            "/Width 2/Height 1/BitsPerComponent 8/ColorSpace/DeviceCMYK".to_owned(),
            vec![0; 8],
            vec![255; 6],
        ),
        (
            format!("{GRAY}/Filter/RunLengthDecode"),
            [&[7][..], &SAMPLES, &[128]].concat(),
            SAMPLES.to_vec(),
        ),
        (
            format!("{GRAY}/Filter[/ASCIIHexDecode]"),
            b"000A141E28323C46>".to_vec(),
            SAMPLES.to_vec(),
        ),
        (
            format!("{GRAY}/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 4>>"),
            deflated(&[1, 0, 10, 10, 10, 2, 40, 40, 40, 40]),
            SAMPLES.to_vec(),
        ),
    ];
    for (dict, data, expected) in cases {
        let page = scan("", WHOLE, &dict, &data);
        assert_eq!(raw(&page).2, expected, "{dict}");
    }
}

pub(super) fn deflated(data: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder =
        flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).expect("memory");
    encoder.finish().expect("memory")
}

/// A JBIG2 page of 16 × 2 pixels: a page segment, and a region that holds [`GROUP4`].
fn jbig2() -> Vec<u8> {
    let mut data = vec![0, 0, 0, 0, 0x30, 0, 1, 0, 0, 0, 19];
    data.extend([0, 0, 0, 16, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    data.extend([0, 0, 0, 1, 0x26, 0, 1, 0, 0, 0, 18 + 5]);
    data.extend([0, 0, 0, 16, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    data.extend(GROUP4);
    data
}

#[test]
fn jbig2_black_is_black() {
    let dict =
        "/Width 16/Height 2/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/JBIG2Decode";
    let page = scan("", WHOLE, dict, &jbig2());
    let (width, _, pixels) = raw(&page);
    assert_eq!((width, &pixels[2..10]), (16, &[255, 255, 0, 0, 0, 0, 255, 255][..]));
    assert_eq!(page.taken, Taken::Embedded { codec: "jbig2" });
}

#[test]
fn a_soft_mask_is_laid_on_white_paper() {
    let page = first_page(document(&[
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 144 72]/Contents 4 0 R/Resources<</XObject\
          <</I 5 0 R>>>>>>"
            .to_vec(),
        stream("", WHOLE.as_bytes()),
        stream(&format!("/Subtype/Image{GRAY}/SMask 6 0 R"), &SAMPLES),
        stream(&format!("/Subtype/Image{GRAY}"), &[255, 0, 255, 255, 255, 255, 255, 255]),
    ]))
    .expect("a page");
    assert_eq!(raw(&page).2, [0, 255, 20, 30, 40, 50, 60, 70]);
}

#[test]
fn text_is_drawn_and_its_words_are_placed_on_the_pixels() {
    let content = "BT /F 24 Tf 10 20 Td (Xin ch\\341o) Tj ET";
    let page = first_page(page_with("", content, GRAY, &SAMPLES)).expect("a page");
    assert_eq!(page.taken, Taken::Rasterised);
    assert_eq!(raw(&page).0, 600, "two inches at 300 dpi");
    let layer = page.text_layer.as_ref().expect("words");
    let words: Vec<&str> = layer.words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(words.first(), Some(&"Xin"));
    assert_eq!(words.len(), 2);
    let place = layer.words[0].quad.bounds();
    assert!((place.left - 10.0 / 72.0 * 300.0).abs() < 2.0, "{place:?}");
    assert!(place.top > 100.0 && place.bottom < 300.0, "{place:?}");
    let (width, _, pixels) = raw(&page);
    let has_ink = (place.top as u32..place.bottom as u32).any(|y| {
        (place.left as u32..place.right as u32)
            .any(|x| pixels[(y * width + x) as usize] < 100)
    });
    assert!(has_ink, "the word stands where it is said to stand");
}

#[test]
fn an_empty_page_is_white_and_says_so() {
    let page = first_page(page_with("", "", GRAY, &SAMPLES)).expect("a page");
    assert_eq!(page.notes, [Note::Empty]);
    assert!(raw(&page).2.iter().all(|pixel| *pixel == 255));
}

#[test]
fn a_broken_cross_reference_table_is_repaired() {
    let mut file = page_with("", WHOLE, GRAY, &SAMPLES);
    let at = file.windows(9).position(|nine| nine == b"startxref").expect("a table");
    file.truncate(at - 100);
    assert_eq!(raw(&first_page(file).expect("a page")).2, SAMPLES);
}

pub(super) fn reason(file: Vec<u8>) -> Reason {
    first_page(file).expect_err("refused").reason()
}

#[test]
fn traps_end_with_a_reason() {
    let tree = |kids: &str| {
        document(&[
            b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
            format!("<</Type/Pages/Kids[{kids}]/Count 1000000000>>").into_bytes(),
        ])
    };
    let huge = "/Width 4000000/Height 4000000/BitsPerComponent 8/ColorSpace/DeviceGray";
    let fax = "/Width 16/Height 60000/BitsPerComponent 1/ColorSpace/DeviceGray\
               /Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 60000>>";
    for (what, file, expected) in [
        ("no pages", tree(""), Reason::NoPages),
        ("a page tree that holds itself", tree("2 0 R"), Reason::NoPages),
        ("a huge image", page_with("", WHOLE, huge, &[0]), Reason::TooLarge),
        ("a huge fax", page_with("", WHOLE, fax, &GROUP4), Reason::TooLarge),
        ("only a header", b"%PDF-1.4\n".to_vec(), Reason::Corrupt),
    ] {
        assert_eq!(reason(file), expected, "{what}");
    }
}

#[test]
fn an_image_that_unpacks_to_more_than_allowed_is_refused_before_it_is_unpacked() {
    let limits = Limits { max_unpacked_bytes: 10_000, ..Limits::default() };
    let bomb = deflated(&vec![0; 1_000_000]);
    let dict = format!("{GRAY}/Filter[/FlateDecode/ASCIIHexDecode]");
    let file = page_with("", WHOLE, &dict, &bomb);
    let error = Document::open(file, &limits).and_then(|document| document.page(1));
    assert_eq!(error.expect_err("refused").reason(), Reason::TooLarge);
}

/// A page that draws form 1, which draws form 2 twice, and so on.
fn forms(depth: usize) -> Vec<u8> {
    let mut objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 144 72]/Contents 4 0 R/Resources<</XObject\
          <</X 5 0 R>>>>>>"
            .to_vec(),
        stream("", b"/X Do"),
    ];
    for level in 0..depth {
        let next = if level + 1 == depth { 5 } else { 6 + level };
        let dict = format!(
            "/Subtype/Form/BBox[0 0 144 72]/Resources<</XObject<</X {next} 0 R>>>>"
        );
        objects.push(stream(&dict, b"/X Do /X Do"));
    }
    document(&objects)
}

#[test]
fn forms_that_draw_each_other_end() {
    let limits = Limits { max_drawing_steps: 10_000, ..Limits::default() };
    let file = Document::open(forms(40), &limits).expect("a document");
    assert_eq!(file.page(1).expect_err("refused").reason(), Reason::TooLarge);
    let file = Document::open(forms(1), &limits).expect("a document");
    assert!(file.page(1).is_ok(), "a form that draws itself draws nothing");
}

#[test]
fn a_large_image_is_shrunk_row_by_row() {
    let limits =
        Limits { max_working_bytes: 100, max_image_bytes: 10_000, ..Limits::default() };
    let fax = "/Width 16/Height 2/BitsPerComponent 1/ColorSpace/DeviceGray\
               /Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 16>>";
    let gray = "/Width 200/Height 100/BitsPerComponent 8/ColorSpace/DeviceGray\
                /Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 200>>";
    let mut rows = Vec::new();
    for y in 0..100_u32 {
        rows.push(2);
        rows.extend([if y == 0 { 100 } else { 0 }; 200]);
    }
    let small = Limits { max_working_bytes: 1, ..limits };
    let open = |file: Vec<u8>, limits: &Limits| {
        Document::open(file, limits)
            .and_then(|document| document.page(1))
            .expect("a page")
    };
    let page = open(page_with("", WHOLE, gray, &deflated(&rows)), &limits);
    assert_eq!(raw(&page).0, 100);
    assert!(raw(&page).2.iter().all(|pixel| *pixel == 100));
    assert!(page.notes.contains(&Note::Shrunk { by: 2 }));
    let page = open(page_with("", WHOLE, fax, &GROUP4), &small);
    assert_eq!(raw(&page).2[..8], [255, 255, 255, 255, 0, 0, 0, 0]);
}

#[test]
fn a_large_image_of_wavelets_is_decoded_at_half_its_size() {
    let limits = Limits { max_working_bytes: 200, ..Limits::default() };
    let dict = "/Width 4/Height 4/ColorSpace/DeviceGray/Filter/JPXDecode";
    let file = page_with("", "72 0 0 72 0 0 cm /I Do", dict, JPEG2000);
    let page =
        Document::open(file, &limits).and_then(|file| file.page(1)).expect("a page");
    assert_eq!(page.image.pixels.width(), 2);
    assert_eq!(page.notes.first(), Some(&Note::Shrunk { by: 2 }));
}

/// Sound files for tests that damage them.
pub(in super::super) fn samples() -> Vec<Vec<u8>> {
    let flate = format!("{GRAY}/Filter/FlateDecode");
    let fax = "/Width 16/Height 2/BitsPerComponent 1/ColorSpace/DeviceGray\
               /Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 16>>";
    let bits =
        "/Width 16/Height 2/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/JBIG2Decode";
    vec![
        page_with("", WHOLE, &flate, &deflated(&SAMPLES)),
        page_with("", WHOLE, fax, &GROUP4),
        page_with("", WHOLE, bits, &jbig2()),
        page_with("", "BT /F 9 Tf 10 20 Td (abc) Tj ET 5 5 m 9 9 l S", GRAY, &SAMPLES),
    ]
}
