//! Reading the stream, on the store's own machine.

use event_store_function::store::commit::Commit;
use event_store_function::store::read::forwards::Step;
use event_store_function::store::read::{Forwards, Outcome};
use event_store_function::store::{Commits, Consistency};
use event_store_types::{Event, Revision};

use crate::database::Database;
use crate::request::stream;

/// The `count` events after `after` as a strong reading shows them now, or `None` when it shows no page.
pub(crate) fn read(after: Option<Revision>, count: usize, database: &Database) -> Option<Vec<Event>> {
    let read = Forwards {
        stream: stream(),
        after,
        limit: count,
        consistency: Consistency::Strong,
    };
    let mut step = read.begin();
    loop {
        step = match step {
            Step::Commits(find) => {
                let later = database
                    .commits()
                    .filter(|commit| Some(commit.first()) > find.after());
                let mut commits: Vec<Commit> = later.cloned().collect();
                let more = commits.len() > find.limit();
                commits.truncate(find.limit());
                find.found(Commits { commits, more })
            }
            Step::Before(find) => {
                let before = database.newest_at_or_before(find.position());
                find.found(before.cloned())
            }
            Step::Done(Outcome::Page(page)) => return Some(page.events),
            Step::Done(Outcome::NotFound | Outcome::Gap { .. }) => return None,
        };
    }
}
