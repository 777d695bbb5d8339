//! Checks over a book: numbers that are missing or there twice, dates out of order.

use std::collections::BTreeMap;

use serde::Serialize;

use super::archive::Archive;
use super::error::RunError;
use crate::catalog::Catalog;
use crate::catalog::ScanName;
use crate::catalog::StoredScan;
use crate::config::archive::BookFields;
use crate::model::Record;

/// A book as its files or its entries name it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct BookName {
    /// Kind of register, e.g. `KS`; the kind of the records where file names say nothing.
    pub register: String,
    /// Code of the office; empty if unknown.
    pub office: String,
    /// Year; empty if unknown.
    pub year: String,
    /// Number of the book.
    pub book: String,
}

/// What does not hold in a book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BookRule {
    /// Numbers between the first and the last of the book are missing.
    MissingNumber,
    /// Two entries have one number.
    DuplicateNumber,
    /// An entry was registered before the one with the number below.
    DateOutOfOrder,
    /// File name and paper give different numbers.
    NumberDiffers,
}

/// One thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BookFinding {
    /// Which rule.
    pub rule: BookRule,
    /// First number concerned.
    pub from: u32,
    /// Last number concerned; the same as `from` for a single one.
    pub to: u32,
    /// Files to look at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
}

/// One book: what is there, and what does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Book {
    /// Which book.
    #[serde(flatten)]
    pub name: BookName,
    /// Files of it.
    pub files: u64,
    /// Pages of those files.
    pub pages: u64,
    /// Entries whose number is known.
    pub entries: u64,
    /// Files none of whose entries has a number.
    pub without_number: u64,
    /// Lowest and highest number.
    pub numbers: Option<(u32, u32)>,
    /// What does not hold, by number.
    pub findings: Vec<BookFinding>,
}

/// An entry of a book.
struct Entry {
    number: u32,
    /// ISO 8601, to the day.
    date: Option<String>,
    path: String,
}

/// What is known of a book before it is checked.
#[derive(Default)]
struct Gathered {
    files: u64,
    pages: u64,
    without_number: u64,
    entries: Vec<Entry>,
    findings: Vec<BookFinding>,
}

/// A number that is written this surely contradicts the file's name.
const SURE: f32 = 0.9;

/// The number before `/`, `031/1982` → 31.
fn leading_number(text: &str) -> Option<u32> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn value<'a>(record: &'a Record, field: &str) -> Option<&'a str> {
    record.fields.get(field)?.value.as_deref()
}

/// A date to the day, or nothing.
fn whole_date(text: &str) -> Option<String> {
    text.parse::<jiff::civil::Date>().ok().map(|date| date.to_string())
}

/// Checks every book of the archive, ordered by name.
///
/// # Errors
///
/// If the catalog fails.
pub fn books(archive: &Archive) -> Result<Vec<Book>, RunError> {
    let catalog = &archive.catalog;
    let mut books: BTreeMap<BookName, Gathered> = BTreeMap::new();
    for scan in catalog.scans()? {
        let name = catalog.name_of(&scan.id)?;
        gather(catalog, &archive.config.book_fields, &scan, &name, &mut books)?;
    }
    Ok(books.into_iter().map(|(name, gathered)| checked(name, gathered)).collect())
}

fn gather(
    catalog: &Catalog,
    fields: &BookFields,
    scan: &StoredScan,
    name: &ScanName,
    books: &mut BTreeMap<BookName, Gathered>,
) -> Result<(), RunError> {
    let records: Vec<Record> =
        catalog.records_of(&scan.id)?.into_iter().map(|stored| stored.record).collect();
    let pages = u64::from(scan.num_pages.unwrap_or(0));
    let part = |part: &str| name.get(part).cloned().unwrap_or_default();
    let unit = scan.unit.clone().unwrap_or_default();
    let is_named = name.contains_key("register") && name.contains_key("book");
    if !is_named {
        gather_unnamed(fields, scan, &unit, pages, &records, books);
        return Ok(());
    }
    let office = if name.contains_key("office") { part("office") } else { unit };
    let (register, year, book) = (part("register"), part("year"), part("book"));
    let gathered = books.entry(BookName { register, office, year, book }).or_default();
    gathered.files += 1;
    gathered.pages += pages;
    let number = name.get("number").and_then(|text| leading_number(text));
    // A file with several entries is a page of the book, and its number is the page's.
    if let (Some(number), [] | [_]) = (number, records.as_slice()) {
        let read = records.first().and_then(|record| {
            let field = record.fields.get(&fields.number)?;
            let is_sure = field.confidence >= SURE;
            leading_number(field.value.as_deref()?).filter(|_| is_sure)
        });
        if read.is_some_and(|read| read != number) {
            gathered.findings.push(BookFinding {
                rule: BookRule::NumberDiffers,
                from: number,
                to: number,
                paths: vec![scan.path.clone()],
            });
        }
        let date = name.get("date").and_then(|text| whole_date(text)).or_else(|| {
            records.first().and_then(|record| whole_date(value(record, &fields.date)?))
        });
        gathered.entries.push(Entry { number, date, path: scan.path.clone() });
        return Ok(());
    }
    let before = gathered.entries.len();
    for record in &records {
        gathered.entries.extend(entry(fields, scan, record));
    }
    gathered.without_number += u64::from(gathered.entries.len() == before);
    Ok(())
}

