//! Coming in by the office's provider of log-ins, and everything that must not.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::{Certificate, Provider};
use super::door::{add, cookie, encoded, form_key, get};
use super::http::{Answer, Server};
use super::identity::{DESK, Identity, SECRET, Token};
use crate::access::signing::{SigningKey, base64url};
use crate::access::{self, Doer, NewAccount};
use crate::catalog::AuditFilter;
use crate::config::oidc::OidcConfig;

const LAN: &str = "lan@tinh.example";

fn config(identity: &Identity) -> OidcConfig {
    OidcConfig {
        issuer: identity.issuer.clone(),
        client: "sohoa".into(),
        secret_file: None,
        claim: "preferred_username".into(),
        name: "Cổng của tỉnh".into(),
        desk: DESK.into(),
        ca_file: "/nowhere".into(),
        ask_again: true,
    }
}

fn with(config: OidcConfig) -> Server {
    Server::made(None, |app| {
        add(&app.catalog, "administrator", "administrator", ("", ""));
        let doer =
            Doer { account: "cli", source: "", now_ms: super::super::door::now_ms() };
        let new = NewAccount {
            name: "lan",
            full_name: "Lò Thị Lan",
            roles: "clerk",
            provider_name: LAN,
            ..NewAccount::default()
        };
        access::add(&app.catalog, doer, &new).expect("an account");
        let provider = Provider::new(config, Some(format!("{SECRET}\n")));
        app.provider = Some(provider.expect("a provider"));
    })
}

/// A desk whose people come in by the provider.
fn desk(identity: &Identity) -> Server {
    with(config(identity))
}

/// Signs as the provider does.
fn signed() -> Token {
    Box::new(|key, claims| key.token("k1", claims))
}

/// Where the desk sends the browser, and what it is to hold.
fn sent(server: &Server) -> (String, String) {
    let answer = server.get("/login/provider?next=%2F%3Fq%3Dx");
    assert_eq!(answer.status, 303, "{}", answer.text());
    let cookie = &answer.cookies[0];
    let attributes = "; Path=/login/provider; HttpOnly; SameSite=Lax; Max-Age=600";
    assert!(cookie.ends_with(attributes), "{cookie}");
    let held = cookie.split(';').next().expect("a cookie").to_owned();
    (answer.headers["location"].clone(), held)
}

/// What the desk answers to whoever the provider has asked for the password.
fn comes(server: &Server, identity: &Identity, change: &Value, token: Token) -> Answer {
    let (address, held) = sent(server);
    let back = identity.consent(&address, LAN, change, token);
    get(server, &back, &held)
}

