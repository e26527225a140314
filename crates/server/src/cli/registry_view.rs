//! Registries as people read them at a terminal.

use super::health_strip;
use super::output::{Table, age, clean, text};
use super::remote::Connected;
use crate::print_line;
use roadstead_core::model::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// What stands where the server tells this asker nothing: the platform's to know.
const WITHHELD: &str = "not told to you";

/// Whether only the outside of a registry was told, as members are told of the platform's.
fn is_outline(registry: &Value) -> bool {
    text(registry, "detail") == "outline"
}

/// Names of workspaces by id, as far as they may be known.
pub(super) type Workspaces = BTreeMap<String, String>;

/// The names of the workspaces that own these.
pub(super) async fn workspaces(connected: &Connected, registries: &[&Value]) -> Workspaces {
    let mut owners = registries.iter().map(|r| &r["owner"]);
    let named = |rows: Vec<Value>| {
        let pair = |row: Value| (text(&row, "id").to_owned(), text(&row, "name").to_owned());
        rows.into_iter().map(pair).collect()
    };
    if !owners.any(|owner| text(owner, "type") == "workspace") {
        return Workspaces::new();
    }
    // Who may not read workspaces sees their ids.
    let rows = connected.items("/api/v1/workspaces", &[("limit", "200")]);
    rows.await.map(named).unwrap_or_default()
}

fn owner(registry: &Value, workspaces: &Workspaces) -> String {
    let owner = &registry["owner"];
    let id = text(owner, "id");
    match workspaces.get(id) {
        _ if id.is_empty() => text(owner, "type").to_owned(),
        Some(name) => name.clone(),
        None => id.to_owned(),
    }
}

/// A table of them.
pub(super) fn print_list(registries: &[&Value], workspaces: &Workspaces) {
    let now = Timestamp::from_system_clock();
    let mut table = Table::new(&[
        "NAME",
        "KIND",
        "OWNER",
        "HEALTH",
        "REASON",
        "FOR",
        "CHECKED",
        "REPOSITORIES",
        "ADDRESS",
    ]);
    for registry in registries {
        let health = &registry["health"];
        let dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let repositories = registry["statistics"]["repositories"]["value"].as_i64();
        let checked = age(&health["checked_at"], now).map(|age| format!("{age} ago"));
        table.row(&[
            text(registry, "name"),
            text(registry, "kind"),
            &owner(registry, workspaces),
            text(health, "status"),
            text(health, "reason"),
            &dash(age(&health["since"], now)),
            &dash(checked),
            &dash(repositories.map(|n| n.to_string())),
            text(registry, "address"),
        ]);
    }
    table.print();
}

/// Everything about one.
pub(super) fn print_one(registry: &Value, history: &Value, workspaces: &Workspaces) {
    for line in lines(
        registry,
        history,
        workspaces,
        Timestamp::from_system_clock(),
    ) {
        print_line(&line);
    }
}

