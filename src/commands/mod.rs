//! Each command, from its arguments to its exit code.

mod account;
mod archive;
mod audit;
mod check;
mod doctor;
mod eval;
mod ingest;
mod log;
mod nightly;
mod quarantine;
mod search;

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use serde::Serialize;
use sohoa::access::{AccountError, PasswordError};
use sohoa::catalog::CatalogError;
use sohoa::export::Selection;
use sohoa::run::{Archive, RunError, WorkerPlan};

use crate::cli::{Cli, Command};

/// How the program ends. The numbers are `OCRmyPDF`'s where the meaning is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    Well,
    BadArguments,
    MissingDependency,
    FileAccess,
    ChildProcess,
    InvalidConfig,
    Other,
    /// Finished, but some files were set aside.
    SomeQuarantined,
    /// An integrity check failed.
    IntegrityFailed,
    /// Stopped by the clock, a signal or a full disk; to be continued.
    ToBeContinued,
}

impl Ended {
    fn code(self) -> u8 {
        match self {
            Self::Well => 0,
            Self::BadArguments => 1,
            Self::MissingDependency => 3,
            Self::FileAccess => 5,
            Self::ChildProcess => 7,
            Self::InvalidConfig => 9,
            Self::Other => 15,
            Self::SomeQuarantined => 20,
            Self::IntegrityFailed => 21,
            Self::ToBeContinued => 22,
        }
    }
}

impl From<Ended> for ExitCode {
    fn from(ended: Ended) -> Self {
        Self::from(ended.code())
    }
}

/// The exit code of an error.
pub(crate) fn ended_by(error: &anyhow::Error) -> Ended {
    match error.downcast_ref::<RunError>() {
        Some(error) if error.is_disk_full() => Ended::ToBeContinued,
        Some(RunError::Unable { .. }) => Ended::MissingDependency,
        Some(RunError::Worker(_) | RunError::Protocol) => Ended::ChildProcess,
        Some(RunError::Config(_) | RunError::Kinds(_)) => Ended::InvalidConfig,
        Some(
            RunError::Io { .. }
            | RunError::Locked { .. }
            | RunError::Catalog(CatalogError::NoArchive(_) | CatalogError::Io { .. }),
        ) => Ended::FileAccess,
        Some(_) => Ended::Other,
        None if error.downcast_ref::<AccountError>().is_some_and(is_theirs) => {
            Ended::BadArguments
        }
        None if error.downcast_ref::<Usage>().is_some() => Ended::BadArguments,
        None => Ended::Other,
    }
}

/// Whether what was asked of an account makes no sense, rather than that the archive failed.
fn is_theirs(error: &AccountError) -> bool {
    !matches!(
        error,
        AccountError::Catalog(_)
            | AccountError::Token(_)
            | AccountError::Password(PasswordError::Hash)
    )
}

/// Arguments that contradict each other or have no meaning.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// Whether the reader of our output went away (`sohoa export | head`), which is no error.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        let json = cause.downcast_ref::<serde_json::Error>();
        let kind = io.or_else(|| json.and_then(serde_json::Error::io_error_kind));
        kind == Some(ErrorKind::BrokenPipe)
    })
}

/// Runs the command.
pub(crate) fn run(cli: Cli) -> anyhow::Result<Ended> {
    let models = models_folder(cli.models);
    match cli.command {
        Command::Ingest(arguments) => ingest::ingest(&arguments, &models),
        Command::Eval(arguments) => eval::eval(&arguments, &models),
        Command::Nightly(arguments) => nightly::nightly(&arguments, &models),
        Command::Search(arguments) => search::search(&arguments),
        Command::Lookup(arguments) => search::lookup(&arguments),
        Command::Serve(arguments) => search::serve(&arguments, &models),
        Command::Account { action } => account::account(action),
        Command::Audit { action } => audit::audit(&action),
        Command::Export { archive, format, scan, page, links, verified_only, out } => {
            let selection = Selection { verified_only, links, scan, page };
            archive::export(&archive, &format, &selection, out.as_deref(), &models)
        }
        Command::Quarantine { action } => quarantine::quarantine(action, &models),
        Command::Status(place) => archive::status(&place),
        Command::Verify { place, books } => archive::verify(&place, books),
        Command::Doctor(place) => doctor::doctor(&place, &models),
        Command::Reindex { place, extract } => archive::reindex(&place, extract),
        Command::Check { archive, pipelines, json } => {
            check::check(archive.as_deref(), pipelines.as_deref(), json)
        }
        Command::Worker { engine, memory_bytes, trust_hidden_text } => {
            let plan = WorkerPlan { engine, models, memory_bytes, trust_hidden_text };
            let mut stdout = std::io::stdout().lock();
            sohoa::run::work(&plan, std::io::stdin(), &mut stdout, end_at_once)?;
            Ok(Ended::Well)
        }
    }
}

/// Ends a worker whose coordinator is gone, whatever it is doing.
#[expect(clippy::exit, reason = "nobody is left to return to")]
fn end_at_once() {
    std::process::exit(0);
}

/// Where the models are: as named, else beside the program, else in the checkout.
fn models_folder(named: Option<PathBuf>) -> PathBuf {
    if let Some(folder) = named {
        return folder;
    }
    let beside = std::env::current_exe()
        .ok()
        .and_then(|program| Some(program.parent()?.join("models")))
        .filter(|folder| folder.is_dir());
    beside.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("models"))
}

fn open(archive: &Path) -> anyhow::Result<Archive> {
    Ok(Archive::open(archive)?)
}

/// One JSON object on stdout.
fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, value).context("answer could not be written")?;
    out.write_all(b"\n")?;
    Ok(())
}
