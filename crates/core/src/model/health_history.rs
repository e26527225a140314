//! Health over time.

use super::{Health, Reason, Timestamp};
use std::time::Duration;

/// From here on the verdict was this, until the next turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HealthTurn {
    /// When it began.
    pub at: Timestamp,
    /// The verdict; [`Health::Unknown`] while nobody was looking.
    pub status: Health,
    /// Why.
    pub reason: Reason,
}

/// How long each verdict lasted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeInState {
    /// It worked.
    pub healthy: Duration,
    /// It worked, with trouble.
    pub degraded: Duration,
    /// It did not work.
    pub unhealthy: Duration,
    /// Nobody was looking.
    pub unknown: Duration,
}

impl TimeInState {
    /// Adds to the time of one verdict.
    pub const fn add(&mut self, status: Health, time: Duration) {
        let place = match status {
            Health::Healthy => &mut self.healthy,
            Health::Degraded => &mut self.degraded,
            Health::Unhealthy => &mut self.unhealthy,
            Health::Unknown => &mut self.unknown,
        };
        *place = place.saturating_add(time);
    }
}

/// One bar of the strip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HealthBucket {
    /// When it begins.
    pub from: Timestamp,
    /// When it ends; the last one ends now.
    pub to: Timestamp,
    /// The worst verdict in it.
    pub status: Health,
    /// Why: of the worst verdict, what lasted longest.
    pub reason: Reason,
    /// How long each verdict lasted.
    pub time: TimeInState,
}

/// The health of some hours in bars of equal length, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthStrip {
    /// The bars.
    pub buckets: Vec<HealthBucket>,
    /// How long each verdict lasted in all of them.
    pub time: TimeInState,
}
