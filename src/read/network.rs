//! The network of a line model, run by `rten` on one thread.

use std::sync::Arc;

use rten::Model;
use rten::ModelOptions;
use rten::NodeId;
use rten::RunOptions;
use rten::ThreadPool;
use rten_tensor::AsView as _;
use rten_tensor::Layout as _;
use rten_tensor::NdTensor;

use super::engine::ReadError;
use super::model_file::Layout;
use super::model_file::ModelFile;

/// Numbers that a network gave for a batch of strips.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Output {
    /// In the order of its axes, without padding.
    pub(super) values: Vec<f32>,
    /// Length of each axis.
    pub(super) shape: [usize; 3],
}

/// What a network says of a batch of strips.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Outputs {
    /// The letters.
    pub(super) letters: Output,
    /// How they were written, where the network tells: `[lines, steps, 3]`.
    pub(super) writing: Option<Output>,
}

/// Runs a batch of strips; what is expensive, and what tests put a fake in place of.
pub(super) trait Network: Send {
    /// `images` has the axes `[lines, channels, height, width]`, 0 = ink, 1 = paper.
    ///
    /// # Errors
    ///
    /// If the network cannot run at all.
    fn run(&mut self, images: NdTensor<f32, 4>) -> Result<Outputs, ReadError>;
}

/// A network in an ONNX file.
pub(super) struct OnnxNetwork {
    engine: String,
    model: Model,
    input: NodeId,
    output: NodeId,
    writing: Option<NodeId>,
    /// Of one thread: every worker process has its own engine, and the page is the unit
    /// of work.
    threads: Arc<ThreadPool>,
}

impl OnnxNetwork {
    /// Loads the weights that `file` describes.
    ///
    /// # Errors
    ///
    /// If the file is missing, another one, or no network that `rten` can run.
    pub(super) fn open(file: &ModelFile) -> Result<Self, ReadError> {
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| {
            ReadError::Engine { engine: file.name.clone(), source }
        };
        let weights = file.read_weights()?;
        let mut options = ModelOptions::with_all_ops();
        options.prepack_weights(true);
        let model = options.load(weights).map_err(|e| failed(Box::new(e)))?;
        let input = model.node_id(&file.input).map_err(|e| failed(Box::new(e)))?;
        let node = |name: &str| model.node_id(name).map_err(|e| failed(Box::new(e)));
        let output = node(&file.output)?;
        let writing = file.writing.as_deref().map(node).transpose()?;
        Ok(Self {
            engine: file.name.clone(),
            model,
            input,
            output,
            writing,
            threads: Arc::new(ThreadPool::with_num_threads(1)),
        })
    }

    fn failed(
        &self,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> ReadError {
        ReadError::Engine { engine: self.engine.clone(), source: Box::new(source) }
    }
}

impl Network for OnnxNetwork {
    fn run(&mut self, images: NdTensor<f32, 4>) -> Result<Outputs, ReadError> {
        let options =
            RunOptions::default().with_thread_pool(Some(Arc::clone(&self.threads)));
        let wanted: Vec<NodeId> = [self.output].into_iter().chain(self.writing).collect();
        let values = self
            .model
            .run(vec![(self.input, images.into())], &wanted, Some(options))
            .map_err(|e| self.failed(e))?;
        let mut outputs = Vec::with_capacity(wanted.len());
        for value in values {
            let value: NdTensor<f32, 3> = value.try_into().map_err(|e| self.failed(e))?;
            outputs.push(Output { shape: value.shape(), values: value.to_vec() });
        }
        let mut outputs = outputs.into_iter();
        // A network that gives less than it was asked for is refused with its classes.
        let letters = outputs.next().unwrap_or_default();
        Ok(Outputs { letters, writing: outputs.next() })
    }
}

impl Output {
    /// The numbers of one line of the batch, step by step, and how many a step has.
    pub(super) fn of_line(&self, line: usize, layout: Layout) -> (Vec<f32>, usize) {
        let [outer, inner, classes] = self.shape;
        let row = |index: usize| {
            self.values.get(index * classes..(index + 1) * classes).unwrap_or_default()
        };
        let values = match layout {
            Layout::LineTimeClass => {
                (0..inner).flat_map(|step| row(line * inner + step)).copied().collect()
            }
            Layout::TimeLineClass => {
                (0..outer).flat_map(|step| row(step * inner + line)).copied().collect()
            }
        };
        (values, classes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_of_a_line_are_found_in_both_layouts() {
        // Two lines, three steps, one class: lines are tens, steps are units.
        let by_line =
            Output { values: vec![10., 11., 12., 20., 21., 22.], shape: [2, 3, 1] };
        let by_step =
            Output { values: vec![10., 20., 11., 21., 12., 22.], shape: [3, 2, 1] };
        let expected = (vec![20., 21., 22.], 1);
        assert_eq!(by_line.of_line(1, Layout::LineTimeClass), expected);
        assert_eq!(by_step.of_line(1, Layout::TimeLineClass), expected);
    }
}
