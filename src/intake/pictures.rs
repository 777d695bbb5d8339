//! Files of formats that are rare in archives: BMP, GIF, `WebP`, JPEG 2000, JBIG2.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, ImageReader};

use super::canvas::{Canvas, Channels, Painted, fitted, pixels_of};
use super::color::{on_white, rgb_of_cmyk};
use super::stored::Stored;
use super::turn::Turn;
use super::{IntakeError, Limits};
use crate::model::Pixels;

/// Metres of an inch.
const METRES_PER_INCH: f64 = 0.0254;

/// Bytes a sample that the JPEG 2000 decoder keeps: coefficients as `f32`, their copy after
/// the wavelet step, and the result.
const JPEG2000_BYTES_A_SAMPLE: u64 = 9;

/// Reads a BMP, GIF (first image) or `WebP` file; transparent parts are white.
///
/// # Errors
///
/// If it is broken or asks for too much.
pub(super) fn load(
    data: &[u8],
    format: ImageFormat,
    limits: &Limits,
) -> Result<Stored, IntakeError> {
    let broken = |error: image::ImageError| match error {
        image::ImageError::Limits(_) => {
            IntakeError::TooManyBytes { limit: limits.max_working_bytes }
        }
        image::ImageError::Unsupported(unsupported) => {
            IntakeError::unsupported(unsupported.to_string())
        }
        other => IntakeError::corrupt(format!("the image data is broken: {other}")),
    };
    let reader = || ImageReader::with_format(Cursor::new(data), format);
    let (width, height) = reader().into_dimensions().map_err(broken)?;
    limits.check_size(width, height)?;
    limits.check_working_bytes(u64::from(width) * u64::from(height) * 4)?;
    let mut bounded = reader();
    let mut image_limits = image::Limits::default();
    image_limits.max_alloc = Some(limits.max_working_bytes);
    bounded.limits(image_limits);
    let decoded = bounded.decode().map_err(broken)?;
    let dpi = if format == ImageFormat::Bmp { bitmap_dpi(data) } else { None };
    Ok(Stored {
        painted: fitted(flattened(decoded), limits)?,
        dpi,
        turn: Turn::default(),
        incomplete: false,
    })
}

/// Grey or colour on white.
fn flattened(image: DynamicImage) -> Pixels {
    if !image.color().has_alpha() {
        return match image {
            DynamicImage::ImageLuma8(gray) => Pixels::Gray(gray),
            DynamicImage::ImageLuma16(_) => Pixels::Gray(image.into_luma8()),
            other => Pixels::Rgb(other.into_rgb8()),
        };
    }
    let rgba = image.into_rgba8();
    let mut rgb = image::RgbImage::new(rgba.width(), rgba.height());
    for (from, to) in rgba.pixels().zip(rgb.pixels_mut()) {
        let [red, green, blue, alpha] = from.0;
        to.0 = [red, green, blue].map(|value| on_white(value, alpha));
    }
    Pixels::Rgb(rgb)
}

/// Resolution in the second header of a bitmap, where it is long enough to have one.
fn bitmap_dpi(data: &[u8]) -> Option<(f64, f64)> {
    let number = |at: usize| {
        let &[a, b, c, d] = data.get(at..at + 4)? else { return None };
        Some(f64::from(u32::from_le_bytes([a, b, c, d])))
    };
    if number(14)? < 40.0 {
        return None;
    }
    Some((number(38)? * METRES_PER_INCH, number(42)? * METRES_PER_INCH))
}

/// Reads a JPEG 2000 file or code stream; one that would need too much memory is decoded
/// at half, a quarter … of its resolution.
///
/// # Errors
///
/// If it is broken or asks for too much.
pub(super) fn load_jpeg2000(data: &[u8], limits: &Limits) -> Result<Stored, IntakeError> {
    let broken = |error: hayro_jpeg2000::DecodeError| {
        IntakeError::corrupt(format!("the JPEG 2000 data is broken: {error}"))
    };
    let mut settings = hayro_jpeg2000::DecodeSettings::default();
    let image = hayro_jpeg2000::Image::new(data, &settings).map_err(broken)?;
    let (width, height) = (image.width(), image.height());
    limits.check_size(width, height)?;
    let count =
        u64::from(image.color_space().num_channels()) + u64::from(image.has_alpha());
    let needed = u64::from(width) * u64::from(height) * count * JPEG2000_BYTES_A_SAMPLE;
    let mut halvings = 0;
    while needed >> (2 * halvings) > limits.max_working_bytes && halvings < 5 {
        halvings += 1;
    }
    settings.target_resolution =
        (halvings > 0).then_some((width >> halvings, height >> halvings));
    let image = hayro_jpeg2000::Image::new(data, &settings).map_err(broken)?;
    let (width, height) = (image.width(), image.height());
    let needed = u64::from(width) * u64::from(height) * count * JPEG2000_BYTES_A_SAMPLE;
    limits.check_working_bytes(needed)?;
    let mut context = hayro_jpeg2000::DecoderContext::default();
    let bytes = image.decode(&mut context).map_err(broken)?.data_u8();
    drop(context);
    let pixels = wavelet_pixels(&image, bytes)?;
    let mut painted = fitted(pixels, limits)?;
    painted.shrunk_by <<= halvings;
    Ok(Stored { painted, dpi: None, turn: Turn::default(), incomplete: false })
}

