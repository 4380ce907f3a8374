//! PURE: what has changed since a plan was made.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Plan, StackState};
use crate::stack::release::Release;
use crate::stack::{ChangeSummary, ReleaseId, sha256_hex};

/// The target of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// The environment's name.
    pub environment: String,
    /// The account, twelve digits.
    pub account: String,
    pub region: String,
    /// The stack's name.
    pub stack: String,
    /// Whether the environment is protected.
    pub protected: bool,
}

/// A difference from the situation in which the plan was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Moved {
    /// The plan was already applied.
    #[error("what it brings was deployed as release `{release}`")]
    Applied { release: ReleaseId },
    /// The plan is for another target.
    #[error("its {what} is `{planned}`, the environment's is `{actual}`")]
    Target {
        /// The part of the target that differs.
        what: &'static str,
        /// The value in the plan.
        planned: String,
        /// The value of the environment.
        actual: String,
    },
    /// There was no stack, but now there is one of that name.
    #[error("the stack did not exist, and somebody has created it since")]
    Appeared,
    /// There was a stack, but it was deleted.
    #[error("the stack is gone")]
    Gone,
    /// The stack was deleted and created anew.
    #[error("the stack was deleted and created again")]
    Replaced,
    /// The stack was updated.
    #[error("the stack was last updated at {actual}, not at {planned}")]
    Updated {
        /// When it was last updated, according to the plan.
        planned: String,
        /// When it was actually last updated.
        actual: String,
    },
    /// The stack has another template.
    #[error("the deployed template has changed")]
    Template,
    /// A new change set has other changes.
    #[error("CloudFormation would now make other changes to `{}`", resources.join("`, `"))]
    Changes {
        /// The logical ids of the resources; `the stack` for its outputs and tags.
        resources: Vec<String>,
    },
}

impl Plan {
    /// The differences between the actual target and the plan's.
    pub fn moved_from(&self, actual: &Target) -> Vec<Moved> {
        let protected = |place: &Target| if place.protected { "on" } else { "off" }.to_owned();
        let planned = &self.place;
        let pairs = [
            (
                "environment",
                planned.environment.clone(),
                actual.environment.clone(),
            ),
            ("account", planned.account.clone(), actual.account.clone()),
            ("region", planned.region.clone(), actual.region.clone()),
            ("stack", planned.stack.clone(), actual.stack.clone()),
            ("protection", protected(planned), protected(actual)),
        ];
        pairs
            .into_iter()
            .filter(|(_, planned, actual)| planned != actual)
            .map(|(what, planned, actual)| Moved::Target {
                what,
                planned,
                actual,
            })
            .collect()
    }

    /// The differences between the actual stack and the plan's.
    pub fn moved_since(&self, actual: Option<&StackState>) -> Vec<Moved> {
        let (planned, actual) = match (&self.stack_state, actual) {
            (None, None) => return Vec::new(),
            (None, Some(_)) => return vec![Moved::Appeared],
            (Some(_), None) => return vec![Moved::Gone],
            (Some(planned), Some(actual)) => (planned, actual),
        };
        if planned.stack_id != actual.stack_id {
            return vec![Moved::Replaced];
        }
        let mut moved = Vec::new();
        if planned.last_updated != actual.last_updated {
            let time =
                |state: &StackState| state.last_updated.clone().unwrap_or_else(|| "no time".to_owned());
            moved.push(Moved::Updated {
                planned: time(planned),
                actual: time(actual),
            });
        }
        if planned.template_sha256 != actual.template_sha256 {
            moved.push(Moved::Template);
        }
        moved
    }

    /// Tells whether a release of the planned stack, or of the present one with this ARN, has already deployed what
    /// the plan contains.
    pub fn is_brought_by(&self, release: &Release, stack_id: Option<&str>) -> bool {
        let planned = self.stack_state.as_ref();
        let planned_id = planned.map(|state| state.stack_id.as_str());
        let stood_since = planned.and_then(|state| state.last_updated.as_deref());
        let stood_since = stood_since.and_then(|time| time.parse::<Timestamp>().ok());
        release.template.sha256 == sha256_hex(&self.template)
            && [stack_id, planned_id].contains(&Some(release.stack_id.as_str()))
            && stood_since.is_none_or(|since| release.time() > since)
    }

