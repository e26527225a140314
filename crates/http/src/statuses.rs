//! Which failures an operation can answer. Most follow from its shape, so they are derived here; a
//! handler names only those that are its own, like a name that is taken.

use crate::views::Problem;
use roadstead_core::Permission;
use roadstead_core::permission::Grant;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{Content, ContentBuilder, Ref, RefOr, ResponseBuilder};

/// Describes every failure of an operation as a problem.
pub(crate) fn describe(
    operation: &mut Operation,
    method: &str,
    path: &str,
    permission: Permission,
) {
    let derived = derived(operation, method, path, permission);
    let responses = &mut operation.responses.responses;
    for (status, meaning) in derived {
        let response = ResponseBuilder::new().description(meaning).build();
        responses
            .entry(status.to_owned())
            .or_insert_with(|| response.into());
    }
    for (status, response) in responses {
        if let RefOr::T(response) = response
            && status.as_str() >= "400"
            && response.content.is_empty()
        {
            let media_type = "application/problem+json".to_owned();
            response.content.insert(media_type, problem().into());
        }
    }
}

fn problem() -> Content {
    ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(Problem::NAME)))
        .build()
}

fn derived(
    operation: &Operation,
    method: &str,
    path: &str,
    permission: Permission,
) -> Vec<(&'static str, &'static str)> {
    let anyone = permission.grant() == Grant::Anyone;
    let parameters = || {
        let all = operation.parameters.iter().flatten();
        all.filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        })
    };
    let has = |of: ParameterIn| parameters().any(|p| p.parameter_in == of);
    let edits = parameters().any(|p| p.name == "if-match");
    let body = operation.request_body.is_some();
    let mutation = method != "GET";
    let mut all = vec![
        ("500", "Something went wrong inside Roadstead"),
        ("503", "The database does not answer at the moment"),
    ];
    let mut when = |condition: bool, status, meaning| {
        if condition {
            all.push((status, meaning));
        }
    };
    let input = body || has(ParameterIn::Query) || has(ParameterIn::Header);
    when(input, "400", "Malformed");
    when(!anyone, "401", "Not signed in");
    when(!anyone, "403", "Seen, but not permitted");
    when(anyone && mutation, "403", "Refused");
    when(
        path.contains('{'),
        "404",
        "Nothing here, or nothing one may know about",
    );
    when(edits, "412", "Edited by somebody else meanwhile");
    when(edits, "428", "If-Match is missing");
    when(body, "413", "Too large");
    when(body, "415", "Not JSON");
    when(body, "422", "Fields are not acceptable");
    all
}

#[cfg(test)]
mod tests {
    use crate::openapi_json;
    use serde_json::Value;

    #[test]
    fn every_operation_lists_its_failures_as_problems() {
        let document: Value =
            serde_json::from_str(&openapi_json().expect("document")).expect("json");
        let statuses = |path: &str, method: &str| {
            let responses = document["paths"][path][method]["responses"].clone();
            for (status, response) in responses.as_object().expect("responses") {
                assert_ne!(status, "default", "{method} {path} documents anything");
                let problem = response["content"]
                    .get("application/problem+json")
                    .is_some();
                assert_eq!(
                    problem,
                    status.as_str() >= "400",
                    "{method} {path} {status}"
                );
            }
            let mut all: Vec<String> = responses
                .as_object()
                .expect("responses")
                .keys()
                .cloned()
                .collect();
            all.sort();
            all.join(" ")
        };
        for (path, item) in document["paths"].as_object().expect("paths") {
            for method in item.as_object().expect("item").keys() {
                statuses(path, method);
            }
        }
        assert_eq!(statuses("/api/v1/setup", "get"), "200 500 503");
        assert_eq!(
            statuses("/api/v1/registries/{id}", "patch"),
            "200 400 401 403 404 412 413 415 422 428 500 503"
        );
        assert_eq!(
            statuses("/api/v1/users", "post"),
            "201 400 401 403 409 413 415 422 500 503"
        );
    }
}
