//! Extended services (digest 11): changes of records, and orders. Both need a user who may.

use super::sets::Hits;
use super::{Identity, Pending, Session, Settings, Step};
use crate::codec::{InternationalString, OctetString, Oid};
use crate::gateway::ask::Question;
use crate::gateway::{diagnostics, order};
use crate::message::extended::{
    CorrelationInfo, ItemOrder, ItemOrderPackage, ItemOrderStatus, RecordId, RecordOrDiagnostics, SuppliedRecord, TaskPackage, Update,
    UpdateKept, UpdatePackage, UpdateStatus, UpdatedRecord,
};
use crate::message::{Apdu, DiagRec, Diagnostic, ExtendedServicesRequest, ExtendedServicesResponse, External, oid};
use skranke_core::agency::AgencyId;
use skranke_core::bib::{Field, Format, Leader, Record, RecordKind, Tag};
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

/// `dontReturnPackage`
const NO_PACKAGE: i64 = 4;

/// What the answer takes from the request, whatever the service.
pub(super) struct Task {
    pub(super) reference_id: Option<OctetString>,
    package_name: Option<InternationalString>,
    wait_action: i64,
}

/// An update that the desk has.
pub(super) struct Updating {
    pub(super) task: Task,
    kept: UpdateKept,
    marks: Vec<Option<CorrelationInfo>>,
}

/// An order that the desk has.
pub(super) struct Ordering {
    pub(super) task: Task,
    card: CardNumber,
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
        if !update && request.package_type != oid::ITEM_ORDER {
            return Err(Diagnostic::new(221, request.package_type.to_string()));
        }
        if request.function != CREATE {
            // Tasks are carried out at once: there is none to be deleted or modified.
            return Err(match request.function {
                2 | 3 => Diagnostic::plain(219),
                other => Diagnostic::new(1040, other.to_string()),
            });
        }
        if !(1..=NO_PACKAGE).contains(&request.wait_action) {
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
        let task = Task {
            reference_id: request.reference_id,
            package_name: request.package_name,
            wait_action: request.wait_action,
        };
        if update {
            update_question(task, &parameters, identity, login)
        } else {
            self.order_question(task, &parameters, identity, settings)
        }
    }

    fn order_question(
        &mut self,
        task: Task,
        parameters: &External,
        identity: Identity,
        settings: &Settings,
    ) -> Result<(Pending, Question), Diagnostic> {
        let Some(ItemOrder::Request(request)) = parameters.get() else {
            return Err(Diagnostic::plain(1057));
        };
        let wanted = order::order(&request)?;
        let card = wanted.card.or(identity.card).ok_or_else(|| Diagnostic::new(1008, "client-id"))?;
        let ordering = Ordering { task, card };
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
            Ok(None) => self.task_failed(ordering.task.reference_id, &Diagnostic::new(1057, "system-no")),
            Err(_) => self.task_failed(ordering.task.reference_id, &Diagnostic::plain(2)),
        }
    }

    pub(super) fn ordered(&mut self, ordering: Ordering, ordered: Result<(), OrderRefused>) -> Step {
        if let Err(refused) = ordered.or_else(|refused| if order::stands_already(&refused) { Ok(()) } else { Err(refused) }) {
            return self.task_failed(ordering.task.reference_id, &diagnostics::of_order(&refused));
        }
        let done = ItemOrder::Package(ItemOrderPackage {
            to_keep: None,
            target_part: ItemOrderStatus {
                item_request: None,
                status_or_error_report: None,
                auxiliary_status: Some(LOAN_QUEUE),
            },
        });
        self.task_done(ordering.task, DONE, None, oid::ITEM_ORDER, |kind| External::single(kind, &done))
    }

    pub(super) fn updated(&mut self, updating: Updating, updated: Vec<Result<Updated, NotUpdated>>) -> Step {
        let dialect = self.dialect();
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
                .map(|error| RecordOrDiagnostics::Diagnostics(vec![diagnostics::of_update(error).record(dialect)])),
            correlation_info: mark,
            record_status: if one.is_ok() { 1 } else { 4 },
            supplemental_diagnostics: None,
        });
        let done = Update::Package(UpdatePackage {
            to_keep: updating.kept,
            target_part: UpdateStatus {
                update_status: status,
                global_diagnostics: None,
                records: records.collect(),
            },
        });
        if let Some(diagnostic) = failed.first() {
            self.refused(diagnostic);
        }
        let diagnostics = (status == 3).then(|| failed.iter().map(|diagnostic| diagnostic.record(dialect)).collect());
        let operation = if status == 3 { FAILURE } else { DONE };
        self.task_done(updating.task, operation, diagnostics, oid::UPDATE, |kind| {
            External::single(kind, &done)
        })
    }

    pub(super) fn task_failed(&mut self, reference_id: Option<OctetString>, diagnostic: &Diagnostic) -> Step {
        self.refused(diagnostic);
        self.say(&Apdu::ExtendedServicesResponse(ExtendedServicesResponse {
            reference_id,
            operation_status: FAILURE,
            diagnostics: Some(vec![diagnostic.record(self.dialect())]),
            task_package: None,
            other_info: None,
        }))
    }

    /// The answer, with the task as it stands unless the client does without.
    fn task_done(
        &self,
        task: Task,
        operation_status: i64,
        diagnostics: Option<Vec<DiagRec>>,
        kind: Oid,
        parameters: impl FnOnce(Oid) -> External,
    ) -> Step {
        let returned = task.wait_action != NO_PACKAGE;
        let task_package = returned.then(|| {
            let package = package(kind.clone(), task.package_name, parameters(kind));
            External::single(oid::TASK_PACKAGE, &package)
        });
        self.say(&Apdu::ExtendedServicesResponse(ExtendedServicesResponse {
            reference_id: task.reference_id,
            operation_status,
            diagnostics,
            task_package,
            other_info: None,
        }))
    }
}

