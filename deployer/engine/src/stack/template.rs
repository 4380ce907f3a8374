//! PURE: parsed templates: the wanted one and the deployed one.

use serde_json::{Value, json};

use super::{Blueprint, BlueprintError};

/// The rendered template that a stack should have: JSON with `Resources`.
#[derive(Clone, Debug, PartialEq)]
pub struct WantedTemplate {
    text: String,
    value: Value,
    blueprint: Blueprint,
}

impl WantedTemplate {
    /// Reads a rendered template.
    ///
    /// # Errors
    /// The text is not a JSON object with `Resources`.
    pub fn read(text: String) -> Result<Self, BlueprintError> {
        let value = serde_json::from_str(&text).map_err(BlueprintError::no_json)?;
        let blueprint = Blueprint::of(&value)?;
        Ok(Self {
            text,
            value,
            blueprint,
        })
    }

    /// A template without resources, used where a release provides the template.
    pub fn of_nothing() -> Self {
        let value = json!({"Resources": {}});
        Self {
            text: value.to_string(),
            value,
            blueprint: Blueprint::default(),
        }
    }

    /// Exactly the bytes that are sent, stored and compared.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The template as a JSON object.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The facts about resources that the deployer itself inspects.
    pub fn blueprint(&self) -> &Blueprint {
        &self.blueprint
    }
}

/// Parses the template of a stack; `None` if it is not a JSON object, because another tool wrote it.
pub fn deployed_template(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().filter(Value::is_object)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_wanted_only_as_an_object_with_resources() {
        let wanted =
            WantedTemplate::read(r#"{"Resources":{"Topic":{"Type":"AWS::SNS::Topic"}}}"#.to_owned()).unwrap();
        assert_eq!(wanted.value()["Resources"]["Topic"]["Type"], "AWS::SNS::Topic");
        for text in ["", "null", "[]", "{}", r#"{"Resources":null}"#, "Resources: {}"] {
            let error = WantedTemplate::read(text.to_owned()).unwrap_err();
            assert_eq!(
                error.to_string(),
                "the template is not a JSON object with `Resources`",
                "{text}"
            );
        }
    }

    #[test]
    fn a_template_of_another_tool_is_none_rather_than_null() {
        assert_eq!(
            deployed_template(r#"{"Resources":{}}"#),
            Some(json!({"Resources": {}}))
        );
        for text in ["", "null", "[]", "Resources: {}"] {
            assert_eq!(deployed_template(text), None, "{text}");
        }
    }
}
