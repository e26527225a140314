//! Telling the steps of a connection test as they finish.

use roadstead_core::model::{ProbeStep, StepName, StepStatus};
use roadstead_core::ports::{RegistryError, StepSink};
use std::collections::BTreeMap;
use std::future::Future;
use std::time::{Duration, Instant};

/// What a step found: fixed names, short values.
pub(crate) type Facts = BTreeMap<&'static str, String>;

/// The steps of one test. Every step is told exactly once, in order.
pub(crate) struct Steps<'a> {
    sink: StepSink<'a>,
    told: usize,
}

impl<'a> Steps<'a> {
    pub(crate) const fn new(sink: StepSink<'a>) -> Self {
        Self { sink, told: 0 }
    }

    /// Runs the next step and tells how it ended.
    pub(crate) async fn run<T>(
        &mut self,
        name: StepName,
        step: impl Future<Output = Result<(T, Facts), RegistryError>>,
    ) -> Result<T, RegistryError> {
        let started = Instant::now();
        let ended = step.await.map_err(|error| (error, Facts::new()));
        self.ended(name, started.elapsed(), ended)
    }

    /// Tells the next step, which has ended after this long; one that failed may have found
    /// something all the same.
    pub(crate) fn ended<T>(
        &mut self,
        name: StepName,
        duration: Duration,
        ended: Result<(T, Facts), (RegistryError, Facts)>,
    ) -> Result<T, RegistryError> {
        let (status, facts, result) = match ended {
            Ok((value, facts)) => (StepStatus::Ok, facts, Ok(value)),
            Err((error, facts)) => (StepStatus::Failed(error.clone()), facts, Err(error)),
        };
        self.tell(name, status, duration, facts);
        result
    }

    /// Tells every step that is left as skipped.
    pub(crate) fn skip_rest(&mut self) {
        skip_from(self.sink, self.told);
        self.told = StepName::ALL.len();
    }

    fn tell(&mut self, name: StepName, status: StepStatus, duration: Duration, facts: Facts) {
        self.told += 1;
        (self.sink)(ProbeStep {
            name,
            status,
            duration,
            facts,
        });
    }
}

/// Tells the steps from number `told` on as skipped.
pub(crate) fn skip_from(sink: StepSink<'_>, told: usize) {
    for name in StepName::ALL.into_iter().skip(told) {
        sink(ProbeStep {
            name,
            status: StepStatus::Skipped,
            duration: Duration::ZERO,
            facts: Facts::new(),
        });
    }
}
