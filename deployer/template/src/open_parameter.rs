//! PURE: the parameters that an environment file may set.

use super::document::Template;
use crate::values::ParameterValue;
use crate::yaml::Node;

/// A parameter that the deployer does not fill in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenParameter {
    pub name: String,
    /// The template's description of it.
    pub description: Option<String>,
    /// The default; without one, an environment must set the parameter.
    pub default: Option<ParameterValue>,
    /// The allowed values; empty where the template does not restrict them.
    pub allowed: Vec<String>,
    /// Whether its value is a list.
    pub is_list: bool,
}

impl Template {
    /// Lists the parameters that an environment file may set, in the order of the template.
    pub fn open_parameters(&self) -> Vec<OpenParameter> {
        let open = self
            .section("Parameters")
            .iter()
            .filter(|entry| !self.fill.contains_key(&entry.key));
        open.filter_map(|entry| {
            let declaration = self.declarations.get(&entry.key)?;
            Some(OpenParameter {
                name: entry.key.clone(),
                description: entry
                    .value
                    .get("Description")
                    .and_then(Node::as_text)
                    .map(str::to_owned),
                default: declaration
                    .default
                    .as_ref()
                    .map(|(text, _)| declaration.split(text)),
                allowed: declaration.allowed_values.clone(),
                is_list: declaration.is_list(),
            })
        })
        .collect()
    }
}
