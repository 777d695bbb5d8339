//! Which papers an account may see.

use std::collections::BTreeSet;

use crate::config::gazetteer::Gazetteer;

/// Communes and collections whose papers may be seen; where nothing is named, all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// Codes of the communes with those of all their predecessors; empty means any.
    units: BTreeSet<String>,
    /// Names of collections; empty means any.
    collections: BTreeSet<String>,
}

impl Scope {
    /// The scope of an account that was given these units, by official code, and these
    /// collections. What went into a unit belongs to it: since 2025-07-01 a commune holds
    /// the books of the communes it was made of.
    pub fn new<'a>(
        units: impl IntoIterator<Item = &'a str>,
        collections: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let places = Gazetteer::get();
        let mut codes = BTreeSet::new();
        for unit in units {
            codes.insert(unit.to_owned());
            for entity in places.entities_of_code(unit) {
                for before in places.predecessors(entity) {
                    let code = places.newest(before).map_or("", |unit| unit.code());
                    if !code.is_empty() {
                        codes.insert(code.to_owned());
                    }
                }
            }
        }
        let collections = collections.into_iter().map(str::to_owned).collect();
        Self { units: codes, collections }
    }

    /// Codes of the units whose papers may be seen; none: any.
    pub fn units(&self) -> &BTreeSet<String> {
        &self.units
    }

    /// The collections whose papers may be seen; none: any.
    pub fn collections(&self) -> &BTreeSet<String> {
        &self.collections
    }

    /// Whether everything may be seen.
    pub fn is_everything(&self) -> bool {
        self.units.is_empty() && self.collections.is_empty()
    }

    /// Whether a paper of this unit and collection may be seen. A paper whose unit or
    /// collection nobody noted is seen only by those who are not bound to any.
    pub fn holds(&self, unit: Option<&str>, collection: Option<&str>) -> bool {
        let is_in = |set: &BTreeSet<String>, value: Option<&str>| {
            set.is_empty() || value.is_some_and(|value| set.contains(value))
        };
        is_in(&self.units, unit) && is_in(&self.collections, collection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commune_holds_the_books_of_those_that_went_into_it() {
        let places = Gazetteer::get();
        let (today, before) = places
            .units()
            .iter()
            .filter(|unit| {
                unit.is_of_today()
                    && unit.level == crate::config::gazetteer::Level::Commune
            })
            .find_map(|unit| {
                let before = places.predecessors(unit.entity);
                let codes = before.iter().filter_map(|entity| places.newest(entity));
                let other = codes
                    .map(crate::config::gazetteer::Unit::code)
                    .find(|code| *code != unit.code());
                other.map(|other| (unit.code(), other))
            })
            .expect("a commune with a predecessor");
        let scope = Scope::new([today], []);
        assert!(scope.holds(Some(today), None));
        assert!(scope.holds(Some(before), Some("any")));
        assert!(!scope.holds(Some("99999"), None));
        assert!(!scope.holds(None, None), "a paper without a unit is not of this one");
    }

    #[test]
    fn unit_and_collection_must_both_fit_and_nothing_named_means_all() {
        let scope = Scope::new(["03361"], ["hotich"]);
        assert!(scope.holds(Some("03361"), Some("hotich")));
        assert!(!scope.holds(Some("03361"), Some("datdai")));
        assert!(!scope.holds(Some("03361"), None));
        assert!(Scope::default().holds(None, None) && Scope::default().is_everything());
    }
}