/// The changes that an update asks for.
fn update_question(task: Task, parameters: &External, identity: Identity, login: String) -> Result<(Pending, Question), Diagnostic> {
    let Some(Update::Request(request)) = parameters.get() else {
        return Err(Diagnostic::plain(1057));
    };
    let action = match request.to_keep.action {
        1 => Action::Insert,
        2 => Action::Replace,
        3 => Action::Delete,
        // "Special update": YAZ's clients mean by it that the record shall be there afterwards.
        5 => Action::Save,
        other => return Err(Diagnostic::new(1044, other.to_string())),
    };
    if request.not_to_keep.len() > MOST_RECORDS {
        return Err(Diagnostic::new(1046, MOST_RECORDS.to_string()));
    }
    let mut agency = AgencyId::parse(request.to_keep.database_name.text().trim_matches(['/', '\0', ' ']));
    if agency.as_str().eq_ignore_ascii_case(skranke_core::desk::catalogue::EVERYTHING) {
        agency = identity.agency.clone();
    }
    if agency != identity.agency {
        return Err(Diagnostic::new(236, request.to_keep.database_name.text()));
    }
    let changes: Vec<(Action, Record)> = request
        .not_to_keep
        .iter()
        .map(|supplied| record(supplied, action).map(|record| (action, record)))
        .collect::<Result<_, _>>()?;
    let by = Cataloguer {
        protocol: "z3950",
        login,
        agency,
        may_update: true,
    };
    let updating = Updating {
        task,
        marks: request.not_to_keep.into_iter().map(|supplied| supplied.correlation_info).collect(),
        kept: request.to_keep,
    };
    Ok((Pending::Update(Box::new(updating)), Question::Update(changes, by)))
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

/// A supplied record: MARC in any of its carriers. To delete one, its number will do.
fn record(supplied: &SuppliedRecord, action: Action) -> Result<Record, Diagnostic> {
    let read = supplied
        .record
        .as_ref()
        .ok_or_else(|| Diagnostic::new(1008, "record"))
        .and_then(marc);
    match (&supplied.record_id, read) {
        (_, Ok(record)) if record.control_number().is_some() => Ok(record),
        (Some(id), _) if action == Action::Delete => Ok(numbered(id)),
        (_, read) => read,
    }
}

/// A record that says nothing but its number.
fn numbered(id: &RecordId) -> Record {
    let number = match id {
        RecordId::Number(number) => number.to_string(),
        RecordId::String(text) => text.text().into_owned(),
        RecordId::Opaque(octets) => InternationalString(octets.0.clone()).text().into_owned(),
    };
    Record {
        format: Format::Marc21,
        kind: RecordKind::Bib,
        leader: Leader::default(),
        fields: Tag::new("001")
            .map(|tag| Field::Control { tag, value: number })
            .into_iter()
            .collect(),
    }
}

fn marc(supplied: &External) -> Result<Record, Diagnostic> {
    let syntax = supplied.direct_reference.as_ref();
    let format = match syntax {
        Some(syntax) if *syntax == oid::MARC21 => Some(Format::Marc21),
        Some(syntax) if *syntax == oid::DANMARC => Some(Format::Danmarc2),
        Some(syntax) if *syntax == oid::UNIMARC => Some(Format::Unimarc),
        Some(syntax) if *syntax == oid::XML || *syntax == oid::APPLICATION_XML => None,
        other => return Err(Diagnostic::new(239, other.map(ToString::to_string).unwrap_or_default())),
    };
    let bytes = supplied.bytes().ok_or_else(|| Diagnostic::new(1008, "record"))?;
    let form = Form { carrier: None, format };
    match skranke_marc::read(bytes.as_slice(), form).next() {
        Some(Ok(read)) => Ok(read.record),
        Some(Err(rejected)) => Err(Diagnostic::new(224, rejected.reason.to_string())),
        None => Err(Diagnostic::new(1008, "record")),
    }
}
