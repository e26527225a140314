//! `roadstead admin`: what only somebody on the host may do.

use crate::config::Config;
use crate::print_line;
use crate::start_error::StartError;
use crate::wiring::{self, Opened};

/// Prints the set-up link. With the embedded database a running server keeps a good one in its
/// data directory; with PostgreSQL a new one is made.
pub(super) async fn setup_link(config: Config) -> Result<(), StartError> {
    if config.database_url.is_none() {
        let path = config.data_dir.join("setup-link");
        if let Ok(link) = std::fs::read_to_string(&path) {
            print_line(link.trim());
            return Ok(());
        }
        return Err(StartError::Other(format!(
            "there is no {}: either Roadstead is not running with this data.dir, or the first administrator exists already",
            path.display()
        )));
    }
    let opened = Opened::open(&config).await?;
    let app = wiring::app(&opened, &config);
    match app.setup.offer_link().await? {
        Some(link) => {
            print_line(&wiring::setup_url(&config, config.listen, &link));
            Ok(())
        }
        None => Err(StartError::Other(
            "the first administrator exists already; sign in instead".to_owned(),
        )),
    }
}
