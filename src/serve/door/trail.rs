//! What goes into the audit trail of each request.
//!
//! Looking, searching and handing out are told from the address, so that no handler can
//! forget them. What a form does is noted by who does it.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};
use tokio::task::spawn_blocking;

use super::super::app::Desk;
use super::super::error::Failure;
use super::super::request::Asked as Search;
use super::gate::is_list;
use super::piece;
use super::place::{Named, named};
use super::visitor::Visitor;
use crate::access::query_digest;
use crate::catalog::AuditEntry;
use crate::catalog::CatalogError;
use crate::model::RecordId;

/// Parts of an address that hand something out of the archive.
const HANDS_OUT: [&str; 8] =
    ["export", "download", "sheet", "pdf", "xlsx", "csv", "alto", "hocr"];

/// A request and how it ended.
pub(in super::super) struct Asked {
    pub(in super::super) method: Method,
    pub(in super::super) path: String,
    pub(in super::super) pairs: Vec<(String, String)>,
    pub(in super::super) status: StatusCode,
}

/// Notes what was done on purpose, by a form or a command of the desk.
pub(in super::super) fn note_deed(
    desk: &Desk,
    visitor: &Visitor,
    what: &str,
    target: &str,
    detail: &Value,
) -> Result<(), CatalogError> {
    let detail = if detail.is_null() { String::new() } else { detail.to_string() };
    desk.catalog.note(&AuditEntry {
        at_ms: super::now_ms(),
        account: &visitor.account,
        what,
        target,
        detail: &detail,
        source: &visitor.source,
    })
}

/// Notes of each record of a list that it was handed out, and in which list.
pub(in super::super) fn note_list(
    desk: &Desk,
    visitor: &Visitor,
    number: &str,
    records: &[RecordId],
) -> Result<(), CatalogError> {
    let mut detail = of_case(visitor);
    detail.insert("list".into(), number.into());
    let detail = Value::Object(detail).to_string();
    let at_ms = super::now_ms();
    let targets: Vec<String> =
        records.iter().map(|id| format!("record:{}", id.0)).collect();
    let entry = |target| AuditEntry {
        at_ms,
        account: &visitor.account,
        what: "handed-out",
        target,
        detail: &detail,
        source: &visitor.source,
    };
    let entries = targets.iter().map(|target| entry(target.as_str()));
    desk.catalog.note_all(&entries.collect::<Vec<_>>())
}

/// What a visitor opens records for, as the trail keeps it.
fn of_case(visitor: &Visitor) -> Map<String, Value> {
    let mut detail = Map::new();
    if let Some(case) = &visitor.case {
        detail.insert("purpose".into(), case.purpose.clone().into());
        detail.insert("case".into(), case.number.clone().into());
    }
    detail
}

/// Notes a request that was answered, if it is one that is to be noted.
fn note(desk: &Desk, visitor: &Visitor, asked: &Asked) -> Result<(), Failure> {
    if asked.status == StatusCode::FORBIDDEN {
        // Strangers have no account that could be blamed; they are sent to the log-in.
        let detail = json!({ "method": asked.method.as_str() });
        note_deed(desk, visitor, "refused", &shortened(&asked.path), &detail)?;
        return Ok(());
    }
    if !asked.status.is_success() {
        return Ok(());
    }
    let Some((what, target)) = deed(asked) else { return Ok(()) };
    if piece::is_cut_out(&asked.path) && piece::is_piece(desk, &asked.path, &asked.pairs)?
    {
        // A piece beside a value; the search or the field that shows it is in the trail.
        return Ok(());
    }
    if what == "image" {
        let seen = format!("{} {target}", visitor.session());
        if !desk.door.is_first(seen) {
            return Ok(());
        }
    }
    let mut detail = if what == "search" { Map::new() } else { of_case(visitor) };
    let is_search = what == "search" || is_list(&asked.path);
    for (name, value) in asked.pairs.iter().filter(|(_, value)| !value.is_empty()) {
        let name = name.as_str();
        if name == "q" {
            // Who was looked for can be compared, and not read.
            let digest = query_digest(desk.door.key(&desk.catalog)?, value);
            detail.insert("query".into(), digest.into());
        } else if is_search && is_plain(name) || name == "show" {
            detail.insert(name.into(), shortened(value).into());
        }
    }
    Ok(note_deed(desk, visitor, what, &target, &Value::Object(detail))?)
}

