//! The ID token of a provider of log-ins: who signed it, for whom, and whom it names.
//!
//! `OpenID` Connect Core 1.0, 3.1.3.7; tokens are signed texts after RFC 7515, keys are
//! written after RFC 7517 and 7518. Two ways of signing are known, each for its own kind of
//! key, so that nobody can have a public key taken for a shared secret.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Most bytes of a token. One with many groups has some 4 KiB.
const MAX_TOKEN: usize = 64 * 1024;
/// Most keys of a provider that are looked at; it shows two or three.
const MAX_KEYS: usize = 64;
/// Most letters of a subject (Core 1.0, 2) and of a name.
const MAX_NAME: usize = 255;
/// By how many seconds the clocks of an office may differ.
const LEEWAY: f64 = 60.0;

/// Why a token proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdTokenError {
    /// It is no signed token, or it asks for what is not known here.
    #[error("the token is not a signed ID token")]
    Form,
    /// The keys are not a list of keys.
    #[error("the provider's keys are not a JWK set")]
    Keys,
    /// It is signed in a way that is not accepted, or not at all.
    #[error("the token is signed by `{0}`, accepted are RS256 and ES256")]
    Algorithm(String),
    /// No key of the provider fits.
    #[error("the token is signed with a key that the provider does not show")]
    UnknownKey,
    /// The signature is wrong.
    #[error("the token's signature is wrong")]
    Signature,
    /// It is of another provider.
    #[error("the token is of another issuer")]
    Issuer,
    /// It is for another program.
    #[error("the token is for another client")]
    Audience,
    /// It is no longer good, or not yet.
    #[error("the token is out of date; compare the clocks of desk and provider")]
    Expired,
    /// It is of another log-in.
    #[error("the token belongs to another log-in")]
    Nonce,
    /// It does not say who somebody is.
    #[error("the token has no usable claim `{0}`")]
    Claim(String),
}

/// A key of the provider.
struct Key {
    id: Option<String>,
    parts: KeyParts,
}

enum KeyParts {
    /// Modulus and exponent, big-endian without leading zeros.
    Rsa { n: Vec<u8>, e: Vec<u8> },
    /// A point of P-256, uncompressed.
    P256(Vec<u8>),
}

/// The keys with which a provider signs now.
pub struct KeySet(Vec<Key>);

#[derive(Deserialize)]
struct WrittenKeys {
    keys: Vec<WrittenKey>,
}

#[derive(Deserialize)]
struct WrittenKey {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    used_for: Option<String>,
    alg: Option<String>,
    n: Option<String>,
    e: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// A large number as bytes; some providers write a zero before it.
fn number(text: Option<&String>) -> Option<Vec<u8>> {
    let bytes = decoded(text?)?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    Some(bytes.into_iter().skip(zeros).collect())
}

impl WrittenKey {
    /// The key, if it is one for signing that is known here.
    fn key(self) -> Option<Key> {
        if self.used_for.as_deref().is_some_and(|used_for| used_for != "sig") {
            return None;
        }
        let is_for = |known: &str| self.alg.as_deref().is_none_or(|alg| alg == known);
        let parts = match self.kty.as_str() {
            "RSA" if is_for("RS256") => {
                let (n, e) = (number(self.n.as_ref())?, number(self.e.as_ref())?);
                KeyParts::Rsa { n, e }
            }
            "EC" if is_for("ES256") && self.crv.as_deref() == Some("P-256") => {
                let (x, y) = (decoded(self.x.as_ref()?)?, decoded(self.y.as_ref()?)?);
                if (x.len(), y.len()) != (32, 32) {
                    return None;
                }
                KeyParts::P256([vec![4], x, y].concat())
            }
            _ => return None,
        };
        Some(Key { id: self.kid, parts })
    }
}

impl KeySet {
    /// The keys of a JWK set; those of other kinds are left out.
    ///
    /// # Errors
    ///
    /// [`IdTokenError::Keys`] if it is none.
    pub fn from_json(bytes: &[u8]) -> Result<Self, IdTokenError> {
        let written: WrittenKeys =
            serde_json::from_slice(bytes).map_err(|_| IdTokenError::Keys)?;
        let keys = written.keys.into_iter().take(MAX_KEYS);
        Ok(Self(keys.filter_map(WrittenKey::key).collect()))
    }

