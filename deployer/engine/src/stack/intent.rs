//! PURE: what a run is about to do to a stack, written down before it does it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::release::StoredTemplate;
use super::{DeployedStack, Release, ReleaseId, release_prefix, sha256_hex};

/// What a run is about to do. It is written before the stack is changed and deleted when all is done, so that one that is found tells of a
/// run that was ended before its time.
///
/// It holds what AWS cannot tell afterwards. That a table is protected or a queue is left over, AWS tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "intent")]
pub enum Intent {
    /// To bring the stack to what a template says.
    Deploy(Box<DeployIntent>),
    /// To delete the stack.
    Delete(DeleteIntent),
}

/// A deployment about to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeployIntent {
    /// The record as the ledger will have it. It is named before the deployment has succeeded, so that whoever finishes it writes the same one.
    pub release: Release,
    /// The ARN of the change set; none, where nothing is left to do that a change set could.
    pub change_set: Option<String>,
    /// The tables that are imported, by their names.
    pub imports: Vec<String>,
    /// The policy that is lifted for the operation.
    pub policy: Option<LiftedPolicy>,
    /// What the stack was; none, if it is made.
    pub before: Option<StoredBefore>,
    /// What follows.
    pub sequel: Sequel,
    /// Why it is made.
    pub cause: Cause,
    /// The keys of the intents of earlier runs which this one finishes: with its own end they go.
    #[serde(default)]
    pub takes_up: Vec<String>,
}

/// A stack policy that does not hold for the time of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LiftedPolicy {
    /// What is in force before and after.
    pub policy: String,
    /// What is in force meanwhile.
    pub lifted: String,
}

/// What a stack was before a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredBefore {
    /// The template, which lies in the artifact bucket.
    pub template: StoredTemplate,
    /// The stack's tags.
    pub tags: BTreeMap<String, String>,
}

/// What follows a deployment before all is done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sequel {
    /// What makes derived tables complete, by its name in the template: needed where tables are imported, or come into a stack that is there.
    pub reconciler: Option<String>,
    /// Whether the store is tried.
    pub trial: bool,
}

/// Why a deployment is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Cause {
    /// Somebody asked for what it brings.
    #[default]
    Asked,
    /// Somebody asked for the release before the one that was deployed.
    PreviousRelease,
    /// What was deployed before it does not work.
    GivesUp(GivenUp),
}

/// A deployment that is taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GivenUp {
    /// The SHA-256 of its template, in hexadecimal.
    pub template_sha256: String,
    pub tags: BTreeMap<String, String>,
    /// What does not work.
    pub reason: String,
}

/// A deletion about to begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteIntent {
    /// The ARN of the stack; none, where it is gone already and only tables are left to go.
    #[serde(default)]
    pub stack_id: Option<String>,
    /// The log groups that go with it, and may come back while it goes.
    pub log_groups: Vec<String>,
    /// The tables that go after it, with all that is in them.
    #[serde(default)]
    pub purges: Vec<String>,
    /// The ARN of the user or role that deletes.
    pub caller: String,
}

impl Intent {
    /// The ARN of the user or role that the run was of.
    pub fn caller(&self) -> &str {
        match self {
            Self::Deploy(intent) => &intent.release.caller,
            Self::Delete(intent) => &intent.caller,
        }
    }
}

impl Cause {
    /// Whether a deployment of this template, named by its SHA-256, and these tags is what is taken back.
    pub fn gives_up(&self, template_sha256: &str, tags: &BTreeMap<String, String>) -> bool {
        matches!(self, Self::GivesUp(it) if it.template_sha256 == template_sha256 && &it.tags == tags)
    }
}

impl DeployIntent {
    /// Whether a stack is as this deployment was to make it.
    pub fn is_reached(&self, stack: &DeployedStack, template: &str) -> bool {
        stack.id == self.release.stack_id && self.brings(&sha256_hex(template), &stack.tags)
    }

    /// Whether this deployment brings a template, named by its SHA-256, and tags.
    pub fn brings(&self, template_sha256: &str, tags: &BTreeMap<String, String>) -> bool {
        self.release.template.sha256 == template_sha256 && &self.release.tags == tags
    }
}

/// What the keys of a stack's intents and of its receipt begin with. They lie below its releases: whoever may write those may write these.
pub fn run_prefix(stack: &str) -> String {
    format!("{}run/", release_prefix(stack))
}

/// The key of an intent: no two runs write the same, and they sort by time.
pub fn intent_key(stack: &str, now: Timestamp, run: Uuid) -> String {
    let (begun, run) = (ReleaseId::at(now), run.simple());
    format!("{}{begun}-{run}.json", run_prefix(stack))
}

/// When the run began that wrote an intent under this key; none, where the key is not one of an intent.
pub fn intent_time(key: &str) -> Option<Timestamp> {
    let (begun, _) = key.rsplit('/').next()?.split_once('-')?;
    let begun: ReleaseId = begun.parse().ok()?;
    Some(begun.time())
}

/// The key of the receipt which says that nothing is left to do about a stack as it stands: its ARN, its last operation and its template are
/// in the name, so that to list it is to read it. CloudFormation gives each operation a time of its own.
pub fn receipt_key(stack: &DeployedStack, template: &str) -> String {
    let state = format!("{}\n{}\n{}\n", stack.id, stack.since(), sha256_hex(template));
    format!("{}settled-{}", run_prefix(&stack.name), sha256_hex(state))
}

/// Whether a key is that of an intent of any stack.
pub fn is_intent(key: &str) -> bool {
    let parts: Vec<&str> = key.split('/').collect();
    matches!(parts.as_slice(), ["releases", _, "run", _]) && !is_receipt(key)
}

/// Whether a key is that of a receipt.
pub fn is_receipt(key: &str) -> bool {
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
