//! Which conjunctions of postings are tried for a query, from the strict to the lax.

use super::analysis::Syllable;
use super::lexicon::Lexicon;
use super::numbers::parts;
use super::postings::Clause;
use super::query::{NumberWish, PersonWish, PlaceWish, Query, Reading, Typed};
use super::terms::{Slot, class_letter, pair_term};
use crate::config::gazetteer::Gazetteer;
use crate::config::index::{Event, IndexDefinitions, NumberClass};

/// Most years of a range that are asked for one by one.
const MAX_YEARS: u16 = 120;

/// Most syllables of one name that are combined; the rest is only compared.
const MAX_SYLLABLES: usize = 8;

/// Conjunctions that are tried together; the search may end after each stage.
pub(super) type Stage = Vec<Vec<Clause>>;

/// Clauses that every record must satisfy, whatever the words: the filters.
pub(super) fn filters(query: &Query) -> Vec<Clause> {
    let filters = &query.filters;
    let mut clauses = Vec::new();
    if let Some(kind) = &filters.kind {
        clauses.push(Clause::one(Slot::Kind, kind));
    }
    if let Some((from, to)) = filters.years {
        clauses.push(years(from, to));
    }
    if let Some(code) = &filters.unit {
        let gazetteer = Gazetteer::get();
        let mut entities = Vec::new();
        for entity in gazetteer.entities_of_code(code) {
            entities.push((*entity).to_owned());
            let before = gazetteer.predecessors(entity).into_iter().map(str::to_owned);
            entities.extend(before);
        }
        clauses.push(Clause::any(Slot::Place, entities));
    }
    if let Some(collection) = &filters.collection {
        clauses.push(Clause::one(Slot::Collection, collection));
    }
    clauses
}

/// The stages of a query: those of its readings side by side, the likeliest first.
///
/// The second list is for a query that the first has not answered: parts of names and of
/// numbers.
pub(super) fn stages(query: &Query, lexicon: &Lexicon) -> (Vec<Stage>, Vec<Stage>) {
    let (mut first, mut last) = (Vec::new(), Vec::new());
    for reading in &query.readings {
        let planner = Planner::new(reading, lexicon);
        side_by_side(&mut first, planner.stages());
        side_by_side(&mut last, planner.last_stages());
    }
    (first, last)
}

/// Adds the stages of a reading to those of the readings before it, each conjunction once.
fn side_by_side(all: &mut Vec<Stage>, stages: Vec<Stage>) {
    for (at, stage) in stages.into_iter().enumerate() {
        match all.get_mut(at) {
            Some(together) => together.extend(stage),
            None => all.push(stage),
        }
    }
    for stage in all {
        let mut unique: Stage = Vec::new();
        for conjunction in stage.drain(..) {
            if !conjunction.is_empty() && !unique.contains(&conjunction) {
                unique.push(conjunction);
            }
        }
        *stage = unique;
    }
}

fn years(from: u16, to: u16) -> Clause {
    let last = to.min(from.saturating_add(MAX_YEARS));
    Clause::any(Slot::Year, (from..=last).map(|year| year.to_string()))
}

/// What one reading asks for, as clauses.
struct Planner<'r> {
    reading: &'r Reading,
    lexicon: &'r Lexicon,
    /// Years, dates, places, kinds and numbers, the most telling first.
    context: Vec<Clause>,
    /// The strong numbers: identity, serial, register, document, parcel and sheet.
    numbers: Vec<Clause>,
}

impl<'r> Planner<'r> {
    fn new(reading: &'r Reading, lexicon: &'r Lexicon) -> Self {
        let mut context = Vec::new();
        let numbers: Vec<Clause> = reading.numbers.iter().map(number).collect();
        for wish in &reading.days {
            let date = wish.day.packed().to_string();
            context.push(Clause::one(Slot::Date, date));
        }
        context.extend(reading.places.iter().map(place));
        for wish in &reading.years {
            context.push(years(wish.from, wish.to));
        }
        let mut planner = Self { reading, lexicon, context, numbers };
        let kinds = planner.kinds();
        planner.context.extend(kinds);
        planner.context.retain(|clause| !clause.terms.is_empty());
        planner.numbers.retain(|clause| !clause.terms.is_empty());
        planner
    }

