//! PURE: how a command ended, in words.

use std::time::Duration;

use super::narrate::count;
use super::paint;
use super::table::columns;
use super::text::duration;
use crate::aws::Call;
use crate::engine::{Deployed, Destroyed, KeptTable, Outputs, Pushed, Reconciled, RolledBack};
use crate::stack::plan::Plan;

/// How a deployment ended.
pub(super) fn deployed(stack: &str, deployed: &Deployed, took: Duration) -> String {
    let what = match deployed {
        Deployed::Created(_) => "created",
        Deployed::Updated(_) => "updated",
        Deployed::Unchanged(_) => "is up to date, nothing to do",
    };
    let took = paint::faint(format!("({})", duration(took)));
    format!("{} {} {what} {took}", paint::good("✓"), paint::strong(stack))
}

/// How a push ended, and what is to be done about it.
pub(super) fn pushed(stack: &str, pushed: &Pushed, up: &str, took: Duration) -> String {
    let (mark, stack) = (paint::good("✓"), paint::strong(stack));
    let took = paint::faint(format!("({})", duration(took)));
    if pushed.functions.is_empty() {
        return format!("{mark} {stack} runs this code already, nothing to do {took}");
    }
    let functions = count(pushed.functions.len() as u64, "function");
    let up = paint::quoted(&format!("`{up}`"));
    format!(
        "{mark} {functions} pushed {took}\n{} {stack} now runs other code than it was deployed with, and CloudFormation \
         does not know; {up} puts it right",
        paint::warn("!")
    )
}

/// That a plan was written, and how it is done.
pub(super) fn planned(plan: &Plan, file: &str, apply: &str) -> String {
    let what = match plan.changes {
        Some(_) => "nothing was changed",
        None => "there is nothing for CloudFormation to change",
    };
    let stack = paint::strong(&plan.place.stack);
    let apply = paint::quoted(&format!("`{apply}`"));
    format!(
        "{} the plan for {stack} is in {file}, {what}; {apply} does it",
        paint::good("✓")
    )
}

/// How a return to a release ended.
pub(super) fn rolled_back(rolled_back: &RolledBack, took: Duration) -> String {
    let RolledBack { release, deployed } = rolled_back;
    let what = match deployed {
        Deployed::Created(_) => "is created again as it was at",
        Deployed::Updated(_) => "is back at",
        Deployed::Unchanged(_) => "already is as it was at",
    };
    let took = paint::faint(format!("({})", duration(took)));
    let stack = paint::strong(&release.stack);
    format!(
        "{} {stack} {what} release {} {took}",
        paint::good("✓"),
        release.id
    )
}

/// A store that does what it should.
pub(super) fn tried(stack: &str, took: Duration) -> String {
    let took = paint::faint(format!("({})", duration(took)));
    format!("{} {} works {took}", paint::good("✓"), paint::strong(stack))
}

/// The outputs of a stack, as data.
pub(super) fn outputs(outputs: &Outputs) -> String {
    let rows: Vec<_> = outputs
        .iter()
        .map(|(name, value)| vec![name.as_str(), value.as_str()])
        .collect();
    columns("", &rows)
}

/// How a deletion ended.
pub(super) fn destroyed(stack: &str, destroyed: &Destroyed, took: Duration) -> String {
    let stack_name = paint::strong(stack);
    let (first, kept) = match destroyed {
        Destroyed::NothingThere { kept } => (
            format!(
                "{} there is no stack {stack_name}, nothing to do",
                paint::good("✓")
            ),
            kept,
        ),
        Destroyed::Gone {
            removed,
            kept,
            purged,
        } => {
            let purged = match purged.len() {
                0 => String::new(),
                _ => format!(", {} with it", tables(purged)),
            };
            let took = paint::faint(format!("({})", duration(took)));
            let removed = count(removed.len() as u64, "resource");
            let what = format!("{stack_name} is gone: {removed}{purged} {took}");
            (format!("{} {what}", paint::good("✓")), kept)
        }
    };
    if kept.is_empty() {
        return first;
    }
    let stays = if kept.len() == 1 { "stays" } else { "stay" };
    format!(
        "{first}\n  {} {stays}; the next {} adopts it",
        tables(kept),
        paint::quoted("`deployer up`")
    )
}

