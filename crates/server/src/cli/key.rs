//! `roadstead key`: the master key.

use super::refuse_missing_database;
use crate::config::Config;
use crate::print_line;
use crate::start_error::StartError;
use crate::wiring;
use roadstead_store::{
    Backend, DataDir, KeyRotation, MasterKeySource, OpenError, Store, StoreConfig,
};

/// Seals everything under a new master key.
pub(super) async fn rotate(config: Config) -> Result<(), StartError> {
    if let Some(url) = &config.database_url {
        let backend = Backend::Postgres { url: url.clone() };
        let store = Store::open(StoreConfig { backend }).await?;
        let Some(key) = &config.master_key else {
            return Err(OpenError::NoPreviousKey(wiring::MASTER_KEY.to_owned()).into());
        };
        run(&store, wiring::key_text(&config, key)).await?;
        print_line(
            "Now take ROADSTEAD_SECURITY_MASTER_KEY_PREVIOUS away from every replica and restart them.",
        );
        return Ok(());
    }
    refuse_missing_database(&config)?;
    let dir = DataDir::open(&config.data_dir).map_err(|error| match error {
        OpenError::Locked { .. } => StartError::Other(format!(
            "the key of an embedded database is rotated while Roadstead is stopped: {error}"
        )),
        other => other.into(),
    })?;
    let backend = Backend::Sqlite {
        path: dir.database(),
    };
    let store = Store::open(StoreConfig { backend }).await?;
    dir.claim(store.installation_id())?;
    match &config.master_key {
        Some(key) => {
            run(&store, wiring::key_text(&config, key)).await?;
            print_line("ROADSTEAD_SECURITY_MASTER_KEY_PREVIOUS is no longer needed.");
        }
        None => {
            run(&store, MasterKeySource::File(&dir)).await?;
            print_line(&format!(
                "The new key is in {}: keep a copy of it apart from the backups.",
                dir.master_key().display()
            ));
        }
    }
    Ok(())
}

async fn run(store: &Store, source: MasterKeySource<'_>) -> Result<(), StartError> {
    let rotation = KeyRotation::begin(store, source).await?;
    let key_id = rotation.key_id().to_owned();
    if rotation.is_resumed() {
        print_line("An earlier rotation goes on.");
    }
    let done = rotation
        .run(|p| {
            print_line(&format!(
                "{} credentials sealed anew, {} to go",
                p.rewrapped, p.remaining
            ));
        })
        .await?;
    store.close().await;
    print_line(&format!(
        "Every credential is sealed under master key {key_id} ({} by this run).",
        done.rewrapped
    ));
    print_line(
        "Backups made before open only with the old key, and page cursors handed out before are refused once.",
    );
    Ok(())
}
