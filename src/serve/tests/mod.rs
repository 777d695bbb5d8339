//! The desk over HTTP, with an archive of one scan.

mod check;
mod door;
mod iiif;
mod lists;
mod loading;
mod lots;
mod papers;
mod pictures;
mod provider;
mod identity;
mod rooms;
mod sight;
mod api;
pub(super) mod desk;
mod http;
mod openapi;
mod pages;
mod tls;
