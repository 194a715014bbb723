//! Extended services: who may, what is changed, what is ordered, and what is refused.

use crate::client::*;
use proptest::prelude::*;
use skranke_core::circulation::Refusal;
use skranke_z3950::codec::{InternationalString, OctetString, Oid, Tag, Taggable, Writer};
use skranke_z3950::message::extended::*;
use skranke_z3950::message::*;

fn task(package_type: Oid, parameters: Option<External>) -> ExtendedServicesRequest {
    ExtendedServicesRequest {
        reference_id: Some(OctetString(b"t".to_vec())),
        function: 1,
        package_type,
        package_name: Some("natten".into()),
        user_id: None,
        retention_time: None,
        permissions: None,
        description: None,
        task_specific_parameters: parameters,
        wait_action: 1,
        elements: None,
        other_info: None,
    }
}

fn asked(client: &mut Client, request: ExtendedServicesRequest) -> ExtendedServicesResponse {
    match client.one(&Apdu::ExtendedServicesRequest(request)) {
        Apdu::ExtendedServicesResponse(response) => response,
        other => panic!("{other:?}"),
    }
}

fn refused(client: &mut Client, request: ExtendedServicesRequest) -> (i64, String) {
    let response = asked(client, request);
    assert_eq!(response.operation_status, 3);
    let Some(DiagRec::Default(diagnostic)) = response.diagnostics.unwrap().into_iter().next() else {
        panic!()
    };
    (diagnostic.condition, addinfo(&diagnostic))
}

fn package(response: &ExtendedServicesResponse) -> TaskPackage {
    let external = response.task_package.as_ref().unwrap();
    assert!(external.is(&oid::TASK_PACKAGE));
    external.get().unwrap()
}

#[test]
fn tasks_need_a_user_who_may() {
    let mut client = Client::ready();
    let unknown: Oid = "1.2.840.10003.9.1".parse().unwrap();
    assert_eq!(refused(&mut client, task(oid::UPDATE, None)), (1004, String::new()));
    assert_eq!(refused(&mut client, task(unknown.clone(), None)), (221, unknown.to_string()));
    client.settings.users.push(user("gæst", false));
    let mut request = init();
    request.id_authentication = Some(IdAuthentication::Open(Secret("gæst/hemmelig".into())));
    client.one(&Apdu::InitRequest(request));
    for service in [oid::UPDATE, oid::ITEM_ORDER] {
        assert_eq!(refused(&mut client, task(service, None)), (222, "gæst".to_owned()));
    }
}

fn marcxml(number: &str) -> External {
    let text = format!(
        "<record xmlns=\"http://www.loc.gov/MARC21/slim\"><leader>00000nam a2200000 i 4500</leader>
         <controlfield tag=\"001\">{number}</controlfield><datafield tag=\"245\" ind1=\"1\" ind2=\"0\"><subfield code=\"a\">x</subfield></datafield></record>"
    );
    External::octets(oid::XML, text.into_bytes())
}

fn update(action: i64, database: &str, records: Vec<(Option<&str>, Option<External>)>) -> ExtendedServicesRequest {
    let supplied = |(place, (id, record)): (i64, (Option<&str>, Option<External>))| SuppliedRecord {
        record_id: id.map(|id| RecordId::Opaque(OctetString(id.into()))),
        supplemental_id: None,
        correlation_info: Some(CorrelationInfo {
            note: None,
            id: Some(place),
        }),
        record,
    };
    let request = Update::Request(UpdateRequest {
        to_keep: UpdateKept {
            action,
            database_name: database.into(),
            schema: None,
            element_set_name: None,
            action_qualifier: None,
        },
        not_to_keep: (1..).zip(records).map(supplied).collect(),
    });
    task(oid::UPDATE, Some(External::single(oid::UPDATE, &request)))
}

#[test]
fn records_are_put_in_replaced_and_deleted() {
    let mut client = Client::cataloguer();
    for (action, name) in [(1, "Insert"), (2, "Replace"), (3, "Delete"), (5, "Save")] {
        let response = asked(&mut client, update(action, "Default", vec![(None, Some(marcxml("5")))]));
        assert_eq!((response.operation_status, response.diagnostics.is_none()), (1, true));
        assert_eq!(response.reference_id, Some(OctetString(b"t".to_vec())));
        let package = package(&response);
        assert_eq!((package.task_status, package.package_name), (2, Some("natten".into())));
        let Some(Update::Package(done)) = package.task_specific_parameters.get() else {
            panic!()
        };
        assert_eq!(done.target_part.update_status, 1);
        let record = &done.target_part.records[0];
        assert_eq!((record.record_status, record.correlation_info.as_ref().unwrap().id), (1, Some(1)));
        assert_eq!(client.asked.pop().unwrap(), format!("{name} 5 by kat"));
    }
    // To delete a record its number will do.
    for record in [None, Some(External::octets(oid::XML, b"<r/>".to_vec()))] {
        asked(&mut client, update(3, "dk-761500", vec![(Some("77"), record)]));
        assert_eq!(client.asked.pop().unwrap(), "Delete 77 by kat");
    }
}

