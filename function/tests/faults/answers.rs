//! What comes back over HTTP, and what does instead.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use axum::body::Bytes;
use http_body::{Body, Frame};

use crate::support::DynamoDbAnswer;

pub(crate) fn response(answer: DynamoDbAnswer) -> HttpResponse {
    let status = answer.status.try_into().unwrap();
    HttpResponse::new(status, SdkBody::from(answer.body))
}

/// An answer that ends in the middle.
pub(crate) fn cut(answer: &DynamoDbAnswer) -> HttpResponse {
    let half = Bytes::copy_from_slice(&answer.body.as_bytes()[..answer.body.len() / 2]);
    let body = SdkBody::from_body_1_x(Cut(Some(half)));
    HttpResponse::new(answer.status.try_into().unwrap(), body)
}

/// The part of a body that came before the connection was reset.
struct Cut(Option<Bytes>);

impl Body for Cut {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let part = self.0.take().map(Frame::data);
        Poll::Ready(Some(part.ok_or_else(|| io::ErrorKind::ConnectionReset.into())))
    }
}

pub(crate) fn reset() -> ConnectorError {
    ConnectorError::io(io::Error::from(io::ErrorKind::ConnectionReset).into())
}

/// The throttling errors of
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>, as they are sent.
pub(crate) fn throttled(any: Duration) -> DynamoDbAnswer {
    let (code, message) = match any.as_millis() % 3 {
        0 => (
            "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
            "The level of configured provisioned throughput for the table was exceeded. Consider increasing your \
             provisioning level with the UpdateTable API.",
        ),
        1 => (
            "com.amazonaws.dynamodb.v20120810#RequestLimitExceeded",
            "Throughput exceeds the current throughput limit for your account. Please contact AWS Support at \
             https://aws.amazon.com/support request a limit increase",
        ),
        _ => (
            "com.amazon.coral.availability#ThrottlingException",
            "Rate of requests exceeds the allowed throughput.",
        ),
    };
    DynamoDbAnswer::error(400, code, message)
}

pub(crate) fn failed() -> DynamoDbAnswer {
    let code = "com.amazonaws.dynamodb.v20120810#InternalServerError";
    DynamoDbAnswer::error(
        500,
        code,
        "The request processing has failed because of an unknown error.",
    )
}
