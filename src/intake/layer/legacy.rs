//! Vietnamese before Unicode: letters of TCVN3 and VNI fonts, which look like other
//! letters of Western Europe to a program that does not know them.
//!
//! TCVN3 is TCVN 5712:1993, VN3: one byte a letter; capitals with tones do not exist, they
//! are small letters of a font that draws capitals (`.VnTimeH`). VNI writes a letter and
//! behind it a sign for its hat and tone.

use crate::model::nfc;

/// How letters were coded before Unicode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// TCVN 5712, VN3, also called ABC.
    Tcvn3,
    /// VNI for Windows.
    Vni,
}

/// A letter of TCVN3 with its code, as Windows shows that code.
const TCVN3: [(char, char); 74] = [
    ('Ă', '¡'),
    ('Â', '¢'),
    ('Ê', '£'),
    ('Ô', '¤'),
    ('Ơ', '¥'),
    ('Ư', '¦'),
    ('Đ', '§'),
    ('ă', '¨'),
    ('â', '©'),
    ('ê', 'ª'),
    ('ô', '«'),
    ('ơ', '¬'),
    ('ư', '\u{ad}'),
    ('đ', '®'),
    ('à', 'µ'),
    ('ả', '¶'),
    ('ã', '·'),
    ('á', '¸'),
    ('ạ', '¹'),
    ('ằ', '»'),
    ('ẳ', '¼'),
    ('ẵ', '½'),
    ('ắ', '¾'),
    ('ặ', 'Æ'),
    ('ầ', 'Ç'),
    ('ẩ', 'È'),
    ('ẫ', 'É'),
    ('ấ', 'Ê'),
    ('ậ', 'Ë'),
    ('è', 'Ì'),
    ('ẻ', 'Î'),
    ('ẽ', 'Ï'),
    ('é', 'Ð'),
    ('ẹ', 'Ñ'),
    ('ề', 'Ò'),
    ('ể', 'Ó'),
    ('ễ', 'Ô'),
    ('ế', 'Õ'),
    ('ệ', 'Ö'),
    ('ì', '×'),
    ('ỉ', 'Ø'),
    ('ĩ', 'Ü'),
    ('í', 'Ý'),
    ('ị', 'Þ'),
    ('ò', 'ß'),
    ('ỏ', 'á'),
    ('õ', 'â'),
    ('ó', 'ã'),
    ('ọ', 'ä'),
    ('ồ', 'å'),
    ('ổ', 'æ'),
    ('ỗ', 'ç'),
    ('ố', 'è'),
    ('ộ', 'é'),
    ('ờ', 'ê'),
    ('ở', 'ë'),
    ('ỡ', 'ì'),
    ('ớ', 'í'),
    ('ợ', 'î'),
    ('ù', 'ï'),
    ('ủ', 'ñ'),
    ('ũ', 'ò'),
    ('ú', 'ó'),
    ('ụ', 'ô'),
    ('ừ', 'õ'),
    ('ử', 'ö'),
    ('ữ', '÷'),
    ('ứ', 'ø'),
    ('ự', 'ù'),
    ('ỳ', 'ú'),
    ('ỷ', 'û'),
    ('ỹ', 'ü'),
    ('ý', 'ý'),
    ('ỵ', 'þ'),
];

/// Letters that VNI writes as one, small; capitals are the capitals of both sides.
const VNI_ALONE: [(char, char); 8] = [
    ('í', 'í'),
    ('ì', 'ì'),
    ('ỉ', 'æ'),
    ('ĩ', 'ó'),
    ('ị', 'ò'),
    ('ơ', 'ô'),
    ('ư', 'ö'),
    ('đ', 'ñ'),
];

/// `ỵ` is the ninth that VNI writes as one.
const VNI_HEAVY_Y: (char, char) = ('ỵ', 'î');

/// Signs that VNI writes behind a letter, and the marks that they stand for.
const VNI_SIGNS: [(char, &str); 17] = [
    ('ù', "\u{301}"),
    ('ø', "\u{300}"),
    ('û', "\u{309}"),
    ('õ', "\u{303}"),
    ('ï', "\u{323}"),
    ('ê', "\u{306}"),
    ('é', "\u{306}\u{301}"),
    ('è', "\u{306}\u{300}"),
    ('ú', "\u{306}\u{309}"),
    ('ü', "\u{306}\u{303}"),
    ('ë', "\u{306}\u{323}"),
    ('â', "\u{302}"),
    ('á', "\u{302}\u{301}"),
    ('à', "\u{302}\u{300}"),
    ('å', "\u{302}\u{309}"),
    ('ã', "\u{302}\u{303}"),
    ('ä', "\u{302}\u{323}"),
];

