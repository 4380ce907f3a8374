//! PURE: messages about unfinished runs.

use cfn_deploy::stack::{Task, Unfinished};
use cfn_deploy::{Life, Live};

use super::paint;
use super::releases::who;
use super::text::moment;

/// An unfinished run, and the command that finishes it. A killed run reports nothing, so a young run may still be at
/// work.
pub(super) fn note(stack: &str, run: &Unfinished, life: Life, command: &str) -> String {
    let unless = match life {
        Life::Over => "",
        Life::AtWork | Life::Unknown => "unless it is still at work, ",
    };
    let lifted = if run.policy_lifted {
        ", and puts the stack policy back, which it has lifted"
    } else {
        ""
    };
    format!(
        "{} {} is unfinished: {unless}{} finishes it{lifted}",
        paint::warn("!"),
        in_short(stack, run),
        paint::quoted(&format!("`{command}`"))
    )
}

/// The run's task, its owner and its start.
pub(super) fn in_short(stack: &str, run: &Unfinished) -> String {
    let what = match run.task {
        Task::Deploy => "a deployment",
        Task::RollBack | Task::RollBackTo(_) => "a rollback",
        Task::Delete | Task::Purge => "a deletion",
        Task::Try => "a smoke test",
    };
    format!(
        "{what} of {stack} by {}, begun {},",
        who(&run.by),
        moment(run.since)
    )
}

/// Reports that the live release is not recorded yet, if so.
pub(super) fn unrecorded(live: &Live) -> Option<String> {
    let Live::Unrecorded(release) = live else {
        return None;
    };
    Some(format!(
        "{} release {release} is live, and in no record yet",
        paint::warn("!")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_told_with_whose_it_is_since_when_and_what_finishes_it() {
        let tasks = [Task::Deploy, Task::RollBack, Task::Delete, Task::Try];
        let told = tasks.map(|task| {
            let life = if task == Task::Deploy {
                Life::Unknown
            } else {
                Life::Over
            };
            let task_lifts = task == Task::RollBack;
            let run = Unfinished {
                task,
                by: "arn:aws:sts::123456789012:assumed-role/admin/jo".to_owned(),
                since: "2027-01-15T08:00:00.042Z".parse().unwrap(),
                release: None,
                policy_lifted: task_lifts,
            };
            anstream::adapter::strip_str(&note("orders", &run, life, "deployer up --env staging")).to_string()
        });
        insta::assert_snapshot!(told.join("\n"), @"
        ! a deployment of orders by jo, begun 2027-01-15 08:00:00 UTC, is unfinished: unless it is still at work, `deployer up --env staging` finishes it
        ! a rollback of orders by jo, begun 2027-01-15 08:00:00 UTC, is unfinished: `deployer up --env staging` finishes it, and puts the stack policy back, which it has lifted
        ! a deletion of orders by jo, begun 2027-01-15 08:00:00 UTC, is unfinished: `deployer up --env staging` finishes it
        ! a smoke test of orders by jo, begun 2027-01-15 08:00:00 UTC, is unfinished: `deployer up --env staging` finishes it
        ");
    }
}
