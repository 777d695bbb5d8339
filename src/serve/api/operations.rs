//! Every address of the API: what it takes, and what it answers.

use std::sync::Arc;

use axum::routing::{MethodRouter, get, post};
use serde_json::Value;

use super::super::answer::{AnsweredRecord, RelatedAnswer, SearchAnswer};
use super::super::app::Desk;
use super::super::request::{MAX_LIMIT, MAX_QUERY_LETTERS, SORTS, STATES, YES_NO};
use super::schemas::{Described as _, Types};
use super::{StatusAnswer, SuggestAnswer};
use crate::export::PageRow;

/// How an address is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// Without changing anything.
    Get,
    /// With a body; nothing is changed here either.
    Post,
}

impl Method {
    /// The name in the description.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
        }
    }
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Takes {
    /// At most so many letters.
    Text(usize),
    /// A number of this range.
    Number(usize, usize),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Text of this regular expression.
    Pattern(&'static str),
}

/// A parameter; one whose name stands in the path belongs there and is required.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) takes: Takes,
    pub(super) says: &'static str,
}

/// What an address answers where all is well.
pub(super) enum Answers {
    /// JSON of this type.
    Json(fn(&mut Types) -> Value),
    /// Any JSON object: the description itself.
    Object,
    /// A table.
    Csv,
}

/// One address.
pub(super) struct Operation {
    pub(super) path: &'static str,
    pub(super) method: Method,
    /// Its name in generated clients.
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) parameters: &'static [Parameter],
    pub(super) answers: Answers,
    pub(super) handler: fn() -> MethodRouter<Arc<Desk>>,
}

const fn parameter(name: &'static str, takes: Takes, says: &'static str) -> Parameter {
    Parameter { name, takes, says }
}

/// The SHA-256 of a file.
const DIGEST: &str = "^[0-9a-f]{64}$";

/// A year or two.
const YEARS: &str = "^(1[89][0-9]{2}|2[01][0-9]{2})(-(1[89][0-9]{2}|2[01][0-9]{2}))?$";

/// What `next` of an answer looks like.
const CURSOR: &str = "^(relevance|date|newest|number|name)[.][0-9]{1,9}[.][0-9a-f]{1,16}[.]([0-9a-f]{2}){0,400}$";

const RECORD_ID: Parameter =
    parameter("id", Takes::Text(200), "The record, as `record` of a hit names it.");

/// With accounts, numbers that identify a person are shown in full one at a time.
const SHOWN: Parameter = parameter(
    "show",
    Takes::Text(100),
    "The field whose number is shown in full, once there are accounts.",
);

/// What a search takes.
const SEARCH: [Parameter; 17] = [
    parameter("q", Takes::Text(MAX_QUERY_LETTERS), "What a clerk types."),
    parameter("kind", Takes::Text(100), "Only this kind of document."),
    parameter("year", Takes::Pattern(YEARS), "Only these years: `1987` or `1985-1990`."),
    parameter("from", Takes::Number(1800, 2200), "Only from this year on."),
    parameter("to", Takes::Number(1800, 2200), "Only up to this year."),
    parameter(
        "unit",
        Takes::Text(100),
        "Only this commune with what went into it: its official code, or its name.",
    ),
    parameter(
        "then",
        Takes::Text(100),
        "Only entries of this commune: `then` of a facet.",
    ),
    parameter(
        "today",
        Takes::Text(100),
        "Only of this commune of today: `today` of a facet.",
    ),
    parameter(
        "decade",
        Takes::Number(1800, 2200),
        "Only entries of the decade of this year.",
    ),
    parameter("state", Takes::Choice(&STATES), "Only what people have checked so far."),
    parameter("collection", Takes::Text(100), "Only this collection."),
    parameter("findings", Takes::Choice(&YES_NO), "Only with findings, or without."),
    parameter("sort", Takes::Choice(&SORTS), "The order; `relevance` without it."),
    parameter("facets", Takes::Choice(&YES_NO), "Whether all that answers is counted."),
    parameter("limit", Takes::Number(1, MAX_LIMIT), "Most hits; 20 without it."),
    parameter("offset", Takes::Number(0, 10_000), "Hits to leave out at the start."),
    parameter(
        "after",
        Takes::Pattern(CURSOR),
        "The `next` of an answer to the same search in the same order: what comes after it.",
    ),
];

/// All addresses, in the order of the description.
pub(super) static OPERATIONS: [Operation; 8] = [
    Operation {
        path: "/api/v1/search",
        method: Method::Get,
        id: "search",
        summary: "Records that answer a question, the best first.",
        parameters: &SEARCH,
        answers: Answers::Json(SearchAnswer::schema),
        handler: || get(super::search),
    },
    Operation {
        path: "/api/v1/suggest",
        method: Method::Get,
        id: "suggest",
        summary: "Ways to go on with what has been typed: names and places of the archive.",
        parameters: &[parameter("q", Takes::Text(MAX_QUERY_LETTERS), "As typed so far.")],
        answers: Answers::Json(SuggestAnswer::schema),
        handler: || get(super::suggest),
    },
    Operation {
        path: "/api/v1/records/{id}",
        method: Method::Get,
        id: "record",
        summary: "One record with the evidence of every value.",
        parameters: &[RECORD_ID, SHOWN],
        answers: Answers::Json(AnsweredRecord::schema),
        handler: || get(super::record),
    },
    Operation {
        path: "/api/v1/records/{id}/related",
        method: Method::Get,
        id: "related",
        summary: "Other papers of a record's people and parcel, each with the reason.",
        parameters: &[RECORD_ID],
        answers: Answers::Json(RelatedAnswer::schema),
        handler: || get(super::related),
    },
    Operation {
        path: "/api/v1/pages/{scan}/{page}",
        method: Method::Get,
        id: "page",
        summary: "What was read on a page, in the pixels of the original.",
        parameters: &[
            parameter("scan", Takes::Pattern(DIGEST), "SHA-256 of the file."),
            parameter("page", Takes::Number(1, u32::MAX as usize), "From 1."),
        ],
        answers: Answers::Json(PageRow::schema),
        handler: || get(super::page),
    },
    Operation {
        path: "/api/v1/lookup",
        method: Method::Post,
        id: "lookup",
        summary: "A list of names as CSV, one line a person; back comes the list with what was \
                  found. At most 1,000 lines.",
        parameters: &[],
        answers: Answers::Csv,
        handler: || post(super::lookup),
    },
    Operation {
        path: "/api/v1/status",
        method: Method::Get,
        id: "status",
        summary: "What the archive holds.",
        parameters: &[],
        answers: Answers::Json(StatusAnswer::schema),
        handler: || get(super::status),
    },
    Operation {
        path: "/api/v1/openapi.json",
        method: Method::Get,
        id: "openapi",
        summary: "This description.",
        parameters: &[],
        answers: Answers::Object,
        handler: || get(super::description),
    },
];
