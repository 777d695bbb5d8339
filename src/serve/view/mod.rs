//! Answers as pages: what is said where. The words are in `texts.toml`, the markup in
//! `pages/`.

mod audit;
mod check;
mod contact;
mod door;
mod facet;
mod failure;
mod field;
mod figures;
mod frame;
mod link;
mod list;
mod loading;
mod lots;
mod page;
mod paper;
mod record;
mod linked;
mod search;
mod sheet;

pub(super) use audit::audit;
pub(super) use check::{item, overtaken, queues, rates, sample, shown};
pub(super) use contact::{Refused, address as contact_at, contact};
pub(super) use door::{
    AccountsSaid, PURPOSES, accounts, case, come_in, log_in, log_in_told, password,
    set_up,
};
pub(super) use failure::failure;
pub(super) use figures::figures;
pub(super) use link::{with, with as address};
pub(super) use list::list;
pub(super) use loading::loading;
pub(super) use lots::lots;
pub(super) use page::page;
pub(super) use record::record;
pub(super) use search::search;
pub(super) use sheet::sheet;

/// A moment of this machine's clock as people read it: `05/03/2026 14:07`.
fn moment(at_ms: i64) -> String {
    at_this_clock(at_ms, "%d/%m/%Y %H:%M")
}

/// A moment of today: `14:07`.
fn time_of_day(at_ms: i64) -> String {
    at_this_clock(at_ms, "%H:%M")
}

fn at_this_clock(at_ms: i64, form: &str) -> String {
    let Ok(moment) = jiff::Timestamp::from_millisecond(at_ms) else {
        return String::new();
    };
    let here = moment.to_zoned(jiff::tz::TimeZone::system());
    here.strftime(form).to_string()
}
