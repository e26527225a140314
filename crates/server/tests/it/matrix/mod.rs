//! The permission matrix: every declared route, asked by everybody about the own workspace's
//! object, a sibling's, one of a wrong parent, a deleted and an absent one. What is expected follows
//! from the declaration alone. What is hidden is answered exactly as what is absent: status, body,
//! headers, and the same statements to the database, which is what time depends on.

mod expected;
mod place;

use crate::ROADSTEAD;
use crate::cast::{Cast, PASSWORD, unread};
use crate::log::{self, ByRequest, statements};
use crate::postgres::{MASTER_KEY, database};
use expected::{Expected, expected, wrong};
use place::{Place, World, depth, method};
use roadstead_core::Permission;
use roadstead_core::model::{
    Actor, CameBy, Membership, Name, Person, PlatformRole, SessionId, UserId, WorkspaceId,
    WorkspaceRole,
};
use roadstead_http::Declared;
use roadstead_testkit::{Answer, Api, TestApp, TestAppOptions};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Somebody who asks, and what the core knows of them.
struct Asker {
    name: &'static str,
    api: Api,
    actor: Actor,
}

/// What the body of a request names, where there is a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Variant {
    /// Nothing.
    Plain,
    /// The workspace of the place.
    OfWorkspace,
    /// The registry of the place.
    Stored,
}

fn variants(route: &Declared) -> &'static [Variant] {
    use Variant::{OfWorkspace, Plain, Stored};
    match (route.method, route.path.as_str()) {
        ("POST", "/api/v1/registries" | "/api/v1/tokens") => &[Plain, OfWorkspace],
        ("POST", "/api/v1/registry-tests") => &[Plain, OfWorkspace, Stored],
        _ => &[Plain],
    }
}

/// A body the route can read, which changes nothing lasting: names that are malformed or taken,
/// ends that are past.
fn body(route: &Declared, variant: Variant, place: &Place<'_>) -> Option<Value> {
    let past = "2020-01-01T00:00:00Z";
    let workspace = &place.outer.workspace;
    let owner = match variant {
        Variant::Plain => json!({"type": "platform"}),
        _ => json!({"type": "workspace", "id": workspace}),
    };
    Some(match (route.method, route.path.as_str()) {
        ("GET" | "DELETE", _) => return None,
        (_, p) if p.ends_with("/reset-links") || p.ends_with("/hook") => return None,
        (_, p) if p.ends_with("/crawl") || p.ends_with("/refresh") => return None,
        ("PUT", p) if p.ends_with("/identity") => {
            let seen = json!({"product": "docker", "auth": "open"});
            json!({ "seen": seen })
        }
        (_, p) if p.ends_with("/tokens") => {
            let mut body = json!({"name": "t", "scope": ["registry.read"], "expires_at": past});
            if variant == Variant::OfWorkspace {
                body["workspace_id"] = json!(workspace);
            }
            body
        }
        ("POST", p) if p.ends_with("/members") => json!({"name": "who", "role": "viewer"}),
        ("POST", p) if p.ends_with("/machine-accounts") => {
            json!({"name": "robot", "role": "viewer"})
        }
        ("PUT", p) if p.ends_with("{user_id}") => json!({"role": "viewer"}),
        ("PUT", p) if p.ends_with("/description") => json!({"text": ""}),
        ("PUT", p) if p.ends_with("/sharing") => json!({"consent": false}),
        ("PUT", p) if p.ends_with("/pull-account") => json!({"username": "u", "password": "p"}),
        ("POST", "/api/v1/workspaces") => json!({"name": "alpha"}),
        ("POST", "/api/v1/users") => json!({"name": "padmin"}),
        ("PATCH", "/api/v1/users/{id}") => json!({}),
        ("PATCH", "/api/v1/profile") => json!({"display_name": ""}),
        ("PATCH", _) => json!({"description": ""}),
        ("PUT", "/api/v1/profile/password") => json!({"current": "x", "new": "short"}),
        ("POST", "/api/v1/registries") => {
            json!({"kind": "harbor", "name": "x", "address": "https://h.example", "owner": owner})
        }
        ("POST", "/api/v1/registry-tests") if variant == Variant::Stored => {
            json!({"registry_id": place.outer.registry})
        }
        ("POST", "/api/v1/registry-tests") => {
            json!({"registry": {"kind": "harbor", "address": "https://h.example", "owner": owner}})
        }
        ("POST", "/api/v1/session") => json!({"name": "who", "password": "x"}),
        ("POST", "/api/v1/passwords") => json!({"token": "x", "password": PASSWORD}),
        ("POST", "/api/v1/setup") => json!({"token": "x", "name": "x", "password": PASSWORD}),
        other => panic!("the matrix has no body for {other:?}"),
    })
}

