//! Page images for the web page, decoded in a worker and kept on disk.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::child::Slot;
use super::child::WorkerSetup;
use super::wire::Reply;
use super::wire::Request;
use crate::catalog::Catalog;
use crate::model::PageKey;
use crate::model::StoredPicture;

/// Names the way pictures are made; another way has other names.
const STEP: &str = "picture-1";

/// Why a page cannot be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// The file does not give the page.
    #[error("page cannot be shown: {0}")]
    Refused(String),
    /// The worker or the disk failed.
    #[error("page cannot be shown now")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Gives the JPEG of a page. Made on demand, kept under `derived/`, and made again when
/// that folder is emptied.
pub struct Pictures {
    catalog: Arc<Catalog>,
    folder: PathBuf,
    worker: Mutex<Slot>,
}

impl Pictures {
    /// Pictures of the pages of `catalog`, kept in `folder`.
    pub fn new(catalog: Arc<Catalog>, folder: PathBuf, setup: WorkerSetup) -> Self {
        Self { catalog, folder, worker: Mutex::new(Slot::new(setup, Arc::default())) }
    }

    /// The page as it came out of its file, as JPEG.
    ///
    /// # Errors
    ///
    /// If the page cannot be decoded.
    pub fn jpeg(&self, key: &PageKey) -> Result<Vec<u8>, PictureError> {
        let place = self.place(key);
        if let Ok(bytes) = std::fs::read(&place) {
            return Ok(bytes);
        }
        let path = self.catalog.originals().path(&key.scan);
        let request = Request::Picture { path, page: key.page };
        let (Reply::Picture, jpeg) = self.ask(&request)? else {
            return Err(PictureError::Refused("no picture came".to_owned()));
        };
        // A picture that cannot be kept is made again next time; the page is shown anyway.
        drop(self.keep(&place, &jpeg));
        Ok(jpeg)
    }

    /// The page as its file holds it, where that can be handed on; else made anew.
    ///
    /// # Errors
    ///
    /// If the page cannot be decoded.
    pub fn stored_picture(&self, key: &PageKey) -> Result<StoredPicture, PictureError> {
        let path = self.catalog.originals().path(&key.scan);
        let text = self.catalog.page_text(key);
        let text = text.map_err(|error| PictureError::Failed(error.into()))?;
        let size = text.map(|text| (text.original.width, text.original.height));
        let request = Request::Stored { path, page: key.page, size };
        match self.ask(&request)? {
            (Reply::Stored(picture), bytes) => Ok(StoredPicture { bytes, ..picture }),
            _ => Err(PictureError::Refused("no picture came".to_owned())),
        }
    }

    /// Asks the worker; an answer that says no is an error.
    fn ask(&self, request: &Request) -> Result<(Reply, Vec<u8>), PictureError> {
        match self.worker.lock().unwrap_or_else(PoisonError::into_inner).ask(request) {
            Ok((
                Reply::Refused { message, .. }
                | Reply::Unable { message }
                | Reply::Panicked { message },
                _,
            )) => Err(PictureError::Refused(message)),
            Ok(answer) => Ok(answer),
            Err(error) => Err(PictureError::Failed(error.into())),
        }
    }

    fn place(&self, key: &PageKey) -> PathBuf {
        let name = format!("{} {} {STEP}", key.scan, key.page);
        let digits = blake3::hash(name.as_bytes()).to_hex();
        let first: String = digits.chars().take(2).collect();
        self.folder.join(first).join(format!("{digits}.jpg"))
    }

    fn keep(&self, place: &std::path::Path, jpeg: &[u8]) -> std::io::Result<()> {
        use std::io::Write as _;
        let folder = place.parent().unwrap_or(&self.folder);
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(jpeg)?;
        file.persist(place)?;
        Ok(())
    }
}

impl crate::export::Pictures for Pictures {
    fn stored(
        &self,
        key: &PageKey,
    ) -> Result<Option<StoredPicture>, Box<dyn std::error::Error + Send + Sync>> {
        match self.stored_picture(key) {
            Ok(picture) => Ok(Some(picture)),
            Err(PictureError::Refused(_)) => Ok(None),
            Err(error @ PictureError::Failed(_)) => Err(error.into()),
        }
    }
}
