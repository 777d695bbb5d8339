//! An archive folder, opened.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::child::WorkerSetup;
use super::durable;
use super::error::RunError;
use crate::catalog::Catalog;
use crate::config::archive::ArchiveConfig;
use crate::config::archive::DEFAULT_TOML;
use crate::config::built_in_kinds;
use crate::config::kind::Kinds;
use crate::search::Index;

/// What an archive consists of, opened.
pub struct Archive {
    /// Its folder.
    pub folder: PathBuf,
    /// Its settings.
    pub config: ArchiveConfig,
    /// What it knows.
    pub catalog: Arc<Catalog>,
}

/// Held by the one run that works on an archive; released when dropped, or by the system
/// when the process ends in whatever way.
#[derive(Debug)]
pub struct ArchiveLock {
    _file: File,
}

impl Archive {
    /// Opens the archive in `folder`.
    ///
    /// # Errors
    ///
    /// If there is none, or it cannot be used.
    pub fn open(folder: &Path) -> Result<Self, RunError> {
        let catalog = Arc::new(Catalog::open(folder)?);
        let config = ArchiveConfig::load(folder)?;
        Ok(Self { folder: folder.to_owned(), config, catalog })
    }

    /// Opens the archive in `folder`, making it if there is none.
    ///
    /// # Errors
    ///
    /// If it cannot be made or used.
    pub fn create_or_open(folder: &Path) -> Result<Self, RunError> {
        Self::created(folder).map_err(|error| {
            let is_full = error.is_disk_full();
            if is_full { RunError::DiskFull(folder.to_owned()) } else { error }
        })
    }

    fn created(folder: &Path) -> Result<Self, RunError> {
        let catalog = Arc::new(Catalog::create_or_open(folder)?);
        let settings = folder.join("sohoa.toml");
        if !settings.try_exists().unwrap_or(true) {
            durable::write(&settings, DEFAULT_TOML.as_bytes())?;
        }
        let config = ArchiveConfig::load(folder)?;
        Ok(Self { folder: folder.to_owned(), config, catalog })
    }

    /// How its workers are started; `program` is this program.
    pub fn worker_setup(&self, program: &Path, models: &Path) -> WorkerSetup {
        WorkerSetup {
            program: program.to_owned(),
            engine: self.config.engine.clone(),
            models: models.to_owned(),
            stall: self.config.stall,
            total: self.config.total,
            requests_before_restart: self.config.pages_before_restart,
            memory_bytes: self.config.worker_memory_bytes,
            trust_hidden_text: self.config.trust_hidden_text,
            clean: self.config.clean.clone(),
        }
    }

    /// The definitions of the kinds of document.
    ///
    /// # Errors
    ///
    /// If one is not valid.
    pub fn kinds(&self) -> Result<Kinds, RunError> {
        Ok(match &self.config.pipelines {
            Some(folder) => Kinds::load(folder)?,
            None => built_in_kinds()?,
        })
    }

    /// The index.
    ///
    /// # Errors
    ///
    /// If it cannot be opened.
    pub fn index(&self) -> Result<Index, RunError> {
        Ok(Index::create_or_open(&self.index_folder())?)
    }

    pub(super) fn index_folder(&self) -> PathBuf {
        self.folder.join("index")
    }

    /// Makes sure that no second run works on the archive as long as the answer lives.
    ///
    /// # Errors
    ///
    /// [`RunError::Locked`] if one does.
    pub fn lock(&self) -> Result<ArchiveLock, RunError> {
        let path = self.folder.join("lock");
        let broken =
            |source| RunError::Io { path: path.clone(), action: "written", source };
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(broken)?;
        if file.try_lock().is_err() {
            let mut holder = String::new();
            // Who holds it is only for the message.
            drop(file.read_to_string(&mut holder));
            let archive = self.folder.clone();
            return Err(RunError::Locked { archive, holder: holder.trim().to_owned() });
        }
        file.set_len(0).map_err(broken)?;
        file.write_all(std::process::id().to_string().as_bytes()).map_err(broken)?;
        Ok(ArchiveLock { _file: file })
    }
}
