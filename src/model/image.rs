//! A page as pixels.

use image::{GrayImage, RgbImage};
use serde::{Deserialize, Serialize};

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

/// How the bytes of a picture are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Codec {
    /// JPEG of eight bits a sample.
    Jpeg {
        /// Whether it has one channel; three otherwise.
        is_gray: bool,
    },
    /// Fax (ITU-T T.4 and T.6), one bit a pixel, described as PDF describes it.
    Fax {
        /// Below 0: Group 4; 0: Group 3 in one dimension; above: mixed.
        k: i32,
        /// Pixels a row as coded.
        columns: u32,
        /// Whether rows begin at whole bytes.
        is_aligned: bool,
        /// Whether rows end with a mark.
        has_line_ends: bool,
        /// Whether the data end with a mark.
        has_block_end: bool,
        /// Whether set bits are paper rather than ink once they are decoded.
        is_negative: bool,
    },
    /// One bit a pixel, 0 black, rows padded to whole bytes, compressed with zlib.
    Bits,
}

/// A page's picture as bytes that programs know, as far as possible those of its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPicture {
    /// How they are compressed.
    pub codec: Codec,
    /// Pixels from left to right, as stored.
    pub width: u32,
    /// Pixels from top to bottom, as stored.
    pub height: u32,
    /// Quarter turns clockwise that make of it the page image of exports, 0–3.
    pub quarters: u8,
    /// The compressed bytes.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

impl StoredPicture {
    /// Width and height of the page image that it is once it is turned.
    pub fn turned(&self) -> (u32, u32) {
        if self.quarters % 2 == 1 {
            (self.height, self.width)
        } else {
            (self.width, self.height)
        }
    }
}
