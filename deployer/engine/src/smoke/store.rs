//! The store that is tried, as its callers reach it.

use super::BoxError;

/// A store, and whoever listens to it.
#[expect(
    async_fn_in_trait,
    reason = "the engine runs as one task and asks no future to be `Send`"
)]
pub trait Store {
    /// Appends an event to the stream that is kept for this, and answers its revision. Asked again, it is the same event.
    async fn append(&self) -> Result<u64, Refusal>;

    /// Reads the event back that was appended at `revision`.
    ///
    /// # Errors
    /// It is not there, or another one is.
    async fn read_back(&self, revision: u64) -> Result<(), Refusal>;

    /// Whether the stream is listed at `revision`, or a later one. The listing is filled with a delay.
    async fn lists(&self, revision: u64) -> Result<bool, Refusal>;

    /// Calls without a signature, and answers the status of the answer.
    async fn call_unsigned(&self) -> Result<u16, Refusal>;

    /// Whether a message announces that the stream has reached `revision`.
    fn announces(&self, message: &str, revision: u64) -> bool;
}

/// Why the store did not do what it was asked for.
#[derive(Debug)]
pub enum Refusal {
    /// The store was not come to: nobody answered, or AWS lets nobody through. It may do so later.
    NotReached(BoxError),
    /// It answered, and not as it should.
    Wrong(BoxError),
}
