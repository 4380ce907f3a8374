//! What there is, and what is due to happen.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::cloud::{CallErrorKind, Caller, Invoked, LogEvent, TopicSubscription, ValidationFinding};
use crate::stack::{Key, ResourceChange, ResourceDrift, StackEvent};

use super::belief::Beliefs;
use super::operation::{Effect, Step};
use super::rights::Rights;
use super::stack::FakeStack;

pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const BUCKET: &str = "event-store-artifacts-123456789012-eu-central-1";

/// How Lambda would hash code.
pub(crate) fn code_sha256(code: &[u8]) -> String {
    format!("sha256({})", String::from_utf8_lossy(code))
}

pub(crate) struct World {
    pub(crate) now: Timestamp,
    pub(crate) calls: Vec<String>,
    pub(crate) caller: Option<Caller>,
    pub(crate) stacks: Vec<FakeStack>,
    pub(crate) tables: BTreeMap<String, FakeTable>,
    pub(crate) log_groups: BTreeSet<String>,
    /// Topics by their ARNs, parameters by their names; those whose name is literal.
    pub(crate) others: BTreeSet<String>,
    /// The roles by their paths and names, without a leading slash.
    pub(crate) roles: BTreeSet<String>,
    /// The managed policies by their ARNs.
    pub(crate) policies: BTreeSet<String>,
    /// How many invocations may run at once in the account.
    pub(crate) concurrency_limit: u32,
    /// What the caller may do; none, if everything is allowed.
    pub(super) rights: Option<Rights>,
    pub(super) beliefs: Beliefs,
    /// Actions that a simulation of the caller's policies does not allow.
    pub(crate) denied_actions: BTreeSet<String>,
    /// Queues by their URL.
    pub(crate) queues: BTreeMap<String, FakeQueue>,
    pub(crate) subscriptions: Vec<TopicSubscription>,
    /// What topics will send, and when.
    pub(super) announcements: Vec<(Timestamp, String)>,
    /// From when on the newest subscription has what is announced.
    pub(super) heard_from: Timestamp,
    pub(crate) buckets: BTreeSet<String>,
    pub(crate) objects: BTreeMap<String, Vec<u8>>,
    /// The checksums that objects were stored with.
    pub(crate) checksums: BTreeMap<String, String>,
    /// What somebody else stores just before the next upload.
    pub(crate) planted_before_upload: Option<(String, Vec<u8>)>,
    /// When each object was stored; what a test puts there is as old as the world.
    pub(crate) stored: BTreeMap<String, Timestamp>,
    pub(crate) functions: BTreeMap<String, FakeFunction>,
    /// The state of every mapping, if it is not `Enabled`.
    pub(crate) mapping_state: Option<String>,
    /// What a search for drift finds.
    pub(crate) drifts: Vec<ResourceDrift>,
    pub(crate) drift_incomplete: Option<String>,
    /// When the search for drift is over.
    pub(super) drift_due: Option<Timestamp>,
    /// Tokens of requests that begin something, to show that each has one of its own.
    pub(crate) tokens: Vec<String>,
    /// Lines of log groups, each with when it can first be read.
    pub(crate) log_lines: Vec<(String, LogEvent, Timestamp)>,
    /// Functions that were called, and with what.
    pub(crate) invoked: Vec<(String, String)>,
    /// The tables that were restored, each as of when that was asked.
    pub(crate) restored: Vec<(String, Option<Timestamp>)>,
    /// What the last change set was asked to do.
    pub(crate) last_request: Option<crate::cloud::NewChangeSet>,
    /// The last stack that was asked for without a change set.
    pub(crate) last_stack: Option<crate::cloud::NewStack>,
    /// Calls are scripted to fail only once an operation runs.
    pub(crate) throttle_after_execution: bool,
    /// How long it takes to make a change set.
    pub(crate) change_sets_take: SignedDuration,
    /// Code is hashed as Lambda does it, so that what is live is known by the key of its artifact.
    pub(crate) hashes_code: bool,
    /// An update leaves aliases alone whose text it does not change.
    pub(crate) aliases_stay: bool,
    pub(super) script: Script,
    pub(super) due: Vec<Step>,
    events: u64,
}

#[derive(Default)]
pub(super) struct Script {
    pub(super) page_size: usize,
    pub(super) failing: BTreeMap<String, String>,
    pub(super) stale_reads: usize,
    pub(super) held_back_reads: usize,
    pub(super) failing_calls: Vec<(String, CallErrorKind)>,
    pub(super) answers: Vec<Invoked>,
    pub(super) deaf_for: SignedDuration,
    pub(super) rejection: Option<(String, Vec<ValidationFinding>)>,
    /// Which of the coming answers is lost, counted from 1, and how.
    pub(super) lost: Option<(usize, super::Loss)>,
    /// After how many calls the run is killed.
    pub(super) calls_to_live: Option<usize>,
    pub(super) told_change: Option<ResourceChange>,
    pub(super) recreated_log_groups: BTreeMap<String, usize>,
    pub(super) ringing: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FakeTable {
    pub(crate) key: Vec<Key>,
    pub(crate) stream_view: Option<String>,
    pub(crate) point_in_time_recovery: bool,
    pub(crate) deletion_protection: bool,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) items: u64,
    pub(crate) busy_until: Timestamp,
    pub(crate) gone_at: Option<Timestamp>,
}

#[derive(Clone)]
pub(crate) struct FakeQueue {
    pub(crate) messages: u64,
    pub(crate) made: Timestamp,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) policy: String,
}

