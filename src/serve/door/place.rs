//! Which papers an address names, and whether the visitor may see them.

use super::super::app::Desk;
use super::super::error::Failure;
use super::visitor::Visitor;
use crate::model::RecordId;
use crate::model::ScanId;

/// Digits of a scan's id, and of a record's.
const SCAN_DIGITS: usize = 64;
const RECORD_DIGITS: usize = 32;

/// A record or scan that an address names, wherever in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    Record(RecordId),
    /// With the page, where the part after it is a number.
    Scan(ScanId, Option<u32>),
}

/// A part of an address with its percent signs resolved, as the router does it; `None` if
/// it is no text.
fn decoded(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let (high, low) = (digit(rest.next())?, digit(rest.next())?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// Every record and scan that the address names, in its path or its parameters.
///
/// A scan is told by its 64 hexadecimal digits at the start of a part, a record by its 32,
/// or by standing after `record` or `records`.
pub(super) fn named(path: &str, pairs: &[(String, String)]) -> Option<Vec<Named>> {
    let parts: Vec<String> = path.split('/').map(decoded).collect::<Option<_>>()?;
    let mut found = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| parts.get(at)).map(String::as_str);
        let is_record = matches!(before, Some("record" | "records"));
        let digits = part.bytes().take_while(u8::is_ascii_hexdigit).count();
        if is_record && !part.is_empty() || digits == RECORD_DIGITS {
            // What follows the digits is the form that is asked for, such as `.pdf`.
            let most = if digits == RECORD_DIGITS { RECORD_DIGITS } else { usize::MAX };
            found.push(Named::Record(RecordId(part.chars().take(most).collect())));
        } else if digits >= SCAN_DIGITS {
            let scan: String = part.chars().take(SCAN_DIGITS).collect();
            let page = parts.get(at + 1).and_then(|next| next.parse().ok());
            found.push(Named::Scan(ScanId(scan.to_ascii_lowercase()), page));
        }
    }
    for (_, value) in pairs {
        let is_hex = value.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hex && value.len() == RECORD_DIGITS {
            found.push(Named::Record(RecordId(value.clone())));
        } else if is_hex && value.len() == SCAN_DIGITS {
            found.push(Named::Scan(ScanId(value.clone()), None));
        }
    }
    Some(found)
}

/// Lets the visitor through if they may see everything that is named. What is not in the
/// archive is no secret: the handler says so.
pub(super) fn check(
    desk: &Desk,
    visitor: &Visitor,
    named: &[Named],
) -> Result<(), Failure> {
    if visitor.sight.is_everything() {
        return Ok(());
    }
    for one in named {
        let place = match one {
            Named::Record(id) => desk.catalog.place_of_record(id)?,
            Named::Scan(id, _) => desk.catalog.place_of_scan(id)?,
        };
        let Some(place) = place else { continue };
        let (unit, collection) = (place.unit.as_deref(), place.collection.as_deref());
        let sees = |kind: &str| visitor.sight.holds(unit, collection, kind);
        // A scan without records has no kind that could be kept back.
        if !sees("") || !place.kinds.iter().all(|kind| sees(kind)) {
            return Err(Failure::Forbidden);
        }
    }
    Ok(())
}

/// Whether the address hands out what was read on a page, letter for letter.
fn is_text(path: &str) -> bool {
    let starts = ["/api/v1/pages/", "/iiif/search/"];
    let ends = ["/alto.xml", "/hocr.html", "/file.pdf"];
    starts.iter().any(|start| path.starts_with(start))
        || ends.iter().any(|end| path.ends_with(end))
}

/// Refuses the text of pages on which something stands that is kept back from the visitor,
/// such as the cause of death.
pub(super) fn check_text(
    desk: &Desk,
    visitor: &Visitor,
    path: &str,
    named: &[Named],
) -> Result<(), Failure> {
    if !is_text(path) || visitor.sight.holds_all_fields() {
        return Ok(());
    }
    for one in named {
        let Named::Scan(scan, page) = one else { continue };
        let records = desk.catalog.records_of(scan)?;
        if visitor.sight.keeps_back(&records, *page) {
            return Err(Failure::Forbidden);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &str, parameter: &str) -> Vec<Named> {
        named(path, &[("x".to_owned(), parameter.to_owned())]).unwrap_or_default()
    }

    #[test]
    fn papers_are_found_wherever_an_address_names_them() {
        let (scan, record) = ("ab".repeat(32), "cd".repeat(16));
        let is_scan = |page| Named::Scan(ScanId(scan.clone()), page);
        let is_record = Named::Record(RecordId(record.clone()));
        assert_eq!(names(&format!("/image/{scan}/3"), ""), [is_scan(Some(3))]);
        assert_eq!(names(&format!("/iiif/{scan}-3/full"), ""), [is_scan(None)]);
        assert_eq!(
            names(&format!("/iiif/{}/x", scan.to_uppercase()), ""),
            [is_scan(None)]
        );
        assert_eq!(
            names(&format!("/x/{record}.pdf"), ""),
            std::slice::from_ref(&is_record)
        );
        assert_eq!(names("/x", &record), std::slice::from_ref(&is_record));
        assert_eq!(names("/x", &scan), [is_scan(None)]);
        let hidden = record.replacen("cd", "%63%64", 1);
        assert_eq!(names(&format!("/record/{hidden}"), ""), [is_record]);
        assert_eq!(names("/record/r1", ""), [Named::Record(RecordId("r1".into()))]);
        assert_eq!(names("/assets/desk.css", "abc"), []);
        assert_eq!(named("/record/%ff", &[]), None);
    }
}
