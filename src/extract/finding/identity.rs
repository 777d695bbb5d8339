//! What the digits of a personal identifier say.

use std::sync::LazyLock;

/// Codes of provinces in the first three digits, until and since 2025.
const PROVINCES: &str =
    include_str!("../../../pipelines/lexicon/places/id-province-codes.tsv");

/// A personal identifier of twelve digits: province, sex and century, year of birth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identifier {
    province: u16,
    /// 0–9: even for men, odd for women; halved it gives the century.
    sex_and_century: u16,
    /// 0–99.
    year: u16,
}

impl Identifier {
    /// `None` where `digits` is no identifier, as with cards of nine digits.
    pub(super) fn of(digits: &str) -> Option<Self> {
        if digits.len() != 12 || !digits.chars().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let part = |from: usize, to: usize| digits.get(from..to)?.parse().ok();
        Some(Self {
            province: part(0, 3)?,
            sex_and_century: part(3, 4)?,
            year: part(4, 6)?,
        })
    }

    /// `1` for a man, `2` for a woman, as in the Ministry's code list.
    pub(super) fn sex(self) -> &'static str {
        if self.sex_and_century.is_multiple_of(2) { "1" } else { "2" }
    }

    /// The year of birth.
    pub(super) fn birth_year(self) -> u16 {
        1900 + self.sex_and_century / 2 * 100 + self.year
    }

    /// Whether the first three digits are those of a province.
    pub(super) fn has_known_province(self) -> bool {
        static CODES: LazyLock<Vec<u16>> = LazyLock::new(|| {
            let rows = PROVINCES.lines().filter(|line| !line.starts_with('#'));
            rows.filter_map(|line| line.split('\t').next()?.parse().ok()).collect()
        });
        CODES.contains(&self.province)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_say_province_sex_and_year() {
        let man = Identifier::of("011087001234").expect("an identifier");
        assert_eq!((man.sex(), man.birth_year()), ("1", 1987));
        assert!(man.has_known_province());
        let girl = Identifier::of("012322004442").expect("an identifier");
        assert_eq!((girl.sex(), girl.birth_year()), ("2", 2022));
        assert!(
            !Identifier::of("003087001234").expect("an identifier").has_known_province()
        );
        assert_eq!(Identifier::of("040277195"), None);
    }
}
