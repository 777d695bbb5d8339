//! From words to a field with its text, value, confidence and place.

use std::sync::LazyLock;

use crate::model::{Calibration, Field, FieldState, Letter, Quad, Word, nfc};

use super::form::FormField;
use super::normal::{self, Context, Normalized};
use super::sheet::Piece;

/// Marks that are no part of a value at its start.
const LEADING: &[char] = &[':', ';', ',', '.', ')', '\'', '’', '*', '|', '~', '–'];
/// Marks that are no part of a value at its end.
const TRAILING: &[char] = &[':', ';', ',', '.', '*', '|', '~', '–', '_', '('];
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
    let words: Vec<&str> = pieces.iter().map(|piece| piece.word.text.as_str()).collect();
    let text = nfc(&words.join(" "));
    let mut text =
        text.trim_start_matches(LEADING).trim().trim_end_matches(TRAILING).trim();
    if text.ends_with(')') && !text.contains('(') {
        text = text.trim_end_matches(')').trim_end().trim_end_matches(TRAILING).trim();
    }
    if text.starts_with('(') && !text.contains(')') {
        text = text.trim_start_matches('(').trim_start();
    }
    text.to_owned()
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
        quad: Quad::around(pieces.iter().map(|piece| &piece.word.quad)),
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

    fn pieces(words: &[(&str, f32)]) -> Vec<Piece> {
        let piece = |&(text, confidence): &(&str, f32)| {
            let quad = Quad::default();
            let text = text.to_owned();
            let word = Word { text, quad, confidence, ..Word::default() };
            Piece { rect: word.quad.bounds(), word }
        };
        words.iter().map(piece).collect()
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
