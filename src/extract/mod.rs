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
use crate::model::{PageText, Paper, Record, Rulings, ScanId};

mod alone;
mod body;
mod choice;
mod colon;
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
pub use recognise::Opinion;

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
        self.run_ruled(scan, pages, &Rulings::new())
    }

    /// As [`Extract::run`], where people say which pages are blank, where papers begin and
    /// of what kind they are.
    pub fn run_ruled(
        &self,
        scan: &ScanId,
        pages: &[(u32, PageText)],
        rulings: &Rulings,
    ) -> Vec<Record> {
        let mut records: Vec<Record> = Vec::new();
        let opinions =
            pages.iter().map(|(page, text)| (*page, self.opinion(*page, text)));
        for document in self.recogniser.documents(opinions, rulings) {
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

    /// What a page says about the paper that it belongs to.
    pub fn opinion(&self, number: u32, page: &PageText) -> Opinion {
        self.recogniser.opinion(number, page)
    }

    /// The papers of a scan, from the opinions about its pages in their order, and from
    /// what people say.
    pub fn papers(&self, opinions: &[(u32, Opinion)], rulings: &Rulings) -> Vec<Paper> {
        let number = |index: &usize| opinions.get(*index).map(|(number, _)| *number);
        let documents = self.recogniser.documents(opinions.iter().copied(), rulings);
        let papers = documents.into_iter().map(|document| Paper {
            kind: document.kind.map(|kind| self.kinds.all()[kind].kind.id.clone()),
            is_told: document.is_told,
            pages: document.pages.iter().filter_map(number).collect(),
        });
        papers.collect()
    }
}
