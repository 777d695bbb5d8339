//! The desk over HTTP, with an archive of one scan.

mod check;
mod desk;
mod door;
mod http;
mod pages;
mod api;
