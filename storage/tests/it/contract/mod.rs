//! The contract: every test takes a place and runs on both engines.

mod catalogue;
mod circulation;
mod concurrency;
mod durability;
mod feed;
mod keeping;
mod writer;

macro_rules! contract_tests {
    ($($module:ident: $($name:ident),+ $(,)?;)+) => {
        mod sqlite {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let place = crate::support::Place::sqlite().unwrap();
                    super::$module::$name(place).await;
                }
            )+)+
        }

        mod postgres {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    if let Some(place) = crate::support::Place::postgres() {
                        super::$module::$name(place).await;
                    }
                }
            )+)+
        }
    };
}

contract_tests! {
    circulation:
        a_loan_is_lent_and_returned,
        answers_as_the_store_in_memory;
    concurrency:
        a_raced_item_is_lent_once,
        the_store_refuses_a_second_open_loan,
        commands_behave_as_if_one_ran_after_the_other,
        pickup_numbers_are_given_once;
    feed:
        a_reader_among_writers_loses_nothing;
    writer:
        a_fault_costs_only_the_command_that_has_it,
        a_caller_that_goes_away_leaves_a_whole_change;
    keeping:
        memories_end_at_their_time,
        any_text_is_kept,
        secrets_are_shared_and_lasting,
        numbers_are_given_once,
        many_may_start_at_once,
        patrons_are_found_by_every_name,
        notes_and_counts_are_kept,
        loans_are_counted_by_the_coded_data_of_the_record;
    durability:
        an_answered_change_is_there_for_others_at_once;
    catalogue:
        records_are_stored_once,
        a_deleted_record_leaves_its_tombstone,
        items_follow_their_records,
        items_find_their_record_or_say_why_not,
        an_update_keeps_where_the_item_is,
        patrons_are_stored_under_their_cards,
        blocks_of_terminals_outlive_an_import,
        guardians_are_found_whenever_they_come,
        serving_goes_on_beside_an_import;
}
