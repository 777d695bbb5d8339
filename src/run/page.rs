//! The stages that one page passes inside a worker: clean, find lines, read.

use std::path::Path;
use std::time::Instant;

use crate::clean::Clean;
use crate::intake::LoadedPage;
use crate::model::PageText;
use crate::model::Size;
use crate::read::Engine;
use crate::read::LineImage;
use crate::read::LineModel;
use crate::read::Read;
use crate::read::ReadError;
use crate::read::SecondLook;
use crate::read::Tesseract;
use crate::read::layout;

/// Name of the engine that is an installed program and no model file.
pub(super) const TESSERACT: &str = "tesseract";

/// The language that Tesseract reads.
const LANGUAGE: &str = "vie";

/// Between the names of two engines, the second of which reads doubtful lines again.
const THEN: &str = " then ";

fn engine_named(name: &str, models: &Path) -> Result<Box<dyn Engine>, ReadError> {
    if name == TESSERACT {
        return Ok(Box::new(Tesseract::find(Path::new(TESSERACT), LANGUAGE)?));
    }
    Ok(Box::new(LineModel::open(&models.join(format!("{name}.toml")))?))
}

/// Lines that are recognised between two signs of life.
const LINES_AT_A_TIME: usize = 16;

/// Everything that reading a page needs, built once a worker.
pub struct PageReader {
    clean: Clean,
    read: Read,
}

impl PageReader {
    /// A reader with the engine of that name: a model in `models`, `tesseract`, or
    /// `A then B`, where B reads again what A is unsure of.
    ///
    /// # Errors
    ///
    /// If the engine is unknown, or its model or program is missing.
    pub fn new(engine: &str, models: &Path) -> Result<Self, ReadError> {
        let engine = match engine.split_once(THEN) {
            Some((first, second)) => {
                let first = engine_named(first, models)?;
                match engine_named(second, models) {
                    Ok(second) => Box::new(SecondLook::new(first, second)),
                    // A second look needs a model that is fetched; the first one ships
                    // with the program, which reads without the other too.
                    Err(ReadError::NoModel { .. }) => first,
                    Err(error) => return Err(error),
                }
            }
            None => engine_named(engine, models)?,
        };
        Ok(Self { clean: Clean::default(), read: Read::new(engine) })
    }

    /// Name and version of what reads.
    pub fn engine(&self) -> &str {
        self.read.engine()
    }

    /// Reads one page. `progress` is called after each step. Returns the text, and the
    /// milliseconds spent in clean and read.
    ///
    /// # Errors
    ///
    /// Only if the engine is broken.
    pub fn read(
        &mut self,
        page: LoadedPage,
        progress: &mut impl FnMut() -> std::io::Result<()>,
    ) -> Result<(PageText, [u64; 2]), ReadError> {
        let broken = |source: std::io::Error| ReadError::Engine {
            engine: "coordinator".to_owned(),
            source: source.into(),
        };
        let begun = Instant::now();
        let mut notes: Vec<String> = page.notes.iter().map(ToString::to_string).collect();
        let ready = self.clean.run(page.image, &mut notes);
        progress().map_err(broken)?;
        let layout = layout::find(&ready);
        let clean_ms = begun.elapsed().as_millis() as u64;
        let begun = Instant::now();
        let images: Vec<LineImage> =
            layout.lines.iter().map(|line| layout::cut(&ready, line)).collect();
        let mut lines = Vec::with_capacity(images.len());
        for batch in images.chunks(LINES_AT_A_TIME) {
            lines.extend(self.read.run(batch)?);
            progress().map_err(broken)?;
        }
        let text = PageText {
            size: Size { width: ready.gray.width(), height: ready.gray.height() },
            original: ready.original,
            to_original: ready.to_original,
            dpi: ready.dpi,
            blank: ready.blank,
            lines,
            rules: layout.rules,
            codes: Vec::new(),
            engine: self.read.engine().to_owned(),
            notes,
        };
        Ok((text, [clean_ms, begun.elapsed().as_millis() as u64]))
    }
}
