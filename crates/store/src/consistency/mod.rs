//! Whether what is stored agrees with itself: every accepted change must have left its state, its
//! audit entry and its change entry, or none of them. Used by the crash test and by `verify`.

mod kind;
mod state;

use crate::store::Store;
use kind::{KINDS, Kind};
use roadstead_core::Permission;
use roadstead_core::model::PlatformRole;
use roadstead_core::ports::StoreError;
use state::{Object, State, gather};
use std::collections::{HashMap, HashSet};
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

impl Store {
    /// Reads everything in one snapshot and looks for contradictions. Meant for tests and repair:
    /// it holds the ids of everything and the whole audit log's keys in memory. What retention has
    /// removed is not missed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn consistency(&self) -> Result<ConsistencyReport, StoreError> {
        let snapshot = self.db().snapshot().await?;
        let state = gather(&snapshot).await?;
        let mut out = Vec::new();
        check_feed(&state, &mut out);
        for kind in KINDS {
            check_kind(&state, kind, &mut out);
        }
        check_credentials(&state, &mut out);
        check_sharing(&state, &mut out);
        check_people(&state, &mut out);
        check_descriptions(&state, &mut out);
        Ok(ConsistencyReport {
            registries: state.objects_of("registry").len(),
            admins: admins(&state),
            sessions: state.sessions.len(),
            audit_entries: state.audit_entries,
            changes: state.changes.len(),
            contradictions: out,
        })
    }
}

fn check_feed(state: &State, out: &mut Vec<String>) {
    let Some(head) = state.head else {
        out.push("the change feed has no head".to_owned());
        return;
    };
    let newest = state.changes.last().map_or(0, |change| change.id);
    if newest != head {
        out.push(format!(
            "the head of the change feed is {head}, its newest entry {newest}"
        ));
    }
    for pair in state.changes.windows(2) {
        if let [before, after] = pair
            && after.id != before.id + 1
        {
            out.push(format!(
                "change {} follows {}: entries are missing",
                after.id, before.id
            ));
        }
    }
}

/// Objects of one kind against the audit log and the change feed.
fn check_kind(state: &State, kind: &Kind, out: &mut Vec<String>) {
    let objects = state.objects_of(kind.name);
    // Oldest first, so the newest remains.
    let told: HashMap<Uuid, i64> = state
        .changes
        .iter()
        .filter(|change| change.topic == kind.topic.as_str() && change.tells_of(kind))
        .map(|change| (change.object_id, change.generation))
        .collect();
    for (id, object) in objects {
        check_audited(state, kind, *id, object, out);
        check_told(state, kind, *id, object, told.get(id), out);
    }
    check_gone(state, kind, objects, out);
    for id in told.keys() {
        let key = (kind.name.to_owned(), id.to_string());
        if !state.done.contains_key(&key) && state.nothing_pruned() {
            out.push(format!(
                "the change feed names {} {id}, the audit log does not",
                kind.name
            ));
        }
    }
}

fn check_audited(state: &State, kind: &Kind, id: Uuid, object: &Object, out: &mut Vec<String>) {
    let name = kind.name;
    let made = state.done(kind, id, kind.made);
    let edits = i64::try_from(state.done(kind, id, kind.edited)).unwrap_or(i64::MAX);
    let forgotten = state.audit_forgets(object.created_at);
    if made > 1 || (made == 0 && !forgotten) {
        out.push(format!(
            "{name} {id} has {made} audit entries of its making"
        ));
    }
    if let Some(generation) = object.generation
        && (edits > generation - 1 || (edits < generation - 1 && !forgotten))
    {
        out.push(format!(
            "{name} {id} has generation {generation} and {edits} audit entries of edits"
        ));
    }
    if state.done(kind, id, kind.ended) > 0 {
        out.push(format!(
            "{name} {id} is there although the audit log says it ended"
        ));
    }
}

