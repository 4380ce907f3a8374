//! PURE: lays out drift for a reader.

use std::fmt::Write as _;

use cfn_deploy::Drift;
use cfn_deploy::stack::{PropertyDrift, ResourceDrift, UnseenDrift};

use super::paint;

/// Lays out drift.
pub(super) fn text(drift: &Drift) -> String {
    let mut text = if drift.is_empty() {
        format!("{} {} is as it was deployed\n", paint::good("="), drift.stack)
    } else {
        let title = format!("{} is not as it was deployed:", drift.stack);
        format!("{}\n", paint::strong(title))
    };
    for resource in &drift.resources {
        text.push_str(&of_resource(resource));
    }
    let is_lifted = drift.unfinished.iter().any(|run| run.policy_lifted);
    if !drift.unseen.is_empty() {
        let _ = writeln!(text, "\n{}", paint::strong("What CloudFormation does not see:"));
        for unseen in &drift.unseen {
            let _ = writeln!(text, "  {} {}", paint::warn("!"), sentence(unseen, is_lifted));
        }
    }
    if let Some(reason) = &drift.incomplete {
        let _ = writeln!(
            text,
            "\n{} CloudFormation could not look at everything: {reason}",
            paint::warn("!")
        );
    }
    text
}

fn of_resource(resource: &ResourceDrift) -> String {
    let kind = paint::faint(resource.resource_type.trim_start_matches("AWS::"));
    let name = paint::strong(&resource.logical_id);
    if resource.deleted {
        return format!("\n{} {name}  {kind} is gone\n", paint::bad("-"));
    }
    let lines: String = resource.differences.iter().map(line).collect();
    format!("\n{} {name}  {kind}\n{lines}", paint::warn("~"))
}

fn line(difference: &PropertyDrift) -> String {
    let path = difference.path.trim_start_matches('/').replace('/', ".");
    let told = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
    let (expected, actual) = (told(&difference.expected), told(&difference.actual));
    format!("    {path}: {} → {}\n", paint::good(expected), paint::bad(actual))
}

