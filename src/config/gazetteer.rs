//! Administrative units through time: names, parents, and what became of what.
//!
//! The data is in `pipelines/lexicon/places` and is parsed once, at its first use.
//! Days are ISO texts (`1999-07-01`), so that they compare as they are.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use crate::model::fold;

const UNITS: &str = include_str!("../../pipelines/lexicon/places/units.tsv");
const SUCCESSIONS: &str = include_str!("../../pipelines/lexicon/places/successions.tsv");
const SPELLINGS: &str = include_str!("../../pipelines/lexicon/places/spellings.tsv");

/// Words in front of a unit's name that say what it is, longest first, folded.
const KIND_WORDS: [&str; 9] = [
    "thanh pho",
    "thi tran",
    "dac khu",
    "thi xa",
    "phuong",
    "huyen",
    "quan",
    "tinh",
    "xa",
];

/// How many successions are followed at most, forwards or backwards; the longest chain
/// in the data has five.
const MAX_STEPS: usize = 8;

/// Height of a unit in the hierarchy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Province or city under the central government.
    Province,
    /// District, town or city under a province; none since 2025-07-01.
    District,
    /// Commune, ward, township or special zone.
    Commune,
}

/// One dated version of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Entity and version, e.g. `C03169.1`.
    pub id: &'static str,
    /// Identity over versions, e.g. `C03169`; `X03169` is another unit.
    pub entity: &'static str,
    /// Height in the hierarchy.
    pub level: Level,
    /// As in the lists, with the kind in front: `Xã Na Ư`.
    pub name: &'static str,
    /// Entity it belonged to; empty for a province.
    pub parent: &'static str,
    /// First day; empty where it lies before the lists begin.
    pub valid_from: &'static str,
    /// Day after the last one; empty where it is in force.
    pub valid_to: &'static str,
}

impl Unit {
    /// Official code, e.g. `03169`; empty for provinces that ended before the lists.
    pub fn code(&self) -> &'static str {
        code_of(self.entity)
    }

    /// Whether the unit is one of those of 2025-07-01 and later.
    pub fn is_of_today(&self) -> bool {
        self.valid_to.is_empty() && self.entity.starts_with(['X', 'Q'])
    }

    /// Whether this version was in force on `day` (ISO, may be cut to year or month).
    pub fn was_in_force(&self, day: &str) -> bool {
        (self.valid_from.is_empty() || self.valid_from <= day)
            && (self.valid_to.is_empty() || day < self.valid_to)
    }

    /// The name without the word for its kind: `Na Ư`.
    pub fn short_name(&self) -> &'static str {
        let words = kind_words(&fold(self.name));
        let mut rest = self.name;
        for _ in 0..words {
            rest = rest.split_once(' ').map_or("", |(_, after)| after);
        }
        rest
    }
}

/// Official code of an entity: what follows its letter.
fn code_of(entity: &str) -> &str {
    if entity.starts_with("H-") { "" } else { entity.get(1..).unwrap_or_default() }
}

/// How many words of `folded` name the kind of unit; never all of them, so that a unit
/// that is called like a kind keeps its name.
fn kind_words(folded: &str) -> usize {
    KIND_WORDS
        .iter()
        .find(|kind| {
            folded.strip_prefix(**kind).is_some_and(|rest| rest.starts_with(' '))
        })
        .map_or(0, |kind| kind.split(' ').count())
}

/// All units, by name and by what became of them.
#[derive(Debug)]
pub struct Gazetteer {
    units: Vec<Unit>,
    /// Folded short names, in the order of `units`.
    keys: Vec<String>,
    /// Folded short name → positions in `units`.
    by_name: HashMap<String, Vec<u32>>,
    by_entity: HashMap<&'static str, Vec<u32>>,
    by_code: HashMap<&'static str, Vec<&'static str>>,
    children: HashMap<&'static str, BTreeSet<&'static str>>,
    /// Entity → entities it went into, in the order of the data.
    next: HashMap<&'static str, Vec<&'static str>>,
    /// Entity → entities that went into it.
    previous: HashMap<&'static str, Vec<&'static str>>,
}

