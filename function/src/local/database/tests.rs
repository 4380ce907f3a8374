use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use super::*;

const STREAM: &str = "order/63d76d59-dde0-46f1-bf00-4671d4a7fd99";

async fn put(database: &Database, number: u64) -> Result<Value, AskError> {
    let request = json!({
        "TableName": database.tables.events,
        "Item": {"pk": {"S": STREAM}, "sk": {"N": number.to_string()}, "events": {"S": "kept"}},
        "ConditionExpression": "attribute_not_exists(pk)",
    });
    database.connector().ask("PutItem", &request).await
}

/// All items as they lie in the file, which is open.
fn items(file: &str) -> Vec<String> {
    let connection = Connection::open(file).unwrap();
    let mut statement = connection
        .prepare("SELECT item_json FROM \"event-store-local-events\" ORDER BY rowid")
        .unwrap();
    let items = statement.query_map([], |row| row.get(0)).unwrap();
    items.map(Result::unwrap).collect()
}

#[tokio::test]
async fn what_cannot_be_read_is_not_overwritten_and_ends_the_appending() {
    // No JSON any more; JSON that does not name its place; JSON that is no item.
    for (from, to) in [
        ("{", "["),
        ("\"pk\"", "\"pj\""),
        ("\"sk\"", "\"sj\""),
        ("\"S\"", "\"Q\""),
    ] {
        let folder = TempDir::new().unwrap();
        let folder = DataFolder::claim(&folder.path().join("store")).unwrap();
        let (condition, location) = (Condition::of(&folder), folder.location().to_owned());
        let file = Some((folder, Durability::Kill));
        let database = Database::open(file, Arc::default(), Some(condition.clone())).unwrap();
        put(&database, 1).await.unwrap();
        let refused = put(&database, 1).await.unwrap_err();
        assert!(
            refused.to_string().contains("ConditionalCheckFailed"),
            "{refused}"
        );
        assert_eq!(condition.refusal(), None);

        Connection::open(&location)
            .unwrap()
            .execute(
                "UPDATE \"event-store-local-events\" SET item_json = replace(item_json, ?1, ?2)",
                [from, to],
            )
            .unwrap();
        let damaged = items(&location);
        let refused = put(&database, 1).await.unwrap_err();
        assert!(refused.to_string().contains(BAD_ITEM), "{from}: {refused}");
        assert_eq!(items(&location), damaged, "{from}");
        let refusal = condition.refusal().unwrap_or_default();
        assert!(refusal.contains(" is damaged: "), "{from}: {refusal}");
        database.close();
    }
}
