//! What is said about a registry on the command line, as the API wants it.

use super::remote::read_pem;
use super::secret_input;
use super::trouble::Trouble;
use clap::Args;
use roadstead_core::model::Secret;
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// The kinds there are.
pub(super) const KINDS: [&str; 3] = ["docker", "harbor", "jfrog"];

/// How a registry is reached.
#[derive(Args)]
pub(super) struct ConnectionArgs {
    /// Its address: https://host[:port][/path].
    #[arg(long, value_name = "URL")]
    pub(super) address: Option<String>,
    /// The account Roadstead uses there.
    #[arg(long)]
    pub(super) username: Option<String>,
    #[command(flatten)]
    pub(super) password: PasswordArgs,
    /// Checks its certificate by the authorities in this PEM file, and no others.
    #[arg(long, value_name = "FILE", conflicts_with = "skip_tls_verification")]
    pub(super) ca_file: Option<PathBuf>,
    /// Does not check its certificate.
    #[arg(long)]
    pub(super) skip_tls_verification: bool,
    /// Accepts an http:// address: everybody on the way can read the password and change images.
    #[arg(long)]
    pub(super) plain_http: bool,
}

/// What to look at in a registry that gives no catalogue.
#[derive(Args)]
pub(super) struct ListedArgs {
    /// A repository to look at, where the registry gives no catalogue; as often as needed. Together
    /// with --prefix it says all there are from now on; --repository "" says that there are none.
    #[arg(long = "repository", value_name = "NAME")]
    repositories: Vec<String>,
    /// A prefix of repositories that count: `team` for `team/app`; as often as needed.
    #[arg(long = "prefix", value_name = "PREFIX")]
    prefixes: Vec<String>,
}

impl ListedArgs {
    /// What was said; nothing when nothing was.
    pub(super) fn field(&self) -> Option<Value> {
        if self.repositories.is_empty() && self.prefixes.is_empty() {
            return None;
        }
        let given = |list: &[String]| -> Vec<String> {
            list.iter()
                .filter(|name| !name.is_empty())
                .cloned()
                .collect()
        };
        Some(json!({
            "repositories": given(&self.repositories),
            "prefixes": given(&self.prefixes),
        }))
    }
}

/// Where the account's password comes from. There is no option for the password itself: other
/// accounts of the machine can read command lines.
#[derive(Args)]
pub(super) struct PasswordArgs {
    /// Reads the account's password or token from standard input.
    #[arg(long, group = "password")]
    password_stdin: bool,
    /// Reads the account's password or token from a file.
    #[arg(long, value_name = "FILE", group = "password")]
    password_file: Option<PathBuf>,
    /// Asks for the account's password or token on the terminal.
    #[arg(long, group = "password")]
    ask_password: bool,
}

impl PasswordArgs {
    /// The password, when there is a word about where it comes from.
    pub(super) fn read(&self) -> Result<Option<Secret<String>>, Trouble> {
        if self.ask_password {
            return ask().map(Some);
        }
        match &self.password_file {
            Some(path) => secret_input::from_file(path).map(Some),
            None if self.password_stdin => secret_input::from_stdin().map(Some),
            None => Ok(None),
        }
    }
}

/// Asks for the account's password.
pub(super) fn ask() -> Result<Secret<String>, Trouble> {
    if !secret_input::can_ask() {
        return Err(Trouble::Usage(
            "there is no terminal to ask on: give the password with --password-stdin or --password-file"
                .to_owned(),
        ));
    }
    secret_input::ask_secret("Password of the registry's account: ")
}

impl ConnectionArgs {
    /// How the certificate is judged, when that is said.
    fn tls(&self) -> Result<Option<Value>, Trouble> {
        Ok(match &self.ca_file {
            Some(path) => Some(json!({"mode": "ca", "ca_pem": read_pem(path)?})),
            None if self.skip_tls_verification => Some(json!({"mode": "skip"})),
            None => None,
        })
    }

    /// What was said, without the account.
    pub(super) fn fields(&self) -> Result<Map<String, Value>, Trouble> {
        let mut fields = Map::new();
        if let Some(address) = &self.address {
            fields.insert("address".to_owned(), json!(address));
        }
        if let Some(tls) = self.tls()? {
            fields.insert("tls".to_owned(), tls);
        }
        if self.plain_http {
            fields.insert("plain_http_consent".to_owned(), json!(true));
        }
        Ok(fields)
    }

    /// What was said, with the account; its password is asked for when nothing says where it is.
    pub(super) fn fields_with_account(&self) -> Result<Map<String, Value>, Trouble> {
        let mut fields = self.fields()?;
        let username = self.username.as_ref().filter(|name| !name.is_empty());
        let password = match self.password.read()? {
            None if username.is_some() => Some(ask()?),
            read => read,
        };
        if let Some(username) = username {
            fields.insert("username".to_owned(), json!(username));
        }
        if let Some(password) = password {
            fields.insert("password".to_owned(), json!(password.expose()));
        }
        Ok(fields)
    }
}
