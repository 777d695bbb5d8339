//! From an image as its file stores it to a page.

use super::canvas::Painted;
use super::page::{LoadedPage, Note, Taken};
use super::resolution;
use super::turn::{Turn, squared};
use crate::model::PageImage;

/// A decoded image with what its file says about it.
pub(super) struct Stored {
    /// The pixels in the order of the file.
    pub(super) painted: Painted,
    /// Pixels per inch across and down, in the order of the file; not checked.
    pub(super) dpi: Option<(f64, f64)>,
    /// How the pixels must be turned.
    pub(super) turn: Turn,
    /// Whether the data ended early although all rows are there.
    pub(super) incomplete: bool,
}

impl Stored {
    /// The page: upright, with square pixels and a resolution that can be believed.
    pub(super) fn into_page(self, format: &'static str) -> LoadedPage {
        let mut notes = Vec::new();
        let missing_rows = self.painted.missing_rows;
        if missing_rows > 0 || self.incomplete {
            notes.push(Note::Truncated { missing_rows });
        }
        let by = self.painted.shrunk_by;
        if by > 1 {
            notes.push(Note::Shrunk { by });
        }
        let turned = self.turn.applied(self.painted.pixels);
        let declared = self
            .dpi
            .map(|(x, y)| if self.turn.is_sideways() { (y, x) } else { (x, y) })
            .map(|(x, y)| (x / f64::from(by), y / f64::from(by)))
            .filter(|(x, y)| is_possible(*x) && is_possible(*y));
        let (pixels, declared) = match declared {
            None => (turned, None),
            Some(both) => {
                let (pixels, dpi, stretched) = squared(turned, both);
                if stretched {
                    notes.push(Note::Squared);
                }
                (pixels, Some(dpi))
            }
        };
        let dpi = resolution::believed(declared, pixels.width(), pixels.height());
        if declared.is_none_or(|declared| (declared - f64::from(dpi)).abs() > 1.0) {
            notes.push(Note::EstimatedDpi);
        }
        LoadedPage {
            image: PageImage { pixels, dpi },
            text_layer: None,
            taken: Taken::Decoded { format },
            notes,
        }
    }
}

fn is_possible(dpi: f64) -> bool {
    (resolution::MIN_DPI..=resolution::MAX_DPI).contains(&dpi)
}
