//! PURE: CloudFormation's data about a stack, and its interpretation.

mod artifact_key;
mod blueprint;
mod change;
mod change_set_name;
pub mod comparison;
mod deployed;
mod diagnosis;
mod difference;
mod drift;
mod estimate;
mod event;
mod failure;
pub mod garbage;
pub mod guard;
mod intent;
mod kept_table;
mod log_source;
mod looked_up;
mod named;
mod no_change;
pub mod outline;
mod owner_tag;
pub mod plan;
mod progress;
mod recovery;
pub mod release;
mod remedy;
mod request_token;
mod rollback_alarms;
mod saved_events;
mod settings;
mod stack_policy;
mod status;
mod template;
mod timeline;
mod unfinished;
pub mod widening;

pub use artifact_key::ArtifactKey;
pub(crate) use artifact_key::{
    base64_of_hex, release_key, release_prefix, sha256_base64, sha256_hex, template_key, template_prefix,
};
pub use blueprint::{Blueprint, BlueprintError, CodeObject, Key, KeyRole, LiveFunction, TableDesign};
pub use change::{Action, ChangeSummary, Replacement, ResourceChange};
pub use change_set_name::change_set_name;
pub(crate) use change_set_name::{ChangeSetUse, is_of_a_deployer};
pub use deployed::{DeployedStack, StackResource};
pub use diagnosis::{Diagnosis, SourceLine};
pub(crate) use difference::version_number;
pub(crate) use difference::{
    Difference, LiveCode, Wanted, is_same_template, template_digest, traffic_difference, what_differs,
};
pub use drift::{PropertyDrift, ResourceDrift, UnseenDrift};
pub(crate) use drift::{code_sha256_of_key, expected_variables, variable_drift};
pub use estimate::Estimate;
pub(crate) use event::as_text;
pub use event::{Phase, ResourceStatus, StackEvent};
pub use failure::Failure;
pub(crate) use failure::root_cause;
pub use intent::{Cause, GivenUp, Sequel};
pub(crate) use intent::{
    DeleteIntent, DeployIntent, Intent, LiftedPolicy, StoredBefore, intent_key, intent_time, is_intent,
    is_receipt, receipt_key, run_prefix,
};
pub use kept_table::KeptTable;
pub(crate) use log_source::{LogGroupName, LogSource, log_sources};
pub use looked_up::looked_up;
pub use named::{NamedKind, NamedResource};
pub(crate) use no_change::means_no_changes;
pub use owner_tag::{OWNER_TAG, with_owner};
pub use progress::{Progress, ResourceState};
pub use recovery::{Move, PossibleMove, Situation, UnknownMove, situation};
pub use release::{Release, ReleaseChoice, ReleaseId};
pub use remedy::{Remedy, remedy};
pub use request_token::RequestToken;
pub(crate) use rollback_alarms::{MOST_ALARMS, RollbackAlarm, rollback_alarms};
pub use saved_events::{SavedEventsError, saved_events};
pub(crate) use settings::changed_settings;
pub use stack_policy::StackPolicy;
pub use status::{NextMove, StackStatus};
pub use template::{WantedTemplate, deployed_template};
pub use timeline::{Step, Timeline};
pub use unfinished::{Task, Unfinished};
