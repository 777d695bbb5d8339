//! The office's own provider of log-ins (`OpenID` Connect), where `sohoa.toml` names one.
//!
//! ```text
//! /login/provider ─▶ provider: password, second factor ─▶ /login/provider/back ─▶ token ─▶ session
//! ```
//!
//! The authorization code flow with PKCE (RFC 7636): what the browser carries is a code that
//! only this desk can change for a token. State, nonce and verifier are derived from a random
//! token that the browser holds in a cookie; a log-in comes back once.

mod begun;
mod call;

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::super::view::address;
use super::pace::Pace;
use crate::access::{
    Claimed, Expected, IdTokenError, KeySet, Token, TokenError, read_id_token,
};
use crate::config::oidc::{OidcConfig, is_guarded_address};

use begun::Begun;
pub(super) use begun::GOOD_FOR_SECONDS;
use call::{CallError, Caller};

/// Where the provider sends browsers back to; to be entered there.
pub(super) const BACK: &str = "/login/provider/back";
/// Addresses and keys of the provider are asked for again after so long.
const KNOWN_MS: i64 = 60 * 60 * 1000;
/// A provider that could not be reached is left alone for so long: whoever clicks meanwhile
/// is told at once.
const LEFT_ALONE_MS: i64 = 5 * 1000;
/// So long after that the page of the log-in says so too.
const SAID_MS: i64 = 60 * 1000;

/// Why the provider cannot be used at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// A file that `[oidc]` names.
    #[error("`{}` of `[oidc]` cannot be read", path.display())]
    File {
        /// The file.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Nothing proves to the provider that this desk asks.
    #[error(
        "the secret of `[oidc]` is missing: `secret_file`, or the variable SOHOA_OIDC_SECRET"
    )]
    NoSecret,
    /// No authority could vouch for the provider.
    #[error("`{}` of `[oidc]` holds no certificate", .0.display())]
    NoAuthority(std::path::PathBuf),
    /// TLS cannot be set up.
    #[error("TLS to the provider cannot be set up")]
    Tls(#[from] tokio_rustls::rustls::Error),
}

