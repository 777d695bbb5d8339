//! The desk: web pages for the clerk and JSON for other programs. The only axum and tokio.
//!
//! ```text
//! request ─route─▶ request.rs (as typed → checked) ─answer.rs─▶ answer ─view/─▶ page
//!                                                             └───────────────▶ JSON
//! ```
//!
//! Everything that a page needs is embedded: no file is read and no other host is called.
//! Work that takes longer than half a millisecond runs on blocking threads.

mod answer;
mod api;
mod app;
mod ask;
mod assets;
mod audit;
mod batch;
mod bench;
mod check;
mod crop;
mod door;
mod draft;
mod error;
mod figures;
mod guard;
mod hand_out;
mod holdings;
mod iiif;
mod images;
mod kept;
mod labels;
mod load;
mod loading;
mod lots;
mod page_cache;
mod page_tools;
mod papers;
mod past;
mod picture;
mod picture_cache;
mod region;
mod request;
mod route;
mod seek;
mod server;
mod shelf;
mod sizes;
mod stream;
mod text;
mod tls;
mod turn;
mod view;

pub use answer::{
    AnswerError, AnsweredHit, AnsweredRecord, AnsweredRelated, RelatedAnswer,
    SearchAnswer, answer, record_answer, related_answer,
};
pub use app::{App, StartError};
pub use batch::{BatchCounts, BatchError, look_up};
pub use door::{Provider, ProviderError};
pub use images::{PageImageError, PageImages};
pub use labels::{Labels, LabelsError};
pub use load::{Delivery, Load, LoadError, LoadFrom, LoadOrder, LoadState, PastRun};
pub use page_tools::{CutFile, Loss, LossOf, PageTools, PageToolsError, Who};
pub use request::{MAX_LIMIT, MAX_QUERY_LETTERS, RequestError, SearchRequest};
pub use seek::{Chip, Found, FoundRecord, Held, Seek, SeekError};
pub use server::{ServeError, serve};
pub use tls::{Certificate, TlsError};

#[cfg(test)]
mod tests;
