//! Address allow lists.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// A range of addresses in CIDR form: `10.0.0.0/8`, `2001:db8::/32`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: u128,
    mask: u128,
    v4: bool,
}

/// Why a text is no range of addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworkFault {
    /// The part before the slash.
    #[error("\"{0}\" is no IP address")]
    Address(String),
    /// The part after the slash.
    #[error("\"{0}\" is no prefix length for this address; write 0 to {1}")]
    Prefix(String, u32),
    /// Bits are set behind the prefix: most likely a slip.
    #[error("\"{0}\" has bits set behind its prefix; write {1}")]
    HostBits(String, String),
}

impl Network {
    /// Whether the address lies in the range. An IPv4 address that came mapped into IPv6 counts as IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let (bits, v4) = bits(address.to_canonical());
        v4 == self.v4 && bits & self.mask == self.base
    }
}

fn bits(address: IpAddr) -> (u128, bool) {
    match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), true),
        IpAddr::V6(v6) => (v6.to_bits(), false),
    }
}

impl FromStr for Network {
    type Err = NetworkFault;

    fn from_str(text: &str) -> Result<Self, NetworkFault> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkFault::Address(address.to_owned()))?;
        let (base, v4) = bits(address);
        let width: u32 = if v4 { 32 } else { 128 };
        let length = match prefix {
            None => width,
            Some(prefix) => prefix
                .parse()
                .ok()
                .filter(|length| *length <= width)
                .ok_or_else(|| NetworkFault::Prefix(prefix.to_owned(), width))?,
        };
        let all = u128::MAX >> (128 - width);
        let mask = all & all.checked_shl(width - length).unwrap_or(0);
        if base & mask != base {
            let first = if v4 {
                IpAddr::from(u32::try_from(base & mask).unwrap_or_default().to_be_bytes())
            } else {
                IpAddr::from((base & mask).to_be_bytes())
            };
            return Err(NetworkFault::HostBits(text.to_owned(), format!("{first}/{length}")));
        }
        Ok(Self { base, mask, v4 })
    }
}

/// Who may connect.
#[derive(Clone, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct AllowList(Vec<Network>);

impl AllowList {
    /// No list: everyone may.
    #[must_use]
    pub const fn everyone() -> Self {
        Self(Vec::new())
    }

    /// Only these may; an empty list is [`everyone`](Self::everyone).
    #[must_use]
    pub fn only(networks: Vec<Network>) -> Self {
        Self(networks)
    }

    /// Whether there is a list at all.
    #[must_use]
    pub fn is_everyone(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a peer at this address may.
    #[must_use]
    pub fn allows(&self, address: SocketAddr) -> bool {
        self.is_everyone() || self.0.iter().any(|network| network.contains(address.ip()))
    }
}

impl TryFrom<Vec<String>> for AllowList {
    type Error = NetworkFault;

    fn try_from(texts: Vec<String>) -> Result<Self, NetworkFault> {
        texts.iter().map(|text| text.parse()).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Debug for AllowList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AllowList({} networks)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(list: &[&str], address: &str) -> bool {
        let list = list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        AllowList::try_from(list)
            .unwrap()
            .allows(SocketAddr::new(address.parse().unwrap(), 1))
    }

    #[test]
    fn allows_what_lies_in_a_range() {
        assert!(allows(&[], "203.0.113.1"));
        assert!(allows(&["10.0.0.0/8"], "10.255.0.1"));
        assert!(!allows(&["10.0.0.0/8"], "11.0.0.1"));
        assert!(allows(&["192.0.2.7"], "192.0.2.7"));
        assert!(!allows(&["192.0.2.7"], "192.0.2.8"));
        assert!(allows(&["192.0.2.7", "2001:db8::/32"], "2001:db8:1::9"));
        assert!(!allows(&["2001:db8::/32"], "2001:db9::1"));
        assert!(allows(&["0.0.0.0/0"], "255.255.255.255"));
        assert!(!allows(&["0.0.0.0/0"], "::1"));
        assert!(allows(&["::/0"], "ffff::1"));
    }

    #[test]
    fn takes_a_mapped_address_for_what_it_is() {
        assert!(allows(&["10.0.0.0/8"], "::ffff:10.1.2.3"));
        assert!(!allows(&["::/0"], "::ffff:10.1.2.3"));
    }

    #[test]
    fn says_what_is_wrong_with_a_range() {
        let fault = |text: &str| text.parse::<Network>().unwrap_err().to_string();
        assert_eq!(fault("library"), "\"library\" is no IP address");
        assert_eq!(fault("10.0.0.0/33"), "\"33\" is no prefix length for this address; write 0 to 32");
        assert_eq!(
            fault("10.0.0.9/8"),
            "\"10.0.0.9/8\" has bits set behind its prefix; write 10.0.0.0/8"
        );
        assert_eq!(
            fault("2001:db8::1/32"),
            "\"2001:db8::1/32\" has bits set behind its prefix; write 2001:db8::/32"
        );
    }
}
