//! The archive as a workbook: the Ministry's import tables, one sheet a register, the land
//! table, the code lists, and what a person should look at before handing it over.

use std::collections::BTreeMap;
use std::io::Write;

use super::handover::{HandOver, NUMBER, Table};
use super::xlsx::{Cell, Sheet, write_workbook};
use super::{ExportError, Selection, each_record};
use crate::catalog::Catalog;
use crate::catalog::StoredRecord;
use crate::model::Record;

/// Which tables a workbook holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tables {
    /// The Ministry's tables of civil status and the land table.
    All,
    /// The land table alone.
    Land,
}

/// Rows of one heading: as many sheets as they need.
struct Pile {
    name: String,
    header: Vec<String>,
    sheets: Vec<Sheet>,
}

impl Pile {
    fn new(name: &str, header: Vec<String>) -> Self {
        Self { name: name.to_owned(), header, sheets: Vec::new() }
    }

    /// Adds a row; says on which sheet it is, and which row there.
    fn push(&mut self, cells: &[Cell]) -> Result<(String, u32), ExportError> {
        if self.sheets.last().is_none_or(Sheet::is_full) {
            self.sheets
                .push(Sheet::new(&self.next_name(self.sheets.len()), &self.header)?);
        }
        let name = self.next_name(self.sheets.len().saturating_sub(1));
        let Some(sheet) = self.sheets.last_mut() else { return Ok((name, 0)) };
        sheet.push(cells)?;
        Ok((name, sheet.num_rows()))
    }

    fn next_name(&self, before: usize) -> String {
        if before == 0 {
            self.name.clone()
        } else {
            format!("{} ({})", self.name, before + 1)
        }
    }
}

/// A workbook that is being filled.
struct Book {
    tables: HandOver,
    piles: Vec<Pile>,
    land: Pile,
    check: Pile,
    beyond: Pile,
    /// Where each entry of a register stands, by what makes it one entry.
    entries: BTreeMap<[String; 4], (String, u32)>,
}

impl Book {
    fn new() -> Result<Self, ExportError> {
        let tables = HandOver::embedded()?;
        let header = |table: &Table| {
            let columns = table.columns.iter().cloned();
            std::iter::once(NUMBER.to_owned()).chain(columns).collect()
        };
        let piles =
            tables.tables.iter().map(|table| Pile::new(&table.sheet, header(table)));
        let columns = tables.land.columns.iter().map(|column| column.name.clone());
        let names = &tables.sheets;
        Ok(Self {
            piles: piles.collect(),
            land: Pile::new(&tables.land.sheet, columns.collect()),
            check: Pile::new(&names.check, names.check_columns.clone()),
            beyond: Pile::new(&names.beyond, names.beyond_columns.clone()),
            entries: BTreeMap::new(),
            tables,
        })
    }

    /// Adds a record of civil status to the sheet of its register.
    fn register(&mut self, at: usize, stored: &StoredRecord) -> Result<(), ExportError> {
        let record = &stored.record;
        let (Some(table), Some(pile)) =
            (self.tables.tables.get(at), self.piles.get_mut(at))
        else {
            return Ok(());
        };
        let number =
            pile.sheets.iter().map(|sheet| sheet.num_rows() - 1).sum::<u32>() + 1;
        let row = self.tables.row(table, record, number);
        let place = pile.push(&row)?;
        let mut problems: Vec<String> = Vec::new();
        if table.importable {
            problems
                .extend(self.tables.problems(table, &row).into_iter().map(str::to_owned));
            if let Some(key) = entry_key(table, record, &row) {
                if let Some((sheet, row)) = self.entries.get(&key) {
                    problems.push(format!(
                        "{} ({sheet} {row})",
                        self.tables.problem("twice")
                    ));
                } else {
                    self.entries.insert(key, place.clone());
                }
            }
        }
        let columns = table.columns.iter().zip(row.iter().skip(1));
        let unverified: Vec<&str> = columns
            .filter(|(_, cell)| is_marked(cell))
            .map(|(name, _)| name.as_str())
            .collect();
        for (name, field) in self.tables.beyond(table, record) {
            let value = field.value.clone().unwrap_or_default();
            let value = Cell { text: value, is_unverified: !field.state.is_verified() };
            let (sheet, row) = (Cell::plain(&*place.0), Cell::plain(place.1.to_string()));
            self.beyond.push(&[sheet, row, Cell::plain(name), value])?;
        }
        let said = checked(stored, &place, &unverified, &problems);
        self.check.push(&said)?;
        Ok(())
    }

