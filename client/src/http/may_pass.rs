//! PURE: what marks an error as one that may pass.

/// The source of an error that tells of the store's: that trying again may help. Whoever decides on that finds it in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("trying again later may help")]
pub(crate) struct MayPass;
