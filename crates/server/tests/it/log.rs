//! What a server at debug level tells of each request.

use roadstead_testkit::{TestApp, TestAppOptions};
use serde_json::Value;
use std::collections::HashMap;
use std::time::Duration;

/// Lines by the request they are about.
pub(crate) type ByRequest = HashMap<String, Vec<Value>>;

/// The options with a log that tells everything, for machines.
pub(crate) fn told(mut options: TestAppOptions) -> TestAppOptions {
    for (name, value) in [("LEVEL", "debug"), ("FORMAT", "json")] {
        let name = format!("ROADSTEAD_LOG_{name}");
        options.environment.push((name, value.to_owned()));
    }
    options
}

/// All lines with a request's id. Waits until the access line of the last request has come: that
/// of the one that was answered last, behind which nothing else is on its way.
///
/// # Panics
/// When it does not come.
pub(crate) async fn by_request(app: &TestApp, last: &str) -> ByRequest {
    let last = format!("\"request_id\":\"{last}\"");
    let ended = |line: &str| line.contains("\"msg\":\"request\"") && line.contains(&last);
    let mut log = app.log();
    let (mut waited, mut searched) = (0, 0);
    while !log[searched..].lines().any(ended) {
        assert!(waited < 3_000, "{last} is not logged");
        waited += 1;
        searched = log.len();
        tokio::time::sleep(Duration::from_millis(20)).await;
        log = app.log();
    }
    let mut found = ByRequest::new();
    for line in log.lines().filter(|line| line.contains("\"request_id\"")) {
        let line: Value = serde_json::from_str(line).expect("a line of the log");
        let id = line["request_id"].as_str().unwrap_or_default().to_owned();
        found.entry(id).or_default().push(line);
    }
    found
}

/// The statements among a request's lines, in their order.
pub(crate) fn statements<'l>(lines: &'l ByRequest, id: &str) -> Vec<&'l str> {
    let lines = lines.get(id).into_iter().flatten();
    lines
        .filter(|line| line["msg"] == "statement")
        .filter_map(|line| line["sql"].as_str())
        .collect()
}

/// How many of a request's lines say this.
pub(crate) fn count(lines: &ByRequest, id: &str, msg: &str) -> usize {
    let lines = lines.get(id).into_iter().flatten();
    lines.filter(|line| line["msg"] == msg).count()
}
