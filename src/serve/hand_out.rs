//! Files for handing out: the sheet of a record, a scan as searchable PDF, what was read on
//! a page as ALTO and hOCR.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::app::Desk;
use super::ask::Ask;
use super::error::Failure;
use super::route::{PICTURE_PATIENCE, page_key, record_id};
use super::view;
use crate::export::{self, PaperForm, Pictures, write_sheet};
use crate::model::PageKey;
use crate::model::StoredPicture;

/// Most pages of a PDF that is put together while somebody waits: one is some 1 MiB and
/// takes a tenth of a second.
const MOST_PAGES: usize = 200;

/// All addresses of files for handing out.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/record/{id}/sheet.pdf", get(sheet))
        .route("/scan/{scan}/file.pdf", get(pdf))
        .route("/page/{scan}/{page}/alto.xml", get(alto))
        .route("/page/{scan}/{page}/hocr.html", get(hocr))
}

/// Pictures of the desk's pages.
struct DeskPictures<'d>(&'d Desk);

impl Pictures for DeskPictures<'_> {
    fn stored(
        &self,
        key: &PageKey,
    ) -> Result<StoredPicture, Box<dyn std::error::Error + Send + Sync>> {
        Ok(self.0.pages.stored(key)?)
    }
}

/// Makes a file when its turn comes. It is saved under `name`, not shown.
async fn file(
    desk: Arc<Desk>,
    kind: &'static str,
    name: String,
    work: impl FnOnce(&Desk) -> Result<Vec<u8>, Failure> + Send + 'static,
) -> Result<Response, Failure> {
    let turned = async move {
        // Closed only together with the desk.
        let turn = Arc::clone(&desk.pictures).acquire_owned().await;
        let task = spawn_blocking(move || {
            let _turn = turn;
            work(&desk)
        });
        task.await.map_err(|_| Failure::BrokeOff)?
    };
    let late = || Failure::Late { seconds: PICTURE_PATIENCE.as_secs() };
    let bytes = timeout(PICTURE_PATIENCE, turned).await.map_err(|_| late())??;
    let head = [
        (CONTENT_TYPE, kind.to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((head, bytes).into_response())
}

/// Letters that a file name may have everywhere.
fn plain(id: &str) -> String {
    let is_plain = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '-';
    id.chars()
        .map(|letter| if is_plain(&letter) { letter } else { '-' })
        .take(60)
        .collect()
}

async fn sheet(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    ask: Ask,
) -> Result<Response, Failure> {
    let id = record_id(id)?;
    let name = format!("{}.pdf", plain(&id.0));
    file(desk, "application/pdf", name, move |desk| {
        let sheet = view::sheet(desk, &ask, &id)?;
        let mut bytes = Vec::new();
        write_sheet(&sheet, &mut bytes)?;
        Ok(bytes)
    })
    .await
}

async fn pdf(
    State(desk): State<Arc<Desk>>,
    Path(scan): Path<String>,
) -> Result<Response, Failure> {
    let key = page_key(scan, "1")?;
    let short: String = key.scan.0.chars().take(12).collect();
    file(desk, "application/pdf", format!("{short}.pdf"), move |desk| {
        if desk.catalog.pages(&key.scan)?.len() > MOST_PAGES {
            return Err(Failure::TooManyPages { most: MOST_PAGES });
        }
        written(desk, &key, PaperForm::Pdf, None)
    })
    .await
}

async fn alto(
    State(desk): State<Arc<Desk>>,
    Path((scan, page)): Path<(String, String)>,
) -> Result<Response, Failure> {
    of_page(desk, page_key(scan, &page)?, PaperForm::Alto, "application/xml").await
}

async fn hocr(
    State(desk): State<Arc<Desk>>,
    Path((scan, page)): Path<(String, String)>,
) -> Result<Response, Failure> {
    of_page(desk, page_key(scan, &page)?, PaperForm::Hocr, "text/html; charset=utf-8")
        .await
}

async fn of_page(
    desk: Arc<Desk>,
    key: PageKey,
    form: PaperForm,
    kind: &'static str,
) -> Result<Response, Failure> {
    let short: String = key.scan.0.chars().take(12).collect();
    let name = format!("{short}-{}.{}", key.page, form.ending());
    file(desk, kind, name, move |desk| {
        if desk.catalog.page_text(&key)?.is_none() {
            return Err(Failure::NotFound { what: "page that was read" });
        }
        written(desk, &key, form, Some(key.page))
    })
    .await
}

fn written(
    desk: &Desk,
    key: &PageKey,
    form: PaperForm,
    only: Option<u32>,
) -> Result<Vec<u8>, Failure> {
    let scan = desk.catalog.scan(&key.scan)?.ok_or(Failure::NotFound { what: "scan" })?;
    let mut bytes = Vec::new();
    let pictures = DeskPictures(desk);
    export::write_paper(&desk.catalog, &pictures, &scan, form, only, &mut bytes)?;
    Ok(bytes)
}
