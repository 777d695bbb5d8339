//! The description of the API against what is really answered.

use regex::Regex;
use serde_json::{Value, json};

use super::desk::SCAN;
use super::http::{Answer, Server};

/// Says what is wrong with a value by its schema; every keyword that the description uses
/// is understood, and another one is an error of this test.
fn wrong(document: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let Some(schema) = schema.as_object() else {
        return if schema == &json!(true) {
            vec![]
        } else {
            vec![format!("{at}: never")]
        };
    };
    let mut all = Vec::new();
    for (keyword, says) in schema {
        let is_right = match keyword.as_str() {
            "title" | "description" | "default" | "format" | "examples" => true,
            "$ref" => {
                let target = says.as_str().and_then(|name| name.strip_prefix('#'));
                let target = target.and_then(|pointer| document.pointer(pointer));
                all.extend(wrong(document, target.expect("a target"), value, at));
                true
            }
            "type" => of_type(says, value),
            "pattern" => {
                let pattern = Regex::new(says.as_str().expect("a pattern"));
                let pattern = pattern.expect("a regular expression");
                value.as_str().is_none_or(|text| pattern.is_match(text))
            }
            "enum" => says.as_array().expect("a list").contains(value),
            "const" => says == value,
            "minimum" => value.as_f64() >= says.as_f64(),
            "maximum" => value.as_f64() <= says.as_f64(),
            "maxLength" => {
                value.as_str().map(|text| text.chars().count() as u64) <= says.as_u64()
            }
            "minItems" => value.as_array().map(|list| list.len() as u64) >= says.as_u64(),
            "maxItems" => value.as_array().map(|list| list.len() as u64) <= says.as_u64(),
            "anyOf" | "oneOf" => {
                let mut options = says.as_array().expect("a list").iter();
                options.any(|option| wrong(document, option, value, at).is_empty())
            }
            "allOf" => {
                let parts = says.as_array().expect("a list").iter();
                all.extend(parts.flat_map(|part| wrong(document, part, value, at)));
                true
            }
            "required" => {
                let names = says.as_array().expect("a list").iter();
                names.filter_map(Value::as_str).all(|name| value.get(name).is_some())
            }
            "properties" => {
                for (name, part) in says.as_object().expect("an object") {
                    if let Some(value) = value.get(name) {
                        all.extend(wrong(document, part, value, &format!("{at}.{name}")));
                    }
                }
                // What is not described would be a surprise to every client.
                let known = says.as_object().expect("an object");
                let given = value.as_object().into_iter().flatten();
                let is_open = schema.contains_key("additionalProperties");
                is_open || given.into_iter().all(|(name, _)| known.contains_key(name))
            }
            "additionalProperties" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    all.extend(wrong(document, says, value, &format!("{at}.{name}")));
                }
                true
            }
            "items" => {
                for value in value.as_array().into_iter().flatten() {
                    all.extend(wrong(document, says, value, &format!("{at}[]")));
                }
                true
            }
            other => panic!("`{other}` is not understood by this test"),
        };
        if !is_right {
            all.push(format!("{at}: {keyword} {says}: {value}"));
        }
    }
    all
}

fn of_type(says: &Value, value: &Value) -> bool {
    let one = |name: &Value| match name.as_str().expect("a name") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("`{other}` is no type"),
    };
    says.as_array().map_or_else(|| one(says), |names| names.iter().any(one))
}

/// The address with values for its parameters, those of the query as a caller may send.
fn address(path: &str, operation: &Value) -> String {
    let path = path.replace("{id}", "r1").replace("{scan}", SCAN).replace("{page}", "1");
    let parameters = operation["parameters"].as_array().expect("parameters").iter();
    let values = parameters.filter(|one| one["in"] == "query").filter_map(|one| {
        let name = one["name"].as_str()?;
        let schema = &one["schema"];
        let value = match name {
            "q" => "x".to_owned(),
            "kind" => "so-khai-sinh".to_owned(),
            "year" => "1980-1990".to_owned(),
            // Either a place in the list or the next of an answer.
            "after" => return None,
            _ => match (&schema["enum"][0], &schema["minimum"]) {
                (Value::String(word), _) => word.clone(),
                (_, Value::Number(least)) => least.to_string(),
                _ => "x".to_owned(),
            },
        };
        Some(format!("{name}={value}"))
    });
    format!("{path}?{}", values.collect::<Vec<_>>().join("&"))
}

fn sent(server: &Server, method: &str, path: &str) -> Answer {
    match method {
        "post" => {
            let list = "Họ tên,Năm sinh\nLò Văn Mẫu,1987\n";
            server.send("POST", path, "Content-Type: text/csv\r\n", list.as_bytes())
        }
        method => server.ask(&method.to_uppercase(), path, ""),
    }
}

#[test]
fn every_address_answers_as_it_is_described() {
    let server = Server::start();
    let document = server.get("/api/v1/openapi.json").json();
    assert_eq!(document["openapi"], json!("3.1.0"));
    let mut count = 0;
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let answer = sent(&server, method, &address(path, operation));
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
            let described = &operation["responses"]["200"]["content"];
            let (media, described) =
                described.as_object().and_then(|all| all.iter().next()).expect("a type");
            assert!(answer.headers["content-type"].starts_with(media), "{path}");
            if media == "application/json" {
                let body = answer.json();
                let wrong = wrong(&document, &described["schema"], &body, path);
                assert!(wrong.is_empty(), "{wrong:#?}");
            }
            count += 1;
        }
    }
    assert_eq!(count, 8);
}