impl Coding {
    /// The coding of which the name of a font tells; `None` for fonts of today.
    pub(super) fn of_font(name: &str) -> Option<Self> {
        let family = family(name);
        if family.starts_with(".vn") {
            Some(Self::Tcvn3)
        } else if family.starts_with("vni-") || family.starts_with("vni ") {
            Some(Self::Vni)
        } else {
            None
        }
    }

    /// Letters as they are meant, composed. What the coding does not know stays.
    pub(super) fn decoded(self, letters: &str) -> String {
        match self {
            Self::Tcvn3 => nfc(&letters.chars().map(of_tcvn3).collect::<String>()),
            Self::Vni => nfc(&of_vni(letters)),
        }
    }
}

/// The family of a font in small letters: `ABCDEF+.VnTimeH,Bold` is `.vntimeh`.
fn family(name: &str) -> String {
    let own = name.split_once('+').map_or(name, |(_, own)| own);
    let own = own.split(',').next().unwrap_or(own);
    own.to_lowercase()
}

/// Whether a font draws capitals for small letters: `.VnTimeH`, `.VnArialH-Bold`.
pub(super) fn draws_capitals(name: &str) -> bool {
    let family = family(name);
    family.starts_with(".vn")
        && family.split('-').next().is_some_and(|plain| plain.ends_with('h'))
}

fn of_tcvn3(code: char) -> char {
    let code = match code {
        // Two ways in which glyph names come to stand for one code.
        'μ' => 'µ',
        '∙' => '·',
        other => other,
    };
    TCVN3.iter().find(|(_, known)| *known == code).map_or(code, |(letter, _)| *letter)
}

/// The capital or small letter, whichever `like` is.
fn in_case_of(like: char, letter: char) -> char {
    if like.is_uppercase() {
        letter.to_uppercase().next().unwrap_or(letter)
    } else {
        letter
    }
}

