//! A terminal's account as the operator writes it (`[[sip2.terminal]]`). Every key but `login` and the password has a default.

use crate::codec::{Charset, Terminator, tables};
use crate::gateway::extensions::{Extension, Profile};
use crate::gateway::lists::ListFormat;
use crate::message::types::Secret;
use serde::{Deserialize, Deserializer};
use skranke_core::agency::AgencyId;
use skranke_core::desk::Role;
use skranke_core::ids::BranchId;
use skranke_core::policy::AccessProfile;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// `[[sip2.terminal]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Account {
    /// Login user id (CN).
    pub login: String,
    /// Login password (CO); better in a file, or as its salted hash: `sha256:SALT:HEX`.
    pub password: Option<Secret>,
    /// File that holds the password. Read by the configuration, which then fills `password`.
    pub password_file: Option<PathBuf>,
    /// Whose terminal it is; the default agency where none.
    pub agency: Option<AgencyId>,
    /// Where it stands; where none, the message's or login's location decides.
    pub branch: Option<BranchId>,
    /// What it is.
    pub role: Role,
    /// Which extensions it understands; by its role where none.
    pub profile: Option<Profile>,
    /// Single extensions beside the profile's: `"10:CV"`.
    pub extensions: Vec<Extension>,
    /// Its character set; the listener's where none.
    pub charset: Option<Charset>,
    /// What ends our messages to it.
    pub terminator: Terminator,
    /// Addresses (CIDR) from which it may log in; all where empty. Enforced by the listener.
    pub allow: Vec<String>,
    /// Addresses (CIDR) from which it needs no login at all. Enforced by the listener.
    pub trusted: Vec<String>,
    /// Command ids that it may send; all but 25 where none. 93, 97 and 99 always work.
    #[serde(deserialize_with = "command_ids")]
    pub messages: Option<Vec<[u8; 2]>>,
    /// Fields that it never gets.
    #[serde(deserialize_with = "field_ids")]
    pub hide_fields: Vec<[u8; 2]>,
    /// Language of its screen (ISO 639-1); the agency's where none.
    pub language: Option<String>,
    /// The institution id (AO) that we answer with; the agency's ISIL where none.
    pub institution: Option<String>,
    /// Refuse requests that name another institution.
    pub strict_institution: bool,
    /// AE: `{name}`, `{first}`, `{last}`, `{initials}`.
    pub name_template: String,
    /// DA: the same, and `{pickup_number}`.
    pub hold_name_template: String,
    /// AV: `{id}`, `{amount}`, `{currency}`, `{type}`, `{type_name}`, `{text}`, `{date}`, `{raised}`, `{paid}`.
    pub fine_template: String,
    /// What stands in the entries of lists.
    pub list_format: ListFormat,
    /// AH as a strftime format; the 18-character form where none.
    pub due_date_format: Option<String>,
    /// Returning an item that is not on loan succeeds.
    pub checked_in_ok: bool,
    /// A patron's command needs the PIN.
    pub require_pin: bool,
    /// A wrong PIN is answered as a card that nobody has, byte for byte but for the card: BL N and nothing of the patron. With
    /// `require_pin` a missing PIN too. Without, BL says that the card exists.
    pub conceal_patrons: bool,
    /// It may renew.
    pub renewals: bool,
    /// It may renew loans of others.
    pub third_party_renewal: bool,
    /// It may block cards (01).
    pub status_update: bool,
    /// It may report what already happened (no block).
    pub offline: bool,
    /// It may set returns back in time.
    pub backdate: bool,
    /// It may undo its own last check-out or check-in.
    pub undo: bool,
    /// A payment may exceed what is owed.
    pub overpayment: bool,
    /// A fee type other than 01 in message 37 narrows the payment to that type.
    pub fee_type_narrows: bool,
    /// What its payment types mean: its code to ours.
    pub payment_types: BTreeMap<String, u8>,
    /// An item caught for a hold is tied to it at once.
    pub fulfil_holds: bool,
    /// Switch security off on renewal too: for automats on which the book lies.
    pub renew_desensitize: bool,
    /// CT at every check-in, own branch included.
    pub ct_always_send: bool,
    /// CV `00` where there is nothing special.
    pub cv_always_send: bool,
    /// Patron and item numbers are compared in capitals.
    pub case_insensitive_ids: bool,
    /// BN holds the reason after the barcode.
    pub unrenewed_reason: bool,
    /// Security marker (2 digits) of the library's items.
    pub security_marker: u16,
    /// A friendly line at the end of a patron's session.
    pub farewell: Option<String>,
    /// What it hears on a command that nobody knows.
    pub unknown_command: UnknownCommand,
    /// 98: how long it shall wait, tenths of a second; 999 says nothing.
    pub timeout_period: u16,
    /// 98: how often it shall try; 999 says nothing.
    pub retries_allowed: u16,
    /// Which sorting profile gives the bins (CL).
    pub sort_profile: Option<String>,
    /// For a door: who may pass.
    pub access: Option<AccessProfile>,
}