fn lines(
    registry: &Value,
    history: &Value,
    workspaces: &Workspaces,
    now: Timestamp,
) -> Vec<String> {
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut row = |name: &str, value: String| rows.push((name.to_owned(), value));
    let version = text(registry, "version");
    let kind = format!("{} {version}", text(registry, "kind"));
    row("name", text(registry, "name").to_owned());
    row("id", text(registry, "id").to_owned());
    row("kind", kind.trim_end().to_owned());
    let product = text(registry, "product");
    if !product.is_empty() && product != text(registry, "kind") {
        row(
            "",
            format!("the server says it is {product}; it is used by the OCI API"),
        );
    }
    for hole in registry["advisories"].as_array().into_iter().flatten() {
        let (id, mended) = (text(hole, "id"), text(hole, "fixed_in"));
        row(
            "WARNING",
            format!("this version has {id}, mended in {mended}"),
        );
    }
    row("owner", owner(registry, workspaces));
    row("address", text(registry, "address").to_owned());
    let outline = is_outline(registry);
    let told = |said: String| match outline {
        true => WITHHELD.to_owned(),
        false => said,
    };
    let account = registry["username"].as_str();
    row("account", told(account.unwrap_or("- (none)").to_owned()));
    // That plain http has no certificate, everybody knows who knows the address.
    let plain = text(registry, "address").starts_with("http://");
    let checked = certificate(registry);
    row("certificate", if plain { checked } else { told(checked) });
    if let Some(presented) = presented(&registry["certificate"], now) {
        row("", presented);
    }
    row(
        "verified",
        told(match registry["verified"].as_bool() {
            Some(true) => "yes, the whole connection test has passed".to_owned(),
            _ => "no, the connection test has not passed".to_owned(),
        }),
    );
    row("health", health(&registry["health"], now));
    let strip = health_strip::lines(history);
    if outline && strip.is_empty() {
        row("last 48 hours", WITHHELD.to_owned());
    }
    for (n, line) in strip.into_iter().enumerate() {
        row(if n == 0 { "last 48 hours" } else { "" }, line);
    }
    for (name, value) in suspension(&registry["suspension"], now) {
        row(name, value);
    }
    if let Some(message) = registry["health"]["message"].as_str() {
        row("", format!("the registry says: {message}"));
    }
    for condition in registry["conditions"].as_array().into_iter().flatten() {
        row(text(condition, "type"), condition_text(condition, now));
    }
    for name in [
        "spaces",
        "repositories",
        "artifacts",
        "tags",
        "storage_bytes",
    ] {
        let figure = match outline {
            true => format!("- ({WITHHELD})"),
            false => observed(&registry["statistics"][name], now),
        };
        row(&name.replace('_', " "), figure);
    }
    for capability in registry["capabilities"].as_array().into_iter().flatten() {
        let name = text(capability, "name").replace('_', " ");
        row(&name, capability_text(capability));
    }
    for (field, name) in [("repositories", "listed"), ("prefixes", "listed prefix")] {
        let list = registry["listed"][field].as_array();
        for one in list.into_iter().flatten().filter_map(Value::as_str) {
            row(name, one.to_owned());
        }
    }
    let by = registry["integrated_by"]["name"].as_str();
    let by = by.map_or_else(String::new, |name| format!(" by {name}"));
    row(
        "integrated",
        told(format!("{}{by}", text(registry, "created_at"))),
    );
    row("edited", told(text(registry, "updated_at").to_owned()));
    if outline {
        row("description", WITHHELD.to_owned());
    }
    for (n, line) in text(registry, "description").lines().enumerate() {
        row(if n == 0 { "description" } else { "" }, line.to_owned());
    }
    let width = rows.iter().map(|(name, _)| name.chars().count()).max();
    let width = width.unwrap_or_default().min(24);
    rows.iter()
        .map(|(name, value)| format!("{:<width$}  {}", clean(name), clean(value)))
        .collect()
}

/// That another server answers, and what is known of both.
fn suspension(suspension: &Value, now: Timestamp) -> Vec<(&'static str, String)> {
    if !suspension.is_object() {
        return Vec::new();
    }
    let why = match text(suspension, "cause") {
        "content" => "it holds none of the repositories that were known",
        _ => "it answers otherwise than the one that was known",
    };
    let since = age(&suspension["since"], now).map_or_else(String::new, |s| format!(" for {s}"));
    let mut rows = vec![(
        "suspended",
        format!("another server answers{since}: {why}; nothing secret is sent to it"),
    )];
    for (name, part) in [("expected", "expected"), ("seen", "seen")] {
        let server = &suspension[part];
        if server.is_object() {
            rows.push((name, identity(server)));
        }
    }
    rows.push((
        "what to do",
        "`roadstead registry confirm` if that is right, else correct the address".to_owned(),
    ));
    rows
}

fn identity(server: &Value) -> String {
    let mut said = format!("{}, {}", text(server, "product"), text(server, "auth"));
    for part in ["service", "realm", "key"] {
        if let Some(value) = server[part].as_str() {
            said.push_str(&format!(", {part} {value}"));
        }
    }
    said
}

fn certificate(registry: &Value) -> String {
    if text(registry, "address").starts_with("http://") {
        return "- (plain http has none)".to_owned();
    }
    match text(&registry["tls"], "mode") {
        "verify" => "checked by the system's authorities",
        "ca" => "checked by an own authority alone",
        "skip" => "NOT checked",
        other => other,
    }
    .to_owned()
}

