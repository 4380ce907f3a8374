//! How far a follower is, and what becomes of the streams that it holds.

use event_store_types::{Revision, StreamId, StreamType};

use super::following::Following;
use super::keeper::Keeper;
use super::{Checkpoint, FollowError, HeldStream};

impl Following {
    /// How far it is, as it is kept. Run by notifications, it is kept stream by stream, and not here.
    ///
    /// # Errors
    /// When that cannot be found out.
    pub async fn checkpoint(&self) -> Result<Checkpoint, FollowError> {
        let keeper = Keeper::load(&self.checkpoints, &self.name).await?;
        Ok(keeper.found.unwrap_or_default())
    }

    /// Has a held stream tried again at once, parked or not. A follower that is running notices within its next page.
    ///
    /// Answers whether it was held.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub async fn resume(&self, stream_type: &StreamType, stream_id: StreamId) -> Result<bool, FollowError> {
        self.change_held(stream_type, stream_id, |_| ()).await
    }

    /// Passes over the event that holds a stream, and goes on behind it. Of no use to a projection, whose read model counts
    /// what it has.
    ///
    /// Answers whether it was held.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub async fn skip(&self, stream_type: &StreamType, stream_id: StreamId) -> Result<bool, FollowError> {
        let skip = |held: &mut HeldStream| {
            held.after = Some(
                held.after
                    .map_or(Revision::FIRST, |after| after.saturating_add(1)),
            );
        };
        self.change_held(stream_type, stream_id, skip).await
    }

    async fn change_held(
        &self,
        stream_type: &StreamType,
        stream_id: StreamId,
        change: impl Fn(&mut HeldStream),
    ) -> Result<bool, FollowError> {
        loop {
            let mut keeper = Keeper::load(&self.checkpoints, &self.name).await?;
            let mut checkpoint = keeper.found.take().unwrap_or_default();
            let Some(held) = checkpoint.held_mut(stream_type, stream_id) else {
                return Ok(false);
            };
            held.is_parked = false;
            held.attempts = 0;
            change(held);
            if keeper.keep(&checkpoint).await? {
                return Ok(true);
            }
        }
    }
}
