use super::*;

fn value(value_type: &str, text: &str) -> Option<String> {
    normalize(value_type, text, &Context::default()).expect("a type").value
}

#[test]
fn a_small_letter_that_looks_like_its_capital_begins_a_word_of_a_name_as_one() {
    let name = |text| normalize("name", text, &Context::default()).unwrap();
    let read = name("Lèo Đức ơn");
    assert_eq!(read.value.as_deref(), Some("Lèo Đức Ơn"));
    assert!(read.certainty < CERTAIN);
    for other in ["Lò thị Mai", "Nhà văn hóa bản", "UBND xã quản lý"] {
        assert_eq!(name(other).value.as_deref(), Some(other));
    }
    assert_eq!(
        name("cầm Pín").value.as_deref(),
        Some("cầm Pín"),
        "a first word is another's end"
    );
}

#[test]
fn a_name_gets_back_the_joints_that_its_capitals_tell_of() {
    for (written, name) in [
        ("Đa Cát KMai", "Đa Cát K'Mai"),
        ("CIL KTHƯƠNG", "Cil K'Thương"),
        ("K Đức", "K'Đức"),
        ("K' Đức", "K'Đức"),
        ("K.Tuân", "K'Tuân"),
        ("K:Brêm", "K'Brêm"),
        ("HMai Niê", "H'Mai Niê"),
        ("Tráng APáo", "Tráng A Páo"),
        ("LyA Của", "Ly A Của"),
        ("CứA Chu", "Cứ A Chu"),
        ("NGUYỄN THỊTHỦY", "Nguyễn Thị Thủy"),
        ("TRÁNG APÁO", "Tráng A Páo"),
        ("CỨA DƠ", "Cứ A Dơ"),
        ("Lò Thịmẫu", "Lò Thị Mẫu"),
        ("Tráng A. Sà", "Tráng A Sà"),
    ] {
        let read = normalize("name", written, &Context::default()).unwrap();
        assert_eq!(read.value.as_deref(), Some(name), "{written}");
        assert!(read.certainty < CERTAIN, "{written}");
    }
}

#[test]
fn a_date_of_which_a_number_cannot_be_read_is_none_and_one_without_it_is_whole() {
    let read = |written| normalize("date", written, &Context::default()).unwrap();
    for (written, rest) in [
        ("ngày 18 tháng g năm 2006", "2006"),
        ("03/Ŏ3/1986", "1986-03"),
        ("ngày x tháng 3 năm 1987", "1987-03"),
    ] {
        let date = read(written);
        assert_eq!(date.state, FieldState::Illegible, "{written}");
        assert_eq!(date.alternatives, [rest], "{written}");
    }
    for (written, value) in [
        ("tháng 3 năm 1987", "1987-03"),
        ("sinh năm 1987", "1987"),
        ("ngày ...... tháng 3 năm 1987", "1987-03"),
    ] {
        let date = read(written);
        assert_eq!(date.value.as_deref(), Some(value), "{written}");
        assert!(date.certainty >= REPAIRED, "{written}: {date:?}");
    }
}

#[test]
fn what_is_left_of_a_number_or_a_name_is_none() {
    for (value_type, written) in [
        ("area", "2\"0,4"),
        ("area", "3ỏ723"),
        ("area", "3516;4"),
        ("area", "\"853,6"),
        ("parcel-no", "12/"),
        ("parcel-no", "2.2L"),
        ("parcel-no", "2ơ2L"),
        ("name", "N"),
        ("name", ". T ."),
        ("name", "\"MINH DỌN"),
        ("person-with-title", "& Thị Mai Oanh"),
        ("name", "N àng Văn Dọn"),
        ("name", "Nguyễn Thj Hoa"),
    ] {
        let read = normalize(value_type, written, &Context::default()).unwrap();
        assert_eq!(read.state, FieldState::Illegible, "{value_type}: {written}");
    }
    for (value_type, written, value) in [
        ("area", "4639,.6", "4639.6"),
        ("area", "2340,4", "2340.4"),
        ("area", "1.516m2", "1516"),
        ("area", "516 (ONT)", "516"),
        ("area", "516.", "516"),
        ("parcel-no", "12a", "12a"),
        ("parcel-no", "12-3", "12-3"),
        ("parcel-no", "45(p)", "45(p)"),
        ("name", "Ơn", "Ơn"),
        ("name", "\" Nguyễn Văn A", "Nguyễn Văn A"),
        ("name", "\"Nguyễn Văn A\"", "Nguyễn Văn A"),
        ("name", "- Nguyễn Văn A", "Nguyễn Văn A"),
        ("name", "Nguyễn V. An", "Nguyễn V. An"),
        ("name", "Y Krông Byă", "Y Krông Byă"),
    ] {
        assert_eq!(self::value(value_type, written).as_deref(), Some(value), "{written}");
    }
}

