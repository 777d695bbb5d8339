//! Exports that are files, one a scan or one a page: searchable PDF, ALTO, hOCR. Asked for
//! one scan they come as they are, else as a ZIP file of them all.

use std::io::{Seek as _, SeekFrom, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::layout::{self, ReadPage};
use super::pdf::{PdfPage, write_scan};
use super::{ExportError, Selection};
use crate::catalog::Catalog;
use crate::catalog::PageState;
use crate::catalog::StoredScan;
use crate::model::PageKey;
use crate::model::StoredPicture;

/// What a scan can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaperForm {
    /// Searchable PDF/A-2b.
    Pdf,
    /// ALTO 4, a file a page.
    Alto,
    /// hOCR, all pages in one file.
    Hocr,
}

impl PaperForm {
    /// Endings of its files.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Alto => "alto.xml",
            Self::Hocr => "hocr.html",
        }
    }
}

/// Where the pictures of pages come from. Originals are untrusted bytes: whoever gives the
/// pictures opens them in a worker process.
pub trait Pictures {
    /// The page's picture, as its file holds it where that can be had; none where the page
    /// cannot be decoded.
    ///
    /// # Errors
    ///
    /// If it cannot be had now: the same may succeed later.
    fn stored(
        &self,
        key: &PageKey,
    ) -> Result<Option<StoredPicture>, Box<dyn std::error::Error + Send + Sync>>;
}

/// Writes one scan as `form`; `only` is the page of ALTO that is wanted.
///
/// # Errors
///
/// If the catalog cannot be read, `out` not be written, or a picture not be had now. A page
/// that cannot be decoded is an empty page, so that the numbers of the others hold.
pub fn write_paper(
    catalog: &Catalog,
    pictures: &dyn Pictures,
    scan: &StoredScan,
    form: PaperForm,
    only: Option<u32>,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let mut pages = catalog.pages(&scan.id)?;
    pages.retain(|page| only.is_none_or(|only| page.key.page == only));
    match form {
        PaperForm::Pdf => {
            let pages = pages.iter().map(|page| {
                let is_aside = matches!(page.state, PageState::Quarantined(..));
                let picture = if is_aside {
                    None
                } else {
                    pictures.stored(&page.key).map_err(|source| ExportError::Picture {
                        key: page.key.clone(),
                        source,
                    })?
                };
                Ok(PdfPage { picture, text: catalog.page_text(&page.key)? })
            });
            return write_scan(&scan.path, &scan.id.0, pages, out);
        }
        PaperForm::Alto => {
            for page in &pages {
                if let Some(text) = catalog.page_text(&page.key)? {
                    let read = ReadPage { key: &page.key, path: &scan.path, text: &text };
                    out.write_all(layout::alto(read).as_bytes())?;
                }
            }
        }
        PaperForm::Hocr => {
            out.write_all(layout::hocr_head(&scan.path).as_bytes())?;
            for page in &pages {
                if let Some(text) = catalog.page_text(&page.key)? {
                    let read = ReadPage { key: &page.key, path: &scan.path, text: &text };
                    out.write_all(layout::hocr_page(read).as_bytes())?;
                }
            }
            out.write_all(layout::HOCR_END.as_bytes())?;
        }
    }
    Ok(())
}

/// The scans that are asked for, by path.
fn chosen(
    catalog: &Catalog,
    selection: &Selection,
) -> Result<Vec<StoredScan>, ExportError> {
    let mut scans = catalog.scans()?;
    if let Some(start) = &selection.scan {
        scans.retain(|scan| scan.id.0.starts_with(start.as_str()));
        if scans.is_empty() {
            return Err(ExportError::NoSuchScan(start.clone()));
        }
    }
    Ok(scans)
}

/// Writes all scans that are asked for: a single one as it is, more as a ZIP file. ALTO of
/// a scan with several pages is a ZIP file too, unless one page is asked for.
///
/// # Errors
///
/// As [`write_paper`], and if there is no such scan.
pub(super) fn papers(
    catalog: &Catalog,
    pictures: &dyn Pictures,
    form: PaperForm,
    selection: &Selection,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let scans = chosen(catalog, selection)?;
    let by_page = form == PaperForm::Alto;
    if let (Some(_), [scan]) = (&selection.scan, scans.as_slice())
        && (!by_page || selection.page.is_some() || scan.num_pages == Some(1))
    {
        return write_paper(catalog, pictures, scan, form, selection.page, out);
    }
    let mut zip = ZipWriter::new(tempfile::tempfile()?);
    // PDF is compressed inside.
    let method = if form == PaperForm::Pdf {
        CompressionMethod::Stored
    } else {
        CompressionMethod::Deflated
    };
    let options = SimpleFileOptions::default()
        .compression_method(method)
        // A plan of a thousand pages may have more than 4 GiB.
        .large_file(true);
    for scan in &scans {
        let name = file_name(scan);
        if !by_page {
            zip.start_file(format!("{name}.{}", form.ending()), options)?;
            write_paper(catalog, pictures, scan, form, selection.page, &mut zip)?;
            continue;
        }
        for page in catalog.pages(&scan.id)?.iter().map(|page| page.key.page) {
            zip.start_file(format!("{name}/{page:04}.{}", form.ending()), options)?;
            write_paper(catalog, pictures, scan, form, Some(page), &mut zip)?;
        }
    }
    let mut file = zip.finish()?;
    file.seek(SeekFrom::Start(0))?;
    std::io::copy(&mut file, out)?;
    Ok(())
}

/// Name of the scan's file in a ZIP file: where it was found, without parts that lead out
/// of a folder, and the start of its id, because two scans may have lain at one place.
fn file_name(scan: &StoredScan) -> String {
    let parts = scan.path.split(['/', '\\', ':']);
    let parts: Vec<&str> =
        parts.filter(|part| !part.is_empty() && *part != "." && *part != "..").collect();
    let start: String = scan.id.0.chars().take(8).collect();
    format!("{}.{start}", parts.join("/"))
}
