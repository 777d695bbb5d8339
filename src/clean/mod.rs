//! A page image made ready for reading: upright, level, evenly lit, ink told from paper.
//!
//! The steps are named and can be switched off one by one ([`Step`]); what each of them
//! gains is in the table of `docs/reading.md`. No step changes the original: where a
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

use crate::model::Affine;
use crate::model::PageImage;
use crate::model::Size;

pub(crate) use blobs::runs_of;
pub use blobs::{Blob, Blobs, Run};
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

/// One thing that is done to a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Red ink of stamps is faded, so that the text below can be read.
    Stamps,
    /// Light writing on dark paper is turned over: covers of certificates, microfilm.
    Negative,
    /// Uneven light, yellow paper and stains are levelled out.
    Light,
    /// The black around the paper, which a scanner's lid leaves, is painted over.
    Border,
    /// Pages on their side or on their head are turned upright.
    Orientation,
    /// Pages that were put in askew are turned level.
    Deskew,
}

impl Step {
    /// Every step, in the order in which a page meets them.
    pub const ALL: [Self; 6] = [
        Self::Stamps,
        Self::Negative,
        Self::Light,
        Self::Border,
        Self::Orientation,
        Self::Deskew,
    ];

    /// The name in configuration files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stamps => "stamps",
            Self::Negative => "negative",
            Self::Light => "light",
            Self::Border => "border",
            Self::Orientation => "orientation",
            Self::Deskew => "deskew",
        }
    }
}

/// Why a list of steps cannot be followed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CleanError {
    /// There is no such step.
    #[error("there is no cleaning step `{name}`")]
    UnknownStep {
        /// As written.
        name: String,
    },
    /// A step is named twice.
    #[error("cleaning step `{name}` is named twice")]
    NamedTwice {
        /// Its name.
        name: &'static str,
    },
}

/// Which steps are taken; always a set that can be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CleanConfig {
    steps: Vec<Step>,
}

impl Default for CleanConfig {
    /// All steps.
    fn default() -> Self {
        Self { steps: Step::ALL.to_vec() }
    }
}

impl CleanConfig {
    /// The steps of the given names; their order is fixed whatever the order of names.
    ///
    /// # Errors
    ///
    /// If a name is unknown or stands twice.
    pub fn of_steps<'a>(
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, CleanError> {
        let mut steps = Vec::new();
        for name in names {
            let step = Step::ALL
                .into_iter()
                .find(|step| step.name() == name)
                .ok_or_else(|| CleanError::UnknownStep { name: name.to_owned() })?;
            if steps.contains(&step) {
                return Err(CleanError::NamedTwice { name: step.name() });
            }
            steps.push(step);
        }
        Ok(Self { steps })
    }

    /// Whether `step` is taken.
    pub fn has(&self, step: Step) -> bool {
        self.steps.contains(&step)
    }
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
        let mut source = grey::of_page(page, self.config.has(Step::Stamps));
        if self.config.has(Step::Negative) && negative::is_negative(&source, dpi) {
            image::imageops::invert(&mut source);
        }
        if self.config.has(Step::Light) || self.config.has(Step::Border) {
            background::level(
                &mut source,
                dpi,
                self.config.has(Step::Light),
                self.config.has(Step::Border),
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
        let is_open = told.is_none() && self.config.has(Step::Orientation);
        if is_open {
            quarters = orientation::quarters(&sketch_ink, dpi, notes);
        }
        let upright_ink = match quarters {
            0 => sketch_ink,
            _ => turn::quarter_turns(&sketch_ink, quarters),
        };
        let mut degrees = 0.0;
        if self.config.has(Step::Deskew) {
            degrees = skew::degrees(&upright_ink, dpi);
        }
        if is_open && orientation::on_its_head(&upright_ink, degrees, dpi) {
            quarters = (quarters + 2) % 4;
        }
        (quarters, degrees)
    }
}
