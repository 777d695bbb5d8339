//! What a search found as a table for handing out: what stands in it. How it is written is
//! `export`'s.

use super::super::answer::{AnsweredHit, SearchAnswer, answer_seen};
use super::super::app::Desk;
use super::super::ask::Ask;
use super::super::error::Failure;
use super::super::request::{MAX_LIMIT, SearchRequest};
use super::super::text::grouped;
use super::facet;
use super::field;
use super::frame::Frame;
use super::sheet::named_number;
use crate::export::{Cell, List};
use crate::model::RecordId;

/// Most records of one list. Who needs more says so to whoever runs `sohoa export`.
pub(super) const MOST_RECORDS: usize = 200;

/// A list with what the trail is told of it.
pub(in super::super) struct HandedList {
    pub(in super::super) list: List,
    /// What names this list.
    pub(in super::super) number: String,
    pub(in super::super) records: Vec<RecordId>,
}

/// The list of a search: its first records, in its order.
///
/// # Errors
///
/// If nothing is searched for, the search makes no sense, or index or catalog cannot be
/// read.
pub(in super::super) fn list(desk: &Desk, ask: &Ask) -> Result<HandedList, Failure> {
    let frame = Frame::of(desk, ask, String::new());
    let request = frame.asked.checked()?;
    if request.is_empty() {
        return Err(Failure::Parameter { name: "q", expected: "a search" });
    }
    let found = all_hits(desk, ask, request, MAX_LIMIT, MOST_RECORDS)?;
    let records: Vec<RecordId> =
        found.hits.iter().map(|hit| hit.record.clone()).collect();
    let (header, rows) = table(&frame, &found.hits);
    let made = super::moment(super::super::door::now_ms());
    let whose = if frame.who.account.is_empty() {
        frame.say("list.no_account").to_owned()
    } else {
        format!("{} ({})", frame.who.full_name, frame.who.account)
    };
    let number = named_number(&format!("{header:?} {rows:?} {whose} {made}"));
    let total = grouped(found.total, frame.lang);
    let count = frame
        .say(if found.at_least { "list.count_at_least" } else { "list.count" })
        .replace("{n}", &grouped(records.len() as u64, frame.lang))
        .replace("{x}", &total);
    let named = frame.fill("list.number", &number);
    let mark = [frame.say("site.notice"), &named, &count, &whose, &made].join(" · ");
    let list = List {
        title: frame.say("hits.title").to_owned(),
        header,
        rows,
        mark_title: frame.say("list.mark").to_owned(),
        mark,
        about_title: frame.say("list.about").to_owned(),
        about: about(&frame, [&number, &count, &whose, &made]),
    };
    Ok(HandedList { list, number, records })
}

/// The answer to a search with its first hits, `most` of them, asked for in parts of
/// `at_once`.
fn all_hits(
    desk: &Desk,
    ask: &Ask,
    mut request: SearchRequest,
    at_once: usize,
    most: usize,
) -> Result<SearchAnswer, Failure> {
    let wanted = &mut request.wanted;
    (wanted.limit, wanted.offset, wanted.after) = (at_once, 0, None);
    let mut hits = Vec::new();
    loop {
        let (seeker, sight) = (desk.searcher.as_ref(), &ask.who.sight);
        let mut answered = answer_seen(&desk.catalog, seeker, &request, sight)?;
        hits.append(&mut answered.hits);
        let next = answered.next.as_ref().and_then(|next| next.parse().ok());
        if next.is_none() || hits.len() >= most {
            hits.truncate(most);
            return Ok(SearchAnswer { hits, ..answered });
        }
        request.wanted.after = next;
    }
}

