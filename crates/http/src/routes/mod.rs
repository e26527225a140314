//! Every route, one noun per file. A handler takes typed input, calls one service and answers a
//! view.

mod audit_entries;
mod changes;
mod contents;
mod deletions;
mod descriptions;
mod health_history;
mod hooks;
mod images;
mod inventory;
mod machine_accounts;
mod members;
mod profile;
mod registries;
mod registry_actions;
mod registry_sharing;
mod registry_tests;
mod service;
mod session;
mod setup;
mod users;
mod workspaces;

use crate::access::access;
use crate::api::{Api, Declared};
use crate::assets;
use crate::extract::BODY_LIMIT;
use crate::problem::Refusal;
use crate::state::AppState;
use crate::views::words::StepNameWord;
use crate::views::{Problem, TestLine};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Response;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse as _;
use axum::routing::post;
use roadstead_core::{ErrorCode, Failure, Permission};
use std::any::Any;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa_axum::routes;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Roadstead",
        description = "One place to manage container registries. Every mutation carries \
                       `X-Roadstead-Csrf`; every failure is a problem whose `code` is stable.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(Problem, TestLine, StepNameWord))
)]
struct Document;

/// The one list of routes.
fn api(state: Option<AppState>) -> Api {
    let mut document = Document::openapi();
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(crate::gate::COOKIE)));
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    let schemes = &mut document.components.get_or_insert_default().security_schemes;
    schemes.insert("session".to_owned(), cookie.into());
    schemes.insert("token".to_owned(), SecurityScheme::Http(bearer).into());
    // Either of them, not both.
    let either = ["session", "token"].map(|s| SecurityRequirement::new(s, Vec::<String>::new()));
    document.security = Some(either.into());
    Api::new(state, document)
        .route(Permission::ServiceLook, routes!(service::healthz))
        .route(Permission::ServiceLook, routes!(service::readyz))
        .route(Permission::ServiceLook, routes!(service::openapi))
        .route(Permission::ServiceLook, routes!(setup::get_setup))
        .route(Permission::SetupFinish, routes!(setup::finish_setup))
        .route(Permission::SessionOpen, routes!(session::open_session))
        .route(Permission::SessionRead, routes!(session::get_session))
        .route(Permission::SessionClose, routes!(session::close_session))
        .route(Permission::PasswordReset, routes!(profile::reset_password))
        .route(Permission::ProfileRead, routes!(profile::get_profile))
        .route(Permission::ProfileEdit, routes!(profile::edit_profile))
        .route(
            Permission::PasswordChange,
            routes!(profile::change_password),
        )
        .route(Permission::SessionRead, routes!(profile::list_sessions))
        .route(Permission::SessionClose, routes!(profile::revoke_session))
        .route(Permission::TokenRead, routes!(profile::list_tokens))
        .route(Permission::TokenCreate, routes!(profile::create_token))
        .route(Permission::TokenRevoke, routes!(profile::revoke_token))
        .route(Permission::UserRead, routes!(users::list_users))
        .route(Permission::UserCreate, routes!(users::create_user))
        .route(Permission::UserRead, routes!(users::get_user))
        .route(Permission::UserEdit, routes!(users::edit_user))
        .route(Permission::UserDelete, routes!(users::delete_user))
        .route(
            Permission::UserResetPassword,
            routes!(users::create_reset_link),
        )
        .route(Permission::UserRead, routes!(users::list_user_sessions))
        .route(Permission::UserEndSession, routes!(users::end_user_session))
        .route(
            Permission::WorkspaceRead,
            routes!(workspaces::list_workspaces),
        )
        .route(
            Permission::WorkspaceCreate,
            routes!(workspaces::create_workspace),
        )
        .route(
            Permission::WorkspaceRead,
            routes!(workspaces::get_workspace),
        )
        .route(
            Permission::WorkspaceEdit,
            routes!(workspaces::edit_workspace),
        )
        .route(
            Permission::WorkspaceDelete,
            routes!(workspaces::delete_workspace),
        )
        .route(Permission::MemberRead, routes!(members::list_members))
        .route(Permission::MemberSet, routes!(members::add_member))
        .route(Permission::MemberSet, routes!(members::set_member))
        .route(Permission::MemberRemove, routes!(members::remove_member))
        .route(
            Permission::MachineAccountRead,
            routes!(machine_accounts::list_machine_accounts),
        )
        .route(
            Permission::MachineAccountCreate,
            routes!(machine_accounts::create_machine_account),
        )
        .route(
            Permission::MachineAccountDelete,
            routes!(machine_accounts::delete_machine_account),
        )
        .route(
            Permission::MachineAccountRead,
            routes!(machine_accounts::list_machine_tokens),
        )
        .route(
            Permission::MachineAccountIssue,
            routes!(machine_accounts::issue_machine_token),
        )
        .route(
            Permission::MachineAccountRevoke,
            routes!(machine_accounts::revoke_machine_token),
        )
        .route(
            Permission::RegistryRead,
            routes!(registries::list_registries),
        )
        .route(
            Permission::RegistryIntegrate,
            routes!(registries::integrate_registry),
        )
        .route(Permission::RegistryRead, routes!(registries::get_registry))
        .route(
            Permission::RegistryRead,
            routes!(health_history::get_health_history),
        )
        .route(Permission::RegistryEdit, routes!(registries::edit_registry))
        .route(
            Permission::RegistryDisconnect,
            routes!(registry_actions::disconnect_registry),
        )
        .route(
            Permission::RegistryEdit,
            routes!(registry_actions::confirm_identity),
        )
        .route(
            Permission::RegistryRefresh,
            routes!(registry_actions::refresh_registry),
        )
        .route(
            Permission::CleanupRead,
            routes!(registry_actions::list_cleanups),
        )
        .route(
            Permission::RegistryRead,
            routes!(registry_sharing::get_sharing),
        )
        .route(
            Permission::RegistryShare,
            routes!(registry_sharing::share_registry),
        )
        .route(
            Permission::RegistryUnshare,
            routes!(registry_sharing::unshare_registry),
        )
        .route(
            Permission::PullAccountSet,
            routes!(registry_sharing::set_pull_account),
        )
        .route(
            Permission::PullAccountRemove,
            routes!(registry_sharing::remove_pull_account),
        )
        .hook("/hooks/v1/docker/{id}", post(hooks::take_events))
        .route(Permission::RegistryRead, routes!(hooks::get_hook))
        .route(Permission::RegistryHook, routes!(hooks::set_hook))
        .route(Permission::RegistryHook, routes!(hooks::end_hook))
        .route(
            Permission::RegistryTest,
            routes!(registry_tests::test_registry),
        )
        .route(Permission::RegistryRead, routes!(inventory::list_spaces))
        .route(Permission::RegistryRead, routes!(inventory::get_crawl))
        .route(Permission::RegistryRefresh, routes!(inventory::start_crawl))
        .route(
            Permission::RegistryRefresh,
            routes!(inventory::cancel_crawl),
        )
        .route(
            Permission::RegistryRead,
            routes!(inventory::get_statistics_history),
        )
        .route(Permission::RegistryRead, routes!(inventory::get_space))
        .route(
            Permission::RegistryRead,
            routes!(inventory::list_repositories),
        )
        .route(Permission::RegistryRead, routes!(inventory::get_repository))
        .route(
            Permission::RegistryRefresh,
            routes!(inventory::refresh_repository),
        )
        .route(Permission::RegistryRead, routes!(inventory::list_tags))
        .route(Permission::RegistryRead, routes!(inventory::get_artifact))
        .route(Permission::RegistryRead, routes!(contents::get_manifest))
        .route(Permission::RegistryRead, routes!(contents::get_blob))
        .route(
            Permission::RegistryRead,
            routes!(inventory::get_shared_layers),
        )
        .route(Permission::RegistryRead, routes!(images::list_images))
        .route(Permission::RegistryRead, routes!(images::search))
        .route(
            Permission::RegistryRead,
            routes!(descriptions::get_description),
        )
        .route(
            Permission::ImageDescribe,
            routes!(descriptions::put_description),
        )
        .route(Permission::ImageDelete, routes!(deletions::delete_tag))
        .route(Permission::ImageDelete, routes!(deletions::delete_artifact))
        .route(Permission::ChangeFollow, routes!(changes::follow_changes))
        .route(
            Permission::AuditRead,
            routes!(audit_entries::list_audit_entries),
        )
        .route(
            Permission::AuditRead,
            routes!(audit_entries::export_audit_entries),
        )
}

/// The main port's router.
pub(crate) fn router(state: AppState) -> Router {
    let (router, _, _) = api(Some(state.clone())).finish();
    router
        .fallback(assets::fallback)
        .method_not_allowed_fallback(|| async { Refusal::from(ErrorCode::RequestMethod) })
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(state.clone(), access))
        .with_state(state)
}

fn panicked(cause: Box<dyn Any + Send>) -> Response<axum::body::Body> {
    let text = cause
        .downcast_ref::<&str>()
        .map(|s| (*s).to_owned())
        .or_else(|| cause.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    Refusal(Failure::new(ErrorCode::InternalError).because(text)).into_response()
}

/// Every route with its permission, for the permission matrix.
#[must_use]
pub fn declared() -> Vec<Declared> {
    api(None).finish().2
}

/// The API's description, as it is committed in `openapi.json`.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn openapi_json() -> Result<String, String> {
    let (_, document, _) = api(None).finish();
    document
        .to_pretty_json()
        .map(|json| json + "\n")
        .map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests;
