//! Where Roadstead may connect to: the rules of `outbound.allow` and `outbound.deny`. Checked for
//! address literals, for every resolved address, and again for every redirect.

use ipnet::IpNet;
use roadstead_core::model::Origin;
use roadstead_core::ports::RegistryError;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The destination is not allowed. It does not say why: the answer is the same for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the destination is not allowed")]
pub struct Refused;

impl From<Refused> for RegistryError {
    fn from(Refused: Refused) -> Self {
        Self::Refused
    }
}

/// Which destinations are allowed for whoever owns a registry.
#[derive(Debug, Clone, Default)]
pub struct OutboundPolicy {
    /// Ranges opened by the administrator: loopback and private addresses only become reachable
    /// here (or by [`Self::private_ranges`]). Never opens what is always refused.
    pub allow: Vec<IpNet>,
    /// Ranges closed by the administrator. Beats everything.
    pub deny: Vec<IpNet>,
    /// Where Roadstead itself and its database listen. An unspecified address (`0.0.0.0`, `::`)
    /// stands for every address of this machine on that port.
    pub own: Vec<SocketAddr>,
    /// Whether private ranges are open without being listed: true for platform administrators.
    pub private_ranges: bool,
}

impl OutboundPolicy {
    /// Whether this destination may be contacted.
    ///
    /// # Errors
    /// [`Refused`], without a reason.
    pub fn check(&self, address: IpAddr, port: u16) -> Result<(), Refused> {
        let inner = canonical(address);
        let listed = |nets: &[IpNet]| {
            nets.iter()
                .any(|net| net.contains(&inner) || net.contains(&address))
        };
        if listed(&self.deny) || is_never_allowed(inner) || self.is_own(inner, port) {
            return Err(Refused);
        }
        let open = match reach(inner) {
            Reach::Public => true,
            Reach::Private => self.private_ranges || listed(&self.allow),
            Reach::Loopback => listed(&self.allow),
        };
        if open { Ok(()) } else { Err(Refused) }
    }

    /// Checks the host of an origin when it is an address literal; names are checked when they
    /// are resolved. `url` has already turned octal, decimal and hexadecimal forms into dotted
    /// ones.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn check_literal(&self, origin: &Origin) -> Result<(), Refused> {
        let host = origin.host.trim_start_matches('[').trim_end_matches(']');
        match host.parse::<IpAddr>() {
            Ok(address) => self.check(address, origin.port),
            Err(_) => Ok(()),
        }
    }

    fn is_own(&self, address: IpAddr, port: u16) -> bool {
        self.own.iter().any(|own| {
            let ip = canonical(own.ip());
            own.port() == port && (ip == address || (ip.is_unspecified() && is_local(address)))
        })
    }
}

/// Whether the host of an origin is an address literal that is not a public one.
pub(crate) fn is_inner_literal(origin: &Origin) -> bool {
    let host = origin.host.trim_start_matches('[').trim_end_matches(']');
    host.parse::<IpAddr>().is_ok_and(|address| {
        let inner = canonical(address);
        is_never_allowed(inner) || !matches!(reach(inner), Reach::Public)
    })
}

/// Whether the address is one of this machine's: only those can be bound.
fn is_local(address: IpAddr) -> bool {
    address.is_loopback() || std::net::UdpSocket::bind((address, 0)).is_ok()
}

enum Reach {
    Public,
    Private,
    Loopback,
}

/// The IPv4 address inside a mapped, compatible, 6to4 or NAT64 one; other addresses as they are.
fn canonical(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else {
        return address;
    };
    let s = v6.segments();
    let v4 = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        IpAddr::V4(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        // :: and ::1 are addresses of their own.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => address,
        // ::ffff:a.b.c.d, ::a.b.c.d, and ::ffff:0:a.b.c.d
        [0, 0, 0, 0, 0, 0xffff | 0, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] => {
            v4(high, low)
        }
        // 6to4
        [0x2002, high, low, ..] => v4(high, low),
        // NAT64, well-known and local-use prefixes
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x64, 0xff9b, 1, _, _, _, high, low] => {
            v4(high, low)
        }
        _ => address,
    }
}

