//! Extended services (digest 11): changes of records, and orders. Both need a user who may.

use super::sets::Hits;
use super::{Pending, Session, Settings, Step};
use crate::codec::{InternationalString, OctetString};
use crate::gateway::ask::Question;
use crate::gateway::{diagnostics, order};
use crate::message::extended::{
    CorrelationInfo, ItemOrder, ItemOrderPackage, ItemOrderStatus, RecordOrDiagnostics, SuppliedRecord, TaskPackage, Update, UpdateKept,
    UpdatePackage, UpdateStatus, UpdatedRecord,
};
use crate::message::{Apdu, Diagnostic, ExtendedServicesRequest, ExtendedServicesResponse, External, oid};
use skranke_core::agency::AgencyId;
use skranke_core::bib::{Format, Record};
use skranke_core::desk::catalogue::{Action, Cataloguer, NotUpdated, Order, OrderRefused, Updated};
use skranke_core::desk::{Actor, Powers, Role, Who};
use skranke_core::ids::{BibId, BranchId, CardNumber, ControlNumber};
use skranke_core::ports::Fault;
use skranke_core::time::Timestamp;
use skranke_marc::Form;
use std::sync::Arc;

/// Records of one update.
const MOST_RECORDS: usize = 100;
/// `create`
const CREATE: i64 = 1;
/// The task was carried out.
const DONE: i64 = 1;
/// The task was not.
const FAILURE: i64 = 3;
/// The order waits for a copy.
const LOAN_QUEUE: i64 = 2;

/// An update that the desk has.
pub(super) struct Updating {
    pub(super) reference_id: Option<OctetString>,
    kept: UpdateKept,
    marks: Vec<Option<CorrelationInfo>>,
    package_name: Option<InternationalString>,
}

/// An order that the desk has.
pub(super) struct Ordering {
    pub(super) reference_id: Option<OctetString>,
    card: CardNumber,
    package_name: Option<InternationalString>,
}

impl Session {
    pub(super) fn task(&mut self, request: ExtendedServicesRequest, settings: &Settings, _now: Timestamp) -> Step {
        let reference_id = request.reference_id.clone();
        match self.task_question(request, settings) {
            Ok((pending, question)) => self.ask(pending, question),
            Err(diagnostic) => self.task_failed(reference_id, &diagnostic),
        }
    }

