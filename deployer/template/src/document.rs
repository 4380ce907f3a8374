//! PURE: a template, split into its sections but not yet evaluated.

use indexmap::IndexMap;

use super::declaration::Declaration;
use super::each;
use super::fill::Fill;
use super::shorthand;
use super::spelling;
use super::value::Placed;
use crate::problem::{Problem, Problems};
use crate::yaml::{self, Entry, Location, Node};

/// A CloudFormation template.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    pub(super) file: String,
    pub(super) root: Node,
    pub(super) declarations: IndexMap<String, Declaration>,
    pub(super) fill: IndexMap<String, Placed<Fill>>,
    pub(super) reconciler: Option<String>,
    pub(super) language_extensions: bool,
}

/// The key in `Metadata.Deployer` that names the function that completes the listing.
const RECONCILE: &str = "Reconcile";

const ALIAS: &str = "AWS::Lambda::Alias";

const SECTIONS: [&str; 10] = [
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Transform",
    "Resources",
    "Outputs",
];

impl Template {
    /// Reads a template from the text of its file.
    ///
    /// # Errors
    /// Bad YAML; a repeated key; an unknown function, section, parameter type or parameter key; a macro other than
    /// `AWS::LanguageExtensions`; a secret parameter; and invalid entries in `Metadata.Deployer`. All problems are
    /// reported at once, each with its line. References are checked later, when the template is rendered.
    pub fn parse(file: &str, text: &str) -> Result<Self, Problems> {
        let root = yaml::parse(file, text)?;
        let mut problems = Problems::default();
        spelling::check(file, &root, &mut problems);
        let root = shorthand::write_out(file, root, &mut problems);
        let mut reader = Reader {
            file,
            root: &root,
            problems,
        };
        reader.sections();
        let language_extensions = reader.language_extensions();
        let declarations = reader.declarations();
        let filled = reader.fill(&declarations);
        let reconciler = reader.reconciler();
        each::check_names(file, &root, &mut reader.problems);
        reader.problems.into_result()?;
        Ok(Self {
            file: file.to_owned(),
            root,
            declarations,
            fill: filled,
            reconciler,
            language_extensions,
        })
    }

    /// The file it was read from, as the user named it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Lists the binaries whose code the template deploys, in the order of its parameters.
    pub fn binaries(&self) -> Vec<&str> {
        self.fill
            .values()
            .filter_map(|fill| match &fill.value {
                Fill::Artifact(binary) => Some(binary.as_str()),
                _ => None,
            })
            .collect()
    }

    /// The logical id of the alias whose function completes the listing, if the template names one.
    pub fn reconciler(&self) -> Option<&str> {
        self.reconciler.as_deref()
    }

    /// Lists the parameters that the deployer fills in, and their fills.
    pub fn filled(&self) -> impl Iterator<Item = (&str, &Fill)> {
        self.fill.iter().map(|(name, fill)| (name.as_str(), &fill.value))
    }

    /// The entries of a section; empty if the template has no such section.
    pub(super) fn section(&self, name: &str) -> &[Entry] {
        self.root.get(name).and_then(Node::as_mapping).unwrap_or_default()
    }
}

struct Reader<'a> {
    file: &'a str,
    root: &'a Node,
    problems: Problems,
}

impl<'a> Reader<'a> {
    fn sections(&mut self) {
        let Some(entries) = self.root.as_mapping() else {
            self.refuse(
                self.root.at,
                format!("a template is a mapping, not {}", self.root.noun()),
            );
            return;
        };
        for entry in entries {
            match entry.key.as_str() {
                "AWSTemplateFormatVersion" | "Description" | "Transform" => {}
                section if SECTIONS.contains(&section) => {
                    if entry.value.as_mapping().is_none() {
                        let message =
                            format!("the section `{section}` is a mapping, not {}", entry.value.noun());
                        self.refuse(entry.value.at, message);
                    }
                }
                "Hooks" => {
                    let problem = Problem::new(self.file, entry.at, "the section `Hooks` is not supported");
                    self.problems.push(
                        problem.with_hint("deploy what needs it, such as ECS in blue and green, otherwise"),
                    );
                }
                unknown => {
                    let problem = Problem::new(self.file, entry.at, format!("unknown section `{unknown}`"));
                    self.problems.push(problem.with_nearest(unknown, SECTIONS));
                }
            }
        }
        if self.root.get("Resources").is_none() {
            self.refuse(Location::START, "the section `Resources` is missing");
        }
    }

