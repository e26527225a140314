//! The permission matrix: every declared route, asked by everybody about the own workspace's
//! object, a sibling's and an absent one. What is expected follows from the declaration alone.

use crate::cast::{Cast, PASSWORD, id};
use roadstead_core::Permission;
use roadstead_core::model::{
    Actor, CameBy, Membership, Name, Owner, Person, PlatformRole, SessionId, UserId, WorkspaceId,
    WorkspaceRole,
};
use roadstead_core::permission::Grant;
use roadstead_core::rules::{holds, visible};
use roadstead_http::Declared;
use roadstead_testkit::{Answer, Api, Method};
use serde_json::{Value, json};

const ABSENT: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

/// Somebody who asks, and what the core knows of them.
struct Asker {
    name: &'static str,
    api: Api,
    actor: Actor,
}

/// Ids to fill a route's template with.
struct Place {
    name: &'static str,
    workspace: String,
    registry: String,
    account: String,
    token: String,
    user: String,
    session: String,
}

/// What a route's outermost object belongs to.
#[derive(PartialEq)]
enum Kind {
    /// No object: decided by the owner named in the body, or nothing.
    Collection,
    /// A workspace or what is in it.
    Workspace,
    /// People, who are the platform's.
    Platform,
    /// The asker's own.
    Own,
}

fn kind(route: &Declared) -> Kind {
    let path = route.path.as_str();
    if !path.contains('{') {
        Kind::Collection
    } else if path.starts_with("/api/v1/users/") {
        Kind::Platform
    } else if path.starts_with("/api/v1/sessions/") || path.starts_with("/api/v1/tokens/") {
        Kind::Own
    } else {
        Kind::Workspace
    }
}

fn fill(route: &Declared, place: &Place) -> String {
    let path = route.path.as_str();
    // The accounts are needed to the end, so what is permitted deletes one that is not there.
    let account = match route.method {
        "DELETE" if path.ends_with("{account_id}") => ABSENT,
        _ => &place.account,
    };
    let outer = match path {
        p if p.starts_with("/api/v1/registries/") => &place.registry,
        p if p.starts_with("/api/v1/users/") => &place.user,
        p if p.starts_with("/api/v1/sessions/") => &place.session,
        p if p.starts_with("/api/v1/tokens/") => &place.token,
        _ => &place.workspace,
    };
    path.replace("{id}", outer)
        .replace("{user_id}", ABSENT)
        .replace("{account_id}", account)
        .replace("{token_id}", ABSENT)
        .replace("{session_id}", ABSENT)
}

/// A body the route can read, which changes nothing lasting: names that are malformed or taken,
/// ends that are past.
fn body(route: &Declared) -> Option<Value> {
    let past = "2020-01-01T00:00:00Z";
    Some(match (route.method, route.path.as_str()) {
        ("GET" | "DELETE", _) => return None,
        (_, p) if p.ends_with("/reset-links") => return None,
        (_, p) if p.ends_with("/tokens") => {
            json!({"name": "t", "scope": ["registry.read"], "expires_at": past})
        }
        ("POST", p) if p.ends_with("/members") => json!({"name": "who", "role": "viewer"}),
        ("POST", p) if p.ends_with("/machine-accounts") => {
            json!({"name": "robot", "role": "viewer"})
        }
        ("PUT", p) if p.ends_with("{user_id}") => json!({"role": "viewer"}),
        ("POST", "/api/v1/workspaces") => json!({"name": "alpha"}),
        ("POST", "/api/v1/users") => json!({"name": "padmin"}),
        ("PATCH", "/api/v1/users/{id}") => json!({}),
        ("PATCH", "/api/v1/profile") => json!({"display_name": ""}),
        ("PATCH", _) => json!({"description": ""}),
        ("PUT", "/api/v1/profile/password") => json!({"current": "x", "new": "short"}),
        ("POST", "/api/v1/registries") => {
            json!({"kind": "harbor", "name": "x", "address": "https://h.example"})
        }
        ("POST", "/api/v1/registry-tests") => {
            json!({"registry": {"kind": "harbor", "address": "https://h.example"}})
        }
        ("POST", "/api/v1/session") => json!({"name": "who", "password": "x"}),
        ("POST", "/api/v1/passwords") => json!({"token": "x", "password": PASSWORD}),
        ("POST", "/api/v1/setup") => json!({"token": "x", "name": "x", "password": PASSWORD}),
        other => panic!("the matrix has no body for {other:?}"),
    })
}

async fn ask(api: &Api, route: &Declared, place: &Place) -> Answer {
    let method = Method::from_bytes(route.method.as_bytes()).expect("method");
    let body = body(route);
    let path = fill(route, place);
    // A generation nobody has: what is permitted ends as stale and changes nothing.
    let mut answer = api
        .send(method, &path, body.as_ref(), &[("if-match", "\"999\"")])
        .await;
    answer.body["request_id"] = Value::Null;
    answer
}

