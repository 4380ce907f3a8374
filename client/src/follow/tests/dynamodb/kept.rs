//! What stands in the table of checkpoints.

use super::*;

#[tokio::test]
async fn checkpoints_may_stand_in_a_table_with_a_sort_key_beside_other_items() {
    let client = database().await;
    let table = Table::new("sorted", "pk").sort_key("sk");
    let model: DynamoDb = DynamoDb::new(client.clone(), table);
    let order = order();
    let place = CheckpointKey::new("orders-1", &order, stream(1));
    for (from, to) in [(None, revision(3)), (Some(revision(3)), revision(4))] {
        let advance = Advance::new(from, to);
        let committed = model.commit(&place, advance, Changes::default()).await.unwrap();
        assert_eq!(committed, Committed::Written);
        assert_eq!(model.load(&place).await.unwrap().checkpoint, Some(to));
    }
    let kept = items(&client, "sorted").await;
    assert_eq!((kept.len(), &kept[0]["sk"]), (1, &text("checkpoint")));
    assert!(!kept[0].contains_key("view"), "there is none to keep");
}

#[tokio::test]
async fn a_view_of_another_form_is_not_taken_for_an_empty_one() {
    let client = database().await;
    let order = order();
    let place = CheckpointKey::new("orders-1", &order, stream(1));
    for (attribute, revision, view) in [
        ("view", AttributeValue::N("1".into()), text(r#"["a list"]"#)),
        ("view", AttributeValue::N("1".into()), AttributeValue::Bool(true)),
        ("revision", text("1"), text("{}")),
        ("revision", AttributeValue::N("0".into()), text("{}")),
    ] {
        let put = client
            .put_item()
            .table_name("checkpoints")
            .item("pk", text(place.to_string()))
            .item("revision", revision)
            .item("view", view);
        put.send().await.unwrap();
        let model: DynamoDb<View> = DynamoDb::new(client.clone(), checkpoints());
        let error = model.load(&place).await.unwrap_err();
        assert!(
            matches!(&error, NotKept::NotReadable { attribute: found, .. } if *found == attribute),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_checkpoint_is_kept_by_whoever_saw_the_one_before() {
    let client = database().await;
    for table in [checkpoints(), Table::new("sorted", "pk").sort_key("sk")] {
        let model: DynamoDb = DynamoDb::new(client.clone(), table);
        assert_eq!(model.kept("totals").await.unwrap(), None);
        for (version, text, is_kept) in [(2, "b", false), (1, "a", true), (1, "b", false), (2, "c", true)] {
            let committed = model.keep("totals", Kept::new(version, text)).await.unwrap();
            assert_eq!(committed == Committed::Written, is_kept, "{version} {text}");
        }
        assert_eq!(model.kept("totals").await.unwrap(), Some(Kept::new(2, "c")));
        assert_eq!(model.kept("others").await.unwrap(), None);
    }
    let key = CheckpointKey::new("totals", &order(), stream(1)).to_string();
    let put = client.put_item().table_name("checkpoints").item("pk", text(&key));
    put.send().await.unwrap();
    let model: DynamoDb = DynamoDb::new(client, checkpoints());
    let error = model.kept(&key).await.unwrap_err();
    assert!(
        error.to_string().ends_with("holds no `version` that can be read"),
        "{error}"
    );
}

#[tokio::test]
async fn a_snapshot_is_found_by_its_folding_and_never_replaced_by_an_older_one() {
    use crate::decider::{DynamoSnapshots, Snapshot, SnapshotKey, Snapshots};
    let client = database().await;
    for table in [checkpoints(), Table::new("sorted", "pk").sort_key("sk")] {
        let snapshots = DynamoSnapshots::new(client.clone(), table);
        let snapshots: &dyn Snapshots<Vec<u64>> = &snapshots;
        let key = |folding: &str| SnapshotKey::new(folding, order(), stream(1));
        assert_eq!(snapshots.load(&key("order-1")).await.unwrap(), None);
        for (at, state) in [(3, vec![3]), (7, vec![7]), (5, vec![5])] {
            let snapshot = Snapshot::new(state, revision(at));
            snapshots.save(&key("order-1"), snapshot).await.unwrap();
        }
        let found = snapshots.load(&key("order-1")).await.unwrap();
        assert_eq!(found, Some(Snapshot::new(vec![7], revision(7))));
        assert_eq!(snapshots.load(&key("order-2")).await.unwrap(), None);
    }
    // A state of another form is an error, which the executor takes for none.
    let other: &dyn Snapshots<String> = &DynamoSnapshots::new(client, checkpoints());
    let key = SnapshotKey::new("order-1", order(), stream(1));
    assert!(
        other
            .load(&key)
            .await
            .unwrap_err()
            .to_string()
            .contains("invalid type")
    );
}