    fn task_question(&mut self, request: ExtendedServicesRequest, settings: &Settings) -> Result<(Pending, Question), Diagnostic> {
        let update = request.package_type == oid::UPDATE;
        let item_order = request.package_type == oid::ITEM_ORDER;
        if !update && !item_order {
            return Err(Diagnostic::new(221, request.package_type.to_string()));
        }
        if request.function != CREATE {
            // Tasks are carried out at once: there is none to be deleted or modified.
            return Err(match request.function {
                2 | 3 => Diagnostic::plain(219),
                other => Diagnostic::new(1040, other.to_string()),
            });
        }
        if !(1..=4).contains(&request.wait_action) {
            return Err(Diagnostic::new(1047, request.wait_action.to_string()));
        }
        let identity = self.agreement.as_ref().map(|agreement| agreement.identity.clone());
        let Some((identity, login)) = identity.and_then(|identity| identity.login.clone().map(|login| (identity, login))) else {
            return Err(Diagnostic::plain(1004));
        };
        if !identity.may_update {
            return Err(Diagnostic::new(222, login));
        }
        let parameters = request
            .task_specific_parameters
            .ok_or_else(|| Diagnostic::new(1008, "taskSpecificParameters"))?;
        if !parameters.is(&request.package_type) {
            let name = parameters.direct_reference.map(|oid| oid.to_string()).unwrap_or_default();
            return Err(Diagnostic::new(1043, name));
        }
        if update {
            let Some(Update::Request(task)) = parameters.get() else {
                return Err(Diagnostic::plain(1057));
            };
            let action = match task.to_keep.action {
                1 => Action::Insert,
                2 => Action::Replace,
                3 => Action::Delete,
                // Special update is what some clients call "insert or replace".
                other => return Err(Diagnostic::new(1044, other.to_string())),
            };
            if task.not_to_keep.len() > MOST_RECORDS {
                return Err(Diagnostic::new(1046, MOST_RECORDS.to_string()));
            }
            let mut agency = AgencyId::parse(task.to_keep.database_name.text().trim_matches(['/', '\0', ' ']));
            if agency.as_str().eq_ignore_ascii_case(skranke_core::desk::catalogue::EVERYTHING) {
                agency = identity.agency.clone();
            }
            if agency != identity.agency {
                return Err(Diagnostic::new(236, task.to_keep.database_name.text()));
            }
            let changes: Vec<(Action, Record)> = task
                .not_to_keep
                .iter()
                .map(|supplied| record(supplied).map(|record| (action, record)))
                .collect::<Result<_, _>>()?;
            let by = Cataloguer {
                protocol: "z3950",
                login,
                agency,
                may_update: true,
            };
            let updating = Updating {
                reference_id: request.reference_id,
                marks: task.not_to_keep.into_iter().map(|supplied| supplied.correlation_info).collect(),
                kept: task.to_keep,
                package_name: request.package_name,
            };
            return Ok((Pending::Update(Box::new(updating)), Question::Update(changes, by)));
        }
        let Some(ItemOrder::Request(task)) = parameters.get() else {
            return Err(Diagnostic::plain(1057));
        };
        let wanted = order::order(&task)?;
        let card = wanted.card.ok_or_else(|| Diagnostic::new(1008, "contact"))?;
        let ordering = Ordering {
            reference_id: request.reference_id,
            card,
            package_name: request.package_name,
        };
        if let Some((set, place)) = wanted.from_set {
            let Hits::Catalogue(hits) = self.sets.take_up(&set)?.hits else {
                return Err(Diagnostic::plain(1003));
            };
            let place = u64::try_from(place)
                .ok()
                .filter(|place| *place >= 1)
                .ok_or_else(|| Diagnostic::plain(13))?;
            let bib = hits.window(place - 1, 1).first().copied().ok_or_else(|| Diagnostic::plain(13))?;
            let question = self.order_of(&ordering, bib, settings);
            return Ok((Pending::Order(Box::new(ordering)), question));
        }
        let number = ControlNumber(wanted.control_number.unwrap_or_default());
        Ok((Pending::Order(Box::new(ordering)), Question::Named(identity.agency, number)))
    }

    fn order_of(&self, ordering: &Ordering, bib: BibId, settings: &Settings) -> Question {
        let identity = self.agreement.as_ref().map(|agreement| &agreement.identity);
        let agency = identity.map_or_else(|| settings.agency.clone(), |identity| identity.agency.clone());
        let actor = Actor {
            protocol: "z3950",
            terminal: self.login().unwrap_or_default().to_owned(),
            agency,
            branch: BranchId(String::new()),
            role: Role::Desk,
            powers: Powers::default(),
        };
        let order = Order {
            who: Who {
                card: ordering.card.clone(),
                pin: None,
            },
            bib,
            pickup: None,
            expires: None,
        };
        Question::Order(Box::new(order), Arc::new(actor))
    }

    /// The record that an order names by its number.
    pub(super) fn named(&mut self, ordering: Ordering, found: Result<Option<BibId>, Fault>, settings: &Settings) -> Step {
        match found {
            Ok(Some(bib)) => {
                let question = self.order_of(&ordering, bib, settings);
                self.ask(Pending::Order(Box::new(ordering)), question)
            }
            Ok(None) => self.task_failed(ordering.reference_id, &Diagnostic::new(1057, "system-no")),
            Err(_) => self.task_failed(ordering.reference_id, &Diagnostic::plain(2)),
        }
    }

    pub(super) fn ordered(&mut self, ordering: Ordering, ordered: Result<(), OrderRefused>) -> Step {
        if let Err(refused) = ordered {
            return self.task_failed(ordering.reference_id, &diagnostics::of_order(&refused));
        }
        let task = ItemOrder::Package(ItemOrderPackage {
            to_keep: None,
            target_part: ItemOrderStatus {
                item_request: None,
                status_or_error_report: None,
                auxiliary_status: Some(LOAN_QUEUE),
            },
        });
        let package = package(oid::ITEM_ORDER, ordering.package_name, External::single(oid::ITEM_ORDER, &task));
        self.task_done(ordering.reference_id, DONE, None, Some(package))
    }

