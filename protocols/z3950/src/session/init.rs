//! Init (digest 3): versions, services, sizes, who it is, characters.

use super::settings::Credentials;
use super::{CloseReason, Identity, Session, Settings, Step};
use crate::codec::{Asn1, BitString, Charset, Element, InternationalString, Malformed, Null, Tag, Taggable, Writer};
use crate::message::negotiation::{
    CharSetNegotiation, Environment, InitialSet, Iso2022, Iso2022Proposal, Iso2022Response, LeftAndRight, PrivateCharSet, ProposedCharSet,
    Response, SelectedCharSet,
};
use crate::message::{
    Apdu, Diagnostic, Dialect, External, IdAuthentication, Information, InitRequest, InitResponse, OtherInformation, OtherInformationUnit,
    diag_1, oid, options,
};
use std::time::Duration;

/// How long a wrong password waits for its answer.
const PENALTY: Duration = Duration::from_secs(1);
/// What is registered for an implementation without a number of its own: its name.
const IMPLEMENTATION_ID: &str = "skranke";
/// The services there are.
const SERVICES: [u32; 12] = [
    options::SEARCH,
    options::PRESENT,
    options::DELETE_RESULT_SET,
    options::RESOURCE_REPORT,
    options::TRIGGER_RESOURCE_CONTROL,
    options::SCAN,
    options::SORT,
    options::EXTENDED_SERVICES,
    options::LEVEL_1_SEGMENTATION,
    options::NAMED_RESULT_SETS,
    options::NEGOTIATION_MODEL,
    options::QUERY_TYPE_104,
];

/// What Init agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Version 3, otherwise 2.
    pub version_3: bool,
    /// Services both sides know.
    pub options: BitString,
    /// Bytes of records in one answer.
    pub preferred_message_size: usize,
    /// Bytes of a record that comes alone.
    pub exceptional_record_size: usize,
    /// Characters of names, terms and messages.
    pub charset: Charset,
    /// Whether records are in that set too.
    pub records_in_charset: bool,
    /// Who speaks.
    pub identity: Identity,
}

impl Session {
    pub(super) fn init(&mut self, request: &InitRequest, settings: &Settings) -> Step {
        // A second Init begins the session anew.
        self.sets.delete_all();
        self.agreement = None;
        self.init_reference.clone_from(&request.reference_id);
        let version_3 = request.protocol_version.has(2);
        let preferred = size(request.preferred_message_size, settings.message_bytes);
        let exceptional = size(request.exceptional_record_size, settings.record_bytes).max(preferred);
        let mut shared = SERVICES
            .iter()
            .filter(|bit| request.options.has(**bit))
            .fold(0_u64, |bits, bit| bits | 1 << bit);
        let negotiated = if version_3 { negotiate(request) } else { None };
        if negotiated.is_none() {
            shared &= !(1 << options::NEGOTIATION_MODEL);
        }
        let (charset, records_in_charset) = negotiated.as_ref().map(|one| (one.charset, one.records)).unwrap_or_default();
        let credentials = credentials(request);
        let identity = settings.identify(&credentials);
        let welcome = identity.is_some();
        let mut response = InitResponse {
            reference_id: request.reference_id.clone(),
            protocol_version: version(version_3),
            options: BitString(shared),
            preferred_message_size: preferred,
            exceptional_record_size: exceptional,
            result: welcome,
            implementation_id: Some(IMPLEMENTATION_ID.into()),
            implementation_name: Some("Skranke".into()),
            implementation_version: Some(settings.version.as_str().into()),
            user_information_field: None,
            other_info: negotiated.map(|one| vec![OtherInformationUnit::external(one.answer)]),
        };
        let Some(identity) = identity else {
            return self.turn_away(response, version_3);
        };
        self.agreement = Some(Agreement {
            version_3,
            options: response.options,
            preferred_message_size: usize::try_from(preferred).unwrap_or(usize::MAX),
            exceptional_record_size: usize::try_from(exceptional).unwrap_or(usize::MAX),
            charset,
            records_in_charset,
            identity,
        });
        response.result = true;
        self.say(&Apdu::InitResponse(response))
    }

