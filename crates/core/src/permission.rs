//! The permission declaration: who may do what. Routes, `allowed_actions` and the console all read
//! this one table (product.md section 2).

use crate::model::{PlatformRole, WorkspaceRole};
use serde::{Deserialize, Serialize};

/// Who a permission is given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// Everybody, signed in or not.
    Anyone,
    /// Every signed-in person, for what is their own.
    Own,
    /// By role: the platform roles named, and members of the owning workspace from the role named
    /// upwards.
    Roles {
        /// Platform roles that hold it everywhere.
        platform: &'static [PlatformRole],
        /// The least workspace role that holds it on objects of that workspace; `None` when the
        /// permission is the platform's alone.
        workspace: Option<WorkspaceRole>,
    },
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $variant:ident $name:literal => $grant:expr;)*) => {
        /// Something a person may be allowed to do: `<noun>.<verb>`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Permission {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl Permission {
            /// Every permission, in the order of the declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name as it stands in answers and in the audit log.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Who holds it.
            #[must_use]
            pub const fn grant(self) -> Grant {
                match self { $(Self::$variant => $grant,)* }
            }
        }
    };
}

const ADMIN: &[PlatformRole] = &[PlatformRole::Admin];
const READERS: &[PlatformRole] = &[PlatformRole::Admin, PlatformRole::Auditor];

permissions! {
    /// Ask whether the installation is alive, ready, or still without an administrator, and read
    /// the API's own description.
    ServiceLook "service.look" => Grant::Anyone;
    /// Become the first administrator with the set-up link.
    SetupFinish "setup.finish" => Grant::Anyone;
    /// Sign in.
    SessionOpen "session.open" => Grant::Anyone;
    /// See the own session.
    SessionRead "session.read" => Grant::Own;
    /// Sign out.
    SessionClose "session.close" => Grant::Own;
    /// Follow changes of what one may see.
    ChangeFollow "change.follow" => Grant::Own;
    /// Read the audit log: everything by platform role, one's own entries otherwise. Which entries
    /// is decided by [`crate::rules::audit_set`].
    AuditRead "audit.read" => Grant::Own;
    /// See registries.
    RegistryRead "registry.read" => Grant::Roles { platform: READERS, workspace: Some(WorkspaceRole::Viewer) };
    /// Integrate a registry.
    RegistryIntegrate "registry.integrate" => Grant::Roles { platform: ADMIN, workspace: Some(WorkspaceRole::Admin) };
    /// Test a connection, stored or not yet.
    RegistryTest "registry.test" => Grant::Roles { platform: ADMIN, workspace: Some(WorkspaceRole::Admin) };
    /// Edit a registry.
    RegistryEdit "registry.edit" => Grant::Roles { platform: ADMIN, workspace: Some(WorkspaceRole::Admin) };
    /// Disconnect a registry.
    RegistryDisconnect "registry.disconnect" => Grant::Roles { platform: ADMIN, workspace: Some(WorkspaceRole::Admin) };
}

impl std::fmt::Display for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
