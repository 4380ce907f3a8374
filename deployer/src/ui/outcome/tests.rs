use cfn_deploy::{Outputs, PushedFunction};

use super::*;
use crate::ui::testing::plan;
use crate::ui::testing::release;

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[test]
fn each_outcome_of_a_deployment_is_a_sentence() {
    let outcomes = [
        Deployed::Created,
        Deployed::Updated,
        Deployed::Settled,
        Deployed::Unchanged,
    ]
    .map(|outcome| {
        plain(&deployed(
            "orders",
            &outcome(Outputs::new()),
            Duration::from_millis(1_250),
        ))
    });
    insta::assert_snapshot!(outcomes.join("\n"), @"
    ✓ orders created (1.2 s)
    ✓ orders updated (1.2 s)
    ✓ orders is up to date (1.2 s)
    ✓ orders is up to date, nothing to do (1.2 s)
    ");
}

#[test]
fn a_push_says_that_the_stack_differs_now() {
    let one = PushedFunction {
        function: "Api".to_owned(),
        from: "1".to_owned(),
        to: "2".to_owned(),
    };
    let cases = [(vec![one.clone()], false), (vec![one], true), (Vec::new(), true)];
    let told = cases.map(|(functions, as_deployed)| {
        let done = Pushed {
            functions,
            unchanged: vec!["Relay".to_owned()],
            as_deployed,
        };
        plain(&pushed(
            "orders",
            &done,
            "deployer up --env staging",
            Duration::from_secs(3),
        ))
    });
    insta::assert_snapshot!(told.join("\n"), @"
    ✓ 1 function pushed (3.0 s)
    ! orders now runs other code than it was deployed with, and CloudFormation does not know; `deployer up --env staging` puts it right
    ✓ 1 function pushed (3.0 s)
      orders runs the code that it was deployed with
    ✓ orders runs this code already, nothing to do (3.0 s)
    ");
}

#[test]
fn a_plan_that_was_written_says_how_it_is_done() {
    let idle = Plan {
        changes: None,
        ..plan()
    };
    let told = [plan(), idle].map(|plan| {
        plain(&planned(
            &plan,
            "plan.json",
            "deployer up --apply plan.json --env staging",
        ))
    });
    insta::assert_snapshot!(told.join("\n"), @"
    ✓ the plan for orders is in plan.json, nothing was changed; `deployer up --apply plan.json --env staging` does it
    ✓ CloudFormation has nothing to change in orders, as the plan in plan.json says; `deployer up --apply plan.json --env staging` does what no change set can: it undoes pushes, and sets termination protection
    ");
}

#[test]
fn a_return_to_a_release_names_it() {
    let outcomes = [Deployed::Created, Deployed::Updated, Deployed::Unchanged].map(|outcome| {
        let rolled_back = RolledBack {
            release: release(1_800_000_000, "t1"),
            deployed: outcome(Outputs::new()),
        };
        plain(&super::rolled_back(&rolled_back, Duration::from_millis(1_250)))
    });
    insta::assert_snapshot!(outcomes.join("\n"), @"
    ✓ orders is created again as it was at release 20270115T080000.000Z (1.2 s)
    ✓ orders is back at release 20270115T080000.000Z (1.2 s)
    ✓ orders already is as it was at release 20270115T080000.000Z (1.2 s)
    ");
}

#[test]
fn a_store_that_works_is_a_line() {
    assert_eq!(
        plain(&tried("orders", Duration::from_millis(2_100))),
        "✓ orders works (2.1 s)"
    );
}

#[test]
fn a_deletion_ends_with_what_stays() {
    let table = KeptTable {
        name: "orders-events".to_owned(),
        items: 2,
    };
    let outcomes = [
        Destroyed::NothingThere { kept: Vec::new() },
        Destroyed::Gone {
            removed: Vec::new(),
            kept: vec![table.clone()],
            purged: Vec::new(),
        },
        Destroyed::Gone {
            removed: Vec::new(),
            kept: Vec::new(),
            purged: vec![table],
        },
    ]
    .map(|outcome| {
        plain(&destroyed(
            "orders",
            &outcome,
            "deployer up --env demo",
            Duration::from_secs(75),
        ))
    });
    insta::assert_snapshot!(outcomes.join("\n"), @"
    ✓ there is no stack orders, nothing to do
    ✓ orders is gone (1 min 15 s)
      table orders-events (2 items) stays; the next `deployer up --env demo` imports it
    ✓ orders is gone, and table orders-events (2 items) with it (1 min 15 s)
    ");
}

#[test]
fn a_reconciliation_ends_with_what_it_did() {
    let mut done = Reconciled {
        commits: 7,
        streams: 4,
        updated: 4,
        ..Reconciled::default()
    };
    let first = plain(&reconciled("orders", &done, Duration::from_secs(2)));
    done.fed = Some(0);
    let nothing_missing = plain(&reconciled("orders", &done, Duration::from_secs(2)));
    done.fed = Some(12);
    done.notified = 7;
    done.unreadable = 1;
    let second = plain(&reconciled("orders", &done, Duration::from_secs(2)));
    insta::assert_snapshot!(format!("{first}\n{nothing_missing}\n{second}"), @"
    ✓ the listing of orders is complete: 7 commits, 4 streams, 4 of them brought forward (2.0 s)
    ✓ the listing and the feed of orders are complete: 7 commits, 4 streams, 4 of them brought forward (2.0 s)
    ✓ the listing and the feed of orders are complete: 7 commits, 4 streams, 4 of them brought forward (2.0 s)
      12 added to the feed
      7 announced again
      1 not readable
    ");
}

#[test]
fn calls_are_told_with_their_durations() {
    let call = |service: &str, operation: &str, milliseconds| Call {
        service: service.to_owned(),
        operation: operation.to_owned(),
        duration: Duration::from_millis(milliseconds),
    };
    let made = [
        call("STS", "GetCallerIdentity", 12),
        call("CloudFormation", "DescribeStacks", 130),
    ];
    insta::assert_snapshot!(plain(&calls(&made, None)), @"
    2 calls to AWS:
      sts:GetCallerIdentity          12 ms
      cloudformation:DescribeStacks  130 ms
    ");
}