    /// Adds a record to the land table.
    fn parcel(&mut self, stored: &StoredRecord, number: u32) -> Result<(), ExportError> {
        for row in self.tables.land_rows(&stored.record, number) {
            let place = self.land.push(&row)?;
            let columns = self.tables.land.columns.iter().zip(&row);
            let unverified: Vec<&str> = columns
                .filter(|(_, cell)| is_marked(cell))
                .map(|(column, _)| column.name.as_str())
                .collect();
            let said = checked(stored, &place, &unverified, &[]);
            self.check.push(&said)?;
        }
        Ok(())
    }

    /// All sheets that have rows, in the order of the definition, then the code lists.
    fn sheets(self, tables: Tables) -> Result<Vec<Sheet>, ExportError> {
        let mut sheets: Vec<Sheet> = Vec::new();
        for mut pile in self.piles.into_iter().chain([self.land]) {
            sheets.append(&mut pile.sheets);
        }
        if tables == Tables::All {
            let names = &self.tables.sheets;
            let mut codes = Sheet::new(&names.codes, &names.codes_columns)?;
            for list in &self.tables.codes {
                for (code, meaning) in &list.values {
                    codes.push(&[&list.column, code, meaning].map(Cell::plain))?;
                }
            }
            sheets.push(codes);
        }
        for mut pile in [self.check, self.beyond] {
            sheets.append(&mut pile.sheets);
        }
        if sheets.is_empty() {
            // A workbook without a sheet is none.
            let columns =
                self.tables.land.columns.iter().map(|column| column.name.clone());
            sheets
                .push(Sheet::new(&self.tables.land.sheet, &columns.collect::<Vec<_>>())?);
        }
        Ok(sheets)
    }
}

fn is_marked(cell: &Cell) -> bool {
    cell.is_unverified && !cell.text.is_empty()
}

/// What makes a row the same entry as another: table, office, book and number; `None`
/// where one of them is not known.
fn entry_key(table: &Table, record: &Record, row: &[Cell]) -> Option<[String; 4]> {
    let number = row.get(1 + table.columns.iter().position(|column| column == "so")?)?;
    let folded = |name: &str| {
        let value = record.fields.get(name)?.value.as_deref()?;
        Some(crate::model::fold(value))
    };
    let key = [
        table.sheet.clone(),
        folded("noiDangKy").unwrap_or_default(),
        folded("quyenSo")?,
        number.text.clone(),
    ];
    (!number.text.is_empty()).then_some(key)
}

/// A row of the sheet that says what to look at.
fn checked(
    stored: &StoredRecord,
    (sheet, row): &(String, u32),
    unverified: &[&str],
    problems: &[String],
) -> Vec<Cell> {
    let record = &stored.record;
    let pages: Vec<String> = record.pages.iter().map(u32::to_string).collect();
    let findings: Vec<&str> =
        record.findings.iter().map(|finding| finding.rule.as_str()).collect();
    [
        sheet.clone(),
        row.to_string(),
        record.record.0.clone(),
        record.kind.0.clone(),
        stored.path.clone(),
        pages.join(" "),
        unverified.join(", "),
        problems.join("; "),
        findings.join(", "),
    ]
    .map(Cell::plain)
    .into()
}

/// Writes the workbook. Records of kinds that no table holds are left out.
///
/// # Errors
///
/// If the catalog cannot be read or `out` not be written.
pub(super) fn workbook(
    catalog: &Catalog,
    selection: &Selection,
    tables: Tables,
    out: &mut impl Write,
) -> Result<(), ExportError> {
    let mut book = Book::new()?;
    let mut parcels = 0;
    // The books first, as the definition lists them: a certificate repeats its entry.
    let rank =
        |kinds: &[String], kind: &str| kinds.iter().position(|known| known == kind);
    let num_ranks = book.tables.tables.iter().map(|table| table.kinds.len()).max();
    let passes = if tables == Tables::All { num_ranks.unwrap_or(1) } else { 1 };
    for pass in 0..passes {
        each_record(catalog, selection, |stored| {
            let kind = stored.record.kind.0.as_str();
            if pass == 0 && rank(&book.tables.land.kinds, kind).is_some() {
                parcels += 1;
                book.parcel(&stored, parcels)?;
            }
            let of_pass = |table: &Table| rank(&table.kinds, kind) == Some(pass);
            if let (Tables::All, Some(at)) =
                (tables, book.tables.tables.iter().position(of_pass))
            {
                book.register(at, &stored)?;
            }
            Ok(())
        })?;
    }
    write_workbook(book.sheets(tables)?, out)
}
