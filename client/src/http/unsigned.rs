//! Signatures, without what makes them.

use std::convert::Infallible;
use std::time::SystemTime;

use super::transport::Request;

/// Signs requests, where the feature `sigv4` is: without it there is none.
#[derive(Debug)]
pub(crate) enum Signer {}

impl Signer {
    #[expect(clippy::unused_async, reason = "whoever signs waits for credentials")]
    pub(crate) async fn sign(&self, _: SystemTime, _: &mut Request) -> Result<(), Infallible> {
        match *self {}
    }
}
