//! A record as a sheet of paper for handing out: every value with its cut-out of the paper
//! and how it is known, under a watermark and with a number.

use std::fmt::Write as _;
use std::io::Write;

use super::file::{Id, PdfFile};
use super::font::Sans;
use super::{A4, ExportError, finish, picture_object};
use crate::model::StoredPicture;

/// Paper left free around the sheet, in points.
const MARGIN: f32 = 45.0;
/// Where the columns of a row begin, from the left margin: label, value, cut-out.
const COLUMNS: [f32; 3] = [0.0, 118.0, 300.0];
/// Largest cut-out beside a value, in points: a line of writing stays readable.
const CUT_OUT: (f32, f32) = (205.0, 34.0);
/// Sizes of letters, in points.
const TITLE: f32 = 15.0;
const TEXT: f32 = 9.5;
const SMALL: f32 = 7.5;
/// Distance of base lines, in parts of the size.
const LEADING: f32 = 1.35;
/// Lines of a value that stand on one page with room for what is around them: of some 55
/// that fit.
const LINES_A_PAGE: usize = 48;
/// Size of the letters of the watermark, in points.
const WATERMARK: f32 = 34.0;

/// A value on the sheet.
#[derive(Debug, Clone, Default)]
pub struct SheetRow {
    /// Heading above it, where a new part of the record begins.
    pub group: String,
    /// What the value is.
    pub label: String,
    /// The value; where there is none, why.
    pub value: String,
    /// How it is known.
    pub state: String,
    /// Its cut-out of the paper.
    pub cut_out: Option<StoredPicture>,
}

/// What stands on the sheet.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// The kind of document.
    pub title: String,
    /// Whom or what it is about.
    pub name: String,
    /// Below it: entry, file, pages.
    pub lines: Vec<String>,
    /// The values in the order of reading.
    pub rows: Vec<SheetRow>,
    /// After them: what is verified, what does not go together.
    pub notes: Vec<String>,
    /// Across each page.
    pub watermark: String,
    /// At the foot of each page; it names this very content.
    pub number: String,
}

/// A page that is being laid out.
#[derive(Default)]
struct Laid {
    operators: String,
    images: Vec<Id>,
}

struct Layout<'f, 'o> {
    file: &'f mut PdfFile<'o>,
    font: Sans,
    pages: Vec<Laid>,
    /// Height of the next line's top above the lower edge.
    at: f32,
}

