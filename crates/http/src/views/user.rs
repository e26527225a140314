//! People.

use super::page::TotalView;
use super::registry::{AllowedAction, allowed};
use super::words::PlatformRoleWord;
use crate::state::HttpConfig;
use roadstead_app::services::{NamedList, NewUser, UserLink};
use roadstead_core::model::{
    DisplayName, Generation, Name, Owner, PlatformRole, RequestContext, Secret, Timestamp, User,
    UserChanges, UserId,
};
use roadstead_core::{Failure, FieldFailure, Permission};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// A person.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserView {
    /// Their id.
    #[schema(value_type = Uuid)]
    id: UserId,
    /// The name they sign in with.
    #[schema(value_type = String)]
    name: Name,
    /// What others call them.
    #[schema(value_type = String)]
    display_name: DisplayName,
    /// Their role over the installation.
    #[schema(value_type = Option<PlatformRoleWord>)]
    platform_role: Option<PlatformRole>,
    /// When they were made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Grows with every edit; send it as `If-Match`.
    generation: Generation,
    /// What the asker may do with them.
    allowed_actions: Vec<AllowedAction>,
}

impl UserView {
    pub(crate) fn new(ctx: &RequestContext, user: User) -> Self {
        let actions = [
            Permission::UserEdit,
            Permission::UserDelete,
            Permission::UserResetPassword,
            Permission::UserEndSession,
        ];
        Self {
            allowed_actions: allowed(&ctx.actor, Owner::Platform, &actions),
            id: user.id,
            name: user.name,
            display_name: user.display_name,
            platform_role: user.platform_role,
            created_at: user.created_at,
            generation: user.generation,
        }
    }

    pub(crate) const fn generation(&self) -> Generation {
        self.generation
    }

    pub(crate) const fn id(&self) -> UserId {
        self.id
    }
}

/// A page of people.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserPage {
    /// The rows.
    items: Vec<UserView>,
    /// Where the next page starts; null on the last one.
    next_cursor: Option<String>,
    /// How many match.
    total: TotalView,
}

impl UserPage {
    pub(crate) fn new(ctx: &RequestContext, list: NamedList<User>) -> Self {
        let view = |user| UserView::new(ctx, user);
        Self {
            items: list.items.into_iter().map(view).collect(),
            next_cursor: list.next_cursor,
            total: list.total.into(),
        }
    }
}

/// A link with which somebody sets a password. This is the only answer that shows it.
#[derive(Serialize, ToSchema)]
#[schema(as = OneTimeLink)]
pub(crate) struct LinkView {
    /// The address to open; relative to the console when `server.public_url` is not set.
    url: String,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl LinkView {
    pub(crate) fn new(config: &HttpConfig, link: &UserLink) -> Self {
        let base = config
            .public_url
            .as_ref()
            .map_or("", |url| url.as_str().trim_end_matches('/'));
        Self {
            // In the fragment, which browsers send to nobody.
            url: format!("{base}/password#token={}", link.token.expose()),
            expires_at: link.expires_at,
        }
    }
}

/// A person who was just made, with the link for their first password.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedUser {
    /// The person.
    pub(crate) user: UserView,
    /// Their link.
    pub(crate) link: LinkView,
}

/// A person to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserInput {
    /// The name they sign in with; it cannot be changed later.
    #[schema(pattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", max_length = 63)]
    name: String,
    /// What others call them.
    #[serde(default)]
    display_name: String,
    /// Their role over the installation.
    #[serde(default)]
    #[schema(value_type = Option<PlatformRoleWord>)]
    platform_role: Option<PlatformRole>,
}

impl UserInput {
    pub(crate) fn parse(&self) -> Result<NewUser, Failure> {
        let mut fields = Vec::new();
        let name = Name::parse(&self.name)
            .map_err(|code| fields.push(FieldFailure::new("/name", code)))
            .ok();
        let display_name = displayed(&self.display_name)
            .map_err(|failure| fields.extend(failure.fields))
            .ok();
        match (name, display_name) {
            (Some(name), Some(display_name)) => Ok(NewUser {
                name,
                display_name,
                platform_role: self.platform_role,
            }),
            _ => Err(Failure::fields(fields)),
        }
    }
}

/// An edit of a person; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserEdit {
    /// What others call them.
    #[serde(default)]
    display_name: Option<String>,
    /// Their role over the installation; null takes it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<PlatformRoleWord>)]
    platform_role: Option<Option<PlatformRole>>,
}

/// A field that is there, be it null.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl UserEdit {
    pub(crate) fn parse(&self) -> Result<UserChanges, Failure> {
        Ok(UserChanges {
            display_name: self.display_name.as_deref().map(displayed).transpose()?,
            platform_role: self.platform_role,
        })
    }
}

/// An edit of the own profile.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileEdit {
    /// What others call one.
    display_name: String,
}

impl ProfileEdit {
    pub(crate) fn parse(&self) -> Result<DisplayName, Failure> {
        displayed(&self.display_name)
    }
}

fn displayed(text: &str) -> Result<DisplayName, Failure> {
    DisplayName::parse(text).map_err(|code| {
        let field = FieldFailure::new("/display_name", code).with("max", DisplayName::MAX);
        Failure::fields(vec![field])
    })
}

/// A password by a one-time link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordReset {
    /// The token from the link's fragment.
    #[schema(value_type = String)]
    pub(crate) token: Secret<String>,
    /// The new password, 12 to 128 characters.
    #[schema(value_type = String, min_length = 12, max_length = 128)]
    pub(crate) password: Secret<String>,
}

/// A change of the own password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChange {
    /// The present password.
    #[schema(value_type = String)]
    pub(crate) current: Secret<String>,
    /// The new password, 12 to 128 characters.
    #[schema(value_type = String, min_length = 12, max_length = 128)]
    pub(crate) new: Secret<String>,
}
