//! Wires the stages. The only module that knows their order.

mod child;
mod confine;
pub mod desk;
mod indexing;
mod ingest;
mod nightly;
mod page;
mod pictures;
mod queue;
mod wire;
mod worker;

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub use child::{WorkerError, WorkerSetup};
pub use confine::isolation;
pub use ingest::{IngestPlan, Progress, set_aside_of};
pub use nightly::{NightReport, nightly};
pub use page::PageReader;
pub use pictures::Pictures;
pub use worker::{WorkerPlan, work};

use self::indexing::Indexer;
use self::ingest::Ingest;
use crate::catalog::Catalog;
use crate::catalog::CatalogError;
use crate::catalog::Originals;
use crate::catalog::ScanState;
use crate::config::archive::ArchiveConfig;
use crate::config::archive::ArchiveConfigError;
use crate::config::archive::DEFAULT_TOML;
use crate::config::built_in_kinds;
use crate::config::kind::KindError;
use crate::config::kind::Kinds;
use crate::extract::Extract;
use crate::intake::walk;
use crate::model::RecordId;
use crate::report::Fate;
use crate::report::Report;
use crate::search::Index;
use crate::search::SearchError;

/// Why a run ended before its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// Another run works on the archive.
    #[error("another run works on `{}`; wait for it or stop it", .0.display())]
    Locked(PathBuf),
    /// The settings cannot be used.
    #[error(transparent)]
    Config(#[from] ArchiveConfigError),
    /// A definition cannot be used.
    #[error(transparent)]
    Kinds(#[from] KindError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The index failed.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// Workers cannot be started.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// Something that reading needs is missing.
    #[error("{message}")]
    Unable {
        /// What, and what to do.
        message: String,
    },
    /// A worker answered something else than it was asked.
    #[error("worker process answered out of turn")]
    Protocol,
    /// A file of the archive could not be read or written.
    #[error("`{}` could not be {action}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// `read`, `written`, …
        action: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
}

impl RunError {
    /// Whether the disk is full: to be continued when there is room again.
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Catalog(error) => error.is_disk_full(),
            Self::Search(error) => error.is_disk_full(),
            Self::Io { source, .. } => source.kind() == std::io::ErrorKind::StorageFull,
            _ => false,
        }
    }
}

/// What an archive consists of, opened.
pub struct Archive {
    /// Its folder.
    pub folder: PathBuf,
    /// Its settings.
    pub config: ArchiveConfig,
    /// What it knows.
    pub catalog: Arc<Catalog>,
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
        let catalog = Arc::new(Catalog::create_or_open(folder)?);
        let settings = folder.join("sohoa.toml");
        if !settings.try_exists().unwrap_or(true) {
            std::fs::write(&settings, DEFAULT_TOML).map_err(|source| RunError::Io {
                path: settings,
                action: "written",
                source,
            })?;
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

    fn index_folder(&self) -> PathBuf {
        self.folder.join("index")
    }

    /// Makes sure that no second run works on the archive as long as the answer lives.
    ///
    /// # Errors
    ///
    /// [`RunError::Locked`] if one does.
    pub fn lock(&self) -> Result<File, RunError> {
        let path = ingest::lock_path(&self.folder);
        let file = File::create(&path).map_err(|source| RunError::Io {
            path,
            action: "written",
            source,
        })?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(_) => Err(RunError::Locked(self.folder.clone())),
        }
    }
}

/// Takes in what the plan names; goes on with what an earlier run left.
///
/// # Errors
///
/// If the archive or the set-up fails. What single files are guilty of is in the report.
pub fn ingest(
    archive: &Archive,
    setup: &WorkerSetup,
    plan: &IngestPlan,
    stop: &AtomicBool,
    tick: impl FnMut(Progress),
) -> Result<Report, RunError> {
    let _lock = archive.lock()?;
    archive.catalog.originals().clear_incoming()?;
    let extract = Extract::new(Arc::new(archive.kinds()?));
    let index = archive.index()?;
    let mut indexer = Indexer::new(&archive.catalog, index.writer()?);
    // The index may have been deleted or restored since: what it lacks is noted again.
    if index.watermark()? == 0 {
        archive.catalog.index_everything_again()?;
    }
    Ingest::new(&archive.catalog, &extract, setup, plan, stop).run(&mut indexer, tick)
}