/// Why a log-in by the provider did not come about.
#[derive(Debug, thiserror::Error)]
pub(super) enum LogInError {
    /// The provider cannot be asked.
    #[error("the provider of log-ins cannot be reached")]
    Unreachable(#[source] CallError),
    /// It could not be asked a moment ago.
    #[error("the provider of log-ins could not be reached a moment ago")]
    LeftAlone,
    /// What it says about itself is not what this desk can work with.
    #[error("the provider's {0}")]
    Unfit(&'static str),
    /// The log-in was not begun in this browser, has come back before, or took too long.
    #[error("the log-in was not begun here")]
    NotBegun,
    /// The provider let nobody in; it says why in a word.
    #[error("the provider let nobody in: {0}")]
    NotLetIn(String),
    /// The code was not accepted.
    #[error("the provider gave no token for the code")]
    NoToken(#[source] CallError),
    /// The token proves nothing.
    #[error(transparent)]
    Token(#[from] IdTokenError),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] TokenError),
}

/// What the provider says about itself (`OpenID` Connect Discovery 1.0, 3).
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

/// What is known of the provider.
struct Known {
    metadata: Metadata,
    keys: KeySet,
    since_ms: i64,
}

#[derive(Default)]
struct Remembered {
    known: Option<Arc<Known>>,
    /// When it last could not be reached; 0 if it could.
    failed_ms: i64,
}

/// The provider, with what the desk knows of it.
pub struct Provider {
    config: OidcConfig,
    secret: String,
    caller: Caller,
    remembered: Mutex<Remembered>,
    /// Held by whoever asks the provider about itself: one asks for all.
    asking: tokio::sync::Mutex<()>,
    begun: Begun,
    pub(super) log_ins: Pace,
}

/// The first line of a text.
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim().to_owned()
}

impl Provider {
    /// The provider that the settings name. Nothing is called yet: a desk starts whether it
    /// can be reached or not. `secret` comes before that of the settings' file.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or there is no secret or no authority.
    pub fn new(
        config: OidcConfig,
        secret: Option<String>,
    ) -> Result<Self, ProviderError> {
        let read = |path: &std::path::Path| {
            std::fs::read(path)
                .map_err(|source| ProviderError::File { path: path.to_owned(), source })
        };
        let secret = match (secret, &config.secret_file) {
            (Some(secret), _) => first_line(&secret),
            (None, Some(path)) => first_line(&String::from_utf8_lossy(&read(path)?)),
            (None, None) => String::new(),
        };
        if secret.is_empty() {
            return Err(ProviderError::NoSecret);
        }
        let is_tls = config.issuer.starts_with("https://");
        let authorities = if is_tls { read(&config.ca_file)? } else { Vec::new() };
        let (caller, num_authorities) = Caller::new(&authorities)?;
        if is_tls && num_authorities == 0 {
            return Err(ProviderError::NoAuthority(config.ca_file));
        }
        Ok(Self {
            config,
            secret,
            caller,
            remembered: Mutex::default(),
            asking: tokio::sync::Mutex::default(),
            begun: Begun::default(),
            log_ins: Pace::of_log_ins(),
        })
    }

    /// What people call it.
    pub(in super::super) fn name(&self) -> &str {
        &self.config.name
    }

    /// Whether it could not be reached lately.
    pub(in super::super) fn is_down(&self, now_ms: i64) -> bool {
        self.failed_within(SAID_MS, now_ms)
    }

    fn failed_within(&self, window_ms: i64, now_ms: i64) -> bool {
        let remembered = self.remembered();
        let since = now_ms.saturating_sub(remembered.failed_ms);
        remembered.failed_ms > 0 && (0..window_ms).contains(&since)
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a log-in of somebody who wants to go to `next`: what their browser is to hold,
    /// and where it is sent.
    pub(super) async fn begin(
        &self,
        next: &str,
        now_ms: i64,
    ) -> Result<(Token, String), LogInError> {
        let known = self.known(now_ms).await?;
        let browser = Token::new()?;
        let (state, nonce) = (browser.provider_state(), browser.provider_nonce());
        let digest = Sha256::digest(browser.provider_verifier());
        let challenge = URL_SAFE_NO_PAD.encode(digest);
        let again = if self.config.ask_again { "login" } else { "" };
        let question = address(
            "",
            &[
                ("response_type", "code"),
                ("response_mode", "query"),
                ("scope", "openid profile email"),
                ("client_id", &self.config.client),
                ("redirect_uri", &self.back()),
                ("state", &state),
                ("nonce", &nonce),
                ("code_challenge", &challenge),
                ("code_challenge_method", "S256"),
                ("prompt", again),
            ],
        );
        let front = &known.metadata.authorization_endpoint;
        // The endpoint may have parameters of its own.
        let address = if front.contains('?') {
            format!("{front}&{}", question.trim_start_matches('?'))
        } else {
            format!("{front}{question}")
        };
        self.begun.keep(&browser, next.to_owned(), now_ms);
        Ok((browser, address))
    }

    fn back(&self) -> String {
        format!("{}{BACK}", self.config.desk)
    }

    /// Who has come back, with where they wanted to go. `asked` tells the parameters of the
    /// address that the provider sent the browser to.
    pub(super) async fn finish(
        &self,
        browser: Option<Token>,
        asked: impl Fn(&str) -> String,
        now_ms: i64,
    ) -> Result<(Claimed, String), LogInError> {
        let browser = browser
            .filter(|browser| browser.fits_provider_state(&asked("state")))
            .ok_or(LogInError::NotBegun)?;
        let next = self.begun.take(&browser, now_ms).ok_or(LogInError::NotBegun)?;
        let issuer = asked("iss");
        if !issuer.is_empty() && issuer != self.config.issuer {
            // Another provider has sent the browser here (RFC 9207).
            return Err(IdTokenError::Issuer.into());
        }
        let (code, error) = (asked("code"), asked("error"));
        if code.is_empty() || !error.is_empty() {
            let is_word = |letter: &char| letter.is_ascii_lowercase() || *letter == '_';
            let word = error.chars().filter(is_word).take(40).collect();
            return Err(LogInError::NotLetIn(word));
        }
        let known = self.known(now_ms).await?;
        let token = self.token(&known.metadata, &browser, &code).await?;
        let nonce = browser.provider_nonce();
        let expected = Expected {
            issuer: &self.config.issuer,
            client: &self.config.client,
            nonce: &nonce,
            claim: &self.config.claim,
            now_ms,
        };
        let claimed = match read_id_token(&token, &known.keys, &expected) {
            // The provider has changed its keys since they were asked for.
            Err(IdTokenError::UnknownKey) => {
                let known = self.asked_again(known.since_ms, now_ms).await?;
                read_id_token(&token, &known.keys, &expected)?
            }
            found => found?,
        };
        Ok((claimed, next))
    }

    /// The ID token that the provider gives for a code.
    async fn token(
        &self,
        metadata: &Metadata,
        browser: &Token,
        code: &str,
    ) -> Result<String, LogInError> {
        #[derive(Deserialize)]
        struct Answer {
            id_token: String,
        }
        let methods = &metadata.token_endpoint_auth_methods_supported;
        let takes = |method: &str| methods.iter().any(|known| known == method);
        // Basic is what every provider takes that says nothing else.
        let is_in_form = takes("client_secret_post") && !takes("client_secret_basic");
        let (back, verifier) = (self.back(), browser.provider_verifier());
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &back),
            ("code_verifier", &verifier),
        ];
        if is_in_form {
            form.push(("client_id", &self.config.client));
            form.push(("client_secret", &self.secret));
        }
        let form = address("", &form).trim_start_matches('?').to_owned();
        let proof = self.proof();
        let proof = (!is_in_form).then_some(proof.as_str());
        let answer = self.caller.post(&metadata.token_endpoint, proof, form).await;
        let answer = answer.map_err(|error| {
            if error.is_refusal() {
                LogInError::NoToken(error)
            } else {
                LogInError::Unreachable(error)
            }
        })?;
        let answer: Answer = serde_json::from_slice(&answer)
            .map_err(|_| LogInError::Unfit("answer holds no ID token"))?;
        Ok(answer.id_token)
    }

    /// What tells the provider that this desk asks (RFC 6749, 2.3.1).
    fn proof(&self) -> String {
        let part = |text: &str| address("", &[("", text)]).replacen("?=", "", 1);
        let pair = format!("{}:{}", part(&self.config.client), part(&self.secret));
        format!("Basic {}", STANDARD.encode(pair))
    }

    /// What is known of the provider, asked for if need be.
    async fn known(&self, now_ms: i64) -> Result<Arc<Known>, LogInError> {
        let is_fresh = |known: &Arc<Known>| {
            (0..KNOWN_MS).contains(&now_ms.saturating_sub(known.since_ms))
        };
        let found = self.remembered().known.clone().filter(is_fresh);
        match found {
            Some(known) => Ok(known),
            None => self.asked_again(now_ms.saturating_sub(KNOWN_MS), now_ms).await,
        }
    }

    /// What the provider says about itself after `after_ms`: asked now, unless somebody else
    /// has asked while this one waited.
    async fn asked_again(
        &self,
        after_ms: i64,
        now_ms: i64,
    ) -> Result<Arc<Known>, LogInError> {
        let _turn = self.asking.lock().await;
        let newer = self.remembered().known.clone();
        if let Some(known) = newer.filter(|known| known.since_ms > after_ms) {
            return Ok(known);
        }
        if self.failed_within(LEFT_ALONE_MS, now_ms) {
            return Err(LogInError::LeftAlone);
        }
        let found = self.ask(now_ms).await.map(Arc::new);
        let mut remembered = self.remembered();
        match &found {
            Ok(known) => {
                *remembered = Remembered { known: Some(Arc::clone(known)), failed_ms: 0 };
            }
            Err(_) => remembered.failed_ms = now_ms,
        }
        found
    }

    async fn ask(&self, now_ms: i64) -> Result<Known, LogInError> {
        let issuer = self.config.issuer.trim_end_matches('/');
        let place = format!("{issuer}/.well-known/openid-configuration");
        let answer = self.caller.get(&place).await.map_err(LogInError::Unreachable)?;
        let metadata: Metadata = serde_json::from_slice(&answer)
            .map_err(|_| LogInError::Unfit("description of itself cannot be read"))?;
        if metadata.issuer != self.config.issuer {
            return Err(LogInError::Unfit("name is not `oidc.issuer`, letter by letter"));
        }
        let addresses = [
            &metadata.authorization_endpoint,
            &metadata.token_endpoint,
            &metadata.jwks_uri,
        ];
        if !addresses.into_iter().all(|address| is_guarded_address(address)) {
            return Err(LogInError::Unfit("addresses are not all https"));
        }
        let keys = self.caller.get(&metadata.jwks_uri).await;
        let keys = KeySet::from_json(&keys.map_err(LogInError::Unreachable)?)?;
        Ok(Known { metadata, keys, since_ms: now_ms })
    }
}
