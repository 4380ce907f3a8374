//! A witness to every request that reaches DynamoDB.

use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::{CATALOGUE_TABLE, DynamoDbAnswer};

/// Notes every attempt of every request, and lets none pass that could change an event that is there.
///
/// It stands before DynamoDB wherever a test has one, so that it sees the requests of each client and process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Witness(Arc<Mutex<Testimony>>);

#[derive(Debug, Default)]
struct Testimony {
    sent: Vec<String>,
    refused: Vec<String>,
}

impl Witness {
    /// The operations since the last call, in the order in which they were sent.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().sent)
    }

    /// The requests since the last call that were not let pass.
    pub(crate) fn take_refused(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().refused)
    }

    /// Notes a request.
    ///
    /// # Errors
    /// When the request could change an event: with what is answered instead.
    pub(crate) fn admit(&self, operation: &str, request: &[u8]) -> Result<(), DynamoDbAnswer> {
        let body: Value = serde_json::from_slice(request).unwrap();
        let mut testimony = self.0.lock().unwrap();
        testimony.sent.push(operation.into());
        if could_change_an_event(operation, &body) {
            testimony.refused.push(format!("{operation} {body}"));
            let code = "com.amazon.coral.service#AccessDeniedException";
            return Err(DynamoDbAnswer::error(400, code, "this could change an event"));
        }
        Ok(())
    }
}

/// Whether a request is anything but a reading, a put on the condition that nothing is there, or about the catalogue.
fn could_change_an_event(operation: &str, body: &Value) -> bool {
    let is_on_catalogue = match operation {
        "BatchWriteItem" => {
            let tables = body["RequestItems"].as_object();
            tables.is_some_and(|tables| tables.keys().all(|table| table == CATALOGUE_TABLE))
        }
        // Those that name several tables in other ways, or hide them in a text, are not taken to be on the catalogue.
        _ => body["TableName"] == CATALOGUE_TABLE,
    };
    match operation {
        "BatchGetItem" | "CreateTable" | "DescribeTable" | "GetItem" | "Query" | "Scan" => false,
        "PutItem" => !is_on_catalogue && body["ConditionExpression"] != "attribute_not_exists(pk)",
        _ => !is_on_catalogue,
    }
}
