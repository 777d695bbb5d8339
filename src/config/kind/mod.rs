//! `pipelines/FAMILY/KIND.toml`: how a kind of document is recognised, and what to read
//! off it. `pipelines/README.md` is the reference of the keys.

use std::collections::BTreeMap;
use std::path::Path;

use crate::model::{Kind, KindId};

mod check;
mod error;
mod written;

pub use error::KindError;
pub use written::{
    Alone, Choice, Column, Entries, FieldSpec, Grid, GridColumn, LinePlace, LineSpec,
    Recognise, Repeat, RowsAre, Section, Signature, Table, Test, Variant,
};

/// All definitions, checked, ordered by their kinds.
#[derive(Debug, Clone, Default)]
pub struct Kinds {
    definitions: Vec<Definition>,
}

/// What is written about one kind of document, with the common lists of its family.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// Kind, title, family.
    pub kind: Kind,
    /// The file it was read from, e.g. `civil-status/so-khai-sinh.toml`.
    pub file: String,
    /// How it is told from others.
    pub recognise: Recognise,
    /// How its records are cut; `None` where a document is one record.
    pub entries: Option<Entries>,
    /// Whether two pages of a book may lie side by side on one image.
    pub spread: bool,
    /// Generations of the form.
    pub variants: Vec<Variant>,
    /// Fields that may stand anywhere.
    pub fields: Vec<FieldSpec>,
    /// Groups of fields about one person or matter; full names, blocks resolved.
    pub sections: Vec<Section>,
    /// Rows of labels with a column for each person.
    pub grids: Vec<Grid>,
    /// Tables with one line of headings.
    pub tables: Vec<Table>,
    /// Lines known by their shape.
    pub lines: Vec<LineSpec>,
    /// Names below headings.
    pub signatures: Vec<Signature>,
    /// Ticked boxes.
    pub choices: Vec<Choice>,
    /// Values without labels.
    pub alone: Vec<Alone>,
    /// Names that are often those of other fields too.
    pub repeats: Vec<Repeat>,
    /// Words that are printed on the form and are never part of a value.
    pub skip: Vec<String>,
    /// Titles of office that stand above a name.
    pub positions: Vec<String>,
    /// Marks of a ticked box.
    pub ticked: Vec<String>,
    /// Papers with the fields that must be found on them.
    pub tests: Vec<Test>,
}

impl Kinds {
    /// Reads all definitions below a folder.
    ///
    /// # Errors
    /// A folder or file that cannot be read, and every mistake in a definition.
    pub fn load(folder: &Path) -> Result<Self, KindError> {
        let mut files = BTreeMap::new();
        collect(folder, "", &mut files)?;
        Self::from_files(&files)
    }

    /// Reads the definitions that are built into the program.
    ///
    /// # Errors
    /// Every mistake in a definition.
    pub fn embedded(folder: &include_dir::Dir<'_>) -> Result<Self, KindError> {
        let mut files = BTreeMap::new();
        collect_embedded(folder, &mut files);
        Self::from_files(&files)
    }

    /// Checks definitions: file name (`family/kind.toml`) → content. Files whose names
    /// start with `_` hold what a family has in common.
    ///
    /// # Errors
    /// Every mistake in a definition, with file and line or key.
    pub fn from_files(files: &BTreeMap<String, String>) -> Result<Self, KindError> {
        let mut definitions = check::definitions(files)?;
        definitions.sort_by(|a, b| a.kind.id.cmp(&b.kind.id));
        if let Some(pair) =
            definitions.windows(2).find(|pair| pair[0].kind.id == pair[1].kind.id)
        {
            return Err(KindError::Twice {
                kind: pair[0].kind.id.to_string(),
                first: pair[0].file.clone(),
                second: pair[1].file.clone(),
            });
        }
        Ok(Self { definitions })
    }

    /// All definitions, ordered by kind.
    pub fn all(&self) -> &[Definition] {
        &self.definitions
    }

    /// The definition of a kind.
    pub fn get(&self, kind: &KindId) -> Option<&Definition> {
        self.definitions.iter().find(|definition| definition.kind.id == *kind)
    }

    /// Kinds with their titles and families, ordered.
    pub fn kinds(&self) -> impl Iterator<Item = &Kind> {
        self.definitions.iter().map(|definition| &definition.kind)
    }
}

/// Definitions below a folder on the disk; the lexicon is not one of them.
fn collect(
    folder: &Path,
    prefix: &str,
    into: &mut BTreeMap<String, String>,
) -> Result<(), KindError> {
    let io = |source| KindError::Io { path: folder.to_owned(), source };
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let entry = entry.map_err(io)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let full =
            if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        if entry.file_type().map_err(io)?.is_dir() {
            if prefix.is_empty() {
                collect(&entry.path(), &full, into)?;
            }
        } else if is_definition(&full) {
            let text = std::fs::read_to_string(entry.path())
                .map_err(|source| KindError::Io { path: entry.path(), source })?;
            into.insert(full, text);
        }
    }
    Ok(())
}

/// Definitions in a built-in folder.
fn collect_embedded(folder: &include_dir::Dir<'_>, into: &mut BTreeMap<String, String>) {
    for file in folder.files() {
        let name = file.path().to_string_lossy().replace('\\', "/");
        if let (true, Some(text)) = (is_definition(&name), file.contents_utf8()) {
            into.insert(name, text.to_owned());
        }
    }
    for inner in folder.dirs() {
        collect_embedded(inner, into);
    }
}

/// Whether a file below `pipelines/` defines a kind or what a family has in common.
fn is_definition(name: &str) -> bool {
    let mut parts = name.split('/');
    let family = parts.next().unwrap_or_default();
    let file = parts.next();
    family != "lexicon"
        && parts.next().is_none()
        && file.is_some_and(|file| {
            Path::new(file).extension().is_some_and(|extension| extension == "toml")
        })
}

#[cfg(test)]
mod tests;
