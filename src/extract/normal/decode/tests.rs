use crate::model::Letter;

use super::*;

/// A word of letters with their choices: `"1|7"` is 1 with the rival 7.
fn word(letters: &[&str]) -> Word {
    let letters: Vec<Letter> = letters
        .iter()
        .map(|choices| {
            let rivals: Vec<char> = choices.chars().collect();
            let best = if rivals.len() > 1 { 0.6 } else { 0.99 };
            let may_be = rivals
                .iter()
                .enumerate()
                .map(|(at, &letter)| {
                    (letter, if at == 0 { best } else { 0.35 / at as f32 })
                })
                .collect();
            Letter { may_be }
        })
        .collect();
    let text = letters.iter().filter_map(|it| it.may_be.first()).map(|it| it.0).collect();
    Word { text, letters, confidence: 0.9, ..Word::default() }
}

fn plain(text: &str) -> Vec<Word> {
    let of =
        |text: &str| Word { text: text.to_owned(), confidence: 0.9, ..Word::default() };
    text.split_whitespace().map(of).collect()
}

fn decoded(value_type: &str, words: &[Word]) -> Normalized {
    decode(value_type, words, &Context::default()).expect("a type")
}

#[test]
fn a_month_that_cannot_be_gives_way_to_the_one_that_can() {
    let read =
        decoded("date", &[word(&["0", "5", "/", "73", "1", "/", "1", "9", "8", "7"])]);
    assert_eq!(read.value, None, "neither 71 nor 31 is a month");
    let read =
        decoded("date", &[word(&["0", "5", "/", "71", "1", "/", "1", "9", "8", "7"])]);
    assert_eq!(read.value.as_deref(), Some("1987-11-05"));
}

#[test]
fn the_rival_of_a_digit_stays_beside_the_value() {
    let read = decoded("date", &[word(&["0", "5", "/", "3", "/", "1", "9", "8", "71"])]);
    assert_eq!(read.value.as_deref(), Some("1987-03-05"));
    assert_eq!(read.alternatives, ["1981-03-05"]);
}

#[test]
fn a_letter_among_digits_is_the_digit_that_the_engine_saw() {
    let digits = ["b6", "4", "0", "2", "7", "7", "1", "9", "5"];
    let read = decoded("id-number", &[word(&digits)]);
    assert_eq!(read.value.as_deref(), Some("640277195"));
}

#[test]
fn words_of_a_list_are_found_through_wrong_letters() {
    for (value_type, written, expected) in [
        ("sex", "Nũ", Some("2")),
        ("sex", "Naw", Some("1")),
        ("ethnic", "Khơ Mũ", Some("Khơ Mú")),
        ("ethnic", "Thál", Some("Thái")),
        ("nationality", "Vlệt Nan", Some("Việt Nam")),
        ("id-kind", "Chứng mlnh nhân dàn", Some("1")),
        ("ethnic", "Khe Mú", Some("Khơ Mú")),
        ("relation", "Mợ", Some("Mợ")),
        ("relation", "Cậu", Some("Cậu")),
        ("sex", "quả bưởi", None),
    ] {
        let read = decoded(value_type, &plain(written));
        assert_eq!(read.value.as_deref(), expected, "{written}: {read:?}");
    }
}

#[test]
fn number_words_are_the_likeliest_that_say_a_date() {
    for (written, expected) in [
        (
            "Ngày nam tháng bà năm môt nghin chín trăm tám mươi bẩy",
            "Ngày năm tháng ba năm một nghìn chín trăm tám mươi bẩy",
        ),
        (
            "Ngày hai mươi tư thang một năm hai nghìn không trâm lẻ bôn",
            "Ngày hai mươi tư tháng một năm hai nghìn không trăm lẻ bốn",
        ),
        (
            "Ngày bảy tháng tư năm một ngàn chín Đăm chín mươi ba",
            "Ngày bảy tháng tư năm một ngàn chín trăm chín mươi ba",
        ),
        (
            "Ngàyhai mươi tư tháng bảy năm một nghìn, chín trăm chín mưi ba 14",
            "Ngày hai mươi tư tháng bảy năm một nghìn chín trăm chín mươi ba",
        ),
        (
            "Ngày mười tám, tháng tư. năm một nghìn chín trăm sáu mươi tám",
            "Ngày mười tám tháng tư năm một nghìn chín trăm sáu mươi tám",
        ),
        (
            "Ngày mồng một tháng giêng năm hai nghìn không trăm lẻ bảyp",
            "Ngày mồng một tháng giêng năm hai nghìn không trăm lẻ bảy",
        ),
    ] {
        let read = decoded("date-words", &plain(written));
        assert_eq!(read.value.as_deref(), Some(expected));
    }
}

