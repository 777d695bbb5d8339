//! Other papers of the people and the parcel of a record, and people of the same name in
//! the same place and years.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use tantivy::DocAddress;

use super::analysis::{Syllable, syllables_of};
use super::columns::own_unit;
use super::entry::{Entry, Person, Sureness};
use super::lexicon::Lexicon;
use super::order::{Keys, own_day};
use super::plan::{name_clauses, years};
use super::postings::{Clause, ClauseId, Clauses, Lookup, Work};
use super::query::Typed;
use super::terms::{Slot, born_term, number_terms};
use super::{SearchError, Searcher};
use crate::config::index::{IndexDefinitions, NumberClass};
use crate::model::RecordId;

/// Work for one record's relations, in the units of [`Work`].
const WORK: u64 = 400_000;

/// Most records that one reason brings in.
const MAX_OF_ONE: usize = 60;

/// People of a record whose papers are looked for; those who only signed are left out.
const MAX_PEOPLE: usize = 6;

/// Least digits of a number that belongs to one person: an old identity card has nine.
const IDENTITY_DIGITS: usize = 9;

/// How many years before and after an entry are "these years".
const YEARS_AROUND: u16 = 5;

/// The role of those who only signed.
const OFFICIAL: &str = "official";

/// Why another record belongs to one, the strongest reason first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum RelatedBy {
    /// A person's number stands in both.
    SameIdentity,
    /// The number of a certificate stands in both.
    SameCertificate,
    /// The same parcel of the same map sheet in the same commune.
    SameParcel,
    /// A person of the same name, born in the same year.
    SamePerson,
    /// A person of the same name in the same commune, a few years before or after.
    SameName,
}

impl RelatedBy {
    /// The name in answers and texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::SameIdentity => "same-identity",
            Self::SameCertificate => "same-certificate",
            Self::SameParcel => "same-parcel",
            Self::SamePerson => "same-person",
            Self::SameName => "same-name",
        }
    }
}

/// A record that belongs to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelatedRecord {
    /// Which one.
    pub record: RecordId,
    /// Why.
    pub by: RelatedBy,
    /// What the two share: a name, a number.
    pub what: String,
}

/// Something to ask for.
struct Question {
    by: RelatedBy,
    what: String,
    clauses: Vec<Clause>,
    /// What the other record must have: the postings bring some that have not.
    has: Has,
}

/// What two records share.
enum Has {
    /// What was asked of the postings, and nothing else.
    Asked,
    /// A person of this folded name, born in this year where one is known.
    Person(String, Option<u16>),
    /// A number.
    Number(NumberClass, String),
}

impl Searcher {
    /// Records that belong to one, the strongest reason first, then by day; each once, and
    /// within the bounds of the view, whatever those of the record itself.
    /// None where the index does not hold the record.
    ///
    /// # Errors
    ///
    /// What the disk says, or that the index is damaged.
    pub fn related(
        &self,
        record: &RecordId,
        limit: usize,
    ) -> Result<Option<Vec<RelatedRecord>>, SearchError> {
        let Some(own) = self.find(record)? else { return Ok(None) };
        let bytes = self.bytes(own)?;
        let entry = Entry::decoded(&bytes)?;
        let mut lookup = self.lookup();
        let mut work = Work::of(WORK);
        let mut found: HashMap<DocAddress, usize> = HashMap::new();
        let mut all = Vec::new();
        for question in questions(&entry, &self.lexicon) {
            let mut clauses = Clauses::default();
            let put = question.clauses.into_iter().map(|clause| clauses.put(clause));
            let asked: Vec<ClauseId> =
                put.collect::<Vec<_>>().into_iter().flatten().collect();
            let brought = lookup_fresh(&mut lookup, &clauses, &asked, &mut work)?;
            for doc in brought {
                if doc == own || found.contains_key(&doc) {
                    continue;
                }
                let bytes = self.bytes(doc)?;
                let other = Entry::decoded(&bytes)?;
                if !question.has.is_true_of(&other) {
                    continue;
                }
                found.insert(doc, all.len());
                let key = (question.by, Keys::of(&other).by_day(), other.id.to_owned());
                all.push((key, question.what.clone()));
            }
        }
        all.sort_unstable();
        let related = all
            .into_iter()
            .take(limit)
            .map(|((by, _, id), what)| RelatedRecord { record: RecordId(id), by, what });
        Ok(Some(related.collect()))
    }

    /// Where a record stands.
    fn find(&self, record: &RecordId) -> Result<Option<DocAddress>, SearchError> {
        let is_record = self.fields.id.is(record);
        for (ordinal, segment) in self.inner.segment_readers().iter().enumerate() {
            let mut docs = is_record.docs(segment)?.into_iter();
            let alive = segment.alive_bitset();
            if let Some(doc) = docs.find(|&doc| alive.is_none_or(|all| all.is_alive(doc)))
            {
                return Ok(Some(DocAddress::new(ordinal as u32, doc)));
            }
        }
        Ok(None)
    }
}

