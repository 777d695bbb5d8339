//! Everything out again, in open forms. Sorted by path, page and place, so that the same
//! archive gives the same bytes.

mod corrections;
mod handover;
mod layout;
mod list;
mod papers;
mod pdf;
mod rows;
mod workbook;
mod xlsx;
mod xml;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::io::Write;

use serde::Serialize;

use crate::catalog::Catalog;
use crate::catalog::CatalogError;
use crate::catalog::StoredRecord;
use crate::link::{LinkError, Links};
use crate::model::PageKey;
use crate::model::Record;
use crate::model::{UTF8_MARK, harmless};

use self::papers::papers;
use self::workbook::{Tables, workbook};
pub use layout::{HOCR_END, ReadPage, alto, hocr_head, hocr_page};
pub use list::{List, ListForm, write_list};
pub use papers::{PaperForm, Pictures, write_paper};
pub use pdf::{Sheet, SheetRow, write_sheet};
pub use rows::{CodeRow, LineRow, PageRow, RecordRow, WordRow};
pub use xlsx::Cell;

/// A form of export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a record.
    RecordsJsonl,
    /// One JSON object a page that was read.
    PagesJsonl,
    /// A table of records that opens in Excel.
    Csv,
    /// A workbook with the tables that the Ministry's systems import, and the land table.
    Xlsx,
    /// A workbook with the land table alone.
    Vbdlis,
    /// One JSON object a field that people keyed: what was read there, and what stands there.
    CorrectionsJsonl,
    /// Scans as files: searchable PDF, ALTO, hOCR.
    Papers(PaperForm),
}

impl Format {
    /// All of them, with their names on the command line.
    pub const ALL: [(&'static str, Self); 9] = [
        ("records-jsonl", Self::RecordsJsonl),
        ("pages-jsonl", Self::PagesJsonl),
        ("csv", Self::Csv),
        ("xlsx", Self::Xlsx),
        ("vbdlis", Self::Vbdlis),
        ("corrections-jsonl", Self::CorrectionsJsonl),
        ("pdf", Self::Papers(PaperForm::Pdf)),
        ("alto", Self::Papers(PaperForm::Alto)),
        ("hocr", Self::Papers(PaperForm::Hocr)),
    ];

    /// The form of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, format)| format)
    }
}