#[test]
fn a_name_without_lost_joints_stays_as_it_is() {
    for name in [
        "Kơ Să K'Hoa",
        "Ksor A Hlim",
        "KSOR A HLIM",
        "Kpă Y Nhơn",
        "Kim Khánh Khoa",
        "KIM KHÁNH KRANG",
        "Nguyễn V. An",
        "TRáng A Páo",
        "NgUyễn Văn HảI",
        "Giàng Anh",
        "Sùng An Vang",
        "Lò Thịnh",
        "Kpă Alăng",
    ] {
        let read = normalize("name", name, &Context::default()).unwrap();
        assert_eq!(read.value.as_deref(), Some(&*crate::model::title_case_name(name)));
        assert!(read.certainty > REPAIRED, "{name}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of cases")]
fn texts_of_forms_become_data() {
    let mut wrong = Vec::new();
    for (value_type, text, expected) in [
        ("date", "ngày 05 tháng 3 năm 1987", Some("1987-03-05")),
        ("date", "05/3/1987", Some("1987-03-05")),
        ("date", "5-3-1987", Some("1987-03-05")),
        ("date", "7.9.1967.", Some("1967-09-07")),
        ("date", "16 tháng 12 năm 1977", Some("1977-12-16")),
        ("date", "ngày ...... tháng 3 năm 1987", Some("1987-03")),
        ("date", "tháng 3 năm 1987", Some("1987-03")),
        ("date", "3/1987", Some("1987-03")),
        ("date", "năm 1987", Some("1987")),
        ("date", "1987", Some("1987")),
        ("date", "sinh năm 1987", Some("1987")),
        ("date", "8 giờ 30 phút, ngày 05 tháng 3 năm 1987", Some("1987-03-05")),
        ("date", "O5/3/19B7", Some("1987-03-05")),
        ("date", "31/2/1987", None),
        ("date", "28.51970", Some("1970-05-28")),
        ("date", "5.71987", Some("1987-07-05")),
        ("date", "2491984", Some("1984-09-24")),
        ("date", "283/2007", Some("2007-03-28")),
        ("date", "1021985", Some("1985-02-10")),
        ("date", "181g85", Some("1985-08-01")),
        ("date", "1111990", None),
        ("date", "121990", None),
        ("date", "0531971", None),
        ("date", "06/54976", None),
        ("date", "3021990", None),
        ("date", "5.3.87", None),
        (
            "date",
            "Ngày năm tháng ba năm một nghìn chín trăm tám mươi bảy",
            Some("1987-03-05"),
        ),
        ("date", "ngày 10/3 âm lịch năm 1987", Some("ngày 10/3 âm lịch năm 1987")),
        ("date", "năm Giáp Tý", Some("năm Giáp Tý")),
        ("time", "01 giờ 45 phút", Some("01:45")),
        ("time", "13h30", Some("13:30")),
        ("name", "LÒ VĂN MẪU........", Some("Lò Văn Mẫu")),
        ("name", "K’TUÂN", Some("K'Tuân")),
        ("name", "Kơ Să Ha Tuyên", Some("Kơ Să Ha Tuyên")),
        ("name", "L0 VĂN MẪU", None),
        ("person-with-title", "Hộ ông: VÀNG A SÁU", Some("Vàng A Sáu")),
        ("person-with-title", "và vợ là bà: CỨ THỊ PLA", Some("Cứ Thị Pla")),
        ("person-with-title", "Ông (Bà): Lê Minh Huy", Some("Lê Minh Huy")),
        ("sex", "Nữ", Some("2")),
        ("sex", "Trai", Some("1")),
        ("sex", "nam.", Some("1")),
        ("ethnic", "Mông", Some("Mông")),
        ("ethnic", "HMONG", Some("Hmông")),
        ("ethnic", "Khơ Mú", Some("Khơ Mú")),
        ("nationality", "Việt Nam", Some("Việt Nam")),
        ("nationality", "VIET NAM", Some("Việt Nam")),
        ("id-kind", "Thẻ căn cước công dân", Some("4")),
        ("id-kind", "Giấy CMND", Some("1")),
        ("registration-kind", "☑ Quá hạn", Some("4")),
        ("id-number", "0110 8700 1234", Some("011087001234")),
        ("id-number", "CMND số 040277195 do Công an tỉnh", Some("040277195")),
        ("id-number", "O40277l95", Some("040277195")),
        ("id-number", "04027719", None),
        ("register-number", "27/2022", Some("27/2022")),
        ("register-number", "123/2025/TLKT-BS", Some("123/2025")),
        ("register-number", "38", Some("38")),
        ("book-number", "01/2015", Some("01/2015")),
        ("page-number", "Trang 15", Some("15")),
        ("document-number", "326 / QĐ-UBND", Some("326/QĐ-UBND")),
        ("gcn-serial", "AM123456", Some("AM 123456")),
        ("gcn-serial", "A M 123456", Some("AM 123456")),
        ("gcn-serial", "AM.12O456", Some("AM 120456")),
        ("gcn-serial", "D 1234567", Some("D 1234567")),
        ("gcn-serial", "AA 01234567", Some("AA 01234567")),
        ("gcn-serial", "G 777405", Some("G 777405")),
        ("gcn-serial", "AM 12345", None),
        ("gcn-book-no", "CH00120", Some("CH 00120")),
        ("gcn-book-no", "C.N.5.4.2.9", Some("CN 5429")),
        ("gcn-book-no", "00283 QSDĐ/H", Some("00283 QSDĐ/H")),
        ("gcn-book-no", "00283 Q800/H", Some("00283 QSDĐ/H")),
        ("gcn-book-no", "oo625", Some("00625")),
        ("gcn-book-no", "027", None),
        ("parcel-no", "551,", Some("551")),
        ("parcel-no", "12a", Some("12a")),
        ("date-words", "một. nghìn chín trăm.", Some("một nghìn chín trăm")),
        ("area", "13440,8 m²", Some("13440.8")),
        ("area", "13.440,8 m2", Some("13440.8")),
        ("area", "5036,0 m?", Some("5036.0")),
        ("area", "1.234", Some("1234")),
        ("area", "1,234", None),
        ("money", "483.000.000 đồng", Some("483000000")),
        ("land-use", "Đất chuyên trồng lúa nước: 4894,4 m²", Some("LUC")),
        (
            "land-use",
            "Đất ở tại nông thôn 100,0 m²; Đất trồng cây lâu năm 1059,7 m²",
            Some("ONT; CLN"),
        ),
        ("land-use", "ONT+CLN", Some("ONT+CLN")),
        ("holder-kind", "gdc", Some("GDC")),
        ("holder-kind", "G", None),
        ("holder-kind", "G\"C", None),
        ("signer-title", "PHÓ CHỦ TỊCH", Some("Phó Chủ tịch")),
        ("age", "32 tuổi", Some("32")),
        ("age", "1987", None),
        ("phone", "0974.043.824", Some("0974043824")),
        (
            "place",
            "bản Na Ư, X. Nậm Chua, H. Nậm Pồ, T. Điện Biên",
            Some("bản Na Ư, xã Nậm Chua, huyện Nậm Pồ, tỉnh Điện Biên"),
        ),
        (
            "place",
            "Tại nhà, thôn 1, X. Tà Nung, TP. Đà Lạt, T. Lâm Đồng",
            Some("thôn 1, xã Tà Nung, thành phố Đà Lạt, tỉnh Lâm Đồng"),
        ),
    ] {
        let read = value(value_type, text);
        if read.as_deref() != expected {
            wrong.push(format!("{value_type} `{text}`: {read:?} for {expected:?}"));
        }
        if let Some(read) = read {
            let again = value(value_type, &read);
            if again.as_ref() != Some(&read) {
                wrong.push(format!("{value_type} `{text}`: {read:?} and then {again:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_type_of_the_list_exists_and_no_other() {
    for value_type in TYPES {
        assert!(
            normalize(value_type, "1", &Context::default()).is_some(),
            "{value_type}"
        );
    }
    assert!(normalize("dates", "1", &Context::default()).is_none());
}

#[test]
fn a_two_digit_year_has_a_century_only_where_the_book_leaves_one() {
    let in_book = |year| normalize("date", "5.3.87", &Context { year }).expect("a type");
    assert_eq!(in_book(Some(1999)).value.as_deref(), Some("1987-03-05"));
    let open = in_book(None);
    assert_eq!(open.value, None);
    assert_eq!(open.alternatives, ["1987-03-05", "2087-03-05"]);
}

#[test]
fn two_numbers_where_one_belongs_are_no_number() {
    let sheet = |text| normalize("map-sheet-no", text, &Context::default()).unwrap();
    assert_eq!(sheet("91").value.as_deref(), Some("91"));
    let both = sheet("91 10");
    assert_eq!((both.value, both.state), (None, FieldState::Illegible));
    assert_eq!(both.alternatives, ["91", "10", "9110"]);
}

#[test]
fn an_entry_without_a_year_takes_that_of_its_book() {
    let read = normalize("register-number", "38", &Context { year: Some(2015) });
    assert_eq!(read.and_then(|it| it.value).as_deref(), Some("38/2015"));
}

#[test]
fn blanks_say_why_they_are_blank() {
    let state = |text| normalize("date", text, &Context::default()).map(|it| it.state);
    assert_eq!(state("........"), Some(FieldState::Absent));
    assert_eq!(state("-/-"), Some(FieldState::NotApplicable));
    assert_eq!(state("ông bà"), Some(FieldState::Illegible));
}

#[test]
fn days_of_1900_to_2030_come_back_from_their_words_and_their_digits() {
    for year in 1900..=2030 {
        for month in 1..=12 {
            for day in 1..=31 {
                // The words of year and day do not know of each other: every day of a leap
                // year, and three of each month of the others.
                let is_told = year == 2000 || matches!(day, 1 | 12 | 28);
                let Some(date) =
                    CalendarDate::new(year, Some(month), Some(day)).filter(|_| is_told)
                else {
                    continue;
                };
                let words = date_in_words(date);
                assert_eq!(date_from_words(&words), Some(date), "{words}");
                // Of the digits, three days of a month stand for all.
                if matches!(day, 1 | 12 | 28) {
                    let digits = format!("ngày {day:02} tháng {month} năm {year}");
                    assert_eq!(value("date", &digits), Some(date.iso()), "{digits}");
                }
            }
        }
    }
}

#[test]
fn a_phrase_ends_in_a_word_and_a_term_has_whole_dates() {
    for (value_type, written, expected) in [
        ("origin", "Nhà nước giao đất có thu tiền h", "Nhà nước giao đất có thu tiền"),
        ("origin", "Nhận chuyển nhượng \" đất l", "Nhận chuyển nhượng đất"),
        ("origin", "Nhận thừa kế ở", "Nhận thừa kế ở"),
        ("origin", "CNQKTT", "CNQ-KTT"),
        ("origin", "DG - CTT.", "DG-CTT"),
        ("origin", "CNQ-XTT", "CNQ-XTT"),
        ("term", "Đến ngày 15/102075", "Đến ngày 15/10/2075"),
        ("term", "Đến ngày 15/132075", "Đến ngày 15/132075"),
        ("term", "50 năm", "50 năm"),
    ] {
        let read = normalize(value_type, written, &Context::default());
        assert_eq!(read.and_then(|it| it.value).as_deref(), Some(expected), "{written}");
    }
}

#[test]
fn a_middle_name_of_one_letter_is_parted_from_the_family_name_alone() {
    for (written, expected) in [
        ("MÙAA KHÀY", "Mùa A Khày"),
        ("Giànga Páo", "Giàng A Páo"),
        // A family name that ends in the letter, and one that nobody knows.
        ("Mùa Khày", "Mùa Khày"),
        ("Hoa Mẫu", "Hoa Mẫu"),
    ] {
        let read = normalize("name", written, &Context::default());
        assert_eq!(read.and_then(|it| it.value).as_deref(), Some(expected), "{written}");
    }
}
