//! Where a place lies, read from the end: province, district, commune, and what stands
//! before them.
//!
//! Each name of the gazetteer is compared with the letters that the engine saw; a chain of
//! units that lie in each other and cost least wins. A hamlet is kept as it was read, and so
//! is a unit that could be two. The chains are searched by beam, best score first, where the
//! score is what the letters of the names gain ([`GAIN`] each) less what reading them costs.
//! First each name must be worth it for its own letters; where no commune is found so, all
//! three levels may be worth it together, and what was found before stays.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::config::gazetteer::{Gazetteer, Level, Unit};

use super::super::lexicon::PLACES;
use super::lattice::{Lattice, Pattern};
use super::units::{Node, UNITS};

/// What a letter of a name explains, in natural logarithms: without it, the letter would
/// have to be explained as part of a hamlet's name.
const GAIN: f32 = 1.4;
/// Dearest price of a letter of a name that nothing else speaks for: no word for its unit
/// stands before it, or no province after it.
const DEAREST_BARE: f32 = 0.6;

/// What is asked of the names of a chain.
struct Demand {
    /// Dearest price of a letter of a name.
    dearest: f32,
    /// The same of a name that nothing else speaks for.
    bare: f32,
    /// What a name may cost more than its letters gain.
    loss: f32,
    /// Candidates that are kept on each level.
    beam: usize,
    /// How much better a name must be than the next one of its level.
    margin: f32,
}

/// Of a chain each name of which is believed for its own letters.
const EACH: Demand =
    Demand { dearest: 1.1, bare: DEAREST_BARE, loss: 0.0, beam: 4, margin: 1.0 };
/// Of a chain of all three levels, whose names are believed together: that a commune, its
/// district and its province stand in a row says more than the letters of each.
const TOGETHER: Demand =
    Demand { dearest: 2.0, bare: 2.0, loss: 3.0, beam: 8, margin: 2.0 };
/// What such a chain must gain: there are some eleven thousand of them (`ln` 11,000).
const WORTH: f32 = 9.3;
/// What its commune must gain by itself.
const WORTH_OF_COMMUNE: f32 = 1.0;
/// Dearest price of a letter of such a chain.
const DEAREST_TOGETHER: f32 = 1.2;
/// A word for a unit that costs more to read may be the end of another name.
const SURE_KIND: f32 = 1.0;
/// Dearest price of a letter of a word for a unit.
const DEAREST_KIND: f32 = 1.0;
/// Price of a word for a unit that the unit never bore.
const OTHER_KIND: f32 = 0.7;
/// Price of a name without any word for its unit.
const NO_KIND: f32 = 1.0;
/// Price of a unit that is looked up without its province.
const ALONE: f32 = 1.5;
/// Price of a commune whose district is not named.
const DISTRICT_LEFT_OUT: f32 = 1.5;
/// Price of a mark that can only be what is left of the word for a unit.
const UNREADABLE_KIND: f32 = 2.0;
/// Words at the end that may belong to nothing.
const STRAY_WORDS: usize = 2;

/// What stands before the name of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    /// The word for it.
    Word,
    /// A letter or two that stand for the word.
    Abbreviated,
    /// Nothing, or something that cannot be read.
    Nothing,
}

/// The word for a unit before its name.
#[derive(Debug, Clone)]
struct Kind {
    word: String,
    said: Said,
    /// Where it begins in the lattice.
    start: usize,
    /// What it is worth.
    score: f32,
}

/// A unit that was found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Height of the unit.
    pub(super) level: Level,
    /// Its position among the names of its level.
    place: usize,
    /// How the unit is called before its name.
    said: Said,
    /// Word for the unit, in lower case.
    pub(super) kind: String,
    /// Its name as the gazetteer spells it.
    pub(super) name: &'static str,
    /// What reading the name and the word cost.
    pub(super) cost: f32,
    /// Where the word for it begins in the lattice.
    start: usize,
}

/// A place with its units.
#[derive(Debug, Clone, Default)]
pub(super) struct Chain {
    /// From the highest to the lowest.
    pub(super) units: Vec<Found>,
    /// Where the lowest unit begins in the lattice.
    pub(super) start: usize,
    /// Where the lowest unit may begin at the earliest.
    floor: usize,
    /// What the names gain less what they cost.
    score: f32,
}

