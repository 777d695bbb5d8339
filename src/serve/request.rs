//! A search as it was asked: as typed, then checked.

use crate::model::nfc;
use crate::search::{Checked, Cursor, Filters, Sort, Wanted};

/// Longest query, in letters. A citizen's whole story is shorter; what is longer is a
/// pasted document or an attack, and is refused, not cut.
pub const MAX_QUERY_LETTERS: usize = 500;
/// Most hits in one answer.
pub const MAX_LIMIT: usize = 100;
/// Hits where the caller does not say.
pub(super) const DEFAULT_LIMIT: usize = 20;
/// Deepest place in a list that can be asked for. Nobody pages further by hand, and the
/// index holds every hit above the place in memory.
pub(super) const MAX_OFFSET: usize = 10_000;
/// Years that a filter may name.
const YEARS: std::ops::RangeInclusive<u16> = 1800..=2200;
/// Longest kind or commune in a filter, in letters.
const MAX_FILTER_LETTERS: usize = 100;

/// Why a search cannot be run as it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// Longer than [`MAX_QUERY_LETTERS`].
    #[error("query has {letters} letters, at most {MAX_QUERY_LETTERS} are allowed")]
    QueryTooLong {
        /// How many it has.
        letters: usize,
    },
    /// A filter that is longer than any name.
    #[error("`{name}` has {letters} letters, at most {MAX_FILTER_LETTERS} are allowed")]
    FilterTooLong {
        /// Name of the parameter.
        name: &'static str,
        /// How many it has.
        letters: usize,
    },
    /// Not a year, or not one of this era.
    #[error("`{name}` is not a year from 1800 to 2200: `{written}`")]
    Year {
        /// Name of the parameter.
        name: &'static str,
        /// As typed.
        written: String,
    },
    /// Not a number in its range.
    #[error("`{name}` is not a number from {least} to {most}: `{written}`")]
    Number {
        /// Name of the parameter.
        name: &'static str,
        /// As typed.
        written: String,
        /// Smallest that is allowed.
        least: usize,
        /// Largest that is allowed.
        most: usize,
    },
    /// Not one of the words that can be chosen.
    #[error("`{name}` is none of {choices}: `{written}`")]
    Choice {
        /// Name of the parameter.
        name: &'static str,
        /// As typed.
        written: String,
        /// What can be chosen.
        choices: String,
    },
    /// Not a place in this list.
    #[error("`after` is not the `next` of an answer to the same search")]
    Cursor,
}

/// A search that can be run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchRequest {
    /// What was typed, NFC, without spaces at the ends.
    pub query: String,
    /// What was chosen beside it.
    pub filters: Filters,
    /// Which part of the list: at most [`MAX_LIMIT`] hits.
    pub wanted: Wanted,
}

impl SearchRequest {
    /// The search that these parameters ask for: `q`, `kind`, `year` (or `from` and `to`),
    /// `unit`, `then`, `today`, `decade`, `state`, `collection`, `findings`, `sort`, `limit`,
    /// `offset` or `after`, `facets`. Empty ones count as missing, others are not looked at.
    ///
    /// # Errors
    ///
    /// If one of them makes no sense.
    pub fn of(pairs: &[(String, String)]) -> Result<Self, RequestError> {
        Asked::from_pairs(pairs).checked()
    }

    /// Whether nothing is asked at all.
    pub fn is_empty(&self) -> bool {
        self.query.is_empty() && self.filters.is_empty()
    }
}

/// The parameters of a search, exactly as they stand in the address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Asked {
    pub(super) q: String,
    pub(super) kind: String,
    pub(super) year: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) unit: String,
    pub(super) then: String,
    pub(super) today: String,
    pub(super) decade: String,
    pub(super) state: String,
    pub(super) collection: String,
    pub(super) findings: String,
    pub(super) sort: String,
    pub(super) facets: String,
    pub(super) limit: String,
    pub(super) offset: String,
    pub(super) after: String,
}

impl Asked {
    /// Takes the parameters of a search out of all that the address has.
    pub(super) fn from_pairs(pairs: &[(String, String)]) -> Self {
        let mut asked = Self::default();
        for (name, value) in pairs {
            if let Some(place) = asked.place(name) {
                nfc(value).trim().clone_into(place);
            }
        }
        asked
    }

