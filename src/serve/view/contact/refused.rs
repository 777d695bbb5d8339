//! What was said about a page and not carried out, with what it would touch.

use super::super::super::page_tools::{Loss, LossOf, PageToolsError};
use super::super::super::papers::{KEEP, ordered_as, told};
use super::super::link;
use super::File;
use crate::model::PageOrder;

/// What was asked for and not carried out.
pub(in super::super::super) struct Refused<'r> {
    pub(in super::super::super) order: &'r PageOrder,
    pub(in super::super::super) error: &'r PageToolsError,
}

/// What was not carried out, and why.
pub(super) struct Told {
    pub(super) line: String,
    pub(super) message: String,
    pub(super) rows: Vec<Touched>,
    /// What the button sends that does it all the same; empty where there is none.
    pub(super) keep: String,
    pub(super) must_not: bool,
}

pub(super) struct Touched {
    pub(super) address: String,
    pub(super) name: String,
    pub(super) how: String,
    pub(super) fields: String,
}

impl File<'_> {
    /// What stands on the page about it.
    pub(super) fn refused(&self, refused: &Refused<'_>) -> Told {
        let frame = self.frame;
        let Refused { order, error } = refused;
        let mut told = Told {
            line: frame.say(told(error)).to_owned(),
            message: String::new(),
            rows: vec![],
            keep: String::new(),
            must_not: false,
        };
        match error {
            PageToolsError::Checked { losses, may_stay } => {
                told.line = frame.count("contact.touched", losses.len() as u64);
                told.rows = losses.iter().map(|loss| self.touched(loss)).collect();
                if *may_stay {
                    let PageOrder { key, tool, value, .. } = order;
                    told.keep = format!("{KEEP}{}", ordered_as(key.page, *tool, value));
                }
                told.must_not = !may_stay;
            }
            PageToolsError::Unread(message) => told.message.clone_from(message),
            _ => {}
        }
        told
    }

    fn touched(&self, loss: &Loss) -> Touched {
        let frame = self.frame;
        let mut records = self.records.iter().map(|stored| &stored.record);
        let record = records.find(|record| record.record == loss.record);
        let how = match loss.how {
            LossOf::Record => "contact.touched_record",
            LossOf::Pages => "contact.touched_pages",
            LossOf::Place => "contact.touched_place",
        };
        let pages: Vec<String> = loss.pages.iter().map(ToString::to_string).collect();
        let name = record.map(|record| self.name(record)).unwrap_or_default();
        Touched {
            address: link::record(&loss.record, &frame.asked),
            name: format!("{name}, {}", frame.fill("contact.of_pages", pages.join(", "))),
            how: frame.say(how).to_owned(),
            fields: frame.count("contact.touched_fields", loss.fields),
        }
    }
}
