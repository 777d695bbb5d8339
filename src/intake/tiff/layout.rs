//! How the samples of a TIFF image are laid out in its file.

use super::super::{IntakeError, Limits};
use super::directory::{Directory, tag};

/// Compression of the samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    /// CCITT modified Huffman, rows on whole bytes.
    FaxHuffman,
    /// CCITT Group 3, with the T.4 options tag.
    FaxGroup3 {
        options: u64,
    },
    FaxGroup4,
    Lzw,
    OldJpeg,
    Jpeg,
    Deflate,
    PackBits,
}

/// What samples mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    WhiteIsZero,
    BlackIsZero,
    Rgb,
    Palette,
    Inks,
    YCbCr,
    /// CIE L*a*b*, of which only the lightness is used.
    Lab,
}

/// How a sample is written as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    /// From zero on.
    Whole,
    /// Zero in the middle.
    Signed,
    /// Floating point: 0 is black, 1 is white.
    Float,
}

/// What an additional sample is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alpha {
    /// There is none, or it has no known use.
    None,
    /// Colours are already multiplied by it.
    Associated,
    /// Colours are as they are.
    Unassociated,
}

/// The layout of one image.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the file format")]
pub(super) struct Layout {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Bits a sample: 1 to 16, or 32; 16, 32 or 64 for floating point.
    pub(super) bits: u32,
    /// Samples a pixel, with those of no known use.
    pub(super) samples: usize,
    pub(super) number: Number,
    pub(super) meaning: Meaning,
    pub(super) alpha: Alpha,
    pub(super) compression: Compression,
    pub(super) is_reversed: bool,
    pub(super) is_little: bool,
    pub(super) is_predicted: bool,
    /// Whether each sample has its own chunks.
    pub(super) is_planar: bool,
    /// Pixels across a chunk: that of a tile, or the width.
    pub(super) chunk_width: u32,
    /// Rows of a chunk.
    pub(super) chunk_height: u32,
    /// Start and length of each chunk.
    pub(super) chunks: Vec<(u64, u64)>,
    /// Red, green and blue of each palette entry.
    pub(super) palette: Vec<[u8; 3]>,
    /// Pixels across and down that share a colour, for `YCbCr`.
    pub(super) subsampling: (u32, u32),
}

impl Layout {
    /// Reads and checks the layout.
    ///
    /// # Errors
    ///
    /// If a needed tag is missing, or something is not supported or too large.
    pub(super) fn read(
        directory: &Directory<'_>,
        limits: &Limits,
    ) -> Result<Self, IntakeError> {
        let side = |tag: u16, name: &str| {
            directory.number(tag).and_then(|side| u32::try_from(side).ok()).ok_or_else(
                || IntakeError::corrupt(format!("the TIFF image has no {name}")),
            )
        };
        let (width, height) = (side(tag::WIDTH, "width")?, side(tag::HEIGHT, "height")?);
        limits.check_size(width, height)?;
        let compression = compression(directory)?;
        let samples = directory.number(tag::SAMPLES_PER_PIXEL).unwrap_or(1);
        if !(1..=16).contains(&samples) {
            let feature = format!("TIFF with {samples} samples a pixel");
            return Err(IntakeError::unsupported(feature));
        }
        let samples = samples as usize;
        let meaning = meaning(directory, compression, samples)?;
        let (bits, number) = depth(directory, samples)?;
        let is_planar =
            samples > 1 && directory.number(tag::PLANAR_CONFIGURATION) == Some(2);
        let mut layout = Self {
            width,
            height,
            bits,
            samples,
            number,
            meaning,
            alpha: alpha(directory, meaning, samples),
            compression,
            is_reversed: directory.number(tag::FILL_ORDER) == Some(2),
            is_little: directory.reader().is_little(),
            is_predicted: is_predicted(directory)?,
            is_planar,
            chunk_width: width,
            chunk_height: height,
            chunks: Vec::new(),
            palette: palette(directory),
            subsampling: subsampling(directory, meaning),
        };
        layout.find_chunks(directory);
        let wanted = layout.num_chunks();
        if layout.chunks.is_empty() && compression != Compression::OldJpeg {
            return Err(IntakeError::corrupt("the TIFF image has no data"));
        }
        layout.chunks.truncate(wanted);
        Ok(layout)
    }

    fn find_chunks(&mut self, directory: &Directory<'_>) {
        let side = |tag: u16| {
            directory.number(tag).and_then(|n| u32::try_from(n).ok()).filter(|&n| n > 0)
        };
        let tile = side(tag::TILE_WIDTH).zip(side(tag::TILE_LENGTH));
        let mut starts = directory.numbers(tag::TILE_OFFSETS);
        let mut lengths = directory.numbers(tag::TILE_BYTE_COUNTS);
        if starts.is_empty() {
            // Old writers put the places of tiles into the tags of strips.
            starts = directory.numbers(tag::STRIP_OFFSETS);
            lengths = directory.numbers(tag::STRIP_BYTE_COUNTS);
        }
        if let Some((tile_width, tile_height)) = tile {
            self.chunk_width = tile_width;
            self.chunk_height = tile_height;
        } else {
            let rows = side(tag::ROWS_PER_STRIP).unwrap_or(self.height);
            self.chunk_height = rows.min(self.height);
        }
        let file_size = directory.reader().data().len() as u64;
        self.chunks = starts
            .iter()
            .enumerate()
            .map(|(index, &start)| {
                // Without lengths, a chunk goes on to the next one or the end of the file.
                let next = starts.get(index + 1).copied().filter(|next| *next > start);
                let rest = next.unwrap_or(file_size).saturating_sub(start);
                let length = lengths.get(index).copied().filter(|length| *length > 0);
                (start, length.unwrap_or(rest))
            })
            .collect();
    }