/// Headings and rows: what a record is, its values in the order in which people read them,
/// and where it was read. Numbers that identify persons show a part, as in every list.
fn table(frame: &Frame<'_>, hits: &[AnsweredHit]) -> (Vec<String>, Vec<Vec<Cell>>) {
    let labels = &frame.desk.labels;
    let mut names: Vec<&str> =
        hits.iter().flat_map(|hit| hit.fields.keys()).map(String::as_str).collect();
    names.sort_by_key(|name| (labels.place(name), *name));
    names.dedup();
    let fixed = |names: &[&str]| {
        names.iter().map(|name| frame.say(name).to_owned()).collect::<Vec<_>>()
    };
    let mut header = fixed(&["list.row", "search.kind", "list.name"]);
    header.extend(names.iter().map(|name| labels.full_label(name, frame.lang)));
    header.extend(fixed(&[
        "list.unverified",
        "hits.file",
        "list.page",
        "list.why",
        "list.record",
    ]));
    let rows = hits.iter().enumerate().map(|(at, hit)| {
        let value = |name: &&str| {
            let Some(field) = hit.fields.get(*name) else { return Cell::default() };
            let text = field::list_value(frame, name, field);
            let is_unverified = !text.is_empty() && !field.state.is_verified();
            Cell { text, is_unverified }
        };
        let values: Vec<Cell> = names.iter().map(value).collect();
        let unverified: Vec<&str> = values
            .iter()
            .zip(header.iter().skip(3))
            .filter(|(value, _)| value.is_unverified)
            .map(|(_, label)| label.as_str())
            .collect();
        let why = hit.why.iter().map(|reason| frame.why(reason));
        let after = [
            unverified.join("; "),
            hit.path.clone(),
            hit.page.to_string(),
            why.collect::<Vec<_>>().join("; "),
            hit.record.0.clone(),
        ];
        let before = [
            (at + 1).to_string(),
            frame.desk.kind_title(&hit.kind).to_owned(),
            field::names_read(frame, &hit.fields),
        ];
        let before = before.into_iter().map(Cell::plain);
        before.chain(values).chain(after.into_iter().map(Cell::plain)).collect()
    });
    let rows = rows.collect();
    (header, rows)
}

/// What the list is: what was asked, by whom and for what, and how far it can be relied on.
fn about(frame: &Frame<'_>, [number, count, whose, made]: [&str; 4]) -> Vec<[String; 2]> {
    let line = |name: &str, text: &str| [frame.say(name).to_owned(), text.to_owned()];
    let mut lines = vec![
        line("site.name", frame.say("site.notice")),
        line("list.is", number),
        line("hits.title", count),
        line("list.by", whose),
        line("list.made", made),
    ];
    if let Some(case) = &frame.who.case {
        let purpose = format!("purpose.{}", case.purpose);
        lines.push(line("case.purpose", frame.say(&purpose)));
        lines.push(line("case.number", &case.number));
    }
    for (name, value) in frame.asked.search() {
        let said = match name {
            "q" => "search.label",
            "kind" => "search.kind",
            "year" => "chip.year",
            "from" => "search.from",
            "to" => "search.to",
            "unit" => "search.unit",
            "sort" => "sort.title",
            "then" => "facets.then",
            "today" => "facets.today",
            "decade" => "facets.decade",
            "state" => "facets.state",
            "collection" => "facets.collection",
            "findings" => "facets.findings",
            _ => continue,
        };
        if !value.is_empty() {
            lines.push(line(said, &facet::name(frame, name, value)));
        }
    }
    lines.push(line("list.note", frame.say("sheet.note")));
    lines
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::super::door::Visitor;
    use super::super::super::tests::desk;
    use super::super::super::text::Lang;
    use super::*;

    #[test]
    fn a_search_is_asked_for_in_parts_until_its_end_or_enough_is_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = Desk::new(desk::app(folder.path()), true, false).expect("a desk");
        let ask = Ask {
            path: "/search.csv".into(),
            pairs: vec![("q".into(), "x".into())],
            lang: Lang::Vi,
            who: Arc::new(Visitor::without_accounts(String::new())),
            if_none_match: None,
        };
        let request = ask.asked().checked().expect("a search");
        let asked = |at_once, most| {
            let found =
                all_hits(&desk, &ask, request.clone(), at_once, most).expect("hits");
            assert_eq!(found.total, 3);
            found.hits.into_iter().map(|hit| hit.record.0).collect::<Vec<_>>()
        };
        // The index holds a third record that is in the catalog no more.
        assert_eq!(asked(2, 9), ["r1", "r2"]);
        assert_eq!(asked(MAX_LIMIT, 9), ["r1", "r2"]);
        assert_eq!(asked(2, 1), ["r1"]);
    }
}
