//! The PROXY protocol, versions 1 (text) and 2 (binary): how a balancer tells whose connection it passes on.
//!
//! Own parser: total, bounded, and it looks at nothing behind the header. Additional fields (TLV) are skipped.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Longest version 1 line, CR LF included.
const V1_LONGEST: usize = 107;
/// First bytes of version 2.
const V2_SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
/// Most bytes of addresses and additional fields that we take in version 2.
const V2_LONGEST: usize = 4096;

/// What stands at the front of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// Read on.
    More,
    /// The header is the first `len` bytes.
    Whole {
        /// Length in bytes.
        len: usize,
        /// Whose connection it is; `None` where the proxy speaks for itself (LOCAL, UNKNOWN).
        origin: Option<Origin>,
    },
}

/// Whose connection a proxy passes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The client.
    pub source: SocketAddr,
    /// Where the client connected to.
    pub destination: SocketAddr,
}

/// Why the bytes are no PROXY header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProxyFault {
    /// Neither signature.
    #[error("no PROXY header")]
    Absent,
    /// A version 1 line that cannot be read.
    #[error("PROXY version 1 line cannot be read")]
    Line,
    /// A version 2 header with an unknown version, command or family, or too short for its addresses.
    #[error("PROXY version 2 header cannot be read")]
    Binary,
    /// More additional fields than we take.
    #[error("PROXY header is longer than {V2_LONGEST} bytes")]
    TooLong,
}

/// Reads the header at the front of `held`. The same bytes with more behind them give the same answer.
pub fn parse(held: &[u8]) -> Result<Header, ProxyFault> {
    if starts(held, V2_SIGNATURE) {
        binary(held)
    } else if starts(held, b"PROXY ") {
        line(held)
    } else {
        Err(ProxyFault::Absent)
    }
}

/// Whether `held` begins with `signature`, as far as both go.
fn starts(held: &[u8], signature: &[u8]) -> bool {
    held.iter().zip(signature).all(|(one, other)| one == other)
}

fn line(held: &[u8]) -> Result<Header, ProxyFault> {
    let window = held.get(..V1_LONGEST).unwrap_or(held);
    let Some(end) = window.iter().position(|byte| *byte == b'\n') else {
        return if window.len() < V1_LONGEST {
            Ok(Header::More)
        } else {
            Err(ProxyFault::Line)
        };
    };
    let text = window
        .get(..end)
        .and_then(|line| line.strip_suffix(b"\r"))
        .and_then(|line| std::str::from_utf8(line).ok())
        .ok_or(ProxyFault::Line)?;
    let mut words = text.split(' ').skip(1);
    let origin = match words.next() {
        // Whatever follows UNKNOWN is to be ignored.
        Some("UNKNOWN") => None,
        Some(family @ ("TCP4" | "TCP6")) => {
            let mut word = || words.next().ok_or(ProxyFault::Line);
            let (source, destination) = (address(word()?, family)?, address(word()?, family)?);
            let (from, to) = (port(word()?)?, port(word()?)?);
            if words.next().is_some() {
                return Err(ProxyFault::Line);
            }
            Some(Origin {
                source: SocketAddr::new(source, from),
                destination: SocketAddr::new(destination, to),
            })
        }
        Some(_) | None => return Err(ProxyFault::Line),
    };
    Ok(Header::Whole { len: end + 1, origin })
}

fn address(word: &str, family: &str) -> Result<IpAddr, ProxyFault> {
    if family == "TCP4" {
        word.parse().map(IpAddr::V4).map_err(|_| ProxyFault::Line)
    } else {
        word.parse().map(IpAddr::V6).map_err(|_| ProxyFault::Line)
    }
}

fn port(word: &str) -> Result<u16, ProxyFault> {
    // `parse` would take a leading plus sign.
    if !word.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ProxyFault::Line);
    }
    word.parse().map_err(|_| ProxyFault::Line)
}

