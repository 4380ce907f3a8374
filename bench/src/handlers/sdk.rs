//! The SDK's share of an operation.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::config::interceptors::{
    BeforeSerializationInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;

use super::usage::Usage;

/// Adds up the usage between the first and the last hook of each request.
///
/// Work of the SDK before its first hook (assembling its configuration) is not visible, and counts as the operation's
/// own.
#[derive(Clone, Debug, Default)]
pub(crate) struct SdkShare(Arc<Mutex<Share>>);

#[derive(Debug, Default)]
struct Share {
    sum: Usage,
    /// The number of requests in progress, and the usage at the start of the first: concurrent requests share their time.
    under_way: u32,
    began: Usage,
}

impl SdkShare {
    /// The sum since the last call.
    pub(crate) fn take(&self) -> Usage {
        std::mem::take(&mut self.lock().sum)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Share> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Intercept for SdkShare {
    fn name(&self) -> &'static str {
        "SdkShare"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut share = self.lock();
        if share.under_way == 0 {
            share.began = Usage::so_far();
        }
        share.under_way += 1;
        Ok(())
    }

    fn read_after_execution(
        &self,
        _: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut share = self.lock();
        share.under_way -= 1;
        if share.under_way == 0 {
            let used = Usage::since(share.began);
            share.sum += used;
        }
        Ok(())
    }
}
