//! Notifications as a Lambda function is given them, through a queue or from the topic itself.
//!
//! ```no_run
//! use aws_lambda_events::event::sqs::SqsEvent;
//! use event_store_client::lambda::Function;
//! use event_store_client::types::Notification;
//! use lambda_runtime::{Error, LambdaEvent, service_fn};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Error> {
//! let function = &Function::new(|notification: Notification| async move {
//!     println!("{} is at {} or beyond", notification.stream_id, notification.stream_revision);
//!     Ok::<_, Error>(())
//! });
//! lambda_runtime::run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
//!     Ok::<_, Error>(function.handle_sqs(event.payload).await)
//! }))
//! .await
//! # }
//! ```
//!
//! # The event source mapping
//! It needs `FunctionResponseTypes: [ReportBatchItemFailures]`, or else one message that fails makes the whole batch
//! come again, and the queue needs a redrive policy
//! ([AWS](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html)). The queue's visibility
//! timeout should be six times that of the function.

mod function;
mod received;

pub use crate::notification::MalformedNotification;
pub use function::{Function, NotHandled};
pub use received::{Received, from_sns, from_sqs};
