//! What outlived an earlier stack.

use crate::cloud::{Owner, TableRepair};
use crate::fake::FakeTable;
use crate::stack::StackStatus;
use crate::{ErrorKind, Mismatch, adopt};

use super::*;

/// A scene in which only the table of an earlier stack is left, with items in it.
async fn with_a_table_left() -> Scene {
    let mut scene = Scene::deployed().await;
    scene.down(Purge::KeepTables).await.unwrap();
    scene.cloud.with(|world| table(world).items = 42);
    scene.forget();
    scene
}

fn table(world: &mut crate::fake::World) -> &mut FakeTable {
    world.tables.get_mut("orders-events").unwrap()
}

#[tokio::test]
async fn a_table_that_was_left_is_imported_with_its_items() {
    let mut scene = with_a_table_left().await;
    assert!(matches!(scene.up().await, Ok(Deployed::Created(_))));
    assert!(scene.reporter.events.contains(&Event::Adopting {
        table: "orders-events".into(),
        items: 42
    }));
    assert!(
        scene.reporter.asked[0].contains("import Events"),
        "{:?}",
        scene.reporter.asked
    );
    scene.cloud.with(|world| {
        assert_eq!(table(world).items, 42);
        assert!(world.stack_mut("orders").resources["Events"].imported);
    });
}

#[tokio::test]
async fn it_is_protected_before_the_import_and_brought_to_the_template_afterwards() {
    let mut scene = with_a_table_left().await;
    scene.cloud.with(|world| {
        let table = table(world);
        table.point_in_time_recovery = false;
        table.tags = BTreeMap::from([
            ("log".into(), "of nothing".into()),
            ("mine".into(), "kept".into()),
        ]);
    });
    scene.up().await.unwrap();
    let repairs: Vec<_> = scene
        .reporter
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Repairing { repair, .. } => Some(repair.clone()),
            _ => None,
        })
        .collect();
    let tags = BTreeMap::from([
        ("log".into(), "of record".into()),
        ("owner".into(), "platform".into()),
    ]);
    assert_eq!(
        repairs,
        [
            TableRepair::DeletionProtection(true),
            TableRepair::PointInTimeRecovery(true),
            TableRepair::Tags(tags),
            TableRepair::DeletionProtection(false),
        ]
    );
    let calls = scene.cloud.calls();
    let protected = calls.iter().position(|call| call == "UpdateTable").unwrap();
    let executed = calls.iter().position(|call| call == "ExecuteChangeSet").unwrap();
    assert!(protected < executed, "{calls:?}");
    assert_eq!(
        scene.cloud.with(|world| table(world).tags["mine"].clone()),
        "kept"
    );
}

#[tokio::test]
async fn a_stream_that_is_off_is_turned_on_before_the_import() {
    let mut scene = with_a_table_left().await;
    scene.cloud.with(|world| table(world).stream_view = None);
    scene.up().await.unwrap();
    assert_eq!(
        scene
            .cloud
            .with(|world| table(world).stream_view.clone())
            .as_deref(),
        Some("NEW_IMAGE")
    );
}

#[tokio::test]
async fn a_table_with_another_key_is_refused() {
    let mut scene = with_a_table_left().await;
    scene
        .cloud
        .with(|world| table(world).key[1].attribute_type = "S".into());
    let error = scene.up().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(
        error.to_string(),
        "table `orders-events` exists and cannot be imported: its key is `pk S, sk S`, the template's is `pk S, sk N`"
    );
    assert_eq!(scene.cloud.called("CreateChangeSet"), 0);
}

#[tokio::test]
async fn a_table_with_another_stream_view_is_refused() {
    let mut scene = with_a_table_left().await;
    scene
        .cloud
        .with(|world| table(world).stream_view = Some("KEYS_ONLY".into()));
    let error = scene.up().await.unwrap_err();
    let DeployError::NotAdoptable { mismatch, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        mismatch,
        Mismatch::StreamView {
            wanted: "NEW_IMAGE".into(),
            actual: "KEYS_ONLY".into()
        }
    );
}

