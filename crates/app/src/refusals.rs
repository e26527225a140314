//! Refusals on their way into the audit log: gathered for a moment, the same ones counted as one,
//! and written behind the answer's back. A storm of them costs a bounded queue and a bounded number
//! of rows.

use roadstead_core::model::{Actor, AuditEntry, AuditObject, RequestContext, Timestamp, UserId};
use roadstead_core::ports::AuditStore;
use roadstead_core::rules::is_refusal;
use roadstead_core::{ErrorCode, Permission};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How long refusals are gathered before they are written.
const WINDOW: Duration = Duration::from_secs(1);
/// Entries that wait at most, whoever caused them.
const MOST: usize = 512;
/// Entries about different objects that one person can have waiting; further ones are counted
/// together, without naming the object.
const MOST_OF_ONE: usize = 16;
/// An object's id longer than this is somebody's invention.
const LONGEST_ID: usize = 64;

/// What makes two refusals the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    actor: UserId,
    action: &'static str,
    object_kind: String,
    object_id: String,
    code: ErrorCode,
}

#[derive(Default)]
struct Waiting {
    entries: HashMap<Key, AuditEntry>,
    by_actor: HashMap<UserId, usize>,
}

/// Gathers refusals.
#[derive(Default)]
pub struct Refusals {
    waiting: Mutex<Waiting>,
    arrived: Notify,
}

impl Refusals {
    /// Takes note of a refusal; an answer that is none is passed over. Never waits. `object` is
    /// what the request was about, as far as it is known.
    pub fn note(
        &self,
        ctx: &RequestContext,
        at: Timestamp,
        permission: Permission,
        code: ErrorCode,
        object: AuditObject,
    ) {
        if !is_refusal(code) {
            return;
        }
        let Actor::Person(person) = &ctx.actor else {
            // Strangers can ask as often as they like: they are counted and leave no row.
            metrics::counter!("roadstead_refusal_anonymous_total", "code" => code.as_str())
                .increment(1);
            return;
        };
        let mut waiting = lock(&self.waiting);
        let mut object = object;
        object
            .id
            .truncate(object.id.floor_char_boundary(LONGEST_ID));
        let mut key = Key {
            actor: person.id,
            action: permission.as_str(),
            object_kind: object.kind.clone(),
            object_id: object.id.clone(),
            code,
        };
        let of_one = waiting.by_actor.get(&person.id).copied().unwrap_or(0);
        if of_one >= MOST_OF_ONE && !waiting.entries.contains_key(&key) {
            key.object_id.clear();
            object.id.clear();
            object.name.clear();
        }
        if let Some(entry) = waiting.entries.get_mut(&key) {
            entry.repeats = entry.repeats.saturating_add(1);
            return;
        }
        if waiting.entries.len() >= MOST {
            metrics::counter!("roadstead_refusal_overflow_total").increment(1);
            return;
        }
        let entry = AuditEntry::refused(ctx, at, key.action, object, code);
        waiting.entries.insert(key, entry);
        *waiting.by_actor.entry(person.id).or_default() += 1;
        drop(waiting);
        self.arrived.notify_one();
    }

    /// Writes what was gathered, window by window, until `stop` is cancelled. What arrives after
    /// that is for [`Self::flush`].
    pub(crate) async fn keep_writing(&self, store: &dyn AuditStore, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.arrived.notified() => {}
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(WINDOW) => {}
            }
            self.flush(store).await;
        }
    }

    /// Writes what is waiting now.
    pub async fn flush(&self, store: &dyn AuditStore) {
        let mut batch: Vec<AuditEntry> = {
            let taken = std::mem::take(&mut *lock(&self.waiting));
            taken.entries.into_values().collect()
        };
        if batch.is_empty() {
            return;
        }
        batch.sort_by_key(|entry| (entry.at, entry.id));
        let lost: u64 = batch.iter().map(|entry| u64::from(entry.repeats)).sum();
        if let Err(error) = store.record_refusals(batch).await {
            metrics::counter!("roadstead_refusal_lost_total").increment(lost);
            tracing::warn!(%error, lost, "refusals not written to the audit log");
        }
    }
}

