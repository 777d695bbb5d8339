//! Images inside documents, in the ways of writing them that are rarer than others.

use super::tests::{GRAY, SAMPLES, WHOLE, deflated, first_page, raw, reason, scan};
use crate::model::Reason;

/// Four white pixels, four black, eight white, as a fax writes them.
const FAX_ROW: &str = "101101110011";

/// Bits written as text, in bytes.
fn bits(parts: &[&str]) -> Vec<u8> {
    let all: Vec<u8> = parts.concat().bytes().map(|digit| digit - b'0').collect();
    all.chunks(8)
        .map(|eight| {
            eight.iter().enumerate().fold(0, |byte, (at, bit)| byte | bit << (7 - at))
        })
        .collect()
}

fn lzw(data: &[u8]) -> Vec<u8> {
    weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8)
        .encode(data)
        .expect("memory")
}

#[test]
fn samples_of_rarer_kinds_come_out_as_they_were() {
    let sixteen_columns = "/Width 16/Height 2";
    let bar: Vec<u8> =
        (0..32).map(|x| if (4..8).contains(&(x % 16)) { 0 } else { 255 }).collect();
    let cases: Vec<(String, Vec<u8>, Vec<u8>)> = vec![
        (
            "/Width 4/Height 2/BitsPerComponent 4/ColorSpace/DeviceGray".to_owned(),
            vec![0x0F, 0x80, 0x12, 0x34],
            vec![0, 255, 136, 0, 17, 34, 51, 68],
        ),
        (
            "/Width 4/Height 2/BitsPerComponent 8/ColorSpace[/Indexed/DeviceGray 3<00408FFF>]"
                .to_owned(),
            vec![3, 2, 1, 0, 0, 1, 2, 3],
            vec![255, 0x8F, 0x40, 0, 0, 0x40, 0x8F, 255],
        ),
        (format!("{GRAY}/Filter/LZWDecode"), lzw(&SAMPLES), SAMPLES.to_vec()),
        (
            format!("{GRAY}/Filter/FlateDecode/DecodeParms<</Predictor 2/Columns 4>>"),
            deflated(&[0, 10, 10, 10, 40, 10, 10, 10]),
            SAMPLES.to_vec(),
        ),
        (
            format!(
                "{sixteen_columns}/BitsPerComponent 1/ColorSpace/DeviceGray\
                 /Filter/CCITTFaxDecode/DecodeParms<</K 0/Columns 16>>"
            ),
            bits(&[FAX_ROW, FAX_ROW]),
            bar.clone(),
        ),
        (
            format!(
                "{sixteen_columns}/BitsPerComponent 1/ColorSpace/DeviceGray\
                 /Filter/CCITTFaxDecode/DecodeParms<</K 1/Columns 16/EndOfLine true>>"
            ),
            // A row of its own, then one in which nothing changes.
            bits(&["0000000000011", FAX_ROW, "0000000000010", "111"]),
            bar.clone(),
        ),
    ];
    for (dict, data, expected) in cases {
        let page = scan("", WHOLE, &dict, &data);
        assert_eq!(raw(&page).2, expected, "{dict}");
    }
}

#[test]
fn inks_of_a_jpeg_in_a_document_are_inverted_where_the_document_says_so() {
    // Rose of 200, 40, 60 in inks, which another program wrote inverted.
    const JPEG: &[u8] = include_bytes!("../../../tests/data/cmyk.jpg");
    let dict = "/Width 16/Height 16/BitsPerComponent 8/ColorSpace/DeviceCMYK\
                /Filter/DCTDecode/Decode[1 0 1 0 1 0 1 0]";
    let page = scan("", "72 0 0 72 0 0 cm /I Do", dict, JPEG);
    let pixel = &raw(&page).2[..3];
    assert!(pixel[0] > 150 && pixel[1] < 90 && pixel[2] < 110, "{pixel:?}");
}

#[test]
fn only_a_password_that_is_needed_to_open_keeps_a_document_closed() {
    // Written by another program, of a page that says "ban sao".
    let owner = include_bytes!("../../../tests/data/owner-password.pdf");
    let page = first_page(owner.to_vec()).expect("a page");
    let words = page.text_layer.expect("words").words;
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(texts, ["ban", "sao"]);
    let user = include_bytes!("../../../tests/data/user-password.pdf");
    assert_eq!(reason(user.to_vec()), Reason::Encrypted);
}