fn binary(held: &[u8]) -> Result<Header, ProxyFault> {
    let Some((_, rest)) = held.split_at_checked(V2_SIGNATURE.len()) else {
        return Ok(Header::More);
    };
    let Some((&[version_command, family, high, low], body)) = rest.split_first_chunk() else {
        return Ok(Header::More);
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length > V2_LONGEST {
        return Err(ProxyFault::TooLong);
    }
    let local = match version_command {
        0x20 => true,
        0x21 => false,
        _ => return Err(ProxyFault::Binary),
    };
    let Some(body) = body.get(..length) else {
        return Ok(Header::More);
    };
    let origin = match (local, family) {
        // The proxy's own health check: its connection is the connection.
        (true, _) => None,
        (false, 0x11) => Some(origin::<4>(body, |ip| Ipv4Addr::from(ip).into())?),
        (false, 0x21) => Some(origin::<16>(body, |ip| Ipv6Addr::from(ip).into())?),
        // Unspecified family: to be taken as it is.
        (false, 0x00) => None,
        (false, _) => return Err(ProxyFault::Binary),
    };
    Ok(Header::Whole {
        len: V2_SIGNATURE.len() + 4 + length,
        origin,
    })
}

/// Two addresses of `N` bytes, two ports; what follows are additional fields.
fn origin<const N: usize>(body: &[u8], ip: impl Fn([u8; N]) -> IpAddr) -> Result<Origin, ProxyFault> {
    let read = || {
        let (source, rest) = body.split_first_chunk::<N>()?;
        let (destination, rest) = rest.split_first_chunk::<N>()?;
        let (from, rest) = rest.split_first_chunk::<2>()?;
        let (to, _) = rest.split_first_chunk::<2>()?;
        Some(Origin {
            source: SocketAddr::new(ip(*source), u16::from_be_bytes(*from)),
            destination: SocketAddr::new(ip(*destination), u16::from_be_bytes(*to)),
        })
    };
    read().ok_or(ProxyFault::Binary)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn v2(command: u8, family: u8, body: &[u8]) -> Vec<u8> {
        let mut bytes = V2_SIGNATURE.to_vec();
        bytes.extend([command, family]);
        bytes.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
        bytes.extend(body);
        bytes
    }

    fn whole(bytes: &[u8]) -> (usize, Option<String>) {
        match parse(bytes) {
            Ok(Header::Whole { len, origin }) => (len, origin.map(|o| format!("{} > {}", o.source, o.destination))),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn reads_version_1() {
        let line = b"PROXY TCP4 192.0.2.1 198.51.100.2 51000 6001\r\n";
        let with_more = [line.as_slice(), b"9300CN"].concat();
        assert_eq!(
            whole(&with_more),
            (line.len(), Some("192.0.2.1:51000 > 198.51.100.2:6001".to_owned()))
        );
        assert_eq!(
            whole(b"PROXY TCP6 2001:db8::1 ::1 1 65535\r\n").1.unwrap(),
            "[2001:db8::1]:1 > [::1]:65535"
        );
        assert_eq!(whole(b"PROXY UNKNOWN\r\n"), (15, None));
        assert_eq!(whole(b"PROXY UNKNOWN ffff:f::f x y z\r\n").1, None);
    }

    #[test]
    fn refuses_bad_version_1() {
        for bad in [
            "PROXY TCP4 192.0.2.1 198.51.100.2 51000\r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.2 51000 6001 7\r\n",
            "PROXY TCP4 ::1 198.51.100.2 51000 6001\r\n",
            "PROXY TCP6 192.0.2.1 ::1 51000 6001\r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.2 65536 6001\r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.2 +1 6001\r\n",
            "PROXY TCP4  192.0.2.1 198.51.100.2 1 6001\r\n",
            "PROXY UDP4 192.0.2.1 198.51.100.2 1 6001\r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.2 1 6001\n",
        ] {
            assert_eq!(parse(bad.as_bytes()), Err(ProxyFault::Line), "{bad}");
        }
        assert_eq!(parse(&[b"PROXY ".as_slice(), &[b'x'; 200]].concat()), Err(ProxyFault::Line));
        assert_eq!(parse(b"9300CNautomat1|"), Err(ProxyFault::Absent));
        assert_eq!(parse(b"PROXIMA"), Err(ProxyFault::Absent));
    }

    #[test]
    fn reads_version_2_and_skips_its_additional_fields() {
        let mut body = vec![192, 0, 2, 1, 198, 51, 100, 2, 0xC7, 0x38, 0x17, 0x71];
        let plain = v2(0x21, 0x11, &body);
        assert_eq!(whole(&plain), (28, Some("192.0.2.1:51000 > 198.51.100.2:6001".to_owned())));
        body.extend([0x04, 0, 3, b'a', b'b', b'c']);
        assert_eq!(whole(&v2(0x21, 0x11, &body)), (34, whole(&plain).1));
        let six = [[0u8; 15].as_slice(), &[1], &[0; 15], &[2], &[0, 1, 0, 2]].concat();
        assert_eq!(whole(&v2(0x21, 0x21, &six)).1.unwrap(), "[::1]:1 > [::2]:2");
    }

    #[test]
    fn takes_a_health_check_for_the_proxy_itself() {
        assert_eq!(whole(&v2(0x20, 0x00, &[])), (16, None));
        assert_eq!(whole(&v2(0x20, 0x11, &[1; 20])), (36, None));
        assert_eq!(whole(&v2(0x21, 0x00, &[])), (16, None));
    }

    #[test]
    fn refuses_bad_version_2() {
        assert_eq!(parse(&v2(0x11, 0x11, &[0; 12])), Err(ProxyFault::Binary));
        assert_eq!(parse(&v2(0x22, 0x11, &[0; 12])), Err(ProxyFault::Binary));
        assert_eq!(parse(&v2(0x21, 0x11, &[0; 11])), Err(ProxyFault::Binary));
        assert_eq!(parse(&v2(0x21, 0x31, &[0; 216])), Err(ProxyFault::Binary));
        assert_eq!(parse(&v2(0x21, 0x11, &[0; 5000])), Err(ProxyFault::TooLong));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        /// Any bytes give an answer, and none beyond what is held.
        #[test]
        fn is_total(start in prop_oneof![
            Just(Vec::new()), Just(b"PROXY TCP4 ".to_vec()), Just(V2_SIGNATURE.to_vec())
        ], rest in prop::collection::vec(any::<u8>(), 0..300)) {
            let bytes = [start, rest].concat();
            if let Ok(Header::Whole { len, .. }) = parse(&bytes) {
                prop_assert!(len <= bytes.len());
            }
        }

        /// Cut anywhere: a prefix of a header asks for more, and what follows a header changes nothing.
        #[test]
        fn waits_for_the_whole_header(
            version_2 in any::<bool>(), ip in any::<[u8; 4]>(), from in any::<u16>(),
            extra in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let header = if version_2 {
                let body = [&ip[..], &[127, 0, 0, 1], &from.to_be_bytes(), &[0, 80], &extra].concat();
                v2(0x21, 0x11, &body)
            } else {
                format!("PROXY TCP4 {} 127.0.0.1 {from} 80\r\n", Ipv4Addr::from(ip)).into_bytes()
            };
            for cut in 0..header.len() {
                prop_assert_eq!(parse(&header[..cut]), Ok(Header::More));
            }
            let Ok(Header::Whole { len, origin: Some(origin) }) = parse(&[&header[..], &extra].concat()) else {
                panic!("not whole");
            };
            prop_assert_eq!(len, header.len());
            prop_assert_eq!(origin.source, SocketAddr::new(Ipv4Addr::from(ip).into(), from));
        }
    }
}
