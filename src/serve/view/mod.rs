//! Answers as pages: what is said where. The words are in `texts.toml`, the markup in
//! `pages/`.

mod facet;
mod failure;
mod field;
mod frame;
mod link;
mod page;
mod paper;
mod record;
mod linked;
mod search;
mod sheet;

pub(super) use failure::failure;
pub(super) use link::with;
pub(super) use page::page;
pub(super) use record::record;
pub(super) use search::search;
pub(super) use sheet::sheet;