fn session(answer: &Answer) -> Option<String> {
    let mut cookies = answer.cookies.iter();
    let found = cookies.find(|cookie| cookie.starts_with("sohoa="))?;
    assert!(found.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{found}");
    found.split(';').next().map(str::to_owned)
}

/// The last entries of the trail, the latest first.
fn deeds(server: &Server) -> Vec<(String, String, String)> {
    let entries = server.catalog.audit_entries(&AuditFilter::default(), 0, 5);
    let deed = |entry: crate::catalog::StoredEntry| {
        (entry.what.clone(), entry.account.clone(), entry.detail)
    };
    entries.expect("entries").into_iter().map(deed).collect()
}

#[test]
fn whoever_the_provider_vouches_for_comes_in_works_and_goes_as_with_a_password() {
    let identity = Identity::start();
    let server = desk(&identity);
    let page = server.get("/login?next=%2F%3Fq%3Dx").text();
    assert!(page.contains("Đăng nhập qua Cổng của tỉnh"), "{page}");
    assert!(page.contains("href=\"/login/provider?next=%2F%3Fq%3Dx\""), "{page}");
    assert_eq!(identity.calls.load(Ordering::Relaxed), 0, "nothing is called unasked");
    let answer = comes(&server, &identity, &json!({}), signed());
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.text().contains("content=\"0; url=/?q=x\""), "{}", answer.text());
    let taken = answer.cookies.iter().any(|it| it.starts_with("sohoa-provider=;"));
    assert!(taken, "{:?}", answer.cookies);
    let lan = session(&answer).expect("a session");
    assert_eq!(get(&server, "/?q=x", &lan).status, 200);
    let login = ("login".into(), "lan".into(), r#"{"by":"provider"}"#.into());
    assert!(deeds(&server).contains(&login), "{:?}", deeds(&server));
    let page = get(&server, "/password", &lan).text();
    assert!(page.contains("đăng nhập qua Cổng của tỉnh"), "{page}");
    assert!(!page.contains("action=\"/password\""), "{page}");
    let key = page.split("name=\"key\" value=\"").nth(1).expect("the log-out");
    let form = format!("key={}", key.split('"').next().expect("a key"));
    assert_eq!(server.post("/logout", &lan, &form).headers["location"], "/login");
    assert_eq!(get(&server, "/?q=x", &lan).status, 303, "the session has ended");
}

#[test]
fn a_token_that_is_not_for_this_log_in_opens_nothing_and_stands_in_the_trail() {
    let identity = Identity::start();
    let server = desk(&identity);
    let seconds = super::super::door::now_ms() / 1000;
    let with_head = |head: Value| -> Token {
        Box::new(move |key: &SigningKey, claims: &Value| key.token_with(&head, claims))
    };
    let unsigned = |way: &'static str| -> Token {
        Box::new(move |_: &SigningKey, claims: &Value| {
            let head = json!({ "alg": way }).to_string();
            let claims = claims.to_string();
            format!("{}.{}.", base64url(head.as_bytes()), base64url(claims.as_bytes()))
        })
    };
    let cases: Vec<(&str, Value, Token)> = vec![
        ("another log-in", json!({ "nonce": "x" }), signed()),
        ("another client", json!({ "aud": "other" }), signed()),
        ("another issuer", json!({ "iss": "https://evil.example" }), signed()),
        ("out of date", json!({ "exp": seconds - 120 }), signed()),
        ("`none`", json!({}), unsigned("none")),
        ("`HS256`", json!({}), with_head(json!({ "alg": "HS256", "kid": "k1" }))),
        ("does not show", json!({}), with_head(json!({ "alg": "ES256", "kid": "k9" }))),
        (
            "signature is wrong",
            json!({}),
            Box::new(|_, claims| SigningKey::made().token("k1", claims)),
        ),
        ("claim `preferred_username`", json!({ "preferred_username": 7 }), signed()),
        ("not a signed ID token", json!({}), Box::new(|_, _| "x".into())),
    ];
    for (reason, change, token) in cases {
        let answer = comes(&server, &identity, &change, token);
        assert_eq!(answer.status, 401, "{reason}");
        assert!(answer.text().contains("không đáng tin"), "{}", answer.text());
        assert!(session(&answer).is_none(), "{reason}");
        let (what, account, detail) = deeds(&server).swap_remove(0);
        assert_eq!((what.as_str(), account.as_str()), ("login-failed", ""), "{reason}");
        assert!(detail.contains(reason), "{detail}");
    }
    let answer = comes(&server, &identity, &json!({}), signed());
    assert!(session(&answer).is_some(), "and the next one comes in");
}

#[test]
fn a_log_in_of_another_browser_and_one_that_has_come_back_open_nothing() {
    let identity = Identity::start();
    let server = desk(&identity);
    let (address, held) = sent(&server);
    let (_, other) = sent(&server);
    let back = identity.consent(&address, LAN, &json!({}), signed());
    let calls = identity.calls.load(Ordering::Relaxed);
    let wrong_state = back.replace("state=", "state=0");
    let no_state = back.split("&state").next().expect("a code").to_owned();
    for (path, cookie) in [
        (&back, ""),
        (&back, other.as_str()),
        (&back, "sohoa-provider=x"),
        (&wrong_state, held.as_str()),
        (&no_state, held.as_str()),
    ] {
        let answer = get(&server, path, cookie);
        assert_eq!(answer.status, 400, "{path} {cookie}");
        assert!(answer.text().contains("Hãy bấm lại nút"), "{}", answer.text());
        assert!(session(&answer).is_none());
    }
    assert_eq!(identity.calls.load(Ordering::Relaxed), calls, "no code was sent on");
    assert!(session(&get(&server, &back, &held)).is_some(), "the browser itself");
    let again = get(&server, &back, &held);
    assert_eq!((again.status, session(&again)), (400, None), "once");
    // The old code with the state of a new log-in: the provider gives nothing for it.
    let (address, held) = sent(&server);
    let fresh = identity.consent(&address, LAN, &json!({}), signed());
    let (_, state) = fresh.split_once('&').expect("a state");
    let replayed =
        get(&server, &format!("/login/provider/back?code=code-0&{state}"), &held);
    assert_eq!((replayed.status, session(&replayed)), (401, None));
}

