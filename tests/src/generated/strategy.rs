//! Which templates are made.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::collection::vec;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use super::expression::Expression;

/// A template, and the parameters that it is deployed with.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The template in YAML.
    pub template: String,
    /// The parameters' values as the API takes them.
    pub parameters: BTreeMap<String, String>,
}

/// How deep calls are in calls.
const DEPTH: u32 = 3;

/// What is above the conditions. `Topic` is there for what AWS alone knows.
const HEAD: &str = "AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  One: {Type: String, Default: one}
  Two: {Type: String}
  Count: {Type: Number, Default: 1}
  Many: {Type: CommaDelimitedList, Default: 'a, b,c'}
  Few: {Type: CommaDelimitedList}
  Empty: {Type: CommaDelimitedList, Default: ''}
Mappings:
  Map:
    a: {text: first, number: 12, list: [p, q]}
    one: {text: second, number: 1.5, list: [r]}
";

const WORDS: [&str; 14] = [
    "", "a", "b", "one", "a,b", "x y", "0", "1", "true", "é", "a:b", "$", "{One}", "#",
];
const CONDITIONS: [&str; 3] = ["First", "Second", "Third"];
const NAMES: [&str; 7] = [
    "One",
    "Two",
    "Count",
    "Topic",
    "AWS::Region",
    "AWS::AccountId",
    "AWS::Partition",
];
const LISTS: [&str; 3] = ["Many", "Few", "Empty"];

/// Makes templates over all functions that depend on nothing but the template, its parameters and a resource.
pub fn generated() -> impl Strategy<Value = Generated> {
    let conditions = (
        simple_condition(),
        condition(&["First"]),
        condition(&["First", "Second"]),
    );
    let properties = (value(DEPTH), text(DEPTH), list(DEPTH), text(DEPTH));
    let parameters = (
        select(&WORDS[..]),
        vec(select(&["a", "b", "", "x y"][..]), 0..4),
        0..4_u8,
    );
    let kept = (select(&CONDITIONS[..]), any::<bool>());
    (conditions, properties, parameters, kept).prop_map(|(conditions, properties, parameters, kept)| {
        let mut template = HEAD.to_owned();
        let (first, second, third) = conditions;
        let _ = write!(
            template,
            "Conditions:\n  First: {first}\n  Second: {second}\n  Third: {third}\n"
        );
        let (value, text, list, output) = properties;
        let condition = if kept.1 {
            format!("    Condition: {}\n", kept.0)
        } else {
            String::new()
        };
        let _ = write!(
            template,
            "Resources:
  Topic: {{Type: AWS::SNS::Topic}}
  Value:
    Type: AWS::SSM::Parameter
{condition}    Properties:
      Type: String
      Value: {text}
      Any: {value}
      List: {list}
Outputs:
  Output: {{Value: {output}}}
"
        );
        let (two, few, count) = parameters;
        let parameters = [
            ("Two", two.to_owned()),
            ("Few", few.join(",")),
            ("Count", count.to_string()),
        ];
        Generated {
            template,
            parameters: parameters.map(|(name, value)| (name.to_owned(), value)).into(),
        }
    })
}

fn simple_condition() -> BoxedStrategy<Expression> {
    let compared = prop_oneof![
        4 => word(),
        2 => number(),
        4 => select(&["One", "Two", "Count"][..]).prop_map(Expression::reference),
        2 => (0..3_u8, select(&LISTS[..]), any::<bool>()).prop_map(|(index, list, short)| {
            let arguments = vec![Expression::Number(index.to_string()), Expression::reference(list)];
            Expression::call("Select", Expression::List(arguments), short)
        }),
        1 => Just(Expression::no_value()),
    ];
    let pair = (compared.clone(), compared, any::<bool>());
    pair.prop_map(|(one, other, short)| Expression::call("Equals", Expression::List(vec![one, other]), short))
        .boxed()
}

fn condition(earlier: &'static [&'static str]) -> BoxedStrategy<Expression> {
    let named = (select(earlier), any::<bool>())
        .prop_map(|(name, short)| Expression::call("Condition", Expression::text(name), short));
    let one = prop_oneof![simple_condition(), named].boxed();
    let several = vec(one.clone(), 2..4);
    prop_oneof![
        2 => simple_condition(),
        2 => (one, any::<bool>()).prop_map(|(one, short)| Expression::call("Not", Expression::List(vec![one]), short)),
        2 => (several.clone(), any::<bool>()).prop_map(|(all, short)| Expression::call("And", Expression::List(all), short)),
        2 => (several, any::<bool>()).prop_map(|(any, short)| Expression::call("Or", Expression::List(any), short)),
    ]
    .boxed()
}

fn word() -> BoxedStrategy<Expression> {
    select(&WORDS[..]).prop_map(Expression::text).boxed()
}

fn number() -> BoxedStrategy<Expression> {
    select(&["0", "1", "2", "12", "-3", "1.5", "0.25", "9007199254740993"][..])
        .prop_map(|number| Expression::Number(number.to_owned()))
        .boxed()
}

