//! Serves a router until told to stop.

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// Requests under way at a stop may take this long to end.
const GRACE: Duration = Duration::from_secs(10);
/// A request's head must have arrived after this long; a connection kept open may idle as long.
const HEAD: Duration = Duration::from_secs(30);
/// Connections open at once. More wait in the system's queue.
const CONNECTIONS: usize = 2_048;
/// Pause after the system refused a connection (too many open files).
const PAUSE: Duration = Duration::from_millis(50);

/// Serves until `stop` is cancelled and the requests under way have ended, or the grace is over.
///
/// # Errors
/// Never at present; a listener that fails for one connection goes on with the next.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) -> io::Result<()> {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        match accepted {
            Ok((stream, peer, place)) => connection(stream, peer, place, &router, &graceful),
            Err(error) => {
                tracing::warn!(%error, "connection not accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    // Whatever has not ended by then is dropped with the process.
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, place))
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    place: OwnedSemaphorePermit,
    router: &Router,
    graceful: &GracefulShutdown,
) {
    // Answers are small and streams are made of small frames.
    let _ = stream.set_nodelay(true);
    let service = router
        .clone()
        .map_request(move |mut request: Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request.map(axum::body::Body::new)
        });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    let served = graceful.watch(served);
    tokio::spawn(async move {
        // How a client leaves is its own affair.
        let _ = served.await;
        drop(place);
    });
}

#[cfg(test)]
mod tests {
    use super::{HEAD, serve};
    use axum::Router;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio_util::sync::CancellationToken;

    #[tokio::test(start_paused = true)]
    async fn unfinished_request_head_is_hung_up_on() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let address = listener.local_addr().expect("address");
        let stop = CancellationToken::new();
        let server = tokio::spawn(serve(listener, Router::new(), stop.clone()));
        let mut stream = TcpStream::connect(address).await.expect("connect");
        stream
            .write_all(b"GET / HTTP/1.1\r\nhost:")
            .await
            .expect("half a head");
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(HEAD * 3, stream.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "still open");
        stop.cancel();
        server.await.expect("ends").expect("served");
    }
}
