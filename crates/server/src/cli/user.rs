//! `roadstead user`: helping people in when nobody can sign in to do it.

use crate::config::Config;
use crate::print_line;
use crate::start_error::StartError;
use crate::wiring::{self, Opened};
use roadstead_app::services::own_context;
use roadstead_core::Failure;
use roadstead_core::model::Name;

/// Prints a link with which somebody sets a new password.
///
/// It works beside a running server. With the embedded database the data directory's lock is then
/// held, and this command goes on without it: it is one ordinary store command in one transaction,
/// which SQLite itself puts in order with the server's, and the server keeps nothing in memory
/// that a link could contradict.
pub(super) async fn reset_link(name: &str, config: Config) -> Result<(), StartError> {
    if config.database_url.is_none() {
        super::refuse_missing_database(&config)?;
    }
    let name = Name::parse(name).map_err(|code| Failure::field("/name", code))?;
    let opened = Opened::open_beside(&config).await?;
    let app = wiring::app(&opened, &config);
    let link = app.users.reset_link_on_host(&own_context(), &name).await?;
    print_line(&wiring::password_url(&config, config.listen, &link));
    opened.store.close().await;
    Ok(())
}
