use super::{Because, DockerSpace, Subject, allowed, opened};
use crate::ErrorCode;
use crate::model::{
    AnonymousProof, ConditionStatus, Consent, CredentialMode, Name, Owner, PullAccess, PullAccount,
    Reason, RegistryId, RegistryKind, Timestamp, UserId, UserRef, WorkspaceId, WriteProof,
};
use crate::rules::{ConsentNeeded, Standing, may_share, mode, standing};

const HERE: &str = "https://registry.example";
const ELSEWHERE: &str = "https://other.example";
const STATUSES: [ConditionStatus; 3] = [
    ConditionStatus::True,
    ConditionStatus::False,
    ConditionStatus::Unknown,
];

/// One registry of the platform with everything that can be known of it.
#[derive(Debug, Clone)]
struct Case {
    username: Option<&'static str>,
    access: PullAccess,
}

impl Case {
    fn space(&self, owner: Owner, kind: RegistryKind) -> DockerSpace<'_> {
        DockerSpace {
            registry_id: RegistryId(uuid::Uuid::nil()),
            owner,
            kind,
            address: HERE,
            username: self.username,
            access: &self.access,
        }
    }

    fn of_platform(&self) -> DockerSpace<'_> {
        self.space(Owner::Platform, RegistryKind::Docker)
    }
}

fn optional<T>(all: impl IntoIterator<Item = T>) -> Vec<Option<T>> {
    std::iter::once(None)
        .chain(all.into_iter().map(Some))
        .collect()
}

/// Every combination of what matters: 2 x 3 x 4 x 13 x 13.
fn cases() -> Vec<Case> {
    let at = Timestamp::from_micros(1);
    let accounts = [CredentialMode::Supplied, CredentialMode::Shared];
    let names = ["integration", "puller"];
    let supplied = optional(names).into_iter().map(|name| {
        name.map(|username| PullAccount {
            username: username.to_owned(),
            set_by: None,
            set_at: at,
        })
    });
    let anonymous = optional(STATUSES).into_iter().map(|status| {
        status.map(|status| AnonymousProof {
            status,
            reason: Reason::NotChecked,
            since: at,
            checked_at: at,
            repositories: 1,
        })
    });
    let mut writes = vec![None];
    let mut consents = vec![None];
    for mode in accounts {
        for username in names {
            for status in STATUSES {
                writes.push(Some(WriteProof {
                    mode,
                    username: username.to_owned(),
                    status,
                    reason: Reason::NotChecked,
                    since: at,
                    checked_at: at,
                    repositories: 1,
                }));
            }
            for address in [HERE, ELSEWHERE] {
                consents.push(Some(Consent {
                    by: UserRef {
                        id: UserId(uuid::Uuid::nil()),
                        name: Name::parse("padmin").expect("name"),
                    },
                    at,
                    mode,
                    username: username.to_owned(),
                    address: address.to_owned(),
                }));
            }
        }
    }
    let supplied: Vec<_> = supplied.collect();
    let anonymous: Vec<_> = anonymous.collect();
    let mut all = Vec::new();
    for username in [None, Some("integration")] {
        for account in &supplied {
            for anonymous in &anonymous {
                for write in &writes {
                    for consent in &consents {
                        all.push(Case {
                            username,
                            access: PullAccess {
                                account: account.clone(),
                                anonymous: anonymous.clone(),
                                write: write.clone(),
                                consent: consent.clone(),
                            },
                        });
                    }
                }
            }
        }
    }
    all
}

fn status_of(proof: Option<&AnonymousProof>) -> Option<ConditionStatus> {
    proof.map(|p| p.status)
}

#[test]
fn registry_of_a_workspace_is_its_own_whatever_was_proved_or_consented() {
    let (own, sibling) = (WorkspaceId::new(), WorkspaceId::new());
    let now = Timestamp::from_micros(2);
    for case in cases() {
        let world = [case.space(Owner::Workspace { id: own }, RegistryKind::Docker)];
        let to = |subject| allowed(subject, &world, now).into_values().next();
        assert_eq!(to(Subject::Workspace(own)), Some(Because::Own));
        assert_eq!(to(Subject::Workspace(sibling)), None, "{case:?}");
        assert_eq!(to(Subject::NoWorkspace), None, "{case:?}");
    }
}

#[test]
fn every_subject_is_answered_alike_about_a_registry_of_the_platform() {
    let now = Timestamp::from_micros(2);
    let mut entitled = 0;
    for case in cases() {
        let world = [case.of_platform()];
        let first = allowed(Subject::NoWorkspace, &world, now);
        let other = allowed(Subject::Workspace(WorkspaceId::new()), &world, now);
        assert_eq!(first, other, "{case:?}");
        assert_eq!(first.values().next().copied(), opened(&world[0]));
        entitled += first.len();
    }
    assert!(entitled > 0);
}