#[test]
fn between_a_mother_and_an_aunt_a_doubtful_letter_is_the_mothers() {
    let read = decoded("relation", &[word(&["M", "ọẹ"])]);
    assert_eq!(read.value.as_deref(), Some("Mẹ"), "{read:?}");
    assert!(read.certainty < 1.0);
}

#[test]
fn a_name_is_never_changed_but_has_its_other_reading_beside_it() {
    let read = decoded("name", &[word(&["L", "òỏ"]), word(&["M", "ẫ", "u"])]);
    assert_eq!(read.value.as_deref(), Some("Lò Mẫu"));
    assert_eq!(read.alternatives, ["Lỏ Mẫu"]);
}

#[test]
fn units_of_a_place_are_spelled_as_the_gazetteer_spells_them() {
    for (value_type, written, expected) in [
        (
            "place",
            "bản Noong Bua, xã Nâm Chua, huyên Nâm Põ, tinh Điên Biên",
            "bản Noong Bua, xã Nậm Chua, huyện Nậm Pồ, tỉnh Điện Biên",
        ),
        (
            "place",
            "bản Noong Bua xã Na U huyện Điện Biên, tinh Điện Biên 2 1",
            "bản Noong Bua, xã Na Ư, huyện Điện Biên, tỉnh Điện Biên",
        ),
        (
            "place",
            "bản Xa Lông = Mường Nhà= Điện Biên - Điện Biên",
            "bản Xa Lông, xã Mường Nhà, huyện Điện Biên, tỉnh Điện Biên",
        ),
        (
            "place",
            "thồn 2, xã Gia Lâm, huyễn lảm Hà, tnh Lậm Đòng",
            "thôn 2, xã Gia Lâm, huyện Lâm Hà, tỉnh Lâm Đồng",
        ),
        (
            "place",
            "xã Nậm Chua, huyện Nâm Põ, T Lai Châu",
            "xã Nậm Chua, huyện Nậm Pồ, tỉnh Lai Châu",
        ),
        (
            "place",
            "NaƯ- Điện Biên - Đên Biên",
            "xã Na Ư, huyện Điện Biên, tỉnh Điện Biên",
        ),
        (
            "place",
            "thôn 1. phường Cam Ly - Đà Lạt, tinh Lâm Đồng",
            "thôn 1, phường Cam Ly - Đà Lạt, tỉnh Lâm Đồng",
        ),
        ("place", "Bênh viên đa khoa tinh Lậm Đồng", "Bệnh viện đa khoa tỉnh Lâm Đồng"),
        (
            "place",
            "Trung tăn y tế huyễn Than Uyễn, tinh Lai Châu",
            "Trung tâm y tế huyện Than Uyên, tỉnh Lai Châu",
        ),
        (
            "office",
            "UBND xã Mường Mít; huyên nhan Uyên, tinh Lai Châu",
            "UBND xã Mường Mít, huyện Than Uyên, tỉnh Lai Châu",
        ),
        ("office", "Công an tinh Điên Biên", "Công an tỉnh Điện Biên"),
        ("office", "ỦY BAN NHÂN DÂN HUYÊN ĐIỆN BIÊN", "ỦY BAN NHÂN DÂN HUYỆN ĐIỆN BIÊN"),
        (
            "office",
            "ỦY BAN NHÂN DÂN PHƯỜNG CAM LY - ĐÀ LAT",
            "ỦY BAN NHÂN DÂN PHƯỜNG CAM LY - ĐÀ LẠT",
        ),
        (
            "office",
            "UỶ BAN NHÂN DÂN XÃ NAM BAN LÂM HÀ",
            "UỶ BAN NHÂN DÂN XÃ NAM BAN LÂM HÀ",
        ),
        (
            "office",
            "SỞ TÀINGUYÊN VÀ MÔI TRƯỜNG TÌNH LAI CHÂU",
            "SỞ TÀI NGUYÊN VÀ MÔI TRƯỜNG TỈNH LAI CHÂU",
        ),
        (
            "office",
            "CHI NHÁNH VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI KHU VỰCI",
            "CHI NHÁNH VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI KHU VỰC I",
        ),
        (
            "office",
            "CHLNHÁNH VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI HUYỆN TUĂN GIÁO",
            "CHI NHÁNH VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI HUYỆN TUẦN GIÁO",
        ),
    ] {
        let read = decoded(value_type, &plain(written));
        assert_eq!(read.value.as_deref(), Some(expected), "{written}: {read:?}");
    }
}

