//! Where a run begins.

use std::time::Duration;

use futures::TryStreamExt as _;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Drive;
use crate::Error;
use crate::follow::following::Following;
use crate::follow::keeper::Keeper;
use crate::follow::schedule::Schedule;
use crate::follow::{Checkpoint, FollowError, Progress};

impl<'a> Drive<'a> {
    /// How long a run waits when it cannot even begin.
    const RETRY_START: Duration = Duration::from_secs(1);

    pub(super) async fn start(following: &'a Following) -> Result<Self, FollowError> {
        until_it_answers(following, || following.origin.check()).await?;
        let mut keeper = Keeper::load(&following.checkpoints, &following.name).await?;
        let mut checkpoint = keeper.found.take();
        while checkpoint.is_none() && following.begins_at_end {
            let page = until_it_answers(following, || async {
                let page = following.feed().from_end().page().await;
                page.map_err(FollowError::Feed)
            });
            let end = Checkpoint {
                cursor: Some(page.await?.next),
                ..Checkpoint::default()
            };
            if keeper.keep(&end).await? {
                checkpoint = Some(end);
            } else {
                keeper = Keeper::load(&following.checkpoints, &following.name).await?;
                checkpoint = keeper.found.take();
            }
        }
        let of = if following.is_counting {
            let count = || async { count(following).await.map_err(FollowError::Feed) };
            Some(until_it_answers(following, count).await?)
        } else {
            None
        };
        let mut drive = Self {
            following,
            keeper,
            schedule: Schedule::new(following.rules, checkpoint.unwrap_or_default()),
            feed: None,
            reading: None,
            tasks: JoinSet::new(),
            started: Instant::now(),
            keep_at: Instant::now(),
            retry_at: None,
            is_at_end: false,
            progress: Progress {
                of,
                ..Progress::default()
            },
        };
        drive.begin_to_read();
        drive.take_stock();
        Ok(drive)
    }
}

/// Asks the store again and again, until it answers.
async fn until_it_answers<T, Asking: Future<Output = Result<T, FollowError>>>(
    following: &Following,
    ask: impl Fn() -> Asking,
) -> Result<T, FollowError> {
    loop {
        match ask().await {
            Err(FollowError::Feed(error)) if error.is_retryable() => {
                tracing::warn!(follower = following.name, %error, "the store cannot be asked");
                tokio::time::sleep(Drive::RETRY_START).await;
            }
            answer => return answer,
        }
    }
}

/// How many events there are: the revision of a stream is the number of its events.
async fn count(following: &Following) -> Result<u64, Error> {
    let mut types = following.stream_types.to_vec();
    if types.is_empty() {
        types = following.client.stream_types().await?;
    }
    let mut events = 0;
    for stream_type in types {
        let mut streams = following.client.streams(&stream_type).into_stream();
        while let Some(stream) = streams.try_next().await? {
            events += stream.revision.as_u64();
        }
    }
    Ok(events)
}
