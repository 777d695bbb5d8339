use serde_json::json;

use super::super::signing::{SigningKey, base64url};
use super::*;

const NOW_MS: i64 = 1_800_000_000_000;

fn expected() -> Expected<'static> {
    Expected {
        issuer: "https://id.example",
        client: "sohoa",
        nonce: "once",
        claim: "preferred_username",
        now_ms: NOW_MS,
    }
}

fn claims() -> Value {
    json!({
        "iss": "https://id.example", "aud": "sohoa", "sub": "42", "nonce": "once",
        "iat": NOW_MS / 1000 - 1, "exp": NOW_MS / 1000 + 300,
        "preferred_username": "lan@id.example",
    })
}

/// The claims with others in place of some; `null` takes one away.
fn but(others: &Value) -> Value {
    let mut claims = claims();
    for (name, value) in others.as_object().expect("claims") {
        if value.is_null() {
            claims.as_object_mut().expect("claims").remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

fn keys(shown: &[Value]) -> KeySet {
    KeySet::from_json(json!({ "keys": shown }).to_string().as_bytes()).expect("keys")
}

#[test]
fn a_token_of_either_kind_of_key_names_its_person() {
    for key in [SigningKey::made(), SigningKey::rsa()] {
        let other = SigningKey::made().shown("other");
        let keys = keys(&[other, key.shown("k1")]);
        let token = key.token("k1", &claims());
        let claimed = read_id_token(&token, &keys, &expected()).expect("believed");
        assert_eq!((claimed.subject.as_str(), &*claimed.name), ("42", "lan@id.example"));
        let unnamed = key.token_with(&json!({ "alg": key.way() }), &claims());
        read_id_token(&unnamed, &keys, &expected()).expect("believed without a key's id");
    }
}

#[test]
fn each_claim_that_is_not_as_expected_is_a_reason_to_refuse() {
    let key = SigningKey::made();
    let keys = keys(&[key.shown("k1")]);
    let second = NOW_MS / 1000;
    let claim = |name: &str| IdTokenError::Claim(name.to_owned());
    for (others, reason) in [
        (json!({ "iss": "https://id.example/" }), IdTokenError::Issuer),
        (json!({ "iss": null }), IdTokenError::Issuer),
        (json!({ "aud": "other" }), IdTokenError::Audience),
        (json!({ "aud": null }), IdTokenError::Audience),
        (json!({ "aud": ["other"] }), IdTokenError::Audience),
        (json!({ "aud": ["other", "sohoa"] }), IdTokenError::Audience),
        (json!({ "azp": "other" }), IdTokenError::Audience),
        (json!({ "exp": second - 61 }), IdTokenError::Expired),
        (json!({ "exp": null }), IdTokenError::Expired),
        (json!({ "exp": "4102444800" }), IdTokenError::Expired),
        (json!({ "iat": second + 120 }), IdTokenError::Expired),
        (json!({ "nbf": second + 120 }), IdTokenError::Expired),
        (json!({ "nbf": "now" }), IdTokenError::Expired),
        (json!({ "nonce": "twice" }), IdTokenError::Nonce),
        (json!({ "nonce": null }), IdTokenError::Nonce),
        (json!({ "sub": null }), claim("sub")),
        (json!({ "sub": 42 }), claim("sub")),
        (json!({ "preferred_username": "" }), claim("preferred_username")),
        (json!({ "preferred_username": ["lan"] }), claim("preferred_username")),
        (json!({ "preferred_username": "a\nb" }), claim("preferred_username")),
    ] {
        let token = key.token("k1", &but(&others));
        let error = read_id_token(&token, &keys, &expected()).expect_err("refused");
        assert_eq!(error, reason, "{others}");
    }
    for others in [
        json!({ "aud": ["sohoa"] }),
        json!({ "aud": ["other", "sohoa"], "azp": "sohoa" }),
        json!({ "exp": second - 30 }),
        json!({ "iat": null }),
        json!({ "exp": second as f64 + 0.5 }),
    ] {
        let token = key.token("k1", &but(&others));
        assert!(read_id_token(&token, &keys, &expected()).is_ok(), "{others}");
    }
}

#[test]
fn an_address_that_nobody_has_checked_names_nobody() {
    let key = SigningKey::made();
    let keys = keys(&[key.shown("k1")]);
    let by_mail = Expected { claim: "email", ..expected() };
    for (verified, is_believed) in [
        (json!(true), true),
        (json!(null), true),
        (json!(false), false),
        (json!("true"), false),
    ] {
        let others = json!({ "email": "lan@id.example", "email_verified": verified });
        let token = key.token("k1", &but(&others));
        let found = read_id_token(&token, &keys, &by_mail);
        assert_eq!(found.is_ok(), is_believed, "{verified}");
    }
}

#[test]
fn a_token_that_another_key_signed_or_nobody_is_refused() {
    let (key, other, rsa) = (SigningKey::made(), SigningKey::made(), SigningKey::rsa());
    let keys = keys(&[key.shown("k1"), rsa.shown("r1")]);
    let error = |token: &str| read_id_token(token, &keys, &expected()).expect_err("no");
    assert_eq!(error(&other.token("k1", &claims())), IdTokenError::Signature);
    assert_eq!(error(&key.token("k2", &claims())), IdTokenError::UnknownKey);
    assert_eq!(error(&key.token("r1", &claims())), IdTokenError::UnknownKey);
    let good = key.token("k1", &claims());
    let (message, _) = good.rsplit_once('.').expect("three parts");
    assert_eq!(error(&format!("{message}.")), IdTokenError::Signature);
    let (head, rest) = good.split_once('.').expect("three parts");
    let (_, signature) = rest.split_once('.').expect("three parts");
    let body = base64url(but(&json!({ "sub": "1" })).to_string().as_bytes());
    assert_eq!(error(&format!("{head}.{body}.{signature}")), IdTokenError::Signature);
}

/// A token whose head claims that it needs no key, or one that everybody has.
#[test]
fn no_signature_and_a_public_key_as_a_secret_are_refused() {
    let rsa = SigningKey::rsa();
    let keys = keys(&[rsa.shown("r1")]);
    let error = |token: &str| read_id_token(token, &keys, &expected()).expect_err("no");
    for way in ["none", "None", "HS256", "HS512", "RS512", "PS256", "EdDSA", ""] {
        let head = json!({ "alg": way, "kid": "r1" });
        let part = |value: &Value| base64url(value.to_string().as_bytes());
        let message = format!("{}.{}", part(&head), part(&claims()));
        // HS256 with the public modulus as its secret, as the old attack does.
        let shown = rsa.shown("r1")["n"].as_str().map(decoded).expect("n").expect("n");
        let secret = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &shown);
        let tag = ring::hmac::sign(&secret, message.as_bytes());
        for signature in [String::new(), base64url(tag.as_ref())] {
            let found = error(&format!("{message}.{signature}"));
            assert_eq!(found, IdTokenError::Algorithm(way.to_owned()));
        }
    }
    let head = json!({ "alg": "ES256", "kid": "r1" });
    let token = rsa.token_with(&head, &claims());
    assert_eq!(error(&token), IdTokenError::UnknownKey, "an RSA key for ES256");
    let critical = json!({ "alg": "RS256", "kid": "r1", "crit": ["b64"], "b64": false });
    assert_eq!(error(&rsa.token_with(&critical, &claims())), IdTokenError::Form);
}

#[test]
fn whatever_comes_instead_of_a_token_or_keys_is_refused_and_ends_nothing() {
    let keys_of_none = keys(&[
        json!({ "kty": "oct", "k": "eA", "kid": "k1" }),
        json!({ "kty": "EC", "crv": "P-256", "x": "eA", "y": "eA" }),
        json!({ "kty": "EC", "crv": "P-384", "x": "eA", "y": "eA" }),
        json!({ "kty": "RSA", "use": "enc", "n": "eA", "e": "AQAB" }),
        json!({ "kty": "RSA", "alg": "RS512", "n": "eA", "e": "AQAB" }),
    ]);
    let good = SigningKey::made().token("k1", &claims());
    let found = read_id_token(&good, &keys_of_none, &expected());
    assert_eq!(found.expect_err("no key"), IdTokenError::UnknownKey);
    let weak = keys(&[json!({ "kty": "RSA", "n": "eA", "e": "AQAB" })]);
    let token = SigningKey::rsa().token_with(&json!({ "alg": "RS256" }), &claims());
    let found = read_id_token(&token, &weak, &expected());
    assert_eq!(found.expect_err("a short key"), IdTokenError::Signature);
    let long = "a".repeat(MAX_TOKEN + 1);
    for token in ["", ".", "..", "a.b.c", "a.b", "…", "e30.e30.e30", &long] {
        let found = read_id_token(token, &weak, &expected());
        assert_eq!(found.expect_err("no token"), IdTokenError::Form, "{token}");
    }
    for text in ["", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[1]}"] {
        let found = KeySet::from_json(text.as_bytes()).err();
        assert_eq!(found, Some(IdTokenError::Keys), "{text}");
    }
}
