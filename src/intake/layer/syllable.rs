//! Whether letters can be a Vietnamese syllable.

use unicode_normalization::UnicodeNormalization as _;

/// Tone marks: grave, acute, tilde, hook, dot.
const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];

/// Consonants with which a syllable may begin; it may also begin with its vowel.
const STARTS: [&str; 28] = [
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng",
    "ngh", "nh", "p", "ph", "qu", "r", "s", "t", "th", "tr", "v", "x",
];

/// Vowels of a syllable, without tones.
const VOWELS: [&str; 49] = [
    "a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y", "ai", "ao", "au", "ay",
    "âu", "ây", "eo", "êu", "ia", "iê", "iêu", "iu", "oa", "oă", "oai", "oao", "oay",
    "oe", "oeo", "oi", "oo", "ôi", "ơi", "ua", "uâ", "uây", "uê", "uêu", "ui", "uô",
    "uôi", "uơ", "uy", "uya", "uyê", "ưa", "ươ",
];

/// Further vowels of a syllable, of which some stand only after certain consonants.
const RARER_VOWELS: [&str; 7] = ["ưi", "ưu", "ươi", "ươu", "yê", "yêu", "uyu"];

/// Consonants with which a syllable may end.
const ENDS: [&str; 9] = ["", "c", "ch", "m", "n", "ng", "nh", "p", "t"];

/// Whether `letters`, letters only and composed, can be a Vietnamese syllable, whatever
/// its case: a start, vowels and an end that the language has, and one tone at most.
pub(super) fn is_syllable(letters: &str) -> bool {
    let mut tones = 0;
    let plain: String = letters
        .nfd()
        .filter(|letter| {
            let is_tone = TONES.contains(letter);
            tones += usize::from(is_tone);
            !is_tone
        })
        .nfc()
        .flat_map(char::to_lowercase)
        .collect();
    tones <= 1
        && STARTS.iter().any(|start| plain.strip_prefix(start).is_some_and(is_rime))
}

fn is_rime(letters: &str) -> bool {
    ENDS.iter()
        .filter_map(|end| letters.strip_suffix(end))
        .any(|vowels| VOWELS.contains(&vowels) || RARER_VOWELS.contains(&vowels))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_are_told_from_other_letters() {
        for syllable in
            "CỘNG hòa xã Hội chủ nghĩa Việt Nam nguyễn quyền khuya gì giếng quốc huýt \
             xoong oanh yêu ưu người hươu ươm thuở nghiêng"
                .split_whitespace()
        {
            assert!(is_syllable(syllable), "{syllable}");
        }
        for other in
            "hßa x· chñ nghÜa ViÖt coäng scanned strength qt bcd Nguyenx aaa wz đđ òá"
                .split_whitespace()
        {
            assert!(!is_syllable(other), "{other}");
        }
    }
}
