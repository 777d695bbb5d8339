//! Loading: what the desk asks of the archive's own intake.

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use crate::report::{Progress, Report, SetAside};

/// What is to be taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadFrom {
    /// A folder of this machine.
    Folder(PathBuf),
    /// Files that came through the desk under that name.
    Delivery(String),
    /// What was set aside, once more.
    SetAside,
}

/// What is to be taken in, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadOrder {
    /// Where it lies.
    pub from: LoadFrom,
    /// `civil-status`, `land` or `auto`.
    pub family: String,
    /// Code of the unit whose books these are.
    pub unit: Option<String>,
    /// The collection they belong to.
    pub collection: Option<String>,
}

/// What the intake is doing.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum LoadState {
    /// Nothing was asked for since the start of the desk.
    #[default]
    Idle,
    /// A run is under way.
    Running(Progress),
    /// The last run came to its end, or was told to stop.
    Ended(Arc<Report>),
    /// The last run could not go on; why, for a person.
    Failed(String),
}

/// Files that came through the desk and are not taken in yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its name.
    pub name: String,
    /// How many files.
    pub files: u64,
    /// How large they are together.
    pub bytes: u64,
}

/// The account of an earlier run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastRun {
    /// Its name, e.g. `2026-11-21T221500Z-ingest`.
    pub name: String,
    /// Files found, ingested, duplicate, quarantined, failed.
    pub counts: [u64; 5],
}

/// Why something could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A run is under way already.
    #[error("a run is under way; wait for its end")]
    Busy,
    /// Not a folder that may be loaded.
    #[error("`{0}` is not one of the folders that may be loaded, nor below one")]
    Folder(String),
    /// A name that could lead out of the folder of deliveries, or is none.
    #[error("`{0}` is no name for a file that is loaded")]
    Name(String),
    /// The file is larger than anything that is read.
    #[error("the file is larger than {most} bytes")]
    TooLarge {
        /// Most bytes.
        most: u64,
    },
    /// Whoever sent the file broke off.
    #[error("the file did not arrive whole")]
    BrokenOff,
    /// The disk is full.
    #[error("the disk of the archive is full; make room and load again")]
    DiskFull,
    /// The archive could not be used.
    #[error("the archive could not be used")]
    Archive(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The archive's own intake.
pub trait Load: Send + Sync {
    /// Folders of this machine that may be named, with those right below them.
    fn folders(&self) -> Vec<PathBuf>;

    /// Keeps a file that comes through the desk until its delivery is taken in. `path` is
    /// its place below the folder that was chosen, with `/` between. Returns its size in
    /// bytes; `None` for what systems leave in folders, of which nothing is kept.
    ///
    /// # Errors
    ///
    /// If a name leads elsewhere, or the bytes did not all come or fit; then nothing of
    /// the file is kept.
    fn receive(
        &self,
        delivery: &str,
        path: &str,
        bytes: &mut dyn Read,
    ) -> Result<Option<u64>, LoadError>;

    /// What was delivered and is not taken in yet, latest first.
    ///
    /// # Errors
    ///
    /// If the folder of deliveries cannot be read.
    fn deliveries(&self) -> Result<Vec<Delivery>, LoadError>;

    /// Begins a run and does not wait for its end.
    ///
    /// # Errors
    ///
    /// If one is under way, or what is named may not be loaded.
    fn start(&self, order: LoadOrder) -> Result<(), LoadError>;

    /// Lets the run end after the pages that are being read; the rest stays for the next.
    fn stop(&self);

    /// What the intake is doing.
    fn state(&self) -> LoadState;

    /// Everything that is set aside in the archive.
    ///
    /// # Errors
    ///
    /// If the catalog cannot be read.
    fn set_aside(&self) -> Result<Vec<SetAside>, LoadError>;

    /// Accounts of earlier runs, latest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// If the folder of reports cannot be read.
    fn past_runs(&self, limit: usize) -> Result<Vec<PastRun>, LoadError>;

    /// What was not ingested in an earlier run, as a table for Excel; `None` if there is no
    /// such run.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    fn table(&self, run: &str) -> Result<Option<Vec<u8>>, LoadError>;
}
