//! Documents with text, sound, old and broken.

use super::*;
use crate::intake::{Document, Limits};
use crate::model::Rect;

/// A document of one page in Helvetica; it has no table of objects, which is repaired.
pub(super) fn document(content: &[u8], font: &str, to_unicode: &str) -> Vec<u8> {
    let mut out = format!(
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
         2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
         3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 200]/Contents 4 0 R\
         /Resources<</Font<</F 5 0 R>>>>>>endobj\n\
         5 0 obj<</Type/Font/Subtype/TrueType/BaseFont/Helvetica{font}>>endobj\n\
         6 0 obj<</Length {}>>\nstream\n{to_unicode}\nendstream endobj\n\
         4 0 obj<</Length {}>>\nstream\n",
        to_unicode.len(),
        content.len()
    )
    .into_bytes();
    out.extend(content);
    out.extend(b"\nendstream endobj\ntrailer<</Root 1 0 R>>\n");
    out
}

/// Shows lines of codes below each other.
fn shown(lines: &[Vec<u8>], mode: u8) -> Vec<u8> {
    let mut out = format!("BT {mode} Tr /F 12 Tf 20 170 Td 16 TL\n").into_bytes();
    for line in lines {
        out.push(b'<');
        for code in line {
            out.extend(format!("{code:02X}").into_bytes());
        }
        out.extend(b"> Tj T*\n");
    }
    out.extend(b"ET");
    out
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|letter| letter as u8).collect()
}

const WIN_ANSI: &str = "/Encoding/WinAnsiEncoding";

fn weighed(file: Vec<u8>) -> Weighed {
    let page = Document::open(file, &Limits::default()).and_then(|file| file.page(1));
    weigh(page.expect("a page").text_layer, false)
}

fn text(weighed: &Weighed) -> String {
    let words: Vec<&str> = weighed.words.iter().map(|word| word.text.as_str()).collect();
    words.join(" ")
}

#[test]
fn a_document_of_before_unicode_says_what_it_means() {
    for (lines, source) in [
        (
            [
                "Céng hßa x· héi chñ nghÜa ViÖt Nam",
                "§éc lËp - Tù do - H¹nh phóc, L\u{ad}¬ng S¬n",
            ],
            TextSource::LegacyTcvn3,
        ),
        (
            [
                "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam",
                "Ñoäc laäp - Töï do - Haïnh phuùc, Löông Sôn",
            ],
            TextSource::LegacyVni,
        ),
    ] {
        let codes: Vec<Vec<u8>> = lines.iter().map(|line| latin1(line)).collect();
        let found = weighed(document(&shown(&codes, 0), WIN_ANSI, ""));
        assert_eq!(found.source, source, "{}", text(&found));
        assert_eq!(
            text(&found),
            "Cộng hòa xã hội chủ nghĩa Việt Nam Độc lập - Tự do - Hạnh phúc, Lương Sơn"
        );
    }
}

/// A map of codes from 1 on to the letters of `alphabet`.
fn to_unicode(alphabet: &[char]) -> String {
    let rows: Vec<String> = alphabet
        .iter()
        .enumerate()
        .map(|(at, letter)| format!("<{:02X}> <{:04X}>", at + 1, *letter as u32))
        .collect();
    format!(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def \
         1 begincodespacerange <00> <FF> endcodespacerange {} beginbfchar {} endbfchar \
         endcmap end end",
        rows.len(),
        rows.join(" ")
    )
}

const SENTENCE: &str = "Giấy khai sinh của cháu Lò Thị Mẫu, dân tộc Thái, sinh tại xã \
                        Chiềng Cơi";

/// `SENTENCE` in codes that only a map to Unicode explains.
fn coded() -> (Vec<u8>, String) {
    let mut alphabet: Vec<char> = SENTENCE.chars().collect();
    alphabet.sort_unstable();
    alphabet.dedup();
    let code = |letter| alphabet.iter().position(|it| *it == letter).expect("there") + 1;
    (SENTENCE.chars().map(|letter| code(letter) as u8).collect(), to_unicode(&alphabet))
}

#[test]
fn text_with_a_map_to_unicode_is_sound_and_without_it_garbage() {
    let (codes, map) = coded();
    let content = shown(std::slice::from_ref(&codes), 0);
    let font = "/Encoding/WinAnsiEncoding/ToUnicode 6 0 R";
    let found = weighed(document(&content, font, &map));
    assert_eq!((found.source, text(&found).as_str()), (TextSource::Sound, SENTENCE));
    let found = weighed(document(&content, WIN_ANSI, ""));
    assert_eq!(found, Weighed::not_used(TextSource::Garbage));
}

