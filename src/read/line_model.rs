//! A CTC line engine that runs any network whose description lies in `models/`.

use std::path::Path;

use rten_tensor::NdTensor;

use super::ctc::Posteriors;
use super::engine::Engine;
use super::engine::LineImage;
use super::engine::LineReading;
use super::engine::PlacedLetter;
use super::engine::ReadError;
use super::model_file::Layout;
use super::model_file::ModelFile;
use super::model_file::Values;
use super::network::Network;
use super::network::OnnxNetwork;
use super::network::Output;
use super::network::Outputs;
use super::strip::Cutter;
use super::strip::Strip;
use super::strip::Wanted;
use super::writing::Shares;
use crate::model::Letter;

/// Strips that are read at once at most.
///
/// On one core a batch gains nothing measurable (strips of 512 pixels, 1, 4 or 8 at once:
/// 383, 412, 405 ms a strip with `AsterNet`, 62, 64, 69 ms with the own model, on a busy
/// machine); a few at once keep the pauses between runs small.
const MOST_AT_ONCE: usize = 4;

/// A strip joins a batch if it is at least this share of the batch's widest: the rest of
/// its row is computed for nothing.
const LEAST_FILLED: f32 = 0.9;

/// Reads lines with a CTC network, on one thread.
pub struct LineModel {
    file: ModelFile,
    network: Box<dyn Network>,
    cutter: Cutter,
}

impl LineModel {
    /// Loads the model described by `models/NAME.toml`.
    ///
    /// # Errors
    ///
    /// If the description or the weights are missing or wrong; see [`ModelFile::open`].
    pub fn open(description: &Path) -> Result<Self, ReadError> {
        let file = ModelFile::open(description)?;
        let network = OnnxNetwork::open(&file)?;
        Ok(Self::new(file, Box::new(network)))
    }

    fn new(file: ModelFile, network: Box<dyn Network>) -> Self {
        let wanted = Wanted {
            height: file.height,
            max_width: file.max_width,
            step: file.pixels_per_step,
        };
        Self { file, network, cutter: Cutter::new(wanted) }
    }

    /// Reads strips of about the same width; one list of letters per strip.
    fn read_batch(
        &mut self,
        strips: &[&Strip],
    ) -> Result<Vec<Vec<PlacedLetter>>, ReadError> {
        let images = self.images(strips);
        let Outputs { letters: output, writing } = self.network.run(images)?;
        self.check(&output, strips.len())?;
        if let Some(writing) = &writing {
            self.check_writing(writing, strips.len())?;
        }
        let readings = strips.iter().enumerate().map(|(i, strip)| {
            let (mut values, classes) = output.of_line(i, self.file.layout);
            let steps = strip.pixels.width() / self.file.pixels_per_step;
            values.truncate(steps as usize * classes);
            make_probabilities(&mut values, classes, self.file.values);
            let written = writing
                .as_ref()
                .map_or_else(Vec::new, |all| all.of_line(i, Layout::LineTimeClass).0);
            self.placed(strip, Posteriors::new(&values, classes), &written)
        });
        Ok(readings.collect())
    }

    /// The strips side by side as a network wants them, the right of each padded.
    fn images(&self, strips: &[&Strip]) -> NdTensor<f32, 4> {
        let width = strips.iter().map(|strip| strip.pixels.width()).max().unwrap_or(0);
        let (width, height) = (width as usize, self.file.height as usize);
        let channels = self.file.channels as usize;
        let mut values = Vec::with_capacity(strips.len() * channels * height * width);
        for strip in strips {
            let plane = values.len();
            for row in strip.pixels.rows() {
                let end = values.len() + width;
                values.extend(row.map(|pixel| f32::from(pixel.0[0]) / 255.0));
                values.resize(end, self.file.pad);
            }
            for _ in 1..channels {
                values.extend_from_within(plane..plane + height * width);
            }
        }
        NdTensor::from_data([strips.len(), channels, height, width], values)
    }

