//! `roadstead serve`: everything, until told to stop.

use crate::config::{Config, FirstAdmin};
use crate::start_error::StartError;
use crate::wiring::{self, Opened};
use crate::{logging, print_line};
use roadstead_app::App;
use roadstead_app::reconcilers::{CrawlLimits, Orders, Reconcilers};
use roadstead_core::Failure;
use roadstead_core::model::Name;
use roadstead_http::{HttpConfig, metrics_router, router, serve as serve_http};
use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A set-up link is renewed before it expires.
const LINK_RENEWAL: Duration = Duration::from_secs(50 * 60);

/// Runs until SIGTERM or SIGINT.
pub(super) async fn serve(config: Config) -> Result<(), StartError> {
    logging::start(config.log_level, config.log_format);
    wiring::install_crypto();
    let listener = listen("server.listen", config.listen).await?;
    let metrics_listener = listen("server.metrics_listen", config.metrics_listen).await?;
    let address = listener.local_addr().unwrap_or(config.listen);
    let metrics_address = metrics_listener
        .local_addr()
        .unwrap_or(config.metrics_listen);

    let opened = Opened::open(&config).await?;
    let own = wiring::own_addresses(&config, &[address, metrics_address]).await;
    let ports = wiring::ports(&opened, &config, own);
    let app = Arc::new(App::new(&ports));
    if let Some(admin) = &config.first_admin {
        ensure_admin(&app, admin).await?;
    }

    let stop = CancellationToken::new();
    let http = HttpConfig {
        public_url: config.public_url.clone(),
        trusted_proxies: config.trusted_proxies.clone(),
    };
    let main = router(
        Arc::clone(&app),
        http,
        Arc::new(opened.readiness()),
        stop.clone(),
    );
    let main = tokio::spawn(serve_http(listener, main, stop.clone()));
    let metrics = metrics_router().map_err(StartError::Other)?;
    let metrics = tokio::spawn(serve_http(metrics_listener, metrics, stop.clone()));
    let orders = Orders {
        audit_kept: config.audit_retention,
        crawl: CrawlLimits {
            enabled: config.crawl_enabled,
            sweep_per_second: config.sweep_per_second,
            ..CrawlLimits::default()
        },
        refusals: Arc::clone(&app.refusals),
    };
    let reconcilers = Reconcilers::start(&ports, orders, &stop);
    // Before anybody is told that Roadstead is ready, the link they will ask for is there.
    let needs_link = offer_setup_link(&app, &opened, &config, address).await?;
    let links = needs_link.then(|| {
        let keep = keep_setup_link(app, opened.clone(), config, address, stop.clone());
        tokio::spawn(keep)
    });

    tracing::info!(%address, %metrics_address, version = env!("CARGO_PKG_VERSION"), "ready");
    print_line(&format!("Roadstead is ready: http://{address}"));
    print_line(&format!("Metrics: http://{metrics_address}/metrics"));
    let outcome = tokio::select! {
        outcome = told_to_stop() => outcome,
        () = stop.cancelled() => Ok(()),
    };
    tracing::info!("stopping");
    // Whoever asks twice does not want to wait for the first.
    tokio::spawn(async {
        if told_to_stop().await.is_ok() {
            std::process::exit(130);
        }
    });
    stop.cancel();
    for server in [main, metrics] {
        if let Ok(Err(error)) = server.await {
            tracing::error!(%error, "listener failed");
        }
    }
    reconcilers.ended().await;
    if let Some(links) = links {
        let _ = links.await;
    }
    opened.store.close().await;
    outcome
}

async fn listen(key: &'static str, address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|e| StartError::Listen(key, address, e))
}

async fn told_to_stop() -> Result<(), StartError> {
    let other = |e: std::io::Error| StartError::Other(format!("cannot wait for signals: {e}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(other)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(other)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

async fn ensure_admin(app: &App, admin: &FirstAdmin) -> Result<(), StartError> {
    let name =
        Name::parse(&admin.name).map_err(|code| Failure::field("ROADSTEAD_ADMIN_NAME", code))?;
    if app.setup.ensure_admin(name, admin.password.clone()).await? {
        tracing::info!("first administrator made from the configuration");
    }
    Ok(())
}

/// Makes a set-up link and shows it where it belongs: on the terminal, and in its file. Answers
/// whether one is needed.
async fn offer_setup_link(
    app: &App,
    opened: &Opened,
    config: &Config,
    address: SocketAddr,
) -> Result<bool, StartError> {
    let Some(link) = app.setup.offer_link().await? else {
        // One that was left behind by a crash is of no use to anybody.
        forget_setup_link(opened);
        return Ok(false);
    };
    announce(opened, &wiring::setup_url(config, address, &link));
    Ok(true)
}

/// Keeps a good set-up link until the first administrator exists.
async fn keep_setup_link(
    app: Arc<App>,
    opened: Opened,
    config: Config,
    address: SocketAddr,
    stop: CancellationToken,
) {
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(LINK_RENEWAL) => {}
            () = administrator_exists(&app, &opened) => break,
        }
        match offer_setup_link(&app, &opened, &config, address).await {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => tracing::warn!(%error, "set-up link not renewed"),
        }
    }
    forget_setup_link(&opened);
}

fn forget_setup_link(opened: &Opened) {
    if let Some(dir) = &opened.data_dir
        && let Err(error) = dir.remove_setup_link()
    {
        tracing::warn!(%error, "set-up link not removed");
    }
}

fn announce(opened: &Opened, link: &str) {
    let written = opened
        .data_dir
        .as_ref()
        .map(|dir| (dir.setup_link(), dir.write_setup_link(link)));
    if std::io::stdout().is_terminal() {
        print_line(&format!("Set-up link (valid once, 1 h): {link}"));
        return;
    }
    // Standard output that is no terminal is a log for somebody: the secret stays out of it.
    match written {
        Some((path, Ok(()))) => print_line(&format!("Set-up link: in {}", path.display())),
        Some((_, Err(error))) => tracing::warn!(%error, "set-up link not written"),
        None => print_line("Set-up link: run `roadstead admin setup-link`"),
    }
}

async fn administrator_exists(app: &App, opened: &Opened) {
    use futures::StreamExt as _;
    use roadstead_core::ports::ChangeFeed as _;
    let mut signals = opened.store.signals();
    while matches!(app.setup.is_needed().await, Ok(true) | Err(_)) {
        if signals.next().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}
