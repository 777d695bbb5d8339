//! The viewer: one page of a scan with what was read on it.

use askama::Template;

use super::super::app::Desk;
use super::super::ask::Ask;
use super::super::error::Failure;
use super::super::region;
use super::field::{self, Row};
use super::frame::Frame;
use super::link::{self, Opened};
use super::paper::{self, Paper};
use super::sheet;
use crate::catalog::PageState;
use crate::catalog::StoredPage;
use crate::model::PageKey;
use crate::model::PageText;
use crate::model::Quad;
use crate::model::Record;
use crate::model::Size;

/// Marked regions that one address may name.
const MAX_MARKS: usize = 50;
/// Other records of the page that are listed.
const MAX_RECORDS: usize = 60;

#[derive(Template)]
#[template(path = "page.html")]
struct ViewerPage<'a> {
    frame: Frame<'a>,
    heading: String,
    kind: String,
    file: String,
    /// `None` where there is no picture of the page.
    paper: Option<Paper>,
    notice: String,
    outlines: Vec<Outline>,
    marks: Vec<String>,
    rows: Vec<Row>,
    records: Vec<RecordLink>,
    text: String,
    lines: Vec<TextLine>,
    downloads: Downloads,
    print_number: String,
    previous_entry: String,
    next_entry: String,
    to_record: String,
    /// The pages of its file with the tools.
    to_pages: String,
    to_list: String,
    previous: String,
    next: String,
    smaller: String,
    larger: String,
    fit: String,
    left: String,
    right: String,
}

/// A field's place on the paper.
struct Outline {
    points: String,
    title: String,
    address: String,
    /// The row that it belongs to; empty for fields of other records.
    name: String,
    is_chosen: bool,
}

/// A line of what was read, laid over the paper to be selected.
struct TextLine {
    /// As SVG writes it: from the line's own base line to the page.
    matrix: String,
    size: String,
    length: String,
    text: String,
}

/// Addresses of the page and its scan as files.
struct Downloads {
    pdf: String,
    alto: String,
    hocr: String,
    manifest: String,
}

struct RecordLink {
    address: String,
    name: String,
    is_chosen: bool,
}

/// The viewer.
///
/// # Errors
///
/// If there is no such page, or the catalog cannot be read.
pub(in super::super) fn page(
    desk: &Desk,
    ask: &Ask,
    key: &PageKey,
) -> Result<String, Failure> {
    let missing = || Failure::NotFound { what: "page" };
    let scan = desk.catalog.scan(&key.scan)?.ok_or_else(missing)?;
    let pages = desk.catalog.pages(&key.scan)?;
    let stored = pages.iter().find(|page| page.key == *key).ok_or_else(missing)?;
    let mut text = desk.catalog.page_text(key)?;
    let mut all: Vec<Record> = desk
        .catalog
        .records_of(&key.scan)?
        .into_iter()
        .map(|stored| stored.record)
        .collect();
    if let Some(text) = &mut text {
        let on_page = |record: &&Record| record.pages.contains(&key.page);
        let of_page: Vec<Record> = all.iter().filter(on_page).cloned().collect();
        ask.who.sight.without_words(text, &of_page, key.page);
    }
    for record in &mut all {
        ask.who.sight.without_sensitive(record);
    }
    let records: Vec<Record> =
        all.iter().filter(|record| record.pages.contains(&key.page)).cloned().collect();
    let chosen = ask
        .get("record")
        .and_then(|id| records.iter().find(|record| record.record.0 == id))
        .or(records.first());
    let title =
        desk.texts.say(ask.lang, "page.title").replace("{x}", &key.page.to_string());
    let frame = Frame::of(desk, ask, title);
    let view = Viewed { frame: &frame, key, chosen, ask };
    let size = size_of(desk, key, text.as_ref());
    let turn = view.turn(text.as_ref());
    let zoom = paper::zoom(ask.get("zoom"));
    let (smaller, larger) = paper::neighbours(zoom);
    let at_zoom = |zoom: Option<u32>| zoom.map(|zoom| view.address(turn, zoom));
    let num_pages = pages.len();
    let rendered = ViewerPage {
        heading: frame.fill("page.title", format!("{} / {num_pages}", key.page)),
        kind: chosen
            .map(|record| desk.kind_title(&record.kind).to_owned())
            .unwrap_or_default(),
        file: scan.path,
        notice: notice(&frame, stored, size.is_none()),
        outlines: view.outlines(&records),
        marks: marks(ask.get("hl").unwrap_or_default()),
        rows: view.rows(),
        records: view.record_links(&records),
        text: text.as_ref().map(PageText::text).unwrap_or_default(),
        lines: text.as_ref().map(text_lines).unwrap_or_default(),
        downloads: downloads(key),
        print_number: frame.fill("sheet.number", print_number(key, text.as_ref())),
        previous_entry: view.entry(&all, |at| at.checked_sub(1)),
        next_entry: view.entry(&all, |at| at.checked_add(1)),
        to_record: chosen
            .map(|record| link::record(&record.record, &frame.asked))
            .unwrap_or_default(),
        to_pages: super::contact::address(key),
        to_list: link::search(&frame.asked, frame.asked.offset.parse().unwrap_or(0)),
        previous: view.neighbour(&pages, key.page.checked_sub(1)),
        next: view.neighbour(&pages, key.page.checked_add(1)),
        smaller: at_zoom(smaller).unwrap_or_default(),
        larger: at_zoom(larger).unwrap_or_default(),
        fit: view.address(turn, paper::zoom(None)),
        left: view.address((turn + 3) % 4, zoom),
        right: view.address((turn + 1) % 4, zoom),
        paper: size.map(|size| Paper::new(key, size, turn, zoom)),
        frame: Frame::of(desk, ask, frame.title.clone()),
    };
    Ok(rendered.render()?)
}

