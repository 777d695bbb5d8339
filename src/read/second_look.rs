//! Two engines as one: a fast one for every line, a slower one for the doubtful lines.

use super::engine::Engine;
use super::engine::LineImage;
use super::engine::LineReading;
use super::engine::ReadError;
use super::merge::merged;

/// A line is doubtful if this share of its letters, or more, is expected to stand in
/// words that are wrong.
const DOUBTFUL: f32 = 0.06;

/// Lines of a page that are read again at most, the most doubtful first: a second look
/// with a large network costs about 0.14 s of one core a line, and the worst page gets three
/// seconds. What a person spends on a wrong value is more.
const LINES_AGAIN: usize = 24;

/// Reads doubtful lines again with another engine and makes one reading of both.
pub struct SecondLook {
    first: Box<dyn Engine>,
    second: Box<dyn Engine>,
    name: String,
}

impl SecondLook {
    /// `first` reads every line, `second` those in which `first` was unsure.
    pub fn new(first: Box<dyn Engine>, second: Box<dyn Engine>) -> Self {
        let name = format!("{} + {}", first.name(), second.name());
        Self { first, second, name }
    }
}

impl Engine for SecondLook {
    fn name(&self) -> &str {
        &self.name
    }

    fn read(&mut self, lines: &[LineImage]) -> Result<Vec<LineReading>, ReadError> {
        let mut readings = self.first.read(lines)?;
        let mut doubtful: Vec<(usize, f32)> = readings
            .iter()
            .map(LineReading::confidence)
            .enumerate()
            .filter(|&(_, confidence)| confidence < 1.0 - DOUBTFUL)
            .collect();
        doubtful.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        doubtful.truncate(LINES_AGAIN);
        let again: Vec<LineImage> =
            doubtful.iter().filter_map(|&(i, _)| lines.get(i)).cloned().collect();
        if again.is_empty() {
            return Ok(readings);
        }
        for ((i, _), reading) in doubtful.into_iter().zip(self.second.read(&again)?) {
            let first = std::mem::take(&mut readings[i]);
            readings[i] = merged(first, &reading);
        }
        Ok(readings)
    }
}

#[cfg(test)]
mod tests {
    use image::GrayImage;

    use super::super::engine::PlacedLetter;
    use super::*;
    use crate::model::Affine;
    use crate::model::Letter;

    /// Reads every line as one letter, as sure as the grey of its image.
    struct Sure(char, fn(u8) -> f32);

    impl Engine for Sure {
        fn name(&self) -> &'static str {
            "sure"
        }

        fn read(&mut self, lines: &[LineImage]) -> Result<Vec<LineReading>, ReadError> {
            let reading = |line: &LineImage| LineReading {
                letters: vec![PlacedLetter {
                    letter: Letter {
                        may_be: vec![(
                            self.0,
                            (self.1)(line.pixels.get_pixel(0, 0).0[0]),
                        )],
                    },
                    from: 0.0,
                    to: 1.0,
                    ..PlacedLetter::default()
                }],
                ..LineReading::default()
            };
            Ok(lines.iter().map(reading).collect())
        }
    }

    fn text(second: fn(u8) -> f32, greys: &[u8]) -> String {
        let first = Sure('a', |grey| f32::from(grey) / 100.0);
        let mut both = SecondLook::new(Box::new(first), Box::new(Sure('b', second)));
        let lines: Vec<LineImage> = greys
            .iter()
            .map(|&grey| LineImage {
                pixels: GrayImage::from_pixel(1, 1, image::Luma([grey])),
                to_page: Affine::IDENTITY,
            })
            .collect();
        let readings = both.read(&lines).expect("readings");
        readings.iter().map(|r| r.letters[0].letter.may_be[0].0).collect()
    }

    #[test]
    fn only_doubtful_lines_are_read_again_and_the_likelier_letter_stays() {
        assert_eq!(text(|_| 0.6, &[95, 10, 70, 5]), "abab");
        assert_eq!(text(|_| 1.0, &[95, 96, 20]), "aab");
        assert_eq!(text(|_| 0.0, &[0, 50]), "aa");
    }

    #[test]
    fn a_page_of_doubt_does_not_take_for_ever() {
        let mut greys = vec![20; LINES_AGAIN];
        greys.insert(0, 50);
        let again = "b".repeat(LINES_AGAIN);
        assert_eq!(
            text(|_| 1.0, &greys),
            format!("a{again}"),
            "the least doubtful stays"
        );
    }
}
