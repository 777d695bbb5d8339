//! The search page.

use std::time::Duration;

use askama::Template;

use super::super::answer::{AnsweredHit, SearchAnswer, answer_seen};
use super::super::app::Desk;
use super::super::ask::Ask;
use super::super::door;
use super::super::error::Failure;
use super::super::holdings::{self, Counts};
use super::super::past::PastSearch;
use super::super::region;
use super::super::request::{Asked, MAX_OFFSET, SearchRequest};
use super::super::seek::Held;
use super::super::text::grouped;
use super::facet::{self, FacetView, SortView};
use super::field::{self, CutOut};
use super::frame::Frame;
use super::link::{self, Opened};
use super::list::MOST_RECORDS;
use crate::model::KindId;
use crate::model::PageKey;
use crate::model::Record;

/// Largest cut-out beside a hit, in pixels of the screen.
const HIT_CUT_OUT: (u32, u32) = (440, 64);
/// Cut-outs beside one hit; more would push the next hit off a small screen.
const MAX_CUT_OUTS: usize = 2;
/// Labelled values below a hit's name.
const MAX_LINES: usize = 6;

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage<'a> {
    frame: Frame<'a>,
    kinds: Vec<Choice>,
    /// Communes that can be chosen: code and name.
    units: Vec<&'a (String, String)>,
    /// Whether the filters are open from the start.
    is_filtered: bool,
    /// The same search without filters.
    clear: String,
    result: Option<ResultList>,
    /// What this session has searched for, where there is room for it.
    past: Vec<PastView>,
    held: HeldList,
}

/// A search that was made before.
struct PastView {
    said: String,
    address: String,
    count: String,
    at: String,
}

struct Choice {
    id: String,
    title: String,
    is_chosen: bool,
}

