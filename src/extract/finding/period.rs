//! Comparison of dates of which the month or the day may be unknown.

use std::cmp::Ordering;

use super::super::normal::CalendarDate;

/// How two dates lie to each other, as far as both are known; `None` where the known parts
/// are equal and one says less than the other.
pub(super) fn order(a: CalendarDate, b: CalendarDate) -> Option<Ordering> {
    let years = a.year.cmp(&b.year);
    if years.is_ne() {
        return Some(years);
    }
    let (Some(month), Some(other)) = (a.month, b.month) else { return None };
    let months = month.cmp(&other);
    if months.is_ne() {
        return Some(months);
    }
    Some(a.day?.cmp(&b.day?))
}

/// The least and the most full years from `born` to `at`, as far as both are known.
pub(super) fn full_years(born: CalendarDate, at: CalendarDate) -> (i32, i32) {
    let years = i32::from(at.year) - i32::from(born.year);
    let birthday = CalendarDate { year: at.year, ..born };
    match order(birthday, at) {
        Some(Ordering::Greater) => (years - 1, years - 1),
        Some(_) => (years, years),
        None => (years - 1, years),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(iso: &str) -> CalendarDate {
        CalendarDate::from_iso(iso).expect("a date")
    }

    #[test]
    fn a_date_that_says_less_is_neither_before_nor_after() {
        for (a, b, expected) in [
            ("1987-03-05", "1987-03-06", Some(Ordering::Less)),
            ("1987-03-05", "1987-03-05", Some(Ordering::Equal)),
            ("1987", "1986-12-31", Some(Ordering::Greater)),
            ("1987", "1987-12-31", None),
            ("1987-03", "1987-03-01", None),
            ("1987-04", "1987-03-01", Some(Ordering::Greater)),
        ] {
            assert_eq!(order(date(a), date(b)), expected, "{a} {b}");
        }
    }

    #[test]
    fn years_are_full_on_the_birthday_and_open_where_it_is_unknown() {
        assert_eq!(full_years(date("1974-09-09"), date("1990-02-13")), (15, 15));
        assert_eq!(full_years(date("1974-02-13"), date("1990-02-13")), (16, 16));
        assert_eq!(full_years(date("1974"), date("1990-02-13")), (15, 16));
    }
}
