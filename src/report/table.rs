//! Tables that open in Excel.

use std::io::Write;

use super::Row;
use crate::model::{UTF8_MARK, harmless};

/// Writes everything that was not ingested, one row each. `separator` is the list
/// separator of the country that Excel is set to: `,` or `;`.
///
/// # Errors
///
/// If `out` cannot be written.
pub fn write_table(
    rows: &[Row],
    separator: u8,
    mut out: impl Write,
) -> std::io::Result<()> {
    out.write_all(UTF8_MARK.as_bytes())?;
    let mut table = csv::WriterBuilder::new().delimiter(separator).from_writer(out);
    let header = ["folder", "path", "page", "fate", "reason", "message", "remedy"];
    table.write_record(header)?;
    for row in rows {
        let page = row.page.map(|page| page.to_string()).unwrap_or_default();
        table.write_record([
            &harmless(super::folder_of(&row.path)),
            &harmless(&row.path),
            &page,
            row.fate.name(),
            row.reason.name(),
            &harmless(&row.message),
            row.remedy,
        ])?;
    }
    table.flush()
}

#[cfg(test)]
mod tests {
    use super::super::Why;
    use super::*;

    #[test]
    fn the_table_is_as_excel_wants_it() {
        let rows = [
            Row::new("sổ 1/a;b.pdf", Some(3), Why::UNREADABLE, "no \"page\""),
            Row::new("=x.pdf", None, Why::SameBytes, ""),
        ];
        let mut out = Vec::new();
        write_table(&rows, b';', &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap().replace('\u{feff}', "MARK "), @r#"
        MARK folder;path;page;fate;reason;message;remedy
        sổ 1;"sổ 1/a;b.pdf";3;failed;unreadable;"no ""page""";check the disk and the access rights, then run the same command again
        ;'=x.pdf;;duplicate;same-bytes;;nothing to do
        "#);
    }
}
