//! Rows in, page image out, shrunk on the way where the page is too large.

use image::GrayImage;
use image::RgbImage;

use super::{IntakeError, Limits};
use crate::model::Pixels;

/// Paper, where nothing was decoded.
const WHITE: u8 = 255;

/// What one pixel is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channels {
    /// One byte, 0 black.
    Gray,
    /// Red, green, blue.
    Rgb,
}

impl Channels {
    /// Bytes a pixel.
    pub(super) fn count(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::Rgb => 3,
        }
    }
}

/// A page image that is being decoded, row by row from the top.
///
/// Where the whole image would be larger than [`Limits::max_image_bytes`], squares of
/// pixels are averaged to one, so that a decoder that hands out rows needs no more memory
/// than the shrunk image.
pub(super) struct Canvas {
    channels: Channels,
    width: usize,
    height: usize,
    /// Pixels of the file per pixel of the image, in both directions.
    shrunk_by: usize,
    shrunk_width: usize,
    out: Vec<u8>,
    sums: Vec<u32>,
    rows: usize,
}

/// A finished page image.
pub(super) struct Painted {
    /// The pixels.
    pub(super) pixels: Pixels,
    /// Pixels of the file per pixel of the image, in both directions.
    pub(super) shrunk_by: u32,
    /// Rows that the decoder never delivered; they are white.
    pub(super) missing_rows: u32,
}

/// The smallest whole number by which an image must be shrunk to fit `max_bytes`.
pub(super) fn shrink_factor(
    width: u32,
    height: u32,
    channels: Channels,
    max_bytes: u64,
) -> u32 {
    let mut by = 1;
    while u64::from(width.div_ceil(by))
        * u64::from(height.div_ceil(by))
        * channels.count() as u64
        > max_bytes
        && by < u32::from(u16::MAX)
    {
        by += 1;
    }
    by
}

impl Canvas {
    /// An empty image of the size that the file declares.
    ///
    /// # Errors
    ///
    /// If a side is zero or there are more pixels than allowed.
    pub(super) fn new(
        width: u32,
        height: u32,
        channels: Channels,
        limits: &Limits,
    ) -> Result<Self, IntakeError> {
        limits.check_size(width, height)?;
        let by = shrink_factor(width, height, channels, limits.max_image_bytes);
        let shrunk_width = width.div_ceil(by) as usize;
        let bytes = shrunk_width * height.div_ceil(by) as usize * channels.count();
        let sums = if by > 1 { shrunk_width * channels.count() } else { 0 };
        Ok(Self {
            channels,
            width: width as usize,
            height: height as usize,
            shrunk_by: by as usize,
            shrunk_width,
            out: Vec::with_capacity(bytes),
            sums: vec![0; sums],
            rows: 0,
        })
    }

    /// Whether all rows have come.
    pub(super) fn is_full(&self) -> bool {
        self.rows >= self.height
    }

    /// Rows that have come.
    pub(super) fn num_rows(&self) -> usize {
        self.rows
    }

    /// Bytes of a row.
    pub(super) fn row_bytes(&self) -> usize {
        self.width * self.channels.count()
    }

    /// Takes the next row; one that is too short is filled up with white, what is too much
    /// is left out.
    pub(super) fn push(&mut self, row: &[u8]) {
        if self.is_full() {
            return;
        }
        let wanted = self.row_bytes();
        let row = row.get(..wanted).unwrap_or(row);
        self.rows += 1;
        if self.shrunk_by == 1 {
            self.out.extend_from_slice(row);
            self.out.resize(self.out.len() + wanted - row.len(), WHITE);
            return;
        }
        self.add(row);
        if self.rows.is_multiple_of(self.shrunk_by) || self.is_full() {
            self.settle();
        }
    }

    /// Adds a row to the sums of the row of squares.
    fn add(&mut self, row: &[u8]) {
        let count = self.channels.count();
        let square = self.shrunk_by * count;
        let missing = u32::from(WHITE);
        for (x, sums) in self.sums.chunks_exact_mut(count).enumerate() {
            let start = x * square;
            let end = (start + square).min(self.width * count);
            for at in (start..end).step_by(count) {
                for (channel, sum) in sums.iter_mut().enumerate() {
                    *sum += row.get(at + channel).map_or(missing, |&v| u32::from(v));
                }
            }
        }
    }

    /// Turns the sums of a finished row of squares into pixels.
    fn settle(&mut self) {
        let by = self.shrunk_by;
        let num_rows = (self.rows - 1) % by + 1;
        let count = self.channels.count();
        for (x, sums) in self.sums.chunks_exact_mut(count).enumerate() {
            let num_columns = by.min(self.width - (x * by).min(self.width)).max(1);
            let pixels = (num_rows * num_columns) as u32;
            for sum in sums {
                self.out.push(((*sum + pixels / 2) / pixels) as u8);
                *sum = 0;
            }
        }
    }

