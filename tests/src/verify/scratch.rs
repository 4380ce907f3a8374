//! A temporary instance, which is deleted again whatever happens.

use std::ffi::OsString;
use std::time::Duration;

use super::error::Failed;
use super::interrupts::Interrupts;
use super::program::Program;
use super::say;

const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_secs(5);

/// An instance that exists, or is about to be created.
#[derive(Debug)]
pub(super) struct Scratch {
    program: Program,
    stack: String,
}

impl Scratch {
    pub(super) fn new(program: Program, stack: String) -> Self {
        Self { program, stack }
    }

    /// Deploys it. An interruption does not abandon it: the run waits for CloudFormation to finish, and then deletes it.
    pub(super) async fn deploy(&self, options: &[OsString]) -> Result<(), Failed> {
        say(&format!("deploying {}", self.stack));
        self.program.up(options).await
    }

    /// Deletes it, and returns what is left, with the command that deletes that. A second interrupt stops the waiting.
    pub(super) async fn take_down(&self, interrupts: &mut Interrupts) -> Vec<String> {
        say(&format!("taking {} down", self.stack));
        // The Ctrl-C that led here may have come more than once.
        while interrupts.came() {}
        let gone = tokio::select! {
            gone = self.purge() => gone.map_err(|failed| failed.to_string()),
            () = interrupts.next() => Err("interrupted".to_owned()),
        };
        match gone {
            Ok(()) => Vec::new(),
            Err(why) => vec![format!(
                "the stack `{}` ({why}); `{}` takes it down",
                self.stack,
                self.program.purge_by_hand(&self.stack)
            )],
        }
    }

    /// A function that still runs when its log group is deleted may recreate the group: once it has ended, that is deleted, too.
    async fn purge(&self) -> Result<(), Failed> {
        let mut attempt = 1;
        loop {
            let gone = self.program.purge(&self.stack).await;
            if gone.is_ok() || attempt == ATTEMPTS {
                return gone;
            }
            attempt += 1;
            tokio::time::sleep(PAUSE).await;
        }
    }
}