#[tokio::test]
async fn a_table_of_another_stack_is_refused() {
    let mut scene = Scene::deployed().await;
    scene.deployment.stack = "copy".into();
    scene.cloud.with(|world| world.log_groups.clear());
    let error = scene.up().await.unwrap_err();
    let DeployError::NotAdoptable { mismatch, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(mismatch, Mismatch::Owned("orders".into()));
}

#[tokio::test]
async fn what_cannot_be_adopted_is_named_before_a_change_set_is_made() {
    let mut scene = Scene::new();
    scene
        .cloud
        .with(|world| world.log_groups.insert("/event-store/orders/api".into()));
    let error = scene.up().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "these exist already: log group `/event-store/orders/api` (in no stack)"
    );
    assert_eq!(scene.cloud.called("CreateChangeSet"), 0);
}

#[tokio::test]
async fn a_rolled_back_import_leaves_the_table_as_it_was_and_protected() {
    let mut scene = with_a_table_left().await;
    scene.cloud.fail_resource("Topic", "TopicName is not allowed");
    let error = scene.up().await.unwrap_err();
    assert!(
        matches!(
            error,
            DeployError::Stopped(Stopped::Failed {
                status: StackStatus::RollbackComplete,
                ..
            })
        ),
        "{error:?}"
    );
    scene.cloud.with(|world| {
        assert_eq!(table(world).items, 42);
        assert!(table(world).deletion_protection);
    });

    scene.cloud.mend_resource("Topic");
    assert!(matches!(scene.up().await, Ok(Deployed::Created(_))));
    assert_eq!(scene.cloud.with(|world| table(world).items), 42);
}

#[tokio::test]
async fn a_declined_adoption_leaves_the_table_alone() {
    let mut scene = with_a_table_left().await;
    let before = scene.cloud.with(|world| table(world).clone());
    scene.reporter.answer = Answer::No;
    scene.up().await.unwrap_err();
    assert_eq!(scene.cloud.with(|world| table(world).clone()), before);
}

/// A template with something of each type that has a name of its own.
fn with_all_names(template: &mut Value) {
    let resources = template["Resources"].as_object_mut().unwrap();
    for (logical_id, kind, property, name) in OTHERS {
        let resource = json!({"Type": kind, "Properties": {property: name}});
        resources.insert(logical_id.into(), resource);
    }
}

const OTHERS: [(&str, &str, &str, &str); 5] = [
    ("Dead", "AWS::SQS::Queue", "QueueName", "orders-dead"),
    (
        "Url",
        "AWS::SSM::Parameter",
        "Name",
        "/staging/event-store/ES_URL",
    ),
    ("Updates", "AWS::SNS::Topic", "TopicName", "orders-updates"),
    ("Worker", "AWS::Lambda::Function", "FunctionName", "orders-worker"),
    (
        "Scratch",
        "AWS::Logs::LogGroup",
        "LogGroupName",
        "/orders/scratch",
    ),
];

#[tokio::test]
async fn whatever_has_a_name_of_its_own_is_looked_up_once_before_a_creation() {
    let mut scene = Scene::new();
    scene.change(with_all_names);
    assert!(matches!(scene.up().await, Ok(Deployed::Created(_))));
    let calls = scene.cloud.calls();
    let created = calls.iter().position(|call| call == "CreateChangeSet").unwrap();
    let before = |operation: &str| calls[..created].iter().filter(|call| *call == operation).count();
    for (operation, times) in [
        ("DescribeTable", 1),
        ("DescribeLogGroups", 2),
        ("GetTopicAttributes", 2),
        ("GetQueueUrl", 1),
        ("GetParameter", 1),
        ("GetFunctionConfiguration", 1),
        ("DescribeStackResources", 0),
    ] {
        assert_eq!(before(operation), times, "{operation}");
    }
}

#[tokio::test]
async fn a_name_of_each_type_that_is_taken_is_refused_before_a_change_set_is_made() {
    for (logical_id, kind, property, name) in OTHERS {
        let mut scene = Scene::new();
        scene.change(with_all_names);
        let body = json!({"Type": kind, "Properties": {property: name}});
        scene.cloud.with(|world| world.add_by_hand(logical_id, &body));
        let error = scene.up().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        let told = error.to_string();
        assert!(told.ends_with(&format!("`{name}` (in no stack)")), "{told}");
        assert_eq!(scene.cloud.called("CreateChangeSet"), 0);
    }
}

