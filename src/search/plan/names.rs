//! Conjunctions around names.

use std::rc::Rc;

use super::{Conjunction, Plan, joined};
use crate::search::analysis::Syllable;
use crate::search::postings::{Clause, ClauseId};
use crate::search::query::{PersonWish, Typed};
use crate::search::terms::{Slot, pair_term};

/// Most syllables of one name that are combined; the rest is only compared.
const MAX_SYLLABLES: usize = 8;

/// Syllables of a name from which on it may as well be two people's.
const TWO_PEOPLE: usize = 4;

impl Plan<'_> {
    /// Everything at once; then without what clerks get wrong.
    pub(super) fn strict(&mut self, number: usize) -> Vec<Conjunction> {
        let names = self.names_of_all(number);
        let marked = self.marked(number, &names);
        let Some(asked) = self.readings.get(number) else { return Vec::new() };
        let (born, numbers) = (asked.born, asked.all_numbers());
        let (context, without_years) =
            (asked.context.clone(), asked.without_years.clone());
        let people = &asked.reading.people;
        let mut stage = Vec::new();
        for names in [&marked, &names] {
            if let Some(born) = born {
                stage.push(joined(&[names, &[born], &without_years]));
            }
            stage.push(joined(&[names, &context, &numbers]));
        }
        // `kết hôn A B xã C`: nothing parts the names of a couple.
        if let [wish] = people.as_slice()
            && wish.syllables.len() >= TWO_PEOPLE
            && wish.role.is_none()
        {
            for names in self.two_people(wish) {
                stage.push(joined(&[&names, &context, &numbers]));
            }
        }
        stage
    }

    pub(super) fn with_each_context(&mut self, number: usize) -> Vec<Conjunction> {
        let names = self.names_of_all(number);
        let Some(asked) = self.readings.get(number) else { return Vec::new() };
        let mut stage = Vec::new();
        for born in [asked.born, asked.about_born].into_iter().flatten() {
            stage.push(joined(&[&names, &[born]]));
        }
        stage.extend(asked.narrowing().map(|one| joined(&[&names, &one])));
        stage
    }

    /// The names with nothing beside them, as they were typed and without accents.
    pub(super) fn only_names(&mut self, number: usize) -> Vec<Conjunction> {
        let names = self.names_of_all(number);
        vec![self.marked(number, &names), names]
    }

    /// The names of all people of a reading.
    pub(super) fn names_of_all(&mut self, number: usize) -> Conjunction {
        let Some(asked) = self.readings.get(number) else { return Vec::new() };
        let people = asked.reading.people.iter();
        let all: Vec<Conjunction> =
            people.map(|wish| self.names(&wish.syllables)).collect();
        joined(&all.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    /// The names, with the accents that were typed.
    fn marked(&mut self, number: usize, names: &[ClauseId]) -> Conjunction {
        let Some(asked) = self.readings.get(number) else { return Vec::new() };
        let mut marked = Vec::new();
        let typed = asked.reading.people.iter().flat_map(|wish| capped(&wish.syllables));
        for syllable in typed.filter(|syllable| syllable.form.has_marks()) {
            let clause = Clause::one(Slot::Marked, syllable.form.canonical.clone());
            marked.extend(self.clauses.put(clause));
        }
        joined(&[names, &marked])
    }

    pub(super) fn names(&mut self, syllables: &[Typed]) -> Conjunction {
        let clauses = names(syllables).into_iter();
        let ids: Vec<ClauseId> =
            clauses.filter_map(|clause| self.clauses.put(clause)).collect();
        joined(&[&ids])
    }

    pub(super) fn each_person(&mut self, number: usize) -> Vec<Conjunction> {
        let Some(asked) = self.readings.get(number) else { return Vec::new() };
        let (people, context) = (&asked.reading.people, asked.context.clone());
        let alone: Vec<Conjunction> =
            people.iter().map(|wish| self.names(&wish.syllables)).collect();
        let mut stage: Vec<Conjunction> =
            alone.iter().map(|names| joined(&[names, &context])).collect();
        stage.extend(alone);
        stage
    }

    /// A syllable too many was typed, or one was read that is not there.
    pub(super) fn one_missing(
        &mut self,
        number: usize,
        wish: &PersonWish,
        in_context: bool,
    ) -> Vec<Conjunction> {
        let mut stage = Vec::new();
        for names in self.with_one_missing(wish) {
            self.put_in_context(number, &mut stage, &names, in_context);
        }
        stage
    }

    /// One syllable is misread, mistyped or spelled by ear.
    pub(super) fn one_near(
        &mut self,
        number: usize,
        wish: &PersonWish,
        in_context: bool,
    ) -> Vec<Conjunction> {
        let mut stage = Vec::new();
        for (_, names) in self.with_one_near(wish) {
            self.put_in_context(number, &mut stage, &names, in_context);
        }
        stage
    }

    /// Every syllable is itself or near: several are misread.
    pub(super) fn all_near(&mut self, wish: &PersonWish) -> Vec<Conjunction> {
        let mut all = Vec::new();
        for syllable in capped(&wish.syllables) {
            let clause = self.itself_or_near(syllable);
            all.extend(self.clauses.put(clause));
        }
        vec![joined(&[&all])]
    }

    fn itself_or_near(&mut self, syllable: &Typed) -> Clause {
        let near = self.near(syllable);
        let exact = forms(syllable).map(|form| form.folded.clone());
        Clause::any(Slot::Name, exact.chain(near.iter().cloned()))
    }

    pub(super) fn near(&mut self, syllable: &Typed) -> Rc<Vec<String>> {
        let key = &syllable.form.verbatim;
        if let Some(known) = self.near.get(key) {
            return Rc::clone(known);
        }
        let lexicon = self.lexicon;
        let near = forms(syllable).flat_map(|form| lexicon.near(form));
        let near = Rc::new(near.map(str::to_owned).collect());
        self.near.insert(key.clone(), Rc::clone(&near));
        near
    }

    /// With each thing that narrows, or with nothing.
    fn put_in_context(
        &self,
        number: usize,
        stage: &mut Vec<Conjunction>,
        names: &[ClauseId],
        in_context: bool,
    ) {
        if !in_context {
            stage.push(names.to_vec());
            return;
        }
        let Some(asked) = self.readings.get(number) else { return };
        let is_kind = |id: ClauseId| {
            self.clauses.get(id).is_some_and(|clause| clause.slot == Slot::Kind)
        };
        for one in asked.narrowing() {
            if !one.iter().any(|&id| is_kind(id)) {
                stage.push(joined(&[names, &one]));
            }
        }
    }

    /// The words are the names of two people.
    pub(super) fn two_people(&mut self, wish: &PersonWish) -> Vec<Conjunction> {
        let syllables = capped(&wish.syllables);
        let mut stage = Vec::new();
        for at in 1..syllables.len() {
            let (left, right) = syllables.split_at(at);
            // A single syllable of each says too little.
            if left.len() + right.len() > 2 {
                let (left, right) = (self.names(left), self.names(right));
                stage.push(joined(&[&left, &right]));
            }
        }
        stage
    }

    /// Two syllables of the name, or one in its context.
    pub(super) fn any_part(
        &mut self,
        number: usize,
        wish: &PersonWish,
    ) -> Vec<Conjunction> {
        let syllables = capped(&wish.syllables);
        let mut stage = Vec::new();
        for (at, one) in syllables.iter().enumerate() {
            for other in syllables.iter().skip(at + 1) {
                let Some(pair) = self.clauses.put(pair(one, other)) else { continue };
                self.put_in_context(number, &mut stage, &[pair], true);
                stage.push(vec![pair]);
            }
        }
        for syllable in syllables {
            let terms = forms(syllable).map(|form| form.folded.clone());
            let exact = self.clauses.put(Clause::any(Slot::Name, terms));
            let near = self.itself_or_near(syllable);
            let near = self.clauses.put(near);
            for clause in exact.into_iter().chain(near) {
                self.put_in_context(number, &mut stage, &[clause], true);
            }
            if let (1, Some(near)) = (syllables.len(), near) {
                stage.push(vec![near]);
            }
        }
        stage
    }
}

/// The first syllables, as many as are combined.
pub(super) fn capped(syllables: &[Typed]) -> &[Typed] {
    syllables.get(..MAX_SYLLABLES).unwrap_or(syllables)
}

pub(super) fn but(syllables: &[Typed], left_out: usize) -> Vec<Typed> {
    let kept = syllables.iter().enumerate().filter(|(at, _)| *at != left_out);
    kept.map(|(_, syllable)| syllable.clone()).collect()
}

/// The forms a typed syllable may stand for.
pub(super) fn forms(typed: &Typed) -> impl Iterator<Item = &Syllable> {
    std::iter::once(&typed.form).chain(&typed.telex)
}

fn pair(one: &Typed, other: &Typed) -> Clause {
    let terms = forms(one).flat_map(|first| {
        forms(other).map(|second| pair_term(&first.folded, &second.folded))
    });
    Clause::any(Slot::Pair, terms)
}

/// All syllables in one person's name. Cut ones (`Ng.`) are only compared.
pub(in crate::search) fn names(syllables: &[Typed]) -> Vec<Clause> {
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
