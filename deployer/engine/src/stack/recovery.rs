//! PURE: the meaning of each stack state, and the moves out of it.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use serde::Serialize;

use super::StackStatus;

/// A move for a stack that accepts no update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Move {
    /// Wait until the running operation ends.
    Wait,
    /// Cancel the running update, which rolls it back.
    Cancel,
    /// Retry the rollback of the failed update.
    Continue,
    /// Roll the failed update back, except for the resources that cannot be rolled back.
    Skip,
    /// Roll the failed update back.
    RollBack,
    /// Delete the stack.
    Delete,
    /// Delete the stack, but retain the resources that cannot be deleted.
    Retain,
    /// Let AWS force the deletion of the stack, and retain what still cannot be deleted.
    Force,
}

/// The meaning of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Situation {
    /// The state in words, a sentence without its full stop.
    pub meaning: &'static str,
    /// The moves out of it; empty if none is needed.
    pub moves: &'static [PossibleMove],
}

/// A move out of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PossibleMove {
    /// The move.
    #[serde(rename = "move")]
    pub way: Move,
    /// What it does.
    pub does: &'static str,
    /// What it loses.
    pub loses: &'static str,
}

/// A word that is not the name of a move.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no move; there are `wait`, `cancel`, `continue`, `skip`, `rollback`, `delete`, `retain` and `force`"
)]
pub struct UnknownMove(String);

impl Move {
    const ALL: [Self; 8] = [
        Self::Wait,
        Self::Cancel,
        Self::Continue,
        Self::Skip,
        Self::RollBack,
        Self::Delete,
        Self::Retain,
        Self::Force,
    ];

    /// The move's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wait => "wait",
            Self::Cancel => "cancel",
            Self::Continue => "continue",
            Self::Skip => "skip",
            Self::RollBack => "rollback",
            Self::Delete => "delete",
            Self::Retain => "retain",
            Self::Force => "force",
        }
    }

    /// Tells whether the stack is deleted afterwards.
    pub fn deletes(self) -> bool {
        matches!(self, Self::Delete | Self::Retain | Self::Force)
    }

    /// Tells whether it leaves named resources as they are.
    pub fn leaves_resources(self) -> bool {
        matches!(self, Self::Skip | Self::Retain)
    }
}

impl Display for Move {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Move {
    type Err = UnknownMove;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|way| way.name() == text);
        known.ok_or_else(|| UnknownMove(text.to_owned()))
    }
}

impl Situation {
    /// The possible move of that kind, if there is one.
    pub fn possible(&self, way: Move) -> Option<&'static PossibleMove> {
        self.moves.iter().find(|possible| possible.way == way)
    }
}

const NOTHING: &str = "nothing";
const ADDRESSES: &str = "its URL and the subscriptions to its topic; tables with a `Retain` policy stay, and the next `up` imports them";

const WAIT: PossibleMove = PossibleMove {
    way: Move::Wait,
    does: "waits until the operation ends",
    loses: NOTHING,
};
const CANCEL: PossibleMove = PossibleMove {
    way: Move::Cancel,
    does: "cancels the update and rolls it back",
    loses: "the update",
};
const CONTINUE: PossibleMove = PossibleMove {
    way: Move::Continue,
    does: "tries the rollback again, once its cause is put right",
    loses: NOTHING,
};
const SKIP: PossibleMove = PossibleMove {
    way: Move::Skip,
    does: "rolls back without the resources that cannot be rolled back (`--skip`)",
    loses: "track of those: CloudFormation believes that they are as they were before, and their next update may fail",
};
const ROLL_BACK: PossibleMove = PossibleMove {
    way: Move::RollBack,
    does: "rolls the update back",
    loses: "the part of the update that was done",
};
const DELETE: PossibleMove = PossibleMove {
    way: Move::Delete,
    does: "deletes the stack",
    loses: ADDRESSES,
};
const DELETE_FAILED_CREATION: PossibleMove = PossibleMove {
    way: Move::Delete,
    does: "deletes what the creation left; `up` does so by itself, and creates the stack again",
    loses: "what was made, which never served",
};
const DELETE_SHELL: PossibleMove = PossibleMove {
    way: Move::Delete,
    does: "deletes the empty stack; `up` creates it",
    loses: "the change set that nobody executed",
};
const DELETE_AGAIN: PossibleMove = PossibleMove {
    way: Move::Delete,
    does: "tries once more to delete the stack, after what kept it was put right",
    loses: ADDRESSES,
};
const RETAIN: PossibleMove = PossibleMove {
    way: Move::Retain,
    does: "deletes the stack and leaves behind what cannot be deleted (`--retain`)",
    loses: "the stack's hold on those: they stay, cost, and are in the way of the same names until somebody deletes them",
};
const FORCE: PossibleMove = PossibleMove {
    way: Move::Force,
    does: "has AWS try everything to delete the stack, and leaves behind what then still cannot be deleted",
    loses: "the stack's hold on those: they stay, cost, and are in the way of the same names until somebody deletes them",
};