    /// Whether one of the keys that may have been used has signed `message`.
    fn check(
        &self,
        head: &Head,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), IdTokenError> {
        let fits = |key: &&Key| {
            let is_kind = match key.parts {
                KeyParts::Rsa { .. } => head.alg == "RS256",
                KeyParts::P256(_) => head.alg == "ES256",
            };
            is_kind && head.kid.as_ref().is_none_or(|id| key.id.as_ref() == Some(id))
        };
        let mut keys = self.0.iter().filter(fits).peekable();
        if keys.peek().is_none() {
            return Err(IdTokenError::UnknownKey);
        }
        let is_signed = keys.any(|key| match &key.parts {
            KeyParts::Rsa { n, e } => RsaPublicKeyComponents { n, e }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok(),
            KeyParts::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                    .verify(message, signature)
                    .is_ok()
            }
        });
        if is_signed { Ok(()) } else { Err(IdTokenError::Signature) }
    }
}

/// What a token says about itself.
#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: Option<String>,
    /// What must be understood to read it; nothing of it is.
    crit: Option<Value>,
}

/// What a token must be.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Who made it.
    pub issuer: &'a str,
    /// For whom.
    pub client: &'a str,
    /// For which log-in.
    pub nonce: &'a str,
    /// The claim that names the account.
    pub claim: &'a str,
    /// Milliseconds since 1970-01-01 UTC.
    pub now_ms: i64,
}

/// Whom a checked token names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Who says so.
    pub issuer: String,
    /// Who it is to the issuer, for good.
    pub subject: String,
    /// What the claim calls them, as written.
    pub name: String,
}

/// Reads a token and believes it only if everything about it is as expected.
///
/// # Errors
///
/// The first thing that is not.
pub fn read_id_token(
    token: &str,
    keys: &KeySet,
    expected: &Expected<'_>,
) -> Result<Claimed, IdTokenError> {
    if token.len() > MAX_TOKEN {
        return Err(IdTokenError::Form);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(IdTokenError::Form)?;
    let (head, body) = message.split_once('.').ok_or(IdTokenError::Form)?;
    let bytes = |part: &str| decoded(part).ok_or(IdTokenError::Form);
    let head: Head =
        serde_json::from_slice(&bytes(head)?).map_err(|_| IdTokenError::Form)?;
    if !matches!(head.alg.as_str(), "RS256" | "ES256") {
        return Err(IdTokenError::Algorithm(head.alg.chars().take(16).collect()));
    }
    if head.crit.is_some() {
        return Err(IdTokenError::Form);
    }
    keys.check(&head, message.as_bytes(), &bytes(signature)?)?;
    let claims: Map<String, Value> =
        serde_json::from_slice(&bytes(body)?).map_err(|_| IdTokenError::Form)?;
    believed(&claims, expected)
}

/// Whom the claims name, if they are meant for this desk, this log-in and this moment.
fn believed(
    claims: &Map<String, Value>,
    expected: &Expected<'_>,
) -> Result<Claimed, IdTokenError> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(expected.issuer) {
        return Err(IdTokenError::Issuer);
    }
    if !is_for(claims, expected.client) {
        return Err(IdTokenError::Audience);
    }
    let now = expected.now_ms as f64 / 1000.0;
    let moment = |name: &str| claims.get(name).map(Value::as_f64);
    // A moment that is there must be one; when it ends must be there.
    let has_begun = ["iat", "nbf"].iter().all(|name| match moment(name) {
        None => true,
        Some(from) => from.is_some_and(|from| from <= now + LEEWAY),
    });
    let has_ended = !moment("exp").flatten().is_some_and(|end| now < end + LEEWAY);
    if has_ended || !has_begun {
        return Err(IdTokenError::Expired);
    }
    if text("nonce") != Some(expected.nonce) {
        return Err(IdTokenError::Nonce);
    }
    let named = |name: &str| {
        let found = text(name).filter(|found| {
            (1..=MAX_NAME).contains(&found.chars().count())
                && !found.chars().any(char::is_control)
        });
        found.map(str::to_owned).ok_or_else(|| IdTokenError::Claim(name.to_owned()))
    };
    // Whoever may write any address into their own profile proves nothing by it.
    let is_unproved = claims.get("email_verified").is_some_and(|is| *is != true);
    if expected.claim == "email" && is_unproved {
        return Err(IdTokenError::Claim("email_verified".to_owned()));
    }
    Ok(Claimed {
        issuer: expected.issuer.to_owned(),
        subject: named("sub")?,
        name: named(expected.claim)?,
    })
}

/// Whether the token is for this client: among those it is for, and, if it says who asked
/// for it or it is for several, the one that asked.
fn is_for(claims: &Map<String, Value>, client: &str) -> bool {
    let (is_among, is_alone) = match claims.get("aud") {
        Some(Value::String(one)) => (one == client, true),
        Some(Value::Array(all)) => (all.iter().any(|one| one == client), all.len() == 1),
        _ => (false, false),
    };
    is_among
        && match claims.get("azp") {
            Some(asked) => asked == client,
            None => is_alone,
        }
}

#[cfg(test)]
mod tests;
