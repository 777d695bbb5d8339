//! Words on the pages of a scan, found as Content Search asks.

use serde_json::{Value, json};

use super::super::app::Desk;
use super::super::error::Failure;
use super::name_of;
use crate::model::Line;
use crate::model::PageKey;
use crate::model::Quad;
use crate::model::Rect;
use crate::model::ScanId;
use crate::model::Word;
use crate::model::fold;

/// Most places that one answer names.
const MAX_HITS: usize = 500;
/// Most words of a query that are looked at.
const MAX_WORDS: usize = 12;

/// Words side by side on a line, and what stands around them.
struct Run {
    before: String,
    exact: String,
    after: String,
    quad: Quad,
}

/// Runs of words of the line that are the words of the query, without regard to accents
/// and case; the last one may be the start of a word.
fn runs(line: &Line, query: &[String]) -> Vec<Run> {
    let folded: Vec<String> = line.words.iter().map(|word| bare(&word.text)).collect();
    let last = query.len().saturating_sub(1);
    let is_run = |words: &[String]| {
        words.iter().zip(query).enumerate().all(|(at, (word, asked))| {
            word == asked
                || at == last
                    && asked.chars().count() > 2
                    && word.starts_with(asked.as_str())
        })
    };
    let text = |words: &[Word]| -> String {
        words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    };
    let mut found = Vec::new();
    for (at, words) in folded.windows(query.len().max(1)).enumerate() {
        if query.is_empty() || !is_run(words) {
            continue;
        }
        let (before, rest) = line.words.split_at(at);
        let (words, after) = rest.split_at(query.len());
        if let Some(quad) = Quad::around(words.iter().map(|word| &word.quad)) {
            let (before, exact, after) = (text(before), text(words), text(after));
            found.push(Run { before, exact, after, quad });
        }
    }
    found
}

/// A word without accents, case and the marks around it.
fn bare(word: &str) -> String {
    fold(word).trim_matches(|letter: char| !letter.is_alphanumeric()).to_owned()
}

/// A run of words on a page that is what was looked for.
pub(super) struct Hit {
    key: PageKey,
    /// As it is written, and what stands before and after it on its line.
    exact: String,
    before: String,
    after: String,
    /// On the page as it came.
    place: Rect,
}

/// The places of the words of `query` on the pages of `scan`, in reading order.
///
/// # Errors
///
/// If there is no such scan, or the catalog cannot be read.
pub(super) fn hits(desk: &Desk, scan: &ScanId, query: &str) -> Result<Vec<Hit>, Failure> {
    desk.catalog.scan(scan)?.ok_or(Failure::NotFound { what: "scan" })?;
    let words: Vec<String> = query
        .split_whitespace()
        .map(bare)
        .filter(|word| !word.is_empty())
        .take(MAX_WORDS)
        .collect();
    let mut hits = Vec::new();
    if words.is_empty() {
        return Ok(hits);
    }
    for page in desk.catalog.pages(scan)? {
        let Some(text) = desk.catalog.page_text(&page.key)? else { continue };
        let found = text.lines.iter().flat_map(|line| runs(line, &words));
        hits.extend(found.map(|run| Hit {
            key: page.key.clone(),
            exact: run.exact,
            before: run.before,
            after: run.after,
            place: run.quad.mapped(&text.to_original).bounds(),
        }));
        if hits.len() >= MAX_HITS {
            hits.truncate(MAX_HITS);
            break;
        }
    }
    Ok(hits)
}

/// Editions of Content Search: 2 goes with Presentation 3, and 1 is the only one that
/// Mirador 4 can speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edition {
    One,
    Two,
}

impl Edition {
    /// The one with that number in its addresses.
    pub(super) fn of(number: &str) -> Option<Self> {
        [Self::One, Self::Two].into_iter().find(|one| one.number() == number)
    }

