//! What an image inside a PDF is going to need, found out before anything is decoded.

use hayro::hayro_syntax::Filter;
use hayro::hayro_syntax::object::{Array, Dict, Stream};

use super::super::{IntakeError, Limits};

/// Deflate can make at most this many bytes of one.
const MAX_DEFLATE_RATIO: u64 = 1032;

/// Checks the size that an image declares, and that its compressed data declares; returns
/// about how many bytes decoding it as a whole takes.
///
/// # Errors
///
/// If the image has too many pixels.
pub(super) fn needed_bytes(
    stream: &Stream<'_>,
    width: u32,
    height: u32,
    limits: &Limits,
) -> Result<u64, IntakeError> {
    limits.check_size(width, height)?;
    let pixels = u64::from(width) * u64::from(height);
    match stream.filters().first() {
        Some(Filter::FlateDecode) if is_bomb(&stream.raw_data(), limits) => Ok(u64::MAX),
        Some(Filter::CcittFaxDecode) => {
            let columns = parameters(stream)
                .and_then(|parameters| parameters.get::<u32>("Columns"))
                .unwrap_or(1728);
            limits.check_size(columns.max(1), height)?;
            Ok(u64::from(columns) * u64::from(height))
        }
        Some(Filter::Jbig2Decode) => {
            check_jbig2(&stream.raw_data(), limits)?;
            Ok(pixels)
        }
        Some(Filter::JpxDecode) => {
            check_jpeg2000(&stream.raw_data(), limits)?;
            Ok(pixels * JPEG2000_BYTES_A_PIXEL)
        }
        _ => Ok(pixels * BYTES_A_PIXEL),
    }
}

/// How often the sides of an image must be halved until decoding it takes no more than is
/// allowed, where `needed` is what it takes as a whole.
pub(super) fn halvings(needed: u64, limits: &Limits) -> u32 {
    (0..16).find(|n| needed >> (2 * n) <= limits.max_working_bytes).unwrap_or(16)
}

/// Three bytes of colour and, for inks or a mask, one more.
const BYTES_A_PIXEL: u64 = 4;

/// Three samples of nine bytes each while the wavelets are undone.
const JPEG2000_BYTES_A_PIXEL: u64 = 27;

/// The parameters of the first filter.
pub(super) fn parameters<'a>(stream: &Stream<'a>) -> Option<Dict<'a>> {
    let dict = stream.dict();
    ["DecodeParms", "DP"].iter().find_map(|key| {
        dict.get::<Dict<'_>>(key)
            .or_else(|| dict.get::<Array<'_>>(key)?.iter::<Dict<'_>>().next())
    })
}

/// Whether Flate data unpacks to more than is allowed. It is unpacked into nothing where
/// its packed size alone does not rule that out.
fn is_bomb(packed: &[u8], limits: &Limits) -> bool {
    if packed.len() as u64 * MAX_DEFLATE_RATIO <= limits.max_unpacked_bytes {
        return false;
    }
    let reader = flate2::read::ZlibDecoder::new(packed);
    let mut bounded = std::io::Read::take(reader, limits.max_unpacked_bytes + 1);
    // Broken data ends the count; the decoder will say so better.
    let unpacked = std::io::copy(&mut bounded, &mut std::io::sink()).unwrap_or(0);
    unpacked > limits.max_unpacked_bytes
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
