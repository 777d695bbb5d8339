use super::super::sheet::{Piece, glyphs_of};
use super::{Hit, Phrase, best_cover};
use crate::model::{Quad, Rect, Word};

fn text(words: &str) -> Vec<super::Glyph> {
    let pieces: Vec<Piece> = words
        .split_whitespace()
        .enumerate()
        .map(|(index, word)| {
            let left = index as f32 * 100.0;
            let rect = Rect { left, top: 0.0, right: left + 80.0, bottom: 20.0 };
            let word =
                Word { text: word.to_owned(), quad: Quad::from(rect), ..Word::default() };
            Piece { word, rect }
        })
        .collect();
    glyphs_of(&pieces)
}

fn cover(labels: &[&str], words: &str) -> Vec<usize> {
    let text = text(words);
    let mut hits: Vec<Hit> = Vec::new();
    for (index, label) in labels.iter().enumerate() {
        Phrase::new(label).expect("a label").find(index, &text, &mut hits);
    }
    best_cover(hits).into_iter().map(|hit| hit.phrase).collect()
}

#[test]
fn labels_are_found_with_reading_errors() {
    for written in [
        "Họ, chữ đệm, tên: LÒ VĂN MẪU",
        "Ho, chu dem, ten: LÒ VĂN MẪU",
        "Họ,chữ đêm, lên: LÒ VĂN MẪU",
        "Họ, ch ữ đệm, t ên : LÒ VĂN MẪU",
        "Họ, chữ đệm, tên:LÒ VĂN MẪU",
    ] {
        assert_eq!(cover(&["Họ, chữ đệm, tên:"], written), [0], "{written}");
    }
}

#[test]
fn a_label_whose_first_letter_is_cut_off_is_found() {
    let labels = ["Đăng ký khai sinh tại:", "Nơi cư trú:"];
    assert_eq!(cover(&labels, "ăng ký khai sinh tại: UBND xã Mẫu"), [0]);
    assert_eq!(cover(&labels, "ơi cư trú: bản Mẫu"), [1]);
    assert_eq!(cover(&labels, "khai sinh tại: UBND xã Mẫu"), Vec::<usize>::new());
}

#[test]
fn a_name_that_looks_like_a_role_is_no_role() {
    let labels = ["Họ và tên:", "Họ và tên mẹ:", "Họ và tên cha:"];
    for (written, expected) in [
        ("Họ và tên: Mè Thị Hồng", 0),
        ("Họ và tên: Chá A Páo", 0),
        ("Họ và tên mẹ: Mè Thị Hồng", 1),
        ("Họ và tên cha: Chá A Páo", 2),
        ("Họ và tên chạ: Chá A Páo", 2),
        ("Họ và tén mẹ: Mè Thị Hồng", 1),
    ] {
        assert_eq!(cover(&labels, written), [expected], "{written}");
    }
}

#[test]
fn a_short_word_inside_a_value_is_no_label() {
    assert_eq!(cover(&["Số:"], "CMND số 040277195"), Vec::<usize>::new());
    assert_eq!(cover(&["Số:"], "Số: 40"), [0]);
}

#[test]
fn a_name_that_is_spelled_like_a_short_label_is_none() {
    assert_eq!(cover(&["Hộ ông"], "Hoàng Văn Mẫu"), Vec::<usize>::new());
    assert_eq!(cover(&["Hộ ông"], "Hộ ông Vàng A Mẫu"), [0]);
    assert_eq!(cover(&["Hộ ông"], "Hô ong VÀNG A MẪU"), [0], "marks may be wrong");
}
