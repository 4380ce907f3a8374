//! PURE: the outcome of a command in words.

use std::time::Duration;

use cfn_deploy::stack::plan::Plan;
use cfn_deploy::{Deployed, Destroyed, Drilled, KeptTable, Pushed, Reconciled, RolledBack};

use super::paint;
use super::table::fitted;
use super::text::count;
use super::text::duration;
use crate::aws::Call;

/// The outcome of a deployment.
pub(super) fn deployed(stack: &str, deployed: &Deployed, took: Duration) -> String {
    let what = match deployed {
        Deployed::Created(_) => "created",
        Deployed::Updated(_) => "updated",
        // What was done for the interrupted run has just been reported.
        Deployed::Completed(..) | Deployed::Settled(_) => "is up to date",
        Deployed::Unchanged(_) => "is up to date, nothing to do",
    };
    let took = in_time(took);
    format!("{} {} {what} {took}", paint::good("✓"), paint::strong(stack))
}

/// The outcome of a push, and what to do next.
pub(super) fn pushed(stack: &str, pushed: &Pushed, up: &str, took: Duration) -> String {
    let (mark, stack) = (paint::good("✓"), paint::strong(stack));
    let took = in_time(took);
    if pushed.functions.is_empty() {
        return format!("{mark} {stack} runs this code already, nothing to do {took}");
    }
    let functions = count(pushed.functions.len() as u64, "function");
    if pushed.as_deployed {
        return format!(
            "{mark} {functions} pushed {took}\n  {stack} runs the code that it was deployed with"
        );
    }
    let up = paint::quoted(&format!("`{up}`"));
    format!(
        "{mark} {functions} pushed {took}\n{} {stack} now runs other code than it was deployed with, and CloudFormation \
         does not know; {up} puts it right",
        paint::warn("!")
    )
}

/// A plan was written, and how to apply it.
pub(super) fn planned(plan: &Plan, file: &str, apply: &str) -> String {
    let stack = paint::strong(&plan.place.stack);
    let (done, apply) = (paint::good("✓"), paint::quoted(&format!("`{apply}`")));
    match plan.changes {
        Some(_) => format!("{done} the plan for {stack} is in {file}, nothing was changed; {apply} does it"),
        None => format!(
            "{done} CloudFormation has nothing to change in {stack}, as the plan in {file} says; {apply} does what no \
             change set can: it undoes pushes, and sets termination protection"
        ),
    }
}

/// The outcome of a rollback to a release.
pub(super) fn rolled_back(rolled_back: &RolledBack, took: Duration) -> String {
    let RolledBack { release, deployed } = rolled_back;
    let what = match deployed {
        Deployed::Created(_) => "is created again as it was at",
        Deployed::Updated(_) => "is back at",
        Deployed::Completed(..) => "was brought back by the rollback that was begun earlier, to",
        Deployed::Settled(_) | Deployed::Unchanged(_) => "already is as it was at",
    };
    let took = in_time(took);
    let stack = paint::strong(&release.stack);
    format!(
        "{} {stack} {what} release {} {took}",
        paint::good("✓"),
        release.id
    )
}

/// A store passed its test.
pub(super) fn tried(stack: &str, took: Duration) -> String {
    let took = in_time(took);
    format!("{} {} works {took}", paint::good("✓"), paint::strong(stack))
}

/// The outcome of a deletion.
pub(super) fn destroyed(stack: &str, destroyed: &Destroyed, up: &str, took: Duration) -> String {
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
            let went = went(removed.len(), purged);
            let took = in_time(took);
            let what = format!("{stack_name} is gone{went} {took}");
            (format!("{} {what}", paint::good("✓")), kept)
        }
    };
    if kept.is_empty() {
        return first;
    }
    let (stays, them) = if kept.len() == 1 {
        ("stays", "it")
    } else {
        ("stay", "them")
    };
    format!(
        "{first}\n  {} {stays}; the next {} imports {them}",
        tables(kept),
        paint::quoted(&format!("`{up}`"))
    )
}

/// What a deletion removed. An earlier run may have left nothing to remove.
pub(super) fn went(resources: usize, purged: &[KeptTable]) -> String {
    let removed = count(resources as u64, "resource");
    match (resources, purged) {
        (0, []) => String::new(),
        (_, []) => format!(": {removed}"),
        (0, _) => format!(", and {} with it", tables(purged)),
        (_, _) => format!(": {removed}, {} with it", tables(purged)),
    }
}

/// Names tables with their contents.
pub(super) fn tables(tables: &[KeptTable]) -> String {
    let named: Vec<_> = tables
        .iter()
        .map(|table| format!("table {} ({})", table.name, count(table.items, "item")))
        .collect();
    named.join(", ")
}

/// The outcome of reconciling.
pub(super) fn reconciled(stack: &str, done: &Reconciled, took: Duration) -> String {
    let Reconciled {
        commits,
        streams,
        updated,
        fed,
        notified,
        parked,
        unreadable,
    } = *done;
    let took = in_time(took);
    let complete = match fed {
        Some(_) => format!(
            "the listing and the feed of {} are complete",
            paint::strong(stack)
        ),
        None => format!("the listing of {} is complete", paint::strong(stack)),
    };
    let what = format!(
        "{complete}: {}, {}, {updated} of them brought forward {took}",
        count(commits, "commit"),
        count(streams, "stream"),
    );
    let more = [
        (fed.unwrap_or_default(), "added to the feed"),
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

/// What a drill came to, with how long each step took.
pub(super) fn drilled(stack: &str, drilled: &Drilled, took: Duration) -> String {
    let (mark, name, all) = (paint::good("✓"), paint::strong(stack), in_time(took));
    let verified = &drilled.verified;
    let found = format!(
        "{}, {}, {} in the feed, nothing wrong",
        count(verified.streams, "stream"),
        count(verified.events, "event"),
        verified.in_feed
    );
    let rows: Vec<_> = drilled
        .steps
        .iter()
        .map(|taken| vec![taken.step.to_string(), duration(taken.took)])
        .collect();
    let rows = fitted(None, "  ", &rows).concat();
    format!(
        "{mark} the events of {name} can be restored: {found} {all}\n{}",
        rows.trim_end()
    )
}

/// The calls to AWS.
pub(super) fn calls(calls: &[Call], width: Option<usize>) -> String {
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
    format!(
        "{} {noun} to AWS:\n{}",
        calls.len(),
        fitted(width, "  ", &rows).concat()
    )
}

/// The duration, as an addition to the outcome.
fn in_time(took: Duration) -> String {
    paint::faint(format!("({})", duration(took)))
}

#[cfg(test)]
mod tests;
