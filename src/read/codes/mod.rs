//! QR and bar codes on a page.
//!
//! What looks like a code is found on the ink first, which takes a few milliseconds; only
//! where something was found is it decoded.

mod code128;
mod code39;
mod qr;
mod stripes;
#[cfg(test)]
pub(crate) mod tests;

use crate::clean::Ready;
use crate::model::Quad;

/// The content of each code on a page, with its place in the reading frame.
///
/// Read are QR codes, Code 128 and Code 39, these two upright, on their heads and on
/// their sides. In the order of their places, top to bottom.
pub fn find(ready: &Ready) -> Vec<(String, Quad)> {
    let mut codes = qr::find(ready);
    codes.extend(stripes::find(&ready.ink, ready.dpi));
    let place = |code: &(String, Quad)| (code.1.bounds().top, code.1.bounds().left);
    codes.sort_by(|a, b| {
        let (a, b) = (place(a), place(b));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    codes
}
