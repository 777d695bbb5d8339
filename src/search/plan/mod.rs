//! Which conjunctions of postings are tried for a query, from the strict to the lax.
//!
//! A *stage* holds conjunctions that are tried together; the search may end after each, and
//! a stage is only made when the ones before it did not suffice.

mod names;
mod numbers;
mod one_off;

pub(super) use names::names as name_clauses;

use std::collections::HashMap;
use std::rc::Rc;

use super::bounds::NO_TERM;
use super::lexicon::Lexicon;
use super::postings::{Clause, ClauseId, Clauses};
use super::query::{ChipKind, Filters, PersonWish, PlaceWish, Query, Reading, YearWish};
use super::terms::{Slot, born_term, decade_term, findings_term, state_term, unit_term};
use crate::config::gazetteer::Gazetteer;
use crate::config::index::{Event, IndexDefinitions};

/// How far off a year may be that a citizen remembers.
const YEARS_OFF: u16 = 1;

/// A conjunction: clauses in ascending order, each once.
pub(super) type Conjunction = Vec<ClauseId>;

/// Conjunctions that are tried together.
#[derive(Debug, Default)]
pub(super) struct Stage {
    pub(super) conjunctions: Vec<Conjunction>,
    /// Something is not as it was typed.
    pub(super) is_lax: bool,
    /// For a query that no stage before has answered: parts of names and of numbers.
    pub(super) is_last: bool,
}

/// A way to be lax; which person it is about, by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// By the numbers, with all else and alone.
    Numbers,
    /// Everything; then without what clerks get wrong.
    Strict,
    /// Everything but one thing.
    OneOff,
    /// The names with each thing that narrows.
    EachContext,
    /// The names alone.
    Names,
    /// By what is known beside the names.
    Context,
    /// One of several people.
    EachPerson,
    /// A syllable is missing or near, and something else is right.
    NearInContext(usize),
    /// A syllable is near.
    Near(usize),
    /// A syllable is missing, or the words are the names of two people.
    Parts(usize),
    /// Every syllable is itself or near.
    AllNear(usize),
    /// Two syllables, or one in its context.
    AnyPart(usize),
    /// A part of a long number.
    DamagedNumbers,
}

impl Step {
    fn is_lax(self) -> bool {
        !matches!(self, Self::Numbers | Self::Strict | Self::Context)
    }
}

/// The stages of one query, made one after the other.
pub(super) struct Plan<'q> {
    lexicon: &'q Lexicon,
    /// The clauses met so far.
    pub(super) clauses: Clauses,
    readings: Vec<Asked<'q>>,
    /// The next stage; those of the readings go side by side.
    at: usize,
    /// Syllable as typed → those near it, folded.
    near: HashMap<String, Rc<Vec<String>>>,
}

/// What one reading asks for, as clauses.
struct Asked<'q> {
    reading: &'q Reading,
    /// Years, dates, places, kinds and numbers, the most telling first.
    context: Vec<ClauseId>,
    /// Of `context`, what is no year.
    without_years: Vec<ClauseId>,
    /// The strong numbers, each with all its clauses: identity, serial, register, document,
    /// parcel and sheet.
    numbers: Vec<Conjunction>,
    /// Given name and year of birth of the first person.
    born: Option<ClauseId>,
    /// The same, the year being off by one.
    about_born: Option<ClauseId>,
    first: Vec<Step>,
    last: Vec<Step>,
}

impl<'q> Plan<'q> {
    pub(super) fn new(query: &'q Query, lexicon: &'q Lexicon) -> Self {
        let mut clauses = Clauses::default();
        let readings = query.readings.iter();
        let readings =
            readings.map(|reading| Asked::new(reading, lexicon, &mut clauses)).collect();
        Self { lexicon, clauses, readings, at: 0, near: HashMap::new() }
    }