/// What a terminal hears on a command that nobody knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnknownCommand {
    /// Nothing, as the protocol wants.
    #[default]
    Ignore,
    /// 96; most terminals then repeat themselves until they give up.
    Resend,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            login: String::new(),
            password: None,
            password_file: None,
            agency: None,
            branch: None,
            role: Role::Automat,
            profile: None,
            extensions: Vec::new(),
            charset: None,
            terminator: Terminator::Cr,
            allow: Vec::new(),
            trusted: Vec::new(),
            messages: None,
            hide_fields: Vec::new(),
            language: None,
            institution: None,
            strict_institution: false,
            name_template: "{name}".to_owned(),
            hold_name_template: "{name}".to_owned(),
            fine_template: "{id} {amount} {text}".to_owned(),
            list_format: ListFormat::Barcode,
            due_date_format: None,
            checked_in_ok: true,
            require_pin: false,
            conceal_patrons: false,
            renewals: true,
            third_party_renewal: false,
            status_update: true,
            offline: true,
            backdate: true,
            undo: true,
            overpayment: false,
            fee_type_narrows: false,
            payment_types: BTreeMap::new(),
            fulfil_holds: true,
            renew_desensitize: false,
            ct_always_send: false,
            cv_always_send: false,
            case_insensitive_ids: false,
            unrenewed_reason: false,
            security_marker: 0,
            farewell: None,
            unknown_command: UnknownCommand::Ignore,
            timeout_period: 100,
            retries_allowed: 3,
            sort_profile: None,
            access: None,
        }
    }
}

impl Account {
    /// The extension profile that holds.
    pub fn profile(&self) -> Profile {
        self.profile.unwrap_or(match self.role {
            Role::Sorter => Profile::Sorter,
            Role::Desk | Role::Automat | Role::Door => Profile::Plain,
        })
    }

    /// Whether it may send this command.
    pub fn allows(&self, command: [u8; 2]) -> bool {
        const ALWAYS: [&[u8; 2]; 3] = [b"93", b"97", b"99"];
        ALWAYS.contains(&&command)
            || match &self.messages {
                Some(list) => list.contains(&command),
                None => command != *b"25" && tables::message(command).is_some(),
            }
    }

    /// Whether this command does anything for it: what 98 promises. One that its account turns off is refused each time.
    pub fn serves(&self, command: [u8; 2]) -> bool {
        let turned_on = match &command {
            b"01" => self.status_update,
            b"29" | b"65" => self.renewals,
            _ => true,
        };
        turned_on && self.allows(command)
    }

    /// Whether it may report what happened off-line.
    pub fn takes_offline(&self) -> bool {
        self.offline && (self.allows(*b"11") || self.allows(*b"09"))
    }
}

fn command_ids<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<[u8; 2]>>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let id = |text: String| {
        let id: Option<[u8; 2]> = text.as_bytes().try_into().ok();
        id.filter(|id| tables::message(*id).is_some())
            .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is no command of SIP2; write two digits such as \"11\"")))
    };
    texts.into_iter().map(id).collect::<Result<_, _>>().map(Some)
}

fn field_ids<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<[u8; 2]>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let id = |text: String| {
        text.as_bytes()
            .try_into()
            .map_err(|_| serde::de::Error::custom(format!("{text:?} is no field id; write two letters such as \"BD\"")))
    };
    texts.into_iter().map(id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contracts_minimal_terminal_is_read() {
        let account: Account = toml::from_str(
            r#"
            login = "automat1"
            password = "secret"
            agency = "DK-761500"
            branch = "hovedbiblioteket"
            "#,
        )
        .unwrap();
        assert!(account.allows(*b"11") && account.allows(*b"01") && !account.allows(*b"25"));
        assert!(!format!("{account:?}").contains("secret"));
    }

    #[test]
    fn wrong_keys_and_ids_are_named() {
        let wrong = |text: &str| toml::from_str::<Account>(text).unwrap_err().to_string();
        assert!(wrong("login = \"a\"\nbrnch = \"x\"").contains("brnch"));
        assert!(wrong("messages = [\"77\"]").contains("77"));
        assert!(wrong("hide_fields = [\"B\"]").contains("\"B\""));
        assert!(wrong("charset = \"ebcdic\"").contains("cp850"));
    }
}
