//! `roadstead verify`: can what is stored be relied on?

use super::refuse_missing_database;
use crate::config::Config;
use crate::print_line;
use crate::start_error::StartError;
use crate::wiring;
use roadstead_store::{
    Backend, DataDir, KeyState, MasterKeyVault, OpenError, Store, StoreConfig, VerifyReport,
};
use serde_json::{Value, json};

/// Looks at everything and says what it found.
pub(super) async fn verify(config: Config, as_json: bool) -> Result<(), StartError> {
    let (backend, database) = match &config.database_url {
        Some(url) => (Backend::Postgres { url: url.clone() }, "postgresql"),
        None => {
            refuse_missing_database(&config)?;
            let path = DataDir::database_in(&config.data_dir);
            (Backend::Sqlite { path }, "sqlite")
        }
    };
    // The key first: one that takes over meanwhile leaves both where they can be read.
    let keys = keys(&config)?;
    let store = Store::open_read_only(StoreConfig { backend }).await?;
    let report = store.verify(keys.as_ref()).await.map_err(OpenError::from)?;
    store.close().await;
    if as_json {
        print_line(&to_json(&report, database).to_string());
    } else {
        for (what, result) in lines(&report, database) {
            print_line(&format!("{what:<13} {result}"));
        }
    }
    match report.problems() {
        0 => Ok(()),
        n => Err(StartError::Other(format!("verify found {n} problems"))),
    }
}

fn keys(config: &Config) -> Result<Option<MasterKeyVault>, StartError> {
    Ok(match &config.master_key {
        Some(text) => Some(MasterKeyVault::from_texts(
            text,
            wiring::MASTER_KEY,
            config.previous_master_key.as_ref(),
        )?),
        None => MasterKeyVault::from_files(&config.data_dir)?,
    })
}

fn lines(report: &VerifyReport, database: &str) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        ("installation", report.installation_id.to_string()),
        ("schema", report.schema.clone()),
    ];
    lines.push(match (report.integrity.as_slice(), database) {
        ([], "sqlite") => ("database", "ok (integrity and foreign keys)".to_owned()),
        ([], _) => (
            "database",
            "ok (it answers; PostgreSQL checks its own pages)".to_owned(),
        ),
        (problems, _) => ("database", format!("DAMAGED: {}", problems.join("; "))),
    });
    match &report.consistency {
        None => lines.push(("consistency", "not checked".to_owned())),
        Some(rows) => {
            let counted = format!(
                "{} registries, {} audit entries, {} changes",
                rows.registries, rows.audit_entries, rows.changes
            );
            if rows.contradictions.is_empty() {
                lines.push(("consistency", format!("ok ({counted})")));
            }
            let named = rows.contradictions.iter();
            lines.extend(named.map(|text| ("consistency", format!("WRONG: {text}"))));
        }
    }
    lines.push((
        "master key",
        match &report.key {
            KeyState::Right(id) => format!("ok ({id})"),
            KeyState::Unused => "none used yet".to_owned(),
            KeyState::Wrong => "WRONG: it is not this database's".to_owned(),
            KeyState::Missing => "MISSING".to_owned(),
        },
    ));
    let opened = report.sealed - report.unreadable.len() as u64;
    lines.push((
        "credentials",
        format!("{opened} of {} can be opened", report.sealed),
    ));
    lines.extend(report.unreadable.iter().map(|one| {
        let text = format!("UNREADABLE: registry {}: {}", one.registry, one.reason);
        ("credentials", text)
    }));
    lines.push((
        "restored",
        report
            .restored_at
            .map_or_else(|| "never".to_owned(), |at| at.to_string()),
    ));
    lines
}

fn to_json(report: &VerifyReport, database: &str) -> Value {
    let (state, key_id) = match &report.key {
        KeyState::Right(id) => ("right", Some(id)),
        KeyState::Unused => ("unused", None),
        KeyState::Wrong => ("wrong", None),
        KeyState::Missing => ("missing", None),
    };
    let consistency = report.consistency.as_ref().map(|rows| {
        json!({
            "registries": rows.registries,
            "audit_entries": rows.audit_entries,
            "changes": rows.changes,
            "contradictions": rows.contradictions,
        })
    });
    let unreadable: Vec<Value> = report
        .unreadable
        .iter()
        .map(|one| {
            json!({
                "registry_id": one.registry_id.to_string(),
                "registry": one.registry,
                "reason": one.reason,
            })
        })
        .collect();
    json!({
        "ok": report.is_good(),
        "installation_id": report.installation_id,
        "schema": report.schema,
        "database": {"kind": database, "problems": report.integrity},
        "consistency": consistency,
        "master_key": {"state": state, "id": key_id},
        "credentials": {"sealed": report.sealed, "unreadable": unreadable},
        "restored_at": report.restored_at,
    })
}
