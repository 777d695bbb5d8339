//! The record as a sheet for handing out: what stands on it. How it is laid out is
//! `export`'s.

use super::super::app::Desk;
use super::super::ask::Ask;
use super::super::crop::Cut;
use super::super::error::Failure;
use super::super::images::stored_jpeg;
use super::field;
use super::frame::Frame;
use crate::export::{Sheet, SheetRow};
use crate::model::Field;
use crate::model::PageKey;
use crate::model::Record;
use crate::model::RecordId;
use crate::model::StoredPicture;

/// Largest cut-out beside a value, in pixels; printed at some 150 an inch.
const CUT_OUT: (u32, u32) = (640, 120);
/// Letters of the number that names the content of a sheet.
const NUMBER_LETTERS: usize = 12;

/// The sheet of one record.
///
/// # Errors
///
/// If there is no such record, or the catalog cannot be read.
pub(in super::super) fn sheet(
    desk: &Desk,
    ask: &Ask,
    id: &RecordId,
) -> Result<Sheet, Failure> {
    let found = desk.catalog.record(id)?;
    let mut stored = found.ok_or(Failure::NotFound { what: "record" })?;
    ask.who.sight.without_sensitive(&mut stored.record);
    let record = &stored.record;
    let title = desk.kind_title(&record.kind).to_owned();
    let frame = Frame::of(desk, ask, title.clone());
    let pages: Vec<String> = record.pages.iter().map(u32::to_string).collect();
    let lines = [
        field::entry_line(&frame, record),
        format!("{}: {}", frame.say("record.files"), stored.path),
        format!("{}: {}", frame.say("record.pages"), pages.join(", ")),
    ];
    Ok(Sheet {
        title,
        name: field::headline(&frame, &record.fields),
        lines: lines.into_iter().filter(|line| !line.is_empty()).collect(),
        rows: rows(&frame, record),
        notes: notes(&frame, record),
        watermark: frame.say("site.notice").to_owned(),
        number: frame.fill("sheet.number", number(record)),
    })
}

/// What names this very content: another value, another number.
fn number(record: &Record) -> String {
    named_number(&serde_json::to_string(record).unwrap_or_default())
}

/// A number for a content, short enough to be typed.
pub(super) fn named_number(body: &str) -> String {
    let digits = blake3::hash(body.as_bytes()).to_hex().to_uppercase();
    let digits: Vec<char> = digits.chars().take(NUMBER_LETTERS).collect();
    let groups = digits.chunks(4).map(|four| four.iter().collect::<String>());
    groups.collect::<Vec<_>>().join("-")
}

fn rows(frame: &Frame<'_>, record: &Record) -> Vec<SheetRow> {
    let labels = &frame.desk.labels;
    let mut role = None;
    let mut rows = Vec::new();
    for (name, field) in field::in_order(frame, record) {
        let place = labels.place(name);
        let is_new = role != Some(place.0);
        role = Some(place.0);
        let group = if is_new {
            labels.role_label(place, frame.lang).to_owned()
        } else {
            String::new()
        };
        let row = field::row(frame, record, name, field, String::new());
        let known = if row.confidence.is_empty() {
            row.state.clone()
        } else {
            format!("{} · {}", frame.say("sheet.by_machine"), row.confidence)
        };
        // A picture of the number would tell what the value keeps back.
        let is_kept = row.is_kept;
        rows.push(SheetRow {
            group,
            label: row.label,
            value: if row.value.is_empty() { row.state } else { row.value },
            state: known,
            cut_out: if is_kept { None } else { cut_out(frame, record, field) },
        });
    }
    rows
}

/// The cut-out; none where the page cannot be shown, which the value's page says.
fn cut_out(frame: &Frame<'_>, record: &Record, field: &Field) -> Option<StoredPicture> {
    let (page, quad) = (field.page?, field.quad?);
    let key = PageKey { scan: record.scan.clone(), page };
    let pixels = frame.desk.pages.page(&key).ok()?;
    let cut =
        Cut { quad, with_margin: true, most_width: CUT_OUT.0, most_height: CUT_OUT.1 };
    stored_jpeg(&cut.of(&pixels).ok()?).ok()
}

fn notes(frame: &Frame<'_>, record: &Record) -> Vec<String> {
    let verified =
        record.fields.values().filter(|field| field.state.is_verified()).count();
    let all = record.fields.len();
    let mut notes = vec![frame.fill("sheet.verified", format!("{verified}/{all}"))];
    for finding in &record.findings {
        let said = frame.desk.labels.finding(&finding.rule, frame.lang);
        notes.push(format!("{}: {said}", frame.say("record.findings")));
    }
    notes.push(frame.say("sheet.note").to_owned());
    notes
}
