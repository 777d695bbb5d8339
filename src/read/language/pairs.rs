//! How often words follow each other, from `pipelines/lexicon/language/pairs.tsv`.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::model::fold;

const PAIRS: &str = include_str!("../../../pipelines/lexicon/language/pairs.tsv");

/// Stands for any word with a capital.
const CAPITAL: &str = "^";
/// Count of a word that the list does not have: it may be a name.
const UNHEARD: f32 = 0.01;
/// Shares of what is known of a pair and of its second word alone.
const MIXED: [f32; 2] = [0.7, 0.3];
/// Probability of a word with a capital, whichever it is: it may be a name, and a rare name
/// is as good as a common one. Only pairs that the list has speak for one or another.
const ANY_NAME: f32 = 1.2e-4;
/// Share of [`ANY_NAME`] after a word that is not known to stand before names.
const UNASKED: f32 = 0.3;
/// Words of the same plain letters that are looked at.
const MOST_SISTERS: usize = 6;

/// The position of a word in the list.
pub(super) type Known = u32;

/// Pairs of words with their counts.
#[derive(Debug)]
pub(super) struct Pairs {
    words: HashMap<&'static str, Known>,
    names: Vec<&'static str>,
    counts: HashMap<(Known, Known), f32>,
    /// Count of each word as the first of a pair, and as any.
    first: Vec<f32>,
    any: Vec<f32>,
    total: f32,
    capital: Option<Known>,
    /// Plain letters → words, most frequent first.
    sisters: BTreeMap<String, Vec<Known>>,
}

/// The list, parsed at its first use.
pub(super) static LIST: LazyLock<Pairs> = LazyLock::new(|| Pairs::parse(PAIRS));

impl Pairs {
    fn parse(text: &'static str) -> Self {
        let mut words: HashMap<&'static str, Known> = HashMap::new();
        let mut names: Vec<&'static str> = Vec::new();
        let mut pairs = HashMap::new();
        let mut known = |word: &'static str, names: &mut Vec<&'static str>| {
            *words.entry(word).or_insert_with(|| {
                names.push(word);
                names.len() as Known - 1
            })
        };
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.split('\t');
            let (Some(a), Some(b), Some(weight)) =
                (columns.next(), columns.next(), columns.next())
            else {
                continue;
            };
            let Ok(weight) = weight.parse::<f32>() else { continue };
            let pair = (known(a, &mut names), known(b, &mut names));
            // The list holds ten times the natural logarithm.
            pairs.insert(pair, (weight / 10.0).exp());
        }
        let capital = words.get(CAPITAL).copied();
        let mut first = vec![0.0; names.len()];
        let mut any = vec![0.0_f32; names.len()];
        let mut counts: Vec<_> =
            pairs.iter().map(|(pair, count)| (*pair, *count)).collect();
        counts.sort_by_key(|(pair, _)| *pair);
        for ((a, b), count) in counts {
            if Some(b) == capital {
                continue;
            }
            first[a as usize] += count;
            any[a as usize] += count / 2.0;
            any[b as usize] += count / 2.0;
        }
        let total = any.iter().sum();
        let mut sisters: BTreeMap<String, Vec<Known>> = BTreeMap::new();
        for (at, word) in names.iter().enumerate() {
            sisters.entry(fold(word)).or_default().push(at as Known);
        }
        for group in sisters.values_mut() {
            group.sort_by(|a, b| any[*b as usize].total_cmp(&any[*a as usize]));
            group.truncate(MOST_SISTERS);
        }
        Self { words, names, counts: pairs, first, any, total, capital, sisters }
    }

    /// The word, in lower case, if the list has it.
    pub(super) fn find(&self, word: &str) -> Option<Known> {
        self.words.get(word).copied()
    }

    /// Words of the same plain letters, most frequent first.
    pub(super) fn sisters(
        &self,
        folded: &str,
    ) -> impl Iterator<Item = &'static str> + '_ {
        let group = self.sisters.get(folded).map_or(&[][..], Vec::as_slice);
        group.iter().filter_map(|&at| self.names.get(at as usize).copied())
    }

    /// Probability of a word where nothing is known of the one before it.
    fn alone(&self, word: Option<Known>) -> f32 {
        let count = word.and_then(|at| self.any.get(at as usize)).copied();
        (count.unwrap_or(0.0) + UNHEARD) / self.total
    }

    /// Natural logarithm of the probability that `word` follows `before`; `capital` says
    /// that it is written with one.
    pub(super) fn follows(
        &self,
        before: Option<Known>,
        word: Option<Known>,
        capital: bool,
    ) -> f32 {
        let all =
            before.and_then(|it| self.first.get(it as usize)).copied().unwrap_or(0.0);
        let share = |second: Option<Known>| {
            let count =
                before.zip(second).and_then(|pair| self.counts.get(&pair)).copied();
            if all > 0.0 { (count.unwrap_or(0.0) / all).min(1.0) } else { 0.0 }
        };
        let [pair, single] = MIXED;
        let alone = if capital {
            ANY_NAME * (UNASKED + share(self.capital))
        } else {
            self.alone(word)
        };
        (pair * share(word) + single * alone).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_province_is_likelier_before_a_name_than_an_essence() {
        let list = &*LIST;
        let follows = |a: &str, b: &str| list.follows(list.find(a), list.find(b), true);
        assert!(follows("tỉnh", "lâm") > follows("tinh", "lâm") + 1.0);
        assert!(follows("nguyễn", "hữu") > follows("nguyễn", "hầu") + 1.0);
        assert!(list.sisters("huyen").any(|word| word == "huyện"));
    }
}
