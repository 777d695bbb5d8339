//! The pages of a file as small pictures, in the papers that they belong to, with the
//! tools beside each.

mod history;
mod refused;

use std::collections::BTreeMap;

use askama::Template;

use self::history::{Decided, history};
pub(in super::super) use self::refused::Refused;
use self::refused::Told;
use super::super::app::Desk;
use super::super::ask::Ask;
use super::super::error::Failure;
use super::super::iiif;
use super::super::page_tools::{CutFile, PageTools};
use super::super::papers::ordered_as;
use super::field;
use super::frame::Frame;
use super::link::{self, Opened};
use crate::catalog::{PageState, StoredPage, StoredRecord};
use crate::model::{PageKey, PageTool, Paper, Record, Ruling, Rulings, ScanId};

/// Pages that are shown at a time: their pictures are made one after the other, and where
/// each is a paper of its own, the list of kinds stands there as often.
const AT_A_TIME: u32 = 24;
/// Longest side of a picture, in pixels.
const PICTURE_SIDE: u32 = 220;
/// Records of a paper that are named.
const MAX_RECORDS: usize = 4;

#[derive(Template)]
#[template(path = "contact.html")]
struct ContactPage<'a> {
    frame: Frame<'a>,
    scan: String,
    path: String,
    counts: String,
    refused: Option<Told>,
    groups: Vec<Group>,
    /// Kinds that can be chosen: name and title.
    kinds: Vec<(String, String)>,
    history: Vec<Decided>,
    previous: String,
    next: String,
}

/// Pages of one paper.
struct Group {
    title: String,
    pages: String,
    is_unknown: bool,
    /// The page that the paper begins on; 0 where the pages are in no paper.
    first: u32,
    /// The kind that people gave to it; empty if none.
    told_kind: String,
    count: String,
    records: Vec<(String, String)>,
    leaves: Vec<Leaf>,
}

/// A page with its tools.
struct Leaf {
    number: u32,
    see: String,
    address: String,
    /// Empty where it cannot be shown.
    picture: String,
    is_blank: bool,
    states: Vec<String>,
    buttons: Vec<Button>,
}

struct Button {
    /// What it sends.
    does: String,
    label: String,
    /// With the page, for those who do not see where it stands.
    name: String,
    /// The key that presses it.
    key: &'static str,
}

/// The address of the pages of a file.
pub(super) fn address_of(scan: &ScanId) -> String {
    format!("/pages/{scan}")
}

/// The first of the pages that are shown with a page.
fn first_shown(page: u32) -> u32 {
    (page.saturating_sub(1) / AT_A_TIME) * AT_A_TIME + 1
}

/// The address of a page among the pages of its file.
pub(in super::super) fn address(key: &PageKey) -> String {
    let from = first_shown(key.page);
    let from = if from == 1 { String::new() } else { from.to_string() };
    format!("{}#p{}", link::with(&address_of(&key.scan), &[("from", &from)]), key.page)
}

