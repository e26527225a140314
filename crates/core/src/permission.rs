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

            /// Reads a name.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|p| p.as_str() == text)
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
    /// Set a password with a one-time link.
    PasswordReset "password.reset" => Grant::Anyone;
    /// Change the own password.
    PasswordChange "password.change" => Grant::Own;
    /// See the own profile.
    ProfileRead "profile.read" => Grant::Own;
    /// Edit the own profile.
    ProfileEdit "profile.edit" => Grant::Own;
    /// See the own API tokens.
    TokenRead "token.read" => Grant::Own;
    /// Make an API token for oneself.
    TokenCreate "token.create" => Grant::Own;
    /// Revoke an own API token.
    TokenRevoke "token.revoke" => Grant::Own;
    /// Follow changes of what one may see.
    ChangeFollow "change.follow" => Grant::Own;
    /// Read the audit log: everything by platform role, one's own entries otherwise. Which entries
    /// is decided by [`crate::rules::audit_set`].
    AuditRead "audit.read" => Grant::Own;
    /// See people and their sessions.
    UserRead "user.read" => Grant::Roles { platform: READERS, workspace: None };
    /// Make a person.
    UserCreate "user.create" => Grant::Roles { platform: ADMIN, workspace: None };
    /// Change a person's role or display name.
    UserEdit "user.edit" => Grant::Roles { platform: ADMIN, workspace: None };
    /// Delete a person.
    UserDelete "user.delete" => Grant::Roles { platform: ADMIN, workspace: None };
    /// Make a link with which a person sets a new password.
    UserResetPassword "user.reset_password" => Grant::Roles { platform: ADMIN, workspace: None };
    /// End somebody's session.
    UserEndSession "user.end_session" => Grant::Roles { platform: ADMIN, workspace: None };
    /// See workspaces.
    WorkspaceRead "workspace.read" => Grant::Roles { platform: READERS, workspace: Some(WorkspaceRole::Viewer) };
    /// Make a workspace.
    WorkspaceCreate "workspace.create" => Grant::Roles { platform: ADMIN, workspace: None };
    /// Edit a workspace.
    WorkspaceEdit "workspace.edit" => Grant::Roles { platform: ADMIN, workspace: None };
    /// Delete a workspace.
    WorkspaceDelete "workspace.delete" => Grant::Roles { platform: ADMIN, workspace: None };
    /// See who belongs to a workspace.
    MemberRead "member.read" => Grant::Roles { platform: READERS, workspace: Some(WorkspaceRole::Admin) };
    /// Give somebody a role in a workspace.
    MemberSet "member.set" => Grant::Roles { platform: ADMIN, workspace: Some(WorkspaceRole::Admin) };
    /// Take somebody out of a workspace.
    MemberRemove "member.remove" => Grant::Roles { platform: ADMIN, workspace: Some(WorkspaceRole::Admin) };
    /// See a workspace's machine accounts and their tokens.
    MachineAccountRead "machine_account.read" => Grant::Roles { platform: READERS, workspace: Some(WorkspaceRole::Admin) };
    /// Make a machine account.
    MachineAccountCreate "machine_account.create" => Grant::Roles { platform: ADMIN, workspace: Some(WorkspaceRole::Admin) };
    /// Delete a machine account with its tokens.
    MachineAccountDelete "machine_account.delete" => Grant::Roles { platform: ADMIN, workspace: Some(WorkspaceRole::Admin) };
    /// Make a token for a machine account.
    MachineAccountIssue "machine_account.issue_token" => Grant::Roles { platform: ADMIN, workspace: Some(WorkspaceRole::Admin) };
    /// Revoke a token of a machine account.
    MachineAccountRevoke "machine_account.revoke_token" => Grant::Roles { platform: ADMIN, workspace: Some(WorkspaceRole::Admin) };
    /// See registries.
    RegistryRead "registry.read" => Grant::Roles { platform: READERS, workspace: Some(WorkspaceRole::Viewer) };
    /// Integrate a registry.
    RegistryIntegrate "registry.integrate" => Grant::Roles { platform: ADMIN, workspace: Some(WorkspaceRole::Admin) };
    /// Test a connection, stored or not yet.
    RegistryTest "registry.test" => Grant::Roles { platform: ADMIN, workspace: Some(WorkspaceRole::Admin) };
    /// Edit a registry.
    RegistryEdit "registry.edit" => Grant::Roles { platform: ADMIN, workspace: Some(WorkspaceRole::Admin) };
    /// Make, rotate or remove the hook a registry sends its events to.
    RegistryHook "registry.hook" => Grant::Roles { platform: ADMIN, workspace: Some(WorkspaceRole::Admin) };
    /// Have a registry, or a repository of it, read again, or stop that.
    RegistryRefresh "registry.refresh" => Grant::Roles { platform: ADMIN, workspace: Some(WorkspaceRole::Editor) };
    /// Delete a tag or an artifact in a registry.
    ImageDelete "image.delete" => Grant::Roles { platform: ADMIN, workspace: Some(WorkspaceRole::Admin) };
    /// Write what is said about a repository.
    ImageDescribe "image.describe" => Grant::Roles { platform: ADMIN, workspace: Some(WorkspaceRole::Editor) };
    /// Disconnect a registry.
    RegistryDisconnect "registry.disconnect" => Grant::Roles { platform: ADMIN, workspace: Some(WorkspaceRole::Admin) };
    /// See what disconnected registries left behind.
    CleanupRead "cleanup.read" => Grant::Roles { platform: READERS, workspace: Some(WorkspaceRole::Admin) };
    /// Give a registry a pull-only account, or another one.
    PullAccountSet "pull_account.set" => Grant::Roles { platform: ADMIN, workspace: Some(WorkspaceRole::Admin) };
    /// Take a registry's pull-only account away.
    PullAccountRemove "pull_account.remove" => Grant::Roles { platform: ADMIN, workspace: Some(WorkspaceRole::Admin) };
    /// Let every namespace pull from a registry of the platform.
    RegistryShare "registry.share" => Grant::Roles { platform: ADMIN, workspace: None };
    /// End that.
    RegistryUnshare "registry.unshare" => Grant::Roles { platform: ADMIN, workspace: None };
}

impl std::fmt::Display for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
