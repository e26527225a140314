//! The change stream: what changed, cut to what the asker may see at the moment of sending.

use crate::context::Ports;
use crate::services::SessionService;
use futures::{Stream, StreamExt as _};
use roadstead_core::model::{
    Actor, CameBy, Change, ChangeId, Person, RequestContext, Topic, UserId,
};
use roadstead_core::rules::{sees_change, visible};
use roadstead_core::{ErrorCode, Failure};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio_stream::wrappers::ReceiverStream;

/// Streams one person may have open.
const STREAMS_PER_PERSON: usize = 5;
/// Entries read at once.
const BATCH: u16 = 200;
/// A stream ends after this long; the browser opens the next one by itself, and then everything
/// about its session is looked at again.
const STREAM_LIFE: Duration = Duration::from_secs(3_600);

/// What a follower gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Followed {
    /// Something changed.
    Change(Change),
    /// The place asked for is gone; everything must be read again. Carries the place to go on from.
    Reset(ChangeId),
}

/// The change stream.
pub struct ChangeService {
    ports: Ports,
    open: Arc<Mutex<HashMap<UserId, usize>>>,
}

impl ChangeService {
    pub(crate) fn new(ports: Ports) -> Self {
        Self {
            ports,
            open: Arc::default(),
        }
    }

    /// Follows changes from now on, or from the place after `last` on. The stream ends when the
    /// asker's session ends, when the database stops answering, or when the reader is gone; a
    /// reader that is too slow loses nothing but may be reset.
    ///
    /// # Errors
    /// [`ErrorCode::RequestLimitStreams`] above five streams a person.
    pub async fn follow(
        &self,
        ctx: &RequestContext,
        last: Option<ChangeId>,
    ) -> Result<impl Stream<Item = Followed> + Send + use<>, Failure> {
        let person = SessionService::person(ctx)?;
        let place = StreamPlace::take(&self.open, person.id)?;
        let mut signals = self.ports.store.signals();
        let head = self.ports.store.head().await?;
        // The head first, the rights after it: what changes them later comes after the head and
        // ends the stream, so no entry is ever judged by rights that were no longer true.
        let actor = self.rights_now(person).await?;
        let set = visible(&actor);
        let (mut after, stale) = match last {
            Some(last) if last > head => (head, true),
            Some(last) => (last, false),
            None => (head, false),
        };
        let (send, receive) = tokio::sync::mpsc::channel(BATCH.into());
        let store = Arc::clone(&self.ports.store);
        tokio::spawn(async move {
            let _place = place;
            let end = tokio::time::Instant::now() + STREAM_LIFE;
            if stale && send.send(Followed::Reset(after)).await.is_err() {
                return;
            }
            loop {
                match store.after(after, BATCH).await {
                    Ok(Some(changes)) => {
                        let full = changes.len() == usize::from(BATCH);
                        for change in changes {
                            after = change.id;
                            let ends = change.id > head && ends_rights(&actor, &change);
                            if sees_change(&actor, &set, &change)
                                && send.send(Followed::Change(change)).await.is_err()
                            {
                                return;
                            }
                            if ends {
                                return;
                            }
                        }
                        if full {
                            continue;
                        }
                    }
                    Ok(None) => {
                        let Ok(head) = store.head().await else { return };
                        after = head;
                        if send.send(Followed::Reset(head)).await.is_err() {
                            return;
                        }
                    }
                    Err(error) => {
                        tracing::warn!(%error, "change stream ended");
                        return;
                    }
                }
                tokio::select! {
                    signal = signals.next() => if signal.is_none() { return },
                    () = send.closed() => return,
                    () = tokio::time::sleep_until(end) => return,
                }
            }
        });
        Ok(ReceiverStream::new(receive))
    }

    /// Who follows, with the rights of this moment.
    async fn rights_now(&self, person: &Person) -> Result<Actor, Failure> {
        let store = &self.ports.store;
        let found = match &person.came_by {
            CameBy::Session(id) => store
                .session_by_id(*id)
                .await?
                .map(|owner| (owner.user, owner.memberships)),
            CameBy::Token { id, .. } => store
                .token(*id)
                .await?
                .map(|owner| (owner.user, owner.memberships)),
        };
        let (user, memberships) = found.ok_or_else(|| Failure::new(ErrorCode::SessionRequired))?;
        let came_by = person.came_by.clone();
        Ok(Actor::Person(Person::new(&user, memberships, came_by)))
    }
}

/// Whether a follower's rights are no longer what they were: the session or token they came by has
/// ended (an entry of its own after its making can only be that), or a role of theirs has changed.
fn ends_rights(actor: &Actor, change: &Change) -> bool {
    let Some(person) = actor.person() else {
        return true;
    };
    match (change.topic, &person.came_by) {
        (Topic::Session, CameBy::Session(id)) => id.0 == change.object_id,
        (Topic::Token, CameBy::Token { id, .. }) => id.0 == change.object_id,
        (Topic::User, _) => change.user_id == Some(person.id),
        _ => false,
    }
}

/// One of a person's streams, given back when dropped.
struct StreamPlace {
    open: Arc<Mutex<HashMap<UserId, usize>>>,
    user: UserId,
}

impl StreamPlace {
    fn take(open: &Arc<Mutex<HashMap<UserId, usize>>>, user: UserId) -> Result<Self, Failure> {
        let mut counts = open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(user).or_default();
        if *count >= STREAMS_PER_PERSON {
            return Err(
                Failure::new(ErrorCode::RequestLimitStreams).with("limit", STREAMS_PER_PERSON)
            );
        }
        *count += 1;
        Ok(Self {
            open: Arc::clone(open),
            user,
        })
    }
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut counts = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.user);
            }
        }
    }
}
