//! The stages that one page passes inside a worker: clean, find lines, read.

use std::path::Path;
use std::time::Instant;

use crate::clean;
use crate::clean::{Clean, Ready};
use crate::config::clean::CleanConfig;
use crate::intake;
use crate::intake::LayerWord;
use crate::intake::LoadedPage;
use crate::intake::Weighed;
use crate::model::Line;
use crate::model::PageText;
use crate::model::Quad;
use crate::model::Rect;
use crate::model::Size;
use crate::model::TextSource;
use crate::read::Engine;
use crate::read::LineImage;
use crate::read::LineModel;
use crate::read::Read;
use crate::read::ReadError;
use crate::read::SecondLook;
use crate::read::Tesseract;
use crate::read::codes;
use crate::read::layout;
use crate::read::layout::{Layout, LineRegion};

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

/// Name of what reads where nothing has to be recognised.
const TEXT_LAYER: &str = "text layer";

/// Share of the ink's lines that a document's own text must cover to be used: logos and
/// signatures leave 0.8 and more on a page that was made as a document, a signer's note on
/// a scan covers less than 0.1.
const MIN_COVERED: f32 = 0.6;

/// Note of a page that is two pages of a book.
const SPREAD: &str = "two pages of a book side by side: the left one is read first";

/// Everything that reading a page needs, built once a worker.
pub struct PageReader {
    clean: Clean,
    read: Read,
    trust_hidden_text: bool,
}

/// The lines of a page, and where they come from.
struct Lines {
    found: Vec<Line>,
    source: TextSource,
    engine: String,
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
        let (clean, read) = (Clean::default(), Read::new(engine));
        Ok(Self { clean, read, trust_hidden_text: false })
    }

    /// The same reader, which takes the steps of `clean` before it reads.
    #[must_use]
    pub fn cleaning(self, clean: &CleanConfig) -> Self {
        Self { clean: Clean::new(clean.clone()), ..self }
    }

    /// The same reader, which uses text that is hidden under scans if `trust`.
    #[must_use]
    pub fn trusting_hidden_text(self, trust: bool) -> Self {
        Self { trust_hidden_text: trust, ..self }
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
        self.read_turned(page, None, progress)
    }

    /// As [`PageReader::read`]; `told` is by how many quarter turns clockwise people say
    /// that the page is to be turned.
    ///
    /// # Errors
    ///
    /// As [`PageReader::read`].
    pub fn read_turned(
        &mut self,
        page: LoadedPage,
        told: Option<u8>,
        progress: &mut impl FnMut() -> std::io::Result<()>,
    ) -> Result<(PageText, [u64; 2]), ReadError> {
        let begun = Instant::now();
        let mut notes: Vec<String> = page.notes.iter().map(ToString::to_string).collect();
        let weighed = intake::weigh(page.text_layer, self.trust_hidden_text);
        let ready = self.clean.run_turned(page.image, told, &mut notes);
        progress().map_err(broken)?;
        let codes = codes::find(&ready);
        let places: Vec<Rect> = codes.iter().map(|(_, code)| code.bounds()).collect();
        let layout = layout::find(&ready, &places);
        let clean_ms = begun.elapsed().as_millis() as u64;
        let begun = Instant::now();
        let mut lines = self.lines(&ready, &layout, weighed, progress)?;
        let size = Size { width: ready.gray.width(), height: ready.gray.height() };
        if left_page_first(&mut lines.found, &layout, size) {
            notes.push(SPREAD.to_owned());
        }
        let text = PageText {
            size,
            original: ready.original,
            to_original: ready.to_original,
            dpi: ready.dpi,
            blank: ready.blank,
            lines: lines.found,
            rules: layout.rules,
            codes,
            engine: lines.engine,
            source: lines.source,
            notes,
        };
        Ok((text, [clean_ms, begun.elapsed().as_millis() as u64]))
    }

    /// What stands on the page: its own text where that is sound and covers the page; what
    /// it leaves out is recognised.
    fn lines(
        &mut self,
        ready: &Ready,
        layout: &Layout,
        weighed: Weighed,
        progress: &mut impl FnMut() -> std::io::Result<()>,
    ) -> Result<Lines, ReadError> {
        let Weighed { mut source, words } = weighed;
        if source.is_own_text()
            && let Some(words) = in_reading_frame(words, ready)
        {
            let regions: Vec<Quad> = layout.lines.iter().map(|line| line.quad).collect();
            let placed = intake::place(&words, &regions);
            if placed.covered >= MIN_COVERED {
                let missing: Vec<&LineRegion> = layout
                    .lines
                    .iter()
                    .zip(&placed.lines)
                    .filter(|(_, line)| line.is_none())
                    .map(|(region, _)| region)
                    .collect();
                let mut rest = self.recognised(ready, &missing, progress)?.into_iter();
                let engine = if missing.is_empty() {
                    TEXT_LAYER.to_owned()
                } else {
                    format!("{TEXT_LAYER}{THEN}{}", self.read.engine())
                };
                let found = placed
                    .lines
                    .into_iter()
                    .filter_map(|line| line.or_else(|| rest.next().flatten()));
                let mut lines: Vec<Line> = found.collect();
                merge(&mut lines, placed.others);
                return Ok(Lines { found: lines, source, engine });
            }
            source = TextSource::Partial;
        }
        let engine = self.read.engine().to_owned();
        let regions: Vec<&LineRegion> = layout.lines.iter().collect();
        let lines = self.recognised(ready, &regions, progress)?;
        Ok(Lines { found: lines.into_iter().flatten().collect(), source, engine })
    }

    /// Reads the lines of `regions`; `None` where nothing stands.
    fn recognised(
        &mut self,
        ready: &Ready,
        regions: &[&LineRegion],
        progress: &mut impl FnMut() -> std::io::Result<()>,
    ) -> Result<Vec<Option<Line>>, ReadError> {
        let mut lines = Vec::with_capacity(regions.len());
        for batch in regions.chunks(LINES_AT_A_TIME) {
            let images: Vec<LineImage> =
                batch.iter().map(|line| layout::cut(ready, line)).collect();
            lines.extend(self.read.run_each(&images)?);
            progress().map_err(broken)?;
        }
        Ok(lines)
    }
}

