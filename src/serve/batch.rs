//! A list of names looked up line by line: a CSV in, the same CSV with what was found out.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use csv::{ReaderBuilder, StringRecord, WriterBuilder};

use super::answer::{AnswerError, AnsweredHit, SearchAnswer, answer_seen};
use super::door::Sight;
use super::request::{MAX_QUERY_LETTERS, SearchRequest};
use super::seek::Seek;
use super::text::{Lang, Texts};
use crate::catalog::Catalog;
use crate::config::lookup::{LookupColumns, LookupMeaning};
use crate::model::{Field, UTF8_MARK, harmless, nfc};
use crate::search::Wanted;

/// Hits that are named for each line.
const HITS: usize = 3;

/// From this score on the best hit is the person, as far as the list tells.
const FOUND: f32 = 0.9;

/// From this score on it may be.
const PERHAPS: f32 = 0.6;

/// Most columns of a list. Every line of the report has as many, so that a short list with
/// hundreds of thousands of headings would make a report of gigabytes.
const MAX_COLUMNS: usize = 200;

/// Most letters of one thing that the report says: with [`MAX_COLUMNS`] it bounds the report.
const MAX_SAID: usize = 300;

/// What the report says behind the columns of the list.
const HEADINGS: [&str; 9] =
    ["result", "score", "reason", "found", "kind", "record", "file", "page", "others"];

/// Why a list could not be looked up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// Not a table, or not in UTF-8.
    #[error("list is no CSV in UTF-8")]
    Csv(#[from] csv::Error),
    /// The list or the report broke off.
    #[error("list could not be read, or the report not written")]
    Io(#[from] std::io::Error),
    /// No column with names.
    #[error("list has no column with names; headings that are known: {known}")]
    NoNames {
        /// Headings of names.
        known: String,
    },
    /// More columns than any list has.
    #[error("list has more than {MAX_COLUMNS} columns")]
    TooWide,
    /// More lines than are taken at once.
    #[error("list has more than {most} lines")]
    TooLong {
        /// How many are allowed.
        most: usize,
    },
    /// Index or catalog failed.
    #[error("line {line} could not be looked up")]
    Answer {
        /// The line of the list, from 1, without its headings.
        line: usize,
        /// Why.
        source: AnswerError,
    },
    /// The embedded texts.
    #[error("`texts.toml` cannot be used")]
    Texts(#[from] toml::de::Error),
}

/// What came of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct BatchCounts {
    /// Lines that were looked up.
    pub lines: u64,
    /// Found.
    pub found: u64,
    /// Somebody like the person was found.
    pub similar: u64,
    /// Nobody was found in what is digitized.
    pub none: u64,
    /// Nothing is digitized of the place or of the years.
    pub not_digitized: u64,
}

/// What became of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Found,
    Similar,
    None,
    NotDigitized,
}

impl Outcome {
    fn of(answer: &SearchAnswer) -> Self {
        let best = answer.hits.first().map_or(0.0, |hit| hit.score);
        let held = answer.held.as_ref();
        let is_empty =
            held.is_some_and(|held| held.of_place == Some(0) || held.of_years == Some(0));
        match best {
            _ if best >= FOUND => Self::Found,
            _ if is_empty => Self::NotDigitized,
            _ if best >= PERHAPS => Self::Similar,
            _ => Self::None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Found => "lookup.is_found",
            Self::Similar => "lookup.is_similar",
            Self::None => "lookup.is_none",
            Self::NotDigitized => "lookup.is_not_digitized",
        }
    }
}

/// Looks up every line of `list`, at most `most` of them, and writes the report.
///
/// # Errors
///
/// If the list cannot be understood, the report not be written, or the archive not be read.
pub fn look_up(
    catalog: &Catalog,
    searcher: &dyn Seek,
    list: impl Read,
    report: impl Write,
    most: usize,
) -> Result<BatchCounts, BatchError> {
    let all = Sight::everything();
    look_up_seen(catalog, searcher, list, report, most, &all, &|_| {})
}

