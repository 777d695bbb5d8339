//! Checking as pages.

use std::collections::BTreeMap;

use askama::Template;

use super::super::app::Desk;
use super::super::ask::Ask;
use super::super::check::{Queue, may_take, said};
use super::super::error::Failure;
use super::super::text::{Lang, grouped, readable};
use super::field::{self, CutOut};
use super::frame::Frame;
use crate::catalog::CheckBy;
use crate::catalog::CheckItem;
use crate::checking::{Answer, Step};
use crate::model::Field;
use crate::model::FieldState;
use crate::model::PageKey;
use crate::model::Quad;
use crate::model::Record;
use crate::model::RecordId;
use crate::model::Rect;

/// Largest cut-out above the input, in pixels of the screen.
const CUT_OUT: (u32, u32) = (960, 150);
/// Queues of one kind that are listed.
const MAX_QUEUES: usize = 20;
/// Width of the page's picture behind the cut-out.
const PAGE_WIDTH: u32 = 1800;

#[derive(Template)]
#[template(path = "queues.html")]
struct QueuesPage<'a> {
    frame: Frame<'a>,
    note: String,
    steps: Vec<QueueLink>,
    groups: Vec<(String, Vec<QueueLink>)>,
    may_see_rates: bool,
}

struct QueueLink {
    label: String,
    count: String,
    address: String,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "item.html")]
struct ItemPage<'a> {
    frame: Frame<'a>,
    queue: &'a Queue,
    step: String,
    explained: String,
    left: String,
    record: String,
    name: String,
    label: String,
    kind: String,
    cut_out: Option<CutOut>,
    page_picture: String,
    typed: String,
    maybe: String,
    /// What is known where no value is.
    so_far: String,
    /// What the two said, where a third decides.
    said: Vec<Said>,
    others: Vec<(String, String)>,
    next_picture: String,
    back: String,
    /// Where the answer goes.
    action: &'static str,
    /// Number of the lot whose sample this is; empty if it is none.
    lot: String,
}

/// What somebody said about a field.
struct Said {
    words: String,
    /// The key of the form that says the same; empty for a value.
    act: &'static str,
}

#[derive(Template)]
#[template(path = "rates.html")]
struct RatesPage<'a> {
    frame: Frame<'a>,
    groups: Vec<(String, Vec<Rate>)>,
}

struct Rate {
    label: String,
    decided: String,
    changed: String,
    share: String,
}

fn step_name(frame: &Frame<'_>, step: Step) -> String {
    frame.say(&format!("check.{}", step.name())).to_owned()
}

/// The queues that somebody may work through.
pub(in super::super) fn queues(
    desk: &Desk,
    ask: &Ask,
    queue: &Queue,
) -> Result<String, Failure> {
    let is_empty = desk
        .catalog
        .check_counts(CheckBy::Stage, "", &ask.who.sight.check_scope())?
        .is_empty();
    queues_with(desk, ask, queue, if is_empty { "check.nothing" } else { "" })
}

/// As [`queues`], after somebody else has decided about a field.
pub(in super::super) fn overtaken(
    desk: &Desk,
    ask: &Ask,
    queue: &Queue,
) -> Result<String, Failure> {
    queues_with(desk, ask, queue, "check.overtaken")
}

fn queues_with(
    desk: &Desk,
    ask: &Ask,
    queue: &Queue,
    note: &str,
) -> Result<String, Failure> {
    let title = desk.texts.say(ask.lang, "check.title").to_owned();
    let frame = Frame::of(desk, ask, title);
    let stages =
        desk.catalog.check_counts(CheckBy::Stage, "", &ask.who.sight.check_scope())?;
    let waiting = |step: Step| {
        stages.iter().find(|(stage, _)| stage == step.stage()).map_or(0, |row| row.1)
    };
    let steps = Step::ALL.into_iter().filter(|step| may_take(&ask.who, *step));
    let steps = steps.map(|step| QueueLink {
        label: step_name(&frame, step),
        count: grouped(waiting(step), frame.lang),
        address: super::link::with("/check", &[("step", step.name())]),
        is_chosen: step == queue.step,
    });
    let stage = queue.step.stage();
    let link = |label: String, count: u64, queue: Queue| QueueLink {
        label,
        count: grouped(count, frame.lang),
        address: queue.address("/check/next"),
        is_chosen: false,
    };
    let plain = Queue {
        field: String::new(),
        finding: String::new(),
        path: String::new(),
        ..queue.clone()
    };
    let all = vec![link(
        frame.say("check.by_doubt").to_owned(),
        waiting(queue.step),
        plain.clone(),
    )];
    let mut groups = vec![(frame.say("check.all").to_owned(), all)];
    for (title, by) in [
        ("check.by_field", CheckBy::Field),
        ("check.by_finding", CheckBy::Finding),
        ("check.by_folder", CheckBy::Folder),
    ] {
        let counts =
            desk.catalog.check_counts(by, stage, &ask.who.sight.check_scope())?;
        let links = counts.into_iter().take(MAX_QUEUES).map(|(name, count)| {
            let mut queue = plain.clone();
            let label = match by {
                CheckBy::Field => {
                    queue.field.clone_from(&name);
                    desk.labels.full_label(&name, frame.lang)
                }
                CheckBy::Finding => {
                    queue.finding.clone_from(&name);
                    desk.labels.finding(&name, frame.lang)
                }
                _ => {
                    queue.path.clone_from(&name);
                    if name.is_empty() { "/".to_owned() } else { name }
                }
            };
            link(label, count, queue)
        });
        let links: Vec<QueueLink> = links.collect();
        if !links.is_empty() {
            groups.push((frame.say(title).to_owned(), links));
        }
    }
    let may_see_rates = frame.may("verify") || frame.may("approve");
    let note = if note.is_empty() { String::new() } else { frame.say(note).to_owned() };
    Ok(QueuesPage { steps: steps.collect(), groups, note, may_see_rates, frame }
        .render()?)
}

