//! A command's way to AWS, and its way out.

use tokio::task::JoinHandle;

use super::error::{CommandError, ErrorKind};
use super::explain::Explain;
use crate::aws::{Aws, Call};
use crate::engine::{Interrupt, Session, Talk, interruptible};
use crate::settings::Settings;

/// What a command does in AWS, from the first call to the last.
pub(super) struct Operation<'settings> {
    aws: Aws,
    interrupt: Interrupt,
    listener: JoinHandle<()>,
    settings: &'settings Settings,
}