/// The meaning of a state and the moves out of it, for every state that AWS documents and for any other.
pub fn situation(status: &StackStatus) -> Situation {
    use StackStatus as Status;
    let (meaning, moves): (_, &'static [PossibleMove]) = match status {
        Status::CreateInProgress => ("the stack is being created for the first time", &[WAIT]),
        Status::CreateFailed => (
            "the first creation failed and was not rolled back: the stack never served",
            &[DELETE_FAILED_CREATION],
        ),
        Status::CreateComplete => ("the stack stands, as it was created", &[]),
        Status::RollbackInProgress => ("a failed first creation is being rolled back", &[WAIT]),
        Status::RollbackFailed => (
            "a failed first creation could not be rolled back: the stack never served",
            &[DELETE_FAILED_CREATION],
        ),
        Status::RollbackComplete => (
            "the first creation failed and was rolled back: the stack has no resources and can only be deleted",
            &[DELETE_FAILED_CREATION],
        ),
        Status::DeleteInProgress => ("the stack is being deleted", &[WAIT]),
        Status::DeleteFailed => (
            "the stack could not be deleted altogether: what is left takes no update",
            &[DELETE_AGAIN, RETAIN, FORCE],
        ),
        Status::DeleteComplete => ("the stack is gone; `up` creates it", &[]),
        Status::UpdateInProgress => ("the stack is being updated", &[WAIT, CANCEL]),
        Status::UpdateCompleteCleanupInProgress => (
            "the stack was updated, and what was replaced is being deleted",
            &[WAIT],
        ),
        Status::UpdateComplete => ("the stack stands, as it was last updated", &[]),
        Status::UpdateFailed => (
            "an update failed and was not rolled back: the stack is partly new and partly old",
            &[ROLL_BACK, DELETE],
        ),
        Status::UpdateRollbackInProgress => ("a failed update is being rolled back", &[WAIT]),
        Status::UpdateRollbackFailed => (
            "the rollback of a failed update failed: the stack takes no update until it is repaired",
            &[CONTINUE, SKIP, DELETE],
        ),
        Status::UpdateRollbackCompleteCleanupInProgress => (
            "the update failed and was rolled back; what it had made is being deleted",
            &[WAIT],
        ),
        Status::UpdateRollbackComplete => (
            "the update failed and was rolled back; the stack is as it was before",
            &[],
        ),
        Status::ReviewInProgress => (
            "the stack is empty: its first change set was never executed",
            &[DELETE_SHELL],
        ),
        Status::ImportInProgress => ("resources are being imported", &[WAIT]),
        Status::ImportComplete => ("the stack stands, with the resources that it imported", &[]),
        Status::ImportRollbackInProgress => ("a failed import is being rolled back", &[WAIT]),
        Status::ImportRollbackFailed => (
            "the rollback of a failed import failed: it is not certain which resources belong to the stack",
            &[DELETE],
        ),
        Status::ImportRollbackComplete => (
            "the import failed and was rolled back; the stack is as it was before",
            &[],
        ),
        Status::Unknown(_) => (
            "AWS has added this state since this program was made: any move would be a guess",
            &[],
        ),
    };
    Situation { meaning, moves }
}

#[cfg(test)]
mod tests {
    use super::super::NextMove;
    use super::*;

    #[test]
    fn every_state_has_a_meaning_and_its_moves() {
        let rows = StackStatus::KNOWN.iter().map(|status| {
            let Situation { meaning, moves } = situation(status);
            let moves = moves.iter().map(|possible| {
                format!(
                    "\n    {}: {}; loses {}",
                    possible.way, possible.does, possible.loses
                )
            });
            format!("{status}: {meaning}{}", moves.collect::<String>())
        });
        insta::assert_snapshot!(rows.collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn a_move_leads_out_of_every_state_that_takes_no_update() {
        for status in StackStatus::KNOWN {
            let Situation { moves, .. } = situation(&status);
            match status.next_move() {
                NextMove::Update | NextMove::Create => assert!(moves.is_empty(), "{status}"),
                NextMove::Wait => assert!(moves.contains(&WAIT), "{status}"),
                NextMove::CreateInShell | NextMove::DeleteThenCreate | NextMove::Recover => {
                    assert!(!moves.is_empty() && !moves.contains(&WAIT), "{status}");
                }
            }
        }
    }

    #[test]
    fn each_move_is_read_from_its_own_name() {
        for way in Move::ALL {
            assert_eq!(way.name().parse(), Ok(way));
        }
        assert!(
            "undo"
                .parse::<Move>()
                .unwrap_err()
                .to_string()
                .starts_with("`undo` is no move")
        );
    }

    #[test]
    fn nothing_is_guessed_about_a_new_state() {
        assert!(
            situation(&StackStatus::from("PAUSED_BY_MOONLIGHT"))
                .moves
                .is_empty()
        );
    }
}
