//! PURE: finds the values of a rendering that come from a parameter, or depend on one.

use std::collections::BTreeSet;

use super::Template;
use super::fill::Fill;
use super::function::Function;
use super::substitute::{Part, parts};
use crate::yaml::{Entry, Node};

/// Where a value of a rendering comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The whole value is that of a parameter.
    Parameter(String),
    /// The value of a parameter, or absent, as a condition decides.
    OptionalParameter(String),
    /// These parameters decide which value it is, or whether it is there.
    Choice(Vec<String>),
    /// A binary's code, whose key is derived from its content.
    Code(String),
    /// Contains the revision of a resource, which changes with everything that defines the resource.
    Revision(String),
}

impl Template {
    /// Finds, by logical id and path such as `Properties.MemorySize`, the properties of resources whose value is that
    /// of a parameter, is chosen by one, or contains a revision. Also finds the resources whose presence depends on a
    /// parameter; their path is `Condition`. Does not look into lists.
    pub fn origins(&self) -> Vec<(String, String, Origin)> {
        let mut places = Vec::new();
        for resource in self.section("Resources") {
            if let Some(condition) = resource.value.get("Condition").and_then(Node::as_text) {
                let mut chooses = BTreeSet::new();
                self.deciding(condition, &mut BTreeSet::new(), &mut chooses);
                let origin = choice(chooses);
                places.extend(origin.map(|origin| (resource.key.clone(), "Condition".to_owned(), origin)));
            }
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
            Function::If => self.chosen(argument.as_sequence()?),
            _ => None,
        }
    }

    /// The origin of a value that a condition chooses.
    fn chosen(&self, arguments: &[Node]) -> Option<Origin> {
        let [condition, then, other] = arguments else {
            return None;
        };
        let one = match (is_no_value(then), is_no_value(other)) {
            (false, true) => self.origin(then),
            (true, false) => self.origin(other),
            _ => None,
        };
        if let Some(Origin::Parameter(name)) = one {
            return Some(Origin::OptionalParameter(name));
        }
        let mut chooses = BTreeSet::new();
        if let Some(condition) = condition.as_text() {
            self.deciding(condition, &mut BTreeSet::new(), &mut chooses);
        }
        self.referred(then, &mut BTreeSet::new(), &mut chooses);
        self.referred(other, &mut BTreeSet::new(), &mut chooses);
        choice(chooses)
    }

    /// Collects the parameters that decide a condition.
    fn deciding<'t>(
        &'t self,
        condition: &'t str,
        seen: &mut BTreeSet<&'t str>,
        parameters: &mut BTreeSet<String>,
    ) {
        let mut conditions = self.section("Conditions").iter();
        if let Some(known) = conditions.find(|entry| entry.key == condition)
            && seen.insert(condition)
        {
            self.referred(&known.value, seen, parameters);
        }
    }

    /// Collects the parameters that a value refers to, directly or through conditions, except those that the deployer
    /// fills in.
    fn referred<'t>(
        &'t self,
        node: &'t Node,
        seen: &mut BTreeSet<&'t str>,
        parameters: &mut BTreeSet<String>,
    ) {
        for item in node.as_sequence().unwrap_or_default() {
            self.referred(item, seen, parameters);
        }
        for Entry { key, value, .. } in node.as_mapping().unwrap_or_default() {
            match (Function::from_name(key), value.as_text()) {
                (Some(Function::Ref), Some(name)) => {
                    if self.filled_in(name).is_none() && self.declarations.contains_key(name) {
                        parameters.insert(name.to_owned());
                    }
                }
                (Some(Function::Condition), Some(name)) => self.deciding(name, seen, parameters),
                _ => self.referred(value, seen, parameters),
            }
        }
    }

    fn filled_in(&self, name: &str) -> Option<&Fill> {
        self.fill.get(name).map(|fill| &fill.value)
    }
}

fn choice(parameters: BTreeSet<String>) -> Option<Origin> {
    (!parameters.is_empty()).then(|| Origin::Choice(parameters.into_iter().collect()))
}

fn is_no_value(node: &Node) -> bool {
    node.get("Ref").and_then(Node::as_text) == Some("AWS::NoValue")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "
Parameters:
  Access: { Type: String, AllowedValues: [iam, public] }
  Key: { Type: String, Default: '' }
  Topic: { Type: String, Default: '' }
  Protected: { Type: String }
Metadata: { Deployer: { Fill: { Protected: protected } } }
Conditions:
  HasKey: !Not [!Equals [!Ref Key, '']]
  IsPublic: !Equals [!Ref Access, public]
  IsPublicWithKey: !And [!Condition HasKey, !Condition IsPublic]
  IsProtected: !Equals [!Ref Protected, 'true']
Resources:
  Url:
    Type: AWS::Lambda::Url
    Condition: IsPublicWithKey
    Properties:
      AuthType: !If [IsPublic, NONE, AWS_IAM]
      Cors: !If [HasKey, { AllowOrigins: [!Ref Topic] }, !Ref AWS::NoValue]
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      KmsMasterKeyId: !If [HasKey, !Ref Key, !Ref AWS::NoValue]
      SqsManagedSseEnabled: !If [IsProtected, true, false]
";

    #[test]
    fn what_a_condition_chooses_comes_from_the_parameters_that_decide_on_it() {
        let template = Template::parse("t.yaml", TEMPLATE).unwrap();
        let origins = template.origins();
        let origin = |id: &str, path: &str| {
            let mut of_it = origins.iter().filter(|(of, at, _)| of == id && at == path);
            of_it.next().map(|(_, _, origin)| origin.clone())
        };
        let choice = |parameters: &[&str]| {
            let names = parameters.iter().map(|name| (*name).to_owned());
            Some(Origin::Choice(names.collect()))
        };
        assert_eq!(origin("Url", "Properties.AuthType"), choice(&["Access"]));
        assert_eq!(origin("Url", "Properties.Cors"), choice(&["Key", "Topic"]));
        assert_eq!(origin("Url", "Condition"), choice(&["Access", "Key"]));
        let key = Origin::OptionalParameter("Key".to_owned());
        assert_eq!(origin("Queue", "Properties.KmsMasterKeyId"), Some(key));
        // A parameter that the deployer fills in never appears in an environment's file.
        assert_eq!(origin("Queue", "Properties.SqsManagedSseEnabled"), None);
    }
}
