//! Counts of who holds how many connections, by address and by login, and the rate of an address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// A rate with room for short bursts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Messages a second in the long run.
    pub per_second: u32,
    /// Messages at once after a pause.
    pub burst: u32,
}

impl Rate {
    fn interval(self) -> Duration {
        Duration::from_secs(1) / self.per_second.max(1)
    }
}

/// The addresses that hold connections now, or did so lately above their rate.
#[derive(Debug)]
pub(crate) struct Addresses {
    per_address: Option<u32>,
    rate: Option<Rate>,
    book: Mutex<HashMap<IpAddr, Entry>>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    open: u32,
    /// When a message would arrive if they came exactly at the rate (the "theoretical arrival time" of GCRA).
    due: Instant,
}

/// One connection's place in the count of its address; given back when dropped.
#[derive(Debug)]
pub(crate) struct AddressSeat {
    addresses: Arc<Addresses>,
    address: IpAddr,
}

impl Addresses {
    pub(crate) fn new(per_address: Option<u32>, rate: Option<Rate>) -> Arc<Self> {
        Arc::new(Self {
            per_address,
            rate,
            book: Mutex::default(),
        })
    }

    /// Takes a seat, or `Err` where the address has all it may have. Loopback needs none: behind a local tunnel all
    /// peers share one address.
    pub(crate) fn take(self: &Arc<Self>, address: IpAddr, now: Instant) -> Result<Option<AddressSeat>, ()> {
        let address = address.to_canonical();
        if address.is_loopback() || (self.per_address.is_none() && self.rate.is_none()) {
            return Ok(None);
        }
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = book.entry(address).or_insert(Entry { open: 0, due: now });
        if self.per_address.is_some_and(|most| entry.open >= most) {
            return Err(());
        }
        entry.open += 1;
        Ok(Some(AddressSeat {
            addresses: Arc::clone(self),
            address,
        }))
    }
}

impl AddressSeat {
    /// Counts one message and tells how long it has to wait.
    pub(crate) fn delay(&self, now: Instant) -> Duration {
        let Some(rate) = self.addresses.rate else {
            return Duration::ZERO;
        };
        let mut book = self.addresses.book.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(entry) = book.get_mut(&self.address) else {
            return Duration::ZERO;
        };
        let due = entry.due.max(now);
        entry.due = due + rate.interval();
        due.saturating_duration_since(now)
            .saturating_sub(rate.interval() * rate.burst.saturating_sub(1))
    }
}

impl Drop for AddressSeat {
    fn drop(&mut self) {
        let now = Instant::now();
        let mut book = self.addresses.book.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(entry) = book.get_mut(&self.address) else {
            return;
        };
        entry.open = entry.open.saturating_sub(1);
        // One who is above the rate stays in the book, or a reconnect would clear the debt.
        if entry.open == 0 && entry.due <= now {
            book.remove(&self.address);
        } else if book.len() > 4096 {
            book.retain(|_, entry| entry.open > 0 || entry.due > now);
        }
    }
}

/// The logins that hold connections now.
#[derive(Debug, Default)]
pub(crate) struct Logins(Mutex<HashMap<Arc<str>, u32>>);

/// One connection's place in the count of its login; given back when dropped.
#[derive(Debug)]
pub(crate) struct LoginSeat {
    logins: Arc<Logins>,
    pub(crate) login: Arc<str>,
}

impl Logins {
    /// Takes a seat, or `None` where the login has all it may have.
    pub(crate) fn take(self: &Arc<Self>, login: &str, most: u32) -> Option<LoginSeat> {
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let login: Arc<str> = match book.get_key_value(login) {
            Some((known, _)) => Arc::clone(known),
            None => Arc::from(login),
        };
        let open = book.entry(Arc::clone(&login)).or_insert(0);
        if *open >= most {
            return None;
        }
        *open += 1;
        Some(LoginSeat {
            logins: Arc::clone(self),
            login,
        })
    }
}

impl Drop for LoginSeat {
    fn drop(&mut self) {
        let mut book = self.logins.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = book.get_mut(&self.login) {
            *open = open.saturating_sub(1);
            if *open == 0 {
                book.remove(&self.login);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ELSEWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    #[test]
    fn counts_an_address_and_never_loopback() {
        let (addresses, now) = (Addresses::new(Some(2), None), Instant::now());
        let first = addresses.take(ELSEWHERE, now).unwrap();
        let _second = addresses.take(ELSEWHERE, now).unwrap();
        assert!(addresses.take(ELSEWHERE, now).is_err());
        drop(first);
        let _third = addresses.take(ELSEWHERE, now).unwrap();
        for _ in 0..10 {
            assert!(addresses.take("::1".parse().unwrap(), now).unwrap().is_none());
        }
    }

    #[test]
    fn forgets_an_address_that_left() {
        let (addresses, now) = (Addresses::new(Some(2), None), Instant::now());
        drop(addresses.take(ELSEWHERE, now).unwrap());
        assert!(addresses.book.lock().unwrap().is_empty());
    }

    #[test]
    fn spreads_messages_above_the_rate() {
        let rate = Rate { per_second: 10, burst: 3 };
        let (addresses, now) = (Addresses::new(None, Some(rate)), Instant::now());
        let seat = addresses.take(ELSEWHERE, now).unwrap().unwrap();
        let delays: Vec<u128> = (0..5).map(|_| seat.delay(now).as_millis()).collect();
        assert_eq!(delays, [0, 0, 0, 100, 200]);
        assert_eq!(seat.delay(now + Duration::from_secs(9)), Duration::ZERO);
    }

    #[test]
    fn counts_a_login_until_its_last_connection_ends() {
        let logins = Arc::new(Logins::default());
        let one = logins.take("automat1", 1).unwrap();
        assert!(logins.take("automat1", 1).is_none());
        let _other = logins.take("sorter1", 1).unwrap();
        drop(one);
        assert!(logins.take("automat1", 1).is_some());
    }
}
