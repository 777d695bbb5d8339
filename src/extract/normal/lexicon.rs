//! The word lists of `pipelines/lexicon/`, read once.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::model::fold;

/// Number words.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Numbers {
    /// Words that stand around a number.
    pub(super) units: Vec<String>,
    /// `"5"` → năm, lăm, nhăm.
    pub(super) digits: BTreeMap<String, Vec<String>>,
    /// The form of a digit after a ten.
    pub(super) after_ten: BTreeMap<String, String>,
    /// Words that join digits.
    pub(super) joints: Joints,
    /// Words of thousands, with the power of ten.
    pub(super) groups: BTreeMap<String, u32>,
    /// `"3"` → the word that is written out for a power of ten.
    pub(super) say: BTreeMap<String, String>,
}

/// Words that join digits to a number.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Joints {
    /// Ten, at the start of a group.
    pub(super) ten: Vec<String>,
    /// Ten, after a digit.
    pub(super) tens: Vec<String>,
    /// Stands for a missing ten.
    pub(super) zero: Vec<String>,
    /// Hundred.
    pub(super) hundred: Vec<String>,
    /// The decimal comma.
    pub(super) point: Vec<String>,
}

/// Words of dates and hours.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dates {
    pub(super) day: Vec<String>,
    pub(super) month: Vec<String>,
    pub(super) year: Vec<String>,
    pub(super) hour: Vec<String>,
    pub(super) minute: Vec<String>,
    pub(super) first_ten: Vec<String>,
    pub(super) months: BTreeMap<String, u8>,
    pub(super) lunar: Lunar,
}

/// What marks a date of the moon calendar.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lunar {
    pub(super) marks: Vec<String>,
    pub(super) stems: Vec<String>,
    pub(super) branches: Vec<String>,
}

/// What stands where no value stands.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Marks {
    pub(super) not_applicable: Vec<String>,
    pub(super) before_numbers: Vec<String>,
    pub(super) absent: Vec<String>,
}

/// Ethnic groups, each with its official name first.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Groups {
    groups: Vec<Vec<String>>,
}

/// States, each with the exported name first.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct States {
    states: Vec<Vec<String>>,
}

/// Words before names, and titles of signers.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Titles {
    pub(super) before_names: Vec<String>,
    pub(super) signers: Vec<String>,
    pub(super) middles: Vec<String>,
    pub(super) relations: Vec<String>,
    pub(super) seldom_relations: Vec<String>,
}

/// Codes of the origin of a right to use land.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Origins {
    pub(super) codes: Vec<String>,
}

/// Words before places.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Places {
    pub(super) abbreviations: Vec<Abbreviation>,
    pub(super) units: Vec<String>,
    pub(super) hamlets: Vec<String>,
    pub(super) fillers: Vec<String>,
    pub(super) institutions: Vec<String>,
    pub(super) dashed: Vec<String>,
}

/// A short word for a unit.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Abbreviation {
    /// Without its dot.
    pub(super) short: String,
    /// In lower case.
    pub(super) long: String,
    /// 1 province to 4 hamlet.
    pub(super) level: u8,
}

/// Letters and digits that are taken for each other.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LookAlikes {
    pub(super) digit_for: BTreeMap<String, String>,
    pub(super) letter_for: BTreeMap<String, String>,
    pub(super) twins: Vec<[String; 2]>,
    /// Signs behind numbers of certificates.
    pub(super) signs: Vec<String>,
}

/// A list read from its file; an unreadable one is empty, which a test forbids.
fn parsed<T: Default + serde::de::DeserializeOwned>(text: &str) -> T {
    toml::from_str(text).unwrap_or_default()
}

macro_rules! lexicon {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $file:literal;)*) => {
        $($(#[$doc])*
        pub(super) static $name: LazyLock<$type> = LazyLock::new(|| {
            parsed(include_str!(concat!("../../../pipelines/lexicon/", $file)))
        });)*
    };
}

