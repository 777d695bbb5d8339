//! What people say about a page, over what the machine made of it.

use std::collections::BTreeMap;

use super::{KindId, PageKey};

/// What can be said about a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PageTool {
    /// Whether anything is written on it: `yes` or `no`.
    Blank,
    /// Whether a new paper `begins` on it, or it `goes-on` with the one before.
    Paper,
    /// The kind of the paper that begins on it.
    Kind,
    /// Quarter turns clockwise that bring it upright as it lies in its file: `0` to `3`.
    Turn,
}

impl PageTool {
    /// Every tool.
    pub const ALL: [Self; 4] = [Self::Blank, Self::Paper, Self::Kind, Self::Turn];

    /// The name in the catalog, in forms and in the trail.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::Paper => "paper",
            Self::Kind => "kind",
            Self::Turn => "turn",
        }
    }

    /// The tool of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.name() == name)
    }
}

/// What people say about one page; where they say nothing, the machine's opinion counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ruling {
    /// Whether nothing is written on it.
    pub blank: Option<bool>,
    /// Whether a new paper begins on it.
    pub begins: Option<bool>,
    /// The kind of the paper that begins on it.
    pub kind: Option<KindId>,
    /// Quarter turns clockwise that bring it upright, 0–3.
    pub quarters: Option<u8>,
}

/// The rulings about a scan by page, from 1.
pub type Rulings = BTreeMap<u32, Ruling>;

impl Ruling {
    /// Says one thing more, in the words of [`PageTool`]; with an empty value the
    /// machine's opinion counts again. Returns whether the value makes sense; if not,
    /// nothing is changed.
    pub fn say(&mut self, tool: PageTool, value: &str) -> bool {
        match (tool, value) {
            (PageTool::Blank, "") => self.blank = None,
            (PageTool::Blank, "yes") => self.blank = Some(true),
            (PageTool::Blank, "no") => self.blank = Some(false),
            (PageTool::Paper, "") => self.begins = None,
            (PageTool::Paper, "begins") => self.begins = Some(true),
            (PageTool::Paper, "goes-on") => self.begins = Some(false),
            (PageTool::Kind, "") => self.kind = None,
            (PageTool::Kind, kind) => self.kind = Some(KindId(kind.to_owned())),
            (PageTool::Turn, "") => self.quarters = None,
            (PageTool::Turn, turns) => match turns.parse() {
                Ok(quarters @ 0..=3) => self.quarters = Some(quarters),
                _ => return false,
            },
            (PageTool::Blank | PageTool::Paper, _) => return false,
        }
        true
    }

    /// What is said with that tool, in its words; empty if nothing.
    pub fn said(&self, tool: PageTool) -> String {
        let either = |told: Option<bool>, yes: &str, no: &str| {
            told.map_or("", |told| if told { yes } else { no }).to_owned()
        };
        match tool {
            PageTool::Blank => either(self.blank, "yes", "no"),
            PageTool::Paper => either(self.begins, "begins", "goes-on"),
            PageTool::Kind => {
                self.kind.as_ref().map(|it| it.0.clone()).unwrap_or_default()
            }
            PageTool::Turn => self.quarters.map(|it| it.to_string()).unwrap_or_default(),
        }
    }
}

/// One thing that somebody says about a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageOrder {
    /// The page.
    pub key: PageKey,
    /// With which tool.
    pub tool: PageTool,
    /// In the tool's words; empty: as the machine sees it.
    pub value: String,
    /// Why, for people; may be empty.
    pub why: String,
}

/// Pages of a scan that are one paper, or one run of a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// Its kind; `None` if no definition recognises it.
    pub kind: Option<KindId>,
    /// Whether people said of what kind it is.
    pub is_told: bool,
    /// Its pages, from 1, ascending, without blank ones.
    pub pages: Vec<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_given_back_in_the_same_words_and_nonsense_changes_nothing() {
        let mut ruling = Ruling::default();
        for (tool, value) in [
            (PageTool::Blank, "yes"),
            (PageTool::Blank, "no"),
            (PageTool::Paper, "begins"),
            (PageTool::Paper, "goes-on"),
            (PageTool::Kind, "so-khai-sinh"),
            (PageTool::Turn, "3"),
        ] {
            assert!(ruling.say(tool, value));
            assert_eq!(ruling.said(tool), value);
            assert_eq!(PageTool::from_name(tool.name()), Some(tool));
        }
        let before = ruling.clone();
        for (tool, value) in
            [(PageTool::Blank, "maybe"), (PageTool::Paper, "yes"), (PageTool::Turn, "4")]
        {
            assert!(!ruling.say(tool, value), "{value}");
        }
        assert_eq!(ruling, before);
        for tool in PageTool::ALL {
            assert!(ruling.say(tool, ""));
        }
        assert_eq!(ruling, Ruling::default());
    }
}
