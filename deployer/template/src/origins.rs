//! PURE: which values of a rendering are those of a parameter.

use super::Template;
use super::fill::Fill;
use super::function::Function;
use super::substitute::{Part, parts};
use crate::yaml::{Entry, Node};

/// What a value of a rendering comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The whole value is that of a parameter.
    Parameter(String),
    /// The code of a binary, which is named by its content.
    Code(String),
    /// Part of it is the revision of a resource, which changes with everything that the resource is made of.
    Revision(String),
}

impl Template {
    /// Finds the properties of resources whose value is that of a parameter, or has a revision in it: by logical id and path, such as
    /// `Properties.MemorySize`. Members of lists are not looked into.
    pub fn origins(&self) -> Vec<(String, String, Origin)> {
        let mut places = Vec::new();
        for resource in self.section("Resources") {
            if let Some(properties) = resource.value.get("Properties") {
                self.collect(&resource.key, "Properties", properties, &mut places);
            }
        }
        places
    }

    fn collect(&self, id: &str, path: &str, node: &Node, places: &mut Vec<(String, String, Origin)>) {
        if let Some(origin) = self.origin(node) {
            places.push((id.to_owned(), path.to_owned(), origin));
            return;
        }
        for Entry { key, value, .. } in node.as_mapping().unwrap_or_default() {
            self.collect(id, &format!("{path}.{key}"), value, places);
        }
    }

    fn origin(&self, node: &Node) -> Option<Origin> {
        let [call] = node.as_mapping()? else {
            return None;
        };
        let argument = &call.value;
        match Function::from_name(&call.key)? {
            Function::Ref => {
                let name = argument.as_text()?;
                match self.filled_in(name) {
                    Some(Fill::Artifact(binary)) => Some(Origin::Code(binary.clone())),
                    Some(Fill::Revision(resource)) => Some(Origin::Revision(resource.clone())),
                    Some(_) => None,
                    None => self
                        .declarations
                        .contains_key(name)
                        .then(|| Origin::Parameter(name.to_owned())),
                }
            }
            Function::Sub => parts(argument.as_text()?)
                .into_iter()
                .find_map(|part| match part {
                    Part::Variable(name) => match self.filled_in(name)? {
                        Fill::Revision(resource) => Some(Origin::Revision(resource.clone())),
                        _ => None,
                    },
                    _ => None,
                }),
            _ => None,
        }
    }

    fn filled_in(&self, name: &str) -> Option<&Fill> {
        self.fill.get(name).map(|fill| &fill.value)
    }
}
