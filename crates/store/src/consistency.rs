//! Whether what is stored agrees with itself: every accepted change must have left its state, its
//! audit entry and its change entry, or none of them. Used by the crash test.

use crate::audit;
use crate::entity::{
    audit_entry, change, change_head, credential, registry, session, setup_link, user,
};
use crate::fault::Fault;
use crate::store::Store;
use roadstead_core::Permission;
use roadstead_core::model::{AuditOutcome, PlatformRole, Topic};
use roadstead_core::ports::StoreError;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// What was counted and what does not fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConsistencyReport {
    /// Registries there are.
    pub registries: usize,
    /// Administrators there are.
    pub admins: usize,
    /// Sessions there are, open or over.
    pub sessions: usize,
    /// Audit entries read.
    pub audit_entries: usize,
    /// Change entries not yet pruned.
    pub changes: usize,
    /// Sentences, each about one thing that does not fit.
    pub contradictions: Vec<String>,
}

/// Done audit entries of one object, counted by action.
type Done = HashMap<(String, String), BTreeMap<String, usize>>;

struct State {
    /// Registry id to (generation, whether it names an account).
    registries: HashMap<Uuid, (i64, bool)>,
    credentials: HashSet<Uuid>,
    users: Vec<(Uuid, Option<String>)>,
    sessions: Vec<Uuid>,
    setup_links: usize,
    done: Done,
    /// (id, topic, object, generation), oldest first.
    changes: Vec<(i64, String, Uuid, i64)>,
    head: Option<i64>,
}

impl Store {
    /// Reads everything in one snapshot and looks for contradictions. Meant for tests and repair:
    /// it holds the ids of all registries and the whole audit log's keys in memory.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn consistency(&self) -> Result<ConsistencyReport, StoreError> {
        let snapshot = self.db().snapshot().await?;
        let mut report = ConsistencyReport::default();
        let state = gather(&snapshot, &mut report).await?;
        report.sessions = state.sessions.len();
        let out = &mut report.contradictions;
        check_feed(&state, out);
        check_registries(&state, out);
        check_people(&state, out);
        report.registries = state.registries.len();
        report.changes = state.changes.len();
        report.admins = admins(&state);
        Ok(report)
    }
}

