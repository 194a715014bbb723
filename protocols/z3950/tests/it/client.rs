//! A client that speaks to a session without a socket, and a desk that answers from a handful of records.

use skranke_core::agency::AgencyId;
use skranke_core::bib::{Field, Format, Leader, Record, RecordKind, Subfield, Tag};
use skranke_core::circulation::{Refusal, Refused};
use skranke_core::desk::catalogue::{Holding, Holdings, NotUpdated, OrderRefused, Title, Updated};
use skranke_core::ids::{BibId, ControlNumber};
use skranke_core::item::Item;
use skranke_core::memory_store::samples;
use skranke_core::ports::catalogue::{BibRow, StoredBib};
use skranke_core::ports::search::{Facet, FacetWanted, ResultSet, ScannedTerm, TermList};
use skranke_core::query::IndexMap;
use skranke_core::time::Timestamp;
use skranke_z3950::codec::{BitString, InternationalString, Null, OctetString};
use skranke_z3950::gateway::ask::{Answer, Question};
use skranke_z3950::gateway::holdings::{Copies, Copy};
use skranke_z3950::message::*;
use skranke_z3950::session::{CloseReason, Session, Settings, Step, User};
use std::sync::Arc;

pub fn field(tag: &str, subfields: &[(char, &str)]) -> Field {
    Field::Data {
        tag: Tag::new(tag).unwrap(),
        indicators: ['1', '0'],
        subfields: subfields
            .iter()
            .map(|&(code, value)| Subfield { code, value: value.into() })
            .collect(),
    }
}

pub fn record(format: Format, number: &str, title: &str) -> Record {
    let mut leader = Leader::default();
    leader.set(5, "nam");
    let first = match format {
        Format::Danmarc2 => field("001", &[('a', number), ('b', "761500")]),
        Format::Marc21 | Format::Unimarc => Field::Control {
            tag: Tag::new("001").unwrap(),
            value: number.into(),
        },
    };
    Record {
        format,
        kind: RecordKind::Bib,
        leader,
        fields: vec![first, field("100", &[('a', "Olsen, Ib")]), field("245", &[('a', title)])],
    }
}

pub fn title(id: i64, record: &Record) -> Title {
    let row = BibRow::of(record, &AgencyId::parse("DK-761500"));
    Title {
        id: BibId(id),
        stored: Arc::new(StoredBib {
            id: BibId(id),
            row,
            changed: Timestamp::UNIX_EPOCH,
        }),
        above: Vec::new(),
    }
}

pub fn copies(items: Vec<Item>, due: Option<&str>) -> Copies {
    let copies = items.into_iter().map(|item| Copy {
        due: due.map(|due| due.parse().unwrap()),
        holding: Holding {
            branch_name: "Hovedbiblioteket".into(),
            due: None,
            item,
        },
    });
    Copies {
        copies: copies.collect(),
        queues: Holdings::default(),
    }
}

/// One item of the samples, available at a branch.
pub fn item(id: i64) -> Item {
    samples::item(id, 1, "main")
}

pub struct Client {
    pub session: Session,
    pub settings: Settings,
    /// How many hits every search has.
    pub hits: i64,
    pub titles: fn(BibId) -> Option<Title>,
    pub asked: Vec<String>,
    /// Why every order is refused.
    pub refuses: Option<Refusal>,
}

impl Client {
    pub fn new() -> Self {
        Self {
            session: Session::new(IndexMap::built_in()),
            settings: Settings::default(),
            hits: 3,
            titles: |id| Some(title(id.0, &record(Format::Marc21, &id.0.to_string(), "Digte"))),
            asked: Vec::new(),
            refuses: None,
        }
    }

    /// One that has said hello in version 3.
    pub fn ready() -> Self {
        let mut client = Self::new();
        let Apdu::InitResponse(response) = client.one(&Apdu::InitRequest(init())) else {
            panic!()
        };
        assert!(response.result);
        client
    }

