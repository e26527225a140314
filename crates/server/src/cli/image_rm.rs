//! Deleting a tag or an artifact.

use super::image_reference::{Reference, What};
use super::output::{Format, clean, print_json, text};
use super::remote::Connected;
use super::secret_input;
use super::trouble::{Trouble, remedy};
use crate::print_line;
use clap::Args;
use roadstead_client::{Method, with_query};
use roadstead_core::ErrorCode;
use serde_json::Value;

/// What is deleted, and how surely.
#[derive(Args)]
pub(super) struct Rm {
    /// `<registry>/<repository>:<tag>` or `<registry>/<repository>@<digest>`; the registry by its
    /// name or id.
    image: String,
    /// The registry's workspace, by name or id, where several registries have the name.
    #[arg(long, value_name = "NAME|ID")]
    workspace: Option<String>,
    /// Does not ask, where one tag or none goes.
    #[arg(short, long)]
    yes: bool,
    /// The repository's name, instead of typing it when asked: needed where more than one tag goes.
    #[arg(long, value_name = "REPOSITORY")]
    confirm: Option<String>,
    /// Only says what would go.
    #[arg(long, conflicts_with_all = ["yes", "confirm"])]
    dry_run: bool,
}

pub(super) async fn remove(connected: &Connected, rm: Rm, format: Format) -> Result<(), Trouble> {
    let reference = Reference::parse(&rm.image)?;
    let Some(what) = &reference.what else {
        return Err(Trouble::Usage(
            "say which tag (`:1.0`) or digest (`@sha256:...`) of it".to_owned(),
        ));
    };
    let repository = reference.find(connected, rm.workspace.as_deref()).await?;
    let repository = text(&repository["repository"], "id");
    // Tags have letters, digits and `_.-`, digests nothing that a path would split at either.
    let path = match what {
        What::Tag(tag) => format!("/api/v1/repositories/{repository}/tags/{tag}"),
        What::Digest(digest) => format!("/api/v1/repositories/{repository}/artifacts/{digest}"),
    };
    let look = format!("{path}?dry_run=true");
    let plan = connected.document(Method::DELETE, &look, None, None).await;
    let plan = plan.map_err(|trouble| match what {
        // The repository was found a moment ago.
        What::Tag(tag) if trouble.is(ErrorCode::ObjectNotFound) => Trouble::Failed(format!(
            "there is no tag {tag} in that repository, or it may not be deleted by you\n  \
             what to do: look with `roadstead image show`"
        )),
        _ => trouble,
    })?;
    let refusal = refusal(&plan, &rm.image);
    match format {
        Format::Json if rm.dry_run => print_json(&plan),
        // Nothing goes: what would have gone is not said.
        Format::Table if refusal.is_none() => {
            for line in lines(&plan) {
                print_line(&line);
            }
        }
        Format::Json | Format::Table => {}
    }
    if let Some(refusal) = refusal {
        return Err(Trouble::Failed(refusal));
    }
    if rm.dry_run {
        return Ok(());
    }
    let confirm = confirmed(&plan, &rm)?;
    let query = confirm.as_deref().map(|name| ("confirm", name));
    let path = with_query(&path, query);
    let expected = match what {
        What::Tag(_) => Some(text(&plan, "digest")),
        What::Digest(_) => None,
    };
    let done = connected.delete_seen(&path, expected).await?;
    match format {
        Format::Json => print_json(&done),
        Format::Table if done["already_gone"] == true => {
            print_line("The registry did not have it any more.");
        }
        Format::Table => print_line(&format!("{} is deleted.", clean(&rm.image))),
    }
    Ok(())
}

/// What is to be given as `confirm`; nothing is deleted that nobody said yes to.
fn confirmed(plan: &Value, rm: &Rm) -> Result<Option<String>, Trouble> {
    let name = text(plan, "repository");
    let many = plan["confirmation_needed"] == true;
    let unasked = |how: &str| {
        Trouble::Usage(format!(
            "there is no terminal to ask on: {how}; nothing is deleted"
        ))
    };
    let typed = match (&rm.confirm, many) {
        (Some(typed), _) => typed.clone(),
        (None, false) if rm.yes => return Ok(None),
        (None, true) if secret_input::can_ask() => secret_input::ask(&format!(
            "More than one tag goes. Type {} to delete them: ",
            clean(name)
        ))?,
        (None, false) if secret_input::can_ask() => {
            let answer = secret_input::ask("Delete it? Type yes: ")?;
            return if answer == "yes" {
                Ok(None)
            } else {
                Err(Trouble::Failed("nothing is deleted".to_owned()))
            };
        }
        (None, true) => return Err(unasked("give the repository's name with --confirm")),
        (None, false) => return Err(unasked("say --yes")),
    };
    if typed == name {
        Ok(Some(typed))
    } else {
        Err(Trouble::Failed(format!(
            "that is not the repository's name, {}; nothing is deleted",
            clean(name)
        )))
    }
}

