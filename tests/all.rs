//! The one test binary: it links once. A file in this folder that is not named here fails
//! [`architecture`].
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "test support is for tests"
)]

mod architecture;
mod archive;
mod archive_night;
mod archive_speed;
mod arrival;
mod command_line;
mod definitions;
mod documents;
mod handing_out;
mod kill;
mod kill_disk;
mod kill_pages;
mod kill_steps;
mod packaging;
mod page_tools;
