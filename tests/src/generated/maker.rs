//! Expressions of each kind, which give a text, a list, or any value.

use proptest::collection::vec;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use super::expression::Expression;

pub(super) const WORDS: [&str; 14] = [
    "", "a", "b", "one", "a,b", "x y", "0", "1", "true", "é", "a:b", "$", "{One}", "#",
];
pub(super) const CONDITIONS: [&str; 3] = ["First", "Second", "Third"];

const NAMES: [&str; 7] = [
    "One",
    "Two",
    "Count",
    "Topic",
    "AWS::Region",
    "AWS::AccountId",
    "AWS::Partition",
];
const NUMBERS: [&str; 8] = ["0", "1", "2", "12", "-3", "1.5", "0.25", "9007199254740993"];

/// Makes expressions for a template whose parameters have these values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Maker {
    /// The number of items for `Few`; CloudFormation reads an empty list as one empty item.
    pub(super) few: usize,
    /// The value of `Count`.
    pub(super) count: usize,
    /// Whether to make occasional mistakes.
    pub(super) mistakes: bool,
}

impl Maker {
    /// Compares known values: items exist, and nothing is absent.
    pub(super) fn simple_condition(self) -> BoxedStrategy<Expression> {
        let item = (0..3_usize, any::<bool>()).prop_flat_map(move |(index, short)| {
            let list = self.parameter_of(index + 1);
            list.prop_map(move |list| call("Select", [number_of(index), list], short))
        });
        let right = prop_oneof![
            4 => word(),
            2 => number(),
            4 => select(&["One", "Two", "Count"][..]).prop_map(Expression::reference),
            2 => item,
        ];
        let wrong = prop_oneof![
            Just(Expression::no_value()),
            (1..4_usize).prop_map(|index| call(
                "Select",
                [number_of(index), Expression::reference("Empty")],
                true
            )),
        ];
        let compared = self.or(right.boxed(), wrong.boxed());
        (compared.clone(), compared, any::<bool>())
            .prop_map(|(one, other, short)| call("Equals", [one, other], short))
            .boxed()
    }

    /// An expression that gives one text.
    pub(super) fn text(self, depth: u32) -> BoxedStrategy<Expression> {
        let leaf = prop_oneof![
            5 => word(),
            2 => number(),
            5 => (select(&NAMES[..]), any::<bool>()).prop_map(|(name, short)| Expression::call("Ref", Expression::text(name), short)),
            1 => Just(Expression::call("GetAtt", Expression::text("Topic.TopicName"), true)),
            1 => Just(Expression::call("GetAtt", Expression::List(vec![Expression::text("Topic"), Expression::text("TopicName")]), false)),
            2 => self.found_in_map(&["text", "number"]),
            3 => self.substituted(word()),
        ]
        .boxed();
        let Some(depth) = depth.checked_sub(1) else {
            return leaf;
        };
        let joined = (
            select(&["", ",", "-", "${"][..]),
            self.list(0, depth),
            any::<bool>(),
        );
        prop_oneof![
            4 => leaf,
            3 => joined.prop_map(|(delimiter, list, short)| call("Join", [Expression::text(delimiter), list], short)),
            2 => self.selected(depth),
            3 => chosen(self.text(depth)),
            1 => (self.text(depth), any::<bool>()).prop_map(|(text, short)| Expression::call("Base64", text, short)),
            3 => self.substituted(self.text(depth)),
        ]
        .boxed()
    }

    /// An existing item of a list.
    fn selected(self, depth: u32) -> BoxedStrategy<Expression> {
        let index = prop_oneof![
            4 => (0..3_usize).prop_map(|index| (index, number_of(index))),
            1 => Just((1, Expression::text("1"))),
            1 => Just((self.count, Expression::reference("Count"))),
        ];
        index
            .prop_flat_map(move |(position, index)| {
                // Only AWS knows the number of parts.
                let open = [Expression::text(","), Expression::reference("Topic")];
                let wrong = prop_oneof![self.list(0, depth), Just(call("Split", open, true))];
                let list = self.or(self.list(position + 1, depth), wrong.boxed());
                (Just(index), list, any::<bool>())
            })
            .prop_map(|(index, list, short)| call("Select", [index, list], short))
            .boxed()
    }

    /// An expression that gives a list of at least so many items. If `least` is more than 0, each item has a value, because
    /// `Fn::Select` demands that.
    pub(super) fn list(self, least: usize, depth: u32) -> BoxedStrategy<Expression> {
        let there = self.text(depth.saturating_sub(1));
        let maybe = prop_oneof![
            9 => there.clone(),
            1 => Just(Expression::no_value()),
            1 => self.text(0).prop_map(|text| choice("First", text, Expression::no_value(), true)),
        ];
        let more = if least > 0 && !self.mistakes {
            there.clone()
        } else {
            maybe.boxed()
        };
        let written = (vec(there, least), vec(more, 0..3))
            .prop_map(|(there, more)| Expression::List([there, more].concat()))
            .boxed();
        let leaf = prop_oneof![
            3 => written,
            2 => self.parameter_of(least),
        ];
        let leaf = if least <= 1 {
            prop_oneof![5 => leaf, 1 => self.found_in_map(&["list"])].boxed()
        } else {
            leaf.boxed()
        };
        let Some(depth) = depth.checked_sub(1) else {
            return leaf;
        };
        let whole = prop_oneof![4 => leaf, 1 => chosen(self.list(least, depth))].boxed();
        // The number of parts is known only for a text without the delimiter: one, the whole text.
        if least > 1 {
            return whole;
        }
        let delimiter = self.or(
            select(&[",", "-", "a"][..]).prop_map(Expression::text).boxed(),
            Just(Expression::text("")).boxed(),
        );
        let split = (delimiter, self.text(depth), any::<bool>());
        prop_oneof![
            5 => whole,
            1 => split.prop_map(|(delimiter, text, short)| call("Split", [delimiter, text], short)),
        ]
        .boxed()
    }

