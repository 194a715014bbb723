//! What the operator has laid down for this listener: who may come, and bounds.

use secrecy::{ExposeSecret, SecretString};
use skranke_core::agency::AgencyId;
use skranke_core::ids::CardNumber;

/// Settings of a listener.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Who may come. Where there is none, anybody may, and nobody may change anything.
    pub users: Vec<User>,
    /// Whether, beside users, who says no name may search.
    pub anonymous: bool,
    /// The library whose records and orders these are where nothing else is said.
    pub agency: AgencyId,
    /// Bytes of records in one answer, at most.
    pub message_bytes: i64,
    /// Bytes of a record that comes alone, at most.
    pub record_bytes: i64,
    /// Result sets of one session.
    pub result_sets: usize,
    /// Memory of all result sets of one session, bytes.
    pub result_set_bytes: usize,
    /// MARC 21 goes out in MARC-8, for clients that read nothing else.
    pub marc_8: bool,
    /// Whether the answer to a search of several operands tells what each finds by itself. It costs a search for each.
    pub operand_counts: bool,
    /// Our version, as Init tells it.
    pub version: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            users: Vec::new(),
            anonymous: false,
            agency: AgencyId::parse("DK-761500"),
            message_bytes: 16 * 1024 * 1024,
            record_bytes: 16 * 1024 * 1024,
            result_sets: 100,
            result_set_bytes: 256 * 1024 * 1024,
            marc_8: false,
            operand_counts: false,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// Somebody who may come.
#[derive(Debug, Clone)]
pub struct User {
    /// His name.
    pub user: String,
    /// His group: in Denmark his library's number. Any where `None`.
    pub group: Option<String>,
    /// His password.
    pub password: SecretString,
    /// Whether he may change records and order.
    pub may_update: bool,
    /// The library whose records he keeps; the listener's where `None`.
    pub agency: Option<AgencyId>,
    /// The patron for whom he orders where an order names none: his library's own card.
    pub card: Option<CardNumber>,
    /// Whether he gets MARC 21 in MARC-8.
    pub marc_8: bool,
}

/// Who speaks on a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// His name, where he proved it.
    pub login: Option<String>,
    /// Whether he may change records and order.
    pub may_update: bool,
    /// The library whose records he keeps.
    pub agency: AgencyId,
    /// The patron for whom he orders where an order names none.
    pub card: Option<CardNumber>,
    /// Whether he gets MARC 21 in MARC-8.
    pub marc_8: bool,
}

/// Name, group and password as Init brought them.
#[derive(Debug, Default)]
pub(super) struct Credentials {
    pub(super) user: String,
    pub(super) group: Option<String>,
    pub(super) password: SecretString,
}

impl Settings {
    /// Who this is; `None` where he is not welcome. An unknown user costs as much time as a wrong password.
    pub(super) fn identify(&self, credentials: &Credentials) -> Option<Identity> {
        let nobody = Identity {
            login: None,
            may_update: false,
            agency: self.agency.clone(),
            card: None,
            marc_8: self.marc_8,
        };
        if self.users.is_empty() {
            return Some(nobody);
        }
        let given = credentials.password.expose_secret();
        if credentials.user.is_empty() && credentials.group.is_none() && given.is_empty() {
            return self.anonymous.then_some(nobody);
        }
        let mut found = None;
        for user in &self.users {
            let known = user.user == credentials.user && (user.group.is_none() || user.group == credentials.group);
            let right = equal(given.as_bytes(), user.password.expose_secret().as_bytes());
            if known && right {
                found = Some(user);
            }
        }
        found.map(|user| Identity {
            login: Some(user.user.clone()),
            may_update: user.may_update,
            agency: user.agency.clone().unwrap_or_else(|| self.agency.clone()),
            card: user.card.clone(),
            marc_8: user.marc_8 || self.marc_8,
        })
    }
}

/// Compares without telling by its time where the difference is.
fn equal(given: &[u8], known: &[u8]) -> bool {
    let longer = given.len().max(known.len());
    let at = |bytes: &[u8], place: usize| bytes.get(place).copied().unwrap_or(0);
    let difference = (0..longer).fold(given.len() ^ known.len(), |sum, place| {
        sum | usize::from(at(given, place) ^ at(known, place))
    });
    difference == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        let user = |user: &str, group: Option<&str>| User {
            user: user.into(),
            group: group.map(Into::into),
            password: "hemmelig".into(),
            may_update: true,
            agency: None,
            card: None,
            marc_8: false,
        };
        Settings {
            users: vec![user("kat", None), user("ill", Some("761500"))],
            ..Settings::default()
        }
    }

    fn try_as(user: &str, group: Option<&str>, password: &str) -> Option<String> {
        let credentials = Credentials {
            user: user.into(),
            group: group.map(Into::into),
            password: password.into(),
        };
        settings().identify(&credentials).and_then(|identity| identity.login)
    }

    #[test]
    fn a_user_proves_name_group_and_password() {
        assert_eq!(try_as("kat", None, "hemmelig").as_deref(), Some("kat"));
        assert_eq!(try_as("kat", Some("x"), "hemmelig").as_deref(), Some("kat"));
        assert_eq!(try_as("ill", Some("761500"), "hemmelig").as_deref(), Some("ill"));
        for (user, group, password) in [
            ("kat", None, "hemmeli"),
            ("kat", None, ""),
            ("ill", None, "hemmelig"),
            ("", None, "hemmelig"),
            ("", None, ""),
        ] {
            assert_eq!(try_as(user, group, password), None);
        }
    }
}
