//! `down`: what goes, what stays, and what must not be left.

use crate::ErrorKind;
use crate::cloud::CallErrorKind;
use crate::stack::StackStatus;

use super::*;

fn events(items: u64) -> KeptTable {
    KeptTable {
        name: "orders-events".into(),
        items,
    }
}

#[tokio::test]
async fn the_stack_goes_and_the_events_stay() {
    let mut scene = Scene::deployed().await;
    scene
        .cloud
        .with(|world| world.tables.get_mut("orders-events").unwrap().items = 7);
    let outcome = scene.down(Purge::KeepTables).await.unwrap();
    let Destroyed::Gone {
        removed,
        kept,
        purged,
    } = outcome
    else {
        panic!("{outcome:?}")
    };
    assert_eq!((removed.len(), kept, purged), (9, vec![events(7)], Vec::new()));
    assert_eq!(
        scene.reporter.asked,
        ["destroy: 9 go; stays [orders-events (7)]; purges []"]
    );
    assert_eq!(scene.cloud.status_of("orders"), Some(StackStatus::DeleteComplete));
    assert!(
        scene
            .cloud
            .with(|world| world.tables.contains_key("orders-events"))
    );
}

#[tokio::test]
async fn purged_tables_go_with_their_protection_lifted_visibly() {
    let mut scene = Scene::deployed().await;
    scene
        .cloud
        .with(|world| world.tables.get_mut("orders-events").unwrap().deletion_protection = true);
    let outcome = scene.down(Purge::DeleteTables).await.unwrap();
    let Destroyed::Gone { kept, purged, .. } = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!((kept, purged), (Vec::new(), vec![events(0)]));
    assert!(scene.reporter.events.contains(&Event::TableProtectionLifted {
        table: "orders-events".into()
    }));
    assert!(scene.cloud.with(|world| world.tables.is_empty()));
}

#[tokio::test]
async fn tables_can_be_purged_when_the_stack_is_gone() {
    let mut scene = Scene::deployed().await;
    scene.down(Purge::KeepTables).await.unwrap();
    let outcome = scene.down(Purge::KeepTables).await.unwrap();
    assert_eq!(
        outcome,
        Destroyed::NothingThere {
            kept: vec![events(0)]
        }
    );

    let outcome = scene.down(Purge::DeleteTables).await.unwrap();
    let gone = Destroyed::Gone {
        removed: Vec::new(),
        kept: Vec::new(),
        purged: vec![events(0)],
    };
    assert_eq!(outcome, gone);
    assert_eq!(
        scene.down(Purge::DeleteTables).await.unwrap(),
        Destroyed::NothingThere { kept: Vec::new() }
    );
}

#[tokio::test]
async fn a_protected_environment_is_refused_before_anything_is_looked_at() {
    let mut scene = Scene::deployed().await;
    scene.deployment.protected = true;
    let error = scene.down(Purge::DeleteTables).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(scene.cloud.calls(), ["GetCallerIdentity"]);
}

#[tokio::test]
async fn a_stack_that_is_still_protected_is_refused_whatever_its_environment_says() {
    for purge in [Purge::KeepTables, Purge::DeleteTables] {
        let mut scene = Scene::deployed().await;
        scene
            .cloud
            .with(|world| world.stack_mut("orders").termination_protection = true);
        let error = scene.down(purge).await.unwrap_err();
        assert!(matches!(error, DestroyError::Protected { .. }), "{error}");
        assert!(
            scene
                .cloud
                .with(|world| world.stack_mut("orders").termination_protection)
        );
    }
}

#[tokio::test]
async fn what_is_made_of_the_log_is_purged_before_the_log() {
    let mut scene = Scene::new();
    scene.change(|template| {
        let mut feed = template["Resources"]["Events"].clone();
        feed["Properties"]["TableName"] = json!("orders-feed");
        feed["Properties"]["StreamSpecification"]["StreamViewType"] = json!("KEYS_ONLY");
        feed["Metadata"]["Deployer"]["Table"] = json!("feed");
        template["Resources"]["ZFeed"] = feed;
    });
    scene.up().await.unwrap();
    scene.down(Purge::DeleteTables).await.unwrap();
    let deleted = scene.reporter.events.iter().filter_map(|event| match event {
        Event::TableDeleting { table, .. } => Some(table.as_str()),
        _ => None,
    });
    assert_eq!(deleted.collect::<Vec<_>>(), ["orders-feed", "orders-events"]);
}

#[tokio::test]
async fn a_declined_deletion_changes_nothing() {
    for (answer, kind) in [
        (Answer::No, ErrorKind::NeedsApproval),
        (Answer::Mismatch, ErrorKind::NeedsApproval),
        (Answer::NobodyToAsk, ErrorKind::NeedsApproval),
    ] {
        let mut scene = Scene::deployed().await;
        scene.reporter.answer = answer;
        let error = scene.down(Purge::DeleteTables).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        let is_other_name = matches!(error, DestroyError::NoMatch { .. });
        assert_eq!(is_other_name, answer == Answer::Mismatch, "{error}");
        assert_eq!(
            scene.cloud.called("DeleteStack") + scene.cloud.called("DeleteTable"),
            0
        );
    }
}