/// As [`look_up`], for somebody who may not see all; `hide` takes away what a list must not
/// show of a hit.
pub(super) fn look_up_seen(
    catalog: &Catalog,
    searcher: &dyn Seek,
    mut list: impl Read,
    report: impl Write,
    most: usize,
    sight: &Sight,
    hide: &dyn Fn(&mut BTreeMap<String, Field>),
) -> Result<BatchCounts, BatchError> {
    let mut bytes = Vec::new();
    list.read_to_end(&mut bytes)?;
    let text = bytes.strip_prefix(UTF8_MARK.as_bytes()).unwrap_or(&bytes);
    let separator = separator(text);
    let mut reader =
        ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(text);
    let headings = reader.headers()?.clone();
    if headings.len() > MAX_COLUMNS {
        return Err(BatchError::TooWide);
    }
    let columns: Vec<Option<usize>> =
        headings.iter().map(|heading| LookupColumns::get().position(heading)).collect();
    let lang = language(&headings, &columns)?;
    let texts = Texts::embedded()?;
    let mut out = report;
    out.write_all(UTF8_MARK.as_bytes())?;
    let mut writer = WriterBuilder::new().delimiter(separator).from_writer(out);
    let added =
        HEADINGS.map(|name| texts.say(lang, &format!("lookup.{name}")).to_owned());
    writer.write_record(headings.iter().chain(added.iter().map(String::as_str)))?;
    let mut counts = BatchCounts::default();
    for (at, line) in reader.records().enumerate() {
        let line = line?;
        if at >= most {
            return Err(BatchError::TooLong { most });
        }
        let request = request(&line, &columns);
        let mut answered = answer_seen(catalog, searcher, &request, sight)
            .map_err(|source| BatchError::Answer { line: at + 1, source })?;
        answered.hits.iter_mut().for_each(|hit| hide(&mut hit.fields));
        let outcome = Outcome::of(&answered);
        counts.add(outcome);
        let said = said(&answered, outcome, &texts, lang).into_iter();
        let said: Vec<String> = said
            .map(|text| harmless(&text.chars().take(MAX_SAID).collect::<String>()))
            .collect();
        // A line that is too short is filled up, so that the report stays a table.
        let given = (0..headings.len()).map(|at| line.get(at).unwrap_or_default());
        writer.write_record(given.chain(said.iter().map(String::as_str)))?;
    }
    writer.flush()?;
    Ok(counts)
}

impl BatchCounts {
    fn add(&mut self, outcome: Outcome) {
        self.lines += 1;
        *match outcome {
            Outcome::Found => &mut self.found,
            Outcome::Similar => &mut self.similar,
            Outcome::None => &mut self.none,
            Outcome::NotDigitized => &mut self.not_digitized,
        } += 1;
    }
}

/// What stands most often in the line of headings: Excel writes `;` where the comma parts
/// decimals.
fn separator(text: &[u8]) -> u8 {
    let first = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let count = |separator: u8| first.split(|&byte| byte == separator).count();
    [b',', b';', b'\t']
        .into_iter()
        .rev()
        .max_by_key(|&separator| count(separator))
        .unwrap_or(b',')
}

/// The language of the headings: that of the report.
fn language(
    headings: &StringRecord,
    columns: &[Option<usize>],
) -> Result<Lang, BatchError> {
    let known = &LookupColumns::get().column;
    let meaning = |at: &Option<usize>| at.and_then(|at| known.get(at)).map(|c| c.meaning);
    let name = columns.iter().position(|at| meaning(at) == Some(LookupMeaning::Name));
    let Some(heading) = name.and_then(|name| headings.get(name)) else {
        return Err(BatchError::NoNames { known: "họ tên, name".to_owned() });
    };
    let is_english = heading.to_lowercase().contains("name") || heading == "person";
    Ok(if is_english { Lang::En } else { Lang::Vi })
}

/// A line as a clerk would ask for it.
fn request(line: &StringRecord, columns: &[Option<usize>]) -> SearchRequest {
    let known = &LookupColumns::get().column;
    let mut asked: Vec<(usize, String)> = Vec::new();
    for (value, at) in line.iter().zip(columns) {
        let value = nfc(value).trim().to_owned();
        let column = at.and_then(|at| Some((at, known.get(at)?)));
        if let Some((at, column)) = column.filter(|_| !value.is_empty()) {
            asked.push((at, column.ask.replace("{x}", &value)));
        }
    }
    asked.sort_by_key(|(at, _)| *at);
    let parts: Vec<String> = asked.into_iter().map(|(_, part)| part).collect();
    let query = parts.join(", ").chars().take(MAX_QUERY_LETTERS).collect();
    let wanted = Wanted { limit: HITS, ..Wanted::default() };
    SearchRequest { query, wanted, ..SearchRequest::default() }
}

