//! `index/*.toml`: what of a record can be found, and the words clerks search with.
//!
//! The definitions are part of the program; [`IndexDefinitions::check`] tells what is wrong
//! with them and is run by the tests and by `sohoa check`.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::model::fold;

/// Why the definitions of the index cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum IndexDefinitionError {
    /// A file does not parse, or has an unknown key.
    #[error("`index/{file}` cannot be read")]
    Unreadable {
        /// Name of the file.
        file: &'static str,
        /// Where and why.
        source: toml::de::Error,
    },
    /// One phrase is given two meanings.
    #[error("`index/query.toml`: `{phrase}` is both {first} and {second}")]
    TwoMeanings {
        /// The phrase, folded.
        phrase: String,
        /// What it means by the earlier line.
        first: String,
        /// What it means by the later line.
        second: String,
    },
}

/// A field pattern: a name, or one with `*` at its start or end.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Pattern(String);

impl Pattern {
    /// Whether `name` is meant.
    pub fn matches(&self, name: &str) -> bool {
        if let Some(end) = self.0.strip_prefix('*') {
            name.ends_with(end)
        } else if let Some(start) = self.0.strip_suffix('*') {
            name.starts_with(start)
        } else {
            self.0 == name
        }
    }
}

/// A person of a record: which fields are about them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonFields {
    /// E.g. `mother`.
    pub role: String,
    /// Field with the name.
    pub name: String,
    /// Field with the date or year of birth.
    pub born: Option<String>,
    /// Field with the age in years at the time of the entry.
    pub age: Option<String>,
    /// Fields with identity numbers.
    #[serde(default)]
    pub numbers: Vec<String>,
}

/// Fields that hold numbers of one class.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberFields {
    /// `identity`, `register`, `book`, `page`, `serial`, `parcel`, `sheet` or `document`.
    pub class: NumberClass,
    /// Their names.
    pub fields: Vec<Pattern>,
}

/// What a number counts.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Deserialize,
    serde::Serialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum NumberClass {
    /// Of a person: identity card, personal number, telephone.
    Identity,
    /// Of an entry: ordinal/year.
    Register,
    /// Of a book: ordinal/year.
    Book,
    /// Of a page in a book.
    Page,
    /// Of a certificate.
    Serial,
    /// Of a parcel on its map sheet.
    Parcel,
    /// Of a map sheet.
    Sheet,
    /// Of a letter or decision.
    Document,
}

impl NumberClass {
    /// All classes; the position of one is its number in the index.
    pub const ALL: [Self; 8] = [
        Self::Identity,
        Self::Register,
        Self::Book,
        Self::Page,
        Self::Serial,
        Self::Parcel,
        Self::Sheet,
        Self::Document,
    ];
}

/// Fields with dates of one event.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateFields {
    /// Which event.
    pub meaning: Event,
    /// Their names.
    pub fields: Vec<Pattern>,
}

/// What happened on a date.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Deserialize,
    serde::Serialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// Not said.
    Any,
    /// Somebody was born.
    Born,
    /// Somebody died.
    Died,
    /// The entry was made, the paper issued.
    Entered,
}

/// Fields with places of one meaning.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceFields {
    /// `registered`, `lived` or `other`.
    pub meaning: PlaceMeaning,
    /// Their names.
    pub fields: Vec<Pattern>,
}

/// What a place is to a record; the earlier, the more it tells.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Deserialize,
    serde::Serialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum PlaceMeaning {
    /// Where the entry was made or the parcel lies.
    Registered,
    /// Where somebody lived, was born or died.
    Lived,
    /// Any other.
    Other,
    /// Said by the folder or file name only.
    Path,
}

/// Fields with other words.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordFields {
    /// Their names.
    pub fields: Vec<Pattern>,
    /// Whether only those find by them who have the right to see sensitive papers.
    #[serde(default)]
    pub guarded: bool,
}

impl SchemaFile {
    /// Whether a field of words is found only by those who see sensitive papers.
    pub fn is_guarded(&self, field: &str) -> bool {
        let mut guarded = self.word_fields(true);
        guarded.any(|pattern| pattern.matches(field))
    }

    fn word_fields(&self, guarded: bool) -> impl Iterator<Item = &Pattern> {
        let words = self.words.iter().filter(move |words| words.guarded == guarded);
        words.flat_map(|words| &words.fields)
    }

