//! An import applies the template's properties, or does not; and its rollback leaves the one or the other.

use crate::fake::FakeTable;
use crate::stack::StackStatus;

use super::*;

/// A scene in which only the table of an earlier stack is left, whose settings are not the template's.
async fn with_a_table_left(way: Import, deletion_protection: bool) -> Scene {
    let mut template = template();
    template["Resources"]["Events"]["Properties"]["DeletionProtectionEnabled"] = json!(deletion_protection);
    let mut scene = Scene::deployed_as(template).await;
    scene.cloud.believe(|beliefs| beliefs.import = way);
    scene.down(Purge::KeepTables).await.unwrap();
    scene.cloud.with(|world| {
        let table = world.tables.get_mut("orders-events").unwrap();
        (table.items, table.deletion_protection) = (42, !deletion_protection);
        (table.point_in_time_recovery, table.stream_view) = (false, None);
        table.tags.clear();
    });
    scene.forget();
    scene
}

fn table(scene: &Scene) -> FakeTable {
    scene.cloud.with(|world| world.tables["orders-events"].clone())
}

/// The table is as the template says, with all that was in it.
fn assert_is_the_templates(scene: &Scene, deletion_protection: bool, way: Import) {
    let table = table(scene);
    assert_eq!(table.items, 42, "{way:?}");
    assert_eq!(table.deletion_protection, deletion_protection, "{way:?}");
    assert!(table.point_in_time_recovery, "{way:?}");
    assert_eq!(table.stream_view.as_deref(), Some("NEW_IMAGE"), "{way:?}");
    let tags = [("log", "of record"), ("owner", "platform")];
    let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(table.tags, BTreeMap::from(tags), "{way:?}");
}

#[tokio::test]
async fn a_table_is_as_the_template_says_after_an_import_that_applies_it_and_one_that_does_not() {
    for way in Import::ALL {
        for deletion_protection in [true, false] {
            let mut scene = with_a_table_left(way, deletion_protection).await;
            assert!(matches!(scene.up().await, Ok(Deployed::Created(_))), "{way:?}");
            assert_is_the_templates(&scene, deletion_protection, way);
        }
    }
}

#[tokio::test]
async fn whatever_the_rollback_of_an_import_leaves_the_next_run_takes_in() {
    for way in Import::ALL {
        for deletion_protection in [true, false] {
            let mut scene = with_a_table_left(way, deletion_protection).await;
            // Resources are made in the order of their names: the table is imported by then.
            scene.cloud.fail_resource("Topic", "TopicName is not allowed");
            let error = scene.up().await.unwrap_err();
            let DeployError::Stopped(Stopped::Failed { status, .. }) = error else {
                panic!("{error:?}")
            };
            assert_eq!(status, StackStatus::RollbackComplete);
            // It was protected before the import. An import that applies the template's properties is what takes that away.
            let is_protected = deletion_protection || way != Import::Applied;
            let left = table(&scene);
            assert_eq!(
                (left.items, left.deletion_protection),
                (42, is_protected),
                "{way:?}"
            );
            assert_eq!(left.point_in_time_recovery, way == Import::Applied, "{way:?}");

            scene.cloud.mend_resource("Topic");
            assert!(matches!(scene.up().await, Ok(Deployed::Created(_))), "{way:?}");
            assert_is_the_templates(&scene, deletion_protection, way);
        }
    }
}