    /// Clauses that every record must satisfy, whatever the words: the filters.
    pub(super) fn filters(&mut self, query: &Query) -> Vec<ClauseId> {
        let filters = &query.filters;
        let mut all = Vec::new();
        if let Some(kind) = &filters.kind {
            all.push(Clause::one(Slot::Kind, kind));
        }
        if let Some((from, to)) = filters.years {
            all.push(years(from, to, self.lexicon));
        }
        if let Some(code) = &filters.unit {
            all.push(unit(code));
        }
        if let Some(collection) = &filters.collection {
            all.push(Clause::one(Slot::Collection, collection));
        }
        all.extend(marks(filters));
        all.into_iter().filter_map(|clause| self.clauses.put(clause)).collect()
    }

    /// The names of each reading, with nothing beside them.
    pub(super) fn names_alone(&mut self) -> Vec<Conjunction> {
        let all = (0..self.readings.len()).map(|number| self.names_of_all(number));
        all.filter(|names| !names.is_empty()).collect()
    }

    /// The next stage; `None` after the last.
    pub(super) fn next_stage(&mut self) -> Option<Stage> {
        let num_first = self.readings.iter().map(|asked| asked.first.len()).max()?;
        let at = self.at;
        self.at += 1;
        let is_last = at >= num_first;
        let mut stage = Stage { conjunctions: Vec::new(), is_lax: is_last, is_last };
        let mut is_any = false;
        for number in 0..self.readings.len() {
            let Some(asked) = self.readings.get(number) else { continue };
            let step = match at.checked_sub(num_first) {
                None => asked.first.get(at),
                Some(at) => asked.last.get(at),
            };
            let Some(&step) = step else { continue };
            is_any = true;
            stage.is_lax |= step.is_lax();
            for conjunction in self.conjunctions(number, step) {
                if !conjunction.is_empty() && !stage.conjunctions.contains(&conjunction) {
                    stage.conjunctions.push(conjunction);
                }
            }
        }
        (is_any || !is_last).then_some(stage)
    }

    fn conjunctions(&mut self, number: usize, step: Step) -> Vec<Conjunction> {
        let Some(asked) = self.readings.get(number) else { return Vec::new() };
        let reading = asked.reading;
        match step {
            Step::Numbers => asked.by_numbers(),
            Step::Context => asked.by_context(),
            Step::Strict => self.strict(number),
            Step::OneOff => self.one_off(number),
            Step::EachContext => self.with_each_context(number),
            Step::Names => self.only_names(number),
            Step::EachPerson => self.each_person(number),
            Step::DamagedNumbers => self.by_damaged_numbers(number),
            Step::NearInContext(at) => self.of_person(reading, at, |plan, wish| {
                let mut few = plan.one_missing(number, wish, true);
                few.extend(plan.one_near(number, wish, true));
                few
            }),
            Step::Near(at) => self
                .of_person(reading, at, |plan, wish| plan.one_near(number, wish, false)),
            Step::Parts(at) => self.of_person(reading, at, |plan, wish| {
                let mut parts = plan.one_missing(number, wish, false);
                parts.extend(plan.two_people(wish));
                parts
            }),
            Step::AllNear(at) => self.of_person(reading, at, Self::all_near),
            Step::AnyPart(at) => {
                self.of_person(reading, at, |plan, wish| plan.any_part(number, wish))
            }
        }
    }

    fn of_person(
        &mut self,
        reading: &'q Reading,
        at: usize,
        make: impl FnOnce(&mut Self, &'q PersonWish) -> Vec<Conjunction>,
    ) -> Vec<Conjunction> {
        reading.people.get(at).map_or_else(Vec::new, |wish| make(self, wish))
    }
}

impl<'q> Asked<'q> {
    fn new(reading: &'q Reading, lexicon: &Lexicon, clauses: &mut Clauses) -> Self {
        let mut context: Vec<Clause> = Vec::new();
        for wish in &reading.days {
            let date = wish.day.packed().to_string();
            context.push(Clause::one(Slot::Date, date));
        }
        context.extend(reading.places.iter().map(place));
        let of_years = reading.years.iter();
        context.extend(of_years.map(|wish| years(wish.from, wish.to, lexicon)));
        context.extend(kinds(reading, lexicon));
        let is_year = |clause: &Clause| clause.slot == Slot::Year;
        let (mut ids, mut without_years) = (Vec::new(), Vec::new());
        for clause in context {
            let is_year = is_year(&clause);
            let Some(id) = clauses.put(clause) else { continue };
            ids.push(id);
            if !is_year {
                without_years.push(id);
            }
        }
        let mut numbers: Vec<Conjunction> = Vec::new();
        for wish in &reading.numbers {
            let all = numbers::clauses(wish).into_iter();
            let all: Vec<_> = all.filter_map(|clause| clauses.put(clause)).collect();
            if !all.is_empty() {
                numbers.push(joined(&[&all]));
            }
        }
        let born = born(reading, 0).and_then(|clause| clauses.put(clause));
        let about_born = born_about(reading).and_then(|clause| clauses.put(clause));
        let mut asked = Self {
            reading,
            context: ids,
            without_years,
            numbers,
            born,
            about_born,
            first: Vec::new(),
            last: Vec::new(),
        };
        asked.choose_steps();
        asked
    }

