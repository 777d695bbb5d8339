//! Writes workbooks (Office Open XML, ECMA-376): sheets of text, nothing else.
//!
//! Every cell is text, so that no program takes `01/2015` for a day or drops the zero of
//! `011087001234`. A sheet is written to a temporary file as it grows: memory does not
//! depend on the number of rows.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Seek as _, SeekFrom, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::ExportError;
use super::xml::escaped;

/// Rows that one sheet may have: the limit of the format.
const MOST_ROWS: u32 = 1_048_576;
/// Letters that one cell may have: the limit of Excel.
const MOST_LETTERS: usize = 32_767;
/// Columns are as wide as their heading, within these bounds, in letters.
const WIDTHS: (usize, usize) = (10, 42);

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const LINKS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
/// Plain text (0), headings (1), text that nobody has verified (2, on yellow).
const STYLES: &str = "<fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font>\
<font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>\
<fills count=\"4\"><fill><patternFill patternType=\"none\"/></fill>\
<fill><patternFill patternType=\"gray125\"/></fill>\
<fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFD9E8E3\"/></patternFill></fill>\
<fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFFFF2B3\"/></patternFill></fill></fills>\
<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>\
<cellXfs count=\"3\">\
<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
<xf numFmtId=\"49\" fontId=\"1\" fillId=\"2\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyFont=\"1\" applyFill=\"1\"/>\
<xf numFmtId=\"49\" fontId=\"0\" fillId=\"3\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyFill=\"1\"/>\
</cellXfs><cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles>";

/// One cell of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    /// What stands in it; empty cells are not written.
    pub text: String,
    /// Whether no person has verified it.
    pub is_unverified: bool,
}

impl Cell {
    /// A cell that needs no verifying.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_unverified: false }
    }
}

/// A sheet that grows.
pub(super) struct Sheet {
    name: String,
    header: Vec<String>,
    rows: BufWriter<File>,
    num_rows: u32,
    /// What stands at the foot of each printed page; nothing if it is empty.
    foot: String,
}

impl Sheet {
    /// A sheet with its first row.
    ///
    /// # Errors
    ///
    /// If no temporary file can be made.
    pub(super) fn new(name: &str, header: &[String]) -> Result<Self, ExportError> {
        Ok(Self {
            name: name.to_owned(),
            header: header.to_vec(),
            rows: BufWriter::new(tempfile::tempfile()?),
            num_rows: 1,
            foot: String::new(),
        })
    }

    /// The sheet with a line at the foot of each printed page, its number beside it.
    pub(super) fn with_foot(self, foot: &str) -> Self {
        Self { foot: foot.to_owned(), ..self }
    }

    /// The row that was written last, from 1; the headings are row 1.
    pub(super) fn num_rows(&self) -> u32 {
        self.num_rows
    }

    /// Whether the format allows no further row.
    pub(super) fn is_full(&self) -> bool {
        self.num_rows >= MOST_ROWS
    }

    /// Adds a row.
    ///
    /// # Errors
    ///
    /// If the temporary file cannot be written.
    pub(super) fn push(&mut self, cells: &[Cell]) -> Result<(), ExportError> {
        self.num_rows += 1;
        write_row(&mut self.rows, self.num_rows, cells, |cell| {
            if cell.is_unverified { 2 } else { 0 }
        })?;
        Ok(())
    }

    fn write(mut self, out: &mut impl Write) -> Result<(), ExportError> {
        write!(
            out,
            "{HEAD}<worksheet xmlns=\"{MAIN}\"><sheetViews><sheetView workbookViewId=\"0\">"
        )?;
        write!(
            out,
            "<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>"
        )?;
        write!(out, "</sheetView></sheetViews><cols>")?;
        for (at, title) in self.header.iter().enumerate() {
            let width = (title.chars().count() + 2).clamp(WIDTHS.0, WIDTHS.1);
            let at = at + 1;
            write!(
                out,
                "<col min=\"{at}\" max=\"{at}\" width=\"{width}\" customWidth=\"1\"/>"
            )?;
        }
        write!(out, "</cols><sheetData>")?;
        let header: Vec<Cell> = self.header.iter().map(Cell::plain).collect();
        write_row(out, 1, &header, |_| 1)?;
        self.rows.flush()?;
        let mut rows =
            self.rows.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        rows.seek(SeekFrom::Start(0))?;
        std::io::copy(&mut rows, out)?;
        write!(out, "</sheetData>")?;
        if !self.foot.is_empty() {
            // An ampersand begins a code of its own: `&L` left, `&R` right, `&P` the page.
            let foot = escaped(&format!("&L{}&R&P", self.foot.replace('&', "&&")));
            write!(out, "<headerFooter><oddFooter>{foot}</oddFooter></headerFooter>")?;
        }
        write!(out, "</worksheet>")?;
        Ok(())
    }
}

