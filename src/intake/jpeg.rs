//! JPEG files, and JPEG data inside other files.

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::canvas::{Channels, Painted, fitted, pixels_of};
use super::color::rgb_of_cmyk;
use super::stored::Stored;
use super::tiff;
use super::turn::Turn;
use super::{IntakeError, Limits};
use crate::model::{Codec, StoredPicture};

/// Samples of a decoded JPEG, interleaved, 8 bits each.
pub(super) struct Samples {
    /// Pixels from left to right.
    pub(super) width: u32,
    /// Pixels from top to bottom.
    pub(super) height: u32,
    /// Samples a pixel: 1, 3 or 4.
    pub(super) count: u8,
    /// The samples, row by row.
    pub(super) bytes: Vec<u8>,
    /// Whether the data ended before the image.
    pub(super) incomplete: bool,
}

/// What to do with the colours of three or four components.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colors {
    /// To red, green, blue or to inks, as the markers in the data say.
    AsMarked,
    /// Left as stored: what is around the data says what they are.
    Raw,
}

/// What the markers in front of the image say.
#[derive(Debug, Default)]
struct Header<'a> {
    precision: u8,
    width: u32,
    height: u32,
    components: u8,
    /// Number of the frame marker, e.g. 0xC2 for progressive.
    frame: u8,
    /// Colour transform of Adobe's marker, where there is one.
    adobe: Option<u8>,
    /// Pixels per inch of the JFIF marker.
    jfif_dpi: Option<(f64, f64)>,
    exif: Option<&'a [u8]>,
}

impl<'a> Header<'a> {
    /// Walks over the markers up to the frame header, and on to the first scan.
    fn read(data: &'a [u8]) -> Result<Self, IntakeError> {
        let mut header = Self::default();
        let mut rest = data.get(2..).unwrap_or_default();
        while let Some(start) = rest.iter().position(|&byte| byte == 0xFF) {
            rest = rest.get(start + 1..).unwrap_or_default();
            let Some(&marker) = rest.first() else { break };
            if matches!(marker, 0x00 | 0x01 | 0xD0..=0xD8 | 0xFF) {
                continue;
            }
            if matches!(marker, 0xD9 | 0xDA) {
                break;
            }
            let Some(&[high, low]) = rest.get(1..3) else { break };
            let length = usize::from(u16::from_be_bytes([high, low]));
            let end = (1 + length).min(rest.len());
            let body = rest.get(3..end).unwrap_or_default();
            header.take(marker, body);
            rest = rest.get(end..).unwrap_or_default();
        }
        if header.frame == 0 {
            return Err(IntakeError::corrupt("the JPEG data has no frame header"));
        }
        Ok(header)
    }

    fn take(&mut self, marker: u8, body: &'a [u8]) {
        match marker {
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) && self.frame == 0 => {
                if let Some(&[precision, h1, h0, w1, w0, components]) = body.get(..6) {
                    self.frame = marker;
                    self.precision = precision;
                    self.height = u32::from(u16::from_be_bytes([h1, h0]));
                    self.width = u32::from(u16::from_be_bytes([w1, w0]));
                    self.components = components;
                }
            }
            0xE0 if body.starts_with(b"JFIF\0") => {
                if let Some(&[unit, x1, x0, y1, y0]) = body.get(7..12) {
                    let x = f64::from(u16::from_be_bytes([x1, x0]));
                    let y = f64::from(u16::from_be_bytes([y1, y0]));
                    self.jfif_dpi = match unit {
                        1 => Some((x, y)),
                        2 => Some((x * 2.54, y * 2.54)),
                        _ => None,
                    };
                }
            }
            0xE1 => {
                if let Some(exif) = body.strip_prefix(b"Exif\0\0") {
                    self.exif.get_or_insert(exif);
                }
            }
            0xEE if body.starts_with(b"Adobe") => {
                self.adobe = Some(body.get(11).copied().unwrap_or(0));
            }
            _ => {}
        }
    }

    /// Refuses what no decoder here can read, by name.
    fn check(&self, limits: &Limits) -> Result<(), IntakeError> {
        match self.frame {
            0xC3 | 0xC5..=0xC7 | 0xCB | 0xCD..=0xCF => {
                return Err(IntakeError::unsupported("lossless or hierarchical JPEG"));
            }
            0xC9 | 0xCA => {
                return Err(IntakeError::unsupported("JPEG with arithmetic coding"));
            }
            _ => {}
        }
        if self.precision != 8 {
            let feature = format!("JPEG with {} bits a sample", self.precision);
            return Err(IntakeError::unsupported(feature));
        }
        limits.check_size(self.width, self.height)?;
        let samples = u64::from(self.width)
            * u64::from(self.height)
            * u64::from(self.components.max(1));
        // Progressive data keeps a coefficient of two bytes for every sample.
        let bytes_a_sample = if self.frame == 0xC2 { 3 } else { 1 };
        limits.check_working_bytes(samples * bytes_a_sample)
    }
}

/// Decodes JPEG data. `tables` are those of a TIFF file, or empty.
///
/// # Errors
///
/// If the header is broken, of an unsupported kind, or asks for too much.
pub(super) fn samples(
    data: &[u8],
    colors: Colors,
    limits: &Limits,
) -> Result<Samples, IntakeError> {
    let header = Header::read(data)?;
    header.check(limits)?;
    decode(data, &header, colors)
}

