//! PURE: determines whether a stack is already as requested.

use std::collections::BTreeMap;

use super::{DeployedStack, StackResource, sha256_hex};

/// A difference between a stack and the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// The deployed template is not the rendered one.
    Template,
    /// The tags differ.
    Tags,
    /// Termination protection is on but should be off, or the reverse.
    TerminationProtection,
    /// An alias does not point to the version that the stack published.
    Traffic {
        /// The function's logical id.
        function_id: String,
        /// The version that the stack published.
        own: String,
        /// The version that the alias points to.
        live: String,
    },
    /// The function, its version or its alias is in the template but does not exist.
    Missing {
        /// The function's logical id.
        function_id: String,
    },
    /// The live version's code differs from the artifact that the template names.
    Code {
        /// The function's logical id.
        function_id: String,
        /// The artifact's hash, in Lambda's form.
        wanted: String,
        /// The hash of the code that is live.
        live: String,
    },
}

impl Difference {
    /// The function that code was pushed to past the stack, by its name in the template.
    pub(crate) fn pushed(&self) -> Option<&str> {
        match self {
            Self::Traffic { function_id, .. } => Some(function_id),
            _ => None,
        }
    }
}

/// The request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// The rendered template.
    pub template: &'a str,
    /// The stack's tags.
    pub tags: &'a BTreeMap<String, String>,
    /// Whether the stack should have termination protection.
    pub protected: bool,
}

/// The code behind an alias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LiveCode {
    /// The version that the alias points to.
    pub version: String,
    /// The Base64 of the SHA-256 of its code, in Lambda's form.
    pub code_sha256: String,
}

/// Compares a stack with the request; empty if they agree.
pub(crate) fn what_differs(stack: &DeployedStack, template: &str, wanted: &Wanted<'_>) -> Vec<Difference> {
    let mut differences = Vec::new();
    if !is_same_template(template, wanted.template) {
        differences.push(Difference::Template);
    }
    if &stack.tags != wanted.tags {
        differences.push(Difference::Tags);
    }
    if stack.termination_protection != wanted.protected {
        differences.push(Difference::TerminationProtection);
    }
    differences
}

/// Tells whether two templates are equal: byte for byte, or as JSON, because AWS may reformat a template.
pub(crate) fn is_same_template(one: &str, other: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    one == other || read(one).is_some_and(|one| Some(one) == read(other))
}

/// The SHA-256 of a template's content, in hexadecimal. For JSON it does not depend on formatting or key order;
/// anything else is hashed byte by byte.
pub(crate) fn template_digest(template: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(template) {
        Ok(mut value) => {
            value.sort_all_objects();
            sha256_hex(value.to_string())
        }
        Err(_) => sha256_hex(template),
    }
}

/// Compares the code behind a function's alias with the version that the stack published and the artifact that it
/// names.
pub(crate) fn traffic_difference(
    function_id: &str,
    version: &StackResource,
    wanted_code: Option<&str>,
    live: &LiveCode,
) -> Option<Difference> {
    let own = version_number(version);
    if own != live.version {
        return Some(Difference::Traffic {
            function_id: function_id.to_owned(),
            own: own.to_owned(),
            live: live.version.clone(),
        });
    }
    let wanted = wanted_code.filter(|wanted| *wanted != live.code_sha256)?;
    Some(Difference::Code {
        function_id: function_id.to_owned(),
        wanted: wanted.to_owned(),
        live: live.code_sha256.clone(),
    })
}

/// The number of a published version, which is the end of its ARN.
pub(crate) fn version_number(version: &StackResource) -> &str {
    version.physical_id.rsplit(':').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::stack::StackStatus;

    fn stack() -> DeployedStack {
        DeployedStack {
            id: "arn:stack/orders".into(),
            name: "orders".into(),
            status: StackStatus::CreateComplete,
            status_reason: None,
            created: Timestamp::UNIX_EPOCH,
            updated: None,
            tags: BTreeMap::from([("owner".into(), "platform".into())]),
            outputs: BTreeMap::new(),
            termination_protection: true,
        }
    }

    fn version() -> StackResource {
        StackResource {
            logical_id: "ApiVersion".into(),
            physical_id: "arn:aws:lambda:eu-central-1:123456789012:function:api:7".into(),
            resource_type: "AWS::Lambda::Version".into(),
        }
    }

    fn live(version: &str, code_sha256: &str) -> LiveCode {
        LiveCode {
            version: version.into(),
            code_sha256: code_sha256.into(),
        }
    }

    #[test]
    fn the_same_template_tags_and_protection_leave_no_difference() {
        let tags = stack().tags;
        let wanted = Wanted {
            template: "{}",
            tags: &tags,
            protected: true,
        };
        assert_eq!(what_differs(&stack(), "{}", &wanted), []);
        // AWS may return the same template with other bytes.
        assert_eq!(what_differs(&stack(), "{ }\n", &wanted), []);
    }

    #[test]
    fn each_of_them_is_a_difference() {
        let wanted = Wanted {
            template: "{}",
            tags: &BTreeMap::new(),
            protected: false,
        };
        assert_eq!(
            what_differs(&stack(), r#"{"a": 1}"#, &wanted),
            [
                Difference::Template,
                Difference::Tags,
                Difference::TerminationProtection
            ]
        );
    }

    #[test]
    fn an_alias_on_the_stacks_version_with_the_artifacts_hash_is_as_wanted() {
        assert_eq!(
            traffic_difference("Api", &version(), Some("q83v"), &live("7", "q83v")),
            None
        );
        assert_eq!(
            traffic_difference("Api", &version(), None, &live("7", "q83v")),
            None
        );
    }

    #[test]
    fn a_pushed_version_is_a_difference_in_traffic() {
        assert_eq!(
            traffic_difference("Api", &version(), Some("q83v"), &live("8", "AAAA")),
            Some(Difference::Traffic {
                function_id: "Api".into(),
                own: "7".into(),
                live: "8".into()
            })
        );
    }

    #[test]
    fn other_code_under_the_stacks_version_is_a_difference_in_code() {
        assert_eq!(
            traffic_difference("Api", &version(), Some("q83v"), &live("7", "AAAA")),
            Some(Difference::Code {
                function_id: "Api".into(),
                wanted: "q83v".into(),
                live: "AAAA".into()
            })
        );
    }

    #[test]
    fn a_template_that_was_laid_out_anew_is_the_same_and_what_is_no_json_is_compared_as_text() {
        assert!(is_same_template(r#"{"a":1,"b":[]}"#, "{ \"b\": [],\n \"a\": 1 }"));
        assert!(!is_same_template(r#"{"a":1}"#, r#"{"a":"1"}"#));
        assert!(is_same_template("Resources:", "Resources:"));
        assert!(!is_same_template("Resources:", "Resources: "));
        let texts = [
            r#"{"a":1,"b":[]}"#,
            "{ \"b\": [],\n \"a\": 1 }",
            r#"{"a":"1","b":[]}"#,
            "a: 1",
            "a:  1",
        ];
        for (one, other) in texts
            .iter()
            .flat_map(|one| texts.iter().map(move |other| (one, other)))
        {
            let is_same = template_digest(one) == template_digest(other);
            assert_eq!(is_same, is_same_template(one, other), "{one} and {other}");
        }
    }
}
