//! What a form sent.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::super::error::Failure;
use crate::model::nfc;

/// Most bytes of a form. The longest, an account with its scope, has a few hundred.
pub(super) const MAX_BYTES: usize = 32 * 1024;

/// The fields of a form, in order. The door has read it and checked that it comes from a
/// page of this desk.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Form(pub(super) Vec<(String, String)>);

impl Form {
    /// A field as sent; empty if it is not there. Passwords keep their spaces.
    pub(in super::super) fn raw(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// A field composed and without spaces at its ends; empty if it is not there.
    pub(in super::super) fn get(&self, name: &str) -> String {
        nfc(self.raw(name)).trim().to_owned()
    }

    /// Every value of a field that may be sent several times, joined by spaces.
    pub(in super::super) fn all(&self, name: &str) -> String {
        let of_name = self.0.iter().filter(|(known, _)| known == name);
        of_name.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" ")
    }
}

impl<S: Sync> FromRequestParts<S> for Form {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        // Without the door nothing was checked, so nothing is taken.
        parts.extensions.get::<Self>().cloned().ok_or(Failure::Forbidden)
    }
}
