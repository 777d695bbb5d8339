//! The directories of a TIFF file: tags with their values, nothing decoded.
//!
//! Read by our own code, because the reader of the `tiff` crate decides on the whole file
//! by its first image, and refuses what it cannot decode itself (old-style JPEG, palettes,
//! odd depths) before its tags can be seen. EXIF blocks have the same structure.

use std::collections::{BTreeMap, BTreeSet};

use super::super::IntakeError;

/// Tags of one image that are looked at.
pub(super) mod tag {
    pub(in super::super) const NEW_SUBFILE_TYPE: u16 = 254;
    pub(in super::super) const WIDTH: u16 = 256;
    pub(in super::super) const HEIGHT: u16 = 257;
    pub(in super::super) const BITS_PER_SAMPLE: u16 = 258;
    pub(in super::super) const COMPRESSION: u16 = 259;
    pub(in super::super) const PHOTOMETRIC: u16 = 262;
    pub(in super::super) const FILL_ORDER: u16 = 266;
    pub(in super::super) const STRIP_OFFSETS: u16 = 273;
    pub(in super::super) const ORIENTATION: u16 = 274;
    pub(in super::super) const SAMPLES_PER_PIXEL: u16 = 277;
    pub(in super::super) const ROWS_PER_STRIP: u16 = 278;
    pub(in super::super) const STRIP_BYTE_COUNTS: u16 = 279;
    pub(in super::super) const X_RESOLUTION: u16 = 282;
    pub(in super::super) const Y_RESOLUTION: u16 = 283;
    pub(in super::super) const PLANAR_CONFIGURATION: u16 = 284;
    pub(in super::super) const T4_OPTIONS: u16 = 292;
    pub(in super::super) const RESOLUTION_UNIT: u16 = 296;
    pub(in super::super) const PREDICTOR: u16 = 317;
    pub(in super::super) const COLOR_MAP: u16 = 320;
    pub(in super::super) const TILE_WIDTH: u16 = 322;
    pub(in super::super) const TILE_LENGTH: u16 = 323;
    pub(in super::super) const TILE_OFFSETS: u16 = 324;
    pub(in super::super) const TILE_BYTE_COUNTS: u16 = 325;
    pub(in super::super) const EXTRA_SAMPLES: u16 = 338;
    pub(in super::super) const SAMPLE_FORMAT: u16 = 339;
    pub(in super::super) const JPEG_TABLES: u16 = 347;
    pub(in super::super) const OLD_JPEG_START: u16 = 513;
    pub(in super::super) const OLD_JPEG_LENGTH: u16 = 514;
    pub(in super::super) const OLD_JPEG_Q_TABLES: u16 = 519;
    pub(in super::super) const OLD_JPEG_DC_TABLES: u16 = 520;
    pub(in super::super) const OLD_JPEG_AC_TABLES: u16 = 521;
    pub(in super::super) const YCBCR_SUBSAMPLING: u16 = 530;
}

/// Most tags of a directory; files in practice have some 30.
const MAX_TAGS: u64 = 4096;

/// Most values of one tag: a strip for each row of the tallest page, in three planes.
const MAX_VALUES: u64 = 4_000_000;

/// Where the values of a tag lie.
#[derive(Debug, Clone, Copy)]
struct Entry {
    kind: u16,
    count: u64,
    start: u64,
}

/// How numbers are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    data: &'a [u8],
    is_little: bool,
    is_big_tiff: bool,
}

/// One directory: an image, or a block of EXIF.
#[derive(Debug)]
pub(super) struct Directory<'a> {
    reader: Reader<'a>,
    entries: BTreeMap<u16, Entry>,
    /// Place of the next directory; 0 if this is the last.
    pub(super) next: u64,
}

impl<'a> Reader<'a> {
    /// Reads the header; also returns the place of the first directory.
    pub(super) fn new(data: &'a [u8]) -> Option<(Self, u64)> {
        let is_little = match data.get(..2)? {
            b"II" => true,
            b"MM" => false,
            _ => return None,
        };
        let mut reader = Self { data, is_little, is_big_tiff: false };
        match reader.number(2, 2)? {
            43 => {
                reader.is_big_tiff = true;
                Some((reader, reader.number(8, 8)?))
            }
            _ => Some((reader, reader.number(4, 4)?)),
        }
    }

    /// Whether 16-bit samples have their low byte first.
    pub(super) fn is_little(self) -> bool {
        self.is_little
    }

