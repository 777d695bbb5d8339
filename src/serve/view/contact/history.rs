//! What people decided about the pages of a file, each with what takes it back.

use super::super::super::papers::ordered_as;
use super::super::frame::Frame;
use crate::catalog::StoredRuling;
use crate::model::{KindId, PageOrder, PageTool};

/// One thing that was decided.
pub(super) struct Decided {
    pub(super) moment: String,
    pub(super) account: String,
    pub(super) page: u32,
    pub(super) what: String,
    pub(super) before: String,
    pub(super) why: String,
    /// What takes it back; empty where something was said since.
    pub(super) undo: String,
    pub(super) undo_name: String,
}

/// What was decided, the last first.
pub(super) fn history(frame: &Frame<'_>, all: &[StoredRuling]) -> Vec<Decided> {
    let mut seen: Vec<(u32, PageTool)> = Vec::new();
    let rows = all.iter().rev().map(|one| {
        let PageOrder { key, tool, value, why } = &one.order;
        let is_last = !seen.contains(&(key.page, *tool));
        seen.push((key.page, *tool));
        let undo = if is_last && *value != one.before {
            ordered_as(key.page, *tool, &one.before)
        } else {
            String::new()
        };
        Decided {
            moment: super::super::moment(one.at_ms),
            account: one.account.clone(),
            page: key.page,
            what: said(frame, *tool, value),
            before: said(frame, *tool, &one.before),
            why: why.clone(),
            undo,
            undo_name: frame.count("contact.take_back_of", u64::from(key.page)),
        }
    });
    rows.collect()
}

/// A value of a tool in words.
fn said(frame: &Frame<'_>, tool: PageTool, value: &str) -> String {
    let name = match (tool, value) {
        (_, "") => "contact.as_read",
        (PageTool::Blank, "yes") => "contact.blank",
        (PageTool::Blank, _) => "contact.not_blank",
        (PageTool::Paper, "begins") => "contact.begins",
        (PageTool::Paper, _) => "contact.goes_on",
        (PageTool::Kind, kind) => {
            let kind = KindId(kind.to_owned());
            return frame.desk.kind_title(&kind).to_owned();
        }
        (PageTool::Turn, quarters) => {
            let degrees = quarters.parse::<u32>().unwrap_or_default() * 90;
            return frame.fill("contact.turned", degrees);
        }
    };
    frame.say(name).to_owned()
}