/// The units that the end of a place names, none of which begins before `floor`; `None`
/// where none can be told.
pub(super) fn chain(lattice: &Lattice, floor: usize) -> Option<Chain> {
    let each = chain_of_each(lattice, floor);
    let known = each.as_ref().map_or(&[][..], |chain| chain.units.as_slice());
    if known.iter().any(|unit| unit.level == Level::Commune) {
        return each;
    }
    // What is believed for its own letters stays.
    let goes_on = |whole: &Chain| {
        let is_same = |(unit, other): (&Found, &Found)| unit.name == other.name;
        whole.units.len() > known.len() && known.iter().zip(&whole.units).all(is_same)
    };
    whole_chain(lattice, floor).filter(goes_on).or(each)
}

/// Chains of a province, a district and a commune that are worth it together.
fn whole_chain(lattice: &Lattice, floor: usize) -> Option<Chain> {
    let mut chains: Vec<Chain> = Vec::new();
    for (end, price) in lattice.ends(STRAY_WORDS) {
        let empty = Chain { units: Vec::new(), start: end, floor, score: -price };
        for top in provinces(lattice, &empty, &TOGETHER) {
            let Some(province) = lowest(&top) else { continue };
            let districts = province.districts.iter().copied();
            for chain in grown(lattice, &top, Level::District, districts, &TOGETHER) {
                let found = communes(lattice, &chain, &TOGETHER);
                let is_worth = |whole: &Chain| {
                    whole.score - chain.score >= WORTH_OF_COMMUNE
                        && whole.score >= WORTH
                        && whole.cost_per_letter() <= DEAREST_TOGETHER
                };
                chains.extend(found.into_iter().filter(is_worth));
            }
        }
    }
    best_of(chains, TOGETHER.margin)
}

/// Chains of units each of which is worth it.
fn chain_of_each(lattice: &Lattice, floor: usize) -> Option<Chain> {
    let mut chains: Vec<Chain> = Vec::new();
    for (end, price) in lattice.ends(STRAY_WORDS) {
        let empty = Chain { units: Vec::new(), start: end, floor, score: -price };
        let tops = provinces(lattice, &empty, &EACH);
        let is_known = tops.iter().any(|top| {
            top.cost_per_letter() < DEAREST_BARE && top.units.iter().all(Found::is_called)
        });
        for top in tops {
            chains.extend(below(lattice, &top));
            chains.push(top);
        }
        if is_known {
            continue;
        }
        for top in alone(lattice, &empty, Level::District) {
            chains.extend(communes(lattice, &top, &EACH));
            chains.push(top);
        }
        chains.extend(alone(lattice, &empty, Level::Commune));
    }
    // A name on its own may be anything.
    chains.retain(|chain| {
        chain.units.len() > 1 || chain.units.iter().all(Found::is_called)
    });
    best_of(chains, EACH.margin)
}

/// The best of some chains, as far as it is better than the others by `margin`.
fn best_of(mut chains: Vec<Chain>, margin: f32) -> Option<Chain> {
    chains.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut best = chains.first()?.clone();
    if best.score <= 0.0 {
        return None;
    }
    // A level on which another name is nearly as likely is left as it was read, and so is
    // everything below it.
    let rival = |found: &Found| {
        chains.iter().skip(1).take_while(|other| best.score - other.score < margin).any(
            |other| {
                let same_level = other.units.iter().find(|it| it.level == found.level);
                same_level.is_none_or(|it| it.name != found.name)
            },
        )
    };
    let sure = best.units.iter().take_while(|found| !rival(found)).count();
    best.units.truncate(sure);
    best.start = best.units.last()?.start;
    best.call_units();
    Some(best)
}

/// Chains of one province at the end.
fn provinces(lattice: &Lattice, before: &Chain, demand: &Demand) -> Vec<Chain> {
    grown(
        lattice,
        before,
        Level::Province,
        (0..UNITS.provinces.len()).map(|at| (at, 0.0)),
        demand,
    )
}

/// Chains of one unit at the end, whose province is not named.
fn alone(lattice: &Lattice, before: &Chain, level: Level) -> Vec<Chain> {
    let all = (0..UNITS.level(level).len()).map(|at| (at, ALONE));
    grown(lattice, before, level, all, &EACH)
}

/// The chains that go on below a province.
fn below(lattice: &Lattice, top: &Chain) -> Vec<Chain> {
    let Some(province) = lowest(top) else { return Vec::new() };
    let districts = province.districts.iter().copied();
    let mut chains = Vec::new();
    for chain in grown(lattice, top, Level::District, districts, &EACH) {
        chains.extend(communes(lattice, &chain, &EACH));
        chains.push(chain);
    }
    let left_out = province
        .districts
        .iter()
        .filter_map(|&(at, price)| Some((UNITS.districts.get(at)?, price)))
        .flat_map(|(district, price)| {
            let more = move |&(at, own)| (at, price + own + DISTRICT_LEFT_OUT);
            district.communes.iter().map(more)
        });
    let direct = province.communes.iter().copied();
    chains.extend(grown(lattice, top, Level::Commune, direct.chain(left_out), &EACH));
    chains
}

