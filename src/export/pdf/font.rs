//! The two fonts of exported PDFs: one to be seen, one for text that lies over an image.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};

use super::file::{Id, PdfFile};

/// Noto Sans (OFL 1.1), Latin with all of Vietnamese; made by `tools/pdf_assets.py`.
const SANS: &[u8] = include_bytes!("fonts/sans.ttf");
/// One empty glyph, half an em wide; made by the same.
const BLANK: &[u8] = include_bytes!("fonts/blank.ttf");
/// Width of the empty glyph, in parts of an em.
pub(super) const BLANK_WIDTH: f32 = 0.5;
/// Most entries of one block of a map to Unicode (Adobe's technical note 5014).
const MOST_ENTRIES: usize = 100;

/// A letter for what a font does not have.
const MISSING: char = '\u{fffd}';

/// The font that is seen, with the glyphs that were used.
pub(super) struct Sans {
    font: FontRef<'static>,
    /// Glyph → letter and width in thousandths of an em.
    used: BTreeMap<u16, (char, f32)>,
}

impl Sans {
    /// The font, before anything is written; `None` if the embedded file is broken, which a
    /// test rules out.
    pub(super) fn embedded() -> Option<Self> {
        Some(Self { font: FontRef::new(SANS).ok()?, used: BTreeMap::new() })
    }

    fn glyph(&self, letter: char) -> (u16, f32) {
        let map = self.font.charmap();
        let glyph = map.map(letter).or_else(|| map.map(MISSING)).unwrap_or_default();
        let metrics = self.font.glyph_metrics(Size::new(1000.0), LocationRef::default());
        (glyph.to_u32() as u16, metrics.advance_width(glyph).unwrap_or(500.0))
    }

    /// Width of a text at size 1.
    pub(super) fn width(&self, text: &str) -> f32 {
        text.chars().map(|letter| self.glyph(letter).1).sum::<f32>() / 1000.0
    }

    /// The text as the font's codes, in the hexadecimal form of PDF.
    pub(super) fn codes(&mut self, text: &str) -> String {
        let mut codes = String::from("<");
        for letter in text.chars() {
            let (glyph, width) = self.glyph(letter);
            let letter =
                if self.font.charmap().map(letter).is_some() { letter } else { MISSING };
            self.used.entry(glyph).or_insert((letter, width));
            let _ = write!(codes, "{glyph:04X}");
        }
        codes.push('>');
        codes
    }

    /// Writes the font as the object `id`.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub(super) fn write(&self, file: &mut PdfFile<'_>, id: Id) -> std::io::Result<()> {
        let metrics = self.font.metrics(Size::new(1000.0), LocationRef::default());
        let bounds = metrics.bounds.unwrap_or_default();
        let program = file.packed(&format!("/Length1 {}", SANS.len()), SANS)?;
        let descriptor = file.add(&format!(
            "<</Type/FontDescriptor/FontName/SOHOAA+NotoSans/Flags 4/FontBBox[{:.0} {:.0} {:.0} {:.0}]\
/ItalicAngle 0/Ascent {:.0}/Descent {:.0}/CapHeight {:.0}/StemV 80/FontFile2 {program}>>",
            bounds.x_min,
            bounds.y_min,
            bounds.x_max,
            bounds.y_max,
            metrics.ascent,
            metrics.descent,
            metrics.cap_height.unwrap_or(714.0),
        ))?;
        let mut widths = String::new();
        for (glyph, (_, width)) in &self.used {
            let _ = write!(widths, "{glyph}[{width:.0}]");
        }
        let inner = file.add(&format!(
            "<</Type/Font/Subtype/CIDFontType2/BaseFont/SOHOAA+NotoSans\
/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>\
/FontDescriptor {descriptor}/CIDToGIDMap/Identity/DW 500/W[{widths}]>>"
        ))?;
        let letters: Vec<String> = self
            .used
            .iter()
            .map(|(glyph, (letter, _))| {
                let mut units = [0; 2];
                let mut code = String::new();
                for unit in letter.encode_utf16(&mut units) {
                    let _ = write!(code, "{unit:04X}");
                }
                format!("<{glyph:04X}><{code}>")
            })
            .collect();
        let map = file.packed("", &to_unicode("bfchar", &letters))?;
        file.object(
            id,
            &format!(
                "<</Type/Font/Subtype/Type0/BaseFont/SOHOAA+NotoSans/Encoding/Identity-H\
/DescendantFonts[{inner}]/ToUnicode {map}>>"
            ),
        )
    }
}

