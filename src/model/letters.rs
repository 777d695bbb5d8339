//! Vietnamese letters: one spelling for each, and what is left when marks are dropped.
//!
//! Everything that enters the program as text passes [`nfc`] at the door, so that
//! decomposed text (macOS, some scanners) is never silently lost to search.

use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, is_nfc_quick};

/// The 134 accented Vietnamese letters, upper and lower case.
pub const VIETNAMESE_LETTERS: &str = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ";

/// Text in composed form, with look-alike letters, apostrophes and spaces made one.
///
/// `Ð` (eth) and `Ɖ` become `Đ`; the apostrophes `’`, `ʼ`, `´` and the backquote become `'`; no-break spaces become spaces;
/// zero-width characters and soft hyphens go away.
///
/// ```
/// assert_eq!(sohoa::model::nfc("Nguye\u{302}\u{303}n K\u{2019}Bre\u{302}m"), "Nguyễn K'Brêm");
/// ```
pub fn nfc(text: &str) -> String {
    // Most of what passes is plain or composed already, and composing costs a microsecond.
    if text.chars().all(is_plain) {
        return text.to_owned();
    }
    if is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return text.chars().filter_map(unified).collect();
    }
    text.nfc().filter_map(unified).collect()
}

/// Whether [`nfc`] leaves a letter as it is, for sure and whatever stands around it: those of
/// Latin scripts that are composed already.
fn is_plain(letter: char) -> bool {
    match letter {
        '`' | '\u{a0}' | '\u{ad}' | '\u{b4}' | '\u{d0}' | '\u{f0}' | '\u{189}'
        | '\u{2bc}' => false,
        '\0'..'\u{300}' | '\u{1ea0}'..='\u{1ef9}' => true,
        _ => false,
    }
}

/// Letters below this one have their folded forms in a table.
const IN_TABLE: usize = 0x1f00;

/// What [`fold`] makes of a letter wherever it stands, by its number; a zero for letters that
/// become several or none, or that depend on what is around them.
fn folded_alone() -> &'static [char] {
    static TABLE: OnceLock<Vec<char>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let of = |number: usize| {
            let letter = char::from_u32(number as u32).filter(|letter| is_plain(*letter));
            let folded = letter.map(|letter| folded(&letter.to_string()));
            let mut folded = folded.iter().flat_map(|text| text.chars());
            folded.next().filter(|_| folded.next().is_none()).unwrap_or('\0')
        };
        (0..IN_TABLE).map(of).collect()
    })
}

/// The one spelling of a letter that has several; `None` for what has no width.
fn unified(letter: char) -> Option<char> {
    Some(match letter {
        '\u{d0}' | '\u{189}' => 'Đ',
        '\u{f0}' => 'đ',
        '\u{2019}' | '\u{2018}' | '\u{2bc}' | '\u{b4}' | '`' => '\'',
        '\u{a0}' | '\u{202f}' | '\u{2007}' => ' ',
        '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{ad}' => return None,
        other => other,
    })
}

/// Lower case without marks, `đ` as `d`: what somebody types without accents.
///
/// ```
/// assert_eq!(sohoa::model::fold("NGUYỄN Thị Đường"), "nguyen thi duong");
/// ```
pub fn fold(text: &str) -> String {
    if text.is_ascii() && !text.contains('`') {
        return text.to_ascii_lowercase();
    }
    let table = folded_alone();
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match table.get(letter as usize) {
            Some(&one) if one != '\0' => out.push(one),
            _ => return folded(text),
        }
    }
    out
}

/// [`fold`], letter by letter and mark by mark.
fn folded(text: &str) -> String {
    text.nfd()
        .filter(|&letter| !is_combining_mark(letter))
        .filter_map(unified)
        .flat_map(char::to_lowercase)
        .map(|letter| if letter == 'đ' { 'd' } else { letter })
        .collect()
}

/// [`fold`] of a single letter; `None` for a mark on its own.
pub fn fold_letter(letter: char) -> Option<char> {
    let base = std::iter::once(letter).nfd().next().and_then(unified)?;
    if is_combining_mark(base) {
        return None;
    }
    let lower = base.to_lowercase().next()?;
    Some(if lower == 'đ' { 'd' } else { lower })
}

