//! The description of the API as `OpenAPI` 3.1, made from the table of operations and from
//! the types of the answers.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use super::super::door::SESSION_COOKIE;
use super::super::error::Problem;
use super::operations::{Answers, Method, OPERATIONS, Operation, Parameter, Takes};
use super::schemas::{Described as _, Types};

/// The name of the schema of failures.
const PROBLEM: &str = "Problem";

/// The name of the session among the security schemes.
const SESSION: &str = "session";

/// Failures that any address may answer with, and what they mean.
const FAILURES: [(&str, &str); 10] = [
    ("400", "A parameter or the body makes no sense; `detail` says which."),
    (
        "401",
        "There are accounts, and nobody has come in: `POST /login` gives the cookie.",
    ),
    (
        "403",
        "The account has not the right, the paper is not its to see, or no case is named.",
    ),
    ("404", "There is no such thing in the archive."),
    ("405", "Called by a method that is not described here."),
    ("413", "The body is longer than is taken."),
    (
        "421",
        "Called by a host name that is not this machine's, while it answers no other.",
    ),
    ("429", "Too many requests in a short time; to be asked again later."),
    ("500", "The archive could not be read; the log has the request's id."),
    ("503", "No answer in time; to be asked again after `retry-after` seconds."),
];

/// The description; the same for every call.
pub(super) fn description() -> &'static Value {
    static MADE: OnceLock<Value> = OnceLock::new();
    MADE.get_or_init(made)
}

fn made() -> Value {
    let mut types = Types::default();
    let mut paths: Map<String, Value> = Map::new();
    for operation in &OPERATIONS {
        let described = described(operation, &mut types);
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(operation.method.name().to_owned(), described);
        }
    }
    // Asked for by name, as every address refers to it.
    drop(Problem::schema(&mut types));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "sohoa",
            "summary": "Search and records of a digitized archive",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        // Without accounts, this machine is answered as it is.
        "security": [{ SESSION: [] }, {}],
        "paths": paths,
        "components": {
            "schemas": types.all(),
            "securitySchemes": { SESSION: {
                "type": "apiKey",
                "in": "cookie",
                "name": SESSION_COOKIE,
                "description": "The session of an account, from `POST /login`.",
            } },
            "headers": { "request-id": {
                "description": "The request in the log: as sent in `x-request-id`, else a new one.",
                "schema": { "type": "string" },
            } },
        },
    })
}

fn described(operation: &Operation, types: &mut Types) -> Value {
    let answer = match operation.answers {
        Answers::Json(of) => json!({ "application/json": { "schema": of(types) } }),
        Answers::Object => {
            json!({ "application/json": { "schema": { "type": "object" } } })
        }
        Answers::Csv => json!({ "text/csv": { "schema": { "type": "string" } } }),
    };
    let headers =
        json!({ "x-request-id": { "$ref": "#/components/headers/request-id" } });
    let mut answers = Map::new();
    answers.insert(
        "200".to_owned(),
        json!({ "description": operation.summary, "headers": headers, "content": answer }),
    );
    for (status, meaning) in FAILURES {
        let schema = json!({ "$ref": format!("#/components/schemas/{PROBLEM}") });
        let content = json!({ "application/problem+json": { "schema": schema } });
        answers.insert(
            status.to_owned(),
            json!({ "description": meaning, "headers": headers, "content": content }),
        );
    }
    let parameters: Vec<Value> =
        operation.parameters.iter().map(|one| taken(operation, one)).collect();
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "parameters": parameters,
        "responses": answers,
    });
    if let (Method::Post, Some(described)) = (operation.method, described.as_object_mut())
    {
        let content = json!({ "text/csv": { "schema": { "type": "string" } } });
        let body = json!({ "required": true, "content": content });
        described.insert("requestBody".to_owned(), body);
    }
    described
}

fn taken(operation: &Operation, parameter: &Parameter) -> Value {
    let in_path = operation.path.contains(&format!("{{{}}}", parameter.name));
    let schema = match parameter.takes {
        Takes::Text(most) => json!({ "type": "string", "maxLength": most }),
        Takes::Number(least, most) => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Takes::Choice(words) => json!({ "type": "string", "enum": words }),
        Takes::Pattern(pattern) => json!({ "type": "string", "pattern": pattern }),
    };
    json!({
        "name": parameter.name,
        "in": if in_path { "path" } else { "query" },
        "required": in_path,
        "description": parameter.says,
        "schema": schema,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_path_is_a_parameter_and_every_reference_leads_somewhere() {
        let text = description().to_string();
        let parts = text.split("\"$ref\":\"#/components/").skip(1);
        let mut count = 0;
        for name in parts.filter_map(|rest| rest.split('"').next()) {
            let pointer = format!("/components/{name}");
            assert!(description().pointer(&pointer).is_some(), "{name}");
            count += 1;
        }
        assert!(count > 20);
        for operation in &OPERATIONS {
            for part in operation.path.split('/').filter(|part| part.starts_with('{')) {
                let name = part.trim_matches(['{', '}']);
                assert!(
                    operation.parameters.iter().any(|one| one.name == name),
                    "{part}"
                );
            }
        }
    }
}
