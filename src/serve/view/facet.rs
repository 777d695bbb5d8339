//! What narrows a search further: counted values as links, and the order of the list.

use super::super::request::Asked;
use super::super::text::grouped;
use super::frame::Frame;
use super::link;
use crate::config::gazetteer::Gazetteer;
use crate::model::KindId;
use crate::search::{Counted, Facets, Sort};

/// Values of one facet that are shown; the first ones are the most frequent.
const MAX_SHOWN: usize = 8;

/// One way to narrow: by kind, by commune, …
pub(super) struct FacetView {
    pub(super) title: String,
    pub(super) values: Vec<ValueView>,
}

/// A value that can be chosen, or taken back.
pub(super) struct ValueView {
    pub(super) name: String,
    pub(super) count: String,
    /// The search with it, or without it where it is chosen.
    pub(super) address: String,
    pub(super) is_chosen: bool,
}

/// A way to sort.
pub(super) struct SortView {
    pub(super) name: String,
    /// Empty for the order that the list has.
    pub(super) address: String,
}

/// The facets that part the list, or that it is narrowed by.
pub(super) fn facets(frame: &Frame<'_>, facets: &Facets) -> Vec<FacetView> {
    let all = [
        ("kind", &facets.kind),
        ("today", &facets.today),
        ("then", &facets.then),
        ("decade", &facets.decade),
        ("state", &facets.state),
        ("collection", &facets.collection),
        ("findings", &facets.findings),
    ];
    let mut views = Vec::new();
    for (name, counted) in all {
        let chosen = chosen(&frame.asked, name);
        // One value that everything has tells nothing.
        if counted.len() < 2 && chosen.is_empty() {
            continue;
        }
        let values = shown(counted, &chosen).into_iter();
        views.push(FacetView {
            title: frame.say(&format!("facets.{name}")).to_owned(),
            values: values
                .map(|one| value(frame, name, &one, facets.at_least, one.value == chosen))
                .collect(),
        });
    }
    views
}

fn chosen(asked: &Asked, name: &str) -> String {
    let mut asked = asked.clone();
    asked.place(name).map(std::mem::take).unwrap_or_default()
}

/// The first values, and the one that is chosen although nothing has it.
fn shown(counted: &[Counted], chosen: &str) -> Vec<Counted> {
    let mut shown: Vec<Counted> = counted.iter().take(MAX_SHOWN).cloned().collect();
    if !chosen.is_empty() && shown.iter().all(|one| one.value != chosen) {
        let known = counted.iter().find(|one| one.value == chosen).cloned();
        shown.push(known.unwrap_or(Counted { value: chosen.to_owned(), count: 0 }));
    }
    shown
}

fn value(
    frame: &Frame<'_>,
    facet: &str,
    counted: &Counted,
    at_least: bool,
    is_chosen: bool,
) -> ValueView {
    let other = if is_chosen { "" } else { counted.value.as_str() };
    let count = grouped(counted.count, frame.lang);
    ValueView {
        name: name(frame, facet, &counted.value),
        count: if at_least { format!("≥ {count}") } else { count },
        address: link::search(&frame.asked.with(facet, other), 0),
        is_chosen,
    }
}

/// What people call a value.
pub(super) fn name(frame: &Frame<'_>, facet: &str, value: &str) -> String {
    let said = |name: String| {
        frame.desk.texts.find(frame.lang, &name).unwrap_or(value).to_owned()
    };
    match facet {
        "kind" => frame.desk.kind_title(&KindId(value.to_owned())).to_owned(),
        "then" | "today" => unit(value),
        "unit" => frame.desk.unit_name(value).to_owned(),
        "decade" => format!("{value}–{}", value.parse::<u32>().unwrap_or(0) + 9),
        "state" => said(format!("state.{value}")),
        "findings" => said(format!("facets.findings_{value}")),
        _ => value.to_owned(),
    }
}

/// The name of a unit with that of the unit above it, which tells homonyms apart.
fn unit(entity: &str) -> String {
    let gazetteer = Gazetteer::get();
    let Some(unit) = gazetteer.newest(entity) else { return entity.to_owned() };
    match gazetteer.newest(unit.parent) {
        Some(above) => format!("{} ({})", unit.name, above.short_name()),
        None => unit.name.to_owned(),
    }
}

/// The orders in which the list can be shown.
pub(super) fn sorts(frame: &Frame<'_>, now: Sort) -> Vec<SortView> {
    let view = |sort: Sort| SortView {
        name: frame.say(&format!("sort.{}", sort.name())).to_owned(),
        address: if sort == now {
            String::new()
        } else {
            let other = if sort == Sort::default() { "" } else { sort.name() };
            link::search(&frame.asked.with("sort", other), 0)
        },
    };
    Sort::ALL.into_iter().map(view).collect()
}