/// Asks with clauses of their own numbers: nothing of the question before is known.
fn lookup_fresh(
    lookup: &mut Lookup<'_>,
    clauses: &Clauses,
    asked: &[ClauseId],
    work: &mut Work,
) -> Result<Vec<DocAddress>, SearchError> {
    lookup.forget();
    Ok(lookup.conjunction(clauses, asked, MAX_OF_ONE, work)?.docs)
}

/// What is asked for a record, the strongest reason first.
fn questions(entry: &Entry<&str>, lexicon: &Lexicon) -> Vec<Question> {
    let mut all = by_numbers(entry);
    let people: Vec<&Person<&str>> = people(entry).take(MAX_PEOPLE).collect();
    for person in &people {
        let Some(year) = person.born.map(|day| day.year).filter(|_| !person.by_age)
        else {
            continue;
        };
        let mut clauses = clauses_of(person.name);
        let given = syllables_of(person.name).last().map(Syllable::new);
        let born = given.map(|given| born_term(&given.folded, year));
        clauses.extend(born.map(|term| Clause::one(Slot::Born, term)));
        all.push(Question {
            by: RelatedBy::SamePerson,
            what: person.name.to_owned(),
            clauses,
            has: Has::Person(folded(person.name), Some(year)),
        });
    }
    let around = own_day(entry).map(|day| day.year);
    if let (Some(unit), Some(year)) = (own_unit(entry), around) {
        for person in &people {
            let mut clauses = clauses_of(person.name);
            clauses.push(Clause::one(Slot::Place, unit));
            let first = year.saturating_sub(YEARS_AROUND);
            clauses.push(years(first, year + YEARS_AROUND, lexicon));
            all.push(Question {
                by: RelatedBy::SameName,
                what: person.name.to_owned(),
                clauses,
                has: Has::Person(folded(person.name), None),
            });
        }
    }
    all
}

fn by_numbers(entry: &Entry<&str>) -> Vec<Question> {
    let mut all = Vec::new();
    let terms = |class: NumberClass, value: &str| {
        let terms = number_terms(class, value).into_iter();
        terms.map(|term| Clause::one(Slot::Number, term))
    };
    let of =
        |class: NumberClass| entry.numbers.iter().filter(move |one| one.class == class);
    let identities =
        of(NumberClass::Identity).filter(|one| one.value.len() >= IDENTITY_DIGITS);
    let whole = identities
        .map(|one| (RelatedBy::SameIdentity, one))
        .chain(of(NumberClass::Serial).map(|one| (RelatedBy::SameCertificate, one)));
    for (by, one) in whole {
        all.push(Question {
            by,
            what: one.value.to_owned(),
            clauses: terms(one.class, one.value).collect(),
            has: Has::Number(one.class, one.value.to_owned()),
        });
    }
    let parcel = of(NumberClass::Parcel).next().zip(of(NumberClass::Sheet).next());
    if let (Some((parcel, sheet)), Some(unit)) = (parcel, own_unit(entry)) {
        all.push(Question {
            by: RelatedBy::SameParcel,
            what: format!("{}/{}", sheet.value, parcel.value),
            clauses: terms(NumberClass::Parcel, parcel.value)
                .chain(terms(NumberClass::Sheet, sheet.value))
                .chain([Clause::one(Slot::Place, unit)])
                .collect(),
            has: Has::Asked,
        });
    }
    all
}

/// The people whom a record is about, as far as they are called by two words at least.
fn people<'e>(entry: &'e Entry<&'e str>) -> impl Iterator<Item = &'e Person<&'e str>> {
    let schema = &IndexDefinitions::get().schema.person;
    entry.persons.iter().filter(|person| {
        let of = schema.get(usize::from(person.position));
        person.sureness != Sureness::Doubtful
            && of.is_some_and(|of| of.role != OFFICIAL)
            && syllables_of(person.name).count() > 1
    })
}

fn clauses_of(name: &str) -> Vec<Clause> {
    let typed = syllables_of(name).map(|word| Typed {
        form: Syllable::new(word),
        telex: None,
        cut: false,
    });
    name_clauses(&typed.collect::<Vec<_>>())
}

fn folded(name: &str) -> String {
    let words = syllables_of(name).map(|word| Syllable::new(word).folded);
    words.collect::<Vec<_>>().join(" ")
}

impl Has {
    fn is_true_of(&self, other: &Entry<&str>) -> bool {
        match self {
            Self::Asked => true,
            Self::Person(name, year) => people(other).any(|person| {
                let born = person.born.map(|day| day.year);
                folded(person.name) == *name && year.is_none_or(|year| born == Some(year))
            }),
            Self::Number(class, value) => {
                let mut numbers = other.numbers.iter();
                numbers.any(|one| one.class == *class && one.value == value)
            }
        }
    }
}
