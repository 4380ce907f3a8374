//! PURE: recognises a change set that failed because there is nothing to change.

/// AWS's reasons for an empty change set.
///
/// There is no code for it, and an empty list of changes is no proof, because a change set with only output changes
/// has one, too.
const REASONS: [&str; 2] = [
    "The submitted information didn't contain changes",
    "No updates are to be performed",
];

/// Tells whether the reason of a failed change set means that the stack is already as requested.
pub(crate) fn means_no_changes(status_reason: &str) -> bool {
    REASONS.iter().any(|reason| status_reason.starts_with(reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_wordings_mean_no_changes() {
        assert!(means_no_changes(
            "The submitted information didn't contain changes. Submit different information to create a change set."
        ));
        assert!(means_no_changes("No updates are to be performed."));
    }

    #[test]
    fn any_other_reason_is_a_failure() {
        assert!(!means_no_changes(""));
        assert!(!means_no_changes(
            "Template error: No updates are to be performed."
        ));
    }
}
