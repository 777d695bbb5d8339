//! What people call the fields of a record; `index/labels.toml` holds the words.

use serde::Deserialize;

use super::text::{Lang, in_language};
use crate::model::fold;

/// The labels cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("`{file}` cannot be used")]
pub struct LabelsError {
    /// The file of this project.
    file: &'static str,
    /// What is wrong with it.
    source: toml::de::Error,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    id: String,
    vi: String,
    en: String,
    /// Whether it is the name of a person, which the role alone can stand for.
    #[serde(default)]
    names_a_person: bool,
}

impl Named {
    fn of(&self, lang: Lang) -> &str {
        in_language(&self.vi, &self.en, lang)
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedField {
    id: String,
    role: String,
    vi: String,
    en: String,
}

/// What a hit in a list shows, each by names of fields.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HitParts {
    /// The headline.
    pub(super) name: Vec<String>,
    /// Below it, with labels.
    pub(super) line: Vec<String>,
    /// Number, book and date of the entry.
    pub(super) entry: Vec<String>,
    /// The first that there is.
    pub(super) place: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hidden {
    endings: Vec<String>,
}

/// What `pipelines/rules.toml` says about its rules; the rest of it is not for people.
#[derive(Debug, Clone, Deserialize)]
struct Rules {
    rule: Vec<Rule>,
}

#[derive(Debug, Clone, Deserialize)]
struct Rule {
    name: String,
    says: String,
}

/// The meaning of values that are numbers of a code list.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeList {
    /// End of the names of the fields that hold such numbers.
    ending: String,
    values: Vec<Code>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    is: String,
    vi: String,
    en: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    role: Vec<Named>,
    part: Vec<Named>,
    field: Vec<NamedField>,
    hit: HitParts,
    hidden: Hidden,
    code: Vec<CodeList>,
}

/// Labels of fields, their order on a page, and what a list shows of them.
#[derive(Debug, Clone)]
pub struct Labels {
    written: Written,
    rules: Vec<Rule>,
}

/// A field's place on a page: number of its role, then its number within it. Sorting by
/// it gives the order in which people read.
pub(super) type Place = (usize, usize);

impl Labels {
    /// The labels that are built in.
    ///
    /// # Errors
    ///
    /// If the embedded file is not what this program reads, which a test rules out.
    pub fn embedded() -> Result<Self, LabelsError> {
        let in_file = |file| move |source| LabelsError { file, source };
        let rules: Rules = toml::from_str(include_str!("../../pipelines/rules.toml"))
            .map_err(in_file("pipelines/rules.toml"))?;
        let written = toml::from_str(include_str!("../../index/labels.toml"))
            .map_err(in_file("index/labels.toml"))?;
        Ok(Self { written, rules: rules.rule })
    }

    /// What a hit shows.
    pub(super) fn hit(&self) -> &HitParts {
        &self.written.hit
    }

    /// Whether the field identifies a person, so that lists show only a part of it.
    pub(super) fn is_hidden(&self, field: &str) -> bool {
        self.written.hidden.endings.iter().any(|ending| field.ends_with(ending.as_str()))
    }

    /// Whether a list of hits shows the field.
    pub(super) fn is_listed(&self, field: &str) -> bool {
        let hit = self.hit();
        let mut listed =
            [&hit.name, &hit.line, &hit.entry, &hit.place].into_iter().flatten();
        listed.any(|name| name == field)
    }

    /// What the number of a code list means; `None` for any other value.
    pub(super) fn meaning(&self, field: &str, value: &str, lang: Lang) -> Option<&str> {
        let mut lists = self.written.code.iter();
        let list = lists.find(|list| field.ends_with(list.ending.as_str()))?;
        let code = list.values.iter().find(|code| code.is == value)?;
        Some(in_language(&code.vi, &code.en, lang))
    }

    /// The number of the code list that means `text`; `None` where there is none.
    pub(super) fn code(&self, field: &str, text: &str) -> Option<String> {
        let mut lists = self.written.code.iter();
        let list = lists.find(|list| field.ends_with(list.ending.as_str()))?;
        let wanted = fold(text);
        let code = list.values.iter().find(|code| {
            fold(&code.vi) == wanted || fold(&code.en) == wanted || code.is == text
        })?;
        Some(code.is.clone())
    }

    /// Where the field stands on a page; unknown fields stand last.
    pub(super) fn place(&self, field: &str) -> Place {
        if let Some(at) = self.written.field.iter().position(|known| known.id == field) {
            let role = self.written.field.get(at).map(|known| known.role.as_str());
            // Named parts of a role stand before fields that are listed by whole name.
            let within = self.written.part.len() + at;
            return (self.role_number(role.unwrap_or_default()), within);
        }
        match self.split(field) {
            Some((role, part)) => (role, part),
            None => (self.written.role.len(), 0),
        }
    }

    /// Label of the role that stands at this place.
    pub(super) fn role_label(&self, place: Place, lang: Lang) -> &str {
        let role = self.written.role.get(place.0).or(self.written.role.last());
        role.map_or("", |role| role.of(lang))
    }

