//! The comparisons that rules can ask for.

use std::cmp::Ordering;

use crate::model::{Record, canonical_tone};

use super::super::normal::{CalendarDate, date_from_words};
use super::identity::Identifier;
use super::rule::Check;
use super::{amount, period, value};

/// What a comparison says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// A field is missing or does not say enough.
    Unknown,
    /// The fields go together.
    Agrees,
    /// They do not; these are the fields concerned.
    Against(Vec<String>),
}

impl Check {
    /// Compares the fields of `record`.
    pub(super) fn verdict(&self, record: &Record) -> Verdict {
        let Some((agrees, fields)) = self.compared(record) else {
            return Verdict::Unknown;
        };
        if agrees {
            return Verdict::Agrees;
        }
        Verdict::Against(fields.into_iter().cloned().collect())
    }

    /// Whether the fields differ in a part of a date of which no reading makes a doubt: `1992`
    /// of `14/77/1992` is sure, whatever its month is.
    pub(super) fn differs_where_sure(&self, record: &Record) -> bool {
        let Self::DateWords { digits, words } = self else { return false };
        let differs = || {
            let said = date_from_words(value(record, words)?)?;
            let field = record.fields.get(digits)?;
            let read = CalendarDate::from_iso(field.value.as_deref()?)?;
            let others = field.alternatives.iter().map(|it| CalendarDate::from_iso(it));
            let others = others.collect::<Option<Vec<CalendarDate>>>()?;
            let is_sure = |same: fn(&CalendarDate, &CalendarDate) -> bool| {
                !same(&read, &said) && others.iter().all(|other| same(other, &read))
            };
            let doubts_another = others.iter().any(|other| *other != read);
            let differs = is_sure(|a, b| a.year == b.year)
                || is_sure(|a, b| a.month == b.month)
                || is_sure(|a, b| a.day == b.day);
            Some(doubts_another && differs)
        };
        differs().unwrap_or_default()
    }

    /// Whether the fields go together, and which they are; `None` where that is not known.
    fn compared(&self, record: &Record) -> Option<(bool, Vec<&String>)> {
        let text = |name: &str| value(record, name);
        let day = |name: &str| text(name).and_then(CalendarDate::from_iso);
        Some(match self {
            Self::Order { first, then } => {
                (period::order(day(first)?, day(then)?)?.is_le(), vec![first, then])
            }
            Self::Age { born, at, least, most } => {
                let (fewest, highest) = period::full_years(day(born)?, day(at)?);
                let enough = least.is_none_or(|least| highest >= i32::from(least));
                let allowed = most.is_none_or(|most| fewest <= i32::from(most));
                (enough && allowed, vec![born, at])
            }
            Self::Within { field, least, most } => {
                let number: u32 = text(field)?.parse().ok()?;
                ((*least..=*most).contains(&number), vec![field])
            }
            Self::Period { field, from, until } => {
                (lies_in(day(field)?, from.as_deref(), until.as_deref()), vec![field])
            }
            Self::DateWords { digits, words } => {
                let said = date_from_words(text(words)?)?;
                (same_date(day(digits)?, said), vec![digits, words])
            }
            Self::NumberWords { digits, words } => {
                let said = amount::in_words(text(words)?)?;
                (amount::equal(text(digits)?.parse().ok()?, said), vec![digits, words])
            }
            Self::Parts { text: parts, total, tolerance } => {
                let areas = amount::areas_in(&record.fields.get(parts)?.text);
                let total_area: f64 = text(total)?.parse().ok()?;
                if areas.is_empty() {
                    return None;
                }
                let sum: f64 = areas.iter().sum();
                ((sum - total_area).abs() <= *tolerance, vec![parts, total])
            }
            Self::YearOf { number, date, latest } => {
                let year: u16 = text(number)?.rsplit('/').next()?.parse().ok()?;
                let of_date = day(date)?.year;
                (year == of_date || (*latest && year < of_date), vec![number, date])
            }
            Self::IdSex { id, sex, is } => {
                let said = Identifier::of(text(id)?)?.sex();
                let known = match sex {
                    Some(field) => text(field)?,
                    None => is.as_deref()?,
                };
                (said == known, std::iter::once(id).chain(sex).collect())
            }
            Self::IdYear { id, born } => {
                let said = Identifier::of(text(id)?)?.birth_year();
                (said == day(born)?.year, vec![id, born])
            }
            Self::IdProvince { id } => {
                (Identifier::of(text(id)?)?.has_known_province(), vec![id])
            }
            Self::TwoPeople { names, marks } => two_people(record, names, marks)?,
            Self::OneOf { field, others } => {
                let own = canonical_tone(text(field)?);
                let known: Option<Vec<&str>> =
                    others.iter().map(|name| text(name)).collect();
                let is_there =
                    known?.into_iter().any(|other| canonical_tone(other) == own);
                (is_there, std::iter::once(field).chain(others).collect())
            }
        })
    }
}

/// Whether a date lies in a period, its ends included; one that says too little does.
fn lies_in(date: CalendarDate, from: Option<&str>, until: Option<&str>) -> bool {
    let lies = |end: Option<&str>, outside: Ordering| {
        end.and_then(CalendarDate::from_iso)
            .and_then(|end| period::order(date, end))
            .is_none_or(|order| order != outside)
    };
    lies(from, Ordering::Less) && lies(until, Ordering::Greater)
}

/// Whether two dates are one, as far as both are known.
fn same_date(a: CalendarDate, b: CalendarDate) -> bool {
    period::order(a, b).is_none_or(Ordering::is_eq)
}

/// Whether two names are those of two people: they differ, or something that both say
/// about themselves does. `None` where the names are equal and nothing else is known.
fn two_people<'a>(
    record: &Record,
    names: &'a [String; 2],
    marks: &'a [[String; 2]],
) -> Option<(bool, Vec<&'a String>)> {
    let [first, second] = names;
    let same = |a: &str, b: &str| canonical_tone(a) == canonical_tone(b);
    if !same(value(record, first)?, value(record, second)?) {
        return Some((true, vec![first, second]));
    }
    let mut fields = vec![first, second];
    for [a, b] in marks {
        let (Some(left), Some(right)) = (value(record, a), value(record, b)) else {
            continue;
        };
        if !same(left, right) {
            return Some((true, fields));
        }
        fields.extend([a, b]);
    }
    (fields.len() > 2).then_some((false, fields))
}
