//! From the lines of a page to its words: `line images ─engine─▶ letters ─words─▶ lines`.
//!
//! What recognises is behind [`Engine`]; what it saw is a lattice of letters, which becomes
//! words with places here, whatever the engine.

mod calibration;
mod ctc;
pub mod engine;
mod ink;
pub mod layout;
mod line_model;
mod model_file;
mod network;
mod strip;
mod tesseract;
mod words;

pub use calibration::Calibration;
pub use engine::Engine;
pub use engine::LineImage;
pub use engine::LineReading;
pub use engine::PlacedLetter;
pub use engine::ReadError;
pub use line_model::LineModel;
pub use model_file::DescriptionError;
pub use model_file::ModelFile;
pub use tesseract::Tesseract;

use crate::model::Line;
use crate::model::Quad;
use crate::model::Word;

/// The stage that reads the lines of a page.
pub struct Read {
    engine: Box<dyn Engine>,
}

impl Read {
    /// Reads with `engine`, one page at a time.
    pub fn new(engine: Box<dyn Engine>) -> Self {
        Self { engine }
    }

    /// Name and version of the engine for the record.
    pub fn engine(&self) -> &str {
        self.engine.name()
    }

    /// Reads each line image; lines in which nothing stands are left out.
    ///
    /// Leaders of dots and underscores are not text. Places are in the frame that
    /// [`LineImage::to_page`] leads to.
    ///
    /// # Errors
    ///
    /// Only if the engine is broken.
    pub fn run(&mut self, lines: &[LineImage]) -> Result<Vec<Line>, ReadError> {
        Ok(self.run_each(lines)?.into_iter().flatten().collect())
    }

    /// As [`Read::run`], with one entry per line image.
    ///
    /// # Errors
    ///
    /// Only if the engine is broken.
    pub fn run_each(
        &mut self,
        lines: &[LineImage],
    ) -> Result<Vec<Option<Line>>, ReadError> {
        let readings = self.engine.read(lines)?;
        if readings.len() != lines.len() {
            return Err(ReadError::Count {
                engine: self.engine.name().to_owned(),
                found: readings.len(),
                expected: lines.len(),
            });
        }
        let engine = &self.engine;
        let read = lines.iter().zip(readings).map(|(image, reading)| {
            let words =
                words::words(&reading.letters, image, &|product| engine.calibrated(product));
            let quad = Quad::around(words.iter().map(|word| &word.quad))?;
            let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
            Some(Line {
                text: texts.join(" "),
                quad,
                confidence: mean_confidence(&words),
                writing: reading.writing,
                words,
            })
        });
        Ok(read.collect())
    }
}

/// Mean over the letters of the confidence of their words.
fn mean_confidence(words: &[Word]) -> f32 {
    let (mut sum, mut count) = (0.0, 0);
    for word in words {
        let letters = word.text.chars().count();
        sum += word.confidence * letters as f32;
        count += letters;
    }
    if count == 0 { 0.0 } else { sum / count as f32 }
}