#[test]
fn hidden_text_is_used_only_where_it_is_trusted() {
    let (codes, map) = coded();
    let font = "/Encoding/WinAnsiEncoding/ToUnicode 6 0 R";
    let file = document(&shown(&[codes], 3), font, &map);
    let page = Document::open(file, &Limits::default()).and_then(|file| file.page(1));
    let layer = page.expect("a page").text_layer;
    assert_eq!(weigh(layer.clone(), false).source, TextSource::Hidden);
    assert_eq!(text(&weigh(layer, true)), SENTENCE);
    assert_eq!(weigh(None, true).source, TextSource::None);
}

fn layer(font: &str, words: &[&str]) -> TextLayer {
    let words = words.iter().enumerate().map(|(at, text)| LayerWord {
        text: (*text).to_owned(),
        quad: box_at(at as f32 * 100.0, 0.0, 90.0),
        font: 0,
        visible: true,
        goes_on: false,
    });
    TextLayer { words: words.collect(), fonts: vec![font.to_owned()] }
}

fn box_at(left: f32, top: f32, width: f32) -> Quad {
    Quad::from(Rect { left, top, right: left + width, bottom: top + 20.0 })
}

#[test]
fn fonts_that_draw_capitals_say_capitals() {
    let found = weigh(
        Some(layer("AAAAAA+.VnTimeH", &["ñy", "ban", "nh©n", "d©n", "l-¬ng"])),
        false,
    );
    assert_eq!(found.source, TextSource::LegacyTcvn3);
    assert_eq!(text(&found), "ỦY BAN NHÂN DÂN LƯƠNG");
}

#[test]
fn an_old_font_whose_letters_were_decoded_already_is_left_alone() {
    let words = ["Ủy", "ban", "nhân", "dân", "huyện"];
    let found = weigh(Some(layer(".VnTime", &words)), false);
    assert_eq!((found.source, text(&found)), (TextSource::Sound, words.join(" ")));
}

#[test]
fn rubbish_is_not_used() {
    for words in [
        // Private use, as of fonts without names for their glyphs.
        vec!["\u{e001}\u{e002}\u{e003}", "\u{e004}"],
        // No mapping at all.
        vec!["\u{fffd}\u{fffd}", "\u{fffd}"],
        // Every letter exchanged for another.
        "Ohúk mnts xôwr gủf pqát Rỡ Vxị Qảz prf wsd xfg vbn".split(' ').collect(),
        // Somebody's recognition without Vietnamese.
        "UY BAN NHAN DAN huyen Mai Son tinh Son La cong hoa xa hoi".split(' ').collect(),
    ] {
        let found = weigh(Some(layer("Arial", &words)), false);
        assert_eq!(found.source, TextSource::Garbage, "{words:?}");
    }
}

#[test]
fn numbers_alone_are_sound() {
    let found = weigh(Some(layer("Arial", &["12,5", "ODT", "1987", "(45)"])), false);
    assert_eq!(found.source, TextSource::Sound);
}

fn word(text: &str, left: f32, top: f32, width: f32) -> LayerWord {
    LayerWord {
        text: text.to_owned(),
        quad: box_at(left, top, width),
        font: 0,
        visible: true,
        goes_on: false,
    }
}

#[test]
fn words_stand_in_the_lines_of_ink_and_leaders_are_left_out() {
    let regions =
        [box_at(0.0, 0.0, 200.0), box_at(300.0, 0.0, 100.0), box_at(0.0, 60.0, 100.0)];
    let words = [
        word("Mẫu", 150.0, 0.0, 45.0),
        word("tên:.......", 50.0, 0.0, 90.0),
        word("Họ", 5.0, 0.0, 40.0),
        word("Họ", 6.0, 1.0, 40.0),
        word("1987", 300.0, 2.0, 90.0),
        word("ký", 10.0, 62.0, 20.0),
        word("......", 220.0, 0.0, 60.0),
        word("lề", 500.0, 300.0, 20.0),
    ];
    let placed = place(&words, &regions);
    let texts: Vec<Option<&str>> = placed
        .lines
        .iter()
        .map(|line| line.as_ref().map(|it| it.text.as_str()))
        .collect();
    assert_eq!(texts, [Some("Họ tên: Mẫu"), Some("1987"), None]);
    assert_eq!(placed.others.len(), 1, "a word beside the ink that was found");
    assert!((placed.covered - 300.0 / 400.0).abs() < 1e-3, "{}", placed.covered);
    let tone = placed.lines[0].as_ref().map(|line| line.words[1].quad.bounds().right);
    assert!(tone.is_some_and(|right| right < 90.0), "the dots are cut off: {tone:?}");
}

#[test]
fn a_word_in_two_fonts_is_one() {
    let mut two = layer("Arial", &["Ng", "uyễn"]);
    two.words[1].goes_on = true;
    let found = weigh(Some(two), false);
    assert_eq!(text(&found), "Nguyễn");
    assert!((found.words[0].quad.bounds().right - 190.0).abs() < 1e-3);
}
