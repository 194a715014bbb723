//! DeleteResultSet (digest 10).

use super::{Session, Step};
use crate::message::{Apdu, DeleteListStatus, DeleteResultSetRequest, DeleteResultSetResponse};

/// It is gone.
const SUCCESS: i64 = 0;
/// There was none.
const NOT_THERE: i64 = 1;
/// We had given it up.
const GIVEN_UP: i64 = 2;
/// Not all that were named are gone by this request.
const NOT_ALL: i64 = 9;

impl Session {
    pub(super) fn delete(&mut self, request: &DeleteResultSetRequest) -> Step {
        let (status, statuses) = match request.delete_function {
            1 => {
                self.sets.delete_all();
                (SUCCESS, None)
            }
            _ => {
                let names = request.result_set_list.as_deref().unwrap_or_default();
                let statuses: Vec<DeleteListStatus> = names
                    .iter()
                    .map(|id| DeleteListStatus {
                        id: id.clone(),
                        status: match self.sets.delete(&id.0.text()) {
                            Some(true) => SUCCESS,
                            Some(false) => GIVEN_UP,
                            None => NOT_THERE,
                        },
                    })
                    .collect();
                let overall = match statuses.as_slice() {
                    [one] => one.status,
                    all if all.iter().all(|one| one.status == SUCCESS) => SUCCESS,
                    _ => NOT_ALL,
                };
                (overall, Some(statuses))
            }
        };
        self.say(&Apdu::DeleteResultSetResponse(DeleteResultSetResponse {
            reference_id: request.reference_id.clone(),
            delete_operation_status: status,
            delete_list_statuses: statuses,
            number_not_deleted: None,
            bulk_statuses: None,
            delete_message: None,
            other_info: None,
        }))
    }
}
