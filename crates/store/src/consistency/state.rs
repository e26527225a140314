//! Everything the checks compare, read in one snapshot.

use super::kind::Kind;
use crate::audit;
use crate::entity::{
    api_token, audit_entry, change, change_head, credential, installation, membership, pull_access,
    registry, session, setup_link, user, workspace,
};
use crate::fault::Fault;
use crate::inventory::descriptions::{self, Kept};
use crate::registry_row;
use roadstead_core::Permission;
use roadstead_core::model::AuditOutcome;
use roadstead_core::model::RegistryId;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// Done audit entries of one object, counted by action.
type Done = HashMap<(String, String), BTreeMap<String, usize>>;

/// What is stored of one object.
pub(super) struct Object {
    /// `None` for what is never edited.
    pub(super) generation: Option<i64>,
    pub(super) created_at: i64,
}

/// An entry of the change feed.
pub(super) struct Told {
    pub(super) id: i64,
    pub(super) topic: String,
    pub(super) object_id: Uuid,
    pub(super) generation: i64,
    user_id: Option<Uuid>,
}

impl Told {
    /// Entries for one person say that their rights changed, not that the object did.
    pub(super) const fn tells_of(&self, kind: &Kind) -> bool {
        kind.private || self.user_id.is_none()
    }
}

#[derive(Default)]
pub(super) struct State {
    objects: HashMap<&'static str, HashMap<Uuid, Object>>,
    /// Registry id to whether it names an account.
    pub(super) accounts: HashMap<Uuid, bool>,
    pub(super) credentials: HashSet<Uuid>,
    /// Registries of which it is kept wrongly whether every subject may pull.
    pub(super) opened_wrongly: Vec<Uuid>,
    /// The platform role of every person.
    pub(super) platform_roles: Vec<Option<String>>,
    /// Workspace, person and since when.
    pub(super) memberships: Vec<(Uuid, Uuid, i64)>,
    pub(super) sessions: Vec<Uuid>,
    /// What is said about repositories.
    pub(super) descriptions: Vec<Kept>,
    pub(super) setup_links: u64,
    pub(super) done: Done,
    pub(super) audit_entries: usize,
    /// Audit entries before this time were removed by retention.
    audit_pruned_before: Option<i64>,
    /// Oldest first.
    pub(super) changes: Vec<Told>,
    pub(super) head: Option<i64>,
}

impl State {
    pub(super) fn objects_of(&self, kind: &str) -> &HashMap<Uuid, Object> {
        static NONE: std::sync::LazyLock<HashMap<Uuid, Object>> =
            std::sync::LazyLock::new(HashMap::new);
        self.objects.get(kind).unwrap_or(&NONE)
    }

    /// How often one of these actions was done to an object.
    pub(super) fn done(&self, kind: &Kind, id: Uuid, actions: &[Permission]) -> usize {
        let Some(done) = self.done.get(&(kind.name.to_owned(), id.to_string())) else {
            return 0;
        };
        let count = |action: &Permission| done.get(action.as_str()).copied().unwrap_or(0);
        actions.iter().map(count).sum()
    }

    /// Whether retention may have removed entries of that time.
    pub(super) fn audit_forgets(&self, at: i64) -> bool {
        self.audit_pruned_before.is_some_and(|before| at < before)
    }

    pub(super) const fn nothing_pruned(&self) -> bool {
        self.audit_pruned_before.is_none()
    }

    pub(super) fn feed_pruned(&self) -> bool {
        self.changes.first().is_some_and(|change| change.id > 1)
    }
}

pub(super) async fn gather(db: &impl ConnectionTrait) -> Result<State, Fault> {
    let mut state = State {
        setup_links: setup_link::Entity::find().count(db).await?,
        head: change_head::Entity::find()
            .one(db)
            .await?
            .map(|row| row.last),
        audit_pruned_before: installation::Entity::find()
            .one(db)
            .await?
            .and_then(|row| row.audit_pruned_before),
        descriptions: descriptions::kept(db).await?,
        ..State::default()
    };
    registries(db, &mut state).await?;
    people(db, &mut state).await?;
    workspaces(db, &mut state).await?;
    log(db, &mut state).await?;
    feed(db, &mut state).await?;
    Ok(state)
}

