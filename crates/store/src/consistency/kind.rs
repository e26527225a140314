//! Kinds of objects whose life stands in the audit log and in the change feed.

use roadstead_core::Permission;
use roadstead_core::model::Topic;

/// One kind of object.
pub(super) struct Kind {
    /// Its name in the audit log.
    pub(super) name: &'static str,
    pub(super) topic: Topic,
    /// Actions that make one.
    pub(super) made: &'static [Permission],
    /// Actions that raise its generation by one.
    pub(super) edited: &'static [Permission],
    /// Actions that end one.
    pub(super) ended: &'static [Permission],
    /// It may go with what it belongs to, or when its time is over, without an entry of its own.
    pub(super) ends_with_others: bool,
    /// Its change entries are for one person only.
    pub(super) private: bool,
}

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "registry",
        topic: Topic::Registry,
        made: &[Permission::RegistryIntegrate],
        edited: &[
            Permission::RegistryEdit,
            Permission::PullAccountSet,
            Permission::PullAccountRemove,
            Permission::RegistryShare,
            Permission::RegistryUnshare,
        ],
        ended: &[Permission::RegistryDisconnect],
        ends_with_others: false,
        private: false,
    },
    Kind {
        name: "workspace",
        topic: Topic::Workspace,
        made: &[Permission::WorkspaceCreate],
        edited: &[Permission::WorkspaceEdit],
        ended: &[Permission::WorkspaceDelete],
        ends_with_others: false,
        private: false,
    },
    Kind {
        name: "user",
        topic: Topic::User,
        made: &[Permission::SetupFinish, Permission::UserCreate],
        edited: &[Permission::UserEdit, Permission::ProfileEdit],
        ended: &[Permission::UserDelete],
        ends_with_others: false,
        private: false,
    },
    Kind {
        name: "machine_account",
        topic: Topic::MachineAccount,
        made: &[Permission::MachineAccountCreate],
        edited: &[],
        ended: &[Permission::MachineAccountDelete],
        ends_with_others: true,
        private: false,
    },
    Kind {
        name: "token",
        topic: Topic::Token,
        made: &[Permission::TokenCreate, Permission::MachineAccountIssue],
        edited: &[],
        ended: &[Permission::TokenRevoke, Permission::MachineAccountRevoke],
        ends_with_others: true,
        private: true,
    },
];
