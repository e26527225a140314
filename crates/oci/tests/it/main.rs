//! The client against servers that behave and servers that do not.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod blobs;
mod dns;
mod faults;
mod limits;
mod listing;
mod manifests;
mod outbound;
mod ping;
mod redirects;
mod referrers;
mod tls;
mod tokens;

use roadstead_core::model::{Account, Address, Secret, TlsPolicy};
use roadstead_core::ports::RegistryError;
use roadstead_oci::{Deadlines, OciClient, OciSettings, OutboundPolicy, SystemNames};
use std::sync::Arc;
use std::time::Duration;

/// A password that looks like nothing else.
const CANARY: &str = "canary-3c9f1b7a";

/// Short, so that tests of silence do not take long.
const DEADLINES: Deadlines = Deadlines {
    connect: Duration::from_millis(2_000),
    answer: Duration::from_millis(2_000),
    idle: Duration::from_millis(2_000),
    slow: Duration::from_millis(2_000),
    commit: Duration::from_millis(2_000),
    body: Duration::from_millis(6_000),
};

/// Where nothing is silent on purpose: a machine with other things to do answers late, too.
const PATIENT: Deadlines = Deadlines {
    connect: Duration::from_secs(60),
    answer: Duration::from_secs(60),
    idle: Duration::from_secs(60),
    slow: Duration::from_secs(60),
    commit: Duration::from_secs(600),
    body: Duration::from_secs(120),
};

fn loopback_allowed() -> OutboundPolicy {
    OutboundPolicy {
        allow: vec![
            "127.0.0.0/8".parse().expect("net"),
            "::1/128".parse().expect("net"),
        ],
        ..OutboundPolicy::default()
    }
}

fn settings(url: &str, account: Option<(&str, &str)>) -> OciSettings {
    OciSettings {
        address: Address::parse(url).expect("address"),
        tls: TlsPolicy::Verify,
        account: account.map(|(username, password)| Account {
            username: username.to_owned(),
            password: Secret::new(password.to_owned()),
        }),
        token_service: None,
        pinned_key: None,
        policy: Arc::new(loopback_allowed()),
        names: Arc::new(SystemNames),
        deadlines: PATIENT,
        user_agent: "roadstead-test".to_owned(),
    }
}

fn client(url: &str, account: Option<(&str, &str)>) -> OciClient {
    OciClient::new(settings(url, account)).expect("client")
}

/// A client that gives up soon.
fn impatient(url: &str) -> OciClient {
    OciClient::new(OciSettings {
        deadlines: DEADLINES,
        ..settings(url, Some(("alice", CANARY)))
    })
    .expect("client")
}

/// No text made of an error may hold the password, plain or as it goes over the wire.
fn assert_no_secret(error: &RegistryError) {
    let text = format!("{error} {error:?} {:?}", error.params());
    assert!(!text.contains(CANARY), "{text}");
    assert!(!text.contains("YWxpY2U6"), "{text}");
}
