//! Where a place lies, read from the end: province, district, commune, and what stands
//! before them.
//!
//! Each name of the gazetteer is compared with the letters that the engine saw; a chain of
//! units that lie in each other and cost least wins. A hamlet is kept as it was read, and so
//! is a unit that could be two. The chains are searched by beam, best score first, where the
//! score is what the letters of the names gain ([`GAIN`] each) less what reading them costs.

use std::sync::LazyLock;

use crate::config::gazetteer::Level;

use super::super::lexicon::PLACES;
use super::lattice::{Lattice, Pattern};
use super::units::{Node, UNITS};

/// What a letter of a name explains, in natural logarithms: without it, the letter would
/// have to be explained as part of a hamlet's name.
const GAIN: f32 = 1.4;
/// Dearest price of a letter of a name.
const DEAREST: f32 = 1.1;
/// Dearest price of a letter of a name that nothing else speaks for: no word for its unit
/// stands before it, or no province after it.
const DEAREST_BARE: f32 = 0.6;
/// Candidates that are kept on each level.
const BEAM: usize = 4;
/// How much better a name must be than the next one of its level.
const MARGIN: f32 = 1.0;
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
/// Price of a letter at the end that belongs to nothing: the edge of a frame.
const STRAY: f32 = 1.0;
/// Letters at the end that may belong to nothing.
const MOST_STRAY: usize = 3;

/// A unit that was found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Height of the unit.
    pub(super) level: Level,
    /// Its position among the names of its level.
    place: usize,
    /// Whether no word for the unit stands before the name.
    is_bare: bool,
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
    let mut chains: Vec<Chain> = Vec::new();
    for (end, price) in ends(lattice) {
        let empty = Chain { units: Vec::new(), start: end, floor, score: -price };
        let tops = provinces(lattice, &empty);
        let is_known = tops.iter().any(|top| {
            top.cost_per_letter() < DEAREST_BARE && top.units.iter().all(|it| !it.is_bare)
        });
        for top in tops {
            chains.extend(below(lattice, &top));
            chains.push(top);
        }
        if is_known {
            continue;
        }
        for top in alone(lattice, &empty, Level::District) {
            chains.extend(communes(lattice, &top));
            chains.push(top);
        }
        chains.extend(alone(lattice, &empty, Level::Commune));
    }
    // A name on its own may be anything.
    chains.retain(|chain| {
        chain.units.len() > 1 || chain.units.iter().all(|it| !it.is_bare)
    });
    chains.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut best = chains.first()?.clone();
    if best.score <= 0.0 {
        return None;
    }
    // A level on which another name is nearly as likely is left as it was read, and so is
    // everything below it.
    let rival = |found: &Found| {
        chains.iter().skip(1).take_while(|other| best.score - other.score < MARGIN).any(
            |other| {
                let same_level = other.units.iter().find(|it| it.level == found.level);
                same_level.is_none_or(|it| it.name != found.name)
            },
        )
    };
    let sure = best.units.iter().take_while(|found| !rival(found)).count();
    best.units.truncate(sure);
    best.start = best.units.last()?.start;
    Some(best)
}

/// Where the place may end, with what the letters behind cost.
fn ends(lattice: &Lattice) -> Vec<(usize, f32)> {
    let whole = lattice.without_marks_before(lattice.len());
    let mut ends = vec![(whole, 0.0)];
    let mut end = whole;
    for _ in 0..2 {
        let start = lattice.word_start(end);
        let letters = end - start;
        if start == 0 || letters > MOST_STRAY || start == end {
            break;
        }
        end = lattice.without_marks_before(start);
        let price = STRAY * (whole - end) as f32;
        ends.push((end, price));
    }
    ends
}

/// Chains of one province at the end.
fn provinces(lattice: &Lattice, before: &Chain) -> Vec<Chain> {
    grown(
        lattice,
        before,
        Level::Province,
        (0..UNITS.provinces.len()).map(|at| (at, 0.0)),
    )
}

/// Chains of one unit at the end, whose province is not named.
fn alone(lattice: &Lattice, before: &Chain, level: Level) -> Vec<Chain> {
    let all = (0..UNITS.level(level).len()).map(|at| (at, ALONE));
    grown(lattice, before, level, all)
}

