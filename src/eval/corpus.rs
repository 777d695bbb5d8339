//! A corpus as it lies on disk: `truth/*.json`, `queries.jsonl`, and `kinds.tsv` beside it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::truth::{Corpus, Query, Truth};

/// Why a corpus could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    /// A file or folder of the corpus could not be read.
    #[error("`{}` could not be read; a corpus holds `files`, `truth` and `queries.jsonl`", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file of the corpus is not what it should be.
    #[error("`{}` is not the truth of a corpus", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

impl Corpus {
    /// Reads the truth about the corpus in `folder`. There may be no queries and no table
    /// of kinds.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or is not as expected.
    pub fn load(folder: &Path) -> Result<Self, EvalError> {
        let truths = truths(&folder.join("truth"))?;
        let queries = queries(&folder.join("queries.jsonl"))?;
        let kinds = kinds(&folder.join("..").join("kinds.tsv"))?;
        Ok(Self { truths, queries, kinds })
    }
}

fn io(path: &Path) -> impl Fn(std::io::Error) -> EvalError {
    move |source| EvalError::Io { path: path.to_owned(), source }
}

fn parsed<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, EvalError> {
    serde_json::from_str(text)
        .map_err(|source| EvalError::Json { path: path.to_owned(), source })
}

fn truths(folder: &Path) -> Result<Vec<Truth>, EvalError> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io(folder))? {
        let path = entry.map_err(io(folder))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    paths
        .iter()
        .map(|path| parsed(path, &std::fs::read_to_string(path).map_err(io(path))?))
        .collect()
}

/// The text of a file; empty if there is none.
fn text_if_any(path: &Path) -> Result<String, EvalError> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        read => read.map_err(io(path)),
    }
}

fn queries(path: &Path) -> Result<Vec<Query>, EvalError> {
    let text = text_if_any(path)?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| parsed(path, line)).collect()
}

/// The first two columns, without the heading.
fn kinds(path: &Path) -> Result<BTreeMap<String, String>, EvalError> {
    let text = text_if_any(path)?;
    let rows = text.lines().skip(1).filter_map(|line| {
        let mut columns = line.split('\t');
        Some((columns.next()?.to_owned(), columns.next()?.to_owned()))
    });
    Ok(rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_corpus_may_know_more_than_is_asked_and_lack_its_queries() {
        let folder = tempfile::tempdir().unwrap();
        let corpus = folder.path().join("dev");
        std::fs::create_dir_all(corpus.join("truth")).unwrap();
        let truth = r#"{"id": "D1", "sha256": "ab", "doc_type": "ks", "moon": "full",
            "pages": [{"number": 1, "width": 10, "height": 20, "lines": []}]}"#;
        std::fs::write(corpus.join("truth/D1.json"), truth).unwrap();
        std::fs::write(folder.path().join("kinds.tsv"), "a\tb\tc\nks\tso-ks\tx\n")
            .unwrap();
        let loaded = Corpus::load(&corpus).unwrap();
        assert_eq!((loaded.truths.len(), loaded.queries.len()), (1, 0));
        assert_eq!(loaded.kinds["ks"], "so-ks");

        std::fs::write(corpus.join("truth/D2.json"), "{}").unwrap();
        assert!(matches!(Corpus::load(&corpus), Err(EvalError::Json { .. })));
        assert!(matches!(Corpus::load(folder.path()), Err(EvalError::Io { .. })));
    }
}