/// Signing out would end the asker, and a stream does not end. Both have tests of their own; here
/// they are asked by those who are refused.
fn endless(route: &Declared) -> bool {
    route.permission == Permission::ChangeFollow
        || (route.method == "DELETE" && route.path == "/api/v1/session")
}

/// A request that was made, and its answer without what differs between any two.
struct Cell {
    what: String,
    variant: Variant,
    request_id: String,
    expected: Expected,
    answer: Answer,
}

impl Cell {
    fn shown(&self) -> (u16, &Value, Vec<(String, String)>) {
        let headers = self.answer.headers.iter();
        let headers = headers
            .filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()))
            .map(|(name, value)| (name.to_string(), format!("{value:?}")))
            .collect();
        (self.answer.status, &self.answer.body, headers)
    }
}

struct Matrix {
    cast: Cast,
    world: World,
    askers: Vec<Asker>,
    routes: Vec<Declared>,
    asked: usize,
}

impl Matrix {
    async fn start(options: TestAppOptions) -> Self {
        let options = log::told(options);
        let cast = Cast::on(TestApp::start_with(ROADSTEAD, unread(options)).await).await;
        let world = World::make(&cast).await;
        let askers = askers(&cast).await;
        Self {
            cast,
            world,
            askers,
            routes: roadstead_http::declared(),
            asked: 0,
        }
    }

    /// Asks one route as one asker about everything there is.
    async fn ask(&mut self, route: &Declared, asker: usize) -> Vec<Cell> {
        let asker = &self.askers[asker];
        let mut cells = Vec::new();
        for variant in variants(route) {
            let names_object = depth(route) > 0 || *variant != Variant::Plain;
            let mut places = self.world.places(depth(route));
            places.truncate(if names_object { places.len() } else { 1 });
            for place in &places {
                let expected = expected(route, *variant, asker, place);
                let through = expected == Expected::Through;
                if through && endless(route) {
                    continue;
                }
                let mut path = self.world.path(&self.cast, route, place, through).await;
                if path.ends_with("/export") {
                    path += "?format=jsonl";
                }
                let request_id = format!("matrix-{:06}", self.asked);
                self.asked += 1;
                // A generation nobody has: what is permitted ends as stale and changes nothing.
                let headers = [("if-match", "\"999\""), ("x-request-id", &*request_id)];
                let body = body(route, *variant, place);
                let send = asker
                    .api
                    .send(method(route), &path, body.as_ref(), &headers);
                let mut answer = send.await;
                if !answer.body["request_id"].is_null() {
                    assert_eq!(answer.body["request_id"], request_id);
                    answer.body["request_id"] = Value::Null;
                }
                cells.push(Cell {
                    what: format!(
                        "{} {} {variant:?} by {} at {}",
                        route.method,
                        route.path,
                        asker.name,
                        place.name()
                    ),
                    variant: *variant,
                    request_id,
                    expected,
                    answer,
                });
            }
        }
        cells
    }
}

/// What differs between cells that must be one answer: all that are hidden from one asker behind
/// one route, by what is shown; those with one kind of body found out at one depth, by what was
/// asked of the database.
fn differences(cells: &[Cell], told: &ByRequest) -> Vec<String> {
    let mut found = Vec::new();
    let mut shown: Option<&Cell> = None;
    let mut asked: BTreeMap<(Variant, usize), &Cell> = BTreeMap::new();
    // From the last place on, which is the absent one.
    for cell in cells.iter().rev() {
        let Expected::Hidden(depth) = cell.expected else {
            continue;
        };
        let first = *shown.get_or_insert(cell);
        if first.shown() != cell.shown() {
            let (is, was) = (cell.shown(), first.shown());
            found.push(format!(
                "{}: {is:?} differs from {}: {was:?}",
                cell.what, first.what
            ));
        }
        let first = *asked.entry((cell.variant, depth)).or_insert(cell);
        let of = |cell: &Cell| statements(told, &cell.request_id);
        if of(first) != of(cell) {
            found.push(format!(
                "{} asked the database {:?}; {} asked {:?}",
                cell.what,
                of(cell),
                first.what,
                of(first)
            ));
        }
    }
    found
}