#[test]
fn each_record_of_an_update_has_its_own_fate() {
    let mut client = Client::cataloguer();
    let both = vec![(None, Some(marcxml("taken"))), (None, Some(marcxml("6")))];
    let response = asked(&mut client, update(1, "Default", both));
    assert_eq!(response.operation_status, 1);
    let Some(Update::Package(done)) = package(&response).task_specific_parameters.get() else {
        panic!()
    };
    let statuses: Vec<i64> = done.target_part.records.iter().map(|record| record.record_status).collect();
    assert_eq!((done.target_part.update_status, statuses), (2, vec![4, 1]));
    let Some(RecordOrDiagnostics::Diagnostics(why)) = &done.target_part.records[0].record_or_diagnostics else {
        panic!()
    };
    let DiagRec::Default(why) = &why[0] else { panic!() };
    assert_eq!((why.condition, addinfo(why)), (224, "taken".to_owned()));
    // All of them failed: the task did.
    let response = asked(&mut client, update(1, "Default", vec![(None, Some(marcxml("taken")))]));
    assert_eq!(response.operation_status, 3);
}

#[test]
fn what_is_wrong_with_a_task_is_said() {
    let mut client = Client::cataloguer();
    let good = || vec![(None, Some(marcxml("5")))];
    let with = |change: fn(&mut ExtendedServicesRequest)| {
        let mut request = update(1, "Default", good());
        change(&mut request);
        request
    };
    for (request, expected) in [
        (with(|request| request.function = 2), (219, "")),
        (with(|request| request.function = 9), (1040, "9")),
        (with(|request| request.wait_action = 7), (1047, "7")),
        (
            with(|request| request.task_specific_parameters = None),
            (1008, "taskSpecificParameters"),
        ),
        (
            with(|request| request.task_specific_parameters = Some(External::octets(oid::XML, Vec::new()))),
            (1043, "1.2.840.10003.5.109.10"),
        ),
        (
            with(|request| request.task_specific_parameters = Some(External::octets(oid::UPDATE, Vec::new()))),
            (1057, ""),
        ),
        (update(4, "Default", good()), (1044, "4")),
        (update(1, "DK-999999", good()), (236, "DK-999999")),
        (update(1, "Default", vec![(None, None)]), (1008, "record")),
        (
            update(1, "Default", vec![(None, Some(External::octets(oid::SUTRS, b"x".to_vec())))]),
            (239, "1.2.840.10003.5.101"),
        ),
        (
            update(1, "Default", (0..101).map(|n| (None, Some(marcxml(&n.to_string())))).collect()),
            (1046, "100"),
        ),
    ] {
        assert_eq!(refused(&mut client, request), (expected.0, expected.1.to_owned()));
    }
    assert!(client.asked.is_empty());
    let mut quiet = update(1, "Default", good());
    quiet.wait_action = 4;
    assert!(asked(&mut client, quiet).task_package.is_none());
}

fn contact(name: Option<&str>) -> Option<ItemOrderKept> {
    Some(ItemOrderKept {
        supplementary_description: None,
        contact: name.map(|name| Contact {
            name: Some(name.into()),
            phone: None,
            email: None,
        }),
        additional_billing: None,
    })
}

fn order(kept: Option<ItemOrderKept>, place: Option<i64>, request: Option<External>) -> ExtendedServicesRequest {
    let order = ItemOrder::Request(ItemOrderRequest {
        to_keep: kept,
        not_to_keep: RequestedItem {
            result_set_item: place.map(|item| ResultSetItem {
                result_set_id: "default".into(),
                item,
            }),
            item_request: request,
        },
    });
    task(oid::ITEM_ORDER, Some(External::single(oid::ITEM_ORDER, &order)))
}

/// ISO 10161's ILL-Request, with or without its outer tag, that names a client and a record.
fn ill(client: &str, number: &str, tagged: bool) -> External {
    struct Request(Vec<u8>);
    impl skranke_z3950::codec::Asn1 for Request {
        fn accepts(_: Tag) -> bool {
            false
        }
        fn read(element: skranke_z3950::codec::Element<'_>) -> Result<Self, skranke_z3950::codec::Malformed> {
            Err(element.wrong("only ever written"))
        }
        fn write(&self, out: &mut Writer) {
            out.prepend(&self.0);
        }
    }
    let mut out = Writer::new();
    let sequence = |out: &mut Writer| {
        out.constructed(Tag::SEQUENCE, |out| {
            out.constructed(Tag::context(16), |out| {
                out.constructed(Tag::context(20), |out| {
                    External::octets(oid::ILL_REQUEST, number.into()).write_as(Tag::EXTERNAL, out)
                });
                out.constructed(Tag::context(4), |out| {
                    InternationalString::from("Digte").write_as(Tag::GENERAL_STRING, out)
                });
            });
            out.constructed(Tag::context(15), |out| {
                out.constructed(Tag::context(2), |out| {
                    InternationalString::from(client).write_as(Tag::GENERAL_STRING, out)
                });
            });
            1_i64.write_as(Tag::context(0), out);
        });
    };
    if tagged {
        let application = Tag {
            class: skranke_z3950::codec::Class::Application,
            number: 1,
        };
        out.constructed(application, sequence);
    } else {
        sequence(&mut out);
    }
    External::single(oid::ILL_REQUEST, &Request(out.into_vec()))
}

