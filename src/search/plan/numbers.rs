//! Conjunctions around numbers.

use super::{Asked, Conjunction, Plan, joined};
use crate::config::index::NumberClass;
use crate::search::numbers::parts;
use crate::search::postings::Clause;
use crate::search::query::NumberWish;
use crate::search::terms::{Slot, class_letter, number_terms};

impl Asked<'_> {
    pub(super) fn by_numbers(&self) -> Vec<Conjunction> {
        let numbers = self.all_numbers();
        let mut stage = vec![joined(&[&numbers, &self.context])];
        for &clause in &self.context {
            stage.push(joined(&[&numbers, &[clause]]));
        }
        stage.push(numbers);
        for number in &self.numbers {
            stage.push(joined(&[number, &self.context]));
            for &clause in &self.context {
                stage.push(joined(&[number, &[clause]]));
            }
        }
        stage.extend(self.numbers.iter().cloned());
        stage
    }

    /// Every strong number.
    pub(super) fn all_numbers(&self) -> Conjunction {
        joined(&self.numbers.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    /// What narrows, one by one: what is known beside the names, and the numbers.
    pub(super) fn narrowing(&self) -> impl Iterator<Item = Conjunction> {
        let context = self.context.iter().map(|&clause| vec![clause]);
        context.chain(self.numbers.iter().cloned())
    }
}

impl Plan<'_> {
    /// A part of a long number is right.
    pub(super) fn by_damaged_numbers(&mut self, number: usize) -> Vec<Conjunction> {
        let mut stage = Vec::new();
        let Some(asked) = self.readings.get(number) else { return stage };
        for wish in &asked.reading.numbers {
            for (class, value) in &wish.may_be {
                if !matches!(class, NumberClass::Identity | NumberClass::Serial) {
                    continue;
                }
                let letter = class_letter(*class);
                for (mark, part) in parts(value) {
                    let term = format!("{letter}{mark}{part}");
                    let part = Clause::one(Slot::Number, term);
                    let Some(part) = self.clauses.put(part) else { continue };
                    stage.push(joined(&[&[part], &asked.context]));
                    stage.push(vec![part]);
                }
            }
        }
        stage
    }
}

/// The ways in which a number may stand in the index; all of the clauses must be satisfied.
pub(super) fn clauses(wish: &NumberWish) -> Vec<Clause> {
    if let [(class, value)] = wish.may_be.as_slice()
        && matches!(class, NumberClass::Identity | NumberClass::Serial)
    {
        let terms = number_terms(*class, value).into_iter();
        return terms.map(|term| Clause::one(Slot::Number, term)).collect();
    }
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
    vec![Clause::any(Slot::Number, terms)]
}
