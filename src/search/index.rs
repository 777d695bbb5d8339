//! The index folder and its one writer.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::directory::error::LockError;
use tantivy::directory::{Advice, MmapDirectory};
use tantivy::indexer::LogMergePolicy;
use tantivy::schema::{
    Field, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer};
use tantivy::{IndexReader, IndexSettings, ReloadPolicy};

use super::columns::ColumnFields;
use super::identity::IdentityFields;
use super::searcher::Searcher;
use super::terms::Slot;
use super::writer::Writer;
use super::{SearchError, lexicon::LexiconCache};
use crate::config::index::IndexDefinitions;

/// File beside the index that says by which schema it was made.
const VERSION_FILE: &str = "schema-version";

/// Memory in which the writer collects postings before it writes a segment, bytes for
/// each thread. On an office PC of 4 GB two threads leave room for everything else.
const WRITER_BYTES: usize = 96_000_000;

/// Threads of the writer.
const WRITER_THREADS: usize = 2;

/// Bytes of stored forms that are compressed together. A candidate costs one block: 2 KB
/// unpack in about a microsecond, while 16 KB, the default, save a tenth of the space.
const STORE_BLOCK_BYTES: usize = 2_048;

/// Blocks of stored forms kept unpacked, for each segment.
const STORE_CACHE_BLOCKS: usize = 4_096;

/// An index of up to so many bytes may be read ahead. A larger one does not stay in memory
/// whole, and of what stands around a page that is wanted little is wanted too: reading it
/// ahead drives out what is. A hundred million records in 4 GB, everything counted: 9 / 60 ms
/// (half and 99 of a hundred searches) without, some 55 / 450 ms with.
const READ_AHEAD_UP_TO: u64 = 4_000_000_000;

/// Fields of the index.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    /// Digest of the record's identity.
    pub(super) id: IdentityFields,
    /// The compact form.
    pub(super) entry: Field,
    /// What is counted and sorted.
    pub(super) columns: ColumnFields,
    /// By [`Slot`].
    slots: Vec<Field>,
}

impl Fields {
    /// The field of a slot.
    pub(super) fn of(&self, slot: Slot) -> Field {
        // There is one for each slot by construction; the id, which never equals a term
        // of a slot, stands in to keep this total.
        self.slots.get(slot as usize).copied().unwrap_or(self.id.shared)
    }
}

/// Name under which [`Lines`] is registered.
const LINES: &str = "lines";

/// Each line of the text is a term.
#[derive(Debug, Clone, Default)]
struct Lines {
    token: Token,
}

struct LineStream<'a> {
    rest: &'a str,
    token: &'a mut Token,
}

impl Tokenizer for Lines {
    type TokenStream<'a> = LineStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> LineStream<'a> {
        self.token.reset();
        LineStream { rest: text, token: &mut self.token }
    }
}

impl TokenStream for LineStream<'_> {
    fn advance(&mut self) -> bool {
        let Some((line, rest)) = self.rest.split_once('\n') else { return false };
        self.rest = rest;
        self.token.text.clear();
        self.token.text.push_str(line);
        self.token.position = self.token.position.wrapping_add(1);
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let id = IdentityFields::in_schema(&mut builder);
    let entry = builder.add_bytes_field("entry", STORED);
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(LINES)
        .set_fieldnorms(false)
        .set_index_option(IndexRecordOption::Basic);
    let options = TextOptions::default().set_indexing_options(indexing);
    let slots = Slot::ALL
        .iter()
        .map(|slot| builder.add_text_field(slot.name(), options.clone()))
        .collect();
    let columns = ColumnFields::in_schema(&mut builder);
    (builder.build(), Fields { id, entry, columns, slots })
}

/// The index folder of one archive.
///
/// Cheap to clone; all clones share the reader.
#[derive(Clone)]
pub struct Index {
    folder: PathBuf,
    inner: tantivy::Index,
    reader: IndexReader,
    fields: Fields,
    lexicons: Arc<LexiconCache>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// Writes the version whole or not at all.
fn write_version(folder: &Path, file: &Path, version: u32) -> std::io::Result<()> {
    let mut written = tempfile::NamedTempFile::new_in(folder)?;
    writeln!(written, "{version}")?;
    written.as_file().sync_all()?;
    written.persist(file)?;
    Ok(())
}

/// How the system is to read the files of a folder.
fn advice(folder: &Path) -> std::io::Result<Advice> {
    let mut bytes = 0;
    for file in std::fs::read_dir(folder)? {
        bytes += file?.metadata().map_or(0, |of_file| of_file.len()); // gone meanwhile: 0
    }
    Ok(advice_for(bytes))
}

/// How the system is to read files of so many bytes together.
fn advice_for(bytes: u64) -> Advice {
    if bytes > READ_AHEAD_UP_TO { Advice::Random } else { Advice::Normal }
}

impl Index {
    /// Version of the schema of this program: the name of the index's folder.
    pub fn schema_version() -> u32 {
        IndexDefinitions::get().schema.version
    }

