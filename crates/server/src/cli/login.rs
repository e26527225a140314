//! `roadstead login` and `roadstead logout`.
//!
//! A password opens a session, which is kept as a browser would keep it: it ends after 12 hours
//! without use, and `logout` ends it on the server too. A token made from the password would live
//! longer, and no token can revoke itself.

use super::logins::{self, Identity, Login, Logins};
use super::output::{clean, text};
use super::remote::{AFTER_HELP, Connected, Remote, check_token};
use super::secret_input;
use super::trouble::Trouble;
use crate::{eprint_line, print_line};
use clap::Args;
use roadstead_client::{ClientError, Method};
use roadstead_core::model::Secret;
use serde_json::json;
use std::path::PathBuf;

/// Name and password, or a token.
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct LoginArgs {
    #[command(flatten)]
    remote: Remote,
    /// Your name; asked for on a terminal.
    #[arg(long, conflicts_with_all = ["token_stdin", "token_file"])]
    name: Option<String>,
    /// Reads the password from standard input.
    #[arg(long, group = "secret")]
    password_stdin: bool,
    /// Reads the password from a file.
    #[arg(long, value_name = "FILE", group = "secret")]
    password_file: Option<PathBuf>,
    /// Keeps the API token on standard input instead of signing in.
    #[arg(long, group = "secret")]
    token_stdin: bool,
    /// Keeps the API token in a file instead of signing in.
    #[arg(long, value_name = "FILE", group = "secret")]
    token_file: Option<PathBuf>,
}

/// Only the server.
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct LogoutArgs {
    #[command(flatten)]
    remote: Remote,
}

/// Signs in and keeps what that gave.
pub(super) async fn login(args: LoginArgs) -> Result<(), Trouble> {
    let directory = logins::directory();
    // Before anything is asked: a session that cannot be kept would be left behind.
    logins::prepare(directory.as_deref())?;
    let mut logins = Logins::read(directory.as_deref())?;
    let server = args.remote.server(&logins)?;
    let connected = Connected::to(&server)?;
    let (connected, name, identity) = match args.token()? {
        Some(token) => with_token(connected, token).await?,
        None => with_password(connected, &args).await?,
    };
    let login = Login {
        name: name.clone(),
        ca_pem: server.ca_pem.clone(),
        plain_http: server.plain_http,
        identity,
    };
    let before = logins.servers.insert(server.origin.clone(), login);
    logins.current = Some(server.origin.clone());
    if let Err(trouble) = logins.write(directory.as_deref()) {
        close(&connected).await.ok();
        return Err(trouble);
    }
    if let Some(Login { identity, .. }) = before.filter(Login::is_session) {
        // The session before this one is nobody's now; one that ended already is just as well.
        close(&Connected::to(&server)?.with(identity)).await.ok();
    }
    let name = name.map_or_else(String::new, |name| format!(" as {}", clean(&name)));
    print_line(&format!("Signed in to {}{name}.", server.origin));
    Ok(())
}

impl LoginArgs {
    fn token(&self) -> Result<Option<Secret<String>>, Trouble> {
        let token = match &self.token_file {
            Some(path) => secret_input::from_file(path)?,
            None if self.token_stdin => secret_input::from_stdin()?,
            None => return Ok(None),
        };
        check_token(&token)?;
        Ok(Some(token))
    }
}

async fn with_token(
    connected: Connected,
    token: Secret<String>,
) -> Result<(Connected, Option<String>, Identity), Trouble> {
    let connected = connected.with(Identity::Token(token.clone()));
    let name = match connected
        .client()
        .answer(Method::GET, "/api/v1/profile", None, None)
        .await
    {
        Ok(answer) => answer.body["name"].as_str().map(str::to_owned),
        // The server knows the token, which just may not say whose it is.
        Err(ClientError::Problem(problem)) if problem.status == 403 => None,
        Err(error) => return Err(connected.trouble(error)),
    };
    Ok((connected, name, Identity::Token(token)))
}

async fn with_password(
    connected: Connected,
    args: &LoginArgs,
) -> Result<(Connected, Option<String>, Identity), Trouble> {
    let from_elsewhere = args.password_stdin || args.password_file.is_some();
    let name = match &args.name {
        Some(name) => name.clone(),
        None if secret_input::can_ask() => secret_input::ask("Name: ")?,
        None => {
            return Err(Trouble::Usage(
                "there is no terminal to ask on: give --name with --password-stdin or --password-file, or an API token with --token-stdin or --token-file"
                    .to_owned(),
            ));
        }
    };
    let password = match &args.password_file {
        Some(path) => secret_input::from_file(path)?,
        None if from_elsewhere => secret_input::from_stdin()?,
        None if secret_input::can_ask() => secret_input::ask_secret("Password: ")?,
        None => {
            return Err(Trouble::Usage(
                "there is no terminal to ask on: give the password with --password-stdin or --password-file"
                    .to_owned(),
            ));
        }
    };
    let body = json!({"name": name, "password": password.expose()});
    let answer = connected
        .call(Method::POST, "/api/v1/session", None, Some(&body))
        .await?;
    let cookie = connected.client().session_cookie();
    let (Some(cookie), Some(csrf_token)) = (cookie, answer.body["csrf_token"].as_str()) else {
        return Err(connected.trouble(ClientError::Unreadable {
            status: answer.status,
        }));
    };
    connected.client().set_csrf_token(csrf_token.to_owned());
    let csrf_token = Secret::new(csrf_token.to_owned());
    let name = text(&answer.body["user"], "name").to_owned();
    let identity = Identity::Session { cookie, csrf_token };
    Ok((connected, Some(name), identity))
}

async fn close(connected: &Connected) -> Result<(), Trouble> {
    let closed = connected.call(Method::DELETE, "/api/v1/session", None, None);
    closed.await.map(drop)
}

/// Ends the session and forgets what was kept for the server.
pub(super) async fn logout(args: LogoutArgs) -> Result<(), Trouble> {
    let directory = logins::directory();
    let mut logins = Logins::read(directory.as_deref())?;
    let server = args.remote.server(&logins)?;
    let Some(login) = logins.servers.remove(&server.origin) else {
        print_line(&format!("There is no sign-in to {} here.", server.origin));
        return Ok(());
    };
    if logins.current.as_deref() == Some(server.origin.as_str()) {
        logins.current = None;
    }
    // First here: whatever the server says, this machine is signed out.
    logins.write(directory.as_deref())?;
    if login.is_session() {
        match close(&Connected::to(&server)?.with(login.identity)).await {
            // It had ended already.
            Ok(()) => {}
            Err(trouble) if trouble.exit_code() == 77 => {}
            Err(trouble) => {
                eprint_line(
                    "This machine is signed out, but the server did not hear of it: the session ends there after 12 hours without use.",
                );
                return Err(trouble);
            }
        }
        print_line(&format!("Signed out of {}.", server.origin));
    } else {
        print_line(&format!(
            "The token for {} is forgotten here. It stays good until it ends or is revoked in the console under Profile.",
            server.origin
        ));
    }
    Ok(())
}

impl Login {
    const fn is_session(&self) -> bool {
        matches!(self.identity, Identity::Session { .. })
    }
}
