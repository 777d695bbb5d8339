//! Keys and tokens of a provider of log-ins that lives in tests.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RsaKeyPair, RsaPublicKeyComponents,
};
use serde_json::{Value, json};

/// Making an RSA key takes a library that is not worth it: this one is for tests alone.
const RSA: &[u8] = include_bytes!("id_token/rsa-for-tests.der");

/// A key with which tokens are signed.
pub(crate) enum SigningKey {
    Es256(Box<EcdsaKeyPair>),
    Rs256(Box<RsaKeyPair>),
}

pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl SigningKey {
    /// A new key of P-256.
    pub(crate) fn made() -> Self {
        let (way, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let document = EcdsaKeyPair::generate_pkcs8(way, &random).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(way, document.as_ref(), &random);
        Self::Es256(Box::new(key.expect("the key")))
    }

    /// The RSA key of these tests.
    pub(crate) fn rsa() -> Self {
        Self::Rs256(Box::new(RsaKeyPair::from_pkcs8(RSA).expect("the key")))
    }

    /// How it signs.
    pub(crate) fn way(&self) -> &'static str {
        match self {
            Self::Es256(_) => "ES256",
            Self::Rs256(_) => "RS256",
        }
    }

    /// The public part, under a name.
    pub(crate) fn shown(&self, id: &str) -> Value {
        match self {
            Self::Es256(key) => {
                let point = key.public_key().as_ref();
                json!({
                    "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": id,
                    "x": base64url(&point[1..33]), "y": base64url(&point[33..]),
                })
            }
            Self::Rs256(key) => {
                let parts = RsaPublicKeyComponents::<Vec<u8>>::from(key.public());
                json!({
                    "kty": "RSA", "use": "sig", "kid": id,
                    "n": base64url(&parts.n), "e": base64url(&parts.e),
                })
            }
        }
    }

    /// The signature of a message.
    pub(crate) fn signed(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Es256(key) => {
                key.sign(&random, message).expect("a signature").as_ref().to_vec()
            }
            Self::Rs256(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .expect("a signature");
                signature
            }
        }
    }

    /// A token with these claims, signed under a name.
    pub(crate) fn token(&self, id: &str, claims: &Value) -> String {
        self.token_with(&json!({ "alg": self.way(), "kid": id }), claims)
    }

    /// A token with this head, signed whatever it says.
    pub(crate) fn token_with(&self, head: &Value, claims: &Value) -> String {
        let part = |value: &Value| base64url(value.to_string().as_bytes());
        let message = format!("{}.{}", part(head), part(claims));
        let signature = base64url(&self.signed(message.as_bytes()));
        format!("{message}.{signature}")
    }
}
