//! The rendering of each template for each environment. A change to either shows here as a change in AWS.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use cfn_template::problem::Problems;
use cfn_template::{Artifacts, Capability, DeletionPolicy, Rendered, Template, render};
use event_store_deployer::environment::{Architecture, Environment, Instance};

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
    let mut environment = Environment::parse(&file, &read(&file), name, instance.as_ref())
        .unwrap_or_else(|problems| panic!("{problems}"));
    // The rendering must not depend on the processor of the machine that runs the tests.
    if environment.architecture == Architecture::Host {
        environment.architecture = Architecture::X86_64;
    }
    environment
}

fn event_store(environment: &Environment) -> Rendered {
    let processor = environment.architecture.processor();
    let key = |binary: &str| format!("code/{binary}/{processor}/{}.zip", "0".repeat(64));
    let artifacts = Artifacts::in_bucket(environment.artifact_bucket())
        .with("event-store-api", key("event-store-api"))
        .with("event-store-relay", key("event-store-relay"));
    render(&template("event-store"), &environment.values(), &artifacts)
        .unwrap_or_else(|problems| panic!("{problems}"))
}

fn refused(production: &str) -> Problems {
    let file = "environments/production.yaml";
    let environment = Environment::parse(file, production, "production", None).unwrap();
    render(
        &template("event-store"),
        &environment.values(),
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
    let file = "environments/production.yaml";
    let callers = (1..=5).map(|number| format!("    - arn:aws:iam::222222222222:role/caller-{number}\n"));
    let more = format!("  Callers:\n{}", callers.collect::<String>());
    let text = read(file).replace("  Callers:\n", &more);
    let environment_with_callers = Environment::parse(file, &text, "production", None).unwrap();
    let rendered = event_store(&environment_with_callers);
    insta::assert_snapshot!("event-store@production+callers", rendered.json());
    let rendered = event_store(&environment("staging", Some("pr-42")));
    insta::assert_snapshot!("event-store@staging-pr-42", rendered.json());
}

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

#[test]
fn a_store_behind_an_endpoint_tells_the_address_that_works_there() {
    let address = |name: &str| {
        let rendered = event_store(&environment(name, None));
        rendered.resource("UrlParameter").unwrap().properties["Value"].clone()
    };
    insta::assert_json_snapshot!(address("production"), @r#"
    {
      "Fn::GetAtt": [
        "ApiUrl",
        "FunctionUrl"
      ]
    }
    "#);
    let address = &address("local")["Fn::Sub"];
    assert_eq!(address[0], "http://127.0.0.1:4566/_aws/lambda-url/${Id}/");
    assert!(address[1]["Id"].to_string().contains("FunctionUrl"), "{address}");
}

#[test]
fn the_artifacts_of_every_environment() {
    for name in ["local", "staging", "production"] {
        let environment = environment(name, None).of_artifacts();
        let artifacts = Artifacts::in_bucket(environment.artifact_bucket());
        let rendered = render(&template("artifacts"), &environment.values(), &artifacts).unwrap();
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
    environments/production.yaml:12:11: production must not be public. Set Access to iam and name its Callers
      hint: the rule `ProductionIsNotPublic` is in templates/event-store.yaml:252
    templates/event-store.yaml:260:9: anybody may call a public URL, and nothing bounds what that costs. Set MaxWriteUnits and MaxReadUnits, or ApiReservedConcurrency where the account has concurrency to set aside and the stack is no instance
      hint: the rule `PublicIsBounded` is in templates/event-store.yaml:260
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
        .replace("DeliverySamplePercent: 1", "DeliverySamplePercent: a few");
    insta::assert_snapshot!(refused(&text), @"
    environments/production.yaml:12:11: the parameter `Access` is `IAM`, which is not an allowed value
      hint: allowed are `public`, `iam`
    environments/production.yaml:15:5: the parameter `Callers` has the member `arn:aws:iam::222222222222:user/orders`, which does not match `^(|[0-9]{12}|arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+)$`
      hint: must be account ids of 12 digits and ARNs of IAM roles
    environments/production.yaml:16:16: the parameter `ApiMemoryMb` is `64`, less than 128
    environments/production.yaml:17:3: unknown parameter `RelayMemoryMB`
      hint: did you mean `RelayMemoryMb`?
    environments/production.yaml:18:3: the parameter `Instance` is filled in by the deployer, with `instance`
    environments/production.yaml:19:21: the parameter `LogRetentionDays` is `366`, which is not an allowed value
      hint: allowed are `1`, `3`, `5`, `7`, `14`, `30`, `60`, `90`, `120`, `150`, `180`, `365`, `400`, `545`, `731`, `1096`, `1827`, `2192`, `2557`, `2922`, `3288`, `3653`
    environments/production.yaml:20:26: the parameter `DeliverySamplePercent` is `a few`, which is not a number
      hint: a number is written as `512`, `-1` or `0.5`
    ");
}

fn staging(replaced: &str, by: &str, instance: Option<&str>) -> Result<Rendered, Problems> {
    let file = "environments/staging.yaml";
    let text = read(file);
    assert!(text.contains(replaced));
    let instance = instance.map(|instance| instance.parse::<Instance>().unwrap());
    let environment =
        Environment::parse(file, &text.replace(replaced, by), "staging", instance.as_ref()).unwrap();
    render(
        &template("event-store"),
        &environment.values(),
        &Artifacts::in_bucket("bucket"),
    )
}

const BOUNDS: &str = "  MaxWriteUnits: 100\n  MaxReadUnits: 200\n";

#[test]
fn a_public_store_whose_cost_nothing_bounds_is_refused() {
    let unbounded = staging(BOUNDS, "", None).unwrap_err().to_string();
    insta::assert_snapshot!(unbounded, @"
    templates/event-store.yaml:260:9: anybody may call a public URL, and nothing bounds what that costs. Set MaxWriteUnits and MaxReadUnits, or ApiReservedConcurrency where the account has concurrency to set aside and the stack is no instance
      hint: the rule `PublicIsBounded` is in templates/event-store.yaml:260
    ");
    let reserved = "  ApiReservedConcurrency: 20\n";
    assert!(staging(BOUNDS, reserved, None).is_ok());
    // Half a bound is no bound. An instance reserves no concurrency, so it needs another bound.
    for (bounds, instance) in [
        ("  MaxWriteUnits: 100\n", None),
        ("  MaxReadUnits: 200\n", None),
        (reserved, Some("pr-42")),
    ] {
        let refused = staging(BOUNDS, bounds, instance).unwrap_err().to_string();
        assert!(refused.contains("the rule `PublicIsBounded`"), "{refused}");
    }
}

#[test]
fn what_answers_in_the_place_of_aws_decides_about_a_bound_and_no_name_does() {
    let rendered = |name: &str, endpoint: &str| {
        let text = format!(
            "account: '000000000000'\nregion: eu-central-1\n{endpoint}parameters: {{ Access: public }}\n"
        );
        let environment = Environment::parse("e.yaml", &text, name, None).unwrap();
        let artifacts = Artifacts::in_bucket("bucket");
        render(&template("event-store"), &environment.values(), &artifacts)
            .map_err(|problems| problems.to_string())
    };
    for name in ["local", "staging"] {
        let refused = rendered(name, "").unwrap_err();
        assert!(
            refused.contains("the rule `PublicIsBounded`"),
            "{name}: {refused}"
        );
        assert!(
            rendered(name, "endpoint: http://127.0.0.1:4566\n").is_ok(),
            "{name}"
        );
    }
}

#[test]
fn an_instance_takes_no_concurrency_from_the_account() {
    let both = format!("{BOUNDS}  ApiReservedConcurrency: 20\n");
    let reserved = |instance| {
        let rendered = staging(BOUNDS, &both, instance).unwrap();
        rendered.resource("ApiFunction").unwrap().properties["ReservedConcurrentExecutions"].clone()
    };
    assert_eq!(reserved(None), 20);
    assert_eq!(reserved(Some("pr-42")), serde_json::Value::Null);
}

#[test]
fn no_sample_reserves_concurrency_which_a_new_account_has_not() {
    for name in ["local", "staging", "production"] {
        let rendered = event_store(&environment(name, None));
        let function = rendered.resource("ApiFunction").unwrap();
        assert_eq!(
            function.properties["ReservedConcurrentExecutions"],
            serde_json::Value::Null,
            "{name}"
        );
    }
}

/// Evaluates the alarm's expression for the sums of a period; `None` where nothing was measured.
///
/// `FILL` gives a number for a period without any, also where the metric was silent for days
/// (<https://stackoverflow.com/a/72093282>); the documentation says "the missing values of a time series".
fn is_raised(expression: &str, written: Option<f64>, invoked: Option<f64>) -> bool {
    let condition = expression
        .strip_prefix("IF(")
        .unwrap()
        .strip_suffix(", 1, 0)")
        .unwrap();
    let value = |text: &str| match text.strip_prefix("FILL(") {
        Some(filled) => {
            let (name, otherwise) = filled.strip_suffix(')').unwrap().split_once(", ").unwrap();
            let sum = match name {
                "written" => written,
                "invoked" => invoked,
                other => panic!("no metric is called `{other}`"),
            };
            sum.or_else(|| otherwise.parse().ok()).unwrap()
        }
        None => text.parse().unwrap(),
    };
    condition.split(" AND ").all(|comparison| {
        let (rest, right) = comparison.rsplit_once(' ').unwrap();
        let (left, operator) = rest.rsplit_once(' ').unwrap();
        match operator {
            ">" => value(left) > value(right),
            "==" => value(left).to_bits() == f64::to_bits(value(right)),
            other => panic!("`{other}` is not read here"),
        }
    })
}

#[test]
fn an_alarm_is_raised_when_events_are_written_for_ten_minutes_and_the_relay_is_not_invoked() {
    let rendered = event_store(&environment("production", None));
    let alarm = &rendered.resource("RelayIdleAlarm").unwrap().properties;
    let metrics = alarm["Metrics"].as_array().unwrap();
    let metric = |id: &str| metrics.iter().find(|metric| metric["Id"] == id).unwrap();
    for (id, namespace, name, of) in [
        (
            "written",
            "AWS/DynamoDB",
            "ConsumedWriteCapacityUnits",
            "EventsTable",
        ),
        ("invoked", "AWS/Lambda", "Invocations", "RelayFunction"),
    ] {
        let measured = &metric(id)["MetricStat"];
        assert_eq!(measured["Metric"]["Namespace"], namespace);
        assert_eq!(measured["Metric"]["MetricName"], name);
        assert_eq!(measured["Metric"]["Dimensions"][0]["Value"]["Ref"], of);
        assert_eq!(measured["Stat"], "Sum");
        let seconds = measured["Period"].as_u64().unwrap() * alarm["EvaluationPeriods"].as_u64().unwrap();
        assert_eq!(seconds, 600, "{id}");
    }
    let expression = metric("idle")["Expression"].as_str().unwrap();
    // A mapping that is disabled or denied emits no metric, and neither does a store without writes.
    assert!(is_raised(expression, Some(3.0), None));
    assert!(is_raised(expression, Some(3.0), Some(0.0)));
    assert!(!is_raised(expression, Some(3.0), Some(1.0)));
    assert!(!is_raised(expression, None, None));
    assert!(!is_raised(expression, None, Some(1.0)));
    assert_eq!(alarm["ComparisonOperator"], "GreaterThanThreshold");
    assert_eq!(
        (&alarm["Threshold"], &alarm["TreatMissingData"]),
        (&0.into(), &"notBreaching".into())
    );
}

/// An account has ten alarms free of charge.
#[test]
fn a_stack_has_ten_alarms_at_most() {
    for name in ["local", "staging", "production"] {
        let rendered = event_store(&environment(name, None));
        let alarms = rendered
            .resources()
            .iter()
            .filter(|resource| resource.kind == "AWS::CloudWatch::Alarm");
        let count = alarms.count();
        assert!((1..=10).contains(&count), "{name} has {count}");
    }
}

/// The effects of a customer managed key: on each resource that stores data, and on the roles of the functions.
#[test]
fn a_key_of_ones_own_encrypts_all_that_keeps_something() {
    const KEY: &str = "arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let file = "environments/production.yaml";
    let text = read(file).replace("parameters:\n", &format!("parameters:\n  KmsKeyArn: {KEY}\n"));
    let with_key = event_store(&Environment::parse(file, &text, "production", None).unwrap());
    let without = event_store(&environment("production", None));
    assert!(
        !without.json().contains("kms:"),
        "no trace of a key where none is given"
    );
    let changed: Vec<String> = with_key
        .resources()
        .iter()
        .filter(|resource| resource.properties.to_string().contains(KEY))
        .map(|resource| {
            let before = &without.resource(&resource.logical_id).unwrap().properties;
            let members = resource.properties.as_object().unwrap();
            let changed: Vec<&str> = members
                .iter()
                .filter(|(name, value)| before.get(name) != Some(value))
                .map(|(name, _)| name.as_str())
                .filter(|name| *name != "Description")
                .collect();
            format!("{}: {}", resource.logical_id, changed.join(", "))
        })
        .collect();
    insta::assert_snapshot!(changed.join("\n"), @"
    EventsTable: SSESpecification
    CatalogueTable: SSESpecification
    FeedTable: SSESpecification
    ApiLogGroup: KmsKeyId
    ApiRole: Policies
    ApiFunction: KmsKeyArn
    RelayLogGroup: KmsKeyId
    FailureQueue: KmsMasterKeyId, SqsManagedSseEnabled
    RelayRole: Policies
    RelayFunction: KmsKeyArn
    UpdatesTopic: KmsMasterKeyId
    DeliveryLogGroup: KmsKeyId
    DeliveryFailureLogGroup: KmsKeyId
    ");
    let statements = |role: &str| {
        let role = with_key.resource(role).unwrap();
        role.properties["Policies"][0]["PolicyDocument"]["Statement"]
            .as_array()
            .unwrap()
            .clone()
    };
    for role in ["ApiRole", "RelayRole"] {
        let of_key: Vec<_> = statements(role)
            .into_iter()
            .filter(|statement| statement["Sid"] == "UseKey")
            .collect();
        assert_eq!(of_key.len(), 1, "{role}");
        assert_eq!(of_key[0]["Resource"], KEY);
    }
}
