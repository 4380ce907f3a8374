//! The port to where it is kept how far followers are.

use futures::future::BoxFuture;

use super::Committed;
use crate::BoxError;

/// Keeps how far followers are: a text for each key, with a version that grows by one.
///
/// Each [`ReadModel`](super::ReadModel) is one as well, because a read model and how far it is must be lost together or not at all.
pub trait Checkpoints: Send + Sync {
    /// What is kept under `key`, if anything is.
    ///
    /// # Errors
    /// When that cannot be found out.
    fn kept<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Kept>, BoxError>>;

    /// Keeps `kept` under `key`, if what is there has the version before, or if nothing is there and its version is 1. Otherwise
    /// somebody else has kept something meanwhile: [`Committed::Outrun`].
    ///
    /// # Errors
    /// When it is not known whether it is kept.
    fn keep<'a>(&'a self, key: &'a str, kept: Kept) -> BoxFuture<'a, Result<Committed, BoxError>>;
}

/// What is kept under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Kept {
    /// The version: 1 for the first.
    pub version: u64,
    /// The text, which is JSON.
    pub text: String,
}

impl Kept {
    /// The text of a version.
    pub fn new(version: u64, text: impl Into<String>) -> Self {
        Self {
            version,
            text: text.into(),
        }
    }

    /// Whether it may be kept in the place of `before`.
    pub(crate) fn follows(&self, before: Option<u64>) -> bool {
        before.unwrap_or(0).checked_add(1) == Some(self.version)
    }
}