impl Gazetteer {
    /// The gazetteer that the program carries; parsed at the first call.
    pub fn get() -> &'static Self {
        static LOADED: OnceLock<Gazetteer> = OnceLock::new();
        LOADED.get_or_init(|| Self::parse(UNITS, SUCCESSIONS, SPELLINGS))
    }

    fn parse(
        units: &'static str,
        successions: &'static str,
        spellings: &'static str,
    ) -> Self {
        let units: Vec<Unit> = units.lines().filter_map(unit_of).collect();
        let mut all = Self {
            by_name: HashMap::with_capacity(units.len()),
            by_entity: HashMap::with_capacity(units.len()),
            by_code: HashMap::with_capacity(units.len()),
            children: HashMap::new(),
            keys: units.iter().map(|unit| name_key(unit.short_name())).collect(),
            next: HashMap::with_capacity(units.len()),
            previous: HashMap::with_capacity(units.len()),
            units,
        };
        for (position, (unit, key)) in all.units.iter().zip(&all.keys).enumerate() {
            let position = position as u32;
            all.by_name.entry(key.clone()).or_default().push(position);
            let versions = all.by_entity.entry(unit.entity).or_default();
            if versions.is_empty() {
                all.by_code.entry(unit.code()).or_default().push(unit.entity);
            }
            versions.push(position);
            all.children.entry(unit.parent).or_default().insert(unit.entity);
        }
        for line in successions.lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.split('\t').map(entity_of);
            let (Some(from), Some(to)) = (columns.next(), columns.next()) else {
                continue;
            };
            if from != to {
                all.next.entry(from).or_default().push(to);
                all.previous.entry(to).or_default().push(from);
            }
        }
        for line in spellings.lines().filter(|line| !line.starts_with('#')) {
            if let Some((entity, spelling)) = line.split_once('\t') {
                let versions = all.by_entity.get(entity).cloned().unwrap_or_default();
                all.by_name.entry(name_key(spelling)).or_default().extend(versions);
            }
        }
        all
    }

    /// Units of that name, the kind in front of it optional, accents and case aside;
    /// those in force on the day `at` (ISO) where it is given. In the order of the lists.
    ///
    /// ```
    /// use sohoa::config::gazetteer::{Gazetteer, Level};
    /// let found = Gazetteer::get().find("xã Na Ư", Some(Level::Commune), Some("2012-01-01"));
    /// assert_eq!(found[0].entity, "C03361");
    /// ```
    pub fn find(&self, name: &str, level: Option<Level>, at: Option<&str>) -> Vec<&Unit> {
        let folded = name_key(name);
        let kind = kind_words(&folded);
        let short = folded.splitn(kind + 1, ' ').last().unwrap_or_default();
        // `Thị trấn Phố Ràng` is short `Phố Ràng`, but `Thành phố` may also be missing
        // from a name that begins like a kind (`Quan Sơn`): both forms are tried.
        let keys = if kind == 0 { vec![short] } else { vec![short, folded.as_str()] };
        let mut found: Vec<&Unit> = Vec::new();
        for position in keys.iter().filter_map(|&key| self.by_name.get(key)).flatten() {
            let Some(unit) = self.units.get(*position as usize) else { continue };
            let wanted = level.is_none_or(|level| level == unit.level)
                && at.is_none_or(|day| unit.was_in_force(day))
                && !found.iter().any(|other| other.id == unit.id);
            if wanted {
                found.push(unit);
            }
        }
        found
    }

    /// Every version of every unit, in the order of the lists.
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// Whether some unit bears the folded short name (`na u`), whatever its level.
    pub fn knows(&self, folded_short_name: &str) -> bool {
        self.by_name.contains_key(folded_short_name)
    }

    /// The newest version of an entity.
    pub fn newest(&self, entity: &str) -> Option<&Unit> {
        let position = self.by_entity.get(entity)?.last()?;
        self.units.get(*position as usize)
    }

    /// The newest version of an entity with its folded short name.
    pub fn newest_with_key(&self, entity: &str) -> Option<(&Unit, &str)> {
        let position = *self.by_entity.get(entity)?.last()? as usize;
        Some((self.units.get(position)?, self.keys.get(position)?.as_str()))
    }

    /// All versions of an entity, oldest first.
    pub fn versions(&self, entity: &str) -> impl Iterator<Item = &Unit> {
        let positions = self.by_entity.get(entity).map_or(&[][..], Vec::as_slice);
        positions.iter().filter_map(|&position| self.units.get(position as usize))
    }

    /// Entities of that official code: `03361` was another commune before 2025-07-01.
    pub fn entities_of_code(&self, code: &str) -> &[&'static str] {
        self.by_code.get(code).map_or(&[], Vec::as_slice)
    }

    /// The unit of that official code: that of today, else the newest of those that had it.
    pub fn unit_of_code(&self, code: &str) -> Option<&Unit> {
        let units = || {
            let entities = self.entities_of_code(code).iter();
            entities.filter_map(|entity| self.newest(entity))
        };
        units().find(|unit| unit.is_of_today()).or_else(|| units().next_back())
    }

    /// Entities directly below, in order of their code.
    pub fn children(&self, entity: &str) -> impl Iterator<Item = &'static str> + '_ {
        self.children.get(entity).into_iter().flatten().copied()
    }

    /// Every entity that went into this one, directly or over others, nearest first.
    pub fn predecessors(&self, entity: &str) -> Vec<&'static str> {
        follow(&self.previous, entity)
    }

    /// Every entity that this one went into, directly or over others, nearest first.
    /// Several are candidates: the unit was split.
    pub fn successors(&self, entity: &str) -> Vec<&'static str> {
        follow(&self.next, entity)
    }

    /// Whether `entity` lies in `above` by any of its versions: at any height.
    pub fn lies_in(&self, entity: &str, above: &str) -> bool {
        let mut level: Vec<&str> = vec![entity];
        for _ in 0..3 {
            let parents: Vec<&str> = level
                .iter()
                .flat_map(|entity| self.versions(entity))
                .map(|unit| unit.parent)
                .filter(|parent| !parent.is_empty())
                .collect();
            if parents.contains(&above) {
                return true;
            }
            level = parents;
        }
        false
    }
}

