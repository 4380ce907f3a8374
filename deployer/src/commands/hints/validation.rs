//! PURE: why a change set could not be created, and the findings of early validation.

use cfn_deploy::cloud::ValidationFinding;
use cfn_deploy::stack::{SourceLine, remedy};

use super::Hints;

impl Hints<'_> {
    /// A finding of early validation, with the line of its resource.
    pub(in crate::commands) fn finding(&self, finding: &ValidationFinding) -> String {
        let path: Vec<&str> = finding
            .logical_id
            .iter()
            .chain(&finding.path)
            .map(String::as_str)
            .collect();
        let place = finding.logical_id.as_deref().and_then(|id| self.place(id));
        let place = place.map_or_else(String::new, |SourceLine { file, line }| {
            format!(" ({file}:{line})")
        });
        if path.is_empty() {
            finding.reason.clone()
        } else {
            format!("`{}`{place}: {}", path.join(" "), finding.reason)
        }
    }
}

/// Remedies for a change set that could not be created, for the reasons that are known.
pub(super) fn remedies(findings: &[ValidationFinding], reason: &str) -> Vec<String> {
    let reasons = findings.iter().map(|finding| finding.reason.as_str());
    let mut hints: Vec<String> = reasons
        .chain([reason])
        .filter_map(|reason| remedy("", reason))
        .flat_map(|remedy| remedy.hints)
        .map(|hint| (*hint).to_owned())
        .collect();
    hints.dedup();
    hints
}

#[cfg(test)]
mod tests {
    use super::super::tests::explained;
    use super::*;
    use cfn_deploy::DeployError;

    #[test]
    fn what_early_validation_found_is_told_with_the_lines_of_the_resources() {
        let finding = |logical_id: Option<&str>, path: Option<&str>, reason: &str| ValidationFinding {
            logical_id: logical_id.map(str::to_owned),
            path: path.map(str::to_owned),
            reason: reason.to_owned(),
        };
        let error = DeployError::ChangeSetRejected {
            stack: "orders".to_owned(),
            reason: "The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]"
                .to_owned(),
            findings: vec![
                finding(
                    Some("Topic"),
                    Some("/Properties/TopicName"),
                    "orders-updates already exists",
                ),
                finding(None, None, "the template is too deep"),
            ],
        };
        insta::assert_snapshot!(explained(|explain| explain.deploy(error)), @"
        1: no change set could be made for stack `orders`: The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]
          `Topic /Properties/TopicName` (templates/orders.yaml:2): orders-updates already exists
          the template is too deep
        - something with this name exists outside the stack: delete it if nobody needs it, or choose another `stack` in the environment's file
        ");
    }
}
