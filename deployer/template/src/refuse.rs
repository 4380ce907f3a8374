//! PURE: how an evaluation reports problems and their places.

use super::evaluate::Evaluator;
use super::rules::references;
use crate::problem::Problem;
use crate::yaml::{Location, Node};

/// The remedy for computing with a stored value: a rendering has no parameters, so AWS inserts stored values last,
/// after all functions.
pub(super) const OF_A_STORED_VALUE: &str = "give the value itself, in a parameter of the type `String`";

impl Evaluator<'_> {
    /// Reports a mistake in a part of the template that is rendered.
    pub(super) fn refuse(&mut self, at: Location, message: impl Into<String>) {
        if !self.is_untaken() {
            self.problems.push(Problem::new(&self.template.file, at, message));
        }
    }

    /// Reports a mistake in a part of the template that is rendered, with a hint on how to correct it.
    pub(super) fn refuse_with_hint(&mut self, at: Location, message: impl Into<String>, hint: &str) {
        if !self.is_untaken() {
            let problem = Problem::new(&self.template.file, at, message);
            self.problems.push(problem.with_hint(hint));
        }
    }

    /// Reports an unknown name, even where the template is not rendered.
    pub(super) fn unknown<'a>(
        &mut self,
        what: &str,
        name: &str,
        at: Location,
        known: impl IntoIterator<Item = &'a str>,
    ) {
        let problem = Problem::new(&self.template.file, at, format!("unknown {what} `{name}`"));
        self.problems.push(problem.with_nearest(name, known));
    }

    /// Reports a construct that CloudFormation itself would refuse in the unrendered template.
    pub(super) fn needs_language_extensions(&mut self, at: Location, what: &str) {
        if !self.template.language_extensions {
            let message = format!("{what} needs `Transform: AWS::LanguageExtensions`");
            self.refuse(at, message);
        }
    }

    /// Reports that a required value is absent.
    pub(super) fn refuse_absent(&mut self, at: Location, what: &str) {
        self.refuse_with_hint(
            at,
            format!("{what} is `AWS::NoValue`"),
            "only a whole property or an item of a list can be left out so",
        );
    }

    /// Makes a problem with a value: at the setting that gives it, if one does, or else in the template.
    pub(super) fn problem_of(&self, node: &Node, text: &str, message: String) -> Problem {
        let mut names = Vec::new();
        references(node, &mut names);
        let referred = names.iter().filter_map(|name| self.values.settings.get(*name));
        // Where a loop has inserted a member, no reference to the parameter is left.
        let mut settings = referred.chain(self.values.settings.values());
        match settings.find_map(|setting| setting.place_of(text)) {
            Some(at) => Problem::new(&self.values.file, at, message)
                .with_hint(format!("it is used in {}:{}", self.template.file, node.at.line)),
            None => Problem::new(&self.template.file, node.at, message),
        }
    }
}
