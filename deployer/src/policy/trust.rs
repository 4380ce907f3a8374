//! PURE: the trust policy of a role for GitHub workflows.

use serde_json::{Value, json};

use super::Names;
use super::subject::{Claims, Subject};

/// The issuer of GitHub's tokens.
pub(super) const ISSUER: &str = "token.actions.githubusercontent.com";

/// The audience of a token for AWS; in China it is
/// [another](https://github.com/aws-actions/configure-aws-credentials#configuring-iam-to-trust-github).
pub(super) fn audience(names: Names<'_>) -> String {
    format!("sts.{}", names.domain())
}

/// The ARN of GitHub's OIDC provider; an account has at most one.
pub(super) fn provider(names: Names<'_>) -> String {
    names.iam(&format!("oidc-provider/{ISSUER}"))
}

/// The trust policy of a role that workflows assume without stored credentials:
/// <https://docs.github.com/en/actions/security-for-github-actions/security-hardening-your-deployments/configuring-openid-connect-in-amazon-web-services>.
pub fn trust(names: Names<'_>, subject: &Subject) -> Value {
    let (audience, claim) = (format!("{ISSUER}:aud"), format!("{ISSUER}:sub"));
    let sts = self::audience(names);
    let condition = match subject.claims() {
        Claims::Exact(texts) => json!({"StringEquals": {audience: sts, claim: texts}}),
        Claims::Patterns(patterns) => json!({
            "StringEquals": {audience: sts},
            "StringLike": {claim: patterns},
        }),
    };
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "WorkflowsOfGitHub",
            "Effect": "Allow",
            "Principal": {"Federated": provider(names)},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": condition,
        }],
    })
}
