//! The audit trail, for the auditor.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;

use super::app::Desk;
use super::ask::Ask;
use super::error::Failure;
use super::route::blocking;
use super::stream;
use super::view;
use crate::access::write_trail;

/// The addresses of the trail.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new().route("/audit", get(page)).route("/audit/export", get(export))
}

async fn page(State(desk): State<Arc<Desk>>, ask: Ask) -> Result<Html<String>, Failure> {
    blocking(desk, move |desk| view::audit(desk, &ask)).await.map(Html)
}

async fn export(State(desk): State<Arc<Desk>>) -> Response {
    let catalog = Arc::clone(&desk.catalog);
    let file = stream::body(
        move |out| write_trail(&catalog, out),
        move |error| (desk.log)(&format!("export of the audit trail broke off: {error}")),
    );
    let headers = [
        (CONTENT_TYPE, "application/jsonl"),
        (CONTENT_DISPOSITION, "attachment; filename=\"audit.jsonl\""),
    ];
    (headers, file).into_response()
}
