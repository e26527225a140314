//! The audit log as a file.

use super::audit::AuditEntryView;
use roadstead_core::model::{AuditActor, AuditEntry};

/// The first line of a CSV export.
pub(crate) const CSV_HEADING: &str = "at,actor_type,actor_id,actor_name,action,object_kind,\
object_id,object_name,workspace_id,outcome,code,repeats,request_id,source_address,before,after\r\n";

/// Entries as lines of CSV (RFC 4180).
pub(crate) fn csv(entries: &[AuditEntry]) -> String {
    let mut text = String::with_capacity(entries.len() * 256);
    for entry in entries {
        let (actor_type, actor_id, actor_name) = match &entry.actor {
            AuditActor::User { id, name } => ("user", id.to_string(), name.as_str()),
            AuditActor::Roadstead => ("roadstead", String::new(), ""),
            AuditActor::Anonymous => ("anonymous", String::new(), ""),
        };
        let optional = |value: Option<String>| value.unwrap_or_default();
        let fields = [
            entry.at.to_string(),
            actor_type.to_owned(),
            actor_id,
            actor_name.to_owned(),
            entry.action.clone(),
            entry.object.kind.clone(),
            entry.object.id.clone(),
            entry.object.name.clone(),
            optional(entry.workspace_id.map(|id| id.to_string())),
            entry.outcome.as_str().to_owned(),
            optional(entry.code.map(|code| code.as_str().to_owned())),
            entry.repeats.to_string(),
            entry.request_id.to_string(),
            optional(entry.source_address.clone()),
            optional(entry.before.as_ref().map(ToString::to_string)),
            optional(entry.after.as_ref().map(ToString::to_string)),
        ];
        for (i, field) in fields.iter().enumerate() {
            if i > 0 {
                text.push(',');
            }
            push_field(&mut text, field);
        }
        text.push_str("\r\n");
    }
    text
}

/// Adds a field so that a spreadsheet takes it as text: one that would start a formula gets an
/// apostrophe in front.
fn push_field(text: &mut String, field: &str) {
    let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    if !formula && !field.contains(['"', ',', '\r', '\n']) {
        text.push_str(field);
        return;
    }
    text.push('"');
    if formula {
        text.push('\'');
    }
    for c in field.chars() {
        if c == '"' {
            text.push('"');
        }
        text.push(c);
    }
    text.push('"');
}

/// Entries as lines of JSON, as the list gives them.
pub(crate) fn jsonl(entries: Vec<AuditEntry>) -> Result<String, serde_json::Error> {
    let mut text = String::with_capacity(entries.len() * 512);
    for entry in entries {
        text.push_str(&serde_json::to_string(&AuditEntryView::from(entry))?);
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::{CSV_HEADING, csv, jsonl, push_field};
    use roadstead_core::model::{AuditEntry, AuditObject, RequestId, Timestamp};

    fn field(value: &str) -> String {
        let mut text = String::new();
        push_field(&mut text, value);
        text
    }

    #[test]
    fn field_that_would_be_a_formula_is_text() {
        for (value, written) in [
            ("plain", "plain"),
            ("a-b", "a-b"),
            ("", ""),
            ("=1+1", "\"'=1+1\""),
            ("+49", "\"'+49\""),
            ("-1", "\"'-1\""),
            ("@sum", "\"'@sum\""),
            ("\tx", "\"'\tx\""),
            ("\r=1", "\"'\r=1\""),
            ("\n=1", "\"'\n=1\""),
            (
                "=cmd|'/c calc'!A1,\"x\"",
                "\"'=cmd|'/c calc'!A1,\"\"x\"\"\"",
            ),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("two\nlines", "\"two\nlines\""),
        ] {
            assert_eq!(field(value), written, "{value:?}");
        }
    }

    #[test]
    fn every_line_has_the_headings_number_of_fields() {
        let mut entry = AuditEntry::effect(
            &RequestId::make(),
            Timestamp::from_micros(0),
            "setup.offer",
            AuditObject {
                kind: "setup".to_owned(),
                id: "setup".to_owned(),
                name: "=evil".to_owned(),
            },
        );
        let heading = CSV_HEADING.matches(',').count();
        assert_eq!(
            csv(std::slice::from_ref(&entry)).matches(',').count(),
            heading
        );
        entry.after = Some(serde_json::json!({"n": 1}));
        let line = csv(std::slice::from_ref(&entry));
        assert!(line.ends_with(",\"{\"\"n\"\":1}\"\r\n"), "{line}");
        assert!(line.contains(",\"'=evil\","), "{line}");
        let line = jsonl(vec![entry]).expect("lines");
        let read: serde_json::Value = serde_json::from_str(line.trim_end()).expect("json");
        assert_eq!(read["object"]["name"], "=evil");
        assert_eq!(read["actor"]["type"], "roadstead");
    }
}
