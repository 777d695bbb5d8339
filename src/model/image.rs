//! A page as pixels.

use image::{GrayImage, RgbImage};

/// The pixels of a page, eight bits a channel, 0 black, 255 white.
#[derive(Debug, Clone)]
pub enum Pixels {
    /// One channel.
    Gray(GrayImage),
    /// Red, green, blue.
    Rgb(RgbImage),
}

impl Pixels {
    /// Pixels from left to right.
    pub fn width(&self) -> u32 {
        match self {
            Self::Gray(image) => image.width(),
            Self::Rgb(image) => image.width(),
        }
    }

    /// Pixels from top to bottom.
    pub fn height(&self) -> u32 {
        match self {
            Self::Gray(image) => image.height(),
            Self::Rgb(image) => image.height(),
        }
    }
}

/// A page as it came out of its file (intake), or made ready for reading (clean).
#[derive(Debug, Clone)]
pub struct PageImage {
    /// The pixels.
    pub pixels: Pixels,
    /// Pixels per inch, as the file says or as estimated from the paper size;
    /// between 30 and 2400.
    pub dpi: f32,
}