/// The chains that end in a commune below a district.
fn communes(lattice: &Lattice, top: &Chain, demand: &Demand) -> Vec<Chain> {
    let Some(district) = lowest(top) else { return Vec::new() };
    grown(lattice, top, Level::Commune, district.communes.iter().copied(), demand)
}

/// The lowest unit of a chain.
fn lowest(chain: &Chain) -> Option<&'static Node> {
    let last = chain.units.last()?;
    UNITS.level(last.level).get(last.place)
}

/// The best chains with one more unit; each place of its level comes with its price.
fn grown(
    lattice: &Lattice,
    before: &Chain,
    level: Level,
    places: impl Iterator<Item = (usize, f32)>,
    demand: &Demand,
) -> Vec<Chain> {
    let end = lattice.without_marks_before(before.start);
    let mut near: Vec<(f32, f32, usize, usize)> = places
        .filter_map(|(place, price)| {
            let node = UNITS.level(level).get(place)?;
            let letters = node.letters.len() as f32;
            let is_alone = before.units.is_empty() && level != Level::Province;
            let dearest = if is_alone { demand.bare } else { demand.dearest };
            let (cost, start) = lattice.ends_at(end, &node.letters, dearest * letters)?;
            let gain = GAIN * letters - cost - price;
            (gain > -demand.loss && start >= before.floor)
                .then_some((gain, cost, start, place))
        })
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.3.cmp(&b.3)));
    near.dedup_by(|a, b| a.3 == b.3);
    near.truncate(demand.beam);
    let mut chains = Vec::new();
    for (gain, cost, start, place) in near {
        let Some(node) = UNITS.level(level).get(place) else { continue };
        for kind in kinds_before(lattice, start, level, node) {
            if kind.said == Said::Nothing
                && (cost > demand.bare * node.letters.len() as f32
                    || !lattice.begins_word(start))
            {
                continue;
            }
            let mut chain = before.clone();
            chain.score += gain + kind.score;
            chain.start = kind.start;
            chain.units.push(Found {
                level,
                place,
                said: kind.said,
                kind: kind.word,
                name: node.name,
                cost,
                start: kind.start,
            });
            chains.push(chain);
        }
    }
    chains
}

/// What may stand before a name: a word for the unit, and nothing where that word is not read
/// as it is, since it may be the end of another name (`Thanh Hà` before `Hải Dương` is no
/// `thành phố`). Nothing at all where the word before the name is that of a hamlet.
fn kinds_before(lattice: &Lattice, start: usize, level: Level, node: &Node) -> Vec<Kind> {
    let called = called(lattice, start, level, node);
    let is_sure = called.as_ref().is_some_and(|(cost, _)| *cost <= SURE_KIND);
    let bare = if is_sure { None } else { uncalled(lattice, start, node) };
    called.map(|(_, kind)| kind).into_iter().chain(bare).collect()
}

/// The word for the unit before a name, with what reading it costs.
fn called(
    lattice: &Lattice,
    start: usize,
    level: Level,
    node: &Node,
) -> Option<(f32, Kind)> {
    let end = lattice.without_marks_before(start);
    let mut best: Option<(f32, Kind)> = None;
    for word in kinds_of(level) {
        let most = DEAREST_KIND * word.letters.len() as f32;
        let Some((cost, at)) = lattice.ends_at(end, &word.letters, most) else {
            continue;
        };
        if !lattice.begins_word(at) {
            continue;
        }
        let is_its_own = node.kinds.iter().any(|it| it == word.kind);
        let other = if is_its_own { 0.0 } else { OTHER_KIND };
        let score = GAIN * word.letters.len() as f32 - cost - other;
        if best.as_ref().is_none_or(|(_, best)| score > best.score) {
            let kind = word.kind.to_owned();
            best = Some((cost, Kind { word: kind, said: word.said, start: at, score }));
        }
    }
    best
}

