//! Samples for tests: a release, a plan, an estimate.

use std::collections::BTreeMap;

use cfn_deploy::stack::plan::{Plan, StackState, Target};
use cfn_deploy::stack::release::{
    Durations, ReleaseOutcome, SourceRevision, Span, StoredCode, StoredTemplate,
};
use cfn_deploy::stack::{Action, ChangeSummary, Estimate, Release, ReleaseId, Replacement, ResourceChange};
use jiff::Timestamp;

/// A release of the stack `orders` at `second` after the epoch, whose template has the given hash.
pub(super) fn release(second: i64, template: &str) -> Release {
    Release {
        id: ReleaseId::at(Timestamp::from_second(second).unwrap()),
        stack: "orders".into(),
        stack_id: "arn:stack/orders".into(),
        outcome: ReleaseOutcome::Updated,
        rolled_back_to: None,
        failed_smoke: false,
        untried: false,
        pushes_undone: Vec::new(),
        revision: Some(SourceRevision {
            commit: "0123456789abcdef0123456789abcdef01234567".into(),
            dirty: false,
        }),
        template: StoredTemplate {
            key: format!("templates/orders/{template}.json"),
            sha256: template.into(),
        },
        artifacts: vec![StoredCode {
            key: "code/api/arm64/a.zip".into(),
            code_sha256: "a=".into(),
        }],
        tags: BTreeMap::from([("owner".into(), "platform".into())]),
        caller: "arn:aws:sts::123456789012:assumed-role/admin/jo".into(),
        deployer: "0.1.0".into(),
        durations: Durations::default(),
    }
}

/// A plan to change the topic of the stack `orders`.
pub(super) fn plan() -> Plan {
    Plan {
        place: Target {
            environment: "staging".into(),
            account: "123456789012".into(),
            region: "eu-central-1".into(),
            stack: "orders".into(),
            protected: false,
        },
        stack_state: Some(StackState {
            stack_id: "arn:stack/orders".into(),
            last_updated: Some("2027-01-15T08:00:00Z".into()),
            template_sha256: "t1".into(),
        }),
        changes: Some(ChangeSummary::default()),
        accepted: Vec::new(),
        tags: BTreeMap::from([("owner".into(), "platform".into())]),
        artifacts: vec![StoredCode {
            key: "code/api/arm64/a.zip".into(),
            code_sha256: "a=".into(),
        }],
        revision: None,
        template: r#"{"Resources":{}}"#.into(),
    }
}

/// The estimate for an update of a topic and a function that took eleven seconds the last time.
pub(super) fn estimate() -> Estimate {
    Estimate::by(last(), ReleaseOutcome::Updated, &changing(&["Topic", "Api"])).expect("it is alike")
}

/// The last update: the topic took four seconds, then the function six, and a second later it was over.
fn last() -> Release {
    let span = |began_ms, took_ms| Span { began_ms, took_ms };
    Release {
        outcome: ReleaseOutcome::Updated,
        durations: Durations {
            total_ms: 11_000,
            resources: BTreeMap::from([
                ("Topic".to_owned(), span(0, 4_000)),
                ("Api".to_owned(), span(4_000, 6_000)),
            ]),
        },
        ..release(1_800_000_000, "t1")
    }
}

fn changing(ids: &[&str]) -> ChangeSummary {
    let change = |logical_id: &&str| ResourceChange {
        logical_id: (*logical_id).to_owned(),
        physical_id: None,
        resource_type: "AWS::SNS::Topic".to_owned(),
        action: Action::Modify,
        replacement: Replacement::Never,
        policy_action: None,
        causes: Vec::new(),
    };
    ChangeSummary {
        changes: ids.iter().map(change).collect(),
    }
}