/// Why an export ended before its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The target could not be written.
    #[error("export could not be written")]
    Write(#[from] std::io::Error),
    /// A row could not be written as JSON.
    #[error("export row could not be written as JSON")]
    Json(#[from] serde_json::Error),
    /// A row could not be written as CSV.
    #[error("export row could not be written as CSV")]
    Csv(#[from] csv::Error),
    /// A workbook could not be put together.
    #[error("workbook could not be written")]
    Zip(#[from] zip::result::ZipError),
    /// The embedded definition of the tables cannot be used; a test rules that out.
    #[error("`pipelines/handover.toml` cannot be used")]
    Tables(#[from] toml::de::Error),
    /// Links could not be looked for.
    #[error(transparent)]
    Links(#[from] LinkError),
    /// A page's picture cannot be had now, though its file may be sound: a worker ended, or
    /// the disk failed.
    #[error("the picture of {key} cannot be had now")]
    Picture {
        /// Which page.
        key: PageKey,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// No scan has an id that starts so.
    #[error("the archive holds no scan whose id starts with `{0}`")]
    NoSuchScan(String),
}

/// What of the archive an export holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// Only values that people have verified or approved; records without one are left
    /// out.
    pub verified_only: bool,
    /// With each record what it may belong to; of [`Format::RecordsJsonl`].
    pub links: bool,
    /// Only scans whose ids start so; of [`Format::Papers`].
    pub scan: Option<String>,
    /// Only this page, from 1; of [`Format::Papers`].
    pub page: Option<u32>,
}

impl Selection {
    /// The record with the values that are asked for; `None` if it has none of them.
    fn of(&self, mut stored: StoredRecord) -> Option<StoredRecord> {
        if self.verified_only {
            stored.record.fields.retain(|_, field| field.state.is_verified());
            if stored.record.fields.is_empty() {
                return None;
            }
        }
        Some(stored)
    }
}

/// Writes the whole archive to `out`.
///
/// # Errors
///
/// If the catalog cannot be read or `out` not be written.
pub fn export(
    catalog: &Catalog,
    format: Format,
    selection: &Selection,
    pictures: &dyn Pictures,
    out: &mut impl Write,
) -> Result<(), ExportError> {
    match format {
        Format::RecordsJsonl => records(catalog, selection, out),
        Format::PagesJsonl => pages(catalog, out),
        Format::Csv => table(catalog, selection, out),
        Format::Xlsx => workbook(catalog, selection, Tables::All, out),
        Format::Vbdlis => workbook(catalog, selection, Tables::Land, out),
        Format::CorrectionsJsonl => catalog.each_correction(|record, first, now| {
            corrections::row(record, first, now)
                .map_or(Ok(()), |row| json_line(out, &row))
        }),
        Format::Papers(form) => papers(catalog, pictures, form, selection, out),
    }
}

fn json_line(out: &mut impl Write, row: &impl Serialize) -> Result<(), ExportError> {
    serde_json::to_writer(&mut *out, row)?;
    out.write_all(b"\n")?;
    Ok(())
}

fn records(
    catalog: &Catalog,
    selection: &Selection,
    out: &mut impl Write,
) -> Result<(), ExportError> {
    let all = if selection.links { Some(Links::of(catalog)?) } else { None };
    each_record(catalog, selection, |record| {
        let name = catalog.name_of(&record.record.scan)?;
        let links = match &all {
            Some(all) => all.for_record(&record.record)?,
            None => vec![],
        };
        json_line(out, &RecordRow::of(&record, name).with_links(links))
    })
}

fn each_record(
    catalog: &Catalog,
    selection: &Selection,
    mut each: impl FnMut(StoredRecord) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    for scan in catalog.scans()? {
        for record in catalog.records_of(&scan.id)? {
            if let Some(record) = selection.of(record) {
                each(record)?;
            }
        }
    }
    Ok(())
}

fn pages(catalog: &Catalog, out: &mut impl Write) -> Result<(), ExportError> {
    for scan in catalog.scans()? {
        let records = catalog.records_of(&scan.id)?;
        for page in catalog.pages(&scan.id)? {
            if let Some(text) = catalog.page_text(&page.key)? {
                let name = catalog.name_of(&scan.id)?;
                let records = records.iter().map(|stored| &stored.record);
                let text = text.parted_by(page.key.page, records);
                json_line(out, &PageRow::of(&page.key, &scan.path, name, &text))?;
            }
        }
    }
    Ok(())
}

/// Columns before the fields.
const FIXED: [&str; 5] = ["record", "kind", "path", "pages", "findings"];

/// Column after the fields: names of those with a value that nobody has verified.
const UNVERIFIED: &str = "unverified";

fn table(
    catalog: &Catalog,
    selection: &Selection,
    out: &mut impl Write,
) -> Result<(), ExportError> {
    let mut names = BTreeSet::new();
    each_record(catalog, selection, |stored| {
        names.extend(stored.record.fields.into_keys());
        Ok(())
    })?;
    out.write_all(UTF8_MARK.as_bytes())?;
    let mut writer = csv::Writer::from_writer(out);
    let header = FIXED.into_iter().map(str::to_owned).chain(names.iter().cloned());
    writer.write_record(header.chain([UNVERIFIED.to_owned()]))?;
    each_record(catalog, selection, |stored| {
        let record = &stored.record;
        let pages: Vec<String> = record.pages.iter().map(u32::to_string).collect();
        let rules: Vec<&str> =
            record.findings.iter().map(|finding| finding.rule.as_str()).collect();
        let mut row = vec![
            record.record.0.clone(),
            record.kind.0.clone(),
            harmless(&stored.path),
            pages.join(" "),
            rules.join(" "),
        ];
        for name in &names {
            let field = record.fields.get(name);
            let value = field.and_then(|field| field.value.as_deref());
            row.push(harmless(value.unwrap_or_default()));
        }
        row.push(unverified(record).join(" "));
        Ok(writer.write_record(row)?)
    })?;
    writer.flush()?;
    Ok(())
}

/// Names of the fields with a value that no second person has looked at.
fn unverified(record: &Record) -> Vec<&str> {
    let fields = record.fields.iter();
    let open =
        fields.filter(|(_, field)| field.value.is_some() && !field.state.is_verified());
    open.map(|(name, _)| name.as_str()).collect()
}