/// The pages of a file.
///
/// # Errors
///
/// If there is no such file, or the archive cannot be read.
pub(in super::super) fn contact(
    desk: &Desk,
    ask: &Ask,
    tools: &dyn PageTools,
    scan: &ScanId,
    refused: Option<&Refused<'_>>,
) -> Result<String, Failure> {
    let missing = Failure::NotFound { what: "scan" };
    let stored = desk.catalog.scan(scan)?.ok_or(missing)?;
    let title = desk.texts.say(ask.lang, "contact.title").to_owned();
    let mut frame = Frame::of(desk, ask, title);
    let shown_from = refused.map_or(1, |refused| first_shown(refused.order.key.page));
    // What was sent is no address: the other language shows the pages.
    if refused.is_some() {
        let other = ask.lang.other().code();
        frame.other_language = link::with(&address_of(scan), &[("lang", other)]);
    }
    let asked = ask.get("from").and_then(|from| from.parse().ok()).unwrap_or(shown_from);
    let from = asked.max(1);
    let pages = desk.catalog.pages(scan)?;
    let mut records = desk.catalog.records_of(scan)?;
    for stored in &mut records {
        ask.who.sight.without_sensitive(&mut stored.record);
    }
    let cut = tools.papers(scan)?;
    let file = File {
        frame: &frame,
        cut: &cut,
        rulings: desk.catalog.rulings(scan)?,
        records: &records,
    };
    let shown: Vec<&StoredPage> = pages
        .iter()
        .filter(|page| (from..from.saturating_add(AT_A_TIME)).contains(&page.key.page))
        .collect();
    let at = |from: u32| link::with(&address_of(scan), &[("from", &from.to_string())]);
    let is_more =
        pages.last().is_some_and(|last| last.key.page >= from.saturating_add(AT_A_TIME));
    let page = ContactPage {
        scan: scan.0.clone(),
        path: stored.path,
        counts: file.counts(&pages),
        refused: refused.map(|refused| file.refused(refused)),
        groups: file.groups(&shown, pages.first().map_or(1, |first| first.key.page)),
        kinds: desk
            .kinds
            .iter()
            .filter(|kind| ask.who.sight.holds_kind(&kind.id.0))
            .map(|kind| (kind.id.0.clone(), kind.title.clone()))
            .collect(),
        history: history(&frame, &desk.catalog.all_rulings(scan)?),
        previous: if from > 1 {
            at(from.saturating_sub(AT_A_TIME).max(1))
        } else {
            String::new()
        },
        next: if is_more { at(from.saturating_add(AT_A_TIME)) } else { String::new() },
        frame,
    };
    Ok(page.render()?)
}

/// A file that is shown.
struct File<'f> {
    frame: &'f Frame<'f>,
    cut: &'f CutFile,
    rulings: Rulings,
    records: &'f [StoredRecord],
}