    /// Whether anybody finds records by the field.
    pub fn is_open_to_all(&self, field: &str) -> bool {
        let is = |patterns: &[Pattern]| patterns.iter().any(|one| one.matches(field));
        let named = |known: &Option<String>| known.as_deref() == Some(field);
        self.word_fields(false).any(|pattern| pattern.matches(field))
            || self.number.iter().any(|of| is(&of.fields))
            || self.date.iter().any(|of| is(&of.fields))
            || self.place.iter().any(|of| is(&of.fields))
            || self.person.iter().any(|of| {
                of.name == field
                    || named(&of.born)
                    || named(&of.age)
                    || of.numbers.iter().any(|number| number == field)
            })
    }
}

/// `index/schema.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchemaFile {
    /// Of the index folder.
    pub version: u32,
    /// In the order of importance.
    pub person: Vec<PersonFields>,
    /// By class.
    pub number: Vec<NumberFields>,
    /// By event.
    pub date: Vec<DateFields>,
    /// By meaning.
    pub place: Vec<PlaceFields>,
    /// Other words.
    pub words: Vec<WordFields>,
}

/// Letters or syllables that stand for one another.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Same {
    /// Folded; the first stands for all.
    pub same: Vec<String>,
}

/// `index/analyzers.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnalyzersFile {
    /// Of the file.
    pub version: u32,
    /// Starts of syllables that sound alike.
    pub onset: Vec<Same>,
    /// Ends of syllables that sound alike.
    #[serde(rename = "final")]
    pub ending: Vec<Same>,
    /// Syllables that are one name.
    pub twin: Vec<Same>,
    /// Pairs of letters that are taken for one another.
    pub confusable: Confusable,
    /// Syllables that say little.
    pub light: Light,
}

/// Letters that recognisers and hands confuse.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confusable {
    /// Two letters each, in any order.
    pub pairs: Vec<String>,
}

/// Syllables that half of all names hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Light {
    /// Folded.
    pub syllables: Vec<String>,
}

/// Words before a name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleWords {
    /// Name of the wish in answers, e.g. `father`.
    pub label: String,
    /// Roles of `schema.toml` that are meant; none: any person.
    pub roles: Vec<String>,
    /// As written, in lower case.
    pub words: Vec<String>,
    /// Those of `words` that are names too, and need a colon.
    #[serde(default)]
    pub colon_only: Vec<String>,
}

/// Words for kinds of paper.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindWords {
    /// Name of the wish in answers, e.g. `birth`.
    pub label: String,
    /// Kinds that are meant.
    pub kinds: Vec<Pattern>,
    /// As written, in lower case.
    pub words: Vec<String>,
}

/// Words before a number.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberWords {
    /// What it counts.
    pub class: NumberClass,
    /// As written, in lower case.
    pub words: Vec<String>,
}

/// Words before a year or date.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventWords {
    /// What happened.
    pub meaning: Event,
    /// As written, in lower case.
    pub words: Vec<String>,
}

/// Words before a place.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceWords {
    /// As written, in lower case.
    pub words: Vec<String>,
    /// What follows.
    pub level: PlaceLevel,
}

/// What kind of place a word announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlaceLevel {
    /// An administrative unit.
    Unit,
    /// A hamlet.
    Hamlet,
    /// Either.
    Any,
}

/// A plain list of words.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordList {
    /// As written, in lower case.
    pub words: Vec<String>,
}

/// `index/query.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryFile {
    /// Of the file.
    pub version: u32,
    /// Before names.
    pub role: Vec<RoleWords>,
    /// Of papers.
    pub kind: Vec<KindWords>,
    /// Before numbers.
    pub number: Vec<NumberWords>,
    /// Before years and dates.
    pub event: Vec<EventWords>,
    /// Before places.
    pub place: Vec<PlaceWords>,
    /// That only join.
    pub joining: WordList,
    /// Between two years.
    pub range: WordList,
}

/// What a phrase of a query means: positions in [`QueryFile`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Before a name.
    Role(usize),
    /// A kind of paper.
    Kind(usize),
    /// Before a number.
    Number(NumberClass),
    /// Before a year or date.
    Event(Event),
    /// Before a place.
    Place(PlaceLevel),
    /// Joins.
    Joining,
}

/// All definitions of the index.
#[derive(Debug, Clone, Default)]
pub struct IndexDefinitions {
    /// What of a record goes into the index.
    pub schema: SchemaFile,
    /// How syllables are compared.
    pub analyzers: AnalyzersFile,
    /// Words that clerks type.
    pub query: QueryFile,
    /// Folded phrase → what it may mean, each with the phrase as written.
    phrases: HashMap<String, Vec<(String, Meaning)>>,
    /// Words of the longest phrase.
    longest_phrase: usize,
}

