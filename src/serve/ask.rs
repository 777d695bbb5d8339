//! What every handler wants to know of a request.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Query};
use axum::http::HeaderMap;
use axum::http::header::{COOKIE, IF_NONE_MATCH};
use axum::http::request::Parts;

use super::door::Visitor;
use super::error::Failure;
use super::request::Asked;
use super::text::Lang;

/// Name of the cookie that keeps the language.
pub(super) const LANG_COOKIE: &str = "lang";

/// The parts of a request that handlers use.
#[derive(Clone)]
pub(super) struct Ask {
    /// The path, as sent.
    pub(super) path: String,
    /// The parameters of the address, in order.
    pub(super) pairs: Vec<(String, String)>,
    /// The language to answer in.
    pub(super) lang: Lang,
    /// Who asks.
    pub(super) who: Arc<Visitor>,
    /// What the caller has already, if anything.
    pub(super) if_none_match: Option<String>,
}

impl Ask {
    /// What a request asks for.
    pub(super) fn of(parts: &Parts) -> Result<Self, Failure> {
        let Query(pairs): Query<Vec<(String, String)>> = Query::try_from_uri(&parts.uri)
            .map_err(|_| Failure::Parameter { name: "?", expected: "name=value" })?;
        let lang = chosen_lang(&pairs).or_else(|| kept_lang(&parts.headers));
        // Whoever the door has not seen is a stranger.
        let who = parts.extensions.get::<Arc<Visitor>>().cloned();
        Ok(Self {
            who: who.unwrap_or_else(|| Arc::new(Visitor::stranger(String::new()))),
            path: parts.uri.path().to_owned(),
            pairs,
            lang: lang.unwrap_or_default(),
            if_none_match: text(&parts.headers, &IF_NONE_MATCH),
        })
    }

    /// The last value of a parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut of_name = self.pairs.iter().rev().filter(|(known, _)| known == name);
        of_name.next().map(|(_, value)| value.as_str())
    }

    /// The parameters that are a search.
    pub(super) fn asked(&self) -> Asked {
        Asked::from_pairs(&self.pairs)
    }
}

impl<S: Sync> FromRequestParts<S> for Ask {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Self::of(parts)
    }
}

/// The language that the address asks for.
pub(super) fn chosen_lang(pairs: &[(String, String)]) -> Option<Lang> {
    let (_, code) = pairs.iter().rev().find(|(name, _)| name == "lang")?;
    Lang::from_code(code)
}

fn kept_lang(headers: &HeaderMap) -> Option<Lang> {
    let cookies = text(headers, &COOKIE)?;
    cookies.split(';').find_map(|cookie| {
        let (name, value) = cookie.trim().split_once('=')?;
        if name == LANG_COOKIE { Lang::from_code(value) } else { None }
    })
}

fn text(headers: &HeaderMap, name: &axum::http::HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}
