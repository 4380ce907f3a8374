//! Strategies that generate templates.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::collection::vec;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use super::expression::Expression;
use super::maker::{CONDITIONS, Maker, WORDS};

/// A template, and the parameters for its deployment.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The template in YAML.
    pub template: String,
    /// The parameters' values as the API takes them.
    pub parameters: BTreeMap<String, String>,
}

/// How deeply calls are nested.
const DEPTH: u32 = 3;

/// The sections before the conditions. `Topic` provides values that only AWS knows.
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

/// Generates valid templates with all functions that depend only on the template, its parameters and a resource. Each expression has a kind,
/// and its parts have matching kinds.
pub fn right() -> impl Strategy<Value = Generated> {
    generated(false)
}

/// The same, with occasional mistakes: an absent value where one is required, a key that a map does not have, an index beyond a list's
/// end, a list in a text.
pub fn with_mistakes() -> impl Strategy<Value = Generated> {
    generated(true)
}

fn generated(mistakes: bool) -> impl Strategy<Value = Generated> {
    let parameters = (
        select(&WORDS[..]),
        vec(select(&["a", "b", "", "x y"][..]), 0..4),
        0..4_usize,
    );
    parameters.prop_flat_map(move |(two, few, count)| {
        let maker = Maker {
            few: few.len(),
            count,
            mistakes,
        };
        let values = [
            ("Two", two.to_owned()),
            ("Few", few.join(",")),
            ("Count", count.to_string()),
        ];
        let parameters = BTreeMap::from(values.map(|(name, value)| (name.to_owned(), value)));
        template(maker).prop_map(move |template| Generated {
            template,
            parameters: parameters.clone(),
        })
    })
}

fn template(maker: Maker) -> impl Strategy<Value = String> {
    let conditions = (
        maker.simple_condition(),
        condition(maker, &["First"]),
        condition(maker, &["First", "Second"]),
    );
    let values = (
        maker.value(DEPTH),
        maker.text(DEPTH),
        maker.list(0, DEPTH),
        maker.text(DEPTH),
    );
    let kept = (select(&CONDITIONS[..]), any::<bool>());
    (conditions, values, kept).prop_map(|(conditions, values, kept)| {
        let (first, second, third) = conditions;
        let (value, text, list, output) = values;
        let condition = if kept.1 {
            format!("    Condition: {}\n", kept.0)
        } else {
            String::new()
        };
        let mut template = HEAD.to_owned();
        let _ = write!(
            template,
            "Conditions:
  First: {first}
  Second: {second}
  Third: {third}
Resources:
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
        template
    })
}

fn condition(maker: Maker, earlier: &'static [&'static str]) -> BoxedStrategy<Expression> {
    let named = (select(earlier), any::<bool>())
        .prop_map(|(name, short)| Expression::call("Condition", Expression::text(name), short));
    let one = prop_oneof![maker.simple_condition(), named].boxed();
    let several = vec(one.clone(), 2..4).prop_map(Expression::List).boxed();
    let one_alone = one.prop_map(|one| Expression::List(vec![one])).boxed();
    let decided = (
        prop_oneof![
            (Just("Not"), one_alone),
            (Just("And"), several.clone()),
            (Just("Or"), several),
        ],
        any::<bool>(),
    );
    prop_oneof![
        1 => maker.simple_condition(),
        3 => decided.prop_map(|((function, argument), short)| Expression::call(function, argument, short)),
    ]
    .boxed()
}
