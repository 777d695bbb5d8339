//! A search as it was asked: as typed, then checked.

use super::seek::Filters;
use crate::model::KindId;
use crate::model::nfc;

/// Longest query, in letters. A citizen's whole story is shorter; what is longer is a
/// pasted document or an attack, and is refused, not cut.
pub const MAX_QUERY_LETTERS: usize = 500;
/// Most hits in one answer.
pub const MAX_LIMIT: usize = 100;
/// Hits where the caller does not say.
pub(super) const DEFAULT_LIMIT: usize = 20;
/// Deepest place in a list that can be asked for. Nobody pages further by hand, and the
/// index holds every hit above the place in memory.
const MAX_OFFSET: usize = 10_000;
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
}

/// A search that can be run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchRequest {
    /// What was typed, NFC, without spaces at the ends.
    pub query: String,
    /// What was chosen beside it.
    pub filters: Filters,
    /// Most hits to return, 1 to [`MAX_LIMIT`].
    pub limit: usize,
    /// Hits to leave out at the start.
    pub offset: usize,
}

impl SearchRequest {
    /// The search that these parameters ask for: `q`, `kind`, `year` (or `from` and `to`),
    /// `unit`, `limit`, `offset`. Empty ones count as missing, others are not looked at.
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
    pub(super) limit: String,
    pub(super) offset: String,
}

impl Asked {
    /// Takes the parameters of a search out of all that the address has.
    pub(super) fn from_pairs(pairs: &[(String, String)]) -> Self {
        let mut asked = Self::default();
        for (name, value) in pairs {
            let value = nfc(value).trim().to_owned();
            match name.as_str() {
                "q" => asked.q = value,
                "kind" => asked.kind = value,
                "year" => asked.year = value,
                "from" => asked.from = value,
                "to" => asked.to = value,
                "unit" => asked.unit = value,
                "limit" => asked.limit = value,
                "offset" => asked.offset = value,
                _ => {}
            }
        }
        asked
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
                kind: name("kind", &self.kind)?.map(KindId),
                years: self.years()?,
                unit: name("unit", &self.unit)?,
            },
            limit: number("limit", &self.limit, 1, MAX_LIMIT, DEFAULT_LIMIT)?,
            offset: number("offset", &self.offset, 0, MAX_OFFSET, 0)?,
        })
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
                [("unit", long.as_str())],
                "`unit` has 501 letters, at most 100 are allowed",
            ),
        ] {
            let error = asked(&pairs).checked().expect_err("refused");
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn decomposed_letters_are_composed_at_the_door() {
        let request =
            asked(&[("q", " Nguye\u{302}\u{303}n ")]).checked().expect("a query");
        assert_eq!(request.query, "Nguyễn");
    }
}
