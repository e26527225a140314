//! The audit log as a list: one query for the page, one for the count.

use crate::entity::audit_entry;
use crate::fault::{Fault, damaged};
use crate::paging::{self, Keyset, containing};
use crate::registry_row::parse;
use crate::store::Store;
use roadstead_core::ErrorCode;
use roadstead_core::model::{
    AuditActor, AuditBy, AuditEntry, AuditEntryId, AuditFilter, AuditObject, AuditOutcome,
    AuditPosition, Page, PageRequest, RequestId, Timestamp, Total, UserId, WorkspaceId,
};
use roadstead_core::ports::{AuditList, StoreError};
use roadstead_core::rules::{AuditSet, Visible};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, Order, QueryFilter, Select, Value,
};

pub(crate) async fn list(
    store: &Store,
    filter: &AuditFilter,
    request: &PageRequest<AuditPosition>,
) -> Result<AuditList, StoreError> {
    Ok(AuditList {
        page: page(store, filter, request).await?,
        total: total(store, filter).await?,
    })
}

pub(crate) async fn page(
    store: &Store,
    filter: &AuditFilter,
    request: &PageRequest<AuditPosition>,
) -> Result<Page<AuditEntry, AuditPosition>, StoreError> {
    let rows = select(filter, request)
        .all(store.db().read())
        .await
        .map_err(Fault::from)?;
    let limit = usize::from(request.limit);
    let more = rows.len() > limit;
    let next = rows
        .get(limit.wrapping_sub(1))
        .filter(|_| more)
        .map(|row| AuditPosition {
            at: row.at,
            id: AuditEntryId(row.id),
        });
    let items = rows
        .into_iter()
        .take(limit)
        .map(read)
        .collect::<Result<_, _>>()?;
    Ok(Page { items, next })
}

fn select(
    filter: &AuditFilter,
    request: &PageRequest<AuditPosition>,
) -> Select<audit_entry::Entity> {
    let newest_first = Keyset {
        columns: vec![audit_entry::Column::At, audit_entry::Column::Id],
        order: Order::Desc,
    };
    let mut filter = filter.clone();
    // A cursor lies before the end of the time range. SQLite would start at that end all the same
    // and read everything up to the cursor again, page after page.
    if let (Some(after), Some(to)) = (request.after, filter.to)
        && after.at < to.as_micros()
    {
        filter.to = None;
    }
    let after = request
        .after
        .map(|at| vec![Value::from(at.at), Value::from(at.id.0)]);
    let select = audit_entry::Entity::find().filter(matching(&filter));
    paging::page(select, &newest_first, after, request.limit)
}

fn matching(filter: &AuditFilter) -> Condition {
    use audit_entry::Column as C;
    let text = |column: C, value: &Option<String>| value.as_deref().map(|v| column.eq(v));
    Condition::all()
        .add(in_set(&filter.visible))
        .add_option(filter.from.map(|from| C::At.gte(from.as_micros())))
        .add_option(filter.to.map(|to| C::At.lt(to.as_micros())))
        .add_option(filter.actor.as_ref().map(|actor| match actor {
            AuditBy::Id(id) => C::ActorId.eq(id.0),
            AuditBy::Name(name) => C::ActorName.eq(name.as_str()),
        }))
        .add_option(text(C::Action, &filter.action))
        .add_option(text(C::ObjectKind, &filter.object_kind))
        .add_option(text(C::ObjectId, &filter.object_id))
        .add_option(
            filter
                .outcome
                .map(|outcome| C::Outcome.eq(outcome.as_str())),
        )
        .add_option(filter.workspace_id.map(|id| C::WorkspaceId.eq(id.0)))
        .add_option(
            filter
                .text
                .as_deref()
                .map(|text| Expr::col(C::Search).like(containing(text))),
        )
}

/// The entries of a set.
fn in_set(set: &AuditSet) -> Condition {
    use audit_entry::Column as C;
    let workspaces = match &set.objects {
        Visible::Everything => return Condition::all(),
        Visible::Workspaces(ids) => ids,
    };
    let own = set.own.map(|id| C::ActorId.eq(id.0));
    let of_workspaces =
        (!workspaces.is_empty()).then(|| C::WorkspaceId.is_in(workspaces.iter().map(|id| id.0)));
    if own.is_none() && of_workspaces.is_none() {
        // An empty set must match nothing, never everything.
        return Condition::all().add(Expr::value(1).eq(0));
    }
    Condition::any().add_option(own).add_option(of_workspaces)
}

