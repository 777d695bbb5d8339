//! The pages of a file with the tools of the archivist: blank or not, where papers begin,
//! of what kind they are, which way up a page is.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};

use super::app::Desk;
use super::ask::Ask;
use super::door::{self, Form};
use super::error::Failure;
use super::page_tools::{PageTools, PageToolsError, Who};
use super::route::{blocking, page_key};
use super::turn::in_turn;
use super::view;
use crate::model::{PageOrder, PageTool, ScanId};

/// How long a ruling may take: a page that is turned is read again, and the worker that
/// does it has limits of its own.
const PATIENCE: Duration = Duration::from_mins(5);
/// Longest reason that is kept, in letters.
const MAX_WHY: usize = 200;
/// What a form says in place of a value that stands in another of its fields.
const CHOSEN: &str = "?";
/// Before an order that keeps what people checked.
pub(super) const KEEP: &str = "keep:";

/// The addresses of the pages of a file.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/pages/{scan}", get(contact))
        .route("/pages/{scan}/rule", post(rule))
}

fn tools(desk: &Desk) -> Result<&Arc<dyn PageTools>, Failure> {
    desk.page_tools.as_ref().ok_or(Failure::NotFound { what: "page tools" })
}

/// The file that an address names.
fn scan_id(written: String) -> Result<ScanId, Failure> {
    let missing = |_| Failure::NotFound { what: "scan" };
    Ok(page_key(written, "1").map_err(missing)?.scan)
}

/// The status of what could not be carried out.
pub(super) fn status_of(error: &PageToolsError) -> StatusCode {
    match error {
        PageToolsError::NoSuchPage => StatusCode::NOT_FOUND,
        PageToolsError::Value => StatusCode::BAD_REQUEST,
        PageToolsError::NotRead
        | PageToolsError::Checked { .. }
        | PageToolsError::Busy => StatusCode::CONFLICT,
        PageToolsError::Unread(_) => StatusCode::UNPROCESSABLE_ENTITY,
        PageToolsError::Archive(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Name of the text that says why something was not carried out.
pub(super) fn told(error: &PageToolsError) -> &'static str {
    match error {
        PageToolsError::NoSuchPage => "contact.no_page",
        PageToolsError::Value => "contact.value",
        PageToolsError::NotRead => "contact.not_read",
        PageToolsError::Checked { .. } => "contact.touched",
        PageToolsError::Unread(_) => "contact.unread",
        PageToolsError::Busy => "contact.busy",
        PageToolsError::Archive(_) => "contact.broken",
    }
}

async fn contact(
    State(desk): State<Arc<Desk>>,
    Path(scan): Path<String>,
    ask: Ask,
) -> Result<Html<String>, Failure> {
    let scan = scan_id(scan)?;
    blocking(desk, move |desk| view::contact(desk, &ask, &**tools(desk)?, &scan, None))
        .await
        .map(Html)
}

/// What a form sends to say something about a page; [`ordered`] reads it.
pub(super) fn ordered_as(page: u32, tool: PageTool, value: &str) -> String {
    format!("{page}:{}:{value}", tool.name())
}

/// What a form asks for, as `PAGE:TOOL:VALUE`, and whether what people checked is to be
/// kept beside.
fn ordered(scan: &ScanId, form: &Form) -> Result<(PageOrder, bool), Failure> {
    let expected = "page:tool:value";
    let wrong = || Failure::Parameter { name: "do", expected };
    let written = form.raw("do");
    let (written, keep) =
        written.strip_prefix(KEEP).map_or((written, false), |rest| (rest, true));
    let (page, rest) = written.split_once(':').ok_or_else(wrong)?;
    let (tool, value) = rest.split_once(':').ok_or_else(wrong)?;
    let value = if value == CHOSEN {
        form.get(&format!("{tool}-{page}"))
    } else {
        value.to_owned()
    };
    let key = page_key(scan.0.clone(), page).map_err(|_| wrong())?;
    let tool = PageTool::from_name(tool).ok_or_else(wrong)?;
    let why = form.get("why").chars().take(MAX_WHY).collect();
    Ok((PageOrder { key, tool, value, why }, keep))
}

async fn rule(
    State(desk): State<Arc<Desk>>,
    Path(scan): Path<String>,
    ask: Ask,
    form: Form,
) -> Result<Response, Failure> {
    let scan = scan_id(scan)?;
    let turns = Arc::clone(&desk.turns);
    in_turn(desk, turns, PATIENCE, move |desk, _| {
        let tools = tools(desk)?;
        let (order, keep) = ordered(&scan, &form)?;
        let who = Who {
            account: &ask.who.account,
            at_ms: door::now_ms(),
            source: &ask.who.source,
        };
        let Err(error) = tools.rule(&order, &who, keep) else {
            return Ok(door::see(&view::contact_at(&order.key)));
        };
        let status = status_of(&error);
        if status.is_server_error() || status == StatusCode::NOT_FOUND {
            return Err(error.into());
        }
        let refused = view::Refused { order: &order, error: &error };
        let page = view::contact(desk, &ask, &**tools, &scan, Some(&refused))?;
        Ok((status, Html(page)).into_response())
    })
    .await
}