#[test]
fn an_order_says_what_and_for_whom_in_many_forms() {
    let mut client = Client::cataloguer();
    client.one(&Apdu::SearchRequest(plain_search("default")));
    client.asked.clear();
    let xml = |text: &str| Some(External::octets(oid::XML, text.as_bytes().to_vec()));
    for (request, id, card) in [
        (order(contact(Some("12")), Some(2), None), 2, "12"),
        (order(None, Some(2), Some(ill("34", "", true))), 2, "34"),
        (order(contact(Some("12")), None, Some(ill("34", "77", false))), 77, "34"),
        (
            order(
                contact(Some("12")),
                None,
                xml("<ILL-Request-1><item-id system-no=\"78\"/></ILL-Request-1>"),
            ),
            78,
            "12",
        ),
    ] {
        let response = asked(&mut client, request);
        assert_eq!(response.operation_status, 1, "{response:?}");
        let Some(ItemOrder::Package(done)) = package(&response).task_specific_parameters.get() else {
            panic!()
        };
        assert_eq!(done.target_part.auxiliary_status, Some(2));
        assert_eq!(client.asked.pop().unwrap(), format!("BibId({id}) for {card} by kat"));
    }
}

proptest! {
    /// A request of any bytes, and one that was damaged on its way, is understood or refused.
    #[test]
    fn any_ill_request_gets_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..60), at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let Encoding::Single(Any(mut damaged)) = ill("34", "77", true).encoding else { panic!() };
        let at = at.index(damaged.len());
        damaged[at] = to;
        for request in [bytes, damaged] {
            let external = External {
                direct_reference: Some(oid::ILL_REQUEST),
                indirect_reference: None,
                encoding: Encoding::Single(Any(request)),
            };
            let order = ItemOrderRequest {
                to_keep: contact(Some("12")),
                not_to_keep: RequestedItem {
                    result_set_item: None,
                    item_request: Some(external),
                },
            };
            match skranke_z3950::gateway::order::order(&order) {
                Ok(ordered) => prop_assert!(ordered.control_number.is_some()),
                Err(diagnostic) => prop_assert!([1008, 1057].contains(&diagnostic.condition), "{diagnostic:?}"),
            }
        }
    }
}

#[test]
fn an_order_without_a_patron_is_the_users_own() {
    let mut client = Client::cataloguer();
    client.settings.users[0].card = Some(skranke_core::ids::CardNumber::new("INST"));
    let mut request = init();
    request.id_authentication = Some(IdAuthentication::Open(Secret("kat/hemmelig".into())));
    client.one(&Apdu::InitRequest(request));
    client.one(&Apdu::SearchRequest(plain_search("default")));
    // As yaz-client sends it: a set, and a request that says nothing of a client.
    assert_eq!(asked(&mut client, order(contact(None), Some(1), None)).operation_status, 1);
    assert_eq!(client.asked.pop().unwrap(), "BibId(1) for INST by kat");
}

#[test]
fn what_is_wrong_with_an_order_is_said() {
    let mut client = Client::cataloguer();
    client.one(&Apdu::SearchRequest(plain_search("default")));
    client.asked.clear();
    let form = |oid: &str| Some(External::octets(oid.parse().unwrap(), b"x".to_vec()));
    for (request, expected) in [
        (order(contact(None), Some(1), None), (1008, "client-id")),
        (order(contact(Some("1")), None, None), (1008, "resultSetItem")),
        (order(contact(Some("1")), Some(9), None), (13, "")),
        (order(contact(Some("1")), Some(0), None), (13, "")),
        (order(contact(Some("1")), Some(1), form("1.2.3")), (1009, "1.2.3")),
        (order(contact(Some("1")), Some(1), form("1.0.10161.2.1")), (1002, "")),
        (
            order(contact(Some("1")), Some(1), Some(External::single(oid::ILL_REQUEST, &5_i64))),
            (1057, "itemRequest"),
        ),
        (order(contact(Some("1")), None, Some(ill("1", "nosuch", true))), (1057, "system-no")),
    ] {
        assert_eq!(refused(&mut client, request), (expected.0, expected.1.to_owned()));
    }
    assert!(client.asked.is_empty());
    client.refuses = Some(Refusal::NotHoldable);
    assert_eq!(
        refused(&mut client, order(contact(Some("1")), Some(1), None)),
        (224, "may not be reserved".to_owned())
    );
    // The same once more is the repeat of an order whose answer was lost.
    client.refuses = Some(Refusal::AlreadyReserved { position: 1 });
    assert_eq!(asked(&mut client, order(contact(Some("1")), Some(1), None)).operation_status, 1);
}