fn write_row(
    out: &mut impl Write,
    number: u32,
    cells: &[Cell],
    style: impl Fn(&Cell) -> u8,
) -> std::io::Result<()> {
    write!(out, "<row r=\"{number}\">")?;
    for (at, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.text.is_empty()) {
        let text: String = cell.text.chars().take(MOST_LETTERS).collect();
        let (column, text) = (column_name(at), escaped(&text));
        write!(out, "<c r=\"{column}{number}\" s=\"{}\" t=\"inlineStr\">", style(cell))?;
        write!(out, "<is><t xml:space=\"preserve\">{text}</t></is></c>")?;
    }
    writeln!(out, "</row>")
}

/// `A`, `B`, … `Z`, `AA`, … for 0, 1, …
fn column_name(at: usize) -> String {
    let mut name = Vec::new();
    let mut left = at + 1;
    while left > 0 {
        name.push(char::from(b'A' + ((left - 1) % 26) as u8));
        left = (left - 1) / 26;
    }
    name.into_iter().rev().collect()
}

/// Writes a workbook of these sheets; the first one is shown. The same sheets give the
/// same bytes.
///
/// # Errors
///
/// If a temporary file or `out` cannot be written.
pub(super) fn write_workbook(
    sheets: Vec<Sheet>,
    out: &mut impl Write,
) -> Result<(), ExportError> {
    let mut zip = ZipWriter::new(tempfile::tempfile()?);
    let options =
        SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let names: Vec<String> = sheets.iter().map(|sheet| sheet.name.clone()).collect();
    for (name, content) in frame(&names) {
        zip.start_file(name, options)?;
        zip.write_all(content.as_bytes())?;
    }
    for (at, sheet) in sheets.into_iter().enumerate() {
        let is_large = sheet.num_rows > 100_000;
        let name = format!("xl/worksheets/sheet{}.xml", at + 1);
        zip.start_file(name, options.large_file(is_large))?;
        sheet.write(&mut zip)?;
    }
    let mut file = zip.finish()?;
    file.seek(SeekFrom::Start(0))?;
    std::io::copy(&mut file, out)?;
    Ok(())
}

/// The parts of a workbook that say which sheets there are.
fn frame(names: &[String]) -> [(&'static str, String); 5] {
    const SHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    let mut types = format!(
        "{HEAD}<Types xmlns=\"{PACKAGE}/content-types\">\
<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
<Default Extension=\"xml\" ContentType=\"application/xml\"/>\
<Override PartName=\"/xl/workbook.xml\" ContentType=\"{SHEET}.sheet.main+xml\"/>\
<Override PartName=\"/xl/styles.xml\" ContentType=\"{SHEET}.styles+xml\"/>"
    );
    let mut book =
        format!("{HEAD}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{LINKS}\"><sheets>");
    let mut links = format!("{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\">");
    for (at, name) in names.iter().enumerate() {
        let (number, name) = (at + 1, escaped(name));
        let _ = write!(
            types,
            "<Override PartName=\"/xl/worksheets/sheet{number}.xml\" ContentType=\"{SHEET}.worksheet+xml\"/>"
        );
        let _ = write!(
            book,
            "<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>"
        );
        let _ = write!(
            links,
            "<Relationship Id=\"rId{number}\" Type=\"{LINKS}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
        );
    }
    let _ = write!(
        links,
        "<Relationship Id=\"rId0\" Type=\"{LINKS}/styles\" Target=\"styles.xml\"/></Relationships>"
    );
    let root = format!(
        "{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\">\
<Relationship Id=\"rId1\" Type=\"{LINKS}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    [
        ("[Content_Types].xml", types + "</Types>"),
        ("_rels/.rels", root),
        ("xl/workbook.xml", book + "</sheets></workbook>"),
        ("xl/_rels/workbook.xml.rels", links),
        (
            "xl/styles.xml",
            format!("{HEAD}<styleSheet xmlns=\"{MAIN}\">{STYLES}</styleSheet>"),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_table_programs_name_them() {
        for (at, name) in
            [(0, "A"), (25, "Z"), (26, "AA"), (63, "BL"), (701, "ZZ"), (702, "AAA")]
        {
            assert_eq!(column_name(at), name);
        }
    }
}
