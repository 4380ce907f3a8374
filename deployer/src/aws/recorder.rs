//! Records which calls were made and how long each took.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Layer, Storable, StoreReplace};

/// A completed call, successful or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The service's name in the SDK, such as `CloudFormation`.
    pub service: String,
    /// The operation, such as `DescribeStacks`.
    pub operation: String,
    /// The duration, including retries.
    pub duration: Duration,
}

/// The calls of a connection, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Calls(Arc<Mutex<Vec<Call>>>);

impl Calls {
    /// A snapshot of the list.
    pub fn to_vec(&self) -> Vec<Call> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn push(&self, call: Call) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }
}

/// Records every call of a client.
#[derive(Debug)]
pub(super) struct Recorder {
    calls: Calls,
}

#[derive(Debug)]
struct Began(Instant);

impl Storable for Began {
    type Storer = StoreReplace<Self>;
}

impl Recorder {
    pub(super) fn new(calls: Calls) -> Self {
        Self { calls }
    }
}

#[dyn_dispatch_hint]
impl Intercept for Recorder {
    fn name(&self) -> &'static str {
        "Recorder"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut layer = Layer::new("Recorder");
        layer.store_put(Began(Instant::now()));
        config.push_layer(layer);
        Ok(())
    }

    fn read_after_execution(
        &self,
        _: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(metadata) = config.load::<Metadata>() {
            self.calls.push(Call {
                service: metadata.service().to_owned(),
                operation: metadata.name().to_owned(),
                duration: config
                    .load::<Began>()
                    .map_or(Duration::ZERO, |began| began.0.elapsed()),
            });
        }
        Ok(())
    }
}
