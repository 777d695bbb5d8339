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
        blake3::hash(sent.as_bytes()) == blake3::hash(self.form_key().as_bytes())
    }
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
