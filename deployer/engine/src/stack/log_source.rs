//! PURE: the log groups of a template's functions.

use serde_json::Value;

use super::deployed_template;

/// A function and its log group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogSource {
    /// The function's logical id.
    pub function_id: String,
    pub group: LogGroupName,
}

/// How a template names a log group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LogGroupName {
    /// Literally.
    Literal(String),
    /// By the logical id of a log group in the template.
    Resource(String),
    /// Not at all: Lambda names it after the function.
    AfterFunction,
}

/// Lists the functions of a rendered template in the order of their logical ids; empty if the text is not a template.
pub(crate) fn log_sources(template: &str) -> Vec<LogSource> {
    let Some(template) = deployed_template(template) else {
        return Vec::new();
    };
    let resources = template["Resources"].as_object().into_iter().flatten();
    let functions = resources.filter(|(_, resource)| resource["Type"] == "AWS::Lambda::Function");
    let mut sources: Vec<LogSource> = functions
        .map(|(function_id, function)| LogSource {
            function_id: function_id.clone(),
            group: group(&function["Properties"]["LoggingConfig"]["LogGroup"]),
        })
        .collect();
    sources.sort_by(|one, other| one.function_id.cmp(&other.function_id));
    sources
}

fn group(value: &Value) -> LogGroupName {
    match (value.as_str(), value["Ref"].as_str()) {
        (Some(name), _) => LogGroupName::Literal(name.to_owned()),
        (None, Some(logical_id)) => LogGroupName::Resource(logical_id.to_owned()),
        (None, None) => LogGroupName::AfterFunction,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_group_is_named_a_resource_or_named_after_the_function() {
        let function = |group: Value| json!({"Type": "AWS::Lambda::Function", "Properties": {"LoggingConfig": {"LogGroup": group}}});
        let template = json!({"Resources": {
            "Relay": function(json!({"Ref": "RelayLogGroup"})),
            "Api": function(json!("/orders/api")),
            "Plain": {"Type": "AWS::Lambda::Function"},
            "Topic": {"Type": "AWS::SNS::Topic"},
        }});
        let found = log_sources(&template.to_string());
        let found: Vec<_> = found
            .iter()
            .map(|source| (&*source.function_id, &source.group))
            .collect();
        assert_eq!(
            found,
            [
                ("Api", &LogGroupName::Literal("/orders/api".to_owned())),
                ("Plain", &LogGroupName::AfterFunction),
                ("Relay", &LogGroupName::Resource("RelayLogGroup".to_owned())),
            ]
        );
        assert_eq!(log_sources("Resources:"), []);
    }
}