    /// All kinds of the index that are meant, as one clause.
    fn kinds(&self) -> Option<Clause> {
        let words = &IndexDefinitions::get().query.kind;
        let wanted: Vec<_> =
            self.reading.kinds.iter().filter_map(|&kind| words.get(kind)).collect();
        let meant = |kind: &&String| {
            wanted.iter().any(|of| of.kinds.iter().any(|pattern| pattern.matches(kind)))
        };
        let kinds = self.lexicon.kinds().iter().filter(meant).cloned();
        (!wanted.is_empty()).then(|| Clause::any(Slot::Kind, kinds))
    }

    fn stages(&self) -> Vec<Stage> {
        let mut stages = Vec::new();
        if !self.numbers.is_empty() {
            stages.push(self.by_numbers());
        }
        if self.reading.people.is_empty() {
            stages.push(self.by_context());
            return stages;
        }
        let names: Vec<Clause> =
            self.reading.people.iter().flat_map(|wish| names(&wish.syllables)).collect();
        stages.push(self.strict(&names));
        stages.push(self.with_each_context(&names));
        stages.push(self.each_person());
        for wish in &self.reading.people {
            let mut few = self.one_missing(wish, true);
            few.extend(self.one_near(wish, true));
            stages.push(few);
        }
        for wish in &self.reading.people {
            stages.push(self.one_near(wish, false));
            let mut parts = self.one_missing(wish, false);
            parts.extend(Self::two_people(wish));
            stages.push(parts);
        }
        for wish in &self.reading.people {
            stages.push(self.all_near(wish));
        }
        stages
    }

    fn last_stages(&self) -> Vec<Stage> {
        let mut stages = Vec::new();
        for wish in &self.reading.people {
            stages.push(self.any_part(wish));
        }
        stages.push(self.by_damaged_numbers());
        stages
    }

    /// Everything at once; then without what clerks get wrong.
    fn strict(&self, names: &[Clause]) -> Stage {
        let mut marked = names.to_vec();
        let typed = self.reading.people.iter().flat_map(|wish| &wish.syllables);
        for syllable in typed.filter(|syllable| syllable.form.has_marks()) {
            marked.push(Clause::one(Slot::Marked, syllable.form.canonical.clone()));
        }
        let mut stage = Vec::new();
        for names in [&marked[..], names] {
            if let Some(born) = self.born() {
                stage.push(joined(&[names, &[born], &self.without_years()]));
            }
            stage.push(joined(&[names, &self.context, &self.numbers]));
        }
        stage
    }

    fn with_each_context(&self, names: &[Clause]) -> Stage {
        let mut stage: Stage = Vec::new();
        if let Some(born) = self.born() {
            stage.push(joined(&[names, &[born]]));
        }
        for clause in self.context.iter().chain(&self.numbers) {
            stage.push(joined(&[names, std::slice::from_ref(clause)]));
        }
        let mut marked = names.to_vec();
        let typed = self.reading.people.iter().flat_map(|wish| &wish.syllables);
        for syllable in typed.filter(|syllable| syllable.form.has_marks()) {
            marked.push(Clause::one(Slot::Marked, syllable.form.canonical.clone()));
        }
        stage.push(marked);
        stage.push(names.to_vec());
        stage
    }

    /// Given name and year of birth of one person.
    fn born(&self) -> Option<Clause> {
        let year = self.reading.years.iter().find(|wish| {
            matches!(wish.event, Event::Any | Event::Born) && wish.to - wish.from < 3
        })?;
        let wish = self.reading.people.first()?;
        let given = wish.syllables.iter().flat_map(forms);
        let terms = given.flat_map(|form| {
            (year.from..=year.to).map(move |year| format!("{}{year}", form.folded))
        });
        Some(Clause::any(Slot::Born, terms))
    }

    fn without_years(&self) -> Vec<Clause> {
        self.context.iter().filter(|clause| clause.slot != Slot::Year).cloned().collect()
    }

    fn each_person(&self) -> Stage {
        if self.reading.people.len() < 2 {
            return Vec::new();
        }
        let mut stage = Vec::new();
        for wish in &self.reading.people {
            let names = names(&wish.syllables);
            stage.push(joined(&[&names, &self.context]));
        }
        stage.extend(self.reading.people.iter().map(|wish| names(&wish.syllables)));
        stage
    }

