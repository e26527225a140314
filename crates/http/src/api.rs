//! The only way to add a route: [`Api::route`] takes the permission along with it, puts the gate in
//! front and writes both into the API's description. A route without a declared permission cannot
//! be written, because nothing else in this crate touches the router (a tidy test holds that).

use crate::gate;
use crate::state::AppState;
use crate::statuses;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::MethodRouter;
use roadstead_core::Permission;
use roadstead_core::permission::Grant;
use utoipa::openapi::OpenApi;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter, UtoipaMethodRouterExt as _};

/// A route and what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// `GET`, `POST`, ...
    pub method: &'static str,
    /// The template: `/api/v1/registries/{id}`.
    pub path: String,
    /// Who may call it.
    pub permission: Permission,
}

/// Collects routes with their permissions.
pub(crate) struct Api {
    router: OpenApiRouter<AppState>,
    /// What the gates need; `None` when the routes are only described and never served.
    state: Option<AppState>,
    declared: Vec<Declared>,
}

impl Api {
    pub(crate) fn new(state: Option<AppState>, document: OpenApi) -> Self {
        Self {
            router: OpenApiRouter::with_openapi(document),
            state,
            declared: Vec::new(),
        }
    }

    /// Adds the routes of one handler.
    pub(crate) fn route(
        mut self,
        permission: Permission,
        (schemas, mut paths, methods): UtoipaMethodRouter<AppState>,
    ) -> Self {
        for (path, item) in &mut paths.paths {
            for (method, operation) in operations(item) {
                self.declared.push(Declared {
                    method,
                    path: path.clone(),
                    permission,
                });
                describe(operation, method, path, permission);
            }
        }
        let routes: UtoipaMethodRouter<AppState> = (schemas, paths, methods);
        self.router = self.router.routes(match self.state.clone() {
            Some(state) => routes.layer(from_fn_with_state((state, permission), gate::gate)),
            None => routes,
        });
        self
    }

    /// Adds a place where a program posts that proves itself to the handler: there is no person to
    /// have a permission, and it is no part of the API that is described.
    pub(crate) fn hook(mut self, path: &str, handler: MethodRouter<AppState>) -> Self {
        self.router = self.router.route(path, handler);
        self
    }

    pub(crate) fn finish(self) -> (Router<AppState>, OpenApi, Vec<Declared>) {
        let (router, document) = self.router.split_for_parts();
        (router, document, self.declared)
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [
        ("GET", item.get.as_mut()),
        ("PUT", item.put.as_mut()),
        ("POST", item.post.as_mut()),
        ("PATCH", item.patch.as_mut()),
        ("DELETE", item.delete.as_mut()),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.map(|o| (method, o)))
}

/// Every operation names its permission and every status it answers; those that need a session say
/// so.
fn describe(operation: &mut Operation, method: &str, path: &str, permission: Permission) {
    operation.extensions = Some(
        ExtensionsBuilder::new()
            .add("x-permission", permission.as_str())
            .build(),
    );
    if permission.grant() == Grant::Anyone {
        operation.security = Some(Vec::new());
    }
    statuses::describe(operation, method, path, permission);
}
