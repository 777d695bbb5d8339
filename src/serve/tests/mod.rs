//! The desk over HTTP, with an archive of one scan.

mod desk;
mod http;
mod pages;
mod api;