/// If an interrupted run has lifted a protection, the next run restores it, whatever it changes.
fn sentence(drift: &UnseenDrift, is_lifted: bool) -> String {
    match drift {
        UnseenDrift::Version {
            logical_id,
            expected,
            actual,
        } => format!("{logical_id} serves version {actual}, the stack published {expected}"),
        // The two hashes would add nothing.
        UnseenDrift::Code { logical_id, .. } => {
            format!("{logical_id} runs another code than the template names")
        }
        UnseenDrift::Variable {
            logical_id,
            name,
            expected,
            actual,
        } => match (expected, actual) {
            (Some(expected), Some(actual)) => {
                format!("{logical_id} has {name}={actual}, the template says {expected}")
            }
            (Some(expected), None) => format!("{logical_id} has no {name}, the template says {expected}"),
            (None, actual) => format!(
                "{logical_id} has {name}={}, the template has no such variable",
                actual.as_deref().unwrap_or_default()
            ),
        },
        UnseenDrift::Mapping {
            logical_id,
            expected,
            actual,
        } => format!("{logical_id} is {actual}, the template says {expected}"),
        UnseenDrift::DeadStream {
            logical_id,
            reads,
            latest,
        } => format!(
            "{logical_id} reads {reads}, to which nothing is written: the table's stream is {}",
            latest.as_deref().unwrap_or("off")
        ),
        UnseenDrift::Missing { logical_id } => format!("{logical_id} is gone"),
        UnseenDrift::TerminationProtection { expected: true } => {
            "termination protection is off, the environment is protected".to_owned()
        }
        UnseenDrift::TerminationProtection { expected: false } => {
            "termination protection is on, the environment is not protected".to_owned()
        }
        UnseenDrift::StackPolicy if is_lifted => {
            "the stack policy does not keep log, topic and URL: an interrupted run has lifted it; the next `up` puts it back"
                .to_owned()
        }
        UnseenDrift::StackPolicy => {
            "the stack policy does not keep log, topic and URL; the next `up` that changes something sets it"
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(drift: &Drift) -> String {
        anstream::adapter::strip_str(&text(drift)).to_string()
    }

    fn name(text: &str) -> String {
        text.to_owned()
    }

    #[test]
    fn a_stack_without_drift_is_a_line() {
        let mut drift = Drift {
            stack: name("orders"),
            resources: Vec::new(),
            incomplete: None,
            unseen: Vec::new(),
            unfinished: Vec::new(),
        };
        insta::assert_snapshot!(plain(&drift), @"= orders is as it was deployed");
        drift.incomplete = Some(name("Failed to detect drift on resources [ApiUrl]"));
        insta::assert_snapshot!(plain(&drift), @"
        = orders is as it was deployed

        ! CloudFormation could not look at everything: Failed to detect drift on resources [ApiUrl]
        ");
    }

    #[test]
    fn every_kind_of_drift_is_a_sentence() {
        let drift = Drift {
            stack: name("orders"),
            resources: vec![
                ResourceDrift {
                    logical_id: name("ApiFunction"),
                    resource_type: name("AWS::Lambda::Function"),
                    deleted: false,
                    differences: vec![
                        PropertyDrift {
                            path: name("/Environment/Variables/LOG_LEVEL"),
                            expected: Some(name("info")),
                            actual: Some(name("debug")),
                        },
                        PropertyDrift {
                            path: name("/MemorySize"),
                            expected: Some(name("256")),
                            actual: None,
                        },
                    ],
                },
                ResourceDrift {
                    logical_id: name("CatalogueTable"),
                    resource_type: name("AWS::DynamoDB::Table"),
                    deleted: true,
                    differences: Vec::new(),
                },
            ],
            incomplete: None,
            unfinished: Vec::new(),
            unseen: vec![
                UnseenDrift::Version {
                    logical_id: name("Api"),
                    expected: name("3"),
                    actual: name("4"),
                },
                UnseenDrift::Code {
                    logical_id: name("Api"),
                    expected: name("47DE="),
                    actual: name("q83v="),
                },
                variable(Some("info"), Some("debug")),
                variable(Some("info"), None),
                variable(None, Some("debug")),
                UnseenDrift::Mapping {
                    logical_id: name("Mapping"),
                    expected: name("Enabled"),
                    actual: name("Disabled"),
                },
                dead_stream(Some("arn:2")),
                dead_stream(None),
                UnseenDrift::Missing {
                    logical_id: name("ApiLive"),
                },
                UnseenDrift::TerminationProtection { expected: true },
                UnseenDrift::TerminationProtection { expected: false },
                UnseenDrift::StackPolicy,
            ],
        };
        insta::assert_snapshot!(plain(&drift), @"
        orders is not as it was deployed:

        ~ ApiFunction  Lambda::Function
            Environment.Variables.LOG_LEVEL: info → debug
            MemorySize: 256 → nothing

        - CatalogueTable  DynamoDB::Table is gone

        What CloudFormation does not see:
          ! Api serves version 4, the stack published 3
          ! Api runs another code than the template names
          ! Api has LOG_LEVEL=debug, the template says info
          ! Api has no LOG_LEVEL, the template says info
          ! Api has LOG_LEVEL=debug, the template has no such variable
          ! Mapping is Disabled, the template says Enabled
          ! Mapping reads arn:1, to which nothing is written: the table's stream is arn:2
          ! Mapping reads arn:1, to which nothing is written: the table's stream is off
          ! ApiLive is gone
          ! termination protection is off, the environment is protected
          ! termination protection is on, the environment is not protected
          ! the stack policy does not keep log, topic and URL; the next `up` that changes something sets it
        ");
    }

    fn variable(expected: Option<&str>, actual: Option<&str>) -> UnseenDrift {
        UnseenDrift::Variable {
            logical_id: name("Api"),
            name: name("LOG_LEVEL"),
            expected: expected.map(name),
            actual: actual.map(name),
        }
    }

    fn dead_stream(latest: Option<&str>) -> UnseenDrift {
        UnseenDrift::DeadStream {
            logical_id: name("Mapping"),
            reads: name("arn:1"),
            latest: latest.map(name),
        }
    }
}
