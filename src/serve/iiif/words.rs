//! Words on the pages of a scan, found as Content Search 2 asks.

use serde_json::{Value, json};

use super::super::app::Desk;
use super::super::error::Failure;
use super::name_of;
use crate::model::Line;
use crate::model::PageKey;
use crate::model::Quad;
use crate::model::Rect;
use crate::model::ScanId;
use crate::model::fold;

/// Most places that one answer names.
const MAX_HITS: usize = 500;
/// Most words of a query that are looked at.
const MAX_WORDS: usize = 12;

/// Runs of words of the line that are the words of the query, without regard to accents
/// and case; the last one may be the start of a word.
fn runs(line: &Line, query: &[String]) -> Vec<(String, Quad)> {
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
    let mut found = Vec::new();
    for (at, words) in folded.windows(query.len().max(1)).enumerate() {
        if query.is_empty() || !is_run(words) {
            continue;
        }
        let words = line.words.get(at..at + query.len()).unwrap_or_default();
        let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        if let Some(around) = Quad::around(words.iter().map(|word| &word.quad)) {
            found.push((text.join(" "), around));
        }
    }
    found
}

/// A word without accents, case and the marks around it.
fn bare(word: &str) -> String {
    fold(word).trim_matches(|letter: char| !letter.is_alphanumeric()).to_owned()
}

/// The answer for `q` on the pages of `scan`; `base` is the address of this desk, `id`
/// that of the answer.
///
/// # Errors
///
/// If there is no such scan, or the catalog cannot be read.
pub(super) fn search(
    desk: &Desk,
    scan: &ScanId,
    query: &str,
    (base, id): (&str, &str),
) -> Result<Value, Failure> {
    desk.catalog.scan(scan)?.ok_or(Failure::NotFound { what: "scan" })?;
    let words: Vec<String> = query
        .split_whitespace()
        .map(bare)
        .filter(|word| !word.is_empty())
        .take(MAX_WORDS)
        .collect();
    let mut items = Vec::new();
    for page in desk.catalog.pages(scan)? {
        if words.is_empty() || items.len() >= MAX_HITS {
            break;
        }
        let Some(text) = desk.catalog.page_text(&page.key)? else { continue };
        for (exact, quad) in text.lines.iter().flat_map(|line| runs(line, &words)) {
            if items.len() >= MAX_HITS {
                break;
            }
            let place = quad.mapped(&text.to_original).bounds();
            items.push(annotation(base, &page.key, items.len(), &exact, &place));
        }
    }
    Ok(json!({
        "@context": "http://iiif.io/api/search/2/context.json",
        "id": id,
        "type": "AnnotationPage",
        "items": items,
    }))
}

fn annotation(
    base: &str,
    key: &PageKey,
    number: usize,
    exact: &str,
    place: &Rect,
) -> Value {
    let canvas = super::manifest::canvas_id(base, key);
    let (x, y) = (place.left.max(0.0) as u32, place.top.max(0.0) as u32);
    let (width, height) = (place.width().ceil() as u32, place.height().ceil() as u32);
    json!({
        "id": format!("{base}/iiif/search/2/{}/hit/{}-{number}", key.scan, name_of(key)),
        "type": "Annotation",
        "motivation": "highlighting",
        "body": { "type": "TextualBody", "value": exact, "format": "text/plain" },
        "target": format!("{canvas}#xywh={x},{y},{width},{height}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Word;

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
            let place = |(text, quad): (String, Quad)| {
                (text, quad.bounds().left, quad.bounds().right)
            };
            runs(&line, &query).into_iter().map(place).collect()
        };
        assert_eq!(
            found(&["lo", "van", "mau"]),
            [("LÒ VĂN MẪU,".to_owned(), 20.0, 49.0)]
        );
        assert_eq!(found(&["lo"]).len(), 2);
        assert_eq!(found(&["ten"]), [("tên:".to_owned(), 10.0, 19.0)]);
        assert!(
            found(&["van", "lo"]).is_empty()
                && found(&["a", "b", "c", "d", "e", "f", "g"]).is_empty()
        );
    }
}