/// Size of the original: as noted when it was read, else as its picture has it.
fn size_of(desk: &Desk, key: &PageKey, text: Option<&PageText>) -> Option<Size> {
    if let Some(text) = text {
        return Some(text.original);
    }
    let picture = desk.pages.page(key).ok()?;
    Some(Size { width: picture.width(), height: picture.height() })
}

fn notice(frame: &Frame<'_>, page: &StoredPage, has_no_picture: bool) -> String {
    let mut parts: Vec<String> = Vec::new();
    match &page.state {
        PageState::Quarantined(reason, message) => parts.push(format!(
            "{} {message} ({}: {})",
            frame.say("page.set_aside"),
            reason.name(),
            reason.remedy()
        )),
        PageState::Waiting => parts.push(frame.say("page.waiting").to_owned()),
        PageState::Done if page.blank => parts.push(frame.say("page.blank").to_owned()),
        PageState::Done => {}
    }
    if has_no_picture {
        parts.push(frame.say("page.no_picture").to_owned());
    }
    parts.join(" ")
}

fn downloads(key: &PageKey) -> Downloads {
    let PageKey { scan, page } = key;
    Downloads {
        pdf: format!("/scan/{scan}/file.pdf"),
        alto: format!("/page/{scan}/{page}/alto.xml"),
        hocr: format!("/page/{scan}/{page}/hocr.html"),
        manifest: format!("/iiif/presentation/3/{scan}/manifest.json"),
    }
}

/// What names a printed page: another reading of it, another number.
fn print_number(key: &PageKey, text: Option<&PageText>) -> String {
    let body = text.map(PageText::text).unwrap_or_default();
    sheet::named_number(&format!("{} {} {body}", key.scan, key.page))
}

/// Part of a line's height that lies below its base line.
const BELOW: f32 = 0.22;

/// The lines in pixels of the page, each along its own base line.
fn text_lines(text: &PageText) -> Vec<TextLine> {
    let lines = text.lines.iter().filter_map(|line| {
        let [first, _, third, fourth] = line.quad.mapped(&text.to_original).0;
        let (dx, dy) = (third.x - fourth.x, third.y - fourth.y);
        let (length, size) =
            (dx.hypot(dy), (fourth.x - first.x).hypot(fourth.y - first.y));
        if length < 1.0 || size < 1.0 || !length.is_finite() || !size.is_finite() {
            return None;
        }
        let (cos, sin) = (dx / length, dy / length);
        let up = size * BELOW;
        let (x, y) = (fourth.x + sin * up, fourth.y - cos * up);
        Some(TextLine {
            matrix: format!("{cos:.4} {sin:.4} {:.4} {cos:.4} {x:.1} {y:.1}", -sin),
            size: format!("{:.1}", size * (1.0 - BELOW)),
            length: format!("{length:.1}"),
            text: line.text.clone(),
        })
    });
    lines.collect()
}

/// Regions to be marked, as the points of polygons; what is no region is left out.
fn marks(written: &str) -> Vec<String> {
    let quads = written.split(';').filter_map(region::parse);
    quads.take(MAX_MARKS).map(|quad| region::points(&quad)).collect()
}

/// What is looked at.
struct Viewed<'v> {
    frame: &'v Frame<'v>,
    key: &'v PageKey,
    chosen: Option<&'v Record>,
    ask: &'v Ask,
}