/// Says what `ingest` would do with the files, by their bytes, and writes nothing.
///
/// # Errors
///
/// If the catalog fails.
pub fn dry_run(paths: &[PathBuf], known: Option<&Catalog>) -> Result<Report, RunError> {
    let mut report = Report::default();
    let found = walk::files(paths);
    report.skipped = found.num_junk + found.num_special;
    let mut seen = BTreeSet::new();
    for entry in &found.unreadable {
        report.count(&entry.relative.to_string_lossy(), Fate::Failed);
    }
    for file in &found.files {
        let path = file.relative.to_string_lossy();
        let Ok(stored) = Originals::hash(&file.absolute) else {
            report.count(&path, Fate::Failed);
            continue;
        };
        let in_archive = match known {
            Some(catalog) => catalog.scan(&stored.id)?.is_some(),
            None => false,
        };
        let is_first = seen.insert(stored.id);
        let fate = if in_archive || !is_first { Fate::Duplicate } else { Fate::Ingested };
        report.count(&path, fate);
    }
    Ok(report)
}

/// Makes the records of every scan anew from what was read, without reading again, and
/// builds the index beside the old one.
///
/// # Errors
///
/// If the archive fails.
pub fn reindex(archive: &Archive, extract_again: bool) -> Result<usize, RunError> {
    let _lock = archive.lock()?;
    if extract_again {
        let extract = Extract::new(Arc::new(archive.kinds()?));
        for scan in archive.catalog.scans()? {
            if scan.state == ScanState::Done {
                let records = ingest::extracted(&archive.catalog, &extract, &scan.id)?;
                archive.catalog.finish_scan(&scan.id, &records)?;
            }
        }
    }
    let folder = archive.index_folder();
    let fresh = archive.folder.join("index-new");
    let moved = |path: &Path, action: &'static str| {
        let path = path.to_owned();
        move |source| RunError::Io { path, action, source }
    };
    remove_folder(&fresh)?;
    let index = Index::create_or_open(&fresh)?;
    let count = archive.catalog.index_everything_again()?;
    Indexer::new(&archive.catalog, index.writer()?).catch_up()?;
    drop(index);
    let old = archive.folder.join("index-old");
    remove_folder(&old)?;
    if folder.try_exists().map_err(moved(&folder, "read"))? {
        std::fs::rename(&folder, &old).map_err(moved(&folder, "moved"))?;
    }
    std::fs::rename(&fresh, &folder).map_err(moved(&fresh, "moved"))?;
    remove_folder(&old)?;
    Ok(count)
}

fn remove_folder(folder: &Path) -> Result<(), RunError> {
    match std::fs::remove_dir_all(folder) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(RunError::Io { path: folder.to_owned(), action: "removed", source })
        }
        _ => Ok(()),
    }
}

/// Checks every original against its SHA-256, the database, and whether catalog and
/// index agree. The answer lists what is wrong, empty if nothing is.
///
/// # Errors
///
/// If the check itself cannot run.
pub fn verify(archive: &Archive) -> Result<Vec<String>, RunError> {
    let mut wrong = archive.catalog.integrity()?;
    let mut records: BTreeSet<RecordId> = BTreeSet::new();
    for scan in archive.catalog.scans()? {
        if let Err(error) = archive.catalog.originals().verify(&scan.id) {
            wrong.push(format!("{}: {error}", scan.path));
        }
        let of_scan = archive.catalog.records_of(&scan.id)?;
        records.extend(of_scan.into_iter().map(|stored| stored.record.record));
    }
    let waiting = archive.catalog.counts()?.get("not_indexed").copied().unwrap_or(0);
    if waiting == 0 {
        let mut unknown = 0_u64;
        archive.index()?.searcher()?.each_record(&mut |id| {
            // One that stands there twice is as wrong as one that nobody knows.
            unknown += u64::from(!records.remove(&id));
        })?;
        let missing = records.len();
        if missing > 0 || unknown > 0 {
            wrong.push(format!(
                "index lacks {missing} records of the catalog and has {unknown} others: \
                 run `sohoa reindex`"
            ));
        }
    }
    Ok(wrong)
}