    /// Chunks beside each other.
    pub(super) fn chunks_across(&self) -> usize {
        self.width.div_ceil(self.chunk_width) as usize
    }

    /// Rows of chunks.
    pub(super) fn num_bands(&self) -> usize {
        self.height.div_ceil(self.chunk_height) as usize
    }

    fn num_chunks(&self) -> usize {
        let planes = if self.is_planar { self.samples } else { 1 };
        self.chunks_across().saturating_mul(self.num_bands()).saturating_mul(planes)
    }

    /// Samples that stand together in a chunk for each pixel.
    pub(super) fn samples_in_chunk(&self) -> usize {
        if self.is_planar { 1 } else { self.samples }
    }

    /// Bytes of a row of an unpacked chunk.
    pub(super) fn chunk_row_bytes(&self) -> u64 {
        let samples = u64::from(self.chunk_width) * self.samples_in_chunk() as u64;
        (samples * u64::from(self.bits)).div_ceil(8)
    }
}

fn compression(directory: &Directory<'_>) -> Result<Compression, IntakeError> {
    Ok(match directory.number(tag::COMPRESSION).unwrap_or(1) {
        // Zero is written by some scanners for "none".
        0 | 1 => Compression::None,
        2 => Compression::FaxHuffman,
        3 => Compression::FaxGroup3 {
            options: directory.number(tag::T4_OPTIONS).unwrap_or(0),
        },
        4 => Compression::FaxGroup4,
        5 => Compression::Lzw,
        6 => Compression::OldJpeg,
        7 => Compression::Jpeg,
        8 | 32_946 => Compression::Deflate,
        32_773 => Compression::PackBits,
        other => {
            let feature = format!("TIFF compression {other}");
            return Err(IntakeError::unsupported(feature));
        }
    })
}

fn meaning(
    directory: &Directory<'_>,
    compression: Compression,
    samples: usize,
) -> Result<Meaning, IntakeError> {
    let is_fax = matches!(
        compression,
        Compression::FaxHuffman | Compression::FaxGroup3 { .. } | Compression::FaxGroup4
    );
    Ok(match directory.number(tag::PHOTOMETRIC) {
        Some(0) => Meaning::WhiteIsZero,
        Some(1 | 4) => Meaning::BlackIsZero,
        Some(2) if samples >= 3 => Meaning::Rgb,
        Some(3) => Meaning::Palette,
        Some(5) if samples >= 4 => Meaning::Inks,
        Some(6) if samples >= 3 => Meaning::YCbCr,
        Some(8..=10) => Meaning::Lab,
        None if is_fax => Meaning::WhiteIsZero,
        // Fewer samples than the colours need, or nothing said at all.
        None | Some(2 | 5 | 6) if samples < 3 => Meaning::BlackIsZero,
        None => Meaning::Rgb,
        Some(other) => {
            let feature = format!("TIFF colour model {other}");
            return Err(IntakeError::unsupported(feature));
        }
    })
}

fn depth(
    directory: &Directory<'_>,
    samples: usize,
) -> Result<(u32, Number), IntakeError> {
    let all = directory.numbers(tag::BITS_PER_SAMPLE);
    let bits = all.first().copied().unwrap_or(1);
    if all.iter().take(samples).any(|other| *other != bits) {
        return Err(IntakeError::unsupported("TIFF with samples of different depths"));
    }
    let format = directory.number(tag::SAMPLE_FORMAT).unwrap_or(1);
    match (bits, format) {
        (1..=16 | 32, 1 | 4) => Ok((bits as u32, Number::Whole)),
        (8 | 16 | 32, 2) => Ok((bits as u32, Number::Signed)),
        (16 | 32 | 64, 3) => Ok((bits as u32, Number::Float)),
        _ => {
            let feature = format!("TIFF with {bits} bits a sample");
            Err(IntakeError::unsupported(feature))
        }
    }
}

fn alpha(directory: &Directory<'_>, meaning: Meaning, samples: usize) -> Alpha {
    let colors = match meaning {
        Meaning::Rgb | Meaning::YCbCr | Meaning::Lab => 3,
        Meaning::Inks => 4,
        _ => 1,
    };
    if samples <= colors {
        return Alpha::None;
    }
    match directory.number(tag::EXTRA_SAMPLES) {
        Some(1) => Alpha::Associated,
        Some(2) => Alpha::Unassociated,
        _ => Alpha::None,
    }
}

fn is_predicted(directory: &Directory<'_>) -> Result<bool, IntakeError> {
    match directory.number(tag::PREDICTOR) {
        Some(2) => Ok(true),
        Some(3) => {
            let feature = "TIFF with differences of floating point samples";
            Err(IntakeError::unsupported(feature))
        }
        _ => Ok(false),
    }
}

/// Palettes have 16 bits; some writers fill only the lower eight.
fn palette(directory: &Directory<'_>) -> Vec<[u8; 3]> {
    let values = directory.numbers(tag::COLOR_MAP);
    let third = values.len() / 3;
    let shift = if values.iter().any(|value| *value > 255) { 8 } else { 0 };
    (0..third)
        .map(|at| {
            [at, at + third, at + 2 * third]
                .map(|place| values.get(place).map_or(0, |value| (value >> shift) as u8))
        })
        .collect()
}

fn subsampling(directory: &Directory<'_>, meaning: Meaning) -> (u32, u32) {
    if meaning != Meaning::YCbCr {
        return (1, 1);
    }
    match directory.numbers(tag::YCBCR_SUBSAMPLING).as_slice() {
        [across @ (1 | 2 | 4), down @ (1 | 2 | 4), ..] => (*across as u32, *down as u32),
        _ => (2, 2),
    }
}