/// The text as codes of the empty font: UTF-16 units; letters beyond them are marked as
/// missing.
pub(super) fn blank_codes(text: &str) -> String {
    let mut codes = String::from("<");
    for letter in text.chars() {
        let code = u16::try_from(u32::from(letter)).unwrap_or(MISSING as u16);
        let _ = write!(codes, "{code:04X}");
    }
    codes.push('>');
    codes
}

/// Writes the empty font. Its codes are UTF-16 units, each of which shows the one glyph.
///
/// # Errors
///
/// If the file cannot be written.
pub(super) fn write_blank(file: &mut PdfFile<'_>) -> std::io::Result<Id> {
    let program = file.packed(&format!("/Length1 {}", BLANK.len()), BLANK)?;
    let descriptor = file.add(&format!(
        "<</Type/FontDescriptor/FontName/SOHOAB+Blank/Flags 4/FontBBox[0 0 0 0]/ItalicAngle 0\
/Ascent 800/Descent -200/CapHeight 700/StemV 0/FontFile2 {program}>>"
    ))?;
    let glyphs = file.packed("", &[0, 1].repeat(1 << 16))?;
    let inner = file.add(&format!(
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/SOHOAB+Blank\
/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>\
/FontDescriptor {descriptor}/CIDToGIDMap {glyphs}/DW 500>>"
    ))?;
    let rows: Vec<String> =
        (0..256).map(|row| format!("<{row:02X}00><{row:02X}FF><{row:02X}00>")).collect();
    let map = file.packed("", &to_unicode("bfrange", &rows))?;
    file.add(&format!(
        "<</Type/Font/Subtype/Type0/BaseFont/SOHOAB+Blank/Encoding/Identity-H\
/DescendantFonts[{inner}]/ToUnicode {map}>>"
    ))
}

/// A map from the codes of a font to letters.
fn to_unicode(section: &str, entries: &[String]) -> Vec<u8> {
    let mut map = b"/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n\
/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n\
/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n\
1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n"
        .to_vec();
    for block in entries.chunks(MOST_ENTRIES) {
        let rows = block.join("\n");
        let text = format!("{} begin{section}\n{rows}\nend{section}\n", block.len());
        map.extend_from_slice(text.as_bytes());
    }
    map.extend_from_slice(
        b"endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n",
    );
    map
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::VIETNAMESE_LETTERS;

    #[test]
    fn the_font_has_every_vietnamese_letter() {
        let font = Sans::embedded().expect("a font");
        let highland = "čñŏŭĕĭČÑŎŬĔĬ";
        for letter in VIETNAMESE_LETTERS.chars().chain(highland.chars()).chain(' '..='~')
        {
            assert!(font.font.charmap().map(letter).is_some(), "{letter}");
        }
        assert!(font.width("iii") < font.width("mmm"));
    }

    #[test]
    fn the_empty_font_is_as_wide_as_the_code_says() {
        let font = FontRef::new(BLANK).expect("a font");
        let metrics = font.glyph_metrics(Size::new(1.0), LocationRef::default());
        for glyph in [0_u32, 1] {
            let width = metrics.advance_width(glyph.into()).expect("a width");
            assert!((width - BLANK_WIDTH).abs() < 0.001, "{width}");
        }
    }
}
