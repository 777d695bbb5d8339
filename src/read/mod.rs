//! From the lines of a page to its words: `line images ─engine─▶ letters ─words─▶ lines`.
//!
//! What recognises is behind [`Engine`]; what it saw is a lattice of letters, which becomes
//! words with places here, whatever the engine.

pub mod codes;
mod ctc;
pub mod engine;
mod ink;
pub mod language;
pub mod layout;
mod line_model;
mod merge;
mod model_file;
mod network;
mod second_look;
mod strip;
mod tesseract;
mod words;
mod writing;

pub use engine::Engine;
pub use engine::LineImage;
pub use engine::LineReading;
pub use engine::PlacedLetter;
pub use engine::ReadError;
pub use line_model::LineModel;
pub use model_file::DescriptionError;
pub use model_file::ModelFile;
pub use second_look::SecondLook;
pub use tesseract::Tesseract;
pub use writing::Shares;

use crate::model::Line;
use crate::model::Quad;
use crate::model::Word;
use crate::model::Writing;

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
        let read = lines.iter().zip(readings).map(|(image, reading)| {
            let words = words::words(&reading, image);
            let quad = Quad::around(words.iter().map(|word| &word.quad))?;
            let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
            Some(Line {
                text: texts.join(" "),
                quad,
                confidence: mean_confidence(&words),
                writing: Writing::of_most(
                    words.iter().map(|word| (word.writing, word.text.chars().count())),
                ),
                words,
            })
        });
        let mut read: Vec<Option<Line>> = read.collect();
        language::weigh(&mut read);
        Ok(read)
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

#[cfg(test)]
mod tests {
    use image::GrayImage;
    use image::Luma;

    use super::*;
    use crate::model::Affine;
    use crate::model::Letter;

    /// An engine that has read every line before it was asked.
    struct ReadFromMemory(Vec<&'static str>);

    impl Engine for ReadFromMemory {
        fn name(&self) -> &'static str {
            "memory 1"
        }

        fn read(&mut self, _: &[LineImage]) -> Result<Vec<LineReading>, ReadError> {
            let reading = |text: &&str| LineReading {
                letters: text
                    .chars()
                    .zip(0_u16..)
                    .map(|(letter, i)| PlacedLetter {
                        letter: Letter { may_be: vec![(letter, 0.9)] },
                        from: f32::from(i) * 10.0,
                        to: f32::from(i) * 10.0 + 6.0,
                        written: Shares([0.9, 0.1, 0.0]),
                    })
                    .collect(),
                calibration: crate::model::Calibration::new(&[[0.0, 0.0], [1.0, 0.5]])
                    .expect("rising"),
            };
            Ok(self.0.iter().map(reading).collect())
        }
    }

    /// An engine that is broken.
    struct Fails;

    impl Engine for Fails {
        fn name(&self) -> &'static str {
            "fails 1"
        }

        fn read(&mut self, _: &[LineImage]) -> Result<Vec<LineReading>, ReadError> {
            Err(ReadError::Engine {
                engine: "fails 1".to_owned(),
                source: "out of order".into(),
            })
        }
    }

    fn inked(count: u32) -> Vec<LineImage> {
        (0..count)
            .map(|i| LineImage {
                pixels: GrayImage::from_fn(200, 30, |_, y| {
                    Luma([if (10..20).contains(&y) { 0 } else { 255 }])
                }),
                to_page: Affine::translation(0.0, f64::from(i) * 100.0),
            })
            .collect()
    }

    #[test]
    fn lines_without_text_are_left_out() {
        let mut read =
            Read::new(Box::new(ReadFromMemory(vec!["Lò Thị", "....", "", "-/-"])));
        let lines = read.run(&inked(4)).expect("lines");
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["Lò Thị", "-/-"]);
        assert_eq!(lines[0].writing, Writing::Print);
        let tops: Vec<f32> = lines.iter().map(|line| line.quad.bounds().top).collect();
        assert_eq!(
            tops,
            [9.0, 309.0],
            "ten rows of ink, grown to two fifths of the line"
        );
        assert_eq!(read.engine(), "memory 1");
    }

    #[test]
    fn the_confidence_of_a_line_is_the_mean_over_its_letters() {
        let mut read = Read::new(Box::new(ReadFromMemory(vec!["a bcd"])));
        let line = read.run(&inked(1)).expect("lines").remove(0);
        let (short, long) = (0.9 / 2.0, 0.9_f32.powi(3) / 2.0);
        assert!((line.words[1].confidence - long).abs() < 1e-5);
        assert!((line.confidence - (short + 3.0 * long) / 4.0).abs() < 1e-5);
    }

    #[test]
    fn an_engine_that_loses_a_line_is_refused() {
        let mut read = Read::new(Box::new(ReadFromMemory(vec!["a"])));
        assert!(matches!(
            read.run(&inked(2)),
            Err(ReadError::Count { found: 1, expected: 2, .. })
        ));
    }

    #[test]
    fn a_broken_engine_is_an_error_and_not_an_empty_page() {
        assert!(matches!(
            Read::new(Box::new(Fails)).run(&inked(1)),
            Err(ReadError::Engine { .. })
        ));
    }
}
