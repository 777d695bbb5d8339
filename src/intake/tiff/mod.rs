//! TIFF files: directories, layouts, chunks, rows.

mod directory;
mod layout;
mod old_jpeg;
mod rows;
#[cfg(test)]
mod tests;
mod unpack;

use std::borrow::Cow;
#[cfg(test)]
pub(super) use tests::samples;

use super::canvas::Canvas;
use super::jpeg::{self, Colors};
use super::stored::Stored;
use super::turn::Turn;
use super::{FileBytes, IntakeError, Limits};
use crate::model::{Codec, StoredPicture};
use directory::{Directory, Reader, tag};
use layout::{Compression, Layout, Meaning};

/// A TIFF file and where its pages are.
pub(super) struct TiffFile {
    bytes: FileBytes,
    pages: Vec<u64>,
    limits: Limits,
}

/// What the EXIF block of another format says.
#[derive(Debug, Default)]
pub(super) struct Exif {
    /// The orientation tag, 1–8; 0 if there is none.
    pub(super) orientation: u32,
    /// Pixels per inch.
    pub(super) dpi: Option<(f64, f64)>,
}

/// Reads an EXIF block; what is broken is left out.
pub(super) fn exif(block: &[u8]) -> Exif {
    let Some((reader, first)) = Reader::new(block) else { return Exif::default() };
    let Some(directory) = reader.directory(first) else { return Exif::default() };
    Exif { orientation: orientation(&directory), dpi: directory.dpi() }
}

fn orientation(directory: &Directory<'_>) -> u32 {
    directory.number(tag::ORIENTATION).and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
}

impl TiffFile {
    /// Reads the directories, not the images.
    ///
    /// # Errors
    ///
    /// If there is no readable directory, or there are too many.
    pub(super) fn open(bytes: FileBytes, limits: &Limits) -> Result<Self, IntakeError> {
        let pages = pages(bytes.as_ref(), limits)?;
        if pages.is_empty() {
            return Err(IntakeError::corrupt("the TIFF file has no readable directory"));
        }
        Ok(Self { bytes, pages, limits: *limits })
    }

    /// Pages of the file.
    pub(super) fn num_pages(&self) -> u32 {
        u32::try_from(self.pages.len()).unwrap_or(u32::MAX)
    }

    /// Decodes one page, `index` from 0.
    ///
    /// # Errors
    ///
    /// If it is broken, of an unsupported kind, or asks for too much.
    pub(super) fn page(&self, index: usize) -> Result<Stored, IntakeError> {
        let gone = || IntakeError::corrupt("a TIFF directory is unreadable");
        let (reader, _) = Reader::new(self.bytes.as_ref()).ok_or_else(gone)?;
        let place = self.pages.get(index).ok_or_else(gone)?;
        let directory = reader.directory(*place).ok_or_else(gone)?;
        let layout = Layout::read(&directory, &self.limits)?;
        let turn = Turn::from_tag(orientation(&directory));
        let dpi = directory.dpi();
        if layout.compression == Compression::OldJpeg {
            let samples = old_jpeg::samples(&directory, &layout, &self.limits)?;
            let incomplete = samples.incomplete;
            let painted = jpeg::painted(samples, &self.limits)?;
            return Ok(Stored { painted, dpi, turn, incomplete });
        }
        Image { directory: &directory, layout, limits: &self.limits }.decoded(dpi, turn)
    }

    /// The page's Group 4 data as they are, `index` from 0; `None` where it is stored
    /// otherwise or in several strips.
    pub(super) fn stored(&self, index: usize) -> Option<StoredPicture> {
        let (reader, _) = Reader::new(self.bytes.as_ref())?;
        let directory = reader.directory(*self.pages.get(index)?)?;
        let layout = Layout::read(&directory, &self.limits).ok()?;
        let turn = Turn::from_tag(orientation(&directory));
        let is_negative = match layout.meaning {
            Meaning::WhiteIsZero => false,
            Meaning::BlackIsZero => true,
            _ => return None,
        };
        let [(start, length)] = *layout.chunks.as_slice() else { return None };
        let is_plain = layout.compression == Compression::FaxGroup4
            && layout.bits == 1
            && layout.samples == 1
            && !layout.is_reversed
            && layout.chunk_width == layout.width
            && !turn.mirrored;
        is_plain.then(|| StoredPicture {
            codec: Codec::Fax {
                k: -1,
                columns: layout.width,
                is_aligned: false,
                has_line_ends: false,
                has_block_end: true,
                is_negative,
            },
            width: layout.width,
            height: layout.height,
            quarters: turn.quarters,
            bytes: reader.bytes(start, length).to_vec(),
        })
    }
}

