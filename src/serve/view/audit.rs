//! The audit trail as a page.

use askama::Template;

use super::super::app::Desk;
use super::super::ask::Ask;
use super::super::error::Failure;
use super::frame::Frame;
use super::link;
use crate::access::query_digest;
use crate::catalog::AuditFilter;

/// Entries on one page.
const ON_A_PAGE: usize = 100;
/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage<'a> {
    frame: Frame<'a>,
    filter: Typed,
    rows: Vec<Row>,
    older: String,
    /// What a check of the chain said; empty if none was asked for.
    chain: String,
    is_broken: bool,
}

/// The filter as typed.
#[derive(Default)]
struct Typed {
    account: String,
    what: String,
    target: String,
    from: String,
    to: String,
    name: String,
}

struct Row {
    seq: u64,
    time: String,
    account: String,
    what: String,
    target: String,
    detail: String,
    source: String,
}

/// The start of a day as typed (`2026-03-05`) on this machine's clock; 0 if none was typed.
fn day_ms(typed: &str) -> Result<i64, Failure> {
    if typed.is_empty() {
        return Ok(0);
    }
    let wrong =
        |_| Failure::Parameter { name: "from", expected: "a day like 2026-03-05" };
    let day: jiff::civil::Date = typed.parse().map_err(wrong)?;
    let start = day.to_zoned(jiff::tz::TimeZone::system()).map_err(wrong)?;
    Ok(start.timestamp().as_millisecond())
}

/// The trail, newest first.
///
/// # Errors
///
/// If a day makes no sense or the catalog cannot be read.
pub(in super::super) fn audit(desk: &Desk, ask: &Ask) -> Result<String, Failure> {
    let frame = Frame::of(desk, ask, desk.texts.say(ask.lang, "audit.title").to_owned());
    let of = |name: &str| ask.get(name).unwrap_or_default().trim().to_owned();
    let typed = Typed {
        account: of("account"),
        what: of("what"),
        target: of("target"),
        from: of("from"),
        to: of("to"),
        name: of("name"),
    };
    let detail = if typed.name.is_empty() {
        String::new()
    } else {
        query_digest(desk.door.key(&desk.catalog)?, &typed.name)
    };
    let to = day_ms(&typed.to)?;
    let filter = AuditFilter {
        account: typed.account.clone(),
        what: typed.what.clone(),
        target: typed.target.clone(),
        from_ms: day_ms(&typed.from)?,
        before_ms: if to == 0 { 0 } else { to + DAY_MS },
        detail,
    };
    let below = ask.get("below").and_then(|below| below.parse().ok()).unwrap_or(0);
    let entries = desk.catalog.audit_entries(&filter, below, ON_A_PAGE)?;
    let older = match entries.last() {
        Some(last) if entries.len() == ON_A_PAGE => link::with(
            "/audit",
            &[
                ("account", &typed.account),
                ("what", &typed.what),
                ("target", &typed.target),
                ("from", &typed.from),
                ("to", &typed.to),
                ("name", &typed.name),
                ("below", &last.seq.to_string()),
            ],
        ),
        _ => String::new(),
    };
    let broken = match ask.get("check") {
        Some(_) => Some(desk.catalog.audit_break()?),
        None => None,
    };
    let page = AuditPage {
        is_broken: matches!(broken, Some(Some(_))),
        chain: match broken {
            None => String::new(),
            Some(None) => frame.say("audit.holds").to_owned(),
            Some(Some(broken)) => broken,
        },
        older,
        rows: entries
            .into_iter()
            .map(|entry| Row {
                seq: entry.seq,
                time: super::moment(entry.at_ms),
                account: entry.account,
                what: entry.what,
                target: entry.target,
                detail: entry.detail,
                source: entry.source,
            })
            .collect(),
        filter: typed,
        frame,
    };
    Ok(page.render()?)
}
