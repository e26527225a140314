//! The names of everything that writes, and the lane each goes in.

/// Who waits for a write. On SQLite there is one writer: people go before crawls, always.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// A person waits for the answer.
    People,
    /// A reconciler brings what it saw; it can wait.
    Crawl,
}

macro_rules! commands {
    (people { $($person:ident $person_name:literal,)* } background { $($quiet:ident $quiet_name:literal $lane:ident,)* }) => {
        /// Something that writes in one transaction.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Command {
            $($person,)*
            $($quiet,)*
        }

        /// Names of the commands that people cause, for the crash harness.
        pub const ALL_COMMANDS: &[&str] = &[$($person_name,)*];

        impl Command {
            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(Self::$person => $person_name,)*
                    $(Self::$quiet => $quiet_name,)*
                }
            }

            pub(crate) const fn lane(self) -> Lane {
                match self {
                    $(Self::$person => Lane::People,)*
                    $(Self::$quiet => Lane::$lane,)*
                }
            }
        }
    };
}

commands! {
    people {
        OfferSetupLink "offer_setup_link",
        CreateFirstAdmin "create_first_admin",
        EnsureAdmin "ensure_admin",
        OpenSession "open_session",
        CloseSession "close_session",
        CreateUser "create_user",
        EditUser "edit_user",
        DeleteUser "delete_user",
        OfferLink "offer_link",
        UseLink "use_link",
        ChangePassword "change_password",
        CreateToken "create_token",
        RevokeToken "revoke_token",
        CreateWorkspace "create_workspace",
        EditWorkspace "edit_workspace",
        DeleteWorkspace "delete_workspace",
        SetMember "set_member",
        CreateMachineAccount "create_machine_account",
        DeleteMachineAccount "delete_machine_account",
        IntegrateRegistry "integrate_registry",
        EditRegistry "edit_registry",
        DisconnectRegistry "disconnect_registry",
        SetPullAccount "set_pull_account",
        ShareRegistry "share_registry",
    }
    background {
        Prepare "prepare" People,
        RotateKeys "rotate_keys" Crawl,
        FinishRotation "finish_rotation" Crawl,
        MarkRestored "mark_restored" People,
        TouchSession "touch_session" People,
        RecordAudit "record_audit" People,
        TouchToken "touch_token" People,
        PruneSessions "prune_sessions" Crawl,
        PruneTokens "prune_tokens" Crawl,
        PruneLinks "prune_links" Crawl,
        PruneChanges "prune_changes" Crawl,
        RecordHealth "record_health" Crawl,
        PruneHealthTurns "prune_health_turns" Crawl,
        RecordStatistics "record_statistics" Crawl,
        RecordPull "record_pull" Crawl,
        RecordCapabilities "record_capabilities" Crawl,
        RecordRefusals "record_refusals" Crawl,
        PruneAudit "prune_audit" Crawl,
        RecordLedger "record_ledger" People,
        PinIdentity "pin_identity" Crawl,
        SuspendRegistry "suspend_registry" People,
        RecordSeen "record_seen" Crawl,
        PruneLedger "prune_ledger" Crawl,
        RequestCrawl "request_crawl" People,
        CancelCrawl "cancel_crawl" People,
        RequestRepository "request_repository" People,
        BeginCrawl "begin_crawl" Crawl,
        ReportCrawl "report_crawl" Crawl,
        RecordSpaces "record_spaces" Crawl,
        RecordNames "record_names" Crawl,
        MarkRepositories "mark_repositories" Crawl,
        RecordTags "record_tags" Crawl,
        RecordManifests "record_manifests" Crawl,
        RecordConfigs "record_configs" Crawl,
        RecordChecks "record_checks" Crawl,
        RemoveEnded "remove_ended" Crawl,
        NoteHistory "note_history" Crawl,
        SetHook "set_hook" People,
        EndHook "end_hook" People,
        RecordHookActivity "record_hook_activity" Crawl,
        PruneHooks "prune_hooks" Crawl,
        BeginDeletion "begin_deletion" People,
        EndDeletion "end_deletion" People,
        DescribeRepository "describe_repository" People,
    }
}
