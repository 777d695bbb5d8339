//! Scans as searchable PDF/A-2b (ISO 19005-2), and the PDF sheet of a record.
//!
//! A page's image goes in as its file holds it, where PDF knows the compression; over it
//! lies what was read, invisible. Files hold no clock and no chance: the same archive gives
//! the same bytes.

mod file;
mod font;
mod layer;
mod sheet;
#[cfg(test)]
mod tests;

use std::io::Write;

use self::file::{Id, PdfFile};
pub use self::sheet::{Sheet, SheetRow, write_sheet};
use super::ExportError;
use super::xml::escaped;
use crate::model::Codec;
use crate::model::PageText;
use crate::model::StoredPicture;

/// A profile of sRGB; made by `tools/pdf_assets.py`.
const SRGB: &[u8] = include_bytes!("fonts/srgb.icc");
/// Points an inch.
const POINTS: f32 = 72.0;
/// A4 in points, for a page of which there is no picture.
const A4: (f32, f32) = (595.0, 842.0);
/// Resolution of a page of which nothing is known, in pixels an inch: what the rules for
/// digitizing ask for at least.
const USUAL_DPI: f32 = 200.0;
/// Longest side of a page that PDF/A allows, in points.
const MOST_POINTS: f32 = 14_400.0;

/// A page that is to be written.
pub(super) struct PdfPage {
    /// Its picture; `None` where the page cannot be decoded.
    pub(super) picture: Option<StoredPicture>,
    /// What was read on it; `None` if it was not read.
    pub(super) text: Option<PageText>,
}

/// Writes a scan as PDF/A-2b. `title` is what programs show as its name, `scan` what tells
/// it from others: at least 32 hexadecimal digits.
///
/// # Errors
///
/// If a page cannot be fetched or `out` not be written.
pub(super) fn write_scan(
    title: &str,
    scan: &str,
    pages: impl Iterator<Item = Result<PdfPage, ExportError>>,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let mut file = PdfFile::begin(out)?;
    let tree = file.reserve();
    let font = font::write_blank(&mut file)?;
    let mut ids = Vec::new();
    for page in pages {
        ids.push(scan_page(&mut file, tree, font, &page?)?);
    }
    if ids.is_empty() {
        ids.push(scan_page(
            &mut file,
            tree,
            font,
            &PdfPage { picture: None, text: None },
        )?);
    }
    Ok(finish(file, tree, &ids, title, scan)?)
}

/// Pixels an inch of the page's image.
fn dpi_of(text: Option<&PageText>) -> f32 {
    let Some(text) = text else { return USUAL_DPI };
    let dpi = text.original_dpi();
    if (30.0..=2400.0).contains(&dpi) { dpi } else { USUAL_DPI }
}

fn scan_page(
    file: &mut PdfFile<'_>,
    tree: Id,
    font: Id,
    page: &PdfPage,
) -> std::io::Result<Id> {
    let text = page.text.as_ref();
    let Some(picture) = &page.picture else {
        return page_object(file, tree, A4, "", "");
    };
    let (columns, rows) = picture.turned();
    let longest = columns.max(rows).max(1) as f32;
    let scale = (POINTS / dpi_of(text)).min(MOST_POINTS / longest);
    let (width, height) = (columns as f32 * scale, rows as f32 * scale);
    // The image fills the unit square; each turn moves its corners on.
    let place = match picture.quarters % 4 {
        1 => format!("0 {:.3} {width:.3} 0 0 {height:.3}", -height),
        2 => format!("{:.3} 0 0 {:.3} {width:.3} {height:.3}", -width, -height),
        3 => format!("0 {height:.3} {:.3} 0 {width:.3} 0", -width),
        _ => format!("{width:.3} 0 0 {height:.3} 0 0"),
    };
    let mut content = format!("q {place} cm /I1 Do Q\n");
    if let Some(text) = text {
        content.push_str(&layer::operators(text, scale, height));
    }
    let image = picture_object(file, picture)?;
    let resources = format!("/XObject<</I1 {image}>>/Font<</F1 {font}>>");
    page_object(file, tree, (width, height), &resources, &content)
}

/// Writes a picture with its bytes as they are.
fn picture_object(
    file: &mut PdfFile<'_>,
    picture: &StoredPicture,
) -> std::io::Result<Id> {
    let (width, height) = (picture.width, picture.height);
    let head = format!("/Type/XObject/Subtype/Image/Width {width}/Height {height}");
    let entries = match picture.codec {
        Codec::Jpeg { is_gray } => {
            let space = if is_gray { "Gray" } else { "RGB" };
            format!("{head}/ColorSpace/Device{space}/BitsPerComponent 8/Filter/DCTDecode")
        }
        Codec::Bits => {
            format!("{head}/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/FlateDecode")
        }
        Codec::Fax {
            k,
            columns,
            is_aligned,
            has_line_ends,
            has_block_end,
            is_negative,
        } => {
            format!(
                "{head}/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/CCITTFaxDecode\
/DecodeParms<</K {k}/Columns {columns}/Rows {height}/EncodedByteAlign {is_aligned}\
/EndOfLine {has_line_ends}/EndOfBlock {has_block_end}/BlackIs1 {is_negative}>>"
            )
        }
    };
    file.stream(&entries, &picture.bytes)
}

fn page_object(
    file: &mut PdfFile<'_>,
    tree: Id,
    (width, height): (f32, f32),
    resources: &str,
    content: &str,
) -> std::io::Result<Id> {
    let content = file.packed("", content.as_bytes())?;
    file.add(&format!(
        "<</Type/Page/Parent {tree}/MediaBox[0 0 {width:.3} {height:.3}]\
/Resources<<{resources}>>/Contents {content}>>"
    ))
}

/// Writes what stands around the pages: the tree, the metadata, what colours mean.
fn finish(
    mut file: PdfFile<'_>,
    tree: Id,
    pages: &[Id],
    title: &str,
    name: &str,
) -> std::io::Result<()> {
    let kids: Vec<String> = pages.iter().map(Id::to_string).collect();
    file.object(
        tree,
        &format!("<</Type/Pages/Count {}/Kids[{}]>>", pages.len(), kids.join(" ")),
    )?;
    let metadata =
        file.stream("/Type/Metadata/Subtype/XML", metadata(title, name).as_bytes())?;
    let profile = file.packed("/N 3", SRGB)?;
    let root = file.add(&format!(
        "<</Type/Catalog/Pages {tree}/Metadata {metadata}/Lang(vi)\
/ViewerPreferences<</DisplayDocTitle true>>\
/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)\
/Info(sRGB IEC61966-2.1)/DestOutputProfile {profile}>>]>>"
    ))?;
    let id: String = blake3::hash(name.as_bytes()).to_hex().chars().take(32).collect();
    file.end(root, &id)
}

/// What the file says about itself (XMP, ISO 16684-1).
fn metadata(title: &str, name: &str) -> String {
    let (title, name) = (escaped(title), escaped(name));
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n\
<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n\
<rdf:Description rdf:about=\"\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" \
xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">\n\
<pdfaid:part>2</pdfaid:part>\n<pdfaid:conformance>B</pdfaid:conformance>\n\
<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>\n\
<dc:identifier>{name}</dc:identifier>\n\
<xmp:CreatorTool>sohoa {version}</xmp:CreatorTool>\n\
</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>"
    )
}
