//! PURE: the intent of a run: what it is about to do to a stack, recorded in advance.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::release::StoredTemplate;
use super::{DeployedStack, Release, ReleaseId, release_prefix, sha256_hex};

/// What a run is about to do. It is stored before the stack is changed and deleted when everything is done, so that
/// an existing intent shows an unfinished run.
///
/// It contains what AWS cannot tell afterwards. AWS itself shows that a table is protected or that a queue is left
/// over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "intent")]
pub enum Intent {
    /// Deploy a template.
    Deploy(Box<DeployIntent>),
    /// Delete the stack.
    Delete(DeleteIntent),
}

/// A deployment that is about to begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeployIntent {
    /// The record for the ledger. Its name is fixed before the deployment succeeds, so that whoever finishes the run
    /// writes the same record.
    pub release: Release,
    /// The ARN of the change set; `None` if no change set has anything left to do.
    pub change_set: Option<String>,
    /// The physical names of the imported tables.
    pub imports: Vec<String>,
    /// The policy that is lifted for the operation.
    pub policy: Option<LiftedPolicy>,
    /// The stack's previous state; `None` if it is new.
    pub before: Option<StoredBefore>,
    /// The steps that follow.
    pub sequel: Sequel,
    /// The cause.
    pub cause: Cause,
    /// The keys of earlier runs' intents that this run takes over; they are deleted when it ends.
    #[serde(default)]
    pub takes_up: Vec<String>,
}

/// A stack policy that is lifted during an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LiftedPolicy {
    /// The policy in force before and after.
    pub policy: String,
    /// The policy in force during the operation.
    pub lifted: String,
}

/// The state of a stack before a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredBefore {
    /// The template, which is in the artifact bucket.
    pub template: StoredTemplate,
    /// The stack's tags.
    pub tags: BTreeMap<String, String>,
}

/// The steps that follow a deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sequel {
    /// The logical id of the alias whose function completes derived tables. It is needed if tables are imported or
    /// added to an existing stack.
    pub reconciler: Option<String>,
    /// Whether to test the store.
    pub trial: bool,
}

/// The cause of a deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Cause {
    /// A user asked for this template.
    #[default]
    Asked,
    /// A user asked for the release before the deployed one.
    PreviousRelease,
    /// The previous deployment does not work.
    GivesUp(GivenUp),
}

/// A deployment that is rolled back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GivenUp {
    /// The SHA-256 of its template, in hexadecimal.
    pub template_sha256: String,
    pub tags: BTreeMap<String, String>,
    /// What does not work.
    pub reason: String,
}

/// A deletion that is about to begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteIntent {
    /// The ARN of the stack; `None` if it is already gone and only tables remain to be deleted.
    #[serde(default)]
    pub stack_id: Option<String>,
    /// The log groups that are deleted with it, and may reappear meanwhile.
    pub log_groups: Vec<String>,
    /// The tables to delete afterwards, with all their data.
    #[serde(default)]
    pub purges: Vec<String>,
    /// The ARN of the user or role that deletes it.
    pub caller: String,
}

impl Intent {
    /// The ARN of the user or role that started the run.
    pub fn caller(&self) -> &str {
        match self {
            Self::Deploy(intent) => &intent.release.caller,
            Self::Delete(intent) => &intent.caller,
        }
    }
}

impl Cause {
    /// Tells whether it rolls back a deployment of this template, given by its SHA-256, and these tags.
    pub fn gives_up(&self, template_sha256: &str, tags: &BTreeMap<String, String>) -> bool {
        matches!(self, Self::GivesUp(it) if it.template_sha256 == template_sha256 && &it.tags == tags)
    }
}

impl DeployIntent {
    /// Tells whether a stack is in the state that this deployment should reach.
    pub fn is_reached(&self, stack: &DeployedStack, template: &str) -> bool {
        stack.id == self.release.stack_id && self.brings(&sha256_hex(template), &stack.tags)
    }

    /// Tells whether this deployment has this template, given by its SHA-256, and these tags.
    pub fn brings(&self, template_sha256: &str, tags: &BTreeMap<String, String>) -> bool {
        self.release.template.sha256 == template_sha256 && &self.release.tags == tags
    }
}

/// The prefix of the keys of a stack's intents and receipt. It is below its releases, so that the same permissions
/// allow writing both.
pub(crate) fn run_prefix(stack: &str) -> String {
    format!("{}run/", release_prefix(stack))
}

/// The key of an intent. It is unique to the run, and keys sort by time.
pub(crate) fn intent_key(stack: &str, now: Timestamp, run: Uuid) -> String {
    let (begun, run) = (ReleaseId::at(now), run.simple());
    format!("{}{begun}-{run}.json", run_prefix(stack))
}

