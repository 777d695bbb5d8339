//! What stands around every page.

use std::sync::Arc;

use super::super::app::Desk;
use super::super::ask::Ask;
use super::super::assets;
use super::super::door::Visitor;
use super::super::request::{Asked, MAX_QUERY_LETTERS};
use super::super::text::{Lang, grouped};
use super::link;
use crate::access::Right;

/// What every page knows: the words, the language, and the search in the box.
pub(super) struct Frame<'a> {
    pub(super) desk: &'a Desk,
    pub(super) lang: Lang,
    pub(super) asked: Asked,
    /// Title of the browser's window. It is kept in the browser's history, so it names no
    /// person.
    pub(super) title: String,
    /// The same page in the other language.
    pub(super) other_language: String,
    pub(super) version: String,
    pub(super) most_letters: usize,
    /// Who looks at it.
    pub(super) who: Arc<Visitor>,
    /// The number that is shown in full, by the name of its field.
    pub(super) shown: String,
}

impl<'a> Frame<'a> {
    /// The frame of the page that was asked for.
    pub(super) fn of(desk: &'a Desk, ask: &Ask, title: String) -> Self {
        let other = ask.lang.other().code();
        let mut parameters: Vec<(&str, &str)> = ask
            .pairs
            .iter()
            .filter(|(name, _)| name != "lang")
            .map(|(name, value)| (name.as_str(), value.as_str()))
            // A name that is no plain word is nothing that this program asks for.
            .filter(|(name, _)| name.bytes().all(|byte| byte.is_ascii_lowercase()))
            .collect();
        parameters.push(("lang", other));
        Self {
            desk,
            lang: ask.lang,
            asked: ask.asked(),
            title,
            other_language: link::with(&ask.path, &parameters),
            version: assets::version(),
            most_letters: MAX_QUERY_LETTERS,
            who: Arc::clone(&ask.who),
            shown: ask.get("show").unwrap_or_default().to_owned(),
        }
    }

    /// Whether they may do this: the name of a right in lower case.
    pub(super) fn may(&self, right: &str) -> bool {
        let found = Right::ALL.into_iter().find(|known| known.name() == right);
        found.is_some_and(|right| self.who.may(right))
    }

    /// The text named `group.name`.
    pub(super) fn say<'b>(&'b self, name: &'b str) -> &'b str {
        self.desk.texts.say(self.lang, name)
    }

    /// The text with `{x}` filled in.
    pub(super) fn fill(&self, name: &str, blank: impl std::fmt::Display) -> String {
        self.say(name).replace("{x}", &blank.to_string())
    }

    /// Why a hit is there, in words.
    pub(super) fn why<'b>(&'b self, reason: &'b str) -> &'b str {
        self.desk.texts.find(self.lang, &format!("why.{reason}")).unwrap_or(reason)
    }

    /// The text with `{n}` filled in.
    pub(super) fn count(
        &self,
        name: &str,
        number: impl std::borrow::Borrow<u64>,
    ) -> String {
        self.say(name).replace("{n}", &grouped(*number.borrow(), self.lang))
    }
}
