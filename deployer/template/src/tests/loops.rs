//! `Fn::ForEach`.

use super::{refused, rendered};

#[test]
fn loops_are_written_out_at_every_depth() {
    let template = r"
Transform: AWS::LanguageExtensions
Conditions:
  Fn::ForEach::Conditions:
    - Zone
    - [A, B]
    - Is${Zone}: !Equals [!Ref Zone, A]
Resources:
  Fn::ForEach::Nets:
    - Zone
    - [A, B]
    - Net${Zone}:
        Type: A::B::C
        Condition: !Sub Is${Zone}
        Properties:
          Fn::ForEach::Inner:
            - Word
            - [x, y]
            - Key${Word}: !Sub '${Zone}-${Word}'
      Fn::ForEach::Doors:
        - Door
        - ['1', '2']
        - Door${Zone}${Door}:
            Type: A::B::C
            Properties: { Net: !If [IsA, !Ref { 'Fn::Sub': 'NetA' }, none] }
";
    insta::assert_snapshot!(rendered(template, ""), @r#"
    {
      "Resources": {
        "NetA": {
          "Type": "A::B::C",
          "Properties": {
            "Keyx": "A-x",
            "Keyy": "A-y"
          }
        },
        "DoorA1": {
          "Type": "A::B::C",
          "Properties": {
            "Net": {
              "Ref": "NetA"
            }
          }
        },
        "DoorA2": {
          "Type": "A::B::C",
          "Properties": {
            "Net": {
              "Ref": "NetA"
            }
          }
        },
        "DoorB1": {
          "Type": "A::B::C",
          "Properties": {
            "Net": {
              "Ref": "NetA"
            }
          }
        },
        "DoorB2": {
          "Type": "A::B::C",
          "Properties": {
            "Net": {
              "Ref": "NetA"
            }
          }
        }
      }
    }
    "#);
}

#[test]
fn a_wrong_loop_is_named_with_its_place() {
    let loops = |entries: &str| {
        format!("Transform: AWS::LanguageExtensions\nResources:\n  A: {{ Type: 'A::B::C' }}\n{entries}")
    };
    let body = "{ Type: 'A::B::C' }";
    insta::assert_snapshot!(refused(&format!("Resources:\n  Fn::ForEach::L: [X, [a], {{ 'L${{X}}': {body} }}]\n"), ""), @"t.yaml:2:3: `Fn::ForEach::L` needs `Transform: AWS::LanguageExtensions`");
    insta::assert_snapshot!(refused(&loops("  Fn::ForEach::L: [X, [a]]\n"), ""), @"t.yaml:4:19: `Fn::ForEach::L` takes an identifier, a collection and a mapping");
    insta::assert_snapshot!(refused(&loops(&format!("  Fn::ForEach::L: [X, [a], {{ Same: {body} }}]\n")), ""), @"t.yaml:4:30: the key `Same` of `Fn::ForEach::L` has no `${X}`");
    insta::assert_snapshot!(refused(&loops(&format!("  Fn::ForEach::L: [X, [A], {{ '${{X}}': {body} }}]\n")), ""), @"t.yaml:4:30: a loop gives the key `A` again");
    insta::assert_snapshot!(refused(&loops(&format!("  Fn::ForEach::L: [X, [a-b], {{ 'L${{X}}': {body} }}]\n")), ""), @"t.yaml:4:32: the logical id `La-b` is not alphanumeric");
    insta::assert_snapshot!(refused(&loops(&format!("  Fn::ForEach::L: [X, !Ref A, {{ 'L${{X}}': {body} }}]\n")), ""), @"t.yaml:4:23: `A` is a resource, which is not there yet when this is decided");
    insta::assert_snapshot!(refused(&loops(&format!("  Fn::ForEach::L: [X, [a], {{ 'L${{X}}': {body} }}]\n  B: {{ Type: x, Properties: {{ Fn::ForEach::L: [X, [a], {{ 'L${{X}}': 1 }}] }} }}\n")), ""), @"t.yaml:5:31: the loop `L` is repeated");
}

#[test]
fn permissions_on_one_function_wait_for_each_other() {
    let template = r"
Transform: AWS::LanguageExtensions
Parameters: { Callers: { Type: CommaDelimitedList } }
Resources:
  First: { Type: 'AWS::Lambda::Permission', DependsOn: Table, Properties: { FunctionName: !Ref Api } }
  Fn::ForEach::Callers:
    - Caller
    - !Ref Callers
    - May&{Caller}: { Type: 'AWS::Lambda::Permission', Properties: { FunctionName: !Ref Api, Principal: !Ref Caller } }
  Last: { Type: 'AWS::Lambda::Permission', DependsOn: Table, Properties: { FunctionName: !Ref Api } }
  Elsewhere: { Type: 'AWS::Lambda::Permission', Properties: { FunctionName: !Ref Relay } }
  Api: { Type: x }
  Relay: { Type: x }
  Table: { Type: x }
";
    let rendering: serde_json::Value = serde_json::from_str(&rendered(template, "Callers: [a, b]")).unwrap();
    let waits = |name: &str| rendering["Resources"][name]["DependsOn"].to_string();
    assert_eq!(waits("First"), r#""Table""#);
    assert_eq!(waits("Maya"), r#""First""#);
    assert_eq!(waits("Mayb"), r#""Maya""#);
    assert_eq!(waits("Last"), r#"["Table","Mayb"]"#);
    assert_eq!(waits("Elsewhere"), "null");
}

#[test]
fn an_order_of_permissions_that_the_template_gives_is_never_turned_into_a_circle() {
    let template = r"
Resources:
  First: { Type: 'AWS::Lambda::Permission', DependsOn: Between, Properties: { FunctionName: api } }
  Between: { Type: x, Properties: { After: !Ref Second } }
  Second: { Type: 'AWS::Lambda::Permission', Properties: { FunctionName: api } }
";
    let rendering: serde_json::Value = serde_json::from_str(&rendered(template, "")).unwrap();
    assert_eq!(
        rendering["Resources"]["Second"]["DependsOn"],
        serde_json::Value::Null
    );
}

#[test]
fn two_items_that_give_one_key_are_told_where_they_are_set() {
    let template = r"
Transform: AWS::LanguageExtensions
Parameters: { Callers: { Type: CommaDelimitedList } }
Resources:
  Fn::ForEach::Callers:
    - Caller
    - !Ref Callers
    - May&{Caller}: { Type: 'AWS::Lambda::Permission', Properties: { FunctionName: f, Principal: !Ref Caller } }
";
    insta::assert_snapshot!(refused(template, "Callers: [a-b, c, 'a_b', c]"), @"
    environments/staging.yaml:5:21: `a-b` and `a_b` give the same keys, which keep letters and digits alone
      hint: name them otherwise, or take one of them out; it is used in t.yaml:7
    environments/staging.yaml:5:28: `c` is listed twice
      hint: take one of them out; it is used in t.yaml:7
    ");
    let written = template.replace("!Ref Callers", "[a-b, ab]");
    insta::assert_snapshot!(refused(&written, "Callers: [x]"), @"
    t.yaml:7:7: `a-b` and `ab` give the same keys, which keep letters and digits alone
      hint: name them otherwise, or take one of them out
    ");
}

#[test]
fn a_loop_over_an_empty_list_makes_nothing_and_says_so_where_that_is_only_believed() {
    let template = |condition: &str| {
        format!(
            "Transform: AWS::LanguageExtensions\nParameters: {{ Names: {{ Type: CommaDelimitedList, Default: '' }} }}\n\
             Conditions:\n  Has: !Not [!Equals [!Join ['', !Ref Names], '']]\nResources:\n  A: {{ Type: x }}\n  \
             Fn::ForEach::L: [Name, !Ref Names, {{ 'B${{Name}}': {{ Type: x{condition} }} }}]\n"
        )
    };
    let warnings = |condition: &str, parameters: &str| {
        let rendered = super::try_render(&template(condition), parameters).unwrap();
        (rendered.resources().len(), rendered.warnings().to_string())
    };
    let (made, warned) = warnings("", "");
    assert_eq!(made, 1);
    insta::assert_snapshot!(warned, @"
    t.yaml:7:26: `Fn::ForEach::L` goes over an empty list, for which CloudFormation may make one pass with an empty text: here it makes none
      hint: give what it makes a `Condition` that is false where the list is empty
    ");
    assert_eq!(warnings(", Condition: Has", ""), (1, String::new()));
    assert_eq!(warnings("", "Names: [a, b]"), (3, String::new()));
}