/// Interleaved samples of JPEG 2000 as grey or colour on white.
fn wavelet_pixels(
    image: &hayro_jpeg2000::Image<'_>,
    bytes: Vec<u8>,
) -> Result<Pixels, IntakeError> {
    let (width, height) = (image.width(), image.height());
    let colors = usize::from(image.color_space().num_channels());
    let has_alpha = image.has_alpha();
    let channels = if colors < 3 { Channels::Gray } else { Channels::Rgb };
    if !has_alpha && (colors == 1 || colors == 3) {
        return pixels_of(width, height, channels, bytes);
    }
    let mut out = Vec::with_capacity(bytes.len());
    for pixel in bytes.chunks_exact(colors + usize::from(has_alpha)) {
        let alpha = if has_alpha { pixel.last().copied().unwrap_or(255) } else { 255 };
        match *pixel {
            [c, m, y, k, ..] if colors == 4 => out.extend(rgb_of_cmyk([c, m, y, k])),
            [r, g, b, ..] if colors >= 3 => {
                out.extend([r, g, b].map(|value| on_white(value, alpha)));
            }
            [gray, ..] => out.push(on_white(gray, alpha)),
            [] => {}
        }
    }
    pixels_of(width, height, channels, out)
}

/// Collects the pixels of a JBIG2 page into rows of a canvas.
struct Rows {
    canvas: Canvas,
    row: Vec<u8>,
}

impl hayro_jbig2::Decoder for Rows {
    fn push_pixel(&mut self, black: bool) {
        self.row.push(if black { 0 } else { 255 });
    }

    fn push_pixel_chunk(&mut self, black: bool, chunk_count: u32) {
        let end = self.row.len() + chunk_count as usize * 8;
        self.row.resize(end, if black { 0 } else { 255 });
    }

    fn next_line(&mut self) {
        self.canvas.push(&self.row);
        self.row.clear();
    }
}

/// Reads one page of a JBIG2 file, `index` from 0.
///
/// # Errors
///
/// If it is broken or asks for too much.
pub(super) fn load_jbig2(
    data: &[u8],
    index: usize,
    limits: &Limits,
) -> Result<Stored, IntakeError> {
    let file = jbig2_file(data)?;
    let page = file.page(index).ok_or(IntakeError::NoPages)?;
    let painted = paint_jbig2(&page, limits)?;
    Ok(Stored { painted, dpi: None, turn: Turn::default(), incomplete: false })
}

/// Pages of a JBIG2 file.
///
/// # Errors
///
/// If its structure is broken.
pub(super) fn num_jbig2_pages(data: &[u8]) -> Result<u32, IntakeError> {
    Ok(u32::try_from(jbig2_file(data)?.page_count()).unwrap_or(u32::MAX))
}

fn jbig2_file(data: &[u8]) -> Result<hayro_jbig2::File<'_>, IntakeError> {
    let settings = hayro_jbig2::DecodeSettings { strict: false };
    hayro_jbig2::File::new(data, &settings).map_err(|error| {
        IntakeError::corrupt(format!("the JBIG2 data is broken: {error}"))
    })
}

/// Decodes a JBIG2 page row by row.
///
/// # Errors
///
/// If it is broken or asks for too much.
pub(super) fn paint_jbig2(
    page: &hayro_jbig2::Page<'_>,
    limits: &Limits,
) -> Result<Painted, IntakeError> {
    let canvas = Canvas::new(page.width(), page.height(), Channels::Gray, limits)?;
    let row = Vec::with_capacity(canvas.row_bytes());
    let mut rows = Rows { canvas, row };
    page.decode(&mut rows).map_err(|error| {
        IntakeError::corrupt(format!("the JBIG2 data is broken: {error}"))
    })?;
    rows.canvas.finish()
}