    /// One text and one time for an unknown user and a wrong password.
    fn turn_away(&mut self, mut response: InitResponse, version_3: bool) -> Step {
        let diagnostic = Diagnostic::plain(1011);
        self.refused(&diagnostic);
        self.exchange.password_failed = true;
        response.other_info = None;
        if version_3 {
            response.user_information_field = Some(reason(&diagnostic));
        }
        let mut out = Vec::new();
        Apdu::InitResponse(response).encode(&mut out);
        Step::ReplyAfter(out, PENALTY, CloseReason::Refused)
    }

    /// This login has too many connections: what it hears in place of the answer that let it in.
    pub fn too_many(&mut self) -> Vec<u8> {
        let Some(agreement) = self.agreement.take() else {
            return Vec::new();
        };
        let size = |bytes: usize| i64::try_from(bytes).unwrap_or(i64::MAX);
        let mut response = InitResponse {
            reference_id: self.init_reference.take(),
            protocol_version: version(agreement.version_3),
            options: agreement.options,
            preferred_message_size: size(agreement.preferred_message_size),
            exceptional_record_size: size(agreement.exceptional_record_size),
            result: false,
            implementation_id: Some(IMPLEMENTATION_ID.into()),
            implementation_name: Some("Skranke".into()),
            implementation_version: None,
            user_information_field: None,
            other_info: None,
        };
        let diagnostic = Diagnostic::plain(1015);
        self.refused(&diagnostic);
        if agreement.version_3 {
            response.user_information_field = Some(reason(&diagnostic));
        }
        let mut out = Vec::new();
        Apdu::InitResponse(response).encode(&mut out);
        out
    }
}

fn version(version_3: bool) -> BitString {
    BitString(if version_3 { 0b111 } else { 0b011 })
}

/// Why somebody is not welcome, where clients of version 3 look for it.
fn reason(diagnostic: &Diagnostic) -> External {
    struct Tagged(OtherInformation);

    impl Asn1 for Tagged {
        fn accepts(tag: Tag) -> bool {
            tag == Tag::context(201)
        }

        fn read(element: Element<'_>) -> Result<Self, Malformed> {
            OtherInformation::read_content(element).map(Self)
        }

        fn write(&self, out: &mut Writer) {
            self.0.write_as(Tag::context(201), out);
        }
    }

    let dialect = Dialect {
        version_3: true,
        ..Dialect::default()
    };
    let why = vec![OtherInformationUnit::external(diag_1(&diagnostic.format(dialect)))];
    // Its type has a tag of its own, which in messages stands under its component's.
    External::single(oid::USER_INFO_1, &Tagged(why))
}

/// What is asked for, or ours where nothing sensible is; never more than ours.
fn size(asked: i64, ours: i64) -> i64 {
    if asked <= 0 { ours } else { asked.min(ours) }
}

/// Name, group and password in any of the forms in which clients send them.
fn credentials(request: &InitRequest) -> Credentials {
    let text = |string: &InternationalString| string.text().into_owned();
    match &request.id_authentication {
        None | Some(IdAuthentication::Anonymous(_) | IdAuthentication::Other(_)) => Credentials::default(),
        Some(IdAuthentication::Open(token)) => {
            let token = text(&token.0);
            let mut parts = token.splitn(3, '/');
            let (user, second, third) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
            let (group, password) = match (second, third) {
                (Some(group), Some(password)) => (Some(group.to_owned()), password),
                (Some(password), None) => (None, password),
                (None, _) => (None, ""),
            };
            Credentials {
                user: user.to_owned(),
                group: group.filter(|group| !group.is_empty()),
                password: password.into(),
            }
        }
        Some(IdAuthentication::IdPass(pass)) => {
            let user = pass.user_id.as_ref().map(text).unwrap_or_default();
            let group = pass.group_id.as_ref().map(text).filter(|group| !group.is_empty());
            // Clients without a field for the group put it behind the user.
            let (user, group) = match (user.split_once('/'), group) {
                (Some((user, group)), None) => (user.to_owned(), Some(group.to_owned())),
                (_, group) => (user, group),
            };
            Credentials {
                user,
                group,
                password: pass.password.as_ref().map(|password| text(&password.0)).unwrap_or_default().into(),
            }
        }
    }
}