impl Viewed<'_> {
    /// Quarter turns clockwise: as asked, else upright.
    fn turn(&self, text: Option<&PageText>) -> u32 {
        let asked = self.ask.get("turn").and_then(|turn| turn.parse().ok());
        let upright = || text.map_or(0, |it| it.to_original.upright_quarters().into());
        asked.filter(|&turn: &u32| turn < 4).unwrap_or_else(upright)
    }

    /// This page, turned and zoomed.
    fn address(&self, turn: u32, zoom: u32) -> String {
        let opened = Opened {
            record: self.chosen.map(|record| &record.record),
            field: self.ask.get("field").unwrap_or_default(),
            marks: self.ask.get("hl").unwrap_or_default(),
            turn: &turn.to_string(),
            zoom: &zoom.to_string(),
        };
        link::page(self.key, opened, &self.frame.asked)
    }

    /// Another page of the scan; empty if there is none.
    fn neighbour(&self, pages: &[StoredPage], number: Option<u32>) -> String {
        let other = pages.iter().find(|page| Some(page.key.page) == number);
        other
            .map(|page| {
                let zoom = self.ask.get("zoom").unwrap_or_default();
                let opened = Opened { zoom, ..Opened::default() };
                link::page(&page.key, opened, &self.frame.asked)
            })
            .unwrap_or_default()
    }

    /// The entry of the scan that `step` leads to from the chosen one; empty if there is
    /// none.
    fn entry(&self, all: &[Record], step: impl Fn(usize) -> Option<usize>) -> String {
        let is_chosen = |record: &Record| {
            self.chosen.is_some_and(|chosen| chosen.record == record.record)
        };
        let other =
            all.iter().position(is_chosen).and_then(step).and_then(|at| all.get(at));
        let Some(other) = other else { return String::new() };
        let page = if other.pages.contains(&self.key.page) {
            self.key.page
        } else {
            other.pages.first().copied().unwrap_or(1)
        };
        let key = PageKey { scan: other.scan.clone(), page };
        let zoom = self.ask.get("zoom").unwrap_or_default();
        let opened = Opened { record: Some(&other.record), zoom, ..Opened::default() };
        link::page(&key, opened, &self.frame.asked)
    }

    /// This page with one field outlined.
    fn field_address(&self, record: &Record, name: &str) -> String {
        let opened = Opened {
            record: Some(&record.record),
            field: name,
            turn: self.ask.get("turn").unwrap_or_default(),
            zoom: self.ask.get("zoom").unwrap_or_default(),
            ..Opened::default()
        };
        format!("{}#mark", link::page(self.key, opened, &self.frame.asked))
    }

    /// The chosen record's fields that stand on this page.
    fn rows(&self) -> Vec<Row> {
        let Some(record) = self.chosen else { return vec![] };
        let fields = field::in_order(self.frame, record).into_iter();
        fields
            .filter(|(_, field)| {
                field.page == Some(self.key.page) && field.quad.is_some()
            })
            .map(|(name, field)| {
                let address = self.field_address(record, name);
                let mut row = field::row(self.frame, record, name, field, address);
                row.label = self.frame.desk.labels.full_label(name, self.frame.lang);
                row
            })
            .collect()
    }

    fn outlines(&self, records: &[Record]) -> Vec<Outline> {
        let asked_field = self.ask.get("field").unwrap_or_default();
        let mut outlines = Vec::new();
        for record in records {
            let is_chosen =
                self.chosen.is_some_and(|chosen| chosen.record == record.record);
            for (name, quad) in quads_on(record, self.key.page) {
                let label = self.frame.desk.labels.full_label(name, self.frame.lang);
                outlines.push(Outline {
                    points: region::points(quad),
                    title: label,
                    address: self.field_address(record, name),
                    name: if is_chosen { name.to_owned() } else { String::new() },
                    is_chosen: is_chosen && name == asked_field,
                });
            }
        }
        // The chosen one is drawn last, so that no other lies over it.
        outlines.sort_by_key(|outline| outline.is_chosen);
        outlines
    }

    fn record_links(&self, records: &[Record]) -> Vec<RecordLink> {
        let view = |record: &Record| {
            let opened = Opened { record: Some(&record.record), ..Opened::default() };
            RecordLink {
                address: link::page(self.key, opened, &self.frame.asked),
                name: field::headline(self.frame, &record.fields),
                is_chosen: self
                    .chosen
                    .is_some_and(|chosen| chosen.record == record.record),
            }
        };
        records.iter().take(MAX_RECORDS).map(view).collect()
    }
}

fn quads_on(record: &Record, page: u32) -> impl Iterator<Item = (&str, &Quad)> {
    record.fields.iter().filter_map(move |(name, field)| {
        if field.page != Some(page) {
            return None;
        }
        Some((name.as_str(), field.quad.as_ref()?))
    })
}
