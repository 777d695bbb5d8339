//! Units of the gazetteer by level, with what lies in what at any time.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use crate::config::gazetteer::{Gazetteer, Level, Unit};

use super::lattice::Pattern;

/// Price of a unit that lies in what became of the other, or in what it came from: papers
/// name a province by its name of the day, and lists by that of another.
const RELATED: f32 = 1.0;

/// A name of some units of one level, with the names of what lies in them.
#[derive(Debug)]
pub(super) struct Node {
    /// As it is spelled, without the word for its kind.
    pub(super) name: &'static str,
    /// Its letters.
    pub(super) letters: Pattern,
    /// Words for its kinds in lower case, newest last.
    pub(super) kinds: Vec<String>,
    /// Districts below: position and price.
    pub(super) districts: Vec<(usize, f32)>,
    /// Communes directly below: position and price.
    pub(super) communes: Vec<(usize, f32)>,
}

/// All names by level.
#[derive(Debug, Default)]
pub(super) struct Units {
    /// Provinces and cities under the central government.
    pub(super) provinces: Vec<Node>,
    /// Districts.
    pub(super) districts: Vec<Node>,
    /// Communes, wards and townships.
    pub(super) communes: Vec<Node>,
}

/// The names of the gazetteer, put in order at the first use.
pub(super) static UNITS: LazyLock<Units> = LazyLock::new(Units::new);

/// What lies where: level and position of the upper name and of the lower one → price.
type Edges = BTreeMap<(Level, usize, Level, usize), f32>;

impl Units {
    fn new() -> Self {
        let all = Gazetteer::get();
        let mut units = Self::default();
        let mut places: BTreeMap<(Level, String), usize> = BTreeMap::new();
        let mut of_entity: HashMap<&'static str, Vec<(Level, usize)>> = HashMap::new();
        for unit in all.units() {
            let place = units.place_of(unit, &mut places);
            let names = of_entity.entry(unit.entity).or_default();
            if !names.contains(&(unit.level, place)) {
                names.push((unit.level, place));
            }
        }
        let mut edges: Edges = BTreeMap::new();
        for unit in all.units().iter().filter(|unit| !unit.parent.is_empty()) {
            let key = (unit.level, unit.short_name().to_lowercase());
            let Some(&below) = places.get(&key) else { continue };
            let related = all
                .predecessors(unit.parent)
                .into_iter()
                .chain(all.successors(unit.parent))
                .map(|entity| (entity, RELATED));
            for (entity, price) in std::iter::once((unit.parent, 0.0)).chain(related) {
                for &(level, above) in of_entity.get(entity).into_iter().flatten() {
                    let edge = edges.entry((level, above, unit.level, below));
                    let known = edge.or_insert(price);
                    *known = known.min(price);
                }
            }
        }
        for ((level, above, lower, below), price) in edges {
            if let Some(node) = units.level_mut(level).get_mut(above) {
                match lower {
                    Level::District => node.districts.push((below, price)),
                    Level::Commune => node.communes.push((below, price)),
                    Level::Province => {}
                }
            }
        }
        units
    }

    /// The names of a level.
    pub(super) fn level(&self, level: Level) -> &[Node] {
        match level {
            Level::Province => &self.provinces,
            Level::District => &self.districts,
            Level::Commune => &self.communes,
        }
    }

    fn level_mut(&mut self, level: Level) -> &mut Vec<Node> {
        match level {
            Level::Province => &mut self.provinces,
            Level::District => &mut self.districts,
            Level::Commune => &mut self.communes,
        }
    }

    /// Position of a unit's name on its level, which is added if it is new.
    fn place_of(
        &mut self,
        unit: &Unit,
        places: &mut BTreeMap<(Level, String), usize>,
    ) -> usize {
        let name = unit.short_name();
        let nodes = self.level_mut(unit.level);
        let place =
            *places.entry((unit.level, name.to_lowercase())).or_insert_with(|| {
                nodes.push(Node {
                    name,
                    letters: Pattern::of(name),
                    kinds: Vec::new(),
                    districts: Vec::new(),
                    communes: Vec::new(),
                });
                nodes.len() - 1
            });
        let kind = unit.name.strip_suffix(name).unwrap_or_default();
        let kind = kind.trim().to_lowercase();
        if let Some(node) = nodes.get_mut(place)
            && !kind.is_empty()
            && !node.kinds.contains(&kind)
        {
            node.kinds.push(kind);
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(level: Level, name: &str) -> &'static Node {
        let found = UNITS.level(level).iter().find(|node| node.name == name);
        found.expect("a unit of that name")
    }

    fn price(of: &[(usize, f32)], level: Level, name: &str) -> Option<f32> {
        let is = |at: usize| UNITS.level(level).get(at).is_some_and(|it| it.name == name);
        of.iter().find(|(at, _)| is(*at)).map(|(_, price)| *price)
    }

    #[test]
    fn a_province_knows_its_districts_and_those_of_what_it_came_from() {
        let province = find(Level::Province, "Điện Biên");
        assert_eq!(price(&province.districts, Level::District, "Nậm Pồ"), Some(0.0));
        let before = find(Level::Province, "Lai Châu");
        assert!(price(&before.districts, Level::District, "Điện Biên").is_some());
        assert_eq!(price(&province.districts, Level::District, "Bảo Lộc"), None);
    }

    #[test]
    fn a_commune_lies_in_its_district_and_since_2025_in_its_province() {
        let district = find(Level::District, "Than Uyên");
        assert_eq!(price(&district.communes, Level::Commune, "Mường Mít"), Some(0.0));
        let province = find(Level::Province, "Lâm Đồng");
        let today = price(&province.communes, Level::Commune, "Nam Ban Lâm Hà");
        assert_eq!(today, Some(0.0));
    }
}
