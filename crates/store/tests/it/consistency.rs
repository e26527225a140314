//! The report itself: each contradiction is made on purpose and must be named.

use crate::bed::Bed;
use crate::build::{admin, integrate, later, person, registry};
use crate::users::{create, token};
use crate::workspaces::{make, put, set};
use roadstead_core::model::WorkspaceRole;
use roadstead_core::ports::AuditStore as _;

on_both! {
    contradictions_made_on_purpose_are_named,
    contradictions_about_people_are_named,
    what_retention_removed_is_not_missed,
}

async fn contradictions_made_on_purpose_are_named(bed: &Bed) {
    admin(&bed.store).await;
    let mut one = registry("one");
    one.username = Some("robot".to_owned());
    integrate(&bed.store, one).await;
    integrate(&bed.store, registry("two")).await;
    let report = bed.store.consistency().await.expect("report");
    assert_eq!(report.contradictions, Vec::<String>::new());
    assert_eq!((report.registries, report.admins), (2, 1));
    assert_eq!((report.audit_entries, report.changes), (3, 3));
    for (sql, named) in [
        ("DELETE FROM credential", "but not both"),
        (
            "UPDATE registry SET generation = 2 WHERE name = 'two'",
            "audit entries of edits",
        ),
        ("DELETE FROM registry WHERE name = 'two'", "without a trace"),
        ("DELETE FROM change WHERE id = 2", "entries are missing"),
        ("UPDATE change_head SET last = 9", "newest entry 3"),
        (
            "DELETE FROM audit_entry WHERE object_kind = 'registry'",
            "0 audit entries of its making",
        ),
        (
            "DELETE FROM audit_entry WHERE object_kind = 'user'",
            "0 audit entries of its making",
        ),
    ] {
        bed.tamper(sql).await;
        let report = bed.store.consistency().await.expect("report");
        assert!(
            report.contradictions.iter().any(|c| c.contains(named)),
            "{sql}: {:?}",
            report.contradictions
        );
    }
}

async fn contradictions_about_people_are_named(bed: &Bed) {
    let workspace = make(&bed.store, "alpha").await;
    let one = person(&bed.store, "one", None).await;
    put(
        &bed.store,
        set(workspace.id, one.id, Some(WorkspaceRole::Viewer)),
    )
    .await
    .expect("member");
    let made = token(one.id, "t");
    create(&bed.store, &made, 9).await.expect("token");
    let report = bed.store.consistency().await.expect("report");
    assert_eq!(report.contradictions, Vec::<String>::new());
    for (sql, named) in [
        (
            "UPDATE workspace SET generation = 2",
            "0 audit entries of edits",
        ),
        (
            "UPDATE \"user\" SET generation = 7",
            "0 audit entries of edits",
        ),
        (
            "DELETE FROM audit_entry WHERE object_kind = 'member'",
            "is a member of workspace",
        ),
        (
            "DELETE FROM audit_entry WHERE object_kind = 'token'",
            "0 audit entries of its making",
        ),
        ("DELETE FROM workspace", "without a trace"),
        ("DELETE FROM \"user\"", "without a trace"),
    ] {
        bed.tamper(sql).await;
        let report = bed.store.consistency().await.expect("report");
        assert!(
            report.contradictions.iter().any(|c| c.contains(named)),
            "{sql}: {:?}",
            report.contradictions
        );
    }
}

async fn what_retention_removed_is_not_missed(bed: &Bed) {
    admin(&bed.store).await;
    let workspace = make(&bed.store, "alpha").await;
    let one = person(&bed.store, "one", None).await;
    put(
        &bed.store,
        set(workspace.id, one.id, Some(WorkspaceRole::Viewer)),
    )
    .await
    .expect("member");
    integrate(&bed.store, registry("one")).await;
    let pruned = bed.store.prune_audit(later(1)).await.expect("pruned");
    assert_eq!(pruned, 5);
    let report = bed.store.consistency().await.expect("report");
    assert_eq!(report.contradictions, Vec::<String>::new());
}
