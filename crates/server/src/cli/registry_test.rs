//! `roadstead registry test`: each step as it ends.

use super::output::{Format, clean, json_text, text};
use super::remote::Connected;
use super::trouble::{Trouble, remedy};
use crate::print_line;
use futures::{StreamExt as _, pin_mut};
use roadstead_client::Method;
use roadstead_core::ErrorCode;
use serde_json::Value;

/// Runs a connection test and prints it; a failed step is trouble.
pub(super) async fn run(
    connected: &Connected,
    request: &Value,
    format: Format,
) -> Result<(), Trouble> {
    let lines = connected
        .client()
        .lines(Method::POST, "/api/v1/registry-tests", request)
        .await
        .map_err(|error| connected.trouble(error))?;
    pin_mut!(lines);
    let (mut failed, mut ended) = (false, false);
    while let Some(line) = lines.next().await {
        let line = line.map_err(|error| connected.trouble(error))?;
        failed |= text(&line, "status") == "failed";
        ended |= text(&line, "type") == "result";
        match format {
            // As the API gives it: a document a line.
            Format::Json => print_line(&json_text(&line, false)),
            Format::Table => told(&line).iter().for_each(|line| print_line(line)),
        }
    }
    match (failed, ended) {
        (true, _) => Err(Trouble::Failed("the connection test failed".to_owned())),
        (false, false) => Err(Trouble::Failed(
            "the connection test ended without a result; try again".to_owned(),
        )),
        (false, true) => Ok(()),
    }
}

/// A line of the answer in lines for people.
fn told(line: &Value) -> Vec<String> {
    let took = line["duration_ms"].as_i64().unwrap_or_default();
    if text(line, "type") == "result" {
        let found = format!("{} {}", text(line, "detected_kind"), text(line, "version"));
        let found = match found.trim() {
            "" => String::new(),
            found => format!(", found: {found}"),
        };
        let status = text(line, "status");
        let all = format!("{status:<8} all of it     {took:>6} ms{found}");
        let mut told = vec![clean(&all)];
        let warnings = line["warnings"].as_array();
        for code in warnings.into_iter().flatten().filter_map(Value::as_str) {
            told.push("warning  it would not be integrated like this".to_owned());
            told.push(cause(code));
            told.extend(to_do(code));
        }
        return told;
    }
    let facts: Vec<String> = line["facts"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default()))
        .collect();
    let (status, step) = (text(line, "status"), text(line, "step"));
    let head = format!("{status:<8} {step:<13} {took:>6} ms  {}", facts.join(" "));
    let mut told = vec![clean(&head).trim_end().to_owned()];
    let Some(code) = line["code"].as_str() else {
        return told;
    };
    told.push(cause(code));
    for (name, value) in line["params"].as_object().into_iter().flatten() {
        if name != "step" {
            let value = value.as_str().unwrap_or_default();
            told.push(format!("         {}: {}", clean(name), clean(value)));
        }
    }
    told.extend(to_do(code));
    told
}

fn cause(code: &str) -> String {
    let title = ErrorCode::parse(code).map_or("", ErrorCode::title);
    format!("         {title} ({})", clean(code))
}

fn to_do(code: &str) -> Option<String> {
    remedy(code).map(|what| format!("         what to do: {what}"))
}

#[cfg(test)]
mod tests {
    use super::told;
    use serde_json::json;

    #[test]
    fn failed_step_is_told_with_cause_and_remedy_and_hostile_facts_are_harmless() {
        let told = told(
            &json!({"type": "step", "step": "connect", "status": "failed",
            "duration_ms": 7, "code": "upstream.connection_refused",
            "params": {"step": "connect", "detail": "a\u{9b}b"}, "facts": {"x\u{1b}": "y\n"}}),
        );
        assert_eq!(
            told,
            [
                "failed   connect            7 ms  x\\u{1b}=y\\u{a}",
                "         The host refused the connection; is the registry running on this port? (upstream.connection_refused)",
                "         detail: a\\u{9b}b",
                "         what to do: nothing listens there: check the port, and that the registry runs",
            ]
        );
        assert_eq!(super::told(&json!(null)).len(), 1);
    }
}
