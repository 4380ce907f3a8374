//! Given, when, then: what a test of a decider is told when its claim does not hold.

use std::panic::{AssertUnwindSafe, catch_unwind};

use event_store_client::testing::Scenario;

use crate::support::AccountEvent::{PaidIn, PaidOut};
use crate::support::{Accounts, Command, Overdrawn};

/// What `claim` panics with.
fn told<Claimed>(claim: impl FnOnce() -> Claimed) -> String {
    let panicked = catch_unwind(AssertUnwindSafe(claim)).map(drop).unwrap_err();
    match panicked.downcast::<String>() {
        Ok(text) => *text,
        Err(_) => "a panic without a text".into(),
    }
}

#[test]
fn claims_that_hold_go_on_from_what_was_decided() {
    let accounts = Accounts::default();
    let account = Scenario::of(&accounts)
        .given([PaidIn(5)])
        .when(&Command::PayOut(3))
        .then([PaidOut(3)]);
    assert_eq!(*account.state(), 2);
    let account = account.when(&Command::PayIn(0)).then_nothing();
    account
        .when(&Command::PayOut(3))
        .then_refused(&Overdrawn { balance: 2 });
    assert_eq!(accounts.decisions(), 3);
}

#[test]
fn a_claim_that_does_not_hold_shows_both_sides() {
    let accounts = Accounts::default();
    let account = || Scenario::of(&accounts).given([PaidIn(5)]);
    let others = told(|| account().when(&Command::PayOut(3)).then([PaidOut(4)]));
    let something = told(|| account().when(&Command::PayOut(3)).then_nothing());
    let refused = told(|| account().when(&Command::PayOut(9)).then([PaidOut(9)]));
    let decided = told(|| {
        let decision = account().when(&Command::PayOut(3));
        decision.then_refused(&Overdrawn { balance: 5 });
    });
    let otherwise = told(|| {
        let decision = account().when(&Command::PayOut(9));
        decision.then_refused(&Overdrawn { balance: 0 });
    });
    let all = [others, something, refused, decided, otherwise].join("\n\n");
    insta::assert_snapshot!(all, @"
    assertion `left == right` failed: other events than expected (left: decided)
      left: [PaidOut(3)]
     right: [PaidOut(4)]

    assertion `left == right` failed: other events than expected (left: decided)
      left: [PaidOut(3)]
     right: []

    refused: Overdrawn { balance: 5 }, instead of deciding [PaidOut(9)]

    decided [PaidOut(3)], instead of refusing: Overdrawn { balance: 5 }

    assertion `left == right` failed: refused for another reason (left: told)
      left: Overdrawn { balance: 5 }
     right: Overdrawn { balance: 0 }
    ");
}
