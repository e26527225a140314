//! `roadstead registry`: integrated registries, by the public API.

use super::output::{Format, clean, print_json, text};
use super::registry_args::{ConnectionArgs, KINDS, ListedArgs, PasswordArgs, ask};
use super::remote::{AFTER_HELP, Connected, Remote};
use super::secret_input;
use super::trouble::Trouble;
use super::{registry_rm, registry_test, registry_view};
use crate::{eprint_line, print_line};
use clap::{Args, Subcommand};
use roadstead_client::{ClientError, Method, with_query};
use serde_json::{Value, json};

const REGISTRIES: &str = "/api/v1/registries";

/// What `add` and `edit` offer when the connection test fails.
const SAVE_ANYWAY: &str = "store it unchecked with --save-anyway";

/// What to do with registries.
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct RegistryArgs {
    #[command(flatten)]
    remote: Remote,
    /// How to print the result.
    #[arg(short, long, global = true, value_enum, default_value_t)]
    output: Format,
    /// Prints the API's JSON; the same as `--output json`.
    #[arg(long, global = true, conflicts_with = "output")]
    json: bool,
    #[command(subcommand)]
    command: RegistryCommand,
}

#[derive(Subcommand)]
enum RegistryCommand {
    /// Lists registries, those that need attention first.
    Ls(Ls),
    /// Shows one.
    Show {
        #[command(flatten)]
        which: Which,
    },
    /// Tests a connection, of an integrated registry or of one that is not yet.
    ///
    /// Exit code 1 when a step fails. An account is tried when one is given.
    Test {
        /// The name or id of an integrated registry; its stored account is tried too.
        #[arg(required_unless_present = "address", conflicts_with_all = [
            "kind", "address", "username", "password", "ca_file", "skip_tls_verification", "plain_http",
        ])]
        registry: Option<String>,
        /// Its workspace, by name or id, where several registries have the name; or whom one that
        /// is not integrated yet would belong to.
        #[arg(long, value_name = "NAME|ID")]
        workspace: Option<String>,
        /// Its product; in this version only docker can be tested.
        #[arg(long, value_parser = KINDS, default_value = "docker")]
        kind: String,
        #[command(flatten)]
        connection: ConnectionArgs,
    },
    /// Integrates a registry, after its connection test.
    Add {
        /// What it will be called; this cannot be changed later.
        name: String,
        /// Its product; in this version only docker can be integrated.
        #[arg(long, value_parser = KINDS)]
        kind: String,
        /// The workspace it will belong to, by name or id; the platform without this.
        #[arg(long, value_name = "NAME|ID")]
        workspace: Option<String>,
        /// What people say about it.
        #[arg(long, default_value = "")]
        description: String,
        /// Stores it even if the connection test fails.
        #[arg(long)]
        save_anyway: bool,
        #[command(flatten)]
        listed: ListedArgs,
        #[command(flatten)]
        connection: ConnectionArgs,
    },
    /// Edits a registry; what is not said stays.
    ///
    /// A changed address, account or certificate check needs the account's password again, so that
    /// it never goes where it was not given for. --password-stdin, --password-file or
    /// --ask-password alone replaces the password. --username "" takes the account away.
    Edit {
        #[command(flatten)]
        which: Which,
        /// What people say about it.
        #[arg(long)]
        description: Option<String>,
        /// Stores the new connection even if its test fails.
        #[arg(long)]
        save_anyway: bool,
        /// Takes the account away.
        #[arg(long, conflicts_with_all = ["username", "password"])]
        no_account: bool,
        /// Checks its certificate by the system's authorities again.
        #[arg(long, conflicts_with_all = ["ca_file", "skip_tls_verification"])]
        verify_tls: bool,
        #[command(flatten)]
        listed: ListedArgs,
        #[command(flatten)]
        connection: ConnectionArgs,
    },
    /// Disconnects a registry, after saying what that costs.
    ///
    /// On the registry itself only what Roadstead made there is removed.
    Rm {
        #[command(flatten)]
        which: Which,
        /// Its name once more, instead of typing it when asked.
        #[arg(long, value_name = "NAME", visible_alias = "confirm")]
        yes: Option<String>,
        /// Only says what it would cost.
        #[arg(long, conflicts_with = "yes")]
        dry_run: bool,
    },
    /// Confirms the server that answers in place of the one that was known.
    ///
    /// The account's password is given anew: until then nothing secret is sent to it.
    Confirm {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// Looks at the health of a registry, counts its repositories and reads what is new, now.
    Refresh {
        #[command(flatten)]
        which: Which,
    },
}