/// Why it cannot be done, and what can be done about it. `image` is what was asked to be deleted.
fn refusal(plan: &Value, image: &str) -> Option<String> {
    let refusal = plan["refusal"].as_object()?;
    let code = refusal.get("code")?.as_str()?;
    let title = ErrorCode::parse(code).map_or("It cannot be deleted.", ErrorCode::title);
    let mut said = format!("{title} ({})", clean(code));
    for name in ["reason", "tags", "names"] {
        if let Some(value) = refusal["params"][name].as_str() {
            said.push_str(&format!("\n  {name}: {}", clean(value)));
        }
    }
    if code == "tag.shared" {
        let tags = named(&plan["tags"]["items"], |tag| tag.as_str());
        said.push_str(&format!("\n  these point at it: {}", tags.join(", ")));
    }
    let instead = match (code, refusal["params"]["reason"].as_str()) {
        ("deletion.unavailable", Some("SwitchedOff")) => Some(
            "set `storage.delete.enabled: true` in the registry's configuration and start it anew"
                .to_owned(),
        ),
        // Without a digest there is nothing to name; it is refused all the same.
        ("tag.shared", _) => plan["digest"].as_str().map(|digest| {
            let name = text(plan, "repository");
            let at = image.rsplit_once(':').map_or(image, |(before, _)| before);
            format!(
                "roadstead image rm {}@{} --confirm {}",
                clean(at),
                clean(digest),
                clean(name)
            )
        }),
        _ => remedy(code).map(ToOwned::to_owned),
    };
    if let Some(instead) = instead {
        said.push_str(&format!("\n  what to do: {instead}"));
    }
    Some(said)
}

/// What goes and what stays behind, in sentences.
fn lines(plan: &Value) -> Vec<String> {
    let digest = plan["digest"].as_str().unwrap_or("not known yet");
    let mut lines = vec![format!(
        "{} in {}",
        clean(digest),
        clean(text(plan, "repository"))
    )];
    let artifact = plan["takes_artifact"] == true;
    if let (false, Some(tag)) = (artifact, plan["tag"].as_str()) {
        lines.push(format!("  the tag that goes      {}", clean(tag)));
    }
    let tags = named(&plan["tags"]["items"], |tag| tag.as_str());
    let label = if artifact {
        "tags that go         "
    } else {
        "tags that point at it"
    };
    let total = plan["tags"]["total"].as_u64().unwrap_or_default();
    lines.push(format!("  {label}  {total}{}", in_brackets(&tags)));
    if artifact {
        for (field, label) in [
            ("children", "left without an index"),
            ("parents", "indexes that list it "),
            ("referrers", "refer to nothing then"),
        ] {
            let total = plan[field]["total"].as_u64().unwrap_or_default();
            if total > 0 {
                let some = named(&plan[field]["items"], |item| {
                    item.as_str()
                        .or_else(|| item["tag"].as_str())
                        .or_else(|| item["digest"].as_str())
                });
                lines.push(format!("  {label}  {total}{}", in_brackets(&some)));
            }
        }
        let attached = named(&plan["attached_tags"], |tag| tag.as_str());
        if !attached.is_empty() {
            lines.push(format!("  tags named after it    {}", attached.join(", ")));
        }
        if plan["looked_at_all"] != true {
            lines.push("Not every tag was looked at just now; there may be more.".to_owned());
        }
    }
    lines
}

/// At most so many are named on a line.
const NAMED: usize = 10;

fn named(items: &Value, name: impl Fn(&Value) -> Option<&str>) -> Vec<String> {
    let items = items.as_array().map_or(&[][..], Vec::as_slice);
    let named = items.iter().filter_map(name);
    let mut named: Vec<String> = named.take(NAMED + 1).map(clean).collect();
    if named.len() > NAMED {
        named.truncate(NAMED);
        named.push("..".to_owned());
    }
    named
}

fn in_brackets(names: &[String]) -> String {
    if names.is_empty() {
        String::new()
    } else {
        format!(" ({})", names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::{lines, refusal};
    use serde_json::json;

    #[test]
    fn what_goes_is_said_and_why_it_cannot() {
        let plan = json!({"repository": "team/app", "digest": "sha256:a", "tag": "v1",
            "takes_artifact": true, "tags": {"items": ["v1", "v2"], "total": 140},
            "children": {"items": ["sha256:b"], "total": 1},
            "parents": {"items": [{"digest": "sha256:c", "tag": null}], "total": 1},
            "referrers": {"items": [], "total": 0}, "attached_tags": ["sha256-a.sig"],
            "looked_at_all": false,
            "refusal": {"code": "tag.shared", "params": {"tags": "140"}}});
        let said = lines(&plan).join("\n");
        for wanted in [
            "sha256:a in team/app",
            "140 (v1, v2)",
            "1 (sha256:b)",
            "1 (sha256:c)",
            "sha256-a.sig",
            "there may be more",
        ] {
            assert!(said.contains(wanted), "{wanted}: {said}");
        }
        let refused = refusal(&plan, "dock/team/app:v1").expect("refused");
        assert!(refused.contains("tag.shared") && refused.contains("tags: 140"));
        assert!(refused.contains("these point at it: v1, v2"), "{refused}");
        let instead = "what to do: roadstead image rm dock/team/app@sha256:a --confirm team/app";
        assert!(refused.contains(instead), "{refused}");
        let off = json!({"refusal": {"code": "deletion.unavailable", "params": {"reason": "SwitchedOff"}}});
        let refused = refusal(&off, "dock/team/app:v1").expect("refused");
        assert!(refused.contains("storage.delete.enabled"), "{refused}");
        let unread = json!({"refusal": {"code": "tag.shared", "params": {}}, "digest": null});
        let refused = refusal(&unread, "dock/team/app:v1").expect("refused all the same");
        assert!(!refused.contains("what to do"), "{refused}");
        assert_eq!(refusal(&json!({"refusal": null}), "dock/team/app:v1"), None);
    }
}