    /// The value of a property.
    pub(super) fn value(self, depth: u32) -> BoxedStrategy<Expression> {
        let simple = prop_oneof![
            3 => self.text(depth),
            2 => self.list(0, depth),
            1 => any::<bool>().prop_map(Expression::Flag),
            1 => Just(Expression::no_value()),
        ]
        .boxed();
        let Some(depth) = depth.checked_sub(1) else {
            return simple;
        };
        let members = (self.value(depth), self.value(depth));
        prop_oneof![
            3 => simple,
            1 => members.prop_map(|(one, other)| {
                Expression::Object(vec![("One".to_owned(), one), ("Other".to_owned(), other)])
            }),
            1 => chosen(self.value(depth)),
        ]
        .boxed()
    }

    fn found_in_map(self, second: &'static [&'static str]) -> BoxedStrategy<Expression> {
        let right = prop_oneof![
            2 => select(&["a", "one"][..]).prop_map(Expression::text),
            1 => Just(Expression::reference("One")),
        ];
        let first = self.or(right.boxed(), Just(Expression::text("unknown")).boxed());
        (first, select(second), any::<bool>())
            .prop_map(|(first, second, short)| {
                call(
                    "FindInMap",
                    [Expression::text("Map"), first, Expression::text(second)],
                    short,
                )
            })
            .boxed()
    }

    /// `Fn::Sub`, with or without its own variable.
    fn substituted(self, variable: BoxedStrategy<Expression>) -> BoxedStrategy<Expression> {
        let right = [
            "a",
            "-",
            "$",
            "{",
            "}",
            "$$",
            " ",
            "${One}",
            "${Two}",
            "${Count}",
            "${Topic}",
            "${Topic.TopicName}",
            "${AWS::Region}",
            "${!Literal}",
            "${!One}",
            "é",
        ];
        let part = self.or(
            select(right.to_vec()).boxed(),
            select(vec!["${Many}", "${Unknown}"]).boxed(),
        );
        let variable = self.or(variable, Just(Expression::no_value()).boxed());
        // In braces after a dollar everything would be a name.
        let parts = vec(part, 0..5).prop_map(move |parts| self.spelled(&parts));
        (parts, variable, any::<bool>(), any::<bool>())
            .prop_map(|(text, variable, with_variable, short)| {
                let argument = if with_variable {
                    Expression::List(vec![
                        Expression::text(format!("{text}${{Own}}")),
                        Expression::Object(vec![("Own".to_owned(), variable)]),
                    ])
                } else {
                    Expression::text(text)
                };
                Expression::call("Sub", argument, short)
            })
            .boxed()
    }

    /// Writes the parts one after the other; unless it makes mistakes, a brace of another part never follows a dollar.
    fn spelled(self, parts: &[&str]) -> String {
        let mut text = String::new();
        for part in parts {
            if text.ends_with('$') && part.starts_with('{') && !self.mistakes {
                text.push('-');
            }
            text.push_str(part);
        }
        text
    }

    /// A parameter that is a list of at least this many items; there always is one.
    fn parameter_of(self, least: usize) -> BoxedStrategy<Expression> {
        let lists = [("Many", 3), ("Few", self.few.max(1)), ("Empty", 1)];
        let long_enough: Vec<&str> = lists
            .iter()
            .filter(|(_, items)| *items >= least)
            .map(|(name, _)| *name)
            .collect();
        if long_enough.is_empty() {
            return vec(word(), least).prop_map(Expression::List).boxed();
        }
        select(long_enough).prop_map(Expression::reference).boxed()
    }

    /// The right value; or sometimes a wrong one, if it makes mistakes.
    fn or<T: Clone + std::fmt::Debug + 'static>(
        self,
        right: BoxedStrategy<T>,
        wrong: BoxedStrategy<T>,
    ) -> BoxedStrategy<T> {
        if self.mistakes {
            prop_oneof![9 => right, 1 => wrong].boxed()
        } else {
            right
        }
    }
}

fn word() -> BoxedStrategy<Expression> {
    select(&WORDS[..]).prop_map(Expression::text).boxed()
}

fn number() -> BoxedStrategy<Expression> {
    select(&NUMBERS[..])
        .prop_map(|number| Expression::Number(number.to_owned()))
        .boxed()
}

fn number_of(index: usize) -> Expression {
    Expression::Number(index.to_string())
}

fn call<const ARGUMENTS: usize>(
    function: &'static str,
    arguments: [Expression; ARGUMENTS],
    short: bool,
) -> Expression {
    Expression::call(function, Expression::List(arguments.into()), short)
}

fn chosen(of: BoxedStrategy<Expression>) -> BoxedStrategy<Expression> {
    (select(&CONDITIONS[..]), of.clone(), of, any::<bool>())
        .prop_map(|(condition, one, other, short)| choice(condition, one, other, short))
        .boxed()
}

fn choice(condition: &str, one: Expression, other: Expression, short: bool) -> Expression {
    call("If", [Expression::text(condition), one, other], short)
}
