//! What somebody may be about to type: names that stand in the index, and places that
//! papers of it are from.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::analysis::{Syllable, syllables_of};
use super::entry::{Entry, Sureness};
use super::lexicon::Lexicon;
use super::postings::{Clause, ClauseId, Clauses, Lookup, Work};
use super::terms::{Slot, pair_term};
use super::{SearchError, Searcher};
use crate::config::gazetteer::{Gazetteer, Unit, name_key};
use crate::config::index::{IndexDefinitions, Meaning};
use crate::model::{nfc, title_case_name};

/// Work for one suggestion, in the units of [`Work`]: some two milliseconds.
const WORK: u64 = 200_000;

/// Records whose names are looked at. The names that many of them bear are frequent.
const SAMPLED: usize = 150;

/// Most ways to go on with a syllable that has been begun.
const MAX_ENDINGS: usize = 40;

/// Most words of a name, and of a place, that are gone on with.
const MAX_WORDS: usize = 5;

/// Fewest letters of a place that are gone on with: one letter begins thousands.
const PLACE_LETTERS: usize = 2;

/// Most places of one beginning that are looked up.
const MAX_PLACES: usize = 60;

/// Names where places are suggested too.
const NAMES_BESIDE_PLACES: usize = 5;

/// What is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Suggested {
    /// A person's name.
    Name,
    /// A unit that papers are from.
    Place,
}

/// A way to go on with what has been typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// What it is.
    pub kind: Suggested,
    /// The whole text, gone on with.
    pub text: String,
    /// The part that is new, as it is shown.
    pub shown: String,
}

impl Searcher {
    /// Ways to go on with `typed`, the likeliest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// What the disk says, or that the index is damaged.
    pub fn suggest(
        &self,
        typed: &str,
        limit: usize,
    ) -> Result<Vec<Suggestion>, SearchError> {
        let typed = nfc(typed);
        let Begun { before, words, is_place } = Begun::of(&typed);
        let mut lookup = self.lookup();
        let mut work = Work::of(WORK);
        // A place brings the word for its kind along.
        let before_place = match before.trim_end().rsplit_once(' ') {
            _ if !is_place => before,
            Some((before, _)) => before,
            None => "",
        };
        let suggestion = |kind: Suggested, kept: &[&str], shown: String| {
            let before = if kind == Suggested::Place { before_place } else { before };
            let kept = kept.iter().copied().chain([shown.as_str()]);
            let text = [before.trim_end()].into_iter().chain(kept);
            let text: Vec<&str> = text.filter(|part| !part.is_empty()).collect();
            Suggestion { kind, text: text.join(" "), shown }
        };
        let mut names = Vec::new();
        if !is_place {
            for name in self.names(&words, &mut lookup, &mut work)? {
                names.push(suggestion(Suggested::Name, &[], name));
            }
        }
        let mut places = Vec::new();
        for (from, name) in places_from(&words, &mut lookup, &mut work)? {
            let kept = words.get(..from).unwrap_or_default();
            places.push(suggestion(Suggested::Place, kept, name));
        }
        let beside = limit.saturating_sub(places.len()).max(NAMES_BESIDE_PLACES);
        names.truncate(beside);
        names.extend(places);
        names.truncate(limit);
        Ok(names)
    }

    /// Names that go on like the words, the most frequent first.
    fn names(
        &self,
        words: &[&str],
        lookup: &mut Lookup<'_>,
        work: &mut Work,
    ) -> Result<Vec<String>, SearchError> {
        let typed: Vec<Syllable> =
            words.iter().flat_map(|word| syllables_of(word)).map(Syllable::new).collect();
        let Some(clauses) = clauses_of(&typed, &self.lexicon) else {
            return Ok(Vec::new());
        };
        let mut all = Clauses::default();
        let asked: Vec<ClauseId> =
            clauses.into_iter().filter_map(|clause| all.put(clause)).collect();
        let brought = lookup.conjunction(&all, &asked, SAMPLED, work)?;
        lookup.forget();
        let mut counts: BTreeMap<String, (bool, usize)> = BTreeMap::new();
        for doc in brought.docs {
            let bytes = self.bytes(doc)?;
            let entry = Entry::decoded(&bytes)?;
            let sure =
                entry.persons.iter().filter(|one| one.sureness > Sureness::Doubtful);
            for person in sure {
                if let Some((is_likely, name)) = gone_on(person.name, &typed) {
                    let count = counts.entry(name).or_insert((false, 0));
                    count.0 |= is_likely;
                    count.1 += 1;
                }
            }
        }
        let mut names: Vec<_> = counts.into_iter().collect();
        // Then what many bear.
        names.sort_by_key(|(_, (is_likely, count))| {
            (!is_likely, std::cmp::Reverse(*count))
        });
        Ok(names.into_iter().map(|(name, _)| title_case(&name)).collect())
    }
}

