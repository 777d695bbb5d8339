//! The desk over HTTP, with an archive of one scan.

mod desk;
mod http;
mod iiif;
mod pages;
mod api;
