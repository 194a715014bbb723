//! The contract: every test takes a place and runs on both engines.

mod circulation;

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
}