#[test]
fn every_failure_is_a_problem_as_it_is_described() {
    let server = Server::start();
    let document = server.get("/api/v1/openapi.json").json();
    let schema = &document["components"]["schemas"]["Problem"];
    let long = "x\n".repeat(600_000);
    let csv = "Content-Type: text/csv\r\n";
    for (answer, status) in [
        (server.get("/api/v1/search?q=x&limit=0"), 400),
        (server.get("/api/v1/search?sort=size"), 400),
        (server.get("/api/v1/search?q=x&after=1"), 400),
        (server.get("/api/v1/search?q=boom"), 500),
        (server.get("/api/v1/records/none/related"), 404),
        (server.get("/api/v1/nothing"), 404),
        (server.get("/api/v1/lookup"), 405),
        (server.ask("POST", "/api/v1/search", ""), 405),
        (server.ask("DELETE", "/api/v1/lookup", ""), 405),
        (server.send("POST", "/api/v1/lookup", "", b"name\nx\n"), 400),
        (server.send("POST", "/api/v1/lookup", csv, b"a,b\n1,2\n"), 400),
        (server.send("POST", "/api/v1/lookup", csv, b"name\n\xff\n"), 400),
        (server.send("POST", "/api/v1/lookup", csv, long.as_bytes()), 413),
    ] {
        assert_eq!(answer.status, status, "{}", answer.text());
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        let wrong = wrong(&document, schema, &answer.json(), "problem");
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

#[test]
fn the_check_of_answers_can_fail() {
    let schema = json!({
        "type": "object", "required": ["a"], "properties": { "a": { "type": "integer" } },
    });
    for value in [json!({}), json!({ "a": "x" }), json!({ "a": 1, "b": 2 }), json!(1)] {
        assert!(!wrong(&json!({}), &schema, &value, "").is_empty(), "{value}");
    }
    assert!(wrong(&json!({}), &schema, &json!({ "a": 1 }), "").is_empty());
}

#[test]
fn a_request_keeps_the_name_that_its_caller_gave_it() {
    let server = Server::start();
    for (given, kept) in [("night-7.a_b", true), ("a b", false), ("<x>", false)] {
        let header = format!("X-Request-Id: {given}\r\n");
        let answer = server.ask("GET", "/api/v1/records/none", &header);
        assert_eq!(answer.headers["x-request-id"] == given, kept, "{given}");
        assert_eq!(answer.json()["request_id"], json!(answer.headers["x-request-id"]));
    }
}

#[test]
fn a_list_of_names_comes_back_as_a_report() {
    let server = Server::start();
    let list = "Họ tên,Năm sinh\nLò Văn Mẫu,1987\n";
    let answer = server.send(
        "POST",
        "/api/v1/lookup",
        "Content-Type: text/csv\r\n",
        list.as_bytes(),
    );
    assert_eq!((answer.status, answer.text().lines().count()), (200, 2));
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
}

#[test]
fn patterns_of_parameters_take_what_is_taken_and_nothing_that_is_refused() {
    let server = Server::start();
    let document = server.get("/api/v1/openapi.json").json();
    let next = server.get("/api/v1/search?q=x&limit=1").json()["next"].clone();
    let next = next.as_str().expect("a cursor").to_owned();
    let forged = format!("relevance.{}.1f.ab", usize::MAX);
    let search = &document["paths"]["/api/v1/search"]["get"]["parameters"];
    for (name, written, is_taken) in [
        ("year", "1987", true),
        ("year", "1985-1990", true),
        ("year", "87", false),
        ("year", "1985-", true),
        ("year", "198x", false),
        ("after", next.as_str(), true),
        ("after", "relevance.2", false),
        ("after", &forged, false),
    ] {
        let mut parameters = search.as_array().expect("parameters").iter();
        let parameter = parameters.find(|one| one["name"] == name).expect("a parameter");
        let text = json!(written);
        let is_described = wrong(&document, &parameter["schema"], &text, name).is_empty();
        let status = server.get(&format!("/api/v1/search?q=x&{name}={written}")).status;
        assert_eq!(status, if is_taken { 200 } else { 400 }, "{name}={written}");
        // A year with an open end is taken, but not promised.
        assert!(!is_described || is_taken, "{name}={written}");
        assert!(is_described || !is_taken || written.ends_with('-'), "{name}={written}");
    }
}

#[test]
fn what_the_door_may_answer_is_described_with_the_way_in() {
    let server = Server::start();
    let document = server.get("/api/v1/openapi.json").json();
    let scheme = &document["components"]["securitySchemes"]["session"];
    assert_eq!((&scheme["in"], &scheme["name"]), (&json!("cookie"), &json!("sohoa")));
    assert_eq!(document["security"][0]["session"], json!([]));
    for methods in document["paths"].as_object().expect("paths").values() {
        for operation in methods.as_object().expect("methods").values() {
            for status in ["401", "403", "421", "429"] {
                assert!(
                    operation["responses"][status].is_object(),
                    "{status}: {operation}"
                );
            }
        }
    }
}
