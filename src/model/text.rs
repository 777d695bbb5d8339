//! What was read on a page, with alternatives and places.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Affine, Quad, Size};

/// How a line or word was written.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Writing {
    /// Not decided.
    #[default]
    Unknown,
    /// Printed.
    Print,
    /// Typed on a typewriter.
    Typewriter,
    /// Written by hand.
    Handwriting,
}

impl std::fmt::Display for Writing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Unknown => "unknown",
            Self::Print => "print",
            Self::Typewriter => "typewriter",
            Self::Handwriting => "handwriting",
        })
    }
}

impl Writing {
    /// The kinds that are told apart.
    pub const KINDS: [Self; 3] = [Self::Print, Self::Typewriter, Self::Handwriting];

    /// How words are written together: as most of their letters are, of two that are as many as
    /// the first of the kinds; each with the number of its letters. The label of a form and
    /// what is filled in behind it are told apart in their words.
    pub fn of_most(words: impl IntoIterator<Item = (Self, usize)>) -> Self {
        let mut letters = [0; Self::KINDS.len()];
        for (writing, count) in words {
            for (kind, sum) in Self::KINDS.into_iter().zip(&mut letters) {
                *sum += if kind == writing { count } else { 0 };
            }
        }
        let told = Self::KINDS.into_iter().zip(letters).filter(|(_, count)| *count > 0);
        told.rev().max_by_key(|(_, count)| *count).map_or(Self::Unknown, |(kind, _)| kind)
    }

    /// Whether it is not decided.
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }
}

/// One letter of a word as the engine saw it: what it may be, best first.
///
/// Probabilities are of the engine, in 0–1, and need not add up to 1; an entry with
/// `'\0'` says that there may be no letter here. The first entry is the reading.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Letter {
    /// Letters with their probabilities, best first, at most five.
    pub may_be: Vec<(char, f32)>,
}

impl Letter {
    /// Ink of which the engine says nothing; `sure` (0–1) is how likely it is no letter.
    pub fn unread(sure: f32) -> Self {
        Self { may_be: vec![('\0', sure)] }
    }

    /// Whether there is ink here that nobody read.
    pub fn is_unread(&self) -> bool {
        matches!(self.may_be.as_slice(), [('\0', _)])
    }
}

/// A run of letters without a space.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Word {
    /// Best reading, NFC.
    pub text: String,
    /// Where it stands.
    pub quad: Quad,
    /// How sure the engine is of the whole word, 0–1.
    pub confidence: f32,
    /// How it was written.
    #[serde(default, skip_serializing_if = "Writing::is_unknown")]
    pub writing: Writing,
    /// The lattice: one entry per letter of `text`, in order (and entries whose best is
    /// `'\0'` between them; one at the end for ink beside the word that nobody read).
    /// Empty where the engine gives none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub letters: Vec<Letter>,
}

/// Marks that are narrow beside a letter.
const NARROW: &str = ".,;:'’|!()[]ilI";
/// How wide they are, in letters.
const NARROW_WIDTH: f32 = 0.5;

impl Word {
    /// The letters `letters` of the word, counted in `text`, as a word of their own. Where each
    /// letter stands is not kept: the place is told by how wide letters usually are.
    #[must_use]
    pub fn part(&self, letters: Range<usize>) -> Self {
        let width =
            |letter: char| if NARROW.contains(letter) { NARROW_WIDTH } else { 1.0 };
        let (mut before, mut inside, mut all, mut length) = (0.0, 0.0, 0.0, 0);
        for (at, letter) in self.text.chars().enumerate() {
            let wide = width(letter);
            before += if at < letters.start { wide } else { 0.0 };
            inside += if letters.contains(&at) { wide } else { 0.0 };
            all += wide;
            length = at + 1;
        }
        if letters.start == 0 && letters.end >= length {
            return self.clone();
        }
        let known = if self.letters.len() == length { letters.clone() } else { 0..0 };
        Self {
            text: self.text.chars().skip(letters.start).take(letters.len()).collect(),
            quad: self.quad.part(before / all, (before + inside) / all),
            letters: self.letters.get(known).unwrap_or_default().to_vec(),
            ..*self
        }
    }
}