    /// The number in its addresses.
    pub(super) const fn number(self) -> &'static str {
        match self {
            Self::One => "1",
            Self::Two => "2",
        }
    }

    /// The address of its JSON-LD context.
    pub(super) const fn context(self) -> &'static str {
        match self {
            Self::One => "http://iiif.io/api/search/1/context.json",
            Self::Two => "http://iiif.io/api/search/2/context.json",
        }
    }

    /// The answer with these hits; `base` is the address of this desk, `id` that of the
    /// answer.
    pub(super) fn answer(self, hits: &[Hit], (base, id): (&str, &str)) -> Value {
        let each = |annotation: fn(&Hit, &str, &str) -> Value| -> Vec<Value> {
            let number = self.number();
            hits.iter()
                .enumerate()
                .map(|(at, hit)| {
                    let page = name_of(&hit.key);
                    let scan = &hit.key.scan;
                    let id =
                        format!("{base}/iiif/search/{number}/{scan}/hit/{page}-{at}");
                    annotation(hit, base, &id)
                })
                .collect()
        };
        match self {
            Self::One => json!({
                "@context": [
                    "http://iiif.io/api/presentation/2/context.json",
                    self.context(),
                ],
                "@id": id,
                "@type": "sc:AnnotationList",
                "within": { "@type": "sc:Layer", "total": hits.len() },
                "startIndex": 0,
                "resources": each(Hit::annotation_1),
                "hits": each(Hit::hit_1),
            }),
            Self::Two => json!({
                "@context": self.context(),
                "id": id,
                "type": "AnnotationPage",
                "items": each(Hit::annotation_2),
            }),
        }
    }
}

impl Hit {
    /// The canvas and the part of it where the words stand.
    fn target(&self, base: &str) -> String {
        let canvas = super::manifest::canvas_id(base, &self.key);
        let (x, y) = (self.place.left.max(0.0) as u32, self.place.top.max(0.0) as u32);
        let (width, height) =
            (self.place.width().ceil() as u32, self.place.height().ceil() as u32);
        format!("{canvas}#xywh={x},{y},{width},{height}")
    }

    fn annotation_1(&self, base: &str, id: &str) -> Value {
        json!({
            "@id": id,
            "@type": "oa:Annotation",
            "motivation": "sc:painting",
            "resource": { "@type": "cnt:ContentAsText", "chars": self.exact },
            "on": self.target(base),
        })
    }

    fn hit_1(&self, _: &str, id: &str) -> Value {
        json!({
            "@type": "search:Hit",
            "annotations": [id],
            "before": self.before,
            "match": self.exact,
            "after": self.after,
        })
    }

    fn annotation_2(&self, base: &str, id: &str) -> Value {
        json!({
            "id": id,
            "type": "Annotation",
            "motivation": "highlighting",
            "body": { "type": "TextualBody", "value": self.exact, "format": "text/plain" },
            "target": self.target(base),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(words: &[&str]) -> Line {
        let word = |(at, text): (usize, &&str)| {
            let left = at as f32 * 10.0;
            let rect = Rect { left, top: 0.0, right: left + 9.0, bottom: 5.0 };
            Word { text: (*text).into(), quad: rect.into(), ..Word::default() }
        };
        Line { words: words.iter().enumerate().map(word).collect(), ..Line::default() }
    }

    #[test]
    fn words_are_found_without_accents_and_the_last_by_its_start() {
        let line = line(&["Họ", "tên:", "LÒ", "VĂN", "MẪU,", "Lò"]);
        let found = |query: &[&str]| -> Vec<(String, f32, f32)> {
            let query: Vec<String> =
                query.iter().map(|word| (*word).to_owned()).collect();
            let place =
                |run: Run| (run.exact, run.quad.bounds().left, run.quad.bounds().right);
            runs(&line, &query).into_iter().map(place).collect()
        };
        assert_eq!(
            found(&["lo", "van", "mau"]),
            [("LÒ VĂN MẪU,".to_owned(), 20.0, 49.0)]
        );
        assert_eq!(found(&["lo"]).len(), 2);
        let around = runs(&line, &["van".to_owned(), "mau".to_owned()]);
        let around = around.first().map(|run| (&*run.before, &*run.after));
        assert_eq!(around, Some(("Họ tên: LÒ", "Lò")));
        assert_eq!(found(&["ten"]), [("tên:".to_owned(), 10.0, 19.0)]);
        assert!(
            found(&["van", "lo"]).is_empty()
                && found(&["a", "b", "c", "d", "e", "f", "g"]).is_empty()
        );
    }
}
