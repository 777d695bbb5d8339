//! What a record may belong to, as its page shows it.

use std::collections::BTreeMap;

use super::super::error::Failure;
use super::super::request::SearchRequest;
use super::field;
use super::frame::Frame;
use super::link;
use crate::link::{
    Link, LinkKind, Strength, is_on_one_paper, links_between, most_telling, questions,
};
use crate::model::Record;
use crate::model::RecordId;

/// Searches that one page makes for candidates, the rarest marks first; each takes some
/// milliseconds.
const MOST_QUESTIONS: usize = 8;
/// Hits of a search that are compared.
const MOST_HITS: usize = 15;

/// A record that may belong to the one that is shown.
pub(super) struct Linked {
    pub(super) address: String,
    pub(super) what: String,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) entry: String,
    pub(super) strength: &'static str,
    pub(super) said: String,
    pub(super) reasons: String,
    /// Whether it changes, very likely, what the record says.
    pub(super) changes_it: bool,
}

/// What the record may belong to, the most telling first; `siblings` are the others of its
/// scan that may be seen.
///
/// # Errors
///
/// If the catalog cannot be read. Without the index, nothing is proposed.
pub(super) fn linked(
    frame: &Frame<'_>,
    record: &Record,
    siblings: &[Record],
) -> Result<Vec<Linked>, Failure> {
    let desk = frame.desk;
    let same_paper = siblings.iter().filter(|other| is_on_one_paper(record, other));
    let mut others: BTreeMap<RecordId, Record> =
        same_paper.map(|other| (other.record.clone(), other.clone())).collect();
    let bounds = frame.who.sight.bounds();
    for question in questions(record).into_iter().take(MOST_QUESTIONS) {
        let mut request = SearchRequest { query: question, ..SearchRequest::default() };
        request.wanted.limit = MOST_HITS;
        let Ok(found) = desk.searcher.seek(&request, &bounds) else { break };
        for hit in found.hits {
            if hit.record == record.record || others.contains_key(&hit.record) {
                continue;
            }
            if let Some(stored) = desk.catalog.record(&hit.record)?
                && frame.who.sight.holds_record(&stored)
            {
                others.insert(hit.record, stored.record);
            }
        }
    }
    let links = others.values().flat_map(|other| links_between(record, other)).collect();
    let shown = most_telling(links);
    Ok(shown
        .iter()
        .filter_map(|link| Some(view(frame, link, others.get(&link.record)?)))
        .collect())
}

fn view(frame: &Frame<'_>, link: &Link, other: &Record) -> Linked {
    let what = match link.kind {
        LinkKind::SameEntry => "link.same_entry",
        LinkKind::Amends => "link.amends",
        LinkKind::Certificate => "link.certificate",
        LinkKind::SameParcel => "link.same_parcel",
        LinkKind::SamePerson => "link.same_person",
    };
    let reasons = link.reasons.iter().map(|reason| {
        let name = format!("reason.{}", reason.name().replace('-', "_"));
        frame.say(&name).to_owned()
    });
    let (strength, said) = match link.strength {
        Strength::Strong => ("strong", "link.strong"),
        Strength::Likely => ("likely", "link.likely"),
    };
    Linked {
        address: link::record(&other.record, &frame.asked),
        what: frame.say(what).to_owned(),
        name: field::headline(frame, &other.fields),
        kind: frame.desk.kind_title(&other.kind).to_owned(),
        entry: field::entry_line(frame, other),
        strength,
        said: frame.say(said).to_owned(),
        reasons: reasons.collect::<Vec<_>>().join(" · "),
        changes_it: link.is_change(other),
    }
}