#[derive(Clone, Default)]
pub(crate) struct FakeFunction {
    pub(crate) code_sha256: String,
    pub(crate) versions: Vec<String>,
    /// The environment variables, the same in every version.
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) aliases: BTreeMap<String, String>,
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            now: Timestamp::from_second(1_800_000_000).unwrap(),
            calls: Vec::new(),
            caller: Some(Caller {
                account: ACCOUNT.into(),
                arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/admin/jo"),
            }),
            stacks: Vec::new(),
            tables: BTreeMap::new(),
            log_groups: BTreeSet::new(),
            others: BTreeSet::new(),
            roles: BTreeSet::new(),
            policies: BTreeSet::new(),
            concurrency_limit: 1_000,
            rights: None,
            beliefs: Beliefs::default(),
            denied_actions: BTreeSet::new(),
            queues: BTreeMap::new(),
            subscriptions: Vec::new(),
            announcements: Vec::new(),
            heard_from: Timestamp::UNIX_EPOCH,
            buckets: BTreeSet::new(),
            objects: BTreeMap::new(),
            checksums: BTreeMap::new(),
            planted_before_upload: None,
            stored: BTreeMap::new(),
            functions: BTreeMap::new(),
            mapping_state: None,
            drifts: Vec::new(),
            drift_incomplete: None,
            drift_due: None,
            tokens: Vec::new(),
            log_lines: Vec::new(),
            invoked: Vec::new(),
            restored: Vec::new(),
            last_request: None,
            last_stack: None,
            throttle_after_execution: false,
            change_sets_take: SignedDuration::from_secs(1),
            hashes_code: false,
            aliases_stay: false,
            script: Script {
                page_size: 100,
                ..Script::default()
            },
            due: Vec::new(),
            events: 0,
        }
    }

    pub(super) fn hash(&self, code: &[u8]) -> String {
        if self.hashes_code {
            crate::stack::sha256_base64(code)
        } else {
            code_sha256(code)
        }
    }

    /// Lets everything happen that is due.
    pub(super) fn catch_up(&mut self) {
        let now = self.now;
        while let Some(position) = self.due.iter().position(|step| step.at <= now) {
            let step = self.due.remove(position);
            self.happen(step);
        }
        for stack in &mut self.stacks {
            stack
                .change_sets
                .retain(|change_set| change_set.gone_at.is_none_or(|gone| gone > now));
        }
        self.tables
            .retain(|_, table| table.gone_at.is_none_or(|gone| gone > now));
    }

    fn happen(&mut self, step: Step) {
        let Step {
            at,
            stack,
            event,
            effect,
        } = step;
        let now = std::mem::replace(&mut self.now, at);
        match effect {
            Effect::None => {}
            Effect::Status(status) => self.stack_mut(&stack).status = status,
            Effect::Make(logical_id, body) => self.make(&stack, &logical_id, &body),
            Effect::Import(logical_id, body) => self.import(&stack, &logical_id, &body),
            Effect::Unmake(logical_id) => self.unmake(&stack, &logical_id),
            Effect::TakeBack(logical_id) => {
                let left = self.stack_mut(&stack).resources.remove(&logical_id);
                if let Some(left) = left {
                    self.take_import_back(&left.physical_id, left.table_before);
                    self.stack_mut(&stack).left.insert(left.physical_id);
                }
            }
            Effect::Restore => {
                let stack = self.stack_mut(&stack);
                stack.resources = stack.resources_before.clone();
            }
            Effect::Leave(logical_id) => {
                let stack = self.stack_mut(&stack);
                let left = stack.resources.remove(&logical_id);
                stack.left.extend(left.map(|resource| resource.physical_id));
            }
            Effect::Adopt { template, tags } => {
                let stack = self.stack_mut(&stack);
                stack.template = template;
                stack.tags = tags;
            }
        }
        if let Some((logical_id, resource_type, status, reason)) = event {
            self.record(&stack, &logical_id, &resource_type, &status, reason.as_deref());
        }
        self.now = now;
    }

    pub(super) fn record(
        &mut self,
        stack: &str,
        logical_id: &str,
        resource_type: &str,
        status: &str,
        reason: Option<&str>,
    ) {
        self.events += 1;
        let (id, timestamp) = (format!("event-{}", self.events), self.now);
        let stack = self.stack_mut(stack);
        let physical_id = if resource_type == "AWS::CloudFormation::Stack" {
            stack.id.clone()
        } else {
            stack
                .resources
                .get(logical_id)
                .map(|resource| resource.physical_id.clone())
                .unwrap_or_default()
        };
        stack.events.push(StackEvent {
            id,
            timestamp,
            stack_id: stack.id.clone(),
            logical_id: logical_id.into(),
            physical_id,
            resource_type: resource_type.into(),
            status: status.into(),
            reason: reason.map(Into::into),
            token: Some(stack.token.clone()).filter(|token| !token.is_empty()),
        });
    }
}

impl FakeTable {
    pub(super) fn of(logical_id: &str, body: &Value, now: Timestamp) -> Self {
        let template = serde_json::json!({"Resources": {logical_id: body}}).to_string();
        let design = crate::stack::Blueprint::read(&template).unwrap().tables.remove(0);
        Self {
            key: design.key,
            stream_view: design.stream_view,
            point_in_time_recovery: design.point_in_time_recovery,
            deletion_protection: design.deletion_protection,
            tags: design.tags,
            items: 0,
            busy_until: now,
            gone_at: None,
        }
    }

    pub(super) fn change(&mut self, now: Timestamp) {
        self.busy_until = now + SignedDuration::from_secs(1);
    }
}
