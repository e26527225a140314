//! The HTTP side: routes, views, the change stream and the embedded console. Everything a person
//! can do in the console goes through the same routes as everybody else's.

mod access;
mod api;
mod assets;
mod errors_page;
mod extract;
mod file_answer;
mod gate;
mod metrics_page;
mod problem;
mod routes;
mod serve;
mod state;
mod statuses;
mod views;

pub use api::Declared;
pub use errors_page::errors_page;
pub use metrics_page::metrics_router;
pub use routes::{declared, openapi_json};
pub use serve::serve;
pub use state::{HttpConfig, Readiness};

use axum::Router;
use roadstead_app::App;
use state::AppState;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The whole main port: API, health endpoints and console. Live streams end when `stop` is
/// cancelled.
pub fn router(
    app: Arc<App>,
    config: HttpConfig,
    readiness: Arc<dyn Readiness>,
    stop: CancellationToken,
) -> Router {
    routes::router(AppState {
        app,
        config: Arc::new(config),
        readiness,
        stop,
    })
}
