//! PURE: remedies for an unreadable ledger of releases.

use cfn_deploy::LedgerError;

use super::Hints;
use crate::commands::error::{CommandError, ErrorKind};

impl Hints<'_> {
    pub(in crate::commands) fn ledger(&self, error: LedgerError) -> CommandError {
        let hints = match &error {
            LedgerError::Call(call) => self.call(call),
            LedgerError::Unreadable { .. } => {
                vec!["deploy with the latest deployer that is in use".to_owned()]
            }
            LedgerError::Gone { .. } => vec!["try again: the ledger was changed meanwhile".to_owned()],
        };
        CommandError::new(ErrorKind::Failed, error).hints(hints)
    }
}
