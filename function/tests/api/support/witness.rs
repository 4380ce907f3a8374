//! A witness to every request that the SDK sends.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use serde_json::Value;

use super::EVENTS_TABLE;

/// Notes every attempt of every request, and lets none pass that could change an event that is there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Witness(Arc<Mutex<Vec<String>>>);

impl Witness {
    /// The operations since the last call, in the order in which they were sent.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl Intercept for Witness {
    fn name(&self) -> &'static str {
        "Witness"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let target = request
            .headers()
            .get("x-amz-target")
            .ok_or("no operation named")?;
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body: Value =
            serde_json::from_slice(request.body().bytes().ok_or("a body that is not in memory")?)?;
        let is_on_events = body["TableName"] == EVENTS_TABLE;
        let is_allowed = match operation.as_str() {
            "PutItem" => !is_on_events || body["ConditionExpression"] == "attribute_not_exists(pk)",
            "GetItem" | "Query" | "Scan" => true,
            _ => !is_on_events,
        };
        assert!(
            is_allowed,
            "a request that could overwrite an event: {operation} {body}"
        );
        self.0.lock().unwrap().push(operation);
        Ok(())
    }
}
