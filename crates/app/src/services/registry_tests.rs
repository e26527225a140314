//! The connection test, streamed as it happens.

use crate::services::SessionService;
use crate::services::registries::{RegistryService, check_tls, connection_of};
use futures::Stream;
use roadstead_core::model::{
    Connection, Owner, ProbeDepth, ProbeReport, ProbeStep, RegistryId, RequestContext, UserId,
};
use roadstead_core::rules::authorize;
use roadstead_core::{ErrorCode, Failure, Permission};
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use tokio_stream::wrappers::UnboundedReceiverStream;

/// What to test. Never a mixture: a stored secret goes nowhere but to its stored address.
pub enum TestTarget {
    /// What a person is typing.
    Unsaved {
        /// Whom it would belong to.
        owner: Owner,
        /// Everything typed so far.
        connection: Box<Connection>,
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
        /// What would refuse the connection all the same when it is integrated as it was typed.
        warnings: Vec<ErrorCode>,
    },
}

/// Tests a person may begin in a minute: with an account, and only looking. The second are begun
/// by typing.
const TESTS_A_MINUTE: (usize, usize) = (10, 60);
const MINUTE: Duration = Duration::from_secs(60);

/// When each person began their tests of the last minute.
#[derive(Default)]
pub(super) struct TestTimes(Mutex<HashMap<(UserId, bool), VecDeque<Instant>>>);

impl TestTimes {
    /// Takes a place, or answers after how long there is one again.
    pub(super) fn begin(
        &self,
        who: (UserId, bool),
        most: usize,
        now: Instant,
    ) -> Result<(), Duration> {
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        times.retain(|_, begun| {
            while begun
                .front()
                .is_some_and(|t| now.duration_since(*t) >= MINUTE)
            {
                begun.pop_front();
            }
            !begun.is_empty()
        });
        let begun = times.entry(who).or_default();
        match begun.front() {
            Some(first) if begun.len() >= most => {
                Err(MINUTE.saturating_sub(now.duration_since(*first)))
            }
            _ => {
                begun.push_back(now);
                Ok(())
            }
        }
    }
}

impl RegistryService {
    fn allow_test(&self, ctx: &RequestContext, target: &TestTarget) -> Result<(), Failure> {
        let person = SessionService::person(ctx)?;
        let looks = matches!(
            target,
            TestTarget::Unsaved {
                credential: false,
                ..
            }
        );
        let most = if looks {
            TESTS_A_MINUTE.1
        } else {
            TESTS_A_MINUTE.0
        };
        self.test_times()
            .begin((person.id, looks), most, Instant::now())
            .map_err(|wait| {
                Failure::new(ErrorCode::RegistryTestLimit)
                    .with("retry_after_s", wait.as_secs().max(1))
            })
    }

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
        self.allow_test(ctx, &target)?;
        let stored = match &target {
            TestTarget::Stored(id) => Some(*id),
            TestTarget::Unsaved { .. } => None,
        };
        let mut warnings = Vec::new();
        let (owner, connection, depth) = match target {
            TestTarget::Unsaved {
                owner,
                connection,
                credential,
                plain_http_consent,
            } => {
                self.permitted(ctx, Permission::RegistryTest, owner).await?;
                check_tls("/registry/tls", owner, &connection.tls)?;
                if connection.address.is_plain_http() && !plain_http_consent {
                    // Nothing secret goes out. Looking is harmless, and says what is missing.
                    if credential && connection.account.is_some() {
                        return Err(Failure::field(
                            "/registry/plain_http_consent",
                            ErrorCode::RegistryPlainHttpConsent,
                        ));
                    }
                    warnings.push(ErrorCode::RegistryPlainHttpConsent);
                }
                (
                    owner,
                    *connection,
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
                if seen.suspension.is_some() {
                    return Err(Failure::new(ErrorCode::RegistrySuspended));
                }
                let target = self
                    .ports()
                    .store
                    .registry_target(id)
                    .await?
                    .ok_or_else(Failure::not_found)?;
                let connection = connection_of(self.ports(), &target)?;
                (seen.owner, connection, ProbeDepth::Full)
            }
        };
        let adapter = self.connect(owner, connection)?;
        let (send, receive) = tokio::sync::mpsc::unbounded_channel();
        let wishes = self.ports().wishes.clone();
        tokio::spawn(async move {
            let begun = Instant::now();
            let steps = |step| {
                let _ = send.send(TestEvent::Step(step));
            };
            // A person who closed the page wants nothing more from the registry.
            let report = tokio::select! {
                report = adapter.probe(depth, &steps) => report,
                () = send.closed() => return,
            };
            if let (Some(id), Ok(_)) = (stored, &report.outcome) {
                // What was just proved is shown at once, not after the next question's time.
                wishes.make(id);
            }
            let _ = send.send(TestEvent::Result {
                report,
                duration: begun.elapsed(),
                warnings,
            });
        });
        Ok(UnboundedReceiverStream::new(receive))
    }
}

#[cfg(test)]
mod tests {
    use super::{MINUTE, TestTimes};
    use roadstead_core::model::UserId;
    use std::time::Duration;
    use tokio::time::Instant;

    #[test]
    fn eleventh_test_in_a_minute_is_refused_until_the_first_is_a_minute_old() {
        let times = TestTimes::default();
        let (one, other) = ((UserId::new(), false), (UserId::new(), false));
        let start = Instant::now();
        for second in 0..10 {
            assert_eq!(
                times.begin(one, 10, start + Duration::from_secs(second)),
                Ok(())
            );
        }
        let wait = times.begin(one, 10, start + Duration::from_secs(10));
        assert_eq!(wait, Err(Duration::from_secs(50)));
        assert_eq!(
            times.begin(other, 10, start + Duration::from_secs(10)),
            Ok(())
        );
        assert_eq!(times.begin(one, 10, start + MINUTE), Ok(()));
        assert!(times.begin(one, 10, start + MINUTE).is_err());
    }
}