fn lock(waiting: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    // Nothing between lock and unlock can panic half way, so a poisoned queue is whole.
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{MOST, MOST_OF_ONE, Refusals};
    use async_trait::async_trait;
    use roadstead_core::model::{
        Actor, AuditEntry, AuditFilter, AuditObject, AuditOutcome, AuditPosition, Name, Page,
        PageRequest, Person, RequestContext, RequestId, SessionId, Timestamp, UserId,
    };
    use roadstead_core::ports::{AuditList, AuditStore, StoreError};
    use roadstead_core::rules::visible;
    use roadstead_core::{ErrorCode, Permission};
    use std::sync::Mutex;

    /// Keeps what is written, or refuses it.
    #[derive(Default)]
    struct Written {
        rows: Mutex<Vec<AuditEntry>>,
        broken: bool,
    }

    #[async_trait]
    impl AuditStore for Written {
        async fn audit_entries(
            &self,
            _: &AuditFilter,
            _: &PageRequest<AuditPosition>,
        ) -> Result<AuditList, StoreError> {
            Err(StoreError::NotFound)
        }
        async fn audit_page(
            &self,
            _: &AuditFilter,
            _: &PageRequest<AuditPosition>,
        ) -> Result<Page<AuditEntry, AuditPosition>, StoreError> {
            Err(StoreError::NotFound)
        }
        async fn record_audit(&self, _: AuditEntry) -> Result<(), StoreError> {
            Err(StoreError::NotFound)
        }
        async fn record_refusals(&self, batch: Vec<AuditEntry>) -> Result<(), StoreError> {
            if self.broken {
                return Err(StoreError::ReadOnly("full".to_owned()));
            }
            self.rows.lock().expect("rows").extend(batch);
            Ok(())
        }
        async fn prune_audit(&self, _: Timestamp) -> Result<u64, StoreError> {
            Ok(0)
        }
    }

    fn somebody() -> RequestContext {
        let actor = Actor::Person(Person {
            id: UserId::new(),
            name: Name::parse("a-viewer").expect("name"),
            platform_role: None,
            memberships: Vec::new(),
            came_by: roadstead_core::model::CameBy::Session(SessionId::new()),
        });
        RequestContext {
            visible: visible(&actor),
            actor,
            request_id: RequestId::make(),
            source_address: Some("203.0.113.9".to_owned()),
        }
    }

    fn note(refusals: &Refusals, ctx: &RequestContext, object: &str, code: ErrorCode) {
        let object = AuditObject {
            kind: "registry".to_owned(),
            id: object.to_owned(),
            name: "then".to_owned(),
        };
        let at = Timestamp::from_micros(1);
        refusals.note(ctx, at, Permission::RegistryEdit, code, object);
    }

    async fn written(refusals: &Refusals) -> Vec<(String, ErrorCode, u32)> {
        let store = Written::default();
        refusals.flush(&store).await;
        let rows = store.rows.into_inner().expect("rows");
        assert!(rows.iter().all(|r| r.outcome == AuditOutcome::Refused));
        let mut rows: Vec<_> = rows
            .into_iter()
            .map(|r| (r.object.id, r.code.expect("code"), r.repeats))
            .collect();
        rows.sort();
        rows
    }

    #[tokio::test]
    async fn same_refusals_become_one_entry_with_their_count() {
        let (refusals, ctx) = (Refusals::default(), somebody());
        for _ in 0..10_000 {
            note(&refusals, &ctx, "one", ErrorCode::PermissionDenied);
        }
        note(&refusals, &ctx, "one", ErrorCode::RequestCsrfRejected);
        note(&refusals, &ctx, "two", ErrorCode::PermissionDenied);
        note(&refusals, &somebody(), "two", ErrorCode::PermissionDenied);
        assert_eq!(
            written(&refusals).await,
            [
                ("one".to_owned(), ErrorCode::RequestCsrfRejected, 1),
                ("one".to_owned(), ErrorCode::PermissionDenied, 10_000),
                ("two".to_owned(), ErrorCode::PermissionDenied, 1),
                ("two".to_owned(), ErrorCode::PermissionDenied, 1),
            ]
        );
        assert_eq!(written(&refusals).await, []);
    }

    #[tokio::test]
    async fn one_person_naming_ten_thousand_objects_leaves_a_handful_of_entries() {
        let (refusals, ctx) = (Refusals::default(), somebody());
        for i in 0..10_000 {
            note(&refusals, &ctx, &i.to_string(), ErrorCode::PermissionDenied);
        }
        let rows = written(&refusals).await;
        assert_eq!(rows.len(), MOST_OF_ONE + 1);
        assert_eq!(rows.iter().map(|r| r.2).sum::<u32>(), 10_000);
        assert_eq!(
            rows[0].0, "",
            "the rest is counted without naming an object"
        );
    }

    #[tokio::test]
    async fn queue_is_bounded_whoever_fills_it() {
        let refusals = Refusals::default();
        for _ in 0..MOST * 2 {
            note(&refusals, &somebody(), "one", ErrorCode::PermissionDenied);
        }
        assert_eq!(written(&refusals).await.len(), MOST);
    }

    #[tokio::test]
    async fn strangers_and_answers_that_refuse_nothing_leave_no_entry() {
        let (refusals, known) = (Refusals::default(), somebody());
        let stranger = RequestContext {
            actor: Actor::Anonymous,
            ..somebody()
        };
        note(&refusals, &stranger, "one", ErrorCode::SessionRequired);
        note(&refusals, &known, "one", ErrorCode::ObjectNotFound);
        note(&refusals, &known, "one", ErrorCode::RequestStale);
        note(&refusals, &known, "one", ErrorCode::InternalError);
        assert_eq!(written(&refusals).await, []);
    }

    #[tokio::test]
    async fn database_that_takes_nothing_holds_nobody_up_and_nothing_back() {
        let (refusals, ctx) = (Refusals::default(), somebody());
        note(&refusals, &ctx, "one", ErrorCode::PermissionDenied);
        let broken = Written {
            broken: true,
            ..Written::default()
        };
        refusals.flush(&broken).await;
        assert_eq!(written(&refusals).await, []);
    }

    #[tokio::test]
    async fn ids_somebody_invented_are_cut() {
        let (refusals, ctx) = (Refusals::default(), somebody());
        note(
            &refusals,
            &ctx,
            &"ä".repeat(5_000),
            ErrorCode::PermissionDenied,
        );
        assert_eq!(written(&refusals).await[0].0.len(), 64);
    }
}
