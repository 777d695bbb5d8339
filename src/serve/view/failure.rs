//! A failure, for people.

use askama::Template;

use super::super::app::Desk;
use super::super::ask::Ask;
use super::super::error::Failure;
use super::frame::Frame;

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    frame: Frame<'a>,
    what: String,
    request_id: &'a str,
}

/// A page that says what went wrong and where to go on.
///
/// # Errors
///
/// If the page cannot be written.
pub(in super::super) fn failure(
    desk: &Desk,
    ask: &Ask,
    failure: &Failure,
    request_id: &str,
) -> Result<String, askama::Error> {
    let frame =
        Frame::of(desk, ask, desk.texts.say(ask.lang, "failure.title").to_owned());
    FailurePage { what: failure.explained(&desk.texts, ask.lang), request_id, frame }
        .render()
}