/// An integrated registry.
#[derive(Args)]
pub(super) struct Which {
    /// Its name or id.
    registry: String,
    /// Its workspace, by name or id, where several registries have the name.
    #[arg(long, value_name = "NAME|ID")]
    workspace: Option<String>,
}

impl Which {
    /// One that was named elsewhere.
    pub(super) const fn of(registry: String, workspace: Option<String>) -> Self {
        Self {
            registry,
            workspace,
        }
    }
}

#[derive(Args)]
struct Ls {
    /// Only of this owner: `platform`, or a workspace's name or id.
    #[arg(long, value_name = "platform|NAME|ID")]
    owner: Option<String>,
    /// Only of this product; in this version only docker can be integrated.
    #[arg(long, value_parser = KINDS)]
    kind: Option<String>,
    /// Only with this health.
    #[arg(long, value_parser = ["unhealthy", "degraded", "unknown", "healthy"])]
    health: Option<String>,
    /// Only those whose name or address contains this.
    #[arg(short = 'q', long = "search", value_name = "TEXT")]
    search: Option<String>,
    /// The order.
    #[arg(long, allow_hyphen_values = true, value_parser = ["attention", "name", "-name", "created_at", "-created_at"])]
    sort: Option<String>,
    /// At most so many: 1 to 200, 50 without this.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=200))]
    limit: Option<u16>,
    /// Where to go on: the page before says it.
    #[arg(long, conflicts_with = "all")]
    cursor: Option<String>,
    /// Every page; as JSON, an array of the items.
    #[arg(long, conflicts_with = "limit")]
    all: bool,
}

/// Does what was asked.
pub(super) async fn run(args: RegistryArgs) -> Result<(), Trouble> {
    let format = if args.json { Format::Json } else { args.output };
    let connected = args.remote.connect()?;
    match args.command {
        RegistryCommand::Ls(ls) => list(&connected, ls, format).await,
        RegistryCommand::Show { which } => {
            let registry = find(&connected, &which).await?;
            show(&connected, &registry, format).await;
            Ok(())
        }
        RegistryCommand::Test {
            registry: Some(registry),
            workspace,
            ..
        } => {
            let which = Which {
                registry,
                workspace,
            };
            let found = find(&connected, &which).await?;
            let request = json!({"registry_id": found["id"]});
            registry_test::run(&connected, &request, format).await
        }
        RegistryCommand::Test {
            registry: None,
            workspace,
            kind,
            connection,
        } => {
            let mut fields = connection.fields_with_account()?;
            let credential = fields.contains_key("password");
            fields.insert("kind".to_owned(), json!(kind));
            fields.insert("owner".to_owned(), owner(&connected, workspace).await?);
            let request = json!({"registry": fields, "credential": credential});
            registry_test::run(&connected, &request, format).await
        }
        RegistryCommand::Add {
            name,
            kind,
            workspace,
            description,
            save_anyway,
            listed,
            connection,
        } => {
            if connection.address.is_none() {
                return Err(Trouble::Usage("say where it is with --address".to_owned()));
            }
            let mut fields = connection.fields_with_account()?;
            fields.insert("name".to_owned(), json!(name));
            fields.insert("kind".to_owned(), json!(kind));
            fields.insert("description".to_owned(), json!(description));
            fields.insert("save_anyway".to_owned(), json!(save_anyway));
            if let Some(listed) = listed.field() {
                fields.insert("listed".to_owned(), listed);
            }
            fields.insert("owner".to_owned(), owner(&connected, workspace).await?);
            let body = Value::Object(fields);
            let made = connected
                .document(Method::POST, REGISTRIES, None, Some(&body))
                .await
                .map_err(|trouble| trouble.or(SAVE_ANYWAY))?;
            show(&connected, &made, format).await;
            Ok(())
        }
        RegistryCommand::Edit {
            which,
            description,
            save_anyway,
            no_account,
            verify_tls,
            listed,
            connection,
        } => {
            let mut fields = connection.fields()?;
            if let Some(description) = description {
                fields.insert("description".to_owned(), json!(description));
            }
            if let Some(listed) = listed.field() {
                fields.insert("listed".to_owned(), listed);
            }
            if verify_tls {
                fields.insert("tls".to_owned(), json!({"mode": "verify"}));
            }
            match &connection.username {
                Some(name) if !name.is_empty() => {
                    fields.insert("username".to_owned(), json!(name));
                }
                None if !no_account => {}
                _ => {
                    fields.insert("username".to_owned(), Value::Null);
                }
            }
            if let Some(password) = connection.password.read()? {
                fields.insert("password".to_owned(), json!(password.expose()));
            }
            if fields.keys().all(|name| name == "plain_http_consent") {
                return Err(Trouble::Usage(
                    "nothing is said that could be changed; see `roadstead registry edit --help`"
                        .to_owned(),
                ));
            }
            if save_anyway {
                fields.insert("save_anyway".to_owned(), json!(true));
            }
            let edited = edit(&connected, &which, Value::Object(fields))
                .await
                .map_err(|trouble| trouble.or(SAVE_ANYWAY))?;
            show(&connected, &edited, format).await;
            Ok(())
        }
        RegistryCommand::Rm {
            which,
            yes,
            dry_run,
        } => registry_rm::remove(&connected, &which, yes, dry_run, format).await,
        RegistryCommand::Confirm { which, password } => {
            let found = find(&connected, &which).await?;
            let confirmed = registry_rm::confirm(&connected, &found, &password).await?;
            show(&connected, &confirmed, format).await;
            Ok(())
        }
        RegistryCommand::Refresh { which } => {
            let found = find(&connected, &which).await?;
            let path = format!("{}/refresh", path_of(&found)?);
            connected.call(Method::POST, &path, None, None).await?;
            if format == Format::Table {
                let name = clean(text(&found, "name"));
                print_line(&format!("{name} is being looked at."));
            }
            Ok(())
        }
    }
}

