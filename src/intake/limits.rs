//! How much a foreign file may ask for.

/// Largest page that is looked at, in pixels.
///
/// A0 at 600 dpi is 558 megapixels, a plan of 3 m at 300 dpi 1,250; anything above is a
/// broken header or a decompression bomb. Only formats that come row by row get so far:
/// for all others [`MAX_WORKING_BYTES`] ends it before.
pub const MAX_PAGE_PIXELS: u64 = 1_300_000_000;

/// Largest page image that is handed on, in bytes (one a pixel in grey, three in colour).
///
/// A worker has 400 MB for everything, and cleaning a page needs two more copies of it.
/// A3 at 300 dpi in colour (52 MB) and A0 at 200 dpi in grey (62 MB) stay whole; what is
/// larger is shrunk by a whole number while it is decoded, row by row where the format
/// allows it. Above, workers are killed; below, A3 colour scans lose resolution.
pub const MAX_IMAGE_BYTES: u64 = 100_000_000;

/// Most bytes that a decoder may need at one time besides the image it makes.
///
/// Decoders that cannot work row by row (JPEG, JPEG 2000, `WebP`) hold the whole page, some
/// with two to four bytes a sample.
pub const MAX_WORKING_BYTES: u64 = 250_000_000;

/// Most bytes that one compressed part of a file (a stream, a strip) may unpack to.
///
/// The largest honest ones are whole pages in colour: A3 at 300 dpi is 52 MB.
pub const MAX_UNPACKED_BYTES: u64 = 250_000_000;

/// Most pages of a file. The thickest registers have some 1,000 pages.
pub const MAX_PAGES: u32 = 100_000;

/// Most drawing steps of a page of a PDF. Large maps have some 200,000; forms that draw
/// each other twice would go on for ever.
pub const MAX_DRAWING_STEPS: u64 = 3_000_000;

/// How much a foreign file may ask for. The default is made of the constants of this
/// module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Pixels of a page as its file declares it; more is refused.
    pub max_pixels: u64,
    /// Bytes of a page image; more is shrunk by a whole number.
    pub max_image_bytes: u64,
    /// Bytes that a decoder may need besides the image; more is refused.
    pub max_working_bytes: u64,
    /// Bytes that one compressed part may unpack to; more is refused.
    pub max_unpacked_bytes: u64,
    /// Pages of a file; more is refused.
    pub max_pages: u32,
    /// Drawing steps of a page of a PDF; more is refused.
    pub max_drawing_steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_pixels: MAX_PAGE_PIXELS,
            max_image_bytes: MAX_IMAGE_BYTES,
            max_working_bytes: MAX_WORKING_BYTES,
            max_unpacked_bytes: MAX_UNPACKED_BYTES,
            max_pages: MAX_PAGES,
            max_drawing_steps: MAX_DRAWING_STEPS,
        }
    }
}

impl Limits {
    /// Checks the declared size of a page, in pixels.
    ///
    /// # Errors
    ///
    /// If a side is zero, or the page has too many pixels.
    pub(super) fn check_size(
        &self,
        width: u32,
        height: u32,
    ) -> Result<(), super::IntakeError> {
        if width == 0 || height == 0 {
            return Err(super::IntakeError::corrupt("an image has no pixels"));
        }
        if u64::from(width) * u64::from(height) > self.max_pixels {
            return Err(super::IntakeError::TooManyPixels {
                width,
                height,
                limit: self.max_pixels,
            });
        }
        Ok(())
    }

    /// Checks what a decoder is going to need besides the image.
    ///
    /// # Errors
    ///
    /// If it is more than `max_working_bytes`.
    pub(super) fn check_working_bytes(
        &self,
        needed: u64,
    ) -> Result<(), super::IntakeError> {
        if needed > self.max_working_bytes {
            return Err(super::IntakeError::TooManyBytes {
                limit: self.max_working_bytes,
            });
        }
        Ok(())
    }
}
