//! Tests that stand in definitions: a paper drawn with letters, and what must be found.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::kind::{Definition, Kinds};
use crate::model::{Affine, Line, PageText, Quad, Rect, ScanId, Size, Word};

use super::{Extract, normal};

/// Pixels from one letter of a drawing to the next.
const LETTER_WIDTH: f32 = 12.0;
/// Height of a word of a drawing in pixels.
const LETTER_HEIGHT: f32 = 24.0;
/// Pixels from one row of a drawing to the next.
const ROW_PITCH: f32 = 40.0;
/// Pixels per inch of a drawing.
const DPI: f32 = 150.0;
/// Rows of a drawn page, at least.
const PAGE_ROWS: usize = 40;
/// Letters on a row of a drawn page, at least.
const PAGE_LETTERS: usize = 100;
/// Separates the pages of a drawing.
const PAGE_BREAK: &str = "---";

/// A test of a definition that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The file of the definition.
    pub file: String,
    /// Name of the test; empty where the definition itself is wrong.
    pub test: String,
    /// What was expected, and what was found.
    pub message: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { file, test, message } = self;
        if test.is_empty() {
            return write!(f, "{file}: {message}");
        }
        write!(f, "{file}: test `{test}`: {message}")
    }
}

/// Runs the tests of all definitions, and checks the types of their fields.
pub fn definition_tests(kinds: &Kinds) -> Vec<Failure> {
    let extract = Extract::new(Arc::new(kinds.clone()));
    let mut failures = Vec::new();
    for definition in kinds.all() {
        failures.extend(unknown_types(definition));
        for test in &definition.tests {
            let pages: Vec<(u32, PageText)> = test
                .text
                .split(PAGE_BREAK)
                .map(page_of)
                .zip(1..)
                .map(|(page, n)| (n, page))
                .collect();
            let records = extract.run(&ScanId(test.name.clone()), &pages);
            let mut fail = |message: String| {
                failures.push(Failure {
                    file: definition.file.clone(),
                    test: test.name.clone(),
                    message,
                });
            };
            let mine: Vec<_> =
                records.iter().filter(|it| it.kind == definition.kind.id).collect();
            if mine.len() != test.records.len() {
                let kinds: Vec<&str> =
                    records.iter().map(|it| it.kind.0.as_str()).collect();
                fail(format!(
                    "expected {} records of this kind, found {}; kinds found: {kinds:?}",
                    test.records.len(),
                    mine.len()
                ));
            }
            for (index, (expected, record)) in test.records.iter().zip(mine).enumerate() {
                let found: BTreeMap<&str, &str> = record
                    .fields
                    .iter()
                    .filter_map(|(name, field)| {
                        Some((name.as_str(), field.value.as_deref()?))
                    })
                    .collect();
                for message in differences(expected, &found) {
                    fail(format!("record {}: {message}", index + 1));
                }
            }
        }
    }
    failures
}

/// What is missing, wrong or too much in a record.
fn differences(
    expected: &BTreeMap<String, String>,
    found: &BTreeMap<&str, &str>,
) -> Vec<String> {
    let mut out = Vec::new();
    for (name, value) in expected {
        match found.get(name.as_str()) {
            Some(it) if it == value => {}
            Some(it) => out.push(format!("`{name}` is `{it}`, expected `{value}`")),
            None => out.push(format!("`{name}` is missing, expected `{value}`")),
        }
    }
    for (name, value) in found {
        if !expected.contains_key(*name) {
            out.push(format!("`{name}` is `{value}`, expected nothing"));
        }
    }
    out
}

/// Types that there are none of.
fn unknown_types(definition: &Definition) -> Vec<Failure> {
    let inner = definition.sections.iter().flat_map(|section| &section.fields);
    let fields = definition.fields.iter().chain(inner);
    let grid = definition.grids.iter().flat_map(|grid| &grid.rows);
    let plain = fields.clone().chain(grid).map(|field| field.value_type.as_str());
    let columns = definition.tables.iter().flat_map(|table| &table.columns);
    let columns = columns.map(|column| column.value_type.as_str());
    let patterns: Vec<super::template::Template> = fields
        .flat_map(|field| &field.parts)
        .chain(definition.lines.iter().flat_map(|line| &line.parts))
        .filter_map(|pattern| super::template::Template::new(pattern))
        .collect();
    let parts =
        patterns.iter().flat_map(|template| template.fields().map(|(_, kind)| kind));
    let mut wrong: Vec<&str> = plain
        .chain(columns)
        .chain(parts)
        .filter(|kind| !kind.is_empty() && !normal::TYPES.contains(kind))
        .collect();
    wrong.sort_unstable();
    wrong.dedup();
    wrong
        .into_iter()
        .map(|kind| Failure {
            file: definition.file.clone(),
            test: String::new(),
            message: format!(
                "`{kind}` is no type; there are: {}",
                normal::TYPES.join(", ")
            ),
        })
        .collect()
}

/// A drawing as a page: each line is a row, each letter has its place.
pub fn page_of(drawing: &str) -> PageText {
    let rows: Vec<&str> = drawing.trim_matches('\n').lines().collect();
    let letters = rows.iter().map(|row| row.chars().count()).max().unwrap_or(0);
    let mut page = PageText {
        size: Size {
            width: (letters.max(PAGE_LETTERS) as f32 * LETTER_WIDTH) as u32,
            height: (rows.len().max(PAGE_ROWS) as f32 * ROW_PITCH) as u32,
        },
        original: Size { width: 0, height: 0 },
        to_original: Affine::IDENTITY,
        dpi: DPI,
        blank: rows.iter().all(|row| row.trim().is_empty()),
        lines: Vec::new(),
        rules: Vec::new(),
        codes: Vec::new(),
        engine: "drawing".to_owned(),
        source: crate::model::TextSource::default(),
        notes: Vec::new(),
    };
    page.original = page.size;
    for (index, row) in rows.iter().enumerate() {
        let top = index as f32 * ROW_PITCH;
        let words = words(row, top);
        if let Some(quad) = Quad::around(words.iter().map(|word| &word.quad)) {
            let text =
                words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
            page.lines.push(Line {
                text,
                quad,
                confidence: 1.0,
                words,
                ..Line::default()
            });
        }
    }
    page
}

/// The words of a row of a drawing.
fn words(row: &str, top: f32) -> Vec<Word> {
    let letters: Vec<char> = row.chars().collect();
    let mut words = Vec::new();
    let mut start = 0;
    while start < letters.len() {
        if letters[start].is_whitespace() {
            start += 1;
            continue;
        }
        let end = (start..letters.len())
            .find(|&at| letters[at].is_whitespace())
            .unwrap_or(letters.len());
        let rect = Rect {
            left: start as f32 * LETTER_WIDTH,
            top,
            right: end as f32 * LETTER_WIDTH,
            bottom: top + LETTER_HEIGHT,
        };
        words.push(Word {
            text: letters[start..end].iter().collect(),
            quad: Quad::from(rect),
            confidence: 1.0,
            ..Word::default()
        });
        start = end;
    }
    words
}