    fn choose_steps(&mut self) {
        let people = 0..self.reading.people.len();
        // Entry 27 of a commune is in every book of every year; with a name beside it is one.
        if !people.is_empty() {
            self.first.push(Step::Strict);
        }
        if !self.numbers.is_empty() {
            self.first.push(Step::Numbers);
        }
        if people.is_empty() {
            self.first.push(Step::Context);
        } else {
            self.first.extend([Step::OneOff, Step::EachContext]);
            if people.len() > 1 {
                self.first.push(Step::EachPerson);
            }
            self.first.extend(people.clone().map(Step::NearInContext));
            self.first.push(Step::Names);
            for at in people.clone() {
                self.first.extend([Step::Near(at), Step::Parts(at)]);
            }
            self.first.extend(people.clone().map(Step::AllNear));
        }
        self.last.extend(people.map(Step::AnyPart));
        self.last.push(Step::DamagedNumbers);
    }

    /// What is known beside the number: all of it, then each.
    fn by_context(&self) -> Vec<Conjunction> {
        let mut stage = vec![joined(&[&self.context])];
        if self.numbers.is_empty() {
            stage.extend(self.context.iter().map(|&clause| vec![clause]));
        }
        stage
    }
}

/// All kinds of the index that are meant, as one clause.
fn kinds(reading: &Reading, lexicon: &Lexicon) -> Option<Clause> {
    let words = &IndexDefinitions::get().query.kind;
    let wanted: Vec<_> =
        reading.kinds.iter().filter_map(|&kind| words.get(kind)).collect();
    let meant = |kind: &&String| {
        wanted.iter().any(|of| of.kinds.iter().any(|pattern| pattern.matches(kind)))
    };
    let kinds = lexicon.kinds().iter().filter(meant).cloned();
    (!wanted.is_empty()).then(|| Clause::any(Slot::Kind, kinds))
}

/// Events in these years, as far as the index has any: a range may be open, and the centuries
/// of which there is nothing are not asked for.
pub(super) fn years(from: u16, to: u16, lexicon: &Lexicon) -> Clause {
    let held = lexicon.years(from, to);
    if held.is_empty() {
        return Clause::one(Slot::Year, NO_TERM);
    }
    Clause::any(Slot::Year, held.iter().map(u16::to_string))
}

fn place(wish: &PlaceWish) -> Clause {
    let entities = wish.entities.iter().map(|related| related.entity.to_owned());
    let words = wish.words.windows(2).take(1).map(|two| two.join(" "));
    Clause::any(Slot::Place, entities.chain(words))
}

/// The year in which somebody was born, where one is said.
fn year_of_birth(reading: &Reading) -> Option<&YearWish> {
    reading.years.iter().find(|wish| {
        matches!(wish.event, Event::Any | Event::Born) && wish.to - wish.from < 3
    })
}

/// Given name and year of birth of one person, the year at most `off` years away.
fn born(reading: &Reading, off: u16) -> Option<Clause> {
    let year = year_of_birth(reading)?;
    let wish = reading.people.first()?;
    let given = names::capped(&wish.syllables).iter().flat_map(names::forms);
    let years = year.from.saturating_sub(off)..=year.to.saturating_add(off);
    let terms = given
        .flat_map(|form| years.clone().map(move |year| born_term(&form.folded, year)));
    Some(Clause::any(Slot::Born, terms))
}

fn born_about(reading: &Reading) -> Option<Clause> {
    born(reading, YEARS_OFF)
}

/// The place of a reading as typed, and its years (or that of a date), each with its clause.
/// Filters come first.
#[allow(clippy::type_complexity, reason = "two pairs that are taken apart at once")]
pub(super) fn place_and_years(
    query: &Query,
    reading: &Reading,
    lexicon: &Lexicon,
) -> (Option<(String, Clause)>, Option<(u16, u16, Clause)>) {
    let place = match &query.filters.unit {
        Some(code) => Some((code.clone(), unit(code))),
        None => reading.places.first().map(|wish| {
            let chip = reading.chips.iter().find(|chip| chip.kind == ChipKind::Place);
            let text =
                chip.map_or_else(|| wish.words.join(" "), |chip| chip.text.clone());
            (text, place(wish))
        }),
    };
    let of_years = reading.years.first().map(|wish| (wish.from, wish.to));
    let of_days = reading.days.first().map(|wish| (wish.day.year, wish.day.year));
    let asked = query.filters.years.or(of_years).or(of_days);
    (place, asked.map(|(from, to)| (from, to, years(from, to, lexicon))))
}

/// The records of a unit, by its code or its name, and of what went into it.
fn unit(written: &str) -> Clause {
    let gazetteer = Gazetteer::get();
    let is_code = written.chars().all(|letter| letter.is_ascii_digit());
    let of_unit = if is_code {
        gazetteer.entities_of_code(written).to_vec()
    } else {
        units_named(written)
    };
    let mut entities = Vec::new();
    for entity in of_unit {
        entities.push(entity.to_owned());
        let before = gazetteer.predecessors(entity);
        entities.extend(before.into_iter().map(str::to_owned));
    }
    if entities.is_empty() {
        // A unit that nobody knows has no records, which is not the same as no filter.
        entities.push(NO_TERM.to_owned());
    }
    Clause::any(Slot::Place, entities)
}

/// The units of a name, then and now: `Na Ư`, `xã Na Ư`, or `xã Na Ư, huyện Điện Biên` where
/// several bear it.
fn units_named(written: &str) -> Vec<&'static str> {
    let gazetteer = Gazetteer::get();
    let mut parts = written.split([',', ';']).map(str::trim);
    let name = parts.next().unwrap_or_default();
    let mut units: Vec<&str> = Vec::new();
    for unit in gazetteer.find(name, None, None) {
        if !units.contains(&unit.entity) {
            units.push(unit.entity);
        }
    }
    for above in parts.filter(|part| !part.is_empty()) {
        let above = gazetteer.find(above, None, None);
        let lies =
            |unit: &&str| above.iter().any(|one| gazetteer.lies_in(unit, one.entity));
        units.retain(lies);
    }
    units
}

/// What is filtered by the marks of a record.
fn marks(filters: &Filters) -> Vec<Clause> {
    let mut all = Vec::new();
    if let Some(entity) = &filters.then {
        all.push(Clause::one(Slot::Mark, unit_term(entity)));
    }
    if let Some(entity) = &filters.today {
        let before = Gazetteer::get().predecessors(entity);
        let units = std::iter::once(entity.as_str()).chain(before);
        all.push(Clause::any(Slot::Mark, units.map(unit_term)));
    }
    if let Some(decade) = filters.decade {
        all.push(Clause::one(Slot::Mark, decade_term(decade)));
    }
    if let Some(state) = filters.state {
        all.push(Clause::one(Slot::Mark, state_term(state)));
    }
    if let Some(has_findings) = filters.findings {
        all.push(Clause::one(Slot::Mark, findings_term(has_findings)));
    }
    all
}

/// All clauses of all parts, ascending, each once.
fn joined(parts: &[&[ClauseId]]) -> Conjunction {
    let mut all: Conjunction = parts.iter().copied().flatten().copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}