/// What no setting can open.
fn is_never_allowed(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, ..] = v4.octets();
            a == 0
                || v4.is_link_local()
                || v4.is_multicast()
                || v4.is_broadcast()
                || METADATA_V4.contains(&v4)
        }
        IpAddr::V6(v6) => {
            let s = v6.segments();
            v6.is_unspecified()
                || v6.is_multicast()
                || (s[0] & 0xffc0) == 0xfe80
                // Teredo: a tunnel to an address that cannot be judged.
                || (s[0] == 0x2001 && s[1] == 0)
                || METADATA_V6.contains(&v6)
        }
    }
}

/// Metadata services outside 169.254.0.0/16.
const METADATA_V4: [Ipv4Addr; 3] = [
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(192, 0, 0, 192),
];

/// Metadata services outside `fe80::/10`.
const METADATA_V6: [Ipv6Addr; 2] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
];

fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            if v4.is_loopback() {
                Reach::Loopback
            } else if v4.is_private() || (a == 100 && (b & 0xc0) == 64) || a >= 240 {
                Reach::Private
            } else {
                Reach::Public
            }
        }
        IpAddr::V6(v6) => {
            let first = v6.segments()[0];
            if v6.is_loopback() {
                Reach::Loopback
            } else if (first & 0xfe00) == 0xfc00 || (first & 0xffc0) == 0xfec0 {
                Reach::Private
            } else {
                Reach::Public
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OutboundPolicy;
    use std::net::IpAddr;

    fn policy(allow: &[&str], deny: &[&str], own: &[&str]) -> OutboundPolicy {
        OutboundPolicy {
            allow: allow.iter().map(|t| t.parse().expect("net")).collect(),
            deny: deny.iter().map(|t| t.parse().expect("net")).collect(),
            own: own.iter().map(|t| t.parse().expect("address")).collect(),
            private_ranges: true,
        }
    }

    fn open(policy: &OutboundPolicy, address: &str, port: u16) -> bool {
        let address: IpAddr = address.parse().expect("address");
        policy.check(address, port).is_ok()
    }

    #[test]
    fn sec_10_deny_beats_allow() {
        let policy = policy(&["10.0.0.0/8"], &["10.1.0.0/16"], &[]);
        assert!(open(&policy, "10.2.0.1", 443));
        assert!(!open(&policy, "10.1.0.1", 443));
        assert!(!open(&policy, "::ffff:10.1.0.1", 443));
        assert!(!open(&policy, "2002:a01:1::", 443));
    }

    #[test]
    fn sec_10_deny_of_a_v6_range_holds_for_the_written_form() {
        let policy = policy(&[], &["64:ff9b::/96"], &[]);
        assert!(!open(&policy, "64:ff9b::808:808", 443));
        assert!(open(&policy, "8.8.8.8", 443));
    }

    #[test]
    fn sec_10_link_local_and_metadata_stay_closed_though_allowed() {
        let policy = policy(&["0.0.0.0/0", "::/0"], &[], &[]);
        for address in [
            "169.254.169.254",
            "fe80::1",
            "fd00:ec2::254",
            "0.0.0.0",
            "::",
            "224.0.0.1",
        ] {
            assert!(!open(&policy, address, 80), "{address}");
        }
        assert!(open(&policy, "127.0.0.1", 80));
    }

    #[test]
    fn sec_10_own_listener_stays_closed_though_loopback_is_allowed() {
        let policy = policy(
            &["127.0.0.0/8", "::1/128"],
            &[],
            &["127.0.0.1:8470", "0.0.0.0:5432"],
        );
        assert!(!open(&policy, "127.0.0.1", 8470));
        assert!(!open(&policy, "::ffff:127.0.0.1", 8470));
        assert!(!open(&policy, "127.0.0.5", 5432));
        assert!(!open(&policy, "::1", 5432));
        assert!(open(&policy, "127.0.0.1", 5000));
    }
}