/// The chains that go on below a province.
fn below(lattice: &Lattice, top: &Chain) -> Vec<Chain> {
    let Some(province) = lowest(top) else { return Vec::new() };
    let districts = province.districts.iter().copied();
    let mut chains = Vec::new();
    for chain in grown(lattice, top, Level::District, districts) {
        chains.extend(communes(lattice, &chain));
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
    chains.extend(grown(lattice, top, Level::Commune, direct.chain(left_out)));
    chains
}

/// The chains that end in a commune below a district.
fn communes(lattice: &Lattice, top: &Chain) -> Vec<Chain> {
    let Some(district) = lowest(top) else { return Vec::new() };
    grown(lattice, top, Level::Commune, district.communes.iter().copied())
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
) -> Vec<Chain> {
    let end = lattice.without_marks_before(before.start);
    let mut near: Vec<(f32, f32, usize, usize)> = places
        .filter_map(|(place, price)| {
            let node = UNITS.level(level).get(place)?;
            let letters = node.letters.len() as f32;
            let is_alone = before.units.is_empty() && level != Level::Province;
            let dearest = if is_alone { DEAREST_BARE } else { DEAREST };
            let (cost, start) = lattice.ends_at(end, &node.letters, dearest * letters)?;
            let gain = GAIN * letters - cost - price;
            (gain > 0.0 && start >= before.floor).then_some((gain, cost, start, place))
        })
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.3.cmp(&b.3)));
    near.dedup_by(|a, b| a.3 == b.3);
    near.truncate(BEAM);
    let grown = near.into_iter().filter_map(|(gain, cost, start, place)| {
        let node = UNITS.level(level).get(place)?;
        let (kind, kind_start, kind_score) = kind_before(lattice, start, level, node)?;
        let is_bare = kind_start == start;
        if is_bare
            && (cost > DEAREST_BARE * node.letters.len() as f32
                || !lattice.begins_word(start))
        {
            return None;
        }
        let mut chain = before.clone();
        chain.score += gain + kind_score;
        chain.start = kind_start;
        chain.units.push(Found {
            level,
            place,
            is_bare,
            kind,
            name: node.name,
            cost,
            start: kind_start,
        });
        Some(chain)
    });
    grown.collect()
}

/// The word for the unit before a name, where it begins and what it is worth; `None` where
/// the word before the name is that of a hamlet.
fn kind_before(
    lattice: &Lattice,
    start: usize,
    level: Level,
    node: &Node,
) -> Option<(String, usize, f32)> {
    let end = lattice.without_marks_before(start);
    let own = node.kinds.last().cloned().unwrap_or_default();
    let mut best: Option<(String, usize, f32)> = None;
    for (letters, kind) in kinds_of(level) {
        let most = DEAREST_KIND * letters.len() as f32;
        let Some((cost, at)) = lattice.ends_at(end, letters, most) else { continue };
        if !lattice.begins_word(at) {
            continue;
        }
        let other = if node.kinds.iter().any(|it| it == kind) { 0.0 } else { OTHER_KIND };
        let score = GAIN * letters.len() as f32 - cost - other;
        if best.as_ref().is_none_or(|(_, _, most)| score > *most) {
            best = Some((kind.to_owned(), at, score));
        }
    }
    if best.is_some() {
        return best;
    }
    let is_hamlet = HAMLETS.iter().any(|letters| {
        let most = DEAREST_KIND * letters.len() as f32 / 2.0;
        let found = lattice.ends_at(end, letters, most);
        found.is_some_and(|(_, at)| lattice.begins_word(at))
    });
    (!is_hamlet).then_some((own, start, -NO_KIND))
}

/// Words and abbreviations for units, with the height of each (1 province to 3 commune) and
/// the word that it stands for.
static KINDS: LazyLock<Vec<(u8, Pattern, &'static str)>> = LazyLock::new(|| {
    let known = PLACES.abbreviations.iter();
    let both = known.flat_map(|it| {
        [&it.short, &it.long].map(|word| (it.level, Pattern::of(word), it.long.as_str()))
    });
    both.collect()
});

/// Words for hamlets.
static HAMLETS: LazyLock<Vec<Pattern>> =
    LazyLock::new(|| PLACES.hamlets.iter().map(|word| Pattern::of(word)).collect());

/// Words and abbreviations for the units of a level, with the word that each stands for.
fn kinds_of(level: Level) -> impl Iterator<Item = (&'static Pattern, &'static str)> {
    let height = match level {
        Level::Province => 1,
        Level::District => 2,
        Level::Commune => 3,
    };
    let of_level = KINDS.iter().filter(move |(of, ..)| *of == height);
    of_level.map(|(_, word, kind)| (word, *kind))
}

impl Chain {
    /// What a letter of the names cost.
    pub(super) fn cost_per_letter(&self) -> f32 {
        let letters: usize =
            self.units.iter().map(|it| it.name.chars().count() + 1).sum();
        let cost: f32 = self.units.iter().map(|found| found.cost).sum();
        cost / letters.max(1) as f32
    }
}
