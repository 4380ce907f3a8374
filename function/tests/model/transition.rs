//! What each action makes of the world.

use std::sync::Arc;

use event_store_function::store::commit::Commit;
use event_store_types::Timestamp;

use crate::action::Action;
use crate::protocol::Protocol;
use crate::question::{Next, Progress, Question};
use crate::reply::Reply;
use crate::request::{Request, moment, stream};
use crate::world::{Attempt, Caller, World};

impl Protocol {
    /// Lets `action` happen, one of those that are possible.
    pub(crate) fn act(&self, world: &mut World, action: Action) {
        match action {
            Action::Send { caller, process } => self.send(world, caller, process),
            Action::Answer { caller } => self.answer(world, caller),
            Action::AnswerAbandoned { caller } => self.answer_abandoned(world, caller),
            Action::LoseAnswer { caller } => {
                if let Some(commit) = world.callers[caller].put() {
                    self.surroundings.put(&mut world.database, commit);
                }
            }
            Action::HoldUp { caller } => {
                let caller = &mut world.callers[caller];
                caller.stray = caller.put().cloned().map(Arc::new);
            }
            Action::Arrive { caller } => {
                if let Some(commit) = world.callers[caller].stray.take() {
                    self.surroundings.put(&mut world.database, &commit);
                }
            }
            Action::Break { caller } => {
                let caller = &mut world.callers[caller];
                caller.attempt = None;
                self.leave_without_answer(caller);
            }
            Action::Abandon { caller } => {
                let caller = &mut world.callers[caller];
                caller.abandoned = caller.attempt.take();
                self.leave_without_answer(caller);
            }
            Action::Read { process, commit } => {
                let end = world.database.commits().nth(commit).map(Commit::tail);
                world.processes[process].learn(end);
            }
            Action::Forget { process } => world.processes[process].end = None,
        }
    }

    fn send(&self, world: &mut World, place: usize, process: usize) {
        let caller = &mut world.callers[place];
        caller.sent += 1;
        let now = self.now(place, caller.sent);
        let request = self.request(place, caller);
        let remembered = world.processes[process].end;
        let progress = Question::first(stream(), request, now, |expected| {
            self.surroundings.proof(remembered, expected)
        });
        self.go_on(world, place, process, progress);
    }

    fn answer(&self, world: &mut World, place: usize) {
        if let Some(attempt) = world.callers[place].attempt.take() {
            let process = attempt.process;
            let progress = self.answered(world, attempt);
            self.go_on(world, place, process, progress);
        }
    }

    /// Takes the caller's attempt as far as its next question, or the caller to its answer.
    fn go_on(&self, world: &mut World, place: usize, process: usize, progress: Progress) {
        match progress {
            Progress::Asks(question) => {
                world.callers[place].attempt = Some(self.asking(world, process, question));
            }
            Progress::Done(outcome) => {
                let World {
                    database, callers, ..
                } = world;
                let outcome = self.surroundings.told(outcome, database);
                let reply = Reply::of(&outcome, self.request(place, &callers[place]), database);
                callers[place].hear(reply);
            }
        }
    }

    /// What comes of an abandoned attempt is told to nobody.
    fn answer_abandoned(&self, world: &mut World, place: usize) {
        if let Some(attempt) = world.callers[place].abandoned.take() {
            let process = attempt.process;
            if let Progress::Asks(question) = self.answered(world, attempt)
                && question.may_write()
            {
                world.callers[place].abandoned = Some(self.asking(world, process, question));
            }
        }
    }

    /// Has the database answer an attempt, and its process remember what it may.
    fn answered(&self, world: &mut World, Attempt { process, question }: Attempt) -> Progress {
        let question = Arc::unwrap_or_clone(question);
        let Next { progress, learned } = question.answered(&mut world.database, self.surroundings);
        world.processes[process].learn(learned);
        progress
    }

    /// Has a process send a question.
    fn asking(&self, world: &mut World, process: usize, question: Question) -> Attempt {
        let commit = question.commit();
        let remembered = commit.and_then(|commit| self.surroundings.remembered_of_request(commit));
        world.processes[process].learn(remembered);
        let question = Arc::new(question);
        Attempt { process, question }
    }

    /// The caller sends the same again, or gives up if it did so often enough.
    fn leave_without_answer(&self, caller: &mut Caller) {
        if caller.sent == self.bounds.attempts {
            caller.hear(Reply::UNKNOWN);
        }
    }

    /// The request that the caller at `place` has at hand.
    fn request(&self, place: usize, caller: &Caller) -> &Request {
        &self.bounds.callers[place][caller.at_hand()]
    }

    /// The time at which an attempt is begun. Clocks disagree: the later a caller's place, the slower is its.
    fn now(&self, place: usize, sent: u8) -> Timestamp {
        let ahead = u8::try_from(self.bounds.callers.len() - place).unwrap();
        moment(10 * ahead + sent)
    }
}
