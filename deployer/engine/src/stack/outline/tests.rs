use serde_json::json;

use super::*;
use crate::stack::comparison::shown;

fn modified(logical_id: &str, resource_type: &str, causes: &[&str]) -> ResourceChange {
    ResourceChange {
        logical_id: logical_id.to_owned(),
        physical_id: None,
        resource_type: resource_type.to_owned(),
        action: Action::Modify,
        replacement: Replacement::Conditional,
        policy_action: None,
        causes: causes.iter().map(|cause| (*cause).to_owned()).collect(),
    }
}

/// A function of `memory` MB with the revision of that, its version, and what hangs on it.
fn template(memory: &str, timeout: u32) -> Value {
    let revision = format!("{memory}-{timeout}");
    json!({"Resources": {
        "Api": {"Type": "AWS::Lambda::Function", "Properties": {
            "Description": format!("revision {revision}"), "MemorySize": memory, "Timeout": timeout}},
        "Version": {"Type": "AWS::Lambda::Version", "Properties": {
            "FunctionName": {"Ref": "Api"}, "Description": revision}},
        "Alias": {"Type": "AWS::Lambda::Alias", "Properties": {
            "FunctionName": {"Ref": "Api"}, "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]}}},
        "Anyone": {"Type": "AWS::Lambda::Permission", "Properties": {"FunctionName": {"Ref": "Alias"}}},
    }})
}

fn value_sources() -> ValueSources {
    let place = |id: &str, path: &str, origin| (id.to_owned(), format!("Properties.{path}"), origin);
    let revision = || ValueSource::Revision("Api".to_owned());
    ValueSources::from_iter([
        place(
            "Api",
            "MemorySize",
            ValueSource::Parameter("ApiMemoryMb".to_owned()),
        ),
        place("Api", "Description", revision()),
        place("Version", "Description", revision()),
    ])
}

fn changes() -> ChangeSummary {
    ChangeSummary {
        changes: vec![
            modified("Anyone", "AWS::Lambda::Permission", &["Properties.FunctionName"]),
            modified("Alias", "AWS::Lambda::Alias", &["Properties.FunctionVersion"]),
            modified(
                "Api",
                "AWS::Lambda::Function",
                &["Properties.MemorySize", "Properties.Description"],
            ),
            modified("Version", "AWS::Lambda::Version", &["Properties.Description"]),
        ],
    }
}

fn told(outline: &Outline) -> String {
    let value = |change: &ValueChange| {
        let side = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), shown);
        format!(
            "{}: {} -> {}",
            change.path,
            side(&change.before),
            side(&change.after)
        )
    };
    let parameters = outline.parameters.iter().map(value);
    let resources = outline.resources.iter().map(|resource| {
        let values: Vec<String> = resource.values.iter().map(value).collect();
        format!(
            "{} follows from {:?}, values {values:?}, properties {:?}",
            resource.logical_id, resource.follows_from, resource.properties
        )
    });
    parameters.chain(resources).collect::<Vec<_>>().join("\n")
}