/// What the report says of a line, in the order of [`HEADINGS`].
fn said(
    answer: &SearchAnswer,
    outcome: Outcome,
    texts: &Texts,
    lang: Lang,
) -> Vec<String> {
    let result = texts.say(lang, outcome.name()).to_owned();
    let shown = |hit: &&AnsweredHit| hit.score >= PERHAPS;
    let mut hits = answer.hits.iter().filter(shown);
    let Some(best) = hits.next() else {
        let nothing = std::iter::repeat_n(String::new(), HEADINGS.len() - 1);
        return std::iter::once(result).chain(nothing).collect();
    };
    let reason = |reason: &String| {
        texts.find(lang, &format!("why.{reason}")).unwrap_or(reason).to_owned()
    };
    let reasons: Vec<String> = best.why.iter().map(reason).collect();
    let agreed: Vec<&str> = best
        .matched
        .iter()
        .filter_map(|name| best.fields.get(name)?.value.as_deref())
        .collect();
    let others: Vec<String> =
        hits.map(|hit| format!("{} {:.2}", hit.record.0, hit.score)).collect();
    vec![
        result,
        format!("{:.2}", best.score),
        reasons.join("; "),
        agreed.join("; "),
        best.kind.0.clone(),
        best.record.0.clone(),
        best.path.clone(),
        best.page.to_string(),
        others.join("; "),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::tests::desk;
    use super::*;

    fn looked_up(list: &str, most: usize) -> Result<(BatchCounts, String), BatchError> {
        let folder = tempfile::tempdir().expect("a folder");
        let app = desk::app(folder.path());
        let mut report = Vec::new();
        let counts = look_up(
            &app.catalog,
            app.searcher.as_ref(),
            list.as_bytes(),
            &mut report,
            most,
        )?;
        Ok((counts, String::from_utf8(report).expect("UTF-8")))
    }

    #[test]
    fn every_line_comes_back_with_what_was_found() {
        let list = "\u{feff}TT;Họ và tên;Năm sinh\n1;Lò Văn Mẫu;1987\n2;nobody;\n3\n";
        let (counts, report) = looked_up(list, 10).expect("a report");
        assert_eq!((counts.lines, counts.none), (3, 3));
        let lines: Vec<&str> = report.lines().collect();
        assert!(
            lines[0].starts_with("\u{feff}TT;Họ và tên;Năm sinh;Kết quả;"),
            "{report}"
        );
        assert!(lines[1].starts_with("1;Lò Văn Mẫu;1987;"), "{report}");
        assert!(lines[3].starts_with("3;;;"), "a short line is filled up: {report}");
    }

    #[test]
    fn a_list_that_cannot_be_understood_is_refused() {
        for (list, expected) in [
            (
                "a,b\n1,2\n",
                "list has no column with names; headings that are known: họ tên, name",
            ),
            ("name\na\nb\nc\n", "list has more than 2 lines"),
            (&format!("name{}\na\n", ",".repeat(200)), "list has more than 200 columns"),
        ] {
            let error = looked_up(list, 2).expect_err("refused").to_string();
            assert_eq!(error, expected);
        }
    }

    #[test]
    fn lines_are_asked_for_as_clerks_type() {
        let headings = ["Mẹ", "Full name", "note", "born"];
        let columns: Vec<Option<usize>> =
            headings.iter().map(|one| LookupColumns::get().position(one)).collect();
        let line = StringRecord::from(vec!["Vì Thị Pâng", "Lò Văn Mẫu", "x", "1987"]);
        let query = request(&line, &columns).query;
        assert_eq!(query, "tên: Lò Văn Mẫu, sinh 1987, mẹ: Vì Thị Pâng");
    }

    #[test]
    fn the_separator_is_what_the_headings_are_parted_by() {
        for (text, expected) in
            [("a,b;c,d", b','), ("a;b\nc,d,e", b';'), ("a\tb", b'\t'), ("a", b',')]
        {
            assert_eq!(separator(text.as_bytes()), expected, "{text}");
        }
    }
}