/// Reaches everything over `edges` within [`MAX_STEPS`], nearest first.
fn follow(
    edges: &HashMap<&'static str, Vec<&'static str>>,
    start: &str,
) -> Vec<&'static str> {
    let mut reached: Vec<&'static str> = Vec::new();
    let mut border: Vec<&str> = vec![start];
    for _ in 0..MAX_STEPS {
        let mut outside = Vec::new();
        for &next in border.iter().filter_map(|entity| edges.get(entity)).flatten() {
            if next != start && !reached.contains(&next) {
                reached.push(next);
                outside.push(next);
            }
        }
        if outside.is_empty() {
            break;
        }
        border = outside;
    }
    reached
}

/// A name as it is compared: folded, hyphens and apostrophes as spaces.
pub fn name_key(name: &str) -> String {
    let spaced: String = fold(name)
        .chars()
        .map(|letter| if letter.is_alphanumeric() { letter } else { ' ' })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn entity_of(id: &'static str) -> &'static str {
    id.rsplit_once('.').map_or(id, |(entity, _)| entity)
}

fn unit_of(line: &'static str) -> Option<Unit> {
    if line.starts_with('#') {
        return None;
    }
    let mut columns = line.split('\t');
    let id = columns.next()?;
    let name = columns.next()?;
    let entity = entity_of(id);
    let level = match entity.chars().next()? {
        'C' | 'X' => Level::Commune,
        'D' => Level::District,
        _ => Level::Province,
    };
    Some(Unit {
        id,
        entity,
        level,
        name,
        parent: columns.next()?,
        valid_from: columns.next()?,
        valid_to: columns.next()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_data_is_a_unit() {
        assert_eq!(Gazetteer::get().units.len(), 17_500);
        for unit in &Gazetteer::get().units {
            assert!(!unit.short_name().is_empty(), "{unit:?}");
        }
    }

    #[test]
    fn a_commune_of_today_knows_the_communes_that_went_into_it() {
        let all = Gazetteer::get();
        let today = all.find("Sam Mứn", Some(Level::Commune), Some("2026-01-01"));
        assert_eq!(today.iter().map(|unit| unit.entity).collect::<Vec<_>>(), ["X03356"]);
        let before = all.predecessors("X03356");
        let names: Vec<&str> = before
            .iter()
            .filter_map(|entity| all.newest(entity))
            .map(|unit| unit.name)
            .collect();
        // The old Sam Mứn went elsewhere: a name is not an identity.
        assert_eq!(names, ["Xã Pom Lót", "Xã Na Ư"]);
        for entity in before {
            assert!(all.successors(entity).contains(&"X03356"), "{entity}");
        }
    }

    #[test]
    fn a_name_is_found_in_any_spelling_and_at_its_time() {
        let all = Gazetteer::get();
        for (name, at, expected) in [
            ("Na Ư", "2012-01-01", "C03361"),
            ("xã na u", "2012-01-01", "C03361"),
            ("XÃ NA Ư", "2012", "C03361"),
        ] {
            let found = all.find(name, Some(Level::Commune), Some(at));
            assert!(
                found.iter().any(|unit| unit.entity == expected),
                "{name}: {found:?}"
            );
        }
        let gone = all.find("Na Ư", Some(Level::Commune), Some("2026-01-01"));
        assert!(gone.iter().all(|unit| unit.entity != "C03361"), "{gone:?}");
    }

    #[test]
    fn homonyms_are_told_apart_by_what_they_lie_in() {
        let all = Gazetteer::get();
        let found = all.find("Gia Lâm", Some(Level::Commune), Some("2012-01-01"));
        assert!(found.len() > 1, "{found:?}");
        assert!(all.lies_in("C24904", "D676") && all.lies_in("C24904", "P68"));
        assert!(!all.lies_in("C14389", "P68"));
    }
}
