//! Which fields are keyed twice and which hold days; `index/checking.toml`.

use serde::Deserialize;

/// The rules of checking cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("`index/checking.toml` cannot be used")]
pub struct CheckRulesError(#[from] toml::de::Error);

/// Rules of checking.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckRules {
    double: Vec<String>,
    double_whole: Vec<String>,
    dates: Vec<String>,
}

impl CheckRules {
    /// The rules that are built in.
    ///
    /// # Errors
    ///
    /// If they are not what this program reads, which a test rules out.
    pub fn embedded() -> Result<Self, CheckRulesError> {
        Ok(toml::from_str(include_str!("../../index/checking.toml"))?)
    }

    /// Whether the field is keyed twice.
    pub fn is_double(&self, field: &str) -> bool {
        self.double_whole.iter().any(|whole| whole == field)
            || self.double.iter().any(|ending| field.ends_with(ending.as_str()))
    }

    /// Whether the field holds a day.
    pub fn is_date(&self, field: &str) -> bool {
        self.dates.iter().any(|ending| field.ends_with(ending.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names in the definitions that are read as days, such as `{gbtNgay:date}`.
    fn days(folder: &std::path::Path, into: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                days(&path, into);
                continue;
            }
            let written = std::fs::read_to_string(&path).expect("a definition");
            let mut parts: Vec<&str> = written.split(":date}").collect();
            // What follows the last one names none.
            parts.pop();
            for before in parts {
                let name = before.rsplit('{').next().unwrap_or_default();
                into.push(name.trim_start_matches('=').to_owned());
            }
        }
    }

    #[test]
    fn every_field_that_is_read_as_a_day_is_keyed_as_one() {
        let rules = CheckRules::embedded().expect("the embedded rules");
        let pipelines =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines");
        let mut names = Vec::new();
        days(&pipelines, &mut names);
        assert!(names.len() > 20, "{names:?}");
        for name in names {
            assert!(rules.is_date(&name), "`{name}` is no day in index/checking.toml");
        }
    }

    #[test]
    fn names_and_numbers_are_keyed_twice_and_remarks_once() {
        let rules = CheckRules::embedded().expect("the embedded rules");
        for (field, double, date) in [
            ("nksHoTen", true, false),
            ("meNgaySinh", true, true),
            ("so", true, false),
            ("nksDanToc", false, false),
            ("ghiChu", false, false),
            ("issue_date", false, true),
        ] {
            assert_eq!(
                (rules.is_double(field), rules.is_date(field)),
                (double, date),
                "{field}"
            );
        }
    }
}
