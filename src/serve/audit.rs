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
use super::view;
use crate::access::write_trail;

/// The addresses of the trail.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new().route("/audit", get(page)).route("/audit/export", get(export))
}

async fn page(State(desk): State<Arc<Desk>>, ask: Ask) -> Result<Html<String>, Failure> {
    blocking(desk, move |desk| view::audit(desk, &ask)).await.map(Html)
}

async fn export(State(desk): State<Arc<Desk>>) -> Result<Response, Failure> {
    let file = blocking(desk, |desk| {
        let mut out = Vec::new();
        write_trail(&desk.catalog, &mut out)?;
        Ok(out)
    });
    let headers = [
        (CONTENT_TYPE, "application/jsonl"),
        (CONTENT_DISPOSITION, "attachment; filename=\"audit.jsonl\""),
    ];
    Ok((headers, file.await?).into_response())
}