/// The places of all directories that are pages: previews are left out, unless there is
/// nothing else.
fn pages(data: &[u8], limits: &Limits) -> Result<Vec<u64>, IntakeError> {
    /// The bit of the subfile type that marks a reduced copy of another image.
    const REDUCED: u64 = 1;
    let Some((reader, first)) = Reader::new(data) else { return Ok(Vec::new()) };
    let places = reader.chain(first, limits.max_pages)?;
    let is_image = |place: &u64| {
        reader.directory(*place).is_some_and(|d| d.number(tag::WIDTH).is_some())
    };
    let is_whole = |place: &u64| {
        reader
            .directory(*place)
            .and_then(|d| d.number(tag::NEW_SUBFILE_TYPE))
            .is_none_or(|kind| kind & REDUCED == 0)
    };
    let images: Vec<u64> = places.iter().copied().filter(is_image).collect();
    let whole: Vec<u64> = images.iter().copied().filter(is_whole).collect();
    Ok(if whole.is_empty() { images } else { whole })
}

/// One image while it is decoded.
struct Image<'d, 'a> {
    directory: &'d Directory<'a>,
    layout: Layout,
    limits: &'d Limits,
}

/// The samples of one chunk.
enum Cell<'a> {
    /// As stored: packed bits, perhaps differences.
    Packed(Cow<'a, [u8]>),
    /// Eight bits a sample, as they come out of JPEG or of shared colours.
    Ready { bytes: Vec<u8>, row_bytes: usize },
    /// Unreadable.
    Missing,
}

