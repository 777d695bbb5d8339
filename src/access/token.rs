//! Names that nobody can guess.

/// The system gives no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random bytes")]
pub struct TokenError;

/// `N` random bytes.
pub(super) fn random<const N: usize>() -> Result<[u8; N], TokenError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| TokenError)?;
    Ok(bytes)
}

/// What a browser holds to prove who it is: 64 hexadecimal digits, 256 random bits. The
/// catalog keeps only its hash, so that a stolen backup opens no session.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A new one.
    ///
    /// # Errors
    ///
    /// If the system gives no random bytes.
    pub fn new() -> Result<Self, TokenError> {
        Ok(Self(blake3::Hash::from_bytes(random()?).to_hex().to_string()))
    }

    /// The token that a browser sent; `None` if it is none.
    pub fn from_text(text: &str) -> Option<Self> {
        let is_one = text.len() == 64
            && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_one.then(|| Self(text.to_owned()))
    }

    /// As the browser holds it.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// As the catalog keeps it.
    pub fn kept(&self) -> String {
        derived("sohoa 2026 session", &self.0)
    }

    /// What forms of the session carry, so that no other site can send one.
    pub fn form_key(&self) -> String {
        derived("sohoa 2026 form", &self.0)
    }

    /// Whether `sent` is the key of this session's forms; the time taken tells nothing.
    pub fn fits(&self, sent: &str) -> bool {
        is_equal(sent, &self.form_key())
    }

    /// What the provider of log-ins sends back with the browser that holds this (`state`).
    pub fn provider_state(&self) -> String {
        derived("sohoa 2026 provider state", &self.0)
    }

    /// What the provider's token must hold, so that it is for this log-in alone (`nonce`).
    pub fn provider_nonce(&self) -> String {
        derived("sohoa 2026 provider nonce", &self.0)
    }

    /// What proves to the provider that whoever fetches the token began the log-in
    /// (`code_verifier` of RFC 7636, 64 letters).
    pub fn provider_verifier(&self) -> String {
        derived("sohoa 2026 provider verifier", &self.0)
    }

    /// Whether `sent` is what the provider was given to send back.
    pub fn fits_provider_state(&self, sent: &str) -> bool {
        is_equal(sent, &self.provider_state())
    }
}

/// Whether two secrets are the same; the time taken tells nothing.
fn is_equal(a: &str, b: &str) -> bool {
    blake3::hash(a.as_bytes()) == blake3::hash(b.as_bytes())
}

/// As the catalog keeps who the provider says somebody is.
pub(super) fn kept_subject(issuer: &str, subject: &str) -> String {
    derived("sohoa 2026 provider subject", &format!("{issuer}\n{subject}"))
}

/// A key for one use, derived from `secret`, as hexadecimal digits.
fn derived(used_for: &str, secret: &str) -> String {
    let key = blake3::derive_key(used_for, secret.as_bytes());
    blake3::Hash::from_bytes(key).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_and_what_forms_carry_do_not_lead_back_to_the_token() {
        let token = Token::new().expect("a token");
        assert_eq!(
            Token::from_text(token.text()).map(|again| again.kept()),
            Some(token.kept())
        );
        let three = [token.text().to_owned(), token.kept(), token.form_key()];
        assert!(three[0] != three[1] && three[1] != three[2] && three[0] != three[2]);
        assert!(token.fits(&three[2]) && !token.fits(&three[1]) && !token.fits(""));
        assert_ne!(Token::new().expect("a token").text(), token.text());
    }

    #[test]
    fn what_is_no_token_is_none() {
        for text in ["", "x", &"g".repeat(64), &"A".repeat(64), &"a".repeat(65)] {
            assert!(Token::from_text(text).is_none(), "{text}");
        }
    }
}
