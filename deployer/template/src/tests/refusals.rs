//! Refused templates and settings, with the whole message.

use super::refused;

#[test]
fn a_wrong_template_is_named_with_all_its_places() {
    let template = r"
Resorces: {}
Parameters:
  A: { Type: Strin }
  B: { Type: String, NoEcho: true }
  C: { Type: 'AWS::SSM::Parameter::Value<String>' }
  D: { Default: x, MinLenght: 1 }
  E: { Type: Number, MinValue: few, AllowedValues: 1 }
  F: text
Transform: [AWS::LanguageExtensions, My::Macro]
Metadata:
  Deployer: { Fil: {}, Fill: { X: environment, A: region, B: 'artifact:' } }
Outputs: []
";
    insta::assert_snapshot!(refused(template, ""), @"
    t.yaml:1:1: the section `Resources` is missing
    t.yaml:2:1: unknown section `Resorces`
      hint: did you mean `Resources`?
    t.yaml:4:14: unknown type `Strin` of the parameter `A`
      hint: did you mean `String`?
    t.yaml:5:30: the parameter `B` is `NoEcho`, which cannot be rendered
    t.yaml:7:6: the parameter `D` has no `Type`
    t.yaml:7:20: unknown key `MinLenght` of the parameter `D`
      hint: did you mean `MinLength`?
    t.yaml:8:32: `MinValue` of the parameter `E` is `few`, not a number
    t.yaml:8:52: `AllowedValues` of the parameter `E` is no list of texts
    t.yaml:9:6: the parameter `F` is a single value
    t.yaml:10:38: the macro `My::Macro` runs in AWS alone
      hint: the only transform is `AWS::LanguageExtensions`
    t.yaml:12:15: unknown key `Fil` of `Metadata.Deployer`
      hint: did you mean `Fill`?
    t.yaml:12:32: unknown parameter `X`
    t.yaml:12:51: `region` is not a value that the deployer fills in
      hint: known are environment, instance, protected, architecture, endpoint, url, artifact-bucket, artifact:<binary>, revision:<LogicalId>
    t.yaml:12:62: `artifact:` is not a value that the deployer fills in
      hint: known are environment, instance, protected, architecture, endpoint, url, artifact-bucket, artifact:<binary>, revision:<LogicalId>
    t.yaml:13:10: the section `Outputs` is a mapping, not a list
    ");
    insta::assert_snapshot!(refused("- a\n", ""), @"t.yaml:1:1: a template is a mapping, not a list");
    insta::assert_snapshot!(refused("Resources:\n  A: [\n", ""), @"t.yaml:2:6: not valid YAML: unclosed bracket '['");
}

#[test]
fn wrong_resources_outputs_conditions_and_rules_are_named_with_their_places() {
    let template = r"
Parameters:
  Name: { Type: String, Default: x }
Rules:
  Odd: { RuleConditon: x }
  Empty: { Assertions: [{ AssertDescription: nothing }] }
  Names: { Assertions: [{ Assert: !Equals [!Ref Naem, !Ref First] }] }
  Broken: { Assertions: [{ Assert: !EachMemberIn [!Ref Name, [y]] }] }
Conditions:
  Circle: !Or [!Condition Round, !Equals [a, b]]
  Round: !Not [!Condition Circle]
  Text: yes indeed
  Wrong: !Contains [[a], a]
  Alone: !And [!Equals [a, a]]
  Unknown: { 'Fn::Equal': [a, b] }
Resources:
  First: { Type: 'A::B::C', DependsOn: [Frist], DeletionPolicy: Retian, Propertys: {} }
  Second: { Properties: {}, DeletionPolicy: !If [Alone, Retain, Delete] }
  Thi-rd: { Type: 'A::B::C', Condition: Missing }
  Fourth: text
Outputs:
  One: { Valeu: x }
";
    insta::assert_snapshot!(refused(template, ""), @"
    t.yaml:5:3: the rule `Odd` has no list of `Assertions`
    t.yaml:5:10: unknown key `RuleConditon`
      hint: did you mean `RuleCondition`?
    t.yaml:6:25: an assertion of the rule `Empty` has no `Assert`
    t.yaml:7:44: unknown parameter `Naem`
      hint: did you mean `Name`?
    t.yaml:7:55: `First` is a resource, which is not there yet when this is decided
    t.yaml:8:26: an assertion of the rule `Broken` does not hold
      hint: the rule `Broken` is in t.yaml:8
    t.yaml:11:16: the condition `Circle` depends on itself
    t.yaml:12:9: a condition is a function, not a single value
    t.yaml:13:10: `Fn::Contains` decides nothing here
    t.yaml:14:10: `Fn::And` takes a list of 2 to 10 conditions
    t.yaml:15:14: unknown function `Fn::Equal`
      hint: did you mean `Fn::Equals`?
    t.yaml:17:41: unknown resource `Frist`
      hint: did you mean `First`?
    t.yaml:17:65: unknown DeletionPolicy `Retian`
      hint: did you mean `Retain`?
    t.yaml:17:73: unknown key `Propertys`
      hint: did you mean `Properties`?
    t.yaml:18:3: the resource `Second` has no `Type`
    t.yaml:18:45: a function in `DeletionPolicy` needs `Transform: AWS::LanguageExtensions`
    t.yaml:19:3: the logical id `Thi-rd` is not alphanumeric
    t.yaml:19:41: unknown condition `Missing`
    t.yaml:20:3: the resource `Fourth` is a single value
    t.yaml:22:3: the output `One` has no `Value`
    t.yaml:22:10: unknown key `Valeu`
      hint: did you mean `Value`?
    ");
}

#[test]
fn wrong_settings_are_named_in_the_environments_file() {
    let template = r"
Metadata: { Deployer: { Fill: { Filled: environment, Short: environment } } }
Parameters:
  Filled: { Type: String }
  Short: { Type: String, MaxLength: 3 }
  Missing: { Type: String }
  Choice: { Type: String, AllowedValues: [iam, public] }
  Small: { Type: Number, MinValue: 128, MaxValue: 256 }
  Big: { Type: Number, MaxValue: 256, ConstraintDescription: at most 256 }
  Text: { Type: Number }
  Pattern: { Type: CommaDelimitedList, AllowedPattern: '[0-9]{12}' }
  Single: { Type: String }
  Length: { Type: String, MinLength: 2 }
  Default: { Type: String, Default: x, AllowedValues: [y] }
Resources:
  A: { Type: 'A::B::C' }
";
    let parameters = "Filled: x\nChoice: iamm\nSmall: 64\nBig: 512\nText: many\nPattern: ['123456789012', '1']\n\
                      Single: [a]\nLength: a\nPatern: x";
    insta::assert_snapshot!(refused(template, parameters), @"
    environments/staging.yaml:1:1: the parameter `Missing` is missing
      hint: set it under `parameters`; it is declared without a default in t.yaml:6
    environments/staging.yaml:5:3: the parameter `Filled` is filled in by the deployer, with `environment`
    environments/staging.yaml:6:11: the parameter `Choice` is `iamm`, which is not an allowed value
      hint: allowed are `iam`, `public`
    environments/staging.yaml:7:10: the parameter `Small` is `64`, less than 128
    environments/staging.yaml:8:8: the parameter `Big` is `512`, more than 256
      hint: at most 256
    environments/staging.yaml:9:9: the parameter `Text` is `many`, which is not a number
      hint: a number is written as `512`, `-1` or `0.5`
    environments/staging.yaml:10:12: the parameter `Pattern` has the member `1`, which does not match `[0-9]{12}`
    environments/staging.yaml:11:11: the parameter `Single` is a single value, not a list
    environments/staging.yaml:12:11: the parameter `Length` is `a`, shorter than 2 characters
    environments/staging.yaml:13:3: unknown parameter `Patern`
      hint: did you mean `Pattern`?
    t.yaml:2:61: the parameter `Short` is `staging`, longer than 3 characters
    t.yaml:14:37: the parameter `Default` is `x`, which is not an allowed value
      hint: allowed are `y`
    ");
}

#[test]
fn a_revision_of_nothing_is_refused() {
    let template = "Metadata: { Deployer: { Fill: { A: 'revision:Functoin' } } }\nParameters:\n  A: { Type: String }\n\
                    Resources:\n  Function: { Type: x }\n";
    insta::assert_snapshot!(refused(template, ""), @"
    t.yaml:1:36: unknown resource `Functoin`
      hint: did you mean `Function`?
    ");
}

#[test]
fn a_template_without_any_resource_left_is_refused() {
    let template = "Conditions:\n  IsNot: !Equals [a, b]\nResources:\n  A: { Type: x, Condition: IsNot }\n";
    insta::assert_snapshot!(refused(template, ""), @"t.yaml:1:1: no resource is left to deploy");
}

#[test]
fn hooks_of_other_services_are_refused() {
    insta::assert_snapshot!(refused("Hooks: {}\nResources:\n  A: { Type: x }\n", ""), @"
    t.yaml:1:1: the section `Hooks` is not supported
      hint: deploy what needs it, such as ECS in blue and green, otherwise
    ");
}

#[test]
fn an_attribute_without_a_name_is_refused() {
    for value in ["!GetAtt 'A.'", "{Fn::GetAtt: [A, '']}", "!Sub '${A.}'"] {
        let template =
            format!("Resources:\n  A: {{ Type: x }}\n  B: {{ Type: x, Properties: {{ P: {value} }} }}\n");
        let told = refused(&template, "");
        assert!(
            told.contains("is empty") || told.contains("names no attribute"),
            "{value}: {told}"
        );
    }
}
