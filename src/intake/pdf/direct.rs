//! Takes the one image of a scanned page out of its document, as it is stored.

use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageData, ImageDrawProps,
    LumaData, RasterImage, SoftMask,
};
use hayro::hayro_syntax::object::Stream;
use hayro::kurbo::BezPath;

use super::super::canvas::{Channels, Painted, fitted, pixels_of};
use super::super::{IntakeError, Limits};
use super::large;
use super::scout::SeenImage;
use crate::model::Pixels;

/// Decodes the image of one call of `draw_image`, and ignores everything else.
pub(super) struct Taker<'l> {
    wanted: SeenImage,
    limits: &'l Limits,
    num_images: usize,
    taken: Option<Result<Painted, IntakeError>>,
}

impl<'l> Taker<'l> {
    /// Waits for the image `wanted`.
    pub(super) fn new(wanted: SeenImage, limits: &'l Limits) -> Self {
        Self { wanted, limits, num_images: 0, taken: None }
    }

    /// The image, shrunk if it is too large.
    ///
    /// # Errors
    ///
    /// If the image could not be decoded.
    pub(super) fn painted(self) -> Result<Painted, IntakeError> {
        self.taken.unwrap_or_else(|| {
            Err(IntakeError::corrupt("the image on the page cannot be decoded"))
        })
    }

    /// Decodes a large image of wavelets, which hold it at half, a quarter … of its size.
    fn take_halved(&mut self, raster: &RasterImage<'_>) {
        let (wanted, limits) = (&self.wanted, self.limits);
        let target = (wanted.width >> wanted.halvings, wanted.height >> wanted.halvings);
        let mut taken = None;
        raster.with_rgba(
            |color, alpha| {
                let by = wanted.width.div_ceil(color.width().max(1));
                taken = Some(merged(color, alpha).and_then(|pixels| {
                    let painted = fitted(pixels, limits)?;
                    Ok(Painted { shrunk_by: painted.shrunk_by * by, ..painted })
                }));
            },
            Some(target),
        );
        self.taken = taken;
    }

    /// Decodes a large image row by row.
    fn take_rows(&mut self, stream: &Stream<'_>) {
        let (width, height) = (self.wanted.width, self.wanted.height);
        let painted = large::painted(stream, width, height, self.limits);
        self.taken = Some(painted.unwrap_or(Err(IntakeError::TooManyBytes {
            limit: self.limits.max_working_bytes,
        })));
    }
}

impl<'a> Device<'a> for Taker<'_> {
    fn draw_image(&mut self, image: Image<'a, '_>, _: ImageDrawProps<'a>) {
        let index = self.num_images;
        self.num_images += 1;
        if index != self.wanted.index {
            return;
        }
        let limits = self.limits;
        match image {
            Image::Raster(raster)
                if self.wanted.is_large && self.wanted.codec == "jpeg2000" =>
            {
                self.take_halved(&raster);
            }
            Image::Raster(raster) if self.wanted.is_large => {
                self.take_rows(raster.stream());
            }
            Image::Stencil(stencil) if self.wanted.is_large => {
                self.take_rows(stencil.stream());
            }
            Image::Raster(raster) => raster.with_rgba(
                |color, alpha| {
                    let pixels = merged(color, alpha);
                    self.taken = Some(pixels.and_then(|pixels| fitted(pixels, limits)));
                },
                None,
            ),
            Image::Stencil(stencil) => stencil.with_stencil(
                |mask, _| {
                    // The mask says how much is painted, in black.
                    let ink = mask.data.iter().map(|v| 255 - v).collect();
                    let pixels = pixels_of(mask.width, mask.height, Channels::Gray, ink);
                    self.taken = Some(pixels.and_then(|pixels| fitted(pixels, limits)));
                },
                None,
            ),
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
    }
    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

/// An image on white paper.
fn merged(color: ImageData, alpha: Option<LumaData>) -> Result<Pixels, IntakeError> {
    let (width, height) = (color.width(), color.height());
    let (channels, mut bytes) = match color {
        ImageData::Luma(gray) => (Channels::Gray, gray.data),
        ImageData::Rgb(rgb) => (Channels::Rgb, rgb.data),
    };
    if let Some(alpha) = alpha {
        lay_on_white(&mut bytes, (width, height), channels, &alpha);
    }
    pixels_of(width, height, channels, bytes)
}

/// Mixes pixels with white by their opacity; a mask of another size is read at the nearest
/// place.
fn lay_on_white(
    bytes: &mut [u8],
    (width, height): (u32, u32),
    channels: Channels,
    alpha: &LumaData,
) {
    let (alpha_width, alpha_height) = (u64::from(alpha.width), u64::from(alpha.height));
    let row_bytes = (width as usize * channels.count()).max(1);
    for (y, row) in bytes.chunks_exact_mut(row_bytes).enumerate() {
        let alpha_y = y as u64 * alpha_height / u64::from(height.max(1));
        for (x, pixel) in row.chunks_exact_mut(channels.count()).enumerate() {
            let alpha_x = x as u64 * alpha_width / u64::from(width.max(1));
            let at = (alpha_y * alpha_width + alpha_x) as usize;
            let opacity = u32::from(alpha.data.get(at).copied().unwrap_or(255));
            for value in pixel {
                let mixed = u32::from(*value) * opacity + 255 * (255 - opacity);
                *value = ((mixed + 127) / 255) as u8;
            }
        }
    }
}