lexicon! {
    /// Number words.
    NUMBERS: Numbers = "numbers.toml";
    /// Words of dates.
    DATES: Dates = "dates.toml";
    /// Marks of blanks.
    MARKS: Marks = "marks.toml";
    /// Titles.
    TITLES: Titles = "titles.toml";
    /// Words before places.
    PLACES: Places = "places.toml";
    /// Look-alikes.
    LOOK_ALIKES: LookAlikes = "look-alikes.toml";
    /// Code lists: list → code → words, the shown one first.
    CODES: BTreeMap<String, BTreeMap<String, Vec<String>>> = "codes.toml";
    /// Codes of the origin of a right to use land.
    ORIGINS: Origins = "origins.toml";
}

/// Ethnic groups, each with its official name first.
pub(super) static ETHNIC: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
    parsed::<Groups>(include_str!("../../../pipelines/lexicon/ethnic.toml")).groups
});

/// States, each with the exported name first.
pub(super) static NATIONALITIES: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
    parsed::<States>(include_str!("../../../pipelines/lexicon/nationality.toml")).states
});

/// Family names: those of the Kinh, and the first words of names of minorities.
pub(super) static FAMILIES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let kinh = include_str!("../../../pipelines/lexicon/names/family.tsv").lines();
    let kinh = kinh.filter_map(|line| line.split('\t').next());
    let others = include_str!("../../../pipelines/lexicon/names/minority.tsv").lines();
    let others = others.filter_map(|line| line.split_once('\t')?.1.split(' ').next());
    let highland = HIGHLAND.lines().filter_map(|line| Some(line.split_once('\t')?.1));
    let mut names: Vec<String> = kinh
        .chain(others)
        .chain(highland)
        .filter(|name| !name.starts_with('#') && !name.is_empty())
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
});

const HIGHLAND: &str = include_str!("../../../pipelines/lexicon/names/highland.tsv");

/// Family names of the Mông, whose men bear a middle word of one letter.
pub(super) static MONG_FAMILIES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let of_group = HIGHLAND.lines().filter_map(|line| line.strip_prefix("Mông\t"));
    of_group.map(str::to_owned).collect()
});

/// Land use: (code, words), longest words first so that the longest match wins.
pub(super) static LAND_USE: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let mut rows: Vec<(String, String)> =
        include_str!("../../../pipelines/lexicon/land-use.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once('\t'))
            .map(|(code, words)| (code.to_owned(), words.to_owned()))
            .collect();
    rows.sort_by_key(|(_, words)| std::cmp::Reverse(words.chars().count()));
    rows
});

/// Whether `word` is one of `words`, marks and case aside.
pub(super) fn is_one_of(word: &str, words: &[String]) -> bool {
    let folded = fold(word);
    words.iter().any(|other| fold(other) == folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_list_is_read_and_names_its_source_in_its_first_lines() {
        assert_eq!(NUMBERS.digits.len(), 10);
        assert!(!DATES.day.is_empty() && !MARKS.absent.is_empty());
        assert!(!TITLES.signers.is_empty() && !PLACES.units.is_empty());
        assert!(LOOK_ALIKES.digit_for.len() > 5 && CODES.len() == 6);
        assert_eq!(ORIGINS.codes.len(), 6);
        assert_eq!(ETHNIC.len(), 55);
        assert!(NATIONALITIES.len() > 10 && LAND_USE.len() > 50);
        for text in [
            include_str!("../../../pipelines/lexicon/numbers.toml"),
            include_str!("../../../pipelines/lexicon/dates.toml"),
            include_str!("../../../pipelines/lexicon/marks.toml"),
            include_str!("../../../pipelines/lexicon/titles.toml"),
            include_str!("../../../pipelines/lexicon/places.toml"),
            include_str!("../../../pipelines/lexicon/look-alikes.toml"),
            include_str!("../../../pipelines/lexicon/codes.toml"),
            include_str!("../../../pipelines/lexicon/origins.toml"),
            include_str!("../../../pipelines/lexicon/ethnic.toml"),
            include_str!("../../../pipelines/lexicon/nationality.toml"),
            include_str!("../../../pipelines/lexicon/land-use.tsv"),
        ] {
            let head: Vec<&str> = text.lines().take(2).collect();
            assert!(head.concat().contains("Source:"), "{head:?}");
        }
    }
}
