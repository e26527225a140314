//! Everything the services share, built once.

use crate::cursor::Cursors;
use crate::events::EventInbox;
use crate::password::Passwords;
use crate::refusals::Refusals;
use crate::search::SearchIndex;
use crate::services::{
    AuditService, ChangeService, ContentsService, DeletionService, DescriptionService, HookService,
    ImageService, InventoryService, MemberService, PasswordService, RegistryService,
    SessionService, SetupService, TokenService, UserService, WorkspaceService,
};
use crate::throttle::Throttle;
use roadstead_core::model::{Owner, RegistryId};
use roadstead_core::ports::{
    AuditStore, ChangeFeed, CleanupStore, Clock, DeletionStore, DescriptionStore, HookStore,
    InventoryLists, InventoryStore, LedgerStore, RegistryConnector, RegistryStore, SearchStore,
    SessionStore, SetupStore, SharingStore, TokenStore, UserStore, Vault, WorkspaceStore,
};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// Every port of the store in one.
pub trait Store:
    SetupStore
    + UserStore
    + SessionStore
    + TokenStore
    + WorkspaceStore
    + RegistryStore
    + LedgerStore
    + CleanupStore
    + SharingStore
    + InventoryStore
    + DeletionStore
    + DescriptionStore
    + HookStore
    + InventoryLists
    + SearchStore
    + AuditStore
    + ChangeFeed
{
}
impl<T> Store for T where
    T: SetupStore
        + UserStore
        + SessionStore
        + TokenStore
        + WorkspaceStore
        + RegistryStore
        + LedgerStore
        + CleanupStore
        + SharingStore
        + InventoryStore
        + DeletionStore
        + DescriptionStore
        + HookStore
        + InventoryLists
        + SearchStore
        + SearchStore
        + AuditStore
        + ChangeFeed
{
}

/// What the app needs from the world.
#[derive(Clone)]
pub struct Ports {
    /// What is remembered.
    pub store: Arc<dyn Store>,
    /// Secrets at rest.
    pub vault: Arc<dyn Vault>,
    /// Talks to the platform's registries.
    pub connector: Arc<dyn RegistryConnector>,
    /// Talks to workspaces' registries, which may be in fewer places.
    pub workspace_connector: Arc<dyn RegistryConnector>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Registries to look at soon.
    pub wishes: Wishes,
    /// Events of registries that wait.
    pub events: EventInbox,
    /// What can be searched for.
    pub search: SearchIndex,
}

/// Registries that a person wants looked at soon, within this process. Wishes of one registry
/// coalesce, which bounds them by the number of registries.
#[derive(Clone, Default)]
pub struct Wishes(Arc<WishesInner>);

#[derive(Default)]
struct WishesInner {
    ids: Mutex<HashSet<RegistryId>>,
    made: Notify,
}

impl Wishes {
    /// Makes a wish.
    pub(crate) fn make(&self, id: RegistryId) {
        self.0
            .ids
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id);
        self.0.made.notify_one();
    }

    /// Takes every wish made so far.
    pub(crate) fn take(&self) -> HashSet<RegistryId> {
        std::mem::take(&mut *self.0.ids.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until one is made.
    pub(crate) async fn made(&self) {
        self.0.made.notified().await;
    }
}

impl Ports {
    /// What talks to registries of this owner.
    #[must_use]
    pub fn connector_of(&self, owner: Owner) -> &dyn RegistryConnector {
        match owner {
            Owner::Platform => self.connector.as_ref(),
            Owner::Workspace { .. } => self.workspace_connector.as_ref(),
        }
    }
}

/// The services.
pub struct App {
    /// First start.
    pub setup: SetupService,
    /// Signing in and out.
    pub sessions: SessionService,
    /// Passwords and the links that set them.
    pub passwords: PasswordService,
    /// API tokens.
    pub tokens: TokenService,
    /// People.
    pub users: UserService,
    /// Workspaces.
    pub workspaces: WorkspaceService,
    /// Members and machine accounts.
    pub members: MemberService,
    /// Registries.
    pub registries: RegistryService,
    /// Where registries send their events.
    pub hooks: HookService,
    /// What registries hold.
    pub inventory: InventoryService,
    /// All images, and the search over them.
    pub images: ImageService,
    /// What artifacts are made of, from their registries.
    pub contents: ContentsService,
    /// Deleting it.
    pub deletions: DeletionService,
    /// What people write about it.
    pub descriptions: DescriptionService,
    /// The change stream.
    pub changes: ChangeService,
    /// The audit log.
    pub audit: AuditService,
    /// Refusals on their way into it.
    pub refusals: Arc<Refusals>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl App {
    /// Builds the services over the ports.
    #[must_use]
    pub fn new(ports: &Ports) -> Self {
        let passwords = Arc::new(Passwords::new());
        let throttle = Arc::new(Throttle::new(Arc::clone(&ports.clock)));
        let cursors = || Cursors::new(Arc::clone(&ports.vault));
        Self {
            setup: SetupService::new(ports.clone(), Arc::clone(&passwords)),
            sessions: SessionService::new(
                ports.clone(),
                Arc::clone(&passwords),
                Arc::clone(&throttle),
            ),
            passwords: PasswordService::new(ports.clone(), passwords, throttle),
            tokens: TokenService::new(ports.clone()),
            users: UserService::new(ports.clone(), cursors()),
            workspaces: WorkspaceService::new(ports.clone(), cursors()),
            members: MemberService::new(ports.clone(), cursors()),
            registries: RegistryService::new(ports.clone(), cursors()),
            hooks: HookService::new(ports.clone()),
            inventory: InventoryService::new(ports.clone(), cursors()),
            images: ImageService::new(ports.clone(), cursors()),
            contents: ContentsService::new(ports.clone()),
            deletions: DeletionService::new(ports.clone()),
            descriptions: DescriptionService::new(ports.clone()),
            changes: ChangeService::new(ports.clone()),
            audit: AuditService::new(ports.clone(), Cursors::new(Arc::clone(&ports.vault))),
            refusals: Arc::default(),
            clock: Arc::clone(&ports.clock),
        }
    }
}