    /// Refuses an output that does not fit the description.
    fn check(&self, output: &Output, lines: usize) -> Result<(), ReadError> {
        let [outer, inner, classes] = output.shape;
        let found = match self.file.layout {
            Layout::LineTimeClass => outer,
            Layout::TimeLineClass => inner,
        };
        if found != lines {
            return Err(ReadError::Count {
                engine: self.file.name.clone(),
                found,
                expected: lines,
            });
        }
        if classes != self.file.alphabet.len() + 1 {
            return Err(ReadError::Classes {
                engine: self.file.name.clone(),
                found: classes,
                expected: self.file.alphabet.len() + 1,
            });
        }
        Ok(())
    }

    /// The same for what tells how the steps were written.
    fn check_writing(&self, output: &Output, lines: usize) -> Result<(), ReadError> {
        let [found, _, classes] = output.shape;
        let engine = || self.file.name.clone();
        if found != lines {
            return Err(ReadError::Count { engine: engine(), found, expected: lines });
        }
        if classes != Shares::KINDS {
            return Err(ReadError::Kinds { engine: engine(), found: classes });
        }
        Ok(())
    }

    /// The letters of a strip, with their places in the pixels of its line; `written` has the
    /// shares of each step, or nothing.
    fn placed(
        &self,
        strip: &Strip,
        posteriors: Posteriors<'_>,
        written: &[f32],
    ) -> Vec<PlacedLetter> {
        let (written, _) = written.as_chunks::<{ Shares::KINDS }>();
        let step = self.file.pixels_per_step as f32 * strip.scale;
        posteriors
            .letters(&self.file.alphabet)
            .into_iter()
            .map(|seen| PlacedLetter {
                letter: seen.letter,
                from: strip.left + seen.from as f32 * step,
                to: strip.left + seen.to as f32 * step,
                written: Shares::mean(
                    written
                        .get(seen.from..seen.to.min(written.len()))
                        .unwrap_or_default()
                        .iter()
                        .copied()
                        .map(Shares),
                ),
            })
            .collect()
    }
}

impl Engine for LineModel {
    fn name(&self) -> &str {
        &self.file.name
    }

    fn read(&mut self, lines: &[LineImage]) -> Result<Vec<LineReading>, ReadError> {
        let mut strips = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            strips.extend(self.cutter.cut(index, &line.pixels));
        }
        let mut read: Vec<Vec<PlacedLetter>> = vec![Vec::new(); strips.len()];
        for batch in batches(&strips) {
            let of_batch: Vec<&Strip> = batch.iter().map(|&i| &strips[i]).collect();
            for (i, letters) in batch.into_iter().zip(self.read_batch(&of_batch)?) {
                read[i] = letters;
            }
        }
        let empty = LineReading {
            calibration: self.file.calibration.clone(),
            ..LineReading::default()
        };
        let mut readings = vec![empty; lines.len()];
        for (strip, letters) in strips.iter().zip(read) {
            join(&mut readings[strip.line].letters, strip, letters);
        }
        Ok(readings)
    }
}

/// Indices of strips of about the same width, widest first.
fn batches(strips: &[Strip]) -> Vec<Vec<usize>> {
    let width = |i: usize| strips[i].pixels.width();
    let mut order: Vec<usize> = (0..strips.len()).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(width(i)), i));
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for i in order {
        match batches.last_mut() {
            Some(batch)
                if batch.len() < MOST_AT_ONCE
                    && width(i) as f32 >= width(batch[0]) as f32 * LEAST_FILLED =>
            {
                batch.push(i);
            }
            _ => batches.push(vec![i]),
        }
    }
    batches
}

