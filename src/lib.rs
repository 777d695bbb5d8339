//! From scanned pages to search hits.
//!
//! ```text
//! file ─intake─▶ page image ─clean─▶ page image ─read─▶ page text ─extract─▶ records ─catalog─▶ ─search─▶ hits
//! ```
//!
//! Modules are listed in the order in which a page meets them. A stage imports [`model`] and
//! [`config`], and what else the table in `tests/architecture.rs` lists; only [`run`] knows
//! them all.

pub mod failpoint;
pub mod model;
pub mod config;
pub mod intake;
pub mod clean;
pub mod read;
pub mod extract;
pub mod catalog;
pub mod link;
pub mod search;
pub mod access;
pub mod checking;
pub mod export;
pub mod serve;
pub mod report;
pub mod eval;
pub mod run;
