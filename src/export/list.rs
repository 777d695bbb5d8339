//! What a search found, as a table for handing out. What stands in it is the desk's; every
//! row bears the mark of the list, so that a row that is copied elsewhere still does.

use std::io::Write;

use super::ExportError;
use super::xlsx::{Cell, Sheet, write_workbook};
use crate::model::{UTF8_MARK, harmless};

/// A form of table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListForm {
    /// UTF-8 with the mark that Excel wants, parted by commas.
    Csv,
    /// A workbook: the table, and a sheet that says what it is.
    Xlsx,
}

impl ListForm {
    /// The ending of its files.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => {
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            }
        }
    }
}

/// A table for handing out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct List {
    /// What the sheet of the table is called, at most 31 letters.
    pub title: String,
    /// Headings.
    pub header: Vec<String>,
    /// As many cells a row as there are headings.
    pub rows: Vec<Vec<Cell>>,
    /// Heading of the last column, which holds the mark.
    pub mark_title: String,
    /// What every row and every printed page bears.
    pub mark: String,
    /// What the sheet is called that says what the table is, at most 31 letters.
    pub about_title: String,
    /// What it says: name and value.
    pub about: Vec<[String; 2]>,
}

/// Writes the table.
///
/// # Errors
///
/// If a temporary file or `out` cannot be written.
pub fn write_list(
    list: &List,
    form: ListForm,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    match form {
        ListForm::Csv => csv(list, out),
        ListForm::Xlsx => workbook(list, out),
    }
}

fn csv(list: &List, mut out: &mut dyn Write) -> Result<(), ExportError> {
    out.write_all(UTF8_MARK.as_bytes())?;
    let mut writer = csv::Writer::from_writer(&mut out);
    writer.write_record(list.header.iter().chain([&list.mark_title]))?;
    let mark = harmless(&list.mark);
    for row in &list.rows {
        let cells = row.iter().map(|cell| harmless(&cell.text));
        writer.write_record(cells.chain([mark.clone()]))?;
    }
    writer.flush()?;
    Ok(())
}

fn workbook(list: &List, mut out: &mut dyn Write) -> Result<(), ExportError> {
    let header: Vec<String> =
        list.header.iter().chain([&list.mark_title]).cloned().collect();
    let mut table = Sheet::new(&list.title, &header)?.with_foot(&list.mark);
    for row in &list.rows {
        let mark = Cell::plain(&*list.mark);
        table.push(&row.iter().cloned().chain([mark]).collect::<Vec<_>>())?;
    }
    let heading = [list.about_title.clone(), String::new()];
    let mut about = Sheet::new(&list.about_title, &heading)?.with_foot(&list.mark);
    for line in &list.about {
        about.push(&line.each_ref().map(|text| Cell::plain(text.as_str())))?;
    }
    write_workbook(vec![table, about], &mut out)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::*;

    fn list() -> List {
        let cell = |text: &str, is_unverified| Cell { text: text.into(), is_unverified };
        List {
            title: "Kết quả".into(),
            header: vec!["Họ tên".into(), "Số".into()],
            rows: vec![
                vec![cell("Lò Văn Mẫu", false), cell("01/2015", true)],
                vec![cell("=cmd|'/c calc'!A1", true), cell("", true)],
            ],
            mark_title: "Dấu".into(),
            mark: "Tra cứu & đối chiếu · A1B2".into(),
            about_title: "Nguồn".into(),
            about: vec![["Tìm".into(), "lò <mẫu>".into()]],
        }
    }

    fn written(form: ListForm) -> Vec<u8> {
        let mut out = Vec::new();
        write_list(&list(), form, &mut out).expect("a table");
        out
    }

    #[test]
    fn every_row_of_a_table_bears_the_mark_and_none_is_a_formula() {
        let text = String::from_utf8(written(ListForm::Csv)).expect("UTF-8");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "\u{feff}Họ tên,Số,Dấu");
        assert_eq!(lines[1], "Lò Văn Mẫu,01/2015,Tra cứu & đối chiếu · A1B2");
        assert_eq!(lines[2], "'=cmd|'/c calc'!A1,,Tra cứu & đối chiếu · A1B2");
        assert_eq!(lines.len(), 3);
    }

    #[test]
    fn a_workbook_says_what_it_is_and_prints_its_mark() {
        let file = Cursor::new(written(ListForm::Xlsx));
        let mut zip = zip::ZipArchive::new(file).expect("a workbook");
        let mut part = |name: &str| {
            let mut text = String::new();
            zip.by_name(name).expect(name).read_to_string(&mut text).expect("text");
            text
        };
        let book = part("xl/workbook.xml");
        assert!(book.contains("name=\"Kết quả\"") && book.contains("name=\"Nguồn\""));
        let table = part("xl/worksheets/sheet1.xml");
        // An ampersand in a foot is written twice, and each one is escaped.
        let foot = "<headerFooter><oddFooter>&amp;LTra cứu &amp;&amp; đối chiếu · A1B2&amp;R&amp;P";
        assert!(table.contains(foot), "{table}");
        assert_eq!(table.matches("Tra cứu &amp; đối chiếu · A1B2</t>").count(), 2);
        assert!(table.contains("<c r=\"B2\" s=\"2\""), "nobody has verified it: {table}");
        assert!(table.contains("<c r=\"A2\" s=\"0\""), "{table}");
        let about = part("xl/worksheets/sheet2.xml");
        assert!(about.contains(">lò &lt;mẫu&gt;<") && about.contains("<headerFooter>"));
    }
}