/// The certificate the registry presented last.
fn presented(certificate: &Value, now: Timestamp) -> Option<String> {
    let end = Timestamp::parse(certificate["expires_at"].as_str()?).ok()?;
    let day = end.to_string().chars().take(10).collect::<String>();
    let days = end.since(now).as_secs() / 86_400;
    let mut said = if end < now {
        format!("EXPIRED on {day}")
    } else if days < 14 {
        format!("ENDS SOON: good until {day}, {days} days left")
    } else {
        format!("good until {day}, {days} days left")
    };
    match text(certificate, "issuer") {
        "" => {}
        issuer => said.push_str(&format!(", issued by {issuer}")),
    }
    Some(said)
}

fn health(health: &Value, now: Timestamp) -> String {
    let mut said = format!("{} ({})", text(health, "status"), text(health, "reason"));
    if let Some(since) = age(&health["since"], now) {
        said.push_str(&format!(" for {since}"));
    }
    if let Some(latency) = health["latency_ms"].as_i64() {
        said.push_str(&format!(", answers in {latency} ms"));
    }
    match age(&health["checked_at"], now) {
        Some(checked) => said.push_str(&format!(", checked {checked} ago")),
        None => said.push_str(", not checked yet"),
    }
    if let Some(last) = age(&health["last_success_at"], now) {
        said.push_str(&format!(", last good answer {last} ago"));
    }
    said
}

fn condition_text(condition: &Value, now: Timestamp) -> String {
    let mut said = format!(
        "{} ({})",
        text(condition, "status"),
        text(condition, "reason")
    );
    if let Some(since) = age(&condition["since"], now) {
        said.push_str(&format!(" for {since}"));
    }
    if let Some(message) = condition["message"].as_str() {
        said.push_str(&format!(": {message}"));
    }
    said
}

/// `missing (SwitchedOff)`
fn capability_text(capability: &Value) -> String {
    match text(capability, "reason") {
        "" => text(capability, "status").to_owned(),
        reason => format!("{} ({reason})", text(capability, "status")),
    }
}