    /// One that has said hello as a user who may update, with these services of his own asked for in Init.
    pub fn cataloguer() -> Self {
        let mut client = Self::new();
        client.settings.users.push(user("kat", true));
        let mut request = init();
        request.id_authentication = Some(IdAuthentication::Open(Secret("kat/hemmelig".into())));
        let Apdu::InitResponse(response) = client.one(&Apdu::InitRequest(request)) else {
            panic!()
        };
        assert!(response.result);
        client
    }

    /// Sends a message; all messages of the answer.
    pub fn send(&mut self, apdu: &Apdu) -> (Vec<Apdu>, Option<CloseReason>) {
        let mut bytes = Vec::new();
        apdu.encode(&mut bytes);
        self.send_bytes(&bytes)
    }

    pub fn send_bytes(&mut self, bytes: &[u8]) -> (Vec<Apdu>, Option<CloseReason>) {
        let mut step = self.session.receive(bytes, &self.settings, Timestamp::UNIX_EPOCH);
        loop {
            match step {
                Step::Ask(question) => {
                    let answer = self.desk(*question);
                    step = self.session.answer(answer, &self.settings);
                }
                Step::Reply(bytes) => return (apdus(&bytes), None),
                Step::ReplyAfter(bytes, _, why) | Step::ReplyAndClose(bytes, why) => return (apdus(&bytes), Some(why)),
                Step::Silence => return (Vec::new(), None),
            }
        }
    }

    pub fn one(&mut self, apdu: &Apdu) -> Apdu {
        let (mut answers, _) = self.send(apdu);
        assert_eq!(answers.len(), 1, "{answers:?}");
        answers.remove(0)
    }

    fn desk(&mut self, question: Question) -> Answer {
        match question {
            Question::Find(databases, find) => {
                self.asked.push(format!("{databases:?} {:?}", find.query));
                let ids: Vec<BibId> = (1..=self.hits).map(BibId).collect();
                Answer::Found(Ok(ResultSet::of(&ids)))
            }
            Question::Titles { ids, holdings } => Answer::Titles(Ok(ids
                .into_iter()
                .map(|id| {
                    let copies = if holdings { copies(vec![item(1)], None) } else { Copies::default() };
                    ((self.titles)(id), copies)
                })
                .collect())),
            Question::Scan(_, scan) => {
                let term = |n: u32| ScannedTerm {
                    term: format!("{}{n}", scan.start),
                    shown: format!("{}{n}!", scan.start),
                    records: u64::from(n),
                };
                Answer::Scanned(Ok(TermList {
                    terms: (1..=scan.count.min(5)).map(term).collect(),
                    position: Some(scan.position),
                    at_start: false,
                    at_end: false,
                }))
            }
            Question::Sort(sets, _, _) => Answer::Found(Ok(sets[0].clone())),
            Question::Survey(survey) => {
                let counts = (1..).map(Some).take(survey.operands.len()).collect();
                let facet = |wanted: &FacetWanted| Facet {
                    index: wanted.index,
                    values: vec![ScannedTerm {
                        term: "olsen, ib".into(),
                        shown: "Olsen, Ib".into(),
                        records: wanted.limit as u64,
                    }],
                };
                Answer::Surveyed(counts, survey.facets.iter().map(facet).collect())
            }
            Question::Update(changes, by) => {
                let done = changes.into_iter().map(|(action, record)| {
                    let number = record.control_number().unwrap_or_default().to_owned();
                    self.asked.push(format!("{action:?} {number} by {}", by.login));
                    match number.as_str() {
                        "taken" => Err(NotUpdated::Exists(ControlNumber(number))),
                        _ => Ok(Updated {
                            agency: by.agency.clone(),
                            control_number: ControlNumber(number),
                            changed: true,
                        }),
                    }
                });
                Answer::Updated(done.collect())
            }
            Question::Named(_, number) => Answer::Named(Ok(number.as_str().parse().ok().map(BibId))),
            Question::Order(order, actor) => {
                self.asked
                    .push(format!("{:?} for {} by {}", order.bib, order.who.card.reveal(), actor.terminal));
                Answer::Ordered(
                    self.refuses
                        .clone()
                        .map_or(Ok(()), |why| Err(OrderRefused::Refused(Refused::because(why)))),
                )
            }
            Question::Databases => panic!("nobody explains"),
        }
    }
}