#[tokio::test]
async fn what_another_stack_has_is_told_with_that_stack() {
    let mut scene = Scene::new();
    scene.change(with_all_names);
    scene.up().await.unwrap();
    scene.deployment.stack = "copy".into();
    scene.change(|template| {
        template["Resources"].as_object_mut().unwrap().remove("Events");
        template["Resources"].as_object_mut().unwrap().remove("Scratch");
        template["Resources"].as_object_mut().unwrap().remove("Logs");
    });
    let error = scene.up().await.unwrap_err();
    let DeployError::NamesTaken { taken } = error else {
        panic!("{error:?}")
    };
    assert_eq!(taken.len(), 5);
    for one in taken {
        assert_eq!(one.owner, Owner::Stack("orders".into()), "{one}");
    }
}

#[tokio::test]
async fn what_a_deleted_stack_left_is_told_as_left() {
    let mut scene = Scene::new();
    scene.change(|template| template["Resources"]["Topic"]["DeletionPolicy"] = "Retain".into());
    scene.up().await.unwrap();
    scene.down(Purge::KeepTables).await.unwrap();
    let error = scene.up().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "these exist already: topic `orders-events` (left by stack `orders`, which is deleted)"
    );
}

#[tokio::test]
async fn a_log_group_of_another_stack_is_not_taken_in() {
    let mut scene = Scene::new();
    let retained = |template: &mut Value| template["Resources"]["Logs"]["DeletionPolicy"] = "Retain".into();
    scene.change(retained);
    scene.up().await.unwrap();
    scene.deployment.stack = "copy".into();
    scene.change(|template| {
        let logs = template["Resources"]["Logs"].clone();
        template["Resources"] = json!({ "Logs": logs });
    });
    let error = scene.up().await.unwrap_err();
    assert!(matches!(error, DeployError::NamesTaken { .. }), "{error:?}");
}

#[tokio::test]
async fn a_creation_that_finds_its_own_stack_begins_anew() {
    let mut scene = Scene::deployed().await;
    // It was not there when it was looked for.
    let blueprint = scene.deployment.template.blueprint().clone();
    let session = scene.session().await;
    let error = adopt::look_up(&session, "orders", &blueprint, None, &Accepted::default()).await;
    assert!(matches!(error, Err(DeployError::Overtaken { .. })), "{error:?}");
}

#[tokio::test]
async fn an_update_looks_up_the_names_that_it_adds_and_no_others() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| template["Outputs"]["More"] = json!({"Value": "more"}));
    scene.up().await.unwrap();
    assert_eq!(scene.cloud.called("GetTopicAttributes"), 0);

    scene.change(with_all_names);
    let body = json!({"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "orders-updates"}});
    scene.cloud.with(|world| world.add_by_hand("Updates", &body));
    scene.cloud.forget_calls();
    let error = scene.up().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "these exist already: topic `orders-updates` (in no stack)"
    );
    assert_eq!(scene.cloud.called("GetTopicAttributes"), 1);
    assert_eq!(scene.cloud.called("CreateChangeSet"), 0);
}

#[tokio::test]
async fn an_update_takes_a_table_in_that_it_let_go() {
    let mut scene = Scene::deployed().await;
    let whole = scene.deployment.template.clone();
    scene.cloud.with(|world| table(world).items = 42);
    scene.change(|template| {
        template["Resources"].as_object_mut().unwrap().remove("Events");
    });
    scene.deployment.accepted = ["remove:Events"]
        .map(|text| text.parse().unwrap())
        .into_iter()
        .collect();
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    scene.deployment.template = whole;
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    assert_eq!(scene.cloud.with(|world| table(world).items), 42);
    assert!(
        scene.reporter.asked.last().unwrap().contains("import Events"),
        "{:?}",
        scene.reporter.asked
    );
}

#[tokio::test]
async fn an_import_that_is_interrupted_while_its_table_is_made_ready_leaves_no_shell_and_says_what_stays() {
    let mut scene = Scene::deployed().await;
    scene.down(Purge::KeepTables).await.unwrap();
    scene.cloud.with(|world| world.objects.clear());
    scene.reporter.interrupts_at = Some(|event| matches!(event, Event::Repairing { .. }));
    let error = scene.up().await.unwrap_err();
    assert!(
        matches!(
            error,
            DeployError::Stopped(Stopped::Interrupted { going_on: None })
        ),
        "{error:?}"
    );
    scene.assert_nothing_is_left_behind();
    let stays = |event: &Event| matches!(event, Event::Stays { .. });
    assert!(
        scene.reporter.events.iter().any(stays),
        "{:?}",
        scene.reporter.events
    );
}
