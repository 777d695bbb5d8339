//! The page of one record.

use askama::Template;

use super::super::app::Desk;
use super::super::ask::Ask;
use super::super::error::Failure;
use super::field::{self, Row};
use super::frame::Frame;
use super::link::{self, Opened};
use super::linked::{Linked, linked};
use crate::catalog::StoredRecord;
use crate::model::PageKey;
use crate::model::Record;
use crate::model::RecordId;
use crate::model::Severity;
use crate::model::with_causes;

/// Other records of the same scan that are listed. A cadastral book has thousands.
const MAX_OTHERS: usize = 30;

/// Related papers that are listed, the strongest reasons first.
const MAX_RELATED: usize = 8;

#[derive(Template)]
#[template(path = "record.html")]
struct RecordPage<'a> {
    frame: Frame<'a>,
    name: String,
    kind: String,
    entry: String,
    back: String,
    sheet: String,
    pages: Vec<PageLink>,
    findings: Vec<FindingView>,
    groups: Vec<Group>,
    linked: Vec<Linked>,
    others: Vec<Other>,
    others_more: String,
    related: Vec<RelatedView>,
    files: Vec<String>,
    collection: String,
    unit: String,
    id: String,
}

struct PageLink {
    address: String,
    label: String,
}

struct FindingView {
    text: String,
    fields: String,
    severity: &'static str,
}

struct Group {
    label: String,
    rows: Vec<Row>,
}

struct RelatedView {
    address: String,
    name: String,
    kind: String,
    entry: String,
    reason: String,
}

struct Other {
    address: String,
    name: String,
    entry: String,
}

/// The page of one record.
///
/// # Errors
///
/// If there is no such record, or the catalog cannot be read.
pub(in super::super) fn record(
    desk: &Desk,
    ask: &Ask,
    id: &RecordId,
) -> Result<String, Failure> {
    let stored = desk.catalog.record(id)?.ok_or(Failure::NotFound { what: "record" })?;
    let StoredRecord { mut record, collection, unit, .. } = stored;
    ask.who.sight.without_sensitive(&mut record);
    let kind = desk.kind_title(&record.kind).to_owned();
    let frame = Frame::of(desk, ask, kind.clone());
    let siblings = siblings(&frame, &record)?;
    let (others, others_more) = others(&frame, &siblings);
    let page = RecordPage {
        name: field::headline(&frame, &record.fields),
        kind,
        entry: field::entry_line(&frame, &record),
        back: back(&frame),
        sheet: link::sheet(&record.record),
        pages: record
            .pages
            .iter()
            .map(|&page| page_link(&frame, &record, page))
            .collect(),
        findings: findings(&frame, &record),
        groups: groups(&frame, &record),
        related: related(&frame, &record.record)?,
        linked: linked(&frame, &record, &siblings)?,
        others,
        others_more,
        files: desk.catalog.locations(&record.scan)?,
        collection: collection.unwrap_or_default(),
        unit: unit.map(|unit| desk.unit_name(&unit).to_owned()).unwrap_or_default(),
        id: record.record.0,
        frame,
    };
    Ok(page.render()?)
}

/// The list that led here; empty if none did.
fn back(frame: &Frame<'_>) -> String {
    let asked = &frame.asked;
    let offset = asked.offset.parse().unwrap_or(0);
    match asked.after.as_str() {
        _ if !asked.is_any() => String::new(),
        "" => link::search(asked, offset),
        after => link::search_after(asked, after),
    }
}

fn page_link(frame: &Frame<'_>, record: &Record, page: u32) -> PageLink {
    let key = PageKey { scan: record.scan.clone(), page };
    let opened = Opened { record: Some(&record.record), ..Opened::default() };
    PageLink {
        address: link::page(&key, opened, &frame.asked),
        label: frame.count("record.see_page", u64::from(page)),
    }
}

fn findings(frame: &Frame<'_>, record: &Record) -> Vec<FindingView> {
    let labels = &frame.desk.labels;
    let view = |finding: &crate::model::Finding| {
        let fields: Vec<String> = finding
            .fields
            .iter()
            .map(|name| labels.full_label(name, frame.lang))
            .collect();
        FindingView {
            text: labels.finding(&finding.rule, frame.lang),
            fields: fields.join(", "),
            severity: match finding.severity {
                Severity::Info => "info",
                Severity::Warn => "warn",
                Severity::Error => "error",
            },
        }
    };
    record.findings.iter().map(view).collect()
}

fn groups(frame: &Frame<'_>, record: &Record) -> Vec<Group> {
    let labels = &frame.desk.labels;
    let mut groups: Vec<Group> = Vec::new();
    let mut role = None;
    for (name, field) in field::in_order(frame, record) {
        let place = labels.place(name);
        if role != Some(place.0) {
            role = Some(place.0);
            let label = labels.role_label(place, frame.lang).to_owned();
            groups.push(Group { label, rows: vec![] });
        }
        let address = match field.page {
            Some(page) if field.quad.is_some() => {
                let key = PageKey { scan: record.scan.clone(), page };
                let opened = Opened {
                    record: Some(&record.record),
                    field: name,
                    ..Opened::default()
                };
                link::page(&key, opened, &frame.asked)
            }
            _ => String::new(),
        };
        if let Some(group) = groups.last_mut() {
            group.rows.push(field::row(frame, record, name, field, address));
        }
    }
    groups
}

/// Papers of the same people and parcel. The record is shown without them where the index
/// cannot be searched.
fn related(frame: &Frame<'_>, id: &RecordId) -> Result<Vec<RelatedView>, Failure> {
    let desk = frame.desk;
    let bounds = frame.who.sight.bounds();
    let found = desk.searcher.related(id, MAX_RELATED, &bounds).unwrap_or_else(|error| {
        (desk.log)(&format!("related records: {}", with_causes(&Failure::from(error))));
        None
    });
    let mut views = Vec::new();
    for one in found.unwrap_or_default() {
        let Some(stored) = desk.catalog.record(&one.record)? else { continue };
        if !frame.who.sight.holds_record(&stored) {
            continue;
        }
        let other = stored.record;
        let reason = frame.say(&format!("related.{}", one.by.name())).to_owned();
        views.push(RelatedView {
            address: link::record(&other.record, &frame.asked),
            name: field::headline(frame, &other.fields),
            kind: desk.kind_title(&other.kind).to_owned(),
            entry: field::entry_line(frame, &other),
            reason,
        });
    }
    Ok(views)
}

/// The other records of the same scan that may be seen, in their order.
fn siblings(frame: &Frame<'_>, record: &Record) -> Result<Vec<Record>, Failure> {
    let sight = &frame.who.sight;
    let mut all = frame.desk.catalog.records_of(&record.scan)?;
    all.retain(|other| other.record.record != record.record && sight.holds_record(other));
    Ok(all.into_iter().map(|stored| stored.record).collect())
}

/// Those that are listed, and how many more there are.
fn others(frame: &Frame<'_>, siblings: &[Record]) -> (Vec<Other>, String) {
    let listed = siblings.iter().take(MAX_OTHERS).map(|other| Other {
        address: link::record(&other.record, &frame.asked),
        name: field::headline(frame, &other.fields),
        entry: field::entry_line(frame, other),
    });
    let left = siblings.len().saturating_sub(MAX_OTHERS) as u64;
    let more =
        if left > 0 { frame.count("record.others_more", left) } else { String::new() };
    (listed.collect(), more)
}