/// Counts up to one more than is told exactly, so the work is bounded whatever the table holds.
fn count(filter: &AuditFilter) -> SelectStatement {
    let rows = Query::select()
        .expr(Expr::value(1))
        .from(audit_entry::Entity)
        .cond_where(matching(filter))
        .limit(Total::EXACT_UP_TO + 1)
        .to_owned();
    Query::select()
        .expr_as(Func::count(Expr::cust("*")), Alias::new("matching"))
        .from_subquery(rows, Alias::new("matching"))
        .to_owned()
}

async fn total(store: &Store, filter: &AuditFilter) -> Result<Total, StoreError> {
    let row = store
        .db()
        .read()
        .query_one(&count(filter))
        .await
        .map_err(Fault::from)?
        .ok_or_else(|| damaged("counts", "no row"))?;
    let counted: i64 = row.try_get("", "matching").map_err(Fault::from)?;
    let counted = u64::try_from(counted).unwrap_or(0);
    Ok(Total {
        value: std::cmp::min(counted, Total::EXACT_UP_TO),
        exact: counted <= Total::EXACT_UP_TO,
    })
}

/// A row as an entry.
fn read(row: audit_entry::Model) -> Result<AuditEntry, StoreError> {
    let actor = match (row.actor_type.as_str(), row.actor_id, row.actor_name) {
        ("user", Some(id), Some(name)) => AuditActor::User {
            id: UserId(id),
            name,
        },
        ("roadstead", ..) => AuditActor::Roadstead,
        ("anonymous", ..) => AuditActor::Anonymous,
        (other, ..) => return Err(damaged("actor of an audit entry", other)),
    };
    let state = |text: Option<String>| {
        text.map(|text| parse("state in an audit entry", &text))
            .transpose()
    };
    Ok(AuditEntry {
        id: AuditEntryId(row.id),
        at: Timestamp::from_micros(row.at),
        actor,
        action: row.action,
        object: AuditObject {
            kind: row.object_kind,
            id: row.object_id,
            name: row.object_name,
        },
        workspace_id: row.workspace_id.map(WorkspaceId),
        outcome: AuditOutcome::parse(&row.outcome)
            .ok_or_else(|| damaged("outcome of an audit entry", row.outcome))?,
        // A code that this binary no longer knows hides no entry.
        code: row.code.as_deref().and_then(ErrorCode::parse),
        repeats: u32::try_from(row.repeats).unwrap_or(1),
        before: state(row.before)?,
        after: state(row.after)?,
        request_id: RequestId::accept(&row.request_id)
            .ok_or_else(|| damaged("request id of an audit entry", row.request_id))?,
        source_address: row.source_address,
    })
}

#[cfg(test)]
mod tests {
    use super::{count, select};
    use crate::{Backend, Store, StoreConfig};
    use roadstead_core::model::{
        AuditBy, AuditEntryId, AuditFilter, AuditOutcome, AuditPosition, PageRequest, Secret,
        Timestamp, UserId, WorkspaceId,
    };
    use roadstead_core::rules::{AuditSet, Visible};
    use roadstead_testkit::postgres::Server;
    use sea_orm::{ConnectionTrait as _, DbBackend, QueryTrait as _, Statement};

    /// Each filter with the index that must serve it.
    fn cases() -> Vec<(AuditFilter, &'static str)> {
        let everything = AuditFilter::of(AuditSet {
            objects: Visible::Everything,
            own: Some(UserId::new()),
        });
        let of = |change: fn(&mut AuditFilter)| {
            let mut filter = everything.clone();
            change(&mut filter);
            filter
        };
        vec![
            (everything.clone(), "by_at"),
            (
                of(|f| {
                    f.from = Some(Timestamp::from_micros(4_000));
                    f.to = Some(Timestamp::from_micros(9_000));
                }),
                "by_at",
            ),
            (
                of(|f| f.actor = Some(AuditBy::Id(UserId::new()))),
                "by_actor_id",
            ),
            (
                of(|f| f.actor = Some(AuditBy::Name("nobody".to_owned()))),
                "by_actor_name",
            ),
            (of(|f| f.action = Some("rare".to_owned())), "by_action"),
            (
                of(|f| {
                    f.object_kind = Some("registry".to_owned());
                    f.object_id = Some("one".to_owned());
                }),
                "by_object",
            ),
            (
                of(|f| f.outcome = Some(AuditOutcome::Refused)),
                "by_outcome",
            ),
            (
                of(|f| f.workspace_id = Some(WorkspaceId::new())),
                "by_workspace",
            ),
            (
                AuditFilter::of(AuditSet {
                    objects: Visible::Workspaces(Vec::new()),
                    own: Some(UserId::new()),
                }),
                "by_actor_id",
            ),
        ]
    }

