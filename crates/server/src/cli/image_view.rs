//! Images as people read them at a terminal: the list, the search, one repository, one artifact.

use super::image_contents;
use super::image_describe;
use super::image_documents;
use super::image_reference::{Reference, What};
use super::output::{Format, Table, age, clean, print_json, text};
use super::registry::{Which, find, workspace_id};
use super::remote::Connected;
use super::trouble::Trouble;
use crate::print_line;
use clap::Args;
use roadstead_client::with_query;
use roadstead_core::model::{ArtifactKind, Timestamp};
use serde_json::{Value, json};

const IMAGES: &str = "/api/v1/repositories";
/// Tags shown of a repository.
const TAGS: &str = "20";

/// Where to look.
#[derive(Args)]
pub(super) struct Where {
    /// Only in this registry, by name or id.
    #[arg(long, value_name = "NAME|ID")]
    registry: Option<String>,
    /// Only in registries of this workspace, by name or id.
    #[arg(long, value_name = "NAME|ID")]
    workspace: Option<String>,
    /// Only repositories that hold such an artifact.
    #[arg(long, value_parser = ArtifactKind::ALL.map(ArtifactKind::as_str))]
    kind: Option<String>,
}

impl Where {
    async fn query(&self, connected: &Connected) -> Result<Vec<(&'static str, String)>, Trouble> {
        let mut query = Vec::new();
        if let Some(registry) = &self.registry {
            let which = Which::of(registry.clone(), self.workspace.clone());
            let found = find(connected, &which).await?;
            query.push(("registry", text(&found, "id").to_owned()));
        } else if let Some(workspace) = &self.workspace {
            query.push(("workspace", workspace_id(connected, workspace).await?));
        }
        query.extend(self.kind.clone().map(|kind| ("kind", kind)));
        Ok(query)
    }
}

/// Every image, or those whose repository's name contains a text.
#[derive(Args)]
pub(super) struct Ls {
    /// Only repositories whose name contains this.
    text: Option<String>,
    #[command(flatten)]
    place: Where,
    /// The order.
    #[arg(long, value_parser = ["name", "-name", "-pushed_at", "-size", "-tags"], allow_hyphen_values = true, default_value = "name")]
    sort: String,
}

/// What is searched for.
#[derive(Args)]
pub(super) struct Search {
    /// Part of a repository's name, of a tag, of both (`app:1.2`), or how a digest begins.
    text: String,
    #[command(flatten)]
    place: Where,
    /// How many of each group, 1 to 50.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=50))]
    limit: u16,
}

/// Which one.
#[derive(Args)]
pub(super) struct Show {
    /// `<registry>/<repository>`, with `:<tag>` or `@<digest>`; the registry by its name or id.
    image: String,
    /// The registry's workspace, by name or id, where several registries have the name.
    #[arg(long, value_name = "NAME|ID")]
    workspace: Option<String>,
    /// Prints the manifest itself, byte by byte as the registry has it now.
    #[arg(long, conflicts_with_all = ["output", "json"])]
    raw: bool,
    /// Also lists the tags that clients keep for what is about other artifacts
    /// (`sha256-<digest>.sig`).
    #[arg(long, conflicts_with = "raw")]
    attached: bool,
}

pub(super) async fn list(connected: &Connected, ls: Ls, format: Format) -> Result<(), Trouble> {
    let mut query = ls.place.query(connected).await?;
    query.extend(ls.text.map(|text| ("q", text)));
    query.extend([("sort", ls.sort), ("limit", "200".to_owned())]);
    let query: Vec<(&str, &str)> = query.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let images = connected.items(IMAGES, &query).await?;
    if format == Format::Json {
        print_json(&json!({ "items": images }));
    } else {
        print_images(&images);
    }
    Ok(())
}

fn print_images(images: &[Value]) {
    let now = Timestamp::from_system_clock();
    let mut table = Table::new(&["REGISTRY", "REPOSITORY", "TAGS", "SIZE", "PUSHED", "HOLDS"]);
    for image in images {
        let repository = &image["repository"];
        table.row(&[
            text(image, "registry"),
            text(repository, "name"),
            &number(&repository["tags"]),
            &size(&repository["total_bytes"]),
            &ago(&repository["pushed_at"], now),
            &words(&repository["kinds"]),
        ]);
    }
    table.print();
}

pub(super) async fn search(
    connected: &Connected,
    search: Search,
    format: Format,
) -> Result<(), Trouble> {
    let mut query = search.place.query(connected).await?;
    query.extend([("q", search.text), ("limit", search.limit.to_string())]);
    let query = query.iter().map(|(k, v)| (*k, v.as_str()));
    let found = connected.get(&with_query("/api/v1/search", query)).await?;
    if format == Format::Json {
        print_json(&found);
        return Ok(());
    }
    let group = |name: &str| found[name].as_array().cloned().unwrap_or_default();
    let (repositories, tags, artifacts) =
        (group("repositories"), group("tags"), group("artifacts"));
    if !repositories.is_empty() {
        print_images(&repositories);
    }
    let references = [tags, artifacts].concat();
    if !references.is_empty() {
        if !repositories.is_empty() {
            print_line("");
        }
        print_references(&references);
    }
    if repositories.is_empty() && references.is_empty() {
        print_line("Nothing was found.");
    }
    if found["more_repositories"] == true || found["more_tags"] == true {
        print_line("There is more; search for more of the name.");
    }
    if found["partial"] == true {
        print_line("The server is still reading what can be searched: only names were looked at.");
    }
    Ok(())
}

