//! Whether the text that a document carries can be trusted, and what it says.
//!
//! ```text
//! words of the file ──decoded──▶ Vietnamese ──weighed──▶ used, or the page is recognised
//! ```
//!
//! Fonts from before Unicode are decoded, by their names or by what their letters become.
//! What is left must look like Vietnamese; that it covers the ink of the page is checked
//! where the lines of the page are known ([`place`]).

mod legacy;
mod place;
mod syllable;
#[cfg(test)]
mod tests;

pub use place::{Placed, place};

use super::page::{LayerWord, TextLayer};
use crate::model::{Quad, TextSource, is_vietnamese_letter, nfc};
use legacy::Coding;
use syllable::is_syllable;

/// Share of letters that may be unknown (no mapping to Unicode, private use). One ligature
/// in a page of 1,000 letters is no reason to distrust the rest; a font without a mapping
/// has a share near 1.
const MAX_UNKNOWN: f64 = 0.02;

/// Share of the words that must be syllables. Printed forms have 0.95 and more, English
/// has 0.35, a layer whose letters are exchanged for others below 0.2.
const MIN_SYLLABLES: f64 = 0.7;

/// Share of the words that must bear marks. In Vietnamese three of four do; other people's
/// recognition without Vietnamese leaves none.
const MIN_MARKED: f64 = 0.2;

/// Fewest words of which the two shares are asked: a page of a map has numbers only.
const FEWEST_WORDS: usize = 8;

/// Fewest words beyond ASCII by which the coding of a font without a name is told.
const FEWEST_TELLING: usize = 4;

/// By how much more of the words must be syllables in an old coding than as they stand,
/// where the name of the font does not tell the coding.
const CLEARLY_MORE: f64 = 0.25;

/// What the text of a document was found to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighed {
    /// Whether it is used, and why.
    pub source: TextSource,
    /// Its words, composed Unicode, in pixels of the page image; empty if it is not used.
    pub words: Vec<LayerWord>,
}

impl Weighed {
    fn not_used(source: TextSource) -> Self {
        Self { source, words: Vec::new() }
    }
}

/// Weighs the text of a page.
///
/// Text that cannot be seen lies under scans and is somebody's recognition; it counts only
/// if `trust_hidden`.
pub fn weigh(layer: Option<TextLayer>, trust_hidden: bool) -> Weighed {
    let Some(layer) = layer else { return Weighed::not_used(TextSource::None) };
    let TextLayer { mut words, fonts } = layer;
    words.retain(|word| word.visible || trust_hidden);
    if words.is_empty() {
        return Weighed::not_used(TextSource::Hidden);
    }
    let codings: Vec<Option<Coding>> = fonts
        .iter()
        .enumerate()
        .map(|(font, name)| {
            let texts = words.iter().filter(|word| word.font == font);
            coding(name, &texts.map(|word| word.text.as_str()).collect::<Vec<_>>())
        })
        .collect();
    let mut decoded = [0_usize; 2];
    for word in &mut words {
        let name = fonts.get(word.font).map_or("", String::as_str);
        let coding = codings.get(word.font).copied().flatten();
        match coding {
            Some(Coding::Tcvn3) => decoded[0] += 1,
            Some(Coding::Vni) => decoded[1] += 1,
            None => {}
        }
        word.text = meant(&word.text, coding, name);
    }
    let words = joined(words);
    if !is_sound(&words) {
        return Weighed::not_used(TextSource::Garbage);
    }
    let source = match decoded {
        [0, 0] => TextSource::Sound,
        [tcvn3, vni] if tcvn3 >= vni => TextSource::LegacyTcvn3,
        _ => TextSource::LegacyVni,
    };
    Weighed { source, words }
}

/// The old coding of a font's letters; `None` if they are Unicode.
fn coding(name: &str, texts: &[&str]) -> Option<Coding> {
    // Letters that no old coding shows say that somebody has decoded them already.
    let beyond = texts.iter().any(|text| {
        text.chars().any(|it| is_vietnamese_letter(it) && (it as u32) > 0xFF)
    });
    if beyond {
        return None;
    }
    if let Some(named) = Coding::of_font(name) {
        return Some(named);
    }
    let telling: Vec<&str> =
        texts.iter().copied().filter(|text| !text.is_ascii()).collect();
    if telling.len() < FEWEST_TELLING {
        return None;
    }
    let share = |coding: Option<Coding>| {
        let read = telling.iter().map(|text| meant(text, coding, ""));
        let (all, syllables) = read.fold((0_usize, 0_usize), |(all, good), text| {
            let (words, syllables, _) = counts(&text);
            (all + words.max(1), good + syllables)
        });
        syllables as f64 / all.max(1) as f64
    };
    let best = [Coding::Tcvn3, Coding::Vni]
        .into_iter()
        .map(|coding| (share(Some(coding)), coding))
        .reduce(|a, b| if b.0 > a.0 { b } else { a })?;
    (best.0 >= MIN_SYLLABLES && best.0 >= share(None) + CLEARLY_MORE).then_some(best.1)
}