    /// Opens the index in `folder`, made where there is none.
    ///
    /// # Errors
    ///
    /// [`SearchError::OldSchema`] where another version of the schema made the folder, and
    /// what the disk says.
    pub fn create_or_open(folder: &Path) -> Result<Self, SearchError> {
        let on_disk = |source| SearchError::Folder { folder: folder.to_owned(), source };
        std::fs::create_dir_all(folder).map_err(on_disk)?;
        let expected = Self::schema_version();
        let version_file = folder.join(VERSION_FILE);
        let said = match std::fs::read_to_string(&version_file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(on_disk(error)),
        };
        // An empty file is what a full disk leaves of one that was being written.
        if said.trim().is_empty() {
            write_version(folder, &version_file, expected).map_err(on_disk)?;
        } else {
            let found = said.trim().parse().unwrap_or(0);
            if found != expected {
                return Err(SearchError::OldSchema { found, expected });
            }
        }
        let advice = advice(folder).map_err(on_disk)?;
        let directory = MmapDirectory::open_with_madvice(folder, advice)
            .map_err(tantivy::TantivyError::from)?;
        let (schema, fields) = schema();
        let settings = IndexSettings {
            docstore_blocksize: STORE_BLOCK_BYTES,
            ..IndexSettings::default()
        };
        let builder = tantivy::Index::builder().schema(schema).settings(settings);
        let inner = match builder.open_or_create(directory) {
            Err(tantivy::TantivyError::SchemaError(_)) => {
                return Err(SearchError::OldSchema { found: 0, expected });
            }
            other => other?,
        };
        let lines = TextAnalyzer::from(Lines::default());
        inner.tokenizers().register(LINES, lines);
        let reader = inner
            .reader_builder()
            .reload_policy(ReloadPolicy::OnCommitWithDelay)
            .doc_store_cache_num_blocks(STORE_CACHE_BLOCKS)
            .try_into()?;
        let lexicons = Arc::new(LexiconCache::default());
        Ok(Self { folder: folder.to_owned(), inner, reader, fields, lexicons })
    }

    /// The one writer. It is meant to live as long as records arrive.
    ///
    /// # Errors
    ///
    /// [`SearchError::Busy`] where another process has it.
    pub fn writer(&self) -> Result<Writer, SearchError> {
        let bytes = WRITER_BYTES * WRITER_THREADS;
        let inner = match self.inner.writer_with_num_threads(WRITER_THREADS, bytes) {
            Err(source @ tantivy::TantivyError::LockFailure(LockError::LockBusy, _)) => {
                let folder = self.folder.clone();
                return Err(SearchError::Busy { folder, source });
            }
            other => other?,
        };
        inner.set_merge_policy(Box::new(LogMergePolicy::default()));
        let (reader, fields) = (self.reader.clone(), self.fields.clone());
        Ok(Writer::new(inner, reader, fields, WRITER_THREADS))
    }

    /// The one writer, for every record of an archive in one go: nothing is merged before
    /// [`Writer::finish`], which leaves few segments.
    ///
    /// # Errors
    ///
    /// [`SearchError::Busy`] where another process has it.
    pub fn writer_of_all(&self) -> Result<Writer, SearchError> {
        Ok(self.writer()?.of_all())
    }

    /// Up to which change of the catalog the index has committed; 0 for none.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn watermark(&self) -> Result<u64, SearchError> {
        let payload = self.inner.load_metas()?.payload;
        Ok(payload.and_then(|text| text.parse().ok()).unwrap_or(0))
    }

    /// Number of records that can be found.
    pub fn num_records(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    /// A view of the last commit; cheap, to be taken for each search.
    ///
    /// # Errors
    ///
    /// What the engine says.
    pub fn searcher(&self) -> Result<Searcher, SearchError> {
        let inner = self.reader.searcher();
        let lexicon = self.lexicons.of(&inner, &self.fields)?;
        Ok(Searcher::new(inner, self.fields.clone(), lexicon))
    }

    /// Reads the last commit now, instead of a moment later.
    ///
    /// # Errors
    ///
    /// What the engine says.
    pub fn reload(&self) -> Result<(), SearchError> {
        Ok(self.reader.reload()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_that_memory_cannot_hold_is_not_read_ahead() {
        assert_eq!(advice_for(READ_AHEAD_UP_TO), Advice::Normal);
        assert_eq!(advice_for(READ_AHEAD_UP_TO + 1), Advice::Random);
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(advice(folder.path()).expect("an answer"), Advice::Normal, "empty");
        let file = std::fs::File::create(folder.path().join("1.store")).expect("a file");
        file.set_len(READ_AHEAD_UP_TO + 1).expect("a file of holes");
        assert_eq!(advice(folder.path()).expect("an answer"), Advice::Random);
    }
}
