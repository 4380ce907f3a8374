//! PURE: the parameters that CloudFormation looks up in the Parameter Store during a deployment.

use std::collections::BTreeSet;

/// The names of the parameters in the
/// [dynamic references](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm.html)
/// of a rendered template.
pub fn looked_up(template: &str) -> BTreeSet<&str> {
    let references = template.split("{{resolve:ssm:").skip(1);
    // A version may follow the name.
    let names = references.filter_map(|rest| rest.split("}}").next()?.split(':').next());
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::looked_up;

    #[test]
    fn a_name_is_told_once_and_without_its_version() {
        let template = r#"{"Resources": {"A": "{{resolve:ssm:/staging/URL}}", "B": ["{{resolve:ssm:/staging/URL:3}}", "a {{resolve:ssm:TOPIC}} b"],
            "C": "{{resolve:secretsmanager:key}}", "D": "{{resolve:ssm-secure:key}}"}}"#;
        assert_eq!(
            looked_up(template).into_iter().collect::<Vec<_>>(),
            ["/staging/URL", "TOPIC"]
        );
        assert!(looked_up("{}").is_empty());
    }
}
