//! What can go wrong with a request, and its status; the one place that decides both.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::answer::AnswerError;
use super::batch::BatchError;
use super::crop::CropError;
use super::iiif::AskedError;
use super::images::PageImageError;
use super::load::LoadError;
use super::loading::{status_of, told};
use super::page_tools::PageToolsError;
use super::papers;
use super::request::{MAX_QUERY_LETTERS, RequestError};
use super::seek::SeekError;
use super::text::{Lang, Texts};
use crate::access::{AccountError, TrailError};
use crate::catalog::CatalogError;
use crate::export::ExportError;

/// Why a request was not answered as asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The search makes no sense.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// A parameter makes no sense.
    #[error("`{name}` is not {expected}")]
    Parameter {
        /// Name of the parameter.
        name: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// No such thing in the archive.
    #[error("there is no such {what}")]
    NotFound {
        /// What was asked for.
        what: &'static str,
    },
    /// The host name is not of this machine.
    #[error("this service answers on this machine's own address only")]
    WrongHost,
    /// Not GET or HEAD.
    #[error("method is not supported here")]
    Method,
    /// Nobody has come in.
    #[error("come in with an account first")]
    SignIn,
    /// Whoever asks has not the right, or the paper is not theirs to see.
    #[error("this account may not do that")]
    Forbidden,
    /// The purpose was not named.
    #[error("name the purpose and the case first, at /case")]
    CaseNeeded,
    /// A form that no page of this desk sent, or one of a session that is over.
    #[error("the form is not from a page of this session")]
    Foreign,
    /// Too many requests in a short time.
    #[error("too many requests in a short time")]
    TooOften,
    /// The audit trail could not be handed out.
    #[error(transparent)]
    Trail(#[from] TrailError),
    /// Something could not be done with an account.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Work on it did not end in time.
    #[error("no answer within {seconds} s")]
    Late {
        /// How long was waited.
        seconds: u64,
    },
    /// The work broke off.
    #[error("work on the request broke off")]
    BrokeOff,
    /// The catalog or the index failed.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// The catalog failed.
    #[error("catalog could not be read")]
    Catalog(#[from] CatalogError),
    /// There is no picture of the page.
    #[error(transparent)]
    Image(#[from] PageImageError),
    /// The picture could not be cut out or written.
    #[error(transparent)]
    Crop(#[from] CropError),
    /// The image cannot be given as asked.
    #[error(transparent)]
    Asked(#[from] AskedError),
    /// A file for handing out could not be written.
    #[error("file could not be written")]
    Export(#[from] ExportError),
    /// More pages than are put together while somebody waits.
    #[error("the scan has more than {most} pages; `sohoa export` writes it")]
    TooManyPages {
        /// How many are allowed.
        most: usize,
    },
    /// A file that is larger than is put together while somebody waits.
    #[error("the file would have more than {most} bytes; `sohoa export` writes it")]
    TooManyBytes {
        /// How many are allowed.
        most: u64,
    },
    /// A page could not be written.
    #[error("page could not be written")]
    Page(#[from] askama::Error),
    /// Scans could not be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// What was said about a page could not be carried out.
    #[error(transparent)]
    PageTools(#[from] PageToolsError),
    /// A list that cannot be looked up.
    #[error(transparent)]
    List(#[from] BatchError),
    /// Some other status that the router itself gave.
    #[error("request was refused")]
    Other(StatusCode),
}

impl Failure {
    /// The status; no `_` arm, so that a new failure asks for its own.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Request(_)
            | Self::List(_)
            | Self::Asked(_)
            | Self::TooManyPages { .. }
            | Self::TooManyBytes { .. }
            | Self::Parameter { .. }
            | Self::Crop(CropError::OffPage) => StatusCode::BAD_REQUEST,
            Self::NotFound { .. } | Self::Image(PageImageError::NoSuchPage(_)) => {
                StatusCode::NOT_FOUND
            }
            Self::SignIn => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::CaseNeeded | Self::Foreign => StatusCode::FORBIDDEN,
            Self::TooOften => StatusCode::TOO_MANY_REQUESTS,
            Self::Account(AccountError::Catalog(_) | AccountError::Token(_)) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            Self::Account(_) => StatusCode::BAD_REQUEST,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Late { .. }
            | Self::Image(PageImageError::Lost { .. })
            | Self::Export(ExportError::Picture { .. }) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Image(PageImageError::Undecodable { .. }) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::BrokeOff
            | Self::Answer(_)
            | Self::Catalog(_)
            | Self::Page(_)
            | Self::Trail(_)
            | Self::Export(_)
            | Self::Crop(CropError::Encode(_)) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Load(error) => status_of(error),
            Self::PageTools(error) => papers::status_of(error),
            Self::Other(status) => *status,
        }
    }

    /// Name of the text that says in few words what is wrong.
    fn title(&self) -> &'static str {
        match self.status() {
            StatusCode::NOT_FOUND => "failure.not_found",
            StatusCode::UNAUTHORIZED => "failure.sign_in",
            StatusCode::FORBIDDEN => "failure.forbidden",
            StatusCode::TOO_MANY_REQUESTS => "failure.too_often",
            StatusCode::MISDIRECTED_REQUEST => "failure.wrong_host",
            StatusCode::METHOD_NOT_ALLOWED => "failure.method",
            StatusCode::SERVICE_UNAVAILABLE => "failure.busy",
            StatusCode::UNPROCESSABLE_ENTITY => "failure.no_image",
            status if status.is_client_error() => "failure.bad_request",
            _ => "failure.internal",
        }
    }

    /// What is wrong, for the person at the desk.
    pub(super) fn explained(&self, texts: &Texts, lang: Lang) -> String {
        let (name, blank) = match self {
            Self::Request(RequestError::QueryTooLong { .. }) => {
                ("failure.query_too_long", MAX_QUERY_LETTERS.to_string())
            }
            Self::Request(RequestError::Cursor) => {
                ("failure.parameter", "after".to_owned())
            }
            Self::Request(RequestError::Year { written, .. }) => {
                ("failure.year", written.clone())
            }
            Self::Request(
                RequestError::FilterTooLong { name, .. }
                | RequestError::Number { name, .. }
                | RequestError::Choice { name, .. },
            )
            | Self::Parameter { name, .. } => ("failure.parameter", (*name).to_owned()),
            Self::Load(error) => (told(error), String::new()),
            Self::PageTools(error) => (papers::told(error), String::new()),
            Self::CaseNeeded => ("failure.case_needed", String::new()),
            Self::Foreign => ("failure.foreign", String::new()),
            Self::Account(error) => ("failure.account", error.to_string()),
            _ => (self.title(), String::new()),
        };
        texts.say(lang, name).replace("{x}", &blank)
    }

    /// The failure as RFC 9457 writes it.
    pub(super) fn problem(
        &self,
        texts: &Texts,
        instance: &str,
        request_id: &str,
    ) -> Problem {
        let status = self.status();
        // Causes of our own failures may name files of this machine: they go to the log.
        let detail = status.is_client_error().then(|| self.to_string());
        Problem {
            kind: "about:blank",
            title: texts.say(Lang::En, self.title()).to_owned(),
            status: status.as_u16(),
            detail,
            instance: instance.to_owned(),
            request_id: request_id.to_owned(),
        }
    }
}

impl From<SeekError> for Failure {
    fn from(error: SeekError) -> Self {
        Self::Answer(error.into())
    }
}

/// A failure for programs (`application/problem+json`).
#[derive(Debug, Serialize)]
pub(super) struct Problem {
    /// What sort of failure; `about:blank`: the status says it.
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    /// In few words.
    pub(super) title: String,
    /// The status of the answer.
    pub(super) status: u16,
    /// What is wrong with the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) detail: Option<String>,
    /// The path that was asked for.
    pub(super) instance: String,
    /// The request in the log.
    pub(super) request_id: String,
}

/// A failure on its way out; the router writes it as a page or as JSON.
#[derive(Clone)]
pub(super) struct Failed(pub(super) Arc<Failure>);

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Failed(Arc::new(self)));
        response
    }
}
