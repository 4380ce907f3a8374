//! Keeping how far a follower is.

use std::sync::Arc;

use super::{Checkpoint, Checkpoints, Committed, FollowError, Kept};
use crate::BoxError;

/// The checkpoint of one follower, as it was found and is kept from there on.
pub(super) struct Keeper {
    checkpoints: Arc<dyn Checkpoints>,
    key: String,
    version: Option<u64>,
    /// What was found; `None` when nothing was.
    pub(super) found: Option<Checkpoint>,
}

impl Keeper {
    pub(super) async fn load(checkpoints: &Arc<dyn Checkpoints>, key: &str) -> Result<Self, FollowError> {
        let kept = checkpoints.kept(key).await;
        let kept = kept.map_err(|source| error(key, source))?;
        let found = kept.as_ref().map(|kept| serde_json::from_str(&kept.text));
        Ok(Self {
            checkpoints: Arc::clone(checkpoints),
            version: kept.as_ref().map(|kept| kept.version),
            found: found.transpose().map_err(|source| error(key, source.into()))?,
            key: key.to_owned(),
        })
    }

    /// Whether nobody has kept anything between the two.
    pub(super) fn is_as_far_as(&self, other: &Self) -> bool {
        self.version == other.version
    }

    /// Keeps `checkpoint`, unless somebody else has kept one meanwhile: then it answers `false`.
    pub(super) async fn keep(&mut self, checkpoint: &Checkpoint) -> Result<bool, FollowError> {
        let version = self.version.unwrap_or(0).saturating_add(1);
        let text = serde_json::to_string(checkpoint).map_err(|source| error(&self.key, source.into()))?;
        let kept = self.checkpoints.keep(&self.key, Kept::new(version, text)).await;
        match kept.map_err(|source| error(&self.key, source))? {
            Committed::Written => {
                self.version = Some(version);
                Ok(true)
            }
            Committed::Outrun => Ok(false),
            Committed::TooMuch => Err(error(&self.key, "it is too large".into())),
        }
    }
}

fn error(key: &str, source: BoxError) -> FollowError {
    FollowError::Checkpoint {
        key: key.to_owned(),
        source,
    }
}