    pub(super) fn updated(&mut self, updating: Updating, updated: Vec<Result<Updated, NotUpdated>>) -> Step {
        let version_3 = self.version_3();
        let failed: Vec<Diagnostic> = updated
            .iter()
            .filter_map(|one| one.as_ref().err())
            .map(diagnostics::of_update)
            .collect();
        let status = match (failed.len(), updated.len()) {
            (0, _) => 1,
            (some, all) if some < all => 2,
            _ => 3,
        };
        let records = updated.iter().zip(updating.marks).map(|(one, mark)| UpdatedRecord {
            record_or_diagnostics: one
                .as_ref()
                .err()
                .map(|error| RecordOrDiagnostics::Diagnostics(vec![diagnostics::of_update(error).record(version_3)])),
            correlation_info: mark,
            record_status: if one.is_ok() { 1 } else { 4 },
            supplemental_diagnostics: None,
        });
        let task = Update::Package(UpdatePackage {
            to_keep: updating.kept,
            target_part: UpdateStatus {
                update_status: status,
                global_diagnostics: None,
                records: records.collect(),
            },
        });
        let package = package(oid::UPDATE, updating.package_name, External::single(oid::UPDATE, &task));
        if let Some(diagnostic) = failed.first() {
            self.refused(diagnostic);
        }
        let diagnostics = (status == 3).then(|| failed.iter().map(|diagnostic| diagnostic.record(version_3)).collect());
        let operation = if status == 3 { FAILURE } else { DONE };
        self.task_done(updating.reference_id, operation, diagnostics, Some(package))
    }

    pub(super) fn task_failed(&mut self, reference_id: Option<OctetString>, diagnostic: &Diagnostic) -> Step {
        self.refused(diagnostic);
        let diagnostics = vec![diagnostic.record(self.version_3())];
        self.task_done(reference_id, FAILURE, Some(diagnostics), None)
    }

    fn task_done(
        &self,
        reference_id: Option<OctetString>,
        operation_status: i64,
        diagnostics: Option<Vec<crate::message::DiagRec>>,
        package: Option<TaskPackage>,
    ) -> Step {
        self.say(&Apdu::ExtendedServicesResponse(ExtendedServicesResponse {
            reference_id,
            operation_status,
            diagnostics,
            task_package: package.map(|package| External::single(oid::TASK_PACKAGE, &package)),
            other_info: None,
        }))
    }
}

fn package(kind: crate::codec::Oid, name: Option<InternationalString>, task: External) -> TaskPackage {
    TaskPackage {
        package_type: kind,
        package_name: name,
        user_id: None,
        retention_time: None,
        permissions: None,
        description: None,
        target_reference: None,
        creation_date_time: None,
        // Complete.
        task_status: 2,
        package_diagnostics: None,
        task_specific_parameters: task,
    }
}

/// A supplied record: MARC in any of its carriers.
fn record(supplied: &SuppliedRecord) -> Result<Record, Diagnostic> {
    let syntax = supplied.record.direct_reference.as_ref();
    let format = match syntax {
        Some(syntax) if *syntax == oid::MARC21 => Some(Format::Marc21),
        Some(syntax) if *syntax == oid::DANMARC => Some(Format::Danmarc2),
        Some(syntax) if *syntax == oid::UNIMARC => Some(Format::Unimarc),
        Some(syntax) if *syntax == oid::XML || *syntax == oid::APPLICATION_XML => None,
        other => return Err(Diagnostic::new(239, other.map(ToString::to_string).unwrap_or_default())),
    };
    let bytes = supplied.record.bytes().ok_or_else(|| Diagnostic::new(1008, "record"))?;
    let form = Form { carrier: None, format };
    match skranke_marc::read(bytes.as_slice(), form).next() {
        Some(Ok(read)) => Ok(read.record),
        Some(Err(rejected)) => Err(Diagnostic::new(224, rejected.reason.to_string())),
        None => Err(Diagnostic::new(1008, "record")),
    }
}
