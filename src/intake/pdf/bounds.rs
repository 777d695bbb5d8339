//! What an image inside a PDF is going to need, found out before anything is decoded.

use hayro::hayro_syntax::Filter;
use hayro::hayro_syntax::object::{Array, Dict, Stream};

use super::super::{IntakeError, Limits};

/// Deflate can make at most this many bytes of one.
const MAX_DEFLATE_RATIO: u64 = 1032;

/// Checks what an image declares, and what its compressed data declares, against the
/// limits.
///
/// # Errors
///
/// If the image has too many pixels or unpacks to too many bytes.
pub(super) fn check_image(
    stream: &Stream<'_>,
    width: u32,
    height: u32,
    limits: &Limits,
) -> Result<(), IntakeError> {
    limits.check_size(width, height)?;
    let filters = stream.filters();
    match filters.first() {
        Some(Filter::FlateDecode) => check_deflate(&stream.raw_data(), limits)?,
        Some(Filter::CcittFaxDecode) => {
            let columns = parameters(stream)
                .and_then(|parameters| parameters.get::<u32>("Columns"))
                .unwrap_or(1728);
            limits.check_size(columns.max(1), height)?;
        }
        Some(Filter::Jbig2Decode) => check_jbig2(&stream.raw_data(), limits)?,
        Some(Filter::JpxDecode) => check_jpeg2000(&stream.raw_data(), limits)?,
        _ => {}
    }
    Ok(())
}

/// Bytes that decoding a whole image takes: its samples, and the page image made of them.
pub(super) fn working_bytes(width: u32, height: u32) -> u64 {
    /// Three bytes of colour, and one of grey or alpha.
    const BYTES_A_PIXEL: u64 = 4;
    u64::from(width) * u64::from(height) * BYTES_A_PIXEL
}

/// The parameters of the first filter.
fn parameters<'a>(stream: &Stream<'a>) -> Option<Dict<'a>> {
    let dict = stream.dict();
    ["DecodeParms", "DP"].iter().find_map(|key| {
        dict.get::<Dict<'_>>(key)
            .or_else(|| dict.get::<Array<'_>>(key)?.iter::<Dict<'_>>().next())
    })
}

/// Unpacks into nothing where the size alone does not rule out a bomb.
fn check_deflate(packed: &[u8], limits: &Limits) -> Result<(), IntakeError> {
    if packed.len() as u64 * MAX_DEFLATE_RATIO <= limits.max_unpacked_bytes {
        return Ok(());
    }
    let reader = flate2::read::ZlibDecoder::new(packed);
    let mut bounded = std::io::Read::take(reader, limits.max_unpacked_bytes + 1);
    // Broken data ends the count; the decoder will say so better.
    let unpacked = std::io::copy(&mut bounded, &mut std::io::sink()).unwrap_or(0);
    if unpacked > limits.max_unpacked_bytes {
        return Err(IntakeError::TooManyBytes { limit: limits.max_unpacked_bytes });
    }
    Ok(())
}

/// JBIG2 pages carry their own size.
fn check_jbig2(data: &[u8], limits: &Limits) -> Result<(), IntakeError> {
    let settings = hayro_jbig2::DecodeSettings { strict: false };
    match hayro_jbig2::Page::new_embedded(data, None, &settings) {
        Ok(page) if page.width() > 0 && page.height() > 0 => {
            limits.check_size(page.width(), page.height())
        }
        _ => Ok(()),
    }
}

/// JPEG 2000 images carry their own size.
fn check_jpeg2000(data: &[u8], limits: &Limits) -> Result<(), IntakeError> {
    let settings = hayro_jpeg2000::DecodeSettings::default();
    match hayro_jpeg2000::Image::new(data, &settings) {
        Ok(image) => limits.check_size(image.width(), image.height()),
        Err(_) => Ok(()),
    }
}
