//! PURE: events as JSON objects, one per line, for programs. The names and meanings of members do not change.

#[cfg(test)]
mod contract;
mod finished;
mod found;
mod question;

use serde_json::{Value, json};

pub(super) use self::finished::{
    collected, deployed, destroyed, drilled, planned, pushed, rolled_back, tried,
};
pub(super) use self::found::{difference, drift, finding, release, unfinished, unreadable};
pub(super) use self::question::question;
use crate::artifact::Artifact;
use crate::commands::error::CommandError;
use cfn_template::problem::{Problem, Problems};

/// An artifact that was built or loaded.
pub(super) fn artifact(verb: &str, artifact: &Artifact) -> Value {
    json!({"event": verb, "binary": artifact.binary(), "bytes": artifact.zip().len(), "sha256": artifact.hash().hex()})
}

/// Why a command failed.
pub(super) fn failed(failure: &CommandError) -> Value {
    let problems: Vec<Value> = failure
        .source
        .downcast_ref::<Problems>()
        .into_iter()
        .flatten()
        .map(problem)
        .collect();
    json!({
        "event": "failed",
        "exitCode": failure.kind.code(),
        "error": failure.source.to_string(),
        "notes": failure.notes,
        "hints": failure.hints,
        "problems": problems,
    })
}

/// An oddity in a file that does not prevent a deployment.
pub(super) fn warning(warning: &Problem) -> Value {
    let mut event = problem(warning);
    event["event"] = "warning".into();
    event
}

fn problem(problem: &Problem) -> Value {
    json!({
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "hint": problem.hint,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::error::ErrorKind;
    use cfn_deploy::{Deployed, Destroyed, Event, KeptTable, Outputs};
    use cfn_template::yaml::Location;

    #[test]
    fn an_event_says_what_it_is() {
        let adopting = Event::Adopting {
            table: "orders-events".to_owned(),
            items: 3,
        };
        insta::assert_snapshot!(json!(adopting), @r#"{"event":"importing","items":3,"table":"orders-events"}"#);
    }

    #[test]
    fn the_end_carries_the_outcome() {
        let outputs = Outputs::from([("EsUrl".to_owned(), "http://127.0.0.1/".to_owned())]);
        insta::assert_snapshot!(deployed("orders", &Deployed::Created(outputs.clone()), &outputs), @r#"{"event":"finished","outcome":"created","outputs":{"EsUrl":"http://127.0.0.1/"},"stack":"orders"}"#);
        let kept = vec![KeptTable {
            name: "orders-events".to_owned(),
            items: 3,
        }];
        insta::assert_snapshot!(destroyed("orders", &Destroyed::NothingThere { kept }), @r#"{"event":"finished","kept":[{"items":3,"name":"orders-events"}],"outcome":"nothing-there","stack":"orders"}"#);
    }

    #[test]
    fn a_failure_carries_the_exit_code_and_every_problem() {
        let at = Location { line: 3, column: 7 };
        let problems = Problems::from(Problem::new("local.yaml", at, "unknown key `reigon`"));
        insta::assert_snapshot!(failed(&CommandError::new(ErrorKind::Usage, problems)), @r#"{"error":"local.yaml:3:7: unknown key `reigon`","event":"failed","exitCode":64,"hints":[],"notes":[],"problems":[{"column":7,"file":"local.yaml","hint":null,"line":3,"message":"unknown key `reigon`"}]}"#);
    }
}