/// Names tables with what is in them.
pub(super) fn tables(tables: &[KeptTable]) -> String {
    let named: Vec<_> = tables
        .iter()
        .map(|table| format!("table {} ({})", table.name, count(table.items, "item")))
        .collect();
    named.join(", ")
}

/// What reconciling came to.
pub(super) fn reconciled(stack: &str, done: &Reconciled, took: Duration) -> String {
    let Reconciled {
        commits,
        streams,
        updated,
        notified,
        parked,
        unreadable,
    } = *done;
    let took = paint::faint(format!("({})", duration(took)));
    let what = format!(
        "the listing of {} is complete: {}, {}, {updated} of them brought forward {took}",
        paint::strong(stack),
        count(commits, "commit"),
        count(streams, "stream"),
    );
    let more = [
        (notified, "announced again"),
        (parked, "parked in the failure queue"),
        (unreadable, "not readable"),
    ];
    let more = more
        .iter()
        .filter(|(events, _)| *events > 0)
        .map(|(events, what)| format!("\n  {events} {what}"));
    format!("{} {what}{}", paint::good("✓"), more.collect::<String>())
}

/// The calls that were made to AWS.
pub(super) fn calls(calls: &[Call]) -> String {
    let rows: Vec<_> = calls
        .iter()
        .map(|call| {
            let took = paint::faint(format!("{} ms", call.duration.as_millis()));
            vec![
                format!("{}:{}", call.service.to_lowercase(), call.operation),
                took,
            ]
        })
        .collect();
    let noun = if calls.len() == 1 { "call" } else { "calls" };
    format!("{} {noun} to AWS:\n{}", calls.len(), columns("  ", &rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::PushedFunction;
    use crate::stack::plan::testing::plan;
    use crate::stack::release::testing::release;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn each_outcome_of_a_deployment_is_a_sentence() {
        let outcomes = [Deployed::Created, Deployed::Updated, Deployed::Unchanged].map(|outcome| {
            plain(&deployed(
                "orders",
                &outcome(Outputs::new()),
                Duration::from_millis(1_250),
            ))
        });
        insta::assert_snapshot!(outcomes.join("\n"), @"
        ✓ orders created (1.2 s)
        ✓ orders updated (1.2 s)
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
        let told = [vec![one], Vec::new()].map(|functions| {
            let done = Pushed {
                functions,
                unchanged: vec!["Relay".to_owned()],
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
        ✓ the plan for orders is in plan.json, there is nothing for CloudFormation to change; `deployer up --apply plan.json --env staging` does it
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
        .map(|outcome| plain(&destroyed("orders", &outcome, Duration::from_secs(75))));
        insta::assert_snapshot!(outcomes.join("\n"), @"
        ✓ there is no stack orders, nothing to do
        ✓ orders is gone: 0 resources (1 min 15 s)
          table orders-events (2 items) stays; the next `deployer up` adopts it
        ✓ orders is gone: 0 resources, table orders-events (2 items) with it (1 min 15 s)
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
        done.notified = 7;
        done.unreadable = 1;
        let second = plain(&reconciled("orders", &done, Duration::from_secs(2)));
        insta::assert_snapshot!(format!("{first}\n{second}"), @"
        ✓ the listing of orders is complete: 7 commits, 4 streams, 4 of them brought forward (2.0 s)
        ✓ the listing of orders is complete: 7 commits, 4 streams, 4 of them brought forward (2.0 s)
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
        insta::assert_snapshot!(plain(&calls(&made)), @"
        2 calls to AWS:
          sts:GetCallerIdentity          12 ms
          cloudformation:DescribeStacks  130 ms
        ");
    }
}