/// What a word of a font says.
fn meant(text: &str, coding: Option<Coding>, font: &str) -> String {
    let Some(coding) = coding else { return nfc(text) };
    let mut decoded = coding.decoded(text);
    if coding == Coding::Tcvn3 && decoded.contains('-') {
        decoded = with_hyphens_read(&decoded);
    }
    if coding == Coding::Tcvn3 && legacy::draws_capitals(font) {
        decoded = decoded.to_uppercase();
    }
    decoded
}

/// `ư` has the code of the soft hyphen in TCVN3, which some programs write as a hyphen:
/// `L-¬ng` is `Lương`. It is read so where that makes a syllable.
fn with_hyphens_read(word: &str) -> String {
    let other = word.replace('-', "ư");
    let letters = other.trim_matches(|letter: char| !letter.is_alphabetic());
    if letters.chars().count() > 1 && is_syllable(letters) {
        return other;
    }
    word.to_owned()
}

/// Words of which a part goes on without a gap in another font, as one.
fn joined(words: Vec<LayerWord>) -> Vec<LayerWord> {
    let mut out: Vec<LayerWord> = Vec::with_capacity(words.len());
    for word in words {
        match out.last_mut() {
            Some(before) if word.goes_on && before.visible == word.visible => {
                before.text.push_str(&word.text);
                before.text = nfc(&before.text);
                let [top_left, _, _, bottom_left] = before.quad.0;
                let [_, top_right, bottom_right, _] = word.quad.0;
                before.quad = Quad([top_left, top_right, bottom_right, bottom_left]);
            }
            _ => out.push(word),
        }
    }
    out.retain(|word| !word.text.trim().is_empty());
    out
}

/// Whether a letter stands for nothing that is known.
fn is_unknown(letter: char) -> bool {
    letter == char::REPLACEMENT_CHARACTER
        || (letter.is_control() && !letter.is_whitespace())
        || ('\u{e000}'..='\u{f8ff}').contains(&letter)
        || (letter as u32) >= 0xF_0000
}

/// Words of letters in a text, how many of these are syllables, and how many bear marks.
/// Numbers, single letters and what is abbreviated in capitals count for nothing.
fn counts(text: &str) -> (usize, usize, usize) {
    let (mut all, mut syllables, mut marked) = (0, 0, 0);
    for run in text.split(|letter: char| {
        letter.is_whitespace()
            || letter.is_ascii_punctuation()
            || "“”–—…".contains(letter)
    }) {
        let letters = run.chars().filter(|letter| letter.is_alphabetic()).count();
        if letters < 2 || run.chars().any(|letter| letter.is_ascii_digit()) {
            continue;
        }
        let is_one = is_syllable(run);
        let is_abbreviation =
            letters <= 6 && run.chars().all(char::is_uppercase) && !is_one;
        if is_abbreviation {
            continue;
        }
        all += 1;
        syllables += usize::from(is_one);
        marked += usize::from(is_one && run.chars().any(is_vietnamese_letter));
    }
    (all, syllables, marked)
}

/// Whether the words look like Vietnamese, or are too few to tell and of known letters.
fn is_sound(words: &[LayerWord]) -> bool {
    let letters = || words.iter().flat_map(|word| word.text.chars());
    let unknown = letters().filter(|letter| is_unknown(*letter)).count();
    if unknown as f64 > MAX_UNKNOWN * letters().count() as f64 {
        return false;
    }
    let (all, syllables, marked) = words
        .iter()
        .map(|word| counts(&word.text))
        .fold((0, 0, 0), |(all, syllables, marked), (a, s, m)| {
            (all + a, syllables + s, marked + m)
        });
    all < FEWEST_WORDS
        || (syllables as f64 >= MIN_SYLLABLES * all as f64
            && marked as f64 >= MIN_MARKED * all as f64)
}
