//! The key of an archive's trail: signs what is exported, and hides who was searched for.

use std::io::Write;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::account::AccountError;
use super::token::random;
use crate::catalog::Catalog;
use crate::catalog::CatalogError;
use crate::model::hex;

/// Letters of a digest of a query: enough that two queries of one archive never share one
/// by chance.
const QUERY_DIGITS: usize = 16;

/// The archive's key, 64 hexadecimal digits; made when it is first asked for.
///
/// # Errors
///
/// If the catalog fails or the system gives no random bytes.
pub fn trail_key(catalog: &Catalog) -> Result<String, AccountError> {
    Ok(catalog.trail_key(&hex(&random::<32>()?))?)
}

/// What stands in the trail for a query: the same for the same words, accents or not, and
/// without the key nothing can be read off it.
pub fn query_digest(key: &str, query: &str) -> String {
    let words = crate::model::fold(query);
    let words: Vec<&str> = words.split_whitespace().collect();
    let mut signer = Signer::new(key);
    signer.add(words.join(" ").as_bytes());
    signer.end().chars().take(QUERY_DIGITS).collect()
}

/// HMAC-SHA-256 over what is exported, as `openssl dgst -sha256 -hmac KEY` makes it.
pub(super) struct Signer(Option<Hmac<Sha256>>);

impl Signer {
    /// Signs with the key as it is written.
    pub(super) fn new(key: &str) -> Self {
        // A key of any length is one; the error cannot come.
        Self(Hmac::new_from_slice(key.as_bytes()).ok())
    }

    /// Goes on with these bytes.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        if let Some(mac) = &mut self.0 {
            mac.update(bytes);
        }
    }

    /// The signature, 64 hexadecimal digits.
    pub(super) fn end(self) -> String {
        self.0.map(|mac| hex(&mac.finalize().into_bytes())).unwrap_or_default()
    }
}

/// Why an export of the trail broke off.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrailError {
    /// The catalog.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The key.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The target could not be written.
    #[error("audit trail could not be written")]
    Write(#[from] std::io::Error),
    /// An entry could not be written as JSON.
    #[error("audit trail could not be written as JSON")]
    Json(#[from] serde_json::Error),
}

/// Writes the trail as JSON Lines, oldest first; the last line is the signature over all
/// lines before it, with their line feeds.
///
/// # Errors
///
/// If the catalog cannot be read or `out` not be written.
pub fn write_trail(catalog: &Catalog, out: &mut dyn Write) -> Result<(), TrailError> {
    let mut signer = Signer::new(&trail_key(catalog)?);
    catalog.each_audit_entry::<TrailError>(|entry| {
        let mut line = serde_json::to_vec(&entry)?;
        line.push(b'\n');
        signer.add(&line);
        Ok(out.write_all(&line)?)
    })?;
    let end = serde_json::json!({ "hmac_sha256": signer.end() });
    Ok(writeln!(out, "{end}")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_of_rfc_4231() {
        let mut signer = Signer::new("Jefe");
        signer.add(b"what do ya want ");
        signer.add(b"for nothing?");
        assert_eq!(
            signer.end(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn a_query_is_recognised_by_its_words_and_only_with_the_key() {
        let digest = query_digest("k", "Nguyễn  Văn An");
        assert_eq!(digest, query_digest("k", "nguyen van an"));
        assert_ne!(digest, query_digest("k", "nguyen van a"));
        assert_ne!(digest, query_digest("another", "nguyen van an"));
        assert_eq!(digest.len(), QUERY_DIGITS);
    }

    #[test]
    fn an_export_ends_with_the_signature_over_what_is_before_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let catalog = Catalog::create_or_open(folder.path()).expect("a catalog");
        for _ in 0..3 {
            catalog.note(&crate::catalog::AuditEntry::default()).expect("noted");
        }
        let mut out = Vec::new();
        write_trail(&catalog, &mut out).expect("written");
        let text = String::from_utf8(out).expect("text");
        let (before, end) = text.trim_end().rsplit_once('\n').expect("lines");
        assert_eq!(before.lines().count(), 3);
        let mut signer = Signer::new(&trail_key(&catalog).expect("a key"));
        signer.add(before.as_bytes());
        signer.add(b"\n");
        assert_eq!(end, format!("{{\"hmac_sha256\":\"{}\"}}", signer.end()));
    }

    #[test]
    fn an_archive_has_one_key_for_good() {
        let folder = tempfile::tempdir().expect("a folder");
        let catalog = Catalog::create_or_open(folder.path()).expect("a catalog");
        let key = trail_key(&catalog).expect("a key");
        assert_eq!((key.len(), trail_key(&catalog).expect("a key")), (64, key));
    }
}
