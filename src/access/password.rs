//! Passwords: what they must be, and how they are kept.

use std::sync::LazyLock;

use argon2::password_hash::{PasswordHash, SaltString};
use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version,
};

use super::token;

/// Least letters. QCVN 12:2026/BCA asks for 8 with four classes, OWASP ASVS 2.1.1 for 12.
const MIN_LETTERS: usize = 12;
/// Most letters: a whole sentence fits, and hashing a longer one would cost the desk time.
const MAX_LETTERS: usize = 128;
/// Memory of one hash in KiB, passes and lanes: the first choice of OWASP's list for
/// argon2id. Less memory makes guessing cheaper; more lets a few log-ins fill a small PC.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
/// What everybody tries first, folded; a password must not contain one of them.
const COMMON: [&str; 8] = [
    "password", "matkhau", "123456", "qwerty", "abc123", "admin123", "hotich", "vietnam",
];

/// Why a password cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// Too short.
    #[error("a password needs at least {MIN_LETTERS} letters")]
    Short,
    /// Too long.
    #[error("a password has at most {MAX_LETTERS} letters")]
    Long,
    /// One of the four classes is missing.
    #[error("a password needs small letters, capitals, digits and other signs")]
    Classes,
    /// It contains the name of the account or what everybody tries first.
    #[error("a password must not contain the name of the account or a common password")]
    Guessable,
    /// It could not be hashed.
    #[error("password could not be hashed")]
    Hash,
}

/// Whether the password of the account `name` keeps the rules.
///
/// # Errors
///
/// Which rule it breaks.
pub(super) fn check_rules(name: &str, password: &str) -> Result<(), PasswordError> {
    let letters = password.chars().count();
    if letters < MIN_LETTERS {
        return Err(PasswordError::Short);
    }
    if letters > MAX_LETTERS {
        return Err(PasswordError::Long);
    }
    let classes: [fn(char) -> bool; 4] =
        [char::is_lowercase, char::is_uppercase, char::is_numeric, |letter| {
            !letter.is_alphanumeric()
        }];
    if !classes.iter().all(|is_of| password.chars().any(is_of)) {
        return Err(PasswordError::Classes);
    }
    let folded = crate::model::fold(password);
    let name = crate::model::fold(name);
    let is_guessable = COMMON.iter().any(|common| folded.contains(common))
        || (name.chars().count() > 2 && folded.contains(&name));
    if is_guessable { Err(PasswordError::Guessable) } else { Ok(()) }
}

fn hasher() -> Option<Argon2<'static>> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// What is kept of a password: an argon2id string with its own salt.
///
/// # Errors
///
/// [`PasswordError::Hash`] if the system gives no random bytes.
pub(super) fn hashed(password: &str) -> Result<String, PasswordError> {
    let salt = token::random::<16>().map_err(|_| PasswordError::Hash)?;
    let salt = SaltString::encode_b64(&salt).map_err(|_| PasswordError::Hash)?;
    let hasher = hasher().ok_or(PasswordError::Hash)?;
    let hash = hasher
        .hash_password(password.as_bytes(), &salt)
        .map_err(|_| PasswordError::Hash)?;
    Ok(hash.to_string())
}

/// Whether `password` is the one that `kept` was made from. Takes as long where it is not.
pub(super) fn is_right(password: &str, kept: &str) -> bool {
    if password.chars().count() > MAX_LETTERS {
        return false;
    }
    let (Some(hasher), Ok(hash)) = (hasher(), PasswordHash::new(kept)) else {
        return false;
    };
    hasher.verify_password(password.as_bytes(), &hash).is_ok()
}

/// A hash that no password fits.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hashed("nobody has this password").unwrap_or_default());

/// Takes as long as [`is_right`]: whether an account exists cannot be told by the clock.
pub(super) fn pretend(password: &str) {
    is_right(password, &NOBODY);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_breaks_or_keeps_each_rule() {
        for (password, expected) in [
            ("Ngắn-1", Err(PasswordError::Short)),
            ("chỉ-chữ-thường-và-1", Err(PasswordError::Classes)),
            ("KhongCoDauHieu12", Err(PasswordError::Classes)),
            ("Matkhau-so-2026", Err(PasswordError::Guessable)),
            ("Của-Lan.Anh-27-mùa", Err(PasswordError::Guessable)),
            ("Bảy con trâu + 3 Nghé", Ok(())),
        ] {
            assert_eq!(check_rules("lan.anh", password), expected, "{password}");
        }
        assert_eq!(check_rules("a", &"aB1-".repeat(40)), Err(PasswordError::Long));
    }

    #[test]
    fn only_the_same_password_fits_and_the_same_password_is_kept_differently_each_time() {
        let kept = hashed("Bảy con trâu + 3 Nghé").expect("a hash");
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(is_right("Bảy con trâu + 3 Nghé", &kept));
        assert!(!is_right("Bảy con trâu + 3 nghé", &kept));
        assert!(!is_right("", "") && !is_right("x", "not a hash"));
        assert_ne!(hashed("Bảy con trâu + 3 Nghé").expect("a hash"), kept);
    }
}
