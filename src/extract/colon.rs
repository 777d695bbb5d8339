//! A colon in a value that cannot have one.

use super::sheet::Piece;

/// A gap of this many heights separates a value from a label that was not recognised.
const WIDE_GAP: f32 = 0.9;
/// How sure the last word of a value is at most if a stray colon ends it.
const STRAY: f32 = 0.8;

/// What such a colon is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colon {
    /// The end of a label that was not recognised, which begins at this word.
    OfLabel(usize),
    /// A mark of the pen or of the paper: it ends the words, close behind them.
    Stray,
}

impl Colon {
    /// What the first colon behind letters is among the words of a value; `None` where there
    /// is none.
    pub(super) fn among(words: &[Piece]) -> Option<Self> {
        let at = words.iter().skip(1).position(|piece| {
            let text = &piece.word.text;
            let before: Vec<char> =
                text.chars().take_while(|&letter| letter != ':').collect();
            before.len() < text.chars().count()
                && before.iter().all(|it| !it.is_numeric())
        })? + 1;
        // The label begins behind the last wide gap before its colon.
        let label = (1..=at).rev().find(|&at| {
            let gap = words[at].rect.left - words[at - 1].rect.right;
            gap > WIDE_GAP * words[at].height()
        });
        let is_at_end = at + 1 == words.len() && words[at].word.text.ends_with(':');
        Some(match label {
            Some(at) => Self::OfLabel(at),
            None if is_at_end => Self::Stray,
            None => Self::OfLabel(0),
        })
    }
}

/// Doubts the last word of a value, behind which a stray colon stands.
pub(super) fn doubt_last(words: &mut [Piece]) {
    if let Some(last) = words.last_mut() {
        last.word.confidence = last.word.confidence.min(STRAY);
    }
}
