//! The part `[oidc]` of `sohoa.toml`: the office's own provider of log-ins.

use std::path::PathBuf;

use serde::Deserialize;

/// Where Debian keeps the authorities that the machine trusts.
const SYSTEM_CA: &str = "/etc/ssl/certs/ca-certificates.crt";
/// Most letters of the provider's name on the button.
const MAX_NAME: usize = 60;
/// Most bytes of an address or a claim.
const MAX_TEXT: usize = 300;

/// Why the part cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OidcConfigError {
    /// An address over which a password or a token could be read.
    #[error(
        "`oidc.{key}` is `{found}`, expected https://… (http:// only for this machine)"
    )]
    Address {
        /// The key.
        key: &'static str,
        /// As written.
        found: String,
    },
    /// A text that is missing or too long.
    #[error("`oidc.{key}` has {found} letters, expected 1 to {most}")]
    Length {
        /// The key.
        key: &'static str,
        /// Letters as written.
        found: usize,
        /// Most letters.
        most: usize,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenOidc {
    issuer: String,
    client: String,
    #[serde(default)]
    secret_file: Option<PathBuf>,
    #[serde(default = "claim")]
    claim: String,
    name: String,
    desk: String,
    #[serde(default = "ca_file")]
    ca_file: PathBuf,
    #[serde(default = "ask_again")]
    ask_again: bool,
}

/// What Keycloak, Entra and most others call the name that people type.
fn claim() -> String {
    "preferred_username".to_owned()
}

fn ca_file() -> PathBuf {
    SYSTEM_CA.into()
}

/// Several people use one PC: whoever comes next must not come in as the one before.
fn ask_again() -> bool {
    true
}

/// A provider of log-ins (`OpenID` Connect) on the office's network, and what it knows this
/// desk as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcConfig {
    /// The provider, exactly as its tokens name it.
    pub issuer: String,
    /// What the provider calls this desk.
    pub client: String,
    /// File whose first line is the secret that desk and provider share.
    pub secret_file: Option<PathBuf>,
    /// The claim of a token that names the account.
    pub claim: String,
    /// What people call the provider.
    pub name: String,
    /// Where browsers find this desk, without a `/` at the end.
    pub desk: String,
    /// Authorities that vouch for the provider (PEM).
    pub ca_file: PathBuf,
    /// Whether the provider asks for the password at every log-in.
    pub ask_again: bool,
}

impl OidcConfig {
    pub(super) fn checked(written: WrittenOidc) -> Result<Self, OidcConfigError> {
        for (key, found) in [("issuer", &written.issuer), ("desk", &written.desk)] {
            if !is_guarded_address(found) || found.contains('?') {
                return Err(OidcConfigError::Address { key, found: found.clone() });
            }
        }
        for (key, text, most) in [
            ("client", &written.client, MAX_TEXT),
            ("claim", &written.claim, MAX_TEXT),
            ("name", &written.name, MAX_NAME),
        ] {
            let found = text.trim().chars().count();
            if !(1..=most).contains(&found) {
                return Err(OidcConfigError::Length { key, found, most });
            }
        }
        Ok(Self {
            issuer: written.issuer,
            client: written.client,
            secret_file: written.secret_file,
            claim: written.claim,
            name: written.name.trim().to_owned(),
            desk: written.desk.trim_end_matches('/').to_owned(),
            ca_file: written.ca_file,
            ask_again: written.ask_again,
        })
    }
}

/// Whether nobody on the way can read what is sent to the address: `https`, or this machine.
pub fn is_guarded_address(address: &str) -> bool {
    let is_plain = address.len() <= MAX_TEXT
        && address.bytes().all(|byte| byte.is_ascii_graphic())
        && !address.contains(['#', '@', '\\']);
    let host =
        |rest: &str| rest.split(['/', '?']).next().is_some_and(|host| !host.is_empty());
    is_plain
        && match address.split_once("://") {
            Some(("https", rest)) => host(rest),
            Some(("http", rest)) => is_this_machine(rest),
            _ => false,
        }
}

/// Whether an address without its scheme leads to this machine.
fn is_this_machine(rest: &str) -> bool {
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, _)) => host,
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost"
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> Result<OidcConfig, String> {
        let written = toml::from_str(text).map_err(|error| error.to_string())?;
        OidcConfig::checked(written).map_err(|error| error.to_string())
    }

    const WHOLE: &str = r#"
        issuer = "https://id.example/realms/tinh"
        client = "sohoa"
        name = "Cổng của tỉnh"
        desk = "https://luu-tru.example/"
    "#;

    #[test]
    fn what_is_left_out_has_the_safe_value() {
        let config = checked(WHOLE).unwrap();
        assert_eq!(config.desk, "https://luu-tru.example");
        assert_eq!(config.claim, "preferred_username");
        assert!(config.ask_again && config.secret_file.is_none());
    }

    #[test]
    fn a_secret_in_the_file_itself_and_unknown_keys_are_refused() {
        let error = checked(&format!("{WHOLE}\nsecret = \"x\"")).unwrap_err();
        assert!(error.contains("secret"), "{error}");
        for (of, to, key) in [
            ("https://id.example", "http://id.example", "oidc.issuer"),
            ("https://luu-tru.example/", "luu-tru.example", "oidc.desk"),
            ("\"sohoa\"", "\" \"", "oidc.client"),
        ] {
            let error = checked(&WHOLE.replace(of, to)).unwrap_err();
            assert!(error.contains(key), "{error}");
        }
    }

    #[test]
    fn an_address_in_the_clear_must_be_of_this_machine() {
        for (address, expected) in [
            ("https://id.example/realms/a", true),
            ("https://id.example:8443/a?b=c", true),
            ("http://localhost:8080", true),
            ("http://127.0.0.1:1/x", true),
            ("http://[::1]:1/x", true),
            ("http://id.example", false),
            ("http://localhost.evil.example", false),
            ("http://127.0.0.1@evil.example", false),
            ("https://", false),
            ("https:///x", false),
            ("ftp://localhost", false),
            ("https://a b", false),
            ("", false),
        ] {
            assert_eq!(is_guarded_address(address), expected, "{address}");
        }
    }
}
