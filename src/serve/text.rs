//! The words of the pages, in two languages; `texts.toml` holds them.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Lang {
    /// Vietnamese, unless asked otherwise.
    #[default]
    Vi,
    /// English.
    En,
}

impl Lang {
    /// As in addresses, cookies and the `lang` attribute.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// The language of that code.
    pub(super) fn from_code(code: &str) -> Option<Self> {
        [Self::Vi, Self::En].into_iter().find(|lang| lang.code() == code)
    }

    /// The language that a click changes to.
    pub(super) fn other(self) -> Self {
        match self {
            Self::Vi => Self::En,
            Self::En => Self::Vi,
        }
    }
}

/// The same in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    vi: String,
    en: String,
}

impl Words {
    fn of(&self, lang: Lang) -> &str {
        in_language(&self.vi, &self.en, lang)
    }
}

/// That of the two which is in `lang`.
pub(super) fn in_language<'a>(vi: &'a str, en: &'a str, lang: Lang) -> &'a str {
    match lang {
        Lang::Vi => vi,
        Lang::En => en,
    }
}

/// Every word that the pages say, by group and name.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub(super) struct Texts(BTreeMap<String, BTreeMap<String, Words>>);

impl Texts {
    /// The texts that are built in.
    ///
    /// # Errors
    ///
    /// If the embedded file is not what this program reads, which a test rules out.
    pub(super) fn embedded() -> Result<Self, toml::de::Error> {
        toml::from_str(include_str!("texts.toml"))
    }

    /// The text named `group.name`; the name itself where there is none, so that a page
    /// is never refused for want of a word.
    pub(super) fn say<'a>(&'a self, lang: Lang, name: &'a str) -> &'a str {
        self.find(lang, name).unwrap_or(name)
    }

    /// The text named `group.name`.
    pub(super) fn find(&self, lang: Lang, name: &str) -> Option<&str> {
        let (group, rest) = name.split_once('.')?;
        Some(self.0.get(group)?.get(rest)?.of(lang))
    }
}

/// A whole number with its thousands set apart as the language does.
pub(super) fn grouped(number: u64, lang: Lang) -> String {
    let digits = number.to_string();
    let mark = if lang == Lang::Vi { '.' } else { ',' };
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(mark);
        }
        out.push(digit);
    }
    out
}

/// A value as people read it: ISO dates as `05/03/1987`, cut to what is known; anything
/// else as it is.
pub(super) fn readable(value: &str) -> String {
    let parts: Vec<&str> = value.split('-').collect();
    let digits = |part: &str, count: usize| {
        part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    match parts.as_slice() {
        [year, month] if digits(year, 4) && digits(month, 2) => format!("{month}/{year}"),
        [year, month, day] if digits(year, 4) && digits(month, 2) && digits(day, 2) => {
            format!("{day}/{month}/{year}")
        }
        _ => value.to_owned(),
    }
}

/// A number that identifies a person, with its middle hidden: `0110••••1234`.
pub(super) fn masked(number: &str) -> String {
    /// Letters that stay at each end of a number of twelve digits.
    const SHOWN: usize = 4;
    let letters: Vec<char> = number.chars().collect();
    // A shorter number shows less, so that a third of it is always hidden.
    let shown = SHOWN.min(letters.len() / 3);
    let hidden = letters.len() - 2 * shown;
    let (head, rest) = letters.split_at(shown);
    let tail = rest.get(hidden..).unwrap_or_default();
    let dots = std::iter::repeat_n('•', hidden);
    head.iter().copied().chain(dots).chain(tail.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_every_text_with_the_same_blanks() {
        let texts = Texts::embedded().expect("embedded texts");
        for (group, names) in &texts.0 {
            for (name, words) in names {
                for blank in ["{n}", "{x}"] {
                    let in_both = (words.vi.contains(blank), words.en.contains(blank));
                    assert_eq!(in_both.0, in_both.1, "{group}.{name} {blank}");
                }
                assert!(!words.vi.is_empty() && !words.en.is_empty(), "{group}.{name}");
            }
        }
    }

    #[test]
    fn dates_are_turned_round_and_nothing_is_added() {
        for (value, expected) in [
            ("1987-03-05", "05/03/1987"),
            ("1987-03", "03/1987"),
            ("1987", "1987"),
            ("27/2015", "27/2015"),
            ("CH-2015-01", "CH-2015-01"),
            ("2015-2016", "2015-2016"),
        ] {
            assert_eq!(readable(value), expected);
        }
    }

    #[test]
    fn a_third_of_a_masked_number_is_always_hidden() {
        for (number, expected) in [
            ("011087001234", "0110••••1234"),
            ("045819172", "045•••172"),
            ("123", "1•3"),
            ("12", "••"),
            ("", ""),
        ] {
            assert_eq!(masked(number), expected);
        }
    }

    #[test]
    fn thousands_are_set_apart_as_the_language_does() {
        assert_eq!(grouped(1_234_567, Lang::Vi), "1.234.567");
        assert_eq!(grouped(999, Lang::En), "999");
        assert_eq!(grouped(1000, Lang::En), "1,000");
    }

    /// Every file beside this one, with its folders.
    fn sources(folder: &std::path::Path, into: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                sources(&path, into);
            } else if path.extension().is_some_and(|end| end == "rs" || end == "html") {
                into.push(std::fs::read_to_string(path).expect("a file"));
            }
        }
    }

    #[test]
    fn every_text_that_a_page_says_is_there() {
        let texts = Texts::embedded().expect("embedded texts");
        let mut files = Vec::new();
        sources(std::path::Path::new(file!()).parent().expect("a folder"), &mut files);
        let groups: Vec<&String> = texts.0.keys().collect();
        let mut num_said = 0;
        for file in &files {
            for quoted in file.split('"').skip(1) {
                let Some((group, name)) = quoted.split_once('.') else { continue };
                let is_word = |part: &str| {
                    part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
                };
                let is_file =
                    ["html", "toml", "css", "js", "svg", "json"].contains(&name);
                if !groups.iter().any(|known| *known == group)
                    || name.is_empty()
                    || !is_word(name)
                    || is_file
                {
                    continue;
                }
                num_said += 1;
                assert!(texts.find(Lang::Vi, quoted).is_some(), "no text `{quoted}`");
            }
        }
        assert!(num_said > 80, "only {num_said} texts were looked up");
    }
}
