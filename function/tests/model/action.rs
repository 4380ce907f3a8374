//! What can happen next.

/// What can happen next. Callers, processes and commits are named by their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// A caller sends the request at hand to a process, for the first time or again.
    Send { caller: usize, process: usize },
    /// The database answers the question of a caller's attempt.
    Answer { caller: usize },
    /// The put of a caller's attempt is carried out but its answer lost, so that the SDK sends it again.
    LoseAnswer { caller: usize },
    /// The put of a caller's attempt is held up on its way, so that the SDK sends another.
    HoldUp { caller: usize },
    /// The put that was held up arrives. Nobody hears its answer.
    Arrive { caller: usize },
    /// A caller's attempt ends without an answer to it: what it asked last is not carried out.
    Break { caller: usize },
    /// A caller waits no longer for its attempt, which goes on.
    Abandon { caller: usize },
    /// The database answers the question of the attempt that a caller abandoned.
    AnswerAbandoned { caller: usize },
    /// A process reads for another caller and learns where a commit ends. Eventual answers tell of older ones.
    Read { process: usize, commit: usize },
    /// A process loses what it remembers: it is started anew, or its cache is full.
    Forget { process: usize },
}
