//! PURE: whom of GitHub's workflows a role trusts.

use std::fmt;
use std::str::FromStr;

use serde_json::json;

use super::Names;

/// GitHub's issuer of tokens.
const ISSUER: &str = "token.actions.githubusercontent.com";

/// Whose tokens are trusted: `OWNER/REPO`, and of its workflows `:environment:NAME`, `:ref:refs/heads/BRANCH` or `:pull_request`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject(String);

/// A text that is no subject.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not written `OWNER/REPO`, `OWNER/REPO:environment:NAME`, `OWNER/REPO:ref:refs/heads/BRANCH` or `OWNER/REPO:pull_request`"
)]
pub struct SubjectError(String);

impl Subject {
    /// Whether any workflow of the repository is trusted, whatever branch or pull request it runs on.
    pub fn is_whole_repository(&self) -> bool {
        !self.0.contains(':')
    }
}

impl FromStr for Subject {
    type Err = SubjectError;

    fn from_str(text: &str) -> Result<Self, SubjectError> {
        let (repository, claim) = match text.split_once(':') {
            Some((repository, claim)) => (repository, Some(claim)),
            None => (text, None),
        };
        let named = |part: &str| {
            let letter = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
            !part.is_empty() && part.chars().all(letter)
        };
        let is_repository = repository
            .split_once('/')
            .is_some_and(|(owner, name)| named(owner) && named(name));
        // A star would be a pattern in IAM, and let in whom nobody named.
        let is_claim = claim.is_none_or(|claim| {
            let rest = claim
                .strip_prefix("environment:")
                .or_else(|| claim.strip_prefix("ref:refs/"));
            claim == "pull_request" || rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['*', '?']))
        });
        if is_repository && is_claim {
            Ok(Self(text.to_owned()))
        } else {
            Err(SubjectError(text.to_owned()))
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The trust policy of a role that workflows become without any key that is kept:
/// <https://docs.github.com/en/actions/security-for-github-actions/security-hardening-your-deployments/configuring-openid-connect-in-amazon-web-services>.
pub fn trust(names: Names<'_>, subject: &Subject) -> String {
    let (audience, claim) = (format!("{ISSUER}:aud"), format!("{ISSUER}:sub"));
    let condition = if subject.is_whole_repository() {
        json!({
            "StringEquals": {audience: "sts.amazonaws.com"},
            "StringLike": {claim: format!("repo:{subject}:*")},
        })
    } else {
        json!({"StringEquals": {audience: "sts.amazonaws.com", claim: format!("repo:{subject}")}})
    };
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "WorkflowsOfGitHub",
            "Effect": "Allow",
            "Principal": {"Federated": names.iam(&format!("oidc-provider/{ISSUER}"))},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": condition,
        }],
    });
    format!("{policy:#}\n")
}
