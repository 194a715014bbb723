//! Section 9: what each operation means, one file for each of its clauses.

use super::case::Case;

pub mod s9_10_end_session;
pub mod s9_1_login_status;
pub mod s9_2_patron;
pub mod s9_3_checkout;
pub mod s9_3_race;
pub mod s9_3_store_and_forward;
pub mod s9_4_checkin;
pub mod s9_5_block_enable;
pub mod s9_6_renew;
pub mod s9_7_fee_paid;
pub mod s9_8_hold;
pub mod s9_9_item;

/// The cases of section 9, clause by clause.
pub const GROUPS: &[&[Case]] = &[
    s9_1_login_status::CASES,
    s9_2_patron::CASES,
    s9_3_checkout::CASES,
    s9_3_store_and_forward::CASES,
    s9_3_race::CASES,
    s9_4_checkin::CASES,
    s9_5_block_enable::CASES,
    s9_6_renew::CASES,
    s9_7_fee_paid::CASES,
    s9_8_hold::CASES,
    s9_9_item::CASES,
    s9_10_end_session::CASES,
];