    /// The image, with white where rows are missing.
    ///
    /// # Errors
    ///
    /// If not a single row came.
    pub(super) fn finish(mut self) -> Result<Painted, IntakeError> {
        if self.rows == 0 {
            return Err(IntakeError::corrupt(
                "not a single row of the image is readable",
            ));
        }
        let missing_rows = (self.height - self.rows) as u32;
        if missing_rows > 0
            && self.shrunk_by > 1
            && !self.rows.is_multiple_of(self.shrunk_by)
        {
            self.settle();
        }
        let (width, height) = (self.shrunk_width, self.height.div_ceil(self.shrunk_by));
        self.out.resize(width * height * self.channels.count(), WHITE);
        let pixels = pixels_of(width as u32, height as u32, self.channels, self.out)?;
        Ok(Painted { pixels, shrunk_by: self.shrunk_by as u32, missing_rows })
    }
}

/// Wraps bytes that are already in the layout of an image.
///
/// # Errors
///
/// If there are fewer bytes than the size needs.
pub(super) fn pixels_of(
    width: u32,
    height: u32,
    channels: Channels,
    bytes: Vec<u8>,
) -> Result<Pixels, IntakeError> {
    let pixels = match channels {
        Channels::Gray => GrayImage::from_raw(width, height, bytes).map(Pixels::Gray),
        Channels::Rgb => RgbImage::from_raw(width, height, bytes).map(Pixels::Rgb),
    };
    pixels
        .ok_or_else(|| IntakeError::corrupt("an image has fewer pixels than it declares"))
}

/// Shrinks an image that a decoder could only make as a whole, where it is too large.
///
/// # Errors
///
/// If a side is zero or there are more pixels than allowed.
pub(super) fn fitted(pixels: Pixels, limits: &Limits) -> Result<Painted, IntakeError> {
    let (width, height) = (pixels.width(), pixels.height());
    let (channels, bytes) = match pixels {
        Pixels::Gray(image) => (Channels::Gray, image.into_raw()),
        Pixels::Rgb(image) => (Channels::Rgb, image.into_raw()),
    };
    limits.check_size(width, height)?;
    if shrink_factor(width, height, channels, limits.max_image_bytes) == 1 {
        let pixels = pixels_of(width, height, channels, bytes)?;
        return Ok(Painted { pixels, shrunk_by: 1, missing_rows: 0 });
    }
    let mut canvas = Canvas::new(width, height, channels, limits)?;
    for row in bytes.chunks(canvas.row_bytes()) {
        canvas.push(row);
    }
    canvas.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(rows: &[&[u8]], width: u32, height: u32, max_image_bytes: u64) -> Painted {
        let limits = Limits { max_image_bytes, ..Limits::default() };
        let mut canvas =
            Canvas::new(width, height, Channels::Gray, &limits).expect("a size");
        for row in rows {
            canvas.push(row);
        }
        canvas.finish().expect("rows came")
    }

    fn bytes(painted: &Painted) -> Vec<u8> {
        match &painted.pixels {
            Pixels::Gray(image) => image.as_raw().clone(),
            Pixels::Rgb(image) => image.as_raw().clone(),
        }
    }

    #[test]
    fn rows_that_never_came_are_white() {
        let image = painted(&[&[1, 2, 3], &[4]], 3, 4, 1000);
        assert_eq!(bytes(&image), [1, 2, 3, 4, 255, 255, 255, 255, 255, 255, 255, 255]);
        assert_eq!((image.missing_rows, image.shrunk_by), (2, 1));
    }

    #[test]
    fn a_page_that_is_too_large_is_averaged_over_squares() {
        let rows: [&[u8]; 3] = [&[0, 100, 50], &[100, 200, 70], &[9, 11, 33]];
        let image = painted(&rows, 3, 3, 8);
        assert_eq!((image.pixels.width(), image.pixels.height()), (2, 2));
        assert_eq!(bytes(&image), [100, 60, 10, 33]);
        assert_eq!(image.shrunk_by, 2);
    }

    #[test]
    fn too_many_pixels_are_refused_before_memory_is_taken() {
        let limits = Limits::default();
        for (width, height) in [(u32::MAX, u32::MAX), (60_000, 60_000), (0, 5)] {
            assert!(Canvas::new(width, height, Channels::Rgb, &limits).is_err());
        }
    }
}
