//! The one table of error codes. The API's problem bodies, the page `docs/user/errors.md` and the
//! console's dictionary type are all made from it; the HTTP status of a failure is decided here.

use serde::{Deserialize, Serialize};

macro_rules! error_codes {
    ($($variant:ident $code:literal $status:literal $title:literal [$($param:literal),*];)*) => {
        /// A stable, machine-readable reason for a refusal or failure: `<noun>.<reason>`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum ErrorCode {
            $(#[doc = $title] #[serde(rename = $code)] $variant,)*
        }

        impl ErrorCode {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code as it stands in answers: `registry.name_taken`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// Reads a code.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == text)
            }

            /// The HTTP status an API answer with this code carries.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// One English sentence that says what is wrong and, where it can, what to do.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// Names of the parameters an answer with this code may carry.
            #[must_use]
            pub const fn params(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($param),*],)* }
            }
        }
    };
}

error_codes! {
    // The request itself
    RequestMalformed "request.malformed" 400 "The body is not valid JSON for this request." ["detail"];
    RequestUnknownField "request.unknown_field" 422 "The body has a field this request does not know; remove it." ["field"];
    RequestInvalid "request.invalid" 422 "Some fields are not acceptable; each is listed with its reason." [];
    RequestTooLarge "request.too_large" 413 "The body is larger than this request allows." ["limit_bytes"];
    RequestMediaType "request.media_type" 415 "Send the body as application/json." [];
    RequestMethod "request.method" 405 "This address does not know that method." [];
    RequestCursorInvalid "request.cursor_invalid" 400 "The page cursor was changed or belongs to another list; start again without it." [];
    RequestQueryInvalid "request.query_invalid" 400 "A query parameter is not acceptable." ["detail"];
    RequestPreconditionRequired "request.precondition_required" 428 "Send If-Match with the generation you read, so that nobody's edit is lost." [];
    RequestStale "request.stale" 412 "Somebody changed this since you read it; load it again and repeat your edit." ["current"];
    RequestCsrfRejected "request.csrf_rejected" 403 "The request did not come from Roadstead's own page; reload and try again." [];
    RequestLimitStreams "request.limit_streams" 429 "You have too many live streams open; close one first." ["limit"];
    RequestTimeout "request.timeout" 503 "The answer took too long; try again." [];
    // Objects and permissions
    ObjectNotFound "object.not_found" 404 "There is nothing here, or nothing you may know about." [];
    PermissionDenied "permission.denied" 403 "You may see this but not do that." ["permission"];
    // Sessions and first start
    SessionRequired "session.required" 401 "Sign in first." [];
    SessionCredentialsRejected "session.credentials_rejected" 401 "The name or the password is wrong." [];
    SessionThrottled "session.throttled" 429 "Too many attempts to sign in; wait a moment." ["retry_after_s"];
    SetupLinkInvalid "setup.link_invalid" 403 "This set-up link is not valid or has expired; make a new one on the host with `roadstead admin setup-link`." [];
    SetupDone "setup.done" 409 "The first administrator exists already; sign in instead." [];
    LinkInvalid "link.invalid" 403 "This link is not valid, was used, or has expired; ask an administrator for a new one." [];
    TokenRejected "token.rejected" 401 "This API token is not valid, was revoked, or has expired." [];
    // People and workspaces
    UserNameTaken "user.name_taken" 409 "Another person has this name already." ["name"];
    UserLastAdmin "user.last_admin" 409 "This is the last administrator who can sign in; make another one first." [];
    UserUnknown "user.unknown" 422 "Nobody has this name." [];
    PasswordWrong "password.wrong" 422 "This is not your present password." [];
    WorkspaceNameTaken "workspace.name_taken" 409 "Another workspace has this name already." ["name"];
    WorkspaceNotEmpty "workspace.not_empty" 409 "The workspace still has registries; disconnect them first." ["registries", "names"];
    WorkspaceLastAdmin "workspace.last_admin" 409 "This is the workspace's last administrator; make another member one first." [];
    MachineAccountNameTaken "machine_account.name_taken" 409 "Another machine account of this workspace has this name already." ["name"];
    TokenScopeInvalid "token.scope_invalid" 422 "A token cannot carry this permission, or carries none at all; those there are stand in the API's description under `Permission`." ["permission"];
    TokenExpiryInvalid "token.expiry_invalid" 422 "A token ends in the future, within 366 days." ["max_days"];
    TokenLimit "token.limit" 409 "There are too many tokens already; revoke one first." ["limit"];
    // Fields
    FieldRequired "field.required" 422 "This field is needed." [];
    FieldInvalid "field.invalid" 422 "This field has the wrong kind of value." [];
    NameMalformed "name.malformed" 422 "Use 1 to 63 lower-case letters, digits and hyphens, starting and ending with a letter or digit." [];
    PasswordLength "password.length" 422 "A password has 12 to 128 characters." ["min", "max"];
    TextTooLong "text.too_long" 422 "This text is too long." ["max"];
    AddressTooLong "address.too_long" 422 "An address has at most 255 characters." ["max"];
    AddressSchemeMissing "address.scheme_missing" 422 "Write https:// (or http://) in front of the address." ["suggestion"];
    AddressSchemeUnsupported "address.scheme_unsupported" 422 "An address starts with https:// or http://." ["scheme"];
    AddressCredentialsInside "address.credentials_inside" 422 "Leave user name and password out of the address; they have fields of their own." [];
    AddressMalformed "address.malformed" 422 "This is not an address: write https://host or https://host:port." [];
    AddressExtraParts "address.extra_parts" 422 "Leave everything after the path away: an address has no ? and no #." [];
    // Registries
    RegistryNameTaken "registry.name_taken" 409 "Another registry of this owner has this name already." ["name"];
    RegistryKindUnavailable "registry.kind_unavailable" 422 "This kind of registry cannot be integrated in this version yet." ["kind"];
    RegistryPlainHttpConsent "registry.plain_http_consent" 422 "Over plain http everybody on the way can read the password and change images; confirm that you accept this." [];
    RegistryUsernameMissing "registry.username_missing" 422 "A password needs its user name." [];
    RegistryPasswordMissing "registry.password_missing" 422 "A user name needs its password." [];
    RepositoryNameMalformed "repository.name_malformed" 422 "This is no repository's name: write it as after the host in an image's address, without tag, in lower case." ["name"];
    RepositoryTooMany "repository.too_many" 422 "There are too many repositories and prefixes listed." ["max"];
    RegistryTestLimit "registry.test_limit" 429 "You have begun too many connection tests; wait a moment." ["retry_after_s"];
    RegistrySuspended "registry.suspended" 409 "Another server answers for this registry; confirm it or correct the address first." [];
    RegistryNotSuspended "registry.not_suspended" 409 "The expected server answers; there is nothing to confirm." [];
    RegistryIdentityMoved "registry.identity_moved" 409 "Another server answers now than the one you saw; look at it again." [];
    RegistryNameUnconfirmed "registry.name_unconfirmed" 422 "Give the registry's name as `confirm`, to show that you mean this one." ["name"];
    RegistryRefreshLimit "registry.refresh_limit" 429 "You have refreshed too often; wait a moment." ["retry_after_s"];
    RegistryUnverified "registry.unverified" 409 "No whole connection test of this registry has ever passed; test it first." [];
    DescriptionTooLong "description.too_long" 422 "A description has at most 64 KiB; shorten it, or put part of it elsewhere and link to it." ["bytes", "max_bytes"];
    DescriptionControlCharacter "description.control_character" 422 "Take the control characters out of the text: of those only tabs and line breaks may stand in it." ["line"];
    // Deleting images
    DeletionUnavailable "deletion.unavailable" 409 "This registry does not let this be deleted; the reason says why." ["reason"];
    DeletionUnconfirmed "deletion.unconfirmed" 422 "More than one tag goes; give the repository's name as `confirm`, to show that you mean it." ["name", "tags"];
    TagShared "tag.shared" 409 "Other tags point at the same artifact, and this registry can only delete all of them; delete the artifact with its tags instead." ["digest", "tags"];
    TagMoved "tag.moved" 412 "The tag does not point at what you confirmed; look at it again." ["digest"];
    ArtifactListed "artifact.listed" 409 "An index lists this artifact and would be left with a hole; delete the index first." ["indexes", "names"];
    // Reading contents
    ContentsImage "contents.image" 409 "An image's layers are pulled with a client, not downloaded here; its manifest and its configuration are." [];
    ContentsTooLarge "contents.too_large" 409 "This is larger than what is downloaded here; fetch it with a client." ["size_bytes", "limit_bytes"];
    ContentsLimit "contents.limit" 429 "You have asked for too many manifests and documents; wait a moment." ["retry_after_s"];
    ContentsBusy "contents.busy" 429 "Too much is being downloaded at the moment; try again soon." ["retry_after_s"];
    SharingNotOffered "sharing.not_offered" 422 "Only a Docker Registry of the platform can be shared with all namespaces." [];
    SharingNotNeeded "sharing.not_needed" 422 "Everybody may pull from this registry without an account already, so there is nothing to share." [];
    SharingAccountMissing "sharing.account_missing" 422 "There is no account that could be delivered; give the registry a pull-only account first." [];
    SharingWriteUnproved "sharing.write_unproved" 422 "It was not proved that the account cannot write, so it is not handed out; give the registry a pull-only account instead." ["username"];
    SharingAccountCanWrite "sharing.account_can_write" 422 "This account can push images, so it is not handed out; give the registry an account that can only pull." ["username"];
    SharingConsentRequired "sharing.consent_required" 422 "Confirm that every namespace of every workspace, present and future, may pull everything from this registry." [];
    TlsSkipRefused "tls.skip_refused" 422 "A workspace's registry must prove its certificate; give its certificate authority instead." [];
    TlsCertificateInvalid "tls.certificate_invalid" 422 "This is not a certificate in PEM form; paste only the certificate authority's certificates." [];
    // Leaving the house
    OutboundAddressRefused "outbound.address_refused" 422 "Roadstead does not connect to this destination; an administrator can allow it in `outbound.allow`." [];
    UpstreamNameUnresolved "upstream.name_unresolved" 502 "The host name could not be resolved." ["step"];
    UpstreamConnectionRefused "upstream.connection_refused" 502 "The host refused the connection; is the registry running on this port?" ["step"];
    UpstreamTimeout "upstream.timeout" 502 "The registry did not answer in time." ["step", "deadline_ms"];
    UpstreamConnectionReset "upstream.connection_reset" 502 "The registry cut the connection." ["step"];
    UpstreamTlsFailed "upstream.tls_failed" 502 "No trusted TLS connection could be made." ["step", "detail"];
    UpstreamCertificateExpired "upstream.certificate_expired" 502 "The registry's certificate has expired; renew it on the registry." ["step"];
    UpstreamCertificateNotYetValid "upstream.certificate_not_yet_valid" 502 "The registry's certificate is not valid yet; check the clocks of both machines." ["step"];
    UpstreamCertificateOtherHost "upstream.certificate_other_host" 502 "The registry's certificate is for another host; use the name it was issued for." ["step"];
    UpstreamCertificateIssuerUnknown "upstream.certificate_issuer_unknown" 502 "An authority that is not trusted here issued the registry's certificate; give that authority's certificate." ["step"];
    UpstreamCertificateSelfSigned "upstream.certificate_self_signed" 502 "The registry's certificate is signed by itself; give it one issued by an authority." ["step"];
    UpstreamTlsTooOld "upstream.tls_too_old" 502 "The registry offers only TLS versions or ciphers that are broken; let it offer TLS 1.2 or newer." ["step"];
    UpstreamOtherScheme "upstream.other_scheme" 502 "The server speaks the other scheme here; change http to https in the address, or https to http." ["step", "scheme"];
    UpstreamNotARegistry "upstream.not_a_registry" 502 "Something answers there, but it is not a registry; check host, port and path." ["step"];
    UpstreamUnavailable "upstream.unavailable" 502 "The registry answered that it is not available now." ["step", "status"];
    UpstreamUnauthorized "upstream.unauthorized" 502 "The registry rejected user name or password." ["step"];
    UpstreamForbidden "upstream.forbidden" 502 "The account may not do this on the registry." ["step"];
    UpstreamTokenServiceUnconfirmed "upstream.token_service_unconfirmed" 502 "The registry sends the account to a token service that was not confirmed; test the registry and save it again." ["step", "realm"];
    UpstreamIdentityChanged "upstream.identity_changed" 502 "Another server answers than the one this registry had; nothing was sent to it." ["step"];
    UpstreamNotFound "upstream.not_found" 502 "The registry does not know what was asked for." ["step"];
    UpstreamRateLimited "upstream.rate_limited" 502 "The registry asks to slow down." ["step", "retry_after_s"];
    UpstreamUnsupported "upstream.unsupported" 502 "This registry does not offer what was asked." ["step"];
    UpstreamProtocol "upstream.protocol" 502 "The registry's answer breaks the protocol." ["step", "detail"];
    // The house itself
    CredentialBindingChanged "credential.binding_changed" 422 "Enter the password again: it was given for another address, account or certificate check." [];
    CredentialUnreadable "credential.unreadable" 500 "The stored credential cannot be opened; enter it again." [];
    StoreReadOnly "store.read_only" 503 "The database does not accept changes at the moment; reading still works." [];
    StoreUnavailable "store.unavailable" 503 "The database does not answer at the moment." [];
    InternalError "internal.error" 500 "Something went wrong inside Roadstead; the log has the details under the request id." [];
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorCode;
    use std::collections::HashSet;

    #[test]
    fn codes_are_unique_and_noun_dot_reason() {
        let mut seen = HashSet::new();
        for code in ErrorCode::ALL {
            assert!(seen.insert(code.as_str()), "{code} stands twice");
            let parts: Vec<_> = code.as_str().split('.').collect();
            assert_eq!(parts.len(), 2, "{code}");
            assert!(
                parts.iter().all(|p| !p.is_empty()
                    && p.chars().all(|c| c.is_ascii_lowercase() || c == '_')),
                "{code}"
            );
            assert!((400..600).contains(&code.status()), "{code}");
            assert!(
                code.title().ends_with('.') || code.title().ends_with('?'),
                "{code}"
            );
        }
    }
}