async fn gather(db: &impl ConnectionTrait, report: &mut ConsistencyReport) -> Result<State, Fault> {
    let registries: Vec<(Uuid, i64, Option<String>)> = registry::Entity::find()
        .select_only()
        .columns([
            registry::Column::Id,
            registry::Column::Generation,
            registry::Column::Username,
        ])
        .into_tuple()
        .all(db)
        .await?;
    let credentials: Vec<Uuid> = credential::Entity::find()
        .select_only()
        .column(credential::Column::RegistryId)
        .into_tuple()
        .all(db)
        .await?;
    let users = user::Entity::find()
        .select_only()
        .columns([user::Column::Id, user::Column::PlatformRole])
        .filter(user::Column::MachineOf.is_null())
        .into_tuple()
        .all(db)
        .await?;
    let sessions = session::Entity::find()
        .select_only()
        .column(session::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let entries: Vec<(String, String, String)> = audit_entry::Entity::find()
        .select_only()
        .columns([
            audit_entry::Column::ObjectKind,
            audit_entry::Column::ObjectId,
            audit_entry::Column::Action,
        ])
        .filter(audit_entry::Column::Outcome.eq(audit::outcome(AuditOutcome::Done)))
        .into_tuple()
        .all(db)
        .await?;
    report.audit_entries = entries.len();
    let mut done = Done::new();
    for (kind, id, action) in entries {
        *done
            .entry((kind, id))
            .or_default()
            .entry(action)
            .or_default() += 1;
    }
    let mut changes: Vec<(i64, String, Uuid, i64)> = change::Entity::find()
        .select_only()
        .columns([
            change::Column::Id,
            change::Column::Topic,
            change::Column::ObjectId,
            change::Column::Generation,
        ])
        .into_tuple()
        .all(db)
        .await?;
    changes.sort_by_key(|(id, ..)| *id);
    Ok(State {
        registries: registries
            .into_iter()
            .map(|(id, generation, username)| (id, (generation, username.is_some())))
            .collect(),
        credentials: credentials.into_iter().collect(),
        users,
        sessions,
        setup_links: setup_link::Entity::find().all(db).await?.len(),
        done,
        changes,
        head: change_head::Entity::find()
            .one(db)
            .await?
            .map(|row| row.last),
    })
}

fn check_feed(state: &State, out: &mut Vec<String>) {
    let Some(head) = state.head else {
        out.push("the change feed has no head".to_owned());
        return;
    };
    let newest = state.changes.last().map_or(0, |(id, ..)| *id);
    if newest != head {
        out.push(format!(
            "the head of the change feed is {head}, its newest entry {newest}"
        ));
    }
    for pair in state.changes.windows(2) {
        if let [(before, ..), (after, ..)] = pair
            && *after != before + 1
        {
            out.push(format!(
                "change {after} follows {before}: entries are missing"
            ));
        }
    }
}

fn check_registries(state: &State, out: &mut Vec<String>) {
    let pruned = state.changes.first().is_some_and(|(id, ..)| *id > 1);
    let told: HashMap<Uuid, i64> = state
        .changes
        .iter()
        .filter(|(_, topic, ..)| topic == Topic::Registry.as_str())
        // Oldest first, so the newest remains.
        .map(|(_, _, id, generation)| (*id, *generation))
        .collect();
    for (id, (generation, has_account)) in &state.registries {
        let done = |action: Permission| done(state, "registry", &id.to_string(), action.as_str());
        let (integrated, edited, disconnected) = (
            done(Permission::RegistryIntegrate),
            done(Permission::RegistryEdit),
            done(Permission::RegistryDisconnect),
        );
        if integrated != 1 {
            out.push(format!(
                "registry {id} has {integrated} audit entries of its integration"
            ));
        }
        if i64::try_from(edited).ok() != Some(generation - 1) {
            out.push(format!(
                "registry {id} has generation {generation} and {edited} audit entries of edits"
            ));
        }
        if disconnected != 0 {
            out.push(format!(
                "registry {id} is there although the audit log says disconnected"
            ));
        }
        match told.get(id) {
            Some(told) if told == generation => {}
            None if pruned => {}
            Some(told) => out.push(format!(
                "registry {id} has generation {generation}, the change feed says {told}"
            )),
            None => out.push(format!("registry {id} is not in the change feed")),
        }
        if *has_account != state.credentials.contains(id) {
            out.push(format!(
                "registry {id} has an account or a credential, but not both"
            ));
        }
    }
    for id in &state.credentials {
        if !state.registries.contains_key(id) {
            out.push(format!(
                "a credential is left of registry {id}, which is gone"
            ));
        }
    }
    check_gone(state, out);
}

/// What the audit log says was integrated must be there or be disconnected, and the other way
/// round.
fn check_gone(state: &State, out: &mut Vec<String>) {
    for ((kind, id), actions) in &state.done {
        let Ok(uuid) = id.parse::<Uuid>() else {
            continue;
        };
        if kind != "registry" || state.registries.contains_key(&uuid) {
            continue;
        }
        let count = |p: Permission| actions.get(p.as_str()).copied().unwrap_or(0);
        let (integrated, disconnected) = (
            count(Permission::RegistryIntegrate),
            count(Permission::RegistryDisconnect),
        );
        if integrated > 0 && disconnected == 0 {
            out.push(format!(
                "registry {id} was integrated and is gone without a trace"
            ));
        }
        if disconnected > 1 || (disconnected == 1 && integrated != 1) {
            out.push(format!(
                "registry {id} has {integrated} audit entries of integrating and {disconnected} of disconnecting"
            ));
        }
    }
    let mut last: HashMap<Uuid, &str> = HashMap::new();
    for (_, topic, id, _) in &state.changes {
        if topic == Topic::Registry.as_str() {
            last.insert(*id, topic);
        }
    }
    for id in last.keys() {
        let known = state
            .done
            .contains_key(&("registry".to_owned(), id.to_string()));
        if !known {
            out.push(format!(
                "the change feed names registry {id}, the audit log does not"
            ));
        }
    }
}

fn check_people(state: &State, out: &mut Vec<String>) {
    let pruned = state.changes.first().is_some_and(|(id, ..)| *id > 1);
    if admins(state) > 0 && state.setup_links > 0 {
        out.push("a set-up link is left although an administrator exists".to_owned());
    }
    let told: HashSet<Uuid> = state.changes.iter().map(|(_, _, id, _)| *id).collect();
    for (id, _) in &state.users {
        if !state
            .done
            .contains_key(&("user".to_owned(), id.to_string()))
        {
            out.push(format!("user {id} is not in the audit log"));
        }
        if !pruned && !told.contains(id) {
            out.push(format!("user {id} is not in the change feed"));
        }
    }
    for id in &state.sessions {
        if !pruned && !told.contains(id) {
            out.push(format!("session {id} is not in the change feed"));
        }
    }
}

fn admins(state: &State) -> usize {
    let admin = |role: &Option<String>| role.as_deref() == Some(PlatformRole::Admin.as_str());
    state.users.iter().filter(|(_, role)| admin(role)).count()
}

fn done(state: &State, kind: &str, id: &str, action: &str) -> usize {
    state
        .done
        .get(&(kind.to_owned(), id.to_owned()))
        .and_then(|actions| actions.get(action))
        .copied()
        .unwrap_or(0)
}
