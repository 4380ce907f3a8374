//! PURE: reads a JSON object member by member, so that all its problems can be reported at once.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::Deserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::fields::FieldProblems;
use crate::store::limits;

/// The members of a JSON object that have not been taken yet, each as its original text.
pub(super) struct Object<'a> {
    /// The path of the object, with a trailing dot unless it is empty.
    prefix: String,
    known: Vec<&'static str>,
    members: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> Object<'a> {
    /// Parses `text`, which is called `name` in problems. If it is not an object, that is the only problem
    /// reported.
    pub(super) fn whole(name: &str, text: &'a str) -> Result<Self, FieldProblems> {
        let value: &RawValue = serde_json::from_str(text)
            .map_err(|error| FieldProblems::of(name, format_args!("is not JSON: {error}")))?;
        Self::read(String::new(), value).map_err(|message| FieldProblems::of(name, message))
    }

    fn read(prefix: String, value: &'a RawValue) -> Result<Self, String> {
        if !value.get().starts_with('{') {
            return Err("must be a JSON object".into());
        }
        let members = serde_json::Deserializer::from_str(value.get())
            .deserialize_map(Members)
            .map_err(|error| error.to_string())?;
        Ok(Self {
            prefix,
            known: Vec::new(),
            members,
        })
    }

    /// Takes a required member.
    pub(super) fn required<T, E: Display>(
        &mut self,
        name: &'static str,
        problems: &mut FieldProblems,
        parse: impl FnOnce(&'a RawValue) -> Result<T, E>,
    ) -> Option<T> {
        let Some(value) = self.take(name, problems) else {
            problems.add(self.field(name), "required");
            return None;
        };
        self.keep(name, parse(value), problems)
    }

    /// Takes a member that may be missing or `null`.
    pub(super) fn optional<T, E: Display>(
        &mut self,
        name: &'static str,
        problems: &mut FieldProblems,
        parse: impl FnOnce(&'a RawValue) -> Result<T, E>,
    ) -> Option<T> {
        let value = self.take(name, problems).filter(|value| value.get() != "null")?;
        self.keep(name, parse(value), problems)
    }

    /// Takes a required member that must be an object. Problems name its members with its path.
    pub(super) fn required_object(
        &mut self,
        name: &'static str,
        problems: &mut FieldProblems,
    ) -> Option<Self> {
        let prefix = format!("{}.", self.field(name));
        self.required(name, problems, |value| Self::read(prefix, value))
    }

    /// Takes a member that may be missing or `null`, and otherwise must be an object.
    pub(super) fn optional_object(
        &mut self,
        name: &'static str,
        problems: &mut FieldProblems,
    ) -> Option<Self> {
        let prefix = format!("{}.", self.field(name));
        self.optional(name, problems, |value| Self::read(prefix, value))
    }

    /// Takes all remaining members, passing each with its name to `take`.
    pub(super) fn each<E: Display>(
        self,
        problems: &mut FieldProblems,
        mut take: impl FnMut(&str, &'a RawValue) -> Result<(), E>,
    ) {
        for (name, value) in &self.members {
            problems.keep(&self.field(name), take(name, value));
        }
    }

    /// Takes a required member that must be an array of objects, as many as `counts` allows. Elements that
    /// are not objects are reported as problems and left out.
    pub(super) fn required_objects(
        &mut self,
        name: &'static str,
        counts: RangeInclusive<usize>,
        problems: &mut FieldProblems,
    ) -> Option<Vec<Self>> {
        let field = self.field(name);
        let values = self.required(name, problems, |value| {
            let values: Vec<&'a RawValue> =
                serde_json::from_str(value.get()).map_err(|_| "must be a JSON array".to_owned())?;
            if counts.contains(&values.len()) {
                Ok(values)
            } else {
                let (least, most, count) = (counts.start(), counts.end(), values.len());
                Err(format!("must hold {least} to {most} objects, not {count}"))
            }
        })?;
        let objects = values.into_iter().enumerate().filter_map(|(place, value)| {
            let object = format!("{field}[{place}]");
            problems.keep(&object, Self::read(format!("{object}."), value))
        });
        Some(objects.collect())
    }

    /// Ends the parsing: reports every member that was not taken as unknown. A misspelt member must not be
    /// ignored: a misspelt `eventId` would silently give up idempotency.
    pub(super) fn finish(self, problems: &mut FieldProblems) {
        if self.members.is_empty() {
            return;
        }
        let known = self
            .known
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ");
        for (name, _) in &self.members {
            if problems.are_enough() {
                return;
            }
            problems.add(self.field(name), format_args!("unknown; known here: {known}"));
        }
    }

    /// Returns the value of a member, or adds its error as a problem of the member.
    fn keep<T, E: Display>(
        &self,
        name: &str,
        parsed: Result<T, E>,
        problems: &mut FieldProblems,
    ) -> Option<T> {
        parsed.map_err(|error| problems.add(self.field(name), error)).ok()
    }

    fn field(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn take(&mut self, name: &'static str, problems: &mut FieldProblems) -> Option<&'a RawValue> {
        self.known.push(name);
        let mut taken = self
            .members
            .extract_if(.., |(member, _)| member == name)
            .map(|(_, value)| value);
        let value = taken.next();
        let is_repeated = taken.count() > 0;
        if is_repeated {
            problems.add(self.field(name), "given more than once");
        }
        value
    }
}

/// Parses a member that is text.
pub(super) fn text<T>(value: &RawValue) -> Result<T, String>
where
    T: FromStr<Err: Display>,
{
    let text: Cow<'_, str> = serde_json::from_str::<Text<'_>>(value.get())
        .map_err(|_| "must be text")?
        .0;
    text.parse().map_err(|error: T::Err| error.to_string())
}

/// A text, borrowed if it contains no escapes.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// Reads the members of an object, including repeated ones.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((Text(name), value)) = map.next_entry()? {
            if members.len() == limits::OBJECT_MEMBERS {
                return Err(A::Error::custom(TooManyMembers));
            }
            members.push((name, value));
        }
        Ok(members)
    }
}

/// The error for an object with more members than any valid request has.
#[derive(Debug, thiserror::Error)]
#[error("holds more than {} members", limits::OBJECT_MEMBERS)]
struct TooManyMembers;
