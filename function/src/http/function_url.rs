//! The API as Lambda calls it: the events of a function URL in, what it answers out.
//!
//! Anybody may send anything to a public URL, and an invocation that fails is an error of the function's: it raises an
//! alarm, and undoes an update that is being watched. So whatever Lambda hands over is answered by the API, and what is no
//! request with 400. Cookies are not taken over: nothing here reads them.

mod answer;
pub(crate) mod event;

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use lambda_runtime::{LambdaEvent, Service as _};
use serde_json::value::RawValue;

pub use answer::Answer;

/// The API, called with the events of a function URL.
#[derive(Clone, Debug)]
pub struct FunctionUrl {
    router: Router,
}

impl FunctionUrl {
    /// What answers with `router`.
    pub fn new(router: Router) -> Self {
        Self { router }
    }

    /// Answers an invocation, whatever its event is.
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

/// The id of the invocation that a request came with.
#[derive(Clone, Debug)]
pub(super) struct InvocationId(pub(super) String);
