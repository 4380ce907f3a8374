//! PURE: the `Rules` of a template, whose violations are errors before anything is sent.

use super::decide::Decision;
use super::evaluate::Evaluator;
use crate::problem::Problem;
use crate::yaml::{Entry, Kind, Node};

/// Whether to enforce everything that a template and AWS require of the values: the template's rules, the constraints
/// of its parameters, and the properties of known resource types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rules {
    /// A violation is an error.
    Hold,
    /// Nothing is checked; a parameter without a value gets a stand-in.
    PassedOver,
}

impl Evaluator<'_> {
    /// Checks every rule whose condition holds.
    pub(super) fn check_rules(&mut self) {
        let template = self.template;
        for rule in template.section("Rules") {
            self.check_rule(rule);
        }
    }

    fn check_rule(&mut self, rule: &Entry) {
        self.known_keys(&rule.value, &["RuleCondition", "Assertions"]);
        let applies = match rule.value.get("RuleCondition") {
            Some(condition) => self.decide(condition, Decision::Rule),
            None => Some(true),
        };
        let Some(assertions) = rule.value.get("Assertions").and_then(Node::as_sequence) else {
            self.refuse(
                rule.at,
                format!("the rule `{}` has no list of `Assertions`", rule.key),
            );
            return;
        };
        for assertion in assertions {
            self.known_keys(assertion, &["Assert", "AssertDescription"]);
            let Some(assert) = assertion.get("Assert") else {
                self.refuse(
                    assertion.at,
                    format!("an assertion of the rule `{}` has no `Assert`", rule.key),
                );
                continue;
            };
            let holds = self.decide(assert, Decision::Rule);
            if applies == Some(true) && holds == Some(false) {
                self.broken(rule, assertion, assert);
            }
        }
    }

    /// The mistake is usually a setting, so the problem points to the settings file if that sets a parameter of the
    /// assertion.
    fn broken(&mut self, rule: &Entry, assertion: &Node, assert: &Node) {
        let message = match assertion.get("AssertDescription").and_then(Node::as_text) {
            Some(description) => description.to_owned(),
            None => format!("an assertion of the rule `{}` does not hold", rule.key),
        };
        let mut names = Vec::new();
        references(assert, &mut names);
        let setting = names.iter().find_map(|name| self.values.settings.get(*name));
        let line = assertion.at.line;
        let problem = match setting {
            Some(setting) => Problem::new(&self.values.file, setting.at, message),
            None => Problem::new(&self.template.file, assertion.at, message),
        };
        let place = format!("the rule `{}` is in {}:{line}", rule.key, self.template.file);
        self.problems.push(problem.with_hint(place));
    }

    fn known_keys(&mut self, node: &Node, known: &[&str]) {
        for entry in node.as_mapping().unwrap_or_default() {
            if !known.contains(&entry.key.as_str()) {
                self.unknown("key", &entry.key, entry.at, known.iter().copied());
            }
        }
    }
}

/// Collects the names that a node refers to.
pub(super) fn references<'n>(node: &'n Node, names: &mut Vec<&'n str>) {
    match &node.kind {
        Kind::Scalar(_) => {}
        Kind::Sequence(items) => items.iter().for_each(|item| references(item, names)),
        Kind::Mapping(entries) => {
            for entry in entries {
                if entry.key == "Ref" {
                    names.extend(entry.value.as_text());
                }
                references(&entry.value, names);
            }
        }
    }
}