impl<'a> Image<'_, 'a> {
    fn decoded(
        mut self,
        dpi: Option<(f64, f64)>,
        turn: Turn,
    ) -> Result<Stored, IntakeError> {
        if self.layout.compression == Compression::Jpeg {
            self.layout.bits = 8;
            self.layout.number = layout::Number::Whole;
            self.layout.is_predicted = false;
        }
        let source = if self.gives_rgb() { Meaning::Rgb } else { self.layout.meaning };
        let stored_meaning = std::mem::replace(&mut self.layout.meaning, source);
        let mut canvas = Canvas::new(
            self.layout.width,
            self.layout.height,
            rows::channels(&self.layout),
            self.limits,
        )?;
        let mut incomplete = false;
        let mut failure = None;
        let mut num_good_rows = 0_u64;
        for band in 0..self.layout.num_bands() {
            let cells = self.cells(band, stored_meaning, &mut failure);
            let first_row = band as u64 * u64::from(self.layout.chunk_height);
            let num_rows = u64::from(self.layout.chunk_height)
                .min(u64::from(self.layout.height) - first_row);
            let good = self.paint(&cells, num_rows as usize, &mut canvas);
            num_good_rows += good;
            incomplete |= good < num_rows;
        }
        if num_good_rows == 0 {
            return Err(failure.unwrap_or_else(|| {
                IntakeError::corrupt("not a single row of the TIFF image is readable")
            }));
        }
        Ok(Stored { painted: canvas.finish()?, dpi, turn, incomplete })
    }

    /// Whether chunks come out as red, green, blue, whatever they were stored as.
    fn gives_rgb(&self) -> bool {
        self.layout.meaning == Meaning::YCbCr
            && (self.layout.compression == Compression::Jpeg
                || self.layout.subsampling != (1, 1) && !self.layout.is_planar)
    }

    /// The chunks of a band of rows, plane by plane, from left to right.
    fn cells(
        &self,
        band: usize,
        stored_meaning: Meaning,
        failure: &mut Option<IntakeError>,
    ) -> Vec<Cell<'a>> {
        let across = self.layout.chunks_across();
        let planes = if self.layout.is_planar { self.layout.samples } else { 1 };
        let in_plane = across * self.layout.num_bands();
        let mut cells = Vec::with_capacity(across * planes);
        for plane in 0..planes {
            for column in 0..across {
                let index = plane * in_plane + band * across + column;
                match self.cell(index, stored_meaning) {
                    Ok(cell) => cells.push(cell),
                    Err(error) => {
                        failure.get_or_insert(error);
                        cells.push(Cell::Missing);
                    }
                }
            }
        }
        cells
    }

    fn cell(
        &self,
        index: usize,
        stored_meaning: Meaning,
    ) -> Result<Cell<'a>, IntakeError> {
        let Some(&(start, length)) = self.layout.chunks.get(index) else {
            return Ok(Cell::Missing);
        };
        let packed = self.directory.reader().bytes(start, length);
        if packed.is_empty() {
            return Ok(Cell::Missing);
        }
        if self.layout.compression == Compression::Jpeg {
            return self.jpeg_cell(packed, stored_meaning);
        }
        let samples = unpack::unpacked(&self.layout, packed, self.limits)?;
        if stored_meaning == Meaning::YCbCr && self.layout.meaning == Meaning::Rgb {
            return self.shared_color_cell(&samples);
        }
        Ok(Cell::Packed(samples))
    }

    fn jpeg_cell(&self, data: &[u8], meaning: Meaning) -> Result<Cell<'a>, IntakeError> {
        let colors =
            if meaning == Meaning::YCbCr { Colors::AsMarked } else { Colors::Raw };
        let tables = self.directory.bytes(tag::JPEG_TABLES);
        let whole = match (tables.strip_suffix(&[0xFF, 0xD9]), data.get(2..)) {
            (Some(tables), Some(rest)) => Cow::Owned([tables, rest].concat()),
            _ => Cow::Borrowed(data),
        };
        let decoded = jpeg::samples(&whole, colors, self.limits)?;
        if usize::from(decoded.count) != self.layout.samples_in_chunk() {
            return Err(IntakeError::corrupt(
                "the JPEG data in the TIFF image has another number of samples",
            ));
        }
        let row_bytes = decoded.width as usize * usize::from(decoded.count);
        Ok(Cell::Ready { bytes: decoded.bytes, row_bytes })
    }

    /// Samples in which a block of pixels shares its colour, to red, green, blue.
    fn shared_color_cell(&self, samples: &[u8]) -> Result<Cell<'a>, IntakeError> {
        if self.layout.bits != 8 || self.layout.samples != 3 {
            return Err(IntakeError::unsupported(
                "TIFF with shared colours of odd depth",
            ));
        }
        let (across, down) =
            (self.layout.subsampling.0 as usize, self.layout.subsampling.1 as usize);
        let (width, height) =
            (self.layout.chunk_width as usize, self.layout.chunk_height as usize);
        let needed = width as u64 * height as u64 * 3;
        self.limits.check_working_bytes(needed)?;
        let mut bytes = vec![255; needed as usize];
        let block = across * down;
        let blocks_in_row = width.div_ceil(across);
        for (index, unit) in samples.chunks_exact(block + 2).enumerate() {
            let (left, top) =
                (index % blocks_in_row * across, index / blocks_in_row * down);
            let (Some(&cb), Some(&cr)) = (unit.get(block), unit.get(block + 1)) else {
                continue;
            };
            for (at, &y) in unit.iter().take(block).enumerate() {
                let (column, row) = (left + at % across, top + at / across);
                let place = (row * width + column) * 3;
                if column < width
                    && row < height
                    && let Some(pixel) = bytes.get_mut(place..place + 3)
                {
                    pixel.copy_from_slice(&rows::rgb_of_ycbcr([y, cb, cr]));
                }
            }
        }
        let num_rows = samples.len() / (block + 2) / blocks_in_row * down;
        bytes.truncate(num_rows * width * 3);
        Ok(Cell::Ready { bytes, row_bytes: width * 3 })
    }

    /// Puts the rows of a band onto the canvas; returns how many of them were complete.
    fn paint(&self, cells: &[Cell<'_>], num_rows: usize, canvas: &mut Canvas) -> u64 {
        let layout = &self.layout;
        let across = layout.chunks_across();
        let width = layout.width as usize;
        let (mut samples, mut cut) = (Vec::new(), Vec::new());
        let (mut planes, mut pixels) =
            (vec![Vec::new(); cells.len() / across], Vec::new());
        let mut num_good = 0;
        for y in 0..num_rows {
            let mut is_good = true;
            for (plane, row) in planes.iter_mut().enumerate() {
                row.clear();
                for column in 0..across {
                    let wanted = (layout.chunk_width as usize)
                        .min(width - column * layout.chunk_width as usize)
                        * layout.samples_in_chunk();
                    let cell = cells.get(plane * across + column);
                    self.row_of(cell, y, wanted, &mut cut);
                    is_good &= cut.len() == wanted;
                    cut.resize(wanted, self.paper());
                    row.extend_from_slice(&cut);
                }
            }
            let row = if let [only] = planes.as_slice() {
                only
            } else {
                interleave(&planes, width, &mut samples);
                &samples
            };
            rows::to_pixels(layout, row, &mut pixels);
            canvas.push(&pixels);
            num_good += u64::from(is_good);
        }
        num_good
    }

    /// What stands for paper in samples.
    fn paper(&self) -> u8 {
        match self.layout.meaning {
            Meaning::WhiteIsZero | Meaning::Inks | Meaning::Palette => 0,
            _ => 255,
        }
    }

    /// At most `wanted` samples of row `y` of a chunk, eight bits each.
    fn row_of(
        &self,
        cell: Option<&Cell<'_>>,
        y: usize,
        wanted: usize,
        out: &mut Vec<u8>,
    ) {
        out.clear();
        match cell {
            Some(Cell::Packed(bytes)) => {
                let row_bytes = self.layout.chunk_row_bytes() as usize;
                let start = (y * row_bytes).min(bytes.len());
                let end = (start + row_bytes).min(bytes.len());
                let row = bytes.get(start..end).unwrap_or_default();
                if self.layout.is_predicted {
                    let mut whole = row.to_vec();
                    rows::undo_prediction(&self.layout, &mut whole);
                    rows::to_bytes(&self.layout, &whole, wanted, out);
                } else {
                    rows::to_bytes(&self.layout, row, wanted, out);
                }
            }
            Some(Cell::Ready { bytes, row_bytes }) => {
                let start = (y * row_bytes).min(bytes.len());
                let end = (start + (*row_bytes).min(wanted)).min(bytes.len());
                out.extend_from_slice(bytes.get(start..end).unwrap_or_default());
            }
            Some(Cell::Missing) | None => {}
        }
    }
}

/// Puts the samples of each pixel beside each other.
fn interleave(planes: &[Vec<u8>], width: usize, out: &mut Vec<u8>) {
    out.clear();
    for x in 0..width {
        out.extend(planes.iter().map(|plane| plane.get(x).copied().unwrap_or(255)));
    }
}