impl IndexDefinitions {
    /// The definitions that the program carries. Should they not parse, which
    /// [`IndexDefinitions::check`] and a test exclude, nothing is found by any field.
    pub fn get() -> &'static Self {
        static LOADED: OnceLock<IndexDefinitions> = OnceLock::new();
        LOADED.get_or_init(|| Self::check().unwrap_or_default())
    }

    /// Parses and checks the definitions.
    ///
    /// # Errors
    ///
    /// A file that does not parse, an unknown key, a phrase with two meanings.
    pub fn check() -> Result<Self, IndexDefinitionError> {
        let mut all = Self {
            schema: parsed("schema.toml", include_str!("../../index/schema.toml"))?,
            analyzers: parsed(
                "analyzers.toml",
                include_str!("../../index/analyzers.toml"),
            )?,
            query: parsed("query.toml", include_str!("../../index/query.toml"))?,
            phrases: HashMap::new(),
            longest_phrase: 0,
        };
        for (phrase, meaning) in all.query.meanings() {
            all.longest_phrase = all.longest_phrase.max(phrase.split(' ').count());
            let known = all.phrases.entry(fold(&phrase)).or_default();
            let clash = known
                .iter()
                .find(|(other, first)| *other == phrase && clashes(first, &meaning));
            if let Some((_, first)) = clash {
                return Err(IndexDefinitionError::TwoMeanings {
                    phrase,
                    first: format!("{first:?}"),
                    second: format!("{meaning:?}"),
                });
            }
            known.push((phrase, meaning));
        }
        Ok(all)
    }

    /// What a folded phrase may mean, each with the phrase as it is written in the
    /// definitions; empty where it is none of them.
    pub fn meanings(&self, phrase: &str) -> &[(String, Meaning)] {
        self.phrases.get(phrase).map_or(&[], Vec::as_slice)
    }

    /// Number of words of the longest phrase.
    pub fn longest_phrase(&self) -> usize {
        self.longest_phrase
    }
}

impl QueryFile {
    fn meanings(&self) -> Vec<(String, Meaning)> {
        let mut all = Vec::new();
        let mut put = |words: &[String], meaning: Meaning| {
            all.extend(words.iter().map(|word| (word.clone(), meaning)));
        };
        for (position, role) in self.role.iter().enumerate() {
            put(&role.words, Meaning::Role(position));
        }
        for (position, kind) in self.kind.iter().enumerate() {
            put(&kind.words, Meaning::Kind(position));
        }
        for number in &self.number {
            put(&number.words, Meaning::Number(number.class));
        }
        for event in &self.event {
            put(&event.words, Meaning::Event(event.meaning));
        }
        for place in &self.place {
            put(&place.words, Meaning::Place(place.level));
        }
        put(&self.joining.words, Meaning::Joining);
        all
    }
}

/// Two meanings of one sort cannot both be meant; a word for a number may well be one
/// for a kind, and what follows it decides.
fn clashes(first: &Meaning, second: &Meaning) -> bool {
    std::mem::discriminant(first) == std::mem::discriminant(second)
}

fn parsed<T: serde::de::DeserializeOwned>(
    file: &'static str,
    text: &str,
) -> Result<T, IndexDefinitionError> {
    toml::from_str(text)
        .map_err(|source| IndexDefinitionError::Unreadable { file, source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::nfc;

    #[test]
    fn the_definitions_parse_and_no_phrase_has_two_meanings_of_one_sort() {
        let all = IndexDefinitions::check().map_err(|error| format!("{error:?}"));
        let all = all.expect("definitions");
        assert!(all.schema.version > 0 && all.longest_phrase() >= 3);
        assert!(!all.schema.person.is_empty());
    }

    #[test]
    fn every_phrase_is_in_lower_case_and_composed() {
        for (phrase, meaning) in IndexDefinitions::get().query.meanings() {
            let written = nfc(&phrase).to_lowercase();
            assert_eq!(written, phrase, "{meaning:?}");
            assert!(!IndexDefinitions::get().meanings(&fold(&phrase)).is_empty());
        }
    }

    #[test]
    fn patterns_match_at_their_open_end() {
        for (pattern, name, expected) in [
            ("*NoiCuTru", "meNoiCuTru", true),
            ("gcn-*", "gcn-2009", true),
            ("so", "so", true),
            ("so", "soCu", false),
        ] {
            assert_eq!(Pattern(pattern.to_owned()).matches(name), expected, "{name}");
        }
    }
}
