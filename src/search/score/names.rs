//! Typed syllables against the names of a record.

use std::sync::Arc;

use crate::config::index::{IndexDefinitions, SchemaFile};
use crate::search::analysis::{Syllable, joined, syllables_of};
use crate::search::entry::Entry;
use crate::search::hash::FastMap;
use crate::search::query::{Query, Typed};
use crate::search::similarity::{Near, Tier, nearness};

/// What a name in a note or the name of a file is worth.
pub(super) const TEXT: f32 = 0.78;

/// What a second or third reading is worth.
pub(super) const SECOND_READING: f32 = 0.93;

/// What a name that no person has checked is worth beside one that was.
pub(super) const READ: f32 = 0.999;

// What is missing of a name on the paper. The last syllable is what people are called
// by; middle ones are left out as a rule.
const GIVEN_MISSING: f32 = 0.1;
const FAMILY_MISSING: f32 = 0.035;
const MIDDLE_MISSING: f32 = 0.015;

/// What two syllables are worth with the space between them at another letter.
const RESPACED: f32 = 0.85;

/// What syllables in another order cost.
const OTHER_ORDER: f32 = 0.02;

/// Weight of a syllable that half of all names hold, beside 1 for others.
const LIGHT: f32 = 0.5;

/// Weight of a syllable that stands two for one (`kbrêm`), to prefer whole syllables.
const JOINED: f32 = 0.99;

/// Most syllables of a name that are compared.
const MAX_SYLLABLES: usize = 12;

/// Agreement of a typed name with one on the paper.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct NameMatch {
    /// 0–1.
    pub(super) score: f32,
    pub(super) tier: Tier,
    /// Position of the person; texts follow the persons.
    pub(super) person: usize,
    /// Which syllables on the paper agree, the first in the lowest bit.
    syllables: u16,
}

/// The names of one record as positions in [`Comparison::found`].
#[derive(Debug, Default)]
pub(super) struct Names {
    /// One for each syllable of all names.
    single: Vec<usize>,
    /// Where two neighbours are written as one: position of the first in its name, and
    /// the form.
    double: Vec<(usize, usize)>,
    all: Vec<Name>,
}

#[derive(Debug)]
struct Name {
    single: std::ops::Range<usize>,
    double: std::ops::Range<usize>,
    is_text: bool,
}

impl Names {
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    fn single(&self, name: &Name) -> &[usize] {
        self.single.get(name.single.clone()).unwrap_or_default()
    }

    fn double(&self, name: &Name) -> &[(usize, usize)] {
        self.double.get(name.double.clone()).unwrap_or_default()
    }
}

/// A typed syllable, compared.
struct TypedForm {
    typed: Typed,
    weight: f32,
}

/// Remembers how near the syllables met so far are to the typed ones: names repeat their
/// syllables, so that few are compared.
pub(super) struct Comparison {
    typed: Vec<TypedForm>,
    /// Names as typed, each once: positions in `typed`.
    wishes: Vec<Vec<usize>>,
    /// For each reading, for each person: the position in `wishes`.
    people: Vec<Vec<usize>>,
    /// Positions in `typed` of two that may be written as one.
    doubles: FastMap<(usize, usize), usize>,
    plain: bool,
    /// Syllables on paper.
    found: Vec<Arc<Syllable>>,
    /// How near each of `found` is to each of `typed`, row by row.
    near: Vec<Near>,
    /// Of each of `found`, whether any of `typed` is near it.
    is_near: Vec<bool>,
    by_text: FastMap<String, usize>,
    /// Says which texts are left out; `None` where all are compared.
    guarded: Option<&'static SchemaFile>,
}

impl Comparison {
    pub(super) fn new(
        query: &Query,
        definitions: &IndexDefinitions,
        guarded: Option<&'static SchemaFile>,
    ) -> Self {
        let light = &definitions.analyzers.light.syllables;
        let mut comparison = Self {
            typed: Vec::new(),
            wishes: Vec::new(),
            people: Vec::new(),
            doubles: FastMap::default(),
            plain: true,
            found: Vec::new(),
            near: Vec::new(),
            is_near: Vec::new(),
            by_text: FastMap::default(),
            guarded,
        };
        for reading in &query.readings {
            let mut people = Vec::new();
            for wish in &reading.people {
                let mut positions = Vec::new();
                for syllable in wish.syllables.iter().take(MAX_SYLLABLES) {
                    positions.push(comparison.put(syllable.clone(), light));
                }
                for two in positions.windows(2) {
                    comparison.put_double(two, light);
                }
                let known = comparison.wishes.iter().position(|wish| *wish == positions);
                people.push(known.unwrap_or(comparison.wishes.len()));
                if known.is_none() {
                    comparison.wishes.push(positions);
                }
            }
            comparison.people.push(people);
        }
        let forms = comparison.typed.iter();
        comparison.plain = !forms
            .into_iter()
            .any(|form| form.typed.form.has_marks() || form.typed.telex.is_some());
        comparison
    }