    /// Where the parameter of that name is kept; none for those of no search.
    pub(super) fn place(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            "q" => &mut self.q,
            "kind" => &mut self.kind,
            "year" => &mut self.year,
            "from" => &mut self.from,
            "to" => &mut self.to,
            "unit" => &mut self.unit,
            "then" => &mut self.then,
            "today" => &mut self.today,
            "decade" => &mut self.decade,
            "state" => &mut self.state,
            "collection" => &mut self.collection,
            "findings" => &mut self.findings,
            "sort" => &mut self.sort,
            "facets" => &mut self.facets,
            "limit" => &mut self.limit,
            "offset" => &mut self.offset,
            "after" => &mut self.after,
            _ => return None,
        })
    }

    /// Whether it asks for the first part of its list.
    pub(super) fn is_start(&self) -> bool {
        self.offset.is_empty() && self.after.is_empty()
    }

    /// Everything that says which records are wanted and in which order, by the names of
    /// its parameters.
    pub(super) fn search(&self) -> [(&'static str, &str); 14] {
        [
            ("q", &self.q),
            ("kind", &self.kind),
            ("year", &self.year),
            ("from", &self.from),
            ("to", &self.to),
            ("unit", &self.unit),
            ("then", &self.then),
            ("today", &self.today),
            ("decade", &self.decade),
            ("state", &self.state),
            ("collection", &self.collection),
            ("findings", &self.findings),
            ("sort", &self.sort),
            ("limit", &self.limit),
        ]
    }

    /// Whether any record is asked for.
    pub(super) fn is_any(&self) -> bool {
        let mut all = self.search().into_iter();
        all.any(|(name, value)| !["sort", "limit"].contains(&name) && !value.is_empty())
    }

    /// The same search from its first hit on, with another value for one parameter.
    pub(super) fn with(&self, name: &str, value: &str) -> Self {
        let mut other =
            Self { offset: String::new(), after: String::new(), ..self.clone() };
        if let Some(place) = other.place(name) {
            value.clone_into(place);
        }
        other
    }

    /// The search, if all of it makes sense.
    pub(super) fn checked(&self) -> Result<SearchRequest, RequestError> {
        let letters = self.q.chars().count();
        if letters > MAX_QUERY_LETTERS {
            return Err(RequestError::QueryTooLong { letters });
        }
        Ok(SearchRequest {
            query: self.q.clone(),
            filters: Filters {
                kind: name("kind", &self.kind)?,
                years: self.years()?,
                unit: name("unit", &self.unit)?,
                collection: name("collection", &self.collection)?,
                then: name("then", &self.then)?,
                today: name("today", &self.today)?,
                decade: self.decade()?,
                state: choice("state", &self.state, &STATES, Checked::from_name)?,
                findings: choice("findings", &self.findings, &YES_NO, yes_or_no)?,
            },
            wanted: self.wanted()?,
        })
    }

    /// Which part of the list, and in which order.
    fn wanted(&self) -> Result<Wanted, RequestError> {
        let sort = choice("sort", &self.sort, &SORTS, Sort::from_name)?;
        let after: Option<Cursor> = match self.after.as_str() {
            "" => None,
            after => Some(after.parse().map_err(|_| RequestError::Cursor)?),
        };
        let of_cursor = after.as_ref().map(Cursor::sort);
        if sort.is_some() && of_cursor.is_some() && sort != of_cursor {
            return Err(RequestError::Cursor);
        }
        let facets = choice("facets", &self.facets, &YES_NO, yes_or_no)?;
        Ok(Wanted {
            limit: number("limit", &self.limit, 1, MAX_LIMIT, DEFAULT_LIMIT)?,
            offset: number("offset", &self.offset, 0, MAX_OFFSET, 0)?,
            sort: of_cursor.or(sort).unwrap_or_default(),
            after,
            facets: facets.unwrap_or_default(),
        })
    }

    /// The first year of a decade.
    fn decade(&self) -> Result<Option<u16>, RequestError> {
        Ok(year("decade", &self.decade)?.map(|year| year / 10 * 10))
    }

    /// The years asked for: `year=1987`, `year=1980-1990`, or `from` and `to`, each of
    /// which may be missing. Years the wrong way round are turned.
    fn years(&self) -> Result<Option<(u16, u16)>, RequestError> {
        let (from, to) = match self.year.split_once(['-', '–']) {
            _ if self.year.is_empty() => {
                (year("from", &self.from)?, year("to", &self.to)?)
            }
            Some((from, to)) => (year("year", from)?, year("year", to)?),
            None => {
                let only = year("year", &self.year)?;
                (only, only)
            }
        };
        Ok(match (from, to) {
            (None, None) => None,
            (from, to) => {
                let from = from.unwrap_or(*YEARS.start());
                let to = to.unwrap_or(*YEARS.end());
                Some((from.min(to), from.max(to)))
            }
        })
    }
}

fn year(name: &'static str, written: &str) -> Result<Option<u16>, RequestError> {
    let written = written.trim();
    if written.is_empty() {
        return Ok(None);
    }
    let wrong =
        || RequestError::Year { name, written: written.chars().take(20).collect() };
    let year: u16 = written.parse().map_err(|_| wrong())?;
    if YEARS.contains(&year) { Ok(Some(year)) } else { Err(wrong()) }
}