#[test]
fn a_browser_that_another_provider_sent_here_opens_nothing() {
    let identity = Identity::start();
    let server = desk(&identity);
    let back_from = |issuer: &str| {
        let (address, held) = sent(&server);
        let back = identity.consent(&address, LAN, &json!({}), signed());
        get(&server, &format!("{back}&iss={}", encoded(issuer)), &held)
    };
    let answer = back_from("https://evil.example");
    assert_eq!((answer.status, session(&answer)), (401, None), "with a good code");
    let answer = back_from(&identity.issuer);
    assert!(session(&answer).is_some(), "{}", answer.text());
}

#[test]
fn what_the_provider_says_instead_of_a_code_is_a_page_for_people() {
    let identity = Identity::start();
    let server = desk(&identity);
    for (after, status, said) in [
        ("error=access_denied", 401, "không xác nhận bạn"),
        ("code=c&error=x", 401, "không xác nhận bạn"),
        ("", 401, "không xác nhận bạn"),
        ("code=%00%F0%9F%98%80", 401, "không đáng tin"),
    ] {
        let (address, held) = sent(&server);
        let state = super::identity::parameters(&address)["state"].clone();
        let path = format!("/login/provider/back?state={state}&{after}");
        let answer = get(&server, &path, &held);
        assert_eq!(answer.status, status, "{after}: {}", answer.text());
        assert!(answer.text().contains(said), "{after}: {}", answer.text());
        let english = get(&server, "/login/provider/back?lang=en", "");
        assert!(english.text().contains("began in another browser"));
    }
}

#[test]
fn nobody_without_an_account_that_is_open_comes_in_whatever_the_provider_says() {
    let identity = Identity::start();
    let server = desk(&identity);
    let as_hoa = json!({ "preferred_username": "<b>hoa", "sub": "2" });
    let answer = comes(&server, &identity, &as_hoa, signed());
    assert_eq!((answer.status, session(&answer)), (401, None));
    assert!(answer.text().contains("chưa có tài khoản"), "{}", answer.text());
    assert!(!answer.text().contains("<b>hoa"), "{}", answer.text());
    assert_eq!(server.catalog.accounts().expect("accounts").len(), 2, "none is made");
    let administrator = json!({ "preferred_username": "administrator" });
    let answer = comes(&server, &identity, &administrator, signed());
    assert_eq!(session(&answer), None, "an account with a password is not by name");
    assert!(session(&comes(&server, &identity, &json!({}), signed())).is_some());
    let answer = comes(&server, &identity, &json!({ "sub": "other" }), signed());
    assert!(answer.text().contains("trước đây là của người khác"), "{}", answer.text());
    assert_eq!(session(&answer), None);
    let entry = crate::catalog::AuditEntry::default();
    let until = i64::MAX;
    server.catalog.note_failure("lan", |_| Some(until), &entry, &entry).expect("locked");
    let answer = comes(&server, &identity, &json!({}), signed());
    assert!(answer.text().contains("đang khóa"), "{}", answer.text());
    assert_eq!(session(&answer), None);
    server.catalog.close_account("lan", Some("gone"), 0, &entry).expect("closed");
    let answer = comes(&server, &identity, &json!({}), signed());
    assert_eq!(session(&answer), None);
    assert_eq!(deeds(&server)[0].0, "login-refused");
}

#[test]
fn passwords_still_work_while_the_provider_cannot_be_reached_and_the_page_says_so() {
    let identity = Identity::start();
    let server = desk(&identity);
    assert!(!server.get("/login").text().contains("Vừa rồi không liên lạc được"));
    drop(identity);
    for _ in 0..2 {
        let answer = server.get("/login/provider");
        assert_eq!(answer.status, 503);
        let page = answer.text();
        assert!(page.contains("Không liên lạc được với Cổng của tỉnh"), "{page}");
        assert!(page.contains("name=\"password\""), "{page}");
    }
    assert!(server.get("/login").text().contains("Vừa rồi không liên lạc được"));
    cookie(&server, "administrator");
}