    fn put(&mut self, typed: Typed, light: &[String]) -> usize {
        if let Some(known) = self.typed.iter().position(|other| other.typed == typed) {
            return known;
        }
        let is_light = light.contains(&typed.form.folded);
        let weight = if is_light { LIGHT } else { 1.0 };
        self.typed.push(TypedForm { typed, weight });
        self.typed.len() - 1
    }

    fn put_double(&mut self, two: &[usize], light: &[String]) {
        let &[first, second] = two else { return };
        let forms = self.typed.get(first).zip(self.typed.get(second));
        let whole = forms.and_then(|(one, other)| {
            joined(&one.typed.form.verbatim, &other.typed.form.verbatim)
        });
        if let Some(whole) = whole {
            let typed = Typed { form: Syllable::new(&whole), telex: None, cut: false };
            let position = self.put(typed, light);
            self.doubles.insert((first, second), position);
        }
    }

    /// Number of different names that were typed.
    pub(super) fn num_wishes(&self) -> usize {
        self.wishes.len()
    }

    /// Which of them a person of a reading bears.
    pub(super) fn wish(&self, reading: usize, person: usize) -> usize {
        let people = self.people.get(reading);
        people.and_then(|people| people.get(person)).copied().unwrap_or_default()
    }

    /// The syllables of a typed name.
    pub(super) fn typed(&self, wish: usize) -> &[usize] {
        self.wishes.get(wish).map_or(&[], Vec::as_slice)
    }

    /// The names of a record, then its texts, their syllables compared.
    pub(super) fn names_of(&mut self, entry: &Entry<&str>, names: &mut Names) {
        names.single.clear();
        names.double.clear();
        names.all.clear();
        for person in &entry.persons {
            self.put_name(person.name, false, names);
        }
        for (field, text) in &entry.texts {
            let is_kept_back =
                self.guarded.is_some_and(|schema| schema.is_guarded(field));
            // An empty text keeps the others in their places.
            self.put_name(if is_kept_back { "" } else { text }, true, names);
        }
    }

    fn put_name(&mut self, text: &str, is_text: bool, names: &mut Names) {
        let (single, double) = (names.single.len(), names.double.len());
        let mut before: Option<&str> = None;
        for (at, word) in syllables_of(text).take(MAX_SYLLABLES).enumerate() {
            let position = self.position(word);
            names.single.push(position);
            let whole = before.and_then(|before| joined(before, word));
            if let Some(whole) = whole {
                let whole = self.position(&whole);
                names.double.push((at - 1, whole));
            }
            before = Some(word);
        }
        let single = single..names.single.len();
        names.all.push(Name { single, double: double..names.double.len(), is_text });
    }

    /// What typed syllables are worth at best, each compared with all of a record.
    pub(super) fn most(&self, typed: &[usize], names: &Names) -> f32 {
        let (mut value, mut weight) = (0.0, 0.0);
        for &syllable in typed {
            let singles = names.single.iter();
            let doubles = names.double.iter().map(|(_, position)| position);
            let near =
                singles.chain(doubles).map(|&found| self.nearness(syllable, found).score);
            let of = self.weight(syllable);
            // Two that were typed apart may be written as one.
            let joins = self.doubles.keys().any(|&(a, b)| a == syllable || b == syllable);
            value += of * if joins { 1.0 } else { near.fold(0.0, f32::max) };
            weight += of;
        }
        value / f32::max(weight, 0.1)
    }

    fn position(&mut self, word: &str) -> usize {
        if let Some(&known) = self.by_text.get(word) {
            return known;
        }
        let form = Syllable::remembered(word);
        let mut is_near = false;
        for typed in &self.typed {
            let near = near(&typed.typed, &form, self.plain);
            is_near |= near.score > 0.0;
            self.near.push(near);
        }
        self.is_near.push(is_near);
        self.found.push(form);
        let position = self.found.len() - 1;
        self.by_text.insert(word.to_owned(), position);
        position
    }

