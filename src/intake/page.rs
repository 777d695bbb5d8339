//! A page as it came out of its file.

use std::fmt;

use crate::model::{PageImage, Quad};

/// How the image of a page was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Taken out of the document as it was stored there: nothing was resampled.
    Embedded {
        /// Its compression, e.g. `jpeg`, `ccitt`, `jbig2`, `flate`, `jpeg2000`.
        codec: &'static str,
    },
    /// Drawn, because the page is more than one scanned image.
    Rasterised,
    /// Decoded from an image file.
    Decoded {
        /// Its format, e.g. `tiff`.
        format: &'static str,
    },
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded { codec } => write!(f, "embedded {codec}"),
            Self::Rasterised => f.write_str("rasterised"),
            Self::Decoded { format } => write!(f, "decoded {format}"),
        }
    }
}

/// What a person should know about how a page was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// The end of the image is missing and was left white.
    Truncated {
        /// Rows of pixels that are missing; 0 if the decoder does not tell.
        missing_rows: u32,
    },
    /// The page was too large and was shrunk.
    Shrunk {
        /// Pixels of the file per pixel of the page image, in both directions.
        by: u32,
    },
    /// The two directions had different resolutions; the coarser one was stretched.
    Squared,
    /// The file gives no believable resolution; it was estimated.
    EstimatedDpi,
    /// Nothing is drawn on the page.
    Empty,
    /// Something on the page could not be decoded and is left out.
    PartlyUnreadable,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { missing_rows: 0 } => {
                f.write_str("the end of the image is missing")
            }
            Self::Truncated { missing_rows } => {
                write!(f, "the last {missing_rows} rows of the image are missing")
            }
            Self::Shrunk { by } => write!(f, "the page was shrunk to 1/{by}"),
            Self::Squared => f.write_str("the coarser direction was stretched"),
            Self::EstimatedDpi => f.write_str("the resolution was estimated"),
            Self::Empty => f.write_str("nothing is drawn on the page"),
            Self::PartlyUnreadable => f.write_str("a part of the page is unreadable"),
        }
    }
}

/// A word of a document's own text.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerWord {
    /// The letters, as the document maps its codes to Unicode; U+FFFD where it does not.
    /// Neither normalised nor checked: legacy Vietnamese fonts give Latin nonsense here.
    pub text: String,
    /// Where it stands, in pixels of the page image.
    pub quad: Quad,
    /// Number of its font in [`TextLayer::fonts`].
    pub font: usize,
    /// Whether it can be seen; recognised text under scans is invisible.
    pub visible: bool,
    /// Whether it goes on, without a gap, with the word before: a word in two fonts.
    pub goes_on: bool,
}

/// The text that a document carries besides, or instead of, an image. A later step decides
/// whether it is sound.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TextLayer {
    /// The words in the order in which the document draws them.
    pub words: Vec<LayerWord>,
    /// Names of the fonts, e.g. `.VnTimeH`; empty where a font has none.
    pub fonts: Vec<String>,
}

/// One page, ready to be cleaned and read.
#[derive(Clone)]
pub struct LoadedPage {
    /// The pixels, upright as far as the file knows.
    pub image: PageImage,
    /// The document's own text; `None` where it has none.
    pub text_layer: Option<TextLayer>,
    /// How the image was made.
    pub taken: Taken,
    /// What a person should know; usually nothing.
    pub notes: Vec<Note>,
}

impl fmt::Debug for LoadedPage {
    /// Without the pixels.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pixels = &self.image.pixels;
        f.debug_struct("LoadedPage")
            .field("size", &(pixels.width(), pixels.height()))
            .field("dpi", &self.image.dpi)
            .field("taken", &self.taken)
            .field("notes", &self.notes)
            .finish_non_exhaustive()
    }
}
