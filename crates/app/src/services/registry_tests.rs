//! The connection test, streamed as it happens.

use crate::services::registries::{RegistryService, connection_of};
use futures::Stream;
use roadstead_core::model::{
    Connection, Owner, ProbeDepth, ProbeReport, ProbeStep, RegistryId, RequestContext,
};
use roadstead_core::rules::authorize;
use roadstead_core::{ErrorCode, Failure, Permission};
use std::time::{Duration, Instant};
use tokio_stream::wrappers::UnboundedReceiverStream;

/// What to test. Never a mixture: a stored secret goes nowhere but to its stored address.
pub enum TestTarget {
    /// What a person is typing.
    Unsaved {
        /// Everything typed so far.
        connection: Connection,
        /// Whether the account is tried too. A half-typed password would lock it.
        credential: bool,
        /// Whether the person accepts plain http.
        plain_http_consent: bool,
    },
    /// A stored registry, with its stored credential.
    Stored(RegistryId),
}

/// What happens in a test.
#[derive(Debug)]
pub enum TestEvent {
    /// A step has finished.
    Step(ProbeStep),
    /// The test has finished.
    Result {
        /// What was found.
        report: ProbeReport,
        /// How long all of it took.
        duration: Duration,
    },
}

impl RegistryService {
    /// Starts a connection test. The stream ends after its result; it has at most six events.
    ///
    /// # Errors
    /// A missing permission, an absent registry, a refused address or missing consent: everything
    /// that is known before the first packet.
    pub async fn test(
        &self,
        ctx: &RequestContext,
        target: TestTarget,
    ) -> Result<impl Stream<Item = TestEvent> + Send + use<>, Failure> {
        let (connection, depth) = match target {
            TestTarget::Unsaved {
                connection,
                credential,
                plain_http_consent,
            } => {
                authorize(&ctx.actor, Permission::RegistryTest, Owner::Platform)?;
                // Without consent nothing secret goes out, but looking is harmless.
                if credential
                    && connection.account.is_some()
                    && connection.address.is_plain_http()
                    && !plain_http_consent
                {
                    return Err(Failure::field(
                        "/registry/plain_http_consent",
                        ErrorCode::RegistryPlainHttpConsent,
                    ));
                }
                (
                    connection,
                    if credential {
                        ProbeDepth::Full
                    } else {
                        ProbeDepth::Anonymous
                    },
                )
            }
            TestTarget::Stored(id) => {
                let seen = self.get(ctx, id).await?;
                authorize(&ctx.actor, Permission::RegistryTest, seen.owner)?;
                let target = self
                    .ports()
                    .store
                    .registry_target(id)
                    .await?
                    .ok_or_else(Failure::not_found)?;
                (connection_of(self.ports(), &target)?, ProbeDepth::Full)
            }
        };
        let adapter = self.connect(connection)?;
        let (send, receive) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(async move {
            let begun = Instant::now();
            // A receiver that went away (the person closed the page) ends nothing early: the
            // probe has its own deadlines.
            let report = adapter
                .probe(depth, &|step| {
                    let _ = send.send(TestEvent::Step(step));
                })
                .await;
            let _ = send.send(TestEvent::Result {
                report,
                duration: begun.elapsed(),
            });
        });
        Ok(UnboundedReceiverStream::new(receive))
    }
}
