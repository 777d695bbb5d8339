use proptest::prelude::*;

use super::*;

/// The chips of the likeliest reading: kind and value.
fn chips(text: &str) -> Vec<(ChipKind, String, String)> {
    let query = Query::parse(text);
    let chips = query.understood().iter();
    chips.map(|chip| (chip.kind, chip.text.clone(), chip.value.clone())).collect()
}

#[test]
fn numbers_and_dates_are_understood_in_any_spelling() {
    use ChipKind::{Book, Date, Identity, Parcel, Register, Serial, Sheet, Year};
    for (text, expected) in [
        ("15/9/1995", vec![(Date, "1995-09-15")]),
        ("24-01-1994", vec![(Date, "1994-01-24")]),
        ("ngày 5 tháng 3 năm 1987", vec![(Date, "1987-03-05")]),
        ("1985-1990", vec![(Year, "1985-1990")]),
        ("từ 1985 đến 1990", vec![(Year, "1985-1990")]),
        ("sinh năm 1987", vec![(Year, "1987")]),
        ("0750 4500 6008", vec![(Identity, "075045006008")]),
        ("250 712 307", vec![(Identity, "250712307")]),
        ("cmnd 040307603", vec![(Identity, "040307603")]),
        ("27/2015", vec![(Register, "27/2015")]),
        ("số 39 quyển 01/2026", vec![(Register, "39"), (Book, "1/2026")]),
        ("thua 218 to ban do 86", vec![(Parcel, "218"), (Sheet, "86")]),
        ("thửa đất số 1, tờ bản đồ số 44", vec![(Parcel, "1"), (Sheet, "44")]),
        ("48/141", vec![(Parcel, "48/141")]),
        ("BE909572", vec![(Serial, "BE909572")]),
        ("BP-312303", vec![(Serial, "BP312303")]),
        ("AA 0344262B", vec![(Serial, "AA03442628")]),
        ("by 420278", vec![(Serial, "BY420278")]),
        ("g777405", vec![(Serial, "G777405")]),
    ] {
        let found: Vec<(ChipKind, String)> =
            chips(text).into_iter().map(|(kind, _, value)| (kind, value)).collect();
        let expected: Vec<(ChipKind, String)> =
            expected.into_iter().map(|(kind, value)| (kind, value.to_owned())).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn words_for_roles_kinds_and_places_are_taken_out_of_names() {
    use ChipKind::{Kind, Name, Place, Register};
    for (text, expected) in [
        ("me vi thi pang con ngoan", vec![(Name, "me vi thi pang"), (Name, "con ngoan")]),
        (
            "con ông Cà Văn Lả bà Vì Thị Pâng",
            vec![(Name, "con ông Cà Văn Lả"), (Name, "bà Vì Thị Pâng")],
        ),
        ("Đôi Mè", vec![(Name, "Đôi Mè")]),
        (
            "ks 39/2026 muong nha",
            vec![(Kind, "ks"), (Register, "39/2026"), (Place, "muong nha")],
        ),
        ("sổ đỏ Cà Minh Dọn", vec![(Kind, "sổ đỏ"), (Name, "Cà Minh Dọn")]),
        ("ca hia thua dat", vec![(Kind, "thua dat"), (Name, "ca hia")]),
        ("Mùa A Khày - Sam Mứn", vec![(Name, "Mùa A Khày"), (Place, "Sam Mứn")]),
        ("Võ Ngọc Huệ xã Căn Co", vec![(Name, "Võ Ngọc Huệ"), (Place, "xã Căn Co")]),
        ("ka dip gia lam", vec![(Name, "ka dip"), (Place, "gia lam")]),
        ("cha: Nguyễn Văn Nam", vec![(Name, "cha Nguyễn Văn Nam")]),
    ] {
        let found: Vec<(ChipKind, String)> =
            chips(text).into_iter().map(|(kind, text, _)| (kind, text)).collect();
        let expected: Vec<(ChipKind, String)> =
            expected.into_iter().map(|(kind, text)| (kind, text.to_owned())).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn words_that_mean_something_can_still_be_a_name() {
    let query = Query::parse("nguyen thi thanh hoa");
    assert!(query.readings.len() > 1);
    let whole = |reading: &Reading| {
        reading.people.first().is_some_and(|person| person.syllables.len() == 4)
    };
    assert!(query.readings.iter().any(whole));
}

#[test]
fn quotes_and_hyphens_bind_and_exclude() {
    let query = Query::parse("\"Lò Văn\" mẫu -lan");
    assert_eq!(query.phrases.len(), 1);
    assert_eq!(query.excluded.len(), 1);
    // The phrase is looked for as a name, and must stand together.
    assert_eq!(query.readings.first().map(|reading| reading.people.len()), Some(2));
}

proptest! {
    #[test]
    fn any_text_is_understood_somehow(text in "\\PC*") {
        let query = Query::parse(&text);
        prop_assert!(!query.readings.is_empty() && query.readings.len() <= MAX_READINGS);
    }

    #[test]
    fn what_looks_like_a_query_is_understood(
        text in "([a-zA-ZđơưăêôáàảãạĐ'.:/,\"-]{1,6}|[0-9]{1,12}|xã|con|ông|số|thửa|tờ|năm|ks|-| ){0,14}"
    ) {
        let query = Query::parse(&text);
        prop_assert!(!query.readings.is_empty());
    }

    #[test]
    fn every_letter_and_digit_is_used_or_reported(
        words in proptest::collection::vec("[a-zđ]{1,6}|[0-9]{1,8}|xã|con|sinh|thửa|vợ", 1..12)
    ) {
        let text = words.join(" ");
        for reading in &Query::parse(&text).readings {
            let mut reported: Vec<char> =
                reading.chips.iter().flat_map(|chip| chip.text.chars()).collect();
            reported.retain(|letter| letter.is_alphanumeric());
            let mut typed: Vec<char> =
                text.chars().filter(|letter| letter.is_alphanumeric()).collect();
            reported.sort_unstable();
            typed.sort_unstable();
            prop_assert_eq!(&reported, &typed, "{} {:?}", text, reading.chips);
        }
    }
}
