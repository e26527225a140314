//! The health of a registry over time.

use super::words::HealthWord;
use roadstead_core::model::{Health, HealthBucket, HealthStrip, TimeInState, Timestamp};
use roadstead_core::{ErrorCode, Failure};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};

/// How far back.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HealthHistoryQuery {
    /// Hours, 1 to 168; 48 when absent.
    #[param(minimum = 1, maximum = 168)]
    hours: Option<u32>,
}

impl HealthHistoryQuery {
    pub(crate) fn parse(self) -> Result<u32, Failure> {
        let hours = self.hours.unwrap_or(48);
        if (1..=168).contains(&hours) {
            Ok(hours)
        } else {
            Err(Failure::new(ErrorCode::RequestQueryInvalid).with("detail", "hours"))
        }
    }
}

/// How long each verdict lasted.
#[derive(Serialize, ToSchema)]
#[schema(as = TimeInState)]
pub(crate) struct TimeInStateView {
    /// It worked.
    healthy_ms: u64,
    /// It worked, with trouble.
    degraded_ms: u64,
    /// It did not work.
    unhealthy_ms: u64,
    /// Roadstead did not look.
    unknown_ms: u64,
}

impl From<TimeInState> for TimeInStateView {
    fn from(time: TimeInState) -> Self {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Self {
            healthy_ms: millis(time.healthy),
            degraded_ms: millis(time.degraded),
            unhealthy_ms: millis(time.unhealthy),
            unknown_ms: millis(time.unknown),
        }
    }
}

/// One bar.
#[derive(Serialize, ToSchema)]
#[schema(as = HealthBucket)]
pub(crate) struct HealthBucketView {
    /// When it begins.
    #[schema(value_type = String, format = DateTime)]
    from_at: Timestamp,
    /// When it ends; the last one ends now.
    #[schema(value_type = String, format = DateTime)]
    to_at: Timestamp,
    /// The worst verdict in it.
    #[schema(value_type = HealthWord)]
    status: Health,
    /// Why: a CamelCase word; of the worst verdict, what lasted longest.
    reason: &'static str,
    /// How long each verdict lasted.
    time: TimeInStateView,
}

impl From<HealthBucket> for HealthBucketView {
    fn from(bucket: HealthBucket) -> Self {
        Self {
            from_at: bucket.from,
            to_at: bucket.to,
            status: bucket.status,
            reason: bucket.reason.as_str(),
            time: bucket.time.into(),
        }
    }
}

/// The health of some hours.
#[derive(Serialize, ToSchema)]
#[schema(as = HealthHistory)]
pub(crate) struct HealthHistoryView {
    /// Bars of equal length, oldest first.
    buckets: Vec<HealthBucketView>,
    /// How long each verdict lasted in all of them.
    time: TimeInStateView,
}

impl From<HealthStrip> for HealthHistoryView {
    fn from(strip: HealthStrip) -> Self {
        Self {
            buckets: strip.buckets.into_iter().map(Into::into).collect(),
            time: strip.time.into(),
        }
    }
}
