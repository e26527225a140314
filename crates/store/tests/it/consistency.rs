//! The report itself: each contradiction is made on purpose and must be named.

use crate::bed::Bed;
use crate::build::{admin, integrate, registry};

on_both! {
    contradictions_made_on_purpose_are_named,
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
            "0 audit entries of its integration",
        ),
        (
            "DELETE FROM audit_entry WHERE object_kind = 'user'",
            "is not in the audit log",
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