struct Negotiated {
    charset: Charset,
    records: bool,
    answer: External,
}

/// The first proposed set that we have; none, where we have none of them. `None` where nothing is proposed.
fn negotiate(request: &InitRequest) -> Option<Negotiated> {
    let own = request.user_information_field.iter();
    let units = request.other_info.iter().flatten().filter_map(|unit| match &unit.information {
        Information::External(external) => Some(external),
        _ => None,
    });
    let proposal = units
        .chain(own)
        .filter(|external| external.is(&oid::CHARSET_NEGOTIATION))
        .find_map(|external| match external.get::<CharSetNegotiation>() {
            Some(CharSetNegotiation::Proposal(proposal)) => Some(proposal),
            _ => None,
        })?;
    let proposed = proposal.char_sets.as_deref();
    let known = proposed.unwrap_or_default().iter().filter_map(known);
    // UTF-8 carries all that we have; whatever else is wished for comes after it.
    let chosen = known.min_by_key(|(charset, _)| u8::from(*charset != Charset::Utf8));
    let (charset, selected) = chosen.unwrap_or((Charset::Unagreed, SelectedCharSet::None(Null)));
    let records = proposal
        .records_in_selected_char_sets
        .map(|wanted| wanted && charset != Charset::Unagreed);
    let response = CharSetNegotiation::Response(Response {
        char_set: proposed.map(|_| selected),
        language: None,
        records_in_selected_char_sets: records,
    });
    Some(Negotiated {
        charset,
        records: records.unwrap_or(false),
        answer: External::single(oid::CHARSET_NEGOTIATION, &response),
    })
}

/// The registered number of ASCII.
const ASCII: i64 = 6;
/// The registered number of the right-hand part of Latin-1.
const LATIN_1_SUPPLEMENT: i64 = 100;
/// The registered number of the control characters.
const CONTROLS: i64 = 1;

fn known(proposed: &ProposedCharSet) -> Option<(Charset, SelectedCharSet)> {
    match proposed {
        ProposedCharSet::Iso10646(set) if set.encoding_level == oid::UTF_8 => Some((Charset::Utf8, SelectedCharSet::Iso10646(set.clone()))),
        ProposedCharSet::Iso10646(_) => None,
        ProposedCharSet::Private(set @ PrivateCharSet::External(external)) => {
            let name = String::from_utf8_lossy(&external.bytes()?).to_ascii_lowercase();
            let charset = match name.as_str() {
                "utf-8" | "utf8" => Charset::Utf8,
                "iso-8859-1" | "latin-1" | "latin1" | "windows-1252" => Charset::Latin1,
                _ => return None,
            };
            Some((charset, SelectedCharSet::Private(set.clone())))
        }
        ProposedCharSet::Private(_) => None,
        ProposedCharSet::Iso2022(Iso2022::Proposal(proposal)) => latin_1(proposal).map(|set| (Charset::Latin1, set)),
        ProposedCharSet::Iso2022(Iso2022::Response(_)) => None,
    }
}

/// Latin-1 by registered numbers, where it is among those that were proposed: ASCII in the lower half of a byte, its own part in
/// the upper one.
fn latin_1(proposal: &Iso2022Proposal) -> Option<SelectedCharSet> {
    let initial = proposal.initial_sets.iter().find(|set| set.g1 == Some(LATIN_1_SUPPLEMENT));
    if initial.is_none() && !proposal.sets.contains(&LATIN_1_SUPPLEMENT) {
        return None;
    }
    let sevens_only = matches!(proposal.environment, Some(Environment::SevenBit(_)));
    (!sevens_only).then(|| {
        SelectedCharSet::Iso2022(Iso2022::Response(Iso2022Response {
            environment: Environment::EightBit(Null),
            sets: vec![ASCII, LATIN_1_SUPPLEMENT],
            initial_set: initial.cloned().unwrap_or(InitialSet {
                g0: Some(ASCII),
                g1: Some(LATIN_1_SUPPLEMENT),
                g2: None,
                g3: None,
                c0: Some(CONTROLS),
                c1: None,
            }),
            left_and_right: LeftAndRight { left: 0, right: Some(1) },
        }))
    })
}
