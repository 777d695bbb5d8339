//! The syllables of names that the index holds, to find those near a typed one.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tantivy::index::SegmentId;

use super::SearchError;
use super::analysis::{Syllable, sound};
use super::index::Fields;
use super::similarity::nearness;
use super::terms::Slot;

/// Longest syllable that may be off by a letter, in letters; beyond it is noise.
const MAX_LETTERS: usize = 14;

/// Most near syllables that are tried for one typed syllable.
pub(super) const MAX_NEAR: usize = 24;

/// Syllables with how many records hold them, the kinds of records and the years. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Lexicon {
    syllables: Arc<Syllables>,
    /// The kinds of records in the index, in alphabetical order.
    kinds: Arc<Vec<String>>,
    /// The years of all events in the index, ascending.
    years: Arc<Vec<u16>>,
}

/// Syllables, in alphabetical order, and the ways to near ones.
#[derive(Debug, Default)]
struct Syllables {
    syllables: Vec<(Syllable, u32)>,
    /// Hash of a syllable less one letter, or of how it sounds → positions.
    by_key: HashMap<u64, Vec<u32>>,
}

impl Syllables {
    fn of(counts: HashMap<String, u32>) -> Self {
        let mut syllables: Vec<(String, u32)> = counts.into_iter().collect();
        syllables.sort_unstable();
        let mut lexicon = Self::default();
        for (position, (text, count)) in syllables.into_iter().enumerate() {
            let position = position as u32;
            for key in keys(&text) {
                lexicon.by_key.entry(key).or_default().push(position);
            }
            lexicon.syllables.push((Syllable::of_folded(text), count));
        }
        lexicon
    }
}

impl Lexicon {
    fn read(searcher: &tantivy::Searcher, fields: &Fields) -> Result<Self, SearchError> {
        let syllables = Syllables::of(counts(searcher, fields, Slot::Name)?);
        Self::with(Arc::new(syllables), searcher, fields)
    }

    /// Syllables that are known, with the kinds and years of now: these are few.
    fn with(
        syllables: Arc<Syllables>,
        searcher: &tantivy::Searcher,
        fields: &Fields,
    ) -> Result<Self, SearchError> {
        let kinds = sorted(counts(searcher, fields, Slot::Kind)?.into_keys());
        let years = counts(searcher, fields, Slot::Year)?.into_keys();
        let years = sorted(years.filter_map(|year| year.parse().ok()));
        Ok(Self { syllables, kinds, years })
    }

    /// The kinds of records in the index.
    pub(super) fn kinds(&self) -> &[String] {
        &self.kinds
    }

    /// The years of the index from one to another, both included.
    pub(super) fn years(&self, from: u16, to: u16) -> &[u16] {
        let first = self.years.partition_point(|year| *year < from);
        let end = self.years.partition_point(|year| *year <= to);
        self.years.get(first..end).unwrap_or_default()
    }

    /// How many records hold a folded syllable, in every place of it.
    pub(super) fn count(&self, folded: &str) -> u32 {
        let all = &self.syllables.syllables;
        let at = all.binary_search_by(|(form, _)| form.folded.as_str().cmp(folded));
        at.ok().and_then(|at| all.get(at)).map_or(0, |(_, count)| *count)
    }

    /// Syllables that begin like that, the most frequent first.
    pub(super) fn starting(&self, begun: &str, most: usize) -> Vec<&str> {
        let all = &self.syllables.syllables;
        let from = all.partition_point(|(form, _)| form.folded.as_str() < begun);
        let rest = all.get(from..).unwrap_or_default().iter();
        let mut found: Vec<_> =
            rest.take_while(|(form, _)| form.folded.starts_with(begun)).collect();
        found.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        found.into_iter().take(most).map(|(form, _)| form.folded.as_str()).collect()
    }

    /// Other syllables that sound alike or are one edit away, the nearest and then the
    /// most frequent first; at most [`MAX_NEAR`].
    pub(super) fn near(&self, typed: &Syllable) -> Vec<&str> {
        let mut seen = HashSet::new();
        let mut near: Vec<(f32, u32, &str)> = Vec::new();
        for key in keys(&typed.folded) {
            for &position in self.syllables.by_key.get(&key).into_iter().flatten() {
                let Some((form, count)) = self.syllables.syllables.get(position as usize)
                else {
                    continue;
                };
                if form.folded == typed.folded || !seen.insert(position) {
                    continue;
                }
                let score = nearness(typed, form, true).score;
                if score > 0.0 {
                    near.push((score, *count, &form.folded));
                }
            }
        }
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)).then(a.2.cmp(b.2)));
        near.into_iter().take(MAX_NEAR).map(|(_, _, text)| text).collect()
    }
}

