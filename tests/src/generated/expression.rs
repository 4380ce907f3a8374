//! An expression of a template, and its YAML.

use std::fmt::{self, Display, Formatter};

/// An expression of a template.
#[derive(Clone, Debug)]
pub(super) enum Expression {
    Text(String),
    /// A number as it is written.
    Number(String),
    Flag(bool),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
    Call {
        /// `Ref`, `Condition`, or the name after `Fn::`.
        function: &'static str,
        argument: Box<Self>,
        /// Whether it is written `!Ref Name`, and not `{Ref: Name}`.
        short: bool,
    },
}

impl Expression {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn reference(name: &str) -> Self {
        Self::call("Ref", Self::text(name), true)
    }

    pub(super) fn no_value() -> Self {
        Self::reference("AWS::NoValue")
    }

    pub(super) fn call(function: &'static str, argument: Self, short: bool) -> Self {
        Self::Call {
            function,
            argument: Box::new(argument),
            short,
        }
    }

    fn is_short_call(&self) -> bool {
        matches!(self, Self::Call { short: true, .. })
    }

    /// In the long form even where a short one exists, because a YAML value can have only one tag.
    fn long(&self) -> Self {
        match self {
            Self::Call {
                function, argument, ..
            } => Self::call(function, (**argument).clone(), false),
            other => other.clone(),
        }
    }
}

/// Writes it in YAML's flow style, which is valid anywhere.
impl Display for Expression {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            // A JSON string is also a YAML string.
            Self::Text(text) => write!(formatter, "{}", serde_json::Value::from(text.as_str())),
            Self::Number(number) => formatter.write_str(number),
            Self::Flag(flag) => write!(formatter, "{flag}"),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                write!(formatter, "[{}]", items.join(", "))
            }
            Self::Object(members) => {
                let members: Vec<String> = members
                    .iter()
                    .map(|(key, value)| format!("{key}: {value}"))
                    .collect();
                write!(formatter, "{{{}}}", members.join(", "))
            }
            Self::Call {
                function,
                argument,
                short: true,
            } if argument.is_short_call() => write!(formatter, "!{function} {}", argument.long()),
            Self::Call {
                function,
                argument,
                short: true,
            } => write!(formatter, "!{function} {argument}"),
            Self::Call {
                function: function @ ("Ref" | "Condition"),
                argument,
                ..
            } => write!(formatter, "{{{function}: {argument}}}"),
            Self::Call {
                function, argument, ..
            } => write!(formatter, "{{\"Fn::{function}\": {argument}}}"),
        }
    }
}
