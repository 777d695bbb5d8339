//! Rows of the JSON exports, exactly as scripts know them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::catalog::ScanName;
use crate::catalog::StoredRecord;
use crate::link::Link;
use crate::model::Field;
use crate::model::FieldState;
use crate::model::Finding;
use crate::model::PageKey;
use crate::model::PageText;
use crate::model::Quad;
use crate::model::TextSource;

/// One page that was read; places are in the pixels of the page image as it came out of
/// its file.
#[derive(Debug, Serialize)]
pub struct PageRow {
    /// The file.
    pub scan: String,
    /// Where that file was first found.
    pub path: String,
    /// From 1.
    pub page: u32,
    /// Pixels of the page image as it came out of its file.
    pub width: u32,
    /// Pixels of the page image as it came out of its file.
    pub height: u32,
    /// The lines joined by line feeds.
    pub text: String,
    /// Whether nothing is written on it.
    pub blank: bool,
    /// What read it, with its version.
    pub engine: String,
    /// Where the text comes from.
    pub source: TextSource,
    /// QR and bar codes.
    pub codes: Vec<CodeRow>,
    /// What folder and file names say.
    #[serde(skip_serializing_if = "ScanName::is_empty")]
    pub name: ScanName,
    /// Top to bottom.
    pub lines: Vec<LineRow>,
}

/// A QR or bar code.
#[derive(Debug, Serialize)]
pub struct CodeRow {
    /// What it says.
    pub text: String,
    /// Where it stands.
    pub quad: Quad,
}

/// A line of a page.
#[derive(Debug, Serialize)]
pub struct LineRow {
    /// The line as it was read. A word of it that a value parts is two of `words`.
    pub text: String,
    /// Where it stands.
    pub quad: Quad,
    /// 0–1.
    pub confidence: f32,
    /// Left to right.
    pub words: Vec<WordRow>,
}

/// A word of a line.
#[derive(Debug, Serialize)]
pub struct WordRow {
    /// Best reading.
    pub text: String,
    /// Where it stands.
    pub quad: Quad,
    /// 0–1.
    pub confidence: f32,
}

/// To a thousandth: more is noise, and exports stay small.
fn thousandth(confidence: f32) -> f32 {
    (confidence * 1000.0).round() / 1000.0
}

impl PageRow {
    /// The row of a page; `name` is what folder and file names say.
    pub fn of(key: &PageKey, path: &str, name: ScanName, text: &PageText) -> Self {
        let lines = text.lines.iter().map(|line| LineRow {
            text: line.text.clone(),
            quad: line.quad.mapped(&text.to_original),
            confidence: thousandth(line.confidence),
            words: line
                .words
                .iter()
                .map(|word| WordRow {
                    text: word.text.clone(),
                    quad: word.quad.mapped(&text.to_original),
                    confidence: thousandth(word.confidence),
                })
                .collect(),
        });
        let codes = text.codes.iter().map(|(said, quad)| CodeRow {
            text: said.clone(),
            quad: quad.mapped(&text.to_original),
        });
        Self {
            scan: key.scan.0.clone(),
            path: path.to_owned(),
            page: key.page,
            width: text.original.width,
            height: text.original.height,
            text: text.text(),
            blank: text.blank,
            engine: text.engine.clone(),
            source: text.source,
            codes: codes.collect(),
            name,
            lines: lines.collect(),
        }
    }
}

/// One record.
#[derive(Debug, Serialize)]
pub struct RecordRow<'a> {
    record: &'a str,
    kind: &'a str,
    scan: &'a str,
    path: &'a str,
    pages: &'a [u32],
    fields: BTreeMap<&'a str, FieldRow<'a>>,
    findings: &'a [Finding],
    #[serde(skip_serializing_if = "ScanName::is_empty")]
    name: ScanName,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
}

#[derive(Debug, Serialize)]
struct FieldRow<'a> {
    text: &'a str,
    value: Option<&'a str>,
    state: FieldState,
    confidence: f32,
    page: Option<u32>,
    quad: Option<Quad>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    alternatives: &'a [String],
}

impl<'a> FieldRow<'a> {
    fn of(field: &'a Field) -> Self {
        Self {
            text: &field.text,
            value: field.value.as_deref(),
            state: field.state,
            confidence: thousandth(field.confidence),
            page: field.page,
            quad: field.quad,
            alternatives: &field.alternatives,
        }
    }
}

impl<'a> RecordRow<'a> {
    /// The row of a record; `name` is what folder and file names say.
    pub fn of(stored: &'a StoredRecord, name: ScanName) -> Self {
        let record = &stored.record;
        let fields = record
            .fields
            .iter()
            .map(|(name, field)| (name.as_str(), FieldRow::of(field)))
            .collect();
        Self {
            record: &record.record.0,
            kind: &record.kind.0,
            scan: &record.scan.0,
            path: &stored.path,
            pages: &record.pages,
            fields,
            findings: &record.findings,
            name,
            links: vec![],
        }
    }

    /// The row with what the record may belong to.
    #[must_use]
    pub fn with_links(self, links: Vec<Link>) -> Self {
        Self { links, ..self }
    }
}