/// The syllable, it less each of its letters, and how it sounds: two syllables one edit
/// (or one swap) apart share a key.
fn keys(text: &str) -> Vec<u64> {
    let letters: Vec<char> = text.chars().collect();
    let mut keys =
        vec![key(text.chars()), key(std::iter::once('~').chain(sound(text).chars()))];
    let letters: Vec<char> = letters
        .into_iter()
        .map(|letter| if letter == 'y' { 'i' } else { letter })
        .collect();
    if (2..=MAX_LETTERS).contains(&letters.len()) {
        for left_out in 0..letters.len() {
            let kept = letters.iter().enumerate().filter(|(at, _)| *at != left_out);
            keys.push(key(kept.map(|(_, letter)| *letter)));
        }
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn key(letters: impl Iterator<Item = char>) -> u64 {
    let mut hasher = DefaultHasher::new();
    letters.for_each(|letter| letter.hash(&mut hasher));
    hasher.finish()
}

/// Syllables are read anew when one record in so many stands in segments that they were not
/// read from: a clerk's corrections bring hardly any new one, and reading all syllables of a
/// large index after each of them would take a core for itself.
const NEW_SHARE: u64 = 50;

/// However few the changes are, they are known after this long.
const KNOWN_AFTER: Duration = Duration::from_mins(1);

/// The last lexicon.
#[derive(Debug, Default)]
pub(super) struct LexiconCache {
    last: Mutex<Option<Last>>,
    is_being_made: AtomicBool,
}

/// A lexicon and what it was made of.
#[derive(Debug)]
struct Last {
    /// Segments whose syllables are in it.
    read: Vec<SegmentId>,
    read_at: Instant,
    /// Segments whose kinds and years are in it.
    of: Vec<SegmentId>,
    lexicon: Lexicon,
}

impl Last {
    fn new(segments: Vec<SegmentId>, lexicon: Lexicon) -> Self {
        Self { read: segments.clone(), read_at: Instant::now(), of: segments, lexicon }
    }

    /// Whether the syllables of what `searcher` sees are to be read anew.
    fn is_due(&self, searcher: &tantivy::Searcher) -> bool {
        let segments = searcher.segment_readers().iter();
        let new = segments.filter(|one| !self.read.contains(&one.segment_id()));
        let new: u64 = new.map(|one| u64::from(one.num_docs())).sum();
        new > 0
            && (new * NEW_SHARE >= searcher.num_docs()
                || self.read_at.elapsed() >= KNOWN_AFTER)
    }
}

impl LexiconCache {
    /// The lexicon of what `searcher` sees. The first one is waited for, as reading all
    /// syllables takes tenths of a second in a large index. After changes they are read anew
    /// on a thread of their own, and until then the last ones serve: what is lax about a search
    /// does not know the syllables of the newest records for that long.
    pub(super) fn of(
        self: &Arc<Self>,
        searcher: &tantivy::Searcher,
        fields: &Fields,
    ) -> Result<Arc<Lexicon>, SearchError> {
        let segments = segments_of(searcher);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = last.as_mut() else {
            let lexicon = Lexicon::read(searcher, fields)?;
            *last = Some(Last::new(segments, lexicon.clone()));
            return Ok(Arc::new(lexicon));
        };
        if known.is_due(searcher) {
            self.make_beside(searcher.clone(), fields.clone());
        }
        if known.of != segments {
            let syllables = Arc::clone(&known.lexicon.syllables);
            known.lexicon = Lexicon::with(syllables, searcher, fields)?;
            known.of = segments;
        }
        Ok(Arc::new(known.lexicon.clone()))
    }

    fn make_beside(self: &Arc<Self>, searcher: tantivy::Searcher, fields: Fields) {
        if self.is_being_made.swap(true, Ordering::AcqRel) {
            return;
        }
        let cache = Arc::clone(self);
        std::thread::spawn(move || {
            // Where it cannot be read, the next search tries again and says why.
            if let Ok(lexicon) = Lexicon::read(&searcher, &fields) {
                let mut last = cache.last.lock().unwrap_or_else(PoisonError::into_inner);
                *last = Some(Last::new(segments_of(&searcher), lexicon));
            }
            cache.is_being_made.store(false, Ordering::Release);
        });
    }
}

fn segments_of(searcher: &tantivy::Searcher) -> Vec<SegmentId> {
    let segments = searcher.segment_readers().iter();
    segments.map(tantivy::SegmentReader::segment_id).collect()
}

fn sorted<T: Ord>(values: impl Iterator<Item = T>) -> Arc<Vec<T>> {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    Arc::new(values)
}

/// All terms of a slot with the number of records that hold them.
fn counts(
    searcher: &tantivy::Searcher,
    fields: &Fields,
    slot: Slot,
) -> Result<HashMap<String, u32>, SearchError> {
    let mut counts = HashMap::new();
    for reader in searcher.segment_readers() {
        let inverted = reader.inverted_index(fields.of(slot))?;
        let mut terms = inverted.terms().stream().map_err(tantivy::TantivyError::from)?;
        while terms.advance() {
            if let Ok(text) = std::str::from_utf8(terms.key()) {
                *counts.entry(text.to_owned()).or_insert(0) += terms.value().doc_freq;
            }
        }
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_syllables_come_nearest_first() {
        let counts = ["hong", "hoang", "long", "khay", "may", "thi"];
        let counts = counts.iter().map(|text| ((*text).to_owned(), 3));
        let syllables = Arc::new(Syllables::of(counts.collect()));
        let lexicon = Lexicon { syllables, ..Lexicon::default() };
        for (typed, expected) in [("hhong", "hong"), ("kahy", "khay"), ("amy", "may")] {
            assert_eq!(lexicon.near(&Syllable::new(typed)).first(), Some(&expected));
        }
        assert!(lexicon.near(&Syllable::new("xyz")).is_empty());
        assert_eq!((lexicon.count("khay"), lexicon.count("kha")), (3, 0));
    }
}
