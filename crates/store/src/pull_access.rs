//! What is known of who may pull from a registry, as rows, and what follows from it for what
//! members see. Whether every subject may pull is the core's rule (`rules::opened`); here its answer
//! is only kept up.

use crate::changes::{self, NewChange};
use crate::entity::{pull_access, pull_account, registry};
use crate::fault::{Fault, damaged};
use crate::registry_row::{self, json, parse};
use crate::tx::Tx;
use roadstead_core::model::{
    Consent, CredentialMode, Name, Origin, PullAccess, PullAccount, Registry, RegistryId,
    Timestamp, Topic, UserId, UserRef,
};
use roadstead_core::ports::{SealedCredential, SealedPullAccount, StoreError};
use roadstead_core::rules::{DockerSpace, opened};
use sea_orm::sea_query::Query;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait,
    IntoActiveModel as _, QueryFilter, QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A consent as JSON. Names are part of the schema.
#[derive(Serialize, Deserialize)]
struct StoredConsent {
    by_id: UserId,
    by_name: String,
    at: i64,
    mode: CredentialMode,
    username: String,
    address: String,
}

/// What a command did to whether every subject may pull.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Opening {
    pub(crate) before: bool,
    pub(crate) after: bool,
}

impl Opening {
    /// Whether members see, or saw, the registry.
    pub(crate) const fn seen(self) -> bool {
        self.before || self.after
    }

    /// Whether it came among what they see or left it.
    pub(crate) const fn turned(self) -> bool {
        self.before != self.after
    }
}

/// Everything known of a registry.
pub(crate) async fn read(
    db: &impl ConnectionTrait,
    id: RegistryId,
) -> Result<(PullAccess, Option<SealedPullAccount>, bool), Fault> {
    let access = pull_access::Entity::find_by_id(id.0).one(db).await?;
    let account = pull_account::Entity::find_by_id(id.0).one(db).await?;
    let open = access.as_ref().is_some_and(|row| row.open);
    let sealed = account.clone().map(sealed).transpose()?;
    Ok((known(access, account)?, sealed, open))
}

fn known(
    access: Option<pull_access::Model>,
    account: Option<pull_account::Model>,
) -> Result<PullAccess, StoreError> {
    let (anonymous, write, consent) = access.map_or((None, None, None), |row| {
        (row.anonymous_proof, row.write_proof, row.consent)
    });
    Ok(PullAccess {
        account: account.map(described).transpose()?,
        anonymous: anonymous
            .map(|text| parse("anonymous proof", &text))
            .transpose()?,
        write: write.map(|text| parse("write proof", &text)).transpose()?,
        consent: consent
            .map(|text| read_consent(&parse("consent", &text)?))
            .transpose()?,
    })
}

fn described(row: pull_account::Model) -> Result<PullAccount, StoreError> {
    Ok(PullAccount {
        username: row.username,
        set_by: row
            .set_by
            .zip(row.set_by_name)
            .map(|(id, name)| user_ref(UserId(id), &name))
            .transpose()?,
        set_at: Timestamp::from_micros(row.set_at),
    })
}

fn sealed(row: pull_account::Model) -> Result<SealedPullAccount, StoreError> {
    Ok(SealedPullAccount {
        token_service: token_service(row.token_service)?,
        credential: read_sealed(row.key_id, row.wrapped_key, row.ciphertext),
    })
}

pub(crate) fn token_service(text: Option<String>) -> Result<Option<Origin>, StoreError> {
    text.map(|text| Origin::parse(&text).ok_or_else(|| damaged("token service", text)))
        .transpose()
}

pub(crate) const fn read_sealed(
    key_id: String,
    wrapped_key: Vec<u8>,
    ciphertext: Vec<u8>,
) -> SealedCredential {
    SealedCredential {
        key_id,
        wrapped_key,
        ciphertext,
    }
}

fn user_ref(id: UserId, name: &str) -> Result<UserRef, StoreError> {
    let name = Name::parse(name).map_err(|_| damaged("name", name))?;
    Ok(UserRef { id, name })
}

fn read_consent(stored: &StoredConsent) -> Result<Consent, StoreError> {
    Ok(Consent {
        by: user_ref(stored.by_id, &stored.by_name)?,
        at: Timestamp::from_micros(stored.at),
        mode: stored.mode,
        username: stored.username.clone(),
        address: stored.address.clone(),
    })
}

pub(crate) fn write_consent(consent: &Consent) -> Result<String, StoreError> {
    json(&StoredConsent {
        by_id: consent.by.id,
        by_name: consent.by.name.as_str().to_owned(),
        at: consent.at.as_micros(),
        mode: consent.mode,
        username: consent.username.clone(),
        address: consent.address.clone(),
    })
}

pub(crate) fn write_account(
    id: RegistryId,
    account: &PullAccount,
    token_service: Option<&Origin>,
    sealed: &SealedCredential,
) -> pull_account::ActiveModel {
    pull_account::Model {
        registry_id: id.0,
        username: account.username.clone(),
        token_service: token_service.map(ToString::to_string),
        key_id: sealed.key_id.clone(),
        wrapped_key: sealed.wrapped_key.clone(),
        ciphertext: sealed.ciphertext.clone(),
        set_by: account.set_by.as_ref().map(|user| user.id.0),
        set_by_name: account
            .set_by
            .as_ref()
            .map(|user| user.name.as_str().to_owned()),
        set_at: account.set_at.as_micros(),
    }
    .into_active_model()
    .reset_all()
}

