//! What the declaration says of a request: who asks, about what.

use super::place::{Place, State, depth};
use super::{Asker, Variant};
use roadstead_core::Permission;
use roadstead_core::model::{Actor, Owner, WorkspaceId};
use roadstead_core::permission::Grant;
use roadstead_core::rules::{holds, visible};
use roadstead_http::Declared;
use roadstead_testkit::Answer;

/// What a route's outermost object belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// What must come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expected {
    SignIn,
    /// As if absent, found out at this depth of the path: the outermost object is 0.
    Hidden(usize),
    Denied(Permission),
    /// Let through; what the service says of the input is another matter.
    Through,
}

/// The first object of the path that is not there for anybody under its parent.
fn missing(route: &Declared, place: &Place<'_>) -> Option<usize> {
    let Place {
        outer,
        child,
        grandchild,
    } = place;
    if outer.state == State::Gone {
        return Some(0);
    }
    let deep = depth(route);
    if deep >= 2 && child.name != outer.name {
        return Some(1);
    }
    (deep >= 3 && grandchild.name != child.name).then_some(2)
}

pub(super) fn expected(
    route: &Declared,
    variant: Variant,
    asker: &Asker,
    place: &Place<'_>,
) -> Expected {
    let permission = route.permission;
    if permission.grant() == Grant::Anyone {
        return Expected::Through;
    }
    if asker.actor == Actor::Anonymous {
        return Expected::SignIn;
    }
    let kind = kind(route);
    let of_workspace = || Owner::Workspace {
        id: WorkspaceId(place.outer.workspace.parse().expect("id")),
    };
    let owner = match (kind, variant) {
        (Kind::Own, _) => return Expected::Hidden(0),
        (Kind::Platform, _) => Owner::Platform,
        (Kind::Workspace, _) | (Kind::Collection, Variant::OfWorkspace | Variant::Stored) => {
            of_workspace()
        }
        (Kind::Collection, Variant::Plain) => {
            // Lists of what workspaces own are cut instead of refused.
            let cut = [
                "/api/v1/registries",
                "/api/v1/repositories",
                "/api/v1/search",
                "/api/v1/workspaces",
                "/api/v1/cleanups",
            ];
            if route.method == "GET" && cut.contains(&route.path.as_str()) {
                return Expected::Through;
            }
            Owner::Platform
        }
    };
    let names_object = kind != Kind::Collection || variant != Variant::Plain;
    let missing = names_object.then(|| missing(route, place)).flatten();
    if names_object && (missing == Some(0) || !visible(&asker.actor).contains(owner)) {
        return Expected::Hidden(0);
    }
    if !holds(&asker.actor, permission, owner) {
        return Expected::Denied(permission);
    }
    // Who sees people may take anybody into a workspace, by the id alone.
    let takes_anybody = route.method == "PUT"
        && route.path.ends_with("/members/{user_id}")
        && holds(&asker.actor, Permission::UserRead, Owner::Platform)
        && place.child.state == State::There;
    match missing {
        Some(depth) if !takes_anybody => Expected::Hidden(depth),
        _ => Expected::Through,
    }
}

/// What is wrong with an answer, if anything.
pub(super) fn wrong(route: &Declared, expected: &Expected, answer: &Answer) -> bool {
    let code = answer.body["code"].as_str().unwrap_or_default();
    let fits = match expected {
        Expected::SignIn => (answer.status, code) == (401, "session.required"),
        Expected::Hidden(_) => (answer.status, code) == (404, "object.not_found"),
        Expected::Denied(permission) => {
            (answer.status, code) == (403, "permission.denied")
                && answer.body["permission"] == permission.as_str()
        }
        Expected::Through => {
            let refusals = ["session.required", "permission.denied", "object.not_found"];
            match (route.method, depth(route)) {
                // An image's layers are pulled, and the registry has no such manifest.
                ("GET", _) if route.path.ends_with("{blob}") => {
                    (answer.status, code) == (409, "contents.image")
                }
                ("GET", _) if route.path.ends_with("/manifest") => {
                    (answer.status, code) == (502, "upstream.not_found")
                }
                ("GET", _) => answer.status == 200,
                // A hook is made and removed as often as one likes.
                ("PUT" | "DELETE", _) if route.path.ends_with("/hook") => {
                    [200, 204].contains(&answer.status)
                }
                // Nothing is deleted: an index lists the artifact, and the tag is another by now.
                ("DELETE", 2) if route.path.starts_with("/api/v1/repositories/") => {
                    [409, 412].contains(&answer.status)
                }
                // Made to be deleted, or to be a member.
                ("PUT" | "DELETE", 2..) => [200, 204].contains(&answer.status),
                // The generation sent is one that nobody has.
                // Stopping what does not go on is no edit.
                ("DELETE", 1) if route.path.ends_with("/crawl") => answer.status == 200,
                ("PATCH" | "DELETE", 1) => (answer.status, code) == (412, "request.stale"),
                _ => answer.status < 500 && !refusals.contains(&code),
            }
        }
    };
    !fits
}
