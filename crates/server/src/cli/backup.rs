//! `roadstead backup` and `roadstead restore`.

use crate::config::Config;
use crate::start_error::StartError;
use crate::{eprint_line, print_line};
use std::path::PathBuf;

/// Copies the embedded database.
pub(super) async fn backup(
    config: Config,
    target: PathBuf,
    with_master_key: bool,
) -> Result<(), StartError> {
    if config.database_url.is_some() {
        return Err(StartError::Config(
            "PostgreSQL is backed up by its own tool: pg_dump --format=custom --file=roadstead.dump \"$ROADSTEAD_DATABASE_URL\". \
             Keep a copy of the master key apart from the dump; `roadstead verify` checks the database"
                .to_owned(),
        ));
    }
    if with_master_key && config.master_key.is_some() {
        return Err(StartError::Config(
            "the master key comes from ROADSTEAD_SECURITY_MASTER_KEY, not from the data directory; keep a copy of it yourself, and back up without --with-master-key"
                .to_owned(),
        ));
    }
    let manifest = roadstead_store::backup(&config.data_dir, &target, with_master_key).await?;
    let bytes: u64 = manifest.parts.iter().map(|part| part.size_bytes).sum();
    print_line(&format!(
        "Backup of installation {} in {}: {bytes} bytes, schema {}.",
        manifest.installation_id,
        target.display(),
        manifest.schema
    ));
    if manifest.holds_key() {
        eprint_line(
            "WARNING: the master key is in this backup. Whoever can read it can open every credential in it. Keep it like a password.",
        );
    } else if !manifest.key_ids.is_empty() {
        print_line(&format!(
            "The master key is not in it. Keep a copy apart; without it these credentials cannot be opened. Needed: {}",
            manifest.key_ids.join(", ")
        ));
    }
    Ok(())
}

/// Puts a backup into an empty data directory.
pub(super) async fn restore(config: Config, source: PathBuf) -> Result<(), StartError> {
    if config.database_url.is_some() {
        return Err(StartError::Config(
            "PostgreSQL is restored by its own tool, into an empty database: pg_restore --no-owner --dbname=\"$ROADSTEAD_DATABASE_URL\" roadstead.dump. \
             Then `roadstead verify` checks it"
                .to_owned(),
        ));
    }
    let restored = roadstead_store::restore(&source, &config.data_dir).await?;
    print_line(&format!(
        "Restored installation {} as of {} into {}.",
        restored.manifest.installation_id,
        restored.manifest.created_at,
        config.data_dir.display()
    ));
    print_line(
        "It is marked as restored. Sessions, API tokens and one-time links have ended: everybody must sign in again.",
    );
    if let Some(path) = restored.key_wanted.filter(|_| config.master_key.is_none()) {
        print_line(&format!(
            "Before the start put the master key {} back as {} (mode 0600).",
            restored.manifest.key_ids.join(", "),
            path.display()
        ));
    }
    print_line("Check it with: roadstead verify");
    Ok(())
}
