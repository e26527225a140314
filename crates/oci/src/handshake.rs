//! Connecting without saying anything: the second step of a connection test.

use crate::doors::Doors;
use crate::error::from_io;
use roadstead_core::model::Scheme;
use roadstead_core::ports::RegistryError;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Whether a server at an address that was connected to speaks TLS, whatever its certificate. It is
/// told nothing.
pub(crate) async fn speaks_tls(doors: &Doors, address: SocketAddr, deadline: Duration) -> bool {
    let attempt = async {
        doors.policy.check(address.ip(), address.port())?;
        let stream = TcpStream::connect(address)
            .await
            .map_err(|_| RegistryError::ConnectionRefused)?;
        secure(doors, stream).await
    };
    matches!(
        timeout(deadline, attempt).await,
        Ok(Ok(()) | Err(RegistryError::Untrusted(_)))
    )
}

/// Connects to the first address that accepts, with TLS for https, and hangs up.
pub(crate) async fn run(
    doors: &Doors,
    addresses: &[SocketAddr],
    deadline: Duration,
) -> Result<SocketAddr, RegistryError> {
    timeout(deadline, attempt(doors, addresses, deadline))
        .await
        .unwrap_or(Err(RegistryError::Timeout))
}

async fn attempt(
    doors: &Doors,
    addresses: &[SocketAddr],
    deadline: Duration,
) -> Result<SocketAddr, RegistryError> {
    let mut last = RegistryError::NameUnresolved;
    // A silent address must leave time for the next one.
    let each = deadline / u32::try_from(addresses.len().max(1)).unwrap_or(1);
    for address in addresses {
        doors.policy.check(address.ip(), address.port())?;
        let stream = match timeout(each, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => {
                last = from_io(&error).unwrap_or(RegistryError::ConnectionRefused);
                continue;
            }
            Err(_) => {
                last = RegistryError::Timeout;
                continue;
            }
        };
        if doors.registry.scheme == Scheme::Https {
            secure(doors, stream).await?;
        }
        return Ok(*address);
    }
    Err(last)
}

async fn secure(doors: &Doors, stream: TcpStream) -> Result<(), RegistryError> {
    let host = doors.registry.host.as_str();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let name = rustls::pki_types::ServerName::try_from(bare.to_owned())
        .map_err(|_| RegistryError::Tls("the host name cannot be verified".to_owned()))?;
    tokio_rustls::TlsConnector::from(Arc::clone(&doors.tls))
        .connect(name, stream)
        .await
        .map(drop)
        .map_err(|e| {
            from_io(&e).unwrap_or_else(|| RegistryError::Tls("the TLS handshake failed".to_owned()))
        })
}
