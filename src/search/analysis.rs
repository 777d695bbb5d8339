//! From text to syllables, each in the forms in which it is compared.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::hash::FastMap;
use crate::config::index::{IndexDefinitions, Same};
use crate::model::{canonical_tone, fold, nfc};

/// Longest syllable that is kept, in letters: beyond it is noise of the recogniser.
const MAX_LETTERS: usize = 24;

/// Most syllables that searches remember together: Vietnamese has some seven thousand, and
/// recognisers make more. About 300 bytes each.
const MAX_REMEMBERED: usize = 40_000;

/// A syllable in the forms in which it is compared, from the strict to the lax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Syllable {
    /// Lower case, NFC.
    pub(super) verbatim: String,
    /// Tone at the end as a digit, `y` as `i` where they are one.
    pub(super) canonical: String,
    /// Without marks, `y` as `i` where they are one.
    pub(super) folded: String,
    /// As it sounds to a clerk who spells by ear.
    pub(super) sound: String,
    /// Which letters the folded form has, a bit for each (and for others by chance).
    pub(super) letters: u32,
    /// How many letters the folded form has.
    pub(super) length: usize,
}

impl Syllable {
    /// The forms of one syllable, which holds no space.
    pub(super) fn new(text: &str) -> Self {
        let verbatim: String =
            nfc(text).chars().take(MAX_LETTERS).flat_map(char::to_lowercase).collect();
        let folded = one_i(&fold(&verbatim));
        Self {
            canonical: one_i(&canonical_tone(&verbatim)),
            sound: sound(&folded),
            letters: letters_in(&folded),
            length: folded.chars().count(),
            folded,
            verbatim,
        }
    }

    /// The same, remembered for all searches: names are made of few syllables.
    pub(super) fn remembered(text: &str) -> Arc<Self> {
        static KNOWN: OnceLock<RwLock<FastMap<String, Arc<Syllable>>>> = OnceLock::new();
        let known = KNOWN.get_or_init(RwLock::default);
        if let Some(syllable) =
            known.read().unwrap_or_else(PoisonError::into_inner).get(text)
        {
            return Arc::clone(syllable);
        }
        let syllable = Arc::new(Self::new(text));
        let mut known = known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_REMEMBERED {
            known.clear();
        }
        known.insert(text.to_owned(), Arc::clone(&syllable));
        syllable
    }

    /// The forms of a syllable that is folded already.
    pub(super) fn of_folded(folded: String) -> Self {
        Self {
            verbatim: folded.clone(),
            canonical: folded.clone(),
            sound: sound(&folded),
            letters: letters_in(&folded),
            length: folded.chars().count(),
            folded,
        }
    }

    /// Whether any letter carries a mark (or is `đ`).
    pub(super) fn has_marks(&self) -> bool {
        !self.verbatim.is_ascii()
    }
}

/// The letters of a folded syllable as bits, `y` as `i`.
fn letters_in(folded: &str) -> u32 {
    let letters = folded.chars().map(|letter| if letter == 'y' { 'i' } else { letter });
    letters.fold(0, |all, letter| all | 1 << (u32::from(letter) & 31))
}

/// Cuts text at everything that is neither letter nor digit.
///
/// `K'Brêm` is two syllables, as are `K' Brêm` and `K Brêm`; [`joined`] makes `kbrêm`.
pub(super) fn syllables_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || is_breve(letter)))
        .filter(|word| !word.is_empty())
}

/// Combining marks that stay after NFC in the spellings of the highlands.
fn is_breve(letter: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&letter)
}

/// Whether two syllables are also written as one: a single letter before another
/// (`K'Brêm`, `H Linh`, `Y Bhin`) or a clan's two (`Ka Brel`).
pub(super) fn joined(first: &str, second: &str) -> Option<String> {
    (first.chars().count() <= 2 && !second.is_empty()).then(|| format!("{first}{second}"))
}

