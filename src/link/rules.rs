//! `index/links.toml`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::Reason;

/// The rules as they are written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    pub(super) never: Vec<String>,
    pub(super) certificates: Vec<String>,
    pub(super) amendments: Vec<String>,
    pub(super) changes: Vec<String>,
    pub(super) written_changes: Vec<String>,
    pub(super) notes: Vec<String>,
    pub(super) most_sharing: usize,
    pub(super) likely: i32,
    pub(super) strong: i32,
    points: BTreeMap<Reason, i32>,
}

impl Rules {
    /// The rules that are built in. Should they not parse, which a test rules out, nothing
    /// is linked.
    pub(super) fn get() -> &'static Self {
        static RULES: OnceLock<Rules> = OnceLock::new();
        RULES.get_or_init(|| {
            let never = Self { likely: i32::MAX, strong: i32::MAX, ..Self::default() };
            toml::from_str(include_str!("../../index/links.toml")).unwrap_or(never)
        })
    }

    /// Points of these reasons together.
    pub(super) fn points(&self, reasons: &[Reason]) -> i32 {
        reasons.iter().filter_map(|reason| self.points.get(reason)).sum()
    }
}