fn print_references(references: &[Value]) {
    let now = Timestamp::from_system_clock();
    let mut table = Table::new(&["REGISTRY", "IMAGE", "KIND", "SIZE", "SINCE", "DIGEST"]);
    for one in references {
        let repository = text(one, "repository");
        let name = one["tag"].as_str().map_or_else(
            || repository.to_owned(),
            |tag| format!("{repository}:{tag}"),
        );
        table.row(&[
            text(one, "registry"),
            &name,
            dash(one["kind"].as_str()),
            &size(&one["size_bytes"]),
            &ago(&one["at"], now),
            dash(one["digest"].as_str()),
        ]);
    }
    table.print();
}

pub(super) async fn show(connected: &Connected, show: Show, format: Format) -> Result<(), Trouble> {
    let workspace = show.workspace.as_deref();
    if show.raw {
        return image_contents::raw(connected, &show.image, workspace).await;
    }
    let (image, path, digest) = located(connected, &show.image, workspace).await?;
    let Some(digest) = digest else {
        return repository(connected, &image, &path, show.attached, format).await;
    };
    let artifact = connected.get(&format!("{path}/artifacts/{digest}")).await?;
    if format == Format::Json {
        print_json(&artifact);
    } else {
        print_artifact(&image, &artifact);
    }
    Ok(())
}

/// What people call an image: its repository as a list shows it, that one's path, and the digest of
/// what is meant in it.
pub(super) async fn located(
    connected: &Connected,
    image: &str,
    workspace: Option<&str>,
) -> Result<(Value, String, Option<String>), Trouble> {
    let reference = Reference::parse(image)?;
    let image = reference.find(connected, workspace).await?;
    let path = format!("{IMAGES}/{}", text(&image["repository"], "id"));
    let digest = match &reference.what {
        None => None,
        Some(What::Digest(digest)) => Some(digest.to_string()),
        Some(What::Tag(tag)) => {
            let query = [("q", tag.as_str()), ("attached", "true"), ("limit", "200")];
            let tags = connected.items(&format!("{path}/tags"), &query).await?;
            let found = tags.iter().find(|one| text(one, "name") == tag.as_str());
            let found = found.ok_or_else(|| {
                Trouble::Failed(format!("there is no tag {tag} in that repository"))
            })?;
            let digest = found["digest"].as_str();
            let unread =
                || Trouble::Failed("nobody has looked yet what that tag points at".to_owned());
            Some(digest.ok_or_else(unread)?.to_owned())
        }
    };
    Ok((image, path, digest))
}

async fn repository(
    connected: &Connected,
    image: &Value,
    path: &str,
    attached: bool,
    format: Format,
) -> Result<(), Trouble> {
    let shown = if attached { "true" } else { "false" };
    let query = [("sort", "newest"), ("attached", shown), ("limit", TAGS)];
    let tags = connected
        .get(&with_query(&format!("{path}/tags"), query))
        .await?;
    let detail = connected.get(path).await?;
    let description = connected.get(&image_describe::path(image)).await?;
    if format == Format::Json {
        print_json(
            &json!({ "image": image, "description": description, "attached_tags": detail["attached_tags"], "tags": tags }),
        );
        return Ok(());
    }
    print_images(std::slice::from_ref(image));
    match image_describe::first_line(&description) {
        Some(line) => print_line(&format!("Description: {line}")),
        None => print_line("No description."),
    }
    let now = Timestamp::from_system_clock();
    let mut table = Table::new(&["TAG", "KIND", "SIZE", "PUSHED", "RUNS ON", "DIGEST"]);
    for tag in tags["items"].as_array().into_iter().flatten() {
        table.row(&[
            text(tag, "name"),
            dash(tag["kind"].as_str()),
            &size(&tag["size_bytes"]),
            &pushed(tag, now),
            &platforms(&tag["platforms"]),
            dash(tag["digest"].as_str()),
        ]);
    }
    print_line("");
    table.print();
    let total = tags["total"]["value"].as_u64().unwrap_or_default();
    if !tags["next_cursor"].is_null() {
        print_line(&format!("The newest {TAGS} of {total} tags."));
    }
    match detail["attached_tags"].as_u64().unwrap_or_default() {
        0 => {}
        _ if attached => {}
        1 => print_line("1 more tag belongs to another artifact; --attached lists it."),
        n => print_line(&format!(
            "{n} more tags belong to other artifacts; --attached lists them."
        )),
    }
    Ok(())
}