async fn list(connected: &Connected, ls: Ls, format: Format) -> Result<(), Trouble> {
    let limit = match (ls.all, ls.limit) {
        (true, _) => Some("200".to_owned()),
        (false, limit) => limit.map(|n| n.to_string()),
    };
    let owner = match ls.owner {
        Some(owner) if owner != "platform" => Some(workspace_id(connected, &owner).await?),
        other => other,
    };
    let query = [
        ("owner", owner),
        ("kind", ls.kind),
        ("health", ls.health),
        ("q", ls.search),
        ("sort", ls.sort),
        ("limit", limit),
        ("cursor", ls.cursor),
    ];
    let query: Vec<(&str, &str)> = query
        .iter()
        .filter_map(|(name, value)| Some((*name, value.as_deref()?)))
        .collect();
    let answer = if ls.all {
        Value::Array(connected.items(REGISTRIES, &query).await?)
    } else {
        connected.get(&with_query(REGISTRIES, query)).await?
    };
    let Some(items) = answer.as_array().or_else(|| answer["items"].as_array()) else {
        return Err(connected.trouble(ClientError::Unreadable { status: 200 }));
    };
    if format == Format::Json {
        print_json(&answer);
        return Ok(());
    }
    let items: Vec<&Value> = items.iter().collect();
    let workspaces = registry_view::workspaces(connected, &items).await;
    registry_view::print_list(&items, &workspaces);
    if let Some(next) = answer["next_cursor"].as_str() {
        let total = answer["total"]["value"].as_u64().unwrap_or_default();
        eprint_line(&format!(
            "{} of {total}; go on with --cursor {}, or see all with --all",
            items.len(),
            clean(next)
        ));
    }
    Ok(())
}

async fn show(connected: &Connected, registry: &Value, format: Format) {
    if format == Format::Json {
        print_json(registry);
    } else {
        let workspaces = registry_view::workspaces(connected, &[registry]).await;
        // A server that has none, or an answer that does not come, hides nothing else.
        let path = path_of(registry).map(|path| format!("{path}/health-history"));
        let history = match path {
            Ok(path) => connected.get(&path).await.unwrap_or_default(),
            Err(_) => Value::Null,
        };
        registry_view::print_one(registry, &history, &workspaces);
    }
}