    fn request() -> PageRequest<AuditPosition> {
        PageRequest {
            limit: 50,
            after: Some(AuditPosition {
                at: 8_000,
                id: AuditEntryId::new(),
            }),
        }
    }

    /// What the database would do, a step a line.
    async fn plan(store: &Store, explain: &str, column: &str, sql: &str) -> Vec<String> {
        let backend = store.db().read().get_database_backend();
        let query = Statement::from_string(backend, format!("{explain} {sql}"));
        let rows = store.db().read().query_all_raw(query).await.expect("plan");
        rows.iter()
            .map(|row| row.try_get("", column).expect("step"))
            .collect()
    }

    #[tokio::test]
    async fn every_filter_starts_in_its_index_at_the_cursor_and_sorts_nothing_on_sqlite() {
        let dir = tempfile::tempdir().expect("directory");
        let backend = Backend::Sqlite {
            path: dir.path().join("roadstead.db"),
        };
        let store = Store::open(StoreConfig { backend }).await.expect("store");
        for (filter, index) in cases() {
            let sql = select(&filter, &request())
                .build(DbBackend::Sqlite)
                .to_string();
            let steps = plan(&store, "EXPLAIN QUERY PLAN", "detail", &sql).await;
            assert_eq!(steps.len(), 1, "{steps:?}");
            let begin = format!("SEARCH audit_entry USING INDEX audit_entry_{index} (");
            assert!(steps[0].starts_with(&begin), "{index}: {steps:?}");
            assert!(steps[0].contains("(at,id)<(?,?)"), "{index}: {steps:?}");
            let sql = count(&filter).to_string(sea_orm::sea_query::SqliteQueryBuilder);
            let steps = plan(&store, "EXPLAIN QUERY PLAN", "detail", &sql).await;
            assert!(
                steps
                    .iter()
                    .any(|s| s.contains(&format!("audit_entry_{index}"))
                        || s == "SCAN audit_entry USING COVERING INDEX audit_entry_by_at"),
                "{index}: {steps:?}"
            );
        }
    }

    #[tokio::test]
    async fn every_filter_starts_in_its_index_at_the_cursor_and_sorts_nothing_on_postgres() {
        let server = match Server::from_env() {
            Ok(Some(server)) => server,
            Ok(None) => Server::start_temporary().expect("PostgreSQL"),
            Err(error) => panic!("{error}"),
        };
        let database = server.fresh_database().expect("database");
        let backend = Backend::Postgres {
            url: Secret::new(database.url().to_owned()),
        };
        let store = Store::open(StoreConfig { backend }).await.expect("store");
        database
            .psql(
                "INSERT INTO audit_entry (id, at, actor_type, actor_id, actor_name, action, \
                 object_kind, object_id, object_name, workspace_id, outcome, request_id) \
                 SELECT gen_random_uuid(), i, 'user', gen_random_uuid(), 'name-' || i, \
                 'action-' || i % 100, 'registry', 'id-' || i, 'name', gen_random_uuid(), \
                 CASE WHEN i % 100 = 0 THEN 'refused' ELSE 'done' END, 'r' \
                 FROM generate_series(1, 20000) AS i",
            )
            .expect("rows");
        database.psql("ANALYZE audit_entry").expect("statistics");
        for (filter, index) in cases() {
            let sql = select(&filter, &request())
                .build(DbBackend::Postgres)
                .to_string();
            let steps = plan(&store, "EXPLAIN", "QUERY PLAN", &sql).await;
            let text = steps.join("\n");
            assert!(
                text.contains(&format!("Index Scan Backward using audit_entry_{index} ")),
                "{index}: {text}"
            );
            assert!(
                !text.contains("Sort") && !text.contains("Seq Scan"),
                "{index}: {text}"
            );
        }
        store.close().await;
    }
}
