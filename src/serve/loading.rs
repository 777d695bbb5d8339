//! Loading scans at the desk: files that are dropped into the browser, folders of this
//! machine, and what was set aside once more.

use std::io::{ErrorKind, Read};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::app::Desk;
use super::ask::Ask;
use super::door::{self, Form, Visitor, note_deed};
use super::error::Failure;
use super::load::{Load, LoadError, LoadFrom, LoadOrder, LoadState};
use super::route::blocking;
use super::view;

/// Families of kinds that can be chosen.
const FAMILIES: [&str; 3] = ["auto", "civil-status", "land"];
/// Longest name of a unit or collection, in letters.
const MAX_NAME: usize = 80;
/// Pieces of a file that wait for the disk.
const PIECES: usize = 16;

/// The addresses of loading.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/loading", get(page))
        .route("/loading/state", get(state))
        .route("/loading/table", get(table))
        .route("/loading/file", post(receive))
        .route("/loading/start", post(start))
        .route("/loading/stop", post(stop))
}

/// The intake, for those who look after the whole archive: a run tells names of files of
/// every unit.
fn intake<'d>(desk: &'d Desk, who: &Visitor) -> Result<&'d Arc<dyn Load>, Failure> {
    if !who.sight.is_everything() {
        return Err(Failure::Forbidden);
    }
    desk.load.as_ref().ok_or(Failure::NotFound { what: "intake" })
}

async fn page(State(desk): State<Arc<Desk>>, ask: Ask) -> Result<Html<String>, Failure> {
    blocking(desk, move |desk| {
        let load = intake(desk, &ask.who)?;
        view::loading(desk, &ask, &**load, "")
    })
    .await
    .map(Html)
}

async fn state(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
) -> Result<Json<serde_json::Value>, Failure> {
    Ok(Json(match intake(&desk, &ask.who)?.state() {
        LoadState::Running(progress) => json!({
            "running": true,
            "files": progress.files,
            "pages_done": progress.pages_done,
            "pages_expected": progress.pages_expected,
            "set_aside": progress.set_aside,
        }),
        _ => json!({ "running": false }),
    }))
}

async fn table(State(desk): State<Arc<Desk>>, ask: Ask) -> Result<Response, Failure> {
    blocking(desk, move |desk| {
        let run = ask.get("run").unwrap_or_default();
        let missing = Failure::NotFound { what: "run" };
        let table = intake(desk, &ask.who)?.table(run)?.ok_or(missing)?;
        // The intake has seen that the name is letters, digits and hyphens.
        let name = format!("attachment; filename=\"{run}.csv\"");
        let kind = (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned());
        Ok(([kind, (CONTENT_DISPOSITION, name)], table).into_response())
    })
    .await
}

/// The status of what went wrong with loading.
pub(super) fn status_of(error: &LoadError) -> StatusCode {
    match error {
        LoadError::Busy => StatusCode::CONFLICT,
        LoadError::Folder(_) | LoadError::Name(_) | LoadError::BrokenOff => {
            StatusCode::BAD_REQUEST
        }
        LoadError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        LoadError::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        LoadError::Archive(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Name of the text that says what went wrong with loading.
pub(super) fn told(error: &LoadError) -> &'static str {
    match error {
        LoadError::Busy => "loading.busy",
        LoadError::Folder(_) => "loading.not_allowed",
        LoadError::DiskFull => "loading.full",
        _ => "loading.not_possible",
    }
}

/// Pieces of a body, for whoever writes them on another thread.
struct Pieces {
    from: mpsc::Receiver<Option<Bytes>>,
    piece: Bytes,
    is_whole: bool,
}

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        while self.piece.is_empty() && !self.is_whole {
            match self.from.blocking_recv() {
                Some(Some(piece)) => self.piece = piece,
                // The end was told: everything is here.
                Some(None) => self.is_whole = true,
                None => return Err(ErrorKind::ConnectionAborted.into()),
            }
        }
        let count = into.len().min(self.piece.len());
        into[..count].copy_from_slice(&self.piece.split_to(count));
        Ok(count)
    }
}

