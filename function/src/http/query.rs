//! Query parameters.

use std::fmt::Display;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;

use super::fields::FieldProblems;
use super::problem::ApiError;

/// The parameters of a query that have not been taken yet.
///
/// Unknown parameters are refused, like unknown members of a body. If a misspelt `after-revision` were
/// ignored, its reader would get the same page for ever.
#[derive(Debug)]
pub(super) struct QueryTexts {
    known: Vec<&'static str>,
    parameters: Vec<(String, String)>,
}

impl QueryTexts {
    /// Takes the parameter that has any of `names`, if it is there.
    pub(super) fn optional<T, E: Display>(
        &mut self,
        names: &[&'static str],
        problems: &mut FieldProblems,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        self.known.extend(names);
        let mut taken = self
            .parameters
            .extract_if(.., |(name, _)| names.contains(&name.as_str()));
        let (name, text) = taken.next()?;
        let is_repeated = taken.count() > 0;
        if is_repeated {
            problems.add(&name, "given more than once");
        }
        problems.keep(&name, parse(&text))
    }

    /// Takes every parameter of this name.
    pub(super) fn repeated<T, E: Display, C: FromIterator<T>>(
        &mut self,
        name: &'static str,
        problems: &mut FieldProblems,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> C {
        self.known.push(name);
        let taken = self.parameters.extract_if(.., |(other, _)| other == name);
        taken
            .filter_map(|(_, text)| problems.keep(name, parse(&text)))
            .collect()
    }

    /// Ends the parsing: reports every parameter that was not taken as unknown.
    pub(super) fn finish(self, problems: &mut FieldProblems) {
        if self.parameters.is_empty() {
            return;
        }
        let known = self
            .known
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ");
        for (name, _) in self.parameters {
            problems.add(name, format_args!("unknown; known here: {known}"));
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for QueryTexts {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(parameters) = Query::from_request_parts(parts, state)
            .await
            .map_err(|error| FieldProblems::of("query", error.body_text()))?;
        Ok(Self {
            known: Vec::new(),
            parameters,
        })
    }
}