/// A line of text, its words from left to right.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Line {
    /// The words joined by single spaces.
    pub text: String,
    /// Where it stands.
    pub quad: Quad,
    /// How sure the engine is, 0–1: the mean over letters.
    pub confidence: f32,
    /// How most of it was written.
    #[serde(default)]
    pub writing: Writing,
    /// Left to right.
    pub words: Vec<Word>,
}

/// Where the text of a page comes from, and why from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TextSource {
    /// Recognised: its file has no text besides the image.
    #[default]
    None,
    /// The file's own text, which is sound.
    Sound,
    /// The file's own text in a font of TCVN3 (`.VnTime`), decoded.
    #[serde(rename = "legacy-tcvn3")]
    LegacyTcvn3,
    /// The file's own text in a font of VNI (`VNI-Times`), decoded.
    LegacyVni,
    /// Recognised: the file's text is hidden under the image, where somebody else's
    /// recognition has put it.
    Hidden,
    /// Recognised: the file's text is garbage, such as letters without a meaning.
    Garbage,
    /// Recognised: the file's text covers only a part of what stands on the page.
    Partial,
}

impl TextSource {
    /// Whether the text is the file's own rather than recognised.
    pub fn is_own_text(self) -> bool {
        matches!(self, Self::Sound | Self::LegacyTcvn3 | Self::LegacyVni)
    }
}

/// All that was read on one page, lines from top to bottom.
///
/// Coordinates are in the *reading frame*: the page turned upright and deskewed.
/// `to_original` leads from there to the pixels of the page image as it came out of its
/// file, which is the frame of every export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageText {
    /// Size of the reading frame.
    pub size: Size,
    /// Size of the page image as it came out of its file.
    pub original: Size,
    /// From the reading frame to the original's pixels.
    pub to_original: Affine,
    /// Pixels per inch of the reading frame.
    pub dpi: f32,
    /// Whether nothing is written on the page.
    pub blank: bool,
    /// Top to bottom, then left to right.
    pub lines: Vec<Line>,
    /// Ruled lines of tables and frames, in the reading frame, as thin rectangles.
    #[serde(default)]
    pub rules: Vec<super::Rect>,
    /// Content of QR and bar codes found on the page, with their places.
    #[serde(default)]
    pub codes: Vec<(String, Quad)>,
    /// Which engine read it, with its version, e.g. `asternet 1.0.2`; `text layer` where
    /// nothing had to be recognised.
    pub engine: String,
    /// Where the text comes from.
    #[serde(default)]
    pub source: TextSource,
    /// What a step was unsure of, for the report; no page text.
    #[serde(default)]
    pub notes: Vec<String>,
}

impl PageText {
    /// Pixels per inch of the page image as it came out of its file.
    pub fn original_dpi(&self) -> f32 {
        let [a, _, _, d, _, _] = self.to_original.0;
        // The reading frame may be larger or smaller than the original.
        let scale = a.hypot(d) as f32;
        self.dpi * if scale > 0.0 { scale } else { 1.0 }
    }

    /// The lines joined by line feeds.
    pub fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|line| line.text.as_str()).collect();
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dpi_of_the_original_is_that_of_its_own_pixels() {
        let size = Size { width: 100, height: 100 };
        let mut text = PageText {
            size,
            original: Size { width: 200, height: 200 },
            to_original: Affine([2.0, 0.0, 0.0, 0.0, 2.0, 0.0]),
            dpi: 150.0,
            blank: true,
            lines: vec![],
            rules: vec![],
            codes: vec![],
            engine: String::new(),
            source: TextSource::default(),
            notes: vec![],
        };
        assert!((text.original_dpi() - 300.0).abs() < 0.01);
        // Turned by a quarter.
        text.to_original = Affine([0.0, -2.0, 200.0, 2.0, 0.0, 0.0]);
        assert!((text.original_dpi() - 300.0).abs() < 0.01);
    }

    #[test]
    fn a_line_is_written_as_most_of_its_letters_are() {
        use Writing::{Handwriting, Print, Unknown};
        let of = |words: Vec<(Writing, usize)>| Writing::of_most(words);
        assert_eq!(of(vec![(Print, 6), (Handwriting, 4), (Handwriting, 5)]), Handwriting);
        assert_eq!(of(vec![(Print, 2), (Unknown, 9)]), Print);
        assert_eq!(of(vec![(Print, 2), (Handwriting, 2)]), Print);
        assert_eq!(of(vec![(Unknown, 9)]), Unknown);
        assert_eq!(of(vec![]), Unknown);
    }
}