/// Changes what is noted of a registry whose row this transaction holds.
pub(crate) async fn note(
    tx: &Tx<'_>,
    id: RegistryId,
    change: impl FnOnce(&mut pull_access::ActiveModel) + Send,
) -> Result<(), Fault> {
    match pull_access::Entity::find_by_id(id.0).one(tx).await? {
        Some(row) => {
            let mut row = row.into_active_model();
            change(&mut row);
            if row.is_changed() {
                row.update(tx).await?;
            }
        }
        None => {
            let mut row = pull_access::ActiveModel {
                registry_id: Set(id.0),
                open: Set(false),
                anonymous_proof: Set(None),
                write_proof: Set(None),
                consent: Set(None),
            };
            change(&mut row);
            pull_access::Entity::insert(row)
                .exec_without_returning(tx)
                .await?;
        }
    }
    Ok(())
}

/// Keeps up whether every subject may pull, after anything it follows from has changed.
pub(crate) async fn settle(tx: &Tx<'_>, id: RegistryId) -> Result<Opening, Fault> {
    let Some(row) = registry::Entity::find_by_id(id.0).one(tx).await? else {
        return Ok(Opening {
            before: false,
            after: false,
        });
    };
    let registry = registry_row::read(row)?;
    let (access, _, before) = read(tx, id).await?;
    let after = is_open(&registry, &access);
    if after != before {
        note(tx, id, |row| row.open = Set(after)).await?;
    }
    Ok(Opening { before, after })
}

/// The core's answer.
pub(crate) fn is_open(registry: &Registry, access: &PullAccess) -> bool {
    let address = registry.address.to_string();
    let space = DockerSpace {
        registry_id: registry.id,
        owner: registry.owner,
        kind: registry.kind,
        address: &address,
        username: registry.username.as_deref(),
        access,
    };
    opened(&space).is_some()
}

/// Another connection has taken the place of the one that everything was tried through. The
/// pull-only account was given for the old address and certificate check and ends with them.
pub(crate) async fn reconnected(
    tx: &Tx<'_>,
    before: &registry::Model,
    after: &Registry,
) -> Result<Opening, Fault> {
    let before = registry_row::read(before.clone())?;
    // A first pin is no other server.
    let another = before.identity.is_some() && before.identity != after.identity;
    if another || (&before.address, &before.tls) != (&after.address, &after.tls) {
        pull_account::Entity::delete_by_id(after.id.0)
            .exec(tx)
            .await?;
        note(tx, after.id, |row| {
            row.anonymous_proof = Set(None);
            row.write_proof = Set(None);
        })
        .await?;
    } else {
        let (access, ..) = read(tx, after.id).await?;
        let of_account = |mode| mode == CredentialMode::Shared;
        if access.write.is_some_and(|proof| of_account(proof.mode)) {
            note(tx, after.id, |row| row.write_proof = Set(None)).await?;
        }
    }
    settle(tx, after.id).await
}

/// Whether members see a registry.
pub(crate) async fn is_seen(tx: &Tx<'_>, id: Uuid) -> Result<bool, Fault> {
    let open: Option<bool> = pull_access::Entity::find_by_id(id)
        .select_only()
        .column(pull_access::Column::Open)
        .into_tuple()
        .one(tx)
        .await?;
    Ok(open.unwrap_or(false))
}

/// Those of these changes that members hear of too.
pub(crate) async fn news_for_members(
    tx: &Tx<'_>,
    news: &[NewChange],
) -> Result<Vec<NewChange>, Fault> {
    let platform = news.iter().filter(|change| change.workspace_id.is_none());
    let ids: Vec<Uuid> = platform.map(|change| change.object_id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let seen: Vec<Uuid> = pull_access::Entity::find()
        .select_only()
        .column(pull_access::Column::RegistryId)
        .filter(pull_access::Column::Open.eq(true))
        .filter(pull_access::Column::RegistryId.is_in(ids))
        .into_tuple()
        .all(tx)
        .await?;
    Ok(news
        .iter()
        .filter(|change| seen.contains(&change.object_id))
        .map(|change| for_members(change.object_id, change.at))
        .collect())
}

/// Tells members that something they see, or saw, has changed; not what.
pub(crate) async fn tell_members(tx: &Tx<'_>, id: RegistryId, at: Timestamp) -> Result<(), Fault> {
    changes::append(tx, &[for_members(id.0, at)]).await
}

const fn for_members(id: Uuid, at: Timestamp) -> NewChange {
    NewChange {
        topic: Topic::OpenRegistry,
        object_id: id,
        // How often it was edited is not theirs to know.
        generation: 0,
        workspace_id: None,
        user_id: None,
        at,
    }
}

/// The ids of the registries that every subject may pull from.
pub(crate) fn open_ids() -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .column(pull_access::Column::RegistryId)
        .from(pull_access::Entity)
        .and_where(pull_access::Column::Open.eq(true))
        .to_owned()
}
