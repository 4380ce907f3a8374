//! An operation's access to the outside world.

use std::time::Duration;

use uuid::Uuid;

use crate::cloud::{Caller, Cloud};
use crate::stack::RequestToken;

use super::{AccountError, Answer, Event, Interrupt, Question, Reporter, Uploads, interruptible, journal};

/// The right account, somebody to talk with, and a way to be stopped.
pub struct Session<'a, C> {
    pub(super) cloud: &'a C,
    pub(super) reporter: &'a mut dyn Reporter,
    interrupt: Interrupt,
    caller: Caller,
    owner: Option<Owner>,
    waits: bool,
    /// Whether what is asked is agreed to already.
    agreed: bool,
    /// What was stored in the artifact bucket, before anybody has agreed to anything.
    pub(super) uploads: Uploads,
    /// What was told and is not to be told again.
    told: Vec<Event>,
    /// The intents that this run has written, which are no earlier run's.
    pub(super) written: Vec<String>,
    /// What this run has still to do and to write.
    pub(super) open: journal::Open,
    /// The earlier runs that it finishes.
    pub(super) resumed: journal::Resumed,
}

/// Who owns what a session makes.
struct Owner {
    environment: String,
    bucket: String,
}

/// The operation was asked to stop.
#[derive(Debug)]
pub(super) struct Interrupted;

impl<'a, C: Cloud> Session<'a, C> {
    /// Asks AWS whose credentials these are, before anything else is done with them.
    ///
    /// # Errors
    /// The credentials are of another account than the given one, or there are none.
    pub async fn open(
        cloud: &'a C,
        reporter: &'a mut dyn Reporter,
        interrupt: Interrupt,
        account: &str,
    ) -> Result<Self, AccountError> {
        let caller = cloud.caller().await?;
        if caller.account != account {
            return Err(AccountError::WrongAccount {
                expected: account.to_owned(),
                actual: caller.account,
                caller: caller.arn,
            });
        }
        reporter.tell(Event::AccountChecked {
            account: account.to_owned(),
            caller: caller.arn.clone(),
        });
        Ok(Self {
            cloud,
            reporter,
            interrupt,
            caller,
            owner: None,
            waits: false,
            agreed: false,
            uploads: Uploads::default(),
            told: Vec::new(),
            written: Vec::new(),
            open: journal::Open::default(),
            resumed: journal::Resumed::default(),
        })
    }

    /// Works for an environment, by its name, which the stacks that it has made are tagged with; their releases are recorded in `bucket`.
    /// A session that works for none touches only stacks that are tagged with none.
    #[must_use]
    pub fn of(mut self, environment: String, bucket: String) -> Self {
        self.owner = Some(Owner { environment, bucket });
        self
    }

    /// The name of the environment that the session works for.
    pub(super) fn environment(&self) -> Option<&str> {
        self.owner.as_ref().map(|owner| owner.environment.as_str())
    }

    /// The bucket in which the releases of that environment's stack are recorded.
    pub(super) fn bucket(&self) -> Option<&str> {
        self.owner.as_ref().map(|owner| owner.bucket.as_str())
    }

    /// Waits, from now on, for what others do to a stack, instead of refusing to begin.
    pub fn wait_for_others(&mut self) {
        self.waits = true;
    }

    pub(super) fn waits_for_others(&self) -> bool {
        self.waits
    }

    /// Takes from now on for agreed what would be asked, or asks again.
    pub(super) fn take_for_agreed(&mut self, agreed: bool) {
        self.agreed = agreed;
    }

    /// Goes on from now on whoever asks to stop: what is left to do tidies up.
    pub(super) fn heed_nobody(&mut self) {
        let (_, interrupt) = interruptible();
        self.interrupt = interrupt;
    }

    /// The account that the session is for.
    pub fn account(&self) -> &str {
        &self.caller.account
    }

    /// The ARN of the user or role that the credentials are of.
    pub(super) fn caller(&self) -> &str {
        &self.caller.arn
    }

    pub(super) fn tell(&mut self, event: Event) {
        self.resumed.note(&event);
        self.reporter.tell(event);
    }

    /// Tells of the earlier runs that were finished up to now.
    pub(super) fn tell_finished(&mut self) {
        for event in self.resumed.told() {
            self.tell(event);
        }
    }

    /// Tells what is found again by whatever looks again, and is news only once.
    pub(super) fn tell_once(&mut self, event: Event) {
        if !self.told.contains(&event) {
            self.told.push(event.clone());
            self.tell(event);
        }
    }

    /// Asks a question; to be interrupted while it stands is an answer too.
    pub(super) async fn confirm(&mut self, question: Question<'_>) -> Result<Answer, Interrupted> {
        if self.agreed {
            return Ok(Answer::Yes);
        }
        let interrupt = &mut self.interrupt;
        tokio::select! {
            biased;
            () = interrupt.raised() => Err(Interrupted),
            answer = self.reporter.confirm(question) => Ok(answer),
        }
    }

    /// Waits, unless the operation is to stop.
    pub(super) async fn pause(&mut self, duration: Duration) -> Result<(), Interrupted> {
        let interrupt = &mut self.interrupt;
        tokio::select! {
            biased;
            () = interrupt.raised() => Err(Interrupted),
            () = self.cloud.sleep(duration) => Ok(()),
        }
    }

    /// Does `work`, unless the operation is to stop, or `left` is over first: then nothing. For what leaves nothing behind when it is
    /// dropped.
    pub(super) async fn unless_interrupted_or_late<W: Future>(
        &mut self,
        left: Duration,
        work: W,
    ) -> Result<Option<W::Output>, Interrupted> {
        let interrupt = &mut self.interrupt;
        tokio::select! {
            biased;
            () = interrupt.raised() => Err(Interrupted),
            done = work => Ok(Some(done)),
            () = self.cloud.sleep(left) => Ok(None),
        }
    }

    /// What stops the operation.
    pub(super) fn interrupt(&self) -> Interrupt {
        self.interrupt.clone()
    }

    /// Stops here if the operation is to stop.
    pub(super) fn check_interrupt(&self) -> Result<(), Interrupted> {
        if self.interrupt.is_raised() {
            Err(Interrupted)
        } else {
            Ok(())
        }
    }

    /// A token for one request to CloudFormation.
    pub(super) fn new_token(&self) -> RequestToken {
        RequestToken::new(&self.caller.arn, Uuid::new_v4())
    }
}
