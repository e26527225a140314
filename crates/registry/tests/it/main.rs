//! The adapters: the contract of the port on every server we have, and what is particular to one
//! product.

#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking")]

mod conformance;
mod contents;
mod docker;

use roadstead_core::model::{
    Account, Address, Connection, Listed, RegistryKind, Secret, TlsPolicy,
};
use roadstead_core::ports::{RegistryAdapter, RegistryConnector as _};
use roadstead_registry::{Connector, OutboundPolicy};
use std::sync::Arc;

/// A password that looks like nothing else.
const CANARY: &str = "canary-8e2d60f4";

fn connector() -> Connector {
    Connector::new(OutboundPolicy {
        allow: vec!["127.0.0.0/8".parse().expect("net")],
        ..OutboundPolicy::default()
    })
}

fn connection(url: &str, account: Option<(&str, &str)>) -> Connection {
    Connection {
        kind: RegistryKind::Docker,
        address: Address::parse(url).expect("address"),
        tls: TlsPolicy::Verify,
        account: account.map(|(username, password)| Account {
            username: username.to_owned(),
            password: Secret::new(password.to_owned()),
        }),
        token_service: None,
        identity: None,
        listed: Listed::default(),
    }
}

fn adapter(url: &str, account: Option<(&str, &str)>) -> Arc<dyn RegistryAdapter> {
    connector()
        .connect(connection(url, account))
        .expect("adapter")
}
