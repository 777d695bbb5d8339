//! From words to a field with its text, value, confidence and place.

use std::ops::Range;
use std::sync::LazyLock;

use crate::model::{Calibration, Field, FieldState, Letter, Quad, Word, nfc};

use super::form::FormField;
use super::normal::{self, Context, Normalized};
use super::sheet::Piece;

/// Marks that are no part of a value at its start.
const LEADING: &[char] = &[':', ';', ',', '.', ')', '\'', '’', '*', '|', '~', '–'];
/// Marks that are no part of a value at its end.
const TRAILING: &[char] = &[':', ';', ',', '.', '*', '|', '~', '–', '_', '('];
/// Marks that begin the next item of a list where they stand alone at the end of a value.
const BULLETS: &[char] = &['-', '–', '+', '•'];
/// What each letter of a wrong label takes from the confidence.
const LABEL_PRICE: f32 = 0.05;
/// (How sure the words and their meaning look, how often such a value is right), fitted on the
/// values of the development corpus. Nobody looks again at what is shown as 0.9 or more, and
/// wrong is worse than unsure: a measure counts for that much from where 49 of 50 are
/// right, and up to there for a little less than it is.
const KNOTS: [[f32; 2]; 12] = [
    [0.1, 0.54],
    [0.2, 0.64],
    [0.3, 0.74],
    [0.5, 0.8],
    [0.6, 0.83],
    [0.7, 0.885],
    [0.8, 0.893],
    [0.97, 0.896],
    [0.973, 0.955],
    [0.976, 0.98],
    [0.979, 0.99],
    [0.985, 0.993],
];
/// The same, ready for use.
static CALIBRATION: LazyLock<Calibration> =
    LazyLock::new(|| Calibration::new(&KNOTS).unwrap_or_default());

/// The words as they stand on the paper.
pub(super) fn text_of(pieces: &[Piece]) -> String {
    let text = joined(pieces);
    text[within_marks(&text)].to_owned()
}

fn joined(pieces: &[Piece]) -> String {
    let words: Vec<&str> = pieces.iter().map(|piece| piece.word.text.as_str()).collect();
    nfc(&words.join(" "))
}

/// The bytes of a text without the marks at its ends that are the form's.
fn within_marks(text: &str) -> Range<usize> {
    let mut inside = text.trim_start_matches(LEADING).trim();
    loop {
        let length = inside.len();
        inside = inside.trim_end_matches(TRAILING).trim_end();
        let without = inside.trim_end_matches(BULLETS);
        if without.ends_with(char::is_whitespace) {
            inside = without.trim_end();
        }
        if inside.ends_with(')') && !inside.contains('(') {
            inside = inside.trim_end_matches(')').trim_end();
        }
        if inside.len() == length {
            break;
        }
    }
    if inside.starts_with('(') && !inside.contains(')') {
        inside = inside.trim_start_matches('(').trim_start();
    }
    let start = inside.as_ptr() as usize - text.as_ptr() as usize;
    start..start + inside.len()
}

/// Where the words stand, without the marks at their ends that are the form's.
fn place_of(pieces: &[Piece]) -> Option<Quad> {
    let text = joined(pieces);
    let inside = within_marks(&text);
    let letters = |bytes: usize| text[..bytes].chars().count();
    let inside = letters(inside.start)..letters(inside.end);
    let mut begin = 0;
    let parts = pieces.iter().filter_map(|Piece { word, .. }| {
        let length = word.text.chars().count();
        let from = inside.start.saturating_sub(begin);
        let to = inside.end.saturating_sub(begin).min(length);
        begin += length + 1;
        (from < to).then(|| word.part(from..to).quad)
    });
    Quad::around(&parts.collect::<Vec<_>>())
}

/// How certain it is that some words are a value of a field, 0–1.
pub(super) fn certainty(field: &FormField, pieces: &[Piece], context: &Context) -> f32 {
    let text = text_of(pieces);
    if text.is_empty() {
        return 0.3;
    }
    if !field.templates.is_empty() {
        return 0.5;
    }
    normal::normalize(&field.spec.value_type, &text, context)
        .map_or(0.5, |it| if it.value.is_some() { it.certainty } else { 0.0 })
}

/// How certain it is that some words are a value of a type, 0–1; nothing for a type that
/// there is none of.
pub(super) fn certainty_of(value_type: &str, pieces: &[Piece], context: &Context) -> f32 {
    normal::normalize(value_type, &text_of(pieces), context)
        .map_or(0.0, |it| if it.value.is_some() { it.certainty } else { 0.0 })
}

/// A field made of words; `None` where nothing is written.
///
/// Its confidence is how often such values are right: it hangs on the worst of its words as
/// much as on all of them.
pub(super) fn field(
    value_type: &str,
    pieces: &[Piece],
    page: u32,
    label_cost: f32,
    context: &Context,
) -> Option<Field> {
    let mut field = as_it_looks(value_type, pieces, page, label_cost, context)?;
    if field.value.is_some() {
        let least = pieces.iter().map(|piece| piece.word.confidence).fold(1.0, f32::min);
        let worst = (least / mean_confidence(pieces).max(f32::EPSILON)).min(1.0);
        field.confidence = CALIBRATION.apply(field.confidence * worst.sqrt());
    }
    Some(field)
}

