use crate::model::Letter;

use super::*;

/// A line of words; `{ab}` is a letter that may be a (0.6) or b (0.35).
fn line(text: &str) -> Line {
    let word = |text: &str| {
        let mut letters = Vec::new();
        let mut rest = text.chars();
        while let Some(letter) = rest.next() {
            let may_be = if letter == '{' {
                let rivals: Vec<char> =
                    rest.by_ref().take_while(|it| *it != '}').collect();
                rivals.iter().zip([0.6, 0.35]).map(|(it, share)| (*it, share)).collect()
            } else {
                vec![(letter, 0.99)]
            };
            letters.push(Letter { may_be });
        }
        let text = letters.iter().map(|it| it.may_be[0].0).collect();
        Word { text, letters, confidence: 0.9, ..Word::default() }
    };
    let words: Vec<Word> = text.split(' ').map(word).collect();
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    Line { text: texts.join(" "), words, ..Line::default() }
}

fn weighed(text: &str) -> String {
    let mut line = line(text);
    weigh_line(&mut line);
    line.text
}

#[test]
fn a_doubtful_mark_is_read_as_the_words_around_it_want() {
    for (seen, expected) in [
        ("t{iỉ}nh Lâm Đồng", "tỉnh Lâm Đồng"),
        ("T{ÌỈ}NH LÂM ĐỒNG", "TỈNH LÂM ĐỒNG"),
        ("bảy ph{ấẩ}y năm mét vuông", "bảy phẩy năm mét vuông"),
        ("Nguyễn H{ầữ}u Phúc", "Nguyễn Hữu Phúc"),
        ("không trăm hai m{ưi}ơi", "không trăm hai mươi"),
        ("Nơi thường trú/t{aạ}m trú:", "Nơi thường trú/tạm trú:"),
    ] {
        assert_eq!(weighed(seen), expected);
    }
}

#[test]
fn a_mark_that_was_not_seen_is_added_where_nothing_else_makes_sense() {
    let mut line = line("xã Gia Lâm, huyên Lâm Hà, tỉnh Lâm Đồng");
    weigh_line(&mut line);
    assert_eq!(line.text, "xã Gia Lâm, huyện Lâm Hà, tỉnh Lâm Đồng");
    let word = &line.words[3];
    assert!(word.confidence <= UNSEEN_AT_MOST, "{word:?}");
    let read: String = word.letters.iter().map(|it| it.may_be[0].0).collect();
    assert_eq!(read, word.text, "the lattice goes with the text");
}

#[test]
fn a_tone_lost_in_a_hat_comes_back_in_words_and_not_in_names() {
    assert_eq!(weighed("vùng gân quân đảo"), "vùng gần quần đảo");
    assert_eq!(weighed("sư đoàn quân khu"), "sư đoàn quân khu");
    assert_eq!(weighed("ông Bùi Quân Lân"), "ông Bùi Quân Lân");
}

#[test]
fn a_rare_name_keeps_the_letters_that_were_seen() {
    for name in [
        "Kră Jăn Y Brêch",
        "K' Brớt",
        "Y Bhăm Êban",
        "H' Nhiêm",
        "Vàng A Chứ",
        "Lèo Thị Hịa",
        "Chẻo U Say",
        "Phàng A Thếnh",
        "Đinh Thị Lĩnh",
        "Lê Thị Phưởng",
        "Cil Múp Ha Nhật",
        "Tráng A Chu",
        "Ma Thị Mảy",
        "Kon Sơ Ha Kiêm",
        "Nguyễn Văn Tho",
        "Sùng Thị Sai",
    ] {
        assert_eq!(weighed(name), name);
    }
}

#[test]
fn numbers_and_codes_are_left_alone() {
    for text in ["QSDĐ/H 00283", "27/tr.5", "15/01/2014", "BP 139434", "m²", ""] {
        assert_eq!(weighed(text), text);
    }
}
