//! How records become rows of the tables that other systems import. The tables themselves
//! are `pipelines/handover.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::ExportError;
use super::xlsx::Cell;
use crate::model::Field;
use crate::model::Record;

/// The tables as they are written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HandOver {
    month: String,
    columns_from: BTreeMap<String, String>,
    pub(super) sheets: Sheets,
    #[serde(rename = "table")]
    pub(super) tables: Vec<Table>,
    pub(super) land: Land,
    pub(super) codes: Vec<Codes>,
    problem: BTreeMap<String, String>,
}

/// Names and headings of the sheets that are no table of records.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sheets {
    pub(super) codes: String,
    pub(super) check: String,
    pub(super) beyond: String,
    pub(super) check_columns: Vec<String>,
    pub(super) beyond_columns: Vec<String>,
    pub(super) codes_columns: Vec<String>,
}

/// A sheet of the Ministry's import workbook.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) sheet: String,
    #[expect(dead_code, reason = "for those who read the definition")]
    title: String,
    #[serde(default = "yes")]
    pub(super) importable: bool,
    pub(super) kinds: Vec<String>,
    pub(super) columns: Vec<String>,
}

fn yes() -> bool {
    true
}

/// The land table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Land {
    pub(super) sheet: String,
    pub(super) kinds: Vec<String>,
    persons: Vec<String>,
    pub(super) columns: Vec<LandColumn>,
    kind_names: BTreeMap<String, String>,
}

/// A column of the land table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LandColumn {
    pub(super) name: String,
    #[serde(default)]
    field: String,
    #[serde(default, rename = "is")]
    form: Form,
}

/// How a cell of the land table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Form {
    #[default]
    Text,
    Date,
    /// With a decimal comma.
    Decimal,
    /// The number of the record in the table.
    Number,
    /// What kind of certificate it is.
    Kind,
}

/// A code list.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Codes {
    pub(super) column: String,
    pub(super) values: Vec<(String, String)>,
}

/// Heading of the column that numbers the rows.
pub(super) const NUMBER: &str = "STT";

impl HandOver {
    /// The tables that are built in.
    ///
    /// # Errors
    ///
    /// If the embedded file is not what this program reads, which a test rules out.
    pub(super) fn embedded() -> Result<Self, ExportError> {
        Ok(toml::from_str(include_str!("../../pipelines/handover.toml"))?)
    }

    /// A row of the Ministry's table: its number, then its columns.
    pub(super) fn row(&self, table: &Table, record: &Record, number: u32) -> Vec<Cell> {
        let cells = table.columns.iter().map(|column| {
            let Some(field) = record.fields.get(self.source(column)) else {
                return Cell::default();
            };
            let is_verified = field.state.is_verified();
            if column == "so" {
                let number = field.value.as_deref().unwrap_or_default();
                let (text, is_sound) = with_year(record, number);
                return Cell { text, is_unverified: !(is_verified && is_sound) };
            }
            Cell { text: self.written(column, field), is_unverified: !is_verified }
        });
        std::iter::once(Cell::plain(number.to_string())).chain(cells).collect()
    }