    fn language_extensions(&mut self) -> bool {
        let Some(node) = self.root.get("Transform") else {
            return false;
        };
        let names = node.as_sequence().unwrap_or(std::slice::from_ref(node));
        for name in names {
            if name.as_text() != Some("AWS::LanguageExtensions") {
                let written = name.as_text().unwrap_or(name.noun());
                let problem = Problem::new(
                    self.file,
                    name.at,
                    format!("the macro `{written}` runs in AWS alone"),
                );
                self.problems
                    .push(problem.with_hint("the only transform is `AWS::LanguageExtensions`"));
            }
        }
        true
    }

    fn declarations(&mut self) -> IndexMap<String, Declaration> {
        let entries = self
            .root
            .get("Parameters")
            .and_then(Node::as_mapping)
            .unwrap_or_default();
        let mut declarations = IndexMap::new();
        for entry in entries {
            let declaration =
                Declaration::read(self.file, &entry.key, entry.at, &entry.value, &mut self.problems);
            declarations.insert(entry.key.clone(), declaration);
        }
        declarations
    }

    fn fill(&mut self, declarations: &IndexMap<String, Declaration>) -> IndexMap<String, Placed<Fill>> {
        let mut fill = IndexMap::new();
        let Some(deployer) = self
            .root
            .get("Metadata")
            .and_then(|metadata| metadata.get("Deployer"))
        else {
            return fill;
        };
        for entry in self.mapping("Metadata.Deployer", deployer) {
            if entry.key == RECONCILE {
                continue;
            }
            if entry.key != "Fill" {
                let message = format!("unknown key `{}` of `Metadata.Deployer`", entry.key);
                self.problems.push(
                    Problem::new(self.file, entry.at, message).with_nearest(&entry.key, ["Fill", RECONCILE]),
                );
                continue;
            }
            for entry in self.mapping("Metadata.Deployer.Fill", &entry.value) {
                if !declarations.contains_key(&entry.key) {
                    let problem =
                        Problem::new(self.file, entry.at, format!("unknown parameter `{}`", entry.key));
                    let names = declarations.keys().map(String::as_str);
                    self.problems.push(problem.with_nearest(&entry.key, names));
                }
                match entry.value.as_text().unwrap_or_default().parse::<Fill>() {
                    Ok(value) => {
                        fill.insert(
                            entry.key.clone(),
                            Placed {
                                value,
                                at: entry.value.at,
                            },
                        );
                    }
                    Err(error) => {
                        let problem = Problem::new(self.file, entry.value.at, error.to_string());
                        self.problems
                            .push(problem.with_hint(format!("known are {}", Fill::FORMS.join(", "))));
                    }
                }
            }
        }
        fill
    }

    /// Reads `Metadata.Deployer.Reconcile`. It must name an alias, because the deployer calls only published code.
    fn reconciler(&mut self) -> Option<String> {
        let deployer = self.root.get("Metadata")?.get("Deployer")?;
        let node = deployer.get(RECONCILE)?;
        let aliases: Vec<&str> = self
            .root
            .get("Resources")
            .and_then(Node::as_mapping)
            .unwrap_or_default()
            .iter()
            .filter(|entry| entry.value.get("Type").and_then(Node::as_text) == Some(ALIAS))
            .map(|entry| entry.key.as_str())
            .collect();
        let Some(name) = node.as_text() else {
            let message = format!(
                "`Metadata.Deployer.{RECONCILE}` is the name of an alias, not {}",
                node.noun()
            );
            self.refuse(node.at, message);
            return None;
        };
        if !aliases.contains(&name) {
            let message = format!("`Metadata.Deployer.{RECONCILE}` names no `{ALIAS}`: `{name}`");
            self.problems
                .push(Problem::new(self.file, node.at, message).with_nearest(name, aliases));
        }
        Some(name.to_owned())
    }

    fn mapping(&mut self, name: &str, node: &'a Node) -> &'a [Entry] {
        node.as_mapping().unwrap_or_else(|| {
            self.refuse(node.at, format!("`{name}` is a mapping, not {}", node.noun()));
            &[]
        })
    }

    fn refuse(&mut self, at: Location, message: impl Into<String>) {
        self.problems.push(Problem::new(self.file, at, message));
    }
}
