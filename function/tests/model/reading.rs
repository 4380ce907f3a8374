//! Reading the stream, on the store's own machine.

use event_store_function::store::commit::Commit;
use event_store_function::store::read::{Outcome, Read, Start, Step};
use event_store_function::store::{Commits, Consistency};
use event_store_types::{Event, Revision};

use crate::database::Database;
use crate::request::stream;

/// The `count` events after `after` as a strong reading shows them now, or `None` when it shows no page.
pub(crate) fn read(after: Option<Revision>, count: usize, database: &Database) -> Option<Vec<Event>> {
    let read = Read {
        stream: stream(),
        start: Start::After(after),
        limit: count,
        consistency: Consistency::Strong,
    };
    let mut step = read.begin();
    loop {
        step = match step {
            Step::Commits(find) => {
                let starts = find.starts();
                let there = database
                    .commits()
                    .filter(|commit| starts.contains(&commit.first()));
                let commits: Vec<Commit> = there.cloned().collect();
                find.found(Commits { commits, more: false })
            }
            Step::Newest(find) => {
                let before = database.newest_at_or_before(find.position());
                find.found(before.cloned())
            }
            Step::Tail(find) => find.found(database.tail()),
            Step::Done(Outcome::Page(page)) => return Some(page.events),
            Step::Done(_) => return None,
        };
    }
}
