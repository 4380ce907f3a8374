//! Each template for each environment, as it is sent: a change of either shows here as what it changes in AWS.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use event_store_deployer::environment::{Environment, Instance};
use event_store_deployer::problem::Problems;
use event_store_deployer::template::{Artifacts, Capability, DeletionPolicy, Rendered, Template, render};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

fn template(name: &str) -> Template {
    let file = format!("templates/{name}.yaml");
    Template::parse(&file, &read(&file)).unwrap_or_else(|problems| panic!("{problems}"))
}

fn environment(name: &str, instance: Option<&str>) -> Environment {
    let file = format!("environments/{name}.yaml");
    let instance = instance.map(|instance| instance.parse::<Instance>().unwrap());
    // The processor of the machine that runs the tests is none of the rendering's business.
    let text = read(&file).replace("architecture: host", "architecture: x86_64");
    Environment::parse(&file, &text, name, instance.as_ref()).unwrap_or_else(|problems| panic!("{problems}"))
}

fn event_store(environment: &Environment) -> Rendered {
    let processor = environment.architecture.processor();
    let key = |binary: &str| format!("code/{binary}/{processor}/{}.zip", "0".repeat(64));
    let artifacts = Artifacts::in_bucket(environment.artifact_bucket())
        .with("event-store-api", key("event-store-api"))
        .with("event-store-relay", key("event-store-relay"));
    render(&template("event-store"), environment, &artifacts).unwrap_or_else(|problems| panic!("{problems}"))
}

fn refused(production: &str) -> Problems {
    let file = "environments/production.yaml";
    let environment = Environment::parse(file, production, "production", None).unwrap();
    render(
        &template("event-store"),
        &environment,
        &Artifacts::in_bucket("bucket"),
    )
    .unwrap_err()
}

#[test]
fn the_event_store_of_every_environment() {
    for name in ["local", "staging", "production"] {
        let rendered = event_store(&environment(name, None));
        insta::assert_snapshot!(format!("event-store@{name}"), rendered.json());
    }
    let rendered = event_store(&environment("staging", Some("pr-42")));
    insta::assert_snapshot!("event-store@staging-pr-42", rendered.json());
}

#[test]
fn the_artifacts_of_every_environment() {
    for name in ["local", "staging", "production"] {
        let environment = environment(name, None).of_artifacts();
        let artifacts = Artifacts::in_bucket(environment.artifact_bucket());
        let rendered = render(&template("artifacts"), &environment, &artifacts).unwrap();
        insta::assert_snapshot!(format!("artifacts@{name}"), rendered.json());
        let bucket = rendered.resource("ArtifactBucket").unwrap();
        assert_eq!(
            bucket.name.as_deref(),
            Some(environment.artifact_bucket().as_str())
        );
        assert_eq!(bucket.deletion_policy, DeletionPolicy::Retain);
    }
}

#[test]
fn a_rendering_fits_into_a_request() {
    for name in ["local", "staging", "production"] {
        let length = event_store(&environment(name, None)).json().len();
        assert!(length <= 51_200, "{name} has {length} bytes");
    }
}

#[test]
fn the_events_outlive_their_stack_but_not_an_instances() {
    let table = |environment: &Environment| event_store(environment).resource("EventsTable").unwrap().clone();
    let staging = table(&environment("staging", None));
    assert_eq!(staging.deletion_policy, DeletionPolicy::Retain);
    assert_eq!(staging.name.as_deref(), Some("event-store-staging-events"));
    let instance = table(&environment("staging", Some("pr-42")));
    assert_eq!(instance.deletion_policy, DeletionPolicy::Delete);
    assert_eq!(instance.name.as_deref(), Some("event-store-staging-pr-42-events"));
}

#[test]
fn roles_without_names_of_their_own_are_acknowledged_as_such() {
    assert_eq!(
        event_store(&environment("production", None)).capabilities(),
        [Capability::Iam]
    );
}

#[test]
fn production_with_public_access_is_refused_in_its_own_file() {
    let text = read("environments/production.yaml").replace("Access: iam", "Access: public");
    insta::assert_snapshot!(refused(&text), @"
    environments/production.yaml:9:11: production must not be public. Set Access to iam and name its Callers
      hint: the rule `ProductionIsNotPublic` is in templates/event-store.yaml:186
    ");
}

#[test]
fn every_wrong_setting_is_named_in_its_own_file() {
    let text = read("environments/production.yaml")
        .replace(
            "ApiMemoryMb: 512",
            "ApiMemoryMb: 64\n  RelayMemoryMB: 64\n  Instance: pr-42",
        )
        .replace("Access: iam", "Access: IAM")
        .replace("role/orders", "user/orders")
        .replace("LogRetentionDays: 365", "LogRetentionDays: 366")
        .replace("DeliverySamplePercent: 5", "DeliverySamplePercent: a few");
    insta::assert_snapshot!(refused(&text), @"
    environments/production.yaml:9:11: the parameter `Access` is `IAM`, which is not an allowed value
      hint: allowed are `public`, `iam`
    environments/production.yaml:12:5: the parameter `Callers` has the member `arn:aws:iam::222222222222:user/orders`, which does not match `^(|[0-9]{12}|arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+)$`
      hint: must be account ids of 12 digits and ARNs of IAM roles
    environments/production.yaml:13:16: the parameter `ApiMemoryMb` is `64`, less than 128
    environments/production.yaml:14:3: unknown parameter `RelayMemoryMB`
      hint: did you mean `RelayMemoryMb`?
    environments/production.yaml:15:3: the parameter `Instance` is filled in by the deployer, with `instance`
    environments/production.yaml:16:21: the parameter `LogRetentionDays` is `366`, which is not an allowed value
      hint: allowed are `1`, `3`, `5`, `7`, `14`, `30`, `60`, `90`, `120`, `150`, `180`, `365`, `400`, `545`, `731`, `1096`, `1827`, `2192`, `2557`, `2922`, `3288`, `3653`
    environments/production.yaml:17:26: the parameter `DeliverySamplePercent` is `a few`, which is not a number
    ");
}

#[test]
fn rendering_takes_a_few_milliseconds() {
    let environment = environment("production", None);
    let quickest = (0..5)
        .map(|_| {
            let start = Instant::now();
            event_store(&environment);
            start.elapsed()
        })
        .min();
    // The budget is 20 ms for the whole optimised program; here nothing is optimised and tests run side by side.
    assert!(quickest < Some(Duration::from_millis(500)), "{quickest:?}");
}
