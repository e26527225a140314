//! Waking those who read the change feed.

use crate::tx::Counted;
use futures::stream::{self, BoxStream, StreamExt as _};
use sea_orm::{DatabaseConnection, EntityTrait as _};
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use std::time::Duration;
use tokio::sync::watch;

const CHANNEL: &str = "roadstead_change";
/// How often the feed is looked at although nobody told us anything.
const POLL: Duration = Duration::from_secs(1);

/// Signals of this process. They coalesce, and they carry no news.
#[derive(Clone)]
pub(crate) struct Signals {
    /// Something was committed here.
    committed: watch::Sender<u64>,
    /// There may be something new, from wherever.
    wake: watch::Sender<u64>,
}

impl Signals {
    pub(crate) fn new() -> Self {
        Self {
            committed: watch::Sender::new(0),
            wake: watch::Sender::new(0),
        }
    }

    /// Tells readers here, and the other processes by way of [`watch_others`].
    pub(crate) fn committed(&self) {
        self.committed.send_modify(|n| *n += 1);
        self.wake();
    }

    fn wake(&self) {
        self.wake.send_modify(|n| *n += 1);
    }

    /// A stream that ends when the store is closed.
    pub(crate) fn subscribe(&self) -> BoxStream<'static, ()> {
        let receiver = self.wake.subscribe();
        stream::unfold(receiver, |mut receiver| async move {
            receiver.changed().await.ok()?;
            Some(((), receiver))
        })
        .boxed()
    }
}

/// Wakes readers here when another process commits, and other processes when this one does. A
/// notification may get lost on a broken connection, so the head is looked at every second too;
/// on SQLite, where no other process writes, only that is left.
pub(crate) async fn watch_others(
    signals: Signals,
    reader: Counted<DatabaseConnection>,
    postgres: Option<PgPool>,
) {
    let Some(pool) = postgres else {
        return poll(&signals, &reader).await;
    };
    tokio::join!(
        poll(&signals, &reader),
        listen(&signals, &pool),
        notify(&signals, &pool)
    );
}

async fn poll(signals: &Signals, reader: &Counted<DatabaseConnection>) {
    let mut seen = None;
    loop {
        tokio::time::sleep(POLL).await;
        // Not counted: nobody asked for it.
        let head = crate::entity::change_head::Entity::find()
            .one(&reader.inner)
            .await;
        // The first look wakes as well: nobody else tells of what another process has committed
        // between the start and it.
        if let Ok(Some(head)) = head
            && seen.replace(head.last) != Some(head.last)
        {
            signals.wake();
        }
    }
}

async fn listen(signals: &Signals, pool: &PgPool) {
    loop {
        if let Ok(mut listener) = PgListener::connect_with(pool).await
            && listener.listen(CHANNEL).await.is_ok()
        {
            while let Ok(received) = listener.try_recv().await {
                // `None`: the connection was lost and made again, and what came between is lost.
                // Our own notifications come back too; waking twice is harmless.
                let _ = received;
                signals.wake();
            }
        }
        tokio::time::sleep(POLL).await;
    }
}

async fn notify(signals: &Signals, pool: &PgPool) {
    let mut committed = signals.committed.subscribe();
    while committed.changed().await.is_ok() {
        // Outside the command's transaction: it saves the command a round trip, and when it fails
        // the others find out by looking.
        let sent = sqlx::query("SELECT pg_notify($1, '')")
            .bind(CHANNEL)
            .execute(pool)
            .await;
        if let Err(error) = sent {
            tracing::debug!(%error, "other processes could not be woken");
        }
    }
}
