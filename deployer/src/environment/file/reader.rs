//! PURE: reads the kinds of values that an environment file contains from its nodes.

use cfn_template::problem::{Problem, Problems, nearest};
use cfn_template::yaml::{Kind, Location, Node};
use cfn_template::{ParameterValue, Setting};
use indexmap::IndexMap;

use super::LONGEST_WATCH;
use super::value::{Located, Tag};
use crate::environment::{Architecture, Profile};

/// Extracts values from nodes. A value of the wrong kind becomes a problem and is left out.
pub(super) struct Reader<'a> {
    pub(super) file: &'a str,
    pub(super) problems: &'a mut Problems,
}

impl Reader<'_> {
    pub(super) fn text(&mut self, key: &str, node: &Node) -> Option<Located<String>> {
        self.untagged(node);
        let text = node.as_text().map(|text| Located {
            value: text.to_owned(),
            at: node.at,
        });
        if text.is_none() {
            self.refuse_kind(node, &format!("`{key}`"), "a text");
        }
        text
    }

    /// Reads a string of digits, which must be quoted: unquoted it is a number, and YAML readers disagree on which
    /// one.
    pub(super) fn digits(&mut self, key: &str, node: &Node) -> Option<Located<String>> {
        let written = self.text(key, node)?;
        let is_number = matches!(&node.kind, Kind::Scalar(scalar) if scalar.plain);
        if is_number {
            let message = format!("`{key}` must be in quotes: a number would lose leading zeros");
            let problem = Problem::new(self.file, written.at, message);
            self.problems
                .push(problem.with_hint(format!("write `{key}: \"{}\"`", written.value)));
            return None;
        }
        Some(written)
    }

    pub(super) fn flag(&mut self, key: &str, node: &Node) -> Option<Located<bool>> {
        self.untagged(node);
        let value = match &node.kind {
            Kind::Scalar(scalar) if scalar.plain && scalar.text == "true" => true,
            Kind::Scalar(scalar) if scalar.plain && scalar.text == "false" => false,
            Kind::Scalar(scalar) if !scalar.is_null() => {
                let is_quoted = ["true", "false"].contains(&scalar.text.as_str());
                let text = if is_quoted { "the text " } else { "" };
                let message = format!("`{key}` is `true` or `false`, not {text}`{scalar}`");
                let problem = Problem::new(self.file, node.at, message);
                self.problems.push(if is_quoted {
                    problem.with_hint("write it without quotes and without a tag")
                } else {
                    problem
                });
                return None;
            }
            _ => {
                self.refuse_kind(node, &format!("`{key}`"), "`true` or `false`");
                return None;
            }
        };
        Some(Located { value, at: node.at })
    }

    pub(super) fn minutes(&mut self, key: &str, node: &Node) -> Option<Located<u8>> {
        let written = self.text(key, node)?;
        match written.value.parse() {
            Ok(value) if value <= LONGEST_WATCH => Some(Located {
                value,
                at: written.at,
            }),
            _ => {
                let message = format!(
                    "`{key}` is a number from 0 to {LONGEST_WATCH}, not `{}`",
                    written.value
                );
                self.refuse(written.at, message);
                None
            }
        }
    }

    pub(super) fn architecture(&mut self, key: &str, node: &Node) -> Option<Architecture> {
        let known = Architecture::ALL.map(|known| (known.written(), known));
        let chosen = self.choice(
            key,
            node,
            "`arm64`, `x86_64` or `host`",
            &known,
            Architecture::meant_by,
        );
        chosen.map(|chosen| chosen.value)
    }

    pub(super) fn profile(&mut self, key: &str, node: &Node) -> Option<Located<Profile>> {
        let known = Profile::ALL.map(|known| (known.written(), known));
        self.choice(key, node, "`release` or `dev`", &known, |written| {
            nearest(written, Profile::ALL.map(Profile::written))
        })
    }

    /// Reads one of the values in `known` by its name; `expected` lists the names for the message.
    fn choice<T: Copy>(
        &mut self,
        key: &str,
        node: &Node,
        expected: &str,
        known: &[(&'static str, T)],
        meant: impl Fn(&str) -> Option<&'static str>,
    ) -> Option<Located<T>> {
        let Located { value: written, at } = self.text(key, node)?;
        if let Some((_, value)) = known.iter().find(|(word, _)| *word == written) {
            return Some(Located { value: *value, at });
        }
        let problem = Problem::new(self.file, at, format!("`{key}` is {expected}, not `{written}`"));
        self.problems.push(match meant(&written) {
            Some(meant) => problem.with_hint(format!("did you mean `{meant}`?")),
            None => problem,
        });
        None
    }

    pub(super) fn parameters(&mut self, node: &Node) -> IndexMap<String, Setting> {
        let mut parameters = IndexMap::new();
        self.untagged(node);
        let Some(entries) = node.as_mapping() else {
            self.refuse_kind(node, "`parameters`", "a mapping");
            return parameters;
        };
        for entry in entries {
            if let Some(value) = self.parameter(&entry.key, &entry.value) {
                let setting = Setting {
                    value,
                    key_at: entry.at,
                    at: entry.value.at,
                    members_at: entry
                        .value
                        .as_sequence()
                        .unwrap_or_default()
                        .iter()
                        .map(|member| member.at)
                        .collect(),
                };
                parameters.insert(entry.key.clone(), setting);
            }
        }
        parameters
    }

    fn parameter(&mut self, name: &str, node: &Node) -> Option<ParameterValue> {
        self.untagged(node);
        match &node.kind {
            Kind::Scalar(scalar) if !scalar.is_null() => Some(ParameterValue::Text(scalar.text.clone())),
            Kind::Sequence(items) => {
                let members = items
                    .iter()
                    .map(|item| self.member(name, item))
                    .collect::<Vec<_>>();
                members
                    .into_iter()
                    .collect::<Option<Vec<_>>>()
                    .map(ParameterValue::List)
            }
            _ => {
                self.refuse_kind(node, &format!("the parameter `{name}`"), "a text or a list");
                None
            }
        }
    }

    fn member(&mut self, name: &str, node: &Node) -> Option<String> {
        self.untagged(node);
        match node.as_text() {
            None => {
                self.refuse_kind(node, &format!("a member of the list `{name}`"), "a text");
                None
            }
            Some(text) if text.contains(',') => {
                // CloudFormation takes a list as one string and splits it at its commas.
                self.refuse(
                    node.at,
                    format!("a member of the list `{name}` has a comma: `{text}`"),
                );
                None
            }
            Some(text) => Some(text.to_owned()),
        }
    }

    pub(super) fn tags(&mut self, node: &Node) -> Vec<Tag> {
        self.untagged(node);
        let Some(entries) = node.as_mapping() else {
            self.refuse_kind(node, "`tags`", "a mapping");
            return Vec::new();
        };
        let mut tags = Vec::new();
        for entry in entries {
            if let Some(value) = self.text(&format!("tags.{}", entry.key), &entry.value) {
                tags.push(Tag {
                    key: entry.key.clone(),
                    key_at: entry.at,
                    value,
                });
            }
        }
        tags
    }

    pub(super) fn untagged(&mut self, node: &Node) {
        if let Some(tag) = &node.tag {
            self.refuse(node.at, format!("`!{tag}` has no meaning in an environment file"));
        }
    }

    fn refuse_kind(&mut self, node: &Node, what: &str, expected: &str) {
        if node.is_null() {
            self.refuse(node.at, format!("{what} has no value"));
        } else {
            let message = format!("{what} is {expected}, not {}", node.noun());
            let problem = Problem::new(self.file, node.at, message);
            self.problems.push(match node.oddity() {
                Some(hint) => problem.with_hint(hint),
                None => problem,
            });
        }
    }

    pub(super) fn refuse(&mut self, at: Location, message: impl Into<String>) {
        self.problems.push(Problem::new(self.file, at, message));
    }
}
