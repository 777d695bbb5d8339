//! A file with pages.

use image::ImageFormat;

use super::archive::ArchiveFile;
use super::guard::guarded;
use super::page::LoadedPage;
use super::pdf::PdfFile;
use super::tiff::TiffFile;
use super::{FileBytes, Format, IntakeError, Limits, jpeg, pictures, png, sniff};
use crate::model::StoredPicture;

/// An opened file. Its pages are decoded one by one, when they are asked for.
///
/// Untrusted bytes: panics of decoders come out as errors, and memory is bounded as far as
/// the decoders allow, but it belongs into a worker process with limits.
pub struct Document {
    format: Format,
    limits: Limits,
    content: Content,
}

enum Content {
    Pdf(Box<PdfFile>),
    Tiff(TiffFile),
    Zip(Box<ArchiveFile>),
    /// JBIG2 with its number of pages.
    Jbig2(FileBytes, u32),
    /// A file that is one image.
    Single(FileBytes),
}

impl Document {
    /// Finds out what a file is, and how many pages it has.
    ///
    /// # Errors
    ///
    /// If the file is empty, of no known format, protected by a password, broken beyond
    /// repair, or has no or too many pages.
    pub fn open(
        bytes: impl Into<FileBytes>,
        limits: &Limits,
    ) -> Result<Self, IntakeError> {
        Self::open_nested(bytes.into(), limits, 0)
    }

    /// Opens a file that lies in `depth` ZIP files.
    pub(super) fn open_nested(
        bytes: FileBytes,
        limits: &Limits,
        depth: u32,
    ) -> Result<Self, IntakeError> {
        if bytes.as_ref().is_empty() {
            return Err(IntakeError::Empty);
        }
        let format = sniff(bytes.as_ref()).ok_or_else(|| refused(bytes.as_ref()))?;
        let content = match format {
            Format::Pdf => Content::Pdf(Box::new(PdfFile::open(bytes, limits)?)),
            Format::Tiff => {
                Content::Tiff(guarded("TIFF", || TiffFile::open(bytes, limits))?)
            }
            Format::Jbig2 => {
                let pages =
                    guarded("JBIG2", || pictures::num_jbig2_pages(bytes.as_ref()))?;
                Content::Jbig2(bytes, pages)
            }
            Format::Zip => Content::Zip(Box::new(guarded("ZIP", || {
                ArchiveFile::open(bytes, limits, depth)
            })?)),
            _ => Content::Single(bytes),
        };
        let document = Self { format, limits: *limits, content };
        match document.num_pages() {
            0 => Err(IntakeError::NoPages),
            _ => Ok(document),
        }
    }

    /// What the file is.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Pages of the file, at least 1.
    pub fn num_pages(&self) -> u32 {
        match &self.content {
            Content::Pdf(pdf) => pdf.num_pages(),
            Content::Tiff(tiff) => tiff.num_pages(),
            Content::Zip(zip) => zip.num_pages(),
            Content::Jbig2(_, pages) => *pages,
            Content::Single(_) => 1,
        }
    }

    /// Decodes page `number`, counted from 1.
    ///
    /// # Errors
    ///
    /// If there is no such page, or it is broken, not supported or too large. Other pages
    /// may still be sound.
    pub fn page(&self, number: u32) -> Result<LoadedPage, IntakeError> {
        let pages = self.num_pages();
        let index = match number.checked_sub(1) {
            Some(index) if index < pages => index,
            _ => return Err(IntakeError::NoSuchPage { number, pages }),
        };
        let at = index as usize;
        let name = self.format.name();
        let limits = &self.limits;
        match &self.content {
            Content::Pdf(pdf) => pdf.page(at),
            Content::Zip(zip) => guarded("ZIP", || zip.page(index)),
            Content::Tiff(tiff) => guarded("TIFF", || Ok(tiff.page(at)?.into_page(name))),
            Content::Jbig2(bytes, _) => guarded("JBIG2", || {
                let stored = pictures::load_jbig2(bytes.as_ref(), at, limits)?;
                Ok(stored.into_page(name))
            }),
            Content::Single(bytes) => {
                guarded(name, || single(bytes.as_ref(), self.format, limits))
            }
        }
    }

    /// The image of page `number` (from 1) as the file holds it, where it is the whole page
    /// and in a form that other programs know. It is not decoded: whoever takes it checks
    /// its size against that of the page.
    pub fn stored(&self, number: u32) -> Option<StoredPicture> {
        let at = number.checked_sub(1)? as usize;
        let taken = guarded(self.format.name(), || {
            Ok(match &self.content {
                Content::Pdf(pdf) => pdf.stored(at),
                Content::Tiff(tiff) => tiff.stored(at),
                Content::Single(bytes) if self.format == Format::Jpeg => {
                    jpeg::stored(bytes.as_ref())
                }
                _ => None,
            })
        });
        taken.ok().flatten()
    }
}

/// Decodes a file that is one image.
fn single(
    data: &[u8],
    format: Format,
    limits: &Limits,
) -> Result<LoadedPage, IntakeError> {
    let stored = match format {
        Format::Jpeg => jpeg::load(data, limits)?,
        Format::Png => png::load(data, limits)?,
        Format::Jpeg2000 => pictures::load_jpeg2000(data, limits)?,
        Format::Bmp => pictures::load(data, ImageFormat::Bmp, limits)?,
        Format::Gif => pictures::load(data, ImageFormat::Gif, limits)?,
        Format::WebP => pictures::load(data, ImageFormat::WebP, limits)?,
        Format::Pdf | Format::Tiff | Format::Jbig2 | Format::Zip => {
            return Err(IntakeError::UnknownFormat);
        }
    };
    Ok(stored.into_page(format.name()))
}

/// Names formats that people take for scans but that are not read.
fn refused(bytes: &[u8]) -> IntakeError {
    match bytes.get(4..12) {
        Some(b"ftypheic" | b"ftypheix" | b"ftypmif1" | b"ftyphevc") => {
            IntakeError::unsupported("HEIC, the picture format of phones")
        }
        Some(b"ftypavif") => IntakeError::unsupported("AVIF"),
        _ => IntakeError::UnknownFormat,
    }
}