#[test]
fn a_commune_its_district_and_its_province_are_believed_together_and_nothing_is_added() {
    for (written, expected) in [
        (
            "bản Noong Bua, X. Nậm Chua H Nam R T Đản Biân",
            "bản Noong Bua, xã Nậm Chua, huyện Nậm Pồ, tỉnh Điện Biên",
        ),
        (
            "thôn 2- Ya Xiên - Sa Thầy - Kon Tum",
            "thôn 2, xã Ya Xiêr, huyện Sa Thầy, tỉnh Kon Tum",
        ),
        (
            "Thôn Đông Phan Tân An Thanh Hà Hải Dương",
            "thôn Đông Phan, xã Tân An, huyện Thanh Hà, tỉnh Hải Dương",
        ),
        // No district is named, and none is made of the letters of the commune.
        ("xã Mường Mít, tỉnh Lai Châu", "xã Mường Mít, tỉnh Lai Châu"),
        ("Trạmy tế xã Mường Mít, tỉnh Lai Châu", "Trạm y tế xã Mường Mít, tỉnh Lai Châu"),
        ("Lò Thị Mẫu và Giàng A Thử", "Lò Thị Mẫu và Giàng A Thử"),
        ("đã chết ngày hôm qua tại nhà", "đã chết ngày hôm qua tại nhà"),
    ] {
        let read = decoded("place", &plain(written));
        assert_eq!(read.value.as_deref(), Some(expected), "{written}: {read:?}");
    }
}

#[test]
fn a_letter_for_a_unit_that_cannot_be_read_is_no_part_of_the_hamlet() {
    for (written, expected) in [
        (
            "bản Noong Bua, A. Na Ứ, H. Điện Biên, T. Điện Biên",
            "bản Noong Bua, xã Na Ư, huyện Điện Biên, tỉnh Điện Biên",
        ),
        (
            "thôn 6 2. Gia Lâm, đ. Lâm Hà, T. Lâm Đồng",
            "thôn 6, xã Gia Lâm, huyện Lâm Hà, tỉnh Lâm Đồng",
        ),
        (
            "thôn 3, P. Gia Lâm, H. Lâm Hà, T. Lâm Đồng",
            "thôn 3, xã Gia Lâm, huyện Lâm Hà, tỉnh Lâm Đồng",
        ),
        // A number or a letter that is the hamlet's own stays.
        (
            "thôn 6 Gia Lâm, H. Lâm Hà, T. Lâm Đồng",
            "thôn 6, xã Gia Lâm, huyện Lâm Hà, tỉnh Lâm Đồng",
        ),
        (
            "khu A, xã Gia Lâm, H. Lâm Hà, T. Lâm Đồng",
            "khu A, xã Gia Lâm, huyện Lâm Hà, tỉnh Lâm Đồng",
        ),
        (
            "thôn B. Gia Lâm, H. Lâm Hà, T. Lâm Đồng",
            "thôn B, xã Gia Lâm, huyện Lâm Hà, tỉnh Lâm Đồng",
        ),
        // A word that is written out stays, whatever the gazetteer says.
        (
            "thôn 3, phường Gia Lâm, H. Lâm Hà, T. Lâm Đồng",
            "thôn 3, phường Gia Lâm, huyện Lâm Hà, tỉnh Lâm Đồng",
        ),
    ] {
        let read = decoded("place", &plain(written));
        assert_eq!(read.value.as_deref(), Some(expected), "{written}: {read:?}");
    }
}

#[test]
fn the_word_for_a_hamlet_and_the_space_before_its_number_are_known() {
    let units = "xã Na Ư, huyện Điện Biên, tỉnh Điện Biên";
    for (written, expected) in [
        ("thôn3", "thôn 3"),
        ("thôn.4", "thôn 4"),
        ("bản.Pa Tần", "bản Pa Tần"),
        ("hản Pa Tần", "bản Pa Tần"),
        ("Hản Pa Tần", "Hản Pa Tần"),
        ("bản Nà Hỳ1", "bản Nà Hỳ 1"),
        ("thân 6", "thôn 6"),
        ("Km12", "Km12"),
        ("bản Phông Xám", "bản Phông Xám"),
    ] {
        let read = decoded("place", &plain(&format!("{written}, {units}")));
        let expected = format!("{expected}, {units}");
        assert_eq!(read.value, Some(expected), "{written}: {read:?}");
    }
}