/// A field made of words, with a confidence that only tells how well they look and fit.
pub(super) fn as_it_looks(
    value_type: &str,
    pieces: &[Piece],
    page: u32,
    label_cost: f32,
    context: &Context,
) -> Option<Field> {
    let text = text_of(pieces);
    if !text.chars().any(|letter| letter.is_alphanumeric() || letter == '-') {
        return None;
    }
    let meaning = meaning(value_type, &text, pieces, context)?;
    if meaning.state == FieldState::Absent {
        return None;
    }
    let read = mean_confidence(pieces);
    let confidence = if meaning.value.is_some() {
        read * (1.0 - LABEL_PRICE * label_cost).max(0.5)
            * meaning.certainty.max(0.05).sqrt()
    } else {
        read * 0.5
    };
    Some(Field {
        text,
        value: meaning.value,
        state: meaning.state,
        confidence: confidence.clamp(0.0, 1.0),
        page: Some(page),
        quad: place_of(pieces),
        alternatives: meaning.alternatives,
    })
}

/// What the words mean. Where the plain reading has no certain meaning, the alternatives
/// that the engine saw are asked too. Figures beside ink that nobody read have none: `22` may
/// be the rest of `224`.
fn meaning(
    value_type: &str,
    text: &str,
    pieces: &[Piece],
    context: &Context,
) -> Option<Normalized> {
    let plain = normal::normalize(value_type, text, context)?;
    let is_unread = |piece: &Piece| piece.word.letters.iter().any(Letter::is_unread);
    if normal::must_be_whole(value_type) && pieces.iter().any(is_unread) {
        return Some(plain.refused());
    }
    let is_whole = plain.value.is_some() && plain.certainty >= 1.0;
    if is_whole && !normal::has_lexicon(value_type) {
        return Some(plain);
    }
    let decoded = normal::decode(value_type, &words_of(pieces), context);
    Some(decoded.filter(|decoded| decoded.value.is_some()).unwrap_or(plain))
}

/// The words without their places.
pub(super) fn words_of(pieces: &[Piece]) -> Vec<Word> {
    pieces.iter().map(|piece| piece.word.clone()).collect()
}

/// Mean confidence of words, each weighted with its letters.
pub(super) fn mean_confidence(pieces: &[Piece]) -> f32 {
    let mut sum = 0.0;
    let mut letters = 0.0;
    for piece in pieces {
        let length = piece.word.text.chars().count() as f32;
        sum += length * piece.word.confidence;
        letters += length;
    }
    if letters > 0.0 { sum / letters } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rect;

    fn pieces(words: &[(&str, f32)]) -> Vec<Piece> {
        let mut left = 0.0;
        let mut piece = |&(text, confidence): &(&str, f32)| {
            let right = left + 10.0 * text.chars().count() as f32;
            let quad = Quad::from(Rect { left, top: 0.0, right, bottom: 20.0 });
            left = right + 10.0;
            let text = text.to_owned();
            let word = Word { text, quad, confidence, ..Word::default() };
            Piece { rect: word.quad.bounds(), word }
        };
        words.iter().map(&mut piece).collect()
    }

    fn confidence(words: &[(&str, f32)]) -> f32 {
        let found = field("text", &pieces(words), 1, 0.0, &Context::default()).unwrap();
        assert!(found.value.is_some());
        found.confidence
    }

    #[test]
    fn the_knots_are_a_calibration() {
        assert!(Calibration::new(&KNOTS).is_some());
    }

    #[test]
    fn what_the_form_prints_behind_a_value_is_no_part_of_its_text_or_place() {
        let read = |words: &[(&str, f32)]| {
            let it = field("text", &pieces(words), 1, 0.0, &Context::default()).unwrap();
            let bounds = it.quad.unwrap().bounds();
            (it.text, bounds.left, bounds.right)
        };
        let whole = read(&[("533", 0.9)]);
        for words in [
            &[("533;", 0.9)][..],
            &[("533;", 0.9), ("-", 0.9)],
            &[("533);", 0.9), ("–", 0.9)],
        ] {
            let (text, left, right) = read(words);
            assert_eq!((text.as_str(), left), ("533", whole.1), "{words:?}");
            let word = pieces(words)[0].rect.right;
            assert!((whole.1..word).contains(&right), "{words:?}: {right} of {word}");
        }
        let behind = read(&[(":", 0.9), ("Mẫu", 0.9)]);
        assert_eq!(behind.0, "Mẫu");
        assert!(behind.1 > pieces(&[(":", 0.9)])[0].rect.left);
        assert_eq!(read(&[("27-", 0.9)]).0, "27-");
    }

    #[test]
    fn figures_beside_ink_that_nobody_read_are_no_number() {
        let read = |value_type: &str, letter: Letter| {
            let mut pieces = pieces(&[("22", 0.5)]);
            pieces[0].word.letters.push(letter);
            field(value_type, &pieces, 1, 0.0, &Context::default()).unwrap()
        };
        let number = read("parcel-no", Letter::unread(0.5));
        assert_eq!((number.value, number.state), (None, FieldState::Illegible));
        assert_eq!(
            (number.text.as_str(), number.alternatives),
            ("22", vec!["22".into()])
        );
        let whole = read("parcel-no", Letter { may_be: vec![('2', 0.5), ('3', 0.5)] });
        assert_eq!(whole.value.as_deref(), Some("22"));
        assert_eq!(read("text", Letter::unread(0.5)).value.as_deref(), Some("22"));
    }

    #[test]
    fn one_doubtful_word_counts_for_more_than_its_share_of_the_letters() {
        let words = ["Nhận", "chuyển", "nhượng", "quyền", "sử", "dụng", "đất"];
        let sure = words.map(|word| (word, 0.99));
        let mut one = sure;
        one[4].1 = 0.9;
        let mean = mean_confidence(&pieces(&one));
        let all = words.map(|word| (word, mean));
        assert!(confidence(&sure) >= 0.98, "{}", confidence(&sure));
        assert!(confidence(&all) >= 0.98, "{}", confidence(&all));
        assert!(confidence(&one) < 0.9, "{}", confidence(&one));
    }
}
