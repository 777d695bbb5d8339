//! Where the pictures of pages come from.

use std::sync::Arc;

use super::crop;
use crate::model::Codec;
use crate::model::PageKey;
use crate::model::Pixels;
use crate::model::StoredPicture;

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

    /// The page's picture as its file holds it, where that can be handed on; else the page
    /// as JPEG.
    ///
    /// # Errors
    ///
    /// As [`Self::page`].
    fn stored(&self, key: &PageKey) -> Result<StoredPicture, PageImageError> {
        let page = self.page(key)?;
        stored_jpeg(&page)
            .map_err(|source| PageImageError::Undecodable { key: key.clone(), source })
    }
}

/// Pixels as a picture of their own.
///
/// # Errors
///
/// If JPEG cannot hold them.
pub(super) fn stored_jpeg(
    pixels: &Pixels,
) -> Result<StoredPicture, Box<dyn std::error::Error + Send + Sync>> {
    Ok(StoredPicture {
        codec: Codec::Jpeg { is_gray: matches!(pixels, Pixels::Gray(_)) },
        width: pixels.width(),
        height: pixels.height(),
        quarters: 0,
        bytes: crop::jpeg(pixels)?,
    })
}