#[test]
fn a_doubtful_syllable_of_a_hamlet_is_one_that_its_neighbours_bear() {
    let place = |syllable: &[&str]| {
        let mut words = plain("bản");
        words.push(word(syllable));
        words.extend(plain("Ngà, xã Nậm Chua, huyện Nậm Pồ, tỉnh Điện Biên"));
        decoded("place", &words).value.unwrap_or_default()
    };
    assert!(place(&["N", "âậ", "m"]).starts_with("bản Nậm Ngà,"));
    // Sure, or with nothing seen that a neighbour bears.
    assert!(place(&["N", "â", "m"]).starts_with("bản Nâm Ngà,"));
    assert!(place(&["L", "ẳẵ", "n"]).starts_with("bản Lẳn Ngà,"));
}

#[test]
fn no_hamlet_is_called_by_the_word_for_a_unit() {
    let place = |syllable: &[&str]| {
        let mut words = plain("bản");
        words.push(word(syllable));
        words.extend(plain("Lông, xã Nậm Chua, huyện Nậm Pồ, tỉnh Điện Biên"));
        decoded("place", &words).value.unwrap_or_default()
    };
    assert!(place(&["X", "ãa"]).starts_with("bản Xa Lông,"));
    assert!(place(&["X", "ă"]).starts_with("bản Xă Lông,"), "nothing else was seen");
    assert!(place(&["X", "ã"]).starts_with("bản Xã Lông,"), "nothing else was seen");
}

#[test]
fn what_the_gazetteer_does_not_know_stays_as_it_was_read() {
    for written in [
        "bản Tà Tống",
        "xã Xuyên Mộc Lan, huyện Vườn Hồng",
        "Seoul, Hàn Quốc",
        "bản Na U, xã Nậm Chua, huyện Nậm Pồ, tỉnh Điện Biên",
    ] {
        let read = decoded("place", &plain(written));
        assert_eq!(read.value.as_deref(), Some(written), "{read:?}");
    }
}

#[test]
fn codes_of_parcel_lists_are_the_closest_known_ones() {
    for (value_type, written, expected) in [
        ("holder-kind", "GDC", Some("GDC")),
        ("holder-kind", "QDC", Some("GDC")),
        ("land-use", "ONT+CLN", Some("ONT+CLN")),
        ("land-use", "Đất rong cây lâu năm", Some("CLN")),
        ("land-use", "Lất trồng lúa nước còn lại", Some("LUK")),
        ("land-use", "Đất trồng cây", None),
        ("land-use", "ĐÁT 1", None),
    ] {
        let read = decoded(value_type, &plain(written));
        assert_eq!(read.value.as_deref(), expected, "{written}: {read:?}");
    }
    let read = decoded("land-use", &[word(&["EL", "U", "K"])]);
    assert_eq!(read.value.as_deref(), Some("LUK"));
}

#[test]
fn a_family_name_takes_the_marks_that_the_engine_saw_and_a_rare_one_keeps_its_own() {
    for (first, rest, expected) in [
        (&["T", "R", "ĂẦ", "N"][..], "Văn Mẫu", "Trần Văn Mẫu"),
        (&["Đ", "ÒỖ"], "Ngọc Mẫu", "Đỗ Ngọc Mẫu"),
        // Sure, or with no family name among what was seen.
        (&["T", "R", "Ă", "N"], "Văn Mẫu", "Trăn Văn Mẫu"),
        (&["L", "èé", "o"], "Thị Mẫu", "Lèo Thị Mẫu"),
        (&["K", "'"], "Brêm", "K'Brêm"),
        (&["Y"], "Bhăm", "Y Bhăm"),
    ] {
        let mut words = vec![word(first)];
        words[0].confidence =
            if first.iter().any(|it| it.chars().count() > 1) { 0.6 } else { 0.99 };
        words.extend(plain(rest));
        let read = decoded("name", &words);
        let value = read.value.as_deref().map(str::to_lowercase);
        assert_eq!(value, Some(expected.to_lowercase()), "{read:?}");
    }
}