    /// A syllable too many was typed, or one was read that is not there.
    fn one_missing(&self, wish: &PersonWish, in_context: bool) -> Stage {
        let syllables = capped(&wish.syllables);
        if syllables.len() < 3 {
            return Vec::new();
        }
        let mut stage = Vec::new();
        for left_out in 0..syllables.len() {
            let kept: Vec<Typed> = syllables
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != left_out)
                .map(|(_, syllable)| syllable.clone())
                .collect();
            self.put_in_context(&mut stage, &names(&kept), in_context);
        }
        stage
    }

    /// One syllable is misread, mistyped or spelled by ear.
    fn one_near(&self, wish: &PersonWish, in_context: bool) -> Stage {
        let syllables = capped(&wish.syllables);
        let mut stage = Vec::new();
        for (at, syllable) in syllables.iter().enumerate() {
            let near = self.near(syllable);
            if near.is_empty() {
                continue;
            }
            let rest: Vec<Typed> = syllables
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != at)
                .map(|(_, syllable)| syllable.clone())
                .collect();
            let mut clauses = names(&rest);
            let neighbour =
                if at == 0 { syllables.get(1) } else { syllables.get(at - 1) };
            match neighbour {
                Some(neighbour) => {
                    let pairs = near.iter().flat_map(|near| {
                        forms(neighbour).map(move |form| pair_term(near, &form.folded))
                    });
                    if rest.len() == 1 {
                        clauses.clear();
                    }
                    clauses.push(Clause::any(Slot::Pair, pairs));
                }
                None => clauses.push(Clause::any(Slot::Name, near)),
            }
            self.put_in_context(&mut stage, &clauses, in_context);
        }
        stage
    }

    /// Every syllable is itself or near: several are misread.
    fn all_near(&self, wish: &PersonWish) -> Stage {
        let clauses = capped(&wish.syllables).iter().map(|syllable| {
            let exact = forms(syllable).map(|form| form.folded.clone());
            Clause::any(Slot::Name, exact.chain(self.near(syllable)))
        });
        vec![clauses.collect()]
    }

    fn near(&self, syllable: &Typed) -> Vec<String> {
        forms(syllable)
            .flat_map(|form| self.lexicon.near(form))
            .map(str::to_owned)
            .collect()
    }

    /// With each thing that narrows, or with nothing.
    fn put_in_context(&self, stage: &mut Stage, names: &[Clause], in_context: bool) {
        if !in_context {
            stage.push(names.to_vec());
            return;
        }
        for clause in self.context.iter().chain(&self.numbers) {
            if clause.slot != Slot::Kind {
                stage.push(joined(&[names, std::slice::from_ref(clause)]));
            }
        }
    }

    /// The words are the names of two people.
    fn two_people(wish: &PersonWish) -> Stage {
        let syllables = capped(&wish.syllables);
        let mut stage = Vec::new();
        for at in 1..syllables.len() {
            let (left, right) = syllables.split_at(at);
            // A single syllable of each says too little.
            if left.len() + right.len() > 2 {
                stage.push(joined(&[&names(left), &names(right)]));
            }
        }
        stage
    }

    /// Two syllables of the name, or one in its context.
    fn any_part(&self, wish: &PersonWish) -> Stage {
        let syllables = capped(&wish.syllables);
        let mut stage = Vec::new();
        for (at, one) in syllables.iter().enumerate() {
            for other in syllables.iter().skip(at + 1) {
                let pair = vec![pair(one, other)];
                self.put_in_context(&mut stage, &pair, true);
                stage.push(pair);
            }
        }
        for syllable in syllables {
            let mut terms: Vec<String> =
                forms(syllable).map(|f| f.folded.clone()).collect();
            let exact = vec![Clause::any(Slot::Name, terms.clone())];
            self.put_in_context(&mut stage, &exact, true);
            terms.extend(self.near(syllable));
            let near = vec![Clause::any(Slot::Name, terms)];
            self.put_in_context(&mut stage, &near, true);
            if syllables.len() == 1 {
                stage.push(near);
            }
        }
        stage
    }

    fn by_numbers(&self) -> Stage {
        let mut stage = vec![joined(&[&self.numbers, &self.context])];
        for clause in &self.context {
            stage.push(joined(&[&self.numbers, std::slice::from_ref(clause)]));
        }
        stage.push(self.numbers.clone());
        for number in &self.numbers {
            stage.push(joined(&[std::slice::from_ref(number), &self.context]));
            for clause in &self.context {
                stage.push(vec![number.clone(), clause.clone()]);
            }
        }
        stage.extend(self.numbers.iter().map(|number| vec![number.clone()]));
        stage
    }

    /// What is known beside the number: all of it, then each.
    fn by_context(&self) -> Stage {
        let mut stage = vec![self.context.clone()];
        if self.numbers.is_empty() {
            stage.extend(self.context.iter().map(|clause| vec![clause.clone()]));
        }
        stage
    }

    /// A part of a long number is right.
    fn by_damaged_numbers(&self) -> Stage {
        let mut stage = Vec::new();
        for wish in &self.reading.numbers {
            for (class, value) in &wish.may_be {
                if !matches!(class, NumberClass::Identity | NumberClass::Serial) {
                    continue;
                }
                let letter = class_letter(*class);
                for part in parts(value) {
                    let part = Clause::one(Slot::Number, format!("{letter}{part}"));
                    stage.push(joined(&[std::slice::from_ref(&part), &self.context]));
                    stage.push(vec![part]);
                }
            }
        }
        stage
    }
}