/// Records whose file says nothing belong to the book that they name themselves.
fn gather_unnamed(
    fields: &BookFields,
    scan: &StoredScan,
    unit: &str,
    pages: u64,
    records: &[Record],
    books: &mut BTreeMap<BookName, Gathered>,
) {
    let mut seen: Option<BookName> = None;
    for record in records {
        let (Some(book), Some(entry)) =
            (value(record, &fields.book), entry(fields, scan, record))
        else {
            continue;
        };
        let year = value(record, &fields.number).and_then(|text| text.split_once('/'));
        let name = BookName {
            register: record.kind.0.clone(),
            office: unit.to_owned(),
            year: year.map(|(_, year)| year.to_owned()).unwrap_or_default(),
            book: book.to_owned(),
        };
        let gathered = books.entry(name.clone()).or_default();
        if seen.as_ref() != Some(&name) {
            gathered.files += 1;
            gathered.pages += pages;
            seen = Some(name);
        }
        gathered.entries.push(entry);
    }
}

fn entry(fields: &BookFields, scan: &StoredScan, record: &Record) -> Option<Entry> {
    Some(Entry {
        number: leading_number(value(record, &fields.number)?)?,
        date: value(record, &fields.date).and_then(whole_date),
        path: scan.path.clone(),
    })
}

fn checked(name: BookName, mut gathered: Gathered) -> Book {
    gathered.entries.sort_by(|a, b| (a.number, &a.path).cmp(&(b.number, &b.path)));
    let mut findings = gathered.findings;
    for pair in gathered.entries.windows(2) {
        let [before, after] = pair else { continue };
        let mut found = |rule, from, to, paths: &[&Entry]| {
            let paths = paths.iter().map(|entry| entry.path.clone()).collect();
            findings.push(BookFinding { rule, from, to, paths });
        };
        if before.number == after.number {
            let number = before.number;
            found(BookRule::DuplicateNumber, number, number, &[before, after]);
        } else if before.number + 1 < after.number {
            found(BookRule::MissingNumber, before.number + 1, after.number - 1, &[]);
        }
        if let (Some(first), Some(second)) = (&before.date, &after.date)
            && second < first
        {
            found(
                BookRule::DateOutOfOrder,
                before.number,
                after.number,
                &[before, after],
            );
        }
    }
    findings.sort_by_key(|finding| (finding.from, finding.rule));
    let numbers = gathered.entries.first().zip(gathered.entries.last());
    Book {
        name,
        files: gathered.files,
        pages: gathered.pages,
        entries: gathered.entries.len() as u64,
        without_number: gathered.without_number,
        numbers: numbers.map(|(first, last)| (first.number, last.number)),
        findings,
    }
}

impl Book {
    /// The book and its findings as lines for the screen.
    pub fn lines(&self) -> Vec<String> {
        let BookName { register, office, year, book } = &self.name;
        let (first, last) = self.numbers.unwrap_or_default();
        let mut lines = vec![format!(
            "{register} {year} {office} {book}: {} files, {} pages, {} entries, numbers \
             {first}–{last}",
            self.files, self.pages, self.entries
        )];
        if self.without_number > 0 {
            lines.push(format!("  {} files without a number", self.without_number));
        }
        for finding in &self.findings {
            let BookFinding { rule, from, to, paths } = finding;
            let numbers =
                if from == to { from.to_string() } else { format!("{from}–{to}") };
            let text = match rule {
                BookRule::MissingNumber => "missing",
                BookRule::DuplicateNumber => "there twice",
                BookRule::DateOutOfOrder => "dates out of order",
                BookRule::NumberDiffers => "the paper says another number",
            };
            lines.push(format!("  {numbers}: {text} {}", paths.join(", ")));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u32, date: &str) -> Entry {
        Entry { number, date: whole_date(date), path: format!("{number} {date}") }
    }

    fn findings(entries: Vec<Entry>) -> Vec<(BookRule, u32, u32)> {
        let gathered = Gathered { entries, ..Gathered::default() };
        let book = checked(BookName::default(), gathered);
        book.findings.iter().map(|one| (one.rule, one.from, one.to)).collect()
    }

    #[test]
    fn missing_and_double_numbers_and_dates_out_of_order_are_found() {
        assert_eq!(
            findings(vec![
                entry(31, "1982-03-31"),
                entry(35, "1982-03-30"),
                entry(33, "1982-04-02"),
                entry(33, "1982-04-03"),
                entry(32, ""),
            ]),
            [
                (BookRule::DuplicateNumber, 33, 33),
                (BookRule::DateOutOfOrder, 33, 35),
                (BookRule::MissingNumber, 34, 34),
            ]
        );
    }

    #[test]
    fn a_whole_book_has_no_findings_and_an_unknown_day_is_not_compared() {
        let whole =
            vec![entry(7, "1982-01-05"), entry(8, "1982"), entry(9, "1982-01-05")];
        assert_eq!(findings(whole), []);
        assert_eq!(findings(Vec::new()), []);
    }

    #[test]
    fn the_number_of_an_entry_stands_before_its_year() {
        assert_eq!(leading_number("031/1982"), Some(31));
        assert_eq!(leading_number("/1982"), None);
    }
}
