//! DynamoDB as what it is asked and what it answers: an operation and JSON in, JSON out.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub(crate) const EVENTS_TABLE: &str = "events";
pub(crate) const CATALOGUE_TABLE: &str = "catalogue";
pub(crate) const FEED_TABLE: &str = "feed";

/// A DynamoDB of its own, in memory.
#[derive(Clone)]
pub(crate) struct DynamoDb(dynoxide::Database);

/// What DynamoDB answers over HTTP.
#[derive(Clone, Debug)]
pub(crate) struct DynamoDbAnswer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl DynamoDb {
    /// All tables, empty.
    pub(crate) fn with_tables() -> Self {
        let empty = Self(dynoxide::Database::memory().unwrap());
        for name in [EVENTS_TABLE, CATALOGUE_TABLE, FEED_TABLE] {
            let table = table(name);
            let created = empty.answer("CreateTable", table.to_string().as_bytes());
            assert_eq!(created.status, 200, "{}", created.body);
        }
        empty
    }

    /// Throws the catalogue away, and leaves an empty one in its place.
    pub(crate) fn make_catalogue_anew(&self) {
        self.make_anew(CATALOGUE_TABLE);
    }

    /// Throws the feed away, and leaves an empty one in its place.
    pub(crate) fn make_feed_anew(&self) {
        self.make_anew(FEED_TABLE);
    }

    fn make_anew(&self, name: &str) {
        let deletion = json!({"TableName": name});
        for (operation, request) in [("DeleteTable", deletion), ("CreateTable", table(name))] {
            let answer = self.answer(operation, request.to_string().as_bytes());
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
    }

    /// Does what the JSON `request` asks of `operation`.
    pub(crate) fn answer(&self, operation: &str, request: &[u8]) -> DynamoDbAnswer {
        let database = &self.0;
        match operation {
            "BatchGetItem" => answer(request, |request| database.batch_get_item(request)),
            "BatchWriteItem" => answer(request, |request| database.batch_write_item(request)),
            "CreateTable" => answer(request, |request| database.create_table(request)),
            "DeleteItem" => answer(request, |request| database.delete_item(request)),
            "DeleteTable" => answer(request, |request| database.delete_table(request)),
            "DescribeTable" => answer(request, |request| database.describe_table(request)),
            "GetItem" => answer(request, |request| database.get_item(request)),
            "PutItem" => answer(request, |request| database.put_item(request)),
            "Query" => answer(request, |request| database.query(request)),
            "Scan" => answer(request, |request| database.scan(request)),
            "TransactWriteItems" => answer(request, |request| database.transact_write_items(request)),
            "UpdateItem" => answer(request, |request| database.update_item(request)),
            other => panic!("`{other}` is not among the operations that the tests pass on"),
        }
    }
}

impl DynamoDbAnswer {
    /// The error `code`, as DynamoDB words it.
    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        Self {
            status,
            body: json!({"__type": code, "message": message}).to_string(),
        }
    }
}

fn answer<Request: DeserializeOwned, Answer: Serialize>(
    request: &[u8],
    operation: impl FnOnce(Request) -> dynoxide::Result<Answer>,
) -> DynamoDbAnswer {
    match operation(serde_json::from_slice(request).unwrap()) {
        Ok(answer) => DynamoDbAnswer {
            status: 200,
            body: serde_json::to_string(&answer).unwrap(),
        },
        Err(error) => DynamoDbAnswer {
            status: error.status_code(),
            body: error.to_json(),
        },
    }
}

/// The table that `CreateTable` is to make under this name, as the template has it.
fn table(name: &str) -> Value {
    let logical_id = match name {
        EVENTS_TABLE => "EventsTable",
        CATALOGUE_TABLE => "CatalogueTable",
        _ => "FeedTable",
    };
    let mut tables: Value = serde_json::from_str(include_str!("../../src/dynamo/tables.json")).unwrap();
    let mut table = tables[logical_id].take();
    table["TableName"] = json!(name);
    table
}
