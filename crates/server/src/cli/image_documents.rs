//! What a chart says of itself and which documents an artifact holds, as people read them at a
//! terminal.

use super::output::text;
use serde_json::Value;

/// Layers whose type says what they are, whatever they are called.
const KNOWN: [(&str, &str); 2] = [
    (
        "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
        "chart archive",
    ),
    (
        "application/vnd.cncf.helm.chart.provenance.v1.prov",
        "provenance",
    ),
];

/// Names and values of what a chart says; nothing of what is none.
pub(super) fn chart(artifact: &Value) -> Vec<(&'static str, String)> {
    let chart = &artifact["chart"];
    if artifact["kind"] != "helm" {
        return Vec::new();
    }
    if chart.is_null() {
        let why = match artifact["config_trouble"].as_str() {
            Some(code) => format!("could not be read: {code}"),
            None => "not read yet".to_owned(),
        };
        return vec![("chart", why)];
    }
    let named = match (text(chart, "name"), text(chart, "version")) {
        ("", "") => "tells no name".to_owned(),
        (name, version) => format!("{name} {version}").trim().to_owned(),
    };
    let mut lines = vec![("chart", named)];
    if chart["deprecated"] == true {
        lines.push(("deprecated", "yes".to_owned()));
    }
    for (title, field) in [
        ("app version", "app_version"),
        ("type", "type"),
        ("kubernetes", "kube_version"),
        ("about", "description"),
        ("home", "home"),
    ] {
        if let Some(value) = chart[field].as_str() {
            lines.push((title, value.to_owned()));
        }
    }
    for (title, field) in [
        ("source", "sources"),
        ("maintainer", "maintainers"),
        ("keyword", "keywords"),
    ] {
        let all = chart[field].as_array().into_iter().flatten();
        lines.extend(
            all.filter_map(Value::as_str)
                .map(|one| (title, one.to_owned())),
        );
    }
    for needed in chart["dependencies"].as_array().into_iter().flatten() {
        let parts = ["name", "version", "repository"].map(|field| text(needed, field));
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        lines.push(("needs", parts.join(" ")));
    }
    let left_out = chart["left_out"].as_object().into_iter().flatten();
    let left_out: u64 = left_out.filter_map(|(_, count)| count.as_u64()).sum();
    if left_out > 0 {
        lines.push(("left out", left_out.to_string()));
    }
    lines
}

/// Digest and name of each document of what is no image.
pub(super) fn documents(artifact: &Value) -> Vec<(String, String)> {
    if artifact["kind"] == "image" || artifact["kind"] == "index" {
        return Vec::new();
    }
    let layers = artifact["layers"].as_array().into_iter().flatten();
    layers
        .zip(1..)
        .map(|(layer, number): (_, u32)| (text(layer, "digest").to_owned(), name(layer, number)))
        .collect()
}

fn name(layer: &Value, number: u32) -> String {
    let is = text(layer, "media_type");
    let known = KNOWN.iter().find(|(media_type, _)| *media_type == is);
    match (known, text(layer, "title")) {
        (Some((_, name)), _) => (*name).to_owned(),
        (None, "") => format!("part {number}"),
        (None, title) => title.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{chart, documents};
    use serde_json::json;

    #[test]
    fn chart_says_what_it_is_or_why_nothing_is_known() {
        let told = |artifact| -> Vec<String> {
            let lines = chart(&artifact).into_iter();
            lines
                .map(|(name, value)| format!("{name}={value}"))
                .collect()
        };
        let said = json!({"kind": "helm", "chart": {"name": "api", "version": "1.2.3",
            "type": "library", "deprecated": true, "maintainers": ["Ada", "Bo"],
            "dependencies": [{"name": "db", "version": "~3", "repository": null}],
            "left_out": {"texts": 1, "sources": 2}}});
        assert_eq!(
            told(said),
            [
                "chart=api 1.2.3",
                "deprecated=yes",
                "type=library",
                "maintainer=Ada",
                "maintainer=Bo",
                "needs=db ~3",
                "left out=3",
            ]
        );
        let unread = json!({"kind": "helm", "chart": null, "config_trouble": null});
        assert_eq!(told(unread), ["chart=not read yet"]);
        let bad = json!({"kind": "helm", "chart": null, "config_trouble": "upstream.protocol"});
        assert_eq!(told(bad), ["chart=could not be read: upstream.protocol"]);
        let empty = json!({"kind": "helm", "chart": {"name": null, "version": null}});
        assert_eq!(told(empty), ["chart=tells no name"]);
        assert!(told(json!({"kind": "image", "chart": null})).is_empty());
    }

    #[test]
    fn documents_are_called_by_their_type_their_title_or_their_number() {
        let layer = |media_type: &str, title: Option<&str>| json!({"digest": "d", "media_type": media_type, "title": title});
        let chart = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
        let artifact = json!({"kind": "other", "layers": [layer(chart, Some("x.tgz")),
            layer("text/plain", Some("notes.txt")), layer("text/plain", None)]});
        let found = documents(&artifact);
        let names: Vec<&str> = found.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["chart archive", "notes.txt", "part 3"]);
        assert!(documents(&json!({"kind": "image", "layers": [layer(chart, None)]})).is_empty());
    }
}
