//! Where a registry sends its events.

use super::registry::{AllowedAction, allowed};
use roadstead_app::services::IssuedHook;
use roadstead_core::Permission;
use roadstead_core::model::{Hook, HookCounts, Owner, RequestContext, Timestamp};
use serde::Serialize;
use url::Url;
use utoipa::ToSchema;

/// What stands in the snippet where Roadstead does not know how the registry reaches it.
const NO_ADDRESS: &str = "https://ROADSTEAD-ADDRESS";

/// The line above it, which says what to put there.
const NO_ADDRESS_NOTE: &str = "      # Put how this registry reaches Roadstead in place of https://ROADSTEAD-ADDRESS, with its scheme:
      # https://roadstead.example, or http://10.0.0.5:8470 where no proxy does TLS.
";

/// A registry's events. Neither the hook's address nor its secret is here.
#[derive(Serialize, ToSchema)]
#[schema(as = Hook)]
pub(crate) struct HookView {
    /// Whether there is a hook that takes events.
    configured: bool,
    /// When it was made.
    #[schema(value_type = Option<String>, format = DateTime)]
    created_at: Option<Timestamp>,
    /// When its secret was last made anew.
    #[schema(value_type = Option<String>, format = DateTime)]
    rotated_at: Option<Timestamp>,
    /// When the last events came; null before the first.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_event_at: Option<Timestamp>,
    /// Events that were taken so far.
    events_accepted: u64,
    /// Events and posts that were let go: unreadable, too large, or too many at once. The registry
    /// was read instead.
    events_dropped: u64,
    /// Posts with a wrong secret.
    posts_unauthenticated: u64,
    /// What the asker may do with it.
    allowed_actions: Vec<AllowedAction>,
}

impl HookView {
    pub(crate) fn new(ctx: &RequestContext, owner: Owner, hook: Option<&Hook>) -> Self {
        let counts = hook.map_or_else(HookCounts::default, |hook| hook.counts);
        Self {
            configured: hook.is_some(),
            created_at: hook.map(|hook| hook.created_at),
            rotated_at: hook.map(|hook| hook.rotated_at),
            last_event_at: hook.and_then(|hook| hook.last_event_at),
            events_accepted: counts.accepted,
            events_dropped: counts.dropped,
            posts_unauthenticated: counts.unauthenticated,
            allowed_actions: allowed(&ctx.actor, owner, &[Permission::RegistryHook]),
        }
    }
}

/// A hook that was just made or rotated. This is the only answer that shows its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = IssuedHook)]
pub(crate) struct IssuedHookView {
    /// The hook.
    #[serde(flatten)]
    hook: HookView,
    /// Where the registry sends its events; null while `server.public_url` is not set.
    address: Option<String>,
    /// The address's path, for an address that only people know.
    path: String,
    /// What the registry sends in `Authorization: Bearer`.
    secret: String,
    /// What to put into the registry's configuration.
    snippet: String,
}

impl IssuedHookView {
    pub(crate) fn new(
        ctx: &RequestContext,
        owner: Owner,
        issued: &IssuedHook,
        public_url: Option<&Url>,
    ) -> Self {
        let path = format!("/hooks/v1/docker/{}", issued.hook.id);
        let base = public_url.map(|url| url.as_str().trim_end_matches('/').to_owned());
        let address = base.map(|base| base + &path);
        let secret = issued.secret.expose().to_owned();
        let snippet = match &address {
            Some(address) => snippet(address, "", &secret),
            None => snippet(&format!("{NO_ADDRESS}{path}"), NO_ADDRESS_NOTE, &secret),
        };
        Self {
            hook: HookView::new(ctx, owner, Some(&issued.hook)),
            snippet,
            address,
            path,
            secret,
        }
    }
}

/// The part of a Docker Registry's configuration, 2.x and 3.x, that sends it here. Before 3.1
/// `actions` counts for nothing unless `mediatypes` stands beside it.
fn snippet(address: &str, note: &str, secret: &str) -> String {
    format!(
        "notifications:
  events:
    includereferences: true
  endpoints:
    - name: roadstead
{note}      url: {address}
      headers:
        Authorization: [Bearer {secret}]
      timeout: 1s
      threshold: 10
      backoff: 1s
      ignore:
        mediatypes: [application/octet-stream]
        actions: [pull]
"
    )
}

#[cfg(test)]
mod tests {
    use super::{NO_ADDRESS_NOTE, snippet};

    #[test]
    fn snippet_names_address_secret_and_what_a_registry_keeps_to_itself() {
        let text = snippet("https://r.example/hooks/v1/docker/ab", "", "rsh_x");
        for line in [
            "      url: https://r.example/hooks/v1/docker/ab\n",
            "        Authorization: [Bearer rsh_x]\n",
            "    includereferences: true\n",
            "        mediatypes: [application/octet-stream]\n",
            "        actions: [pull]\n",
        ] {
            assert!(text.contains(line), "{line}");
        }
        assert!(!text.contains('#'), "{text}");
    }

    #[test]
    fn snippet_without_an_address_says_that_the_scheme_is_part_of_what_to_put_there() {
        let url = "https://ROADSTEAD-ADDRESS/hooks/v1/docker/ab";
        let text = snippet(url, NO_ADDRESS_NOTE, "rsh_x");
        let (note, rest) = text.split_once("      url: ").expect("url");
        assert!(note.contains("with its scheme") && note.contains("http://10.0.0.5:8470"));
        assert!(rest.starts_with(url), "{text}");
        let comments = note.lines().filter(|l| l.starts_with("      # ")).count();
        assert_eq!(comments, 2, "{text}");
    }
}
