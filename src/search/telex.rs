//! What the keys of a Vietnamese keyboard leave when it was switched off: `phangf a theenhs`.

/// Keys that make a tone, with the combining mark.
const TONE_KEYS: [(char, char); 5] = [
    ('f', '\u{300}'),
    ('s', '\u{301}'),
    ('x', '\u{303}'),
    ('r', '\u{309}'),
    ('j', '\u{323}'),
];

/// Undoes Telex: `theenhs` → `thếnh`, `hawcj` → `hặc`, `dduowcj` → `được`.
///
/// `None` where nothing in the word looks like Telex: marks are there already, or no key
/// of a tone or hat stands where no Vietnamese syllable has such a letter.
pub(super) fn decoded(word: &str) -> Option<String> {
    let lower: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
    if lower.len() < 2 || !lower.iter().all(char::is_ascii_alphabetic) {
        return None;
    }
    let mut letters = Vec::with_capacity(lower.len());
    let mut tone = None;
    for &key in &lower {
        let after_vowel = letters.iter().any(|&letter| is_vowel(letter));
        let mark = TONE_KEYS.iter().find(|(tone_key, _)| *tone_key == key);
        // A tone key stands behind the vowel, and is the last key or leaves a syllable.
        if let Some((_, mark)) = mark.filter(|_| after_vowel && tone.is_none()) {
            tone = Some(*mark);
        } else if !hat(&mut letters, key) {
            letters.push(key);
        }
    }
    let plain: String = letters.iter().collect();
    if tone.is_none() && plain.is_ascii() {
        return None;
    }
    Some(with_tone(&letters, tone))
}

/// Turns the last fitting letter into the one with a hat, horn or bar; whether it did.
fn hat(letters: &mut [char], key: char) -> bool {
    if key == 'w' {
        return horn(letters);
    }
    let Some(last) = letters.last_mut() else { return false };
    let hatted = match (*last, key) {
        ('a', 'a') => 'â',
        ('e', 'e') => 'ê',
        ('o', 'o') => 'ô',
        ('d', 'd') => 'đ',
        _ => return false,
    };
    *last = hatted;
    true
}

/// `w`: a → ă, o → ơ, u → ư, uo → ươ, for the last of them.
fn horn(letters: &mut [char]) -> bool {
    let Some(at) = letters.iter().rposition(|letter| "aou".contains(*letter)) else {
        return false;
    };
    let before = at.checked_sub(1).and_then(|before| letters.get(before).copied());
    let Some(letter) = letters.get_mut(at) else { return false };
    *letter = match *letter {
        'a' => 'ă',
        'o' => 'ơ',
        _ => 'ư',
    };
    if *letter == 'ơ'
        && before == Some('u')
        && let Some(first) = at.checked_sub(1).and_then(|at| letters.get_mut(at))
    {
        *first = 'ư';
    }
    true
}

fn is_vowel(letter: char) -> bool {
    "aăâeêioôơuưy".contains(letter)
}

/// Puts the tone on the vowel that carries it: one with a hat, else the middle of three
/// or the first of two at the end of the word, else the last.
fn with_tone(letters: &[char], tone: Option<char>) -> String {
    let mut vowels: Vec<usize> = letters
        .iter()
        .enumerate()
        .filter(|(_, letter)| is_vowel(**letter))
        .map(|(at, _)| at)
        .collect();
    let starts_with = |start: [char; 2]| letters.starts_with(&start);
    if vowels.len() > 1 && (starts_with(['q', 'u']) || starts_with(['g', 'i'])) {
        vowels.remove(0);
    }
    let hatted = vowels
        .iter()
        .rev()
        .find(|at| letters.get(**at).is_some_and(|letter| !letter.is_ascii()));
    let ends_open = vowels.last().is_some_and(|last| last + 1 == letters.len());
    let place = match (hatted, vowels.as_slice()) {
        (Some(at), _) => Some(*at),
        (None, [_, middle, _]) => Some(*middle),
        (None, [first, _]) if ends_open => Some(*first),
        (None, [.., last]) => Some(*last),
        (None, []) => None,
    };
    let mut word = String::new();
    for (at, letter) in letters.iter().enumerate() {
        word.push(*letter);
        if Some(at) == place {
            word.extend(tone);
        }
    }
    crate::model::nfc(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_letters_and_plain_words_stay() {
        for (typed, expected) in [
            ("phangf", Some("phàng")),
            ("theenhs", Some("thếnh")),
            ("loongf", Some("lồng")),
            ("thij", Some("thị")),
            ("hawcj", Some("hặc")),
            ("quynhf", Some("quỳnh")),
            ("nguyeenx", Some("nguyễn")),
            ("dduowcj", Some("được")),
            ("vawn", Some("văn")),
            ("lys", Some("lý")),
            ("sinhf", Some("sình")),
            ("nguyen", None),
            ("thi", None),
            ("sung", None),
            ("xa", None),
            ("a", None),
            ("K", None),
        ] {
            assert_eq!(decoded(typed).as_deref(), expected, "{typed}");
        }
    }
}