    /// Values of the record for which the table has no column, by name of the field.
    pub(super) fn beyond<'r>(
        &self,
        table: &Table,
        record: &'r Record,
    ) -> Vec<(&'r str, &'r Field)> {
        let sources: Vec<&str> =
            table.columns.iter().map(|column| self.source(column)).collect();
        let all = record.fields.iter().map(|(name, field)| (name.as_str(), field));
        all.filter(|(name, field)| field.value.is_some() && !sources.contains(name))
            .collect()
    }

    /// The field that fills a column.
    fn source<'c>(&'c self, column: &'c str) -> &'c str {
        self.columns_from.get(column).map_or(column, String::as_str)
    }

    fn written(&self, column: &str, field: &Field) -> String {
        let value = field.value.as_deref().unwrap_or_default();
        let is_date = column.starts_with("ngay") || column.contains("Ngay");
        if is_date { self.dotted(value) } else { value.to_owned() }
    }

    /// `1987-03-05` as `05.03.1987`; a year stays a year, and a month is said in words.
    /// Anything else stays as it is: nothing is filled in.
    pub(super) fn dotted(&self, value: &str) -> String {
        let is = |part: &str, digits: usize| {
            part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        let parts: Vec<&str> = value.split('-').collect();
        match *parts.as_slice() {
            [year, month, day] if is(year, 4) && is(month, 2) && is(day, 2) => {
                format!("{day}.{month}.{year}")
            }
            [year, month] if is(year, 4) && is(month, 2) => {
                self.month.replace("{m}", month).replace("{y}", year)
            }
            _ => value.to_owned(),
        }
    }

    /// The rows of the land table: one for each person of the record, at least one.
    pub(super) fn land_rows(&self, record: &Record, number: u32) -> Vec<Vec<Cell>> {
        let has =
            |person: &&String| record.fields.contains_key(&format!("{person}_name"));
        let mut persons: Vec<&str> =
            self.land.persons.iter().filter(has).map(String::as_str).collect();
        if persons.is_empty() {
            persons.extend(self.land.persons.first().map(String::as_str));
        }
        let row = |person: &str| {
            let cells = self.land.columns.iter();
            cells.map(|column| self.land_cell(column, record, person, number)).collect()
        };
        persons.into_iter().map(row).collect()
    }

    fn land_cell(
        &self,
        column: &LandColumn,
        record: &Record,
        person: &str,
        number: u32,
    ) -> Cell {
        let kind = record.kind.0.as_str();
        match column.form {
            Form::Number => return Cell::plain(number.to_string()),
            Form::Kind => {
                let named = self.land.kind_names.get(kind).map_or(kind, String::as_str);
                return Cell::plain(named);
            }
            Form::Text | Form::Date | Form::Decimal => {}
        }
        let name = column.field.replace("{}", person);
        let Some(field) = record.fields.get(&name) else { return Cell::default() };
        let value = field.value.as_deref().unwrap_or_default();
        let text = match column.form {
            Form::Date => self.dotted(value),
            Form::Decimal => value.replace('.', ","),
            _ => value.to_owned(),
        };
        Cell { text, is_unverified: !field.state.is_verified() }
    }

    /// What would keep an import from taking the row, in words; `row` as [`Self::row`]
    /// made it.
    pub(super) fn problems(&self, table: &Table, row: &[Cell]) -> Vec<&str> {
        let cell = |column: &str| {
            let at = table.columns.iter().position(|known| known == column)?;
            row.get(at + 1).map(|cell| cell.text.as_str())
        };
        let (so, date) =
            (cell("so").unwrap_or_default(), cell("ngayDangKy").unwrap_or_default());
        let book = cell("quyenSo").unwrap_or_default();
        let page = cell("trangSo").unwrap_or_default();
        let is_whole = date.chars().count() == 10;
        let year =
            |text: &str| text.rsplit(['/', '.']).next().unwrap_or_default().to_owned();
        [
            ("no-number", so.is_empty()),
            ("number-without-year", !so.is_empty() && !so.contains('/')),
            ("no-book-year", !book.is_empty() && !book.contains('/')),
            ("date-not-whole", !is_whole),
            ("year-differs", is_whole && so.contains('/') && year(so) != year(date)),
            ("page-not-number", !page.is_empty() && page.parse::<u32>().is_err()),
        ]
        .into_iter()
        .filter(|(_, is_so)| *is_so)
        .map(|(name, _)| self.problem(name))
        .collect()
    }

    /// A problem in words.
    pub(super) fn problem<'a>(&'a self, name: &'a str) -> &'a str {
        self.problem.get(name).map_or(name, String::as_str)
    }
}

/// The number of an entry with its year, and whether the year was verified. Before 2016
/// books often hold the number alone; the year is that of the registration, else that of
/// the book (domain.md 2.10).
fn with_year(record: &Record, number: &str) -> (String, bool) {
    if number.is_empty() || number.contains('/') {
        return (number.to_owned(), true);
    }
    let year_of = |name: &str, part: fn(&str) -> Option<&str>| {
        let field = record.fields.get(name)?;
        let year = part(field.value.as_deref()?)?;
        let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
        is_year.then(|| (year.to_owned(), field.state.is_verified()))
    };
    let of_date = year_of("ngayDangKy", |date| date.split('-').next());
    let found =
        of_date.or_else(|| year_of("quyenSo", |book| Some(book.split_once('/')?.1)));
    match found {
        Some((year, is_verified)) => (format!("{number}/{year}"), is_verified),
        None => (number.to_owned(), true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_are_as_many_as_the_workbook_of_the_ministry_has() {
        let tables = HandOver::embedded().expect("the tables").tables;
        let columns: Vec<(&str, usize)> = tables
            .iter()
            .map(|table| (table.sheet.as_str(), table.columns.len()))
            .collect();
        // 60 and three of the newer template; domain.md 1.3.
        let expected =
            [("KS", 63), ("KH", 44), ("KT", 48), ("CMC", 50), ("HN", 35), ("GH", 25)];
        assert_eq!(columns, expected);
    }

    #[test]
    fn a_date_keeps_what_is_known_and_gains_nothing() {
        let tables = HandOver::embedded().expect("the tables");
        for (value, written) in [
            ("1987-03-05", "05.03.1987"),
            ("1987", "1987"),
            ("1987-03", "tháng 03 năm 1987"),
            ("khoảng 3 tuổi", "khoảng 3 tuổi"),
            ("", ""),
        ] {
            assert_eq!(tables.dotted(value), written);
        }
    }
}
