//! What outlived an earlier stack.

use crate::aws::TableRepair;
use crate::aws::fake::FakeTable;
use crate::engine::{ErrorKind, Mismatch};
use crate::stack::StackStatus;

use super::*;

/// A scene in which only the table of an earlier stack is left, with items in it.
async fn with_a_table_left() -> Scene {
    let mut scene = Scene::deployed().await;
    scene.down(Purge::KeepTables).await.unwrap();
    scene.cloud.with(|world| table(world).items = 42);
    scene.forget();
    scene
}

fn table(world: &mut crate::aws::fake::World) -> &mut FakeTable {
    world.tables.get_mut("orders-events").unwrap()
}

#[tokio::test]
async fn a_table_that_was_left_is_imported_with_its_items() {
    let mut scene = with_a_table_left().await;
    assert!(matches!(scene.up().await, Ok(Deployed::Created(_))));
    assert!(scene.talk.events.contains(&Event::Adopting {
        table: "orders-events".into(),
        items: 42
    }));
    assert!(
        scene.talk.asked[0].contains("import Events"),
        "{:?}",
        scene.talk.asked
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
        .talk
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
        "these exist already and are in no stack: `/event-store/orders/api`"
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
            DeployError::Failed {
                status: StackStatus::RollbackComplete,
                ..
            }
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
    scene.talk.answer = Answer::No;
    scene.up().await.unwrap_err();
    assert_eq!(scene.cloud.with(|world| table(world).clone()), before);
}
