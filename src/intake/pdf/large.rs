//! Images too large to be decoded as a whole: row by row onto a canvas that shrinks.
//!
//! Maps and plans at 600 dpi have some 500 million pixels. Only the plain kinds are done
//! here, grey or red, green, blue of 1 or 8 bits; large images of other kinds are refused.

use std::io::Read;

use hayro::hayro_syntax::Filter;
use hayro::hayro_syntax::object::{Array, Dict, Name, Object, Stream};
use hayro_ccitt::{DecodeSettings, Decoder, DecoderContext, EncodingMode};

use super::super::canvas::{Canvas, Channels, Painted};
use super::super::pictures::paint_jbig2;
use super::super::{IntakeError, Limits};
use super::bounds::parameters;

/// How the samples of a plain image are to be read.
pub(super) struct Plain {
    width: u32,
    height: u32,
    channels: Channels,
    bits: usize,
    is_inverted: bool,
}

impl Plain {
    pub(super) fn width(&self) -> u32 {
        self.width
    }

    pub(super) fn is_gray(&self) -> bool {
        self.channels == Channels::Gray
    }

    /// One bit a pixel.
    pub(super) fn is_bits(&self) -> bool {
        self.bits == 1
    }

    /// Whether 0 is black although the document could say otherwise.
    pub(super) fn is_usual_colour(&self) -> bool {
        self.bits == 8 && !self.is_inverted
    }

    pub(super) fn is_inverted(&self) -> bool {
        self.is_inverted
    }
}

/// Decodes an image row by row; `None` if it is not of a plain kind.
///
/// # Errors
///
/// If it is broken before its first row, or has too many pixels.
pub(super) fn painted(
    stream: &Stream<'_>,
    width: u32,
    height: u32,
    limits: &Limits,
) -> Option<Result<Painted, IntakeError>> {
    let plain = plain(stream.dict(), width, height)?;
    match stream.filters().as_slice() {
        [Filter::CcittFaxDecode] if plain.bits == 1 => Some(fax(stream, &plain, limits)),
        [Filter::Jbig2Decode] if plain.bits == 1 => jbig2(stream, &plain, limits),
        [Filter::FlateDecode] => {
            let data = stream.raw_data();
            let reader = flate2::read::ZlibDecoder::new(data.as_ref());
            Some(raw(reader, &plain, predictor(stream), limits))
        }
        [] => Some(raw(stream.raw_data().as_ref(), &plain, 1, limits)),
        _ => None,
    }
}

pub(super) fn plain(dict: &Dict<'_>, width: u32, height: u32) -> Option<Plain> {
    if ["SMask", "Mask", "SMaskInData"].iter().any(|key| dict.contains_key(key)) {
        return None;
    }
    let is_stencil = dict.get::<bool>("ImageMask").unwrap_or(false);
    let bits = if is_stencil { 1 } else { dict.get::<usize>("BitsPerComponent")? };
    let channels = if is_stencil {
        Channels::Gray
    } else {
        channels(&dict.get::<Object<'_>>("ColorSpace")?)?
    };
    let decode: Vec<f32> = dict
        .get::<Array<'_>>("Decode")
        .map_or_else(Vec::new, |a| a.iter::<f32>().collect());
    let is_inverted = match decode.as_slice() {
        [] | [0.0, 1.0] | [0.0, 1.0, 0.0, 1.0, 0.0, 1.0] => false,
        [1.0, 0.0] | [1.0, 0.0, 1.0, 0.0, 1.0, 0.0] => true,
        _ => return None,
    };
    let is_usual = bits == 8 || (bits == 1 && channels == Channels::Gray);
    is_usual.then_some(Plain { width, height, channels, bits, is_inverted })
}

/// Grey or colour, where the colour space is as good as one of them.
fn channels(space: &Object<'_>) -> Option<Channels> {
    let of_name = |name: &Name<'_>| match name.as_ref() {
        b"DeviceGray" | b"CalGray" | b"G" => Some(Channels::Gray),
        b"DeviceRGB" | b"CalRGB" | b"RGB" => Some(Channels::Rgb),
        _ => None,
    };
    match space {
        Object::Name(name) => of_name(name),
        Object::Array(array) => {
            let mut items = array.iter::<Object<'_>>();
            let family = items.next()?.into_name()?;
            if family.as_ref() != b"ICCBased" {
                return of_name(&family);
            }
            match items.next()?.into_stream()?.dict().get::<u32>("N")? {
                1 => Some(Channels::Gray),
                3 => Some(Channels::Rgb),
                _ => None,
            }
        }
        _ => None,
    }
}

fn predictor(stream: &Stream<'_>) -> u32 {
    parameters(stream).and_then(|p| p.get::<u32>("Predictor")).unwrap_or(1)
}

/// Makes grey rows of the runs of a fax.
struct FaxRows {
    canvas: Canvas,
    row: Vec<u8>,
    paper: u8,
}

impl Decoder for FaxRows {
    fn push_row(&mut self, changes: &[u32]) {
        self.row.fill(self.paper);
        for run in changes.chunks(2) {
            let start = run.first().map_or(0, |start| *start as usize);
            let end = run.get(1).map_or(self.row.len(), |end| *end as usize);
            if let Some(ink) = self.row.get_mut(start..end) {
                ink.fill(!self.paper);
            }
        }
        self.canvas.push(&self.row);
    }
}

