//! PURE: lays out the findings of an examination.

use std::fmt::Write as _;

use cfn_deploy::{Finding, Severity};

use super::paint;
use super::text::count;

/// Lays out findings, each with its code and its remedy, and counts the mistakes.
pub(super) fn text(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let (mark, code) = match finding.severity {
            Severity::Fine => (paint::good("✓"), paint::faint(finding.code.as_str())),
            Severity::Note => (paint::strong("·"), paint::strong(finding.code.as_str())),
            Severity::Warning => (paint::warn("!"), paint::warn(finding.code.as_str())),
            Severity::Error => (paint::bad("✗"), paint::bad(finding.code.as_str())),
        };
        let _ = writeln!(text, "{mark} {code}: {}", paint::quoted(&finding.fact));
        if let Some(remedy) = &finding.remedy {
            let _ = writeln!(text, "    {} {}", paint::strong("remedy:"), paint::quoted(remedy));
        }
    }
    let of = |severity| {
        findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count() as u64
    };
    let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
    let _ = match (errors, warnings) {
        (0, 0) => writeln!(text, "nothing stands in the way of a deployment"),
        _ => writeln!(text, "{}, {}", count(errors, "error"), count(warnings, "warning")),
    };
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use cfn_deploy::Code;

    #[test]
    fn every_severity_can_be_told_without_colour() {
        let findings = [
            Finding::fine(Code::Account, "the environment's account `123456789012`"),
            Finding::new(
                Code::NameTaken,
                Severity::Note,
                "the table `a` exists",
                "`up` takes it in",
            ),
            Finding::new(
                Code::Permissions,
                Severity::Warning,
                "`ci` may not `s3:PutObject`",
                "attach it",
            ),
            Finding::new(
                Code::StackState,
                Severity::Error,
                "the stack `a` is `DELETE_FAILED`",
                "`deployer recover`",
            ),
        ];
        let plain = anstream::adapter::strip_str(&text(&findings)).to_string();
        insta::assert_snapshot!(plain, @"
        ✓ account: the environment's account `123456789012`
        · name-taken: the table `a` exists
            remedy: `up` takes it in
        ! permissions: `ci` may not `s3:PutObject`
            remedy: attach it
        ✗ stack-state: the stack `a` is `DELETE_FAILED`
            remedy: `deployer recover`
        1 error, 1 warning
        ");
        insta::assert_snapshot!(text(&findings[..1]).lines().last().unwrap_or_default(), @"nothing stands in the way of a deployment");
    }
}
