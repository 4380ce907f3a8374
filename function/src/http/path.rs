//! Path parameters, percent-decoded.

use std::fmt::Display;
use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use super::fields::FieldProblems;
use super::problem::ApiError;
use crate::store::StreamKey;

/// The parameters of a path, as texts.
#[derive(Debug)]
pub(super) struct PathTexts(RawPathParams);

impl PathTexts {
    /// Parses the parameter `name`.
    pub(super) fn parse<T>(&self, name: &str, problems: &mut FieldProblems) -> Option<T>
    where
        T: FromStr<Err: Display>,
    {
        let text = self
            .0
            .iter()
            .find(|(parameter, _)| *parameter == name)
            .map_or("", |(_, text)| text);
        problems.keep(name, text.parse())
    }

    /// Parses `streamType` and `streamId`.
    pub(super) fn stream(&self, problems: &mut FieldProblems) -> Option<StreamKey> {
        let stream_type = self.parse("streamType", problems);
        let stream_id = self.parse("streamId", problems);
        Some(StreamKey {
            stream_type: stream_type?,
            stream_id: stream_id?,
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PathTexts {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let texts = RawPathParams::from_request_parts(parts, state).await;
        Ok(Self(texts.map_err(|_| {
            FieldProblems::of("path", "must be UTF-8 once percent-decoded")
        })?))
    }
}