/// What the declaration says.
#[derive(Debug, PartialEq)]
enum Expected {
    SignIn,
    Hidden,
    Denied(Permission),
    /// Anything but the above three; for absent inner objects 404 is fine.
    Through,
}

fn expected(route: &Declared, asker: &Asker, place: &Place) -> Expected {
    let permission = route.permission;
    if permission.grant() == Grant::Anyone {
        return Expected::Through;
    }
    if asker.actor == Actor::Anonymous {
        return Expected::SignIn;
    }
    let absent = place.workspace == ABSENT;
    let owner = match (kind(route), absent) {
        (Kind::Own, _) => return Expected::Hidden,
        (Kind::Workspace | Kind::Platform, true) => return Expected::Hidden,
        (Kind::Workspace, false) => Owner::Workspace {
            id: WorkspaceId(place.workspace.parse().expect("id")),
        },
        (Kind::Platform, false) => Owner::Platform,
        (Kind::Collection, _) => {
            // Lists of what workspaces own are cut instead of refused.
            let cut = ["/api/v1/registries", "/api/v1/workspaces"];
            if route.method == "GET" && cut.contains(&route.path.as_str()) {
                return Expected::Through;
            }
            Owner::Platform
        }
    };
    if kind(route) != Kind::Collection && !visible(&asker.actor).contains(owner) {
        return Expected::Hidden;
    }
    if holds(&asker.actor, permission, owner) {
        Expected::Through
    } else {
        Expected::Denied(permission)
    }
}

fn check(route: &Declared, asker: &Asker, place: &Place, answer: &Answer) -> Result<(), String> {
    let expected = expected(route, asker, place);
    let code = answer.body["code"].as_str().unwrap_or_default();
    let fits = match &expected {
        Expected::SignIn => (answer.status, code) == (401, "session.required"),
        Expected::Hidden => (answer.status, code) == (404, "object.not_found"),
        Expected::Denied(permission) => {
            (answer.status, code) == (403, "permission.denied")
                && answer.body["permission"] == permission.as_str()
        }
        Expected::Through => {
            answer.status < 500
                && !["session.required", "permission.denied"].contains(&code)
                && (code != "object.not_found" || fill(route, place).contains(ABSENT))
        }
    };
    if fits {
        return Ok(());
    }
    Err(format!(
        "{} {} by {} at {}: expected {expected:?}, got {} {}",
        route.method, route.path, asker.name, place.name, answer.status, answer.body
    ))
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

async fn place(cast: &Cast, name: &'static str, workspace: &str) -> Place {
    let padmin = &cast.padmin;
    let made = padmin
        .post("/api/v1/registries", &cast.registry("one", Some(workspace)))
        .await;
    let machines = format!("/api/v1/workspaces/{workspace}/machine-accounts");
    let robot = json!({"name": "robot", "role": "viewer"});
    let account = padmin.post(&machines, &robot).await;
    let (person, user) = cast.person(&format!("object-{name}"), None).await;
    let token = json!({"name": "t", "scope": ["registry.read"],
        "expires_at": crate::people::in_days(1)});
    let token = person.post("/api/v1/tokens", &token).await;
    let sessions = person.get("/api/v1/sessions").await;
    Place {
        name,
        workspace: workspace.to_owned(),
        registry: id(&made.body),
        account: id(&account.body),
        token: id(&token.body),
        user,
        session: id(&sessions.body["items"][0]),
    }
}

#[tokio::test]
async fn sec_13_every_route_answers_everybody_as_the_declaration_says() {
    let cast = Cast::start().await;
    let askers = askers(&cast).await;
    let absent = || ABSENT.to_owned();
    let places = [
        place(&cast, "alpha", &cast.alpha).await,
        place(&cast, "beta", &cast.beta).await,
        Place {
            name: "nowhere",
            workspace: absent(),
            registry: absent(),
            account: absent(),
            token: absent(),
            user: absent(),
            session: absent(),
        },
    ];
    let mut wrong = Vec::new();
    let mut cells = 0;
    let routes: Vec<Declared> = roadstead_http::declared()
        .into_iter()
        // Signing out would end the asker; a stream does not end. Both have tests of their own.
        .filter(|r| r.permission != Permission::ChangeFollow)
        .filter(|r| !(r.method == "DELETE" && r.path == "/api/v1/session"))
        .collect();
    for route in &routes {
        for asker in &askers {
            let mut nothing: Option<Answer> = None;
            for place in places.iter().rev() {
                let answer = ask(&asker.api, route, place).await;
                cells += 1;
                wrong.extend(check(route, asker, place, &answer).err());
                if expected(route, asker, place) == Expected::Hidden {
                    let same = nothing.get_or_insert_with(|| answer.clone());
                    if (same.status, &same.body) != (answer.status, &answer.body) {
                        wrong.push(format!(
                            "{} {} by {}: {} differs from absent",
                            route.method, route.path, asker.name, place.name
                        ));
                    }
                }
            }
        }
    }
    println!(
        "matrix: {} routes x {} askers x {} places = {cells} cells",
        routes.len(),
        askers.len(),
        places.len()
    );
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}