fn joined(parts: &[&[Clause]]) -> Vec<Clause> {
    let mut all: Vec<Clause> = Vec::new();
    for clause in parts.iter().copied().flatten() {
        if !all.contains(clause) {
            all.push(clause.clone());
        }
    }
    all
}

fn capped(syllables: &[Typed]) -> &[Typed] {
    syllables.get(..MAX_SYLLABLES).unwrap_or(syllables)
}

/// The forms a typed syllable may stand for.
fn forms(typed: &Typed) -> impl Iterator<Item = &Syllable> {
    std::iter::once(&typed.form).chain(&typed.telex)
}

fn pair(one: &Typed, other: &Typed) -> Clause {
    let terms = forms(one).flat_map(|first| {
        forms(other).map(|second| pair_term(&first.folded, &second.folded))
    });
    Clause::any(Slot::Pair, terms)
}

/// All syllables in one person's name. Cut ones (`Ng.`) are only compared.
fn names(syllables: &[Typed]) -> Vec<Clause> {
    let whole: Vec<&Typed> =
        capped(syllables).iter().filter(|syllable| !syllable.cut).collect();
    if let [only] = whole.as_slice() {
        let terms = forms(only).map(|form| form.folded.clone());
        return vec![Clause::any(Slot::Name, terms)];
    }
    let mut clauses: Vec<Clause> = Vec::new();
    for two in whole.windows(2) {
        if let [one, other] = two {
            clauses.push(pair(one, other));
        }
    }
    if let [first, _, .., last] = whole.as_slice() {
        clauses.push(pair(first, last));
    }
    clauses
}

fn place(wish: &PlaceWish) -> Clause {
    let entities = wish.entities.iter().map(|related| related.entity.to_owned());
    let words = wish.words.windows(2).take(1).map(|two| two.join(" "));
    Clause::any(Slot::Place, entities.chain(words))
}

fn number(wish: &NumberWish) -> Clause {
    let terms = wish.may_be.iter().map(|(class, value)| {
        let letter = class_letter(*class);
        let ordinal = matches!(class, NumberClass::Register | NumberClass::Book);
        // An ordinal alone is that of any year.
        let open = if ordinal && !value.contains('/') { "/" } else { "" };
        format!("{letter}{value}{open}")
    });
    let mut terms: Vec<String> = terms.collect();
    // `27/2015` may be written as 27 with the year elsewhere.
    for (class, value) in &wish.may_be {
        if let (NumberClass::Register, Some((ordinal, _))) =
            (class, value.split_once('/'))
        {
            terms.push(format!("{}{ordinal}", class_letter(*class)));
        }
    }
    Clause::any(Slot::Number, terms)
}
