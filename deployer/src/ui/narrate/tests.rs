use std::time::Duration;

use cfn_deploy::stack::{Progress, StackEvent};
use cfn_deploy::stack::{Task, Unfinished};
use cfn_deploy::{Deletion, Finished, KeptTable, Life, Question, RunFate, Uploads};
use jiff::Timestamp;

use super::*;
use crate::ui::outlook::Left;
use crate::ui::testing::estimate;

fn resource(second: i64, logical_id: &str, status: &str, reason: Option<&str>) -> StackEvent {
    StackEvent {
        id: format!("{second}"),
        timestamp: Timestamp::from_second(second).unwrap(),
        stack_id: "arn:stack/orders".to_owned(),
        logical_id: logical_id.to_owned(),
        physical_id: String::new(),
        resource_type: "AWS::SNS::Topic".to_owned(),
        status: status.into(),
        reason: reason.map(str::to_owned),
        token: None,
    }
}

fn told(events: &[StackEvent]) -> String {
    let (mut narrator, mut progress) = (Narrator::new(false, None), Progress::of(3));
    let mut told = Vec::new();
    for event in events {
        progress.apply(event);
        let telling = narrator.event(&Event::Resource {
            event: event.clone(),
            progress: progress.clone(),
        });
        told.extend(
            telling
                .lines
                .map(|lines| anstream::adapter::strip_str(&lines).to_string()),
        );
        told.push(format!("[{}]", telling.doing.unwrap_or_default()));
    }
    told.join("\n")
}

