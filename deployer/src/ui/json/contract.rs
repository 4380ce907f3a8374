//! The contract with programs: every event of the engine, as `--json` prints it.

use std::collections::BTreeMap;
use std::time::Duration;

use cfn_deploy::cloud::TableRepair;
use cfn_deploy::stack::guard::{Danger, Objection};
use cfn_deploy::stack::outline::{Outline, ValueSources};
use cfn_deploy::stack::widening::{Effect, Grant, Widening};
use cfn_deploy::stack::{
    Action, ChangeSummary, Progress, Replacement, ResourceChange, StackEvent, StackStatus, Task, Unfinished,
};
use cfn_deploy::{DrillStep, Event, Finished, Life, Reconciled, RunFate, SmokeStep, Uploads};
use jiff::Timestamp;

use crate::ui::testing::{estimate, release};

/// Samples of every variant. A variant without one does not compile.
macro_rules! samples {
    ($($variant:ident => $($sample:expr),+;)+) => {
        /// Only names every variant.
        fn is_sampled(event: &Event) {
            match event {
                $(Event::$variant { .. } => {})+
            }
        }

        fn samples() -> Vec<Event> {
            vec![$($({
                let sample = $sample;
                assert!(matches!(&sample, Event::$variant { .. }), "{sample:?} is no {}", stringify!($variant));
                is_sampled(&sample);
                sample
            }),+),+]
        }
    };
}

samples! {
    AccountChecked => Event::AccountChecked { account: "123456789012".into(), caller: "arn:jo".into() };
    BucketCreating => Event::BucketCreating { bucket: "artifacts".into(), stack: "artifacts-stack".into() };
    BucketAwaited => Event::BucketAwaited { stack: "artifacts-stack".into() };
    Uploading => Event::Uploading { key: "code/api/arm64/a.zip".into(), bytes: 12 };
    UploadSkipped => Event::UploadSkipped { key: "code/api/arm64/a.zip".into() };
    Stays => Event::Stays {
        bucket: "artifacts".into(),
        uploads: Uploads { bucket_is_new: true, objects: 3 },
    };
    Awaiting => Event::Awaiting {
        stack: "orders".into(),
        status: StackStatus::UpdateInProgress,
        since: since(),
        by: Some("ada".into()),
    };
    TakingOver => Event::TakingOver { stack: "orders".into(), owner: Some("staging".into()) };
    Overtaken => Event::Overtaken { stack: "orders".into() };
    RemovingFailedCreation => Event::RemovingFailedCreation {
        stack: "orders".into(),
        status: StackStatus::RollbackComplete,
    };
    ChangeSetCreating => Event::ChangeSetCreating { stack: "orders".into(), creates: true };
    DriftSearching => Event::DriftSearching { stack: "orders".into() };
    Tried => Event::Tried { step: SmokeStep::Append, took: Duration::from_millis(120) };
    NotSeenYet => Event::NotSeenYet { step: SmokeStep::List, reason: "not seen within 20 s".into() };
    Returning => Event::Returning { stack: "orders".into(), reason: "the event is not read back".into() };
    Accepted => Event::Accepted {
        objection: Objection {
            logical_id: "Events".into(),
            danger: Danger::LogReplaced,
            path: Some("Properties.TableName".into()),
        },
    };
    Planned => Event::Planned {
        stack: "orders".into(),
        creates: false,
        changes: changes(),
        outline: Outline::of(None, &serde_json::Value::Null, Some(&changes()), &ValueSources::default()),
        widenings: vec![widening()],
    };
    PlanApplied => Event::PlanApplied { stack: "orders".into(), release: Some(release(0, "t1").id) };
    Started =>
        Event::Started { stack: "orders".into(), estimate: Some(estimate()) },
        Event::Started { stack: "orders".into(), estimate: None };
    Resource => Event::Resource { event: stack_event(), progress: progress() };
    Adopting => Event::Adopting { table: "orders-events".into(), items: 3 };
    Repairing =>
        repairing(TableRepair::PointInTimeRecovery(true)),
        repairing(TableRepair::DeletionProtection(true)),
        repairing(TableRepair::Stream("NEW_IMAGE".into())),
        repairing(TableRepair::Tags(BTreeMap::from([("owner".into(), "platform".into())])));
    TrafficReturned => Event::TrafficReturned { function: "Api".into(), from: "2".into(), to: "1".into() };
    Reconciling => Event::Reconciling { done: Reconciled { commits: 5, streams: 2, ..Reconciled::default() } };
    Restoring =>
        Event::Restoring { source: "orders-events".into(), at: Some(since()), table: "orders-drill-events".into() },
        Event::Restoring { source: "orders-events".into(), at: None, table: "orders-drill-events".into() };
    Verifying => Event::Verifying { stack: "orders-drill".into() };
    Drilled => Event::Drilled { step: DrillStep::TakeDown, took: Duration::from_millis(120) };
    TakingDown => Event::TakingDown {
        stack: "orders-drill".into(),
        table: "orders-drill-events".into(),
        interrupted: true,
    };
    TerminationProtection => Event::TerminationProtection { stack: "orders".into(), on: true };
    StackPolicy => Event::StackPolicy { stack: "orders".into(), on: true };
    StackPolicyLifted => Event::StackPolicyLifted { stack: "orders".into(), resources: vec!["Topic".into()] };
    StackPolicyRestored => Event::StackPolicyRestored { stack: "orders".into(), goes_on: false };
    AlarmsWatched => Event::AlarmsWatched {
        alarms: vec!["ApiErrorsAlarm".into()],
        unwatched: vec!["ApiBusyAlarm".into()],
        minutes: 5,
    };
    TableProtectionLifted => Event::TableProtectionLifted { table: "orders-events".into() };
    TableDeleting => Event::TableDeleting { table: "orders-events".into(), items: 3 };
    LogGroupDeleting => Event::LogGroupDeleting { name: "/orders/api".into() };
    Pushed => Event::Pushed { function: "Api".into(), from: "1".into(), to: "2".into() };
    ArtifactDeleted => Event::ArtifactDeleted { key: "code/api/arm64/a.zip".into() };
    RollingBack => Event::RollingBack { release: Box::new(release(0, "t1")) };
    Recorded => Event::Recorded { release: release(0, "t1").id };
    NotRecorded => Event::NotRecorded { reason: "no".into() };
    NotMarked => Event::NotMarked { release: release(0, "t1").id, reason: "no".into() };
    EarlierRun =>
        earlier(Task::Deploy, Life::AtWork, RunFate::Spared),
        earlier(Task::RollBack, Life::Unknown, RunFate::Finished {
            release: Some(release(0, "t1").id),
            done: vec![Finished::Recorded, Finished::StackPolicy],
        }),
        earlier(Task::Delete, Life::Over, RunFate::Finished {
            release: None,
            done: vec![Finished::LogGroup("/orders/api".into())],
        }),
        earlier(Task::Delete, Life::Over, RunFate::Deleted { stay: Vec::new() }),
        earlier(Task::Purge, Life::Over, RunFate::Deleted { stay: vec!["orders-events".into()] });
    CleanupFailed => Event::CleanupFailed { what: "a change set".into(), reason: "no".into() };
}

