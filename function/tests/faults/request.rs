//! A request on its way.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use axum::body::Bytes;
use serde_json::Value;

/// A request as the SDK sends it.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    operation: String,
    json: Bytes,
    is_eventual_read: bool,
}

impl Request {
    pub(crate) fn is_put(&self) -> bool {
        self.operation == "PutItem"
    }

    pub(crate) fn is_read(&self) -> bool {
        !self.is_put()
    }

    pub(crate) fn is_eventual_read(&self) -> bool {
        self.is_eventual_read
    }

    pub(crate) fn operation(&self) -> &str {
        &self.operation
    }

    pub(crate) fn json(&self) -> &[u8] {
        &self.json
    }
}

impl From<&HttpRequest> for Request {
    fn from(request: &HttpRequest) -> Self {
        let target = request.headers().get("x-amz-target").unwrap();
        let operation = target.rsplit('.').next().unwrap().to_owned();
        let json = Bytes::copy_from_slice(request.body().bytes().unwrap());
        let body: Value = serde_json::from_slice(&json).unwrap();
        Self {
            is_eventual_read: is_eventual_read(&operation, &body),
            operation,
            json,
        }
    }
}

fn is_eventual_read(operation: &str, body: &Value) -> bool {
    match operation {
        "Query" => body["ConsistentRead"] != true,
        "BatchGetItem" => body["RequestItems"]
            .as_object()
            .is_some_and(|tables| tables.values().all(|table| table["ConsistentRead"] != true)),
        _ => false,
    }
}