    /// Label of the field within its role.
    pub(super) fn label<'a>(&'a self, field: &'a str, lang: Lang) -> &'a str {
        if let Some(known) = self.written.field.iter().find(|known| known.id == field) {
            return in_language(&known.vi, &known.en, lang);
        }
        let part = self.split(field).and_then(|(_, part)| self.written.part.get(part));
        part.map_or(field, |part| part.of(lang))
    }

    /// Label of the field where its role is not plain from the place: the role alone for
    /// a name (`Mẹ`), else role and part (`Mẹ · Nơi cư trú`).
    pub(super) fn full_label(&self, field: &str, lang: Lang) -> String {
        let whole = self.written.field.iter().any(|known| known.id == field);
        let Some((role, part)) = self.split(field).filter(|_| !whole) else {
            return self.label(field, lang).to_owned();
        };
        let role = self.role_label((role, 0), lang);
        match self.written.part.get(part) {
            Some(part) if part.names_a_person => role.to_owned(),
            Some(part) => format!("{role} · {}", part.of(lang)),
            None => role.to_owned(),
        }
    }

    /// What a finding says. Rules are worded in Vietnamese; their names are English.
    pub(super) fn finding(&self, rule: &str, lang: Lang) -> String {
        let known = self.rules.iter().find(|known| known.name == rule);
        match known {
            Some(known) if lang == Lang::Vi => known.says.clone(),
            _ => rule.replace('-', " "),
        }
    }

    fn role_number(&self, id: &str) -> usize {
        self.written
            .role
            .iter()
            .position(|role| role.id == id)
            .unwrap_or(self.written.role.len())
    }

    /// Numbers of role and part of a field that is named by both.
    fn split(&self, field: &str) -> Option<(usize, usize)> {
        let mut longest: Option<(usize, usize, usize)> = None;
        for (number, role) in self.written.role.iter().enumerate() {
            let Some(rest) = field.strip_prefix(role.id.as_str()) else { continue };
            let Some(part) = self.written.part.iter().position(|part| part.id == rest)
            else {
                continue;
            };
            if longest.is_none_or(|(length, ..)| role.id.len() > length) {
                longest = Some((role.id.len(), number, part));
            }
        }
        longest.map(|(_, role, part)| (role, part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_called_by_its_role_and_part_or_by_its_whole_name() {
        let labels = Labels::embedded().expect("embedded labels");
        for (field, role, label, full) in [
            (
                "nksHoTen",
                "Người được khai sinh",
                "Họ, chữ đệm, tên",
                "Người được khai sinh",
            ),
            ("meNoiCuTru", "Mẹ", "Nơi cư trú", "Mẹ · Nơi cư trú"),
            ("ngayDangKy", "Đăng ký", "Ngày đăng ký", "Ngày đăng ký"),
            (
                "holder2_name",
                "Người sử dụng đất thứ hai",
                "Họ và tên",
                "Người sử dụng đất thứ hai",
            ),
            (
                "transfer_to",
                "Chuyển nhượng",
                "Người nhận chuyển nhượng",
                "Người nhận chuyển nhượng",
            ),
            ("meteor", "Khác", "meteor", "meteor"),
        ] {
            assert_eq!(labels.role_label(labels.place(field), Lang::Vi), role, "{field}");
            assert_eq!(labels.label(field, Lang::Vi), label);
            assert_eq!(labels.full_label(field, Lang::Vi), full);
        }
    }

    #[test]
    fn numbers_of_code_lists_are_shown_by_their_meaning() {
        let labels = Labels::embedded().expect("embedded labels");
        for (field, value, expected) in [
            ("nksGioiTinh", "2", Some("Nữ")),
            ("voLoaiGiayToTuyThan", "4", Some("Thẻ căn cước công dân")),
            ("nksGioiTinh", "Nam", None),
            ("so", "1", None),
        ] {
            assert_eq!(
                labels.meaning(field, value, Lang::Vi),
                expected,
                "{field} {value}"
            );
        }
    }

    #[test]
    fn every_name_in_the_lists_of_hits_has_a_label() {
        let labels = Labels::embedded().expect("embedded labels");
        let hit = labels.hit();
        for field in hit.name.iter().chain(&hit.line).chain(&hit.entry).chain(&hit.place)
        {
            assert_ne!(labels.label(field, Lang::Vi), field, "{field} has no label");
        }
    }

    #[test]
    fn numbers_of_persons_are_hidden_and_others_are_not() {
        let labels = Labels::embedded().expect("embedded labels");
        for hidden in ["meSoGiayToTuyThan", "nksSoDinhDanh", "holder2_id_number", "phone"]
        {
            assert!(labels.is_hidden(hidden), "{hidden}");
        }
        for shown in ["so", "nksHoTen", "parcel_no", "certificate_serial"] {
            assert!(!labels.is_hidden(shown), "{shown}");
        }
    }
}