    /// The whole file.
    pub(super) fn data(self) -> &'a [u8] {
        self.data
    }

    /// `length` bytes from `start`; fewer where the file ends before.
    pub(super) fn bytes(self, start: u64, length: u64) -> &'a [u8] {
        let size = self.data.len() as u64;
        let start = start.min(size);
        let end = start.saturating_add(length).min(size);
        self.data.get(start as usize..end as usize).unwrap_or_default()
    }

    /// An unsigned number of `length` bytes (1 to 8).
    fn number(self, start: u64, length: u64) -> Option<u64> {
        let bytes = self.bytes(start, length);
        if bytes.len() as u64 != length {
            return None;
        }
        let join = |sum: u64, byte: &u8| (sum << 8) | u64::from(*byte);
        Some(if self.is_little {
            bytes.iter().rev().fold(0, join)
        } else {
            bytes.iter().fold(0, join)
        })
    }

    /// Reads the directory at `start`; tags that do not fit into the file are left out.
    pub(super) fn directory(self, start: u64) -> Option<Directory<'a>> {
        let (count_bytes, entry_bytes, offset_bytes) =
            if self.is_big_tiff { (8, 20, 8) } else { (2, 12, 4) };
        let count = self.number(start, count_bytes)?.min(MAX_TAGS);
        let mut entries = BTreeMap::new();
        let first = start.checked_add(count_bytes)?;
        for index in 0..count {
            let at = first.checked_add(index * entry_bytes)?;
            let (Some(tag), Some(kind), Some(values)) = (
                self.number(at, 2),
                self.number(at + 2, 2),
                self.number(at + 4, offset_bytes),
            ) else {
                break;
            };
            let inline = at + 4 + offset_bytes;
            let fits = value_bytes(kind as u16).saturating_mul(values) <= offset_bytes;
            let place =
                if fits { Some(inline) } else { self.number(inline, offset_bytes) };
            if let Some(start) = place {
                let entry = Entry { kind: kind as u16, count: values, start };
                entries.entry(tag as u16).or_insert(entry);
            }
        }
        let next = self.number(first + count * entry_bytes, offset_bytes).unwrap_or(0);
        Some(Directory { reader: self, entries, next })
    }

    /// The places of all directories in a row from `first`, each once.
    pub(super) fn chain(self, first: u64, most: u32) -> Result<Vec<u64>, IntakeError> {
        let mut seen = BTreeSet::new();
        let mut places = Vec::new();
        let mut place = first;
        while place != 0 && seen.insert(place) {
            let Some(directory) = self.directory(place) else { break };
            places.push(place);
            if places.len() > most as usize {
                return Err(IntakeError::TooManyPages { limit: most });
            }
            place = directory.next;
        }
        Ok(places)
    }
}

/// Bytes of one value of a type.
fn value_bytes(kind: u16) -> u64 {
    match kind {
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16..=18 => 8,
        _ => 1,
    }
}

impl<'a> Directory<'a> {
    /// The reader of the file.
    pub(super) fn reader(&self) -> Reader<'a> {
        self.reader
    }

    /// The values of a tag as whole numbers; empty if it is not there.
    pub(super) fn numbers(&self, tag: u16) -> Vec<u64> {
        let Some(entry) = self.entries.get(&tag) else { return Vec::new() };
        let length = match entry.kind {
            5 | 10 | 11 | 12 => return Vec::new(),
            kind => value_bytes(kind),
        };
        (0..entry.count.min(MAX_VALUES))
            .map_while(|index| {
                self.reader.number(entry.start.checked_add(index * length)?, length)
            })
            .collect()
    }

    /// The first value of a tag.
    pub(super) fn number(&self, tag: u16) -> Option<u64> {
        let entry = self.entries.get(&tag).filter(|entry| entry.count > 0)?;
        self.reader.number(entry.start, value_bytes(entry.kind).min(8))
    }

    /// The first value of a tag of fractions (or of whole numbers).
    pub(super) fn fraction(&self, tag: u16) -> Option<f64> {
        let entry = self.entries.get(&tag)?;
        if !matches!(entry.kind, 5 | 10) {
            return self.number(tag).map(|number| number as f64);
        }
        let over = self.reader.number(entry.start, 4)? as f64;
        let under = self.reader.number(entry.start.checked_add(4)?, 4)? as f64;
        (under > 0.0).then_some(over / under)
    }

    /// The values of a tag as bytes.
    pub(super) fn bytes(&self, tag: u16) -> &'a [u8] {
        match self.entries.get(&tag) {
            Some(entry) => {
                let length = entry.count.saturating_mul(value_bytes(entry.kind));
                self.reader.bytes(entry.start, length)
            }
            None => &[],
        }
    }

    /// Pixels per inch across and down.
    pub(super) fn dpi(&self) -> Option<(f64, f64)> {
        let to_inches = match self.number(tag::RESOLUTION_UNIT).unwrap_or(2) {
            2 => 1.0,
            3 => 2.54,
            _ => return None,
        };
        let x = self.fraction(tag::X_RESOLUTION)?;
        let y = self.fraction(tag::Y_RESOLUTION).unwrap_or(x);
        Some((x * to_inches, y * to_inches))
    }
}