#[test]
fn a_resource_is_told_when_it_ends_with_the_time_it_took() {
    let events = [
        resource(1, "Topic", "CREATE_IN_PROGRESS", None),
        resource(1, "Queue", "CREATE_IN_PROGRESS", None),
        resource(5, "Topic", "CREATE_COMPLETE", None),
        resource(6, "Queue", "CREATE_FAILED", Some("Invalid VisibilityTimeout")),
        resource(7, "Table", "DELETE_SKIPPED", None),
    ];
    insta::assert_snapshot!(told(&events), @"
    [0/3 Topic]
    [0/3 Topic, Queue]
      ✓ Topic SNS::Topic created in 4.0 s
    [1/3 Queue]
      ✗ Queue SNS::Topic create failed in 5.0 s
    [Queue failed: Invalid VisibilityTimeout; finishing]
      - Table SNS::Topic kept
    [Queue failed: Invalid VisibilityTimeout; finishing]
    ");
}

#[test]
fn an_operation_is_told_with_the_time_that_the_last_one_took() {
    let started = |estimate| Event::Started {
        stack: "orders".to_owned(),
        estimate,
    };
    let known = Narrator::default().event(&started(Some(estimate())));
    let line = known.lines.as_deref().map(anstream::adapter::strip_str);
    assert_eq!(
        line.unwrap().to_string(),
        "  ○ took 11 s last time, for release 20270115T080000.000Z"
    );
    assert_eq!(known.left, Left::About(Duration::from_secs(11)));
    let unknown = Narrator::default().event(&started(None));
    assert_eq!((unknown.lines, unknown.left), (None, Left::Unknown));
}

#[test]
fn what_was_not_necessary_is_told_on_demand() {
    let skipped = Event::UploadSkipped {
        key: "code/orders-api/arm64/0123.zip".to_owned(),
    };
    assert_eq!(Narrator::new(false, None).event(&skipped), Telling::default());
    let told = Narrator::new(true, None).event(&skipped).lines.unwrap();
    assert!(told.contains("orders-api"), "{told}");
}

#[test]
fn an_imported_table_is_told_with_what_is_in_it_and_what_protects_it_meanwhile() {
    let adopting = Event::Adopting {
        table: "orders-events".to_owned(),
        items: 1_200,
    };
    let protected = |on| Event::Repairing {
        table: "orders-events".to_owned(),
        repair: TableRepair::DeletionProtection(on),
    };
    let mut narrator = Narrator::default();
    let events = [adopting, protected(true), protected(false), protected(true)];
    let told = events.map(|event| narrator.event(&event).lines.unwrap());
    insta::assert_snapshot!(anstream::adapter::strip_str(&told.join("\n")), @"
    ! importing table orders-events (1200 items)
    ! orders-events: protecting the table during the import
    ! orders-events: turning deletion protection off
    ! orders-events: turning deletion protection on
    ");
}

#[test]
fn of_a_run_that_did_not_come_to_its_end_is_told_whose_it_was_and_what_became_of_it() {
    let finished = |release: Option<&str>, done: &[Finished]| RunFate::Finished {
        release: release.map(|release| release.parse().unwrap()),
        done: done.to_vec(),
    };
    let brought = Some("20270115T080000.000Z");
    let told = |task, fate| {
        let telling = Narrator::new(false, None).event(&Event::EarlierRun {
            stack: "orders".to_owned(),
            run: Unfinished {
                task,
                by: "arn:aws:iam::123456789012:user/jo".to_owned(),
                since: Timestamp::from_second(1_800_000_000).unwrap(),
                release: None,
                policy_lifted: true,
            },
            life: Life::Unknown,
            fate,
        });
        anstream::adapter::strip_str(&telling.lines.unwrap()).to_string()
    };
    let told = [
        told(Task::Deploy, finished(brought, &[])),
        told(
            Task::Deploy,
            finished(
                brought,
                &[
                    Finished::Recorded,
                    Finished::StackPolicy,
                    Finished::Listing,
                    Finished::Trial,
                ],
            ),
        ),
        told(Task::Deploy, finished(None, &[])),
        told(Task::Deploy, finished(None, &[Finished::StackPolicy])),
        told(
            Task::Delete,
            finished(None, &[Finished::LogGroup("/orders/api".to_owned())]),
        ),
        told(Task::Deploy, RunFate::Spared),
        told(Task::Deploy, RunFate::Deleted { stay: Vec::new() }),
        told(Task::Purge, RunFate::Deleted { stay: Vec::new() }),
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    ! a deployment of orders by jo, begun 2027-01-15 08:00:00 UTC, was unfinished: it brought release 20270115T080000.000Z; nothing of it was left to do
    ! a deployment of orders by jo, begun 2027-01-15 08:00:00 UTC, was unfinished: it brought release 20270115T080000.000Z; now its release is recorded, the stack policy is put back, the listing and the feed are complete, the smoke test is passed
    ! a deployment of orders by jo, begun 2027-01-15 08:00:00 UTC, was unfinished: nothing of it was left to do
    ! a deployment of orders by jo, begun 2027-01-15 08:00:00 UTC, was unfinished: now the stack policy is put back
    ! a deletion of orders by jo, begun 2027-01-15 08:00:00 UTC, was unfinished: now log group /orders/api, which came back, is deleted
    ! a deployment of orders by jo, begun 2027-01-15 08:00:00 UTC, may still be at work: whichever is executed first counts; it has lifted the stack policy, and an `up` in a minute puts it back
    ! a deployment of orders by jo, begun 2027-01-15 08:00:00 UTC, was unfinished: what it brought goes with the stack
    ! a deletion of orders by jo, begun 2027-01-15 08:00:00 UTC, was unfinished: this run finishes it
    ");
}

#[test]
fn who_did_not_agree_is_told_what_was_stored_all_the_same() {
    let told = [(true, 3), (true, 0), (false, 1)].map(|(bucket_is_new, objects)| {
        let telling = Narrator::new(false, None).event(&Event::Stays {
            bucket: "artifacts".to_owned(),
            uploads: Uploads {
                bucket_is_new,
                objects,
            },
        });
        anstream::adapter::strip_str(&telling.lines.unwrap()).to_string()
    });
    insta::assert_snapshot!(told.join("\n"), @"
    ! bucket artifacts was created, and 3 objects were uploaded to it: that stays for the next run; `deployer gc` deletes what nothing refers to
    ! bucket artifacts was created: that stays for the next run; `deployer gc` deletes what nothing refers to
    ! 1 object was uploaded to bucket artifacts: that stays for the next run; `deployer gc` deletes what nothing refers to
    ");
}

#[test]
fn what_is_going_on_is_told_with_short_hashes() {
    let key = format!("code/api/arm64/{}.zip", "0123456789abcdef".repeat(4));
    let telling = Narrator::new(false, None).event(&Event::ArtifactDeleted { key });
    assert_eq!(telling.doing.unwrap(), "deleting code/api/arm64/0123456789ab.zip");
}

#[test]
fn pushed_code_that_is_taken_back_is_told_with_where_it_was() {
    let told = ["2", "$LATEST"].map(|from| {
        let telling = Narrator::new(false, None).event(&Event::TrafficReturned {
            function: "ApiFunction".to_owned(),
            from: from.to_owned(),
            to: "1".to_owned(),
        });
        anstream::adapter::strip_str(&telling.lines.unwrap()).to_string()
    });
    insta::assert_snapshot!(told.join("\n"), @"
    ! ApiFunction was on version 2, pushed past the stack; it is back on 1
    ! ApiFunction had code that was pushed and not published; it has that of version 1 again
    ");
}

#[test]
fn a_table_that_is_purged_is_not_said_to_be_kept() {
    let tables = ["orders-events", "orders-kept"].map(|name| KeptTable {
        name: name.to_owned(),
        items: 1,
    });
    let mut narrator = Narrator::default();
    narrator.asked(&Question::Destroy(Deletion {
        stack: "orders",
        stays: &tables[1..],
        purges: &tables[..1],
        ..Deletion::default()
    }));
    let told = tables.map(|table| {
        let mut event = resource(7, "Table", "DELETE_SKIPPED", None);
        event.physical_id = table.name;
        let telling = narrator.event(&Event::Resource {
            event,
            progress: Progress::of(1),
        });
        anstream::adapter::strip_str(&telling.lines.unwrap()).to_string()
    });
    assert_eq!(
        told,
        [
            "  - Table SNS::Topic left to be deleted after the stack",
            "  - Table SNS::Topic kept"
        ]
    );
}

#[test]
fn a_deletion_says_what_of_an_earlier_one_it_leaves() {
    let told = [
        vec![],
        vec!["orders-events"],
        vec!["orders-events", "orders-feed"],
    ]
    .map(|stay| {
        let event = Event::EarlierRun {
            stack: "orders".to_owned(),
            run: Unfinished {
                task: Task::Purge,
                by: "arn:aws:sts::123456789012:assumed-role/admin/jo".to_owned(),
                since: Timestamp::from_second(1_800_000_000).unwrap(),
                release: None,
                policy_lifted: false,
            },
            life: Life::Over,
            fate: RunFate::Deleted {
                stay: stay.into_iter().map(str::to_owned).collect(),
            },
        };
        let lines = Narrator::default().event(&event).lines.unwrap();
        anstream::adapter::strip_str(&lines).to_string()
    });
    insta::assert_snapshot!(told.join("\n"), @"
    ! a deletion of orders by jo, begun 2027-01-15 08:00:00 UTC, was unfinished: this run finishes it
    ! a deletion of orders by jo, begun 2027-01-15 08:00:00 UTC, was unfinished: this run deletes what is left of the stack; table orders-events, which was to go, too, stays: `down --purge` deletes it
    ! a deletion of orders by jo, begun 2027-01-15 08:00:00 UTC, was unfinished: this run deletes what is left of the stack; tables orders-events, orders-feed, which were to go, too, stay: `down --purge` deletes them
    ");
}
