//! Page text → records with evidence.
//!
//! What is read off a paper is written in `pipelines/FAMILY/KIND.toml`; nothing here knows
//! a label. The steps, in the order in which a page meets them:
//!
//! ```text
//! page text ─sheet─▶ rows ─recognise─▶ documents ─record─▶ entries ─columns, grid, table─▶ flows
//!   ─walk─▶ words of each field ─template, value─▶ fields
//! ```
//!
//! Roles (mother and father, wife and husband) come from the section in which a label
//! stands. Where a section is not sure, its fields stay empty.

use std::sync::Arc;

use crate::config::kind::Kinds;
use crate::model::{PageText, Record, ScanId};

mod alone;
mod choice;
mod columns;
mod definition_test;
pub mod finding;
mod form;
mod grid;
mod line;
pub mod normal;
mod phrase;
mod recognise;
mod record;
mod repeat;
mod sheet;
mod ruled;
mod signature;
mod table;
mod template;
mod value;
mod walk;

pub use definition_test::{Failure, definition_tests, page_of};

use recognise::Recogniser;
use record::Reader;

/// Reads records off pages. Made once, used from many threads.
#[derive(Debug)]
pub struct Extract {
    kinds: Arc<Kinds>,
    recogniser: Recogniser,
    readers: Vec<Reader>,
}

impl Extract {
    /// Makes definitions ready.
    pub fn new(kinds: Arc<Kinds>) -> Self {
        let recogniser = Recogniser::new(&kinds);
        let readers = kinds.all().iter().map(Reader::new).collect();
        Self { kinds, recogniser, readers }
    }

    /// The records of a scan. `pages` are its page numbers, from 1, with their texts, in
    /// order. Quads of the fields are in the reading frame of their page. A scan that no
    /// definition recognises has no record.
    pub fn run(&self, scan: &ScanId, pages: &[(u32, PageText)]) -> Vec<Record> {
        let mut records: Vec<Record> = Vec::new();
        for document in self.recogniser.documents(pages) {
            let Some(kind) = document.kind else { continue };
            let definition = &self.kinds.all()[kind];
            let pages: Vec<&(u32, PageText)> =
                document.pages.iter().map(|&index| &pages[index]).collect();
            for entry in self.readers[kind].entries(definition, &pages) {
                let mut fields = entry.fields;
                // Words that are looked for only to keep their neighbours apart.
                fields.retain(|name, _| !name.starts_with('_'));
                let first = entry.pages.first().copied().unwrap_or(1);
                let kind = &definition.kind.id;
                let ordinal = records
                    .iter()
                    .filter(|it| it.kind == *kind && it.pages.first() == Some(&first))
                    .count();
                let mut record = Record {
                    record: record::record_id(scan, &kind.0, first, ordinal),
                    kind: kind.clone(),
                    scan: scan.clone(),
                    pages: entry.pages,
                    fields,
                    findings: Vec::new(),
                };
                if record::says_something(&record) {
                    record.findings = finding::check(&record);
                    let codes = pages.iter().flat_map(|(_, text)| &text.codes);
                    let codes: Vec<String> =
                        codes.map(|(code, _)| code.clone()).collect();
                    record.findings.extend(finding::compare_codes(&record, &codes));
                    finding::doubt(&mut record);
                    records.push(record);
                }
            }
        }
        records
    }

    /// The kind of each page, by index into `pages`; `None` where it is blank or unknown.
    pub fn kinds_of(
        &self,
        pages: &[(u32, PageText)],
    ) -> Vec<Option<crate::model::KindId>> {
        let mut out = vec![None; pages.len()];
        for document in self.recogniser.documents(pages) {
            let Some(kind) = document.kind else { continue };
            for index in document.pages {
                out[index] = Some(self.kinds.all()[kind].kind.id.clone());
            }
        }
        out
    }
}