/// `y` as `i` where it is the whole rhyme, or follows `qu`: `lý` and `lí` are one name,
/// `thúy` and `thúi` are not. Digits of the tone may follow.
fn one_i(syllable: &str) -> String {
    let letters: Vec<char> = syllable.chars().collect();
    let end = letters.iter().rposition(|letter| !letter.is_ascii_digit());
    let Some(end) = end else { return syllable.to_owned() };
    if letters.get(end) != Some(&'y') {
        return syllable.to_owned();
    }
    let before = letters.get(..end).unwrap_or_default();
    let is_rhyme = before.iter().all(|letter| !is_vowel(*letter)) || before == ['q', 'u'];
    if !is_rhyme {
        return syllable.to_owned();
    }
    let swap = |(at, &letter): (usize, &char)| if at == end { 'i' } else { letter };
    letters.iter().enumerate().map(swap).collect()
}

/// Vietnamese vowels, with their hats but without tones.
fn is_vowel(letter: char) -> bool {
    "aăâeêioôơuưy".contains(letter)
}

/// The tables of sounds, longest spelling first.
struct Sounds {
    onsets: Vec<(String, String)>,
    endings: Vec<(String, String)>,
    twins: HashMap<String, String>,
}

impl Sounds {
    fn get() -> &'static Self {
        static SOUNDS: OnceLock<Sounds> = OnceLock::new();
        SOUNDS.get_or_init(|| {
            let tables = &IndexDefinitions::get().analyzers;
            Self {
                onsets: longest_first(&tables.onset),
                endings: longest_first(&tables.ending),
                twins: spellings(&tables.twin).collect(),
            }
        })
    }
}

fn spellings(groups: &[Same]) -> impl Iterator<Item = (String, String)> {
    groups.iter().flat_map(|group| {
        let first = group.same.first().cloned().unwrap_or_default();
        group.same.iter().map(move |spelling| (spelling.clone(), first.clone()))
    })
}

fn longest_first(groups: &[Same]) -> Vec<(String, String)> {
    let mut all: Vec<_> = spellings(groups).collect();
    all.sort_by_key(|(spelling, _)| std::cmp::Reverse(spelling.len()));
    all
}

/// How a folded syllable sounds: one spelling for what clerks exchange.
pub(super) fn sound(folded: &str) -> String {
    let sounds = Sounds::get();
    if let Some(twin) = sounds.twins.get(folded) {
        return twin.clone();
    }
    let mut key = folded.to_owned();
    for (spelling, first) in &sounds.onsets {
        // `gi` alone (`Gi`), and `c` before nothing, are whole syllables.
        let rest = folded.strip_prefix(spelling.as_str());
        if let Some(rest) = rest.filter(|rest| !rest.is_empty()) {
            key = format!("{first}{rest}");
            break;
        }
    }
    for (spelling, first) in &sounds.endings {
        let rest = key.strip_suffix(spelling.as_str());
        if let Some(rest) = rest.filter(|rest| rest.ends_with(is_vowel)) {
            return format!("{rest}{first}");
        }
    }
    if key.ends_with('y') {
        key.pop();
        key.push('i');
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_meet_in_their_canonical_form() {
        for (one, other) in
            [("Hoà", "hòa"), ("Thuý", "THÚY"), ("Lý", "lí"), ("quý", "quí"), ("Mỹ", "mĩ")]
        {
            assert_eq!(Syllable::new(one).canonical, Syllable::new(other).canonical);
        }
        for (one, other) in [("Thúy", "thúi"), ("Tây", "tâi"), ("Hoa", "hòa")] {
            assert_ne!(Syllable::new(one).canonical, Syllable::new(other).canonical);
        }
    }

    #[test]
    fn what_sounds_alike_has_one_key() {
        for (one, other) in [
            ("giang", "dang"),
            ("xung", "sung"),
            ("chieng", "trieng"),
            ("lo", "no"),
            ("huynh", "hoang"),
            ("ly", "ni"),
        ] {
            assert_eq!(
                sound(&Syllable::new(one).folded),
                sound(&Syllable::new(other).folded)
            );
        }
        assert_ne!(sound("lan"), sound("lam"));
    }

    #[test]
    fn names_of_the_highlands_fall_into_the_same_syllables() {
        for written in ["K'Brêm", "K’ Brêm", "K Brêm"] {
            let text = nfc(written);
            assert_eq!(
                syllables_of(&text).collect::<Vec<_>>(),
                ["K", "Brêm"],
                "{written}"
            );
        }
        assert_eq!(joined("k", "brem").as_deref(), Some("kbrem"));
    }
}
