//! Disconnecting a registry, and confirming another server in its place.

use super::output::{Format, clean, print_json, text};
use super::registry::{Which, find, path_of};
use super::registry_args::{PasswordArgs, ask};
use super::remote::Connected;
use super::secret_input;
use super::trouble::Trouble;
use crate::print_line;
use roadstead_client::Method;
use roadstead_core::ErrorCode;
use serde_json::{Value, json};

const GIVE_ACCOUNT: &str = "give it an account with `roadstead registry edit NAME --username USER --password-stdin`, then confirm it";

pub(super) async fn remove(
    connected: &Connected,
    which: &Which,
    yes: Option<String>,
    dry_run: bool,
    format: Format,
) -> Result<(), Trouble> {
    let found = find(connected, which).await?;
    let path = path_of(&found)?;
    let name = text(&found, "name");
    let look = format!("{path}?dry_run=true");
    let cost = connected
        .document(Method::DELETE, &look, None, None)
        .await?;
    match format {
        Format::Json if dry_run => print_json(&cost),
        Format::Json => {}
        Format::Table => {
            for line in lines(&cost) {
                print_line(&line);
            }
        }
    }
    if dry_run {
        return Ok(());
    }
    let typed = match yes {
        Some(typed) => typed,
        None if secret_input::can_ask() => {
            secret_input::ask(&format!("Type {} to disconnect it: ", clean(name)))?
        }
        None => {
            return Err(Trouble::Usage(
                "there is no terminal to ask on: give the registry's name once more with --yes"
                    .to_owned(),
            ));
        }
    };
    if typed != name {
        return Err(Trouble::Failed(format!(
            "that is not its name, {}; it stays connected",
            clean(name)
        )));
    }
    let generation = found["generation"].as_i64();
    // Names have letters, digits and hyphens only.
    let confirmed = format!("{path}?confirm={typed}");
    connected
        .call(Method::DELETE, &confirmed, generation, None)
        .await?;
    if format == Format::Table {
        print_line(&format!("{} is disconnected.", clean(name)));
    }
    Ok(())
}

/// What it costs, in sentences.
fn lines(cost: &Value) -> Vec<String> {
    let count = |name: &str| match cost[name]["value"].as_i64() {
        Some(count) => count.to_string(),
        None => "not known".to_owned(),
    };
    let mut lines = vec![
        format!("Disconnecting {} costs:", clean(text(cost, "name"))),
        format!(
            "  repositories that leave the lists  {}",
            count("repositories")
        ),
        format!("  tags that leave the lists          {}", count("tags")),
        format!(
            "  workspaces that lose sight of it   {}",
            count("workspaces")
        ),
        format!("  people who lose sight of it        {}", count("members")),
    ];
    let made = cost["made"].as_array().map_or(&[][..], Vec::as_slice);
    for made in made {
        lines.push(format!(
            "  removed on the registry            {} {}",
            clean(text(made, "kind")),
            clean(text(made, "name"))
        ));
    }
    lines.push("Nothing else on the registry is touched.".to_owned());
    lines
}

/// Confirms the server that was read with the registry.
pub(super) async fn confirm(
    connected: &Connected,
    found: &Value,
    password: &PasswordArgs,
) -> Result<Value, Trouble> {
    let seen = &found["suspension"]["seen"];
    if !found["suspension"].is_object() {
        return Err(Trouble::Failed(
            "the expected server answers; there is nothing to confirm".to_owned(),
        ));
    }
    let mut body = json!({"seen": seen});
    let given = match password.read()? {
        Some(given) => Some(given),
        None if found["username"].is_string() => Some(ask()?),
        None => None,
    };
    if let Some(given) = given {
        body["password"] = json!(given.expose());
    }
    let path = format!("{}/identity", path_of(found)?);
    let generation = found["generation"].as_i64();
    let confirmed = connected.document(Method::PUT, &path, generation, Some(&body));
    confirmed.await.map_err(|trouble| {
        // A registry that was open and asks for an account now cannot be confirmed without one.
        if trouble.is(ErrorCode::UpstreamUnauthorized) && !found["username"].is_string() {
            trouble.or(GIVE_ACCOUNT)
        } else {
            trouble
        }
    })
}

#[cfg(test)]
mod tests {
    use super::lines;
    use serde_json::json;

    #[test]
    fn cost_that_is_not_known_is_said_to_be_so_and_never_0() {
        let cost = json!({"name": "dock", "repositories": {"value": 3}, "tags": {"value": null},
            "members": {"value": 0}, "made": [{"kind": "upload", "name": "a/b"}]});
        let said = lines(&cost).join("\n");
        for wanted in [
            "dock",
            "lists  3",
            "not known",
            "sight of it        0",
            "upload a/b",
        ] {
            assert!(said.contains(wanted), "{wanted}: {said}");
        }
    }
}
