//! `sohoa.toml` in the archive folder: how this archive is filled.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::clean::{CleanConfig, CleanError};
use super::names::NameGrammar;
use super::names::PatternError;
use super::oidc::{OidcConfig, OidcConfigError, WrittenOidc};

/// The settings with which a new archive starts, comments included.
pub const DEFAULT_TOML: &str = include_str!("archive-default.toml");

/// Longer than this nobody waits for a file; it is taken in the next night.
const MAX_SETTLE_SECONDS: u64 = 3_600;

/// Why the settings of an archive cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveConfigError {
    /// The file could not be read.
    #[error("`{}` could not be read", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not what it should be; `source` names line and key.
    #[error("`{}` is not valid", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Line, key and cause.
        source: Box<toml::de::Error>,
    },
    /// A pattern of names makes no sense; `source` names it.
    #[error("`{}`: `names.patterns` cannot be used", path.display())]
    Names {
        /// The file.
        path: PathBuf,
        /// Which pattern, and why.
        source: PatternError,
    },
    /// The steps before reading cannot be followed.
    #[error("`{}`: `clean` cannot be used", path.display())]
    Clean {
        /// The file.
        path: PathBuf,
        /// Which step, and why.
        source: CleanError,
    },
    /// The provider of log-ins cannot be used.
    #[error("`{}`: `oidc` cannot be used", path.display())]
    Oidc {
        /// The file.
        path: PathBuf,
        /// Which key, and why.
        source: OidcConfigError,
    },
    /// A value is outside its range.
    #[error("`{}`: `{key}` is {found}, expected {expected}", path.display())]
    Range {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
        /// As written.
        found: String,
        /// What it may be.
        expected: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    engine: String,
    #[serde(default)]
    trust_hidden_text: bool,
    #[serde(default)]
    clean: Option<Vec<String>>,
    worker: WrittenWorker,
    #[serde(default)]
    watch: Vec<PathBuf>,
    #[serde(default = "settle_seconds")]
    settle_seconds: u64,
    #[serde(default = "csv_separator")]
    csv_separator: String,
    #[serde(default)]
    pipelines: Option<PathBuf>,
    #[serde(default)]
    names: WrittenNames,
    #[serde(default)]
    books: BookFields,
    #[serde(default)]
    oidc: Option<WrittenOidc>,
}

/// Names of the fields by which the entries of a book are checked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct BookFields {
    /// Holds the number of the entry, `31/1982`.
    pub number: String,
    /// Holds the number of the book.
    pub book: String,
    /// Holds the day of registration.
    pub date: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenNames {
    #[serde(default)]
    patterns: Vec<String>,
}

/// Network drives and scanners that write page by page pause for seconds, not minutes.
fn settle_seconds() -> u64 {
    10
}

fn csv_separator() -> String {
    ",".to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenWorker {
    stall_seconds: u64,
    total_seconds: u64,
    pages_before_restart: u32,
    memory_mb: u64,
}

/// Checked settings of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveConfig {
    /// Name of the engine that reads lines.
    pub engine: String,
    /// Whether text that is hidden under scans is used instead of recognition.
    pub trust_hidden_text: bool,
    /// What is done to the picture of a page before it is read.
    pub clean: CleanConfig,
    /// How long a worker may say nothing.
    pub stall: Duration,
    /// How long a worker may take for one page.
    pub total: Duration,
    /// After how many pages a worker is replaced by a fresh one.
    pub pages_before_restart: u32,
    /// Address space of a worker, in bytes.
    pub worker_memory_bytes: u64,
    /// Folders that `sohoa nightly` looks into.
    pub watch: Vec<PathBuf>,
    /// How long size and time of a file in a watched folder must stay the same before
    /// it is taken in.
    pub settle: Duration,
    /// Between the cells of tables: `,` or `;`, whichever Excel is set to.
    pub csv_separator: u8,
    /// Folder of definitions to use instead of the built-in ones.
    pub pipelines: Option<PathBuf>,
    /// What folder and file names say.
    pub names: NameGrammar,
    /// By which fields books are checked; empty names check nothing.
    pub book_fields: BookFields,
    /// Who else may say who somebody is; without it passwords alone.
    pub oidc: Option<OidcConfig>,
}

