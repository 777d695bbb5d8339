//! Lots as a page.

use askama::Template;

use super::super::app::Desk;
use super::super::ask::Ask;
use super::super::error::Failure;
use super::super::text::grouped;
use super::frame::Frame;
use crate::catalog::CheckBy;
use crate::catalog::CheckScope;
use crate::catalog::StoredLot;
use crate::checking::{Step, plan};

#[derive(Template)]
#[template(path = "lots.html")]
struct LotsPage<'a> {
    frame: Frame<'a>,
    wrong: String,
    folders: Vec<Folder>,
    rows: Vec<LotRow>,
}

/// A folder whose verified fields could be a lot, with the plan that is proposed.
struct Folder {
    path: String,
    label: String,
    sample: u64,
    accepted: u64,
}

struct LotRow {
    id: u64,
    path: String,
    made: String,
    fields: String,
    sample: String,
    result: String,
    state: String,
    is_open: bool,
    /// Whether somebody is to type how many fields are approved.
    is_to_approve: bool,
    asks: String,
}

/// All lots, and what could be the next one; `wrong` names what went wrong.
pub(in super::super) fn lots(
    desk: &Desk,
    ask: &Ask,
    wrong: &str,
) -> Result<String, Failure> {
    let frame = Frame::of(desk, ask, desk.texts.say(ask.lang, "lots.title").to_owned());
    let counts = desk.catalog.check_counts(
        CheckBy::Folder,
        Step::Approve.stage(),
        &CheckScope::default(),
    )?;
    let folders = counts.into_iter().map(|(path, fields)| {
        let (sample, accepted) = plan(fields);
        let name = if path.is_empty() { "/" } else { path.as_str() };
        let label = format!("{name} ({})", grouped(fields, frame.lang));
        Folder { path, label, sample, accepted }
    });
    let rows = desk.catalog.lots()?.into_iter().map(|lot| row(&frame, lot)).collect();
    let wrong =
        if wrong.is_empty() { String::new() } else { frame.say(wrong).to_owned() };
    Ok(LotsPage { folders: folders.collect(), rows, wrong, frame }.render()?)
}

fn row(frame: &Frame<'_>, lot: StoredLot) -> LotRow {
    let count = |number: u64| grouped(number, frame.lang);
    let asks = match lot.state.as_str() {
        "passed" => frame.count("lots.propose", lot.waiting),
        "proposed" => frame.count("lots.approve", lot.waiting),
        _ => String::new(),
    };
    let is_own = lot.proposed_by.as_deref() == Some(frame.who.account.as_str());
    LotRow {
        id: lot.id,
        made: format!("{} · {}", super::moment(lot.made_ms), lot.made_by),
        fields: count(lot.fields),
        sample: format!("{} / {}", count(lot.size), count(lot.accepted)),
        result: format!("{} / {}", count(lot.right), count(lot.wrong)),
        state: frame.say(&format!("lots.{}", lot.state)).to_owned(),
        is_open: lot.state == "open",
        is_to_approve: !asks.is_empty() && (lot.state != "proposed" || !is_own),
        asks,
        path: if lot.path.is_empty() { "/".to_owned() } else { lot.path },
    }
}