/// Notes a request that was answered, where it holds up nobody else.
pub(in super::super) async fn noted(
    desk: &Arc<Desk>,
    visitor: Arc<Visitor>,
    asked: Asked,
) -> Result<(), Failure> {
    if asked.status != StatusCode::FORBIDDEN && deed(&asked).is_none() {
        return Ok(());
    }
    let desk = Arc::clone(desk);
    let work = spawn_blocking(move || note(&desk, &visitor, &asked));
    work.await.map_err(|_| Failure::BrokeOff)?
}

/// Whether it is a parameter of a search that names no person: where the next part of a
/// list begins is told by a name too.
fn is_plain(name: &str) -> bool {
    let asked = Search::default();
    let mut of_search = asked.search().into_iter().map(|(known, _)| known);
    name == "offset" || name != "q" && of_search.any(|known| known == name)
}

/// At most 200 letters: the trail is for reading.
fn shortened(text: &str) -> String {
    text.chars().take(200).collect()
}

/// What was done, and to what; `None` if it need not be noted.
fn deed(asked: &Asked) -> Option<(&'static str, String)> {
    if asked.method != Method::GET {
        // Forms are noted by who carries them out; a list of names is a search.
        let is_list = asked.method == Method::POST && asked.path == "/api/v1/lookup";
        return is_list.then(|| ("handed-out", asked.path.clone()));
    }
    let has = |wanted: &str| {
        asked.pairs.iter().any(|(name, value)| name == wanted && !value.trim().is_empty())
    };
    let mut parts = asked.path.split('/').filter(|part| !part.is_empty());
    let first = parts.next().unwrap_or_default();
    let is_search = Search::from_pairs(&asked.pairs).is_any();
    let papers = named(&asked.path, &[]).unwrap_or_default();
    let hands_out = asked.path.split(['/', '.']).any(|part| HANDS_OUT.contains(&part));
    let target = papers.first().map(|paper| match paper {
        Named::Record(id) => format!("record:{}", id.0),
        Named::Scan(id, Some(page)) => format!("page:{id}/{page}"),
        Named::Scan(id, None) => format!("scan:{id}"),
    });
    match (first, target) {
        ("assets", _) => None,
        ("audit", _) if hands_out => Some(("audit-exported", String::new())),
        ("audit", _) => Some(("audit-read", String::new())),
        (_, target) if hands_out => {
            Some(("handed-out", target.unwrap_or_else(|| shortened(&asked.path))))
        }
        ("image" | "iiif", Some(target)) => Some(("image", target)),
        (_, Some(target)) if has("show") => Some(("number-shown", target)),
        (_, Some(target)) => Some(("look", target)),
        ("" | "api", None) if is_search => Some(("search", String::new())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_searches_and_what_is_handed_out_are_told_from_the_address() {
        let scan = "ab".repeat(32);
        for (path, query, expected) in [
            ("/", "", None),
            ("/", "q", Some("search ")),
            ("/api/v1/search", "q", Some("search ")),
            ("/", "then", Some("search ")),
            ("/", "today", Some("search ")),
            ("/api/v1/search", "decade", Some("search ")),
            ("/api/v1/search", "state", Some("search ")),
            ("/", "collection", Some("search ")),
            ("/", "findings", Some("search ")),
            ("/", "sort", None),
            ("/api/v1/status", "", None),
            ("/record/r1", "q", Some("look record:r1")),
            ("/record/r1", "show", Some("number-shown record:r1")),
            ("/record/r1/sheet.pdf", "", Some("handed-out record:r1")),
            ("/search.csv", "q", Some("handed-out /search.csv")),
            ("/search.xlsx", "kind", Some("handed-out /search.xlsx")),
            ("/assets/desk.css", "", None),
            ("/audit", "", Some("audit-read ")),
            ("/healthz", "", None),
        ] {
            let pairs = [(query.to_owned(), "x".to_owned())];
            let asked = Asked {
                method: Method::GET,
                path: path.to_owned(),
                pairs: pairs.to_vec(),
                status: StatusCode::OK,
            };
            let found = deed(&asked).map(|(what, target)| format!("{what} {target}"));
            assert_eq!(found.as_deref(), expected, "{path}?{query}");
        }
        let page = format!("/image/{scan}/2");
        let asked = Asked {
            method: Method::GET,
            path: page,
            pairs: vec![],
            status: StatusCode::OK,
        };
        assert_eq!(deed(&asked), Some(("image", format!("page:{scan}/2"))));
    }
}