/// The stream to the coordinator is broken.
fn broken(source: std::io::Error) -> ReadError {
    ReadError::Engine { engine: "coordinator".to_owned(), source: source.into() }
}

/// Words moved from the page image into the reading frame.
fn in_reading_frame(words: Vec<LayerWord>, ready: &Ready) -> Option<Vec<LayerWord>> {
    let to_frame = ready.to_original.inverse()?;
    let moved = words.into_iter().map(|word| {
        let quad = word.quad.mapped(&to_frame);
        LayerWord { quad, ..word }
    });
    Some(moved.collect())
}

/// Reads the left page of a book before the right one; returns whether there are two.
fn left_page_first(lines: &mut [Line], layout: &Layout, size: Size) -> bool {
    let quads: Vec<Quad> = lines.iter().map(|line| line.quad).collect();
    let Some(gutter) = clean::gutter(&quads, &layout.rules, size) else { return false };
    lines.sort_by_key(|line| line.quad.bounds().centre().x >= gutter);
    true
}

/// Puts `others` among `lines`, which run from top to bottom, each before the first line
/// that begins lower.
fn merge(lines: &mut Vec<Line>, others: Vec<Line>) {
    let middle = |line: &Line| line.quad.bounds().centre().y;
    for other in others {
        let at = lines
            .iter()
            .position(|line| middle(line) > middle(&other))
            .unwrap_or(lines.len());
        lines.insert(at, other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{Document, Limits};
    use crate::model::{PageImage, Pixels};
    use crate::read::LineReading;

    /// An engine that must not be asked.
    struct Silent;

    impl Engine for Silent {
        fn name(&self) -> &'static str {
            "silent 1"
        }

        fn read(&mut self, lines: &[LineImage]) -> Result<Vec<LineReading>, ReadError> {
            Err(ReadError::Count {
                engine: "silent 1".to_owned(),
                found: 0,
                expected: lines.len(),
            })
        }
    }

    fn page_with(content: &str) -> LoadedPage {
        let file = format!(
            "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
             2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
             3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 300]/Contents 4 0 R\
             /Resources<</Font<</F 5 0 R>>>>>>endobj\n\
             5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica\
             /Encoding/WinAnsiEncoding>>endobj\n\
             4 0 obj<</Length {}>>\nstream\n{content}\nendstream endobj\n\
             trailer<</Root 1 0 R>>\n",
            content.len()
        );
        Document::open(file.into_bytes(), &Limits::default())
            .and_then(|file| file.page(1))
            .expect("a page")
    }

    fn reader() -> PageReader {
        PageReader {
            clean: Clean::default(),
            read: Read::new(Box::new(Silent)),
            trust_hidden_text: false,
        }
    }

    /// Three lines of letters that the font has.
    const LINES: &str = "BT /F 14 Tf 20 250 Td 30 TL (hai tr\\340 thanh l\\340ng) Tj T* \
                         (con c\\363 nh\\340 \\372t v\\340 c\\341) Tj T* (s\\364ng n\\340o xa) Tj ET";

    #[test]
    fn a_page_whose_own_text_is_sound_is_not_recognised() {
        let (text, _) = reader().read(page_with(LINES), &mut || Ok(())).expect("a page");
        assert_eq!(text.source, TextSource::Sound);
        assert_eq!(text.text(), "hai trà thanh làng\ncon có nhà út và cá\nsông nào xa");
        assert_eq!(text.engine, TEXT_LAYER);
        let first = text.lines[0].quad.mapped(&text.to_original).bounds();
        assert!((first.left - 20.0 / 72.0 * 300.0).abs() < 8.0, "{first:?}");
        assert!(first.top > 100.0 && first.bottom < 250.0, "{first:?}");
    }

    #[test]
    fn a_page_lies_as_people_say_whatever_stands_on_it() {
        for told in 0..4 {
            let turned = reader().read_turned(page_with(""), Some(told), &mut || Ok(()));
            let (text, _) = turned.expect("nothing to recognise");
            assert_eq!(text.to_original.upright_quarters(), told);
        }
    }

    #[test]
    fn the_left_page_of_a_book_is_read_first() {
        // Rows of words in two columns, far apart, on a page on its side.
        let rows: Vec<String> = (0..14)
            .map(|row| {
                let y = 270 - row * 18;
                format!(
                    "1 0 0 1 20 {y} Tm (tr\\340 xanh) Tj 1 0 0 1 230 {y} Tm (nh\\340 cao) Tj "
                )
            })
            .collect();
        let content = format!("BT /F 10 Tf {} ET", rows.concat());
        let page = page_with(&content);
        let (text, _) = reader().read(page, &mut || Ok(())).expect("a page");
        let halves: Vec<bool> =
            text.lines.iter().map(|line| line.text.starts_with("nhà")).collect();
        assert_eq!(halves, [vec![false; 14], vec![true; 14]].concat(), "{}", text.text());
        assert!(text.notes.iter().any(|note| note == SPREAD));
    }

    #[test]
    fn a_code_on_a_certificate_is_compared_with_what_was_read() {
        let size = 6;
        let mut image = image::GrayImage::from_pixel(900, 900, image::Luma([250]));
        for (y, row) in (0_u32..).zip(codes::tests::QR) {
            for (x, module) in (0_u32..).zip(row.bytes()) {
                if module == b'#' {
                    for at in 0..size * size {
                        let (dx, dy) = (at % size, at / size);
                        let pixel = (300 + x * size + dx, 300 + y * size + dy);
                        image.put_pixel(pixel.0, pixel.1, image::Luma([20]));
                    }
                }
            }
        }
        let page = LoadedPage {
            image: PageImage { pixels: Pixels::Gray(image), dpi: 300.0 },
            text_layer: None,
            taken: intake::Taken::Decoded { format: "test" },
            notes: Vec::new(),
        };
        let (text, _) = reader().read(page, &mut || Ok(())).expect("no line to read");
        let said: Vec<&str> = text.codes.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(said, [codes::tests::SAYS]);
        let place = text.codes[0].1.mapped(&text.to_original).bounds();
        assert!(
            (place.left - 300.0).abs() < 15.0 && (place.right - 474.0).abs() < 15.0,
            "{place:?}"
        );
    }

    #[test]
    fn ink_that_the_documents_text_leaves_out_is_recognised() {
        // A word as a drawing: strokes of the size of letters.
        let strokes: Vec<String> =
            (0..8).map(|i| format!("{} 60 3 14 re f ", 40 + i * 8)).collect();
        let page = page_with(&format!("{LINES} {}", strokes.concat()));
        let asked = reader().read(page, &mut || Ok(()));
        assert!(matches!(asked, Err(ReadError::Count { expected: 1, .. })), "{asked:?}");
    }
}
