//! Conjunctions around numbers.

use super::{Asked, Conjunction, Plan, joined};
use crate::config::index::NumberClass;
use crate::search::numbers::parts;
use crate::search::postings::Clause;
use crate::search::query::NumberWish;
use crate::search::terms::{Slot, class_letter};

impl Asked<'_> {
    pub(super) fn by_numbers(&self) -> Vec<Conjunction> {
        let mut stage = vec![joined(&[&self.numbers, &self.context])];
        for &clause in &self.context {
            stage.push(joined(&[&self.numbers, &[clause]]));
        }
        stage.push(joined(&[&self.numbers]));
        for &number in &self.numbers {
            stage.push(joined(&[&[number], &self.context]));
            for &clause in &self.context {
                stage.push(joined(&[&[number, clause]]));
            }
        }
        stage.extend(self.numbers.iter().map(|&number| vec![number]));
        stage
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
                for part in parts(value) {
                    let part = Clause::one(Slot::Number, format!("{letter}{part}"));
                    let Some(part) = self.clauses.put(part) else { continue };
                    stage.push(joined(&[&[part], &asked.context]));
                    stage.push(vec![part]);
                }
            }
        }
        stage
    }
}

/// The ways in which a number may stand in the index.
pub(super) fn clause(wish: &NumberWish) -> Clause {
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
