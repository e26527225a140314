//! API tokens: secrets for programs, cut to what their owner chose and may do now.

use super::{
    ApiTokenId, Name, Owner, Secret, Timestamp, TokenDigest, UserId, WorkspaceId, WorkspaceRole,
};
use crate::Permission;
use crate::permission::Grant;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use std::time::Duration;
use uuid::Uuid;

const PREFIX: &str = "rst_";

/// An API token as it is stored; its secret is not here, only the digest beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its id, which is part of its text.
    pub id: ApiTokenId,
    /// Whose rights it carries.
    pub user_id: UserId,
    /// What its owner calls it.
    pub name: Name,
    /// What it may do and where.
    pub cut: TokenCut,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was last used, within a minute.
    pub last_used_at: Option<Timestamp>,
}

impl ApiToken {
    /// No token lives longer.
    pub const LONGEST: Duration = Duration::from_secs(366 * 24 * 3_600);
}

/// What a token leaves of its owner's rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenCut {
    /// The only permissions it can use.
    pub scope: Vec<Permission>,
    /// The only workspace whose objects it reaches; everything of its owner when `None`.
    pub workspace_id: Option<WorkspaceId>,
}

impl TokenCut {
    /// Whether this much may be used through the token, if its owner holds it.
    #[must_use]
    pub fn leaves(&self, permission: Permission, owner: Owner) -> bool {
        self.scope.contains(&permission)
            && (permission.grant() == Grant::Own
                || self.workspace_id.is_none()
                || self.workspace_id == owner.workspace())
    }

    /// Whether a token may carry this permission at all. What is a person's own (password,
    /// sessions, tokens) needs the person, so that a stolen token cannot make itself at home.
    #[must_use]
    pub fn may_carry(permission: Permission) -> bool {
        match permission.grant() {
            Grant::Anyone => false,
            Grant::Own => matches!(
                permission,
                // What programs need: a feed to follow, a log to carry elsewhere, who they are.
                Permission::ChangeFollow | Permission::AuditRead | Permission::ProfileRead
            ),
            Grant::Roles { .. } => true,
        }
    }

    /// What a token of a workspace's machine account with this role can be given.
    #[must_use]
    pub fn for_role(role: WorkspaceRole) -> Vec<Permission> {
        let given = |permission: &Permission| match permission.grant() {
            Grant::Roles { workspace, .. } => workspace.is_some_and(|least| role >= least),
            Grant::Anyone | Grant::Own => true,
        };
        Permission::ALL
            .iter()
            .copied()
            .filter(|permission| Self::may_carry(*permission) && given(permission))
            .collect()
    }
}

/// A token's text, `rst_<id>_<secret>`: shown once and never stored.
pub struct ApiTokenText(Secret<String>);

impl ApiTokenText {
    /// A fresh secret for a token.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn make(id: ApiTokenId) -> Result<Self, getrandom::Error> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes)?;
        let secret = URL_SAFE_NO_PAD.encode(bytes);
        Ok(Self(Secret::new(format!(
            "{PREFIX}{}_{secret}",
            id.0.simple()
        ))))
    }

    /// Takes one from outside; `None` for what cannot be a token.
    #[must_use]
    pub fn parse(text: &str) -> Option<(ApiTokenId, Self)> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
        if id.len() != 32 || secret.is_empty() || text.len() > 128 {
            return None;
        }
        let id = ApiTokenId(Uuid::try_parse(id).ok()?);
        Some((id, Self(Secret::new(text.to_owned()))))
    }

    /// The text, for its one showing.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// What the database keeps.
    #[must_use]
    pub fn digest(&self) -> TokenDigest {
        TokenDigest(Sha256::digest(self.expose().as_bytes()).into())
    }
}

#[cfg(test)]
mod tests {
    use super::{ApiTokenText, TokenCut};
    use crate::Permission;
    use crate::model::{ApiTokenId, Owner, WorkspaceId, WorkspaceRole};

    #[test]
    fn token_text_leads_to_its_id_and_digest() {
        let id = ApiTokenId::new();
        let made = ApiTokenText::make(id).expect("randomness");
        let (read, again) = ApiTokenText::parse(made.expose()).expect("token");
        assert_eq!(read, id);
        assert!(again.digest().matches(&made.digest()));
        for bad in [
            "",
            "rst_",
            "rst_x_y",
            "rst_0123456789abcdef0123456789abcdef",
            "rst_0123456789abcdef0123456789abcdef_",
            "rst_0123456789abcdef0123456789abcdeg_x",
            &format!("rst_0123456789abcdef0123456789abcdef_{}", "x".repeat(200)),
        ] {
            assert!(ApiTokenText::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn token_leaves_only_its_scope_in_its_workspace() {
        let id = WorkspaceId::new();
        let cut = TokenCut {
            scope: vec![Permission::RegistryRead, Permission::ChangeFollow],
            workspace_id: Some(id),
        };
        assert!(cut.leaves(Permission::RegistryRead, Owner::Workspace { id }));
        assert!(cut.leaves(Permission::ChangeFollow, Owner::Platform));
        assert!(!cut.leaves(Permission::RegistryRead, Owner::Platform));
        assert!(!cut.leaves(Permission::RegistryEdit, Owner::Workspace { id }));
        assert!(TokenCut::may_carry(Permission::AuditRead));
        assert!(!TokenCut::may_carry(Permission::TokenCreate));
        assert!(!TokenCut::may_carry(Permission::PasswordChange));
    }

    #[test]
    fn machine_accounts_are_offered_what_their_role_gives_and_nothing_of_the_platforms() {
        let viewer = TokenCut::for_role(WorkspaceRole::Viewer);
        assert!(viewer.contains(&Permission::RegistryRead));
        assert!(viewer.contains(&Permission::ChangeFollow));
        assert!(!viewer.contains(&Permission::RegistryIntegrate));
        let admin = TokenCut::for_role(WorkspaceRole::Admin);
        assert!(admin.contains(&Permission::RegistryIntegrate));
        assert!(viewer.iter().all(|permission| admin.contains(permission)));
        for own in [
            Permission::WorkspaceEdit,
            Permission::UserRead,
            Permission::TokenCreate,
        ] {
            assert!(!admin.contains(&own), "{own}");
        }
    }
}
