//! Why a command that talks to a server did not do what was asked, and what to do about it.

use super::output::clean;
use roadstead_client::{ClientError, FieldProblem, Problem};
use roadstead_core::ErrorCode;
use std::fmt::{self, Write as _};

/// Why a command that talks to a server did not do what was asked.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The command line does not say enough, or too much.
    Usage(String),
    /// There is no usable sign-in.
    SignedOut(String),
    /// Asked for and not possible.
    Failed(String),
    /// The server refused, did not answer or made no sense.
    Server {
        /// Its address.
        server: String,
        /// What happened.
        error: ClientError,
        /// What the command at hand offers beside, when the registry is the cause.
        or: Option<&'static str>,
    },
}

impl Trouble {
    /// Whether the server refused with this code.
    pub(super) fn is(&self, code: ErrorCode) -> bool {
        match self {
            Self::Server {
                error: ClientError::Problem(problem),
                ..
            } => problem.code == code.as_str(),
            _ => false,
        }
    }

    /// The same, with what can be done instead when the registry is the cause.
    pub(super) fn or(self, instead: &'static str) -> Self {
        match self {
            Self::Server { server, error, .. } => Self::Server {
                server,
                error,
                or: Some(instead),
            },
            other => other,
        }
    }

    /// 1 refused or failed, 2 usage, 69 (`EX_UNAVAILABLE`) the server did not answer, 77
    /// (`EX_NOPERM`) not signed in or not permitted.
    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::SignedOut(_) => 77,
            Self::Failed(_) => 1,
            Self::Server { error, .. } => match error {
                ClientError::Transport(_) => 69,
                ClientError::Address | ClientError::Authority => 2,
                ClientError::Problem(problem) => match problem.status {
                    401 | 403 => 77,
                    _ => 1,
                },
                ClientError::Unreadable { status } => match status {
                    401 | 403 => 77,
                    _ => 1,
                },
            },
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::SignedOut(text) | Self::Failed(text) => f.write_str(text),
            Self::Server { server, error, or } => match error {
                ClientError::Problem(problem) => f.write_str(&refusal(problem, *or)),
                ClientError::Transport(_) => f.write_str(&silence(server, error)),
                ClientError::Unreadable { status } => write!(
                    f,
                    "the answer of {server} (status {status}) is not one of Roadstead's\n  \
                     what to do: check --server or ROADSTEAD_URL; a proxy in between may have answered"
                ),
                other => write!(f, "{other}"),
            },
        }
    }
}

fn silence(server: &str, error: &ClientError) -> String {
    let cause = error.cause().map(|c| clean(&c)).unwrap_or_default();
    let what = if cause.contains("certificate") {
        "if its certificate was issued by your own authority, give that with --server-ca-file; there is no way to leave it unchecked"
    } else {
        "check --server or ROADSTEAD_URL, and that Roadstead runs there"
    };
    let cause = if cause.is_empty() {
        String::new()
    } else {
        format!(": {cause}")
    };
    format!("{server} does not answer{cause}\n  what to do: {what}")
}

/// A refusal as people read it: what, where, what to do, and how to find it in the log.
fn refusal(problem: &Problem, or: Option<&str>) -> String {
    let mut text = format!("{} ({})", clean(&problem.title), clean(&problem.code));
    if let Some(permission) = &problem.permission {
        let _ = write!(text, "\n  missing permission: {}", clean(permission));
    }
    if let Some(step) = problem.params.get("step") {
        let _ = write!(text, "\n  in step: {}", clean(step));
    }
    for (name, label) in [
        ("detail", "detail"),
        ("name", "name"),
        ("names", "names"),
        ("retry_after_s", "seconds to wait"),
    ] {
        if let Some(value) = problem.params.get(name) {
            let _ = write!(text, "\n  {label}: {}", clean(value));
        }
    }
    for field in &problem.errors {
        let _ = write!(text, "\n  {}", field_line(field));
    }
    let codes = problem.errors.iter().map(|field| field.code.as_str());
    let mut told = Vec::new();
    for code in codes.chain([problem.code.as_str()]) {
        if let Some(what) = remedy(code).filter(|what| !told.contains(what)) {
            let _ = write!(text, "\n  what to do: {what}");
            told.push(what);
        }
    }
    if let Some(or) = or.filter(|_| problem.code.starts_with("upstream.")) {
        let _ = write!(text, "\n  or: {or}");
    }
    if let Some(id) = &problem.request_id {
        let _ = write!(text, "\n  request id: {}", clean(id));
    }
    text
}