/// One field to be checked; `next` is the one after it.
pub(in super::super) fn item(
    desk: &Desk,
    ask: &Ask,
    queue: &Queue,
    item: &CheckItem,
    next: Option<&CheckItem>,
) -> Result<String, Failure> {
    item_of(desk, ask, queue, (item, next), 0)
}

/// A field of the sample of a lot.
pub(in super::super) fn sample(
    desk: &Desk,
    ask: &Ask,
    lot: u64,
    record: &RecordId,
    field: &str,
) -> Result<String, Failure> {
    let all = String::new;
    let queue = Queue { step: Step::Approve, field: all(), finding: all(), path: all() };
    let item = CheckItem {
        record: record.clone(),
        field: field.to_owned(),
        stage: Step::Approve.stage().to_owned(),
        kind: String::new(),
        unit: None,
        collection: None,
    };
    item_of(desk, ask, &queue, (&item, None), lot)
}

/// The page of a field; of the sample of a lot where `lot` is not 0.
fn item_of(
    desk: &Desk,
    ask: &Ask,
    queue: &Queue,
    (item, next): (&CheckItem, Option<&CheckItem>),
    lot: u64,
) -> Result<String, Failure> {
    let missing = || Failure::NotFound { what: "field" };
    let title = desk.texts.say(ask.lang, "check.title").to_owned();
    let frame = Frame::of(desk, ask, title);
    let stored = desk.catalog.record(&item.record)?.ok_or_else(missing)?;
    let mut record = stored.record;
    ask.who.sight.without_sensitive(&mut record);
    let of_record = record.fields.get(&item.field).ok_or_else(missing)?;
    let label = desk.labels.full_label(&item.field, frame.lang);
    let is_blind = queue.step.is_blind();
    let decisions = desk.catalog.decisions(&item.record, &item.field)?;
    let stages = desk.catalog.stages(&item.record)?;
    let is_third = queue.step == Step::Third;
    let said = if is_third {
        let words = |answer: &Answer| match answer {
            Answer::Value { value, .. } => {
                Said { words: shown(desk, ask.lang, &item.field, value), act: "" }
            }
            Answer::Blank => {
                Said { words: frame.say("check.blank").to_owned(), act: "blank" }
            }
            Answer::Illegible => {
                Said { words: frame.say("check.illegible").to_owned(), act: "illegible" }
            }
        };
        said(&decisions).iter().map(words).collect()
    } else {
        vec![]
    };
    let alt = frame.fill("hits.crop_of", &label);
    let counts =
        desk.catalog.check_counts(CheckBy::Stage, "", &ask.who.sight.check_scope())?;
    let left =
        counts.iter().find(|(stage, _)| *stage == item.stage).map_or(0, |row| row.1);
    let page = ItemPage {
        step: step_name(&frame, queue.step),
        explained: frame.say(&format!("check.{}_do", queue.step.name())).to_owned(),
        left: frame.count("check.left", left),
        record: item.record.0.clone(),
        name: item.field.clone(),
        kind: desk.kind_title(&record.kind).to_owned(),
        cut_out: piece(&record, of_record, alt),
        page_picture: of_record.page.map_or_else(String::new, |page| {
            let key = PageKey { scan: record.scan.clone(), page };
            super::super::picture::page_address(&key, PAGE_WIDTH)
        }),
        typed: if is_blind || is_third {
            String::new()
        } else {
            let value = of_record.value.as_deref();
            value.map_or_else(String::new, |value| {
                shown(desk, ask.lang, &item.field, value)
            })
        },
        so_far: if is_blind || is_third || of_record.value.is_some() {
            String::new()
        } else if queue.step == Step::Key {
            frame.fill("check.read_as", &of_record.text)
        } else {
            frame.fill("check.said_so_far", frame.say(field::state_name(of_record.state)))
        },
        maybe: if queue.step == Step::Key {
            of_record.alternatives.join(" · ")
        } else {
            String::new()
        },
        said,
        // Whoever keys blind must see nothing from which the value could be told.
        others: if is_blind {
            vec![]
        } else {
            others(&frame, &record, &item.field, &stages)
        },
        next_picture: match next {
            Some(next) => picture_of(&frame, next)?,
            None => String::new(),
        },
        back: if lot == 0 { queue.address("/check") } else { "/check/lots".to_owned() },
        action: if lot == 0 { "/check/decide" } else { "/check/lot/judge" },
        lot: if lot == 0 { String::new() } else { lot.to_string() },
        queue,
        label,
        frame,
    };
    Ok(page.render()?)
}

