//! Keeping how far a run is, and noticing what others have kept.

use tokio::time::Instant;

use super::Drive;
use crate::follow::FollowError;
use crate::follow::keeper::Keeper;
use crate::follow::schedule::{Change, Schedule};

impl Drive<'_> {
    /// Keeps how far it is, if that is due. Who finds that another has kept something meanwhile goes on from there, and answers so.
    pub(super) async fn keep(&mut self, is_last: bool) -> Result<bool, FollowError> {
        let is_due = match self.schedule.change() {
            Change::Nothing => false,
            Change::Settled => self.retry_at.is_none_or(|at| Instant::now() >= at),
            Change::Ahead => Instant::now() >= self.keep_at,
        };
        if !(is_due || is_last && self.schedule.change() != Change::Nothing) {
            return Ok(false);
        }
        let change = self.schedule.change();
        let checkpoint = self.schedule.checkpoint();
        self.keep_at = Instant::now() + Self::KEEP_EVERY;
        match self.keeper.keep(&checkpoint).await {
            Ok(true) => self.retry_at = None,
            Ok(false) => {
                tracing::info!(
                    follower = self.following.name,
                    "the checkpoint was moved by another: going on from there"
                );
                let keeper = Keeper::load(&self.following.checkpoints, &self.following.name).await?;
                self.go_on_from(keeper).await;
                return Ok(true);
            }
            Err(error) if is_last => return Err(error),
            Err(error) => {
                tracing::warn!(follower = self.following.name, %error, "it is tried again");
                self.schedule.is_not_kept(change);
                self.retry_at = Some(self.keep_at);
            }
        }
        self.take_stock();
        Ok(false)
    }

    /// Looks whether another has kept something, as who resumes a held stream does: without news, nothing else would tell. What cannot be
    /// looked at now is looked at after the next page.
    pub(super) async fn look_for_others(&mut self) {
        if !self.is_at_end || !self.schedule.holds() || self.schedule.change() != Change::Nothing {
            return;
        }
        let found = Keeper::load(&self.following.checkpoints, &self.following.name).await;
        if let Ok(keeper) = found
            && !keeper.is_as_far_as(&self.keeper)
        {
            self.go_on_from(keeper).await;
        }
    }

    async fn go_on_from(&mut self, mut keeper: Keeper) {
        self.finish_work().await;
        let checkpoint = keeper.found.take().unwrap_or_default();
        self.keeper = keeper;
        self.schedule = Schedule::new(self.following.rules, checkpoint);
        self.begin_to_read();
        self.take_stock();
    }
}