    fn nearness(&self, typed: usize, found: usize) -> Near {
        let at = found * self.typed.len() + typed;
        self.near.get(at).copied().unwrap_or(Near::NONE)
    }

    /// Whether two syllables are two on paper but for the place of the space between them.
    fn is_respaced(&self, typed: &[usize], found: &[usize]) -> bool {
        let (&[one, other], &[first, second]) = (typed, found) else { return false };
        let typed = self.typed.get(one).zip(self.typed.get(other));
        let found = self.found.get(first).zip(self.found.get(second));
        let (Some((one, other)), Some((first, second))) = (typed, found) else {
            return false;
        };
        let (one, other) = (&one.typed.form, &other.typed.form);
        one.length + other.length == first.length + second.length
            && one.length.abs_diff(first.length) == 1
            && one.letters | other.letters == first.letters | second.letters
            && one
                .folded
                .chars()
                .chain(other.folded.chars())
                .eq(first.folded.chars().chain(second.folded.chars()))
    }

    fn is_near(&self, found: usize) -> bool {
        self.is_near.get(found).copied().unwrap_or_default()
    }

    fn weight(&self, typed: usize) -> f32 {
        self.typed.get(typed).map_or(1.0, |form| form.weight)
    }

    /// Gives each typed syllable the one on the paper that agrees best, each once.
    pub(super) fn compare(
        &self,
        typed: &[usize],
        names: &Names,
        person: usize,
    ) -> NameMatch {
        let mut result =
            NameMatch { score: 0.0, tier: Tier::Exact, person, syllables: 0 };
        let Some(name) = names.all.get(person) else { return result };
        let mut pairs = self.pairs(typed, names, name);
        if pairs.is_empty() {
            return result;
        }
        pairs.sort_by(|a, b| b.rank.total_cmp(&a.rank));
        let mut used = [false; MAX_SYLLABLES];
        let mut given: [Option<usize>; MAX_SYLLABLES] = [None; MAX_SYLLABLES];
        let (mut value, mut weight) = (0.0, 0.0);
        for pair in &pairs {
            let typed_at = pair.typed.clone();
            let found_at = pair.found.clone();
            let typed_free = typed_at.clone().all(|at| given.get(at) == Some(&None));
            let found_free = found_at.clone().all(|at| used.get(at) == Some(&false));
            if !(typed_free && found_free) {
                continue;
            }
            for at in typed_at {
                if let Some(given) = given.get_mut(at) {
                    *given = Some(found_at.start);
                }
                value += pair.near.score * typed.get(at).map_or(1.0, |&t| self.weight(t));
            }
            for at in found_at {
                if let Some(used) = used.get_mut(at) {
                    *used = true;
                }
                result.syllables |= 1 << at;
            }
            result.tier = result.tier.max(pair.near.tier);
        }
        for &syllable in typed {
            weight += self.weight(syllable);
        }
        result.score = value / f32::max(weight, 0.1);
        let num_found = names.single(name).len();
        judge_rest(&mut result, name, num_found, &given[..], typed.len(), &used);
        result
    }

    fn pairs(&self, typed: &[usize], names: &Names, name: &Name) -> Vec<Pair> {
        let (single, double) = (names.single(name), names.double(name));
        let mut pairs = Vec::new();
        let doubles = double.iter().map(|(_, position)| position);
        if !single.iter().chain(doubles).any(|&found| self.is_near(found)) {
            return pairs;
        }
        let mut put =
            |typed: std::ops::Range<usize>, found: std::ops::Range<usize>, near: Near| {
                if near.score > 0.0 {
                    // Of two that agree alike, the one in the same place.
                    let apart = (typed.start as f32 - found.start as f32).abs();
                    let rank = near.score - apart * 0.002;
                    pairs.push(Pair { typed, found, near, rank });
                }
            };
        for (i, &one) in typed.iter().enumerate() {
            for (j, &other) in single.iter().enumerate() {
                put(i..i + 1, j..j + 1, self.nearness(one, other));
            }
            for &(j, other) in double {
                let near = self.nearness(one, other);
                if near.score > CLEAR {
                    put(i..i + 1, j..j + 2, Near { score: near.score * JOINED, ..near });
                }
            }
        }
        for (i, two) in typed.windows(2).enumerate() {
            let &[first, second] = two else { continue };
            let Some(&whole) = self.doubles.get(&(first, second)) else { continue };
            for (j, &other) in single.iter().enumerate() {
                let near = self.nearness(whole, other);
                if near.score > CLEAR {
                    put(i..i + 2, j..j + 1, Near { score: near.score * JOINED, ..near });
                }
            }
        }
        for (i, two) in typed.windows(2).enumerate() {
            for (j, found) in single.windows(2).enumerate() {
                if self.is_respaced(two, found) {
                    put(i..i + 2, j..j + 2, Near { score: RESPACED, tier: Tier::Letter });
                }
            }
        }
        pairs
    }