/// Paper that is shown around a field, as parts of its height: the line above and below
/// beside it, and what was cut off by a place that was found too narrow.
const AROUND: (f32, f32) = (1.2, 0.6);
/// A piece is shown at most so much larger than its pixels; more only shows the pixels.
const MOST_ENLARGED: f32 = 3.0;

/// The piece of paper around a field, large enough to read handwriting.
fn piece(record: &Record, field: &Field, alt: String) -> Option<CutOut> {
    let (page, quad) = (field.page?, field.quad?);
    let bounds = quad.bounds();
    let (across, along) = (AROUND.0 * bounds.height(), AROUND.1 * bounds.height());
    let around = Rect {
        left: (bounds.left - across).max(0.0),
        top: (bounds.top - along).max(0.0),
        right: bounds.right + across,
        bottom: bounds.bottom + along,
    };
    // Fields of a page that lies on its side keep their own corners, so that they stand upright.
    let is_upright = quad.0[1].x - quad.0[0].x > (quad.0[1].y - quad.0[0].y).abs();
    if !is_upright {
        return super::field::cut_out(record, field, CUT_OUT, alt);
    }
    let (width, height) = (around.width().max(1.0), around.height().max(1.0));
    let factor = (CUT_OUT.0 as f32 / width).min(CUT_OUT.1 as f32 / height);
    let factor = factor.min(MOST_ENLARGED);
    let key = PageKey { scan: record.scan.clone(), page };
    let fit = (CUT_OUT.0 * 2, CUT_OUT.1 * 2);
    Some(CutOut {
        address: super::super::picture::region_address(&key, &Quad::from(around), fit),
        width: (width * factor).round() as u32,
        height: (height * factor).round() as u32,
        alt,
    })
}

/// A value as people read it and type it: days turned round, words for the numbers of code
/// lists, anything else letter for letter.
pub(in super::super) fn shown(
    desk: &Desk,
    lang: Lang,
    name: &str,
    value: &str,
) -> String {
    match desk.labels.meaning(name, value, lang) {
        Some(meaning) => meaning.to_owned(),
        None if desk.check_rules.is_date(name) => readable(value),
        None => value.to_owned(),
    }
}

/// The address of the cut-out that will be asked for.
fn picture_of(frame: &Frame<'_>, item: &CheckItem) -> Result<String, Failure> {
    let Some(stored) = frame.desk.catalog.record(&item.record)? else {
        return Ok(String::new());
    };
    let field = stored.record.fields.get(&item.field);
    let cut_out = field.and_then(|field| piece(&stored.record, field, String::new()));
    Ok(cut_out.map_or_else(String::new, |cut| cut.address))
}

/// The other fields of the record, for the sense of it. Those that wait for their second
/// keying are left out: whoever sees them here would not key them blind.
fn others(
    frame: &Frame<'_>,
    record: &Record,
    but: &str,
    stages: &BTreeMap<String, String>,
) -> Vec<(String, String)> {
    let fields = field::in_order(frame, record).into_iter();
    let is_blind = |name: &str| {
        let stage = stages.get(name).map(String::as_str);
        [Step::Second, Step::Third].into_iter().any(|step| stage == Some(step.stage()))
    };
    fields
        .filter(|(name, _)| !is_blind(name))
        .filter(|(name, field)| *name != but && field.state != FieldState::Absent)
        .map(|(name, field)| {
            let label = frame.desk.labels.full_label(name, frame.lang);
            (label, field::list_value(frame, name, field))
        })
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

/// How often what the machine read and what each account keyed was changed later.
pub(in super::super) fn rates(desk: &Desk, ask: &Ask) -> Result<String, Failure> {
    let title = desk.texts.say(ask.lang, "check.rates").to_owned();
    let frame = Frame::of(desk, ask, title);
    let mut groups = Vec::new();
    for (title, by_account) in
        [("check.rates_by_field", false), ("check.rates_by_account", true)]
    {
        let counts = desk.catalog.error_counts(by_account)?;
        let rates = counts.into_iter().map(|(name, decided, changed)| Rate {
            label: if by_account {
                name
            } else {
                desk.labels.full_label(&name, frame.lang)
            },
            decided: grouped(decided, frame.lang),
            changed: grouped(changed, frame.lang),
            share: format!("{:.1} %", 100.0 * changed as f64 / decided.max(1) as f64),
        });
        groups.push((frame.say(title).to_owned(), rates.collect()));
    }
    Ok(RatesPage { frame, groups }.render()?)
}
