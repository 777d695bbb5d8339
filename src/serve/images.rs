//! Where the pictures of pages come from.

use std::sync::Arc;

use crate::model::PageKey;
use crate::model::Pixels;

/// Why there is no picture of a page.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PageImageError {
    /// The archive holds no such page.
    #[error("{0} is not in the archive")]
    NoSuchPage(PageKey),
    /// The page was set aside, or its file cannot be decoded.
    #[error("{key} could not be decoded")]
    Undecodable {
        /// Which page.
        key: PageKey,
        /// What the decoder said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Decoding did not end in time, or its process died.
    #[error("{key} could not be decoded in time")]
    Lost {
        /// Which page.
        key: PageKey,
    },
}

/// Decodes pages of the archive's originals.
///
/// Originals are untrusted bytes, which this process never decodes: an implementation
/// hands the work to a worker process and gets pixels back. The desk keeps what it was
/// given for a while, so an implementation need not.
pub trait PageImages: Send + Sync {
    /// The whole page in the pixels and the orientation of exports.
    ///
    /// # Errors
    ///
    /// If there is no such page or it cannot be decoded.
    fn page(&self, key: &PageKey) -> Result<Arc<Pixels>, PageImageError>;
}
