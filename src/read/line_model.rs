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
use super::strip::Cutter;
use super::strip::Strip;
use super::strip::Wanted;
use crate::model::Letter;

/// Strips that are read at once at most.
///
/// On one core a batch saves only what is lost between two runs of the network; above
/// this the intermediate values leave the cache and it becomes slower again.
const MOST_AT_ONCE: usize = 4;

/// A strip joins a batch if it is at least this share of the batch's widest: the rest of
/// its row is computed for nothing.
const LEAST_FILLED: f32 = 0.8;

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
    fn read_batch(&mut self, strips: &[&Strip]) -> Result<Vec<Vec<PlacedLetter>>, ReadError> {
        let images = self.images(strips);
        let output = self.network.run(images)?;
        self.check(&output, strips.len())?;
        let readings = strips.iter().enumerate().map(|(i, strip)| {
            let (mut values, classes) = output.of_line(i, self.file.layout);
            let steps = strip.pixels.width() / self.file.pixels_per_step;
            values.truncate(steps as usize * classes);
            make_probabilities(&mut values, classes, self.file.values);
            self.placed(strip, Posteriors::new(&values, classes))
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

    /// The letters of a strip, with their places in the pixels of its line.
    fn placed(&self, strip: &Strip, posteriors: Posteriors<'_>) -> Vec<PlacedLetter> {
        let step = self.file.pixels_per_step as f32 * strip.scale;
        posteriors
            .letters(&self.file.alphabet)
            .into_iter()
            .map(|seen| PlacedLetter {
                letter: seen.letter,
                from: strip.left + seen.from as f32 * step,
                to: strip.left + seen.to as f32 * step,
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
        let mut readings = vec![LineReading::default(); lines.len()];
        for (strip, letters) in strips.iter().zip(read) {
            join(&mut readings[strip.line].letters, strip, letters);
        }
        Ok(readings)
    }

    fn calibrated(&self, product: f32) -> f32 {
        self.file.calibration.apply(product)
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
                step.iter_mut().for_each(|v| *v = (*v - most).exp());
                let sum: f32 = step.iter().sum();
                step.iter_mut().for_each(|v| *v /= sum);
            }
        }
    }
}