/// Keeps a file that somebody dropped into the page. The body is the file.
async fn receive(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
    body: Body,
) -> Result<Response, Failure> {
    let load = Arc::clone(intake(&desk, &ask.who)?);
    // Closed only together with the desk.
    let _turn = Arc::clone(&desk.arrivals).acquire_owned().await;
    let (send, from) = mpsc::channel(PIECES);
    let writing = spawn_blocking(move || {
        let wanted = |name| ask.get(name).unwrap_or_default().to_owned();
        let mut pieces = Pieces { from, piece: Bytes::new(), is_whole: false };
        load.receive(&wanted("delivery"), &wanted("path"), &mut pieces)
    });
    let mut body = body;
    loop {
        let frame =
            std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context));
        let piece = match frame.await {
            Some(Ok(frame)) => frame.into_data().ok().map(Some),
            // Without its end told, the file is not kept.
            Some(Err(_)) => break,
            None => Some(None),
        };
        let is_end = piece == Some(None);
        let Some(piece) = piece else { continue };
        if send.send(piece).await.is_err() || is_end {
            break;
        }
    }
    drop(send);
    let bytes = writing.await.map_err(|_| Failure::BrokeOff)??;
    let status = if bytes.is_some() { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(json!({ "bytes": bytes }))).into_response())
}

/// What a form asks for.
fn ordered(form: &Form) -> Result<LoadOrder, Failure> {
    let from = match form.raw("from") {
        "folder" => LoadFrom::Folder(PathBuf::from(form.get("folder"))),
        "delivery" => LoadFrom::Delivery(form.get("delivery")),
        "set-aside" => LoadFrom::SetAside,
        _ => {
            let expected = "folder, delivery or set-aside";
            return Err(Failure::Parameter { name: "from", expected });
        }
    };
    let family = form.get("family");
    let family = if family.is_empty() { "auto".to_owned() } else { family };
    if !FAMILIES.contains(&family.as_str()) {
        let expected = "auto, civil-status or land";
        return Err(Failure::Parameter { name: "family", expected });
    }
    let named = |name: &'static str| {
        let written = form.get(name);
        if written.chars().count() > MAX_NAME {
            return Err(Failure::Parameter { name, expected: "at most 80 letters" });
        }
        Ok((!written.is_empty()).then_some(written))
    };
    Ok(LoadOrder { from, family, unit: named("unit")?, collection: named("collection")? })
}

async fn start(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
    form: Form,
) -> Result<Response, Failure> {
    blocking(desk, move |desk| {
        let load = intake(desk, &ask.who)?;
        let order = ordered(&form)?;
        let target = match &order.from {
            LoadFrom::Folder(folder) => format!("folder:{}", folder.display()),
            LoadFrom::Delivery(name) => format!("delivery:{name}"),
            LoadFrom::SetAside => "set-aside".to_owned(),
        };
        let detail = json!({
            "family": order.family, "unit": order.unit, "collection": order.collection,
        });
        // What cannot be noted is not begun.
        note_deed(desk, &ask.who, "load", &target, &detail)?;
        if let Err(error) = load.start(order) {
            let status = status_of(&error);
            if status.is_server_error() {
                return Err(error.into());
            }
            let page = view::loading(desk, &ask, &**load, told(&error))?;
            return Ok((status, Html(page)).into_response());
        }
        Ok(door::see("/loading"))
    })
    .await
}

async fn stop(State(desk): State<Arc<Desk>>, ask: Ask) -> Result<Response, Failure> {
    blocking(desk, move |desk| {
        intake(desk, &ask.who)?.stop();
        note_deed(desk, &ask.who, "load-stopped", "", &serde_json::Value::Null)?;
        Ok(door::see("/loading"))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[Option<&'static [u8]>]) -> std::io::Result<Vec<u8>> {
        let (send, from) = mpsc::channel(PIECES);
        for piece in pieces {
            send.try_send(piece.map(Bytes::from_static)).expect("room");
        }
        drop(send);
        let mut all = Vec::new();
        let mut pieces = Pieces { from, piece: Bytes::new(), is_whole: false };
        pieces.read_to_end(&mut all).map(|_| all)
    }

    #[test]
    fn a_file_is_whole_only_when_its_end_was_told() {
        let whole = read(&[Some(b"ab"), Some(b""), Some(b"c"), None]);
        assert_eq!(whole.expect("a file"), b"abc");
        let broken = read(&[Some(b"ab"), Some(b"c")]).expect_err("half a file");
        assert_eq!(broken.kind(), ErrorKind::ConnectionAborted);
    }
}
