//! The desk over HTTP, with an archive of one scan.

mod check;
mod door;
mod iiif;
mod loading;
mod api;
pub(super) mod desk;
mod http;
mod openapi;
mod pages;
mod tls;