#[tokio::test]
async fn a_resource_that_does_not_go_is_the_cause() {
    let mut scene = Scene::deployed().await;
    scene.cloud.fail_resource("Topic", "somebody holds it");
    let error = scene.down(Purge::DeleteTables).await.unwrap_err();
    let DestroyError::Stopped(Stopped::Failed { status, cause, .. }) = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (status, &*cause.unwrap().reason),
        (StackStatus::DeleteFailed, "somebody holds it")
    );
    assert!(
        scene
            .cloud
            .with(|world| world.tables.contains_key("orders-events"))
    );

    scene.cloud.mend_resource("Topic");
    assert!(matches!(
        scene.down(Purge::KeepTables).await,
        Ok(Destroyed::Gone { .. })
    ));
}

#[tokio::test]
async fn a_log_group_that_comes_back_while_its_stack_goes_is_deleted_visibly() {
    let mut scene = Scene::deployed().await;
    scene.cloud.recreate_log_group("/event-store/orders/api", 1);
    scene.down(Purge::KeepTables).await.unwrap();
    assert!(scene.reporter.events.contains(&Event::LogGroupDeleting {
        name: "/event-store/orders/api".into()
    }));
}

#[tokio::test]
async fn a_log_group_that_comes_back_again_is_deleted_again() {
    let mut scene = Scene::deployed().await;
    scene.cloud.recreate_log_group("/event-store/orders/api", 3);
    scene.down(Purge::DeleteTables).await.unwrap();
    let deleting = |event: &&Event| matches!(event, Event::LogGroupDeleting { .. });
    assert_eq!(scene.reporter.events.iter().filter(deleting).count(), 3);
}

#[tokio::test]
async fn a_log_group_that_comes_back_for_ever_is_told() {
    let mut scene = Scene::deployed().await;
    scene.cloud.recreate_log_group("/event-store/orders/api", 9);
    let error = scene.down(Purge::KeepTables).await.unwrap_err();
    assert_eq!(error.to_string(), "these are left: `/event-store/orders/api`");
}

#[tokio::test]
async fn a_table_that_another_stack_has_adopted_is_not_purged() {
    let mut scene = Scene::deployed().await;
    scene.down(Purge::KeepTables).await.unwrap();
    scene.deployment.stack = "copy".into();
    scene.up().await.unwrap();
    scene.deployment.stack = "orders".into();
    let error = scene.down(Purge::DeleteTables).await.unwrap_err();
    assert_eq!(error.to_string(), "table `orders-events` belongs to stack `copy`");
}

#[tokio::test]
async fn a_shell_goes_quietly() {
    let mut scene = Scene::deployed().await;
    scene.down(Purge::DeleteTables).await.unwrap();
    scene.cloud.with(|world| world.add_shell("orders"));
    assert!(matches!(
        scene.down(Purge::KeepTables).await,
        Ok(Destroyed::Gone { .. })
    ));
    assert_eq!(scene.cloud.status_of("orders"), Some(StackStatus::DeleteComplete));
}

/// A stack with a queue of work, another for what failed, and one that outlives it; each with so many messages.
async fn with_queues(messages: u64) -> Scene {
    let mut template = template();
    let queue = |properties: Value| json!({"Type": "AWS::SQS::Queue", "Properties": properties});
    let dead = json!({"Fn::GetAtt": ["Dead", "Arn"]});
    template["Resources"]["Dead"] = queue(json!({}));
    template["Resources"]["Work"] = queue(json!({"RedrivePolicy": {"deadLetterTargetArn": dead}}));
    template["Resources"]["Kept"] = queue(json!({}));
    template["Resources"]["Kept"]["DeletionPolicy"] = json!("Retain");
    let scene = Scene::deployed_as(template).await;
    scene.cloud.with(|world| {
        assert_eq!(world.queues.len(), 3);
        let queues = world.queues.values_mut();
        queues.for_each(|queue| queue.messages = messages);
    });
    scene
}

fn lost(queue: &str, dead_letters_of: Option<&str>, messages: Option<u64>) -> LostMessages {
    LostMessages {
        queue: queue.into(),
        dead_letters_of: dead_letters_of.map(str::to_owned),
        messages,
    }
}

#[tokio::test]
async fn messages_that_go_with_a_queue_are_told_before_anybody_agrees() {
    let mut scene = with_queues(3).await;
    scene.reporter.answer = Answer::No;
    scene.down(Purge::KeepTables).await.unwrap_err();
    let of_both = |messages| [lost("Dead", Some("Work"), messages), lost("Work", None, messages)];
    assert_eq!(scene.reporter.lost, of_both(Some(3)));
    assert_eq!(scene.cloud.called("DeleteStack"), 0);
    // Who may delete the stack and may not look into the queues is told that they may hold something.
    let denied = CallErrorKind::AccessDenied { message: "no".into() };
    scene.cloud.fail_calls("GetQueueAttributes", 2, &denied);
    scene.down(Purge::KeepTables).await.unwrap_err();
    assert_eq!(scene.reporter.lost, of_both(None));

    let mut scene = with_queues(0).await;
    scene.down(Purge::KeepTables).await.unwrap();
    assert_eq!(scene.reporter.lost, []);
}

#[tokio::test]
async fn what_its_policy_keeps_is_not_said_to_go() {
    let mut scene = with_queues(0).await;
    let Ok(Destroyed::Gone { removed, .. }) = scene.down(Purge::KeepTables).await else {
        panic!()
    };
    assert!(!removed.iter().any(|(id, _)| id == "Kept"), "{removed:?}");
    assert!(removed.iter().any(|(id, _)| id == "Dead"), "{removed:?}");
}