#[test]
fn answers_that_are_no_answers_end_in_a_page_and_in_time() {
    let identity = Identity::start();
    let evil = |key: &str, value: &str| {
        let mut says = identity.says.lock().expect("the provider").metadata.clone();
        says[key] = value.into();
        Some(says.to_string())
    };
    for instead in [
        Some("x".to_owned()),
        Some("{}".to_owned()),
        Some("[".repeat(100_000)),
        Some(format!("{{\"issuer\":\"{}\"}}", "a".repeat(300_000))),
        evil("issuer", "https://evil.example"),
        evil("token_endpoint", "http://evil.example/token"),
        evil("jwks_uri", "file:///etc/passwd"),
        evil("authorization_endpoint", "javascript:alert(1)"),
    ] {
        let server = desk(&identity);
        identity.now(|says| says.instead = instead.clone());
        let answer = server.get("/login/provider");
        assert_eq!(answer.status, 503, "{instead:?}");
    }
    let server = desk(&identity);
    identity.now(|says| says.waits = Duration::from_secs(6));
    let begun = std::time::Instant::now();
    assert_eq!(server.get("/login/provider").status, 503);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn new_keys_of_the_provider_are_asked_for_and_old_ones_are_forgotten() {
    let identity = Identity::start();
    let server = desk(&identity);
    assert!(session(&comes(&server, &identity, &json!({}), signed())).is_some());
    identity.now(|says| {
        says.key = SigningKey::rsa();
        says.key_id = "k2".into();
    });
    let second: Token = Box::new(|key, claims| key.token("k2", claims));
    assert!(session(&comes(&server, &identity, &json!({}), second)).is_some());
    let first = comes(&server, &identity, &json!({}), signed());
    assert_eq!((first.status, session(&first)), (401, None));
}

#[test]
fn the_secret_goes_into_the_form_only_where_the_provider_takes_nothing_else() {
    let identity = Identity::start();
    identity.now(|says| {
        let ways = json!(["client_secret_post", "private_key_jwt"]);
        says.metadata["token_endpoint_auth_methods_supported"] = ways;
    });
    let server = desk(&identity);
    assert!(session(&comes(&server, &identity, &json!({}), signed())).is_some());
}

#[test]
fn over_tls_the_provider_is_believed_only_with_a_certificate_that_is_vouched_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = || Certificate::made_for(vec!["localhost".into()]).expect("a certificate");
    let (its_own, another) = (made(), made());
    let identity = Identity::behind(Some(&its_own));
    let ca_file = folder.path().join("ca.pem");
    for (trusted, is_believed) in [(&its_own, true), (&another, false)] {
        std::fs::write(&ca_file, &trusted.certificate).expect("written");
        let server = with(OidcConfig { ca_file: ca_file.clone(), ..config(&identity) });
        if is_believed {
            let answer = comes(&server, &identity, &json!({}), signed());
            assert!(session(&answer).is_some(), "{}", answer.text());
        } else {
            assert_eq!(server.get("/login/provider").status, 503);
        }
    }
    std::fs::write(&ca_file, "").expect("written");
    let empty = OidcConfig { ca_file, ..config(&identity) };
    assert!(Provider::new(empty.clone(), Some(SECRET.into())).is_err(), "no authority");
    assert!(Provider::new(empty, None).is_err(), "no secret");
}

#[test]
fn without_a_provider_in_the_settings_there_is_no_button_and_no_address() {
    let server = super::door::guarded();
    assert!(!server.get("/login").text().contains("/login/provider"));
    for path in ["/login/provider", "/login/provider/back?code=c&state=s"] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
}

#[test]
fn the_administrator_names_who_comes_in_by_the_provider_and_never_themselves() {
    let identity = Identity::start();
    let server = desk(&identity);
    let administrator = cookie(&server, "administrator");
    let key = form_key(&server, &administrator);
    let page = get(&server, "/accounts", &administrator).text();
    assert!(page.contains("lan@tinh.example"), "{page}");
    let post = |path: &str, form: &str| {
        server.post(path, &administrator, &format!("key={key}&{form}")).status
    };
    let hoa = "name=hoa&full_name=H&role=clerk&password=";
    assert_eq!(post("/accounts/add", hoa), 400, "neither password nor name");
    let taken = format!("{hoa}&provider_name={}", encoded(LAN));
    assert_eq!(post("/accounts/add", &taken), 400);
    assert_eq!(post("/accounts/add", &format!("{hoa}&provider_name=hoa")), 303);
    let account = || server.catalog.account("hoa").expect("an answer").expect("hoa");
    assert_eq!((account().provider_name, account().must_change), ("hoa".into(), false));
    let password = encoded(super::door::PASSWORD);
    assert_eq!(post("/accounts/password", &format!("name=hoa&password={password}")), 303);
    assert_eq!((account().provider_name, account().must_change), (String::new(), true));
    assert_eq!(post("/accounts/provider", "name=hoa&provider_name=h2"), 303);
    assert_eq!(account().provider_name, "h2");
    let own = "name=administrator&provider_name=me";
    assert_eq!(post("/accounts/provider", own), 403);
    assert_eq!(post("/accounts/provider", "name=nobody&provider_name=n"), 400);
}
