//! The conformance suite on the stores that need no cloud.

use std::future::{Ready, ready};

use event_store_e2e::conformance::{self, Subject};
use event_store_e2e::for_each_claim;

macro_rules! claims {
    ($($module:ident::$claim:ident,)*) => {
        $(
            #[tokio::test]
            async fn $claim() {
                conformance::$module::$claim(subject().await.client.clone()).await;
            }
        )*
    };
}

macro_rules! unreliable_claims {
    ($($claim:ident,)*) => {
        $(
            #[tokio::test]
            async fn $claim() {
                conformance::unreliable::$claim(subject().await).await;
            }
        )*
    };
}

macro_rules! conforms {
    () => {
        for_each_claim!(claims);
        unreliable_claims! {
            a_write_whose_answer_is_lost_happens_once,
            a_create_whose_answer_is_lost_makes_one_stream,
            a_batch_at_the_end_whose_answer_is_lost_happens_once,
            an_unsettled_write_is_settled_later,
            an_unsettled_write_that_another_overtook_ends_as_a_conflict,
            an_append_at_the_end_whose_answer_is_lost_happens_once,
        }
    };
}

/// The in-memory store for the tests of applications.
mod in_memory {
    use super::*;

    fn subject() -> Ready<Subject> {
        ready(Subject::in_memory())
    }

    conforms!();
}

/// The API's router, its store and the relay, over a DynamoDB in this process.
mod embedded {
    use super::*;

    async fn subject() -> Subject {
        Subject::embedded().await
    }

    conforms!();
}
