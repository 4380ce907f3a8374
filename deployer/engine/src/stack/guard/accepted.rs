//! PURE: what was accepted by name.

use std::collections::BTreeSet;
use std::str::FromStr;

use super::Objection;
use crate::stack::widening::{Widening, acceptances};

/// The acceptances, each a verb and a resource: `replace:EventsTable`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted(BTreeSet<Acceptance>);

/// An acceptance: a verb, a colon and the resource's name, as a refusal shows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Acceptance(String);

/// The verbs, in display order.
const VERBS: [&str; 9] = [
    "replace", "remove", "change", "expire", "weaken", "widen", "ignore", "adopt", "state",
];

impl Accepted {
    /// Splits objections into accepted and other ones.
    pub fn part(&self, objections: Vec<Objection>) -> (Vec<Objection>, Vec<Objection>) {
        objections.into_iter().partition(|objection| {
            let acceptance = Acceptance(objection.acceptance());
            self.0.contains(&acceptance)
        })
    }

    /// Tells whether the permissions that a resource grants may widen: `widen:ApiRole`.
    pub fn widens(&self, logical_id: &str) -> bool {
        self.has("widen", logical_id)
    }

    /// Adds these widenings.
    #[must_use]
    pub fn with_widenings(mut self, widenings: &[Widening]) -> Self {
        self.0.extend(acceptances(widenings).into_iter().map(Acceptance));
        self
    }

    /// Adds these objections.
    #[must_use]
    pub fn with_objections(mut self, objections: impl IntoIterator<Item = Objection>) -> Self {
        let acceptances = objections.into_iter().map(|objection| objection.acceptance());
        self.0.extend(acceptances.map(Acceptance));
        self
    }

    /// Tells whether an alarm may be raised without rolling back the update: `ignore:ApiErrorsAlarm`.
    pub fn ignores(&self, logical_id: &str) -> bool {
        self.has("ignore", logical_id)
    }

    /// Tells whether a stack may be adopted that another environment created, or whose creator is unknown:
    /// `adopt:orders`.
    pub fn adopts(&self, stack: &str) -> bool {
        self.has("adopt", stack)
    }

    /// Tells whether a stack may be deleted in an unknown state: `state:SOME_STATE`.
    pub fn takes_state(&self, status: &str) -> bool {
        self.has("state", status)
    }

    /// The acceptances as text.
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(|acceptance| acceptance.0.clone()).collect()
    }

    fn has(&self, verb: &str, logical_id: &str) -> bool {
        self.0.contains(&Acceptance(format!("{verb}:{logical_id}")))
    }
}

impl FromIterator<Acceptance> for Accepted {
    fn from_iter<I: IntoIterator<Item = Acceptance>>(acceptances: I) -> Self {
        Self(acceptances.into_iter().collect())
    }
}

impl FromStr for Acceptance {
    type Err = InvalidAcceptance;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_known = text.split_once(':').is_some_and(|(verb, name)| {
            // A stack's name may contain hyphens, and a state underscores; a resource's name contains neither.
            let also = match verb {
                "adopt" => Some(b'-'),
                "state" => Some(b'_'),
                _ => None,
            };
            let is_part = |byte: u8| byte.is_ascii_alphanumeric() || Some(byte) == also;
            VERBS.contains(&verb) && !name.is_empty() && name.bytes().all(is_part)
        });
        is_known
            .then(|| Self(text.to_owned()))
            .ok_or_else(|| InvalidAcceptance(text.to_owned()))
    }
}

/// A text that is not an acceptance.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` accepts nothing; write what the refusal says: `replace`, `remove`, `change`, `expire`, `weaken`, `widen`, `ignore`, \
     `adopt` or `state`, a colon, and the name of the resource in the template, of the stack or of its state, such as `replace:EventsTable`"
)]
pub struct InvalidAcceptance(String);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::guard::Danger;

    fn objection(logical_id: &str, danger: Danger) -> Objection {
        Objection {
            logical_id: logical_id.into(),
            danger,
            path: None,
        }
    }

    fn accepting<'a>(texts: impl IntoIterator<Item = &'a str>) -> Accepted {
        texts.into_iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn only_the_very_danger_of_the_very_resource_is_accepted() {
        let accepted = accepting(["replace:Events"]);
        let (taken, refused) = accepted.part(vec![
            objection("Events", Danger::LogReplaced),
            objection("Events", Danger::LogRemoved),
            objection("Others", Danger::LogReplaced),
        ]);
        assert_eq!(taken, [objection("Events", Danger::LogReplaced)]);
        assert_eq!(refused.len(), 2);
    }

    #[test]
    fn what_is_told_in_a_refusal_is_what_accepts_it() {
        let all = [
            Danger::LogReplaced,
            Danger::LogRemoved,
            Danger::LogReshaped,
            Danger::StreamChanged,
            Danger::LogExpires,
            Danger::PolicyWeakened,
            Danger::ProtectionWeakened,
            Danger::EncryptionChanged,
            Danger::AccessChanged,
            Danger::MappingRemoved,
            Danger::MappingChanged,
            Danger::TopicReplaced,
            Danger::UrlReplaced,
            Danger::TopicRemoved,
            Danger::UrlRemoved,
        ]
        .map(|danger| objection("A", danger));
        let told = all.iter().map(Objection::acceptance).collect::<Vec<_>>();
        let accepted = accepting(told.iter().map(String::as_str));
        assert_eq!(accepted.part(all.to_vec()).1, []);
    }

    #[test]
    fn a_widening_and_an_alarm_are_accepted_by_verbs_of_their_own() {
        let accepted = accepting(["widen:ApiRole", "ignore:ApiErrors"]);
        assert!(accepted.widens("ApiRole") && accepted.ignores("ApiErrors"));
        assert!(!accepted.widens("ApiErrors") && !accepted.ignores("ApiRole"));
    }

    #[test]
    fn a_stack_and_a_state_are_accepted_by_their_names() {
        let accepted = accepting(["adopt:event-store-2", "state:PAUSED_BY_MOONLIGHT"]);
        assert!(accepted.adopts("event-store-2") && !accepted.adopts("event-store"));
        assert!(accepted.takes_state("PAUSED_BY_MOONLIGHT") && !accepted.takes_state("PAUSED"));
    }

    #[test]
    fn a_misspelt_acceptance_is_refused() {
        for text in [
            "replace:event-store",
            "adopt:event_store",
            "state:SOME-STATE",
            "",
            "EventsTable",
            "replace:",
            "delete:EventsTable",
            "replace:Events Table",
            "replace",
        ] {
            let error = text.parse::<Acceptance>().unwrap_err();
            assert_eq!(error, InvalidAcceptance(text.into()));
        }
    }
}