async fn every_route_answers_everybody_as_the_declaration_says(options: TestAppOptions) {
    let mut matrix = Matrix::start(options).await;
    let routes = matrix.routes.clone();
    let mut wrong_cells = Vec::new();
    let mut rows = Vec::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for route in &routes {
        for asker in 0..matrix.askers.len() {
            let cells = matrix.ask(route, asker).await;
            for cell in &cells {
                let kind = match cell.expected {
                    Expected::SignIn => "sign in",
                    Expected::Hidden(_) => "hidden",
                    Expected::Denied(_) => "denied",
                    Expected::Through => "through",
                };
                *counts.entry(kind).or_default() += 1;
                if wrong(route, &cell.expected, &cell.answer) {
                    wrong_cells.push(format!(
                        "{}: expected {:?}, got {} {}",
                        cell.what, cell.expected, cell.answer.status, cell.answer.body
                    ));
                }
            }
            rows.push(cells);
        }
    }
    let last = rows.iter().rev().flatten().next().expect("cells");
    let told = log::by_request(&matrix.cast.app, &last.request_id).await;
    let counted: usize = rows
        .iter()
        .flatten()
        .map(|cell| statements(&told, &cell.request_id).len())
        .sum();
    for row in &rows {
        wrong_cells.extend(differences(row, &told));
    }
    println!(
        "matrix: {} routes x {} askers x own, sibling, wrong parent, deleted, absent = {} cells: {counts:?}, {counted} statements compared",
        routes.len(),
        matrix.askers.len(),
        matrix.asked,
    );
    // Every request of somebody signed in asks at least for the session.
    assert!(counted > matrix.asked / 2, "{counted} of {}", matrix.asked);
    assert!(
        wrong_cells.is_empty(),
        "{}\n{}",
        wrong_cells.len(),
        wrong_cells.join("\n")
    );
}

#[tokio::test]
async fn sec_13_every_route_answers_everybody_as_the_declaration_says() {
    every_route_answers_everybody_as_the_declaration_says(TestAppOptions::default()).await;
}

#[tokio::test]
async fn postgres_sec_13_every_route_answers_everybody_as_the_declaration_says() {
    let (_server, database) = database();
    let options = TestAppOptions {
        database_url: Some(database.url().to_owned()),
        master_key: Some(MASTER_KEY.to_owned()),
        ..TestAppOptions::default()
    };
    every_route_answers_everybody_as_the_declaration_says(options).await;
}

fn actor(role: Option<PlatformRole>, at: Option<(&str, WorkspaceRole)>) -> Actor {
    let memberships = at
        .map(|(id, role)| Membership {
            workspace_id: WorkspaceId(id.parse().expect("id")),
            role,
        })
        .into_iter()
        .collect();
    Actor::Person(Person {
        id: UserId::new(),
        name: Name::parse("asker").expect("name"),
        platform_role: role,
        memberships,
        came_by: CameBy::Session(SessionId::new()),
    })
}

async fn askers(cast: &Cast) -> Vec<Asker> {
    use WorkspaceRole::{Admin, Editor, Viewer};
    let mut askers = vec![Asker {
        name: "anonymous",
        api: cast.app.api(),
        actor: Actor::Anonymous,
    }];
    for (name, platform, at) in [
        ("nobody", None, None),
        ("b-admin", None, Some((&cast.beta, Admin))),
        ("a-viewer", None, Some((&cast.alpha, Viewer))),
        ("a-editor", None, Some((&cast.alpha, Editor))),
        ("a-admin", None, Some((&cast.alpha, Admin))),
        ("auditor", Some(PlatformRole::Auditor), None),
        ("padmin-2", Some(PlatformRole::Admin), None),
    ] {
        let (api, _) = match at {
            Some((workspace, role)) => cast.member(name, workspace, role.as_str()).await,
            None => cast.person(name, platform.map(PlatformRole::as_str)).await,
        };
        let at = at.map(|(id, role)| (id.as_str(), role));
        askers.push(Asker {
            name,
            api,
            actor: actor(platform, at),
        });
    }
    askers
}