fn field_line(field: &FieldProblem) -> String {
    // A test's fields lie one level deeper.
    let inner = field.pointer.strip_prefix("/registry");
    let pointer = inner.filter(|rest| rest.starts_with('/'));
    let name = match pointer.unwrap_or(&field.pointer) {
        "/address" => "--address".to_owned(),
        "/username" => "--username".to_owned(),
        "/password" => "password".to_owned(),
        "/tls/ca_pem" => "--ca-file".to_owned(),
        "/tls" => "--skip-tls-verification".to_owned(),
        "/plain_http_consent" => "--plain-http".to_owned(),
        "/description" => "--description".to_owned(),
        "/kind" => "--kind".to_owned(),
        other => clean(other),
    };
    let title = ErrorCode::parse(&field.code).map_or("", ErrorCode::title);
    let suggestion = field.params.get("suggestion");
    let suggestion = suggestion.map_or_else(String::new, |s| format!(" Write {}.", clean(s)));
    format!("{name}: {title}{suggestion} ({})", clean(&field.code))
}

/// What to do about it at a terminal, where the sentence itself does not say it.
pub(super) fn remedy(code: &str) -> Option<&'static str> {
    use ErrorCode as C;
    Some(match ErrorCode::parse(code)? {
        C::SessionRequired => "sign in with `roadstead login`, or set ROADSTEAD_TOKEN_FILE",
        C::TokenRejected => "make a new token in the console under Profile, and give that",
        C::PermissionDenied => "ask somebody who may, or sign in as somebody else",
        C::RequestCsrfRejected => {
            "sign in again with `roadstead login`, under the address people use"
        }
        C::RequestStale => "look at it with `roadstead registry show`, then repeat your command",
        C::RequestCursorInvalid => "start again without --cursor",
        C::ObjectNotFound => "check the name or id with `roadstead registry ls`",
        C::CredentialBindingChanged | C::RegistryPasswordMissing => {
            "give the password with --password-stdin or --password-file; on a terminal, --ask-password asks for it"
        }
        C::RegistryPlainHttpConsent => "accept that with --plain-http, or use https://",
        C::TlsSkipRefused => "give the certificate authority with --ca-file",
        C::UpstreamNameUnresolved => {
            "check the spelling, and that the name server of Roadstead's machine knows this name"
        }
        C::UpstreamConnectionRefused => {
            "nothing listens there: check the port, and that the registry runs"
        }
        C::UpstreamTimeout => "a firewall may drop the connection, or the registry is overloaded",
        C::UpstreamConnectionReset => {
            "a proxy or firewall on the way may cut it; check that https:// or http:// is right for this port"
        }
        C::UpstreamTlsFailed => {
            "if your own authority issued the certificate, give that with --ca-file; else check that it names this host and has not expired"
        }
        C::UpstreamCertificateExpired => "renew the certificate on the registry",
        C::UpstreamCertificateNotYetValid => "check the clocks of both machines",
        C::UpstreamCertificateOtherHost => {
            "use the name the certificate was issued for, or have it issued for this one"
        }
        C::UpstreamCertificateIssuerUnknown => {
            "give the authority that issued the certificate with --ca-file; if it was renewed, the new one"
        }
        C::UpstreamCertificateSelfSigned => {
            "give the registry a certificate issued by an authority, and that authority with --ca-file"
        }
        C::UpstreamTlsTooOld => "let the registry offer TLS 1.2 or newer",
        C::UpstreamOtherScheme => {
            "change https:// in --address to http://, or http:// to https://; http:// needs --plain-http"
        }
        C::UpstreamNotARegistry => "check address, port, and whether a path is needed",
        C::UpstreamUnavailable => "look at the registry's own log, and try again when it is well",
        C::UpstreamUnauthorized => {
            "check user name and password; if none were given, the registry asks for an account"
        }
        C::UpstreamForbidden => "give the account the right to list and read, or use another one",
        C::UpstreamNotFound => "check the address, and whether a path is needed",
        C::UpstreamRateLimited => "wait a minute, then try again",
        C::UpstreamUnsupported => {
            "look for a setting of the registry that allows user name and password"
        }
        C::UpstreamProtocol => {
            "a proxy in between may change the answer; check that the address leads to the registry itself"
        }
        C::StoreReadOnly | C::StoreUnavailable | C::RequestTimeout => {
            "try again in a moment; if it stays, an administrator should look at the server"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Trouble, refusal};
    use roadstead_client::{ClientError, Problem};
    use serde_json::json;

    fn problem(body: serde_json::Value) -> Problem {
        serde_json::from_value(body).expect("a problem")
    }

    #[test]
    fn refusal_says_what_where_what_to_do_and_how_to_find_it() {
        let text = refusal(
            &problem(json!({
                "status": 422, "code": "request.invalid", "title": "Some fields are not acceptable.",
                "errors": [
                    {"pointer": "/registry/address", "code": "address.scheme_missing", "params": {"suggestion": "https://r"}},
                    {"pointer": "/password", "code": "credential.binding_changed"},
                    {"pointer": "/registry_id", "code": "field.invalid"},
                ],
                "request_id": "req-1",
            })),
            None,
        );
        for part in [
            "Some fields are not acceptable. (request.invalid)\n",
            "\n  --address: Write https:// (or http://) in front of the address. Write https://r. (address.scheme_missing)",
            "\n  password: Enter the password again",
            "\n  what to do: give the password with --password-stdin",
            "\n  /registry_id: ",
            "\n  request id: req-1",
        ] {
            assert!(text.contains(part), "{part:?} is not in {text}");
        }
    }

    #[test]
    fn sec_31_refusal_of_a_hostile_server_does_not_reach_the_terminal_raw() {
        let bad = "\u{1b}]0;x\u{7}\u{9b}2J\n";
        let text = refusal(
            &problem(json!({
                "status": 403, "code": bad, "title": bad, "permission": bad, "request_id": bad,
                "params": {"step": bad, "detail": bad, "name": bad},
                "errors": [{"pointer": bad, "code": bad, "params": {"suggestion": bad}}],
            })),
            None,
        );
        let control = text.replace('\n', "");
        assert!(!control.chars().any(char::is_control), "{text:?}");
    }

    #[test]
    fn only_what_the_command_offers_is_offered_and_only_when_the_registry_is_the_cause() {
        let of = |code: &str, or| {
            refusal(
                &problem(json!({"status": 502, "code": code, "title": "T"})),
                or,
            )
        };
        let offered = Some("store it unchecked with --save-anyway");
        assert!(of("upstream.timeout", offered).contains("\n  or: store it unchecked"));
        assert!(!of("request.stale", offered).contains("or:"));
        assert!(!of("upstream.timeout", None).contains("or:"));
    }

    #[test]
    fn exit_code_tells_refused_from_signed_out() {
        let of = |status: u16| {
            let problem = problem(json!({"status": status, "code": "a.b", "title": "T"}));
            let error = ClientError::Problem(Box::new(problem));
            let server = "http://127.0.0.1:1".to_owned();
            let or = None;
            Trouble::Server { server, error, or }.exit_code()
        };
        let codes = [400, 401, 403, 404, 409, 412, 422, 429, 502, 503].map(of);
        assert_eq!(codes, [1, 77, 77, 1, 1, 1, 1, 1, 1, 1]);
    }
}
