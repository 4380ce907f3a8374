//! A claim that was tested, and its outcome.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;

use futures::FutureExt;
use tokio::time::timeout;

use super::report::beginning;

/// A claim that was tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Made {
    /// The claim, as a sentence.
    pub(super) claim: String,
    /// Its outcome.
    pub(super) outcome: Outcome,
}

/// The outcome of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It holds; with the measurement, if there was any.
    Holds(String),
    /// It does not hold, for this reason.
    Broken(String),
    /// It could not be tested in this environment, for this reason.
    NotTried(String),
}

/// The measurement of a claim that holds, or the reason why it could not be tested.
pub(super) type Finding = Result<String, String>;

impl Made {
    /// Whether the claim was tested and does not hold.
    pub(super) fn is_broken(&self) -> bool {
        matches!(self.outcome, Outcome::Broken(_))
    }
}

/// Tests a claim. It is broken if it panics or does not end within `limit`.
pub(super) async fn make<F>(claim: impl Into<String>, limit: Duration, tried: F) -> Made
where
    F: Future<Output = Finding>,
{
    let outcome = match timeout(limit, AssertUnwindSafe(tried).catch_unwind()).await {
        Ok(Ok(Ok(told))) => Outcome::Holds(told),
        Ok(Ok(Err(why))) => Outcome::NotTried(why),
        // The panic happened on this thread, which polled the future.
        Ok(Err(panic)) => Outcome::Broken(last_words(&*panic)),
        Err(_) => Outcome::Broken(format!("it has no end within {} s", limit.as_secs())),
    };
    Made {
        claim: claim.into(),
        outcome,
    }
}

thread_local! {
    /// What the last panic of this thread said, and where.
    static LAST_WORDS: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps the messages of panics for the report, instead of printing them.
pub(super) fn keep_last_words() {
    panic::set_hook(Box::new(|panic| {
        let said = panic.payload_as_str().unwrap_or("a panic");
        let words = match panic.location() {
            Some(place) => format!("{} (at {}:{})", beginning(said), place.file(), place.line()),
            None => beginning(said),
        };
        LAST_WORDS.set(Some(words));
    }));
}

fn last_words(panic: &(dyn Any + Send)) -> String {
    LAST_WORDS.take().unwrap_or_else(|| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        text.or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    #[tokio::test(start_paused = true)]
    async fn a_claim_breaks_by_a_panic_or_by_having_no_end() {
        let broken = make("it is seven", LONG, async { panic!("it is {}", 8) }).await;
        assert_eq!(broken.outcome, Outcome::Broken("it is 8".into()));
        let endless = make("it ends", LONG, pending()).await;
        assert_eq!(
            endless.outcome,
            Outcome::Broken("it has no end within 60 s".into())
        );
        assert!(endless.is_broken());
    }

    #[tokio::test]
    async fn a_claim_that_cannot_be_tried_is_not_broken() {
        let untried = make("it is told", LONG, async { Err("nobody tells".into()) }).await;
        assert_eq!(untried.outcome, Outcome::NotTried("nobody tells".into()));
        assert!(!untried.is_broken());
    }
}