/// What comes to one text.
fn text(depth: u32) -> BoxedStrategy<Expression> {
    let leaf = prop_oneof![
        5 => word(),
        2 => number(),
        5 => (select(&NAMES[..]), any::<bool>()).prop_map(|(name, short)| Expression::call("Ref", Expression::text(name), short)),
        1 => Just(Expression::call("GetAtt", Expression::text("Topic.TopicName"), true)),
        1 => Just(Expression::call("GetAtt", Expression::List(vec![Expression::text("Topic"), Expression::text("TopicName")]), false)),
        2 => found_in_map(&["text", "number"]),
        3 => substituted(word()),
    ]
    .boxed();
    let Some(depth) = depth.checked_sub(1) else {
        return leaf;
    };
    let joined = (select(&["", ",", "-", "${"][..]), list(depth), any::<bool>());
    let split = (select(&["", ",", "-", "a"][..]), text(depth));
    let index = prop_oneof![
        4 => (0..3_u8).prop_map(|index| Expression::Number(index.to_string())),
        1 => Just(Expression::text("1")),
        1 => Just(Expression::reference("Count")),
    ];
    let of = prop_oneof![
        3 => list(depth),
        1 => split.prop_map(|(delimiter, text)| {
            Expression::call("Split", Expression::List(vec![Expression::text(delimiter), text]), true)
        }),
    ];
    prop_oneof![
        4 => leaf,
        3 => joined.prop_map(|(delimiter, list, short)| {
            Expression::call("Join", Expression::List(vec![Expression::text(delimiter), list]), short)
        }),
        2 => (index, of, any::<bool>()).prop_map(|(index, list, short)| {
            Expression::call("Select", Expression::List(vec![index, list]), short)
        }),
        3 => chosen(text(depth)),
        1 => (text(depth), any::<bool>()).prop_map(|(text, short)| Expression::call("Base64", text, short)),
        3 => substituted(text(depth)),
    ]
    .boxed()
}

/// What comes to a list.
fn list(depth: u32) -> BoxedStrategy<Expression> {
    let item = prop_oneof![
        9 => text(depth.saturating_sub(1)),
        1 => Just(Expression::no_value()),
        1 => text(0).prop_map(|text| choice("First", text, Expression::no_value(), true)),
    ];
    let leaf = prop_oneof![
        3 => vec(item, 0..4).prop_map(Expression::List),
        2 => select(&LISTS[..]).prop_map(Expression::reference),
        1 => found_in_map(&["list"]),
    ]
    .boxed();
    let Some(depth) = depth.checked_sub(1) else {
        return leaf;
    };
    let split = (select(&[",", "-", "a"][..]), text(depth), any::<bool>());
    prop_oneof![
        4 => leaf,
        1 => split.prop_map(|(delimiter, text, short)| {
            Expression::call("Split", Expression::List(vec![Expression::text(delimiter), text]), short)
        }),
        1 => chosen(list(depth)),
    ]
    .boxed()
}

/// What may stand for a property.
fn value(depth: u32) -> BoxedStrategy<Expression> {
    let simple = prop_oneof![
        3 => text(depth),
        2 => list(depth),
        1 => any::<bool>().prop_map(Expression::Flag),
        1 => Just(Expression::no_value()),
    ]
    .boxed();
    let Some(depth) = depth.checked_sub(1) else {
        return simple;
    };
    let members = (value(depth), value(depth));
    prop_oneof![
        3 => simple,
        1 => members.prop_map(|(one, other)| {
            Expression::Object(vec![("One".to_owned(), one), ("Other".to_owned(), other)])
        }),
        1 => chosen(value(depth)),
    ]
    .boxed()
}

fn chosen(of: BoxedStrategy<Expression>) -> BoxedStrategy<Expression> {
    (select(&CONDITIONS[..]), of.clone(), of, any::<bool>())
        .prop_map(|(condition, one, other, short)| choice(condition, one, other, short))
        .boxed()
}

fn choice(condition: &str, one: Expression, other: Expression, short: bool) -> Expression {
    Expression::call(
        "If",
        Expression::List(vec![Expression::text(condition), one, other]),
        short,
    )
}

fn found_in_map(second: &'static [&'static str]) -> BoxedStrategy<Expression> {
    let first = prop_oneof![
        4 => select(&["a", "one"][..]).prop_map(Expression::text),
        2 => Just(Expression::reference("One")),
        1 => Just(Expression::text("unknown")),
    ];
    (first, select(second), any::<bool>())
        .prop_map(|(first, second, short)| {
            let arguments = vec![Expression::text("Map"), first, Expression::text(second)];
            Expression::call("FindInMap", Expression::List(arguments), short)
        })
        .boxed()
}

/// `Fn::Sub`, with a variable of its own or without.
fn substituted(variable: BoxedStrategy<Expression>) -> BoxedStrategy<Expression> {
    let parts = [
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
        "${Many}",
        "é",
    ];
    let parts = vec(select(parts.to_vec()), 0..5);
    (parts, variable, any::<bool>(), any::<bool>())
        .prop_map(|(parts, variable, with_variable, short)| {
            let text = parts.concat();
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