/// A figure with its age; an unknown one is a dash and why, never 0.
fn observed(figure: &Value, now: Timestamp) -> String {
    match figure["value"].as_i64() {
        Some(value) => match age(&figure["as_of"], now) {
            Some(age) => format!("{value}, {age} ago"),
            None => value.to_string(),
        },
        None => match text(figure, "unavailable") {
            "" => "-".to_owned(),
            "not_measured_yet" => "- (not measured yet)".to_owned(),
            "not_offered" => "- (the registry does not say)".to_owned(),
            "unreachable" => "- (the registry could not be reached)".to_owned(),
            other => format!("- ({other})"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{Workspaces, certificate, lines, observed, presented};
    use roadstead_core::model::Timestamp;
    use serde_json::json;

    fn now() -> Timestamp {
        Timestamp::parse("2026-01-02T00:00:00Z").expect("time")
    }

    #[test]
    fn unknown_figure_is_a_dash_and_why_and_never_0() {
        let shown = |figure| observed(&figure, now());
        let known = json!({"value": 3, "as_of": "2026-01-01T23:59:50Z", "unavailable": null});
        assert_eq!(shown(known), "3, 10s ago");
        assert_eq!(
            shown(json!({"value": 0, "as_of": null, "unavailable": null})),
            "0"
        );
        for (code, wanted) in [
            ("not_measured_yet", "- (not measured yet)"),
            ("not_offered", "- (the registry does not say)"),
            ("unreachable", "- (the registry could not be reached)"),
            ("later", "- (later)"),
        ] {
            let unknown = json!({"value": null, "as_of": null, "unavailable": code});
            assert_eq!(shown(unknown), wanted);
        }
        assert_eq!(shown(json!(null)), "-");
    }

    #[test]
    fn answer_that_lacks_everything_is_shown_without_panic() {
        for odd in [
            json!(null),
            json!([]),
            json!({"conditions": 1, "owner": []}),
        ] {
            assert!(!lines(&odd, &odd, &Workspaces::new(), now()).is_empty());
        }
    }

    #[test]
    fn capabilities_listed_names_and_known_holes_are_shown() {
        let registry = json!({"name": "dock", "kind": "docker", "product": "jfrog",
            "capabilities": [{"name": "tag_deletion", "status": "missing", "reason": "SwitchedOff"},
                {"name": "pull", "status": "available", "reason": null}],
            "advisories": [{"id": "CVE-1", "fixed_in": "7.2"}],
            "listed": {"repositories": ["team/app"], "prefixes": ["other"]}});
        let lines = lines(&registry, &json!(null), &Workspaces::new(), now()).join("\n");
        for wanted in [
            "tag deletion   missing (SwitchedOff)",
            "pull           available",
            "this version has CVE-1, mended in 7.2",
            "the server says it is jfrog",
            "listed         team/app",
            "listed prefix  other",
        ] {
            assert!(lines.contains(wanted), "{wanted} is not in\n{lines}");
        }
    }

    #[test]
    fn what_a_member_is_not_told_of_the_platforms_registry_is_said_to_be_so_and_not_to_be_none() {
        let outline = json!({"detail": "outline", "name": "dock", "kind": "docker",
            "owner": {"type": "platform"}, "address": "https://r",
            "health": {"status": "healthy", "reason": "Reachable"}});
        let lines = lines(&outline, &json!(null), &Workspaces::new(), now());
        for (name, wanted) in [
            ("account", "not told to you"),
            ("certificate", "not told to you"),
            ("verified", "not told to you"),
            ("last 48 hours", "not told to you"),
            ("spaces", "- (not told to you)"),
            ("storage bytes", "- (not told to you)"),
            ("integrated", "not told to you"),
            ("edited", "not told to you"),
            ("description", "not told to you"),
        ] {
            let row = lines.iter().find(|line| line.starts_with(name));
            let value = row.and_then(|row| row.strip_prefix(name)).map(str::trim);
            assert_eq!(value, Some(wanted), "{name} in {lines:?}");
        }
        let plain = json!({"detail": "outline", "address": "http://r"});
        let lines = super::lines(&plain, &json!(null), &Workspaces::new(), now()).join("\n");
        assert!(lines.contains("- (plain http has none)"), "{lines}");
    }

    #[test]
    fn plain_http_is_not_said_to_be_checked() {
        let of = |address| certificate(&json!({"address": address, "tls": {"mode": "verify"}}));
        assert_eq!(of("http://r"), "- (plain http has none)");
        assert_eq!(of("https://r"), "checked by the system's authorities");
    }

    #[test]
    fn certificate_is_shown_with_its_days_and_a_hostile_issuer_is_harmless() {
        let of = |end: &str| presented(&json!({"expires_at": end, "issuer": "Own CA"}), now());
        assert_eq!(
            of("2026-01-16T00:00:00Z").as_deref(),
            Some("good until 2026-01-16, 14 days left, issued by Own CA")
        );
        assert_eq!(
            of("2026-01-15T23:00:00Z").as_deref(),
            Some("ENDS SOON: good until 2026-01-15, 13 days left, issued by Own CA")
        );
        assert_eq!(
            of("2026-01-01T23:00:00Z").as_deref(),
            Some("EXPIRED on 2026-01-01, issued by Own CA")
        );
        assert_eq!(presented(&json!(null), now()), None);
        let hostile = json!({"certificate":
            {"expires_at": "2027-01-01T00:00:00Z", "issuer": "x\u{1b}[2J"}});
        let shown = lines(&hostile, &json!(null), &Workspaces::new(), now()).join("\n");
        assert!(shown.contains("x\\u{1b}[2J"), "{shown}");
    }

    #[test]
    fn health_is_shown_with_reason_and_ages() {
        let registry = json!({"name": "dock", "health": {
            "status": "unhealthy", "reason": "ConnectionRefused", "since": "2026-01-01T23:55:00Z",
            "checked_at": "2026-01-01T23:59:57Z", "last_success_at": "2026-01-01T23:54:00Z",
            "latency_ms": 4, "message": "x\u{1b}[2J"}});
        let lines = lines(&registry, &json!(null), &Workspaces::new(), now()).join("\n");
        let wanted = "unhealthy (ConnectionRefused) for 5m, answers in 4 ms, checked 3s ago, last good answer 6m ago";
        assert!(lines.contains(wanted), "{lines}");
        assert!(lines.contains("x\\u{1b}[2J"), "{lines}");
    }
}