    /// The difference between the present changes and those in the plan.
    pub fn changed_otherwise(&self, actual: Option<&ChangeSummary>) -> Option<Moved> {
        let resources = match (&self.changes, actual) {
            (None, None) => return None,
            (Some(planned), Some(actual)) => planned.differs_in(actual),
            (Some(changes), None) | (None, Some(changes)) => changes.differs_in(&ChangeSummary::default()),
        };
        match (resources.is_empty(), self.changes.is_some() == actual.is_some()) {
            (true, true) => None,
            (true, false) => Some(Moved::Changes {
                resources: vec!["the stack".to_owned()],
            }),
            (false, _) => Some(Moved::Changes { resources }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::plan;
    use super::*;
    use crate::stack::{Action, Replacement, ResourceChange};

    fn told(moved: impl IntoIterator<Item = Moved>) -> String {
        let told: Vec<String> = moved.into_iter().map(|moved| moved.to_string()).collect();
        told.join("\n")
    }

    #[test]
    fn a_plan_is_for_one_place() {
        assert_eq!(plan().moved_from(&plan().place), []);
        let elsewhere = Target {
            environment: "production".into(),
            account: "210987654321".into(),
            region: "eu-west-1".into(),
            stack: "orders-2".into(),
            protected: true,
        };
        insta::assert_snapshot!(told(plan().moved_from(&elsewhere)), @"
        its environment is `staging`, the environment's is `production`
        its account is `123456789012`, the environment's is `210987654321`
        its region is `eu-central-1`, the environment's is `eu-west-1`
        its stack is `orders`, the environment's is `orders-2`
        its protection is `off`, the environment's is `on`
        ");
    }

    #[test]
    fn a_plan_is_for_one_state_of_the_stack() {
        let state = plan().stack_state.unwrap();
        assert_eq!(plan().moved_since(Some(&state)), []);
        let another = StackState {
            stack_id: "arn:stack/orders/2".into(),
            ..state.clone()
        };
        let updated = StackState {
            last_updated: Some("2027-01-16T08:00:00Z".into()),
            template_sha256: "t2".into(),
            ..state.clone()
        };
        let to_create = Plan {
            stack_state: None,
            ..plan()
        };
        assert_eq!(to_create.moved_since(None), []);
        let moved = [
            plan().moved_since(None),
            plan().moved_since(Some(&another)),
            plan().moved_since(Some(&updated)),
            to_create.moved_since(Some(&state)),
        ];
        insta::assert_snapshot!(told(moved.into_iter().flatten()), @"
        the stack is gone
        the stack was deleted and created again
        the stack was last updated at 2027-01-16T08:00:00Z, not at 2027-01-15T08:00:00Z
        the deployed template has changed
        the stack did not exist, and somebody has created it since
        ");
    }

    #[test]
    fn a_plan_is_for_the_changes_that_were_shown_in_whatever_order() {
        let change = |logical_id: &str, replacement| ResourceChange {
            logical_id: logical_id.into(),
            physical_id: None,
            resource_type: "AWS::SNS::Topic".into(),
            action: Action::Modify,
            replacement,
            policy_action: None,
            causes: vec!["Properties.TopicName".into()],
        };
        let summary = |changes: &[ResourceChange]| ChangeSummary {
            changes: changes.to_vec(),
        };
        let (a, b) = (change("A", Replacement::Never), change("B", Replacement::Never));
        let planned = Plan {
            changes: Some(summary(&[a.clone(), b.clone()])),
            ..plan()
        };
        assert_eq!(
            planned.changed_otherwise(Some(&summary(&[b.clone(), a.clone()]))),
            None
        );
        let replaces = summary(&[
            a,
            change("B", Replacement::Always),
            change("C", Replacement::Never),
        ]);
        let moved = [
            planned.changed_otherwise(Some(&replaces)),
            planned.changed_otherwise(None),
            plan().changed_otherwise(None),
        ];
        insta::assert_snapshot!(told(moved.into_iter().flatten()), @"
        CloudFormation would now make other changes to `B`, `C`
        CloudFormation would now make other changes to `A`, `B`
        CloudFormation would now make other changes to `the stack`
        ");
    }
}