#[test]
fn one_parameter_is_told_once_and_the_rest_follows_from_it() {
    let outline = Outline::of(
        Some(&template("256", 10)),
        &template("512", 10),
        Some(&changes()),
        &value_sources(),
    );
    insta::assert_snapshot!(told(&outline), @r#"
    ApiMemoryMb: "256" -> "512"
    Api follows from ["ApiMemoryMb"], values [], properties []
    Version follows from ["Api"], values [], properties []
    Alias follows from ["Version"], values [], properties []
    Anyone follows from ["Alias"], values [], properties []
    "#);
}

#[test]
fn what_is_no_parameter_is_told_with_its_values() {
    let outline = Outline::of(
        Some(&template("256", 10)),
        &template("256", 20),
        Some(&changes()),
        &value_sources(),
    );
    insta::assert_snapshot!(told(&outline), @r#"
    Api follows from [], values ["Properties.Timeout: 10 -> 20"], properties []
    Version follows from ["Api"], values [], properties []
    Alias follows from ["Version"], values [], properties []
    Anyone follows from ["Alias"], values [], properties []
    "#);
}

#[test]
fn a_parameter_whose_places_disagree_about_what_it_was_is_told_place_by_place() {
    let functions = |first: &str, second: &str| {
        json!({"Resources": {
            "First": {"Type": "T", "Properties": {"MemorySize": first}},
            "Second": {"Type": "T", "Properties": {"MemorySize": second}},
        }})
    };
    let value_sources = ValueSources::from_iter(["First", "Second"].map(|id| {
        let origin = ValueSource::Parameter("MemoryMb".to_owned());
        (id.to_owned(), "Properties.MemorySize".to_owned(), origin)
    }));
    let outline = Outline::of(
        Some(&functions("1", "2")),
        &functions("3", "3"),
        None,
        &value_sources,
    );
    insta::assert_snapshot!(told(&outline), @r#"
    First follows from [], values ["Properties.MemorySize: \"1\" -> \"3\""], properties []
    Second follows from [], values ["Properties.MemorySize: \"2\" -> \"3\""], properties []
    "#);
}

#[test]
fn of_a_template_that_cannot_be_read_only_what_cloudformation_says_is_told() {
    let outline = Outline::of(None, &template("512", 10), Some(&changes()), &value_sources());
    insta::assert_snapshot!(told(&outline), @r#"
    Api follows from [], values [], properties ["Properties.MemorySize", "Properties.Description"]
    Version follows from [], values [], properties ["Properties.Description"]
    Alias follows from ["Version"], values [], properties []
    Anyone follows from ["Alias"], values [], properties []
    "#);
}

#[test]
fn resources_that_follow_from_each_other_end_the_search() {
    let circle = json!({"Resources": {
        "A": {"Type": "T", "Properties": {"x": {"Ref": "B"}}},
        "B": {"Type": "T", "Properties": {"x": {"Ref": "A"}}},
    }});
    let changes = ChangeSummary {
        changes: vec![
            modified("A", "T", &["Properties.x"]),
            modified("B", "T", &["Properties.x"]),
        ],
    };
    let outline = Outline::of(Some(&circle), &circle, Some(&changes), &ValueSources::default());
    assert_eq!(outline.resources.len(), 2);
}

#[test]
fn what_a_parameter_chooses_follows_from_it() {
    let before = json!({"Resources": {
        "Url": {"Type": "T", "Properties": {"AuthType": "NONE"}},
        "Queue": {"Type": "T", "Properties": {"Name": "q"}},
        "Table": {"Type": "T", "Properties": {"Name": "t"}},
    }});
    let after = json!({"Resources": {
        "Url": {"Type": "T", "Properties": {"AuthType": "AWS_IAM"}},
        "Queue": {"Type": "T", "Properties": {"Name": "q", "Key": "k", "Cors": {"Origin": "o"}}},
        "Table": {"Type": "T", "Properties": {"Name": "t", "Key": "k"}},
        "Alarm": {"Type": "T", "Properties": {}},
    }});
    let choice = |names: &[&str]| ValueSource::Choice(names.iter().map(|name| (*name).to_owned()).collect());
    let key = || ValueSource::OptionalParameter("KeyArn".to_owned());
    let value_sources = ValueSources::from_iter(
        [
            ("Url", "Properties.AuthType", choice(&["Access"])),
            ("Queue", "Properties.Key", key()),
            ("Queue", "Properties.Cors", choice(&["Access", "KeyArn"])),
            ("Table", "Properties.Key", key()),
            ("Alarm", "Condition", choice(&["AlarmTopic"])),
        ]
        .map(|(id, path, origin)| (id.to_owned(), path.to_owned(), origin)),
    );
    let outline = Outline::of(Some(&before), &after, None, &value_sources);
    insta::assert_snapshot!(told(&outline), @r#"
    KeyArn: nothing -> "k"
    Alarm follows from ["AlarmTopic"], values [], properties []
    Queue follows from ["KeyArn"], values ["Properties.Cors: nothing -> {Origin: \"o\"}"], properties []
    Table follows from ["KeyArn"], values [], properties []
    Url follows from ["Access"], values ["Properties.AuthType: \"NONE\" -> \"AWS_IAM\""], properties []
    "#);
    // Where everything is new, nothing is new because of a parameter.
    let outline = Outline::of(Some(&json!({})), &after, None, &value_sources);
    assert!(
        outline
            .resources
            .iter()
            .all(|resource| resource.follows_from.is_empty())
    );
}

/// A function that may read a queue, with the revision of all that it is made of.
fn with_queue(seconds: u32, retention: u32) -> Value {
    let revision = format!("{seconds}");
    json!({"Resources": {
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": retention}},
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": seconds}},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"Reads": {"Fn::GetAtt": ["Queue", "Arn"]}}},
        "Api": {"Type": "AWS::Lambda::Function", "Properties": {
            "Description": format!("revision {revision}"), "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Self": {"Ref": "Api"}}},
        "Version": {"Type": "AWS::Lambda::Version", "Properties": {
            "FunctionName": {"Ref": "Api"}, "Description": revision}},
    }})
}

#[test]
fn a_function_of_which_only_the_revision_changes_follows_from_what_that_is_made_of() {
    let seconds = ValueSource::Parameter("RetryAfterSeconds".to_owned());
    let revision = || ValueSource::Revision("Api".to_owned());
    let value_sources = ValueSources::from_iter(
        [
            ("Queue", "Properties.VisibilityTimeout", seconds),
            ("Api", "Properties.Description", revision()),
            ("Version", "Properties.Description", revision()),
        ]
        .map(|(id, path, origin)| (id.to_owned(), path.to_owned(), origin)),
    );
    let outline = Outline::of(
        Some(&with_queue(180, 30)),
        &with_queue(360, 60),
        None,
        &value_sources,
    );
    insta::assert_snapshot!(told(&outline), @r#"
    RetryAfterSeconds: 180 -> 360
    Logs follows from [], values ["Properties.RetentionInDays: 30 -> 60"], properties []
    Queue follows from ["RetryAfterSeconds"], values [], properties []
    Api follows from ["Queue"], values [], properties []
    Version follows from ["Api"], values [], properties []
    "#);
}