/// The start of the run whose intent has this key; `None` if it is not the key of an intent.
pub(crate) fn intent_time(key: &str) -> Option<Timestamp> {
    let (begun, _) = key.rsplit('/').next()?.split_once('-')?;
    let begun: ReleaseId = begun.parse().ok()?;
    Some(begun.time())
}

/// The key of the receipt that says that nothing is left to do for the present stack. It contains the stack's ARN,
/// its last operation and its template, so that listing the key is enough. Every operation of CloudFormation has its
/// own time.
pub(crate) fn receipt_key(stack: &DeployedStack, template: &str) -> String {
    let state = format!("{}\n{}\n{}\n", stack.id, stack.since(), sha256_hex(template));
    format!("{}settled-{}", run_prefix(&stack.name), sha256_hex(state))
}

/// Tells whether a key is that of an intent of any stack.
pub(crate) fn is_intent(key: &str) -> bool {
    let parts: Vec<&str> = key.split('/').collect();
    matches!(parts.as_slice(), ["releases", _, "run", _]) && !is_receipt(key)
}

/// Tells whether a key is that of a receipt.
pub(crate) fn is_receipt(key: &str) -> bool {
    key.rsplit('/')
        .next()
        .is_some_and(|name| name.starts_with("settled-"))
}

#[cfg(test)]
mod tests {
    use super::super::StackStatus;
    use super::super::release::testing::release;
    use super::*;

    fn intent() -> DeployIntent {
        DeployIntent {
            release: release(1_800_000_000, &sha256_hex("{}")),
            change_set: Some("arn:changeSet/1".into()),
            imports: vec!["orders-events".into()],
            policy: Some(LiftedPolicy {
                policy: "{}".into(),
                lifted: "[]".into(),
            }),
            before: Some(StoredBefore {
                template: StoredTemplate {
                    key: "templates/orders/t0.json".into(),
                    sha256: "t0".into(),
                },
                tags: BTreeMap::new(),
            }),
            sequel: Sequel {
                reconciler: Some("RelayLive".into()),
                trial: true,
            },
            cause: Cause::GivesUp(GivenUp {
                template_sha256: "t2".into(),
                tags: BTreeMap::new(),
                reason: "the smoke test failed".into(),
            }),
            takes_up: vec!["releases/orders/run/20270115T080000.000Z-1.json".into()],
        }
    }

    fn stack() -> DeployedStack {
        let release = intent().release;
        DeployedStack {
            id: release.stack_id,
            name: release.stack,
            status: StackStatus::UpdateComplete,
            status_reason: None,
            created: Timestamp::UNIX_EPOCH,
            updated: None,
            tags: release.tags,
            outputs: BTreeMap::new(),
            termination_protection: false,
        }
    }

    #[test]
    fn an_intent_is_read_as_it_was_written() {
        let intents = [
            Intent::Deploy(Box::new(intent())),
            Intent::Delete(DeleteIntent {
                stack_id: Some("arn:stack/orders".into()),
                log_groups: vec!["/orders/api".into()],
                purges: vec!["orders-events".into()],
                caller: "arn:jo".into(),
            }),
        ];
        for intent in intents {
            let text = serde_json::to_vec(&intent).unwrap();
            assert_eq!(serde_json::from_slice::<Intent>(&text).unwrap(), intent);
        }
    }

    #[test]
    fn an_intent_is_reached_by_its_stack_template_and_tags_alone() {
        assert!(intent().is_reached(&stack(), "{}"));
        assert!(!intent().is_reached(&stack(), "{} "));
        let mut other = stack();
        other.id.push('2');
        assert!(!intent().is_reached(&other, "{}"));
        let mut other = stack();
        other.tags.clear();
        assert!(!intent().is_reached(&other, "{}"));
    }

    #[test]
    fn two_runs_that_begin_at_once_write_two_intents() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let [one, other] = [1, 2].map(|run| intent_key("orders", now, Uuid::from_u128(run)));
        assert_ne!(one, other);
        assert!(
            one.starts_with("releases/orders/run/20270115T080000.000Z-"),
            "{one}"
        );
        assert!(is_intent(&one) && !is_receipt(&one));
        assert_eq!(intent_time(&one), Some(now));
    }

    #[test]
    fn a_receipt_is_of_one_stack_operation_and_template() {
        let receipt = receipt_key(&stack(), "{}");
        assert!(is_receipt(&receipt), "{receipt}");
        assert_eq!(intent_time(&receipt), None);
        let mut later = stack();
        later.updated = Some(Timestamp::MAX);
        let mut another = stack();
        another.id.push('2');
        for key in [
            receipt_key(&stack(), "[]"),
            receipt_key(&later, "{}"),
            receipt_key(&another, "{}"),
        ] {
            assert!(is_receipt(&key) && !is_intent(&key) && key != receipt, "{key}");
        }
    }
}
