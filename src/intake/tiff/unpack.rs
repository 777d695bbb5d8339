//! One strip or tile of a TIFF image: compressed bytes in, samples out.

use std::borrow::Cow;
use std::io::Read as _;

use super::super::fax::{self, Fax};
use super::super::{IntakeError, Limits};
use super::layout::{Compression, Layout};

/// Unpacks a chunk to rows of samples of [`Layout::chunk_row_bytes`] each; what is missing
/// at the end is missing.
///
/// JPEG is not done here: its samples come decoded.
///
/// # Errors
///
/// If the chunk unpacks to more bytes than allowed, or nothing of it is readable.
pub(super) fn unpacked<'a>(
    layout: &Layout,
    packed: &'a [u8],
    limits: &Limits,
) -> Result<Cow<'a, [u8]>, IntakeError> {
    let wanted = layout.chunk_row_bytes() * u64::from(layout.chunk_height);
    if layout.compression == Compression::None && !layout.is_reversed {
        let end = usize::try_from(wanted).unwrap_or(usize::MAX).min(packed.len());
        return Ok(Cow::Borrowed(packed.get(..end).unwrap_or_default()));
    }
    if wanted > limits.max_unpacked_bytes {
        return Err(IntakeError::TooManyBytes { limit: limits.max_unpacked_bytes });
    }
    let wanted = wanted as usize;
    let packed = if layout.is_reversed {
        Cow::Owned(packed.iter().map(|byte| byte.reverse_bits()).collect())
    } else {
        Cow::Borrowed(packed)
    };
    let unpacked = match layout.compression {
        Compression::Deflate => inflated(&packed, wanted),
        Compression::Lzw => lzw(&packed, wanted),
        Compression::PackBits => pack_bits(&packed, wanted),
        Compression::FaxHuffman => fax_rows(layout, Fax::Huffman, &packed),
        Compression::FaxGroup3 { options } => {
            fax_rows(layout, Fax::Group3 { is_2d: options & 1 != 0 }, &packed)
        }
        Compression::FaxGroup4 => fax_rows(layout, Fax::Group4, &packed),
        Compression::None | Compression::Jpeg | Compression::OldJpeg => {
            packed.get(..wanted).unwrap_or(&packed).to_vec()
        }
    };
    if unpacked.is_empty() {
        return Err(IntakeError::corrupt("a part of the TIFF image is unreadable"));
    }
    Ok(Cow::Owned(unpacked))
}

fn inflated(packed: &[u8], wanted: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(wanted);
    let mut reader = flate2::read::ZlibDecoder::new(packed).take(wanted as u64);
    // What came before an error is kept, and missing rows are counted later.
    let _kept = reader.read_to_end(&mut out);
    out
}

fn lzw(packed: &[u8], wanted: usize) -> Vec<u8> {
    use weezl::{BitOrder, LzwStatus, decode::Decoder};
    // Files of before TIFF 5.0 have the bits the other way round, and start with a clear
    // code of 256 in that order.
    let is_old = matches!(packed, [0, second, ..] if second & 1 == 1);
    let mut decoder = if is_old {
        Decoder::new(BitOrder::Lsb, 8)
    } else {
        Decoder::with_tiff_size_switch(BitOrder::Msb, 8)
    };
    let mut out = vec![0; wanted];
    let (mut read, mut written) = (0, 0);
    while written < wanted {
        let (Some(input), Some(output)) = (packed.get(read..), out.get_mut(written..))
        else {
            break;
        };
        let result = decoder.decode_bytes(input, output);
        read += result.consumed_in;
        written += result.consumed_out;
        let is_stuck = result.consumed_in == 0 && result.consumed_out == 0;
        if is_stuck || !matches!(result.status, Ok(LzwStatus::Ok)) {
            break;
        }
    }
    out.truncate(written);
    out
}

fn pack_bits(packed: &[u8], wanted: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(wanted);
    let mut rest = packed;
    while out.len() < wanted {
        let Some((&control, after)) = rest.split_first() else { break };
        rest = after;
        match control {
            0..=127 => {
                let length = (usize::from(control) + 1).min(rest.len());
                let (literal, after) = rest.split_at(length);
                out.extend_from_slice(literal);
                rest = after;
            }
            128 => {}
            129..=255 => {
                let Some((&byte, after)) = rest.split_first() else { break };
                out.resize(out.len() + 257 - usize::from(control), byte);
                rest = after;
            }
        }
    }
    out.truncate(wanted);
    out
}

/// Bilevel rows packed to bits, 1 where the fax has black.
fn fax_rows(layout: &Layout, kind: Fax, packed: &[u8]) -> Vec<u8> {
    let row_bytes = layout.chunk_row_bytes() as usize;
    let mut out = Vec::new();
    fax::decode(packed, kind, layout.chunk_width, layout.chunk_height, |changes| {
        let start = out.len();
        out.resize(start + row_bytes, 0_u8);
        if let Some(row) = out.get_mut(start..) {
            fax::blacken(row, changes, layout.chunk_width);
        }
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pack_bits_unpacks_runs_and_literals_and_stops_at_the_end() {
        for (packed, expected) in [
            (
                &[0xFE, 0xAA, 0x02, 0x80, 0x00, 0x2A][..],
                &[0xAA, 0xAA, 0xAA, 0x80, 0, 0x2A][..],
            ),
            (&[0x80, 0x80, 0x00, 7], &[7]),
            (&[0x81, 9], &[9; 6]),
            (&[0x05, 1, 2], &[1, 2]),
            (&[0xFE], &[]),
        ] {
            assert_eq!(pack_bits(packed, 6), expected, "{packed:?}");
        }
    }
}