/// Edits what was just read. Where the server wants the password again and somebody can be asked,
/// they are asked, and the same edit is sent with it.
async fn edit(connected: &Connected, which: &Which, mut body: Value) -> Result<Value, Trouble> {
    let before = find(connected, which).await?;
    let path = path_of(&before)?;
    let generation = before["generation"].as_i64();
    let first = connected
        .document(Method::PATCH, &path, generation, Some(&body))
        .await;
    match first {
        Err(trouble) if wants_password(&trouble) && secret_input::can_ask() => {
            eprint_line("The password is needed again for this change.");
            body["password"] = json!(ask()?.expose());
            connected
                .document(Method::PATCH, &path, generation, Some(&body))
                .await
        }
        other => other,
    }
}

fn wants_password(trouble: &Trouble) -> bool {
    let Trouble::Server {
        error: ClientError::Problem(problem),
        ..
    } = trouble
    else {
        return false;
    };
    problem.errors.iter().any(|field| {
        matches!(
            field.code.as_str(),
            "credential.binding_changed" | "registry.password_missing"
        )
    })
}

/// Reads one by id or by name.
pub(super) async fn find(connected: &Connected, which: &Which) -> Result<Value, Trouble> {
    if is_id(&which.registry) {
        let path = format!("{REGISTRIES}/{}", which.registry);
        return connected.get(&path).await;
    }
    let name = which.registry.as_str();
    let owner = match &which.workspace {
        Some(workspace) => Some(workspace_id(connected, workspace).await?),
        None => None,
    };
    let mut query = vec![("q", name), ("limit", "200")];
    query.extend(owner.as_deref().map(|id| ("owner", id)));
    let mut found = connected.items(REGISTRIES, &query).await?;
    found.retain(|registry| text(registry, "name") == name);
    match found.as_slice() {
        [one] => connected.get(&path_of(one)?).await,
        [] => Err(unknown("registry", name)),
        several => {
            let ids: Vec<String> = several.iter().map(|r| clean(text(r, "id"))).collect();
            Err(Trouble::Failed(format!(
                "several registries are called {name}; say --workspace, or one of these ids: {}",
                ids.join(", ")
            )))
        }
    }
}

fn unknown(what: &str, name: &str) -> Trouble {
    Trouble::Failed(format!(
        "there is no {what} {}, or none you may know about (object.not_found)\n  what to do: check the name, or give its id",
        clean(name)
    ))
}

/// The path of a registry the server told of.
pub(super) fn path_of(registry: &Value) -> Result<String, Trouble> {
    let id = text(registry, "id");
    if is_id(id) {
        Ok(format!("{REGISTRIES}/{id}"))
    } else {
        Err(Trouble::Failed(
            "the server's answer has no usable id".to_owned(),
        ))
    }
}

/// The owner as the API wants it.
async fn owner(connected: &Connected, workspace: Option<String>) -> Result<Value, Trouble> {
    Ok(match workspace {
        Some(workspace) => {
            json!({"type": "workspace", "id": workspace_id(connected, &workspace).await?})
        }
        None => json!({"type": "platform"}),
    })
}

pub(super) async fn workspace_id(
    connected: &Connected,
    workspace: &str,
) -> Result<String, Trouble> {
    if is_id(workspace) {
        return Ok(workspace.to_owned());
    }
    let query = [("q", workspace), ("limit", "200")];
    let found = connected.items("/api/v1/workspaces", &query).await?;
    let found = found.iter().find(|w| text(w, "name") == workspace);
    found
        .map(|w| text(w, "id").to_owned())
        .ok_or_else(|| unknown("workspace", workspace))
}

/// Whether it looks like an id; then it is taken for one.
fn is_id(text: &str) -> bool {
    let hyphens = [8, 13, 18, 23];
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| {
            if hyphens.contains(&at) {
                byte == b'-'
            } else {
                byte.is_ascii_hexdigit()
            }
        })
}

#[cfg(test)]
mod tests {
    use super::is_id;

    #[test]
    fn only_what_looks_like_an_id_is_taken_for_one() {
        assert!(is_id("0199b0a4-7c1e-7d2a-b7b1-5f0c5d9e8f10"));
        for name in [
            "dock-open",
            "0199b0a4-7c1e-7d2a-b7b1-5f0c5d9e8f1",
            "../../tokens/aaaaaaaaaaaaaaaaaaaaaaa",
            "0199b0a4/7c1e-7d2a-b7b1-5f0c5d9e8f10",
            "",
        ] {
            assert!(!is_id(name), "{name}");
        }
    }
}