    /// The syllables on the paper that agree.
    pub(super) fn words(&self, names: &Names, found: &NameMatch) -> Vec<String> {
        let name = names.all.get(found.person);
        let single = name.map_or(&[][..], |name| names.single(name));
        let agrees = |(at, _): &(usize, &usize)| found.syllables & (1 << at) != 0;
        let positions = single.iter().take(MAX_SYLLABLES).enumerate().filter(agrees);
        let forms = positions.filter_map(|(_, &position)| self.found.get(position));
        forms.map(|form| form.verbatim.clone()).collect()
    }

    /// Whether a syllable stands in any name, without accents where it was typed so.
    pub(super) fn has(&self, names: &Names, word: &Syllable) -> bool {
        names.single.iter().any(|&position| {
            self.found.get(position).is_some_and(|found| same(word, found))
        })
    }

    /// Whether syllables stand together in any name.
    pub(super) fn has_phrase(&self, names: &Names, phrase: &[Syllable]) -> bool {
        let is = |positions: &[usize]| {
            positions.iter().zip(phrase).all(|(&position, word)| {
                self.found.get(position).is_some_and(|found| same(word, found))
            })
        };
        let width = phrase.len().max(1);
        names.all.iter().any(|name| names.single(name).windows(width).any(is))
    }
}

/// How near a syllable on paper is to what was typed, in any way that it may be meant.
fn near(typed: &Typed, found: &Syllable, plain: bool) -> Near {
    let mut near = nearness(&typed.form, found, plain);
    if let Some(telex) = &typed.telex {
        let meant = nearness(telex, found, plain);
        if meant.score > near.score {
            near = meant;
        }
    }
    // `Ng.` is the start of a syllable.
    let starts = typed.cut && found.folded.starts_with(&typed.form.folded);
    if starts && near.score < INITIALS_MEANT {
        near = Near { score: INITIALS_MEANT, tier: Tier::Initial };
    }
    near
}

/// Takes off what is missing or stands elsewhere.
fn judge_rest(
    result: &mut NameMatch,
    name: &Name,
    num_found: usize,
    given: &[Option<usize>],
    num_typed: usize,
    used: &[bool; MAX_SYLLABLES],
) {
    let order = given.iter().take(num_typed).copied().flatten();
    let all_typed = order.clone().count() == num_typed;
    let in_order = order.is_sorted();
    let mut missing = 0.0;
    if !name.is_text {
        let last = num_found.saturating_sub(1);
        for at in (0..num_found).filter(|&at| used.get(at) == Some(&false)) {
            missing += match at {
                _ if at == last => GIVEN_MISSING,
                0 => FAMILY_MISSING,
                _ => MIDDLE_MISSING,
            };
        }
    }
    if !in_order {
        missing += OTHER_ORDER;
    }
    result.score = (result.score - missing).max(0.0);
    let whole = all_typed && in_order && missing <= 0.0;
    if !whole {
        result.tier = result.tier.max(Tier::Syllable);
    }
    if !all_typed {
        result.tier = Tier::Partial;
    }
}

/// What the start of a syllable is worth that was typed with a dot.
const INITIALS_MEANT: f32 = 0.8;

/// How near two syllables written as one must be to count.
const CLEAR: f32 = 0.8;

fn same(typed: &Syllable, found: &Syllable) -> bool {
    if typed.has_marks() {
        typed.canonical == found.canonical
    } else {
        typed.folded == found.folded
    }
}

struct Pair {
    typed: std::ops::Range<usize>,
    found: std::ops::Range<usize>,
    near: Near,
    rank: f32,
}