struct ResultList {
    total: String,
    is_none: bool,
    facets: Vec<FacetView>,
    sorts: Vec<SortView>,
    range: String,
    took_ms: u64,
    chips: Vec<ChipView>,
    hits: Vec<HitView>,
    previous: String,
    next: String,
    /// The same search without filters; empty if there were none.
    unfiltered: String,
    is_beyond: bool,
    /// How much is digitized of the place and years that were asked for.
    digitized: Vec<String>,
    /// The list as a file: form and address; none for those who may not have it.
    files: Vec<(&'static str, String)>,
    files_hold: String,
}

struct ChipView {
    taken_for: String,
    text: String,
    /// The search without it; empty if it cannot be taken away.
    without: String,
    /// What the link says to those who do not see its cross.
    removes: String,
}

struct HitView {
    number: usize,
    name: String,
    kind: String,
    entry: String,
    place: String,
    lines: Vec<LineView>,
    why: String,
    cut_outs: Vec<CutOut>,
    address: String,
    page_address: String,
    page_label: String,
    path: String,
}

struct LineView {
    label: String,
    value: String,
    is_matched: bool,
    doubt: &'static str,
}

#[derive(Default)]
struct HeldList {
    rows: Vec<HeldRow>,
    notes: Vec<String>,
    /// Whether it is not known yet.
    is_counting: bool,
}

struct HeldRow {
    title: String,
    count: String,
    address: String,
}

/// The search page with what was found, or with what is held where nothing was asked; and
/// the search to keep among those of the session, if it is one that was just made.
///
/// # Errors
///
/// If the search makes no sense, or index or catalog cannot be read.
pub(in super::super) fn search(
    desk: &Desk,
    ask: &Ask,
) -> Result<(String, Option<PastSearch>), Failure> {
    let frame =
        Frame::of(desk, ask, desk.texts.say(ask.lang, "search.button").to_owned());
    let mut request = frame.asked.checked()?;
    request.wanted.facets = true;
    let answered =
        answer_seen(&desk.catalog, desk.searcher.as_ref(), &request, &ask.who.sight)?;
    let is_new = !request.is_empty() && frame.asked.is_start();
    let made = is_new.then(|| PastSearch {
        asked: frame.asked.clone(),
        total: answered.total,
        at_least: answered.at_least,
        at_ms: door::now_ms(),
    });
    let result = (!request.is_empty()).then(|| result_list(&frame, &request, answered));
    let is_held_shown = result.as_ref().is_none_or(|result| result.is_none);
    let sight = &ask.who.sight;
    // Beside hits the counts tell no more than which kinds can be chosen.
    let patience = if is_held_shown { holdings::BESIDE } else { Duration::ZERO };
    let counts = desk.holdings.seen(&desk.catalog, sight, patience)?;
    let held = match &counts {
        _ if !is_held_shown => HeldList::default(),
        Some(counts) => held_list(&frame, counts),
        None => HeldList { is_counting: true, ..HeldList::default() },
    };
    let page = SearchPage {
        kinds: choices(&frame, counts.as_deref()),
        units: desk.units.iter().filter(|(code, _)| sight.holds_unit(code)).collect(),
        is_filtered: !request.filters.is_empty(),
        clear: link::with("/", &[("q", &frame.asked.q)]),
        past: if is_held_shown { past(&frame) } else { vec![] },
        result,
        held,
        frame,
    };
    Ok((page.render()?, made))
}

/// What this session has searched for, the latest first; not the search of this page.
fn past(frame: &Frame<'_>) -> Vec<PastView> {
    let made = frame.desk.past.of(&frame.who.session(), door::now_ms());
    let others = made.into_iter().filter(|search| search.asked != frame.asked);
    let view = |search: PastSearch| {
        let asked = &search.asked;
        let typed =
            if asked.q.is_empty() { frame.say("past.everything") } else { &asked.q };
        let chosen = asked
            .search()
            .into_iter()
            .filter(|(name, value)| {
                !value.is_empty() && !["q", "sort", "limit"].contains(name)
            })
            .map(|(name, value)| facet::name(frame, name, value));
        let total = if search.at_least { "hits.at_least" } else { "hits.total" };
        PastView {
            said: std::iter::once(typed.to_owned())
                .chain(chosen)
                .collect::<Vec<_>>()
                .join(" · "),
            address: link::search(asked, 0),
            count: frame.count(total, search.total),
            at: super::time_of_day(search.at_ms),
        }
    };
    others.map(view).collect()
}

/// Kinds that can be chosen: those that have a definition, and those that have records.
fn choices(frame: &Frame<'_>, counts: Option<&Counts>) -> Vec<Choice> {
    let desk = frame.desk;
    let ids = desk.kinds.iter().map(|kind| &kind.id);
    let sight = &frame.who.sight;
    let mut ids: Vec<KindId> =
        ids.filter(|id| sight.holds_kind(&id.0)).cloned().collect();
    for (kind, _) in counts.iter().flat_map(|counts| &counts.kinds) {
        let kind = KindId(kind.clone());
        if !ids.contains(&kind) {
            ids.push(kind);
        }
    }
    let choice = |id: KindId| Choice {
        title: desk.kind_title(&id).to_owned(),
        is_chosen: id.0 == frame.asked.kind,
        id: id.0,
    };
    ids.into_iter().map(choice).collect()
}

fn result_list(
    frame: &Frame<'_>,
    request: &SearchRequest,
    answered: SearchAnswer,
) -> ResultList {
    let shown = answered.hits.len();
    let before = answered.before as usize;
    let (first, last) = (before + 1, before + shown);
    let page = |offset: usize| link::search(&frame.asked, offset);
    let limit = request.wanted.limit;
    let next = answered.next.as_ref();
    let next =
        next.map_or_else(String::new, |next| link::search_after(&frame.asked, next));
    let total = if answered.at_least { "hits.at_least" } else { "hits.total" };
    let can_sort = answered.total > 1;
    let facets = answered.facets.unwrap_or_default();
    let can_drop_filters = !request.filters.is_empty() && !request.query.is_empty();
    let files = if answered.total > 0 && frame.may("hand-out") {
        let files = [("CSV", "csv"), ("XLSX", "xlsx")];
        files.map(|(name, form)| (name, link::list(&frame.asked, form))).to_vec()
    } else {
        vec![]
    };
    let chips = answered.understood.iter().map(|chip| {
        let rest = frame.asked.q.replacen(&chip.text, " ", 1);
        let rest = rest.split_whitespace().collect::<Vec<_>>().join(" ");
        let can_remove = rest != frame.asked.q && !rest.is_empty();
        let asked = Asked { q: rest, ..frame.asked.clone() };
        let name = format!("chip.{}", chip.taken_for);
        let taken_for = frame.desk.texts.find(frame.lang, &name);
        ChipView {
            taken_for: taken_for.unwrap_or(&chip.taken_for).to_owned(),
            text: chip.text.clone(),
            without: if can_remove { link::search(&asked, 0) } else { String::new() },
            removes: frame.fill("hits.remove", &chip.text),
        }
    });
    ResultList {
        total: frame.count(total, answered.total),
        is_none: answered.total == 0,
        facets: facet::facets(frame, &facets),
        sorts: if can_sort { facet::sorts(frame, request.wanted.sort) } else { vec![] },
        range: if shown == 0 || answered.total <= shown as u64 {
            String::new()
        } else {
            frame.fill("hits.range", format!("{first}–{last}"))
        },
        took_ms: answered.took_ms,
        chips: chips.collect(),
        is_beyond: shown == 0 && answered.total > 0,
        files,
        files_hold: frame.count("list.most", MOST_RECORDS as u64),
        digitized: answered.held.map_or_else(Vec::new, |held| digitized(frame, &held)),
        // Beyond the deepest place that can be asked for, the browser's own way back is left.
        previous: match before.checked_sub(limit) {
            None if before == 0 => String::new(),
            Some(offset) if offset > MAX_OFFSET => String::new(),
            offset => page(offset.unwrap_or_default()),
        },
        next,
        unfiltered: if can_drop_filters {
            link::with("/", &[("q", &frame.asked.q)])
        } else {
            String::new()
        },
        hits: answered
            .hits
            .into_iter()
            .enumerate()
            .map(|(index, hit)| hit_view(frame, before + index + 1, hit))
            .collect(),
    }
}

/// Says how much there is of the place and years: none is not the same as not digitized.
fn digitized(frame: &Frame<'_>, held: &Held) -> Vec<String> {
    let say = |some: &'static str, none: &'static str, what: &str, count: u64| {
        let text = frame.say(if count == 0 { none } else { some });
        text.replace("{n}", &grouped(count, frame.lang)).replace("{x}", what)
    };
    let mut lines = Vec::new();
    if let (Some(place), Some(count)) = (&held.place, held.of_place) {
        lines.push(say("none.of_place", "none.not_place", place, count));
    }
    if let (Some(years), Some(count)) = (&held.years, held.of_years) {
        let what = match &held.place {
            Some(place) => format!("{place}, {years}"),
            None => years.clone(),
        };
        lines.push(say("none.of_years", "none.not_years", &what, count));
    }
    lines
}

fn hit_view(frame: &Frame<'_>, number: usize, hit: AnsweredHit) -> HitView {
    let labels = &frame.desk.labels;
    let marks: Vec<String> = hit.highlights.iter().map(region::written).collect();
    let path = hit.path;
    let (why, matched) = (hit.why, hit.matched);
    let record = Record {
        record: hit.record,
        kind: hit.kind,
        scan: hit.scan,
        pages: vec![hit.page],
        fields: hit.fields,
        findings: vec![],
    };
    let lines = labels.hit().line.iter().filter_map(|name| {
        let field = record.fields.get(name)?;
        let value = field::list_value(frame, name, field);
        (!value.is_empty()).then(|| LineView {
            label: labels.full_label(name, frame.lang),
            value,
            is_matched: matched.contains(name),
            doubt: field::doubt(field),
        })
    });
    let mut places = labels.hit().place.iter().filter_map(|name| {
        let value = field::value(frame, name, record.fields.get(name)?);
        (!value.is_empty()).then_some(value)
    });
    // What matched is shown first; the names stand in where nothing that matched has a
    // place on the paper.
    let shown = matched.iter().chain(&labels.hit().name);
    let mut cut_outs: Vec<CutOut> = Vec::new();
    for name in shown {
        let Some(field) = record.fields.get(name) else { continue };
        let is_enough = cut_outs.len() >= MAX_CUT_OUTS;
        if is_enough || labels.is_hidden(name) || field.page != Some(hit.page) {
            continue;
        }
        let alt = frame.fill("hits.crop_of", labels.full_label(name, frame.lang));
        let Some(cut_out) = field::cut_out(&record, field, HIT_CUT_OUT, alt) else {
            continue;
        };
        if !cut_outs.iter().any(|known| known.address == cut_out.address) {
            cut_outs.push(cut_out);
        }
    }
    let key = PageKey { scan: record.scan.clone(), page: hit.page };
    let opened = Opened {
        record: Some(&record.record),
        field: matched.first().map_or("", String::as_str),
        marks: &marks.join(";"),
        ..Opened::default()
    };
    HitView {
        number,
        name: field::headline(frame, &record.fields),
        kind: frame.desk.kind_title(&record.kind).to_owned(),
        entry: field::entry_line(frame, &record),
        place: places.next().unwrap_or_default(),
        lines: lines.take(MAX_LINES).collect(),
        why: why.iter().map(|reason| frame.why(reason)).collect::<Vec<_>>().join(" · "),
        cut_outs,
        address: link::record(&record.record, &frame.asked),
        page_address: link::page(&key, opened, &frame.asked),
        page_label: frame.count("hits.page_number", u64::from(hit.page)),
        path,
    }
}

fn held_list(frame: &Frame<'_>, counts: &Counts) -> HeldList {
    let mut by_title: Vec<HeldRow> = Vec::new();
    for (kind, count) in &counts.kinds {
        let id = KindId(kind.clone());
        by_title.push(HeldRow {
            title: frame.desk.kind_title(&id).to_owned(),
            count: grouped(*count, frame.lang),
            address: link::with("/", &[("kind", kind)]),
        });
    }
    let total = counts.of("scans_done") + counts.of("scans_waiting");
    let mut notes = Vec::new();
    for (name, count) in [
        ("held.records", counts.of("records")),
        ("held.scans", total),
        ("held.waiting", counts.of("scans_waiting")),
        ("held.set_aside", counts.of("scans_quarantined")),
        ("held.not_indexed", counts.of("not_indexed")),
    ] {
        if count > 0 {
            notes.push(frame.count(name, count));
        }
    }
    HeldList { rows: by_title, notes, is_counting: false }
}
