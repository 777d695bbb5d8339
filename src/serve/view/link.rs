//! Addresses of the desk's own pages.

use std::fmt::Write as _;

use super::super::request::Asked;
use crate::model::PageKey;
use crate::model::RecordId;

/// Text as a part of an address: everything but letters, digits and `-._~` in percent
/// notation.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            // Writing to a string cannot fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

/// A path with parameters; empty ones are left out.
pub(in super::super) fn with(path: &str, parameters: &[(&str, &str)]) -> String {
    let written: Vec<String> = parameters
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    if written.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", written.join("&"))
    }
}

/// The list of a search, from the hit after `offset` on.
pub(super) fn search(asked: &Asked, offset: usize) -> String {
    let offset = if offset == 0 { String::new() } else { offset.to_string() };
    let mut all = asked.search().to_vec();
    all.push(("offset", &offset));
    with("/", &all)
}

/// The list of a search, from the hit after a cursor on.
pub(super) fn search_after(asked: &Asked, after: &str) -> String {
    let mut all = asked.search().to_vec();
    all.push(("after", after));
    with("/", &all)
}

/// What a search finds as a file of that form.
pub(super) fn list(asked: &Asked, form: &str) -> String {
    with(&format!("/search.{form}"), &asked.search())
}

/// A record; the search that led to it goes along, so that there is a way back.
pub(super) fn record(id: &RecordId, asked: &Asked) -> String {
    let mut all = asked.search().to_vec();
    all.extend([("offset", asked.offset.as_str()), ("after", &asked.after)]);
    with(&format!("/record/{}", encoded(&id.0)), &all)
}

/// The sheet of a record for handing out.
pub(super) fn sheet(id: &RecordId) -> String {
    format!("/record/{}/sheet.pdf", encoded(&id.0))
}

/// What a page of a scan is opened with.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Opened<'a> {
    /// The record whose fields are listed.
    pub(super) record: Option<&'a RecordId>,
    /// The field that is outlined.
    pub(super) field: &'a str,
    /// Regions that are marked, as [`region`](super::super::region) writes them.
    pub(super) marks: &'a str,
    /// Quarter turns clockwise.
    pub(super) turn: &'a str,
    /// Per cent of the width of the window.
    pub(super) zoom: &'a str,
}

/// A page of a scan; the search goes along.
pub(super) fn page(key: &PageKey, opened: Opened<'_>, asked: &Asked) -> String {
    let mut all = vec![
        ("record", opened.record.map_or("", |id| id.0.as_str())),
        ("field", opened.field),
        ("hl", opened.marks),
        ("turn", opened.turn),
        ("zoom", opened.zoom),
    ];
    all.extend(asked.search());
    all.extend([("offset", asked.offset.as_str()), ("after", &asked.after)]);
    with(&format!("/page/{}/{}", key.scan, key.page), &all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_stands_in_a_name_is_safe_in_an_address() {
        let asked = Asked { q: "đ & \"<b>'/?#%".into(), ..Asked::default() };
        assert_eq!(
            search(&asked, 40),
            "/?q=%C4%91%20%26%20%22%3Cb%3E%27%2F%3F%23%25&offset=40"
        );
        assert_eq!(
            record(&RecordId("../a b".into()), &Asked::default()),
            "/record/..%2Fa%20b"
        );
    }
}