impl ArchiveConfig {
    /// Reads `sohoa.toml` in `archive`; without the file, the defaults.
    ///
    /// # Errors
    ///
    /// If the file exists and is not valid; the message names file, line and key.
    pub fn load(archive: &Path) -> Result<Self, ArchiveConfigError> {
        let path = archive.join("sohoa.toml");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                DEFAULT_TOML.to_owned()
            }
            Err(source) => return Err(ArchiveConfigError::Io { path, source }),
        };
        Self::checked(&text, &path)
    }

    pub(crate) fn checked(text: &str, path: &Path) -> Result<Self, ArchiveConfigError> {
        let written: Written = toml::from_str(text).map_err(|source| {
            ArchiveConfigError::Syntax { path: path.to_owned(), source: Box::new(source) }
        })?;
        let range = |key, found: u64, expected| ArchiveConfigError::Range {
            path: path.to_owned(),
            key,
            found: found.to_string(),
            expected,
        };
        let worker = written.worker;
        if worker.stall_seconds == 0 {
            return Err(range("worker.stall_seconds", 0, "at least 1"));
        }
        if worker.total_seconds < worker.stall_seconds {
            let expected = "at least `worker.stall_seconds`";
            return Err(range("worker.total_seconds", worker.total_seconds, expected));
        }
        if worker.pages_before_restart == 0 {
            return Err(range("worker.pages_before_restart", 0, "at least 1"));
        }
        if worker.memory_mb < 256 {
            return Err(range("worker.memory_mb", worker.memory_mb, "at least 256"));
        }
        if written.settle_seconds > MAX_SETTLE_SECONDS {
            let expected = "0 to 3600";
            return Err(range("settle_seconds", written.settle_seconds, expected));
        }
        let csv_separator = match written.csv_separator.as_bytes() {
            [separator @ (b',' | b';')] => *separator,
            _ => {
                return Err(ArchiveConfigError::Range {
                    path: path.to_owned(),
                    key: "csv_separator",
                    found: written.csv_separator,
                    expected: "`,` or `;`",
                });
            }
        };
        let names = NameGrammar::new(&written.names.patterns).map_err(|source| {
            ArchiveConfigError::Names { path: path.to_owned(), source }
        })?;
        let oidc =
            written.oidc.map(OidcConfig::checked).transpose().map_err(|source| {
                ArchiveConfigError::Oidc { path: path.to_owned(), source }
            })?;
        let clean = match &written.clean {
            None => CleanConfig::default(),
            Some(steps) => {
                CleanConfig::of_steps(steps.iter().map(String::as_str)).map_err(
                    |source| ArchiveConfigError::Clean { path: path.to_owned(), source },
                )?
            }
        };
        Ok(Self {
            engine: written.engine,
            trust_hidden_text: written.trust_hidden_text,
            clean,
            stall: Duration::from_secs(worker.stall_seconds),
            total: Duration::from_secs(worker.total_seconds),
            pages_before_restart: worker.pages_before_restart,
            worker_memory_bytes: worker.memory_mb << 20,
            watch: written.watch,
            settle: Duration::from_secs(written.settle_seconds),
            csv_separator,
            names,
            book_fields: written.books,
            pipelines: written.pipelines,
            oidc,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_of_a_new_archive_are_valid() {
        ArchiveConfig::checked(DEFAULT_TOML, Path::new("sohoa.toml")).unwrap();
    }

    #[test]
    fn settings_of_before_hidden_text_could_be_trusted_are_valid() {
        let path = Path::new("sohoa.toml");
        assert!(!ArchiveConfig::checked(DEFAULT_TOML, path).unwrap().trust_hidden_text);
        let text = DEFAULT_TOML.replace("trust_hidden_text = false\n", "");
        assert_ne!(text, DEFAULT_TOML);
        assert!(!ArchiveConfig::checked(&text, path).unwrap().trust_hidden_text);
    }

    #[test]
    fn steps_before_reading_are_all_where_none_are_named_and_a_wrong_name_is_told() {
        let path = Path::new("sohoa.toml");
        let steps = |text: &str| ArchiveConfig::checked(text, path).map(|it| it.clean);
        assert_eq!(steps(DEFAULT_TOML).unwrap(), CleanConfig::default());
        let line =
            DEFAULT_TOML.lines().find(|line| line.starts_with("clean = ")).unwrap();
        let old = DEFAULT_TOML.replace(line, "");
        assert_eq!(steps(&old).unwrap(), CleanConfig::default());
        let some = DEFAULT_TOML.replace(line, "clean = [\"light\"]");
        assert_eq!(steps(&some).unwrap(), CleanConfig::of_steps(["light"]).unwrap());
        let wrong = DEFAULT_TOML.replace(line, "clean = [\"lights\"]");
        let error = crate::model::with_causes(&steps(&wrong).unwrap_err());
        assert!(error.contains("`clean`") && error.contains("`lights`"), "{error}");
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_name() {
        let text = format!("engin = \"x\"\n{DEFAULT_TOML}");
        let error = ArchiveConfig::checked(&text, Path::new("a/sohoa.toml")).unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains("engin"), "{source}");
    }

    #[test]
    fn a_value_outside_its_range_is_refused_with_key_and_range() {
        let text = DEFAULT_TOML.replace("stall_seconds = 60", "stall_seconds = 0");
        let error = ArchiveConfig::checked(&text, Path::new("a/sohoa.toml")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`a/sohoa.toml`: `worker.stall_seconds` is 0, expected at least 1"
        );
    }
}