fn check_told(
    state: &State,
    kind: &Kind,
    id: Uuid,
    object: &Object,
    told: Option<&i64>,
    out: &mut Vec<String>,
) {
    let name = kind.name;
    match (told, object.generation) {
        (Some(told), Some(generation)) if *told != generation => out.push(format!(
            "{name} {id} has generation {generation}, the change feed says {told}"
        )),
        (None, _) if !state.feed_pruned() => {
            out.push(format!("{name} {id} is not in the change feed"));
        }
        _ => {}
    }
}

/// What the audit log says was made must be there or have ended, and the other way round.
fn check_gone(state: &State, kind: &Kind, objects: &HashMap<Uuid, Object>, out: &mut Vec<String>) {
    if kind.ends_with_others {
        return;
    }
    for (of, id) in state.done.keys() {
        let Ok(id) = id.parse::<Uuid>() else {
            continue;
        };
        if of != kind.name || objects.contains_key(&id) {
            continue;
        }
        let made = state.done(kind, id, kind.made);
        let ended = state.done(kind, id, kind.ended);
        if made > 0 && ended == 0 {
            out.push(format!("{of} {id} was made and is gone without a trace"));
        }
        if ended > 1 || (ended == 1 && made != 1 && state.nothing_pruned()) {
            out.push(format!(
                "{of} {id} has {made} audit entries of its making and {ended} of its end"
            ));
        }
    }
}

fn check_credentials(state: &State, out: &mut Vec<String>) {
    let registries = state.objects_of("registry");
    for (id, has_account) in &state.accounts {
        if *has_account != state.credentials.contains(id) {
            out.push(format!(
                "registry {id} has an account or a credential, but not both"
            ));
        }
    }
    for id in &state.credentials {
        if !registries.contains_key(id) {
            out.push(format!(
                "a credential is left of registry {id}, which is gone"
            ));
        }
    }
}

fn check_sharing(state: &State, out: &mut Vec<String>) {
    for id in &state.opened_wrongly {
        out.push(format!(
            "registry {id} is not kept as open or closed as its proof and consent say"
        ));
    }
}

fn check_people(state: &State, out: &mut Vec<String>) {
    if admins(state) > 0 && state.setup_links > 0 {
        out.push("a set-up link is left although an administrator exists".to_owned());
    }
    let told: HashSet<Uuid> = state.changes.iter().map(|c| c.object_id).collect();
    for id in &state.sessions {
        if !state.feed_pruned() && !told.contains(id) {
            out.push(format!("session {id} is not in the change feed"));
        }
    }
    for (workspace, user, created_at) in &state.memberships {
        let key = ("member".to_owned(), user.to_string());
        let set = Permission::MemberSet.as_str();
        let audited = state.done.get(&key).is_some_and(|a| a.contains_key(set));
        if !audited && !state.audit_forgets(*created_at) {
            out.push(format!(
                "user {user} is a member of workspace {workspace}, the audit log does not say so"
            ));
        }
        if !told.contains(workspace) && !state.feed_pruned() {
            out.push(format!(
                "the change feed knows nothing of members of workspace {workspace}"
            ));
        }
    }
}

fn check_descriptions(state: &State, out: &mut Vec<String>) {
    for kept in &state.descriptions {
        let Some((id, latest)) = kept.repository.zip(kept.latest) else {
            out.push("a description is left of a repository that is gone".to_owned());
            continue;
        };
        if kept.revision > latest {
            out.push(format!(
                "repository {id} has revision {latest}, its description {}",
                kept.revision
            ));
        }
        let key = ("repository".to_owned(), id.to_string());
        let described = Permission::ImageDescribe.as_str();
        let audited = state.done.get(&key);
        let audited = audited.is_some_and(|actions| actions.contains_key(described));
        if !audited && !state.audit_forgets(kept.updated_at) {
            out.push(format!(
                "repository {id} has a description, the audit log does not say so"
            ));
        }
    }
}

fn admins(state: &State) -> usize {
    let admin = |role: &&Option<String>| role.as_deref() == Some(PlatformRole::Admin.as_str());
    state.platform_roles.iter().filter(admin).count()
}