/// When a tag was pushed; where the registry does not tell, when it was seen first.
fn pushed(tag: &Value, now: Timestamp) -> String {
    if tag["pushed_at"].is_null() {
        format!("seen {}", ago(&tag["seen_at"], now))
    } else {
        ago(&tag["pushed_at"], now)
    }
}

fn print_artifact(image: &Value, artifact: &Value) {
    let mut lines = vec![
        ("repository", text(&image["repository"], "name").to_owned()),
        ("digest", text(artifact, "digest").to_owned()),
        ("kind", dash(artifact["kind"].as_str()).to_owned()),
        ("media type", text(artifact, "media_type").to_owned()),
        ("size", size(&artifact["size_bytes"])),
        ("runs on", platforms(&artifact["platforms"])),
        ("built", built(artifact).to_owned()),
        ("tags", words(&artifact["tags"])),
    ];
    let layers = artifact["layers"].as_array().map_or(0, Vec::len);
    let documents = image_documents::documents(artifact);
    if layers > 0 && documents.is_empty() {
        lines.push(("layers", layers.to_string()));
    }
    lines.extend(image_documents::chart(artifact));
    for (name, value) in lines {
        print_line(&format!("{name:<12}{}", clean(&value)));
    }
    for (digest, name) in documents {
        print_line(&clean(&format!("{:<12}{digest}  {name}", "holds")));
    }
    for (field, title) in [("children", "lists"), ("referrers", "said about it")] {
        for one in artifact[field].as_array().into_iter().flatten() {
            let of = if field == "children" {
                &one["descriptor"]
            } else {
                one
            };
            let what = one["platform"]
                .as_object()
                .map(|_| platform(&one["platform"]))
                .or_else(|| one["kind"].as_str().map(str::to_owned))
                .unwrap_or_default();
            let attests = if one["attests"] == true {
                "attestation"
            } else {
                &what
            };
            let bytes = match one["size_bytes"].is_null() {
                true => String::new(),
                false => size(&one["size_bytes"]),
            };
            let line = format!("{title:<12}{}  {attests:<16}  {bytes}", text(of, "digest"));
            print_line(&clean(line.trim_end()));
        }
    }
}

/// When it was built. The beginning of the epoch is no time that anybody would want to read.
fn built(artifact: &Value) -> &str {
    if artifact["reproducible"] == true {
        "reproducible build, no time told"
    } else {
        dash(artifact["created_at"].as_str())
    }
}

fn dash(text: Option<&str>) -> &str {
    text.filter(|text| !text.is_empty()).unwrap_or("-")
}

fn number(value: &Value) -> String {
    value
        .as_u64()
        .map_or_else(|| "-".to_owned(), |n| n.to_string())
}

fn ago(time: &Value, now: Timestamp) -> String {
    age(time, now).map_or_else(|| "-".to_owned(), |age| format!("{age} ago"))
}

fn words(list: &Value) -> String {
    let words: Vec<&str> = list
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    dash(Some(&words.join(", "))).to_owned()
}

fn platform(value: &Value) -> String {
    let parts = ["os", "architecture", "variant"].map(|field| text(value, field));
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("/")
}

fn platforms(list: &Value) -> String {
    let all: Vec<String> = list
        .as_array()
        .into_iter()
        .flatten()
        .map(platform)
        .collect();
    dash(Some(&all.join(", "))).to_owned()
}

/// Bytes as people read them.
fn size(value: &Value) -> String {
    let Some(bytes) = value.as_u64() else {
        return "-".to_owned();
    };
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let (mut whole, mut unit, mut rest) = (bytes, 0, 0);
    while whole >= 1_024 && unit + 1 < units.len() {
        rest = whole % 1_024;
        whole /= 1_024;
        unit += 1;
    }
    let unit_name = units.get(unit).copied().unwrap_or_default();
    if unit == 0 {
        format!("{whole} {unit_name}")
    } else {
        format!("{whole}.{} {unit_name}", rest * 10 / 1_024)
    }
}

#[cfg(test)]
mod tests {
    use super::{platforms, size};
    use serde_json::json;

    #[test]
    fn sizes_and_architectures_are_written_as_people_read_them() {
        let of = |bytes: u64| size(&json!(bytes));
        assert_eq!((of(0), of(1_023)), ("0 B".to_owned(), "1023 B".to_owned()));
        assert_eq!(
            (of(1_536), of(5 << 30)),
            ("1.5 KiB".to_owned(), "5.0 GiB".to_owned())
        );
        assert_eq!(size(&json!(null)), "-");
        let all = json!([{"os": "linux", "architecture": "arm64", "variant": "v8"},
            {"os": "linux", "architecture": "amd64", "variant": null}]);
        assert_eq!(platforms(&all), "linux/arm64/v8, linux/amd64");
        assert_eq!(platforms(&json!([])), "-");
    }
}
