//! CCITT fax compression, as in TIFF files and PDF.

use hayro_ccitt::{DecodeSettings, Decoder, DecoderContext, EncodingMode};

/// Kind of fax compression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fax {
    /// Modified Huffman with rows on whole bytes, without end-of-line codes.
    Huffman,
    /// Group 3.
    Group3 {
        /// Whether rows may be coded by their difference.
        is_2d: bool,
    },
    /// Group 4.
    Group4,
}

/// Hands each row on to a closure.
struct Rows<F>(F);

impl<F: FnMut(&[u32])> Decoder for Rows<F> {
    fn push_row(&mut self, changes: &[u32]) {
        (self.0)(changes);
    }
}

/// Decodes rows until `height` have come or the data ends; what is broken ends it, too.
///
/// `row` gets the places where the colour changes: each row starts white.
pub(super) fn decode(
    data: &[u8],
    kind: Fax,
    width: u32,
    height: u32,
    row: impl FnMut(&[u32]),
) {
    let encoding = match kind {
        Fax::Group4 => EncodingMode::Group4,
        Fax::Group3 { is_2d: true } => EncodingMode::Group3_2D,
        Fax::Group3 { is_2d: false } | Fax::Huffman => EncodingMode::Group3_1D,
    };
    let settings = DecodeSettings {
        columns: width,
        rows: height,
        end_of_block: kind != Fax::Huffman,
        end_of_line: matches!(kind, Fax::Group3 { .. }),
        rows_are_byte_aligned: kind == Fax::Huffman,
        encoding,
        strict: false,
    };
    let mut context = DecoderContext::new(settings);
    // Rows that came before an error are kept; the caller counts what is missing.
    let _kept = hayro_ccitt::decode(data, &mut Rows(row), &mut context);
}

/// Sets the bits of the black runs of a row, the highest bit of a byte first.
pub(super) fn blacken(row: &mut [u8], changes: &[u32], width: u32) {
    for run in changes.chunks(2) {
        let (Some(&start), end) = (run.first(), run.get(1).copied().unwrap_or(width))
        else {
            continue;
        };
        let (start, end) = (start as usize, (end.min(width)) as usize);
        let (first, last) = (start / 8, end / 8);
        let head = 0xFF_u8 >> (start % 8);
        let tail = !(0xFF_u8.checked_shr((end % 8) as u32).unwrap_or(0));
        if first == last {
            if let Some(byte) = row.get_mut(first) {
                *byte |= head & tail;
            }
            continue;
        }
        if let Some(byte) = row.get_mut(first) {
            *byte |= head;
        }
        if let Some(middle) = row.get_mut(first + 1..last) {
            middle.fill(0xFF);
        }
        if let Some(byte) = row.get_mut(last) {
            *byte |= tail;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_runs_become_bits() {
        for (changes, expected) in [
            (&[][..], [0x00, 0x00, 0x00]),
            (&[0], [0xFF, 0xFF, 0xF0]),
            (&[3, 5], [0x18, 0x00, 0x00]),
            (&[6, 17, 19], [0x03, 0xFF, 0x90]),
            (&[8, 16], [0x00, 0xFF, 0x00]),
        ] {
            let mut row = [0; 3];
            blacken(&mut row, changes, 20);
            assert_eq!(row, expected, "{changes:?}");
        }
    }
}