fn name(name: &'static str, written: &str) -> Result<Option<String>, RequestError> {
    let letters = written.chars().count();
    if letters > MAX_FILTER_LETTERS {
        return Err(RequestError::FilterTooLong { name, letters });
    }
    Ok((!written.is_empty()).then(|| written.to_owned()))
}

/// The names of the orders, for a caller who chose none of them.
pub(super) const SORTS: [&str; 5] = ["relevance", "date", "newest", "number", "name"];
/// The names of the states of checking.
pub(super) const STATES: [&str; 5] = ["read", "partly", "keyed", "verified", "approved"];
/// The names of the answers to a plain question.
pub(super) const YES_NO: [&str; 2] = ["yes", "no"];

fn yes_or_no(written: &str) -> Option<bool> {
    YES_NO.iter().position(|word| *word == written).map(|at| at == 0)
}

fn choice<T>(
    name: &'static str,
    written: &str,
    choices: &[&str],
    of_name: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, RequestError> {
    if written.is_empty() {
        return Ok(None);
    }
    let wrong = || RequestError::Choice {
        name,
        written: written.chars().take(20).collect(),
        choices: choices.join(", "),
    };
    of_name(written).map(Some).ok_or_else(wrong)
}

fn number(
    name: &'static str,
    written: &str,
    least: usize,
    most: usize,
    default: usize,
) -> Result<usize, RequestError> {
    if written.is_empty() {
        return Ok(default);
    }
    match written.parse() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(RequestError::Number {
            name,
            written: written.chars().take(20).collect(),
            least,
            most,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> Asked {
        let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        Asked::from_pairs(&pairs.iter().map(owned).collect::<Vec<_>>())
    }

    #[test]
    fn years_may_be_one_a_range_or_open_at_one_end() {
        for (pairs, expected) in [
            (&[("year", "1987")][..], Some((1987, 1987))),
            (&[("year", "1980-1990")], Some((1980, 1990))),
            (&[("year", "1990–1980")], Some((1980, 1990))),
            (&[("from", "1980")], Some((1980, 2200))),
            (&[("to", "1980")], Some((1800, 1980))),
            (&[("from", ""), ("to", " ")], None),
            (&[], None),
        ] {
            let request = asked(pairs).checked().expect("years");
            assert_eq!(request.filters.years, expected, "{pairs:?}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_and_named() {
        let long = "ă".repeat(MAX_QUERY_LETTERS + 1);
        for (pairs, expected) in [
            ([("year", "19x7")], "`year` is not a year from 1800 to 2200: `19x7`"),
            ([("to", "87")], "`to` is not a year from 1800 to 2200: `87`"),
            ([("limit", "101")], "`limit` is not a number from 1 to 100: `101`"),
            ([("limit", "-1")], "`limit` is not a number from 1 to 100: `-1`"),
            ([("offset", "1e9")], "`offset` is not a number from 0 to 10000: `1e9`"),
            ([("q", long.as_str())], "query has 501 letters, at most 500 are allowed"),
            (
                [("sort", "size")],
                "`sort` is none of relevance, date, newest, number, name: `size`",
            ),
            ([("findings", "1")], "`findings` is none of yes, no: `1`"),
            (
                [("after", "x")],
                "`after` is not the `next` of an answer to the same search",
            ),
            (
                [("unit", long.as_str())],
                "`unit` has 501 letters, at most 100 are allowed",
            ),
        ] {
            let error = asked(&pairs).checked().expect_err("refused");
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn the_words_that_can_be_chosen_are_all_understood() {
        for (name, choices) in [("sort", &SORTS), ("state", &STATES)] {
            for choice in choices {
                assert!(asked(&[(name, choice)]).checked().is_ok(), "{name}={choice}");
            }
        }
        assert_eq!(SORTS, Sort::ALL.map(Sort::name));
        assert_eq!(STATES, Checked::ALL.map(Checked::name));
    }

    #[test]
    fn a_cursor_belongs_to_its_order() {
        let after = ("after", "name.20.1f.ab");
        let wanted = asked(&[after]).checked().expect("a place").wanted;
        assert_eq!(
            (wanted.sort, wanted.after.map(|after| after.seen())),
            (Sort::Name, Some(20))
        );
        assert_eq!(
            asked(&[after, ("sort", "date")]).checked(),
            Err(RequestError::Cursor)
        );
    }

    #[test]
    fn decomposed_letters_are_composed_at_the_door() {
        let request =
            asked(&[("q", " Nguye\u{302}\u{303}n ")]).checked().expect("a query");
        assert_eq!(request.query, "Nguyễn");
    }
}