async fn registries(db: &impl ConnectionTrait, state: &mut State) -> Result<(), Fault> {
    use registry::Column::{CreatedAt, Generation, Id, Username};
    let rows: Vec<(Uuid, i64, i64, Option<String>)> = registry::Entity::find()
        .select_only()
        .columns([Id, Generation, CreatedAt, Username])
        .into_tuple()
        .all(db)
        .await?;
    for (id, generation, created_at, username) in rows {
        state.add("registry", id, Some(generation), created_at);
        state.accounts.insert(id, username.is_some());
    }
    let credentials: Vec<Uuid> = credential::Entity::find()
        .select_only()
        .column(credential::Column::RegistryId)
        .into_tuple()
        .all(db)
        .await?;
    state.credentials = credentials.into_iter().collect();
    let noted: Vec<Uuid> = pull_access::Entity::find()
        .select_only()
        .column(pull_access::Column::RegistryId)
        .into_tuple()
        .all(db)
        .await?;
    for id in noted {
        let (access, _, open) = crate::pull_access::read(db, RegistryId(id)).await?;
        let row = registry::Entity::find_by_id(id).one(db).await?;
        let Some(registry) = row.map(registry_row::read).transpose()? else {
            continue;
        };
        if crate::pull_access::is_open(&registry, &access) != open {
            state.opened_wrongly.push(id);
        }
    }
    Ok(())
}

async fn people(db: &impl ConnectionTrait, state: &mut State) -> Result<(), Fault> {
    use user::Column::{CreatedAt, Generation, Id, MachineOf, PlatformRole};
    type Row = (Uuid, i64, i64, Option<String>, Option<Uuid>);
    let rows: Vec<Row> = user::Entity::find()
        .select_only()
        .columns([Id, Generation, CreatedAt, PlatformRole, MachineOf])
        .into_tuple()
        .all(db)
        .await?;
    for (id, generation, created_at, role, machine_of) in rows {
        if machine_of.is_some() {
            state.add("machine_account", id, None, created_at);
        } else {
            state.add("user", id, Some(generation), created_at);
            state.platform_roles.push(role);
        }
    }
    let tokens: Vec<(Uuid, i64)> = api_token::Entity::find()
        .select_only()
        .columns([api_token::Column::Id, api_token::Column::CreatedAt])
        .into_tuple()
        .all(db)
        .await?;
    for (id, created_at) in tokens {
        state.add("token", id, None, created_at);
    }
    state.sessions = session::Entity::find()
        .select_only()
        .column(session::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    Ok(())
}

async fn workspaces(db: &impl ConnectionTrait, state: &mut State) -> Result<(), Fault> {
    use workspace::Column::{CreatedAt, Generation, Id};
    let rows: Vec<(Uuid, i64, i64)> = workspace::Entity::find()
        .select_only()
        .columns([Id, Generation, CreatedAt])
        .into_tuple()
        .all(db)
        .await?;
    for (id, generation, created_at) in rows {
        state.add("workspace", id, Some(generation), created_at);
    }
    let rows: Vec<(Uuid, Uuid, i64)> = membership::Entity::find()
        .select_only()
        .columns([
            membership::Column::WorkspaceId,
            membership::Column::UserId,
            membership::Column::CreatedAt,
        ])
        .into_tuple()
        .all(db)
        .await?;
    // A machine account's role is made with it.
    let people = state.objects.get("user");
    let person = |id: &Uuid| people.is_some_and(|people| people.contains_key(id));
    state.memberships = rows.into_iter().filter(|(_, id, _)| person(id)).collect();
    Ok(())
}

async fn log(db: &impl ConnectionTrait, state: &mut State) -> Result<(), Fault> {
    use audit_entry::Column::{Action, ObjectId, ObjectKind, Outcome};
    let entries: Vec<(String, String, String)> = audit_entry::Entity::find()
        .select_only()
        .columns([ObjectKind, ObjectId, Action])
        .filter(Outcome.eq(audit::outcome(AuditOutcome::Done)))
        .into_tuple()
        .all(db)
        .await?;
    state.audit_entries = entries.len();
    for (kind, id, action) in entries {
        let actions = state.done.entry((kind, id)).or_default();
        *actions.entry(action).or_default() += 1;
    }
    Ok(())
}

async fn feed(db: &impl ConnectionTrait, state: &mut State) -> Result<(), Fault> {
    use change::Column::{Generation, Id, ObjectId, Topic, UserId};
    let rows: Vec<(i64, String, Uuid, i64, Option<Uuid>)> = change::Entity::find()
        .select_only()
        .columns([Id, Topic, ObjectId, Generation, UserId])
        .order_by_asc(Id)
        .into_tuple()
        .all(db)
        .await?;
    let told = |(id, topic, object_id, generation, user_id)| Told {
        id,
        topic,
        object_id,
        generation,
        user_id,
    };
    state.changes = rows.into_iter().map(told).collect();
    Ok(())
}

impl State {
    fn add(&mut self, kind: &'static str, id: Uuid, generation: Option<i64>, created_at: i64) {
        let object = Object {
            generation,
            created_at,
        };
        self.objects.entry(kind).or_default().insert(id, object);
    }
}