impl File<'_> {
    fn counts(&self, pages: &[StoredPage]) -> String {
        let frame = self.frame;
        let blank = pages.iter().filter(|page| page.blank).count() as u64;
        let mut parts = vec![
            frame.count("contact.pages", pages.len() as u64),
            frame.count("contact.papers", self.cut.papers.len() as u64),
            frame.count("contact.records", self.records.len() as u64),
        ];
        if blank > 0 {
            parts.push(frame.count("contact.blanks", blank));
        }
        parts.join(" · ")
    }

    /// The pages that are shown, in their papers. A page that is in none stands with the
    /// paper before it, as a blank back does.
    fn groups(&self, shown: &[&StoredPage], first_page: u32) -> Vec<Group> {
        let paper_of: BTreeMap<u32, usize> = self
            .cut
            .papers
            .iter()
            .enumerate()
            .flat_map(|(at, paper)| paper.pages.iter().map(move |&page| (page, at)))
            .collect();
        let mut groups: Vec<Group> = Vec::new();
        let mut current = None;
        for page in shown {
            let number = page.key.page;
            let paper = paper_of.get(&number).copied();
            if groups.is_empty() || paper.is_some() && paper != current {
                let of = paper.and_then(|at| Some((at, self.cut.papers.get(at)?)));
                groups.push(self.group(of));
                current = paper;
            }
            let begins = paper.and_then(|at| self.cut.papers.get(at)?.pages.first());
            let leaf = self.leaf(page, begins == Some(&number), number == first_page);
            if let Some(group) = groups.last_mut() {
                group.leaves.push(leaf);
            }
        }
        groups
    }

    fn group(&self, of: Option<(usize, &Paper)>) -> Group {
        let frame = self.frame;
        let Some((at, paper)) = of else {
            return Group {
                title: frame.say("contact.no_paper").to_owned(),
                pages: String::new(),
                is_unknown: true,
                first: 0,
                told_kind: String::new(),
                count: String::new(),
                records: vec![],
                leaves: vec![],
            };
        };
        let kind = match &paper.kind {
            Some(kind) => frame.desk.kind_title(kind),
            None => frame.say("contact.unknown"),
        };
        let (first, last) = (paper.pages.first(), paper.pages.last());
        let (first, last) =
            (first.copied().unwrap_or_default(), last.copied().unwrap_or_default());
        let pages =
            if first == last { first.to_string() } else { format!("{first}–{last}") };
        let of_paper: Vec<&Record> = self
            .records
            .iter()
            .map(|stored| &stored.record)
            .filter(|record| record.pages.iter().any(|page| paper.pages.contains(page)))
            .collect();
        let told = self.rulings.get(&first).and_then(|ruling| ruling.kind.as_ref());
        Group {
            title: format!("{} · {kind}", frame.fill("contact.paper", at + 1)),
            pages: frame.fill("contact.of_pages", pages),
            is_unknown: paper.kind.is_none(),
            first,
            told_kind: told.map(|kind| kind.0.clone()).unwrap_or_default(),
            count: frame.count("contact.records", of_paper.len() as u64),
            records: of_paper
                .iter()
                .take(MAX_RECORDS)
                .map(|record| {
                    (link::record(&record.record, &frame.asked), self.name(record))
                })
                .collect(),
            leaves: vec![],
        }
    }

    fn name(&self, record: &Record) -> String {
        let name = field::headline(self.frame, &record.fields);
        if name.is_empty() { self.frame.say("hits.no_name").to_owned() } else { name }
    }

    fn leaf(&self, page: &StoredPage, begins: bool, is_first: bool) -> Leaf {
        let frame = self.frame;
        let key = &page.key;
        let quarters = self.cut.quarters.get(&key.page).copied();
        let none = Ruling::default();
        let ruling = self.rulings.get(&key.page).unwrap_or(&none);
        let degrees = u32::from(quarters.unwrap_or(0)) * 90;
        Leaf {
            number: key.page,
            see: frame.count("contact.see", u64::from(key.page)),
            address: link::page(key, Opened::default(), &frame.asked),
            picture: format!(
                "/iiif/3/{}/full/!{PICTURE_SIDE},{PICTURE_SIDE}/{degrees}/default.jpg",
                iiif::name_of(key)
            ),
            is_blank: page.blank,
            states: states(frame, page, ruling),
            buttons: self.buttons(page, quarters, (begins, is_first)),
        }
    }

    fn buttons(
        &self,
        page: &StoredPage,
        quarters: Option<u8>,
        (begins, is_first): (bool, bool),
    ) -> Vec<Button> {
        let number = page.key.page;
        let mut buttons = Vec::new();
        let mut add = |tool: PageTool, value: &str, text: &str, key| {
            let label = self.frame.say(text).to_owned();
            let name = self.frame.say("contact.of_page");
            let name = name.replace("{x}", &label).replace("{n}", &number.to_string());
            let does = ordered_as(number, tool, value);
            buttons.push(Button { does, label, name, key });
        };
        let Some(quarters) = quarters else { return buttons };
        if page.blank {
            add(PageTool::Blank, "no", "contact.not_blank", "b");
        } else {
            add(PageTool::Blank, "yes", "contact.blank", "b");
            match (begins, is_first) {
                (true, true) => {}
                (true, false) => add(PageTool::Paper, "goes-on", "contact.goes_on", "j"),
                (false, _) => add(PageTool::Paper, "begins", "contact.begins", "s"),
            }
        }
        for (more, text, key) in [
            (3, "contact.left", "l"),
            (1, "contact.right", "r"),
            (2, "contact.over", "u"),
        ] {
            let turned = (quarters + more) % 4;
            add(PageTool::Turn, &turned.to_string(), text, key);
        }
        buttons
    }
}

/// What is to be known about a page at a glance.
fn states(frame: &Frame<'_>, page: &StoredPage, ruling: &Ruling) -> Vec<String> {
    let mut names = Vec::new();
    match (&page.state, ruling.blank) {
        (PageState::Quarantined(..), _) => names.push("contact.set_aside"),
        (PageState::Waiting, _) => names.push("contact.waiting"),
        (PageState::Done, Some(true)) => names.push("contact.told_blank"),
        (PageState::Done, Some(false)) => names.push("contact.told_not_blank"),
        (PageState::Done, None) if page.blank => names.push("contact.is_blank"),
        (PageState::Done, None) => {}
    }
    match ruling.begins {
        Some(true) => names.push("contact.told_begins"),
        Some(false) => names.push("contact.told_goes_on"),
        None => {}
    }
    if ruling.kind.is_some() {
        names.push("contact.told_kind");
    }
    if ruling.quarters.is_some() {
        names.push("contact.told_turn");
    }
    names.into_iter().map(|name| frame.say(name).to_owned()).collect()
}
