//! Files for handing out: the sheet of a record, what a search found as a table, a scan as
//! searchable PDF, what was read on a page as ALTO and hOCR.

use std::io::Write;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::app::Desk;
use super::ask::Ask;
use super::door;
use super::draft::Draft;
use super::error::Failure;
use super::images::PageImageError;
use super::route::{page_key, record_id};
use super::turn::{Waiting, in_picture_turn};
use super::view;
use crate::export::{
    self, ExportError, ListForm, PaperForm, Pictures, write_list, write_sheet,
};
use crate::model::PageKey;
use crate::model::StoredPicture;

/// Most pages of a PDF that is put together while somebody waits: one is some 1 MiB and
/// takes a tenth of a second.
const MOST_PAGES: usize = 200;

/// All addresses of files for handing out.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/record/{id}/sheet.pdf", get(sheet))
        .route("/search.csv", get(list_as_csv))
        .route("/search.xlsx", get(list_as_workbook))
        .route("/scan/{scan}/file.pdf", get(pdf))
        .route("/page/{scan}/{page}/alto.xml", get(alto))
        .route("/page/{scan}/{page}/hocr.html", get(hocr))
}

/// What lists are saved as.
const LIST_NAME: &str = "sohoa";

/// Most bytes of a file that is put together while somebody waits.
const MOST_BYTES: u64 = 1 << 30;

/// Pictures of the desk's pages, for one who still waits.
struct DeskPictures<'d> {
    desk: &'d Desk,
    waiting: &'d Waiting,
}

impl Pictures for DeskPictures<'_> {
    fn stored(
        &self,
        key: &PageKey,
    ) -> Result<Option<StoredPicture>, Box<dyn std::error::Error + Send + Sync>> {
        if self.waiting.is_over() {
            return Err("nobody waits for it any more".into());
        }
        match self.desk.pages.stored(key) {
            Ok(picture) => Ok(Some(picture)),
            Err(error @ PageImageError::Lost { .. }) => Err(error.into()),
            Err(_) => Ok(None),
        }
    }
}

/// Makes a file when its turn comes, on disk, and sends it from there. It is saved under
/// `name`, not shown.
async fn file(
    desk: Arc<Desk>,
    kind: &'static str,
    name: String,
    work: impl FnOnce(&Desk, &Waiting, &mut dyn Write) -> Result<(), Failure> + Send + 'static,
) -> Result<Response, Failure> {
    let made = in_picture_turn(desk, move |desk, waiting| {
        let mut draft =
            Draft::new(waiting.clone(), MOST_BYTES).map_err(ExportError::from)?;
        let done = work(desk, waiting, &mut draft);
        if draft.is_full {
            return Err(Failure::TooManyBytes { most: MOST_BYTES });
        }
        done?;
        Ok(draft.sent().map_err(ExportError::from)?)
    });
    let body = Body::new(made.await?);
    let head = [
        (CONTENT_TYPE, kind.to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((head, body).into_response())
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
    file(desk, "application/pdf", name, move |desk, _, out| {
        let sheet = view::sheet(desk, &ask, &id)?;
        Ok(write_sheet(&sheet, out)?)
    })
    .await
}

async fn list_as_csv(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
) -> Result<Response, Failure> {
    list(desk, ask, ListForm::Csv).await
}

async fn list_as_workbook(
    State(desk): State<Arc<Desk>>,
    ask: Ask,
) -> Result<Response, Failure> {
    list(desk, ask, ListForm::Xlsx).await
}

/// The list of a search. That each of its records was handed out stands in the trail before
/// the file leaves.
async fn list(desk: Arc<Desk>, ask: Ask, form: ListForm) -> Result<Response, Failure> {
    let name = format!("{LIST_NAME}.{}", form.ending());
    file(desk, form.media_type(), name, move |desk, _, out| {
        let handed = view::list(desk, &ask)?;
        door::note_list(desk, &ask.who, &handed.number, &handed.records)?;
        Ok(write_list(&handed.list, form, out)?)
    })
    .await
}

async fn pdf(
    State(desk): State<Arc<Desk>>,
    Path(scan): Path<String>,
) -> Result<Response, Failure> {
    let key = page_key(scan, "1")?;
    let short: String = key.scan.0.chars().take(12).collect();
    file(desk, "application/pdf", format!("{short}.pdf"), move |desk, waiting, out| {
        if desk.catalog.pages(&key.scan)?.len() > MOST_PAGES {
            return Err(Failure::TooManyPages { most: MOST_PAGES });
        }
        written(desk, waiting, &key, (PaperForm::Pdf, None), out)
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
    file(desk, kind, name, move |desk, waiting, out| {
        if desk.catalog.page_text(&key)?.is_none() {
            return Err(Failure::NotFound { what: "page that was read" });
        }
        written(desk, waiting, &key, (form, Some(key.page)), out)
    })
    .await
}

fn written(
    desk: &Desk,
    waiting: &Waiting,
    key: &PageKey,
    (form, only): (PaperForm, Option<u32>),
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let scan = desk.catalog.scan(&key.scan)?.ok_or(Failure::NotFound { what: "scan" })?;
    let pictures = DeskPictures { desk, waiting };
    Ok(export::write_paper(&desk.catalog, &pictures, &scan, form, only, out)?)
}
