//! An instance of its own, which is taken down again whatever happens.

use std::ffi::OsString;
use std::time::Duration;

use super::error::Failed;
use super::interrupts::Interrupts;
use super::program::Program;
use super::say;

const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_secs(5);

/// An instance that is about to be there, or is.
#[derive(Debug)]
pub(super) struct Scratch {
    program: Program,
    stack: String,
}

impl Scratch {
    pub(super) fn new(program: Program, stack: String) -> Self {
        Self { program, stack }
    }

    /// Brings it up. It is not given up half way: what CloudFormation has begun is waited for, and then taken down.
    pub(super) async fn deploy(&self, options: &[OsString]) -> Result<(), Failed> {
        say(&format!("deploying {}", self.stack));
        self.program.up(options).await
    }

    /// Takes it down, and answers what is left, with what takes that down. Whoever asks to stop once more does not want to wait.
    pub(super) async fn take_down(&self, interrupts: &mut Interrupts) -> Vec<String> {
        say(&format!("taking {} down", self.stack));
        // Ctrl-C that asked for this may have come more than once.
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

    /// A function that is still at work when its log group goes may bring it back: once it has ended, that is deleted, too.
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