/// The proof, or a consent that covers exactly what it would mean now; nothing else.
#[test]
fn platform_registry_is_open_only_by_proof_or_by_consent_in_force() {
    let mut by = [0_usize; 3];
    for case in cases() {
        let space = case.of_platform();
        let proved = status_of(case.access.anonymous.as_ref()) == Some(ConditionStatus::True);
        let account = match (&case.access.account, case.username) {
            (Some(account), _) => Some((CredentialMode::Supplied, account.username.as_str())),
            (None, name) => name.map(|name| (CredentialMode::Shared, name)),
        };
        let consented =
            case.access.consent.as_ref().is_some_and(|c| {
                Some((c.mode, c.username.as_str())) == account && c.address == HERE
            });
        let write = case
            .access
            .write
            .as_ref()
            .filter(|w| Some((w.mode, w.username.as_str())) == account)
            .map(|w| w.status);
        let harmless = write == Some(ConditionStatus::True)
            || (case.access.account.is_some() && write != Some(ConditionStatus::False));
        let expected = if proved {
            Some(Because::AnonymousPull)
        } else if consented && harmless {
            Some(Because::Shared)
        } else {
            None
        };
        assert_eq!(opened(&space), expected, "{case:?}");
        by[match expected {
            Some(Because::AnonymousPull) => 0,
            Some(_) => 1,
            None => 2,
        }] += 1;
        let delivered = match expected {
            Some(Because::AnonymousPull) => CredentialMode::Anonymous,
            Some(_) => account.expect("account").0,
            None => CredentialMode::None,
        };
        assert_eq!(mode(&space), delivered, "{case:?}");
    }
    assert!(by.iter().all(|n| *n > 0), "{by:?}");
}

/// What may be shared now and is, is in force: the two rules never disagree.
#[test]
fn what_may_be_shared_is_in_force_once_it_was_consented_to() {
    let at = Timestamp::from_micros(3);
    let mut shared = 0;
    for case in cases() {
        let Ok(account) = may_share(&case.of_platform()) else {
            continue;
        };
        let mut after = case.clone();
        after.access.consent = Some(Consent {
            by: UserRef {
                id: UserId::new(),
                name: Name::parse("padmin").expect("name"),
            },
            at,
            mode: account.mode,
            username: account.username,
            address: HERE.to_owned(),
        });
        assert_eq!(standing(&after.of_platform()), Standing::InForce);
        shared += 1;
    }
    assert!(shared > 0);
}

#[test]
fn account_that_can_write_is_never_shared_and_its_consent_no_longer_counts() {
    for case in cases() {
        let space = case.of_platform();
        if let Err(code) = may_share(&space) {
            assert!(
                matches!(
                    code,
                    ErrorCode::SharingNotNeeded
                        | ErrorCode::SharingAccountMissing
                        | ErrorCode::SharingAccountCanWrite
                        | ErrorCode::SharingWriteUnproved
                ),
                "{code}"
            );
        }
        let mut worse = case.clone();
        let Some(write) = worse.access.write.as_mut() else {
            continue;
        };
        write.status = ConditionStatus::False;
        if standing(&space) == Standing::InForce
            && standing(&worse.of_platform()) == Standing::InForce
        {
            // The proof was of another account.
            let write = case.access.write.as_ref().expect("proof");
            let consent = case.access.consent.as_ref().expect("consent");
            assert_ne!(
                (write.mode, &write.username),
                (consent.mode, &consent.username)
            );
        }
    }
}

#[test]
fn other_kinds_and_owners_are_not_shared() {
    let id = WorkspaceId::new();
    for case in cases() {
        for kind in [RegistryKind::Harbor, RegistryKind::Jfrog] {
            let space = case.space(Owner::Platform, kind);
            assert_eq!(opened(&space), None);
            assert_eq!(may_share(&space).err(), Some(ErrorCode::SharingNotOffered));
        }
        let space = case.space(Owner::Workspace { id }, RegistryKind::Docker);
        assert_eq!(may_share(&space).err(), Some(ErrorCode::SharingNotOffered));
    }
}

#[test]
fn consent_says_why_it_is_needed_again() {
    let at = Timestamp::from_micros(1);
    let consent = |mode, username: &str, address: &str| Consent {
        by: UserRef {
            id: UserId::new(),
            name: Name::parse("padmin").expect("name"),
        },
        at,
        mode,
        username: username.to_owned(),
        address: address.to_owned(),
    };
    let proof = |status| WriteProof {
        mode: CredentialMode::Shared,
        username: "integration".to_owned(),
        status,
        reason: Reason::NotChecked,
        since: at,
        checked_at: at,
        repositories: 1,
    };
    let shared = CredentialMode::Shared;
    for (consent, write, expected) in [
        (None, None, Standing::NotShared),
        (
            Some(consent(shared, "integration", HERE)),
            Some(proof(ConditionStatus::True)),
            Standing::InForce,
        ),
        (
            Some(consent(shared, "integration", HERE)),
            None,
            Standing::ProofMissing,
        ),
        (
            Some(consent(shared, "integration", HERE)),
            Some(proof(ConditionStatus::False)),
            Standing::ConsentNeeded(ConsentNeeded::CanWrite),
        ),
        (
            Some(consent(shared, "former", HERE)),
            Some(proof(ConditionStatus::True)),
            Standing::ConsentNeeded(ConsentNeeded::OtherAccount),
        ),
        (
            Some(consent(CredentialMode::Supplied, "integration", HERE)),
            Some(proof(ConditionStatus::True)),
            Standing::ConsentNeeded(ConsentNeeded::OtherAccount),
        ),
        (
            Some(consent(shared, "integration", ELSEWHERE)),
            Some(proof(ConditionStatus::True)),
            Standing::ConsentNeeded(ConsentNeeded::AddressChanged),
        ),
    ] {
        let case = Case {
            username: Some("integration"),
            access: PullAccess {
                consent,
                write,
                ..PullAccess::default()
            },
        };
        assert_eq!(standing(&case.of_platform()), expected);
    }
}