/// Whether `letter` is a vowel, with whatever marks and in whatever case; `y` is one.
pub fn is_vowel(letter: char) -> bool {
    fold_letter(letter).is_some_and(|plain| "aeiouy".contains(plain))
}

/// Whether `letter` is an accented Vietnamese letter.
pub fn is_vietnamese_letter(letter: char) -> bool {
    VIETNAMESE_LETTERS.contains(letter)
}

/// Each accented letter with its plain one.
pub fn accent_pairs() -> impl Iterator<Item = (char, char)> {
    VIETNAMESE_LETTERS.chars().filter_map(|letter| Some((letter, fold_letter(letter)?)))
}

/// Tone marks in the order of the Vietnamese alphabet: grave, acute, tilde, hook, dot.
const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];

/// A letter in lower case without its tone, and the tone: 0 none, then grave, acute, tilde,
/// hook, dot.
pub fn toneless(letter: char) -> (char, u8) {
    let mut tone = 0;
    let kept: String = std::iter::once(letter)
        .nfd()
        .filter(|mark| match TONES.iter().position(|tone| tone == mark) {
            Some(at) => {
                tone = at as u8 + 1;
                false
            }
            None => true,
        })
        .collect();
    let lower = nfc(&kept).chars().flat_map(char::to_lowercase).next();
    (lower.unwrap_or(letter), tone)
}

/// Lower case with hats, horns and `đ` kept and every tone moved to the end of its word
/// as a digit, so that `hòa` and `hoà` are equal while `hoa` and `hòa` are not.
///
/// ```
/// use sohoa::model::canonical_tone;
/// assert_eq!(canonical_tone("Hoà"), canonical_tone("HÒA"));
/// assert_ne!(canonical_tone("Hoa"), canonical_tone("Hòa"));
/// ```
pub fn canonical_tone(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    for (index, word) in text.split_whitespace().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        let mut tones = String::new();
        let mut letters = String::new();
        for letter in word.nfd() {
            match TONES.iter().position(|&tone| tone == letter) {
                Some(tone) => tones.push_str(&(tone + 1).to_string()),
                None => letters.push(letter),
            }
        }
        out.extend(nfc(&letters).chars().flat_map(char::to_lowercase));
        out.push_str(&tones);
    }
    out
}

/// A name in capitals as it is written in data: each syllable with a capital, what
/// follows an apostrophe too (`K'BRÊM` → `K'Brêm`). A name that is not all in capitals
/// is left as it is, because its case carries information (`K'Brêm`, `Kơ Să`).
pub fn title_case_name(name: &str) -> String {
    if name.chars().any(char::is_lowercase) {
        return name.to_owned();
    }
    let mut out = String::with_capacity(name.len());
    let mut at_start = true;
    for letter in name.chars() {
        if at_start {
            out.push(letter);
        } else {
            out.extend(letter.to_lowercase());
        }
        at_start = !letter.is_alphabetic();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_134_letters_survive_composition_and_fold_to_plain_ones() {
        assert_eq!(VIETNAMESE_LETTERS.chars().count(), 134);
        for letter in VIETNAMESE_LETTERS.chars() {
            let decomposed: String = std::iter::once(letter).nfd().collect();
            assert_eq!(nfc(&decomposed), letter.to_string());
            let plain = fold(&decomposed);
            assert!(plain.len() == 1 && plain.is_ascii(), "{letter} folds to {plain}");
            assert_eq!(fold_letter(letter).map(String::from), Some(plain));
        }
    }

    #[test]
    fn the_table_of_letters_says_what_decomposing_says() {
        for letter in (0..0x2_0000).filter_map(char::from_u32) {
            let (alone, text) = (letter.to_string(), format!("Đa{letter}Ầ"));
            assert_eq!(fold(&text), folded(&text), "{letter:?}");
            let composed: String = alone.nfc().filter_map(unified).collect();
            assert_eq!(nfc(&alone), composed, "{letter:?}");
        }
    }

    #[test]
    fn names_in_capitals_become_names_as_written_in_data() {
        for (printed, expected) in [
            ("LÒ VĂN MẪU", "Lò Văn Mẫu"),
            ("K'BRÊM", "K'Brêm"),
            ("Kơ Să K'Hoa", "Kơ Să K'Hoa"),
            ("VÀNG A SÚA", "Vàng A Súa"),
        ] {
            assert_eq!(title_case_name(printed), expected);
        }
    }
}
