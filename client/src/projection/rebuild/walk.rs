//! The two walks.

use futures::future::{Either, FutureExt as _, select};
use futures::stream::{self, StreamExt as _};

use super::super::{EventSource, ProjectError, Projection, ReadModel};
use super::{NotRebuilt, Position, Progress, Rebuild, RebuildTally, Rebuilt};

pub(super) async fn walk<Source, P, Model>(
    mut rebuild: Rebuild<'_, Source, P, Model>,
    start: Position,
    stop: impl Future<Output = ()> + Send,
) -> Result<Rebuilt, NotRebuilt>
where
    Source: EventSource,
    P: Projection<Changes = Model::Changes>,
    Model: ReadModel,
{
    let stop = stop.boxed().shared();
    let mut tally = RebuildTally::default();
    let mut failures: Vec<ProjectError> = Vec::new();
    let mut position = start;
    // Stays before the first page with a stream that failed, so that resuming there tries it again.
    let mut kept = position.clone();
    loop {
        let listing = rebuild.projector.source.streams(
            &rebuild.stream_type,
            position.updated_after(rebuild.overlap),
            position.page_key.as_deref(),
        );
        let page = match select(stop.clone(), Box::pin(listing)).await {
            Either::Left(_) => {
                return Ok(Rebuilt::Stopped {
                    position: kept,
                    tally,
                });
            }
            Either::Right((Ok(page), _)) => page,
            Either::Right((Err(error), _)) => {
                return Err(NotRebuilt::NotListed {
                    position: kept,
                    source: error.into(),
                });
            }
        };
        let next = position.after(&page).map_err(|error| NotRebuilt::NotListed {
            position: kept.clone(),
            source: error.into(),
        })?;

        let projector = rebuild.projector;
        let mut begun = 0;
        let listed = page.streams.len();
        let mut passes = stream::iter(page.streams)
            .take_until(stop.clone())
            .inspect(|_| begun += 1)
            .map(|stream| async move {
                let pass = projector.project(&stream.stream_type, stream.stream_id, stream.revision);
                pass.await
            })
            .buffer_unordered(rebuild.concurrency);
        while let Some(pass) = passes.next().await {
            tally.streams += 1;
            match pass {
                Ok(projected) => {
                    tally.applied += projected.applied;
                    tally.unknown += projected.unknown;
                }
                Err(failure) => {
                    tally.failed += 1;
                    failures.push(failure);
                    if failures.len() > rebuild.most_failures {
                        break;
                    }
                }
            }
        }
        drop(passes);
        if failures.len() > rebuild.most_failures {
            return Err(NotRebuilt::StreamsFailed {
                failures,
                position: kept,
                tally,
            });
        }
        if begun < listed {
            return Ok(Rebuilt::Stopped {
                position: kept,
                tally,
            });
        }

        match next {
            Some(next) => position = next,
            None if failures.is_empty() => return Ok(Rebuilt::Complete(tally)),
            None => {
                return Err(NotRebuilt::StreamsFailed {
                    failures,
                    position: kept,
                    tally,
                });
            }
        }
        if failures.is_empty() {
            kept.clone_from(&position);
        }
        (rebuild.on_progress)(&Progress {
            position: &kept,
            tally,
        });
    }
}