fn since() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn repairing(repair: TableRepair) -> Event {
    Event::Repairing {
        table: "orders-events".into(),
        repair,
    }
}

fn earlier(task: Task, life: Life, fate: RunFate) -> Event {
    Event::EarlierRun {
        stack: "orders".into(),
        run: Unfinished {
            task,
            by: "arn:jo".into(),
            since: since(),
            release: None,
            policy_lifted: true,
        },
        life,
        fate,
    }
}

fn changes() -> ChangeSummary {
    ChangeSummary {
        changes: vec![ResourceChange {
            logical_id: "Topic".into(),
            physical_id: Some("arn:topic".into()),
            resource_type: "AWS::SNS::Topic".into(),
            action: Action::Modify,
            replacement: Replacement::Always,
            policy_action: Some("ReplaceAndRetain".into()),
            causes: vec!["Properties.TopicName".into()],
        }],
    }
}

fn widening() -> Widening {
    Widening {
        logical_id: "ApiUrl".into(),
        grant: Grant {
            principal: "everybody".into(),
            action: "call without a signature".into(),
            resource: "!Ref Api".into(),
            condition: None,
            effect: Effect::Allow,
        },
    }
}

fn stack_event() -> StackEvent {
    StackEvent {
        id: "1".into(),
        timestamp: since(),
        stack_id: "arn:stack/orders".into(),
        logical_id: "Topic".into(),
        physical_id: "arn:topic".into(),
        resource_type: "AWS::SNS::Topic".into(),
        status: "UPDATE_COMPLETE".into(),
        reason: Some("fine".into()),
        token: None,
    }
}

fn progress() -> Progress {
    let mut progress = Progress::of(2);
    progress.apply(&stack_event());
    progress
}

#[test]
fn each_event_is_the_json_that_it_has_always_been() {
    let lines: Vec<String> = samples()
        .iter()
        .map(|sample| serde_json::json!(sample).to_string())
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}
