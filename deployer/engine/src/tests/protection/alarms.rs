//! The alarms that watch over an update.

use crate::fake::alarm_arn;

use super::*;

fn triggers(scene: &Scene) -> Vec<String> {
    scene
        .cloud
        .with(|world| world.stack_mut("orders").rollback.alarms.clone())
}

#[tokio::test]
async fn the_alarms_that_stand_watch_over_an_update_and_none_over_a_creation() {
    let mut scene = protected().await;
    assert_eq!(triggers(&scene), [""; 0]);
    scene.deployment.watch_alarms_minutes = 5;
    scene.change(|template| {
        template["Description"] = json!("another");
        template["Resources"]["New"] = json!({"Type": "AWS::CloudWatch::Alarm", "Properties": {}});
    });
    scene.up().await.unwrap();
    assert_eq!(
        triggers(&scene),
        ["Behind", "Errors"].map(|alarm| alarm_arn("orders", alarm))
    );
    assert_eq!(
        scene
            .cloud
            .with(|world| world.stack_mut("orders").rollback.minutes),
        5
    );
    let watched = Event::AlarmsWatched {
        alarms: vec!["Behind".into(), "Errors".into()],
        unwatched: Vec::new(),
        minutes: 5,
    };
    assert!(scene.reporter.events.contains(&watched));
}

#[tokio::test]
async fn no_more_than_five_alarms_watch_and_the_others_are_named() {
    let mut scene = protected().await;
    scene.change(|template| {
        for number in 1..=4 {
            template["Resources"][format!("More{number}")] =
                json!({"Type": "AWS::CloudWatch::Alarm", "Properties": {}});
        }
    });
    scene.up().await.unwrap();
    scene.forget();
    scene.change(|template| template["Description"] = json!("another"));
    scene.up().await.unwrap();
    assert_eq!(triggers(&scene).len(), 5);
    let is_left_out = |event: &Event| matches!(event, Event::AlarmsWatched { unwatched, .. } if unwatched == &["More4".to_owned()]);
    assert!(
        scene.reporter.events.iter().any(is_left_out),
        "{:?}",
        scene.reporter.events
    );
}

#[tokio::test]
async fn an_alarm_that_goes_off_undoes_the_update_unless_it_is_ignored_by_name() {
    let mut scene = protected().await;
    scene.cloud.ring("orders", "Errors");
    scene.change(|template| template["Description"] = json!("another"));
    let error = scene.up().await.unwrap_err();
    let DeployError::Stopped(Stopped::Failed { status, cause, .. }) = error else {
        panic!("{error:?}")
    };
    assert_eq!(status.as_str(), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(cause.unwrap().logical_id, "Errors");
    accept(&mut scene, &["ignore:Errors"]);
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    assert_eq!(triggers(&scene), [alarm_arn("orders", "Behind")]);
}

#[tokio::test]
async fn an_update_without_protection_leaves_no_alarm_of_an_earlier_one_on_watch() {
    let mut scene = protected().await;
    scene.change(|template| template["Description"] = json!("another"));
    scene.up().await.unwrap();
    assert_eq!(triggers(&scene).len(), 2);
    scene.deployment.protected = false;
    scene.change(|template| template["Description"] = json!("a third"));
    scene.up().await.unwrap();
    assert_eq!(triggers(&scene), [""; 0]);
}
