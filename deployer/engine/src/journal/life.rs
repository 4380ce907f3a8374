//! PURE: whether a run that has not come to its end may still be at work.

use jiff::SignedDuration;

/// For so long a deployment may take, with all that follows it. Nobody tells when a run is killed.
const LONGEST_RUN: SignedDuration = SignedDuration::from_hours(1);

/// Whether a run that has not come to its end may still be at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It has begun, nobody has executed its change set, and it may do so: what it holds is left to it.
    AtWork,
    /// It was interrupted, or is still at work: whatever is done about it comes out the same when both do it.
    Unknown,
    /// It was interrupted.
    Over,
}

impl Life {
    /// What is known of a run that began so long ago and has nothing left that only it may do.
    pub fn after(age: SignedDuration) -> Self {
        if age < LONGEST_RUN {
            Self::Unknown
        } else {
            Self::Over
        }
    }
}