fn apdus(bytes: &[u8]) -> Vec<Apdu> {
    use skranke_wire::framing::{Framer, Framing};
    let mut framer = skranke_z3950::codec::BerFramer::new(1 << 24, 64);
    let mut rest = bytes;
    let mut found = Vec::new();
    while !rest.is_empty() {
        let Ok(Framing::Whole { len }) = framer.advance(rest) else {
            panic!()
        };
        let (one, after) = rest.split_at(len);
        found.push(Apdu::decode(one).unwrap());
        rest = after;
    }
    found
}

pub fn user(name: &str, may_update: bool) -> User {
    User {
        user: name.into(),
        group: None,
        password: "hemmelig".to_owned().into(),
        may_update,
        agency: None,
        card: None,
        marc_8: false,
    }
}

pub fn init() -> InitRequest {
    InitRequest {
        reference_id: Some(OctetString(b"r1".to_vec())),
        protocol_version: BitString(0b111),
        options: BitString(u64::MAX >> 32),
        preferred_message_size: 1 << 20,
        exceptional_record_size: 1 << 20,
        id_authentication: None,
        implementation_id: None,
        implementation_name: None,
        implementation_version: None,
        user_information_field: None,
        other_info: None,
    }
}

pub fn attribute(attribute_type: i64, value: i64) -> AttributeElement {
    AttributeElement {
        attribute_set: None,
        attribute_type,
        value: AttributeValue::Numeric(value),
    }
}

pub fn term(attributes: &[(i64, i64)], text: &str) -> Node {
    Node::Operand(Operand::Term(AttributesPlusTerm {
        attributes: attributes.iter().map(|&(kind, value)| attribute(kind, value)).collect(),
        term: Term::General(OctetString(text.into())),
    }))
}

pub fn rpn(nodes: Vec<Node>) -> RpnQuery {
    RpnQuery {
        attribute_set: oid::BIB_1,
        rpn: Rpn { nodes, cut: false },
    }
}

pub fn and() -> Node {
    Node::Operator(Operator::And(Null))
}

pub fn search(name: &str, query: Query) -> SearchRequest {
    SearchRequest {
        reference_id: Some(OctetString(b"s".to_vec())),
        small_set_upper_bound: 0,
        large_set_lower_bound: 1,
        medium_set_present_number: 0,
        replace_indicator: true,
        result_set_name: name.into(),
        database_names: vec!["Default".into()],
        small_set_element_set_names: None,
        medium_set_element_set_names: None,
        preferred_record_syntax: None,
        query,
        additional_search_info: None,
        other_info: None,
    }
}

pub fn plain_search(name: &str) -> SearchRequest {
    search(name, Query::Type1(rpn(vec![term(&[(1, 4)], "digte")])))
}

pub fn present(name: &str, start: i64, number: i64) -> PresentRequest {
    PresentRequest {
        reference_id: None,
        result_set: name.into(),
        start,
        number,
        additional_ranges: None,
        composition: None,
        preferred_record_syntax: None,
        max_segment_count: Some(1),
        max_record_size: None,
        max_segment_size: None,
        other_info: None,
    }
}

pub fn condition(records: &Option<Records>) -> Option<(i64, String)> {
    match records {
        Some(Records::NonSurrogate(diagnostic)) => Some((diagnostic.condition, addinfo(diagnostic))),
        _ => None,
    }
}

pub fn addinfo(diagnostic: &DefaultDiagFormat) -> String {
    match &diagnostic.addinfo {
        Some(AddInfo::V3(text)) => text.text().into_owned(),
        Some(AddInfo::V2(VisibleString(text))) => text.text().into_owned(),
        None => String::new(),
    }
}

pub fn string(text: &str) -> InternationalString {
    text.into()
}