fn small(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

/// Whether VNI may write a sign behind the letter.
fn takes_sign(letter: char) -> bool {
    "aeouyơưAEOUYƠƯ".contains(letter)
}

fn of_vni(letters: &str) -> String {
    let mut out = String::with_capacity(letters.len() + 8);
    let mut base: Option<char> = None;
    for code in letters.chars() {
        let sign = VNI_SIGNS.iter().find(|(sign, _)| *sign == small(code));
        if let (Some(_), Some((_, marks))) = (base.filter(|it| takes_sign(*it)), sign) {
            out.push_str(marks);
            base = None;
            continue;
        }
        let alone = VNI_ALONE
            .iter()
            .chain(std::iter::once(&VNI_HEAVY_Y))
            .find(|(_, known)| *known == small(code));
        let letter = alone.map_or(code, |(letter, _)| in_case_of(code, *letter));
        out.push(letter);
        base = Some(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization as _;

    use super::*;
    use crate::model::VIETNAMESE_LETTERS;

    /// Letters in TCVN3; capitals with tones become small ones.
    fn in_tcvn3(text: &str) -> String {
        let code = |letter: char| {
            TCVN3.iter().find(|(known, _)| *known == letter).map(|(_, code)| *code)
        };
        text.chars()
            .map(|letter| code(letter).or_else(|| code(small(letter))).unwrap_or(letter))
            .collect()
    }

    /// Letters in VNI.
    fn in_vni(text: &str) -> String {
        let mut out = String::new();
        for letter in text.chars() {
            let alone = VNI_ALONE
                .iter()
                .chain(std::iter::once(&VNI_HEAVY_Y))
                .find(|(known, _)| *known == small(letter));
            if let Some((_, code)) = alone {
                out.push(in_case_of(letter, *code));
                continue;
            }
            let parts: Vec<char> = std::iter::once(letter).nfd().collect();
            let hat = |c: &char| ['\u{302}', '\u{306}'].contains(c);
            let horn = parts.contains(&'\u{31b}');
            let base = parts[0];
            let marks: String = parts[1..]
                .iter()
                .filter(|c| hat(c))
                .chain(parts[1..].iter().filter(|c| !hat(c) && **c != '\u{31b}'))
                .collect();
            let shown = match (horn, small(base)) {
                (true, 'o') => in_case_of(base, 'ô'),
                (true, _) => in_case_of(base, 'ö'),
                _ => base,
            };
            out.push(shown);
            if !marks.is_empty() {
                let sign = VNI_SIGNS.iter().find(|(_, known)| *known == marks);
                out.push(in_case_of(base, sign.expect("a sign").0));
            }
        }
        out
    }

    #[test]
    fn each_letter_comes_back_from_tcvn3() {
        let codes: std::collections::BTreeSet<char> =
            TCVN3.iter().map(|(_, code)| *code).collect();
        assert_eq!(codes.len(), 74, "67 small letters and 7 capitals, a code each");
        for letter in VIETNAMESE_LETTERS.chars() {
            let back = Coding::Tcvn3.decoded(&in_tcvn3(&letter.to_string()));
            let has_code = TCVN3.iter().any(|(known, _)| *known == letter);
            let expected = if has_code { letter } else { small(letter) };
            assert_eq!(back, expected.to_string());
            assert_eq!(back.to_uppercase(), letter.to_uppercase().to_string());
        }
    }

    #[test]
    fn each_letter_comes_back_from_vni_in_its_case() {
        for letter in VIETNAMESE_LETTERS.chars() {
            let coded = in_vni(&letter.to_string());
            assert!(coded.chars().all(|code| (code as u32) < 256), "{letter} as {coded}");
            assert_eq!(Coding::Vni.decoded(&coded), letter.to_string(), "{coded}");
        }
    }

    #[test]
    fn what_old_documents_hold_becomes_what_they_say() {
        for (coding, coded, meant) in [
            (
                Coding::Tcvn3,
                "Céng hßa x· héi chñ nghÜa ViÖt Nam",
                "Cộng hòa xã hội chủ nghĩa Việt Nam",
            ),
            (Coding::Tcvn3, "§éc lËp - Tù do - H¹nh phóc", "Độc lập - Tự do - Hạnh phúc"),
            (
                Coding::Vni,
                "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam",
                "Cộng hòa xã hội chủ nghĩa Việt Nam",
            ),
            (
                Coding::Vni,
                "ÑOÄC LAÄP - TÖÏ DO - HAÏNH PHUÙC",
                "ĐỘC LẬP - TỰ DO - HẠNH PHÚC",
            ),
        ] {
            assert_eq!(coding.decoded(coded), meant);
        }
    }

    #[test]
    fn names_of_fonts_tell_the_coding_and_whether_they_draw_capitals() {
        for (name, coding, capitals) in [
            (".VnTime", Some(Coding::Tcvn3), false),
            ("ABCDEF+.VnTimeH,Bold", Some(Coding::Tcvn3), true),
            (".VnArialH-Bold", Some(Coding::Tcvn3), true),
            ("VNI-Times", Some(Coding::Vni), false),
            ("BCDEEE+VNI-Helve-Condense", Some(Coding::Vni), false),
            ("TimesNewRomanPSMT", None, false),
            ("", None, false),
        ] {
            assert_eq!((Coding::of_font(name), draws_capitals(name)), (coding, capitals));
        }
    }

    proptest! {
        #[test]
        fn words_come_back_whatever_their_letters(
            picks in proptest::collection::vec((0_usize..160, any::<bool>()), 0..30)
        ) {
            let plain: Vec<char> =
                VIETNAMESE_LETTERS.chars().chain("bcdghklmnpqrstvxBCDGHKLMNP".chars()).collect();
            let word: String = picks.iter().map(|(at, _)| plain[at % plain.len()]).collect();
            prop_assert_eq!(Coding::Vni.decoded(&in_vni(&word)), word.clone());
            let small_word = word.to_lowercase();
            prop_assert_eq!(Coding::Tcvn3.decoded(&in_tcvn3(&small_word)), small_word);
            for text in [word.clone(), in_vni(&word), in_tcvn3(&word)] {
                let nfc_out = Coding::Tcvn3.decoded(&text);
                prop_assert!(nfc_out.nfc().eq(nfc_out.chars()));
            }
        }
    }
}
