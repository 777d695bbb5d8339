//! A page image made ready for reading: upright, level, evenly lit, ink told from paper.
//!
//! The steps are named and can be switched off one by one ([`CleanStep`]); what each of them
//! gains is in a table of `docs/figures.md`. No step changes the original: where a
//! point of the result stood before is said by [`Ready::to_original`].

mod background;
mod blank;
mod blobs;
mod grey;
mod ink;
mod leaders;
mod negative;
mod orientation;
mod skew;
mod spread;
mod turn;

use image::GrayImage;

use crate::config::clean::{CleanConfig, CleanStep};
use crate::model::Affine;
use crate::model::PageImage;
use crate::model::Size;

pub(crate) use blobs::runs_of;
pub use blobs::{Blob, Blobs, Run};
pub(crate) use grey::light_at;
pub(crate) use leaders::{Leaders, Stretch, find as find_leaders};
pub use spread::gutter;
pub(crate) use turn::sampled;

/// Pixels per inch to which finer pages are reduced.
///
/// Letters of 9 points are 38 px high at 300 dpi, above the 32 px that line models see;
/// a finer page costs time in every step and gives them nothing.
const WORKING_DPI: f32 = 300.0;

/// How far above [`WORKING_DPI`] a page may be before it is reduced: resampling a page of
/// 310 dpi would cost more sharpness than it saves time.
const DPI_TOLERANCE: f32 = 1.1;

/// Height of one written line with what is around it, in millimetres. Of an image of one
/// line nobody knows the resolution; this gives its letters their usual size.
const STRIP_MM: f32 = 12.0;

/// An image at least this many times wider than high is a single line. Pages are not: A4
/// on its side is 1.4 times wider than high, a spread of a register 2.8 times at most.
const STRIP_ASPECT: u32 = 4;

/// Highest image of a single line, in pixels: 25 mm at 400 dpi.
const STRIP_PX: u32 = 400;

/// Whether an image is a single line rather than a page.
fn is_strip(size: Size) -> bool {
    size.height <= STRIP_PX && size.width >= size.height * STRIP_ASPECT
}

/// A page ready for reading. All planes have the size of the reading frame.
#[derive(Debug, Clone)]
pub struct Ready {
    /// Upright and level, light evened out: paper near 255, ink dark.
    pub gray: GrayImage,
    /// 255 where there is ink, 0 where there is paper.
    pub ink: GrayImage,
    /// Pixels per inch of the reading frame.
    pub dpi: f32,
    /// Size of the page image as it came out of its file.
    pub original: Size,
    /// From the reading frame to the original's pixels.
    pub to_original: Affine,
    /// Whether nothing is written on the page.
    pub blank: bool,
    /// The page before it was turned level, light evened out; lines are cut from here, so
    /// that their pixels are interpolated only once.
    pub source: GrayImage,
    /// From the reading frame to the pixels of `source`.
    pub to_source: Affine,
    /// Whether the image is a single line rather than a page.
    pub is_strip: bool,
}

impl Ready {
    /// Pixels of the reading frame in `millimetres`.
    pub fn px(&self, millimetres: f32) -> f32 {
        px(millimetres, self.dpi)
    }
}

/// Pixels in `millimetres` at `dpi`.
pub(crate) fn px(millimetres: f32, dpi: f32) -> f32 {
    millimetres * dpi / 25.4
}

/// Makes pages ready. It touches no file and no clock, and gives the same output for the
/// same input, so that pages can be made ready in any order.
#[derive(Debug, Clone, Default)]
pub struct Clean {
    config: CleanConfig,
}

impl Clean {
    /// Name in reports and logs.
    pub const NAME: &'static str = "clean";

    /// Takes the steps of `config`.
    pub fn new(config: CleanConfig) -> Self {
        Self { config }
    }

    /// Works on one page; what it was unsure of goes into `notes`.
    pub fn run(&self, page: PageImage, notes: &mut Vec<String>) -> Ready {
        self.run_turned(page, None, notes)
    }

    /// As [`Clean::run`]; `told` is by how many quarter turns clockwise people say that the
    /// page is to be turned.
    pub fn run_turned(
        &self,
        page: PageImage,
        told: Option<u8>,
        notes: &mut Vec<String>,
    ) -> Ready {
        let original = Size { width: page.pixels.width(), height: page.pixels.height() };
        let is_strip = is_strip(original);
        let page = if is_strip {
            PageImage { dpi: original.height as f32 / STRIP_MM * 25.4, ..page }
        } else {
            page
        };
        let (page, scale) = grey::reduced(page, WORKING_DPI, DPI_TOLERANCE);
        let dpi = page.dpi;
        let mut source = grey::of_page(page, self.config.has(CleanStep::Stamps));
        if self.config.has(CleanStep::Negative) && negative::is_negative(&source, dpi) {
            image::imageops::invert(&mut source);
        }
        if self.config.has(CleanStep::Light) || self.config.has(CleanStep::Border) {
            background::level(
                &mut source,
                dpi,
                self.config.has(CleanStep::Light),
                self.config.has(CleanStep::Border),
            );
        }

        let (quarters, degrees) = if is_strip {
            (told.unwrap_or(0), 0.0)
        } else {
            self.turns(&source, dpi, told, notes)
        };
        let (gray, to_source) = turn::level(&source, quarters, degrees);
        let ink = ink::of(&gray, dpi);
        let blank = blank::is_blank(&ink, dpi);
        let to_original = to_source.then(&Affine::scale(scale.0, scale.1));
        Ready {
            gray,
            ink,
            dpi,
            original,
            to_original,
            blank,
            source,
            to_source,
            is_strip,
        }
    }

    /// Quarter turns clockwise that bring a page upright, and by how many degrees its lines
    /// then run down to the right.
    fn turns(
        &self,
        source: &GrayImage,
        dpi: f32,
        told: Option<u8>,
        notes: &mut Vec<String>,
    ) -> (u8, f64) {
        let grey::Sketch { gray, dpi } = grey::Sketch::of(source, dpi);
        let sketch_ink = ink::of(&gray, dpi);
        // A plan has no room for planes that are done with.
        drop(gray);
        let mut quarters = told.unwrap_or(0) % 4;
        let is_open = told.is_none() && self.config.has(CleanStep::Orientation);
        if is_open {
            quarters = orientation::quarters(&sketch_ink, dpi, notes);
        }
        let upright_ink = match quarters {
            0 => sketch_ink,
            _ => turn::quarter_turns(&sketch_ink, quarters),
        };
        let mut degrees = 0.0;
        if self.config.has(CleanStep::Deskew) {
            degrees = skew::degrees(&upright_ink, dpi);
        }
        if is_open && orientation::on_its_head(&upright_ink, degrees, dpi) {
            quarters = (quarters + 2) % 4;
        }
        (quarters, degrees)
    }
}
