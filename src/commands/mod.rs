//! Each command, from its arguments to its exit code.

/// A part of the answer. That nobody reads on (`| head`) is an error as any other, not a
/// panic as with `print!`.
macro_rules! say_on {
    ($($what:tt)*) => {
        std::io::Write::write_fmt(&mut std::io::stdout(), format_args!($($what)*))
    };
}

/// A line of the answer.
macro_rules! say {
    ($($what:tt)*) => { say_on!("{}\n", format_args!($($what)*)) };
}

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
use sohoa::config::clean::CleanConfig;
use sohoa::export::{ExportError, Selection};
use sohoa::run::{Archive, RunError, WorkerPlan};
use sohoa::serve::ProviderError;

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

/// The exit code of an error: that of the first of its causes that has one.
pub(crate) fn ended_by(error: &anyhow::Error) -> Ended {
    error.chain().find_map(ended_by_cause).unwrap_or(Ended::Other)
}

fn ended_by_cause(cause: &(dyn std::error::Error + 'static)) -> Option<Ended> {
    if let Some(error) = cause.downcast_ref::<RunError>() {
        return match error {
            error if error.is_disk_full() => Some(Ended::ToBeContinued),
            RunError::Unable { .. } => Some(Ended::MissingDependency),
            RunError::Worker(_) | RunError::Protocol => Some(Ended::ChildProcess),
            RunError::Config(_) | RunError::Kinds(_) => Some(Ended::InvalidConfig),
            RunError::Io { .. } | RunError::Locked { .. } => Some(Ended::FileAccess),
            // It says the same as its cause, which the chain leaves out.
            RunError::Catalog(error) => ended_by_cause(error),
            _ => None,
        };
    }
    if let Some(error) = cause.downcast_ref::<CatalogError>() {
        return match error {
            error if error.is_disk_full() => Some(Ended::ToBeContinued),
            CatalogError::NoArchive(_) | CatalogError::Io { .. } => {
                Some(Ended::FileAccess)
            }
            _ => None,
        };
    }
    if let Some(error) = cause.downcast_ref::<ExportError>() {
        return match error {
            ExportError::Catalog(error) => ended_by_cause(error),
            _ => None,
        };
    }
    if let Some(error) = cause.downcast_ref::<AccountError>() {
        return is_theirs(error).then_some(Ended::BadArguments);
    }
    if cause.downcast_ref::<ProviderError>().is_some() {
        return Some(Ended::InvalidConfig);
    }
    if cause.downcast_ref::<Usage>().is_some() {
        return Some(Ended::BadArguments);
    }
    io_kind(cause).map(|kind| match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Ended::ToBeContinued,
        _ => Ended::FileAccess,
    })
}

/// What the system said, if the cause is about a file or stream.
fn io_kind(cause: &(dyn std::error::Error + 'static)) -> Option<ErrorKind> {
    if let Some(error) = cause.downcast_ref::<serde_json::Error>() {
        return error.io_error_kind();
    }
    if let Some(error) = cause.downcast_ref::<csv::Error>() {
        let csv::ErrorKind::Io(error) = error.kind() else { return None };
        return Some(error.kind());
    }
    cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind)
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
    error.chain().any(|cause| io_kind(cause) == Some(ErrorKind::BrokenPipe))
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
        Command::Worker { engine, memory_bytes, trust_hidden_text, clean } => {
            let clean = match &clean {
                None => CleanConfig::default(),
                Some(steps) => CleanConfig::of_steps(
                    steps.split(',').filter(|step| !step.is_empty()),
                )?,
            };
            let plan =
                WorkerPlan { engine, models, memory_bytes, trust_hidden_text, clean };
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
