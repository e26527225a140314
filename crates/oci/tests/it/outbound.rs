use crate::{CANARY, settings};
use roadstead_core::model::Address;
use roadstead_core::ports::RegistryError;
use roadstead_oci::{Identity, OciClient, OciSettings, OutboundPolicy};
use roadstead_testkit::{Reply, Scripted, corpus};
use std::sync::Arc;

fn policies() -> [(&'static str, OutboundPolicy); 3] {
    let nets = |list: &[&str]| list.iter().map(|n| n.parse().expect("net")).collect();
    let base = OutboundPolicy {
        deny: nets(&["203.0.113.0/24"]),
        own: vec!["127.0.0.1:8470".parse().expect("address")],
        ..OutboundPolicy::default()
    };
    [
        (
            "platform",
            OutboundPolicy {
                private_ranges: true,
                ..base.clone()
            },
        ),
        ("workspace", base.clone()),
        (
            "listed",
            OutboundPolicy {
                allow: nets(&["127.0.0.0/8", "::1/128", "10.0.0.0/8", "fc00::/7"]),
                ..base
            },
        ),
    ]
}

/// What becomes of an address under a policy: as the product does it, by building a client and
/// looking the host up.
async fn judge(input: &str, policy: &OutboundPolicy) -> &'static str {
    let Ok(address) = Address::parse(input) else {
        return "malformed";
    };
    let client = OciClient::new(OciSettings {
        address,
        policy: Arc::new(policy.clone()),
        tls: roadstead_core::model::TlsPolicy::Skip,
        ..settings("http://unused.invalid", None)
    });
    let looked_up = match client {
        Ok(client) => client.resolve().await.map(drop),
        Err(error) => Err(error),
    };
    match looked_up {
        Ok(()) => "open",
        Err(RegistryError::Refused) => "refused",
        Err(error) => panic!("{input}: {error:?}"),
    }
}

#[tokio::test]
async fn sec_10_every_row_of_the_outbound_corpus_holds() {
    let policies = policies();
    for row in corpus("outbound") {
        let expected: Vec<&str> = row.expected.split(' ').collect();
        assert_eq!(expected.len(), policies.len(), "{}", row.id);
        for ((name, policy), expected) in policies.iter().zip(expected) {
            assert_eq!(
                judge(&row.input, policy).await,
                expected,
                "{} {name}",
                row.id
            );
        }
    }
}

#[tokio::test]
async fn sec_10_refused_destination_gets_no_packet_by_literal_or_name() {
    let server = Scripted::start().await;
    server.on("GET /v2/", Reply::registry());
    let port = server.address().port();
    let closed = Arc::new(OutboundPolicy {
        private_ranges: true,
        ..OutboundPolicy::default()
    });
    let literal = OciClient::new(OciSettings {
        policy: Arc::clone(&closed),
        ..settings(&server.url(), Some(("alice", CANARY)))
    });
    assert_eq!(literal.err(), Some(RegistryError::Refused));
    let name = OciClient::new(OciSettings {
        policy: closed,
        ..settings(&format!("http://localhost:{port}"), Some(("alice", CANARY)))
    })
    .expect("a name is judged when it is resolved");
    assert_eq!(
        name.ping(Identity::Account).await,
        Err(RegistryError::Refused)
    );
    assert_eq!(name.resolve().await, Err(RegistryError::Refused));
    assert_eq!(
        name.connect(&[server.address()]).await,
        Err(RegistryError::Refused)
    );
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn sec_10_own_listener_by_name_gets_no_packet_though_loopback_is_allowed() {
    let server = Scripted::start().await;
    let own = OutboundPolicy {
        own: vec![server.address()],
        ..crate::loopback_allowed()
    };
    let client = OciClient::new(OciSettings {
        policy: Arc::new(own),
        ..settings(
            &format!("http://localhost:{}", server.address().port()),
            None,
        )
    })
    .expect("client");
    assert!(client.ping(Identity::Anonymous).await.is_err());
    assert_eq!(server.connections(), 0);
}
