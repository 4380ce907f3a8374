//! The API as Lambda calls it: takes the events of a function URL and returns its responses.
//!
//! Anybody may send anything to a public URL. A failed invocation counts as an error of the function: it
//! raises an alarm and rolls back an update that is being monitored. So the API answers every payload that
//! Lambda passes on, and answers 400 to one that is not a request. Cookies are dropped: nothing here reads
//! them.

mod answer;
pub(crate) mod event;

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use lambda_runtime::{LambdaEvent, Service as _};
use serde_json::value::RawValue;

pub use answer::Answer;

/// The API, invoked with the events of a function URL.
#[derive(Clone, Debug)]
pub struct FunctionUrl {
    router: Router,
}

impl FunctionUrl {
    /// Answers invocations with `router`.
    pub fn new(router: Router) -> Self {
        Self { router }
    }

    /// Answers an invocation, whatever its event contains.
    ///
    /// # Errors
    /// Never.
    pub async fn handle(&self, invocation: LambdaEvent<Box<RawValue>>) -> Result<Answer, Infallible> {
        let LambdaEvent { payload, context } = invocation;
        let mut request = event::request(payload.get()).unwrap_or_else(|problems| {
            let mut request = Request::new(Body::empty());
            request.extensions_mut().insert(problems);
            request
        });
        request.extensions_mut().insert(InvocationId(context.request_id));
        // A router is always ready.
        let response = self.router.clone().call(request).await?;
        Ok(Answer::of(response).await)
    }
}

/// The id of the invocation that carried the request.
#[derive(Clone, Debug)]
pub(super) struct InvocationId(pub(super) String);
