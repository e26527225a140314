//! What a credential is bound to, as bytes. Two bindings have the same bytes only when they are
//! equal: every field is written with its length, and what is absent differs from what is empty.

use roadstead_core::model::{Origin, Owner, ServerIdentity, TlsPolicy};
use roadstead_core::ports::{CredentialBinding, CredentialPurpose};

/// The associated data for one purpose.
pub(crate) fn associated_data(purpose: &str, key_id: &str, binding: &CredentialBinding) -> Vec<u8> {
    // Without `..`, so that a new field does not compile before it is bound too.
    let CredentialBinding {
        registry_id,
        owner,
        kind,
        origin,
        tls,
        username,
        proxy,
        realm,
        identity,
        purpose: account,
    } = binding;
    let mut out = Fields(Vec::new());
    out.put(b"roadstead credential v1");
    out.put(purpose.as_bytes());
    out.put(key_id.as_bytes());
    out.put(registry_id.0.as_bytes());
    match owner {
        Owner::Platform => out.put(b"platform"),
        Owner::Workspace { id } => {
            out.put(b"workspace");
            out.put(id.0.as_bytes());
        }
    }
    out.put(kind.as_str().as_bytes());
    out.origin(origin);
    match tls {
        TlsPolicy::Verify => out.put(b"verify"),
        TlsPolicy::Ca { ca_pem } => {
            out.put(b"ca");
            out.put(ca_pem.as_bytes());
        }
        TlsPolicy::Skip => out.put(b"skip"),
    }
    out.put(username.as_bytes());
    out.optional_origin(proxy.as_ref());
    out.optional_origin(realm.as_ref());
    // Nothing for none: what was sealed before servers were pinned still opens. No field can be
    // taken for another, because those before it are always there.
    if let Some(identity) = identity {
        out.identity(identity);
    }
    match account {
        // As it was before there were others.
        CredentialPurpose::Integration => {}
        CredentialPurpose::PullAccount => out.put(b"pull account"),
    }
    out.0
}

struct Fields(Vec<u8>);

impl Fields {
    fn put(&mut self, field: &[u8]) {
        self.0.extend((field.len() as u64).to_be_bytes());
        self.0.extend(field);
    }

    fn origin(&mut self, origin: &Origin) {
        let Origin { scheme, host, port } = origin;
        self.put(scheme.as_str().as_bytes());
        self.put(host.as_bytes());
        self.put(&port.to_be_bytes());
    }

    fn identity(&mut self, identity: &ServerIdentity) {
        let ServerIdentity {
            product,
            auth,
            service,
            realm,
            key,
        } = identity;
        self.put(b"identity");
        self.put(product.as_str().as_bytes());
        self.put(auth.as_str().as_bytes());
        for text in [service, realm, key] {
            match text {
                None => self.put(b"none"),
                Some(text) => {
                    self.put(b"some");
                    self.put(text.as_bytes());
                }
            }
        }
    }

    fn optional_origin(&mut self, origin: Option<&Origin>) {
        match origin {
            None => self.put(b"none"),
            Some(origin) => {
                self.put(b"some");
                self.origin(origin);
            }
        }
    }
}
