//! Family names whose marks are in doubt.
//!
//! A family name is one of few, a given name is anything. Where the first syllable of a name
//! is none that is known, and the engine itself saw the marks of one that is, that one is
//! taken, and the plain reading stays beside it. A syllable of which the engine is sure stays,
//! and so does every syllable of a given name.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::model::{Word, fold};

use super::super::lexicon::FAMILIES;
use super::super::{LIKELY, Normalized};
use super::lattice::{Lattice, Pattern};

/// Dearest price of the marks of a family name against what was read: a letter that the
/// engine gives one chance in forty.
const DEAREST: f32 = 3.7;
/// Confidence of a word from which on its letters stay as they are.
const SURE: f32 = 0.95;
/// How much dearer the next family name must be.
const MARGIN: f32 = 0.7;

/// Plain letters → family names.
static BY_LETTERS: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in FAMILIES.iter() {
        names.entry(fold(name)).or_default().push(name.clone());
    }
    names
});

/// The name with its family name as it is known; `None` where nothing is to be changed.
pub(super) fn settled(words: &[Word], plain: &Normalized) -> Option<Normalized> {
    let value = plain.value.as_ref()?;
    let (read, rest) = value.split_once(' ')?;
    let is_known = |name: &str| FAMILIES.iter().any(|it| it.to_lowercase() == name);
    if is_known(&read.to_lowercase()) {
        return None;
    }
    let word = words.iter().find(|word| {
        let text = word.text.trim_matches(|letter: char| !letter.is_alphabetic());
        text.to_lowercase() == read.to_lowercase()
    })?;
    if word.confidence >= SURE {
        return None;
    }
    let lattice = Lattice::of(std::slice::from_ref(word));
    let own = lattice.cost(&Pattern::of(&word.text));
    let known = BY_LETTERS.get(&fold(read))?;
    let mut near: Vec<(f32, &String)> =
        known.iter().map(|name| (lattice.cost(&Pattern::of(name)) - own, name)).collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (cost, name) = *near.first()?;
    let is_clear = near.get(1).is_none_or(|(next, _)| next - cost >= MARGIN);
    let changed = Normalized::read(format!("{name} {rest}"), LIKELY.min(plain.certainty));
    (cost <= DEAREST && is_clear).then(|| changed.with_alternatives(vec![value.clone()]))
}
