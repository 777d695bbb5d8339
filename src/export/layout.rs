//! What was read on a page as libraries keep it: ALTO 4 and hOCR 1.2.
//!
//! Places are in pixels of the page image as it came out of its file.

use std::fmt::Write as _;

use super::xml::escaped;
use crate::model::PageKey;
use crate::model::PageText;
use crate::model::Quad;
use crate::model::Rect;
use crate::model::Writing;

/// A page with what was read on it.
#[derive(Debug, Clone, Copy)]
pub struct ReadPage<'a> {
    /// Which page.
    pub key: &'a PageKey,
    /// Where its file was first found.
    pub path: &'a str,
    /// What was read.
    pub text: &'a PageText,
}

/// Left, top, width and height in whole pixels; all of the place lies inside.
fn whole(quad: &Quad) -> (i64, i64, i64, i64) {
    let Rect { left, top, right, bottom } = quad.bounds();
    let (x, y) = (left.floor().max(0.0) as i64, top.floor().max(0.0) as i64);
    (x, y, (right.ceil() as i64 - x).max(0), (bottom.ceil() as i64 - y).max(0))
}

fn corners(quad: &Quad) -> String {
    let corners = quad.0.iter().map(|corner| format!("{:.0},{:.0}", corner.x, corner.y));
    corners.collect::<Vec<_>>().join(" ")
}

/// The page as ALTO 4.4 (<https://www.loc.gov/standards/alto/>).
pub fn alto(page: ReadPage<'_>) -> String {
    let ReadPage { key, path, text } = page;
    let (width, height) = (text.original.width, text.original.height);
    let version = env!("CARGO_PKG_VERSION");
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
<alto xmlns=\"http://www.loc.gov/standards/alto/ns-v4#\" \
xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
xsi:schemaLocation=\"http://www.loc.gov/standards/alto/ns-v4# \
http://www.loc.gov/standards/alto/v4/alto-4-4.xsd\" SCHEMAVERSION=\"4.4\">\n\
<Description>\n<MeasurementUnit>pixel</MeasurementUnit>\n\
<sourceImageInformation><fileName>{}</fileName>\
<fileIdentifier>{}</fileIdentifier></sourceImageInformation>\n\
<Processing ID=\"read\"><processingStepDescription>{}</processingStepDescription>\
<processingSoftware><softwareName>sohoa</softwareName>\
<softwareVersion>{version}</softwareVersion></processingSoftware></Processing>\n\
</Description>\n<Tags>\n{tags}</Tags>\n<Layout>\n\
<Page ID=\"page{page}\" PHYSICAL_IMG_NR=\"{page}\" WIDTH=\"{width}\" HEIGHT=\"{height}\">\n\
<PrintSpace HPOS=\"0\" VPOS=\"0\" WIDTH=\"{width}\" HEIGHT=\"{height}\">\n",
        escaped(path),
        key.scan,
        escaped(&text.engine),
        page = key.page,
        tags = Writing::KINDS
            .map(|kind| format!(
                "<OtherTag ID=\"{kind}\" TYPE=\"writing\" LABEL=\"{kind}\"/>\n"
            ))
            .concat(),
    );
    let quads: Vec<Quad> =
        text.lines.iter().map(|line| line.quad.mapped(&text.to_original)).collect();
    if let Some(around) = Quad::around(&quads) {
        put_block(&mut out, text, &around);
    }
    out.push_str("</PrintSpace>\n</Page>\n</Layout>\n</alto>\n");
    out
}

fn put_block(out: &mut String, text: &PageText, around: &Quad) {
    let place = |quad: &Quad| {
        let (x, y, width, height) = whole(quad);
        format!("HPOS=\"{x}\" VPOS=\"{y}\" WIDTH=\"{width}\" HEIGHT=\"{height}\"")
    };
    // Writing to a string cannot fail; the same below.
    let _ = writeln!(out, "<TextBlock ID=\"b1\" {}>", place(around));
    for (number, line) in text.lines.iter().enumerate() {
        let quad = line.quad.mapped(&text.to_original);
        let _ = writeln!(
            out,
            "<TextLine ID=\"l{number}\" {}><Shape><Polygon POINTS=\"{}\"/></Shape>",
            place(&quad),
            corners(&quad)
        );
        for (at, word) in line.words.iter().enumerate() {
            if at > 0 {
                out.push_str("<SP/>");
            }
            let quad = word.quad.mapped(&text.to_original);
            let tag = match word.writing {
                Writing::Unknown => String::new(),
                kind => format!(" TAGREFS=\"{kind}\""),
            };
            let _ = writeln!(
                out,
                "<String ID=\"l{number}w{at}\"{tag} CONTENT=\"{}\" {} WC=\"{:.3}\"/>",
                escaped(&word.text),
                place(&quad),
                word.confidence.clamp(0.0, 1.0)
            );
        }
        out.push_str("</TextLine>\n");
    }
    out.push_str("</TextBlock>\n");
}

/// Head of an hOCR file; pages follow, then [`HOCR_END`].
pub fn hocr_head(path: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"vi\">\n<head>\n<meta charset=\"utf-8\">\n\
<title>{}</title>\n<meta name=\"ocr-system\" content=\"sohoa {}\">\n\
<meta name=\"ocr-capabilities\" content=\"ocr_page ocr_carea ocr_line ocrx_word\">\n\
</head>\n<body>\n",
        escaped(path),
        env!("CARGO_PKG_VERSION")
    )
}

/// End of an hOCR file.
pub const HOCR_END: &str = "</body>\n</html>\n";

/// One page of an hOCR file (<https://kba.github.io/hocr-spec/1.2/>).
pub fn hocr_page(page: ReadPage<'_>) -> String {
    let ReadPage { key, path, text } = page;
    let number = key.page;
    let place = |quad: &Quad| {
        let (x, y, width, height) = whole(quad);
        format!("bbox {x} {y} {} {}", x + width, y + height)
    };
    let mut out = format!(
        "<div class=\"ocr_page\" id=\"page_{number}\" title=\"image &quot;{}&quot;; \
bbox 0 0 {} {}; ppageno {}; scan_res {dpi:.0} {dpi:.0}\">\n<div class=\"ocr_carea\" id=\"block_{number}\">\n",
        escaped(&path.replace('"', "'")),
        text.original.width,
        text.original.height,
        number - 1,
        dpi = text.original_dpi(),
    );
    for (at, line) in text.lines.iter().enumerate() {
        let quad = line.quad.mapped(&text.to_original);
        let _ = write!(
            out,
            "<span class=\"ocr_line\" id=\"line_{number}_{at}\" title=\"{}\">",
            place(&quad)
        );
        for (word_at, word) in line.words.iter().enumerate() {
            if word_at > 0 {
                out.push(' ');
            }
            let _ = write!(
                out,
                "<span class=\"ocrx_word\" id=\"word_{number}_{at}_{word_at}\" \
title=\"{}; x_wconf {:.0}\">{}</span>",
                place(&word.quad.mapped(&text.to_original)),
                word.confidence.clamp(0.0, 1.0) * 100.0,
                escaped(&word.text)
            );
        }
        out.push_str("</span><br>\n");
    }
    out.push_str("</div>\n</div>\n");
    out
}