/// Appends the letters of a strip to those of the strips left of it.
fn join(line: &mut Vec<PlacedLetter>, strip: &Strip, letters: Vec<PlacedLetter>) {
    let Some(first) = letters.first() else { return };
    let is_space =
        |placed: &PlacedLetter| placed.letter.may_be.first().is_some_and(|m| m.0 == ' ');
    if let Some(last) = line.last()
        && strip.after_space
        && !is_space(last)
        && !is_space(first)
    {
        let space = PlacedLetter {
            letter: Letter { may_be: vec![(' ', 1.0)] },
            from: last.to,
            to: first.from.max(last.to),
            written: last.written,
        };
        line.push(space);
    }
    line.extend(letters);
}

/// Turns the numbers of a network into probabilities, in place, step by step.
fn make_probabilities(values: &mut [f32], classes: usize, meaning: Values) {
    match meaning {
        Values::Probabilities => {}
        Values::LogProbabilities => values.iter_mut().for_each(|v| *v = v.exp()),
        Values::Logits => {
            for step in values.chunks_exact_mut(classes.max(1)) {
                let most = step.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                for v in &mut *step {
                    *v = (*v - most).exp();
                }
                let sum: f32 = step.iter().sum();
                for v in step {
                    *v /= sum;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use image::GrayImage;
    use image::Luma;
    use rten_tensor::Layout as _;

    use super::*;
    use crate::model::Affine;
    use crate::model::VIETNAMESE_LETTERS;
    use crate::model::Writing;

    /// A network that sees one letter per block of eight black columns: it reads the
    /// darkest column of each step, `a` for black, `b` for dark grey, else the blank.
    struct ReadsBars {
        /// Lines of each batch that it was asked for.
        batches: Vec<usize>,
        classes: usize,
        lines_more: usize,
    }

    impl Network for ReadsBars {
        fn run(&mut self, images: NdTensor<f32, 4>) -> Result<Outputs, ReadError> {
            let [lines, _, height, width] = images.shape();
            self.batches.push(lines);
            let steps = width / 4;
            let mut values = vec![0.0; (lines + self.lines_more) * steps * self.classes];
            for line in 0..lines {
                for step in 0..steps {
                    let grey = images[[line, 0, height / 2, step * 4 + 2]];
                    let class =
                        usize::from(grey < 0.4) + usize::from((0.1..0.4).contains(&grey));
                    values[(line * steps + step) * self.classes + class] = 9.0;
                }
            }
            let shape = [lines + self.lines_more, steps, self.classes];
            // Black is typed, anything else is written by hand.
            let of_step = |(line, step): (usize, usize)| {
                let grey = images[[line, 0, height / 2, step * 4 + 2]];
                if grey < 0.1 { [0.0, 0.9, 0.1] } else { [0.0, 0.1, 0.9] }
            };
            let all =
                (0..lines).flat_map(|line| (0..steps).map(move |step| (line, step)));
            let writing = Output {
                values: all.flat_map(of_step).collect(),
                shape: [lines, steps, Shares::KINDS],
            };
            Ok(Outputs { letters: Output { values, shape }, writing: Some(writing) })
        }
    }

    fn engine(max_width: u32, lines_more: usize, classes_more: usize) -> LineModel {
        let text = format!(
            "name = \"fake\"\nversion = \"1\"\nfile = \"fake.onnx\"\nsha256 = \"{}\"\n\
             input = \"image\"\nchannels = 1\nheight = 20\nmax_width = {max_width}\n\
             output = \"logits\"\npixels_per_step = 4\nalphabet = \"ab{VIETNAMESE_LETTERS}\"",
            "0".repeat(64)
        );
        let file = ModelFile::parse(&text, Path::new(".")).expect("a description");
        let classes = file.alphabet.len() + 1 + classes_more;
        LineModel::new(
            file,
            Box::new(ReadsBars { batches: Vec::new(), classes, lines_more }),
        )
    }

    /// A line 40 high (twice the strip) with a bar 16 wide at each place.
    fn line(width: u32, bars: &[(u32, u8)]) -> LineImage {
        let pixels = GrayImage::from_fn(width, 40, |x, _| {
            let bar = bars.iter().find(|&&(from, _)| (from..from + 16).contains(&x));
            Luma([bar.map_or(255, |&(_, grey)| grey)])
        });
        LineImage { pixels, to_page: Affine::IDENTITY }
    }

    fn text(reading: &LineReading) -> String {
        reading.letters.iter().map(|l| l.letter.may_be[0].0).collect()
    }

    #[test]
    fn each_line_gets_its_own_reading_whatever_the_order_of_batches() {
        let lines = [
            line(100, &[(20, 0)]),
            line(0, &[]),
            line(400, &[(20, 0), (60, 60), (100, 0), (140, 60), (180, 0)]),
            line(100, &[]),
            line(100, &[(40, 60)]),
        ];
        let readings = engine(800, 0, 0).read(&lines).expect("readings");
        let texts: Vec<String> = readings.iter().map(text).collect();
        assert_eq!(texts, ["a", "", "ababa", "", "b"]);
    }

    #[test]
    fn each_letter_is_told_how_it_was_written() {
        let lines = [line(300, &[(100, 0), (132, 60)]), line(100, &[(40, 0)])];
        let readings = engine(800, 0, 0).read(&lines).expect("read");
        let kinds = |reading: &LineReading| -> Vec<Writing> {
            reading.letters.iter().map(|l| l.written.writing()).collect()
        };
        assert_eq!(kinds(&readings[0]), [Writing::Typewriter, Writing::Handwriting]);
        assert_eq!(kinds(&readings[1]), [Writing::Typewriter]);
    }

    #[test]
    fn letters_stand_where_their_ink_is() {
        let readings =
            engine(800, 0, 0).read(&[line(300, &[(100, 0), (132, 60)])]).expect("read");
        for (placed, bar) in readings[0].letters.iter().zip([100.0, 132.0]) {
            let centre = f32::midpoint(placed.from, placed.to);
            // A step is eight pixels of the line image.
            assert!((centre - (bar + 8.0)).abs() <= 8.0, "{placed:?}");
        }
    }

    #[test]
    fn a_line_that_was_cut_is_joined_again_with_a_space_at_word_gaps_only() {
        // Bars 8 apart (one word), then a gap of 24 (a space).
        let bars: Vec<(u32, u8)> =
            (0..12).map(|i| (20 + i * 24 + i / 3 * 16, 0)).collect();
        let readings = engine(100, 0, 0).read(&[line(400, &bars)]).expect("a reading");
        // The soft edge of a bar is grey, which this network takes for `b`.
        let joined = text(&readings[0]).replace('b', "");
        assert_eq!(joined.matches('a').count(), 12, "{joined}");
        assert!(joined.contains(' '), "{joined}");
        for part in joined.split(' ') {
            assert_eq!(part.chars().count() % 3, 0, "{joined}");
        }
    }

    #[test]
    fn a_network_that_does_not_fit_its_description_is_refused() {
        let lines = [line(100, &[(20, 0)])];
        assert!(matches!(engine(800, 1, 0).read(&lines), Err(ReadError::Count { .. })));
        assert!(matches!(engine(800, 0, 1).read(&lines), Err(ReadError::Classes { .. })));
    }

    #[test]
    fn only_strips_of_about_the_same_width_share_a_batch() {
        let strip = |width: u32| Strip {
            line: 0,
            after_space: true,
            left: 0.0,
            scale: 1.0,
            pixels: GrayImage::new(width, 20),
        };
        let strips: Vec<Strip> = [100, 400, 92, 85, 84, 83, 390].map(strip).into();
        assert_eq!(batches(&strips), [vec![1, 6], vec![0, 2], vec![3, 4, 5]]);
        assert!(batches(&[]).is_empty());
    }

    #[test]
    fn logits_become_probabilities() {
        let mut values = [0.0, 3.0_f32.ln(), 1000.0, 1000.0];
        make_probabilities(&mut values, 2, Values::Logits);
        for (value, expected) in values.iter().zip([0.25, 0.75, 0.5, 0.5]) {
            assert!((value - expected).abs() < 1e-5, "{values:?}");
        }
    }
}
