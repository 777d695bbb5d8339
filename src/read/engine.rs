//! The seam between the page and whatever recognises its lines.

use image::GrayImage;

use super::writing::Shares;
use crate::model::Affine;
use crate::model::Calibration;
use crate::model::Letter;

/// One line of text cut out of a page.
#[derive(Debug, Clone)]
pub struct LineImage {
    /// Upright, grey: ink near 0, paper near 255. Any height; the engine scales it.
    pub pixels: GrayImage,
    /// From the pixels of this image to the reading frame of the page.
    pub to_page: Affine,
}

/// One letter and where it stands along the line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlacedLetter {
    /// What it may be, best first; a space is a letter too.
    pub letter: Letter,
    /// Left edge, in pixels of the line image.
    pub from: f32,
    /// Right edge, in pixels of the line image.
    pub to: f32,
    /// How it was written, where the engine can tell.
    pub written: Shares,
}

/// What an engine saw in one line image, left to right. Empty where it saw nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LineReading {
    /// The letters of the best path, spaces among them, with their alternatives.
    pub letters: Vec<PlacedLetter>,
    /// From the product of the probabilities of a word's letters to how likely the word is
    /// right.
    pub calibration: Calibration,
}

impl LineReading {
    /// How likely the words are right, 0–1, the mean over the letters; 1 without letters.
    pub fn confidence(&self) -> f32 {
        let (mut sum, mut count) = (0.0, 0);
        let best = |placed: &PlacedLetter| placed.letter.may_be.first().copied();
        for word in
            self.letters.split(|placed| best(placed).is_none_or(|(c, _)| c == ' '))
        {
            let product: f32 = word.iter().filter_map(best).map(|(_, p)| p).product();
            sum += self.calibration.apply(product) * word.len() as f32;
            count += word.len();
        }
        if count == 0 { 1.0 } else { sum / count as f32 }
    }
}

/// Why a page could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The model file is missing; `fetch` says how to get it.
    #[error("model file `{path}` is missing: {fetch}")]
    NoModel {
        /// Where it was looked for.
        path: String,
        /// The command that gets it.
        fetch: String,
    },
    /// The model file is not the one that was released.
    #[error("model file `{path}` has SHA-256 {found}, expected {expected}")]
    WrongModel {
        /// The file.
        path: String,
        /// Its SHA-256.
        found: String,
        /// The SHA-256 in its description.
        expected: String,
    },
    /// The model could never write Vietnamese.
    #[error(
        "alphabet of `{model}` lacks {missing} of the 134 Vietnamese letters, e.g. `{example}`"
    )]
    Alphabet {
        /// Name of the model.
        model: String,
        /// How many letters it lacks.
        missing: usize,
        /// One of them.
        example: char,
    },
    /// The description of a model cannot be used; `source` names the key.
    #[error("description of a line model `{path}` cannot be used")]
    Description {
        /// The file.
        path: String,
        /// What is wrong in it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A program that the engine calls is not installed, or lacks a language.
    #[error("engine `{engine}` cannot start: {problem}; {remedy}")]
    NotInstalled {
        /// Name of the engine.
        engine: String,
        /// What is missing.
        problem: String,
        /// What a person does about it.
        remedy: String,
    },
    /// The engine answered for another number of lines than it was given.
    #[error("engine `{engine}` gave {found} readings for {expected} lines")]
    Count {
        /// Name of the engine.
        engine: String,
        /// Readings.
        found: usize,
        /// Lines.
        expected: usize,
    },
    /// The network knows another number of letters than its description.
    #[error("network of `{engine}` has {found} classes, its alphabet needs {expected}")]
    Classes {
        /// Name of the engine.
        engine: String,
        /// Classes of the network.
        found: usize,
        /// Letters of the alphabet, and the blank.
        expected: usize,
    },
    /// The network tells other kinds of writing apart than the program knows.
    #[error(
        "network of `{engine}` tells {found} kinds of writing apart, expected 3: print, \
             typewriter, handwriting"
    )]
    Kinds {
        /// Name of the engine.
        engine: String,
        /// Kinds of the network.
        found: usize,
    },
    /// The engine itself failed; `source` says how.
    #[error("engine `{engine}` failed")]
    Engine {
        /// Name of the engine.
        engine: String,
        /// What it said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Reads lines. One engine belongs to one worker and uses one thread.
pub trait Engine: Send {
    /// Name and version for the record, e.g. `asternet 1.0.2`.
    fn name(&self) -> &str;

    /// Reads each line; the answer has one entry per line, in order.
    ///
    /// # Errors
    ///
    /// Only if the engine itself is broken. A line without text is an empty reading.
    fn read(&mut self, lines: &[LineImage]) -> Result<Vec<LineReading>, ReadError>;
}