impl Layout<'_, '_> {
    fn page(&mut self) -> &mut Laid {
        if self.pages.is_empty() {
            self.turn();
        }
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    fn turn(&mut self) {
        self.pages.push(Laid::default());
        self.at = A4.1 - MARGIN;
    }

    /// Begins a new page if `height` does not fit on this one.
    fn need(&mut self, height: f32) {
        // Two small lines stand at the foot.
        if self.pages.is_empty() || self.at - height < MARGIN + 3.0 * SMALL {
            self.turn();
        }
    }

    fn put(&mut self, text: &str, x: f32, top: f32, size: f32, gray: f32) {
        let codes = self.font.codes(text);
        let (x, y) = (MARGIN + x, top - size);
        let _ = writeln!(
            self.page().operators,
            "BT {gray:.2} g /F1 {size} Tf {x:.2} {y:.2} Td {codes} Tj ET"
        );
    }

    /// The words of a text, those that are wider than `width` points in pieces.
    fn words(&self, text: &str, width: f32, size: f32) -> Vec<String> {
        let mut words = Vec::new();
        for word in text.split_whitespace() {
            if self.font.width(word) * size <= width {
                words.push(word.to_owned());
                continue;
            }
            let mut piece = String::new();
            for letter in word.chars() {
                piece.push(letter);
                if self.font.width(&piece) * size > width {
                    piece.pop();
                    words.push(std::mem::replace(&mut piece, letter.to_string()));
                }
            }
            words.push(piece);
        }
        words.retain(|word| !word.is_empty());
        words
    }

    /// The text in lines of at most `width` points.
    fn lines(&self, text: &str, width: f32, size: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut line = String::new();
        for word in self.words(text, width, size) {
            let longer =
                if line.is_empty() { word.clone() } else { format!("{line} {word}") };
            if self.font.width(&longer) * size <= width || line.is_empty() {
                line = longer;
            } else {
                lines.push(std::mem::replace(&mut line, word));
            }
        }
        lines.push(line);
        lines
    }

    /// A paragraph over the whole width.
    fn paragraph(&mut self, text: &str, size: f32, gray: f32) {
        let width = A4.0 - 2.0 * MARGIN;
        for line in self.lines(text, width, size) {
            self.need(size * LEADING);
            let top = self.at;
            self.put(&line, 0.0, top, size, gray);
            self.at -= size * LEADING;
        }
    }

    fn row(&mut self, row: &SheetRow) -> std::io::Result<()> {
        if !row.group.is_empty() {
            // A heading stands above at least one row, never alone at the foot.
            self.need(TEXT * LEADING * 2.0 + CUT_OUT.1 + TEXT * LEADING * 2.0);
            self.at -= TEXT * 0.6;
            let top = self.at;
            self.put(&row.group, 0.0, top, TEXT + 1.0, 0.0);
            self.at -= (TEXT + 1.0) * LEADING;
            self.rule();
        }
        let labels = self.lines(&row.label, COLUMNS[1] - 8.0, TEXT);
        let values = self.lines(&row.value, COLUMNS[2] - COLUMNS[1] - 8.0, TEXT);
        let mut cut = row.cut_out.as_ref().map(|cut| (cut, fitted(cut)));
        // What is longer than a page goes on on the next one.
        let count = labels.len().max(values.len()).max(1);
        for from in (0..count).step_by(LINES_A_PAGE) {
            let to = (from + LINES_A_PAGE).min(count);
            let of = |lines: &[String]| -> Vec<String> {
                lines.iter().take(to).skip(from).cloned().collect()
            };
            let state = if to == count { row.state.as_str() } else { "" };
            self.part_of_row(&of(&labels), &of(&values), state, cut.take())?;
        }
        self.rule();
        Ok(())
    }

    /// As much of a row as stands on one page.
    fn part_of_row(
        &mut self,
        labels: &[String],
        values: &[String],
        state: &str,
        cut: Option<(&StoredPicture, (f32, f32))>,
    ) -> std::io::Result<()> {
        let text_height =
            labels.len().max(values.len()) as f32 * TEXT * LEADING + SMALL * LEADING;
        let height = text_height.max(cut.map_or(0.0, |(_, (_, high))| high)) + 4.0;
        self.need(height);
        let top = self.at;
        for (at, line) in labels.iter().enumerate() {
            self.put(line, COLUMNS[0], top - at as f32 * TEXT * LEADING, TEXT, 0.35);
        }
        for (at, line) in values.iter().enumerate() {
            self.put(line, COLUMNS[1], top - at as f32 * TEXT * LEADING, TEXT, 0.0);
        }
        let below = top - values.len() as f32 * TEXT * LEADING;
        self.put(state, COLUMNS[1], below, SMALL, 0.35);
        if let Some((cut, (wide, high))) = cut {
            let id = picture_object(self.file, cut)?;
            let page = self.page();
            page.images.push(id);
            let number = page.images.len();
            let (x, y) = (MARGIN + COLUMNS[2], top - high);
            let _ = writeln!(
                page.operators,
                "q {wide:.2} 0 0 {high:.2} {x:.2} {y:.2} cm /I{number} Do Q"
            );
        }
        self.at -= height;
        Ok(())
    }

    fn rule(&mut self) {
        let (y, right) = (self.at + 1.0, A4.0 - MARGIN);
        let _ = writeln!(
            self.page().operators,
            "0.85 G 0.5 w {MARGIN} {y:.2} m {right:.2} {y:.2} l S"
        );
        self.at -= 3.0;
    }
}

/// Size of a cut-out on the sheet, in points; small ones are not blown up beyond twice
/// what 150 pixels an inch give.
fn fitted(cut: &StoredPicture) -> (f32, f32) {
    let (width, height) = (cut.width.max(1) as f32, cut.height.max(1) as f32);
    let factor = (CUT_OUT.0 / width).min(CUT_OUT.1 / height).min(72.0 / 75.0);
    (width * factor, height * factor)
}

/// Writes the sheet as PDF/A-2b.
///
/// # Errors
///
/// If `out` cannot be written.
pub fn write_sheet(sheet: &Sheet, out: &mut dyn Write) -> Result<(), ExportError> {
    let mut file = PdfFile::begin(out)?;
    let tree = file.reserve();
    let font_id = file.reserve();
    let broken = || std::io::Error::other("the embedded font is broken");
    let font = Sans::embedded().ok_or_else(broken)?;
    let mut layout = Layout { file: &mut file, font, pages: vec![], at: 0.0 };
    layout.paragraph(&sheet.title, TITLE, 0.0);
    layout.paragraph(&sheet.name, TITLE - 2.0, 0.0);
    for line in &sheet.lines {
        layout.paragraph(line, TEXT, 0.25);
    }
    layout.at -= TEXT;
    for row in &sheet.rows {
        layout.row(row)?;
    }
    layout.at -= TEXT;
    for note in &sheet.notes {
        layout.paragraph(note, TEXT, 0.0);
    }
    let Layout { mut font, pages, .. } = layout;
    let mut ids = Vec::new();
    for (at, page) in pages.iter().enumerate() {
        let foot = format!("{} · {}/{}", sheet.number, at + 1, pages.len());
        let around = around(&mut font, sheet, &foot);
        let mut images = String::new();
        for (at, id) in page.images.iter().enumerate() {
            let _ = write!(images, "/I{} {id}", at + 1);
        }
        let resources = format!("/XObject<<{images}>>/Font<</F1 {font_id}>>");
        let content = format!("{around}{}", page.operators);
        ids.push(super::page_object(&mut file, tree, A4, &resources, &content)?);
    }
    font.write(&mut file, font_id)?;
    let title = format!("{} {}", sheet.title, sheet.number);
    Ok(finish(file, tree, &ids, &title, &sheet.number)?)
}

/// The watermark across the page and the lines at its foot.
fn around(font: &mut Sans, sheet: &Sheet, foot: &str) -> String {
    let (watermark, small) = (font.codes(&sheet.watermark), font.codes(&sheet.watermark));
    let across = font.width(&sheet.watermark) * WATERMARK;
    // Along the diagonal, its middle on that of the page.
    let (sin, cos) = (A4.1 / A4.0).atan().sin_cos();
    let size = WATERMARK * (A4.1 * 0.9 / across.max(1.0)).min(1.0);
    let half = font.width(&sheet.watermark) * size / 2.0;
    let (x, y) = (A4.0 / 2.0 - half * cos, A4.1 / 2.0 - half * sin);
    let foot_codes = font.codes(foot);
    let (low, lower) = (MARGIN * 0.9, MARGIN * 0.9 - SMALL * LEADING);
    format!(
        "BT 0.90 g /F1 {size:.2} Tf {cos:.4} {sin:.4} {:.4} {cos:.4} {x:.2} {y:.2} Tm {watermark} Tj ET\n\
BT 0.25 g /F1 {SMALL} Tf {MARGIN} {low:.2} Td {small} Tj ET\n\
BT 0.25 g /F1 {SMALL} Tf {MARGIN} {lower:.2} Td {foot_codes} Tj ET\n",
        -sin
    )
}
