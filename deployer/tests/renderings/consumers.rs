//! The consumer's template, and what it takes from its store.

use cfn_template::{Artifacts, Rendered, render};
use event_store_deployer::environment::Environment;

use super::{environment, event_store, template};

/// Environments as `init consumer orders --store local` and `--store production` write them.
const CONSUMERS: [(&str, &str); 2] = [
    (
        "local",
        "account: '000000000000'
region: eu-central-1
template: ../templates/consumer.yaml
stack: orders-local
architecture: x86_64
endpoint: http://127.0.0.1:4566
url: '{endpoint}/_aws/lambda-url/{id}/'
parameters: { Store: local, RequireTls: 'false', LogLevel: debug, LogRetentionDays: 1 }
",
    ),
    (
        "production",
        "account: '222222222222'
region: eu-central-1
template: ../templates/consumer.yaml
stack: orders-production
permissionsBoundary: arn:aws:iam::222222222222:policy/orders-production-boundary
parameters:
  Store: production
  StreamTypes: [order, invoice]
  AlarmTopic: arn:aws:sns:eu-central-1:222222222222:on-call
",
    ),
];

fn consumer(text: &str) -> Rendered {
    let environment = Environment::parse("environments/orders.yaml", text, "orders", None)
        .unwrap_or_else(|problems| panic!("{problems}"));
    let processor = environment.architecture.processor();
    let key = format!("code/consumer/{processor}/{}.zip", "0".repeat(64));
    let artifacts = Artifacts::in_bucket(environment.artifact_bucket()).with("consumer", key);
    render(&template("consumer"), &environment.values(), &artifacts)
        .unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn the_consumer_of_an_emulator_and_of_aws() {
    for (name, text) in CONSUMERS {
        let rendered = consumer(text);
        assert_eq!(rendered.missing_artifacts(), [] as [String; 0]);
        insta::assert_snapshot!(format!("consumer@{name}"), rendered.json());
    }
}

/// A store with a customer managed key implies that its consumers have one, too.
#[test]
fn a_consumer_with_a_key_keeps_nothing_without_it() {
    const KEY: &str = "arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let kinds = |rendered: &Rendered| {
        let keyed = rendered
            .resources()
            .iter()
            .filter(|resource| resource.properties.to_string().contains(KEY));
        let mut kinds: Vec<String> = keyed.map(|resource| resource.logical_id.clone()).collect();
        kinds.sort();
        kinds
    };
    let (_, text) = CONSUMERS[1];
    assert_eq!(kinds(&consumer(text)), [] as [&str; 0]);
    let rendered = consumer(&format!("{text}  KmsKeyArn: {KEY}\n"));
    assert_eq!(
        kinds(&rendered),
        [
            "DeadLetterQueue",
            "Function",
            "LogGroup",
            "Queue",
            "ReadModelTable",
            "Role"
        ]
    );
    for queue in ["Queue", "DeadLetterQueue"] {
        assert_eq!(
            rendered.resource(queue).unwrap().properties["SqsManagedSseEnabled"],
            false
        );
    }
}

/// A consumer looks up exactly the parameters that the store publishes.
#[test]
fn a_consumer_looks_up_what_its_store_tells() {
    let store = event_store(&environment("production", None));
    let told: Vec<String> = store
        .resources()
        .iter()
        .filter(|resource| resource.kind == "AWS::SSM::Parameter")
        .filter_map(|resource| resource.name.clone())
        .collect();
    let json = consumer(CONSUMERS[1].1).json().to_owned();
    let looked_up: std::collections::BTreeSet<&str> = json
        .split("{{resolve:ssm:")
        .skip(1)
        .filter_map(|rest| rest.split("}}").next())
        .collect();
    assert_eq!(looked_up.len(), 3);
    for name in looked_up {
        assert!(
            told.iter().any(|told| told == name),
            "{name} is not among {told:?}"
        );
    }
}
