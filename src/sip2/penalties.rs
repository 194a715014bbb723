//! Wrong passwords in SIP2 over HTTP: each from one address is answered later than the one before (SIP2 digest, 9.1), as on a
//! connection of TCP.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The answer never waits longer.
const LONGEST: Duration = Duration::from_secs(32);
/// So long after the last one they are forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(600);
/// So many addresses are kept in mind at most.
const ADDRESSES: usize = 10_000;

/// Wrong passwords by address.
#[derive(Debug, Default)]
pub struct Penalties(Mutex<HashMap<IpAddr, (u32, Instant)>>);

impl Penalties {
    /// One more wrong password: how long its answer waits, 1, 2, 4 … seconds.
    pub fn one_more(&self, address: IpAddr, now: Instant) -> Duration {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |last: &Instant| now.saturating_duration_since(*last) < FORGOTTEN_AFTER;
        if known.len() >= ADDRESSES {
            known.retain(|_, (_, last)| fresh(last));
        }
        let full = known.len() >= ADDRESSES && !known.contains_key(&address);
        if full {
            // An attack from everywhere: nobody's count is better than the longest wait for all.
            return LONGEST;
        }
        let entry = known.entry(address).or_insert((0, now));
        if !fresh(&entry.1) {
            entry.0 = 0;
        }
        *entry = (entry.0.saturating_add(1), now);
        Duration::from_secs(1 << (entry.0 - 1).min(31)).min(LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(n: u32) -> IpAddr {
        IpAddr::V4(n.into())
    }

    #[test]
    fn each_wrong_password_of_an_address_waits_longer_until_it_is_forgotten() {
        let (penalties, start) = (Penalties::default(), Instant::now());
        for seconds in [1, 2, 4, 8, 16, 32, 32, 32] {
            assert_eq!(penalties.one_more(address(1), start), Duration::from_secs(seconds));
        }
        assert_eq!(penalties.one_more(address(2), start), Duration::from_secs(1), "of another address");
        assert_eq!(penalties.one_more(address(1), start + FORGOTTEN_AFTER), Duration::from_secs(1));
    }

    #[test]
    fn addresses_without_end_take_no_memory_without_end() {
        let (penalties, start) = (Penalties::default(), Instant::now());
        for n in 0..20_000 {
            penalties.one_more(address(n), start);
        }
        assert_eq!(penalties.0.lock().unwrap().len(), ADDRESSES);
        assert_eq!(penalties.one_more(address(19_999), start), LONGEST);
        assert_eq!(penalties.one_more(address(19_999), start + FORGOTTEN_AFTER), Duration::from_secs(1));
    }
}