fn decode(
    data: &[u8],
    header: &Header<'_>,
    colors: Colors,
) -> Result<Samples, IntakeError> {
    let four_as_stored =
        if header.adobe == Some(2) { ColorSpace::YCCK } else { ColorSpace::CMYK };
    let out = match (header.components, colors) {
        (1, _) => ColorSpace::Luma,
        (3, Colors::AsMarked) => ColorSpace::RGB,
        (3, Colors::Raw) => ColorSpace::YCbCr,
        (4, _) => four_as_stored,
        (count, _) => {
            let feature = format!("JPEG with {count} components");
            return Err(IntakeError::unsupported(feature));
        }
    };
    let options = DecoderOptions::default()
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_out_colorspace(out);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(data), options);
    let broken = |error: zune_jpeg::errors::DecodeErrors| {
        IntakeError::corrupt(format!("the JPEG data is broken: {error}"))
    };
    decoder.decode_headers().map_err(broken)?;
    // Adobe's marker may say "not transformed", and then three components are colours.
    if header.components == 3 && decoder.input_colorspace() == Some(ColorSpace::RGB) {
        decoder.set_options(options.jpeg_set_out_colorspace(ColorSpace::RGB));
    }
    let size = decoder
        .output_buffer_size()
        .ok_or_else(|| IntakeError::corrupt("the JPEG header gives no size"))?;
    let count = header.components;
    let mut bytes = vec![UNTOUCHED; size];
    let failure = decoder.decode_into(&mut bytes).err();
    if let Some(error) = failure
        && bytes.iter().all(|&byte| byte == UNTOUCHED)
    {
        return Err(broken(error));
    }
    if four_as_stored == ColorSpace::YCCK && count == 4 && colors == Colors::AsMarked {
        bytes.chunks_exact_mut(4).for_each(inks_of_ycck);
    }
    if count == 4 && header.adobe.is_some() && colors == Colors::AsMarked {
        // Adobe's programs store inks upside down.
        for ink in &mut bytes {
            *ink = 255 - *ink;
        }
    }
    Ok(Samples {
        width: header.width,
        height: header.height,
        count,
        bytes,
        incomplete: !has_end(data),
    })
}

/// White in grey and colour; what the decoder did not reach stays so.
const UNTOUCHED: u8 = 255;

/// YCCK to the inks as stored: the first three are what YCbCr is of red, green, blue with
/// red for "255 minus cyan" and so on (`cmyk_ycck_convert` of libjpeg).
fn inks_of_ycck(pixel: &mut [u8]) {
    let [y, cb, cr, _] = *pixel else { return };
    let (y, cb, cr) = (f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
    let rgb = [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb];
    for (ink, value) in pixel.iter_mut().zip(rgb) {
        *ink = (255.0 - value).round().clamp(0.0, 255.0) as u8;
    }
}

/// Samples with marked colours as an image.
///
/// # Errors
///
/// If there are fewer samples than the size needs.
pub(super) fn painted(samples: Samples, limits: &Limits) -> Result<Painted, IntakeError> {
    let Samples { width, height, count, mut bytes, .. } = samples;
    let channels = if count == 1 { Channels::Gray } else { Channels::Rgb };
    if count == 4 {
        let num_pixels = bytes.len() / 4;
        for at in 0..num_pixels {
            if let Some(&[c, m, y, k]) = bytes.get(at * 4..at * 4 + 4)
                && let Some(pixel) = bytes.get_mut(at * 3..at * 3 + 3)
            {
                pixel.copy_from_slice(&rgb_of_cmyk([c, m, y, k]));
            }
        }
        bytes.truncate(num_pixels * 3);
    }
    fitted(pixels_of(width, height, channels, bytes)?, limits)
}

/// The data as they are, where other programs show them as this one does: one or three
/// channels, all of it there, not mirrored.
pub(super) fn stored(data: &[u8]) -> Option<StoredPicture> {
    let header = Header::read(data).ok()?;
    header.check(&Limits::default()).ok()?;
    let exif = header.exif.map(tiff::exif).unwrap_or_default();
    let turn = Turn::from_tag(exif.orientation);
    let is_usual = matches!(header.components, 1 | 3) && !turn.mirrored;
    (is_usual && has_end(data)).then(|| StoredPicture {
        codec: Codec::Jpeg { is_gray: header.components == 1 },
        width: header.width,
        height: header.height,
        quarters: turn.quarters,
        bytes: data.to_vec(),
    })
}

/// Whether the mark that ends an image stands near the end of the data.
fn has_end(data: &[u8]) -> bool {
    data.windows(2).rev().take(1024).any(|two| two == [0xFF, 0xD9])
}

/// Reads a JPEG file.
///
/// # Errors
///
/// If it is broken, of an unsupported kind, or asks for too much.
pub(super) fn load(data: &[u8], limits: &Limits) -> Result<Stored, IntakeError> {
    let header = Header::read(data)?;
    header.check(limits)?;
    let exif = header.exif.map(tiff::exif).unwrap_or_default();
    let decoded = decode(data, &header, Colors::AsMarked)?;
    let incomplete = decoded.incomplete;
    Ok(Stored {
        painted: painted(decoded, limits)?,
        dpi: header.jfif_dpi.filter(|(x, _)| *x > 1.0).or(exif.dpi),
        turn: Turn::from_tag(exif.orientation),
        incomplete,
    })
}
