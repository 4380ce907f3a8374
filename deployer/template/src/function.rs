//! PURE: the functions that a template may call.

use crate::yaml::{Entry, Node};

/// A function of the template language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    And,
    Base64,
    Cidr,
    Condition,
    Contains,
    EachMemberEquals,
    EachMemberIn,
    Equals,
    FindInMap,
    GetAtt,
    GetAzs,
    If,
    ImportValue,
    Join,
    Length,
    Not,
    Or,
    Ref,
    Select,
    Split,
    Sub,
    ToJsonString,
}

/// Every function, with its name in a template.
const NAMES: [(Function, &str); 22] = [
    (Function::And, "Fn::And"),
    (Function::Base64, "Fn::Base64"),
    (Function::Cidr, "Fn::Cidr"),
    (Function::Condition, "Condition"),
    (Function::Contains, "Fn::Contains"),
    (Function::EachMemberEquals, "Fn::EachMemberEquals"),
    (Function::EachMemberIn, "Fn::EachMemberIn"),
    (Function::Equals, "Fn::Equals"),
    (Function::FindInMap, "Fn::FindInMap"),
    (Function::GetAtt, "Fn::GetAtt"),
    (Function::GetAzs, "Fn::GetAZs"),
    (Function::If, "Fn::If"),
    (Function::ImportValue, "Fn::ImportValue"),
    (Function::Join, "Fn::Join"),
    (Function::Length, "Fn::Length"),
    (Function::Not, "Fn::Not"),
    (Function::Or, "Fn::Or"),
    (Function::Ref, "Ref"),
    (Function::Select, "Fn::Select"),
    (Function::Split, "Fn::Split"),
    (Function::Sub, "Fn::Sub"),
    (Function::ToJsonString, "Fn::ToJsonString"),
];

/// How the evaluation treats a mapping.
pub(super) enum Call<'n> {
    /// Plain data.
    None,
    /// A call and its argument.
    Of(Function, &'n Node),
    /// A key that looks like a function but is unknown.
    Unknown(&'n Entry),
    /// A function beside other keys.
    NotAlone(&'n Entry),
}

impl Function {
    /// The long form of the function's name.
    pub(super) fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(function, _)| *function == self)
            .map_or("", |(_, name)| name)
    }

    /// Finds a function by its long name.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        NAMES
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(function, _)| *function)
    }

    /// Finds a function by the tag of its short form.
    pub(super) fn from_tag(tag: &str) -> Option<Self> {
        NAMES
            .iter()
            .find(|(_, known)| short(known) == tag)
            .map(|(function, _)| *function)
    }

    /// Lists the tags of all short forms.
    pub(super) fn tags() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(_, name)| short(name))
    }

    /// Lists the long names of all functions.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(_, name)| *name)
    }

    /// Distinguishes a call from data. `Condition` is also a key in IAM policies, so it is a call only where a
    /// condition is decided.
    pub(super) fn called(entries: &[Entry]) -> Call<'_> {
        let Some(entry) = entries
            .iter()
            .find(|entry| entry.key == "Ref" || entry.key.starts_with("Fn::"))
        else {
            return Call::None;
        };
        match Self::from_name(&entry.key) {
            None => Call::Unknown(entry),
            Some(function) if entries.len() == 1 => Call::Of(function, &entry.value),
            Some(Self::Ref) => Call::None,
            Some(_) => Call::NotAlone(entry),
        }
    }
}

fn short(name: &'static str) -> &'static str {
    name.strip_prefix("Fn::").unwrap_or(name)
}