fn fax(
    stream: &Stream<'_>,
    plain: &Plain,
    limits: &Limits,
) -> Result<Painted, IntakeError> {
    let parameters = parameters(stream).unwrap_or_default();
    let flag = |key: &str, usual: bool| parameters.get::<bool>(key).unwrap_or(usual);
    let k = parameters.get::<i32>("K").unwrap_or(0);
    let columns = parameters.get::<u32>("Columns").unwrap_or(1728);
    let settings = DecodeSettings {
        columns,
        rows: plain.height,
        end_of_block: flag("EndOfBlock", true),
        end_of_line: flag("EndOfLine", false),
        rows_are_byte_aligned: flag("EncodedByteAlign", false),
        encoding: match k {
            ..0 => EncodingMode::Group4,
            0 => EncodingMode::Group3_1D,
            1.. => EncodingMode::Group3_2D,
        },
        strict: false,
    };
    let is_negative = flag("BlackIs1", false) != plain.is_inverted;
    let mut rows = FaxRows {
        canvas: Canvas::new(plain.width, plain.height, Channels::Gray, limits)?,
        row: vec![0; columns as usize],
        paper: if is_negative { 0 } else { 255 },
    };
    // Rows before an error are kept, and the rest is counted as missing.
    let _kept = hayro_ccitt::decode(
        &stream.raw_data(),
        &mut rows,
        &mut DecoderContext::new(settings),
    );
    rows.canvas.finish()
}

fn jbig2(
    stream: &Stream<'_>,
    plain: &Plain,
    limits: &Limits,
) -> Option<Result<Painted, IntakeError>> {
    if plain.is_inverted {
        return None;
    }
    let settings = hayro_jbig2::DecodeSettings { strict: false };
    let shared = parameters(stream)
        .and_then(|p| p.get::<Stream<'_>>("JBIG2Globals"))
        .and_then(|globals| globals.decoded_data().ok());
    let globals =
        shared.and_then(|shared| hayro_jbig2::Globals::new(&shared, &settings).ok());
    let data = stream.raw_data();
    let page =
        hayro_jbig2::Page::new_embedded(&data, globals.as_ref(), &settings).ok()?;
    Some(paint_jbig2(&page, limits))
}

/// Rows of samples without or after Flate compression.
fn raw(
    mut reader: impl Read,
    plain: &Plain,
    predictor: u32,
    limits: &Limits,
) -> Result<Painted, IntakeError> {
    let count = plain.channels.count();
    let row_bytes = (plain.width as usize * count * plain.bits).div_ceil(8);
    let has_filters = predictor >= 10;
    if predictor == 2 && plain.bits != 8 {
        return Err(IntakeError::unsupported("a large image with differences of bits"));
    }
    let mut canvas = Canvas::new(plain.width, plain.height, plain.channels, limits)?;
    let (mut row, mut above) = (vec![0; row_bytes], vec![0; row_bytes]);
    let mut gray = Vec::new();
    while !canvas.is_full() {
        let mut filter = [0];
        if has_filters && reader.read_exact(&mut filter).is_err() {
            break;
        }
        if reader.read_exact(&mut row).is_err() {
            break;
        }
        let distance = (count * plain.bits).div_ceil(8);
        match predictor {
            2 => unfilter(1, distance, &above, &mut row),
            10.. => unfilter(filter[0], distance, &above, &mut row),
            _ => {}
        }
        above.copy_from_slice(&row);
        let invert = if plain.is_inverted { 0xFF } else { 0 };
        gray.clear();
        if plain.bits == 1 {
            gray.extend(row.iter().flat_map(|byte| {
                (0..8).map(
                    move |bit| if (byte ^ invert) & (0x80 >> bit) == 0 { 0 } else { 255 },
                )
            }));
        } else {
            gray.extend(row.iter().map(|byte| byte ^ invert));
        }
        canvas.push(&gray);
    }
    canvas.finish()
}

/// Undoes a PNG filter; `distance` is the number of bytes to the pixel on the left.
fn unfilter(filter: u8, distance: usize, above: &[u8], row: &mut [u8]) {
    for at in 0..row.len() {
        let before = at.checked_sub(distance);
        let left = before.and_then(|at| row.get(at)).copied().unwrap_or(0);
        let up = above.get(at).copied().unwrap_or(0);
        let corner = before.and_then(|at| above.get(at)).copied().unwrap_or(0);
        let predicted = match filter {
            1 => left,
            2 => up,
            3 => u8::midpoint(left, up),
            4 => paeth(left, up, corner),
            _ => 0,
        };
        if let Some(byte) = row.get_mut(at) {
            *byte = byte.wrapping_add(predicted);
        }
    }
}

/// The neighbour nearest to `left + up - corner`.
fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(up) - i16::from(corner);
    let distance = |value: u8| (estimate - i16::from(value)).abs();
    if distance(left) <= distance(up) && distance(left) <= distance(corner) {
        left
    } else if distance(up) <= distance(corner) {
        up
    } else {
        corner
    }
}
