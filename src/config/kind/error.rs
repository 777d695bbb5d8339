//! What can be wrong with a definition.

use std::path::PathBuf;

/// Why a definition cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KindError {
    /// A folder or file could not be read.
    #[error("`{}` could not be read", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not TOML, or has a key or value that there is none of.
    #[error("`{file}`, line {line}: {message}")]
    Syntax {
        /// The file below `pipelines/`.
        file: String,
        /// Counted from 1.
        line: usize,
        /// What is wrong, and what would be right.
        message: String,
    },
    /// The file says something that does not go together.
    #[error("`{file}`, line {line}: `{key}` {message}")]
    Content {
        /// The file below `pipelines/`.
        file: String,
        /// Counted from 1; the first line that holds the text in question.
        line: usize,
        /// The key or the name in question.
        key: String,
        /// What is wrong, and what would be right.
        message: String,
    },
    /// Two files define the same kind.
    #[error("`{kind}` is defined in `{first}` and in `{second}`")]
    Twice {
        /// The kind.
        kind: String,
        /// One file.
        first: String,
        /// The other file.
        second: String,
    },
}

/// The line, from 1, on which byte `offset` of `text` stands.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|&byte| byte == b'\n').count()
}

/// The first line that holds `needle`, from 1; the first line where there is none.
pub(super) fn line_with(text: &str, needle: &str) -> usize {
    text.lines().position(|line| line.contains(needle)).map_or(1, |index| index + 1)
}