/// A name without a word for its unit; `None` where the word before it is that of a hamlet.
fn uncalled(lattice: &Lattice, start: usize, node: &Node) -> Option<Kind> {
    let end = lattice.without_marks_before(start);
    let is_hamlet_at = |end: usize| {
        HAMLETS.iter().any(|(_, letters)| {
            let most = DEAREST_KIND * letters.len() as f32 / 2.0;
            let found = lattice.ends_at(end, letters, most);
            found.is_some_and(|(_, at)| lattice.begins_word(at))
        })
    };
    if is_hamlet_at(end) {
        return None;
    }
    let word = node.kinds.last().cloned().unwrap_or_default();
    let unreadable = lattice
        .abbreviation_before(start)
        .filter(|&at| !is_hamlet_at(lattice.without_marks_before(at)));
    Some(match unreadable {
        Some(at) => {
            Kind { word, said: Said::Nothing, start: at, score: -UNREADABLE_KIND }
        }
        None => Kind { word, said: Said::Nothing, start, score: -NO_KIND },
    })
}

/// A word or an abbreviation for units.
struct KindWord {
    /// Height of the units: 1 province to 3 commune.
    height: u8,
    letters: Pattern,
    said: Said,
    /// The word that it stands for.
    kind: &'static str,
}

/// Words and abbreviations for units.
static KINDS: LazyLock<Vec<KindWord>> = LazyLock::new(|| {
    let known = PLACES.abbreviations.iter();
    let both = known.flat_map(|it| {
        [(&it.short, Said::Abbreviated), (&it.long, Said::Word)].map(|(word, said)| {
            KindWord {
                height: it.level,
                letters: Pattern::of(word),
                said,
                kind: it.long.as_str(),
            }
        })
    });
    both.collect()
});

/// Words for hamlets with their letters.
pub(super) static HAMLETS: LazyLock<Vec<(&str, Pattern)>> = LazyLock::new(|| {
    PLACES.hamlets.iter().map(|word| (word.as_str(), Pattern::of(word))).collect()
});

/// Words and abbreviations for the units of a level.
fn kinds_of(level: Level) -> impl Iterator<Item = &'static KindWord> {
    let height = match level {
        Level::Province => 1,
        Level::District => 2,
        Level::Commune => 3,
    };
    KINDS.iter().filter(move |word| word.height == height)
}

impl Found {
    /// Whether a word or an abbreviation for the unit stands before its name.
    fn is_called(&self) -> bool {
        self.said != Said::Nothing
    }

    /// Words for the units of its name that lie in `above`, oldest first.
    fn kinds_within(&self, above: &Found) -> Vec<String> {
        let all = Gazetteer::get();
        let lies_in_it = |unit: &&Unit| {
            unit.short_name() == self.name
                && all.versions(unit.parent).any(|it| it.short_name() == above.name)
        };
        let units = all.find(self.name, Some(self.level), None);
        let mut kinds: Vec<String> = Vec::new();
        for unit in units.into_iter().filter(lies_in_it) {
            let kind = unit.name.strip_suffix(self.name).unwrap_or_default();
            let kind = kind.trim().to_lowercase();
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds
    }
}

impl Chain {
    /// Calls each unit what the units of its name are called where it lies, if no word stands
    /// before it, or a letter that stands for another word: a handwritten `X.` is easily
    /// read as `P.`. Written words stay.
    fn call_units(&mut self) {
        for lower in 1..self.units.len() {
            let Some([above, found]) = self.units.get(lower - 1..=lower) else {
                continue;
            };
            let kinds = found.kinds_within(above);
            let word = match (found.said, kinds.as_slice()) {
                (Said::Nothing, [.., newest]) => newest.clone(),
                (Said::Abbreviated, [only]) => only.clone(),
                _ => continue,
            };
            if let Some(found) = self.units.get_mut(lower) {
                found.kind = word;
            }
        }
    }

    /// Syllables of the names of all communes of its province or, where none is named, of
    /// its highest unit, in lower case.
    pub(super) fn syllables(&self) -> BTreeSet<String> {
        let top = self.units.first().and_then(|it| UNITS.level(it.level).get(it.place));
        let Some(top) = top else { return BTreeSet::new() };
        let districts =
            top.districts.iter().filter_map(|(at, _)| UNITS.districts.get(*at));
        let communes = districts.flat_map(|district| &district.communes);
        communes
            .chain(&top.communes)
            .filter_map(|(at, _)| UNITS.communes.get(*at))
            .flat_map(|commune| commune.name.split([' ', '-']))
            .map(str::to_lowercase)
            .collect()
    }

    /// What a letter of the names cost.
    pub(super) fn cost_per_letter(&self) -> f32 {
        let letters: usize =
            self.units.iter().map(|it| it.name.chars().count() + 1).sum();
        let cost: f32 = self.units.iter().map(|found| found.cost).sum();
        cost / letters.max(1) as f32
    }
}
