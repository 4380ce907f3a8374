//! PURE: deciders, asked without a store.

use std::fmt::Debug;

use crate::decider::Decider;

/// What has happened to an entity, in the test of a [`Decider`].
///
/// `given` what has happened, `when` a command is decided on, `then` this happens; and on from there. Whatever does not hold panics,
/// with both sides.
#[derive(Debug)]
pub struct Scenario<'a, D: Decider> {
    decider: &'a D,
    state: D::State,
}

impl<'a, D: Decider> Scenario<'a, D> {
    /// An entity to which nothing has happened.
    #[must_use = "nothing is claimed yet"]
    pub fn of(decider: &'a D) -> Self {
        Self {
            decider,
            state: decider.initial(),
        }
    }

    /// Lets `events` have happened, after what has.
    #[must_use = "nothing is claimed yet"]
    pub fn given(mut self, events: impl IntoIterator<Item = D::Event>) -> Self {
        for event in events {
            self.state = self.decider.evolve(self.state, &event);
        }
        self
    }

    /// Lets `command` be decided on.
    pub fn when(self, command: &D::Command) -> Decision<'a, D> {
        let decided = self.decider.decide(&self.state, command);
        Decision {
            before: self,
            decided,
        }
    }

    /// The state, for a claim about it.
    pub fn state(&self) -> &D::State {
        &self.state
    }
}

/// What was decided.
#[must_use = "nothing is claimed yet"]
pub struct Decision<'a, D: Decider> {
    before: Scenario<'a, D>,
    decided: Result<Vec<D::Event>, D::Error>,
}

impl<'a, D: Decider<Event: Debug + PartialEq, Error: Debug>> Decision<'a, D> {
    /// Claims that exactly these events happen, and goes on after them.
    ///
    /// # Panics
    /// When others happen, or the command is refused.
    #[track_caller]
    pub fn then(self, events: impl IntoIterator<Item = D::Event>) -> Scenario<'a, D> {
        let expected: Vec<D::Event> = events.into_iter().collect();
        match self.decided {
            Ok(decided) => {
                assert_eq!(decided, expected, "other events than expected (left: decided)");
                self.before.given(decided)
            }
            Err(refusal) => panic!("refused: {refusal:?}, instead of deciding {expected:?}"),
        }
    }

    /// Claims that what happens is as `claim` says, and goes on after it: for events that hold what a test cannot know.
    ///
    /// # Panics
    /// When the claim does not hold, or the command is refused.
    #[track_caller]
    pub fn then_matches(self, claim: impl FnOnce(&[D::Event]) -> bool) -> Scenario<'a, D> {
        match self.decided {
            Ok(decided) => {
                assert!(claim(&decided), "other events than claimed: {decided:?}");
                self.before.given(decided)
            }
            Err(refusal) => panic!("refused: {refusal:?}"),
        }
    }

    /// Claims that nothing happens, and that the command is not refused either.
    ///
    /// # Panics
    /// When something happens, or the command is refused.
    #[track_caller]
    pub fn then_nothing(self) -> Scenario<'a, D> {
        self.then([])
    }

    /// Claims that the command is refused, for this reason.
    ///
    /// # Panics
    /// When it is not, or for another reason.
    #[track_caller]
    pub fn then_refused(self, refusal: &D::Error)
    where
        D::Error: PartialEq,
    {
        match self.decided {
            Ok(decided) => panic!("decided {decided:?}, instead of refusing: {refusal:?}"),
            Err(actual) => assert_eq!(actual, *refusal, "refused for another reason (left: told)"),
        }
    }
}
