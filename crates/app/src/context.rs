//! Everything the services share, built once.

use crate::cursor::Cursors;
use crate::password::Passwords;
use crate::services::{ChangeService, RegistryService, SessionService, SetupService};
use roadstead_core::ports::{
    ChangeFeed, Clock, RegistryConnector, RegistryStore, SessionStore, SetupStore, UserStore, Vault,
};
use std::sync::Arc;

/// Every port of the store in one.
pub trait Store: SetupStore + UserStore + SessionStore + RegistryStore + ChangeFeed {}
impl<T: SetupStore + UserStore + SessionStore + RegistryStore + ChangeFeed> Store for T {}

/// What the app needs from the world.
#[derive(Clone)]
pub struct Ports {
    /// What is remembered.
    pub store: Arc<dyn Store>,
    /// Secrets at rest.
    pub vault: Arc<dyn Vault>,
    /// Talks to registries.
    pub connector: Arc<dyn RegistryConnector>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// The services.
pub struct App {
    /// First start.
    pub setup: SetupService,
    /// Signing in and out.
    pub sessions: SessionService,
    /// Registries.
    pub registries: RegistryService,
    /// The change stream.
    pub changes: ChangeService,
}

impl App {
    /// Builds the services over the ports.
    #[must_use]
    pub fn new(ports: &Ports) -> Self {
        let passwords = Arc::new(Passwords::new());
        let cursors = Cursors::new(Arc::clone(&ports.vault));
        Self {
            setup: SetupService::new(ports.clone(), Arc::clone(&passwords)),
            sessions: SessionService::new(ports.clone(), passwords),
            registries: RegistryService::new(ports.clone(), cursors),
            changes: ChangeService::new(ports.clone()),
        }
    }
}