/// Units that begin with the last words, those with most papers first: the number of
/// words before, and the unit with its district.
fn places_from(
    words: &[&str],
    lookup: &mut Lookup<'_>,
    work: &mut Work,
) -> Result<Vec<(usize, String)>, SearchError> {
    let mut found: Vec<(u64, usize, &Unit)> = Vec::new();
    for from in 0..words.len() {
        let begun = name_key(&words.get(from..).unwrap_or_default().join(" "));
        if begun.chars().count() < PLACE_LETTERS {
            continue;
        }
        for unit in units_from(&begun) {
            if found.iter().any(|(.., known)| known.entity == unit.entity) {
                continue;
            }
            let mut clauses = Clauses::default();
            let id = clauses.put(Clause::one(Slot::Place, unit.entity));
            lookup.forget();
            let size = id.map(|id| lookup.records(&clauses, id, work)).transpose()?;
            if let Some(size) = size.filter(|size| *size > 0) {
                found.push((size, from, unit));
            }
        }
        if !found.is_empty() {
            break;
        }
    }
    found.sort_by_key(|(size, _, unit)| (std::cmp::Reverse(*size), unit.id));
    let named = |(_, from, unit): (u64, usize, &Unit)| (from, with_district(unit));
    Ok(found.into_iter().map(named).collect())
}

/// What has been typed: text that stays as it is, and words that may be gone on with.
struct Begun<'t> {
    before: &'t str,
    words: Vec<&'t str>,
    /// The words follow one for a place.
    is_place: bool,
}

impl<'t> Begun<'t> {
    fn of(typed: &'t str) -> Self {
        let definitions = IndexDefinitions::get();
        let mut words: Vec<&str> = Vec::new();
        let mut before = typed;
        let mut is_place = false;
        while let Some(word) = before.trim_end().rsplit(' ').next() {
            let is_word = word.chars().any(char::is_alphabetic)
                && word.chars().all(|letter| letter.is_alphabetic() || letter == '\'');
            if !is_word || words.len() >= MAX_WORDS {
                break;
            }
            let folded = name_key(word);
            let of_place =
                |(_, meaning): &(String, Meaning)| matches!(meaning, Meaning::Place(_));
            // A word that is only begun may be any.
            if !words.is_empty() && definitions.meanings(&folded).iter().any(of_place) {
                is_place = true;
                break;
            }
            let end = before.trim_end().len() - word.len();
            before = before.get(..end).unwrap_or_default();
            words.insert(0, word);
        }
        Self { before, words, is_place }
    }
}

/// Records that hold the whole syllables beside one that begins like the last.
fn clauses_of(typed: &[Syllable], lexicon: &Lexicon) -> Option<Vec<Clause>> {
    let (begun, whole) = typed.split_last()?;
    let endings = lexicon.starting(&begun.folded, MAX_ENDINGS);
    if endings.is_empty() {
        return None;
    }
    let Some(last) = whole.last() else {
        return Some(vec![Clause::any(
            Slot::Name,
            endings.into_iter().map(str::to_owned),
        )]);
    };
    let pairs = endings.into_iter().map(|ending| pair_term(&last.folded, ending));
    let mut clauses = vec![Clause::any(Slot::Pair, pairs)];
    for two in whole.windows(2) {
        if let [one, other] = two {
            clauses.push(Clause::one(Slot::Pair, pair_term(&one.folded, &other.folded)));
        }
    }
    Some(clauses)
}

/// The name from the typed syllables on, and whether it is a likely one: a whole name, of
/// which a syllable has been typed.
fn gone_on(name: &str, typed: &[Syllable]) -> Option<(bool, String)> {
    let words: Vec<&str> = syllables_of(name).collect();
    let forms: Vec<_> = words.iter().map(|word| Syllable::remembered(word)).collect();
    let (begun, whole) = typed.split_last()?;
    let agree = |at: usize| {
        let same = whole.iter().zip(forms.iter().skip(at));
        let next = forms.get(at + whole.len());
        let mut same = same.map(|(typed, found)| {
            if typed.has_marks() {
                typed.canonical == found.canonical
            } else {
                typed.folded == found.folded
            }
        });
        same.all(|agrees| agrees)
            && next.is_some_and(|next| {
                if begun.has_marks() {
                    next.verbatim.starts_with(&begun.verbatim)
                } else {
                    next.folded.starts_with(&begun.folded)
                }
            })
    };
    let at = (0..words.len()).find(|&at| agree(at))?;
    let is_whole = forms.get(at + whole.len())?.folded == begun.folded;
    let is_likely = at == 0 && (is_whole || !whole.is_empty());
    Some((is_likely, words.get(at..)?.join(" ")))
}

fn title_case(name: &str) -> String {
    title_case_name(&name.to_uppercase())
}

/// Units whose name begins like that, each entity once, in the order of the alphabet.
fn units_from(begun: &str) -> Vec<&'static Unit> {
    static KEYS: OnceLock<Vec<(String, &'static Unit)>> = OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        let units = Gazetteer::get().units().iter();
        let mut keys: Vec<_> =
            units.map(|unit| (name_key(unit.short_name()), unit)).collect();
        keys.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.id.cmp(b.1.id)));
        keys.dedup_by(|a, b| a.1.entity == b.1.entity && a.0 == b.0);
        keys
    });
    let from = keys.partition_point(|(key, _)| key.as_str() < begun);
    let rest = keys.get(from..).unwrap_or_default().iter();
    let begins = rest.take_while(|(key, _)| key.starts_with(begun));
    begins.take(MAX_PLACES).map(|(_, unit)| *unit).collect()
}

/// `xã Na Ư, huyện Điện Biên`: homonyms are told apart by their district.
fn with_district(unit: &Unit) -> String {
    let lower = |name: &str| {
        let mut letters = name.chars();
        let first = letters.next().into_iter().flat_map(char::to_lowercase);
        first.chain(letters.as_str().chars()).collect::<String>()
    };
    match Gazetteer::get().newest(unit.parent) {
        Some(above) => format!("{}, {}", lower(unit.name), lower(above.name)),
        None => lower(unit.name),
    }
}
